//! Monitors and the table of those that are installed.

use crate::device::{BuiltInClass, DeviceModel, VariableId};
use jiff::{SignedDuration, Timestamp};
use ocpp::{EventNotification, MonitorType, Severity};

/// Number of a monitor on the wire.
pub(crate) type MonitorId = i64;

/// What a monitor is set to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Setting {
    pub(crate) variable: VariableId,
    pub(crate) monitor_type: MonitorType,
    pub(crate) value: f64,
    pub(crate) severity: Severity,
    pub(crate) transaction: bool,
}

/// An installed monitor, or a built-in notification (which has no id).
#[derive(Debug, Clone)]
pub(crate) struct Monitor {
    pub(crate) id: Option<MonitorId>,
    pub(crate) class: EventNotification,
    pub(crate) setting: Setting,
    /// Whether it watches now; a transaction-only monitor sleeps between transactions.
    pub(crate) active: bool,
    /// Whether a threshold is exceeded and was found so.
    pub(crate) fired: bool,
    /// The value a delta is counted from.
    pub(crate) reference: String,
    /// When a periodic monitor fires next.
    pub(crate) due: Option<Timestamp>,
    /// The last event of a threshold was lost because nobody was there to hear it.
    pub(crate) untold: bool,
    /// What a built-in monitor's variable was when the station was made: nothing wrong.
    pub(crate) rest: Option<String>,
}

impl Monitor {
    pub(crate) fn new(id: Option<MonitorId>, class: EventNotification, setting: Setting) -> Monitor {
        Monitor {
            id,
            class,
            setting,
            active: false,
            fired: false,
            reference: String::new(),
            due: None,
            untold: false,
            rest: None,
        }
    }

    /// Whether it compares with a threshold or target, and can therefore clear.
    pub(crate) fn can_clear(&self) -> bool {
        matches!(
            self.setting.monitor_type,
            MonitorType::UpperThreshold
                | MonitorType::LowerThreshold
                | MonitorType::TargetDelta
                | MonitorType::TargetDeltaRelative
        )
    }

    /// When a periodic monitor fires first after `from`: one interval later, or at the next multiple of the
    /// interval since the epoch (N08.FR.06, N08.FR.07).
    pub(crate) fn first_due(&self, from: Timestamp) -> Option<Timestamp> {
        let interval = self.interval()?;
        match self.setting.monitor_type {
            MonitorType::Periodic => from.checked_add(interval).ok(),
            MonitorType::PeriodicClockAligned => {
                let step = i64::try_from(interval.as_millis()).ok().filter(|s| *s > 0)?;
                let next = from.as_millisecond().div_euclid(step).checked_add(1)?.checked_mul(step)?;
                Timestamp::from_millisecond(next).ok()
            }
            _ => None,
        }
    }

    /// When it fires after it was due at `due`, skipping what has passed by `now`.
    pub(crate) fn next_due(&self, due: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let interval = i64::try_from(self.interval()?.as_millis()).ok().filter(|s| *s > 0)?;
        let passed = now.as_millisecond().saturating_sub(due.as_millisecond()).max(0) / interval;
        let ahead = passed.checked_add(1)?.checked_mul(interval)?;
        due.checked_add(SignedDuration::from_millis(ahead)).ok()
    }

    /// A part of the interval of a periodic monitor.
    pub(crate) fn part_of_interval(&self, share: f64) -> SignedDuration {
        self.interval().map_or(SignedDuration::ZERO, |all| all.mul_f64(share))
    }

    fn interval(&self) -> Option<SignedDuration> {
        SignedDuration::try_from_secs_f64(self.setting.value).ok()
    }
}

/// Everything that is installed, and what the maker ships.
#[derive(Debug, Clone)]
pub(crate) struct MonitorTable {
    pub(crate) installed: Vec<Monitor>,
    shipped: Vec<Monitor>,
    /// What was removed last.
    asleep: Vec<Monitor>,
    next_id: MonitorId,
    pub(crate) level: Severity,
}

impl MonitorTable {
    /// Installs what the maker ships. Monitors are numbered from 1 in the order of the model.
    pub(crate) fn new(model: &DeviceModel, level: Severity) -> MonitorTable {
        let mut next_id = 1;
        let mut shipped = Vec::new();
        for b in &model.built_in {
            let class = match b.class {
                BuiltInClass::Hardwired => EventNotification::HardWiredMonitor,
                BuiltInClass::Preconfigured => EventNotification::PreconfiguredMonitor,
                BuiltInClass::Notification => EventNotification::HardWiredNotification,
            };
            let id = (b.class != BuiltInClass::Notification).then(|| {
                next_id += 1;
                next_id - 1
            });
            let setting = Setting {
                variable: b.variable,
                monitor_type: b.monitor_type,
                value: b.value,
                severity: b.severity,
                transaction: b.transaction,
            };
            let rest = model.get(b.variable).map(|v| v.actual().to_owned());
            shipped.push(Monitor { rest, ..Monitor::new(id, class, setting) });
        }
        MonitorTable { installed: shipped.clone(), shipped, asleep: Vec::new(), next_id, level }
    }

    pub(crate) fn position(&self, id: MonitorId) -> Option<usize> {
        self.installed.iter().position(|m| m.id == Some(id))
    }

    /// How many monitors the operator has.
    pub(crate) fn custom(&self) -> usize {
        self.installed.iter().filter(|m| m.class == EventNotification::CustomMonitor).count()
    }

    /// Installs a custom monitor under a new id. Ids are never given twice.
    pub(crate) fn add(&mut self, setting: Setting) -> MonitorId {
        let id = self.next_id;
        self.next_id += 1;
        self.installed.push(Monitor::new(Some(id), EventNotification::CustomMonitor, setting));
        id
    }

    /// Removes custom monitors, those that override a preconfigured one included.
    pub(crate) fn remove_custom(&mut self) {
        self.remove(|m| m.class == EventNotification::CustomMonitor);
    }

    /// Removes custom monitors, but none that overrides a preconfigured one.
    pub(crate) fn remove_added(&mut self) {
        let shipped: Vec<_> = self.shipped.iter().map(|m| m.id).collect();
        self.remove(|m| m.class == EventNotification::CustomMonitor && !shipped.contains(&m.id));
    }

    /// Removes what overrides a preconfigured monitor.
    pub(crate) fn remove_overriding(&mut self) {
        let shipped: Vec<_> = self.shipped.iter().map(|m| m.id).collect();
        self.remove(|m| m.class == EventNotification::CustomMonitor && shipped.contains(&m.id));
    }

    /// Installs each custom monitor once more.
    pub(crate) fn double_custom(&mut self) {
        let custom = self.installed.iter().filter(|m| m.class == EventNotification::CustomMonitor);
        for setting in custom.map(|m| m.setting).collect::<Vec<_>>() {
            self.add(setting);
        }
    }

    /// Removes preconfigured monitors; [`MonitorTable::restore`] brings them back.
    pub(crate) fn remove_preconfigured(&mut self) {
        self.remove(|m| m.class == EventNotification::PreconfiguredMonitor);
    }

    /// Removes all but what is built in.
    pub(crate) fn remove_custom_and_preconfigured(&mut self) {
        self.remove(|m| m.class != EventNotification::HardWiredMonitor && m.id.is_some());
    }

    /// Whether a monitor of the operator overrides a preconfigured one.
    pub(crate) fn is_overridden(&self) -> bool {
        let custom = |m: &&Monitor| m.class == EventNotification::CustomMonitor;
        self.installed.iter().filter(custom).any(|m| self.shipped.iter().any(|s| s.id == m.id))
    }

    fn remove(&mut self, is: impl Fn(&Monitor) -> bool) {
        let (gone, stay) = std::mem::take(&mut self.installed).into_iter().partition(is);
        self.installed = stay;
        self.asleep = gone;
    }

    /// Wakes the monitors of the operator that were removed last.
    pub(crate) fn wake(&mut self) {
        let custom = |m: &Monitor| m.class == EventNotification::CustomMonitor;
        let awake: Vec<Monitor> = std::mem::take(&mut self.asleep).into_iter().filter(custom).collect();
        self.installed.retain(|m| !awake.iter().any(|a| a.id == m.id));
        self.installed.extend(awake);
    }

    /// Brings back every shipped monitor whose id is free.
    pub(crate) fn restore(&mut self) {
        for shipped in &self.shipped {
            if shipped.id.is_some() && !self.installed.iter().any(|m| m.id == shipped.id) {
                self.installed.push(shipped.clone());
            }
        }
        self.installed.sort_by_key(|m| m.id);
    }
}
