//! Phrases about messages of transactions that are refused.

use super::availability::{choose, within};
use super::moving::read_number;
use super::transactions::{LONGEST, begin_here, configured, hear, of};
use crate::lane::said;
use crate::link::WaitFor;
use crate::world::Undo;
use crate::{Stop, World};
use cucumber::{given, then, when};
use judge::transactions::{Retried, Told};
use net::csms::{Policy, RefusalCode, Treatment};
use ocpp::frame::ErrorCode;
use std::time::Duration;
use trace::Seq;

#[given("a station that sends refused messages of transactions again after the interval of the row")]
async fn resends(w: &mut World) {
    w.attempt(async |w| {
        choose(w).await?;
        let row = w.subject.row.clone();
        let interval = w.cx.interval(&row).ok_or_else(|| Stop::Bug(format!("{row} states no interval")))?;
        let pause = of("OCPPCommCtrlr", "MessageAttemptInterval", Some("TransactionEvent"));
        let count = of("OCPPCommCtrlr", "MessageAttempts", Some("TransactionEvent"));
        configured(w, &pause, &interval.as_secs().to_string()).await?;
        configured(w, &count, "3").await?;
        let (pause, count) = (read_number(w, &pause).await?, read_number(w, &count).await?);
        let Some((pause, count)) = pause.zip(count) else {
            return Err(Stop::open("MessageAttempts or MessageAttemptInterval cannot be read", []));
        };
        let attempts = count.max(0.0) as usize;
        let interval = Duration::try_from_secs_f64(pause).unwrap_or_default();
        let retried = Retried { attempts, interval, from: Seq(0) };
        if attempts < 2 || retried.lasts().as_secs_f64() > LONGEST {
            let why =
                format!("{count} attempts with {pause} s between them cannot be tried, nor set otherwise");
            return Err(Stop::NotExercised(why));
        }
        w.session.retried = Some(retried);
        Ok(())
    })
    .await;
}

fn retried(w: &World) -> Result<Retried, Stop> {
    w.session.retried.ok_or_else(|| Stop::Bug("nothing was configured for refused messages".into()))
}

#[when("a transaction begins whose messages are refused")]
async fn refused(w: &mut World) {
    w.attempt(async |w| {
        let refuse = Treatment::Refuse { code: RefusalCode(ErrorCode::InternalError) };
        w.undo.push(Undo::Answers);
        let from = w.lane.answer_with(Policy::default().with("TransactionEvent", refuse))?;
        let retried = Retried { from, ..retried(w)? };
        w.session.retried = Some(retried);
        begin_here(w).await?;
        // Every attempt but the first is waited for; one more may follow, which is left open.
        let limit = retried.lasts() + w.deadline();
        let (version, mut count) = (w.cx.version, 0);
        let first = w.session.started.clone();
        let again = |t: &Told| first.as_ref().is_some_and(|f| f.id == t.id && f.seq_no == t.seq_no);
        let what = "a refused message to be sent again";
        let met = w.lane.until(from, limit, what, WaitFor::Mandated, |record| {
            let told = said(record, "TransactionEvent", version).and_then(|p| Told::of(record.n, p));
            count += usize::from(told.is_some_and(|t| again(&t)));
            count >= retried.attempts
        });
        met.await?;
        w.lane.answer_with(Policy::default())?;
        w.undo.retain(|u| *u != Undo::Answers);
        Ok(())
    })
    .await;
}

#[then("the refused message is sent as often as configured, with growing pauses")]
async fn sent_again(w: &mut World) {
    w.attempt(async |w| {
        let retried = retried(w)?;
        let waited = within(retried.lasts() + w.deadline());
        let checks = w.lane.since(retried.from, |window| retried.as_configured(window, &waited));
        w.judge(checks);
        Ok(())
    })
    .await;
}

#[then("the next message of a transaction follows in time")]
async fn next_follows(w: &mut World) {
    w.attempt(async |w| {
        let retried = retried(w)?;
        // An attempt on top of those that were waited for may come first.
        let count = u32::try_from(retried.attempts).unwrap_or(u32::MAX);
        let limit = retried.interval.saturating_mul(count) + w.deadline();
        let (first, from) = (w.session.started.clone(), retried.from);
        let is = |t: &Told| first.as_ref().is_none_or(|f| f.id != t.id || f.seq_no != t.seq_no);
        hear(w, from, limit, "the next message of a transaction", is).await?;
        let waited = within(limit);
        let check = w.lane.since(from, |window| retried.goes_on(window, &waited));
        w.judge([check]);
        // Whatever else waits is told before the next scenario.
        let id = w.session.id.clone();
        hear(w, from, limit, "the end of the transaction", |t| t.ends() && t.id == id).await.map(|_| ())
    })
    .await;
}
