//! Filling HTML templates. What comes from outside is escaped; templates are ours.

use std::fmt::Write as _;

/// HTML that needs no escaping any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Html(pub(crate) String);

impl Html {
    /// Text, escaped for element content and for attributes in double quotes.
    pub(crate) fn text(text: &str) -> Html {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#39;"),
                // Control characters are not allowed in HTML, not even escaped.
                c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{fffd}'),
                c => out.push(c),
            }
        }
        Html(out)
    }

    /// `<tag>text</tag>`, or `<tag class="…">` where a class is named after a dot (`td.number`).
    pub(crate) fn element(tag: &str, inner: &Html) -> Html {
        match tag.split_once('.') {
            Some((name, class)) => Html(format!("<{name} class=\"{class}\">{}</{name}>", inner.0)),
            None => Html(format!("<{tag}>{}</{tag}>", inner.0)),
        }
    }

    /// An element with text.
    pub(crate) fn tagged(tag: &str, text: &str) -> Html {
        Html::element(tag, &Html::text(text))
    }

    /// Puts pieces together.
    pub(crate) fn join(pieces: impl IntoIterator<Item = Html>) -> Html {
        Html(pieces.into_iter().map(|p| p.0).collect())
    }
}

/// A template with every `{{name}}` replaced. A name without a value, like a value without a place, is seen by the
/// tests of the pages.
pub(crate) fn fill(template: &str, values: &[(&str, Html)]) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        match values.iter().find(|(n, _)| *n == name) {
            Some((_, value)) => out.push_str(&value.0),
            // Writing into a String cannot fail.
            None => drop(write!(out, "{{{{{name}}}}}")),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_never_becomes_markup() {
        let evil = Html::text("<script>\"'&\u{0}");
        assert_eq!(evil.0, "&lt;script&gt;&quot;&#39;&amp;\u{fffd}");
    }

    #[test]
    fn every_place_gets_its_value_once() {
        let values = [("a", Html::text("{{b}}")), ("b", Html::text("2"))];
        assert_eq!(fill("<p>{{a}} {{b}} {{c}}", &values), "<p>{{b}} 2 {{c}}");
    }
}
