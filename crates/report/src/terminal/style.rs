//! A page of plain text: wrapping, hanging indents, a few ANSI colours, and texts made safe to print.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// How a word is shown where colour is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    Bold,
    Good,
    Bad,
    Doubt,
    Faint,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Ink::Plain => "",
            Ink::Bold => "\x1b[1m",
            Ink::Good => "\x1b[1;32m",
            Ink::Bad => "\x1b[1;31m",
            Ink::Doubt => "\x1b[33m",
            Ink::Faint => "\x1b[2m",
        }
    }
}

/// The text while it grows. No line ends with a space, and no two empty lines follow each other.
pub(super) struct Page {
    out: String,
    width: usize,
    color: bool,
}

impl Page {
    /// Narrower than this, hanging indents leave no room for words.
    const NARROWEST: usize = 40;

    pub(super) fn new(width: usize, color: bool) -> Page {
        Page { out: String::new(), width: width.max(Page::NARROWEST), color }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    /// A word in its colour.
    pub(super) fn paint(&self, ink: Ink, text: &str) -> String {
        if self.color && ink != Ink::Plain && !text.is_empty() {
            format!("{}{text}\x1b[0m", ink.code())
        } else {
            text.to_owned()
        }
    }

    /// A line as it is, however long.
    pub(super) fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    /// An empty line between parts.
    pub(super) fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A text that begins after `prefix` and hangs under its own beginning. `prefix` is already painted and
    /// takes `indent` columns.
    pub(super) fn hang(&mut self, prefix: &str, indent: usize, ink: Ink, text: &str) {
        for (i, part) in wrap(&clean(text), self.room(indent)).iter().enumerate() {
            let before = if i == 0 { prefix.to_owned() } else { " ".repeat(indent) };
            let line = format!("{before}{}", self.paint(ink, part));
            self.line(&line);
        }
    }

    /// A text with a label before it, in a column of labels.
    pub(super) fn field(&mut self, margin: usize, label: &str, text: &str) {
        let prefix = format!("{:margin$}{label:<LABEL$}", "");
        let indent = prefix.width();
        self.hang(&prefix, indent, Ink::Plain, text);
    }

    /// A text with a label, cut to one line.
    pub(super) fn cut_field(&mut self, margin: usize, label: &str, text: &str) {
        let prefix = format!("{:margin$}{label:<LABEL$}", "");
        let text = cut(&clean(text), self.room(prefix.width()));
        let line = format!("{prefix}{}", self.paint(Ink::Faint, &text));
        self.line(&line);
    }

    /// A text after a painted prefix, cut to one line.
    pub(super) fn cut_line(&mut self, prefix: &str, indent: usize, text: &str) {
        let text = cut(&clean(text), self.room(indent));
        self.line(&format!("{prefix}{text}"));
    }

    fn room(&self, indent: usize) -> usize {
        self.width.saturating_sub(indent).max(Page::NARROWEST / 2)
    }
}

/// Width of the column of labels.
const LABEL: usize = 11;

/// A text in one line, without anything that would move the cursor, colour the terminal or turn its letters
/// around: what a station says must not be able to forge a report.
pub(super) fn clean(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => safe.push(' '),
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => {
                safe.extend(c.escape_unicode());
            }
            c if c.is_control() => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    safe
}

/// The first columns of a text; what was cut off is an ellipsis.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (head, _) = split(text, width.saturating_sub(1));
    format!("{head}…")
}

/// A text in lines of at most `width` columns, broken at spaces, or inside a word that is longer than a line.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let mut word = word;
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        while line.is_empty() && word.width() > width {
            let (head, rest) = split(word, width);
            lines.push(head.to_owned());
            word = rest;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The part of a text that fits, at least one letter, and the rest.
fn split(text: &str, width: usize) -> (&str, &str) {
    let mut columns = 0;
    for (at, c) in text.char_indices() {
        columns += c.width().unwrap_or(0);
        if columns > width && at > 0 {
            return text.split_at(at);
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_wraps_at_spaces_and_long_words_are_broken() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a abcdefghij", 4), ["a", "abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("充电桩故障", 4), ["充电", "桩故", "障"]);
    }

    #[test]
    fn a_cut_text_fits_its_columns() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("充电桩故障", 6), "充电…");
    }

    #[test]
    fn what_a_station_says_cannot_control_the_terminal() {
        assert_eq!(clean("\x1b[2Jall\npassed\u{202e}"), "\\u{1b}[2Jall passed\\u{202e}");
    }

    #[test]
    fn no_line_ends_with_a_space_and_empty_lines_do_not_pile_up() {
        let mut page = Page::new(60, false);
        page.gap();
        page.field(2, "observed", "");
        page.gap();
        page.gap();
        page.line("end  ");
        assert_eq!(page.finish(), "  observed\n\nend\n");
    }

    #[test]
    fn colour_is_off_unless_asked_for() {
        assert_eq!(Page::new(80, false).paint(Ink::Bad, "fail"), "fail");
        assert_eq!(Page::new(80, true).paint(Ink::Bad, "fail"), "\x1b[1;31mfail\x1b[0m");
    }
}
