//! Variable monitoring (OCPP block N): the monitors, when they fire, and what the operator may do with them.

mod base;
mod evaluate;
mod event;
mod monitor;
mod report;
mod set;

pub(crate) use event::{Event, Source};
pub(crate) use monitor::{Monitor, MonitorTable};
