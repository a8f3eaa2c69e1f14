//! The run: the plan in order, one verdict per item.

use crate::cleanup::clean_up;
use crate::context::Context;
use crate::lane::accepted_boot;
use crate::link::{Link, Met, Timing, WaitFor};
use crate::phrases;
use crate::plan::{Item, Plan, absent_by_choice};
use crate::stop::Diverged;
use crate::{Lane, Stop, World};
use cucumber::gherkin::Step;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use judge::boot::{Identity, identity};
use judge::{Check, Outcome, RowVerdict, Subject, VerdictLine, settle};
use spec::model::Obligation;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Duration;
use trace::{Body, LaneId, Record, Seq};

/// What a run tells while it goes on.
#[derive(Debug)]
pub enum Progress<'a> {
    /// A scenario starts.
    Started {
        /// Its number, from 1.
        number: usize,
        /// Of how many.
        of: usize,
        /// What is judged.
        item: &'a Item,
    },
    /// A verdict was reached.
    Reached(&'a RowVerdict),
}

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Run {
    /// One verdict per planned item, in the order of the plan.
    pub verdicts: Vec<RowVerdict>,
    /// What the station said it is.
    pub identity: Identity,
    /// Where the time went; zero for a replay.
    pub timing: Timing,
    /// Whether the run was interrupted.
    pub interrupted: bool,
    /// Trouble outside the rows.
    pub observations: Vec<String>,
}

/// Runs a plan against a station, or against its recording.
///
/// # Errors
/// [`Diverged`] when a recording does not contain what this suite does.
pub async fn run(cx: Rc<Context>, plan: &Plan, tell: &dyn Fn(Progress<'_>)) -> Result<Run, Diverged> {
    let mut runner =
        Runner { cx, plan, tell, verdicts: Vec::new(), interrupted: false, mandated: Duration::ZERO };
    runner.wait_for_boot().await?;
    let mut rest = plan.items.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let side_by_side =
            |i: &&Item| i.beside && i.settled.is_none() && i.subject.is_own() == first.subject.is_own();
        let count = if side_by_side(&first) { rest.iter().take_while(side_by_side).count() } else { 1 };
        let (group, after) =
            if count > 1 { rest.split_at(count) } else { (std::slice::from_ref(first), after) };
        runner.group(group).await?;
        rest = after;
    }
    runner.finish().await
}

struct Runner<'a> {
    cx: Rc<Context>,
    plan: &'a Plan,
    tell: &'a dyn Fn(Progress<'_>),
    verdicts: Vec<RowVerdict>,
    interrupted: bool,
    mandated: Duration,
}

impl Runner<'_> {
    /// Waits until the station was accepted, or shows that it need not boot.
    async fn wait_for_boot(&mut self) -> Result<(), Diverged> {
        let limit = self.cx.deadline("B-0001");
        let mut lane = Lane::new(LaneId(0), self.cx.link.clone(), self.cx.version);
        let version = self.cx.version;
        let mut ids: Vec<String> = Vec::new();
        let met = lane
            .until(Seq(0), limit, "BootNotification", WaitFor::Station, |r| {
                accepted_boot(r, version, &mut ids)
            })
            .await;
        match met {
            Ok(_) => Ok(()),
            Err(Stop::Diverged(d)) => Err(d),
            Err(_) => {
                self.interrupted = true;
                Ok(())
            }
        }
    }

    /// Runs a group of items: one, or several side by side.
    async fn group(&mut self, items: &[Item]) -> Result<(), Diverged> {
        let mut started = Vec::new();
        for item in items {
            (self.tell)(Progress::Started {
                number: self.verdicts.len() + started.len() + 1,
                of: self.plan.items.len(),
                item,
            });
            started.push(self.known(item));
        }
        let cx = &self.cx;
        let running = items.iter().zip(started).map(|(item, known)| async move {
            match known {
                Some(outcome) => record(cx, item, outcome),
                None => scenario(cx.clone(), item).await,
            }
        });
        for reached in join_all(running).await {
            let (verdict, interrupted) = reached?;
            self.interrupted |= interrupted;
            (self.tell)(Progress::Reached(&verdict));
            self.verdicts.push(verdict);
        }
        if let Link::Live(live) = &self.cx.link {
            self.mandated += live.take_mandated();
        }
        Ok(())
    }

    /// The outcome of an item that need not be run.
    fn known(&self, item: &Item) -> Option<Outcome> {
        if let Some(outcome) = &item.settled {
            return Some(outcome.clone());
        }
        if self.interrupted {
            return Some(Outcome::inconclusive("the run was interrupted before", Vec::new()));
        }
        for row in &item.requires {
            for (v, before) in
                self.verdicts.iter().zip(&self.plan.items).filter(|(v, _)| v.subject.row == *row)
            {
                // What was left out on purpose says nothing about the station.
                if before.left_out {
                    continue;
                }
                let same_place = v.subject.place == item.subject.place || row.kind() == Some('B');
                if !same_place {
                    continue;
                }
                if absent_by_choice(&v.outcome, v.subject.obligation) {
                    return Some(Outcome::NotApplicable(format!("{row} is not a must and is not there")));
                }
                match &v.outcome {
                    Outcome::NotApplicable(why) => {
                        return Some(Outcome::NotApplicable(format!("{row} is not applicable: {why}")));
                    }
                    outcome if outcome.stands_in_the_way() => return Some(Outcome::blocked(row.clone())),
                    _ => {}
                }
            }
        }
        None
    }

    async fn finish(self) -> Result<Run, Diverged> {
        let end = Seq(u64::MAX - 1);
        let identity = self.cx.link.window(Seq(0), end, self.cx.version, identity);
        let mut observations = contradictions(&self.cx, &identity);
        let left = self.cx.shared.borrow().left_behind.clone();
        if !left.is_empty() {
            observations.push(format!("monitors that this run set could not be removed: {left:?}"));
        }
        let mut timing = Timing::default();
        if let Link::Live(live) = &self.cx.link {
            timing.waiting_for_station = live.waiting_for_station();
            timing.mandated = self.mandated;
            observations.extend(live.trouble());
        }
        Ok(Run { verdicts: self.verdicts, identity, timing, interrupted: self.interrupted, observations })
    }
}

/// A verdict, and whether the run was interrupted over it.
type Reached = Result<(RowVerdict, bool), Diverged>;

/// Records a verdict that needed no scenario.
fn record(cx: &Rc<Context>, item: &Item, outcome: Outcome) -> Reached {
    let mut lane = Lane::new(item.lane, cx.link.clone(), cx.version);
    conclude(&mut lane, item.subject.clone(), outcome, false)
}

fn conclude(lane: &mut Lane, subject: Subject, outcome: Outcome, interrupted: bool) -> Reached {
    let verdict = RowVerdict { subject, outcome };
    let line = serde_json::to_value(VerdictLine::from(&verdict)).unwrap_or_default();
    match lane.own(Body::Verdict { lane: lane.id(), verdict: line }) {
        Ok(_) => Ok((verdict, interrupted)),
        Err(Stop::Diverged(d)) => Err(d),
        Err(_) => Ok((verdict, true)),
    }
}

async fn scenario(cx: Rc<Context>, item: &Item) -> Reached {
    let lane = Lane::new(item.lane, cx.link.clone(), cx.version);
    let mut w = World::new(cx, lane, item.subject.clone());
    let outcome = match play(&mut w, &item.steps).await {
        Ok(outcome) => outcome,
        Err(Stop::Diverged(d)) => return Err(d),
        Err(other) => stopped(Some(other), Vec::new(), item.subject.obligation),
    };
    let interrupted = matches!(w.stop, Some(Stop::Interrupted));
    // The stimulus is bound only when the scenario knows what can be moved, and how.
    let subject = w.subject.clone();
    conclude(&mut w.lane, subject, optional(outcome, item.subject.obligation), interrupted)
}

/// An optional row that is absent is nothing to judge.
fn optional(outcome: Outcome, obligation: Obligation) -> Outcome {
    if obligation == Obligation::May && absent_by_choice(&outcome, obligation) {
        return Outcome::NotApplicable("the row is optional, and the station does not have it".to_owned());
    }
    outcome
}

async fn play(w: &mut World, steps: &[Step]) -> Result<Outcome, Stop> {
    let subject = w.subject.clone();
    let began = w.lane.begin(&subject)?;
    if let Some(outcome) = unreachable(w, began).await? {
        return Ok(outcome);
    }
    for step in steps {
        w.lane.own(Body::Step { lane: w.lane.id(), text: format!("{}{}", step.keyword, step.value) })?;
        let (run, context) = phrases::find(step).map_err(Stop::Bug)?;
        if let Err(panic) = AssertUnwindSafe(run(w, context)).catch_unwind().await {
            w.stop = Some(Stop::Bug(format!("the step {:?} panicked: {}", step.value, text_of(&*panic))));
        }
        if w.stop.is_some() {
            break;
        }
    }
    if matches!(w.stop, Some(Stop::Diverged(_))) {
        return Err(w.stop.take().unwrap_or(Stop::Interrupted));
    }
    after(w).await?;
    let checks = std::mem::take(&mut w.checks);
    Ok(stopped(w.stop.clone(), checks, subject.obligation))
}

/// Cleans up, and finds out whether a station that kept silent is still there.
async fn after(w: &mut World) -> Result<(), Stop> {
    w.lane.cleans_up();
    if w.met_silence() {
        let limit = w.cx.deadline("B-0012");
        let answer = w.lane.sign_of_life(limit).await?;
        if matches!(answer.reply, judge::answer::Reply::Silence { .. }) {
            w.cx.shared.borrow_mut().deaf = Some(answer.sent);
            return Ok(());
        }
    }
    match clean_up(w).await {
        Ok(()) => Ok(()),
        Err(Stop::Diverged(d)) => Err(Stop::Diverged(d)),
        Err(stop) => {
            w.stop.get_or_insert(stop);
            Ok(())
        }
    }
}

/// Why nothing can be asked of the station now, if so. A lost connection is waited for once, and a new one
/// is given the time to boot.
async fn unreachable(w: &mut World, began: Seq) -> Result<Option<Outcome>, Stop> {
    let deaf = w.cx.shared.borrow().deaf;
    if let Some(since) = deaf {
        let back = w.lane.since(since, |window| window.records.iter().any(is_connected));
        if !back {
            let reason = format!("the station has not answered any more since {since}");
            return Ok(Some(Outcome::inconclusive(reason, vec![since])));
        }
        w.cx.shared.borrow_mut().deaf = None;
    }
    let connected = match w.lane.since(Seq(0), |window| connection(window.records)) {
        Connection::Open(at) => at,
        Connection::Lost(lost) if w.cx.shared.borrow().given_up == Some(lost) => {
            return Ok(Some(Outcome::inconclusive(format!("no connection since {lost}"), vec![lost])));
        }
        Connection::Lost(lost) => {
            let limit = w.cx.deadline("B-0001");
            let what = "the station to connect again";
            match w.lane.until(began, limit, what, WaitFor::Station, is_connected).await? {
                Met::At(at) => at,
                Met::Deadline(_) | Met::Lost(_) => {
                    w.cx.shared.borrow_mut().given_up = Some(lost);
                    let reason =
                        format!("the connection was lost at {lost} and the station did not come back");
                    return Ok(Some(Outcome::inconclusive(reason, vec![lost])));
                }
            }
        }
    };
    let known = w.cx.shared.borrow_mut().connected.replace(connected);
    if known.is_some_and(|k| k != connected) {
        // A station that boots sends BootNotification first; one that only reconnects need not send anything.
        let (version, mut ids) = (w.cx.version, Vec::new());
        let settle = judge::events::TIME_TOLERANCE;
        let what = "a reconnected station to boot, if it does";
        let boot = |r: &Record| accepted_boot(r, version, &mut ids);
        w.lane.until(connected, settle, what, WaitFor::Station, boot).await?;
    }
    Ok(None)
}

/// The state of the link at some point of the trace.
enum Connection {
    /// Open since this record.
    Open(Seq),
    /// None open since this record.
    Lost(Seq),
}

fn connection(records: &[Record]) -> Connection {
    let mut open: Option<(trace::ConnId, Seq)> = None;
    let mut lost = Seq(0);
    for record in records {
        match &record.body {
            Body::Connected { conn, version: Some(_), .. } => open = Some((*conn, record.n)),
            Body::Closed { conn, .. } if open.is_some_and(|(c, _)| c == *conn) => {
                open = None;
                lost = record.n;
            }
            _ => {}
        }
    }
    open.map_or(Connection::Lost(lost), |(_, at)| Connection::Open(at))
}

fn is_connected(record: &Record) -> bool {
    matches!(record.body, Body::Connected { version: Some(_), .. })
}

fn stopped(stop: Option<Stop>, mut checks: Vec<Check>, obligation: Obligation) -> Outcome {
    match stop {
        None => settle(obligation, checks),
        Some(Stop::Judged(check)) => {
            checks.push(check);
            settle(obligation, checks)
        }
        Some(Stop::Open { reason, evidence }) => {
            checks.push(Check::Open { reason, evidence });
            settle(obligation, checks)
        }
        Some(Stop::NotExercised(why)) => {
            if checks.iter().any(|c| matches!(c, Check::Broken(_))) {
                return settle(obligation, checks);
            }
            Outcome::NotExercised(why)
        }
        Some(Stop::NotApplicable(why)) => Outcome::NotApplicable(why),
        Some(Stop::Interrupted) => Outcome::inconclusive("the run was interrupted", Vec::new()),
        Some(Stop::Diverged(d)) => Outcome::Error(d.to_string()),
        Some(Stop::Bug(why)) => Outcome::Error(why),
    }
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}

/// Contradictions between what was declared of the product and what connected.
fn contradictions(cx: &Context, identity: &Identity) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(product) = cx.declaration.product() {
        let pairs = [
            ("vendor", Some(&product.vendor), &identity.vendor),
            ("model", Some(&product.model), &identity.model),
            ("firmware", product.firmware.as_ref(), &identity.firmware),
        ];
        for (what, declared, seen) in pairs {
            if let (Some(declared), Some(seen)) = (declared, seen)
                && declared != seen
            {
                found.push(format!("the declaration is of {what} {declared:?}, the station says {seen:?}"));
            }
        }
    }
    let declared = cx.declaration.topology().evses.len();
    let inventory = cx.shared.borrow().inventory.clone();
    let beyond: std::collections::BTreeSet<i64> = inventory
        .iter()
        .flat_map(|i| &i.variables)
        .filter_map(|v| v.address.component.evse.map(|e| e.id))
        .filter(|id| usize::try_from(*id).is_ok_and(|id| id > declared))
        .collect();
    if !beyond.is_empty() {
        let ids: Vec<String> = beyond.iter().map(i64::to_string).collect();
        found.push(format!(
            "{declared} EVSE(s) were declared and judged, the station also reports EVSE {}",
            ids.join(", ")
        ));
    }
    found
}
