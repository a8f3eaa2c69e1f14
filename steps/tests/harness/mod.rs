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

use judge::{RowVerdict, Verdict};
use net::{Clock, Csms, CsmsConfig, Log, StationLink};
use ocpp::Version;
use prove::guard::Guard;
use prove::stand::{self, Stand, identity};
use spec::model::Level;
use spec::{Archetype, Declaration};
use station::wire::Between;
use station::{DeviceModel, Station};
use std::future::Future;
use std::rc::Rc;
use steps::link::Live;
use steps::{NoRig, Rig, Run, Session, Suite};
use tokio::sync::watch;
use trace::{Record, Trace};

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
    let mut session = stand::session(Rc::new(archetype), declaration).unwrap();
    session.options.level = Level(level);
    session.options.binding = binding.to_owned();
    session.options.change_password = false;
    session
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
    run_of(session(archetype, declaration, level, "hook"), version).await
}

/// Judges the reference station as a laboratory without a rig does.
pub async fn judge_reference_without_rig(version: Version, level: u8) -> Outcome {
    run_of(bare_session(level), version).await
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
    replays(&live).await;
    live
}

/// The recording repeats every verdict.
pub async fn replays(live: &Outcome) {
    let again = steps::replay(live.records.clone(), Suite::embedded().unwrap()).await.unwrap();
    assert_eq!(again.run.verdicts, live.run.verdicts, "a replay comes to other verdicts");
    assert!(!again.incomplete);
}

/// Judges the reference station in the same runtime.
pub async fn run_of(session: Session, version: Version) -> Outcome {
    run_odd(session, version, Odd::default()).await
}

/// How a station differs from the plain reference station.
#[derive(Default)]
pub struct Odd {
    /// Security profile, 0 to 3.
    pub profile: u8,
    /// Changes the device model before the station starts.
    pub model: Option<fn(&mut DeviceModel)>,
    /// Who stands on its wire.
    pub between: Option<Between>,
}

/// Judges a station that differs from the reference station.
pub async fn run_odd(session: Session, version: Version, odd: Odd) -> Outcome {
    let Odd { profile, model: change, between } = odd;
    let (archetype, declaration) = (&session.archetype, &session.declaration);
    let mut model = DeviceModel::from_archetype(archetype, declaration, version);
    change.into_iter().for_each(|change| change(&mut model));
    let station = Station::of_product(model, declaration, version, identity());
    let guard = Guard::of(profile).unwrap();
    let (run, records) = Stand { session, station, version, guard, seed: 1, between }.judge().await.unwrap();
    Outcome { run, records }
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
    let log = Log::new(Clock::starting_at(stand::EPOCH.parse().unwrap()), Trace::in_memory());
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
