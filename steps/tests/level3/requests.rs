//! Everything the suite sends is valid against the official schemas, over all scenarios of level 3.

use crate::harness::judge_reference;
use ocpp::Version;
use ocpp::frame::{self, Frame};
use ocpp::validate::Validators;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use trace::{Body, Direction, LaneId, Record};

/// Scenarios that send what is wrong on purpose.
const ON_PURPOSE: [&str; 2] = ["DX-REF-", "DX-ERR-"];

/// The official schemas, or else, with a sentence, our catalogue, which is compared with them elsewhere.
fn official(version: Version) -> Validators {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/ocpp/schemas");
    let folder = std::env::var_os("DIAGMARK_OCPP_SCHEMAS").map_or_else(beside, PathBuf::from);
    if folder.is_dir() {
        return Validators::from_dir(version, &folder.join(format!("v{version}"))).unwrap();
    }
    eprintln!(
        "judged by the catalogue: no official schemas in shared/ocpp/schemas beside the workspace; \
         DIAGMARK_OCPP_SCHEMAS names another folder"
    );
    Validators::catalogue(version)
}

/// What the suite sent and the schemas do not allow, and how many messages of which action were looked at.
fn wrong(records: &[Record], version: Version) -> (Vec<String>, BTreeMap<String, usize>) {
    let validators = official(version);
    let mut scenario: BTreeMap<LaneId, &str> = BTreeMap::new();
    let mut asked: BTreeMap<String, String> = BTreeMap::new();
    let (mut found, mut seen) = (Vec::new(), BTreeMap::new());
    for record in records {
        let (dir, lane, raw) = match &record.body {
            Body::Begin { lane, scenario: id, .. } => {
                scenario.insert(*lane, id);
                continue;
            }
            Body::Frame { dir, lane, raw, .. } => (*dir, *lane, raw),
            _ => continue,
        };
        let of = lane.and_then(|l| scenario.get(&l)).copied().unwrap_or_default();
        let reading = frame::read(raw, version);
        if dir == Direction::Rx {
            if let Ok(Frame::Call { id, action, .. }) = reading.frame {
                asked.insert(id, action);
            }
            continue;
        }
        if ON_PURPOSE.iter().any(|prefix| of.starts_with(prefix)) {
            continue;
        }
        let schema = match &reading.frame {
            Ok(Frame::Call { action, .. }) => format!("{action}Request"),
            Ok(Frame::CallResult { id, .. }) => format!("{}Response", asked.get(id).map_or("", |a| a)),
            Ok(Frame::CallError { .. }) => continue,
            other => {
                found.push(format!("{} {of}: {other:?}", record.n));
                continue;
            }
        };
        *seen.entry(schema.clone()).or_default() += 1;
        let payload = reading.frame.as_ref().ok().and_then(Frame::payload).unwrap();
        let violations = validators.validate(&schema, payload);
        let violations = violations
            .map_or_else(|e| vec![e.to_string()], |all| all.iter().map(ToString::to_string).collect());
        let violations = violations.into_iter().chain(reading.violations.iter().map(ToString::to_string));
        found.extend(violations.map(|v| format!("{} {of} {schema}: {v}", record.n)));
    }
    (found, seen)
}

async fn judge(version: Version) {
    let outcome = judge_reference(version, 3).await;
    let (found, seen) = wrong(&outcome.records, version);
    assert_eq!(found, Vec::<String>::new());
    let requests: BTreeSet<&str> = seen.keys().filter_map(|s| s.strip_suffix("Request")).collect();
    for action in [
        "GetBaseReport",
        "GetReport",
        "GetVariables",
        "SetVariables",
        "GetMonitoringReport",
        "SetMonitoringBase",
        "SetMonitoringLevel",
        "SetVariableMonitoring",
        "ClearVariableMonitoring",
        "Reset",
    ] {
        assert!(requests.contains(action), "{action} was not sent: {requests:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_request_and_answer_of_the_suite_is_valid_in_2_0_1() {
    judge(Version::V201).await;
}

#[tokio::test(start_paused = true)]
async fn every_request_and_answer_of_the_suite_is_valid_in_2_1() {
    judge(Version::V21).await;
}

#[test]
fn a_wrong_request_would_be_found() {
    let frame =
        |raw: &str, lane| Body::Frame { conn: trace::ConnId(1), dir: Direction::Tx, lane, raw: raw.into() };
    let begin = |scenario: &str| Body::Begin {
        lane: LaneId(1),
        scenario: scenario.to_owned(),
        row: "B-0001".to_owned(),
        evse: None,
        connector: None,
    };
    let records = |scenario: &str, raw: &str| -> Vec<Record> {
        let bodies = [begin(scenario), frame(raw, Some(LaneId(1)))];
        let t = prove::stand::EPOCH.parse().unwrap();
        bodies.into_iter().enumerate().map(|(n, body)| Record { n: trace::Seq(n as u64), t, body }).collect()
    };
    let found = |scenario: &str, raw: &str| wrong(&records(scenario, raw), Version::V201).0.len();
    let (right, wrong) = (r#"[2,"1","Reset",{"type":"OnIdle"}]"#, r#"[2,"1","Reset",{"type":"Now"}]"#);
    assert_eq!((found("DX-MON-001", right), found("DX-MON-001", wrong)), (0, 1));
    assert_eq!(found("DX-MON-001", "nonsense"), 1);
    assert_eq!(found("DX-ERR-001", wrong), 0);
}
