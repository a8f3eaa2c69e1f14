//! The JSON Schemas of what programs read: `result.json` and the JSON of a gap, made from their types.

use crate::certificate::Certificate;
use crate::trust::KeyListFile;
use crate::{CoverageFile, GapFile, ProofFile, ResultFile};
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

static COVERAGE: LazyLock<Value> =
    LazyLock::new(|| spec::schema::tidy(schemars::schema_for!(CoverageFile).to_value()));

/// Schema of the JSON of `diagmark coverage` (`crates/report/schemas/coverage-1.json`), keys in alphabetical order.
pub fn coverage() -> &'static Value {
    &COVERAGE
}

static REDACTION: LazyLock<Value> =
    LazyLock::new(|| spec::schema::tidy(schemars::schema_for!(trace::redact::Redaction).to_value()));

/// Schema of `redaction.json` (`crates/report/schemas/redaction-1.json`), keys in alphabetical order.
pub fn redaction() -> &'static Value {
    &REDACTION
}

static OPENINGS: LazyLock<Value> =
    LazyLock::new(|| spec::schema::tidy(schemars::schema_for!(trace::redact::Openings).to_value()));

/// Schema of the openings of a redacted run (`crates/report/schemas/openings-1.json`), keys in alphabetical order.
pub fn openings() -> &'static Value {
    &OPENINGS
}

static PROOF: LazyLock<Value> =
    LazyLock::new(|| spec::schema::tidy(schemars::schema_for!(ProofFile).to_value()));

/// Schema of `proof.json` (`crates/report/schemas/proof-1.json`), keys in alphabetical order.
pub fn proof() -> &'static Value {
    &PROOF
}
