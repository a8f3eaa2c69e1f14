//! When the station is back: after a start what is wrong is told, and after an outage what it could not tell.

use crate::engine::Station;
use crate::policy::outages::{NotQueued, StillWrong, Survival};
use jiff::Timestamp;
use ocpp::{DataType, EventNotification};

impl Station {
    /// Watches again after a start: what had fired is remembered and may now clear (N07.FR.14), deltas count from the
    /// present value, and periods start again. What happens before the CSMS has accepted the station is kept until it
    /// has (archetype row B-0005).
    pub(crate) fn resume_monitoring(&mut self, now: Timestamp) {
        self.monitoring = true;
        let fired: Vec<bool> = self.monitors.installed.iter().map(|m| m.fired).collect();
        for index in 0..self.monitors.installed.len() {
            if self.monitors.installed.get(index).is_some_and(|m| m.active) {
                self.rebase(index, now);
                self.compare_after_start(index, now);
            }
        }
        self.refresh_activity(now);
        self.tell_alarms(&fired, now);
    }

    fn compare_after_start(&mut self, index: usize, now: Timestamp) {
        if self.policy.outages.alerted == Survival::Kept {
            return self.compare(index, now);
        }
        if let Some(m) = self.monitors.installed.get_mut(index) {
            m.fired = false;
        }
    }

    /// Tells of the built-in alarms that were there before the start and still are (archetype row B-0364): OCPP asks
    /// for no second alert, but whoever looks after a start sees nothing else.
    fn tell_alarms(&mut self, fired_before: &[bool], now: Timestamp) {
        let all = self.policy.outages.still_wrong == StillWrong::AlsoThoseOfOperator;
        let mut still: Vec<usize> = Vec::new();
        for (index, m) in self.monitors.installed.iter().enumerate() {
            let of_operator = m.class == EventNotification::CustomMonitor;
            if (of_operator && !all) || !m.active {
                continue;
            }
            let variable = self.model.get(m.setting.variable);
            let alarmed = variable
                .filter(|v| v.data_type == DataType::Boolean)
                .is_some_and(|v| m.rest.as_deref().is_some_and(|rest| rest != v.actual()));
            let exceeded = m.fired && fired_before.get(index).copied().unwrap_or(false);
            if exceeded || alarmed {
                still.push(index);
            }
        }
        // A roll-up follows from a part, which is therefore told first.
        let whole = |index: &usize| {
            let variable = self.monitors.installed.get(*index).map(|m| m.setting.variable);
            variable.is_some_and(|v| !self.roll_ups.parts(v).is_empty())
        };
        let (wholes, parts): (Vec<usize>, Vec<usize>) = still.into_iter().partition(whole);
        let times = match self.policy.outages.still_wrong {
            StillWrong::Told | StillWrong::AlsoThoseOfOperator => 1,
            StillWrong::Silent => 0,
            StillWrong::ToldTwice => 2,
        };
        for index in parts.into_iter().chain(wholes) {
            for _ in 0..times {
                self.fire(index, false, now);
            }
        }
    }

    /// Looks again, once it is online, at thresholds whose last event was not severe enough to be queued: what
    /// still holds is told now (remark of N07; archetype row B-0353).
    pub(crate) fn tell_what_was_not_queued(&mut self, now: Timestamp) {
        for index in 0..self.monitors.installed.len() {
            let Some(m) = self.monitors.installed.get_mut(index).filter(|m| m.untold) else { continue };
            m.untold = false;
            let (active, fired) = (m.active, m.fired);
            if active && self.policy.outages.not_queued == NotQueued::LookedAtAgain {
                self.fire(index, !fired, now);
            }
        }
    }
}
