//! The test stand: one run of the whole suite against one station, in virtual time, in memory.

use crate::deviations::{Deviation, Seam};
use crate::guard::Guard;
use futures_util::future::LocalBoxFuture;
use judge::VerdictLine;
use net::station::upload::Route;
use net::upload::{UploadConfig, Uploads};
use net::{Csms, CsmsConfig, Log, StationLink};
use ocpp::Version;
use spec::model::Level;
use spec::{Archetype, Declaration, Effect};
use station::control::Handle;
use station::wire::Between;
use station::{DeviceModel, Identity, Policy, RunnerConfig, Station};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use steps::link::Live;
use steps::rig::Refused;
use steps::{Impact, NoRig, Options, Rig, Run, Session, Suite, Undeclared};
use tokio::sync::watch;
use trace::{Body, Record, Trace};

/// Where virtual time begins.
pub const EPOCH: &str = "2026-01-01T00:00:00Z";
/// Highest level; every run judges up to it.
const LEVEL: Level = Level(3);
/// Name the stations are reached at.
pub(crate) const HOST: &str = "in-memory";
/// Identity of the station.
const ID: &str = "CS001";
/// Binding of the station's control channel.
const HOOK: &str = "hook";

/// What one run needs that cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Broken(String);

pub(crate) fn broken(why: impl ToString) -> Broken {
    Broken(why.to_string())
}

/// What a run is of.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'d> {
    /// The archetype the station is built from and judged by.
    pub archetype: &'d str,
    /// The version spoken.
    pub version: Version,
    /// Security profile, 0 to 3.
    pub profile: u8,
    /// Seed of whatever is random.
    pub seed: u64,
    /// How the station differs from the reference station; not at all where none is given. Of those on the wire only
    /// the last one stands there.
    pub deviations: &'d [Deviation],
}

/// A run and everything it left.
#[derive(Debug)]
pub struct Ran {
    /// The version spoken.
    pub version: Version,
    /// The verdicts, in the order of the plan.
    pub verdicts: Vec<VerdictLine>,
    /// Trouble outside the rows.
    pub observations: Vec<String>,
    /// Whether it did not come to its end.
    pub interrupted: bool,
    /// The evidence.
    pub records: Vec<Record>,
}

impl Ran {
    /// Whether suite and station said other things to each other than in another run, or at other times.
    pub fn went_otherwise_than(&self, other: &Ran) -> bool {
        let said = |r: &Record| {
            matches!(
                r.body,
                Body::Frame { .. } | Body::Closed { .. } | Body::Upload { .. } | Body::Refused { .. }
            )
        };
        let ours = self.records.iter().filter(|r| said(r));
        let theirs = other.records.iter().filter(|r| said(r));
        !ours.eq(theirs)
    }
}

/// Runs the whole suite on a runtime of its own, in virtual time.
///
/// # Errors
/// When the stand cannot be set up.
pub fn run(setting: Setting<'_>) -> Result<Ran, Broken> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.map_err(broken)?.block_on(judge(setting))
}

/// Repeats a run from its evidence alone, and gives the verdicts.
///
/// # Errors
/// When the evidence does not hold what the suite does.
pub fn replay(records: Vec<Record>) -> Result<Vec<VerdictLine>, Broken> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let suite = Suite::embedded().map_err(|e| broken(format!("{e:?}")))?;
    let again = runtime.map_err(broken)?.block_on(steps::replay(records, suite)).map_err(broken)?;
    Ok(again.run.verdicts.iter().map(VerdictLine::from).collect())
}

thread_local! {
    /// What every run on this thread rests on, read once.
    static SUITE: OnceCell<Rc<Suite>> = const { OnceCell::new() };
    static ARCHETYPES: RefCell<BTreeMap<String, Rc<Archetype>>> = const { RefCell::new(BTreeMap::new()) };
}

fn suite() -> Result<Rc<Suite>, Broken> {
    let known = SUITE.with(|suite| suite.get().cloned());
    if let Some(known) = known {
        return Ok(known);
    }
    let suite = Rc::new(Suite::embedded().map_err(|e| broken(format!("{e:?}")))?);
    Ok(SUITE.with(|kept| kept.get_or_init(|| suite).clone()))
}

fn archetype_of(id: &str) -> Result<Rc<Archetype>, Broken> {
    if let Some(known) = ARCHETYPES.with_borrow(|all| all.get(id).cloned()) {
        return Ok(known);
    }
    let archetype = Rc::new(Archetype::load(id).map_err(|e| broken(format!("{e:?}")))?);
    ARCHETYPES.with_borrow_mut(|all| all.insert(id.to_owned(), archetype.clone()));
    Ok(archetype)
}

/// The reference station's control channel as a rig.
struct Bench(Handle);

impl Rig for Bench {
    fn binding(&self) -> &'static str {
        HOOK
    }
    fn apply<'a>(&'a self, effect: &'a Effect) -> LocalBoxFuture<'a, Result<(), Refused>> {
        Box::pin(async { self.0.apply(effect.clone()).await.map_err(Refused::cannot) })
    }
}

async fn judge(setting: Setting<'_>) -> Result<Ran, Broken> {
    let Setting { archetype, version, profile, seed, deviations } = setting;
    let archetype = archetype_of(archetype)?;
    let declaration = Declaration::complete(&archetype);
    let guard = Guard::of(profile)?;
    let (station, between) = deviating(deviations, seed, &archetype, &declaration, version, identity());
    let session = session(archetype, declaration)?;
    let (run, records) = Stand { session, station, version, guard, seed, between }.judge().await?;
    Ok(Ran {
        version,
        verdicts: run.verdicts.iter().map(VerdictLine::from).collect(),
        observations: run.observations,
        interrupted: run.interrupted,
        records,
    })
}

/// A session of the whole suite, with a rig, on everything that may be done to a station.
///
/// # Errors
/// When the embedded suite is wrong.
pub fn session(archetype: Rc<Archetype>, declaration: Declaration) -> Result<Session, Broken> {
    let options = Options {
        level: LEVEL,
        impact: Impact::Disruptive,
        select: None,
        binding: HOOK.to_owned(),
        rig: None,
        change_password: true,
        undeclared: Undeclared::Complete,
    };
    Ok(Session { archetype, declaration: Rc::new(declaration), suite: suite()?, expected: None, options })
}

/// A station on the stand, and how it is judged there.
pub struct Stand {
    /// What is judged, and up to where. With the binding of [`NoRig`] there is no rig; else the station's control
    /// channel is one.
    pub session: Session,
    /// Who is judged.
    pub station: Station,
    /// The version spoken.
    pub version: Version,
    /// How they prove to each other who they are.
    pub guard: Guard,
    /// Seed of whatever is random.
    pub seed: u64,
    /// Who stands on the wire.
    pub between: Option<Between>,
}

impl Stand {
    /// Judges the station, with suite and station in one runtime and streams in memory between them. What it comes to,
    /// and the evidence.
    ///
    /// # Errors
    /// When the stand cannot be set up.
    pub async fn judge(self) -> Result<(Run, Vec<Record>), Broken> {
        let Stand { session, station, version, guard, seed, between } = self;
        let Guard { security, credentials, clock } = guard;
        let profile = security.profile();
        let station = station.secured_by(profile.number());
        let log = Log::new(clock.clone(), Trace::in_memory());
        session.open(&log);
        let uploads = Uploads::in_memory(UploadConfig::default(), log.clone()).map_err(broken)?;
        let csms =
            Csms::new(CsmsConfig { versions: vec![version], security, ..CsmsConfig::default() }, log.clone());
        let (handle, control) = station::control::channel();
        let (url, shown) = (format!("{}://{HOST}", profile.scheme()), credentials.clone());
        let dial = csms.clone();
        let connect = move || {
            let (ours, theirs) = tokio::io::duplex(1 << 16);
            dial.accept(theirs, HOST.to_owned());
            let (url, shown) = (url.clone(), shown.clone());
            async move { StationLink::attach_with(ours, &url, ID, &[version], &shown).await }
        };
        let route = Route::Memory(uploads.clone());
        let config = RunnerConfig { route, credentials, seed, between, ..RunnerConfig::default() };
        let station = station::run(station, clock, config, connect, control, |_| (), std::future::pending());
        let (_keep, stop) = watch::channel(false);
        let rig: Box<dyn Rig> =
            if session.options.binding == HOOK { Box::new(Bench(handle.clone())) } else { Box::new(NoRig) };
        let live = Rc::new(Live::new(csms, log.clone(), rig, stop).with_uploads(uploads.clone()));
        let plan = session.plan(version).map_err(broken)?;
        let mut run = tokio::select! {
            biased;
            run = session.judge(live, &plan, &|_| ()) => run,
            ended = station => return Err(broken(format!("the station ended: {:?}", ended.err()))),
        };
        uploads.shutdown().await;
        session.close(&log, &mut run);
        let records = log.with(|t| t.records().to_vec());
        // Without its control channel a station is as good as gone.
        drop(handle);
        Ok((run, records))
    }
}

/// The reference station of an archetype with deviations, and who then stands on its wire.
pub fn deviating(
    deviations: &[Deviation],
    seed: u64,
    archetype: &Archetype,
    declaration: &Declaration,
    version: Version,
    identity: Identity,
) -> (Station, Option<Between>) {
    let mut model = DeviceModel::from_archetype(archetype, declaration, version);
    let (mut policy, mut between) = (Policy::default(), None);
    for deviation in deviations {
        match &deviation.seam {
            Seam::Model(change) => change(&mut model),
            Seam::Decision(change) => change(&mut policy),
            Seam::Wire(who) => between = Some(who(seed)),
        }
    }
    (Station::of_product(model, declaration, version, identity).deciding(policy), between)
}

/// What the station says it is.
pub fn identity() -> Identity {
    let text = |t: &str| t.to_owned();
    Identity {
        vendor: text("Diagmark"),
        model: text("Reference"),
        serial: text("0001"),
        firmware: text("0.1.0"),
    }
}
