//! Logs: what is answered to a request for one, what arrives on the upload servers of the suite, and what is told of
//! it (OCPP N01).

mod places;
mod retries;

pub use places::{Place, credentials_shown, named_in_headers, placed, redirect_ignored};
pub use retries::retried;

use crate::answer::Answer;
use crate::events::TIME_TOLERANCE;
use crate::{Check, Code, Finding, Window};
use jiff::{SignedDuration, Timestamp};
use ocpp::frame::Frame;
use serde_json::Value;
use std::collections::BTreeMap;
use trace::{Body, Direction, Seq, UploadEvent, UploadOutcome, UploadProtocol};

/// Statuses that say that an upload failed (OCPP N01.FR.10).
const FAILURES: [&str; 4] = ["UploadFailure", "BadMessage", "PermissionDenied", "NotSupportedOperation"];

/// Statuses after which nothing more is said of an upload.
pub fn is_final(status: &str) -> bool {
    status == "Uploaded" || status == "AcceptedCanceled" || FAILURES.contains(&status)
}

/// A request for a log, and where its file is to go.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// `requestId`.
    pub id: i64,
    /// The name of the upload in the records.
    pub upload: String,
    /// What was answered.
    pub answer: Answer,
}

/// One attempt to upload a file, as the server saw it.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The record of its beginning.
    pub at: Seq,
    /// Its time.
    pub begun: Timestamp,
    /// The server.
    pub protocol: UploadProtocol,
    /// `PUT`, `POST`, `STOR` …
    pub method: String,
    /// Path and query, as received.
    pub path: String,
    /// The headers that matter.
    pub headers: BTreeMap<String, String>,
    /// The user name given.
    pub user: Option<String>,
    /// How it ended, if it has.
    pub ended: Option<Ended>,
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The record.
    pub at: Seq,
    /// Its time.
    pub t: Timestamp,
    /// How.
    pub outcome: UploadOutcome,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// Name of the file in the headers or the form.
    pub file_name: Option<String>,
}

impl Attempt {
    fn stored(&self) -> Option<&Ended> {
        self.ended.as_ref().filter(|e| e.outcome == UploadOutcome::Stored)
    }
}

/// The attempts of one upload, or of all of the run.
pub fn attempts(window: Window<'_>, upload: Option<&str>) -> Vec<Attempt> {
    let mut all: Vec<(u32, Attempt)> = Vec::new();
    for record in window.records {
        let Body::Upload { upload: Some(of), protocol, request, event, .. } = &record.body else { continue };
        if upload.is_some_and(|wanted| wanted != of) {
            continue;
        }
        match event {
            UploadEvent::Begun { method, path, headers, user } => all.push((
                *request,
                Attempt {
                    at: record.n,
                    begun: record.t,
                    protocol: *protocol,
                    method: method.clone(),
                    path: path.clone(),
                    headers: headers.clone(),
                    user: user.clone(),
                    ended: None,
                },
            )),
            UploadEvent::Ended { outcome, bytes, file_name, .. } => {
                if let Some((_, attempt)) = all.iter_mut().find(|(number, _)| number == request) {
                    let file_name = file_name.clone();
                    let (at, t) = (record.n, record.t);
                    attempt.ended = Some(Ended { at, t, outcome: *outcome, bytes: *bytes, file_name });
                }
            }
            UploadEvent::Refused { .. } | UploadEvent::Dialogue { .. } => {}
        }
    }
    all.into_iter().map(|(_, attempt)| attempt).collect()
}

/// One LogStatusNotification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The record.
    pub at: Seq,
    /// Its time.
    pub t: Timestamp,
    /// `status`.
    pub status: String,
    /// `requestId`.
    pub request: Option<i64>,
}

/// Every LogStatusNotification of a window.
pub fn told(window: Window<'_>) -> Vec<Told> {
    let times: BTreeMap<Seq, Timestamp> = window.records.iter().map(|r| (r.n, r.t)).collect();
    let read = |(at, payload): (Seq, &Value)| {
        let status = payload.get("status").and_then(Value::as_str)?.to_owned();
        let t = *times.get(&at)?;
        Some(Told { at, t, status, request: payload.get("requestId").and_then(Value::as_i64) })
    };
    window.calls_of("LogStatusNotification").filter_map(read).collect()
}

/// What was told of one request: under its id, or without one.
fn told_of(window: Window<'_>, id: i64) -> Vec<Told> {
    let of = |t: &Told| t.request == Some(id) || (t.request.is_none() && t.status != "Idle");
    told(window).into_iter().filter(of).collect()
}

/// The station accepts the request and names the file (OCPP N01.FR.01).
pub fn accepted_and_named(answer: &Answer) -> Check {
    let accepted = answer.status_is(&["Accepted"]);
    if !matches!(accepted, Check::Held(_)) {
        return accepted;
    }
    let at = [answer.sent, answer.reply.at()];
    match file_name(answer) {
        Some(_) => Check::held(at),
        None => Finding::new(Code::LogUnnamed, "the name of the file in the answer", "none", at).into(),
    }
}

/// The name of the file in an answer.
pub fn file_name(answer: &Answer) -> Option<&str> {
    let (_, payload) = answer.result().ok()?;
    payload.get("filename").and_then(Value::as_str).filter(|name| !name.trim().is_empty())
}

/// One file has arrived, and it is not empty (OCPP N01.FR.02). A question for credentials, or a look before, is no
/// file.
pub fn arrived(window: Window<'_>, request: &Request, waited: &str) -> Vec<Check> {
    let all = attempts(window, Some(&request.upload));
    let stored: Vec<(&Attempt, &Ended)> = all.iter().filter_map(|a| Some((a, a.stored()?))).collect();
    let Some((first, _)) = stored.first() else {
        let seen = all.iter().flat_map(|a| [Some(a.at), a.ended.as_ref().map(|e| e.at)]).flatten();
        let observed = if all.is_empty() {
            "no attempt to upload it".to_owned()
        } else {
            format!("{} that brought no file", if all.len() == 1 { "an attempt" } else { "attempts" })
        };
        let records = [request.answer.sent, request.answer.reply.at()].into_iter().chain(seen);
        return vec![Finding::new(Code::FileMissing, format!("the file {waited}"), observed, records).into()];
    };
    let records = stored.iter().flat_map(|(a, e)| [a.at, e.at]);
    let mut findings = Vec::new();
    if stored.len() > 1 {
        let observed = format!("{} files", stored.len());
        findings.push(Finding::new(Code::FileTwice, "one file", observed, records.clone()));
    }
    if stored.iter().any(|(_, e)| e.bytes == 0) {
        let observed = "a file of 0 bytes";
        findings.push(Finding::new(Code::FileEmpty, "something in the file", observed, [first.at]));
    }
    Check::from_findings(findings, [request.answer.reply.at()].into_iter().chain(records))
}

/// The course of an upload that succeeded is told: Uploading, then Uploaded once (OCPP N01.FR.07 to N01.FR.09, N01.FR.13).
pub fn success_told(window: Window<'_>, request: &Request, waited: &str) -> Vec<Check> {
    let mine = told_of(window, request.id);
    let all = attempts(window, Some(&request.upload));
    let arrived = all.iter().find_map(Attempt::stored);
    let mut findings = under_its_id(&mine, request);
    let uploaded = mine.iter().find(|t| t.status == "Uploaded");
    match (arrived, uploaded) {
        (None, None) => {
            let records = [request.answer.sent, request.answer.reply.at()];
            return vec![Check::open(
                "the file did not arrive, so that there is no success to tell of",
                records,
            )];
        }
        (None, Some(said)) => {
            let expected = "Uploaded when the file is there";
            findings.push(Finding::new(Code::LogStatusWrong, expected, "no file arrived", [said.at]));
        }
        (Some(file), None) => {
            let records = [request.answer.sent, file.at].into_iter().chain(mine.iter().map(|t| t.at));
            let expected = format!("Uploaded for request {} {waited}", request.id);
            findings.push(Finding::new(Code::LogStatusMissing, expected, said(&mine), records));
        }
        (Some(file), Some(said)) if later(file.t, said.t) > tolerance() => {
            let expected = "Uploaded when the whole file is there";
            let observed = format!("{:.1} s before", later(file.t, said.t).as_secs_f64());
            findings.push(Finding::new(Code::LogStatusWrong, expected, observed, [said.at, file.at]));
        }
        (Some(_), Some(_)) => {}
    }
    findings.extend(begun(&mine, request));
    findings.extend(ended_once(&mine, request, "Uploaded"));
    let proof = mine.iter().map(|t| t.at).chain(arrived.map(|e| e.at));
    Check::from_findings(findings, proof)
}

/// The failure of an upload is told once, after Uploading (OCPP N01.FR.10).
pub fn failure_told(window: Window<'_>, request: &Request, waited: &str) -> Vec<Check> {
    let mine = told_of(window, request.id);
    let mut findings = under_its_id(&mine, request);
    findings.extend(begun(&mine, request));
    match mine.iter().find(|t| FAILURES.contains(&t.status.as_str())) {
        Some(failure) => findings.extend(ended_once(&mine, request, &failure.status)),
        None => {
            let records = [request.answer.sent, request.answer.reply.at()].into_iter();
            let records = records.chain(mine.iter().map(|t| t.at));
            let expected = format!("a status that says that request {} failed {waited}", request.id);
            findings.push(Finding::new(Code::LogStatusMissing, expected, said(&mine), records));
        }
    }
    Check::from_findings(findings, mine.iter().map(|t| t.at))
}

/// That the older upload was given up is told under its own id (OCPP N01.FR.20).
pub fn cancel_told(window: Window<'_>, old: &Request, new: &Answer, waited: &str) -> Check {
    if new.status() != Some("AcceptedCanceled") {
        return Check::Void("the running upload was not cancelled".to_owned());
    }
    let all = told(window);
    match all.iter().find(|t| t.status == "AcceptedCanceled" && t.request == Some(old.id)) {
        Some(told) => Check::held([new.sent, told.at]),
        None => {
            let after = all.iter().filter(|t| t.at > new.sent);
            let expected = format!("AcceptedCanceled for request {} {waited}", old.id);
            let records = [new.sent, new.reply.at()].into_iter().chain(after.clone().map(|t| t.at));
            let observed = said(&after.cloned().collect::<Vec<_>>());
            Finding::new(Code::LogStatusMissing, expected, observed, records).into()
        }
    }
}

/// A triggered message says whether an upload is running (OCPP F06.FR.14, F06.FR.15): under the id of its request if
/// there is one.
pub fn state_told(window: Window<'_>, trigger: &Answer, running: Option<i64>, waited: &str) -> Check {
    let agreed = trigger.status_is(&["Accepted"]);
    if !matches!(agreed, Check::Held(_)) {
        return agreed;
    }
    let (status, words) = match running {
        Some(id) => ("Uploading", format!("Uploading for request {id}")),
        None => ("Idle", "Idle".to_owned()),
    };
    let after: Vec<Told> = told(window).into_iter().filter(|t| t.at > trigger.sent).collect();
    let fits = |t: &&Told| t.status == status && running.is_none_or(|id| t.request == Some(id));
    if let Some(found) = after.iter().find(fits) {
        return Check::held([trigger.sent, trigger.reply.at(), found.at]);
    }
    let records = [trigger.sent, trigger.reply.at()].into_iter().chain(after.iter().map(|t| t.at));
    let code = match after.first() {
        None => Code::LogStatusMissing,
        Some(t) if t.status == status => Code::LogStatusId,
        Some(_) => Code::LogStatusWrong,
    };
    Finding::new(code, format!("{words} {waited}"), said(&after), records).into()
}

/// Nobody is told that there is no upload who did not ask (OCPP N01.FR.13; UploadLogStatusEnumType).
pub fn idle_on_request_only(window: Window<'_>) -> Check {
    let mut asked: u32 = 0;
    for (at, dir, frame) in window.frames() {
        let Frame::Call { action, payload, .. } = frame else { continue };
        let field = |key: &str| payload.get(key).and_then(Value::as_str);
        match (dir, action.as_str()) {
            (Direction::Tx, "TriggerMessage")
                if field("requestedMessage") == Some("LogStatusNotification") =>
            {
                asked += 1;
            }
            (Direction::Rx, "LogStatusNotification") if field("status") == Some("Idle") => {
                let Some(left) = asked.checked_sub(1) else {
                    let expected = "Idle on request only";
                    return Finding::new(Code::LogStatusWrong, expected, "Idle unasked", [at]).into();
                };
                asked = left;
            }
            _ => {}
        }
    }
    Check::held(window.ends())
}

fn under_its_id(mine: &[Told], request: &Request) -> Vec<Finding> {
    let without = mine.iter().filter(|t| t.request.is_none());
    let finding = |t: &Told| {
        let expected = format!("the id {} of the request", request.id);
        Finding::new(Code::LogStatusId, expected, format!("{} without one", t.status), [t.at])
    };
    without.map(finding).collect()
}

/// It is told that the upload begins (OCPP N01.FR.08), before its end.
fn begun(mine: &[Told], request: &Request) -> Option<Finding> {
    let first = mine.first()?;
    (first.status != "Uploading").then(|| {
        let expected = format!("Uploading for request {} before anything else", request.id);
        Finding::new(Code::LogStatusMissing, expected, said(mine), mine.iter().map(|t| t.at))
    })
}

/// After the end nothing more is told, and there is one end.
fn ended_once(mine: &[Told], request: &Request, status: &str) -> Option<Finding> {
    let ends: Vec<&Told> = mine.iter().filter(|t| is_final(&t.status)).collect();
    let one = ends.len() == 1 && mine.last().is_some_and(|t| is_final(&t.status));
    (!ends.is_empty() && !one).then(|| {
        let expected = format!("{status} once for request {}, and nothing after it", request.id);
        Finding::new(Code::LogStatusWrong, expected, said(mine), mine.iter().map(|t| t.at))
    })
}

/// The statuses in order.
fn said(all: &[Told]) -> String {
    let words: Vec<&str> = all.iter().map(|t| t.status.as_str()).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

fn later(a: Timestamp, b: Timestamp) -> SignedDuration {
    a.duration_since(b)
}

fn tolerance() -> SignedDuration {
    SignedDuration::try_from(TIME_TOLERANCE).unwrap_or(SignedDuration::ZERO)
}

#[cfg(test)]
mod tests;
