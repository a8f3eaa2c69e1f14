//! Phrases about logs: they are asked for, arrive on the upload servers of the suite, and their course is told.

use super::chosen::at;
use super::moving::read_text;
use super::triggers::trigger;
use crate::link::WaitFor;
use crate::observed::{Stretch, once};
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::answer::{Answer, Reply};
use judge::logs::{self, Place, Request, is_final};
use judge::{Check, Code, Finding};
use net::Password;
use net::upload::{Fault, UploadPolicy};
use serde_json::{Value, json};
use std::rc::Rc;
use std::time::Duration;
use trace::{Body, Seq, UploadEvent, UploadProtocol};

/// What the suite can serve, the simplest first.
const SERVED: [UploadProtocol; 3] = [UploadProtocol::Http, UploadProtocol::Https, UploadProtocol::Ftp];
const WEB: [UploadProtocol; 2] = [UploadProtocol::Http, UploadProtocol::Https];
/// The one kind of log every station has.
const DIAGNOSTICS: &str = "DiagnosticsLog";
/// Name in a place that asks for credentials. The password is made for this run and good for nothing else.
const USER: &str = "diagmark-upload";
const UPLOAD_PASSWORD: &str = "for-this-upload-only";

/// A log that was asked for, and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Fetched {
    request: Request,
    url: String,
    stretch: Stretch,
    /// Whether the station says that it can upload there.
    common: bool,
}

/// An upload that was held open until a newer request.
#[derive(Debug, Clone)]
pub(crate) struct Superseded {
    first: Request,
    /// The request for its state meanwhile, and whether the station knows how to tell it.
    trigger: Option<Answer>,
    /// Whether it was still running when the newer request came.
    running: bool,
    second: Request,
    stretch: Stretch,
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

/// The upload that is held open until a newer request ends it; several rows are judged from it.
async fn superseded(w: &mut World) -> Result<Rc<Superseded>, Stop> {
    once(w, |o| &mut o.superseded, async |w| {
        let protocols = common(w, &SERVED).await?;
        let limit = w.cx.deadline("B-0422");
        let held = w.lane.expect_upload(&protocols, UploadPolicy::always(Fault::Silence))?;
        let first = ask(w, DIAGNOSTICS, held.upload.clone(), &held.url, json!({})).await?;
        if !agreed(&first) {
            let at = [first.answer.sent, first.answer.reply.at()];
            return Err(Stop::open("the request for the log was not accepted", at));
        }
        let begins = |event: &UploadEvent| matches!(event, UploadEvent::Begun { .. });
        let begun = w.lane.uploading(first.answer.sent, limit, &held.upload, WaitFor::Station, begins).await?;
        let begun = begun.ok_or_else(|| {
            Stop::open("the upload that was to be held open did not begin", [first.answer.sent])
        })?;
        let trigger = state_asked(w).await?;
        if let Some(asked) = trigger.as_ref().filter(|a| a.status() == Some("Accepted")) {
            let (from, limit) = (asked.sent, w.cx.deadline("B-0429"));
            w.lane.heard(from, limit, "LogStatusNotification", WaitFor::Station, |_| true).await?;
        }
        let (id, upload) = (first.id, held.upload.as_str());
        let running = w.lane.since(begun, |window| {
            let ended = window.records.iter().any(|r| {
                matches!(&r.body, Body::Upload { upload: Some(of), event: UploadEvent::Ended { .. }, .. } if of == upload)
            });
            let told = logs::told(window).iter().any(|t| t.request == Some(id) && is_final(&t.status));
            !ended && !told
        });
        let next = w.lane.expect_upload(&protocols, UploadPolicy::accepting())?;
        let second = ask(w, DIAGNOSTICS, next.upload, &next.url, json!({})).await?;
        ended(w, &second, limit).await?;
        if second.answer.status() == Some("AcceptedCanceled") {
            let (from, limit) = (second.answer.sent, w.cx.deadline("B-0428"));
            let of_first = |p: &Value| p.get("requestId").and_then(Value::as_i64) == Some(id);
            w.lane.heard(from, limit, "LogStatusNotification", WaitFor::Station, of_first).await?;
        } else if running {
            // It goes on: nothing of it may disturb what follows.
            ended(w, &first, limit).await?;
        }
        let stretch = Stretch { from: first.answer.sent, to: w.lane.now() };
        Ok(Superseded { first, trigger, running, second, stretch })
    })
    .await
}

/// Asks whether an upload is running; nothing if the station does not know how to tell.
async fn state_asked(w: &mut World) -> Result<Option<Answer>, Stop> {
    match trigger(w, json!({ "requestedMessage": "LogStatusNotification" })).await {
        Ok(()) => Ok(Some(w.answer()?.clone())),
        Err(Stop::NotApplicable(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

#[given("an upload that was held open until the next request for a log")]
async fn held_open(w: &mut World) {
    w.attempt(async |w| {
        superseded(w).await?;
        Ok(())
    })
    .await;
}

#[then("the station has given the first up for the second, and uploaded the second")]
async fn given_up(w: &mut World) {
    w.attempt(async |w| {
        let seen = superseded(w).await?;
        if !seen.running {
            return Err(Stop::NotExercised("the upload was over before the next request".to_owned()));
        }
        let answered = seen.second.answer.status_is(&["AcceptedCanceled"]);
        let limit = waited(w.deadline());
        let mut checks = vec![answered];
        if agreed(&seen.second) {
            checks.extend(seen.stretch.look(&w.lane, |window| logs::arrived(window, &seen.second, &limit)));
        }
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("it was told under the id of the first request that it was cancelled")]
async fn cancel_told(w: &mut World) {
    w.attempt(async |w| {
        let (seen, limit) = (superseded(w).await?, waited(w.deadline()));
        let look =
            |window: judge::Window<'_>| logs::cancel_told(window, &seen.first, &seen.second.answer, &limit);
        let check = seen.stretch.look(&w.lane, look);
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("it has told on request that an upload was running, under the id of its request")]
async fn running_told(w: &mut World) {
    w.attempt(async |w| {
        let (seen, limit) = (superseded(w).await?, waited(w.deadline()));
        let Some(asked) = &seen.trigger else {
            return Err(Stop::NotApplicable("the station does not send this message on request".to_owned()));
        };
        if !seen.running {
            return Err(Stop::NotExercised("the upload was over before its state was asked for".to_owned()));
        }
        let id = Some(seen.first.id);
        let check = seen.stretch.look(&w.lane, |window| logs::state_told(window, asked, id, &limit));
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("it tells that no upload is running, and has told so to nobody who had not asked")]
async fn none_running(w: &mut World) {
    w.attempt(async |w| {
        let (asked, limit) = (w.answer()?.clone(), w.deadline());
        if asked.status() == Some("Accepted") {
            w.lane.heard(asked.sent, limit, "LogStatusNotification", WaitFor::Station, |_| true).await?;
        }
        let words = waited(limit);
        let told = w.lane.since(asked.sent, |window| logs::state_told(window, &asked, None, &words));
        let unasked = w.lane.since(Seq(0), logs::idle_on_request_only);
        w.judge([told, unasked]);
        Ok(())
    })
    .await;
}

#[then("HTTP or HTTPS is among the protocols it can upload by")]
async fn by_the_web(w: &mut World) {
    w.attempt(async |w| {
        let listed = listed(w).await?;
        let answer = w.answer()?;
        let records = [answer.sent, answer.reply.at()];
        let check = match listed {
            None => Check::open("the station does not say by which protocols it can upload", records),
            Some(list) if both(Some(&list), &WEB).is_empty() => {
                Finding::new(Code::ValueNotOffered, "HTTP or HTTPS", list, records).into()
            }
            Some(_) => Check::held(records),
        };
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("whatever was uploaded by POST in this run has its type and its name in the headers")]
async fn named_in_headers(w: &mut World) {
    w.attempt(async |w| {
        let checks = w.lane.since(Seq(0), logs::named_in_headers);
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[when("a log is asked for into a folder")]
async fn into_a_folder(w: &mut World) {
    w.attempt(async |w| {
        let protocols = common(w, &WEB).await?;
        w.log = Some(fetch(w, DIAGNOSTICS, &protocols, UploadPolicy::accepting(), json!({})).await?);
        Ok(())
    })
    .await;
}

#[when("a log is asked for onto a place with a query, as cloud storage signs it")]
async fn onto_a_place(w: &mut World) {
    w.attempt(async |w| {
        let protocols = common(w, &WEB).await?;
        let policy = UploadPolicy::accepting().to_file("station.log");
        let place = w.lane.expect_upload(&protocols, policy)?;
        let url = format!("{}?expires=1800000000&signature=c2lnbmVk", place.url);
        let request = ask(w, DIAGNOSTICS, place.upload, &url, json!({})).await?;
        let limit = w.deadline();
        ended(w, &request, limit).await?;
        let stretch = Stretch { from: request.answer.sent, to: w.lane.now() };
        w.log = Some(Fetched { request, url, stretch, common: true });
        Ok(())
    })
    .await;
}

#[then("it was uploaded into the folder under its name")]
#[then("it was uploaded onto the place as it was given")]
async fn was_placed(w: &mut World) {
    w.attempt(async |w| {
        let log = fetched(w)?;
        only_if_agreed(&log)?;
        let place = Place::of(&log.url);
        let checks = log.stretch.look(&w.lane, |window| logs::placed(window, &log.request, &place));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[when("a log is asked for onto a server that wants the name and password in the place")]
async fn with_credentials(w: &mut World) {
    w.attempt(async |w| {
        let protocols = common(w, &WEB).await?;
        let policy = UploadPolicy::accepting().with_credentials(USER, Password::new(UPLOAD_PASSWORD));
        w.log = Some(fetch(w, DIAGNOSTICS, &protocols, policy, json!({})).await?);
        Ok(())
    })
    .await;
}

#[then("the upload came with this name and password")]
async fn came_with_credentials(w: &mut World) {
    w.attempt(async |w| {
        let log = fetched(w)?;
        only_if_agreed(&log)?;
        let checks = log.stretch.look(&w.lane, |window| logs::credentials_shown(window, &log.request, USER));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[when("an upload is redirected to another place")]
async fn redirected(w: &mut World) {
    w.attempt(async |w| {
        let protocols = common(w, &WEB).await?;
        let policy = UploadPolicy::always(Fault::Redirect(307));
        w.log = Some(fetch(w, DIAGNOSTICS, &protocols, policy, json!({})).await?);
        Ok(())
    })
    .await;
}

#[then("nothing has come to the other place")]
async fn nothing_elsewhere(w: &mut World) {
    w.attempt(async |w| {
        let log = fetched(w)?;
        only_if_agreed(&log)?;
        let checks = log.stretch.look(&w.lane, |window| logs::redirect_ignored(window, &log.request));
        w.judge(checks);
        Ok(())
    })
    .await;
}

/// Time a data collector is given to collect something.
const COLLECTING: Duration = Duration::from_secs(5);

#[when("the log of the data collector is asked for")]
async fn data_collector_log(w: &mut World) {
    w.attempt(async |w| {
        let protocols = common(w, &SERVED).await?;
        let collects = || UploadPolicy::accepting();
        let first = fetch(w, "DataCollectorLog", &protocols, collects(), json!({})).await?;
        if first.request.answer.status() != Some("Rejected") {
            w.log = Some(first);
            return Ok(());
        }
        // There may be no log yet because nothing was collected.
        let switch = at("DataCollector", "Enabled");
        if read_text(w, &switch).await?.as_deref() == Some("false") {
            w.undo.push(crate::world::Undo::Written(switch.clone(), "false".to_owned()));
            super::moving::write(w, &switch, "true").await?;
            let now = w.lane.now();
            w.lane.until(now, COLLECTING, "something to be collected", WaitFor::Mandated, |_| false).await?;
        }
        w.log = Some(fetch(w, "DataCollectorLog", &protocols, collects(), json!({})).await?);
        Ok(())
    })
    .await;
}

#[given("a connection over TLS, and a station that can upload by HTTPS")]
async fn over_tls(w: &mut World) {
    w.attempt(async |w| {
        common(w, &[UploadProtocol::Https]).await?;
        let secured = w.lane.since(Seq(0), |window| {
            let last = window.records.iter().rev().find_map(|r| match &r.body {
                Body::Connected { version: Some(_), security, .. } => Some(security.clone()),
                _ => None,
            });
            last.flatten().is_some_and(|s| s.tls.is_some())
        });
        if !secured {
            let why = "the station is not connected over TLS, so that it shares no authority with the suite";
            return Err(Stop::NotExercised(why.to_owned()));
        }
        Ok(())
    })
    .await;
}

#[when("a log is asked for by HTTPS, onto a server of the same authority as the back end")]
async fn by_https(w: &mut World) {
    w.attempt(async |w| {
        let policy = UploadPolicy::accepting();
        w.log = Some(fetch(w, DIAGNOSTICS, &[UploadProtocol::Https], policy, json!({})).await?);
        Ok(())
    })
    .await;
}
