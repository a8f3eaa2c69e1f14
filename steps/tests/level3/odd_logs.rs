//! Stations that do something odd with logs: what is wrong fails its row and no other, and what is only unusual passes.

use crate::harness::Outcome;
use crate::middle::{Answers, Instead, Middle, Passing, Says, Wire};
use crate::trial::{replays, rows, trial};
use judge::{Code, Verdict};
use net::station::upload::Packing;
use ocpp::Version;
use serde_json::json;
use station::Upload;

const LOGS: &str = "@req:B-0421 or @req:B-0422 or @req:B-0423 or @req:B-0425 or @req:B-0426 or @req:B-0427 or @req:B-0428 or @req:B-0429";
const PLACES: &str = "@req:B-0422 or @req:B-0425 or @req:B-0431 or @req:B-0432 or @req:B-0433 or @req:B-0434";

fn judged(version: Version, select: &'static str, middle: impl Middle) -> Outcome {
    trial(version).level(3).select(select).run(middle)
}

/// Exactly these rows do not pass, with this verdict and code, and the run replays.
fn does_not_pass(outcome: &Outcome, expected: &[(&str, Verdict, Option<Code>)]) {
    let strange = |v: Verdict| !matches!(v, Verdict::Pass | Verdict::NotApplicable);
    let found: Vec<(String, Verdict, Option<Code>)> = rows(outcome)
        .into_iter()
        .filter(|r| strange(r.verdict) && !r.why.contains("left out by --select") && r.why != "no scenario")
        .map(|r| (r.row, r.verdict, r.code))
        .collect();
    let expected: Vec<_> = expected.iter().map(|(row, v, c)| ((*row).to_owned(), *v, *c)).collect();
    assert_eq!(found, expected, "{:#?}", outcome.selected_trouble());
    replays(outcome);
}

/// What the station tells of uploads, changed.
fn tells(change: impl FnMut(&mut serde_json::Value)) -> impl Middle {
    let mut change = change;
    Says(move |p: &mut Passing| {
        if let Some(payload) = p.call("LogStatusNotification") {
            change(payload);
        }
    })
}

#[test]
fn a_status_before_the_answer_is_no_matter_of_these_rows() {
    #[derive(Default)]
    struct Early(Option<Passing>);
    impl Middle for Early {
        fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
            if passing.result("GetLog").is_some() {
                self.0 = Some(passing);
                return;
            }
            let begins = passing.call("LogStatusNotification").is_some_and(|p| p["status"] == "Uploading");
            wire.send(passing.frame);
            if let Some(answer) = self.0.take_if(|_| begins) {
                wire.send(answer.frame);
            }
        }
    }
    let rows = "@req:B-0421 or @req:B-0422 or @req:B-0423 or @req:B-0425";
    does_not_pass(&judged(Version::V201, rows, Early::default()), &[]);
}

#[test]
fn a_station_that_tells_each_attempt_passes_but_for_a_warning() {
    // Each retry is told as if it were the first.
    let each = Instead(|mut passing: Passing, wire: &mut Wire| {
        let again = passing.call("LogStatusNotification").is_some_and(|p| p["status"] == "UploadFailure");
        wire.send(passing.frame.clone());
        if again && let Some(payload) = passing.payload() {
            let id = payload["requestId"].clone();
            for status in ["Uploading", "UploadFailure", "Uploading", "UploadFailure"] {
                wire.call("LogStatusNotification", json!({ "status": status, "requestId": id }));
            }
        }
    });
    let warn = ("B-0426", Verdict::Warn, Some(Code::LogStatusWrong));
    does_not_pass(&judged(Version::V201, "@req:B-0426", each), &[warn]);
}

#[test]
fn what_is_told_without_its_id_fails_the_rows_on_what_is_told() {
    let anonymous = tells(|p| drop(p.as_object_mut().unwrap().remove("requestId")));
    let outcome = judged(Version::V201, "@req:B-0422 or @req:B-0423 or @req:B-0428", anonymous);
    does_not_pass(
        &outcome,
        &[
            ("B-0423", Verdict::Fail, Some(Code::LogStatusId)),
            ("B-0428", Verdict::Fail, Some(Code::LogStatusMissing)),
        ],
    );
}

#[test]
fn an_end_that_is_never_told_fails_its_row_and_bars_those_that_rest_on_it() {
    let silent = Instead(|mut passing: Passing, wire: &mut Wire| {
        let end = passing.call("LogStatusNotification").is_some_and(|p| p["status"] == "Uploaded");
        if !end {
            wire.send(passing.frame);
        }
    });
    let outcome = judged(Version::V201, LOGS, silent);
    let blocked = |row| (row, Verdict::Inconclusive, None);
    let fail = ("B-0423", Verdict::Fail, Some(Code::LogStatusMissing));
    let rest = [blocked("B-0425"), blocked("B-0426"), blocked("B-0427"), blocked("B-0428")];
    does_not_pass(&outcome, &[&[fail][..], &rest].concat());
}

#[test]
fn a_success_that_was_none_is_found() {
    let rosy = tells(|p| {
        if p["status"] == "UploadFailure" || p["status"] == "PermissionDenied" {
            p["status"] = json!("Uploaded");
        }
    });
    let outcome = judged(Version::V201, "@req:B-0423 or @req:B-0425", rosy);
    does_not_pass(&outcome, &[("B-0425", Verdict::Fail, Some(Code::LogStatusMissing))]);
}

#[test]
fn a_newer_request_that_ends_nothing_is_a_warning_and_nothing_to_cancel() {
    let stubborn = Says(|p: &mut Passing| {
        if let Some(payload) = p.result("GetLog").filter(|p| p["status"] == "AcceptedCanceled") {
            payload["status"] = json!("Accepted");
        }
    });
    let outcome = judged(Version::V201, "@req:B-0427 or @req:B-0428", stubborn);
    does_not_pass(&outcome, &[("B-0427", Verdict::Warn, Some(Code::UnexpectedStatus))]);
    assert_eq!(outcome.on("B-0428"), [Verdict::NotApplicable]);
}

#[test]
fn a_station_without_logs_fails_one_row_and_the_rest_is_blocked() {
    let without = Answers(|mut passing: Passing, wire: &mut Wire| match passing.call("GetLog") {
        Some(_) => wire.refuse(&passing, "NotImplemented"),
        None => wire.deliver(passing.frame),
    });
    let outcome = judged(Version::V201, LOGS, without);
    let blocked = |row| (row, Verdict::Inconclusive, None);
    let fail = ("B-0421", Verdict::Fail, Some(Code::CallError));
    let rest = ["B-0422", "B-0423", "B-0425", "B-0426", "B-0427", "B-0428"].map(blocked);
    let also = ("B-0429", Verdict::Inconclusive, None);
    does_not_pass(&outcome, &[&[fail][..], &rest, &[also]].concat());
}

#[test]
fn a_station_that_knows_no_trigger_need_not() {
    let mute = Answers(|mut passing: Passing, wire: &mut Wire| match passing.call("TriggerMessage") {
        Some(_) => wire.answer(&passing, json!({ "status": "NotImplemented" })),
        None => wire.deliver(passing.frame),
    });
    let outcome = judged(Version::V201, "@req:B-0427 or @req:B-0429", mute);
    does_not_pass(&outcome, &[]);
    assert_eq!(outcome.on("B-0429"), [Verdict::NotApplicable; 2]);
}

/// Uploads in another way.
struct Uploads<F>(F);
impl<F: FnMut(&mut Upload)> Middle for Uploads<F> {
    fn uploads(&mut self, mut upload: Upload) -> Upload {
        (self.0)(&mut upload);
        upload
    }
}

#[test]
fn an_empty_file_is_found() {
    let outcome =
        judged(Version::V201, "@req:B-0422 or @req:B-0423", Uploads(|u: &mut Upload| u.bytes.clear()));
    does_not_pass(&outcome, &[("B-0422", Verdict::Fail, Some(Code::FileEmpty))]);
}

#[test]
fn a_form_is_as_good_as_a_body() {
    let outcome = judged(Version::V21, PLACES, Uploads(|u: &mut Upload| u.packing = Packing::Form));
    does_not_pass(&outcome, &[]);
}

#[test]
fn a_file_under_another_name_is_misplaced() {
    let outcome = judged(Version::V21, PLACES, Uploads(|u: &mut Upload| u.name = "log.txt".to_owned()));
    does_not_pass(&outcome, &[("B-0432", Verdict::Fail, Some(Code::FileMisplaced))]);
}

#[test]
fn a_signed_address_without_its_query_is_misplaced() {
    let cut = Uploads(|u: &mut Upload| u.url = u.url.split('?').next().unwrap().to_owned());
    let outcome = judged(Version::V21, PLACES, cut);
    does_not_pass(&outcome, &[("B-0432", Verdict::Fail, Some(Code::FileMisplaced))]);
}

#[test]
fn credentials_that_are_left_out_are_missed() {
    let shy = Uploads(|u: &mut Upload| u.url = u.url.replace("diagmark-upload:for-this-upload-only@", ""));
    let outcome = judged(Version::V21, PLACES, shy);
    does_not_pass(&outcome, &[("B-0433", Verdict::Fail, Some(Code::CredentialsMissing))]);
}

#[test]
fn a_redirect_that_is_followed_is_found() {
    struct Led;
    impl Middle for Led {
        fn follows_redirects(&self) -> bool {
            true
        }
    }
    let outcome = judged(Version::V21, "@req:B-0434", Led);
    does_not_pass(&outcome, &[("B-0434", Verdict::Fail, Some(Code::RedirectFollowed))]);
}
