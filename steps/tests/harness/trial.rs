//! Trials of the reference station with someone in the middle, and what they change against the plain run.

use crate::harness::{EPOCH, Outcome, identity, session};
use crate::middle::Middle;
use crate::relay::{Asked, Relay};
use crate::wire::Chopper;
use futures_util::future::LocalBoxFuture;
use judge::{Code, Verdict, VerdictLine};
use net::upload::{UploadConfig, Uploads};
use net::{Clock, Csms, CsmsConfig, Log, StationLink};
use ocpp::Version;
use spec::{Archetype, Declaration, Effect};
use station::{DeviceModel, Station};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::OnceLock;
use steps::link::Live;
use steps::rig::Refused;
use steps::{NoRig, Rig, Suite};
use tokio::sync::{mpsc, oneshot, watch};
use trace::{Body, Trace};

/// How a trial is run.
pub struct Trial {
    pub version: Version,
    /// Highest level judged.
    pub level: u8,
    /// Tag expression; none for the whole of the level.
    pub select: Option<&'static str>,
    /// Whether a rig moves values.
    pub rig: bool,
    /// Whether the connection is fragmented and pinged.
    pub chopped: bool,
    /// Changes the device model before the station starts.
    pub model: fn(&mut DeviceModel),
}

/// Everything but the many scenarios that set each monitor of each variable.
pub const BUT_EACH: &str = "not @id:DX-MON-010";
/// Scenarios about inventories and reports, with what they rest on and the frames of the run.
pub const REPORTS: &str = "(@level:1 and not @id:DX-FRM-002) or @id:DX-MON-001 or @id:DX-MON-013 or @req:B-0101 or @req:B-0102 or @req:B-0103 or @req:B-0104 or @req:B-0105 or @req:B-0106 or @req:B-0107 or @req:B-0172";
/// Scenarios about events, bases and reboots, with what they rest on and the frames of the run.
pub const EVENTS: &str = "@stimulus:hook or @stimulus:protocol or @beside or @req:B-0001 or @req:B-0010 or @req:B-0110 or @req:B-0111 or @req:B-0130 or @req:B-0101 or @req:B-0200 or @id:DX-FRM-010 or @id:DX-FRM-002";

/// A trial of the whole of level 2.
pub fn trial(version: Version) -> Trial {
    Trial { version, level: 2, select: None, rig: true, chopped: false, model: |_| () }
}

struct Hand(mpsc::Sender<Asked>);

impl Rig for Hand {
    fn binding(&self) -> &'static str {
        "hook"
    }
    fn apply<'a>(&'a self, effect: &'a Effect) -> LocalBoxFuture<'a, Result<(), Refused>> {
        Box::pin(async {
            let (answer, answered) = oneshot::channel();
            self.0.send((effect.clone(), answer)).await.map_err(|e| Refused::cannot(e.to_string()))?;
            answered.await.map_err(|e| Refused::cannot(e.to_string()))?.map_err(Refused::cannot)
        })
    }
}

/// Runs something on a runtime of its own, in virtual time.
pub fn in_virtual_time<T>(what: impl AsyncFnOnce() -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.unwrap().block_on(what())
}

impl Trial {
    /// Only these scenarios.
    pub fn select(self, select: &'static str) -> Trial {
        Trial { select: Some(select), ..self }
    }

    /// Up to this level.
    pub fn level(self, level: u8) -> Trial {
        Trial { level, ..self }
    }

    /// Judges the reference station through someone in the middle.
    ///
    /// # Panics
    /// When whoever is in the middle never did anything: the trial would prove nothing.
    pub fn run<M: Middle>(self, middle: M) -> Outcome {
        let (outcome, acted) = self.run_and(middle, |relay| relay.acted);
        assert!(acted > 0 || !M::ACTS, "the middle was never asked");
        outcome
    }

    /// The same; what is left of the middle and the station can be looked at.
    pub fn run_and<M: Middle, T>(self, middle: M, look: impl FnOnce(&Relay<M>) -> T) -> (Outcome, T) {
        in_virtual_time(async || {
            let Trial { version, level, select, rig, chopped, model: change } = self;
            let archetype = Archetype::load("ac-wallbox").unwrap();
            let declaration = Declaration::complete(&archetype);
            let mut model = DeviceModel::from_archetype(&archetype, &declaration, version);
            change(&mut model);
            let station = Station::with_model(model, declaration.topology(), version, identity());
            let (hand, asked) = mpsc::channel(1);
            let hand: Box<dyn Rig> = if rig { Box::new(Hand(hand)) } else { Box::new(NoRig) };
            let mut session = session(archetype, declaration, level, hand.binding());
            session.options.select = select.map(str::to_owned);
            let clock = Clock::starting_at(EPOCH.parse().unwrap());
            let log = Log::new(clock.clone(), Trace::in_memory());
            session.open(&log);
            let csms =
                Csms::new(CsmsConfig { versions: vec![version], ..CsmsConfig::default() }, log.clone());
            let (_keep, stop) = watch::channel(false);
            let uploads = Uploads::in_memory(UploadConfig::default(), log.clone()).unwrap();
            let live = Live::new(csms.clone(), log.clone(), hand, stop).with_uploads(uploads.clone());
            let live = Rc::new(live);
            let plan = session.plan(version).unwrap();
            let mut relay = Relay::new(station, middle, clock, asked);
            relay.uploads = Some(uploads.clone());
            let dial = async || {
                let (ours, theirs) = tokio::io::duplex(1 << 16);
                csms.accept(theirs, "in-memory".to_owned());
                let (ours, on) = Chopper::new(ours);
                let link = StationLink::attach(ours, "ws://in-memory", "CS001", &[version]).await.ok()?;
                on.store(chopped, std::sync::atomic::Ordering::Relaxed);
                Some(link)
            };
            let mut run = tokio::select! {
                biased;
                run = session.judge(live, &plan, &|_| ()) => run,
                () = relay.run(dial) => unreachable!(),
            };
            uploads.shutdown().await;
            session.close(&log, &mut run);
            let records = log.with(|t| t.records().to_vec());
            (Outcome { run, records }, look(&relay))
        })
    }
}

/// A verdict without its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub row: String,
    pub scenario: String,
    pub place: String,
    pub verdict: Verdict,
    pub code: Option<Code>,
    pub blocked_by: Option<String>,
    pub why: String,
}

pub fn rows(outcome: &Outcome) -> Vec<Row> {
    let lines = outcome.run.verdicts.iter().map(VerdictLine::from);
    let row = |v: VerdictLine| Row {
        row: v.row.0,
        scenario: v.scenario.unwrap_or_default(),
        place: format!("{:?}.{:?}", v.evse, v.connector),
        verdict: v.verdict,
        code: v.code,
        blocked_by: v.blocked_by.map(|b| b.0),
        why: v.reason.or(v.observed).unwrap_or_default(),
    };
    lines.map(row).collect()
}

/// What the plain reference station comes to, without anyone in the middle.
pub fn plain(version: Version, rig: bool) -> &'static [Row] {
    static PLAIN: [OnceLock<Vec<Row>>; 4] = [const { OnceLock::new() }; 4];
    let which = &PLAIN[usize::from(version == Version::V21) + 2 * usize::from(rig)];
    which.get_or_init(|| {
        let outcome = in_virtual_time(async || match rig {
            true => crate::harness::judge_reference(version, 2).await,
            false => crate::harness::judge_reference_without_rig(version, 2).await,
        });
        rows(&outcome)
    })
}

/// What the plain station comes to in these scenarios of level 3.
fn plain_at_level_3(version: Version, rig: bool, select: &str) -> Vec<Row> {
    let archetype = Archetype::load("ac-wallbox").unwrap();
    let declaration = Declaration::complete(&archetype);
    let mut session = session(archetype, declaration, 3, if rig { "hook" } else { "none" });
    session.options.select = Some(select.to_owned());
    rows(&in_virtual_time(async || crate::harness::run_of(session, version).await))
}

/// What the run was asked to do.
fn options(outcome: &Outcome) -> &serde_json::Value {
    match &outcome.records[0].body {
        Body::Run { options, .. } => options,
        other => panic!("a run begins with its options, not with {other:?}"),
    }
}

/// A row whose verdict is another one than in the plain run.
#[derive(Debug, Clone)]
pub struct Difference {
    pub was: Verdict,
    pub now: Row,
}

/// Every difference to the plain run. Left out: what was not selected, and a message that the plain station
/// never sends and is valid here.
pub fn differences(outcome: &Outcome) -> Vec<Difference> {
    let version = steps::first_version(&outcome.records).unwrap();
    let options = options(outcome);
    let rig = options["binding"] != "none";
    let here: Vec<Row>;
    let was: &[Row] = match (options["level"].as_u64(), options["select"].as_str()) {
        (Some(3), Some(select)) => {
            here = plain_at_level_3(version, rig, select);
            &here
        }
        _ => plain(version, rig),
    };
    let now = rows(outcome);
    assert_eq!(now.len(), was.len(), "the plan is another one");
    let mut judged = 0;
    let mut found = Vec::new();
    for (now, was) in now.into_iter().zip(was) {
        assert_eq!((&now.row, &now.scenario, &now.place), (&was.row, &was.scenario, &was.place));
        if now.why == "left out by --select" {
            continue;
        }
        judged += 1;
        // A narrower run has messages the whole run lacks, and lacks others: what is not sent is not malformed.
        let sent = |v: Verdict| if v == Verdict::NotApplicable { Verdict::Pass } else { v };
        let frames = now.scenario.starts_with("DX-FRM") && sent(now.verdict) == sent(was.verdict);
        let same = (now.verdict, now.code, &now.blocked_by) == (was.verdict, was.code, &was.blocked_by);
        if !same && !frames {
            found.push(Difference { was: was.verdict, now });
        }
    }
    assert!(judged > 10, "only {judged} rows were judged");
    found
}

fn shown(differences: &[Difference]) -> String {
    let mut text = String::new();
    for Difference { was, now } in differences {
        let Row { row, scenario, place, verdict, code, blocked_by, why } = now;
        let code = code.map(|c| c.to_string());
        let by = blocked_by.as_deref().unwrap_or("-");
        let _ = writeln!(text, "  {row} {scenario} {place}: {was} -> {verdict} {code:?} by {by}: {why}");
    }
    text
}

/// The recording repeats every verdict.
pub fn replays(outcome: &Outcome) {
    let records = outcome.records.clone();
    let again = in_virtual_time(async || steps::replay(records, Suite::embedded().unwrap()).await.unwrap());
    assert_eq!(again.run.verdicts, outcome.run.verdicts);
    assert!(!again.incomplete);
}

/// A legal station: every verdict is that of the plain run.
pub fn changes_nothing(outcome: &Outcome) {
    assert!(!outcome.run.interrupted);
    let mut found = differences(outcome);
    // What a selection leaves out may be the only thing that makes a station say a message.
    found.retain(|d| d.now.verdict != Verdict::NotApplicable || !d.now.why.contains("the station sent no"));
    assert!(found.is_empty(), "a legal station is judged otherwise:\n{}", shown(&found));
    replays(outcome);
}

/// A station with a defect: exactly these rows fail (or warn) with these codes, and what else changes is
/// blocked by one of them, or by what they block.
pub fn breaks(outcome: &Outcome, expected: &[(&str, Verdict, Code)]) {
    breaks_and_leaves_open(outcome, expected, &[]);
}

/// The same; these rows cannot be told, because their scenarios stand on what is broken.
pub fn breaks_and_leaves_open(outcome: &Outcome, expected: &[(&str, Verdict, Code)], open: &[&str]) {
    assert!(!outcome.run.interrupted);
    let found = differences(outcome);
    let is = |d: &Difference, e: &(&str, Verdict, Code)| {
        d.now.row == e.0 && d.now.verdict == e.1 && d.now.code == Some(e.2)
    };
    let mut in_the_way: BTreeSet<&str> = expected.iter().map(|e| e.0).collect();
    let mut strange: Vec<Difference> = Vec::new();
    // A row is judged after those it rests on.
    for d in &found {
        let now = &d.now;
        let left_open = now.verdict == Verdict::Inconclusive && open.contains(&now.row.as_str());
        if left_open || now.blocked_by.as_deref().is_some_and(|by| in_the_way.contains(by)) {
            in_the_way.insert(&now.row);
        } else if !expected.iter().any(|e| is(d, e)) && now.verdict != Verdict::NotApplicable {
            // Not applicable: what the defect keeps from being said at all cannot be malformed.
            strange.push(d.clone());
        }
    }
    let missing: Vec<_> = expected.iter().filter(|e| !found.iter().any(|d| is(d, e))).collect();
    assert!(
        strange.is_empty() && missing.is_empty(),
        "{} differences; not found: {missing:?}; not expected:\n{}",
        found.len(),
        shown(&strange),
    );
    replays(outcome);
}
