//! Logs (OCPP N01): what is in them, the upload that is under way, and what is told of it.

use crate::device::value;
use crate::engine::{Outgoing, Station};
use crate::message::put;
use crate::policy::logs::{Interval, Newer, Retries};
use jiff::Timestamp;
use net::station::upload::{Packing, UploadError};
use ocpp::{DataType, Version, device::same};
use serde_json::{Value, json};

/// Interval between attempts where the request states none, in seconds.
const OWN_INTERVAL: i64 = 60;

/// A file on its way. Whoever carries it says how it ended with [`Station::upload_ended`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Number of the attempt, never used twice.
    pub number: u64,
    /// Where it goes: `log.remoteLocation`.
    pub url: String,
    /// Name of the file, as in the GetLogResponse.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// How it is put into an HTTP request.
    pub packing: Packing,
}

/// Why an upload failed, as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadFailure {
    /// `UploadLogStatusEnumType`.
    pub status: &'static str,
    /// A reason code, where there is one (2.1).
    pub reason: Option<&'static str>,
}

impl From<&UploadError> for UploadFailure {
    fn from(error: &UploadError) -> UploadFailure {
        // N01.FR.30
        let redirected = matches!(error, UploadError::Redirected { .. });
        UploadFailure { status: error.log_status(), reason: redirected.then_some("RedirectNotAllowed") }
    }
}

/// The state of the logs.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    /// There is one upload at a time.
    running: Option<Job>,
    attempts: u64,
    /// Whether the product keeps a log of its data collector.
    pub(crate) collects: bool,
}

/// A GetLog that was accepted and has not ended.
#[derive(Debug)]
struct Job {
    request: Value,
    upload: Upload,
    retries_left: u64,
    interval: i64,
    /// When the next attempt begins; nothing while one is under way.
    again: Option<Timestamp>,
}

impl Logs {
    /// When the next attempt is due.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.running.as_ref()?.again
    }
}

/// The part of a log that is asked for; both ends are optional and included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Period {
    oldest: Option<Timestamp>,
    latest: Option<Timestamp>,
}

impl Period {
    fn of(log: Option<&Value>) -> Period {
        let time = |key: &str| log?.get(key)?.as_str()?.parse().ok();
        Period { oldest: time("oldestTimestamp"), latest: time("latestTimestamp") }
    }

    /// Whether it contains a time.
    pub(crate) fn holds(self, at: Timestamp) -> bool {
        self.oldest.is_none_or(|oldest| oldest <= at) && self.latest.is_none_or(|latest| at <= latest)
    }
}

impl Station {
    /// GetLog. What follows from it, is sent after the answer.
    pub(crate) fn get_log(&mut self, payload: &Value, now: Timestamp) -> Value {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |key: &str| payload.get(key).and_then(Value::as_i64);
        let log = payload.get("log");
        let kind = text(payload.get("logType"));
        let Some(content) = self.content(&kind, Period::of(log), now) else {
            // N01.FR.05
            return json!({ "status": "Rejected", "statusInfo": { "reasonCode": "NotFound" } });
        };
        let name = self.file_name(&kind, now);
        // N01.FR.12, N01.FR.20
        let status = if self.cancel_upload() { "AcceptedCanceled" } else { "Accepted" };
        let url = text(log.and_then(|l| l.get("remoteLocation")));
        let upload = Upload {
            number: 0,
            packing: self.policy.packing(&url),
            url,
            name: name.clone(),
            bytes: content.into_bytes(),
        };
        let retries = number("retries").and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
        let interval = number("retryInterval").filter(|i| *i >= 0).unwrap_or(OWN_INTERVAL);
        let job = Job {
            request: payload.get("requestId").cloned().unwrap_or(json!(0)),
            upload,
            retries_left: match self.policy.logs.retries {
                Retries::AsAsked => retries,
                Retries::None => 0,
                Retries::OneMore => retries.saturating_add(1),
            },
            interval: match self.policy.logs.interval {
                Interval::AsAsked => interval,
                Interval::None => 0,
            },
            again: None,
        };
        self.begin_upload(job);
        json!({ "status": status, "filename": name })
    }

    fn begin_upload(&mut self, mut job: Job) {
        if !self.may_upload_to(&job.upload.url) {
            return self.tell_of_log(&job.request, "NotSupportedOperation", None);
        }
        // N01.FR.08
        self.tell_of_log(&job.request, "Uploading", None);
        self.attempt(&mut job);
        self.logs.running = Some(job);
    }

    fn attempt(&mut self, job: &mut Job) {
        self.logs.attempts += 1;
        job.again = None;
        job.upload.number = self.logs.attempts;
        self.out.push_back(Outgoing::Upload(job.upload.clone()));
    }

    /// An attempt to upload has ended.
    pub fn upload_ended(&mut self, now: Timestamp, number: u64, ended: Result<(), UploadFailure>) {
        self.begin(now);
        // One that was cancelled has been told of.
        if let Some(mut job) = self.logs.running.take_if(|job| job.upload.number == number) {
            match ended {
                Ok(()) => self.tell_of_log(&job.request, "Uploaded", None),
                Err(failure) if job.retries_left > 0 && self.policy.tries_again_after(failure) => {
                    if self.policy.tells_each_failure() {
                        self.tell_of_log(&job.request, failure.status, failure.reason);
                    }
                    job.retries_left -= 1;
                    job.again = crate::boot::after(now, job.interval);
                    self.logs.running = Some(job);
                }
                // N01.FR.10
                Err(failure) => self.tell_of_log(&job.request, failure.status, failure.reason),
            }
        }
        self.settle(now);
    }

    /// The next attempt, if its time has come.
    pub(crate) fn retry_upload(&mut self, now: Timestamp) {
        if let Some(mut job) = self.logs.running.take_if(|job| job.again.is_some_and(|at| at <= now)) {
            self.attempt(&mut job);
            self.logs.running = Some(job);
        }
    }

    /// Gives the upload up for another one; whether there was one.
    fn cancel_upload(&mut self) -> bool {
        let Some(job) = self.stop_upload() else { return false };
        if self.policy.logs.newer == Newer::TakesItsPlace {
            self.tell_of_log(&job.request, "AcceptedCanceled", None);
        }
        true
    }

    /// A restart ends the upload: it failed.
    pub(crate) fn abandon_upload(&mut self) {
        if let Some(job) = self.stop_upload() {
            self.tell_of_log(&job.request, "UploadFailure", None);
        }
    }

    fn stop_upload(&mut self) -> Option<Job> {
        let job = self.logs.running.take()?;
        self.out.push_back(Outgoing::CancelUpload);
        Some(job)
    }

    /// A triggered LogStatusNotification (F06.FR.14, F06.FR.15, N01.FR.13).
    pub(crate) fn send_log_status(&mut self) {
        let payload = match &self.logs.running {
            Some(job) => json!({ "status": "Uploading", "requestId": job.request }),
            None => json!({ "status": "Idle" }),
        };
        self.call("LogStatusNotification", payload);
    }

    /// LogStatusNotification; it waits for the connection if there is none.
    fn tell_of_log(&mut self, request: &Value, status: &str, reason: Option<&str>) {
        let mut payload = json!({ "status": status, "requestId": request });
        if let Some(reason) = reason.filter(|_| self.version == Version::V21) {
            put(&mut payload, "statusInfo", json!({ "reasonCode": reason }));
        }
        self.call_or_keep("LogStatusNotification", payload);
    }

    /// Whether the station says that it can upload by the protocol of this URL. What is no URL at all is found out
    /// when it is tried.
    fn may_upload_to(&self, url: &str) -> bool {
        let listed = self.model.own("OCPPCommCtrlr", "FileTransferProtocols", None);
        let listed = listed.map_or("", |v| v.actual());
        url.split_once("://")
            .is_none_or(|(scheme, _)| listed.split(',').any(|p| p.trim().eq_ignore_ascii_case(scheme)))
    }

    /// A name that no other file of any station has: serial number, kind of log, time.
    fn file_name(&self, kind: &str, now: Timestamp) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
        let serial: String = self.identity.serial.chars().map(plain).collect();
        let extension = if kind == "DataCollectorLog" { "csv" } else { "log" };
        format!("{serial}-{kind}-{}.{extension}", now.strftime("%Y%m%dT%H%M%SZ"))
    }

    /// What is in a log; nothing if there is no such log.
    fn content(&self, kind: &str, period: Period, now: Timestamp) -> Option<String> {
        match kind {
            "DiagnosticsLog" => Some(self.diagnostics(now)),
            "SecurityLog" => Some(self.security_log(period)),
            "DataCollectorLog" if self.collects_data() => Some(self.samples(now)),
            _ => None,
        }
    }

    /// Everything the station may say of itself, as it is now.
    fn diagnostics(&self, now: Timestamp) -> String {
        let about = &self.identity;
        let mut text = format!(
            "{} {} {} firmware {}, OCPP {}, at {}\n",
            about.vendor,
            about.model,
            about.serial,
            about.firmware,
            self.version,
            value::time(now)
        );
        for (_, variable) in self.model.all() {
            text.push_str(&format!("{} = {}\n", variable.address, variable.shown()));
        }
        text
    }

    fn collects_data(&self) -> bool {
        let switch = self.model.own("DataCollector", "Enabled", None);
        self.logs.collects && switch.is_none_or(|enabled| enabled.actual() == "true")
    }

    /// The present value of every measured quantity.
    fn samples(&self, now: Timestamp) -> String {
        let mut text = "time,component,variable,value\n".to_owned();
        let measured = |v: &crate::device::Variable| {
            matches!(v.data_type, DataType::Decimal | DataType::Integer)
                && v.supports_monitoring
                && !same(&v.address.component.name, "OCPPCommCtrlr")
        };
        for (_, v) in self.model.all().filter(|(_, v)| measured(v)) {
            let (component, variable) = (&v.address.component, &v.address.variable);
            text.push_str(&format!("{},{component},{variable},{}\n", value::time(now), v.shown()));
        }
        text
    }
}
