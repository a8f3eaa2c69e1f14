//! The rows of the guideline that the verdicts of a run are about.

use crate::words::obligation;
use judge::VerdictLine;
use serde::Serialize;
use spec::model::{Grounding, Period, RowId, Tier};
use spec::rows::RowRef;
use spec::{Archetype, Declaration};
use std::collections::BTreeMap;

/// A row of the guideline, as shown beside a verdict.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    kind: &'static str,
    title: String,
    obligation: &'static str,
    grounding: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
    rationale: String,
    /// What else the row prescribes, name by name.
    facts: Vec<(&'static str, String)>,
}

/// The entries for the rows and requirements of the verdicts.
pub(super) fn entries<'a>(
    archetype: &Archetype,
    declaration: &Declaration,
    verdicts: &[(&'a VerdictLine, bool)],
) -> BTreeMap<&'a str, Entry> {
    let by_id: BTreeMap<&str, RowRef<'_>> = archetype.rows().map(|r| (r.row().id().0.as_str(), r)).collect();
    let mut entries = BTreeMap::new();
    for (v, _) in verdicts {
        for id in [&v.row, &v.requirement] {
            if let Some(row) = by_id.get(id.0.as_str()) {
                entries.entry(id.0.as_str()).or_insert_with(|| entry(*row, declaration));
            }
        }
    }
    entries
}

/// The component a row is about, or the topic of a behaviour.
pub(super) fn component(archetype: &Archetype, id: &RowId) -> String {
    match archetype.find(id) {
        Some(RowRef::Component(c) | RowRef::Variable(c, _) | RowRef::Monitor(c, ..)) => {
            named(&c.component, c.instance.as_deref())
        }
        Some(RowRef::Fault(f)) => {
            let first = f.monitors.first().and_then(|m| archetype.monitor(m));
            first.map_or("faults".to_owned(), |(c, ..)| named(&c.component, c.instance.as_deref()))
        }
        Some(RowRef::Behaviour(b)) => format!("behaviour: {}", b.topic.title()),
        None => "no row of this archetype".to_owned(),
    }
}

fn named(name: &str, instance: Option<&str>) -> String {
    instance.map_or_else(|| name.to_owned(), |i| format!("{name}[{i}]"))
}

fn entry(row: RowRef<'_>, declaration: &Declaration) -> Entry {
    let common = row.row();
    let mut facts = Vec::new();
    let mut fact = |name, text: Option<String>| facts.extend(text.map(|t| (name, t)));
    let deadline = |own: Option<Period>| {
        let used = declaration.deadline(common.id(), own)?;
        let lengthened = own.is_some_and(|o| o.0 < used);
        Some(format!("{}{}", Period(used), if lengthened { " (lengthened by the declaration)" } else { "" }))
    };
    let (title, source) = match row {
        RowRef::Component(c) => {
            fact("at", Some(tier(c.at).to_owned()));
            (named(&c.component, c.instance.as_deref()), &c.source)
        }
        RowRef::Variable(c, v) => {
            fact("type", Some(format!("{:?}", v.data_type)));
            fact("unit", v.unit.clone());
            fact("access", Some(format!("{:?}", v.access)));
            fact("what true means", v.polarity.clone());
            fact("read with", list(&v.read_with));
            let variable = named(&v.variable, v.instance.as_deref());
            (format!("{}.{variable}", named(&c.component, c.instance.as_deref())), &v.source)
        }
        RowRef::Monitor(c, v, m) => {
            fact("value", Some(m.value.to_string()));
            fact("accepted", m.range.map(|[from, to]| format!("{from} to {to}")));
            let what = format!("{}.{}", named(&c.component, c.instance.as_deref()), v.variable);
            (format!("{:?} monitor on {what}, severity {:?}", m.monitor_type, m.severity), &m.source)
        }
        RowRef::Fault(f) => {
            fact("shows", Some(f.shows.clone()));
            fact("monitors", list(&f.monitors));
            fact("deadline", deadline(f.deadline));
            fact("what the operator does", Some(f.action.clone()));
            fact("MREC", Some(f.mrec.join(", ")).filter(|t| !t.is_empty()));
            (f.title.clone(), &f.source)
        }
        RowRef::Behaviour(b) => {
            fact("topic", Some(b.topic.title().to_owned()));
            fact("rests on", list(&b.requires));
            fact("deadline", deadline(b.deadline));
            (b.title.clone(), &b.source)
        }
    };
    Entry {
        kind: row.kind(),
        title,
        obligation: obligation(common.obligation()),
        grounding: grounding(common.grounding()),
        source: source.clone(),
        when: common.when().map(str::to_owned),
        rationale: common.rationale().to_owned(),
        facts,
    }
}

fn list(rows: &[RowId]) -> Option<String> {
    let ids: Vec<&str> = rows.iter().map(|r| r.0.as_str()).collect();
    (!ids.is_empty()).then(|| ids.join(", "))
}

fn tier(t: Tier) -> &'static str {
    match t {
        Tier::Station => "the station",
        Tier::Evse => "every EVSE",
        Tier::Connector => "every connector",
    }
}

fn grounding(g: Grounding) -> &'static str {
    match g {
        Grounding::Ocpp => "OCPP",
        Grounding::Norm => "a norm",
        Grounding::Maker => "published by a maker, an operator or an industry group",
        Grounding::Implementation => "an implementation",
        Grounding::Judgement => "judgement of the guideline",
    }
}
