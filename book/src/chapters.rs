//! The chapters written by hand: Markdown files, in the order of the numbers in their names.

use include_dir::{Dir, include_dir};
use std::path::Path;

static CHAPTERS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/chapters");

/// A chapter written by hand (`NN-name.md`).
#[derive(Debug, Clone)]
pub struct Chapter {
    /// File name, for messages.
    pub file: String,
    /// Its name without number and extension: where it is found in the book.
    pub name: String,
    /// Its first heading.
    pub title: String,
    /// The whole text.
    pub text: String,
}

/// A chapter that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ChapterError {
    /// It cannot be read.
    #[error("chapter {file} cannot be read: {error}")]
    Read {
        /// The file or directory.
        file: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// It does not begin with a heading.
    #[error("chapter {file} must begin with its title, as in `# How to read a row`")]
    Untitled {
        /// The file.
        file: String,
    },
    /// Two chapters have one name.
    #[error("chapter {file}: there is another one named `{name}`")]
    Twice {
        /// The file.
        file: String,
        /// The name they share.
        name: String,
    },
    /// A placeholder names a picture or an example that does not exist.
    #[error("chapter {file}: {{{{{placeholder}}}}} is unknown: use one of {known}")]
    Placeholder {
        /// The file.
        file: String,
        /// As written.
        placeholder: String,
        /// What there is.
        known: String,
    },
}

impl Chapter {
    /// The chapters this binary carries.
    ///
    /// # Errors
    /// When one has no title.
    pub fn embedded() -> Result<Vec<Chapter>, ChapterError> {
        let files = CHAPTERS.files().filter_map(|f| Some((f.path().to_str()?, f.contents_utf8()?)));
        Chapter::from_texts(files.map(|(name, text)| (name.to_owned(), text.to_owned())).collect())
    }

    /// The chapters of a directory.
    ///
    /// # Errors
    /// When it cannot be read, or one has no title.
    pub fn read(directory: &Path) -> Result<Vec<Chapter>, ChapterError> {
        let cannot = |path: &Path, error| ChapterError::Read { file: path.display().to_string(), error };
        let mut texts = Vec::new();
        for entry in std::fs::read_dir(directory).map_err(|e| cannot(directory, e))? {
            let path = entry.map_err(|e| cannot(directory, e))?.path();
            let Some(name) = path.file_name().and_then(|n| n.to_str()).map(str::to_owned) else { continue };
            if split(&name).is_some() {
                texts.push((name, std::fs::read_to_string(&path).map_err(|e| cannot(&path, e))?));
            }
        }
        Chapter::from_texts(texts)
    }

    /// Chapters from their file names and texts. Files that are not named like a chapter are passed over.
    ///
    /// # Errors
    /// When one has no title, or two have one name.
    pub fn from_texts(mut texts: Vec<(String, String)>) -> Result<Vec<Chapter>, ChapterError> {
        texts.sort();
        let mut chapters: Vec<Chapter> = Vec::new();
        for (file, text) in texts {
            let Some(name) = split(&file).map(str::to_owned) else { continue };
            let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
            let title = match first.strip_prefix("# ").map(str::trim) {
                Some(title) if !title.is_empty() => title.to_owned(),
                _ => return Err(ChapterError::Untitled { file }),
            };
            if chapters.iter().any(|c| c.name == name) {
                return Err(ChapterError::Twice { file, name });
            }
            chapters.push(Chapter { file, name, title, text });
        }
        Ok(chapters)
    }

    /// The text with each placeholder replaced by what `fill` gives for it; `known` are those there are.
    pub(crate) fn filled(
        &self,
        fill: &dyn Fn(&str) -> Option<String>,
        known: &[String],
    ) -> Result<String, ChapterError> {
        let (mut out, mut rest) = (String::new(), self.text.as_str());
        while let Some((before, after)) = rest.split_once("{{") {
            out.push_str(before);
            let Some((inside, after)) = after.split_once("}}") else {
                out.push_str("{{");
                rest = after;
                continue;
            };
            let asked = inside.split_whitespace().collect::<Vec<_>>().join(" ");
            let filled = fill(&asked).ok_or_else(|| ChapterError::Placeholder {
                file: self.file.clone(),
                placeholder: asked.clone(),
                known: known.join(", "),
            })?;
            // A block of HTML must stand alone.
            out.push_str(&format!("\n\n{filled}\n\n"));
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// The name of `NN-name.md`.
fn split(file: &str) -> Option<&str> {
    let (number, name) = file.strip_suffix(".md")?.split_once('-')?;
    let numbered = number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit());
    let plain = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b));
    (numbered && plain).then_some(name)
}

/// Links between chapters as an author writes them (`07-levels.md#x`), as they are found in the book (`levels.md#x`).
pub(crate) fn relinked(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("](") {
        out.push_str(before);
        out.push_str("](");
        let end = after.find([')', '#', ' ']).unwrap_or(after.len());
        let (address, tail) = after.split_at_checked(end).unwrap_or((after, ""));
        match split(address) {
            Some(name) => out.push_str(&format!("{name}.md")),
            None => out.push_str(address),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[(&str, &str)]) -> Result<Vec<Chapter>, ChapterError> {
        Chapter::from_texts(texts.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect())
    }

    #[test]
    fn chapters_come_in_the_order_of_their_numbers() {
        let chapters =
            of(&[("20-b.md", "# B\n"), ("README.md", "not one"), ("10-a.md", "\n# A \n")]).unwrap();
        let names: Vec<_> = chapters.iter().map(|c| (c.name.as_str(), c.title.as_str())).collect();
        assert_eq!(names, [("a", "A"), ("b", "B")]);
    }

    #[test]
    fn a_chapter_without_a_title_and_one_that_is_there_twice_are_mistakes() {
        assert!(matches!(of(&[("10-a.md", "text")]), Err(ChapterError::Untitled { .. })));
        assert!(matches!(of(&[("10-a.md", "# A"), ("11-a.md", "# A")]), Err(ChapterError::Twice { .. })));
    }

    #[test]
    fn placeholders_are_filled_and_unknown_ones_named() {
        let chapter = &of(&[("10-a.md", "# A\nx {{figure ladder}} y {{ open")]).unwrap()[0];
        let known = ["figure ladder".to_owned()];
        let filled = chapter.filled(&|asked| (asked == "figure ladder").then(|| "<svg/>".to_owned()), &known);
        assert_eq!(filled.unwrap(), "# A\nx \n\n<svg/>\n\n y {{ open");
        let error = chapter.filled(&|_| None, &known).unwrap_err().to_string();
        assert_eq!(error, "chapter 10-a.md: {{figure ladder}} is unknown: use one of figure ladder");
    }

    #[test]
    fn links_between_chapters_follow_the_file_names() {
        assert_eq!(
            relinked("[a](07-levels.md#x) [b](../faults/index.md)"),
            "[a](levels.md#x) [b](../faults/index.md)"
        );
    }
}
