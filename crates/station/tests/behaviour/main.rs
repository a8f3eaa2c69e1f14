//! The reference station, seen by a CSMS.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod alerts;
mod availability;
mod boot;
mod built_in;
mod device_model;
mod frames;
mod inventory;
mod monitoring_report;
mod offline;
mod periodic;
mod running;
mod set_monitoring;
mod support;
mod variables;
