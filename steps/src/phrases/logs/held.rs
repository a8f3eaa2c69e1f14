//! Phrases about an upload that is held open until a newer request ends it.

use super::{DIAGNOSTICS, SERVED, agreed, ask, common, ended, waited};
use crate::link::WaitFor;
use crate::observed::{Stretch, once};
use crate::phrases::triggers::trigger;
use crate::{Stop, World};
use cucumber::{given, then};
use judge::answer::Answer;
use judge::logs::{self, Request, is_final};
use net::upload::{Fault, UploadPolicy};
use serde_json::{Value, json};
use std::rc::Rc;
use trace::{Body, Seq, UploadEvent};

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
