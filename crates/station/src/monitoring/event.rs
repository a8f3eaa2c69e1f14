//! Events: what the station tells when a monitor fires, and what becomes of them while it is offline.

use super::monitor::MonitorId;
use crate::device::{VariableId, value};
use crate::engine::Station;
use crate::link::Queued;
use crate::message::put;
use crate::policy::outages::{BeforeAcceptance, Queued as Kept};
use jiff::Timestamp;
use ocpp::{EventNotification, EventTrigger, Severity, Version};
use serde_json::{Value, json};

/// Most events in one NotifyEvent; OCPP names no limit.
const EVENTS_PER_MESSAGE: usize = 20;

/// What an event comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source {
    pub(crate) variable: VariableId,
    pub(crate) monitor: Option<MonitorId>,
    pub(crate) class: EventNotification,
    pub(crate) trigger: EventTrigger,
    pub(crate) severity: Severity,
}

/// An event as it happened.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) severity: Severity,
    /// EventDataType.
    pub(crate) data: Value,
}

impl Station {
    /// Writes down an event as it happens. It is sent, queued or lost at the end of the present step.
    pub(crate) fn raise(&mut self, source: Source, cleared: bool, now: Timestamp) {
        self.last_event += 1;
        let cause = self.cause_of(&source, self.last_event);
        let code = self.code_of(&source, cleared).map(str::to_owned);
        let Some(variable) = self.model.get(source.variable) else { return };
        let mut data = json!({
            "eventId": self.last_event,
            "timestamp": value::time(now),
            "trigger": source.trigger,
            "actualValue": variable.shown(),
            "component": variable.address.component,
            "variable": variable.address.variable,
            "eventNotificationType": source.class,
        });
        if cleared {
            put(&mut data, "cleared", Value::Bool(true));
        }
        if let Some(cause) = cause {
            put(&mut data, "cause", cause);
        }
        if let Some(code) = code {
            put(&mut data, "techCode", code);
        }
        if let Some(id) = source.monitor {
            put(&mut data, "variableMonitoringId", id);
        }
        if let Some(transaction) = self.transaction_at(source.variable) {
            put(&mut data, "transactionId", transaction.id.clone());
        }
        if self.version == Version::V21 {
            put(&mut data, "severity", source.severity.0);
        }
        self.events.push(Event { severity: source.severity, data });
    }

    /// The published code of the fault that an event of a built-in monitor opens (archetype row B-0308).
    fn code_of(&self, source: &Source, cleared: bool) -> Option<&str> {
        if cleared || source.class == EventNotification::CustomMonitor {
            return None;
        }
        let installed = source.monitor.and_then(|id| self.monitors.position(id));
        let monitor = installed.and_then(|at| self.monitors.installed.get(at));
        let actual = self.model.get(source.variable)?.shown();
        let code = self.model.fault_codes.iter().find(|c| {
            c.variable == source.variable
                && c.severity == source.severity
                && monitor.is_none_or(|m| m.setting.monitor_type == c.monitor_type)
                && c.value.as_ref().map_or(source.trigger == EventTrigger::Alerting, |v| v == actual)
        })?;
        Some(&code.code)
    }

    /// Sends what happened in this step, or keeps what is severe enough while offline.
    pub(crate) fn deliver_events(&mut self, now: Timestamp) {
        let events = std::mem::take(&mut self.events);
        if self.is_online() {
            self.notify(&events, now);
            return;
        }
        // Connected but not accepted yet, the station is not offline: everything is kept.
        let limit = self.model.own_number("MonitoringCtrlr", "OfflineQueuingSeverity", None);
        for event in events {
            if self.link.up {
                if self.policy.outages.before_acceptance != BeforeAcceptance::Lost {
                    self.queue(Queued::Event(event));
                }
            } else if self.policy.queues(event.severity, limit) && !self.is_no_sample(&event) {
                self.queue(Queued::Event(event));
            } else {
                self.lose(&event);
            }
        }
    }

    /// Whether an event is not queued because it is no periodic one.
    fn is_no_sample(&self, event: &Event) -> bool {
        self.policy.outages.queued == Kept::Periodic
            && event.data.get("trigger").is_none_or(|t| t != "Periodic")
    }

    /// An event is not severe enough to be queued. A threshold is looked at again once somebody is there.
    fn lose(&mut self, event: &Event) {
        let id = event.data.get("variableMonitoringId").and_then(Value::as_i64);
        let index = id.and_then(|id| self.monitors.position(id));
        if let Some(m) = index.and_then(|at| self.monitors.installed.get_mut(at)).filter(|m| m.can_clear()) {
            // An alert and its end that were both lost leave nothing to be told.
            m.untold = !m.untold;
        }
    }

    /// One NotifyEvent for each handful of events; each is the first and only part of its notification.
    pub(crate) fn notify(&mut self, events: &[Event], now: Timestamp) {
        for some in events.chunks(EVENTS_PER_MESSAGE) {
            let data: Vec<&Value> = some.iter().map(|e| &e.data).collect();
            self.call(
                "NotifyEvent",
                json!({ "generatedAt": value::time(now), "tbc": false, "seqNo": 0, "eventData": data }),
            );
        }
    }
}
