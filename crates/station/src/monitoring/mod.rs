//! Variable monitoring (OCPP block N): the monitors, when they fire, and what the operator may do with them.

mod base;
mod evaluate;
mod event;
mod monitor;
mod report;
mod resume;
mod roll_up;
mod set;

pub(crate) use event::{Event, Source};
pub(crate) use monitor::{Monitor, MonitorId, MonitorTable};
pub(crate) use roll_up::RollUps;
