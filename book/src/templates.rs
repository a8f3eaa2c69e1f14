//! The Tera templates of the pages, compiled in.

use crate::BookError;
use include_dir::{Dir, include_dir};
use serde::Serialize;
use tera::{Context, Kwargs, State, Tera, Value};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// All templates, ready to render.
pub(crate) struct Templates(Tera);

impl Templates {
    /// Reads them.
    ///
    /// # Errors
    /// The first mistake.
    pub(crate) fn new() -> Result<Templates, BookError> {
        let mut tera = Tera::default();
        tera.register_filter("prose", |text: &str, _: Kwargs, _: &State| Value::safe_string(&prose(text)));
        let mut texts: Vec<(&str, &str)> = TEMPLATES
            .files()
            .filter_map(|f| Some((f.path().to_str()?, f.contents_utf8()?)))
            .filter(|(name, _)| name.ends_with(".html"))
            .collect();
        texts.sort_unstable();
        tera.add_raw_templates(texts)
            .map_err(|e| BookError::Template { name: "templates".to_owned(), why: e.to_string() })?;
        Ok(Templates(tera))
    }

    /// Renders one with the fields of a value.
    pub(crate) fn render(&self, name: &str, view: &impl Serialize) -> Result<String, BookError> {
        let wrong = |why: tera::Error| BookError::Template { name: name.to_owned(), why: why.to_string() };
        let context = Context::from_serialize(view).map_err(wrong)?;
        let text = self.0.render(name, &context).map_err(wrong)?;
        // In Markdown a block of HTML ends at an empty line.
        Ok(anchored(&text)
            .lines()
            .map(str::trim_end)
            .filter(|l| !l.is_empty())
            .fold(String::new(), |all, l| all + l + "\n"))
    }
}

/// Headings link to themselves, as mdBook's own do: its menu lists only such.
fn anchored(html: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(html.len()), html);
    while let Some((before, heading)) = rest.split_once("<h") {
        out.push_str(before);
        out.push_str("<h");
        rest = heading;
        let Some(level) = heading.chars().next().filter(|c| "23456".contains(*c)) else { continue };
        let Some((tag, inside)) = heading.split_once('>') else { continue };
        let Some((title, after)) = inside.split_once(&format!("</h{level}>")) else { continue };
        let id = tag.split_once(" id=\"").and_then(|(_, id)| id.split('"').next());
        // Sentences are no entries of a menu.
        let Some(id) = id.filter(|_| !title.contains("<a") && !tag.contains("sentence")) else { continue };
        out.push_str(&format!("{tag}><a class=\"header\" href=\"#{id}\">{title}</a></h{level}>"));
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A text of a row as HTML: `code` between backticks, nothing else is special.
pub(crate) fn prose(text: &str) -> String {
    let mut parts = text.split('`');
    let mut html = escape(parts.next().unwrap_or_default());
    let rest: Vec<&str> = parts.collect();
    for pair in rest.chunks(2) {
        match pair {
            [code, after] => html += &format!("<code>{}</code>{}", escape(code), escape(after)),
            [open] => html += &format!("`{}", escape(open)),
            _ => {}
        }
    }
    html
}

/// Text as HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_make_code_and_everything_else_is_text() {
        assert_eq!(prose("a `b<c` & d"), "a <code>b&lt;c</code> &amp; d");
        assert_eq!(prose("one ` only"), "one ` only");
        assert_eq!(prose("`x`"), "<code>x</code>");
    }

    #[test]
    fn headings_link_to_themselves_unless_they_lead_elsewhere() {
        let linked = anchored(
            r#"<h1 id="x">X</h1><h2 class="c" id="a">A <b>b</b></h2><hr><h3 id="l"><a href="q">L</a></h3>"#,
        );
        let expected =
            r##"<h1 id="x">X</h1><h2 class="c" id="a"><a class="header" href="#a">A <b>b</b></a></h2>"##;
        assert_eq!(linked, format!("{expected}{}", r#"<hr><h3 id="l"><a href="q">L</a></h3>"#));
    }

    #[test]
    fn every_template_compiles() {
        Templates::new().unwrap();
    }
}
