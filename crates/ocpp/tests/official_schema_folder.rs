//! The official schema files can take the place of the catalogue, and judge alike.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod reference;

use ocpp::Version;
use ocpp::validate::{SchemaFolderError, Validators};
use serde_json::json;

#[test]
fn a_folder_of_official_schemas_judges_like_the_catalogue() {
    let Some(folder) = reference::folder("DIAGMARK_OCPP_SCHEMAS", "ocpp/schemas") else { return };
    for version in Version::ALL {
        let official = Validators::from_dir(version, &folder.join(format!("v{version}"))).unwrap();
        let ours = Validators::catalogue(version);
        let payload = json!({"seqNo": "x", "generatedAt": "2026-01-31T12:00:00.1234Z",
            "eventData": [{"trigger": "alerting", "x": 1, "cause": -1}]});
        let judge = |validators: &Validators| {
            let mut found = validators.validate("NotifyEventRequest", &payload).unwrap();
            found.sort_by(|a, b| (&a.pointer, a.keyword).cmp(&(&b.pointer, b.keyword)));
            found
        };
        assert_eq!(judge(&official), judge(&ours), "OCPP {version}");
    }
}

#[test]
fn a_folder_of_the_wrong_version_is_refused() {
    let Some(folder) = reference::folder("DIAGMARK_OCPP_SCHEMAS", "ocpp/schemas") else { return };
    let error = Validators::from_dir(Version::V21, &folder.join("v2.0.1")).unwrap_err();
    assert!(matches!(error, SchemaFolderError::Incomplete { version: Version::V21, .. }), "{error}");
    let error = Validators::from_dir(Version::V201, &folder.join("v2.1")).unwrap_err();
    assert!(matches!(error, SchemaFolderError::OtherVersion { version: Version::V201, .. }), "{error}");
}
