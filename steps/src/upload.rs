//! What lanes ask of the upload servers of the suite, and of the passwords of its CSMS.

use crate::link::{Met, WaitFor};
use crate::{Lane, Stop};
use net::Password;
use net::upload::{UploadPolicy, UploadUrl};
use serde_json::{Value, json};
use std::time::Duration;
use trace::{Body, Seq, UploadEvent, UploadProtocol};

/// What the record of an upload URL is called.
const URL: &str = "where a file can be uploaded to";
/// What the record of a password is called.
const PASSWORD: &str = "the password of the station";
/// What the record of a new password is called.
const NEW_PASSWORD: &str = "a new password";
/// What the record of a changed password is called.
const CHANGED: &str = "the password that lets the station in from now on";

impl Lane {
    /// Prepares for a file, over the first of these protocols that the suite serves.
    ///
    /// # Errors
    /// `NotExercised` when it serves none of them, or a recording differs.
    pub(crate) fn expect_upload(
        &mut self,
        protocols: &[UploadProtocol],
        policy: UploadPolicy,
    ) -> Result<UploadUrl, Stop> {
        let (_, value) = self.fresh(URL, |live| {
            let Some(uploads) = live.uploads() else {
                return json!({ "error": "this run has no upload servers" });
            };
            let served: Vec<UploadProtocol> = uploads.protocols().collect();
            let Some(protocol) = protocols.iter().find(|p| served.contains(p)) else {
                let names: Vec<&str> = protocols.iter().map(|p| p.ocpp_name()).collect();
                return json!({ "error": format!("this run has no upload server for {}", names.join(" or ")) });
            };
            match uploads.expect(*protocol, policy) {
                Ok(url) => serde_json::to_value(url).unwrap_or_default(),
                Err(e) => json!({ "error": e.to_string() }),
            }
        })?;
        match value.get("error").and_then(Value::as_str) {
            Some(why) => Err(Stop::NotExercised(why.to_owned())),
            None => serde_json::from_value(value).map_err(|e| Stop::Bug(format!("{URL}: {e}"))),
        }
    }

    /// Waits for something to happen on the upload servers. `None` if it did not in time.
    ///
    /// # Errors
    /// When the run is interrupted or a recording differs.
    pub(crate) async fn uploading(
        &mut self,
        from: Seq,
        limit: Duration,
        upload: &str,
        kind: WaitFor,
        is: impl Fn(&UploadEvent) -> bool,
    ) -> Result<Option<Seq>, Stop> {
        let met = self
            .until(from, limit, "an upload", kind, |record| match &record.body {
                Body::Upload { upload: Some(of), event, .. } => of == upload && is(event),
                _ => false,
            })
            .await?;
        match met {
            Met::At(at) => Ok(Some(at)),
            Met::Deadline(_) => Ok(None),
            Met::Lost(at) => Err(Stop::open("the connection was lost while an upload was due", [from, at])),
        }
    }

    /// The password that lets the station in now. From here on it is in the evidence.
    ///
    /// # Errors
    /// `NotExercised` when there is none, or a recording differs.
    pub(crate) fn password(&mut self, station: &str) -> Result<Password, Stop> {
        let (_, value) = self.fresh(PASSWORD, |live| match live.csms().password_of(station) {
            Some(password) => json!({ "password": password.reveal() }),
            None => json!({ "error": "the suite knows no password of the station" }),
        })?;
        password(&value)
    }

    /// A password nobody has had, in the alphabet of OCPP's passwordString.
    ///
    /// # Errors
    /// When a recording differs.
    pub(crate) fn new_password(&mut self, old: &Password) -> Result<Password, Stop> {
        let (_, value) = self.fresh(NEW_PASSWORD, |live| {
            let seed = format!("{} {}", old.reveal(), live.clock().now());
            json!({ "password": net::Password::derived(&seed).reveal() })
        })?;
        password(&value)
    }

    /// From the next connection on this password lets the station in.
    ///
    /// # Errors
    /// When a recording differs.
    pub(crate) fn expect_password(&mut self, station: &str, password: &Password) -> Result<Seq, Stop> {
        let (at, _) = self.fresh(CHANGED, |live| {
            live.csms().set_password(station, password.clone());
            json!({ "password": password.reveal() })
        })?;
        Ok(at)
    }
}

fn password(value: &Value) -> Result<Password, Stop> {
    if let Some(why) = value.get("error").and_then(Value::as_str) {
        return Err(Stop::NotExercised(why.to_owned()));
    }
    let text = value.get("password").and_then(Value::as_str);
    text.map(Password::new).ok_or_else(|| Stop::Bug("a record of a password holds none".to_owned()))
}
