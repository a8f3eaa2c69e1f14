//! Registration with the CSMS: boot, retry, heartbeat, coming back after an offline time (OCPP B01-B04, G02).

use crate::device::{address, value};
use crate::engine::Station;
use crate::message::put;
use crate::policy::outages::{
    AtOnce, BootAgain, HeartbeatInterval, LevelAfterRestart, OnIdle, OneEvse, QueueTimes, Reconnected,
    StatesAfterBoot, StatesAfterOutage, Survival,
};
use crate::security::SecurityEvent;
use jiff::{SignedDuration, Timestamp};
use ocpp::{Severity, Version};
use serde_json::{Value, json};
use spec::Place;

/// Retry interval where the CSMS gives none, and after a boot without an answer, in seconds (B02.FR.07).
const OWN_RETRY: i64 = 60;
/// Heartbeat interval where neither the CSMS nor the device model gives one, in seconds.
const OWN_HEARTBEAT: usize = 300;
/// What the CSMS said to the last BootNotification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Registration {
    /// Nothing yet since power-up or reboot.
    Unanswered,
    Pending,
    Rejected,
    Accepted,
}

/// Why a station boots: BootReasonEnumType.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BootReason {
    PowerUp,
    RemoteReset,
    ScheduledReset,
    Triggered,
}

impl BootReason {
    fn as_str(self) -> &'static str {
        match self {
            BootReason::PowerUp => "PowerUp",
            BootReason::RemoteReset => "RemoteReset",
            BootReason::ScheduledReset => "ScheduledReset",
            BootReason::Triggered => "Triggered",
        }
    }
}

/// The state of registration.
#[derive(Debug)]
pub(crate) struct Boot {
    pub(crate) registration: Registration,
    reason: BootReason,
    /// When BootNotification may be repeated; nothing while one is on its way.
    retry: Option<Timestamp>,
    last_heartbeat: Option<Timestamp>,
    /// Whether this start was noted.
    noted: bool,
    /// A reset was accepted; it happens at the end of the present step.
    reset: Option<BootReason>,
    /// A reset waits for transactions to end.
    pub(crate) reset_when_idle: bool,
}

impl Boot {
    pub(crate) fn new(reason: BootReason) -> Boot {
        Boot {
            registration: Registration::Unanswered,
            reason,
            retry: None,
            last_heartbeat: None,
            noted: false,
            reset: None,
            reset_when_idle: false,
        }
    }
}

impl Station {
    pub(crate) fn is_accepted(&self) -> bool {
        self.boot.registration == Registration::Accepted
    }

    /// The link is up: boot, or after a mere loss of the link go on (B04).
    pub(crate) fn link_up(&mut self, now: Timestamp) {
        self.note_start(now);
        if self.is_accepted() && self.policy.outages.reconnected == Reconnected::Boots {
            self.boot.registration = Registration::Unanswered;
        }
        if self.is_accepted() {
            if self.policy.outages.queue_times == QueueTimes::OfDelivery {
                self.restamp_queue(now);
            }
            self.deliver_queue(now);
            self.report_after_offline(now);
            self.tell_what_was_not_queued(now);
            self.resume_streams();
        } else if self.boot.retry.is_none_or(|retry| retry <= now) {
            self.send_boot(self.boot.reason);
        }
        if !self.monitoring {
            self.resume_monitoring(now);
        }
        self.link.down_since = None;
    }

    /// A start is a security event (A04).
    fn note_start(&mut self, now: Timestamp) {
        if !std::mem::replace(&mut self.boot.noted, true) {
            let event = match self.boot.reason {
                BootReason::PowerUp | BootReason::Triggered => SecurityEvent::StartupOfTheDevice,
                BootReason::RemoteReset | BootReason::ScheduledReset => SecurityEvent::ResetOrReboot,
            };
            self.note(event, self.boot.reason.as_str(), now);
        }
    }

    pub(crate) fn send_boot(&mut self, reason: BootReason) {
        self.boot.retry = None;
        let mut about = json!({ "vendorName": self.identity.vendor, "model": self.identity.model });
        let more = [("serialNumber", &self.identity.serial), ("firmwareVersion", &self.identity.firmware)];
        for (key, text) in more.into_iter().filter(|(_, text)| !text.is_empty()) {
            put(&mut about, key, text.clone());
        }
        self.call("BootNotification", json!({ "reason": reason.as_str(), "chargingStation": about }));
    }

    /// BootNotificationResponse.
    pub(crate) fn boot_answered(&mut self, answer: &Value, now: Timestamp) {
        let interval = answer.get("interval").and_then(Value::as_i64).filter(|i| *i > 0);
        match answer.get("status").and_then(Value::as_str) {
            Some("Accepted") => self.accepted(interval, now),
            Some("Pending") => self.not_accepted(Registration::Pending, interval, now),
            Some("Rejected") => self.not_accepted(Registration::Rejected, interval, now),
            _ => self.boot_failed(now),
        }
    }

    /// BootNotification was answered by an error or not at all: try again later.
    pub(crate) fn boot_failed(&mut self, now: Timestamp) {
        self.boot.retry = after(now, OWN_RETRY);
    }

    fn not_accepted(&mut self, registration: Registration, interval: Option<i64>, now: Timestamp) {
        self.boot.registration = registration;
        let interval = interval.unwrap_or(OWN_RETRY);
        let interval = match self.policy.outages.boot_again {
            BootAgain::WhenTold => interval,
            BootAgain::TooEarly => interval / 2,
            BootAgain::AsItLikes => 2 * OWN_RETRY,
            BootAgain::AtOnceIfRejected if registration == Registration::Rejected => 1,
            BootAgain::AtOnceIfRejected => interval,
        };
        self.boot.retry = after(now, interval);
    }

    fn accepted(&mut self, interval: Option<i64>, now: Timestamp) {
        self.boot.registration = Registration::Accepted;
        self.boot.retry = None;
        self.boot.last_heartbeat = Some(now);
        if let Some(interval) = interval.filter(|_| self.policy.outages.heartbeat == HeartbeatInterval::Told)
        {
            let at = address("OCPPCommCtrlr", None, "HeartbeatInterval", None);
            if let Some(id) = self.model.find(&at) {
                self.set_actual(id, &interval.to_string(), now);
            }
        }
        match self.policy.outages.states_after_boot {
            StatesAfterBoot::All => self.report_all_connectors(now),
            StatesAfterBoot::Troubled => self.report_troubled_connectors(now),
            StatesAfterBoot::AllAtLast => {}
        }
        self.deliver_queue(now);
        if self.policy.outages.states_after_boot == StatesAfterBoot::AllAtLast {
            self.report_all_connectors(now);
        }
        self.tell_what_was_not_queued(now);
        self.reopen_streams();
    }

    /// Reports connectors after an offline time: all after a long one, else those that changed (B04).
    fn report_after_offline(&mut self, now: Timestamp) {
        let threshold = self.model.own_number("OCPPCommCtrlr", "OfflineThreshold", None);
        let long = self.link.down_since.zip(threshold).is_some_and(|(since, threshold)| {
            now.duration_since(since).as_secs() > i64::try_from(threshold).unwrap_or(i64::MAX)
        });
        let all = match self.policy.outages.states_after_outage {
            StatesAfterOutage::ByThreshold => long,
            StatesAfterOutage::All => true,
            StatesAfterOutage::Changed => false,
        };
        if all {
            self.report_all_connectors(now);
        } else {
            self.report_changed_connectors(now);
        }
    }

    /// Heartbeat and repeated BootNotification, if their time has come.
    pub(crate) fn keep_registered(&mut self, now: Timestamp) {
        if !self.link.up {
            return;
        }
        if self.boot.retry.is_some_and(|retry| retry <= now) {
            self.send_boot(self.boot.reason);
        }
        if self.heartbeat_due().is_some_and(|due| due <= now) {
            self.boot.last_heartbeat = Some(now);
            self.call("Heartbeat", json!({}));
        }
    }

    /// When registration has something to do next.
    pub(crate) fn next_registration(&self) -> Option<Timestamp> {
        [self.boot.retry, self.heartbeat_due()].into_iter().flatten().filter(|_| self.link.up).min()
    }

    fn heartbeat_due(&self) -> Option<Timestamp> {
        if !self.is_accepted() {
            return None;
        }
        let interval = self.model.own_number("OCPPCommCtrlr", "HeartbeatInterval", None);
        let interval = interval.filter(|i| *i > 0).unwrap_or(OWN_HEARTBEAT);
        after(self.boot.last_heartbeat?, i64::try_from(interval).ok()?)
    }

    /// Reset (B11, B12).
    pub(crate) fn reset(&mut self, payload: &Value, now: Timestamp) -> Value {
        let immediate = match payload.get("type").and_then(Value::as_str) {
            Some("Immediate") => true,
            Some("OnIdle") => false,
            // Resuming transactions over a reset is not supported (2.1, B13).
            _ => return json!({ "status": "Rejected", "statusInfo": { "reasonCode": "UnsupportedRequest" } }),
        };
        let whole = self.policy.outages.one_evse == OneEvse::Station;
        if let Some(evse) = payload.get("evseId").filter(|_| !whole) {
            let evse = evse.as_u64().and_then(|id| u32::try_from(id).ok());
            return json!({ "status": self.reset_evse(evse, immediate, now) });
        }
        let waits = self.policy.outages.on_idle;
        if !immediate && !self.transactions.is_empty() && waits != OnIdle::DoesNotWait {
            self.boot.reset_when_idle = waits == OnIdle::Waits;
            return json!({ "status": "Scheduled", "statusInfo": { "reasonCode": "TxInProgress" } });
        }
        if self.policy.outages.at_once == AtOnce::Ends {
            self.end_all_transactions(now);
        }
        self.begin_reset(BootReason::RemoteReset);
        json!({ "status": "Accepted" })
    }

    /// Resets one EVSE where `EVSE.AllowReset` says so (B11.FR.08-10, B12.FR.07-09). All there is to reset is
    /// its transaction.
    fn reset_evse(&mut self, evse: Option<u32>, immediate: bool, now: Timestamp) -> &'static str {
        let Some(evse) = evse else { return "Rejected" };
        let place = Place { evse: Some(evse), connector: None };
        let allow = self.model.find(&address("EVSE", place.evse_ref(), "AllowReset", None));
        if allow.and_then(|id| self.model.get(id)).is_none_or(|v| v.actual() != "true") {
            return "Rejected";
        }
        if self.transactions.on(evse).is_some() && !immediate {
            return "Scheduled";
        }
        self.end_for_reset(evse, now);
        "Accepted"
    }

    pub(crate) fn begin_reset(&mut self, reason: BootReason) {
        self.boot.reset_when_idle = false;
        self.boot.reset = Some(reason);
    }

    /// Reboots after everything else was said. Monitors, what they have alerted, and availability survive
    /// (N07.FR.13, G03.FR.08).
    pub(crate) fn finish_reset(&mut self, now: Timestamp) {
        if let Some(reason) = self.boot.reset.take() {
            self.flush_transactions();
            self.boot = Boot::new(reason);
            self.abandon_upload();
            self.monitoring = false;
            self.roll_ups.forget_events();
            self.survive_restart(now);
            self.out.push_back(crate::engine::Outgoing::Reboot);
        }
    }

    /// What is kept over a restart, and what is not.
    fn survive_restart(&mut self, now: Timestamp) {
        let decided = self.policy.outages;
        match decided.monitors {
            Survival::Kept => {}
            Survival::Lost => self.monitors.remove_custom(),
            Survival::Doubled => self.monitors.double_custom(),
        }
        if decided.availability == Survival::Lost {
            self.availability.open_all();
            self.derive_availability(now);
        }
        if decided.level != LevelAfterRestart::Kept {
            self.monitors.level = Severity(9);
        }
        if decided.level == LevelAfterRestart::Factory
            && let Some(id) =
                self.model.find(&address("MonitoringCtrlr", None, "ActiveMonitoringLevel", None))
            && let Some(actual) = self.model.get_mut(id).and_then(|v| v.attributes.first_mut())
        {
            actual.value = "9".to_owned();
        }
    }

    /// TriggerMessage (F06): what it asks for is sent after the response.
    pub(crate) fn trigger_message(&mut self, payload: &Value, now: Timestamp) -> Value {
        let status = match payload.get("requestedMessage").and_then(Value::as_str) {
            Some("BootNotification") if self.is_accepted() => "Rejected",
            Some("BootNotification") => {
                self.send_boot(BootReason::Triggered);
                "Accepted"
            }
            Some("Heartbeat") => {
                self.call("Heartbeat", json!({}));
                "Accepted"
            }
            Some("LogStatusNotification") => {
                self.send_log_status();
                "Accepted"
            }
            Some("StatusNotification") => {
                let id = |key: &str| {
                    let id = payload.get("evse").and_then(|e| e.get(key)).and_then(Value::as_u64);
                    id.and_then(|id| u32::try_from(id).ok())
                };
                let known = id("id").zip(id("connectorId")).filter(|c| self.availability.has_connector(*c));
                match known {
                    Some(connector) => {
                        self.send_status(connector, now);
                        "Accepted"
                    }
                    None => "Rejected",
                }
            }
            _ => "NotImplemented",
        };
        json!({ "status": status })
    }

    /// StatusNotification of one connector.
    pub(crate) fn send_status(&mut self, (evse, connector): (u32, u32), now: Timestamp) {
        let status = self.connector_state((evse, connector));
        self.call(
            "StatusNotification",
            json!({
                "timestamp": value::time(now),
                "connectorStatus": status,
                "evseId": evse,
                "connectorId": connector,
            }),
        );
    }

    /// Whether connector states are told by StatusNotification (2.0.1) or NotifyEvent (2.1) (G01.FR.03-07).
    pub(crate) fn prefers_status_notification(&self) -> bool {
        self.version == Version::V201
    }
}

pub(crate) fn after(from: Timestamp, seconds: i64) -> Option<Timestamp> {
    from.checked_add(SignedDuration::from_secs(seconds)).ok()
}
