//! `diagmark certify`: judge a station and write the evidence.

use crate::args::{self, BuiltIn};
use crate::fault::Fault;
use crate::keys;
use crate::progress::{Bar, View, say};
use crate::sign::Signer;
use crate::stimulus::{self, Stimulus};
use crate::throw_away::{self, ThrowAway};
use crate::views;
use crate::{features, reference, security, uploads, verify};
use net::csms::Security;
use net::{Clock, Credentials, Csms, CsmsConfig, KeyFiles, Log};
use ocpp::Version;
use report::page::Ending;
use report::result::EvidenceKept;
use report::{PlanLine, certificate};
use spec::model::Level;
use spec::{Archetype, Declaration, ExpectedFailures};
use station::control::Handle;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;
use steps::link::Live;
use steps::rig::About;
use steps::{Options, Run, Session, Undeclared, first_version};
use tokio::sync::watch;
use trace::{Body, Record, Trace};

/// Identity of the reference station where none is given.
pub(crate) const REFERENCE_ID: &str = "REFERENCE";

pub(crate) async fn certify(args: args::Certify) -> Result<u8, Fault> {
    // A key that cannot be read is said before hours of testing.
    let signer = Signer::new(&args.signing)?;
    let archetype = archetype(&args.archetype)?;
    let declared = declaration(args.declaration.as_deref(), &archetype)?;
    if let Some(d) = &declared {
        // A laboratory needs to know what it certifies: unknown is no answer here.
        d.require_answers().map_err(Fault::input)?;
    }
    let reference = args.station == Some(BuiltIn::Reference);
    let undeclared = if reference { Undeclared::Complete } else { Undeclared::Unknown };
    let declaration = declared.unwrap_or_else(|| match undeclared {
        Undeclared::Complete => Declaration::complete(&archetype),
        Undeclared::Unknown => Declaration::undeclared(&archetype),
    });
    let suite = features::suite(args.features.as_deref())?;
    let expected = args.expected_failures.as_ref().map(|p| ExpectedFailures::load(p, &archetype));
    let expected = expected.transpose().map_err(Fault::input)?.map(Rc::new);
    let stimulus = Stimulus::of(&args)?;
    let session = Session {
        archetype: Rc::new(archetype),
        declaration: Rc::new(declaration),
        suite: Rc::new(suite),
        expected,
        options: Options {
            level: Level(args.level),
            impact: args.impact,
            select: args.select.clone(),
            binding: stimulus.word().to_owned(),
            rig: stimulus.name(),
            change_password: args.change_password,
            undeclared,
        },
    };
    // A plan that cannot be made is said before a station is waited for.
    let plan = session.plan(args.ocpp.unwrap_or(Version::V201)).map_err(Fault::input)?;
    if args.plan {
        print_plan(&plan, &session, &stimulus);
        return Ok(report::exit::CONFORMING);
    }
    if plan.is_empty() {
        return Err(Fault::nothing("nothing is left to judge: loosen --select, --impact or --level"));
    }
    let guard = Guard::of(&args)?;
    let clock = Clock::wall();
    let dir = run_directory(&args, &session, &clock)?;
    let trace = Trace::in_file(&dir.join(verify::EVIDENCE))
        .map_err(|e| Fault::input(format!("{}: {e}", dir.display())))?
        .salted(keys::chance()?);
    let log = Log::new(clock, trace);
    session.open(&log);
    let versions = match (args.ocpp, reference) {
        (Some(v), _) => vec![v],
        (None, true) => vec![Version::V201],
        (None, false) => Version::ALL.to_vec(),
    };
    let config = CsmsConfig {
        versions,
        station_id: args.station_id.clone(),
        security: guard.security.clone(),
        ..CsmsConfig::default()
    };
    let csms = Csms::new(config, log.clone());
    let run_id: String = log.with(|t| t.last_hash().0.chars().take(RUN_ID).collect());
    let job = Job {
        args: &args,
        session: &session,
        log: &log,
        stimulus: &stimulus,
        run_id,
        dir: &dir,
        guard: &guard,
    };
    let mut run = if reference {
        with_reference(&job, csms.clone()).await?
    } else {
        with_station(&job, csms.clone()).await?
    };
    csms.shutdown().await;
    log.append(verify::account(&run));
    session.close(&log, &mut run);
    conclude(&args, &session, &dir, &log, run, signer.as_ref())
}

/// The archetype a flag names.
pub(crate) fn archetype(name: &str) -> Result<Archetype, Fault> {
    Archetype::load(name).map_err(|e| Fault::input(format!("--archetype {name}: {e}")))
}

/// The declaration a flag names.
pub(crate) fn declaration(path: Option<&Path>, archetype: &Archetype) -> Result<Option<Declaration>, Fault> {
    path.map(|p| Declaration::load(p, archetype)).transpose().map_err(Fault::input)
}

fn run_directory(args: &args::Certify, session: &Session, clock: &Clock) -> Result<PathBuf, Fault> {
    let dir = args.out.clone().unwrap_or_else(|| {
        let time = clock.now().strftime("%Y%m%dT%H%M%SZ").to_string();
        Path::new("runs").join(format!("{time}-{}", session.archetype.id))
    });
    if dir.join(verify::EVIDENCE).exists() {
        let message = format!("{} holds a run already: name another directory with --out", dir.display());
        return Err(Fault::input(message));
    }
    std::fs::create_dir_all(&dir)
        .map_err(|e| Fault::input(format!("{} cannot be made: {e}", dir.display())))?;
    Ok(dir)
}

/// A run that is to be carried out.
struct Job<'a> {
    args: &'a args::Certify,
    session: &'a Session,
    log: &'a Log,
    stimulus: &'a Stimulus,
    /// Tells runs apart: from the hash of the head of the evidence.
    run_id: String,
    dir: &'a Path,
    guard: &'a Guard,
}

/// What suite and station prove to each other, and with which certificates the suite serves uploads.
struct Guard {
    security: Security,
    certificates: Vec<KeyFiles>,
    /// Made for the reference station.
    made: Option<ThrowAway>,
}

impl Guard {
    fn of(args: &args::Certify) -> Result<Guard, Fault> {
        if args.station == Some(BuiltIn::Reference) {
            let made = throw_away::make(security::of_reference(&args.security)?)?;
            let (security, certificates) = (made.security.clone(), made.certificates.clone());
            return Ok(Guard { security, certificates, made: Some(made) });
        }
        let security = security::demanded(&args.security)?;
        Ok(Guard { security, certificates: security::certificates(&args.security), made: None })
    }
}

/// Digits of the id of a run.
const RUN_ID: usize = 16;

/// The reference station over a real WebSocket on loopback.
async fn with_reference(job: &Job<'_>, csms: Csms) -> Result<Run, Fault> {
    let (args, session) = (job.args, job.session);
    let address = csms.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.map_err(Fault::internal)?;
    let (handle, control) = station::control::channel();
    let id = args.station_id.clone().unwrap_or_else(|| REFERENCE_ID.to_owned());
    let profile = csms.profile();
    let url = format!("{}://{address}", profile.scheme());
    let credentials = job.guard.made.as_ref().map_or_else(Credentials::none, |made| made.credentials.clone());
    let version = args.ocpp.unwrap_or(Version::V201);
    let (archetype, declaration) = (session.archetype.clone(), session.declaration.clone());
    let station = reference::run(
        &archetype,
        &declaration,
        version,
        reference::Csms { url: &url, id: &id, credentials, profile, deviation: None },
        control,
        |_| (),
        std::future::pending(),
    );
    tokio::select! {
        biased;
        run = judge(job, csms, Some(handle)) => run,
        ended = station => match ended {
            Err(fault) => Err(fault),
            Ok(()) => Err(Fault::internal("the reference station ended by itself")),
        },
    }
}

/// A station that connects from outside.
async fn with_station(job: &Job<'_>, csms: Csms) -> Result<Run, Fault> {
    let args = job.args;
    let Some(wanted) = args.listen else {
        return Err(Fault::input("say --station reference, or --listen ADDR to wait for a station"));
    };
    let address = csms.listen(wanted).await.map_err(|e| Fault::input(format!("--listen {wanted}: {e}")))?;
    let id = args.station_id.as_deref().unwrap_or("<identity>");
    let versions = args.ocpp.map_or("2.0.1 or 2.1".to_owned(), |v| v.to_string());
    say(&format!(
        "waiting up to {} s for a station to connect to {}://{address}/{id} with OCPP {versions}",
        args.wait.as_secs(),
        csms.profile().scheme(),
    ));
    judge(job, csms, None).await
}

/// Waits for the station and judges it. Ctrl-C ends the run in an orderly way; a second one ends it at once.
async fn judge(job: &Job<'_>, csms: Csms, handle: Option<Handle>) -> Result<Run, Fault> {
    let (session, log) = (job.session, job.log);
    let (stop, stopped) = watch::channel(false);
    let abort = stop.clone();
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
        say("stopping: what was changed is put back; press Ctrl-C again to stop at once");
        let _ = stop.send(true);
        let _ = tokio::signal::ctrl_c().await;
    };
    let work = async {
        let version = station_connects(job.args.wait, log, stopped.clone()).await?;
        let plan = session.plan(version).map_err(Fault::input)?;
        let bar = Bar::new();
        let about = About {
            archetype: session.archetype.clone(),
            station: log.with(|t| first_station(t.records())).unwrap_or_default(),
            version,
            run_id: job.run_id.clone(),
        };
        let rig = job.stimulus.rig(handle, about, &bar, abort);
        let view = View::new(plan.items.len(), &bar);
        let uploads = uploads::start(job.args, &job.guard.certificates, job.dir, log).await?;
        let live = Live::new(csms, log.clone(), rig, stopped.clone()).with_uploads(uploads.clone());
        let run = session.judge(Rc::new(live), &plan, &|event| view.show(&event)).await;
        // Nothing may be recorded after the end.
        uploads.shutdown().await;
        view.done();
        Ok(run)
    };
    tokio::select! {
        biased;
        run = work => run,
        () = interrupt => Err(Fault::internal("stopped at once: the evidence ends here, and the station may keep what the run set")),
    }
}

/// Identity of the first station that agreed on a version.
fn first_station(records: &[Record]) -> Option<String> {
    records.iter().find_map(|r| match &r.body {
        Body::Connected { station, version: Some(_), .. } => Some(station.clone()),
        _ => None,
    })
}

/// The version of the first station that agrees on one. Says what it sees meanwhile.
pub(crate) async fn station_connects(
    wait: Duration,
    log: &Log,
    mut stop: watch::Receiver<bool>,
) -> Result<Version, Fault> {
    let limit = tokio::time::sleep(wait);
    tokio::pin!(limit);
    let mut seen = 0;
    loop {
        let found = log.with(|t| {
            let from = usize::try_from(seen).unwrap_or(usize::MAX);
            let new = t.records().get(from..).unwrap_or_default();
            new.iter().for_each(|r| tell_of(&r.body));
            seen = t.len();
            first_version(new)
        });
        if let Some(version) = found {
            return Ok(version);
        }
        let why = tokio::select! {
            biased;
            () = log.beyond(seen) => continue,
            Ok(()) = stop.changed() => "the wait was interrupted".to_owned(),
            () = &mut limit => format!("no station connected within {} s", wait.as_secs()),
        };
        log.append(Body::End { why: why.clone() });
        return Err(Fault::nothing(why));
    }
}

fn tell_of(body: &Body) {
    match body {
        Body::Refused { peer, reason, .. } => say(&format!("{peer} was refused: {reason}")),
        Body::Connected { station, version: Some(v), peer, .. } => {
            say(&format!("{station} connected from {peer}, OCPP {v}"));
        }
        Body::Connected { station, version: None, offered, .. } => say(&format!(
            "{station} offers {}, and none of these is judged here: it has to offer ocpp2.0.1 or ocpp2.1",
            if offered.is_empty() { "no subprotocol".to_owned() } else { offered.join(", ") }
        )),
        _ => {}
    }
}

fn conclude(
    args: &args::Certify,
    session: &Session,
    dir: &Path,
    log: &Log,
    run: Run,
    signer: Option<&Signer>,
) -> Result<u8, Fault> {
    // Evidence that is not whole gets no result: what could not be kept proves nothing.
    if let Some(trouble) = log.with(|t| t.trouble().map(str::to_owned)) {
        return Err(Fault::internal(trouble));
    }
    let records = log.with(|t| t.records().to_vec());
    let version = first_version(&records).unwrap_or(Version::V201);
    let evidence = log.with(|t| EvidenceKept { records: t.len(), hash: t.last_hash().clone() });
    let result = verify::result_of(session, version, &run, evidence, &records);
    result.write(dir).map_err(Fault::internal)?;
    let (archetype, declaration) = (&*session.archetype, &*session.declaration);
    if let Some(signer) = signer {
        let bytes = result.to_json();
        let run = certificate::Run {
            result: &result,
            result_bytes: bytes.as_bytes(),
            archetype,
            declaration,
            records: &records,
        };
        if let Err(why) = signer.sign(run, dir, &Clock::wall())? {
            say(&why.to_string());
        }
    }
    let ending = Ending::Whole;
    views::write(dir, &views::Run { result: &result, archetype, declaration, records: &records, ending })?;
    verify::print_result(&result, archetype, &records, dir, args.format)?;
    Ok(result.exit_code())
}

fn print_plan(plan: &steps::Plan, session: &Session, stimulus: &Stimulus) {
    let (own, suite): (Vec<_>, Vec<_>) = plan.items.iter().partition(|i| i.subject.is_own());
    let table = |items: Vec<_>| report::plan_table(&items.into_iter().map(plan_line).collect::<Vec<_>>());
    crate::print(&table(suite));
    if !own.is_empty() {
        crate::print(&format!("\nOwn scenarios, reported apart:\n\n{}", table(own)));
    }
    let actions = steps::rig::actions(plan, &session.archetype, &session.declaration);
    let actions: Vec<_> = actions.into_iter().map(stimulus::planned).collect();
    let prescribed = plan.prescribed(&session.archetype);
    crate::print(&report::plan::actions_table(&actions, stimulus.bound(), prescribed));
}

fn plan_line(item: &steps::plan::Item) -> PlanLine {
    let s = &item.subject;
    PlanLine {
        row: s.row.clone(),
        level: s.level,
        obligation: s.obligation,
        place: s.place,
        scenario: s.scenario.clone(),
        stimulus: s.stimulus,
        impact: item.impact.as_str().to_owned(),
        known: item.settled.as_ref().map(judge::Outcome::verdict),
    }
}
