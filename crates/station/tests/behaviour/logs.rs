//! Logs: what is uploaded, and what is told of it.

use crate::support::{Csms, in_both, new_station};
use net::station::ConnectError;
use net::station::upload::{Packing, Route};
use net::upload::{Fault, UploadConfig, UploadPolicy, UploadUrl, Uploads};
use net::{BackoffConfig, Clock, CsmsConfig, Log, StationLink};
use ocpp::Version;
use serde_json::{Value, json};
use spec::Effect;
use station::{RunnerConfig, control};
use std::time::Duration;
use trace::{Body, Direction, LaneId, Trace, UploadEvent, UploadOutcome, UploadProtocol};

const PLACE: &str = "http://logs.test/in/";

fn request(id: i64, kind: &str, url: &str) -> Value {
    json!({ "requestId": id, "logType": kind, "log": { "remoteLocation": url }, "retries": 0 })
}

/// What was told of uploads: (status, id of the request).
fn told(csms: &mut Csms) -> Vec<(String, Value)> {
    let all = csms.take("LogStatusNotification");
    all.into_iter().map(|p| (p["status"].as_str().unwrap().to_owned(), p["requestId"].clone())).collect()
}

fn text(of: &[u8]) -> String {
    String::from_utf8(of.to_vec()).unwrap()
}

#[test]
fn a_log_is_named_and_uploaded_under_the_id_of_its_request() {
    in_both(|mut csms| {
        let answer = csms.call("GetLog", request(41, "DiagnosticsLog", PLACE));
        assert_eq!(answer["status"], "Accepted");
        let upload = csms.uploads.remove(0);
        assert_eq!(
            (answer["filename"].as_str().unwrap(), upload.url.as_str()),
            (upload.name.as_str(), PLACE)
        );
        assert_eq!(upload.name, "0001-DiagnosticsLog-20260301T100007Z.log");
        assert_eq!(csms.order, ["answer", "LogStatusNotification", "upload"]);
        assert!(text(&upload.bytes).contains("ChargingStation.Model = Box"), "{}", text(&upload.bytes));
        csms.upload_ends(upload.number, Ok(()));
        assert_eq!(told(&mut csms), [("Uploading".into(), json!(41)), ("Uploaded".into(), json!(41))]);
    });
}

#[test]
fn a_log_is_posted_into_a_folder_and_put_onto_a_name() {
    in_both(|mut csms| {
        csms.call("GetLog", request(1, "DiagnosticsLog", PLACE));
        csms.call("GetLog", request(2, "DiagnosticsLog", "http://logs.test/in/x.log"));
        let packings: Vec<Packing> = csms.uploads.iter().map(|u| u.packing).collect();
        assert_eq!(packings, [Packing::Post, Packing::Put]);
    });
}

#[test]
fn no_secret_is_in_a_log() {
    in_both(|mut csms| {
        assert_eq!(csms.put("SecurityCtrlr.BasicAuthPassword", "a-secret-of-20-signs"), "Accepted");
        for kind in ["DiagnosticsLog", "SecurityLog"] {
            csms.call("GetLog", request(1, kind, PLACE));
            assert!(!text(&csms.uploads.pop().unwrap().bytes).contains("a-secret"), "{kind}");
        }
    });
}

#[test]
fn a_failure_is_told_after_the_last_attempt() {
    in_both(|mut csms| {
        let mut request = request(7, "DiagnosticsLog", PLACE);
        request["retries"] = json!(2);
        request["retryInterval"] = json!(3);
        csms.call("GetLog", request);
        for waited in 0..3 {
            assert_eq!(csms.uploads.len(), 1, "attempt {waited}");
            let upload = csms.uploads.remove(0);
            csms.upload_ends(upload.number, Err("UploadFailure"));
            csms.wait(2);
            assert!(csms.uploads.is_empty(), "before its time");
            csms.wait(1);
        }
        assert_eq!(told(&mut csms), [("Uploading".into(), json!(7)), ("UploadFailure".into(), json!(7))]);
        csms.wait(100);
        assert!(csms.uploads.is_empty());
    });
}

#[test]
fn a_newer_request_ends_the_upload_under_way() {
    in_both(|mut csms| {
        csms.call("GetLog", request(1, "DiagnosticsLog", PLACE));
        csms.forget();
        assert_eq!(csms.status("GetLog", request(2, "SecurityLog", PLACE)), "AcceptedCanceled");
        assert_eq!(
            csms.order,
            ["answer", "cancel", "LogStatusNotification", "LogStatusNotification", "upload"]
        );
        let (old, new) = (csms.uploads[0].number, csms.uploads[1].number);
        csms.upload_ends(old, Ok(()));
        csms.upload_ends(new, Ok(()));
        let expected = [("AcceptedCanceled", 1), ("Uploading", 2), ("Uploaded", 2)];
        assert_eq!(told(&mut csms), expected.map(|(status, id)| (status.to_owned(), json!(id))));
    });
}

#[test]
fn whether_an_upload_is_running_is_told_on_request() {
    in_both(|mut csms| {
        let trigger = json!({ "requestedMessage": "LogStatusNotification" });
        assert_eq!(csms.status("TriggerMessage", trigger.clone()), "Accepted");
        assert_eq!(told(&mut csms), [("Idle".into(), Value::Null)]);
        csms.call("GetLog", request(9, "DiagnosticsLog", PLACE));
        told(&mut csms);
        csms.status("TriggerMessage", trigger);
        assert_eq!(told(&mut csms), [("Uploading".into(), json!(9))]);
    });
}

#[test]
fn a_protocol_that_is_not_listed_is_not_tried() {
    in_both(|mut csms| {
        assert_eq!(csms.status("GetLog", request(3, "DiagnosticsLog", "sftp://logs.test/")), "Accepted");
        assert!(csms.uploads.is_empty());
        assert_eq!(told(&mut csms), [("NotSupportedOperation".into(), json!(3))]);
    });
}

#[test]
fn what_there_is_no_log_of_is_refused() {
    let mut csms = Csms::of(new_station(Version::V21));
    csms.connect();
    assert_eq!(csms.status("GetLog", request(3, "DataCollectorLog", PLACE)), "Rejected");
    assert!(csms.uploads.is_empty());
}

#[test]
fn what_becomes_of_an_upload_is_told_when_the_station_is_back() {
    in_both(|mut csms| {
        csms.call("GetLog", request(5, "DiagnosticsLog", PLACE));
        csms.disconnect();
        csms.forget();
        let number = csms.uploads[0].number;
        csms.upload_ends(number, Ok(()));
        assert!(told(&mut csms).is_empty());
        csms.connect();
        assert_eq!(told(&mut csms), [("Uploaded".into(), json!(5))]);
    });
}

#[test]
fn a_restart_ends_an_upload_and_says_so_afterwards() {
    in_both(|mut csms| {
        csms.call("GetLog", request(5, "DiagnosticsLog", PLACE));
        csms.forget();
        csms.status("Reset", json!({ "type": "Immediate" }));
        csms.reboot();
        assert!(csms.order.contains(&"cancel".to_owned()));
        assert_eq!(told(&mut csms), [("UploadFailure".into(), json!(5))]);
    });
}

#[test]
fn a_power_loss_ends_one_too() {
    in_both(|mut csms| {
        csms.call("GetLog", request(5, "DiagnosticsLog", PLACE));
        csms.forget();
        csms.happens(Effect::PowerLoss { seconds: 5 });
        csms.reboot();
        assert_eq!(told(&mut csms), [("UploadFailure".into(), json!(5))]);
    });
}

/// The station over a stream in memory, and servers that take its files.
struct Bench {
    csms: net::Csms,
    log: Log,
    uploads: Uploads,
}

impl Bench {
    async fn online() -> Bench {
        let clock = Clock::starting_at("2026-03-01T10:00:07Z".parse().unwrap());
        let log = Log::new(clock.clone(), Trace::in_memory());
        let csms = net::Csms::new(CsmsConfig::default(), log.clone());
        let uploads = Uploads::in_memory(UploadConfig::default(), log.clone()).unwrap();
        let config = RunnerConfig {
            backoff: BackoffConfig { random_range: Duration::ZERO, ..BackoffConfig::default() },
            route: Route::Memory(uploads.clone()),
            ..RunnerConfig::default()
        };
        let server = csms.clone();
        let connect = move || {
            let server = server.clone();
            async move {
                let (near, far) = tokio::io::duplex(64 << 10);
                server.accept(far, "memory".into());
                StationLink::attach(near, "ws://memory", "CS001", &[Version::V21]).await
            }
        };
        let (handle, control) = control::channel();
        tokio::spawn(async move {
            let _handle = handle;
            let forever = std::future::pending();
            let ended: Result<_, ConnectError> =
                station::run(new_station(Version::V21), clock, config, connect, control, |_| (), forever)
                    .await;
            ended.unwrap();
        });
        let bench = Bench { csms, log, uploads };
        pass(1).await;
        bench
    }

    async fn asks(&self, id: i64, policy: UploadPolicy) -> UploadUrl {
        let url = self.uploads.expect(UploadProtocol::Http, policy).unwrap();
        let payload = request(id, "DiagnosticsLog", &url.url);
        self.csms.call(LaneId(1), &format!("c-{id}"), "GetLog", payload).await;
        url
    }

    /// How the attempts of an upload ended: outcome and length.
    fn ends(&self, url: &UploadUrl) -> Vec<(UploadOutcome, u64)> {
        self.log.with(|t| {
            let of = t.records().iter().filter_map(|r| match &r.body {
                Body::Upload { upload, event: UploadEvent::Ended { outcome, bytes, .. }, .. }
                    if upload.as_ref() == Some(&url.upload) =>
                {
                    Some((*outcome, *bytes))
                }
                _ => None,
            });
            of.collect()
        })
    }

    fn statuses(&self) -> Vec<(String, i64)> {
        self.log.with(|t| {
            let frames = t.records().iter().filter_map(|r| match &r.body {
                Body::Frame { dir: Direction::Rx, raw, .. } => serde_json::from_str::<Value>(raw).ok(),
                _ => None,
            });
            let of = frames.filter(|f| f[2] == "LogStatusNotification");
            of.map(|f| (f[3]["status"].as_str().unwrap().to_owned(), f[3]["requestId"].as_i64().unwrap()))
                .collect()
        })
    }
}

async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn the_file_arrives_at_the_server_and_its_arrival_is_told() {
    let bench = Bench::online().await;
    let url = bench.asks(1, UploadPolicy::accepting()).await;
    pass(5).await;
    let ends = bench.ends(&url);
    assert!(matches!(ends[..], [(UploadOutcome::Stored, bytes)] if bytes > 100), "{ends:?}");
    assert_eq!(bench.statuses(), [("Uploading".into(), 1), ("Uploaded".into(), 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_refused_or_sent_elsewhere_has_failed() {
    for (fault, status) in [
        (Fault::Status(403), "PermissionDenied"),
        (Fault::Status(500), "UploadFailure"),
        (Fault::Redirect(307), "UploadFailure"),
    ] {
        let bench = Bench::online().await;
        bench.asks(1, UploadPolicy::always(fault)).await;
        pass(5).await;
        assert_eq!(bench.statuses(), [("Uploading".into(), 1), (status.into(), 1)]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_is_cancelled_is_broken_off() {
    let bench = Bench::online().await;
    let held = bench.asks(1, UploadPolicy::always(Fault::Silence)).await;
    pass(5).await;
    let next = bench.asks(2, UploadPolicy::accepting()).await;
    pass(5).await;
    assert_eq!(bench.ends(&held)[0].0, UploadOutcome::Unanswered);
    assert_eq!(bench.ends(&next)[0].0, UploadOutcome::Stored);
    let expected = [("Uploading", 1), ("AcceptedCanceled", 1), ("Uploading", 2), ("Uploaded", 2)];
    assert_eq!(bench.statuses(), expected.map(|(status, id)| (status.to_owned(), id)));
}
