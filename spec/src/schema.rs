//! JSON Schemas of the files people write or read by program, made from the model. Editors use them to complete and
//! check; lint uses them to name every mistake in a file's shape.

use crate::{
    diff::EditionDiff,
    hook::HookMessage,
    model::{ArchetypeFile, DeclarationFile, ExpectedFailuresFile},
    requirements::RequirementsFile,
};
use serde_json::Value;
use std::{collections::BTreeMap, sync::LazyLock};

static ARCHETYPE: LazyLock<Value> = LazyLock::new(|| tidy(schemars::schema_for!(ArchetypeFile).to_value()));
static DECLARATION: LazyLock<Value> =
    LazyLock::new(|| tidy(schemars::schema_for!(DeclarationFile).to_value()));
static EXPECTED_FAILURES: LazyLock<Value> =
    LazyLock::new(|| tidy(schemars::schema_for!(ExpectedFailuresFile).to_value()));

static EDITION_DIFF: LazyLock<Value> = LazyLock::new(|| tidy(schemars::schema_for!(EditionDiff).to_value()));
static REQUIREMENTS: LazyLock<Value> =
    LazyLock::new(|| tidy(schemars::schema_for!(RequirementsFile).to_value()));

/// Schema of an archetype file (`spec/schemas/archetype-1.json`), keys in alphabetical order.
pub fn archetype() -> &'static Value {
    &ARCHETYPE
}

/// Schema of a declaration file (`spec/schemas/declaration-1.json`), keys in alphabetical order.
pub fn declaration() -> &'static Value {
    &DECLARATION
}

/// Schema of a file of expected failures (`spec/schemas/expected-failures-1.json`), keys in alphabetical order.
pub fn expected_failures() -> &'static Value {
    &EXPECTED_FAILURES
}

/// Schema of the differences between two editions (`spec/schemas/edition-diff-1.json`), keys in alphabetical order.
pub fn edition_diff() -> &'static Value {
    &EDITION_DIFF
}

/// Schema of the table of OCPP requirements (`spec/schemas/requirements-1.json`), keys in alphabetical order.
pub fn requirements() -> &'static Value {
    &REQUIREMENTS
}

static HOOK: LazyLock<Value> = LazyLock::new(|| tidy(schemars::schema_for!(HookMessage).to_value()));

/// Schema of what the suite asks a rig and what the rig answers (`spec/schemas/hook-1.json`), keys in alphabetical
/// order.
pub fn hook() -> &'static Value {
    &HOOK
}

/// Keys in alphabetical order whatever way serde_json was built, and descriptions without the links of Rust
/// documentation, which an editor would show as brackets.
pub fn tidy(schema: Value) -> Value {
    match schema {
        Value::Object(map) => {
            let sorted: BTreeMap<String, Value> = map.into_iter().map(|(k, v)| (k, tidy(v))).collect();
            Value::Object(sorted.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(tidy).collect()),
        Value::String(text) => Value::String(text.replace("[`", "`").replace("`]", "`")),
        other => other,
    }
}
