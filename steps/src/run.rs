//! The run: the plan in order, one verdict per item.

use crate::cleanup::{as_usual, catch_up, clean_up};
use crate::context::Context;
use crate::handed::Handed;
use crate::lane::accepted_boot;
use crate::link::{Link, Timing, WaitFor};
use crate::observations::{contradictions, outside};
use crate::phrases;
use crate::plan::{Item, Plan, absent_by_choice};
use crate::presence::unreachable;
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
use trace::{Body, LaneId, Seq};

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
    let mut runner = Runner {
        cx,
        plan,
        tell,
        verdicts: Vec::new(),
        interrupted: false,
        mandated: Duration::ZERO,
        handed: Handed::default(),
        around: 0,
    };
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
    handed: Handed,
    /// Lanes beyond those of the plan, for what surrounds its items.
    around: u32,
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
        let beside = items.len() > 1;
        let mut frame = if beside { Some(self.open_group(items).await?) } else { None };
        let (cx, handed) = (&self.cx, &self.handed);
        let running = items.iter().zip(started).map(|(item, known)| async move {
            match known {
                Some(outcome) => record(cx, item, outcome, handed),
                None => scenario(cx.clone(), item, handed.clone(), beside).await,
            }
        });
        let mut came_back = Vec::new();
        for reached in join_all(running).await {
            let Reached { verdict, interrupted, handed } = reached?;
            self.interrupted |= interrupted;
            (self.tell)(Progress::Reached(&verdict));
            self.verdicts.push(verdict);
            came_back.push(handed);
        }
        self.handed = self.handed.merge(came_back);
        if let Some(frame) = &mut frame {
            frame.handed = self.handed.clone();
            frame.lane.cleans_up();
            only_divergence(clean_up(frame).await)?;
            self.handed = frame.handed.clone();
        }
        if let Link::Live(live) = &self.cx.link {
            self.mandated += live.take_mandated();
        }
        Ok(())
    }

    /// What surrounds items and is no item itself: it has a lane, and acts for the first of them.
    fn around(&mut self, subject: &Subject) -> World {
        self.around += 1;
        let beyond = u32::try_from(self.plan.items.len()).unwrap_or(u32::MAX);
        let lane =
            Lane::new(LaneId(beyond.saturating_add(self.around)), self.cx.link.clone(), self.cx.version);
        World::new(self.cx.clone(), lane, subject.clone(), self.handed.clone(), false)
    }

    /// Before items that run side by side: what they share is set once, here, and put back once, after them.
    async fn open_group(&mut self, items: &[Item]) -> Result<World, Diverged> {
        let Some(first) = items.first() else { return Err(Diverged::nothing()) };
        let mut w = self.around(&first.subject);
        only_divergence(open(&mut w).await)?;
        self.handed = w.handed.clone();
        Ok(w)
    }

    /// After the last item: what is still to be put back is, and a last report shows what is left.
    async fn last_look(&mut self) -> Result<Vec<String>, Diverged> {
        let Some(last) = self.plan.items.last() else { return Ok(Vec::new()) };
        if self.handed.set.is_empty() && self.handed.unfinished.is_empty() {
            return Ok(Vec::new());
        }
        let mut w = self.around(&last.subject);
        w.lane.cleans_up();
        let mut found = Vec::new();
        only_divergence(look(&mut w, &mut found).await)?;
        let left = w.handed.unfinished.iter().map(|u| format!("could not be put back: {u}"));
        found.extend(left);
        Ok(found)
    }

    /// The outcome of an item that need not be run.
    fn known(&self, item: &Item) -> Option<Outcome> {
        if let Some(outcome) = &item.settled {
            return Some(outcome.clone());
        }
        if self.interrupted {
            return Some(Outcome::inconclusive("the run was interrupted before", Vec::new()));
        }
        let mut unexercised = None;
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
                    // What did not happen there does not happen here either, and that is nobody's doubt.
                    Outcome::NotExercised(why) => {
                        let why = || Outcome::NotExercised(format!("{row} was not exercised: {why}"));
                        unexercised.get_or_insert_with(why);
                    }
                    outcome if outcome.stands_in_the_way() => return Some(Outcome::blocked(row.clone())),
                    _ => {}
                }
            }
        }
        unexercised
    }

    async fn finish(mut self) -> Result<Run, Diverged> {
        let left = self.last_look().await?;
        let end = Seq(u64::MAX - 1);
        let identity = self.cx.link.window(Seq(0), end, self.cx.version, identity);
        let mut observations = contradictions(&self.cx, &self.handed, &identity);
        observations.extend(left);
        observations.extend(
            self.cx.link.window(Seq(0), end, self.cx.version, |all| outside(&self.cx, &self.handed, all)),
        );
        let mut timing = Timing::default();
        if let Link::Live(live) = &self.cx.link {
            timing.waiting_for_station = live.waiting_for_station();
            timing.mandated = self.mandated;
            observations.extend(live.trouble());
        }
        Ok(Run { verdicts: self.verdicts, identity, timing, interrupted: self.interrupted, observations })
    }
}

/// What an item came to.
struct Reached {
    verdict: RowVerdict,
    /// Whether the run was interrupted over it.
    interrupted: bool,
    handed: Handed,
}

/// Records a verdict that needed no scenario.
fn record(cx: &Rc<Context>, item: &Item, outcome: Outcome, handed: &Handed) -> Result<Reached, Diverged> {
    let mut lane = Lane::new(item.lane, cx.link.clone(), cx.version);
    conclude(&mut lane, item.subject.clone(), outcome, false, handed.clone())
}

fn conclude(
    lane: &mut Lane,
    subject: Subject,
    outcome: Outcome,
    interrupted: bool,
    handed: Handed,
) -> Result<Reached, Diverged> {
    let verdict = RowVerdict { subject, outcome };
    let line = serde_json::to_value(VerdictLine::from(&verdict)).unwrap_or_default();
    match lane.own(Body::Verdict { lane: lane.id(), verdict: line }) {
        Ok(_) => Ok(Reached { verdict, interrupted, handed }),
        Err(Stop::Diverged(d)) => Err(d),
        Err(_) => Ok(Reached { verdict, interrupted: true, handed }),
    }
}

async fn scenario(cx: Rc<Context>, item: &Item, handed: Handed, beside: bool) -> Result<Reached, Diverged> {
    let lane = Lane::new(item.lane, cx.link.clone(), cx.version);
    let mut w = World::new(cx, lane, item.subject.clone(), handed, beside);
    let outcome = match play(&mut w, &item.steps).await {
        Ok(outcome) => outcome,
        Err(Stop::Diverged(d)) => return Err(d),
        Err(other) => stopped(Some(other), Vec::new(), item.subject.obligation),
    };
    let interrupted = matches!(w.stop, Some(Stop::Interrupted));
    // The stimulus is bound only when the scenario knows what can be moved, and how.
    let (subject, handed) = (w.subject.clone(), std::mem::take(&mut w.handed));
    let outcome = optional(outcome, item.subject.obligation);
    conclude(&mut w.lane, subject, outcome, interrupted, handed)
}

/// Whatever else keeps a lane around the items from its work is no verdict on the station.
fn only_divergence(done: Result<(), Stop>) -> Result<(), Diverged> {
    match done {
        Err(Stop::Diverged(d)) => Err(d),
        _ => Ok(()),
    }
}

async fn open(w: &mut World) -> Result<(), Stop> {
    let lane = w.lane.id();
    let began = w.lane.own(Body::Step { lane, text: "before the scenarios side by side".to_owned() })?;
    if unreachable(w, began).await?.is_none() {
        phrases::let_everything_through(w).await?;
    }
    Ok(())
}

async fn look(w: &mut World, found: &mut Vec<String>) -> Result<(), Stop> {
    let lane = w.lane.id();
    let began = w.lane.own(Body::Step { lane, text: "the last look".to_owned() })?;
    if unreachable(w, began).await?.is_some() {
        return Ok(());
    }
    catch_up(w).await?;
    if w.handed.no_monitoring_report {
        return Ok(());
    }
    let Some(report) = phrases::monitors_now(w).await? else { return Ok(()) };
    let mut seen = std::collections::BTreeSet::new();
    for set in &w.handed.set {
        let still = matches!(report.lacks(set, set.accepted), Check::Broken(_));
        if still && seen.insert(set.id) {
            found.push(format!("monitor {} on {}, which this run set, is still there", set.id, set.address));
        }
    }
    Ok(())
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
    match as_usual(w).await {
        Err(Stop::Diverged(d)) => return Err(Stop::Diverged(d)),
        Err(stop) => {
            w.stop.get_or_insert(stop);
        }
        Ok(()) => {}
    }
    if w.met_silence() {
        let limit = w.cx.deadline("B-0012");
        let answer = w.lane.sign_of_life(limit).await?;
        if matches!(answer.reply, judge::answer::Reply::Silence { .. }) {
            w.handed.deaf = Some(answer.sent);
            // Nothing can be put back now; it is tried again when the station is back.
            let undo = std::mem::take(&mut w.undo);
            w.handed.unfinished.extend(undo);
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
        Some(Stop::Blocked(row)) => {
            if checks.iter().any(|c| matches!(c, Check::Broken(_))) {
                return settle(obligation, checks);
            }
            Outcome::blocked(row)
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
