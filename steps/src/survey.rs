//! A survey: what a station says it is made of and watches, without judging it and without changing anything.
//!
//! The live survey reads its result from its own trace, so that a survey and the evidence of any earlier run are
//! read by the same code.

use crate::link::{Link, Live};
use crate::session::{Options, Undeclared};
use crate::{Lane, Stop, first_version};
use judge::Window;
use judge::boot::{Identity, identity};
use judge::gap::{Inventories, NoInventory, described, read};
use ocpp::Version;
use serde_json::json;
use spec::model::RowId;
use spec::{Archetype, Declaration, Source};
use std::rc::Rc;
use std::time::Duration;
use trace::{Body, LaneId, Record, Seq};

/// The lane of a survey.
const LANE: LaneId = LaneId(1);
/// What the start of a survey is called in the evidence, where a scenario has its id.
const SURVEY: &str = "survey";

/// How long a survey waits, at most.
#[derive(Debug, Clone, Copy, Default)]
pub struct Patience {
    boot: Duration,
    answer: Duration,
    inventory: Duration,
    monitors: Duration,
}

impl Patience {
    /// The deadlines of the behaviour rows a survey exercises, as declared.
    pub fn of(archetype: &Archetype, declaration: &Declaration) -> Patience {
        let row = |id: &str| {
            let stated = archetype.behaviour(id).and_then(|b| b.deadline);
            let declared = declaration.deadline(&RowId(id.to_owned()), stated);
            declared.unwrap_or(crate::context::ANSWER)
        };
        Patience {
            boot: row("B-0001"),
            answer: row("B-0012"),
            inventory: row("B-0010"),
            monitors: row("B-0101"),
        }
    }

    /// The longer of two, time by time: for a station whose archetype is not known yet.
    pub fn or(self, other: Patience) -> Patience {
        Patience {
            boot: self.boot.max(other.boot),
            answer: self.answer.max(other.answer),
            inventory: self.inventory.max(other.inventory),
            monitors: self.monitors.max(other.monitors),
        }
    }
}

/// What a station says of itself.
#[derive(Debug, Clone)]
pub struct Survey {
    /// The version it was asked in.
    pub version: Version,
    /// The versions it offered, in its order.
    pub offered: Vec<Version>,
    /// Who it says it is.
    pub identity: Identity,
    /// What it is made of and watches.
    pub inventories: Inventories,
}

/// Why there is no survey.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// No station agreed on a version.
    #[error("no station connected in this run")]
    NoStation,
    /// The station did not say what it is made of.
    #[error(transparent)]
    NoInventory(#[from] NoInventory),
    /// The survey was stopped.
    #[error("the survey was interrupted")]
    Interrupted,
    /// Our own failure.
    #[error("{0}")]
    Bug(String),
}

/// Asks a connected station for its full inventory and for all its monitors. Everything is recorded as in a run.
///
/// # Errors
/// When it has no full inventory to give, or the survey is interrupted.
pub async fn survey(live: Rc<Live>, version: Version, patience: &Patience) -> Result<Survey, SurveyError> {
    let mut lane = Lane::new(LANE, Link::Live(live.clone()), version);
    match ask(&mut lane, patience).await {
        // Why a report did not come is read from the trace, as it is from a recording.
        Ok(()) | Err(Stop::Open { .. } | Stop::Judged(_)) => {}
        Err(Stop::Interrupted) => return Err(SurveyError::Interrupted),
        Err(other) => return Err(SurveyError::Bug(format!("{other:?}"))),
    }
    live.records(recall)
}

async fn ask(lane: &mut Lane, patience: &Patience) -> Result<(), Stop> {
    let (scenario, row) = (SURVEY.to_owned(), "B-0010".to_owned());
    lane.own(Body::Begin { lane: LANE, scenario, row, evse: None, connector: None })?;
    // A station that was accepted before need not boot again.
    lane.booted(Seq(0), patience.boot).await?;
    let mut get = async |action: &str, part: &str, mut request: serde_json::Value, limit: Duration| {
        let id = lane.report_id();
        if let Some(object) = request.as_object_mut() {
            object.insert("requestId".to_owned(), json!(id));
        }
        lane.own(Body::Step { lane: LANE, text: format!("{action} {request}") })?;
        let answer = lane.call(action, request, patience.answer).await?;
        if answer.status() == Some("Accepted") {
            lane.report(&answer, part, id, limit).await?;
        }
        Ok::<(), Stop>(())
    };
    let full = json!({ "reportBase": "FullInventory" });
    get("GetBaseReport", "NotifyReport", full, patience.inventory).await?;
    get("GetMonitoringReport", "NotifyMonitoringReport", json!({}), patience.monitors).await
}

/// Reads a survey from the records of a survey or of any run.
///
/// # Errors
/// When no station connected, or it gave no full inventory.
pub fn recall(records: &[Record]) -> Result<Survey, SurveyError> {
    let version = first_version(records).ok_or(SurveyError::NoStation)?;
    let window = Window::new(records, version);
    let inventories = read(window)?;
    let identity = described(&inventories.inventory, identity(window));
    let offered = records.iter().find_map(|r| match &r.body {
        Body::Connected { offered, version: Some(_), .. } => Some(offered),
        _ => None,
    });
    let offered = offered.into_iter().flatten().filter_map(|name| Version::from_subprotocol(name)).collect();
    Ok(Survey { version, offered, identity, inventories })
}

/// What a run was about, as far as its evidence can still be read: its archetype, and what was declared.
pub fn recall_inputs(records: &[Record]) -> Option<(Archetype, Option<Declaration>)> {
    let of_role = |wanted: &str| {
        let inputs = records.iter().filter_map(move |r| match &r.body {
            Body::Input { role, name, text } if role == wanted => Some(Source::new(name, text)),
            _ => None,
        });
        inputs.collect::<Vec<Source>>()
    };
    let archetype = Archetype::from_sources(of_role("archetype")).ok()?;
    let written = of_role("declaration").pop();
    let declared = written.and_then(|source| Declaration::from_source(source, &archetype).ok());
    let complete = records.iter().any(|r| match &r.body {
        Body::Run { options, .. } => serde_json::from_value::<Options>(options.clone())
            .is_ok_and(|o| o.undeclared == Undeclared::Complete),
        _ => false,
    });
    let assumed = complete.then(|| Declaration::complete(&archetype));
    Some((archetype, declared.or(assumed)))
}
