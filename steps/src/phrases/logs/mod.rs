//! Phrases about logs: they are asked for, arrive on the upload servers of the suite, and their course is told.

mod held;
mod places;

pub(crate) use held::Superseded;

use super::chosen::at;
use super::moving::read_text;
use crate::link::WaitFor;
use crate::observed::{Stretch, once};
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::answer::Reply;
use judge::logs::{self, Request, is_final};
use net::upload::{Fault, UploadPolicy};
use serde_json::{Value, json};
use std::rc::Rc;
use std::time::Duration;
use trace::{Seq, UploadEvent, UploadProtocol};

/// What the suite can serve, the simplest first.
const SERVED: [UploadProtocol; 3] = [UploadProtocol::Http, UploadProtocol::Https, UploadProtocol::Ftp];
/// What a station has to know one of.
const WEB: [UploadProtocol; 2] = [UploadProtocol::Http, UploadProtocol::Https];
/// The one kind of log every station has.
const DIAGNOSTICS: &str = "DiagnosticsLog";
/// A log that was asked for, and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Fetched {
    request: Request,
    url: String,
    stretch: Stretch,
    /// Whether the station says that it can upload there.
    common: bool,
}

/// The protocols the station says it can upload by; `None` if it does not say.
async fn listed(w: &mut World) -> Result<Option<String>, Stop> {
    read_text(w, &at("OCPPCommCtrlr", "FileTransferProtocols")).await
}

fn both(listed: Option<&str>, wanted: &[UploadProtocol]) -> Vec<UploadProtocol> {
    let says = |p: &UploadProtocol| {
        listed.is_none_or(|l| l.split(',').any(|one| one.trim().eq_ignore_ascii_case(p.ocpp_name())))
    };
    wanted.iter().copied().filter(says).collect()
}

/// The protocols that station and suite have in common, of those wanted. None: the scenario does not apply.
async fn common(w: &mut World, wanted: &[UploadProtocol]) -> Result<Vec<UploadProtocol>, Stop> {
    let listed = listed(w).await?;
    let found = both(listed.as_deref(), wanted);
    if found.is_empty() {
        let names: Vec<&str> = wanted.iter().map(|p| p.ocpp_name()).collect();
        let list = listed.unwrap_or_default();
        return Err(Stop::NotApplicable(format!(
            "the station lists {list:?}, and none of {}",
            names.join(", ")
        )));
    }
    Ok(found)
}

/// Asks for a log.
async fn ask(w: &mut World, kind: &str, upload: String, url: &str, more: Value) -> Result<Request, Stop> {
    let id = w.lane.report_id();
    let mut payload = json!({
        "requestId": id,
        "logType": kind,
        "log": { "remoteLocation": url },
        "retries": 0,
    });
    if let (Some(payload), Value::Object(more)) = (payload.as_object_mut(), more) {
        payload.extend(more);
    }
    let limit = w.cx.deadline("B-0421");
    let answer = w.lane.call("GetLog", payload, limit).await?;
    w.answer = Some(answer.clone());
    Ok(Request { id, upload, answer })
}

/// Whether the station has agreed to an upload.
fn agreed(request: &Request) -> bool {
    matches!(request.answer.status(), Some("Accepted" | "AcceptedCanceled"))
}

/// Waits until the end of an upload was told, and gives what else may be said of it the time to come.
async fn ended(w: &mut World, request: &Request, limit: Duration) -> Result<(), Stop> {
    if !agreed(request) {
        return Ok(());
    }
    let id = request.id;
    let ends = |p: &Value| {
        let of = p.get("requestId").and_then(Value::as_i64).is_none_or(|of| of == id);
        of && p.get("status").and_then(Value::as_str).is_some_and(is_final)
    };
    w.lane.heard(request.answer.sent, limit, "LogStatusNotification", WaitFor::Station, ends).await?;
    let limit = w.cx.deadline("B-0012");
    w.lane.sign_of_life(limit).await?;
    Ok(())
}

/// Asks for a log and waits for the end of its upload.
async fn fetch(
    w: &mut World,
    kind: &str,
    protocols: &[UploadProtocol],
    policy: UploadPolicy,
    more: Value,
) -> Result<Fetched, Stop> {
    let place = w.lane.expect_upload(protocols, policy)?;
    let request = ask(w, kind, place.upload, &place.url, more).await?;
    let limit = w.deadline();
    ended(w, &request, limit).await?;
    let stretch = Stretch { from: request.answer.sent, to: w.lane.now() };
    Ok(Fetched { request, url: place.url, stretch, common: true })
}

fn fetched(w: &World) -> Result<Fetched, Stop> {
    w.log.clone().ok_or_else(|| Stop::Bug("a step judges a log before one was asked for".to_owned()))
}

/// What rests on an upload cannot be told of one that was not agreed to.
fn only_if_agreed(log: &Fetched) -> Result<(), Stop> {
    if agreed(&log.request) {
        return Ok(());
    }
    let answer = &log.request.answer;
    let said = match (&answer.reply, answer.status()) {
        (_, Some(status)) => status.to_owned(),
        (Reply::Error { code, .. }, _) => code.clone(),
        _ => "nothing".to_owned(),
    };
    Err(Stop::open(format!("the request for the log was answered {said}"), [answer.sent, answer.reply.at()]))
}

fn waited(limit: Duration) -> String {
    format!("within {} s", limit.as_secs())
}

/// The good upload that several rows are judged from.
async fn good(w: &mut World) -> Result<Rc<Fetched>, Stop> {
    once(
        w,
        |o| &mut o.log,
        async |w| {
            let listed = listed(w).await?;
            let found = both(listed.as_deref(), &SERVED);
            let common = !found.is_empty();
            let protocols = if common { found } else { WEB.to_vec() };
            let limit = w.cx.deadline("B-0422");
            let place = w.lane.expect_upload(&protocols, UploadPolicy::accepting())?;
            let request = ask(w, DIAGNOSTICS, place.upload, &place.url, json!({})).await?;
            if common {
                ended(w, &request, limit).await?;
            }
            let stretch = Stretch { from: request.answer.sent, to: w.lane.now() };
            Ok(Fetched { request, url: place.url, stretch, common })
        },
    )
    .await
}

#[given("a diagnostics log that was asked for")]
async fn was_asked_for(w: &mut World) {
    w.attempt(async |w| {
        let log = good(w).await?;
        w.log = Some((*log).clone());
        Ok(())
    })
    .await;
}

#[then("the station has accepted the request and named the file")]
async fn accepted_and_named(w: &mut World) {
    w.attempt(async |w| {
        let log = fetched(w)?;
        w.judge([logs::accepted_and_named(&log.request.answer)]);
        Ok(())
    })
    .await;
}

#[then("one file has arrived in time, and it is not empty")]
async fn has_arrived(w: &mut World) {
    w.attempt(async |w| {
        let log = in_common(fetched(w)?)?;
        only_if_agreed(&log)?;
        let limit = waited(w.deadline());
        let checks = log.stretch.look(&w.lane, |window| logs::arrived(window, &log.request, &limit));
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// Where station and suite have no protocol in common, there is no upload.
fn in_common(log: Fetched) -> Result<Fetched, Stop> {
    if log.common {
        return Ok(log);
    }
    let why = "the station lists no protocol for uploads that the suite serves";
    Err(Stop::NotApplicable(why.to_owned()))
}

#[then("it was told that the upload began and that it succeeded, under the id of the request")]
async fn success_told(w: &mut World) {
    w.attempt(async |w| {
        let log = in_common(fetched(w)?)?;
        only_if_agreed(&log)?;
        let limit = waited(w.deadline());
        let checks = log.stretch.look(&w.lane, |window| logs::success_told(window, &log.request, &limit));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[when("the security log is asked for")]
async fn security_log(w: &mut World) {
    w.attempt(async |w| {
        let protocols = common(w, &SERVED).await?;
        w.log = Some(fetch(w, "SecurityLog", &protocols, UploadPolicy::accepting(), json!({})).await?);
        Ok(())
    })
    .await;
}

#[when("an upload of the diagnostics log is refused by the server")]
async fn refused(w: &mut World) {
    w.attempt(async |w| {
        let protocols = common(w, &SERVED).await?;
        let policy = UploadPolicy::always(Fault::Status(403));
        w.log = Some(fetch(w, DIAGNOSTICS, &protocols, policy, json!({})).await?);
        Ok(())
    })
    .await;
}

#[then("the station has told once that it failed")]
async fn failure_told(w: &mut World) {
    w.attempt(async |w| {
        let log = fetched(w)?;
        only_if_agreed(&log)?;
        let limit = waited(w.deadline());
        let checks = log.stretch.look(&w.lane, |window| logs::failure_told(window, &log.request, &limit));
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// Retries asked for.
const RETRIES: u8 = 2;

#[when("the server fails an upload, with two retries at the interval of the row")]
async fn with_retries(w: &mut World) {
    w.attempt(async |w| {
        let protocols = common(w, &SERVED).await?;
        let every = super::events::interval(w)?;
        let policy = UploadPolicy::always(Fault::Status(503));
        let more = json!({ "retries": RETRIES, "retryInterval": every.as_secs() });
        let place = w.lane.expect_upload(&protocols, policy)?;
        let request = ask(w, DIAGNOSTICS, place.upload.clone(), &place.url, more).await?;
        let (from, limit) = (request.answer.sent, w.deadline());
        if agreed(&request) {
            // A station that tells each failure is not at its end with the first.
            let mut left = RETRIES + 1;
            let failed = |event: &UploadEvent| matches!(event, UploadEvent::Ended { .. });
            let (mut after, mut patience, mut whose) = (from, limit, WaitFor::Station);
            while left > 0 {
                match w.lane.uploading(after, patience, &place.upload, whose, failed).await? {
                    Some(at) => after = at.next(),
                    None => break,
                }
                left -= 1;
                // From here on the station waits for the interval it was asked to keep.
                whose = WaitFor::Mandated;
                patience = every.saturating_add(w.cx.deadline("B-0421"));
            }
            ended_after(w, &request, after).await?;
            // One attempt too many would come by then.
            let now = w.lane.now();
            w.lane.until(now, every * 2, "no further attempt", WaitFor::Mandated, |_| false).await?;
        }
        let stretch = Stretch { from, to: w.lane.now() };
        w.log = Some(Fetched { request, url: place.url, stretch, common: true });
        Ok(())
    })
    .await;
}

/// Waits until a failure was told after a record.
async fn ended_after(w: &mut World, request: &Request, after: Seq) -> Result<(), Stop> {
    let (id, limit) = (request.id, w.deadline());
    let ends = |p: &Value| {
        let of = p.get("requestId").and_then(Value::as_i64).is_none_or(|of| of == id);
        of && p.get("status").and_then(Value::as_str).is_some_and(is_final)
    };
    w.lane.heard(after, limit, "LogStatusNotification", WaitFor::Station, ends).await?;
    Ok(())
}

#[then("it has tried three times, no sooner than asked, and told of the failure after the last")]
async fn has_retried(w: &mut World) {
    w.attempt(async |w| {
        let log = fetched(w)?;
        only_if_agreed(&log)?;
        let (every, limit) = (super::events::interval(w)?, waited(w.deadline()));
        let tries = usize::from(RETRIES) + 1;
        let checks =
            log.stretch.look(&w.lane, |window| logs::retried(window, &log.request, tries, every, &limit));
        w.judge(checks);
        Ok(())
    })
    .await;
}
