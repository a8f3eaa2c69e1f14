//! The station's clock against the suite's.

use crate::answer::Answer;
use crate::results::{self, Kind};
use crate::{Check, Code, Finding, Window};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use trace::Seq;

/// The time of a record of the window.
pub fn time_of(window: Window<'_>, at: Seq) -> Option<Timestamp> {
    let first = window.records.first()?.n.0;
    let index = usize::try_from(at.0.checked_sub(first)?).ok()?;
    window.records.get(index).map(|r| r.t)
}

/// A length of time, signed.
pub(crate) fn signed(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}

/// What the station said its time is, and when it was asked and answered.
fn said(answer: &Answer, window: Window<'_>) -> Option<(Timestamp, Timestamp, Timestamp)> {
    let (matched, _) = results::pair(Kind::Get, answer).ok()?;
    let said = matched.first()?.value()?.trim().parse().ok()?;
    Some((said, time_of(window, answer.sent)?, time_of(window, answer.reply.at())?))
}

/// How far the station's clock is ahead of the suite's, from the answer to a request for `ClockCtrlr.DateTime`.
pub fn ahead(answer: &Answer, window: Window<'_>) -> Option<SignedDuration> {
    let (said, asked, answered) = said(answer, window)?;
    let middle = asked.checked_add(answered.duration_since(asked) / 2).ok()?;
    Some(said.duration_since(middle))
}

/// The station's time is that of the suite (OCPP B01.FR.06; archetype row B-0007).
pub fn is_right(answer: &Answer, window: Window<'_>, tolerance: Duration) -> Check {
    let records = [answer.sent, answer.reply.at()];
    let Some((said, asked, answered)) = said(answer, window) else {
        return Check::open("the station's time could not be read", records);
    };
    let early = asked.duration_since(said) > signed(tolerance);
    let late = said.duration_since(answered) > signed(tolerance);
    if !early && !late {
        return Check::held(records);
    }
    let expected = format!("{answered:.0} or at most {} s from it", tolerance.as_secs());
    Finding::new(Code::ClockOff, expected, said.to_string(), records).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Reply;
    use crate::testing::{Story, codes};
    use serde_json::json;

    /// The answer to a request for the time that was sent as record 1 and answered as record 2, 0.1 s later.
    fn reading(value: &str) -> (Story, Answer) {
        let at = json!({"component": {"name": "ClockCtrlr"}, "variable": {"name": "DateTime"}});
        let request = json!({"getVariableData": [at]});
        let mut result = at.clone();
        result["attributeStatus"] = json!("Accepted");
        result["attributeValue"] = json!(value);
        let payload = json!({"getVariableResult": [result]});
        let story = Story::begins().receives("GetVariables", request.clone()).answers(payload.clone());
        let reply = Reply::Result { at: Seq(2), payload };
        (story, Answer { action: "GetVariables".into(), request, sent: Seq(1), reply })
    }

    fn check(value: &str) -> Check {
        let (story, answer) = reading(value);
        is_right(&answer, story.window(), Duration::from_secs(4))
    }

    #[test]
    fn a_clock_within_the_tolerance_is_right() {
        assert!(matches!(check("2026-01-31T12:00:00Z"), Check::Held(_)));
        assert!(matches!(check("2026-01-31T12:00:04Z"), Check::Held(_)));
        assert!(matches!(check("2026-01-31T11:59:57Z"), Check::Held(_)));
        assert!(matches!(check("2026-01-31T13:00:02+01:00"), Check::Held(_)));
    }

    #[test]
    fn a_clock_that_is_off_is_found_in_either_direction() {
        assert_eq!(codes([&check("2026-01-31T12:00:05Z")]), [Code::ClockOff]);
        assert_eq!(codes([&check("2026-01-31T11:59:55Z")]), [Code::ClockOff]);
    }

    #[test]
    fn a_time_that_cannot_be_read_is_open() {
        assert!(matches!(check("noon"), Check::Open { .. }));
    }

    #[test]
    fn how_far_a_clock_is_ahead_is_counted_from_the_middle_of_the_exchange() {
        let (story, answer) = reading("2026-01-31T12:00:10.150Z");
        assert_eq!(ahead(&answer, story.window()), Some(SignedDuration::from_secs(10)));
        let (story, answer) = reading("2026-01-31T11:59:59.150Z");
        assert_eq!(ahead(&answer, story.window()), Some(SignedDuration::from_secs(-1)));
    }
}
