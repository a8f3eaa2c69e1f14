//! Phrases about where a log goes: by which protocol, to which place, with which credentials.

use super::{
    DIAGNOSTICS, Fetched, SERVED, WEB, ask, both, common, ended, fetch, fetched, listed, only_if_agreed,
};
use crate::link::WaitFor;
use crate::observed::Stretch;
use crate::phrases::chosen::at;
use crate::phrases::moving::{read_text, write};
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::logs::{self, Place};
use judge::{Check, Code, Finding};
use net::Password;
use net::upload::{Fault, UploadPolicy};
use serde_json::json;
use std::time::Duration;
use trace::{Body, Seq, UploadProtocol};

/// Name in a place that asks for credentials. The password is made for this run and good for nothing else.
const USER: &str = "diagmark-upload";
const UPLOAD_PASSWORD: &str = "for-this-upload-only";

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
            write(w, &switch, "true").await?;
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
