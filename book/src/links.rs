//! Ids become links wherever they stand: rows (`V-0101`), scenarios (`DX-MON-012`), OCPP requirements
//! (`N04.FR.10`), MREC codes (`CX002`).
//!
//! Left alone: code, headings, pictures, what is a link already, and ids of nothing. An id in brackets (`[V-0101]`)
//! loses them; if it looks like a row and there is none, that is a mistake of the text.

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Markup {
    /// Markdown, with HTML where it likes.
    Markdown,
    /// HTML only.
    Html,
}

/// Inside these elements nothing is linked.
const QUIET: [&str; 16] = [
    "a", "button", "code", "h1", "h2", "h3", "h4", "h5", "h6", "label", "option", "pre", "script", "select",
    "style", "svg",
];

/// Links the ids of a text. `target` gives the path of an id from the root of the book, `root` leads there.
///
/// # Errors
/// A row in brackets that does not exist.
pub(crate) fn link(
    text: &str,
    markup: Markup,
    root: &str,
    target: &dyn Fn(&str) -> Option<String>,
) -> Result<String, String> {
    let mut scan =
        Scan { rest: text, before: '\n', out: String::with_capacity(text.len() * 2), quiet: Vec::new() };
    while let Some(c) = scan.rest.chars().next() {
        if c == '<' && scan.tag() {
            continue;
        }
        if !scan.quiet.is_empty() {
            scan.copy(c.len_utf8());
            continue;
        }
        if markup == Markup::Markdown && scan.markdown(c) {
            continue;
        }
        if c == '[' {
            match scan.bracketed(root, target)? {
                true => continue,
                false => scan.copy(1),
            }
            continue;
        }
        if scan.at_word()
            && let Some((id, path)) = scan.id().and_then(|id| Some((id, target(id)?)))
        {
            scan.anchor(id, root, &path);
            continue;
        }
        scan.copy(c.len_utf8());
    }
    Ok(scan.out)
}

struct Scan<'t> {
    rest: &'t str,
    before: char,
    out: String,
    /// Open elements in which nothing is linked.
    quiet: Vec<&'static str>,
}

impl<'t> Scan<'t> {
    fn copy(&mut self, bytes: usize) {
        let (done, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.before = done.chars().next_back().unwrap_or(self.before);
        self.out.push_str(done);
        self.rest = rest;
    }

    /// Copies a tag or a comment.
    fn tag(&mut self) -> bool {
        let inside = self.rest.get(1..).unwrap_or_default();
        if let Some(comment) = inside.strip_prefix("!--") {
            self.copy(4 + comment.find("-->").map_or(comment.len(), |at| at + 3));
            return true;
        }
        let closing = inside.starts_with('/');
        let name: String =
            inside.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        if name.is_empty() {
            return false;
        }
        let Some(end) = self.rest.find('>') else { return false };
        let empty = self.rest.get(..end).is_some_and(|t| t.ends_with('/'));
        if let Some(known) = QUIET.into_iter().find(|q| name.eq_ignore_ascii_case(q)) {
            match (closing, empty) {
                (true, _) => {
                    if let Some(at) = self.quiet.iter().rposition(|q| *q == known) {
                        self.quiet.truncate(at);
                    }
                }
                (false, false) => self.quiet.push(known),
                (false, true) => {}
            }
        }
        self.copy(end + 1);
        true
    }

    /// Copies what Markdown keeps verbatim: fenced and inline code, headings, links.
    fn markdown(&mut self, c: char) -> bool {
        let line_start = self.before == '\n';
        if line_start && c == '#' {
            self.copy(self.rest.find('\n').unwrap_or(self.rest.len()));
            return true;
        }
        let fence = if self.rest.starts_with("```") { "```" } else { "~~~" };
        if line_start && self.rest.starts_with(fence) {
            let closing = format!("\n{fence}");
            self.copy(self.rest.find(&closing).map_or(self.rest.len(), |at| at + closing.len()));
            return true;
        }
        if c == '`' {
            let ticks: String = self.rest.chars().take_while(|c| *c == '`').collect();
            let inside = self.rest.get(ticks.len()..).unwrap_or_default();
            self.copy(inside.find(&ticks).map_or(ticks.len(), |at| at + 2 * ticks.len()));
            return true;
        }
        if c == '[' {
            let Some(close) = self.rest.find(']') else { return false };
            let after = self.rest.get(close + 1..).unwrap_or_default();
            if let Some(address) = after.strip_prefix('(') {
                self.copy(close + 2 + address.find(')').map_or(0, |at| at + 1));
                return true;
            }
        }
        false
    }

    /// `[V-0101]`.
    fn bracketed(&mut self, root: &str, target: &dyn Fn(&str) -> Option<String>) -> Result<bool, String> {
        let inside = self.rest.get(1..).unwrap_or_default();
        let Some((word, _)) = inside.split_once(']') else { return Ok(false) };
        if shape(word) != Some(word.len()) {
            return Ok(false);
        }
        let (word, whole) = (word.to_owned(), word.len() + 2);
        match target(&word) {
            Some(path) => {
                let rest = self.rest.get(whole..).unwrap_or_default();
                self.anchor(&word, root, &path);
                self.rest = rest;
                Ok(true)
            }
            None if is_row(&word) => Err(word),
            None => Ok(false),
        }
    }

    /// Whether a word may begin here.
    fn at_word(&self) -> bool {
        !(self.before.is_alphanumeric() || "-._/#&".contains(self.before))
    }

    /// The id at this place.
    fn id(&self) -> Option<&'t str> {
        let length = shape(self.rest)?;
        let (id, after) = self.rest.split_at_checked(length)?;
        let next = after.chars().next().unwrap_or(' ');
        (!next.is_alphanumeric() && next != '-' && next != '_').then_some(id)
    }

    fn anchor(&mut self, id: &str, root: &str, path: &str) {
        self.out.push_str(&format!("<a class=\"id\" href=\"{root}{path}\">{id}</a>"));
        self.before = 'x';
        self.rest = self.rest.get(id.len()..).unwrap_or_default();
    }
}

/// Length of the id a text begins with.
fn shape(text: &str) -> Option<usize> {
    let digits = |from: usize| -> usize { text.bytes().skip(from).take_while(u8::is_ascii_digit).count() };
    let upper = |from: usize| -> usize { text.bytes().skip(from).take_while(u8::is_ascii_uppercase).count() };
    let is = |at: usize, part: &str| text.get(at..).is_some_and(|t| t.starts_with(part));
    match upper(0) {
        // V-0101
        1 if is(1, "-") && digits(2) == 4 => Some(6),
        // N04.FR.10
        1 if digits(1) == 2 && is(3, ".FR.") && digits(7) > 0 => Some(7 + digits(7)),
        // CX002
        2 if is(0, "CX") && digits(2) == 3 => Some(5),
        // DX-MON-012
        n if n > 1 && is(n, "-") => {
            let topic = upper(n + 1);
            let number = n + 1 + topic + 1;
            (topic > 0 && is(number - 1, "-") && digits(number) == 3).then_some(number + 3)
        }
        _ => None,
    }
}

fn is_row(word: &str) -> bool {
    spec::model::RowId(word.to_owned()).kind().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linked(text: &str, markup: Markup) -> Result<String, String> {
        let known = ["V-0101", "N04.FR.10", "DX-MON-012", "CX002"];
        link(text, markup, "../", &|id| known.contains(&id).then(|| format!("p.html#{id}")))
    }
    const LINK: &str = r#"<a class="id" href="../p.html#V-0101">V-0101</a>"#;

    #[test]
    fn every_kind_of_id_is_linked_with_or_without_brackets() {
        for markup in [Markup::Markdown, Markup::Html] {
            assert_eq!(linked("See V-0101.", markup).unwrap(), format!("See {LINK}."));
            assert_eq!(linked("See [V-0101]!", markup).unwrap(), format!("See {LINK}!"));
            for id in ["N04.FR.10", "DX-MON-012", "CX002"] {
                assert!(
                    linked(&format!("({id})"), markup).unwrap().contains(&format!("p.html#{id}")),
                    "{id}"
                );
            }
        }
    }

    #[test]
    fn code_headings_links_and_tags_are_left_alone() {
        for text in [
            "`V-0101`",
            "``a V-0101 b``",
            "# V-0101\n",
            "```yaml\nV-0101\n```\n",
            "[V-0101](x.md)",
            "<a href=\"#V-0101\">V-0101</a>",
            "<pre>V-0101</pre>",
            "<svg><text>V-0101</text></svg>",
            "XV-0101",
            "V-01012",
            "#V-0101",
            "V-9999",
            "N04.FR.11",
            "<td id=\"V-0101\">x</td>",
        ] {
            assert_eq!(linked(text, Markup::Markdown).unwrap(), text);
        }
    }

    #[test]
    fn a_row_in_brackets_that_does_not_exist_is_a_mistake() {
        assert_eq!(linked("see [V-9999]", Markup::Markdown), Err("V-9999".to_owned()));
        assert_eq!(linked("see [DX-MON-999]", Markup::Markdown).unwrap(), "see [DX-MON-999]");
    }

    #[test]
    fn text_after_a_code_block_or_a_broken_one_is_read_on() {
        assert_eq!(linked("`x` V-0101", Markup::Markdown).unwrap(), format!("`x` {LINK}"));
        assert_eq!(linked("a ` V-0101", Markup::Markdown).unwrap(), format!("a ` {LINK}"));
        assert_eq!(linked("a < b V-0101", Markup::Html).unwrap(), format!("a < b {LINK}"));
        assert_eq!(linked("<code>x</code> V-0101", Markup::Html).unwrap(), format!("<code>x</code> {LINK}"));
    }
}
