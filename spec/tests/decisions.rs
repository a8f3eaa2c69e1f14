//! No part and no fault of the reference tables is lost: `tests/decisions` says for each of them, archetype by
//! archetype, which rows it became or why it is not there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ocpp::MonitorType;
use spec::{
    Archetype,
    model::{ComponentRow, MonitorRow, Provision, Tier, VariableRow},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// A line of a table, by column.
type Line = BTreeMap<String, String>;

/// Archetypes by the names that the columns of the component table and the fault table give them.
const NAMES: [(&str, &str, &str); 4] = [
    ("ac_wallbox", "AC", "ac-wallbox"),
    ("dc_hpc", "DC_HPC", "dc-hpc"),
    ("dc_satellite", "DC_SATELLITE", "dc-satellite"),
    ("mcs", "MCS", "megawatt"),
];

/// Columns by which a part is known.
const PART: [&str; 5] = ["component", "component_instance", "variable", "variable_instance", "tier"];

static ARCHETYPES: LazyLock<BTreeMap<&str, Archetype>> = LazyLock::new(|| {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../archetypes");
    let load = |id| Archetype::load(directory.join(format!("{id}.yaml")).to_str().unwrap()).unwrap();
    NAMES.map(|(_, _, id)| (id, load(id))).into()
});

/// A file of comma-separated values; a value in quotes may hold commas, doubled quotes and line ends.
fn table(text: &str) -> Vec<Line> {
    let mut lines = vec![vec![String::new()]];
    let mut quoted = false;
    let mut rest = text.trim_end().chars().peekable();
    while let Some(c) = rest.next() {
        let line = lines.last_mut().unwrap();
        match c {
            '"' if quoted && rest.next_if_eq(&'"').is_some() => line.last_mut().unwrap().push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(String::new()),
            '\n' if !quoted => lines.push(vec![String::new()]),
            '\r' => {}
            c => line.last_mut().unwrap().push(c),
        }
    }
    let head = lines.remove(0);
    let read = |line: Vec<String>| {
        assert_eq!(line.len(), head.len(), "{line:?}");
        head.iter().cloned().zip(line).collect()
    };
    lines.into_iter().map(read).collect()
}

fn decisions(name: &str) -> Vec<Line> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/decisions").join(name);
    table(&std::fs::read_to_string(path).unwrap())
}

fn components() -> Vec<Line> {
    decisions("components.csv")
}

fn faults() -> Vec<Line> {
    decisions("faults.csv")
}

/// A reference table, if it is at hand.
fn reference(name: &str) -> Option<Vec<Line>> {
    let folder = std::env::var_os("DIAGMARK_DOMAIN")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/domain"), PathBuf::from);
    match std::fs::read_to_string(folder.join(name)) {
        Ok(text) => Some(table(&text)),
        Err(_) => {
            eprintln!(
                "skipped: no {name} in shared/domain beside the repository; DIAGMARK_DOMAIN names another folder"
            );
            None
        }
    }
}

fn rows(line: &Line) -> Vec<&str> {
    line["rows"].split_whitespace().collect()
}

fn key(line: &Line, columns: &[&str]) -> Vec<String> {
    columns.iter().map(|c| line[*c].clone()).collect()
}

fn archetype(line: &Line) -> &'static Archetype {
    ARCHETYPES.get(line["archetype"].as_str()).unwrap_or_else(|| panic!("{line:?} names no archetype"))
}

/// The address of a variable row, in the columns of [`PART`].
fn address(c: &ComponentRow, v: &VariableRow) -> Vec<String> {
    let tier = match c.at {
        Tier::Station => "station",
        Tier::Evse => "evse",
        Tier::Connector => "connector",
    };
    let instance = |i: &Option<String>| i.clone().unwrap_or_default();
    vec![
        c.component.clone(),
        instance(&c.instance),
        v.variable.clone(),
        instance(&v.instance),
        tier.to_owned(),
    ]
}

/// The address of a line of a reference table, whose tiers are components.
fn reference_address(line: &Line) -> Vec<String> {
    let mut address = key(line, &PART);
    address[4] = match address[4].as_str() {
        "ChargingStation" => "station",
        "EVSE" => "evse",
        "Connector" => "connector",
        other => panic!("{other} is no tier"),
    }
    .to_owned();
    address
}

#[test]
fn every_decision_is_one_and_is_a_row_or_a_reason() {
    let part: Vec<&str> = PART.into_iter().chain(["archetype"]).collect();
    for (lines, columns) in [(components(), part.as_slice()), (faults(), &["fault", "archetype"])] {
        let mut seen = BTreeSet::new();
        for line in &lines {
            assert!(seen.insert(key(line, columns)), "{line:?} is there twice");
            assert!(rows(line).is_empty() != line["reason"].is_empty(), "{line:?}: rows or a reason");
        }
        assert!(!lines.is_empty());
    }
}

#[test]
fn every_row_of_a_part_is_that_part_of_that_archetype() {
    for line in components() {
        for id in rows(&line) {
            let (c, v) =
                archetype(&line).variable(id).unwrap_or_else(|| panic!("{line:?}: no variable {id}"));
            assert_eq!(address(c, v), key(&line, &PART), "{id} of {}", line["archetype"]);
        }
    }
}

/// The rows of a fault: its monitors, and what names them.
fn monitors(line: &Line) -> Vec<(&'static ComponentRow, &'static VariableRow, &'static MonitorRow)> {
    let ids = rows(line).into_iter().filter(|id| id.starts_with('M'));
    let known = |id| archetype(line).monitor(id).unwrap_or_else(|| panic!("{line:?}: no monitor {id}"));
    ids.map(known).collect()
}

#[test]
fn every_row_of_a_fault_exists_and_its_monitors_report_it() {
    for line in faults().iter().filter(|l| l["reason"].is_empty()) {
        let archetype = archetype(line);
        let monitors = monitors(line);
        assert!(!monitors.is_empty(), "{line:?} names no monitor");
        let tellers: Vec<&str> = rows(line).into_iter().filter(|id| !id.starts_with('M')).collect();
        assert!(!tellers.is_empty(), "{line:?} names neither fault nor trend");
        for id in tellers {
            let tells = |v: &VariableRow, m: &MonitorRow| match (archetype.fault(id), archetype.trend(id)) {
                (Some(fault), _) => fault.monitors.contains(&m.id),
                (None, Some(trend)) => trend.watch.iter().chain(&trend.against).any(|w| *w == v.id),
                (None, None) => panic!("{line:?}: no fault or trend {id}"),
            };
            assert!(monitors.iter().any(|(_, v, m)| tells(v, m)), "{line:?}: {id} is seen by none of them");
        }
    }
}

#[test]
fn no_part_of_the_reference_table_is_lost() {
    let Some(parts) = reference("components.csv") else { return };
    let decided: BTreeSet<Vec<String>> =
        components().iter().map(|l| [key(l, &PART), vec![l["archetype"].clone()]].concat()).collect();
    let mut expected = BTreeSet::new();
    for part in &parts {
        for (column, _, id) in NAMES.iter().filter(|(column, ..)| part[*column] != "not-applicable") {
            let entry = [reference_address(part), vec![(*id).to_owned()]].concat();
            assert!(decided.contains(&entry), "{entry:?} ({}) has no decision", part[*column]);
            expected.insert(entry);
        }
    }
    let stale: Vec<_> = decided.difference(&expected).collect();
    assert!(stale.is_empty(), "decisions on parts that the table does not have: {stale:?}");
}

#[test]
fn what_the_reference_table_calls_a_minimum_has_a_row() {
    let Some(parts) = reference("components.csv") else { return };
    let without: BTreeSet<Vec<String>> = components()
        .iter()
        .filter(|l| rows(l).is_empty())
        .map(|l| [key(l, &PART), vec![l["archetype"].clone()]].concat())
        .collect();
    for part in &parts {
        for (column, _, id) in NAMES.iter().filter(|(column, ..)| part[*column].starts_with("minimum")) {
            let entry = [reference_address(part), vec![(*id).to_owned()]].concat();
            assert!(!without.contains(&entry), "{entry:?} is a {} and has no row", part[*column]);
        }
    }
}

#[test]
fn no_fault_of_the_reference_table_is_lost() {
    let Some(reference) = reference("faults.csv") else { return };
    let decided = faults();
    let mut expected = BTreeSet::new();
    for fault in &reference {
        for name in fault["archetypes"].split_whitespace() {
            let (_, _, id) = NAMES.iter().find(|(_, short, _)| *short == name).unwrap();
            let line = decided.iter().find(|l| l["fault"] == fault["id"] && l["archetype"] == *id);
            let line = line.unwrap_or_else(|| panic!("{} of {id} has no decision", fault["id"]));
            expected.insert((fault["id"].clone(), (*id).to_owned()));
            for (c, v, m) in monitors(line) {
                assert_eq!(address(c, v), reference_address(fault), "{} of {id}: {}", fault["id"], m.id);
                match MonitorType::from_wire(&fault["monitor_type"]) {
                    Some(kind) => assert_eq!(m.monitor_type, kind, "{} of {id}: {}", fault["id"], m.id),
                    None => assert_eq!(m.provision, Provision::Notification, "{} of {id}", fault["id"]),
                }
            }
        }
    }
    let all: BTreeSet<_> = decided.iter().map(|l| (l["fault"].clone(), l["archetype"].clone())).collect();
    let stale: Vec<_> = all.difference(&expected).collect();
    assert!(stale.is_empty(), "decisions on faults that the table does not have: {stale:?}");
}

#[test]
fn a_quoted_value_may_hold_commas_and_quotes() {
    let lines = table("a,b\n1,\"x, \"\"y\"\"\nz\"\n,\n");
    assert_eq!((lines[0]["a"].as_str(), lines[0]["b"].as_str()), ("1", "x, \"y\"\nz"));
    assert_eq!((lines[1]["a"].as_str(), lines[1]["b"].as_str()), ("", ""));
}
