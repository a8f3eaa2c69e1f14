//! How often an upload that fails is tried again.

use super::{Request, attempts, begun, said, told_of, under_its_id};
use crate::{Check, Code, Finding, Window};
use jiff::SignedDuration;
use std::time::Duration;

/// The upload was tried `tries` times, `interval` apart, and its failure told after the last of them (OCPP N01.FR.10).
/// A failure that is told each time is mild: OCPP only recommends not to. Half the interval is allowed for what
/// connecting takes.
pub fn retried(
    window: Window<'_>,
    request: &Request,
    tries: usize,
    interval: Duration,
    waited: &str,
) -> Vec<Check> {
    let all = attempts(window, Some(&request.upload));
    let records: Vec<_> = all.iter().map(|a| a.at).collect();
    let mut findings = Vec::new();
    if all.len() != tries {
        let expected = format!("{tries} attempts {waited}");
        let proof = [request.answer.sent, request.answer.reply.at()].into_iter().chain(records.clone());
        findings.push(Finding::new(Code::AttemptsWrong, expected, all.len().to_string(), proof));
    }
    let least = SignedDuration::try_from(interval / 2).unwrap_or(SignedDuration::ZERO);
    for (a, b) in all.iter().zip(all.iter().skip(1)) {
        let apart = b.begun.duration_since(a.ended.as_ref().map_or(a.begun, |e| e.t));
        if apart < least {
            let expected = format!("{} s between two attempts", interval.as_secs());
            let observed = format!("{:.1} s", apart.as_secs_f64());
            findings.push(Finding::new(Code::AttemptsWrong, expected, observed, [a.at, b.at]));
        }
    }
    let mine = told_of(window, request.id);
    let statuses = mine.iter().map(|t| t.at);
    findings.extend(under_its_id(&mine, request));
    findings.extend(begun(&mine, request));
    let failures = mine.iter().filter(|t| super::FAILURES.contains(&t.status.as_str())).count();
    match failures {
        1 if mine.last().is_some_and(|t| t.status != "Uploading") => {}
        0 => {
            let expected = format!("a failure of request {} {waited}", request.id);
            let proof = [request.answer.sent].into_iter().chain(records.clone()).chain(statuses.clone());
            findings.push(Finding::new(Code::LogStatusMissing, expected, said(&mine), proof));
        }
        each => {
            let expected = "one failure, told after the last attempt";
            let finding = Finding::new(Code::LogStatusWrong, expected, said(&mine), statuses.clone());
            findings.push(if each == all.len() { finding.mild() } else { finding });
        }
    }
    Check::from_findings(findings, records.into_iter().chain(statuses))
}
