//! Customer information (OCPP N09, N10).

use crate::{Check, Code, Finding, Part, Window, part};
use ocpp::Version;
use serde_json::Value;
use std::collections::BTreeMap;
use trace::{Direction, Seq};

/// The message about customer data.
pub const NOTIFY: &str = "NotifyCustomerInformation";

/// The text of a report in parts.
pub fn text(parts: &[Part]) -> String {
    let mut ordered: Vec<&Part> = parts.iter().collect();
    ordered.sort_by_key(|p| p.seq_no);
    ordered.iter().filter_map(|p| p.payload.get("data")?.as_str()).collect()
}

/// One message tells of the request, and only one (OCPP N09.FR.06, N10.FR.04, N10.FR.06).
pub fn is_one(parts: &[Part], response: Seq, waited: &str) -> Check {
    let records = [response].into_iter().chain(parts.iter().map(|p| p.at));
    match parts {
        [] => Finding::new(Code::ReportMissing, format!("{NOTIFY} {waited}"), "none", records).into(),
        [one] if !one.tbc && one.seq_no == Some(0) => Check::held(records),
        [one] => {
            let number = one.seq_no.map_or("(none)".to_owned(), |n| n.to_string());
            let observed = format!("seqNo {number}, tbc {}", one.tbc);
            Finding::new(Code::ReportMisnumbered, "seqNo 0 and no more to come", observed, records).into()
        }
        some => {
            let observed = format!("{} messages", some.len());
            Finding::new(Code::ReportRepeated, format!("one {NOTIFY}"), observed, records).into()
        }
    }
}

/// What is said where there is nothing. In OCPP 2.1 (Edition 2) that is an empty text; another one is a blemish.
pub fn says_nothing(parts: &[Part], version: Version) -> Vec<Check> {
    let said = text(parts);
    if parts.is_empty() || version == Version::V201 {
        return Vec::new();
    }
    let records: Vec<Seq> = parts.iter().map(|p| p.at).collect();
    if said.is_empty() {
        return vec![Check::held(records)];
    }
    let finding = Finding::new(Code::ValueUnwanted, "data to be empty", format!("{said:?}"), records);
    vec![finding.mild().into()]
}

/// Nothing was told of a request that was not accepted. `alive` proves that the station could have told something.
pub fn silent(window: Window<'_>, request_id: i64, alive: Option<Seq>) -> Check {
    let told = crate::parts(window, NOTIFY, request_id);
    match (told.first(), alive) {
        (Some(first), _) => {
            let expected = format!("no {NOTIFY} for a request that was not accepted");
            Finding::new(Code::ReportUnwanted, expected, "one", [first.at]).into()
        }
        (None, Some(alive)) => Check::held(window.ends().into_iter().chain([alive])),
        (None, None) => {
            Check::open("nothing proves that the station was able to tell anything", window.ends())
        }
    }
}

/// What was erased is not told any more: no text that names the transaction comes again (OCPP N10.FR.03).
pub fn is_erased(first: &[Part], second: &[Part], mark: &str) -> Check {
    let records = first.iter().chain(second).map(|p| p.at);
    if !text(first).contains(mark) {
        return Check::open(format!("the report of what was erased does not name {mark}"), records);
    }
    if text(second).contains(mark) {
        let expected = format!("nothing of {mark} after it was erased");
        return Finding::new(Code::NotErased, expected, "it is told again", records).into();
    }
    Check::held(records)
}

/// The version of the local authorization list is the one it was (OCPP N10.FR.03).
pub fn list_is_kept(before: i64, after: Option<i64>, records: impl IntoIterator<Item = Seq>) -> Check {
    match after {
        None => Check::open("the version of the local authorization list could not be read", records),
        Some(after) if after == before => Check::held(records),
        Some(after) => {
            let expected = format!("version {before} of the local authorization list");
            Finding::new(Code::ListChanged, expected, after.to_string(), records).into()
        }
    }
}

/// The parts of customer data of the whole run are numbered from 0, all but the last say that more follows, and each
/// has the id of a request (archetype row B-0448).
pub fn numbered(window: Window<'_>) -> Vec<Check> {
    let (mut asked, mut told): (Vec<i64>, BTreeMap<i64, Vec<Part>>) = Default::default();
    let mut findings = Vec::new();
    for (at, dir, frame) in window.frames() {
        let ocpp::frame::Frame::Call { action, payload, .. } = frame else { continue };
        let id = payload.get("requestId").and_then(Value::as_i64);
        match (dir, action.as_str(), id) {
            (Direction::Tx, "CustomerInformation", Some(id)) => asked.push(id),
            (Direction::Rx, NOTIFY, Some(id)) if asked.contains(&id) => {
                told.entry(id).or_default().extend(part(at, payload, id));
            }
            (Direction::Rx, NOTIFY, id) => {
                let said = id.map_or("none".to_owned(), |id| id.to_string());
                let expected = "in requestId the id of a request for customer information";
                findings.push(Finding::new(Code::ReportUnwanted, expected, said, [at]));
            }
            _ => {}
        }
    }
    if told.is_empty() && findings.is_empty() {
        return vec![Check::Void("the station told of no customer in this run".to_owned())];
    }
    for (id, parts) in &told {
        findings.extend(misnumbered(*id, parts));
    }
    let judged: Vec<Seq> = told.values().flatten().map(|p| p.at).collect();
    Check::from_findings(findings, judged.first().into_iter().chain(judged.last()).copied())
}

fn misnumbered(id: i64, parts: &[Part]) -> Option<Finding> {
    let last = parts.len().saturating_sub(1);
    let right = parts
        .iter()
        .enumerate()
        .all(|(n, p)| p.seq_no.is_some_and(|s| usize::try_from(s) == Ok(n)) && p.tbc == (n < last));
    if right {
        return None;
    }
    let number = |p: &Part| p.seq_no.map_or("(none)".to_owned(), |n| n.to_string());
    let shown: Vec<String> =
        parts.iter().map(|p| format!("{}{}", number(p), if p.tbc { "+" } else { "" })).collect();
    let expected = format!("the parts of request {id} as seqNo 0 to {last}, all but the last with tbc (+)");
    Some(Finding::new(Code::ReportMisnumbered, expected, shown.join(", "), parts.iter().map(|p| p.at)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{START, Story, all_hold, codes};
    use serde_json::json;

    fn said(seq_no: i64, tbc: bool, data: &str) -> Value {
        json!({"requestId": 5, "seqNo": seq_no, "tbc": tbc, "data": data, "generatedAt": START})
    }

    fn parts_of(all: &[(i64, bool, &str)]) -> Vec<Part> {
        all.iter()
            .zip(1..)
            .filter_map(|((n, tbc, data), at)| part(Seq(at), &said(*n, *tbc, data), 5))
            .collect()
    }

    fn asked() -> Story {
        Story::begins()
            .receives("CustomerInformation", json!({"requestId": 5, "report": true, "clear": false}))
    }

    #[test]
    fn one_message_is_one_message() {
        let one = |all: &[(i64, bool, &str)]| codes(&[is_one(&parts_of(all), Seq(0), "in time")]);
        assert_eq!(one(&[(0, false, "")]), []);
        assert_eq!(one(&[]), [Code::ReportMissing]);
        assert_eq!(one(&[(0, true, "")]), [Code::ReportMisnumbered]);
        assert_eq!(one(&[(1, false, "")]), [Code::ReportMisnumbered]);
        assert_eq!(one(&[(0, false, ""), (0, false, "")]), [Code::ReportRepeated]);
    }

    #[test]
    fn nothing_is_an_empty_text_in_2_1_and_any_text_before() {
        let nothing = parts_of(&[(0, false, "")]);
        let words = parts_of(&[(0, false, "no data")]);
        assert!(all_hold(&says_nothing(&nothing, Version::V21)));
        assert!(matches!(&says_nothing(&words, Version::V21)[..], [Check::Broken(f)] if f.mild));
        assert!(says_nothing(&words, Version::V201).is_empty());
    }

    #[test]
    fn what_was_refused_is_not_told() {
        let story = asked();
        assert!(matches!(silent(story.window(), 5, Some(Seq(1))), Check::Held(_)));
        assert!(matches!(silent(story.window(), 5, None), Check::Open { .. }));
        let told = story.says(NOTIFY, said(0, false, ""));
        assert_eq!(codes(&[silent(told.window(), 5, Some(Seq(1)))]), [Code::ReportUnwanted]);
    }

    #[test]
    fn what_was_erased_is_gone_and_the_list_is_not() {
        let (first, gone) = (parts_of(&[(0, false, "tx-1")]), parts_of(&[(0, false, "")]));
        assert!(matches!(is_erased(&first, &gone, "tx-1"), Check::Held(_)));
        assert_eq!(codes(&[is_erased(&first, &first, "tx-1")]), [Code::NotErased]);
        assert!(matches!(is_erased(&gone, &gone, "tx-1"), Check::Open { .. }));
        assert_eq!(codes(&[list_is_kept(3, Some(4), [Seq(0)])]), [Code::ListChanged]);
        assert_eq!(codes(&[list_is_kept(3, Some(3), [Seq(0)])]), []);
        assert!(matches!(list_is_kept(3, None, [Seq(0)]), Check::Open { .. }));
    }

    #[test]
    fn the_parts_of_a_run_are_numbered() {
        let whole = asked().says(NOTIFY, said(0, true, "a")).says(NOTIFY, said(1, false, "b"));
        assert!(all_hold(&numbered(whole.window())));
        assert_eq!(text(&crate::parts(whole.window(), NOTIFY, 5)), "ab");
        let open = asked().says(NOTIFY, said(0, true, "a"));
        assert_eq!(codes(&numbered(open.window())), [Code::ReportMisnumbered]);
        let skipped = asked().says(NOTIFY, said(0, true, "a")).says(NOTIFY, said(2, false, "b"));
        assert_eq!(codes(&numbered(skipped.window())), [Code::ReportMisnumbered]);
        let unasked = Story::begins().says(NOTIFY, said(0, false, "a"));
        assert_eq!(codes(&numbered(unasked.window())), [Code::ReportUnwanted]);
        assert!(matches!(numbered(Story::begins().window())[..], [Check::Void(_)]));
    }
}
