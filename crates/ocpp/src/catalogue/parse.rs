//! Reads the catalogue tables.
//!
//! A line that starts with `#` is a comment. A head starts in the first column, its lines are indented:
//!
//! ```text
//! call Reset from csms              a CALL and who sends it: station, csms or both
//!   request
//!     type      ResetEnumType       a field that must be present
//!     evseId?   integer | integer(0..)    an optional one; left of the bar 2.0.1, right of it 2.1
//!   response
//!     status    ResetStatusEnumType
//! send NotifyX from station  +2.1   a SEND, which has no response; only in 2.1
//!     data      XType[1..]  -2.1    a list of one or more; only in 2.0.1
//! type XType                        an object
//!     unit?     string(20) = "Wh"   at most 20 characters; what is meant when absent
//!     other?    any
//! open CustomDataType               an object that may have other fields too
//! enum ResetEnumType = Immediate    an enumeration; what is meant when absent
//!     Immediate OnIdle
//!     +2.1 ImmediateAndResume
//! ```
//!
//! Basic types are `any`, `boolean`, `integer`, `number`, `string` and `time` (RFC 3339). Every object except an open
//! one also has an optional `customData` of CustomDataType, which is not written.

use super::model::{Definition, Field, Message, Sender};
use super::shape::{is_type_name, shape};
use crate::Version;
use crate::mark::{marked, marked_words};
use std::collections::BTreeMap;

/// A text of the catalogue and the name it has in messages.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// File name.
    pub file: &'a str,
    /// Its content.
    pub text: &'a str,
}

/// A line of the catalogue that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {problem}")]
pub struct CatalogueError {
    /// The file.
    pub file: String,
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A head that is none.
    #[error("`{0}` is no head: expected `call`, `send`, `type`, `open` or `enum` and a name")]
    Head(String),
    /// Not a sender.
    #[error("`{0}` sends nothing: expected `from station`, `from csms` or `from both`")]
    Sender(String),
    /// An indented line where none belongs.
    #[error("`{0}` belongs to no head: write it below `request`, `response`, a type or an enumeration")]
    Stray(String),
    /// A field without a type.
    #[error("field `{0}` has no type")]
    Bare(String),
    /// Not a type.
    #[error(
        "`{0}` is no type: expected a basic type or a type name, optionally with a length, a range or a list"
    )]
    Shape(String),
    /// Not a length or a range.
    #[error("`{0}` is no length or range: expected `50`, `0..`, `..0` or `1..4`")]
    Range(String),
    /// A default that is not JSON.
    #[error("default `{0}` is not JSON")]
    Default(String),
    /// A name given twice.
    #[error("`{0}` is there twice in OCPP {1}")]
    Twice(String, Version),
    /// A type the version does not have.
    #[error("type `{0}` does not exist in OCPP {1}")]
    UnknownType(String, Version),
}

pub(super) type Tables = (BTreeMap<String, Message>, BTreeMap<String, Definition>);

/// Reads all tables for one version.
pub(super) fn read(version: Version, tables: &[Table<'_>]) -> Result<Tables, CatalogueError> {
    let mut reader = Reader { version, messages: BTreeMap::new(), definitions: BTreeMap::new(), open: None };
    let mut uses = Vec::new();
    for table in tables {
        for (index, line) in table.text.lines().enumerate() {
            let at = |problem| CatalogueError { file: table.file.to_owned(), line: index + 1, problem };
            if let Some(used) = reader.line(line).map_err(at)? {
                uses.push((table.file, index + 1, used));
            }
        }
        reader.close();
    }
    let unknown = uses.into_iter().find(|(_, _, used)| !reader.definitions.contains_key(used));
    if let Some((file, line, used)) = unknown {
        return Err(CatalogueError {
            file: file.to_owned(),
            line,
            problem: Problem::UnknownType(used, version),
        });
    }
    Ok((reader.messages, reader.definitions))
}

struct Reader {
    version: Version,
    messages: BTreeMap<String, Message>,
    definitions: BTreeMap<String, Definition>,
    open: Option<Open>,
}

/// The block being read; `keep` is false for one of the other version, which is read and dropped.
struct Open {
    keep: bool,
    name: String,
    block: Block,
}

enum Block {
    Call { sender: Sender, request: Vec<Field>, response: Vec<Field>, part: Part },
    Send { sender: Sender, request: Vec<Field> },
    Definition(Definition),
}

#[derive(Clone, Copy)]
enum Part {
    None,
    Request,
    Response,
}

impl Reader {
    /// Takes one line; gives the type name a kept field uses.
    fn line(&mut self, line: &str) -> Result<Option<String>, Problem> {
        let text = line.trim();
        if text.is_empty() || text.starts_with('#') {
            return Ok(None);
        }
        if !line.starts_with(' ') {
            self.close();
            let open = head(self.version, text)?;
            if open.keep
                && (self.messages.contains_key(&open.name) || self.definitions.contains_key(&open.name))
            {
                return Err(Problem::Twice(open.name, self.version));
            }
            self.open = Some(open);
            return Ok(None);
        }
        let stray = || Problem::Stray(text.to_owned());
        let version = self.version;
        let open = self.open.as_mut().ok_or_else(stray)?;
        let fields = match &mut open.block {
            Block::Definition(Definition::Enumeration { values, .. }) => {
                return enumerate(version, text, values).map(|()| None);
            }
            Block::Call { part, .. } if text == "request" => {
                *part = Part::Request;
                return Ok(None);
            }
            Block::Call { part, .. } if text == "response" => {
                *part = Part::Response;
                return Ok(None);
            }
            Block::Call { request, part: Part::Request, .. } | Block::Send { request, .. } => request,
            Block::Call { response, part: Part::Response, .. } => response,
            Block::Call { part: Part::None, .. } => return Err(stray()),
            Block::Definition(Definition::Object(fields) | Definition::Open(fields)) => fields,
        };
        let Some(field) = field(version, text)? else { return Ok(None) };
        if fields.iter().any(|f| f.name == field.name) {
            return Err(Problem::Twice(field.name, version));
        }
        let used = match &field.shape.base {
            super::Base::Named(name) if open.keep => Some(name.clone()),
            _ => None,
        };
        fields.push(field);
        Ok(used)
    }

    /// Ends the block being read.
    fn close(&mut self) {
        let Some(Open { keep: true, name, block }) = self.open.take() else { return };
        let message = match block {
            Block::Definition(definition) => {
                self.definitions.insert(name, definition);
                return;
            }
            Block::Call { sender, request, response, .. } => {
                Message { action: name, sender, request, response: Some(response) }
            }
            Block::Send { sender, request } => Message { action: name, sender, request, response: None },
        };
        self.messages.insert(message.action.clone(), message);
    }
}

fn head(version: Version, text: &str) -> Result<Open, Problem> {
    let (body, keep) = marked(version, text);
    let bad = || Problem::Head(text.to_owned());
    let (keyword, rest) = body.split_once(' ').ok_or_else(bad)?;
    let (name, rest) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
    if !is_type_name(name) {
        return Err(bad());
    }
    let rest = rest.trim();
    let block = match keyword {
        "call" => {
            Block::Call { sender: sender(rest)?, request: Vec::new(), response: Vec::new(), part: Part::None }
        }
        "send" => Block::Send { sender: sender(rest)?, request: Vec::new() },
        "type" if rest.is_empty() => Block::Definition(Definition::Object(Vec::new())),
        "open" if rest.is_empty() => Block::Definition(Definition::Open(Vec::new())),
        "enum" => {
            let default = match rest.strip_prefix("= ") {
                Some(default) => Some(default.trim().to_owned()),
                None if rest.is_empty() => None,
                None => return Err(bad()),
            };
            Block::Definition(Definition::Enumeration { values: Vec::new(), default })
        }
        _ => return Err(bad()),
    };
    Ok(Open { keep, name: name.to_owned(), block })
}

fn sender(text: &str) -> Result<Sender, Problem> {
    match text {
        "from station" => Ok(Sender::Station),
        "from csms" => Ok(Sender::Csms),
        "from both" => Ok(Sender::Both),
        _ => Err(Problem::Sender(text.to_owned())),
    }
}

/// Reads a field; `None` when it belongs to the other version.
fn field(version: Version, text: &str) -> Result<Option<Field>, Problem> {
    let (body, keep) = marked(version, text);
    let (name, shapes) = body.split_once(' ').ok_or_else(|| Problem::Bare(body.to_owned()))?;
    let (name, required) = name.strip_suffix('?').map_or((name, true), |name| (name, false));
    let (old, new) = match shapes.split_once(" | ") {
        Some((old, new)) => (shape(old.trim())?, shape(new.trim())?),
        None => {
            let shape = shape(shapes.trim())?;
            (shape.clone(), shape)
        }
    };
    let shape = if version == Version::V201 { old } else { new };
    Ok(keep.then(|| Field { name: name.to_owned(), required, shape }))
}

/// Reads a line of an enumeration: texts, after `+2.1` or `-2.1` those of one version.
fn enumerate(version: Version, text: &str, values: &mut Vec<String>) -> Result<(), Problem> {
    let (words, keep) = marked_words(version, text);
    for word in words.split_whitespace().filter(|_| keep) {
        if values.iter().any(|v| v == word) {
            return Err(Problem::Twice(word.to_owned(), version));
        }
        values.push(word.to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Base, Bounds, Catalogue};
    use super::*;

    fn parse(version: Version, text: &str) -> Result<Catalogue, CatalogueError> {
        Catalogue::parse(version, &[Table { file: "t.txt", text }])
    }

    const SMALL: &str = "\
# a comment
call Reset from csms
  request
    type      ResetEnumType
    evseId?   integer | integer(0..)
  response
    old       string(5)  -2.1

send Tick from station  +2.1
    at        time

enum ResetEnumType = OnIdle
    Immediate OnIdle
    +2.1 ImmediateAndResume
";

    #[test]
    fn each_version_gets_its_own_lines() {
        let (old, new) = (parse(Version::V201, SMALL).unwrap(), parse(Version::V21, SMALL).unwrap());
        assert!(old.message("Tick").is_none() && !new.message("Tick").unwrap().has_response());
        let evse = |c: &Catalogue| c.message("Reset").unwrap().request[1].shape.base.clone();
        assert_eq!(evse(&old), Base::Integer(Bounds::default()));
        assert_eq!(evse(&new), Base::Integer(Bounds { min: Some(0), max: None }));
        let answers = |c: &Catalogue| c.message("Reset").unwrap().response.as_ref().unwrap().len();
        assert_eq!((answers(&old), answers(&new)), (1, 0));
        let values = |c: &Catalogue| match c.definition("ResetEnumType") {
            Some(Definition::Enumeration { values, .. }) => values.len(),
            other => panic!("{other:?}"),
        };
        assert_eq!((values(&old), values(&new)), (2, 3));
    }

    #[test]
    fn a_bad_line_is_named_with_its_number() {
        for (text, line, problem) in [
            ("\nmessage X from csms", 2, Problem::Head("message X from csms".into())),
            ("call X from nobody", 1, Problem::Sender("from nobody".into())),
            ("call X from csms\n    a string", 2, Problem::Stray("a string".into())),
            ("    a string", 1, Problem::Stray("a string".into())),
            ("type X\n    a", 2, Problem::Bare("a".into())),
            ("type X\n    a strin", 2, Problem::Shape("strin".into())),
            ("type X\n    a string\n    a? string", 3, Problem::Twice("a".into(), Version::V201)),
            ("type X\ntype X", 2, Problem::Twice("X".into(), Version::V201)),
            ("enum X\n    A B\n    A", 3, Problem::Twice("A".into(), Version::V201)),
            ("type X\n    a Y", 2, Problem::UnknownType("Y".into(), Version::V201)),
            ("type X  +2.1\n    a string | strin", 2, Problem::Shape("strin".into())),
        ] {
            let error = parse(Version::V201, text).expect_err(text);
            assert_eq!(error, CatalogueError { file: "t.txt".into(), line, problem }, "{text}");
        }
    }

    #[test]
    fn a_type_of_the_other_version_is_unknown() {
        let text = "type X\n    a Y\ntype Y  +2.1\n    b string";
        assert!(parse(Version::V21, text).is_ok());
        let error = parse(Version::V201, text).expect_err("Y is new");
        assert_eq!(error.to_string(), "t.txt, line 2: type `Y` does not exist in OCPP 2.0.1");
    }
}
