//! Events: what the station tells when a monitor fires, and what becomes of them while it is offline.

use super::monitor::MonitorId;
use crate::device::{VariableId, value};
use crate::engine::Station;
use crate::link::Queued;
use crate::message::put;
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
        let Some(variable) = self.model.get(source.variable) else { return };
        self.last_event += 1;
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

    /// Sends what happened in this step, or keeps what is severe enough while offline.
    pub(crate) fn deliver_events(&mut self, now: Timestamp) {
        let events = std::mem::take(&mut self.events);
        if self.is_online() {
            self.notify(&events, now);
            return;
        }
        let limit = self.model.own_number("MonitoringCtrlr", "OfflineQueuingSeverity", None);
        for event in events {
            if self.policy.queues(event.severity, limit) {
                self.queue(Queued::Event(event));
            }
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
