//! Where a file goes, under which name, and with which credentials.

use super::{Attempt, Request, attempts, file_name};
use crate::{Check, Code, Finding, Window};

/// The place that was given for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A folder; the URL ends in `/`.
    Folder(String),
    /// A file; the URL is used as it is.
    File(String),
}

impl Place {
    /// Reads a URL.
    pub fn of(url: &str) -> Place {
        let after = url.split_once("://").map_or(url, |(_, rest)| rest);
        let path = after.find('/').and_then(|at| after.get(at..)).unwrap_or("/").to_owned();
        if path.ends_with('/') { Place::Folder(path) } else { Place::File(path) }
    }
}

/// The file went to where the place says: the folder and the name of the answer, or the place as given (OCPP N01.FR.21,
/// N01.FR.29).
pub fn placed(window: Window<'_>, request: &Request, place: &Place) -> Vec<Check> {
    let all = attempts(window, Some(&request.upload));
    let answered = [request.answer.sent, request.answer.reply.at()];
    let expected = match (place, file_name(&request.answer)) {
        (Place::File(path), _) => path.clone(),
        (Place::Folder(folder), Some(name)) => format!("{folder}{name}"),
        (Place::Folder(_), None) => {
            return vec![Check::open("the answer names no file that could be appended", answered)];
        }
    };
    if all.is_empty() {
        return vec![Check::open("nothing was uploaded", answered)];
    }
    let same = |path: &str| match place {
        Place::File(_) => path == expected,
        // However the name is escaped.
        Place::Folder(_) => plain(path) == plain(&expected),
    };
    let wrong = all.iter().filter(|a| !same(&a.path));
    let findings = wrong.map(|a| {
        let records = answered.into_iter().chain([a.at]);
        Finding::new(Code::FileMisplaced, format!("an upload to {expected}"), a.path.clone(), records)
    });
    Check::from_findings(findings.collect(), answered.into_iter().chain(all.iter().map(|a| a.at)))
}

/// A text without percent-encoding.
fn plain(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = (*byte == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

/// The file came with the user name of the place (OCPP N01.FR.25); the server takes no other, and no wrong password.
pub fn credentials_shown(window: Window<'_>, request: &Request, user: &str) -> Vec<Check> {
    let all = attempts(window, Some(&request.upload));
    let answered = [request.answer.sent, request.answer.reply.at()];
    let Some(last) = all.last() else {
        let why =
            "there was no attempt to upload, so that it cannot be told whether the station would log in";
        return vec![Check::open(why, answered)];
    };
    // A first attempt without them that is repeated with them is how HTTP asks for credentials.
    if let Some(end) = all.iter().find_map(Attempt::stored) {
        return vec![Check::held(answered.into_iter().chain(all.iter().map(|a| a.at)).chain([end.at]))];
    }
    let observed = match &last.user {
        None => "an upload without credentials".to_owned(),
        Some(other) if other != user => format!("the user name {other:?}"),
        Some(_) => "another password".to_owned(),
    };
    let records = answered.into_iter().chain(all.iter().map(|a| a.at));
    let expected = format!("the user name {user:?} and the password of the place");
    vec![Finding::new(Code::CredentialsMissing, expected, observed, records).into()]
}

/// Nothing arrives where an upload was redirected to (OCPP N01.FR.30). `last` proves that the station had given up.
pub fn redirect_ignored(window: Window<'_>, request: &Request) -> Vec<Check> {
    let all = attempts(window, Some(&request.upload));
    let outcome = |a: &Attempt| a.ended.as_ref().map(|e| e.outcome);
    if !all.iter().any(|a| outcome(a) == Some(trace::UploadOutcome::Redirected)) {
        let records = [request.answer.sent, request.answer.reply.at()];
        return vec![Check::open("there was no upload that could be redirected", records)];
    }
    let first = all.first().map(|a| a.path.clone()).unwrap_or_default();
    let elsewhere = all.iter().filter(|a| a.path != first);
    let findings = elsewhere.map(|a| {
        let expected = "no request to the place it was redirected to";
        Finding::new(Code::RedirectFollowed, expected, format!("{} {}", a.method, a.path), [a.at])
    });
    Check::from_findings(findings.collect(), all.iter().map(|a| a.at))
}

/// What is posted has its type and its name in the headers, or in those of its part of a form (OCPP N01.FR.19).
pub fn named_in_headers(window: Window<'_>) -> Vec<Check> {
    let all = attempts(window, None);
    let posted: Vec<&Attempt> = all.iter().filter(|a| a.method.eq_ignore_ascii_case("POST")).collect();
    if posted.is_empty() {
        return vec![Check::Void("no file was uploaded by POST".to_owned())];
    }
    let has = |a: &Attempt, header: &str| a.headers.contains_key(header);
    let named = |a: &Attempt| match &a.ended {
        Some(ended) => ended.file_name.is_some(),
        // Of one that never ended, the headers are known.
        None => has(a, "content-disposition"),
    };
    let findings = posted.iter().filter_map(|a| {
        let missing = match (has(a, "content-type"), named(a)) {
            (true, true) => return None,
            (false, true) => "no Content-Type",
            (true, false) => "no file name in Content-Disposition",
            (false, false) => "neither Content-Type nor a file name in Content-Disposition",
        };
        let expected = "Content-Type, and Content-Disposition with the file name";
        let records = [Some(a.at), a.ended.as_ref().map(|e| e.at)].into_iter().flatten();
        Some(Finding::new(Code::FileUnnamed, expected, missing, records))
    });
    Check::from_findings(findings.collect(), posted.iter().map(|a| a.at))
}
