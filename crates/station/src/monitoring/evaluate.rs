//! When monitors fire: on a change of value, when the time has come, and when they become active.

use super::event::Source;
use super::monitor::Setting;
use crate::device::VariableId;
use crate::engine::Station;
use crate::policy::{Alerts, ClockAligned, InTransactions, LevelOnBuiltIn, Period, SwitchedOff};
use jiff::Timestamp;
use ocpp::{EventNotification, MonitorType};

impl Station {
    /// Looks at every monitor of a variable whose actual or target value has changed.
    pub(crate) fn variable_changed(&mut self, variable: VariableId, now: Timestamp) {
        if !self.monitoring {
            return;
        }
        for index in 0..self.monitors.installed.len() {
            let watches = |m: &super::Monitor| m.active && m.setting.variable == variable;
            if self.monitors.installed.get(index).is_some_and(watches) {
                self.compare(index, now);
            }
        }
    }

    /// Fires what has come due.
    pub(crate) fn fire_periodic(&mut self, now: Timestamp) {
        if !self.monitoring {
            return;
        }
        let drifts = self.policy.events.period == Period::Drifts;
        for index in 0..self.monitors.installed.len() {
            let Some(monitor) = self.monitors.installed.get_mut(index) else { continue };
            let Some(due) = monitor.due.filter(|due| monitor.active && *due <= now) else { continue };
            let late = drifts && monitor.setting.monitor_type == MonitorType::Periodic;
            let due =
                if late { due.saturating_add(monitor.part_of_interval(0.25)).unwrap_or(due) } else { due };
            monitor.due = monitor.next_due(due, now);
            self.fire(index, false, now);
        }
    }

    /// Wakes and puts to sleep monitors after anything that decides it has changed: the table, the
    /// transactions, `MonitoringCtrlr.Enabled`.
    pub(crate) fn refresh_activity(&mut self, now: Timestamp) {
        if !self.monitoring {
            return;
        }
        let events = self.policy.events;
        let enabled = self.model.own("MonitoringCtrlr", "Enabled", None).is_none_or(|v| v.actual() == "true")
            || events.switched_off == SwitchedOff::DoesNothing;
        for index in 0..self.monitors.installed.len() {
            let Some(monitor) = self.monitors.installed.get(index) else { continue };
            let was = monitor.active;
            let awake = || {
                events.in_transactions == InTransactions::Watches
                    && self.in_transaction(monitor.setting.variable)
            };
            let is = enabled && (!monitor.setting.transaction || awake());
            if is && !was {
                self.activate(index, now);
            } else if was && !is {
                // Asleep it watches nothing, so there is nothing to clear later.
                if let Some(monitor) = self.monitors.installed.get_mut(index) {
                    monitor.active = false;
                    monitor.fired = false;
                    monitor.due = None;
                }
            }
        }
    }

    fn activate(&mut self, index: usize, now: Timestamp) {
        if !self.policy.alerts_when_set() {
            return self.wake_silently(index, now);
        }
        self.rebase(index, now);
        if let Some(monitor) = self.monitors.installed.get_mut(index) {
            monitor.active = true;
        }
        self.compare(index, now);
    }

    /// A monitor watches from now on; what is beyond its threshold already is as if it were told.
    pub(super) fn wake_silently(&mut self, index: usize, now: Timestamp) {
        self.rebase(index, now);
        let Some(monitor) = self.monitors.installed.get_mut(index) else { return };
        let Setting { monitor_type, value, variable, .. } = monitor.setting;
        monitor.active = true;
        monitor.fired = self.model.get(variable).is_some_and(|v| self.policy.exceeds(monitor_type, value, v));
    }

    /// Counts deltas and periods from now.
    pub(super) fn rebase(&mut self, index: usize, now: Timestamp) {
        let Some(monitor) = self.monitors.installed.get_mut(index) else { return };
        let clock = self.policy.events.clock;
        let off = clock == ClockAligned::HalfAnIntervalLater
            && monitor.setting.monitor_type == MonitorType::PeriodicClockAligned;
        let share = monitor.part_of_interval(if off { 0.5 } else { 0.0 });
        monitor.due = monitor.first_due(now).and_then(|due| due.saturating_add(share).ok());
        if let Some(variable) = self.model.get(monitor.setting.variable) {
            monitor.reference = variable.actual().to_owned();
        }
    }

    /// Compares the present value with what the monitor watches for, and fires on a crossing or a change.
    pub(crate) fn compare(&mut self, index: usize, now: Timestamp) {
        let Some(monitor) = self.monitors.installed.get_mut(index) else { return };
        let Some(variable) = self.model.get(monitor.setting.variable) else { return };
        if monitor.can_clear() {
            let exceeds = self.policy.exceeds(monitor.setting.monitor_type, monitor.setting.value, variable);
            let again = self.policy.events.alerts == Alerts::AtEachChange
                && monitor.class == EventNotification::CustomMonitor;
            if exceeds != monitor.fired || (exceeds && again) {
                monitor.fired = exceeds;
                self.fire(index, !exceeds, now);
            }
        } else if monitor.setting.monitor_type == MonitorType::Delta {
            let told = self.policy.changed_enough(monitor.setting.value, variable, &monitor.reference);
            if self.policy.counts_from_here(variable, told) {
                monitor.reference = variable.actual().to_owned();
            }
            if told {
                self.fire(index, false, now);
            }
        }
    }

    /// Makes the event of a monitor, unless the monitoring level holds it back.
    pub(crate) fn fire(&mut self, index: usize, cleared: bool, now: Timestamp) {
        let Some(monitor) = self.monitors.installed.get(index) else { return };
        let Setting { monitor_type, severity, .. } = monitor.setting;
        let exempt = monitor.class == EventNotification::HardWiredMonitor
            && self.policy.events.level_on_built_in == LevelOnBuiltIn::Ignored;
        if !exempt && !self.policy.lets_fire(monitor_type, severity, self.monitors.level) {
            return;
        }
        if let Some(id) = monitor.id.filter(|id| !cleared && self.streams.has(*id)) {
            let sample = self.model.get(monitor.setting.variable).map(|v| v.shown().to_owned());
            self.sampled(id, &sample.unwrap_or_default(), now);
            return;
        }
        let source = Source {
            variable: monitor.setting.variable,
            monitor: monitor.id,
            class: monitor.class,
            trigger: self.policy.trigger(monitor.class, monitor.setting.monitor_type),
            severity: monitor.setting.severity,
        };
        self.raise(source, cleared, now);
    }

    /// Whether a hardwired delta monitor whose events the level lets through tells of every change of a
    /// variable, so that no other notice is needed.
    pub(crate) fn is_told_by_monitor(&self, variable: VariableId) -> bool {
        self.monitors.installed.iter().any(|m| {
            m.class == EventNotification::HardWiredMonitor
                && m.active
                && m.setting.variable == variable
                && m.setting.monitor_type == MonitorType::Delta
                && self.policy.reports(m.setting.severity, self.monitors.level)
        })
    }

    /// When the next periodic monitor is due.
    pub(crate) fn next_periodic(&self) -> Option<Timestamp> {
        self.monitors.installed.iter().filter(|m| m.active).filter_map(|m| m.due).min()
    }
}
