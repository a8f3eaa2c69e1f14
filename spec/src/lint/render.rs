//! Findings as text: where, the line with the offending part underlined, what was expected.

use super::finding::{Finding, LintReport, LintSeverity};
use crate::Source;
use annotate_snippets::{
    Annotation, AnnotationKind, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};
use std::{fmt, ops::Range};

/// Longest line that is shown, in bytes.
const LONGEST_LINE: usize = 2000;

/// Whether the text carries terminal colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Style {
    /// Plain text.
    #[default]
    Plain,
    /// ANSI colours.
    Colour,
}

impl LintReport {
    /// All findings with their source lines, and a last line that counts them.
    pub fn render(&self, style: Style) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            text.push_str(&self.render_one(finding, style));
            text.push_str("\n\n");
        }
        text.push_str(&self.counts());
        text
    }

    fn counts(&self) -> String {
        let number = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
        let files = number(self.files(), "file");
        match (self.errors(), self.warnings()) {
            (0, 0) => format!("no findings in {files}"),
            (e, 0) => format!("{} in {files}", number(e, "error")),
            (0, w) => format!("{} in {files}", number(w, "warning")),
            (e, w) => format!("{}, {} in {files}", number(e, "error"), number(w, "warning")),
        }
    }

    /// One finding of this report.
    pub fn render_one(&self, finding: &Finding, style: Style) -> String {
        let renderer = match style {
            Style::Plain => Renderer::plain(),
            Style::Colour => Renderer::styled(),
        };
        let level = match finding.severity {
            LintSeverity::Error => Level::ERROR,
            LintSeverity::Warning => Level::WARNING,
        };
        let title = level.primary_title(safe(&finding.message)).id(finding.code.as_str());
        let expected = finding.expected.as_deref();
        let excerpt_of = |source| excerpt(source, &finding.span, expected);
        let mut main = match self.source(&finding.file).filter(|_| !finding.span.is_empty()).map(excerpt_of) {
            Some(Some(excerpt)) => title.element(excerpt),
            Some(None) => {
                let at = Origin::path(safe(&finding.file)).line(finding.line).char_column(finding.column);
                let title = title.element(at);
                expected.map(safe).into_iter().fold(title, |title, e| title.element(Level::NOTE.message(e)))
            }
            None => title.element(Origin::path(safe(&finding.file))),
        };
        if let Some(help) = &finding.help {
            main = main.element(Level::HELP.message(safe(help)));
        }
        let mut groups = vec![main];
        if let Some((note, source)) = finding.note.as_ref().and_then(|n| Some((n, self.source(&n.file)?))) {
            let title = Level::NOTE.secondary_title(safe(&note.message));
            groups.extend(excerpt(source, &note.span, None).map(|excerpt| title.element(excerpt)));
        }
        renderer.render(&groups)
    }

    fn source(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|s| s.name == name)
    }
}

impl fmt::Display for LintReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Style::Plain))
    }
}

/// The line a span starts in, with the span underlined. Only that line is handed to the renderer, which would
/// otherwise read the whole file for every finding. `None` for a line that is too long to show.
fn excerpt<'a>(
    source: &'a Source,
    span: &Range<usize>,
    label: Option<&str>,
) -> Option<Snippet<'a, Annotation<'a>>> {
    let text = source.text.as_str();
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.ceil_char_boundary(span.end.clamp(start, text.len()));
    let (before, after) = (text.get(..start).unwrap_or(""), text.get(start..).unwrap_or(""));
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    let line_end = after.find('\n').map_or(text.len(), |i| start + i);
    let line = text.get(line_start..line_end).filter(|line| line.len() <= LONGEST_LINE)?;
    let mark = AnnotationKind::Primary
        .span(start - line_start..end.min(line_end) - line_start)
        .label(label.map(safe));
    let number = before.matches('\n').count() + 1;
    Some(Snippet::source(line).line_start(number).path(safe(&source.name)).annotation(mark))
}

/// Text of a file may hold control characters that would act on the reader's terminal.
fn safe(text: &str) -> String {
    normalize_untrusted_str(text)
}
