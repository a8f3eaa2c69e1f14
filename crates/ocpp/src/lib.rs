//! OCPP 2.0.1 and 2.1 as data: versions, frames, the message catalogue with its schemas, and the standard
//! vocabulary of the device model. Pure: no sockets, no clock.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod catalogue;
pub mod device;
pub mod frame;
mod mark;
pub mod monitor;
pub mod validate;
pub mod version;
pub mod vocabulary;

pub use device::{AttributeType, ComponentRef, DataType, EvseRef, Mutability, VariableAddress, VariableRef};
pub use monitor::{
    EventNotification, EventTrigger, MonitorType, MonitoringBase, MonitoringCriterion, Severity,
};
pub use version::Version;
