//! Logs and their uploads.

use super::{Deviation, defect, hears, instead, says, variant};
use net::station::upload::Packing;
use ocpp::Version;
use serde_json::{Value, json};
use station::Upload;
use station::policy::logs::{Failures, Interval, Newer, Redirects, Retries};
use station::wire::{Between, Middle, Passing, Wire};

pub(super) fn deviations() -> Vec<Deviation> {
    [answers(), course(), files()].concat()
}

/// Uploads in another way.
fn uploads(change: impl FnMut(&mut Upload) + Send + 'static) -> Between {
    struct Uploads<F>(F);
    impl<F: FnMut(&mut Upload) + Send> Middle for Uploads<F> {
        fn uploads(&mut self, mut upload: Upload) -> Upload {
            (self.0)(&mut upload);
            upload
        }
    }
    Between::new(Uploads(change))
}

/// Changes what is told of uploads.
fn tells(mut change: impl FnMut(&mut Value) + Send + 'static) -> Between {
    says(move |p| {
        if let Some(payload) = p.call("LogStatusNotification") {
            change(payload);
        }
    })
}

/// Changes what is told of the first upload of a run, or keeps it back: a station that fails once.
fn of_the_first(tells: fn(&mut Value) -> bool) -> Between {
    let mut first: Option<Value> = None;
    instead(move |mut p, wire| {
        let told = p.call("LogStatusNotification").filter(|t| t.get("requestId").is_some());
        let of_first =
            told.filter(|t| first.get_or_insert_with(|| t["requestId"].clone()) == &t["requestId"]);
        match of_first.is_none_or(tells) {
            true => wire.send(p.frame),
            false => wire.settle(&p),
        }
    })
}

/// Keeps to itself what is told of uploads with this status.
fn never_tells(status: &'static str) -> Between {
    instead(move |mut p, wire| match p.call("LogStatusNotification").filter(|s| s["status"] == status) {
        Some(_) => wire.settle(&p),
        None => wire.send(p.frame),
    })
}

fn answers() -> Vec<Deviation> {
    vec![
        defect("log-file-unnamed", "the answer to a request for a log does not name the file")
            .breaks(&["B-0421"])
            .leaves_open(&["B-0432"])
            .wire(|_| {
                says(|p| {
                    if let Some(answer) = p.result("GetLog").and_then(Value::as_object_mut) {
                        answer.remove("filename");
                    }
                })
            }),
        defect("log-accepted-without-upload", "a request for a log is accepted and nothing follows")
            .breaks(&["B-0422"])
            .leaves_open(&["B-0423", "B-0429"])
            .wire(|_| {
                hears(|mut p, wire| match p.call("GetLog") {
                    Some(_) => wire.answer(&p, json!({ "status": "Accepted", "filename": "station.log" })),
                    None => wire.deliver(p.frame),
                })
            }),
        defect("no-logs", "requests for logs are not implemented")
            .breaks(&["B-0421"])
            .leaves_open(&["B-0429"])
            .wire(|_| {
                hears(|mut p, wire| match p.call("GetLog") {
                    Some(_) => wire.refuse(&p, "NotImplemented"),
                    None => wire.deliver(p.frame),
                })
            }),
        defect(
            "newer-log-ends-nothing",
            "a request for a log that ends a running upload is answered Accepted",
        )
        .warns(&["B-0427"])
        .leaves_open(&["B-0428"])
        .wire(|_| {
            says(|p| {
                if let Some(answer) = p.result("GetLog").filter(|a| a["status"] == "AcceptedCanceled") {
                    answer["status"] = json!("Accepted");
                }
            })
        }),
        variant("log-status-trigger-unknown", "the state of uploads cannot be asked for")
            .allowed_by("F06.FR.08 lets a station answer NotImplemented")
            .leaves_open(&["B-0429", "B-0029"])
            .wire(|_| {
                hears(|mut p, wire| {
                    let asked = p.call("TriggerMessage").map(|t| t["requestedMessage"].clone());
                    match asked {
                        Some(asked) if asked == "LogStatusNotification" => {
                            wire.answer(&p, json!({ "status": "NotImplemented" }));
                        }
                        _ => wire.deliver(p.frame),
                    }
                })
            }),
    ]
}

fn course() -> Vec<Deviation> {
    vec![
        defect(
            "log-status-without-id",
            "what is told of the first upload of a run does not name its request",
        )
        .breaks(&["B-0423"])
        .wire(|_| {
            of_the_first(|told| {
                if let Some(told) = told.as_object_mut() {
                    told.remove("requestId");
                }
                true
            })
        }),
        defect(
            "log-status-of-another-request",
            "what is told of the first upload of a run names another request",
        )
        .breaks(&["B-0423"])
        .wire(|_| {
            of_the_first(|told| {
                told["requestId"] = json!(424_242);
                true
            })
        }),
        defect("upload-end-untold", "that the first upload of a run has succeeded is never told")
            .breaks(&["B-0423"])
            .wire(|_| of_the_first(|told| told["status"] != "Uploaded")),
        defect("upload-begin-untold", "that the first upload of a run begins is never told")
            .breaks(&["B-0423"])
            .wire(|_| of_the_first(|told| told["status"] != "Uploading")),
        defect("failure-told-as-success", "an upload that failed is said to have succeeded")
            .breaks(&["B-0425"])
            .wire(|_| {
                tells(|p| {
                    if p["status"] == "UploadFailure" || p["status"] == "PermissionDenied" {
                        p["status"] = json!("Uploaded");
                    }
                })
            }),
        defect("failure-untold", "that an upload has failed is never told")
            .breaks(&["B-0434"])
            .warns(&["B-0426"])
            .only(&[Version::V21])
            .wire(|_| never_tells("UploadFailure")),
        defect(
            "upload-not-tried-again",
            "a failed upload is not tried again, however often it was asked to be",
        )
        .warns(&["B-0426"])
        .decides(|p| p.logs.retries = Retries::None),
        defect("upload-tried-once-more", "a failed upload is tried once more than asked")
            .warns(&["B-0426"])
            .decides(|p| p.logs.retries = Retries::OneMore),
        defect("upload-tried-again-at-once", "a failed upload is tried again without a pause")
            .warns(&["B-0426"])
            .decides(|p| p.logs.interval = Interval::None),
        defect("each-failed-attempt-told", "the failure of an upload is told after each attempt")
            .warns(&["B-0426"])
            .decides(|p| p.logs.failures = Failures::Each),
        defect("cancelled-upload-untold", "that an upload was given up for a newer one is never told")
            .breaks(&["B-0428"])
            .decides(|p| p.logs.newer = Newer::Silently),
        defect("running-upload-denied", "a station that uploads says on request that it does not")
            .warns(&["B-0429"])
            .wire(|_| denied()),
    ]
}

/// What is asked for with TriggerMessage is always that nothing is uploaded.
fn denied() -> Between {
    struct Denied(bool);
    impl Middle for Denied {
        fn heard(&mut self, mut p: Passing, wire: &mut Wire) {
            self.0 |=
                p.call("TriggerMessage").is_some_and(|t| t["requestedMessage"] == "LogStatusNotification");
            wire.deliver(p.frame);
        }
        fn said(&mut self, mut p: Passing, wire: &mut Wire) {
            if let Some(status) = p.call("LogStatusNotification").filter(|_| std::mem::take(&mut self.0)) {
                *status = json!({ "status": "Idle" });
            }
            wire.send(p.frame);
        }
    }
    Between::new(Denied(false))
}

fn files() -> Vec<Deviation> {
    const NAMED: &[Version] = &[Version::V21];
    vec![
        defect("empty-log", "the diagnostics log is uploaded empty")
            .breaks(&["B-0422"])
            .warns(&["B-0427"])
            .wire(|_| emptied("Diagnostics")),
        defect("empty-security-log", "the security log is uploaded empty")
            .breaks(&["B-0424"])
            .wire(|_| emptied("Security")),
        defect("empty-data-collector-log", "the log of the data collector is uploaded empty")
            .breaks(&["B-0435"])
            .only(NAMED)
            .wire(|_| emptied("DataCollector")),
        defect("posted-without-name", "a file is posted without its name in the headers")
            .breaks(&["B-0431"])
            .wire(|_| uploads(|u| u.packing = Packing::Nameless)),
        defect("file-under-another-name", "a file is uploaded under another name than was told")
            .breaks(&["B-0432"])
            .only(NAMED)
            .wire(|_| uploads(|u| u.name = "log.txt".to_owned())),
        defect("signed-address-cut", "the query of the place of an upload is left out")
            .breaks(&["B-0432"])
            .only(NAMED)
            .wire(|_| uploads(|u| u.url = u.url.split('?').next().unwrap_or_default().to_owned())),
        defect("upload-without-credentials", "name and password in the place of an upload are ignored")
            .breaks(&["B-0433"])
            .only(NAMED)
            .wire(|_| {
                uploads(|u| {
                    if let Some((scheme, rest)) = u.url.split_once("://")
                        && let Some((_, place)) = rest.rsplit_once('@')
                    {
                        u.url = format!("{scheme}://{place}");
                    }
                })
            }),
        defect("redirect-followed", "an upload that is redirected goes where it is sent")
            .breaks(&["B-0434"])
            .only(NAMED)
            .decides(|p| p.logs.redirects = Redirects::Followed),
        variant("uploads-as-forms", "files are posted as forms")
            .allowed_by(
                "N01.FR.18 and N01.FR.19 leave PUT and POST to the station, and no requirement the body",
            )
            .wire(|_| uploads(|u| u.packing = Packing::Form)),
        variant("uploads-by-put", "files are put, also into folders")
            .allowed_by("N01.FR.18 leaves PUT and POST to the station")
            .leaves_open(&["B-0431"])
            .wire(|_| uploads(|u| u.packing = Packing::Put)),
    ]
}

/// The file of one kind of log is empty.
fn emptied(kind: &'static str) -> Between {
    uploads(move |u| {
        if u.name.contains(kind) {
            u.bytes.clear();
        }
    })
}
