//! The test stand: one run of the whole suite against one station, in virtual time, in memory.

use crate::deviations::{Deviation, Seam};
use futures_util::future::LocalBoxFuture;
use judge::VerdictLine;
use net::csms::{Profile, Security, SecurityConfig};
use net::pki::{PkiRequest, create};
use net::station::CredentialFiles;
use net::station::upload::Route;
use net::upload::{UploadConfig, Uploads};
use net::{Clock, Credentials, Csms, CsmsConfig, KeyFiles, Log, Password, Passwords, StationLink};
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
use steps::{Impact, Options, Rig, Session, Suite, Undeclared};
use tokio::sync::watch;
use trace::{Body, Record, Trace};

/// Where virtual time begins.
const EPOCH: &str = "2026-01-01T00:00:00Z";
/// Highest level; every run judges up to it.
const LEVEL: Level = Level(3);
/// Name the stations are reached at.
const HOST: &str = "in-memory";
/// Identity of the station.
const ID: &str = "CS001";

/// What one run needs that cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Broken(String);

fn broken(why: impl ToString) -> Broken {
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
        "hook"
    }
    fn apply<'a>(&'a self, effect: &'a Effect) -> LocalBoxFuture<'a, Result<(), Refused>> {
        Box::pin(async { self.0.apply(effect.clone()).await.map_err(Refused::cannot) })
    }
}

async fn judge(setting: Setting<'_>) -> Result<Ran, Broken> {
    let Setting { archetype, version, profile, seed, deviations } = setting;
    let archetype = archetype_of(archetype)?;
    let declaration = Declaration::complete(&archetype);
    let Guard { security, credentials, clock } = Guard::of(profile)?;
    let profile = security.profile();
    let options = Options {
        level: LEVEL,
        impact: Impact::Disruptive,
        select: None,
        binding: "hook".to_owned(),
        rig: None,
        change_password: true,
        undeclared: Undeclared::Complete,
    };
    let (station, between) = deviating(deviations, seed, &archetype, &declaration, version, identity());
    let station = station.secured_by(profile.number());
    let session =
        Session { archetype, declaration: Rc::new(declaration), suite: suite()?, expected: None, options };
    let log = Log::new(clock.clone(), Trace::in_memory());
    session.open(&log);
    let uploads = Uploads::in_memory(UploadConfig::default(), log.clone()).map_err(broken)?;
    let csms =
        Csms::new(CsmsConfig { versions: vec![version], security, ..CsmsConfig::default() }, log.clone());
    let (handle, control) = station::control::channel();
    let (url, shown, dial) = (format!("{}://{HOST}", profile.scheme()), credentials.clone(), csms.clone());
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
    let live =
        Rc::new(Live::new(csms, log.clone(), Box::new(Bench(handle)), stop).with_uploads(uploads.clone()));
    let plan = session.plan(version).map_err(broken)?;
    let mut run = tokio::select! {
        biased;
        run = session.judge(live, &plan, &|_| ()) => run,
        ended = station => return Err(broken(format!("the station ended: {:?}", ended.err()))),
    };
    uploads.shutdown().await;
    session.close(&log, &mut run);
    Ok(Ran {
        version,
        verdicts: run.verdicts.iter().map(VerdictLine::from).collect(),
        observations: run.observations,
        interrupted: run.interrupted,
        records: log.with(|t| t.records().to_vec()),
    })
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
fn identity() -> Identity {
    let text = |t: &str| t.to_owned();
    Identity {
        vendor: text("Diagmark"),
        model: text("Reference"),
        serial: text("0001"),
        firmware: text("0.1.0"),
    }
}

/// How suite and station prove to each other who they are, and the time certificates are held against.
struct Guard {
    security: Security,
    credentials: Credentials,
    clock: Clock,
}

impl Guard {
    fn of(profile: u8) -> Result<Guard, Broken> {
        let all = [Profile::None, Profile::Basic, Profile::Tls, Profile::MutualTls];
        let profile = all.into_iter().find(|p| p.number() == profile);
        let profile = profile.ok_or_else(|| broken("there are security profiles 0 to 3"))?;
        let epoch = EPOCH.parse().map_err(broken)?;
        if profile == Profile::None {
            let clock = Clock::starting_at(epoch);
            return Ok(Guard { security: Security::none(), credentials: Credentials::none(), clock });
        }
        let dir = tempfile::tempdir().map_err(broken)?;
        if profile.is_tls() {
            let request = PkiRequest { station: "0001".into(), hosts: vec![HOST.into()] };
            create(dir.path(), &request, &Clock::wall()).map_err(broken)?;
        }
        let at = |file: &str| dir.path().join(file);
        let pair =
            |name: &str| KeyFiles { chain: at(&format!("{name}.pem")), key: at(&format!("{name}.key")) };
        let password = || Password::new("a-password-of-16");
        let security = Security::new(SecurityConfig {
            profile,
            certificates: if profile.is_tls() { vec![pair("csms")] } else { Vec::new() },
            client_ca: (profile == Profile::MutualTls).then(|| at("root.pem")),
            passwords: if profile.has_password() {
                Passwords::same(password())
            } else {
                Passwords::default()
            },
        });
        let credentials = Credentials::load(CredentialFiles {
            ca: profile.is_tls().then(|| at("root.pem")),
            certificate: (profile == Profile::MutualTls).then(|| pair("station")),
            password: profile.has_password().then(password),
        });
        // Certificates are held against the real time.
        let clock = if profile.is_tls() {
            Clock::starting_at(Clock::wall().now())
        } else {
            Clock::starting_at(epoch)
        };
        Ok(Guard { security: security.map_err(broken)?, credentials: credentials.map_err(broken)?, clock })
    }
}
