//! The way from a JSON pointer to the bytes of a source, and findings made there.

use super::{
    LintCode,
    finding::Finding,
    tree::{self, Kind, Node},
};
use crate::Source;
use std::ops::Range;

/// A source and its tree.
#[derive(Debug)]
pub(crate) struct Doc {
    pub(crate) source: Source,
    pub(crate) root: Node,
}

impl Doc {
    /// Reads the tree; see [`tree::parse`].
    pub(crate) fn parse(source: &Source) -> (Option<Doc>, Vec<Finding>) {
        let (root, findings) = tree::parse(source);
        (root.map(|root| Doc { source: source.clone(), root }), findings)
    }

    /// Bytes of the value at a JSON pointer, or of the nearest thing above it that exists.
    pub(crate) fn span(&self, pointer: &str) -> Range<usize> {
        let (node, key, _) = self.walk(pointer);
        one_line(&self.source.text, node.heading(key))
    }

    /// Bytes of the key at a JSON pointer.
    pub(crate) fn key_span(&self, pointer: &str) -> Range<usize> {
        let (node, key, arrived) = self.walk(pointer);
        let span = match key {
            Some(key) if arrived => key.clone(),
            _ => node.heading(key),
        };
        one_line(&self.source.text, span)
    }

    fn walk(&self, pointer: &str) -> (&Node, Option<&Range<usize>>, bool) {
        let mut at = (&self.root, None);
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            let next = match &at.0.kind {
                Kind::Scalar { .. } => None,
                Kind::Sequence { items, .. } => {
                    step.parse().ok().and_then(|i: usize| items.get(i)).map(|n| (n, None))
                }
                Kind::Mapping { .. } => at.0.get(&step).map(|e| (&e.value, Some(&e.key_span))),
            };
            match next {
                Some(next) => at = next,
                None => return (at.0, at.1, false),
            }
        }
        (at.0, at.1, true)
    }
}

/// The part of a span on its first line, at least one character long where there is one.
pub(crate) fn one_line(text: &str, span: Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.ceil_char_boundary(span.end.clamp(start, text.len()));
    let line = text.get(start..end).and_then(|t| t.lines().next()).unwrap_or("").trim_end();
    let end =
        if line.is_empty() { text.ceil_char_boundary(start + 1).min(text.len()) } else { start + line.len() };
    start..end
}

/// Most findings that are kept of one pass over a document. A file with more is not the kind of file it was
/// taken for, and placing every finding in it would take minutes.
pub(crate) const MAX_FINDINGS: usize = 1000;

/// Collects what the rules find in one document.
pub(crate) struct Collector<'d> {
    pub(crate) doc: &'d Doc,
    pub(crate) findings: Vec<Finding>,
    /// Takes what comes after [`MAX_FINDINGS`].
    overflow: Finding,
}

impl<'d> Collector<'d> {
    /// Nothing found yet.
    pub(crate) fn new(doc: &'d Doc) -> Collector<'d> {
        let overflow = Finding::of_file(LintCode::Unreadable, &doc.source.name, "");
        Collector { doc, findings: Vec::new(), overflow }
    }

    /// Whether further findings would be dropped, so that looking for them is idle.
    pub(crate) fn is_full(&self) -> bool {
        self.findings.len() >= MAX_FINDINGS
    }

    /// A finding at the value a pointer leads to.
    pub(crate) fn at(&mut self, pointer: &str, code: LintCode, message: impl Into<String>) -> &mut Finding {
        self.span(self.doc.span(pointer), code, message)
    }

    /// A finding at the key a pointer leads to.
    pub(crate) fn at_key(
        &mut self,
        pointer: &str,
        code: LintCode,
        message: impl Into<String>,
    ) -> &mut Finding {
        self.span(self.doc.key_span(pointer), code, message)
    }

    /// A finding at bytes.
    pub(crate) fn span(
        &mut self,
        span: Range<usize>,
        code: LintCode,
        message: impl Into<String>,
    ) -> &mut Finding {
        if self.is_full() {
            return &mut self.overflow;
        }
        self.findings.push_mut(Finding::at(code, &self.doc.source, span, message.into()))
    }
}

/// Writes a key as a step of a JSON pointer.
pub(crate) fn step(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doc(text: &str) -> Doc {
        let (doc, findings) = Doc::parse(&Source::new("a.yaml", text));
        assert!(findings.is_empty(), "{findings:?}");
        doc.unwrap()
    }

    fn quoted<'d>(doc: &'d Doc, pointer: &str) -> &'d str {
        &doc.source.text[doc.span(pointer)]
    }

    #[test]
    fn a_pointer_leads_to_the_bytes_of_its_value() {
        let doc = doc(
            "title: Größe # é\nrows:\n  - id: C-0001\n    list: [a, b]\n    text: >\n      one\n      two\n    none:\n",
        );
        assert_eq!(quoted(&doc, "/title"), "Größe");
        assert_eq!(quoted(&doc, "/rows"), "rows");
        assert_eq!(quoted(&doc, "/rows/0"), "C-0001");
        assert_eq!(quoted(&doc, "/rows/0/list"), "[a, b]");
        assert_eq!(quoted(&doc, "/rows/0/list/1"), "b");
        assert_eq!(quoted(&doc, "/rows/0/text"), "one");
        assert_eq!(quoted(&doc, "/rows/0/none"), "none");
    }

    #[test]
    fn a_pointer_that_leads_nowhere_stops_at_what_is_there() {
        let doc = doc("rows:\n  - id: C-0001\n");
        assert_eq!(quoted(&doc, "/rows/0/unit"), "C-0001");
        assert_eq!(quoted(&doc, "/nothing"), "rows");
    }

    #[test]
    fn windows_lines_and_a_byte_order_mark_do_not_shift_the_bytes() {
        let doc = doc("\u{feff}a: 1\r\nb: two\r\n");
        assert_eq!(quoted(&doc, "/b"), "two");
    }
}
