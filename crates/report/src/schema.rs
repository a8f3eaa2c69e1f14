//! The JSON Schema of `result.json`, made from its types, for those who read the file with other programs.

use crate::ResultFile;
use serde_json::Value;
use std::sync::LazyLock;

static RESULT: LazyLock<Value> =
    LazyLock::new(|| spec::schema::tidy(schemars::schema_for!(ResultFile).to_value()));

/// Schema of `result.json` (`crates/report/schemas/result-1.json`), keys in alphabetical order.
pub fn result() -> &'static Value {
    &RESULT
}
