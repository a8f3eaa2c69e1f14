//! Phrases about the security of the link: stations that are turned away, passwords, certificates, security events.

use super::{alarms, chosen, put_off};
use crate::link::{Met, WaitFor};
use crate::observed::Stretch;
use crate::presence::{is_open, settled};
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::results::{self, Kind};
use judge::security::{self, is_event};
use judge::{Check, Code, Finding};
use net::Password;
use net::csms::{Door, Policy};
use ocpp::device::same;
use std::time::Duration;
use trace::{Body, Cause, Secured, Seq};

/// How long a station is turned away.
const TURNED_AWAY: Duration = Duration::from_secs(30);
/// Types that tell of a start.
const STARTS: [&str; 2] = ["StartupOfTheDevice", "ResetOrReboot"];

/// A time in which the station was turned away, or its password changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct AtTheDoor {
    station: String,
    cause: Option<Cause>,
    /// From the end of the connection until the door was open again.
    closed: Option<Stretch>,
    /// The next connection.
    back: Option<Seq>,
}

/// Identity and security of the station that is judged.
fn connected(w: &World) -> Result<(String, Secured), Stop> {
    let found = w.lane.since(Seq(0), |window| {
        window.records.iter().rev().find_map(|r| match &r.body {
            Body::Connected { station, version: Some(_), security, .. } => {
                Some((station.clone(), security.as_deref().cloned().unwrap_or_default()))
            }
            _ => None,
        })
    });
    found.ok_or_else(|| Stop::open("no station has connected", []))
}

/// Ends the connection and lets the station in in this way only.
async fn turn_away(w: &mut World, door: Door, cause: Cause) -> Result<(), Stop> {
    let (station, _) = connected(w)?;
    w.undo.push(Undo::Answers);
    w.lane.answer_with(Policy::at_the_door(door))?;
    let from = w.lane.hang_up(true)?;
    let limit = w.deadline();
    let what = "an attempt of the station to connect";
    let tried = w
        .lane
        .until(from, limit, what, WaitFor::Station, |r| match &r.body {
            Body::Refused { details: Some(d), .. } => d.cause == cause,
            Body::Connected { .. } => true,
            _ => false,
        })
        .await?;
    if let Met::At(at) = tried {
        w.lane.until(at, TURNED_AWAY, "the door to be opened again", WaitFor::Mandated, |_| false).await?;
    }
    let open = w.lane.answer_with(Policy::default())?;
    w.undo.retain(|u| *u != Undo::Answers);
    let closed = Some(Stretch { from, to: open });
    // One that was let in all the same has to come anew.
    if is_open(w) {
        w.lane.hang_up(true)?;
    }
    let back = w.lane.reconnected(open, limit).await?;
    if let Some(back) = back {
        settled(w, back).await?;
    }
    w.door = AtTheDoor { station, cause: Some(cause), closed, back };
    Ok(())
}

fn only_under(w: &World, profiles: &[u8], what: &str) -> Result<(), Stop> {
    let (_, secured) = connected(w)?;
    if profiles.contains(&secured.profile) {
        return Ok(());
    }
    let why = format!("this run demands security profile {}, and that uses no {what}", secured.profile);
    Err(Stop::NotApplicable(why))
}

#[when("the password of the station is refused for a while")]
async fn password_refused(w: &mut World) {
    w.attempt(async |w| {
        only_under(w, &[1, 2], "password")?;
        turn_away(w, Door::WrongPassword, Cause::Unauthorized).await
    })
    .await;
}

#[when("the back end does not know the station for a while")]
async fn unknown_for_a_while(w: &mut World) {
    w.attempt(async |w| turn_away(w, Door::UnknownIdentity, Cause::UnknownStation).await).await;
}

#[when("the certificate of the station is refused for a while as one of an unknown authority")]
async fn foreign_for_a_while(w: &mut World) {
    w.attempt(async |w| {
        only_under(w, &[3], "certificate of the station")?;
        turn_away(w, Door::ForeignCertificate, Cause::Tls).await
    })
    .await;
}

#[when("the certificate of the station is refused for a while as expired")]
async fn expired_for_a_while(w: &mut World) {
    w.attempt(async |w| {
        only_under(w, &[3], "certificate of the station")?;
        turn_away(w, Door::ExpiredCertificate, Cause::Tls).await
    })
    .await;
}

fn is_back(w: &World) -> Check {
    let limit = w.deadline();
    match (w.door.back, w.door.closed) {
        (Some(back), _) => Check::held([back]),
        (None, closed) => {
            let expected = format!("the station back within {} s", limit.as_secs());
            let records = closed.map(|s| s.to).into_iter().chain([w.lane.now()]);
            Finding::new(Code::NotBack, expected, "no connection", records).into()
        }
    }
}

#[then("it has kept trying, and is back when it is let in again")]
async fn kept_trying(w: &mut World) {
    w.attempt(async |w| {
        let AtTheDoor { station, cause, closed, .. } = w.door.clone();
        let Some((closed, cause)) = closed.zip(cause) else {
            return Err(Stop::Bug("nobody was turned away".to_owned()));
        };
        let tried = closed.look(&w.lane, |window| security::kept_trying(window, &station, cause));
        let back = is_back(w);
        w.judge(tried);
        w.judge([back]);
        Ok(())
    })
    .await;
}

#[when("the back end shows a certificate that nobody can trust for a while")]
async fn impostor(w: &mut World) {
    w.attempt(async |w| {
        only_under(w, &[2, 3], "TLS")?;
        turn_away(w, Door::Impostor, Cause::Tls).await
    })
    .await;
}

#[then("the station has not connected to it, and tells of it once it is back")]
async fn impostor_told(w: &mut World) {
    w.attempt(async |w| {
        let closed = w.door.closed.ok_or_else(|| Stop::Bug("no certificate was shown".to_owned()))?;
        let refused = closed.look(&w.lane, security::impostor_refused);
        let settled = matches!(refused, Check::Held(_));
        w.judge([refused]);
        let back = is_back(w);
        let is_there = w.door.back.is_some();
        w.judge([back]);
        if !settled || !is_there {
            return Ok(());
        }
        let types = ["InvalidCsmsCertificate"];
        let check = told(w, &types, closed.from).await?;
        w.judge([check]);
        Ok(())
    })
    .await;
}

/// Waits for a security event and judges whether it came.
async fn told(w: &mut World, types: &[&str], cause: Seq) -> Result<Check, Stop> {
    let limit = w.deadline();
    let is = |payload: &serde_json::Value| is_event(payload, types);
    w.lane.heard(cause, limit, "SecurityEventNotification", WaitFor::Station, is).await?;
    let waited = format!("within {} s", limit.as_secs());
    Ok(w.lane.since(cause, |window| security::event_told(window, types, cause, &waited)))
}

#[then("it has told of its start as a security event")]
async fn start_told(w: &mut World) {
    w.attempt(async |w| {
        let seen = put_off::fetch(w, None).await?;
        let check = told(w, &STARTS, seen.reset.sent).await?;
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[given("a housing that the laboratory can open")]
async fn a_housing(w: &mut World) {
    w.attempt(async |w| {
        let is_housing = |r: &alarms::Raisable| {
            same(&r.at().component.name, "CaseAccessSensor") && same(&r.at().variable.name, "Active")
        };
        let found = alarms::fetch(w).await?.into_iter().find(is_housing);
        let why = "the station has no switch at a housing that the laboratory could open";
        w.alarms.all = vec![found.ok_or_else(|| Stop::NotExercised(why.to_owned()))?];
        Ok(())
    })
    .await;
}

#[when("it is opened")]
async fn opened(w: &mut World) {
    w.attempt(async |w| {
        let one = w.alarms.all.first().cloned();
        let one = one.ok_or_else(|| Stop::Bug("a step opens a housing and there is none".to_owned()))?;
        w.cause = alarms::raise(w, &one).await?;
        Ok(())
    })
    .await;
}

#[then("the station tells of it as tampering")]
async fn tampering_told(w: &mut World) {
    w.attempt(async |w| {
        let cause = w.cause;
        let check = told(w, &["TamperDetectionActivated"], cause).await?;
        w.judge([check]);
        Ok(())
    })
    .await;
}

/// Writes the password; the status of the answer.
async fn write(w: &mut World, password: &Password) -> Result<Option<String>, Stop> {
    super::moving::write(w, &chosen::at("SecurityCtrlr", "BasicAuthPassword"), password.reveal()).await?;
    let answer = w.answer()?;
    Ok(results::pair(Kind::Set, answer).ok().and_then(|(m, _)| Some(m.first()?.status.clone())))
}

#[when("the password of the station is changed, and it connects anew")]
async fn password_changed(w: &mut World) {
    w.attempt(async |w| {
        only_under(w, &[1, 2], "password")?;
        if !w.cx.change_password {
            let why = "a password is only changed on request, because a mistake locks the station out: \
                       certify with --change-password";
            return Err(Stop::NotExercised(why.to_owned()));
        }
        let (station, _) = connected(w)?;
        let old = w.lane.password(&station)?;
        let new = w.lane.new_password(&old)?;
        match write(w, &new).await?.as_deref() {
            Some("Accepted") => {}
            Some(other) => {
                if other == "RebootRequired" {
                    // It must not come true later.
                    write(w, &old).await?;
                }
                return Err(Stop::NotExercised(format!("the station answered {other} to a new password")));
            }
            None => {
                let answer = w.answer()?;
                let at = [answer.sent, answer.reply.at()];
                return Err(Stop::open("the new password was not plainly taken or refused", at));
            }
        }
        w.undo.push(Undo::Password { station: station.clone(), old: old.clone() });
        w.lane.expect_password(&station, &new)?;
        let (back, closed) = anew(w).await?;
        if back.is_none() {
            // It is let in with the old one, so that the run can go on.
            let old_again = w.lane.expect_password(&station, &old)?;
            let limit = w.deadline();
            if let Some(at) = w.lane.reconnected(old_again, limit).await? {
                settled(w, at).await?;
            }
        }
        w.door = AtTheDoor { station, cause: None, closed: Some(closed), back };
        Ok(())
    })
    .await;
}

/// Ends the connection and waits for the next one.
async fn anew(w: &mut World) -> Result<(Option<Seq>, Stretch), Stop> {
    let from = w.lane.hang_up(true)?;
    let limit = w.deadline();
    let back = w.lane.reconnected(from, limit).await?;
    if let Some(back) = back {
        settled(w, back).await?;
    }
    Ok((back, Stretch { from, to: w.lane.now() }))
}

/// Puts a password back; whether the station took it and is connected.
pub(super) async fn put_back(w: &mut World, station: &str, old: &Password) -> Result<bool, Stop> {
    let taken = write(w, old).await?.as_deref() == Some("Accepted");
    if taken {
        w.lane.expect_password(station, old)?;
        let (back, _) = anew(w).await?;
        return Ok(back.is_some());
    }
    Ok(false)
}

#[then("it has used the new password, and only that")]
async fn new_password_used(w: &mut World) {
    w.attempt(async |w| {
        let AtTheDoor { station, closed, back, .. } = w.door.clone();
        let closed = closed.ok_or_else(|| Stop::Bug("no password was changed".to_owned()))?;
        let waited = format!("within {} s", w.deadline().as_secs());
        let look = |window: judge::Window<'_>| security::new_password_used(window, &station, back, &waited);
        let check = closed.look(&w.lane, look);
        w.judge([check]);
        Ok(())
    })
    .await;
}

#[then("every attempt of the station to connect in this run has shown its name and a password")]
async fn credentials_shown(w: &mut World) {
    w.attempt(async |w| {
        let checks = w.lane.since(Seq(0), security::credentials_with_every_connection);
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("every connection of this run uses TLS 1.2 or newer")]
async fn recent_tls(w: &mut World) {
    w.attempt(async |w| {
        let checks = w.lane.since(Seq(0), security::tls_is_recent);
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("the certificate of the station carries the serial number it boots with")]
async fn serial_shown(w: &mut World) {
    w.attempt(async |w| {
        let checks = w.lane.since(Seq(0), security::serial_number_shown);
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("no message of this run shows the value of a variable that can only be written")]
async fn no_secret(w: &mut World) {
    w.attempt(async |w| {
        let inventory = w.inventory()?;
        let checks = w.lane.since(Seq(0), |run| security::no_secret_sent(run, &inventory));
        w.judge(checks);
        Ok(())
    })
    .await;
}
