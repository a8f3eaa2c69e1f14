//! The reference station, seen by a CSMS.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod alerts;
mod availability;
mod boot;
mod built_in;
mod customer;
mod device_model;
mod frames;
mod inventory;
mod logs;
mod monitoring_report;
mod offline;
mod periodic;
mod roll_ups;
mod running;
mod security;
mod set_monitoring;
mod streams;
mod support;
mod transactions;
mod variables;
