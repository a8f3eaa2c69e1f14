//! A whole run in virtual time: suite and station in one runtime, over a stream in memory.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use futures_util::future::LocalBoxFuture;
use judge::{RowVerdict, Verdict};
use net::csms::Security;
use net::station::upload::Route;
use net::upload::{UploadConfig, Uploads};
use net::{Clock, Credentials, Csms, CsmsConfig, Log, StationLink};
use ocpp::Version;
use spec::model::Level;
use spec::{Archetype, Declaration, Effect};
use station::control::Handle;
use station::{Identity, RunnerConfig, Station};
use std::future::Future;
use std::rc::Rc;
use steps::link::Live;
use steps::rig::Refused;
use steps::{Impact, NoRig, Options, Rig, Run, Session, Suite, Undeclared};
use tokio::sync::watch;
use trace::{Record, Trace};

/// Where virtual time begins.
pub const EPOCH: &str = "2026-01-01T00:00:00Z";

/// The reference station's control channel as a rig.
pub struct Bench(pub Handle);

impl Rig for Bench {
    fn binding(&self) -> &'static str {
        "hook"
    }
    fn apply<'a>(&'a self, effect: &'a Effect) -> LocalBoxFuture<'a, Result<(), Refused>> {
        Box::pin(async { self.0.apply(effect.clone()).await.map_err(Refused::cannot) })
    }
}

/// A run and everything it left.
pub struct Outcome {
    pub run: Run,
    pub records: Vec<Record>,
}

impl Outcome {
    /// The verdicts on a row, at any place and level.
    pub fn on(&self, row: &str) -> Vec<Verdict> {
        let of_row = |v: &&RowVerdict| v.subject.row.0 == row;
        self.run.verdicts.iter().filter(of_row).map(|v| v.outcome.verdict()).collect()
    }

    /// What was selected and did not pass, one line each.
    pub fn selected_trouble(&self) -> Vec<String> {
        self.trouble()
            .into_iter()
            .filter(|line| !line.contains("left out by --select") && !line.contains("\"no scenario\""))
            .collect()
    }

    /// Everything that is not a pass, one line each.
    pub fn trouble(&self) -> Vec<String> {
        let lines = self
            .run
            .verdicts
            .iter()
            .filter(|v| !matches!(v.outcome.verdict(), Verdict::Pass | Verdict::NotApplicable));
        lines
            .map(|v| {
                format!("{} {:?} {} {:?}", v.subject.row, v.subject.scenario, v.outcome.verdict(), v.outcome)
            })
            .collect()
    }
}

pub fn session(archetype: Archetype, declaration: Declaration, level: u8, binding: &str) -> Session {
    Session {
        archetype: Rc::new(archetype),
        declaration: Rc::new(declaration),
        suite: Rc::new(Suite::embedded().unwrap()),
        expected: None,
        options: Options {
            level: Level(level),
            impact: Impact::Disruptive,
            select: None,
            binding: binding.to_owned(),
            rig: None,
            change_password: false,
            undeclared: Undeclared::Complete,
        },
    }
}

/// Judges the reference station.
pub async fn judge_reference(version: Version, level: u8) -> Outcome {
    let archetype = Archetype::load("ac-wallbox").unwrap();
    let declaration = Declaration::complete(&archetype);
    judge_station(archetype, declaration, version, level).await
}

/// Judges a reference station built from an archetype and a declaration.
pub async fn judge_station(
    archetype: Archetype,
    declaration: Declaration,
    version: Version,
    level: u8,
) -> Outcome {
    judge_bound(archetype, declaration, version, level, true).await
}

/// Judges the reference station as a laboratory without a rig does.
pub async fn judge_reference_without_rig(version: Version, level: u8) -> Outcome {
    let archetype = Archetype::load("ac-wallbox").unwrap();
    let declaration = Declaration::complete(&archetype);
    judge_bound(archetype, declaration, version, level, false).await
}

async fn judge_bound(
    archetype: Archetype,
    declaration: Declaration,
    version: Version,
    level: u8,
    bench: bool,
) -> Outcome {
    let binding = if bench { "hook" } else { NoRig.binding() };
    run_of(session(archetype, declaration, level, binding), version).await
}

/// Judges the reference station of an archetype by the scenarios that a tag expression selects, and checks that a
/// replay comes to the same.
pub async fn judge_selected(archetype: &str, version: Version, select: &str, bench: bool) -> Outcome {
    let archetype = Archetype::load(archetype).unwrap();
    let declaration = Declaration::complete(&archetype);
    let binding = if bench { "hook" } else { NoRig.binding() };
    let mut session = session(archetype, declaration, 3, binding);
    session.options.select = Some(select.to_owned());
    let live = run_of(session, version).await;
    let again = steps::replay(live.records.clone(), Suite::embedded().unwrap()).await.unwrap();
    assert_eq!(again.run.verdicts, live.run.verdicts, "a replay comes to other verdicts");
    live
}

/// How suite and station prove to each other who they are, and the time certificates are held against.
pub struct Guard {
    pub security: Security,
    pub credentials: Credentials,
    pub clock: Clock,
}

impl Guard {
    /// Not at all.
    pub fn none() -> Guard {
        let clock = Clock::starting_at(EPOCH.parse().unwrap());
        Guard { security: Security::none(), credentials: Credentials::none(), clock }
    }
}

/// Judges a reference station in the same runtime.
pub async fn run_of(session: Session, version: Version) -> Outcome {
    run_guarded(session, version, Guard::none()).await
}

/// Judges a reference station that has to prove who it is.
pub async fn run_guarded(session: Session, version: Version, guard: Guard) -> Outcome {
    let Guard { security, credentials, clock } = guard;
    let bench = session.options.binding == "hook";
    let (archetype, declaration) = (session.archetype.clone(), session.declaration.clone());
    let profile = security.profile();
    let station = Station::new(&archetype, &declaration, version, identity()).secured_by(profile.number());
    let log = Log::new(clock.clone(), Trace::in_memory());
    session.open(&log);
    let uploads = Uploads::in_memory(UploadConfig::default(), log.clone()).unwrap();
    let config = CsmsConfig { versions: vec![version], security, ..CsmsConfig::default() };
    let csms = Csms::new(config, log.clone());
    let url = format!("{}://in-memory", profile.scheme());
    let shown = credentials.clone();
    let (handle, control) = station::control::channel();
    let dial = csms.clone();
    let connect = move || {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        dial.accept(theirs, "in-memory".to_owned());
        let (url, shown) = (url.clone(), shown.clone());
        async move { StationLink::attach_with(ours, &url, "CS001", &[version], &shown).await }
    };
    let route = Route::Memory(uploads.clone());
    let station = station::run(
        station,
        clock,
        RunnerConfig { route, credentials, ..RunnerConfig::default() },
        connect,
        control,
        |_| (),
        std::future::pending(),
    );
    let (_keep, stop) = watch::channel(false);
    let rig: Box<dyn Rig> = if bench { Box::new(Bench(handle.clone())) } else { Box::new(NoRig) };
    let live = Rc::new(Live::new(csms, log.clone(), rig, stop).with_uploads(uploads.clone()));
    let plan = session.plan(version).unwrap();
    let mut run = tokio::select! {
        biased;
        run = session.judge(live, &plan, &|_| ()) => run,
        _ = station => panic!("the station ended"),
    };
    uploads.shutdown().await;
    session.close(&log, &mut run);
    Outcome { run, records: log.with(|t| t.records().to_vec()) }
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

/// A session without a rig, for stations that are scripts.
pub fn bare_session(level: u8) -> Session {
    let archetype = Archetype::load("ac-wallbox").unwrap();
    let declaration = Declaration::complete(&archetype);
    session(archetype, declaration, level, NoRig.binding())
}

/// Judges a station that is a script. The script dials as often as it likes; when it returns, its last
/// connection is gone and the suite goes on alone.
pub async fn judge_script<F>(level: u8, script: impl FnOnce(Dial) -> F) -> Outcome
where
    F: Future<Output = ()>,
{
    let version = Version::V201;
    let session = bare_session(level);
    let log = Log::new(Clock::starting_at(EPOCH.parse().unwrap()), Trace::in_memory());
    session.open(&log);
    let csms = Csms::new(CsmsConfig { versions: vec![version], ..CsmsConfig::default() }, log.clone());
    let script = script(Dial(csms.clone()));
    let (_keep, stop) = watch::channel(false);
    let live = Rc::new(Live::new(csms, log.clone(), Box::new(NoRig), stop));
    let plan = session.plan(version).unwrap();
    let judged = session.judge(live, &plan, &|_| ());
    let script = async {
        script.await;
        std::future::pending::<()>().await
    };
    let mut run = tokio::select! {
        biased;
        run = judged => run,
        () = script => unreachable!(),
    };
    session.close(&log, &mut run);
    Outcome { run, records: log.with(|t| t.records().to_vec()) }
}

/// Opens connections for a script.
pub struct Dial(Csms);

impl Dial {
    pub async fn dial(&self) -> StationLink {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        self.0.accept(theirs, "in-memory".to_owned());
        StationLink::attach(ours, "ws://in-memory", "CS001", &[Version::V201]).await.unwrap()
    }

    /// Connects and boots.
    pub async fn boot(&self) -> StationLink {
        let mut link = self.dial().await;
        let station = serde_json::json!({ "vendorName": "Script", "model": "Trouble" });
        let boot = serde_json::json!([2, "b", "BootNotification", { "reason": "PowerUp", "chargingStation": station }]);
        link.send(boot.to_string()).await.unwrap();
        link.recv().await.unwrap();
        link
    }
}
