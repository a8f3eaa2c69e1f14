//! A run from its inputs: live with a station, or again from its evidence.

use crate::context::Context;
use crate::link::{Link, Live, Recorded};
use crate::plan::{FeatureError, Impact, Plan, PlanError, Selection, Suite};
use crate::run::{Progress, Run, run};
use crate::stop::Diverged;
use net::Log;
use ocpp::Version;
use ocpp::validate::Validators;
use serde::{Deserialize, Serialize};
use spec::model::Level;
use spec::{Archetype, Declaration, ExpectedError, ExpectedFailures, LoadError, Source};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;
use trace::{Body, Record, SCHEMA_VERSION, Seq};

/// What a run was asked to do, as recorded in its evidence.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Options {
    /// Highest level judged.
    pub level: Level,
    /// Strongest impact allowed.
    pub impact: Impact,
    /// Tag expression, if any.
    pub select: Option<String>,
    /// How stimuli are bound: `hook`, `operator` or `none`.
    pub binding: String,
    /// What is bound, by name (`executable rig.py`), where there is something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rig: Option<String>,
    /// Whether the password of the station may be changed and put back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub change_password: bool,
    /// What stands for a declaration that was not given.
    pub undeclared: Undeclared,
}

/// What stands for a declaration that was not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Undeclared {
    /// Nothing is known: rows under a condition stay inconclusive.
    Unknown,
    /// The product has everything (the reference station).
    Complete,
}

impl Options {
    /// Whether the run leaves scenarios out, so that it can certify nothing.
    pub fn is_partial(&self) -> bool {
        self.selection().is_partial()
    }

    fn selection(&self) -> Selection {
        Selection { level: self.level, impact: self.impact, select: self.select.clone() }
    }
}

/// The inputs of a run.
#[derive(Clone)]
pub struct Session {
    /// The archetype judged against.
    pub archetype: Rc<Archetype>,
    /// What the product declares.
    pub declaration: Rc<Declaration>,
    /// The scenarios.
    pub suite: Rc<Suite>,
    /// What is known to fail; it changes no verdict, only what the run comes to.
    pub expected: Option<Rc<ExpectedFailures>>,
    /// What was asked.
    pub options: Options,
}

impl Session {
    /// Writes the head of the evidence: what a replay needs to plan the run again.
    pub fn open(&self, log: &Log) {
        let options = serde_json::to_value(&self.options).unwrap_or_default();
        log.append(Body::Run {
            schema_version: SCHEMA_VERSION,
            suite: env!("CARGO_PKG_VERSION").to_owned(),
            features: self.suite.hash.clone(),
            options,
        });
        let input = |role: &str, s: &Source| {
            let (role, name, text) = (role.to_owned(), s.file_name().to_owned(), s.text.clone());
            Body::Input { role, name, text }
        };
        for source in &self.archetype.sources {
            log.append(input("archetype", source));
        }
        if let Some(source) = self.declaration.source() {
            log.append(input("declaration", source));
        }
        for source in &self.suite.own_sources {
            log.append(input("features", source));
        }
        if let Some(expected) = &self.expected {
            log.append(input("expected-failures", &expected.source));
        }
    }

    /// The plan for a version.
    ///
    /// # Errors
    /// What is wrong with the features or the selection.
    pub fn plan(&self, version: Version) -> Result<Plan, PlanError> {
        Plan::new(&self.suite, &self.archetype, &self.declaration, version, self.options.selection())
    }

    fn context(&self, version: Version, link: Link) -> Rc<Context> {
        let validators = Rc::new(Validators::catalogue(version));
        let (archetype, declaration) = (self.archetype.clone(), self.declaration.clone());
        let binding = self.options.binding.clone();
        let cx = Context::new(archetype, declaration, version, validators, binding, link);
        Rc::new(Context { change_password: self.options.change_password, ..cx })
    }

    /// Judges a station that is connected.
    pub async fn judge(&self, live: Rc<Live>, plan: &Plan, tell: &dyn Fn(Progress<'_>)) -> Run {
        let cx = self.context(plan.version, Link::Live(live));
        // A live link cannot differ from itself.
        run(cx, plan, tell).await.unwrap_or_else(|impossible| Run::broken(&impossible))
    }

    /// Closes the evidence, after the last connection was closed.
    pub fn close(&self, log: &Log, run: &mut Run) {
        let why = if run.interrupted { "interrupted" } else { "complete" };
        log.append(Body::End { why: why.to_owned() });
        run.timing.wall = log.with(|t| match (t.records().first(), t.records().last()) {
            (Some(a), Some(b)) => b.t.duration_since(a.t).unsigned_abs(),
            _ => Duration::ZERO,
        });
    }
}

impl Run {
    fn broken(why: &Diverged) -> Run {
        Run {
            verdicts: Vec::new(),
            identity: Default::default(),
            timing: Default::default(),
            interrupted: true,
            observations: vec![why.to_string()],
        }
    }
}

/// A run repeated from its evidence.
pub struct Replayed {
    /// Its inputs, as recorded.
    pub session: Session,
    /// Its plan, made again.
    pub plan: Plan,
    /// What it came to, again.
    pub run: Run,
    /// Whether the recording ends before the run did.
    pub incomplete: bool,
    /// Records of verdicts that came out otherwise because of what was hidden in the recording.
    pub excused: BTreeSet<Seq>,
}

/// Why evidence cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The head of the evidence is not what it must be.
    #[error("record {at} is not {wanted}: this is no evidence of a run")]
    Head {
        /// The record.
        at: Seq,
        /// What must be there.
        wanted: &'static str,
    },
    /// The evidence has another format.
    #[error("the evidence has format {found}, this suite reads format {SCHEMA_VERSION}")]
    Format {
        /// Its format.
        found: u32,
    },
    /// The evidence was recorded by another suite.
    #[error(
        "the evidence was recorded with other scenarios (suite {suite}, features {recorded}; this suite has {ours}): verify it with that suite"
    )]
    OtherSuite {
        /// Version that recorded it.
        suite: String,
        /// Hash of its features.
        recorded: String,
        /// Hash of ours.
        ours: String,
    },
    /// The recorded archetype cannot be read.
    #[error("the recorded archetype cannot be read: {0}")]
    Archetype(#[from] LoadError),
    /// The recorded declaration cannot be read.
    #[error("the recorded declaration cannot be read: {0}")]
    Declaration(String),
    /// The recorded list of expected failures cannot be read.
    #[error("the recorded list of expected failures cannot be read: {0}")]
    Expected(#[from] ExpectedError),
    /// The recorded scenarios of the laboratory cannot be read.
    #[error("the recorded own scenarios cannot be read by this suite: {0}")]
    Features(String),
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// No station ever connected.
    #[error("no station connected in this run: nothing was judged")]
    NothingJudged,
    /// The replay does not follow the recording.
    #[error(transparent)]
    Diverged(#[from] Diverged),
}

impl From<Vec<FeatureError>> for ReplayError {
    fn from(errors: Vec<FeatureError>) -> ReplayError {
        ReplayError::Features(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }
}

/// Repeats a run from its records: the same plan, the same checks, no station and no clock.
///
/// # Errors
/// Why it cannot be repeated, or where it differs.
pub async fn replay(records: Vec<Record>, suite: Suite) -> Result<Replayed, ReplayError> {
    replay_hiding(records, suite, BTreeSet::new()).await
}

/// Repeats a run from records in some of which something was hidden. Verdicts that rest on them may come out
/// otherwise; [`Replayed::excused`] names them.
///
/// # Errors
/// As for [`replay`].
pub async fn replay_hiding(
    records: Vec<Record>,
    suite: Suite,
    hidden: BTreeSet<Seq>,
) -> Result<Replayed, ReplayError> {
    let session = session_of(&records, suite)?;
    let version = first_version(&records).ok_or(ReplayError::NothingJudged)?;
    let plan = session.plan(version)?;
    let complete = matches!(records.last().map(|r| &r.body), Some(Body::End { .. }));
    let end = Seq(records.len() as u64);
    let recorded = Rc::new(Recorded::new(records).hiding(hidden));
    let cx = session.context(version, Link::Recorded(recorded.clone()));
    match run(cx, &plan, &|_| ()).await {
        Ok(run) => Ok(Replayed { session, plan, run, incomplete: !complete, excused: recorded.excused() }),
        // A recording that breaks off is repeated up to there; that is no contradiction.
        Err(d) if !complete && d.at >= end => {
            let excused = recorded.excused();
            Ok(Replayed { session, plan, run: Run::broken(&d), incomplete: true, excused })
        }
        Err(d) => Err(d.into()),
    }
}

/// The inputs of a run, from the head of its evidence.
///
/// # Errors
/// Why they cannot be read, or that this suite has other scenarios.
pub fn session_of(records: &[Record], suite: Suite) -> Result<Session, ReplayError> {
    let Some(Body::Run { schema_version, suite: by, features, options }) = records.first().map(|r| &r.body)
    else {
        return Err(ReplayError::Head { at: Seq(0), wanted: "the head of a run" });
    };
    if *schema_version != SCHEMA_VERSION {
        return Err(ReplayError::Format { found: *schema_version });
    }
    if *features != suite.hash {
        let (suite, recorded, ours) = (by.clone(), features.clone(), suite.hash);
        return Err(ReplayError::OtherSuite { suite, recorded, ours });
    }
    let options: Options = serde_json::from_value(options.clone())
        .map_err(|_| ReplayError::Head { at: Seq(0), wanted: "a run with readable options" })?;
    let of_role = |wanted: &str| {
        let inputs = records.iter().filter_map(move |r| match &r.body {
            Body::Input { role, name, text } if role == wanted => Some(Source::new(name, text)),
            _ => None,
        });
        inputs.collect::<Vec<Source>>()
    };
    let archetype = Archetype::from_sources(of_role("archetype"))?;
    let declaration = match (of_role("declaration").pop(), options.undeclared) {
        (Some(source), _) => Declaration::from_source(source, &archetype)
            .map_err(|e| ReplayError::Declaration(e.to_string()))?,
        (None, Undeclared::Unknown) => Declaration::undeclared(&archetype),
        (None, Undeclared::Complete) => Declaration::complete(&archetype),
    };
    let own = of_role("features");
    let suite = if own.is_empty() { suite } else { suite.with_own(own)? };
    let expected = of_role("expected-failures").pop();
    let expected = expected.map(|s| ExpectedFailures::from_source(s, &archetype)).transpose()?.map(Rc::new);
    let (archetype, declaration, suite) = (Rc::new(archetype), Rc::new(declaration), Rc::new(suite));
    Ok(Session { archetype, declaration, suite, expected, options })
}

/// The version of the first connection that agreed on one.
pub fn first_version(records: &[Record]) -> Option<Version> {
    records.iter().find_map(|r| match r.body {
        Body::Connected { version, .. } => version,
        _ => None,
    })
}
