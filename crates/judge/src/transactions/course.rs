//! Where a transaction begins and ends, and what ends it.

use super::Told;
use crate::answer::Answer;
use crate::events::TIME_TOLERANCE;
use crate::{Check, Code, Finding};
use serde_json::Value;
use std::time::Duration;
use trace::Seq;

/// Reasons of a driver or of the back end, which no fault has.
const NO_FAULT: &[&str] = &["Local", "Remote", "EVDisconnected", "DeAuthorized", "StoppedByEV"];

/// What was done with a vehicle, in order, and what the station told of the transaction.
#[derive(Debug, Clone)]
pub struct Course {
    /// Where transactions start, by configuration.
    pub start_points: Vec<String>,
    /// Where they end.
    pub stop_points: Vec<String>,
    /// The vehicle was plugged in.
    pub plugged: Seq,
    /// A driver was authorized from afar.
    pub authorized: Seq,
    /// The transaction was stopped from afar; nothing if it had not begun.
    pub stopped: Option<Seq>,
    /// The vehicle was unplugged.
    pub unplugged: Option<Seq>,
    /// The message that began the transaction.
    pub started: Option<Told>,
    /// The message that ended it.
    pub ended: Option<Told>,
}

fn has(points: &[String], any: &[&str]) -> bool {
    points.iter().any(|p| any.iter().any(|a| p.eq_ignore_ascii_case(a)))
}

/// The points of a member list.
pub fn points(list: &str) -> Vec<String> {
    list.split(',').map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect()
}

impl Course {
    /// Whether the vehicle's coming alone starts a transaction; `None` where that depends on a parking bay sensor.
    pub fn starts_with_vehicle(&self) -> Option<bool> {
        match has(&self.start_points, &["EVConnected"]) {
            true => Some(true),
            false if has(&self.start_points, &["ParkingBayOccupancy"]) => None,
            false => Some(false),
        }
    }

    /// Whether the end of the authorization ends a transaction; `None` where it depends on signed data or a sensor.
    pub fn ends_with_authorization(&self) -> Option<bool> {
        let energy = ["Authorized", "PowerPathClosed", "EnergyTransfer"];
        match has(&self.stop_points, &energy) {
            true => Some(true),
            false if has(&self.stop_points, &["DataSigned"]) => None,
            false if has(&self.stop_points, &["EVConnected"]) => Some(false),
            false => None,
        }
    }

    /// The transaction begins at the first configured point that is reached (OCPP E01.FR.02 to FR.06; archetype row
    /// B-0386).
    pub fn starts_where_configured(&self, waited: &str) -> Check {
        let from = match self.starts_with_vehicle() {
            None => return Check::open("the start point rests on a parking bay sensor", [self.plugged]),
            Some(true) => (self.plugged, Some(self.authorized)),
            Some(false) => (self.authorized, None),
        };
        let why = self.start_points.join(",");
        in_place(self.started.as_ref(), "Started", from, &format!("TxStartPoint {why}"), waited)
    }

    /// The transaction ends at the first configured point that is reached (OCPP E06.FR.02 to FR.07; archetype row
    /// B-0386).
    pub fn ends_where_configured(&self, waited: &str) -> Check {
        let Some((stopped, unplugged)) = self.stopped.zip(self.unplugged) else {
            return Check::open("the transaction did not come to its end", [self.plugged]);
        };
        let from = match self.ends_with_authorization() {
            None => return Check::open("the stop point rests on signed data or a sensor", [stopped]),
            Some(true) => (stopped, Some(unplugged)),
            Some(false) => (unplugged, None),
        };
        let why = self.stop_points.join(",");
        in_place(self.ended.as_ref(), "Ended", from, &format!("TxStopPoint {why}"), waited)
    }
}

/// Whether a message came after one record, and before another.
fn in_place(
    told: Option<&Told>,
    what: &str,
    (after, before): (Seq, Option<Seq>),
    why: &str,
    waited: &str,
) -> Check {
    let until = before.map(|b| format!(" and before {b}")).unwrap_or_default();
    let expected = format!("{what} after {after}{until}, by {why}");
    let steps = || [Some(after), before].into_iter().flatten();
    match told {
        None => Finding::new(Code::TransactionMissing, expected, format!("none {waited}"), steps()).into(),
        Some(t) if t.at > after && before.is_none_or(|b| t.at < b) => Check::held(steps().chain([t.at])),
        Some(t) => {
            let observed = format!("{} at {}", t.shown(), t.at);
            Finding::new(Code::TransactionField, expected, observed, steps().chain([t.at])).into()
        }
    }
}

/// A transaction whose vehicle did not come has ended, after the time that was configured, and says why (OCPP
/// F02.FR.07, E03.FR.05; archetype row B-0392).
pub fn was_given_up(start: &Told, end: Option<&Told>, configured: Duration, waited: &str) -> Vec<Check> {
    let Some(end) = end else {
        let expected = format!("Ended of {} {waited}", start.id);
        return vec![Finding::new(Code::TransactionMissing, expected, "none", [start.at]).into()];
    };
    let mut findings = Vec::new();
    if end.trigger != "EVConnectTimeout" {
        findings.push(field("triggerReason EVConnectTimeout", &end.trigger, end.at));
    }
    // An absent stoppedReason means Local.
    let stopped = end.stopped.as_deref().unwrap_or("Local");
    if stopped != "Timeout" {
        findings.push(field("stoppedReason Timeout", stopped, end.at));
    }
    let took = start.timestamp.zip(end.timestamp).map(|(a, b)| b.duration_since(a));
    let took = took.map(|t| Duration::try_from(t).unwrap_or_default());
    if let Some(took) = took.filter(|took| *took + TIME_TOLERANCE < configured) {
        let expected = format!("the end after {} s", configured.as_secs());
        let observed = format!("after {} s", took.as_secs());
        findings.push(Finding::new(Code::IntervalWrong, expected, observed, [start.at, end.at]));
    }
    Check::from_findings(findings, [start.at, end.at])
}

/// A transaction that a fault has ended says so (OCPP E06.FR.08, E06.FR.16; archetype row B-0389).
pub fn was_ended_by_fault(end: &Told, cause: Seq) -> Vec<Check> {
    let mut findings = Vec::new();
    if end.trigger != "AbnormalCondition" {
        findings.push(field("triggerReason AbnormalCondition", &end.trigger, end.at));
    }
    let stopped = end.stopped.as_deref().unwrap_or("Local");
    if NO_FAULT.contains(&stopped) {
        findings.push(field("a stoppedReason that is a fault", stopped, end.at));
    }
    Check::from_findings(findings, [cause, end.at])
}

fn field(expected: &str, observed: &str, at: Seq) -> Finding {
    Finding::new(Code::TransactionField, expected, observed, [at])
}

/// What GetTransactionStatus answers: whether the transaction goes on (absent where none was named), and that no
/// message waits (OCPP E14; archetype row B-0390).
pub fn status_is(answer: &Answer, ongoing: Option<bool>) -> Vec<Check> {
    let (at, payload) = match answer.result() {
        Ok(result) => result,
        Err(check) => return vec![check],
    };
    let shown = |value: Option<bool>| value.map_or("(none)".to_owned(), |v| v.to_string());
    let mut findings = Vec::new();
    for (key, wanted) in [("ongoingIndicator", ongoing), ("messagesInQueue", Some(false))] {
        let said = payload.get(key).and_then(Value::as_bool);
        if said != wanted {
            let (expected, observed) = (format!("{key} {}", shown(wanted)), format!("{key} {}", shown(said)));
            findings.push(Finding::new(Code::TransactionField, expected, observed, [answer.sent, at]));
        }
    }
    Check::from_findings(findings, [answer.sent, at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Reply;
    use crate::testing::{START, codes};
    use serde_json::json;

    fn told(at: u64, what: &str, trigger: &str, stopped: Option<&str>, second: u32) -> Told {
        let time = START.replace(":00Z", &format!(":{second:02}Z"));
        let payload = json!({"eventType": what, "timestamp": time, "triggerReason": trigger, "seqNo": 0,
            "transactionInfo": {"transactionId": "a", "stoppedReason": stopped}});
        Told::of(Seq(at), &payload).unwrap()
    }

    /// Plugged at 10, authorized at 20, stopped at 30, unplugged at 40.
    fn course(start: &str, stop: &str, started: Option<u64>, ended: Option<u64>) -> Course {
        Course {
            start_points: points(start),
            stop_points: points(stop),
            plugged: Seq(10),
            authorized: Seq(20),
            stopped: Some(Seq(30)),
            unplugged: Some(Seq(40)),
            started: started.map(|at| told(at, "Started", "CablePluggedIn", None, 0)),
            ended: ended.map(|at| told(at, "Ended", "StopAuthorized", None, 0)),
        }
    }

    fn start(points: &str, started: Option<u64>) -> Vec<Code> {
        codes(&[course(points, "", started, None).starts_where_configured("in time")])
    }

    fn end(points: &str, ended: Option<u64>) -> Vec<Code> {
        codes(&[course("", points, None, ended).ends_where_configured("in time")])
    }

    #[test]
    fn a_transaction_starts_at_its_point() {
        assert_eq!(start("EVConnected", Some(11)), []);
        assert_eq!(start("Authorized, EVConnected", Some(11)), []);
        assert_eq!(start("EVConnected", Some(21)), [Code::TransactionField]);
        assert_eq!(start("Authorized", Some(11)), [Code::TransactionField]);
        assert_eq!(start("PowerPathClosed", Some(21)), []);
        assert_eq!(start("Authorized", None), [Code::TransactionMissing]);
        let bay = course("ParkingBayOccupancy", "", Some(5), None).starts_where_configured("");
        assert!(matches!(bay, Check::Open { .. }));
    }

    #[test]
    fn a_transaction_ends_at_its_point() {
        assert_eq!(end("Authorized", Some(31)), []);
        assert_eq!(end("Authorized", Some(41)), [Code::TransactionField]);
        assert_eq!(end("EVConnected", Some(41)), []);
        assert_eq!(end("EVConnected", Some(31)), [Code::TransactionField]);
        assert_eq!(end("EnergyTransfer", None), [Code::TransactionMissing]);
        let signed = course("", "DataSigned", None, Some(31)).ends_where_configured("");
        assert!(matches!(signed, Check::Open { .. }));
    }

    #[test]
    fn a_driver_is_given_up_on_in_time_and_with_the_reason() {
        let started = told(1, "Started", "RemoteStart", None, 0);
        let given_up = |end: Option<Told>| {
            codes(&was_given_up(&started, end.as_ref(), Duration::from_secs(10), "in time"))
        };
        let right = ("EVConnectTimeout", Some("Timeout"));
        assert_eq!(given_up(Some(told(2, "Ended", right.0, right.1, 10))), []);
        assert_eq!(given_up(Some(told(2, "Ended", right.0, right.1, 5))), [Code::IntervalWrong]);
        assert_eq!(given_up(Some(told(2, "Ended", "Deauthorized", right.1, 10))), [Code::TransactionField]);
        assert_eq!(given_up(Some(told(2, "Ended", right.0, None, 10))), [Code::TransactionField]);
        assert_eq!(given_up(None), [Code::TransactionMissing]);
    }

    #[test]
    fn a_fault_that_ends_a_transaction_is_the_reason() {
        let ended =
            |trigger, stopped| codes(&was_ended_by_fault(&told(2, "Ended", trigger, stopped, 0), Seq(1)));
        assert_eq!(ended("AbnormalCondition", Some("EmergencyStop")), []);
        assert_eq!(ended("AbnormalCondition", None), [Code::TransactionField]);
        assert_eq!(ended("EVDeparted", Some("GroundFault")), [Code::TransactionField]);
    }

    #[test]
    fn the_status_of_a_transaction_is_right_or_not() {
        let status = |payload: Value, ongoing| {
            let reply = Reply::Result { at: Seq(2), payload };
            let action = "GetTransactionStatus".to_owned();
            codes(&status_is(&Answer { action, request: json!({}), sent: Seq(1), reply }, ongoing))
        };
        assert_eq!(status(json!({"messagesInQueue": false}), None), []);
        assert_eq!(status(json!({"messagesInQueue": false, "ongoingIndicator": true}), Some(true)), []);
        assert_eq!(status(json!({"messagesInQueue": true}), None), [Code::TransactionField]);
        assert_eq!(
            status(json!({"messagesInQueue": false, "ongoingIndicator": true}), Some(false)),
            [Code::TransactionField]
        );
        assert_eq!(
            status(json!({"messagesInQueue": false, "ongoingIndicator": false}), None),
            [Code::TransactionField]
        );
    }
}
