//! The state of one scenario.

use crate::context::Context;
use crate::handed::Handed;
use crate::{Lane, Stop};
use judge::answer::{Answer, Reply};
use judge::inventory::{Inventory, Reported};
use judge::monitors::{MonitoringReport, SetMonitor};
use judge::results::Matched;
use judge::{Check, Paged, Subject};
use ocpp::{ComponentRef, MonitorType, VariableAddress};
use spec::{Effect, Place};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;
use trace::Seq;

/// Something to put back after the scenario, in reverse order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Undo {
    /// Remove a monitor.
    Monitor(i64),
    /// Put the monitoring level back.
    Level(i64),
    /// Put the monitoring base back.
    Base(String),
    /// Put a value back by the rig.
    Value(Effect),
    /// Write a value back.
    Written(VariableAddress, String),
    /// Let stations in again.
    Offline,
    /// Answer the station's CALLs as usual.
    Answers,
    /// The station was accepted with another heartbeat interval; what its own variable said before.
    Heartbeat {
        /// The interval it was given.
        seconds: u64,
        /// What it was before.
        before: Option<String>,
    },
    /// Write the password of a station back.
    Password {
        /// Its identity.
        station: String,
        /// The password it had.
        old: net::Password,
    },
    /// Make an EVSE operative again.
    Operative(u32),
    /// Put the station, an EVSE or a connector back into use.
    InUse(Place),
    /// Stop a transaction.
    Transaction(String),
    /// Take a token off the local authorization list.
    Listed(String),
}

impl fmt::Display for Undo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Undo::Monitor(id) => write!(f, "monitor {id} is still set"),
            Undo::Level(level) => write!(f, "the monitoring level was {level}"),
            Undo::Base(base) => write!(f, "the monitoring base was {base}"),
            Undo::Value(effect) => write!(f, "{effect}"),
            Undo::Written(at, value) => write!(f, "{at} was {value}"),
            Undo::Offline => f.write_str("the suite let nobody in"),
            Undo::Answers => f.write_str("the suite answered in another way"),
            Undo::Heartbeat { seconds, before } => {
                let was = before.as_deref().unwrap_or("another one");
                write!(f, "the heartbeat interval was {was}, and {seconds} s were given")
            }
            Undo::Password { .. } => f.write_str("the password of the station was another one"),
            Undo::Operative(evse) => write!(f, "EVSE {evse} was operative"),
            Undo::InUse(place) => write!(f, "{place} was in use"),
            Undo::Transaction(id) => write!(f, "transaction {id} goes on"),
            Undo::Listed(token) => write!(f, "{token} is on the local authorization list"),
        }
    }
}

/// The number a scenario moves, and by how much.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moved {
    pub(crate) address: VariableAddress,
    pub(crate) start: f64,
    pub(crate) step: f64,
    pub(crate) threshold: f64,
    pub(crate) beyond: f64,
    /// Whether it is moved by writing it, for want of a rig.
    pub(crate) written: bool,
}

/// A world that cucumber would make by itself: it would know no station.
#[derive(Debug, thiserror::Error)]
#[error("a World is made by the run, which knows the station")]
pub(crate) struct Homeless;

/// The state of one scenario.
#[derive(cucumber::World)]
#[world(init = World::refuse)]
pub struct World {
    pub(crate) cx: Rc<Context>,
    pub(crate) lane: Lane,
    pub(crate) subject: Subject,
    /// What earlier scenarios handed on, and what this one hands on.
    pub(crate) handed: Handed,
    /// Whether other lanes run at the same time.
    pub(crate) beside: bool,
    pub(crate) checks: Vec<Check>,
    pub(crate) stop: Option<Stop>,
    pub(crate) undo: Vec<Undo>,
    /// The last answer and, where it has results, what they are.
    pub(crate) answer: Option<Answer>,
    pub(crate) matched: Vec<Matched>,
    pub(crate) pairing: Vec<Check>,
    /// The last report.
    pub(crate) request_id: i64,
    pub(crate) paged: Option<Paged>,
    pub(crate) within: Duration,
    /// What the scenario is about.
    pub(crate) inventory: Option<Rc<Inventory>>,
    pub(crate) targets: Vec<VariableAddress>,
    /// The monitor type the variables were chosen for.
    pub(crate) kind: MonitorType,
    pub(crate) monitors: Vec<SetMonitor>,
    pub(crate) before: Option<MonitoringReport>,
    /// Elements of the last request to set monitors.
    pub(crate) asked_monitors: usize,
    pub(crate) moved: Option<Moved>,
    pub(crate) cause: Seq,
    /// Checks over several requests.
    pub(crate) several: Vec<Check>,
    /// The record of the boot after a reset.
    pub(crate) rebooted: Option<Seq>,
    /// The component asked for.
    pub(crate) asked: Option<ComponentRef>,
    /// A written variable's value before and after.
    pub(crate) old: String,
    pub(crate) new: String,
    pub(crate) used_severities: Vec<u8>,
    /// A request to set a monitor was refused or not answered: it may still have left one.
    pub(crate) suspicious: bool,
    /// The variables monitors were asked for.
    pub(crate) tried: Vec<VariableAddress>,
    /// Whether the monitors that were there before were asked for.
    pub(crate) looked: bool,
    /// The request that removed a monitor.
    pub(crate) removed: Seq,
    /// Ids of the events the scenario's monitors sent.
    pub(crate) event_ids: Vec<i64>,
    /// The records of such requests.
    pub(crate) answer_records: Vec<Seq>,
    /// The outlet whose availability is changed.
    pub(crate) outlet: crate::phrases::Outlet,
    /// The transaction of the scenario.
    pub(crate) session: crate::phrases::Session,
    /// The fault that meets a transaction or an outlet.
    pub(crate) stopping: Option<crate::phrases::Stopping>,
    /// What was done with a vehicle.
    pub(crate) course: Option<judge::transactions::course::Course>,
    /// The customer of the scenario.
    pub(crate) customer: crate::phrases::Customer,
    /// What became of the fault that was caused.
    pub(crate) fault: crate::phrases::Caused,
    /// The filter of a monitoring report, and what there is without it.
    pub(crate) selected: crate::phrases::Selected,
    /// Alarms that were raised and taken back.
    pub(crate) alarms: crate::phrases::Alarms,
    /// A built-in monitor that the level holds back.
    pub(crate) held: crate::phrases::Held,
    /// A log that was asked for.
    pub(crate) log: Option<crate::phrases::Fetched>,
    /// A time in which the station was not let in.
    pub(crate) door: crate::phrases::AtTheDoor,
    /// The event stream the scenario's monitor has.
    pub(crate) stream: Option<i64>,
    /// What the station did while it waited for an answer.
    pub(crate) waited: crate::phrases::Waited,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").field("row", &self.subject.row).field("checks", &self.checks).finish()
    }
}

impl World {
    fn refuse() -> Result<World, Homeless> {
        Err(Homeless)
    }

    /// A world for one scenario.
    pub(crate) fn new(cx: Rc<Context>, lane: Lane, subject: Subject, handed: Handed, beside: bool) -> World {
        World {
            cx,
            lane,
            subject,
            handed,
            beside,
            checks: Vec::new(),
            stop: None,
            undo: Vec::new(),
            answer: None,
            matched: Vec::new(),
            pairing: Vec::new(),
            request_id: 0,
            paged: None,
            within: Duration::ZERO,
            inventory: None,
            targets: Vec::new(),
            kind: MonitorType::Delta,
            monitors: Vec::new(),
            before: None,
            asked_monitors: 0,
            moved: None,
            cause: Seq(0),
            several: Vec::new(),
            rebooted: None,
            asked: None,
            old: String::new(),
            new: String::new(),
            used_severities: Vec::new(),
            suspicious: false,
            tried: Vec::new(),
            looked: false,
            removed: Seq(0),
            event_ids: Vec::new(),
            answer_records: Vec::new(),
            outlet: Default::default(),
            session: Default::default(),
            stopping: None,
            course: None,
            customer: Default::default(),
            fault: Default::default(),
            selected: Default::default(),
            alarms: Default::default(),
            held: Default::default(),
            log: None,
            door: Default::default(),
            stream: None,
            waited: Default::default(),
        }
    }

    /// Runs the body of a step; a stop ends the scenario, and later steps are not run.
    pub(crate) async fn attempt(&mut self, body: impl AsyncFnOnce(&mut World) -> Result<(), Stop>) {
        if let Err(stop) = body(self).await {
            self.stop.get_or_insert(stop);
        }
    }

    /// Collects checks.
    pub(crate) fn judge(&mut self, checks: impl IntoIterator<Item = Check>) {
        self.checks.extend(checks);
    }

    /// Collects checks on what a rig causes: without one, that nothing of the kind happened says nothing of the station.
    ///
    /// # Errors
    /// `NotExercised` when there was nothing to judge and no rig is bound.
    pub(crate) fn judge_what_a_rig_causes(&mut self, checks: Vec<Check>) -> Result<(), Stop> {
        match checks.as_slice() {
            [Check::Void(nothing)] if self.cx.binding == "none" => {
                Err(Stop::NotExercised(format!("no rig is bound to this run, and {nothing}")))
            }
            _ => {
                self.judge(checks);
                Ok(())
            }
        }
    }

    /// The time the scenario's row allows.
    pub(crate) fn deadline(&self) -> Duration {
        let row = match (self.subject.row.kind(), self.subject.level.0) {
            (Some('B'), _) => self.subject.row.0.as_str(),
            // Component and variable rows have no deadline of their own: that of the behaviour they rest on.
            (_, 1) => "B-0010",
            _ => "B-0110",
        };
        self.cx.deadline(row)
    }

    /// Sends a CALL and keeps the answer.
    pub(crate) async fn call(&mut self, action: &str, payload: serde_json::Value) -> Result<&Answer, Stop> {
        let limit = self.cx.deadline(if self.subject.row.kind() == Some('B') { "B-0012" } else { "B-0010" });
        let answer = self.lane.call(action, payload, limit).await?;
        Ok(self.answer.insert(answer))
    }

    /// The last answer.
    pub(crate) fn answer(&self) -> Result<&Answer, Stop> {
        self.answer.as_ref().ok_or_else(|| Stop::Bug("a step judges an answer before there is one".into()))
    }

    /// Whether a CALL of this scenario stayed unanswered.
    pub(crate) fn met_silence(&self) -> bool {
        self.answer.as_ref().is_some_and(|a| matches!(a.reply, Reply::Silence { .. }))
    }

    /// The scenario's variable.
    pub(crate) fn target(&self) -> Result<&VariableAddress, Stop> {
        self.targets.first().ok_or_else(|| Stop::Bug("a step needs a variable and none was chosen".into()))
    }

    /// The inventory.
    pub(crate) fn inventory(&self) -> Result<Rc<Inventory>, Stop> {
        self.inventory
            .clone()
            .ok_or_else(|| Stop::Bug("a step needs the inventory before it was given".into()))
    }

    /// How the inventory reports the scenario's variable.
    pub(crate) fn reported<'a>(&self, inventory: &'a Inventory) -> Option<&'a Reported> {
        inventory.find(self.targets.first()?)
    }

    /// A monitor got another id: it is removed under the new one.
    pub(crate) fn renumbered(&mut self, old: i64, new: i64) {
        for undo in &mut self.undo {
            if *undo == Undo::Monitor(old) {
                *undo = Undo::Monitor(new);
            }
        }
    }

    /// The last monitor set.
    pub(crate) fn monitor(&self) -> Result<&SetMonitor, Stop> {
        self.monitors.last().ok_or_else(|| Stop::Bug("a step needs a monitor and none was set".into()))
    }
}
