//! Reads the vocabulary table.
//!
//! A line that starts with `#` is a comment. A head starts in the first column, its lines are indented; `-` stands for
//! nothing, a mark at the end for the only version that has the line:
//!
//! ```text
//! units
//!     A Celsius
//!     +2.1 mHz
//! variables                                  in general: data type, units
//!     Temperature  decimal  Celsius,Fahrenheit
//! generic                                    what any component may have; columns as below
//! component TxCtrlr                          data type, units, mutability, presence
//!     TxStartPoint            MemberList  -  ReadOnly|ReadWrite  required  -2.1
//!     Message[<language>]     string      -  ReadWrite           optional     any instance
//!     Current(MinSet,MaxSet)  decimal     A  -                   v2x          attributes
//!     TxEndInterval           integer     s  ReadWrite           required  part2
//! ```
//!
//! Where the table departs from the appendices: what the appendix of 2.1 calls `%`, `Var` and `TxCtlrl` is called as in
//! its own lists (`Percent`, `var`, `TxCtrlr`); `DateTime` is `dateTime`; `passwordString` and `identifierString` are
//! `string`; three data types that are left out come from the other lists; `Min/MaxSet` is written out, `1, 2 .. 20` is
//! `<1..20>`. Rows marked `part2` are spelt so in Part 2 and otherwise, or not at all, in the appendix.
//!
//! The appendices have no mutability: it is there only where Part 2 or a description of OCPP states it. What
//! implementations happen to do is left out, because a station must not be judged by it.

use super::{Component, Instance, Presence, Row, Variable, Vocabulary, key};
use crate::mark::{marked, marked_words};
use crate::{AttributeType, DataType, Mutability, Version};
use std::collections::BTreeMap;

/// A line of the vocabulary that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("vocabulary, line {line}: {problem}")]
pub struct VocabularyError {
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A head that is none.
    #[error("`{0}` is no head: expected `units`, `variables`, `generic` or `component` and a name")]
    Head(String),
    /// An indented line before the first head.
    #[error("`{0}` belongs to no head")]
    Stray(String),
    /// Not as many columns as the head asks for.
    #[error("{found} columns, expected {expected}")]
    Columns {
        /// Columns of the line.
        found: usize,
        /// Columns below this head.
        expected: &'static str,
    },
    /// Not a data type.
    #[error("`{0}` is no data type")]
    DataType(String),
    /// Not a mutability.
    #[error("`{0}` is no mutability")]
    Mutability(String),
    /// Not a presence.
    #[error("`{0}` is no presence: expected `required`, `optional` or `v2x`")]
    Presence(String),
    /// Not an attribute.
    #[error("`{0}` is no attribute")]
    Attribute(String),
    /// A name that cannot be read.
    #[error("`{0}` is no variable: expected `Name`, `Name[instance]` or `Name(attributes)`")]
    Name(String),
    /// A name given twice.
    #[error("`{0}` is there twice in OCPP {1}")]
    Twice(String, Version),
}

enum Block {
    None,
    Units,
    Variables,
    Generic,
    Component { name: String, keep: bool },
}

/// Reads the table for one version.
pub(super) fn read(version: Version, table: &str) -> Result<Vocabulary, VocabularyError> {
    let mut vocabulary = Vocabulary::default();
    let mut block = Block::None;
    for (index, line) in table.lines().enumerate() {
        take(version, line, &mut block, &mut vocabulary)
            .map_err(|problem| VocabularyError { line: index + 1, problem })?;
    }
    name_variables_of_rows(&mut vocabulary);
    Ok(vocabulary)
}

fn take(version: Version, line: &str, block: &mut Block, out: &mut Vocabulary) -> Result<(), Problem> {
    let text = line.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(());
    }
    if !line.starts_with(' ') {
        *block = head(version, text, &mut out.components)?;
        return Ok(());
    }
    if let Block::Units = block {
        let (units, keep) = marked_words(version, text);
        out.units.extend(units.split_whitespace().filter(|_| keep).map(str::to_owned));
        return Ok(());
    }
    let (body, keep) = marked(version, text);
    match block {
        Block::None | Block::Units => return Err(Problem::Stray(text.to_owned())),
        Block::Variables => {
            let variable = variable(body)?;
            if keep && out.variables.insert(key(&variable.name), variable.clone()).is_some() {
                return Err(Problem::Twice(variable.name, version));
            }
        }
        Block::Generic => {
            let row = row(None, body)?;
            add(version, &mut out.generic, row, keep)?;
        }
        Block::Component { name, keep: kept } => {
            let row = row(Some(name.clone()), body)?;
            if let Some(component) = out.components.get_mut(&key(name)) {
                add(version, &mut component.rows, row, keep && *kept)?;
            }
        }
    }
    Ok(())
}

fn head(
    version: Version,
    text: &str,
    components: &mut BTreeMap<String, Component>,
) -> Result<Block, Problem> {
    let (body, keep) = marked(version, text);
    Ok(match body.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["units"] if keep => Block::Units,
        ["variables"] if keep => Block::Variables,
        ["generic"] if keep => Block::Generic,
        ["component", name] => {
            let component = Component { name: (*name).to_owned(), rows: Vec::new() };
            if keep && components.insert(key(name), component).is_some() {
                return Err(Problem::Twice((*name).to_owned(), version));
            }
            Block::Component { name: (*name).to_owned(), keep }
        }
        _ => return Err(Problem::Head(text.to_owned())),
    })
}

fn add(version: Version, rows: &mut Vec<Row>, row: Row, keep: bool) -> Result<(), Problem> {
    if !keep {
        return Ok(());
    }
    let same_row =
        |r: &Row| r.variable == row.variable && r.instance == row.instance && r.attributes == row.attributes;
    if rows.iter().any(same_row) {
        return Err(Problem::Twice(row.variable, version));
    }
    rows.push(row);
    Ok(())
}

fn variable(body: &str) -> Result<Variable, Problem> {
    match body.split_whitespace().collect::<Vec<_>>().as_slice() {
        [name, data, units] => {
            Ok(Variable { name: (*name).to_owned(), data_type: data_type(data)?, units: units_of(units) })
        }
        other => Err(Problem::Columns { found: other.len(), expected: "3" }),
    }
}

fn row(component: Option<String>, body: &str) -> Result<Row, Problem> {
    let columns: Vec<&str> = body.split_whitespace().collect();
    let (name, data, units, access, presence, only_part2) = match columns.as_slice() {
        [name, data, units, access, presence] => (name, data, units, access, presence, false),
        [name, data, units, access, presence, "part2"] => (name, data, units, access, presence, true),
        other => return Err(Problem::Columns { found: other.len(), expected: "5, or 6 with `part2`" }),
    };
    let (variable, attributes, instance) = name_of(name)?;
    let mutability = access.split('|').filter(|m| *m != "-");
    let presence = match *presence {
        "required" => Presence::Required,
        "optional" => Presence::Optional,
        "v2x" => Presence::RequiredForV2x,
        other => return Err(Problem::Presence(other.to_owned())),
    };
    Ok(Row {
        component,
        variable,
        instance,
        attributes,
        data_type: data_type(data)?,
        units: units_of(units),
        mutability: mutability
            .map(|m| Mutability::from_wire(m).ok_or_else(|| Problem::Mutability(m.to_owned())))
            .collect::<Result<_, _>>()?,
        presence,
        only_part2,
    })
}

/// Reads `Name(Attribute,…)[instance]`, both parts optional.
fn name_of(text: &str) -> Result<(String, Vec<AttributeType>, Instance), Problem> {
    let bad = || Problem::Name(text.to_owned());
    let (rest, instance) = match text.strip_suffix(']') {
        Some(inner) => {
            let (rest, instance) = inner.split_once('[').ok_or_else(bad)?;
            match instance.strip_prefix('<').and_then(|i| i.strip_suffix('>')) {
                Some(any) => (rest, Instance::Any(any.to_owned())),
                None if instance.is_empty() => return Err(bad()),
                None => (rest, Instance::Named(instance.to_owned())),
            }
        }
        None => (text, Instance::Unnamed),
    };
    let (name, attributes) = match rest.strip_suffix(')') {
        Some(inner) => inner.split_once('(').ok_or_else(bad)?,
        None => (rest, ""),
    };
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(bad());
    }
    let attributes = attributes
        .split(',')
        .filter(|a| !a.is_empty())
        .map(|a| AttributeType::from_wire(a).ok_or_else(|| Problem::Attribute(a.to_owned())))
        .collect::<Result<_, _>>()?;
    Ok((name.to_owned(), attributes, instance))
}

fn data_type(text: &str) -> Result<DataType, Problem> {
    DataType::from_wire(text).ok_or_else(|| Problem::DataType(text.to_owned()))
}

fn units_of(text: &str) -> Vec<String> {
    text.split(',').filter(|u| *u != "-").map(str::to_owned).collect()
}

/// Variables that only rows name are variables too; the generic row speaks first.
fn name_variables_of_rows(vocabulary: &mut Vocabulary) {
    let Vocabulary { generic, components, variables, .. } = vocabulary;
    for row in generic.iter().chain(components.values().flat_map(|c| &c.rows)) {
        variables.entry(key(&row.variable)).or_insert_with(|| Variable {
            name: row.variable.clone(),
            data_type: row.data_type,
            units: row.units.clone(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_named_with_its_number() {
        let below = |line: &str| format!("component X\n    {line}");
        for (text, line, problem) in [
            ("things".to_owned(), 1, Problem::Head("things".into())),
            ("    A B".into(), 1, Problem::Stray("A B".into())),
            ("variables\n    A string".into(), 2, Problem::Columns { found: 2, expected: "3" }),
            (below("A text - - optional"), 2, Problem::DataType("text".into())),
            (below("A string - rw optional"), 2, Problem::Mutability("rw".into())),
            (below("A string - - perhaps"), 2, Problem::Presence("perhaps".into())),
            (below("A[] string - - optional"), 2, Problem::Name("A[]".into())),
            (below("A(Now) string - - optional"), 2, Problem::Attribute("Now".into())),
            (
                below("A string - - optional part3"),
                2,
                Problem::Columns { found: 6, expected: "5, or 6 with `part2`" },
            ),
            ("component X\ncomponent x".into(), 2, Problem::Twice("x".into(), Version::V21)),
            (
                "generic\n    A string - - optional\n    A string - - required".into(),
                3,
                Problem::Twice("A".into(), Version::V21),
            ),
        ] {
            assert_eq!(read(Version::V21, &text), Err(VocabularyError { line, problem }), "{text}");
        }
    }

    #[test]
    fn each_version_gets_its_own_lines() {
        let text = "units\n    A\n    +2.1 B\ncomponent X  +2.1\n    N string - - optional\ncomponent Y\n    N[<n>] integer A ReadOnly v2x  -2.1\n";
        let (old, new) = (read(Version::V201, text).unwrap(), read(Version::V21, text).unwrap());
        assert_eq!((old.units.len(), new.units.len()), (1, 2));
        assert!(old.component("X").is_none() && new.component("X").is_some());
        let row = old.lookup("y", "n", Some("7")).unwrap();
        assert_eq!((row.presence, &row.instance), (Presence::RequiredForV2x, &Instance::Any("n".into())));
        assert_eq!(new.lookup("y", "n", Some("7")), None);
    }
}
