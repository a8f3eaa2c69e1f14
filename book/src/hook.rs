//! The contract with a laboratory's rig as a chapter shows it: read from its JSON Schema, with messages that the types
//! themselves have written.

use crate::atlas::Atlas;
use crate::book::Shown;
use judge::inventory::variable_at;
use ocpp::Version;
use serde::Serialize;
use serde_json::Value;
use spec::hook::{HOOK_VERSION, HookAnswer, HookRequest, HookResult, HookRow};
use spec::model::{ComponentRow, FaultRow, MonitorRow, Rig, RowId, Tier, VariableRow};
use spec::{Effect, Place};

/// What chapters show of the contract with `{{hook PART}}`.
#[derive(Serialize)]
pub(crate) struct Contract {
    /// A request, for a fault of the archetypes.
    request: String,
    /// An answer.
    answer: String,
    /// Keys of a request.
    asked: Vec<Key>,
    /// The effects there are.
    effects: Vec<EffectView>,
    /// Keys of an answer.
    answered: Vec<Key>,
    /// The words of `result`.
    results: Vec<(String, String)>,
    /// The rows shown.
    #[serde(skip)]
    pub(crate) rows: Vec<(RowId, Shown)>,
}

#[derive(Serialize)]
struct Key {
    name: String,
    kind: String,
    required: bool,
    description: String,
}

#[derive(Serialize)]
struct EffectView {
    word: String,
    description: String,
    keys: Vec<Key>,
}

/// Parts of the contract, as placeholders name them.
pub(crate) const PARTS: [&str; 3] = ["request", "effects", "answer"];

/// The contract, with a request about a fault that an ordinary rig can cause.
pub(crate) fn contract(atlas: &Atlas<'_>) -> Contract {
    let schema = spec::schema::hook();
    let example = example(atlas);
    let rows = example.iter().filter_map(|e| e.row.as_ref()).map(|r| (r.id.clone(), Shown::Named)).collect();
    let answer = HookAnswer { version: HOOK_VERSION, result: HookResult::Done, detail: None };
    Contract {
        request: example.as_ref().map(pretty).unwrap_or_default(),
        answer: serde_json::to_string(&answer).unwrap_or_default(),
        asked: keys(schema, definition(schema, "HookRequest")),
        effects: variants(definition(schema, "Effect")).map(|of| effect(schema, of)).collect(),
        answered: keys(schema, definition(schema, "HookAnswer")),
        results: variants(definition(schema, "HookResult"))
            .map(|of| (text(of, "const"), text(of, "description")))
            .collect(),
        rows,
    }
}

fn example(atlas: &Atlas<'_>) -> Option<HookRequest> {
    let archetype = atlas.edition.files.archetypes.first()?;
    let measured = |fault: &FaultRow| {
        let (c, v, m) = archetype.monitor(fault.monitors.first()?)?;
        (c.at == Tier::Station && fault.rig == Rig::Ordinary && v.unit.is_some()).then_some(())?;
        Some(HookRequest {
            version: HOOK_VERSION,
            effect: occurrence(fault, c, v, m),
            row: Some(HookRow { id: fault.id.clone(), title: fault.title.clone() }),
            station: "CS001".to_owned(),
            ocpp: Version::V201,
            deadline: 60,
            run_id: "b2f1c0a94d77e013".to_owned(),
        })
    };
    archetype.faults.iter().find_map(measured)
}

/// A fault that occurs: clearly beyond the value at which its monitor fires.
fn occurrence(fault: &FaultRow, c: &ComponentRow, v: &VariableRow, m: &MonitorRow) -> Effect {
    let at = variable_at(c, v, Place::STATION);
    Effect::fault(fault, true, &at, (m.value + 2.0).to_string())
}

fn definition<'s>(schema: &'s Value, name: &str) -> &'s Value {
    schema.pointer(&format!("/$defs/{name}")).unwrap_or(&Value::Null)
}

fn variants(of: &Value) -> impl Iterator<Item = &Value> {
    of.get("oneOf").and_then(Value::as_array).into_iter().flatten()
}

fn text(of: &Value, key: &str) -> String {
    of.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn effect(schema: &Value, of: &Value) -> EffectView {
    let word = of.pointer("/properties/effect").map(|e| text(e, "const")).unwrap_or_default();
    let keys = keys(schema, of).into_iter().filter(|k| k.name != "effect").collect();
    EffectView { word, description: text(of, "description"), keys }
}

/// The keys of an object: those that have to be there in the order of the type, then the others.
fn keys(schema: &Value, of: &Value) -> Vec<Key> {
    let empty = serde_json::Map::new();
    let all = of.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required: Vec<&str> = of
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let others = all.keys().map(String::as_str).filter(|k| !required.contains(k));
    let ordered = required.iter().copied().chain(others);
    ordered
        .filter_map(|name| {
            let property = all.get(name)?;
            let (kind, description) = (kind(property), text(property, "description"));
            let description = if description.is_empty() { described(schema, property) } else { description };
            Some(Key { name: name.to_owned(), kind, required: required.contains(&name), description })
        })
        .collect()
}

/// What a type that is referred to says of itself.
fn described(schema: &Value, property: &Value) -> String {
    let name = property.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next());
    name.map(|name| text(definition(schema, name), "description")).unwrap_or_default()
}

/// What stands behind a key, in a word.
fn kind(property: &Value) -> String {
    let referred = |of: &Value| of.get("$ref").and_then(Value::as_str).map(str::to_owned);
    let first = property.get("anyOf").and_then(|any| any.get(0)).and_then(referred);
    match referred(property).or(first).as_deref().and_then(|r| r.rsplit('/').next()) {
        Some("RowId") => "row id".to_owned(),
        Some("Version") => "OCPP version".to_owned(),
        Some("ComponentRef") => "component, as in OCPP".to_owned(),
        Some("VariableRef") => "variable, as in OCPP".to_owned(),
        Some("HookResult") => "word".to_owned(),
        Some(_) => "object".to_owned(),
        None => match property.get("type") {
            Some(Value::Array(types)) => types.first().and_then(Value::as_str).unwrap_or_default().to_owned(),
            Some(Value::String(one)) => one.clone(),
            _ => String::new(),
        },
    }
}

/// Over several lines for readers; on the wire it is one.
fn pretty(request: &HookRequest) -> String {
    serde_json::to_string_pretty(request).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chapter, Edition, Files};

    fn atlas_of(edition: &Edition) -> Contract {
        contract(&Atlas::new(edition))
    }

    fn edition() -> Edition {
        Edition {
            files: Files::embedded().unwrap(),
            chapters: Vec::<Chapter>::new(),
            scenarios: Vec::new(),
            phrases: Vec::new(),
            exit_codes: Vec::new(),
            schemas: Default::default(),
            examples: Default::default(),
            proof: None,
        }
    }

    #[test]
    fn the_contract_lists_every_key_and_effect_of_its_types() {
        let contract = atlas_of(&edition());
        let names = |keys: &[Key]| keys.iter().map(|k| k.name.clone()).collect::<Vec<_>>();
        assert_eq!(
            names(&contract.asked),
            ["version", "effect", "station", "ocpp", "deadline", "runId", "row"]
        );
        assert_eq!(names(&contract.answered), ["version", "result", "detail"]);
        let words: Vec<&str> = contract.effects.iter().map(|e| e.word.as_str()).collect();
        assert!(words.contains(&"value") && words.contains(&"power-loss"), "{words:?}");
        let keys = contract.asked.iter().chain(&contract.answered);
        let keys = keys.chain(contract.effects.iter().flat_map(|e| &e.keys));
        for key in keys {
            assert!(!key.description.is_empty() && !key.kind.is_empty(), "{} says nothing", key.name);
        }
        assert_eq!(contract.results.len(), 3);
    }

    #[test]
    fn the_messages_shown_are_messages_of_the_contract() {
        let contract = atlas_of(&edition());
        let request: HookRequest = serde_json::from_str(&contract.request).unwrap();
        assert!(matches!(request.effect, Effect::Fault { present: true, .. }));
        assert_eq!(HookAnswer::read(&contract.answer).unwrap().result, HookResult::Done);
    }
}
