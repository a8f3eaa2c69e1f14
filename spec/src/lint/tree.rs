//! The YAML tree of a source, with the bytes of every node.
//!
//! It is built from parser events rather than by a ready-made loader, because a lint needs the place of keys and
//! of keys written twice, and because the limits on depth and aliases are ours to set.

use super::{
    LintCode,
    finding::Finding,
    locate::{MAX_FINDINGS, one_line},
};
use crate::Source;
use serde_saphyr::granit_parser::{self as yaml, Event, Parser, ScalarStyle, StructureStyle};
use std::ops::Range;

/// Deepest nesting that is read; archetypes need 7.
const MAX_DEPTH: usize = 32;

/// Most keys of one mapping; a row has about 30.
const MAX_KEYS: usize = 5000;

/// A node of the tree.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
}

/// What a node holds.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A scalar; plain means written without quotes.
    Scalar { text: String, plain: bool },
    /// A list; flow means `[a, b]`.
    Sequence { items: Vec<Node>, flow: bool },
    /// Keys and values in order; a key written twice appears once.
    Mapping { entries: Vec<Entry>, flow: bool },
}

/// A key with its value.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Node,
}

impl Node {
    /// The value of a key, if the node is a mapping that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Entry> {
        match &self.kind {
            Kind::Mapping { entries, .. } => entries.iter().find(|e| e.key == key),
            _ => None,
        }
    }

    /// Whether nothing is written, or YAML's null.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, plain: true }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Bytes that stand for the node in one line: of a row its id, of another mapping its first key.
    pub(crate) fn heading(&self, key: Option<&Range<usize>>) -> Range<usize> {
        match (&self.kind, key) {
            (Kind::Mapping { flow: true, .. } | Kind::Sequence { flow: true, .. }, _) => self.span.clone(),
            (Kind::Mapping { .. } | Kind::Sequence { .. }, Some(key)) => key.clone(),
            (Kind::Mapping { entries, .. }, None) => match (self.get("id"), entries.first()) {
                (Some(id), _) if id.value.text().is_some() => id.value.span.clone(),
                (_, Some(first)) => first.key_span.clone(),
                _ => self.span.clone(),
            },
            (Kind::Sequence { items, .. }, None) => {
                items.first().map_or(self.span.clone(), |i| i.heading(None))
            }
            (Kind::Scalar { .. }, Some(key)) if self.span.is_empty() => key.clone(),
            (Kind::Scalar { .. }, _) => self.span.clone(),
        }
    }
}

/// Reads the tree. Findings are those of plain YAML; without a tree nothing else can be said.
pub(crate) fn parse(source: &Source) -> (Option<Node>, Vec<Finding>) {
    let mut builder = Builder { source, findings: Vec::new(), stack: Vec::new(), root: None };
    builder.run();
    let Builder { mut findings, root, .. } = builder;
    if root.is_none() && findings.is_empty() {
        findings.push(Finding::of_file(LintCode::NotYaml, &source.name, "the file is empty"));
    }
    (root, findings)
}

/// A collection that is being read.
struct Open {
    start: usize,
    kind: Kind,
    /// In a mapping, the key whose value comes next.
    key: Option<(String, Range<usize>)>,
}

struct Builder<'s> {
    source: &'s Source,
    findings: Vec<Finding>,
    stack: Vec<Open>,
    root: Option<Node>,
}

impl Builder<'_> {
    fn run(&mut self) {
        let mut options = yaml::Options::default();
        options.emit_comments = false;
        options.emit_anchor_events = true;
        let mut documents = 0;
        for event in Parser::new_from_str_with_options(&self.source.text, options) {
            let (event, span) = match event {
                Ok(event) => event,
                Err(error) => {
                    let at = error.marker().byte_offset().unwrap_or(self.source.text.len());
                    self.found(LintCode::NotYaml, at..at, format!("not YAML: {}", error.info())).help(
                        "often it is the indentation: keys that belong together start in the same column",
                    );
                    self.root = None;
                    return;
                }
            };
            let bytes = self.bytes(span);
            if event.tag().is_some() {
                let at = span.tag_start.and_then(|m| m.byte_offset()).unwrap_or(bytes.start);
                let token =
                    self.source.text.get(at..).and_then(|t| t.split_whitespace().next()).unwrap_or("");
                self.found(LintCode::UnsupportedYaml, at..at + token.len(), "tags are not used here".into())
                    .help("leave it out: the type of every value is known from its key");
            }
            if let Event::DocumentStart(..) = event {
                documents += 1;
                if documents > 1 {
                    self.found(LintCode::UnsupportedYaml, bytes, "a second document starts here".into())
                        .help("write one document to a file");
                    return;
                }
            }
            if !self.event(event, bytes) || self.findings.len() >= MAX_FINDINGS {
                self.root = None;
                return;
            }
        }
    }

    fn bytes(&self, span: yaml::Span) -> Range<usize> {
        let start = span.start.byte_offset().unwrap_or(0);
        start..span.end.byte_offset().unwrap_or(start).max(start)
    }

    fn found(&mut self, code: LintCode, span: Range<usize>, message: String) -> &mut Finding {
        let span = one_line(&self.source.text, span);
        self.findings.push_mut(Finding::at(code, self.source, span, message))
    }

    /// Takes one event; false when reading cannot go on.
    fn event(&mut self, event: Event<'_>, span: Range<usize>) -> bool {
        match event {
            Event::Anchor(..) => {
                self.found(LintCode::UnsupportedYaml, span, "anchors are not used here".into())
                    .help("write the value where it is needed, so that every row can be read alone");
                true
            }
            Event::Scalar(text, style, ..) => {
                let plain = style == ScalarStyle::Plain;
                // The parser hands out `~` for a value that is not written at all.
                let text = if span.is_empty() && plain { String::new() } else { text.into_owned() };
                self.insert(Node { span, kind: Kind::Scalar { text, plain } })
            }
            Event::SequenceStart(style, ..) => {
                let flow = style == StructureStyle::Flow;
                self.open(span, Kind::Sequence { items: Vec::new(), flow })
            }
            Event::MappingStart(style, ..) => {
                let flow = style == StructureStyle::Flow;
                self.open(span, Kind::Mapping { entries: Vec::new(), flow })
            }
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(open) => {
                    self.insert(Node { span: open.start..span.end.max(open.start), kind: open.kind })
                }
                None => false,
            },
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.found(LintCode::UnsupportedYaml, span, "aliases are not used here".into())
                    .help("write the value itself, so that every row can be read alone");
                false
            }
            _ => true,
        }
    }

    fn too_many(&mut self) -> bool {
        self.found(LintCode::UnsupportedYaml, 0..0, "far too many keys".into());
        false
    }

    fn open(&mut self, span: Range<usize>, kind: Kind) -> bool {
        if self.stack.len() >= MAX_DEPTH {
            self.found(LintCode::UnsupportedYaml, span, format!("nested more than {MAX_DEPTH} deep"));
            return false;
        }
        self.stack.push(Open { start: span.start, kind, key: None });
        true
    }

    fn insert(&mut self, node: Node) -> bool {
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(node);
            return true;
        };
        match &mut open.kind {
            Kind::Scalar { .. } => false,
            Kind::Sequence { items, .. } => {
                items.push(node);
                true
            }
            Kind::Mapping { entries, .. } => match (open.key.take(), node.kind) {
                (None, Kind::Scalar { text, .. }) => {
                    open.key = Some((text, node.span));
                    true
                }
                (None, _) => {
                    self.found(LintCode::UnsupportedYaml, node.span, "a key must be a text".into());
                    false
                }
                (Some((key, key_span)), kind) => {
                    let room = entries.len() < MAX_KEYS;
                    let first = entries.iter().find(|e| e.key == key).map(|e| e.key_span.clone());
                    if let Some(first) = first {
                        let source = self.source;
                        self.found(LintCode::DuplicateKey, key_span, format!("`{key}` is written twice"))
                            .note(source, first, "first written here");
                    } else {
                        entries.push(Entry { key, key_span, value: Node { span: node.span, kind } });
                    }
                    room || self.too_many()
                }
            },
        }
    }
}
