//! What a restart leaves behind: alarms that are still there, and transactions that end before it (OCPP B12).

use crate::events::{Event, all};
use crate::registration::boots;
use crate::transactions::{Told, told};
use crate::{Check, Code, Finding, Window};
use ocpp::VariableAddress;
use trace::{Body, Seq};

/// An alarm that is still there is told after the restart, or a roll-up names it (archetype row B-0364). The window
/// begins with the acceptance of the boot.
pub fn alarm_is_told_again(window: Window<'_>, alarm: &VariableAddress, value: &str, waited: &str) -> Check {
    let says =
        |e: &Event, wanted: &str| e.actual.as_deref().is_some_and(|v| v.trim().eq_ignore_ascii_case(wanted));
    let is_alarm = |e: &Event| e.address.as_ref().is_some_and(|a| a.same_as(alarm)) && says(e, value);
    let is_roll_up = |e: &Event| {
        let Some(a) = &e.address else { return false };
        let whole =
            ["ChargingStation", "EVSE", "Connector"].iter().any(|n| a.component.name.eq_ignore_ascii_case(n));
        let here = match (a.component.evse, alarm.component.evse) {
            (Some(a), Some(b)) => a.id == b.id,
            _ => true,
        };
        whole && here && a.variable.name.eq_ignore_ascii_case("Problem") && says(e, "true")
    };
    let events = all(window);
    let found = events.iter().find(|e| is_alarm(e)).or_else(|| events.iter().find(|e| is_roll_up(e)));
    match (found, window.records.first()) {
        (Some(e), Some(first)) => Check::held([first.n, e.at]),
        _ => {
            let expected = format!(
                "an event on {alarm} with the value {value}, or on Problem of what it is part of, {waited}"
            );
            Finding::new(Code::EventMissing, expected, "none", window.ends()).into()
        }
    }
}

/// The end of the transactions that a request to restart found (`None` where it has not come yet).
fn end_of(window: Window<'_>, evse: i64) -> Option<Told> {
    told(window).into_iter().find(|t| t.ends() && t.evse.is_none_or(|e| e == evse))
}

/// An idle restart waits until the transaction has ended (OCPP B12.FR.01, B12.FR.03). The window begins with the
/// request, and reaches beyond the boot; `ended` is the record of what ended the transaction.
pub fn waits_for_the_end(window: Window<'_>, evse: i64, ended: Seq) -> Vec<Check> {
    let mut findings = Vec::new();
    let boot = boots(window).into_iter().find(|b| b.reason != "Triggered");
    // A connection that was merely lost and came back is no restart.
    let connected = boot.as_ref().and_then(|b| {
        window.records.iter().find(|r| matches!(r.body, Body::Connected { conn, .. } if conn == b.conn))
    });
    let gone = connected.and_then(|c| {
        window.records.iter().rev().find(|r| r.n < c.n && matches!(r.body, Body::Closed { .. }))
    });
    if let Some(at) = gone.or(connected).map(|r| r.n).filter(|at| *at < ended) {
        let expected = "no restart before the transaction has ended";
        findings.push(Finding::new(Code::RestartUnwanted, expected, "a restart", [at, ended]));
    }
    let end = end_of(window, evse);
    match (&boot, &end) {
        (None, _) => {
            let expected = "a boot once the transaction has ended";
            findings.push(Finding::new(
                Code::BootMissing,
                expected,
                "none",
                [ended].into_iter().chain(window.ends()),
            ));
        }
        (Some(boot), None) => {
            let expected = "the end of the transaction to be told";
            findings.push(Finding::new(Code::TransactionMissing, expected, "not told", [ended, boot.at]));
        }
        _ => {}
    }
    let records = [ended].into_iter().chain(end.map(|e| e.at)).chain(boot.map(|b| b.at));
    Check::from_findings(findings, records)
}

/// A restart that may not wait ends the transaction and says why (OCPP B12.FR.02, B12.FR.04, B12.FR.05). The end may be
/// told before the restart or after it. The window begins with the request.
pub fn ends_before(window: Window<'_>, evse: i64, waited: &str) -> Vec<Check> {
    let Some(end) = end_of(window, evse) else {
        let expected = format!("the end of the transaction on EVSE {evse} to be told {waited}");
        return vec![Finding::new(Code::TransactionMissing, expected, "not told", window.ends()).into()];
    };
    let mut findings = Vec::new();
    let stopped = end.stopped.as_deref().unwrap_or("none");
    // The two words came with an erratum: a station of before has other ones.
    for (field, wanted, said) in [
        ("triggerReason", "ResetCommand", end.trigger.as_str()),
        ("stoppedReason", "ImmediateReset", stopped),
    ] {
        if said != wanted {
            let found = Finding::new(
                Code::TransactionField,
                format!("{field} {wanted}"),
                format!("{field} {said}"),
                [end.at],
            );
            findings.push(found.mild());
        }
    }
    Check::from_findings(findings, [end.at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Story, all_hold, codes};
    use serde_json::{Value, json};

    fn address(component: &str, evse: Option<i64>) -> VariableAddress {
        let mut component = json!({"name": component});
        if let Some(id) = evse {
            component["evse"] = json!({"id": id});
        }
        serde_json::from_value(json!({"component": component, "variable": {"name": "Problem"}})).unwrap()
    }

    fn event(at: &VariableAddress, value: &str) -> Value {
        json!({"eventId": 1, "timestamp": crate::testing::START, "trigger": "Delta", "actualValue": value,
               "eventNotificationType": "HardWiredMonitor", "component": at.component, "variable": at.variable})
    }

    fn alarm(story: &Story) -> Check {
        alarm_is_told_again(story.window(), &address("RCD", Some(1)), "true", "in time")
    }

    #[test]
    fn an_alarm_that_is_told_again_holds_and_so_does_a_roll_up() {
        for at in [address("RCD", Some(1)), address("EVSE", Some(1)), address("ChargingStation", None)] {
            assert!(all_hold([&alarm(&Story::begins().notifies([event(&at, "true")]))]), "{at}");
        }
    }

    #[test]
    fn an_alarm_that_is_not_told_again_is_found() {
        assert_eq!(codes([&alarm(&Story::begins())]), [Code::EventMissing]);
        let healthy = Story::begins().notifies([event(&address("RCD", Some(1)), "false")]);
        assert_eq!(codes([&alarm(&healthy)]), [Code::EventMissing]);
        let elsewhere = Story::begins().notifies([event(&address("EVSE", Some(2)), "true")]);
        assert_eq!(codes([&alarm(&elsewhere)]), [Code::EventMissing]);
    }

    fn ended(trigger: &str, stopped: &str) -> Value {
        json!({"eventType": "Ended", "timestamp": crate::testing::START, "triggerReason": trigger, "seqNo": 1,
               "transactionInfo": {"transactionId": "t", "stoppedReason": stopped}, "evse": {"id": 1}})
    }

    /// The request, and a stimulus that ends the transaction where the first number of the record says.
    fn request() -> Story {
        Story::begins().receives("Reset", json!({"type": "OnIdle"})).answers(json!({"status": "Scheduled"}))
    }

    fn since(story: &Story) -> Window<'_> {
        Window::new(&story.records[1..], ocpp::Version::V201)
    }

    #[test]
    fn a_restart_that_waits_for_the_end_holds() {
        let good =
            request().says("TransactionEvent", ended("EVDeparted", "EVDisconnected")).reconnects().boots();
        assert!(all_hold(&waits_for_the_end(since(&good), 1, Seq(3))));
        assert_eq!(codes(&waits_for_the_end(since(&request()), 1, Seq(2))), [Code::BootMissing]);
        let untold = request().reconnects().boots();
        assert_eq!(codes(&waits_for_the_end(since(&untold), 1, Seq(3))), [Code::TransactionMissing]);
    }

    #[test]
    fn a_restart_before_the_end_is_found() {
        let early =
            request().reconnects().boots().says("TransactionEvent", ended("EVDeparted", "EVDisconnected"));
        assert_eq!(codes(&waits_for_the_end(since(&early), 1, Seq(7))), [Code::RestartUnwanted]);
    }

    #[test]
    fn a_restart_that_may_not_wait_ends_the_transaction() {
        let told = |trigger, stopped| request().says("TransactionEvent", ended(trigger, stopped));
        assert!(all_hold(&ends_before(since(&told("ResetCommand", "ImmediateReset")), 1, "in time")));
        let later =
            request().reconnects().boots().says("TransactionEvent", ended("ResetCommand", "ImmediateReset"));
        assert!(all_hold(&ends_before(since(&later), 1, "in time")));
        assert_eq!(codes(&ends_before(since(&request()), 1, "in time")), [Code::TransactionMissing]);
        let other = ends_before(since(&told("StopAuthorized", "Local")), 1, "in time");
        assert!(other.iter().all(|c| matches!(c, Check::Broken(f) if f.mild)) && other.len() == 2);
    }
}
