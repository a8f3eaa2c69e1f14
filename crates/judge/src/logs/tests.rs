use super::*;
use crate::answer::Reply;
use crate::testing::{Story, all_hold, codes, observed};
use ocpp::Version;
use serde_json::json;
use std::time::Duration;

const WAITED: &str = "within 120 s";

fn asked(id: i64) -> Request {
    Request { id, upload: "u1".into(), answer: answer(json!({ "status": "Accepted", "filename": "a.log" })) }
}

fn answer(payload: Value) -> Answer {
    let reply = Reply::Result { at: Seq(1), payload };
    Answer { action: "GetLog".into(), request: json!({}), sent: Seq(0), reply }
}

impl Story {
    /// A request arrives at the upload server.
    fn begins_upload(
        self,
        number: u32,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        user: Option<&str>,
    ) -> Story {
        let headers = headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let event = UploadEvent::Begun {
            method: method.into(),
            path: path.into(),
            headers,
            user: user.map(str::to_owned),
        };
        self.at_the_server(number, event)
    }

    fn ends_upload(self, number: u32, outcome: UploadOutcome, bytes: u64, name: Option<&str>) -> Story {
        self.at_the_server(
            number,
            UploadEvent::Ended {
                outcome,
                status: None,
                bytes,
                sha256: String::new(),
                file_name: name.map(str::to_owned),
                kept: None,
                ms: 1,
                note: None,
            },
        )
    }

    fn at_the_server(self, request: u32, event: UploadEvent) -> Story {
        let peer = "127.0.0.1:5".to_owned();
        self.then(Body::Upload {
            upload: Some("u1".into()),
            protocol: UploadProtocol::Http,
            peer,
            request,
            event,
        })
    }

    fn puts(self, number: u32, outcome: UploadOutcome) -> Story {
        self.begins_upload(number, "PUT", "/u1/a.log", &[], None).ends_upload(number, outcome, 7, None)
    }

    fn tells(self, status: &str, id: Option<i64>) -> Story {
        let mut payload = json!({ "status": status });
        if let Some(id) = id {
            payload["requestId"] = json!(id);
        }
        self.says("LogStatusNotification", payload)
    }

    fn uploads_well(self) -> Story {
        self.tells("Uploading", Some(4)).puts(1, UploadOutcome::Stored).tells("Uploaded", Some(4))
    }
}

#[test]
fn a_request_is_accepted_and_the_file_named() {
    let of = |payload| codes([&accepted_and_named(&answer(payload))]);
    assert_eq!(of(json!({ "status": "Accepted", "filename": "a.log" })), []);
    assert_eq!(of(json!({ "status": "Accepted" })), [Code::LogUnnamed]);
    assert_eq!(of(json!({ "status": "Accepted", "filename": " " })), [Code::LogUnnamed]);
    assert_eq!(of(json!({ "status": "Rejected" })), [Code::UnexpectedStatus]);
}

#[test]
fn one_file_arrives_that_is_not_empty() {
    let check = |story: Story| arrived(story.window(), &asked(4), WAITED);
    assert!(all_hold(&check(Story::begins().puts(1, UploadOutcome::Stored))));
    let challenged = Story::begins().puts(1, UploadOutcome::Unauthorized).puts(2, UploadOutcome::Stored);
    assert!(all_hold(&check(challenged)));
    assert_eq!(codes(&check(Story::begins())), [Code::FileMissing]);
    assert_eq!(codes(&check(Story::begins().puts(1, UploadOutcome::Aborted))), [Code::FileMissing]);
    let twice = Story::begins().puts(1, UploadOutcome::Stored).puts(2, UploadOutcome::Stored);
    assert_eq!(codes(&check(twice)), [Code::FileTwice]);
    let empty = Story::begins().begins_upload(1, "PUT", "/u1/a", &[], None);
    assert_eq!(codes(&check(empty.ends_upload(1, UploadOutcome::Stored, 0, None))), [Code::FileEmpty]);
}

#[test]
fn a_file_of_another_upload_does_not_count() {
    let event = UploadEvent::Begun {
        method: "PUT".into(),
        path: "/u2/".into(),
        headers: BTreeMap::new(),
        user: None,
    };
    let (protocol, peer) = (UploadProtocol::Http, String::new());
    let other = Body::Upload { upload: Some("u2".into()), protocol, peer, request: 1, event };
    assert_eq!(codes(&arrived(Story::begins().then(other).window(), &asked(4), WAITED)), [Code::FileMissing]);
}

#[test]
fn the_course_of_a_good_upload_is_told() {
    let check = |story: Story| success_told(story.window(), &asked(4), WAITED);
    assert!(all_hold(&check(Story::begins().uploads_well())));
    let again = Story::begins().tells("Uploading", Some(4)).uploads_well();
    assert!(all_hold(&check(again)), "Uploading may be told again");
    let other = Story::begins().tells("AcceptedCanceled", Some(3)).uploads_well();
    assert!(all_hold(&check(other)), "what is told of others does not count");
}

#[test]
fn what_is_told_wrongly_of_a_good_upload_is_found() {
    let check = |story: Story| codes(&success_told(story.window(), &asked(4), WAITED));
    let file = |story: Story| story.puts(1, UploadOutcome::Stored);
    let begins = || Story::begins().tells("Uploading", Some(4));
    assert_eq!(check(file(begins())), [Code::LogStatusMissing]);
    assert_eq!(check(file(Story::begins())), [Code::LogStatusMissing]);
    assert_eq!(check(file(Story::begins()).tells("Uploaded", Some(4))), [Code::LogStatusMissing]);
    assert_eq!(check(Story::begins().uploads_well().tells("Uploaded", Some(4))), [Code::LogStatusWrong]);
    assert_eq!(check(Story::begins().uploads_well().tells("UploadFailure", Some(4))), [Code::LogStatusWrong]);
    assert_eq!(check(file(begins()).tells("Uploaded", None)), [Code::LogStatusId]);
    assert_eq!(check(file(begins()).tells("Uploaded", Some(5))), [Code::LogStatusMissing]);
    assert_eq!(check(begins().tells("Uploaded", Some(4))), [Code::LogStatusWrong]);
    let early = begins().tells("Uploaded", Some(4)).later(10.0);
    assert_eq!(check(file(early)), [Code::LogStatusWrong]);
}

#[test]
fn without_a_file_it_cannot_be_told_how_its_success_is_told() {
    let failed = Story::begins().tells("Uploading", Some(4)).tells("UploadFailure", Some(4));
    assert!(matches!(success_told(failed.window(), &asked(4), WAITED)[..], [Check::Open { .. }]));
}

#[test]
fn a_failure_is_told_once() {
    let check = |story: Story| codes(&failure_told(story.window(), &asked(4), WAITED));
    let begins = || Story::begins().tells("Uploading", Some(4)).puts(1, UploadOutcome::Refused);
    for status in FAILURES {
        assert_eq!(check(begins().tells(status, Some(4))), []);
    }
    assert_eq!(check(begins()), [Code::LogStatusMissing]);
    assert_eq!(check(begins().tells("Uploaded", Some(4))), [Code::LogStatusMissing]);
    let twice = begins().tells("UploadFailure", Some(4)).tells("PermissionDenied", Some(4));
    assert_eq!(check(twice), [Code::LogStatusWrong]);
    assert_eq!(
        check(begins().tells("UploadFailure", Some(4)).tells("Uploading", Some(4))),
        [Code::LogStatusWrong]
    );
    assert_eq!(check(Story::begins().tells("UploadFailure", Some(4))), [Code::LogStatusMissing]);
}

#[test]
fn a_failing_upload_is_tried_as_often_and_as_slowly_as_asked() {
    let two = Duration::from_secs(2);
    let check = |story: &Story| retried(story.window(), &asked(4), 3, two, WAITED);
    let begins = || Story::begins().tells("Uploading", Some(4));
    let refused = |story: Story, n: u32| story.puts(n, UploadOutcome::Refused).later(2.0);
    let three = || refused(refused(refused(begins(), 1), 2), 3);
    assert!(all_hold(&check(&three().tells("UploadFailure", Some(4)))));
    assert_eq!(codes(&check(&three())), [Code::LogStatusMissing]);
    let fewer = refused(refused(begins(), 1), 2).tells("UploadFailure", Some(4));
    assert_eq!(codes(&check(&fewer)), [Code::AttemptsWrong]);
    let more = refused(three(), 4).tells("UploadFailure", Some(4));
    assert_eq!(codes(&check(&more)), [Code::AttemptsWrong]);
    let hasty =
        (1..4).fold(begins(), |s, n| s.puts(n, UploadOutcome::Refused)).tells("UploadFailure", Some(4));
    assert_eq!(codes(&check(&hasty)), [Code::AttemptsWrong, Code::AttemptsWrong]);
}

#[test]
fn a_failure_told_after_each_attempt_is_mild() {
    let two = Duration::from_secs(2);
    let each = |s: Story, n: u32| {
        s.tells("Uploading", Some(4))
            .puts(n, UploadOutcome::Refused)
            .tells("UploadFailure", Some(4))
            .later(2.0)
    };
    let story = (1..4).fold(Story::begins(), each);
    let checks = retried(story.window(), &asked(4), 3, two, WAITED);
    assert!(
        matches!(&checks[..], [Check::Broken(f)] if f.mild && f.code == Code::LogStatusWrong),
        "{checks:?}"
    );
    let twice = each(each(Story::begins(), 1).puts(2, UploadOutcome::Refused).later(2.0), 3);
    let checks = retried(twice.window(), &asked(4), 3, two, WAITED);
    assert!(matches!(&checks[..], [Check::Broken(f)] if !f.mild), "{checks:?}");
}

#[test]
fn a_cancelled_upload_is_told_under_its_own_id() {
    let cancelled = answer(json!({ "status": "AcceptedCanceled", "filename": "b.log" }));
    let check = |story: Story| cancel_told(story.window(), &asked(4), &cancelled, WAITED);
    assert!(all_hold([&check(Story::begins().tells("AcceptedCanceled", Some(4)))]));
    assert_eq!(codes([&check(Story::begins().tells("AcceptedCanceled", Some(5)))]), [Code::LogStatusMissing]);
    assert_eq!(codes([&check(Story::begins().tells("AcceptedCanceled", None))]), [Code::LogStatusMissing]);
    let not = answer(json!({ "status": "Accepted" }));
    assert!(matches!(cancel_told(Story::begins().window(), &asked(4), &not, WAITED), Check::Void(_)));
}

#[test]
fn whether_an_upload_is_running_is_told_truthfully() {
    let trigger = answer(json!({ "status": "Accepted" }));
    let check = |story: Story, running| codes([&state_told(story.window(), &trigger, running, WAITED)]);
    let tells = |status, id| Story::begins().tells(status, id);
    assert_eq!(check(tells("Idle", None), None), []);
    assert_eq!(check(tells("Idle", Some(0)), None), []);
    assert_eq!(check(tells("Uploading", Some(4)), Some(4)), []);
    assert_eq!(check(tells("Uploading", None), Some(4)), [Code::LogStatusId]);
    assert_eq!(check(tells("Idle", None), Some(4)), [Code::LogStatusWrong]);
    assert_eq!(check(tells("Uploaded", Some(4)), None), [Code::LogStatusWrong]);
    assert_eq!(check(Story::begins(), None), [Code::LogStatusMissing]);
    let refused = answer(json!({ "status": "Rejected" }));
    assert_eq!(
        codes([&state_told(Story::begins().window(), &refused, None, WAITED)]),
        [Code::UnexpectedStatus]
    );
}

#[test]
fn idle_is_told_on_request_only() {
    let trigger =
        |s: Story| s.receives("TriggerMessage", json!({ "requestedMessage": "LogStatusNotification" }));
    let idle = |s: Story| s.tells("Idle", None);
    let check = |s: Story| codes([&idle_on_request_only(s.window())]);
    assert_eq!(check(idle(trigger(Story::begins()))), []);
    assert_eq!(check(idle(Story::begins())), [Code::LogStatusWrong]);
    assert_eq!(check(idle(idle(trigger(Story::begins())))), [Code::LogStatusWrong]);
}

#[test]
fn a_file_goes_into_the_folder_under_its_name_or_onto_the_place_as_given() {
    let check = |path: &str, place: &str| {
        let story = Story::begins_in(Version::V21).begins_upload(1, "PUT", path, &[], None);
        codes(&placed(story.window(), &asked(4), &Place::of(place)))
    };
    assert_eq!(check("/u1/a.log", "http://h:1/u1/"), []);
    assert_eq!(check("/u1/%61.log", "http://h:1/u1/"), []);
    assert_eq!(check("/u1/b.log", "http://h:1/u1/"), [Code::FileMisplaced]);
    assert_eq!(check("/u1/", "http://h:1/u1/"), [Code::FileMisplaced]);
    assert_eq!(check("/u1/x?sig=1", "http://u:p@h:1/u1/x?sig=1"), []);
    assert_eq!(check("/u1/x", "http://h:1/u1/x?sig=1"), [Code::FileMisplaced]);
    assert_eq!(check("/u1/x/a.log", "http://h:1/u1/x"), [Code::FileMisplaced]);
    let nothing = placed(Story::begins().window(), &asked(4), &Place::of("http://h/u1/"));
    assert!(matches!(nothing[..], [Check::Open { .. }]));
}

#[test]
fn the_credentials_of_the_place_are_shown() {
    let check = |story: Story| codes(&credentials_shown(story.window(), &asked(4), "me"));
    let with = |s: Story, n: u32, user, outcome| {
        s.begins_upload(n, "PUT", "/u1/a", &[], user).ends_upload(n, outcome, 7, None)
    };
    assert_eq!(check(with(Story::begins(), 1, Some("me"), UploadOutcome::Stored)), []);
    let asked_for = with(Story::begins(), 1, None, UploadOutcome::Unauthorized);
    assert_eq!(check(with(asked_for.clone(), 2, Some("me"), UploadOutcome::Stored)), []);
    assert_eq!(check(asked_for), [Code::CredentialsMissing]);
    let wrong = credentials_shown(
        with(Story::begins(), 1, Some("me"), UploadOutcome::Unauthorized).window(),
        &asked(4),
        "me",
    )
    .remove(0);
    assert_eq!(observed(&wrong), "another password");
}

#[test]
fn a_redirect_is_not_followed() {
    let check = |story: &Story| redirect_ignored(story.window(), &asked(4));
    let redirected = || Story::begins().puts(1, UploadOutcome::Redirected);
    assert!(all_hold(&check(&redirected())));
    let followed = redirected().begins_upload(2, "PUT", "/u1/redirected/a.log", &[], None);
    assert_eq!(codes(&check(&followed)), [Code::RedirectFollowed]);
    assert!(matches!(check(&Story::begins())[..], [Check::Open { .. }]));
}

#[test]
fn what_is_posted_is_named_in_the_headers() {
    let typed: &[(&str, &str)] = &[("content-type", "text/plain"), ("content-disposition", "attachment")];
    let posts = |headers, name| {
        let story = Story::begins().begins_upload(1, "POST", "/u1/a", headers, None);
        codes(&named_in_headers(story.ends_upload(1, UploadOutcome::Stored, 7, name).window()))
    };
    assert_eq!(posts(typed, Some("a.log")), []);
    assert_eq!(posts(&[("content-type", "multipart/form-data; boundary=x")], Some("a.log")), []);
    assert_eq!(posts(typed, None), [Code::FileUnnamed]);
    assert_eq!(posts(&[], Some("a.log")), [Code::FileUnnamed]);
    let put = named_in_headers(Story::begins().puts(1, UploadOutcome::Stored).window());
    assert!(matches!(put[..], [Check::Void(_)]));
}
