//! The station as a pure machine: frames, effects and time go in, frames come out. No sockets, no clock.

use crate::authorization::LocalList;
use crate::availability::Availability;
use crate::boot::{Boot, BootReason};
use crate::customer::Visit;
use crate::device::{DeviceModel, Identity, ValueError, address, value};
use crate::dispatch::Refusal;
use crate::link::{Link, OwnCall};
use crate::logs::{Logs, Upload};
use crate::monitoring::{Event, MonitorTable, RollUps};
use crate::outage::Outages;
use crate::policy::{Nonsense, Policy};
use crate::security::SecurityLog;
use crate::streams::Streams;
use crate::transaction::Transactions;
use jiff::Timestamp;
use net::Password;
use ocpp::frame::{self, Frame, UNREADABLE_ID};
use ocpp::{Severity, VariableAddress, Version};
use serde_json::Value;
use spec::model::{Answer, Topology};
use spec::{Archetype, Declaration, Effect};
use std::collections::VecDeque;

/// What the station wants done, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum Outgoing {
    /// Send this CALLRESULT or CALLERROR at once.
    Answer(String),
    /// Send this CALL when the one before it has been answered.
    Call(OwnCall),
    /// Send this message at once; nobody answers it (2.1).
    Send(String),
    /// Reboot: finish what was said before, close the link, be away for a moment, connect again.
    Reboot,
    /// The power is gone: drop the link without a word, be away for so many seconds, connect again.
    PowerLoss(u32),
    /// Upload this file, and say how it ended.
    Upload(Upload),
    /// Break the upload off.
    CancelUpload,
    /// Show this password from the next connection on.
    Password(Password),
}

/// Why an effect cannot happen to this station.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EffectError {
    /// The variable does not exist.
    #[error("the station has no {0}")]
    UnknownVariable(Box<VariableAddress>),
    /// The text is no value of the variable.
    #[error("{at}: {error}")]
    Value {
        /// The variable.
        at: Box<VariableAddress>,
        /// What is wrong.
        error: ValueError,
    },
    /// There is no such EVSE.
    #[error("the station has no EVSE {0}")]
    UnknownEvse(u32),
    /// A transaction is running already.
    #[error("EVSE {0} has a transaction already: end it first")]
    Busy(u32),
    /// No transaction is running.
    #[error("EVSE {0} has no transaction to end")]
    Idle(u32),
    /// The EVSE cannot serve a vehicle.
    #[error("EVSE {evse} is {state}: make it Available first")]
    OutOfService {
        /// The EVSE.
        evse: u32,
        /// The state of its connector.
        state: String,
    },
}

/// The reference station.
#[derive(Debug)]
pub struct Station {
    pub(crate) version: Version,
    pub(crate) identity: Identity,
    pub(crate) model: DeviceModel,
    pub(crate) policy: Policy,
    pub(crate) monitors: MonitorTable,
    pub(crate) roll_ups: RollUps,
    /// Whether monitors are watched: from the first connection on, except during a reboot.
    pub(crate) monitoring: bool,
    pub(crate) boot: Boot,
    pub(crate) link: Link,
    pub(crate) availability: Availability,
    pub(crate) transactions: Transactions,
    pub(crate) outages: Outages,
    pub(crate) local_list: LocalList,
    pub(crate) streams: Streams,
    pub(crate) logs: Logs,
    pub(crate) security: SecurityLog,
    /// What is known of customers.
    pub(crate) visits: Vec<Visit>,
    /// Whether it hears nothing on this connection any more.
    pub(crate) deaf: bool,
    /// What happened in the present step.
    pub(crate) events: Vec<Event>,
    pub(crate) last_event: i64,
    pub(crate) out: VecDeque<Outgoing>,
}

impl Station {
    /// A station that follows the archetype, as the declaration describes the product.
    pub fn new(
        archetype: &Archetype,
        declaration: &Declaration,
        version: Version,
        identity: Identity,
    ) -> Station {
        let model = DeviceModel::from_archetype(archetype, declaration, version);
        Station::of_product(model, declaration, version, identity)
    }

    /// A station of a product that is as declared, but for its device model.
    pub fn of_product(
        model: DeviceModel,
        declaration: &Declaration,
        version: Version,
        identity: Identity,
    ) -> Station {
        let mut station = Station::with_model(model, declaration.topology(), version, identity);
        station.logs.collects = declaration.answer("data-collector") == Answer::Yes;
        station
    }

    /// A station with a given device model and the monitors in it.
    pub fn with_model(
        mut model: DeviceModel,
        topology: &Topology,
        version: Version,
        identity: Identity,
    ) -> Station {
        model.identify(&identity);
        let level = model.own_number("MonitoringCtrlr", "ActiveMonitoringLevel", None);
        let level =
            level.and_then(|l| u8::try_from(l).ok()).filter(|l| *l <= 9).map_or(Severity(9), Severity);
        Station {
            version,
            identity,
            policy: Policy::default(),
            monitors: MonitorTable::new(&model, level),
            roll_ups: RollUps::of(&model),
            monitoring: false,
            boot: Boot::new(BootReason::PowerUp),
            link: Link::default(),
            availability: Availability::new(topology),
            transactions: Transactions::default(),
            outages: Outages::of(&model),
            local_list: LocalList::default(),
            streams: Streams::default(),
            logs: Logs::default(),
            security: SecurityLog::default(),
            visits: Vec::new(),
            deaf: false,
            events: Vec::new(),
            last_event: 0,
            out: VecDeque::new(),
            model,
        }
    }

    /// The same station with other decisions.
    #[must_use]
    pub fn deciding(mut self, policy: Policy) -> Station {
        self.policy = policy;
        self
    }

    /// The protocol version it speaks.
    pub fn version(&self) -> Version {
        self.version
    }

    /// What it is made of, with present values.
    pub fn model(&self) -> &DeviceModel {
        &self.model
    }

    /// The WebSocket is open.
    pub fn connected(&mut self, now: Timestamp) {
        self.deaf = false;
        self.begin(now);
        self.link.up = true;
        self.forget_refusals();
        self.link_up(now);
        self.settle(now);
    }

    /// The WebSocket is gone. Of the CALLs that were not answered or not even sent, those that tell what
    /// happened are told again later.
    pub fn disconnected(&mut self, now: Timestamp, unanswered: Vec<OwnCall>) {
        self.begin(now);
        self.link.up = false;
        self.link.down_since = Some(now);
        self.keep_unanswered(unanswered);
        self.settle(now);
    }

    /// A text frame has arrived that is no answer to a CALL of the station.
    pub fn handle(&mut self, now: Timestamp, text: &str) {
        if self.deaf {
            return;
        }
        self.begin(now);
        match frame::read(text, self.version).frame {
            Ok(Frame::Call { id, action, payload }) => {
                let place = self.out.len();
                let answer = match self.respond(&action, &payload, text.len(), now) {
                    Ok(response) => Frame::call_result(id, response),
                    Err(Refusal { code, description }) => Frame::call_error(id, code, &description),
                };
                // What follows from a CALL is sent after its answer.
                self.out.insert(place, Outgoing::Answer(answer.to_text()));
            }
            // Answers go to `answered`, nothing the station sends asks for a CALLRESULTERROR, and a SEND is
            // never answered.
            Ok(_) => {}
            Err(_) if self.policy.answers.nonsense == Nonsense::Deafens => self.deaf = true,
            Err(unreadable) => {
                // A broken answer must not be answered by an error of ours.
                if !matches!(unreadable.message_type, Some(3..=6)) {
                    let id = unreadable.message_id.unwrap_or_else(|| UNREADABLE_ID.to_owned());
                    let code = unreadable.because.answer();
                    let answer = Frame::call_error(id, code, &unreadable.because.to_string());
                    self.out.push_back(Outgoing::Answer(answer.to_text()));
                }
            }
        }
        self.settle(now);
    }

    /// A CALL of the station was answered by a CALLRESULT, or without a payload by a CALLERROR or not at all.
    pub fn answered(&mut self, now: Timestamp, action: &str, payload: Option<&Value>) {
        self.begin(now);
        match (action, payload) {
            ("BootNotification", Some(payload)) => self.boot_answered(payload, now),
            ("BootNotification", None) => self.boot_failed(now),
            ("TransactionEvent", answer) => self.transaction_answered(answer.is_some(), now),
            ("Authorize", answer) => self.authorize_answered(answer, now),
            ("OpenPeriodicEventStream", answer) => self.stream_answered(answer, now),
            _ => {}
        }
        self.settle(now);
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Timestamp) {
        self.begin(now);
        self.keep_registered(now);
        self.give_up_on_drivers(now);
        self.retry_transactions(now);
        self.retry_upload(now);
        self.fire_periodic(now);
        self.send_due_bundles(now);
        self.settle(now);
    }

    /// When [`Station::tick`] has something to do, if nothing else happens before.
    pub fn next_wakeup(&self) -> Option<Timestamp> {
        let periodic = self.next_periodic().filter(|_| self.monitoring);
        let bundle = self.streams.next_due().filter(|_| self.monitoring);
        let transactions =
            [self.next_giving_up(), self.transactions.delivery.next().filter(|_| self.link.up)];
        [periodic, bundle, self.logs.next(), self.next_registration()]
            .into_iter()
            .chain(transactions)
            .flatten()
            .min()
    }

    /// Something happens to the station from outside OCPP.
    ///
    /// # Errors
    /// When it cannot happen to this station; nothing has changed then.
    pub fn apply(&mut self, now: Timestamp, effect: &Effect) -> Result<(), EffectError> {
        self.begin(now);
        let done = match effect {
            // A fault is no more than the value it shows by: what follows from it is the station's own doing.
            Effect::Value { component, variable, value }
            | Effect::Fault { component, variable, value, .. } => {
                let at = VariableAddress { component: component.clone(), variable: variable.clone() };
                self.sense(at, value, now)
            }
            Effect::TransactionStart { evse } => self.start_transaction(*evse, now),
            Effect::TransactionEnd { evse } => self.end_transaction(*evse, now),
            Effect::PlugIn { evse, connector } => self.plug_in(*evse, *connector, now),
            Effect::PlugOut { evse, .. } => self.plug_out(*evse, now),
            Effect::PowerLoss { seconds } => {
                self.lose_power(*seconds, now);
                Ok(())
            }
        };
        self.settle(now);
        done
    }

    /// Takes what is to be done next.
    pub fn next_outgoing(&mut self) -> Option<Outgoing> {
        self.out.pop_front()
    }

    /// The world does not keep to limits, but to data types.
    fn sense(&mut self, at: VariableAddress, text: &str, now: Timestamp) -> Result<(), EffectError> {
        let id = self.model.find(&at).ok_or_else(|| EffectError::UnknownVariable(Box::new(at.clone())))?;
        if let Some(variable) = self.model.get(id) {
            value::check(variable.data_type, &variable.offered, text)
                .map_err(|error| EffectError::Value { at: Box::new(at), error })?;
        }
        if !self.sense_in_parts(id, text, now) {
            self.set_actual(id, text, now);
        }
        Ok(())
    }

    /// Before each step: what depends on the time alone.
    pub(crate) fn begin(&mut self, now: Timestamp) {
        let clock = self.model.find(&address("ClockCtrlr", None, "DateTime", None));
        if let Some(actual) =
            clock.and_then(|id| self.model.get_mut(id)).and_then(|v| v.attributes.first_mut())
        {
            actual.value = value::time(now);
        }
    }

    /// After each step: events and a pending reset.
    pub(crate) fn settle(&mut self, now: Timestamp) {
        self.deliver_events(now);
        self.finish_reset(now);
    }
}
