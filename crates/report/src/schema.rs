//! The JSON Schemas of what programs read: `result.json` and the JSON of a gap, made from their types.

use crate::certificate::Certificate;
use crate::trust::KeyListFile;
use crate::{GapFile, ResultFile};
use serde_json::Value;
use std::sync::LazyLock;

static RESULT: LazyLock<Value> =
    LazyLock::new(|| spec::schema::tidy(schemars::schema_for!(ResultFile).to_value()));

/// Schema of `result.json` (`crates/report/schemas/result-1.json`), keys in alphabetical order.
pub fn result() -> &'static Value {
    &RESULT
}

static GAP: LazyLock<Value> = LazyLock::new(|| spec::schema::tidy(schemars::schema_for!(GapFile).to_value()));

/// Schema of the JSON of `diagmark gap` (`crates/report/schemas/gap-1.json`), keys in alphabetical order.
pub fn gap() -> &'static Value {
    &GAP
}

static CERTIFICATE: LazyLock<Value> =
    LazyLock::new(|| spec::schema::tidy(schemars::schema_for!(Certificate).to_value()));

/// Schema of `certificate.json` (`crates/report/schemas/certificate-1.json`), keys in alphabetical order.
pub fn certificate() -> &'static Value {
    &CERTIFICATE
}

static KEYS: LazyLock<Value> =
    LazyLock::new(|| spec::schema::tidy(schemars::schema_for!(KeyListFile).to_value()));

/// Schema of a list of keys (`crates/report/schemas/keys-1.json`), keys in alphabetical order.
pub fn keys() -> &'static Value {
    &KEYS
}
