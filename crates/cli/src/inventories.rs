//! A station's inventories: from the station itself, or from the evidence of an earlier run.

use crate::args::{BuiltIn, Connection};
use crate::fault::Fault;
use crate::progress::say;
use crate::{certify, reference, security, verify};
use net::csms::Profile;
use net::{Clock, Csms, CsmsConfig, Log};
use ocpp::Version;
use spec::{Archetype, Declaration};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::rc::Rc;
use steps::NoRig;
use steps::link::Live;
use steps::survey::{Patience, Survey, SurveyError, recall, survey};
use tokio::sync::watch;
use trace::{Evidence, EvidenceError, Record, Trace, open_trace};

/// Asks a station. `reference` is what the reference station is built from, if that is the one asked.
pub(crate) async fn ask(
    connection: &Connection,
    reference: (&Archetype, &Declaration),
    patience: &Patience,
    trace: Trace,
) -> Result<Survey, Fault> {
    let log = Log::new(Clock::wall(), trace);
    let built_in = connection.station == Some(BuiltIn::Reference);
    let versions = match (connection.ocpp, built_in) {
        (Some(v), _) => vec![v],
        (None, true) => vec![Version::V201],
        (None, false) => Version::ALL.to_vec(),
    };
    if built_in && security::of_reference(&connection.security)? != Profile::None {
        return Err(Fault::input(
            "the reference station is asked without security: leave out --security-profile",
        ));
    }
    let security = security::demanded(&connection.security)?;
    let config =
        CsmsConfig { versions, station_id: connection.station_id.clone(), security, ..CsmsConfig::default() };
    let csms = Csms::new(config, log.clone());
    let asked = if built_in {
        with_reference(connection, reference, patience, csms.clone(), &log).await
    } else {
        with_station(connection, patience, csms.clone(), &log).await
    };
    csms.shutdown().await;
    match log.with(|t| t.trouble().map(str::to_owned)) {
        Some(trouble) => Err(Fault::internal(trouble)),
        None => asked,
    }
}

async fn with_reference(
    connection: &Connection,
    (archetype, declaration): (&Archetype, &Declaration),
    patience: &Patience,
    csms: Csms,
    log: &Log,
) -> Result<Survey, Fault> {
    let address = csms.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.map_err(Fault::internal)?;
    let (_handle, control) = station::control::channel();
    let id = connection.station_id.as_deref().unwrap_or(certify::REFERENCE_ID);
    let url = format!("ws://{address}");
    let version = connection.ocpp.unwrap_or(Version::V201);
    let forever = std::future::pending();
    let station = reference::run(
        archetype,
        declaration,
        version,
        reference::Csms::plain(&url, id),
        control,
        |_| (),
        forever,
    );
    tokio::select! {
        biased;
        asked = converse(connection, patience, csms, log) => asked,
        ended = station => match ended {
            Err(fault) => Err(fault),
            Ok(()) => Err(Fault::internal("the reference station ended by itself")),
        },
    }
}

async fn with_station(
    connection: &Connection,
    patience: &Patience,
    csms: Csms,
    log: &Log,
) -> Result<Survey, Fault> {
    let Some(wanted) = connection.listen else {
        return Err(Fault::input("say --station reference, or --listen ADDR to wait for a station"));
    };
    let address = csms.listen(wanted).await.map_err(|e| Fault::input(format!("--listen {wanted}: {e}")))?;
    let id = connection.station_id.as_deref().unwrap_or("<identity>");
    let versions = connection.ocpp.map_or("2.0.1 or 2.1".to_owned(), |v| v.to_string());
    let wait = connection.wait.as_secs();
    say(&format!(
        "waiting up to {wait} s for a station to connect to {}://{address}/{id} with OCPP {versions}",
        csms.profile().scheme()
    ));
    converse(connection, patience, csms, log).await
}

/// Waits for the station and asks it. Ctrl-C ends it; nothing has to be put back.
async fn converse(
    connection: &Connection,
    patience: &Patience,
    csms: Csms,
    log: &Log,
) -> Result<Survey, Fault> {
    let (stop, stopped) = watch::channel(false);
    let interrupt = async {
        let _ = tokio::signal::ctrl_c().await;
        let _ = stop.send(true);
        std::future::pending::<()>().await;
    };
    let work = async {
        let version = certify::station_connects(connection.wait, log, stopped.clone()).await?;
        let live = Rc::new(Live::new(csms, log.clone(), Box::new(NoRig), stopped.clone()));
        survey(live, version, patience).await.map_err(fault)
    };
    tokio::select! {
        biased;
        asked = work => asked,
        () = interrupt => Err(Fault::nothing("interrupted")),
    }
}

/// Reads the evidence of an earlier run, or a trace of another program (open-ocpp-trace).
pub(crate) fn recorded(dir: &Path) -> Result<(Survey, Vec<Record>), Fault> {
    if dir.is_file() {
        return foreign(dir);
    }
    let path = dir.join(verify::EVIDENCE);
    let evidence = Evidence::read(&path).map_err(|e| match e {
        EvidenceError::File { .. } => Fault::input(e),
        EvidenceError::Chain(_) => Fault::evidence(format!("{}: {e}", path.display())),
    })?;
    let survey = recall(&evidence.records).map_err(|e| {
        let fault = fault(e);
        Fault { message: format!("{}: {}", path.display(), fault.message), ..fault }
    })?;
    Ok((survey, evidence.records))
}

fn foreign(file: &Path) -> Result<(Survey, Vec<Record>), Fault> {
    let at = file.display();
    let text =
        std::fs::read_to_string(file).map_err(|e| Fault::input(format!("{at} cannot be read: {e}")))?;
    let records = open_trace::import(&text).map_err(|e| Fault::input(format!("{at}: {e}")))?;
    let survey = recall(&records).map_err(|e| {
        let fault = fault(e);
        Fault { message: format!("{at}: {}", fault.message), ..fault }
    })?;
    Ok((survey, records))
}

fn fault(e: SurveyError) -> Fault {
    match e {
        SurveyError::Bug(_) => Fault::internal(e),
        _ => Fault::nothing(e),
    }
}
