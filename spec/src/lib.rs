//! Archetypes and declarations: the model, the loader and the lint with source spans.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod model;
