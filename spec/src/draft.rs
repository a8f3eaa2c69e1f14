//! Writing a first declaration: what could be seen of a product, for its maker to correct by hand.

use crate::model::{Answer, Condition, DeclaredVersion, Product, Topology};
use ocpp::Version;
use std::fmt::Write as _;

/// A first declaration of a product.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Id of the archetype.
    pub archetype: String,
    /// The product, as it names itself; an empty name is written as a placeholder.
    pub product: Product,
    /// OCPP versions it offered.
    pub ocpp: Vec<DeclaredVersion>,
    /// EVSEs and connectors, if they could be seen.
    pub topology: Option<Topology>,
    /// What a reader should know about the layout.
    pub remarks: Vec<String>,
    /// Every condition of the archetype, in its order.
    pub conditions: Vec<DraftAnswer>,
}

/// An answer to a condition, and what it rests on.
#[derive(Debug, Clone)]
pub struct DraftAnswer {
    /// The condition.
    pub condition: Condition,
    /// The answer.
    pub answer: Answer,
    /// What it rests on, in a few words.
    pub because: String,
}

/// Edition assumed of a version until the maker corrects it: which one a product follows is not visible on the wire.
pub fn assumed_edition(version: Version) -> u32 {
    match version {
        Version::V201 => 3,
        Version::V21 => 1,
    }
}

/// What stands for a name the station did not give: a declaration needs one.
const UNNAMED: &str = "unknown";
/// Columns of the file.
const WIDTH: usize = 110;

impl Draft {
    /// The file. It reads back as it was given, whatever a station calls itself, and has no lint finding but a
    /// warning for each condition left open.
    pub fn to_yaml(&self) -> String {
        let mut out = String::new();
        comment(
            &mut out,
            0,
            "What the maker declares of one product. Written from what a connected station reported: correct what is \
             wrong, answer what is unknown.",
        );
        line(&mut out, 0, "schemaVersion: 1");
        line(&mut out, 0, &format!("archetype: {}", quoted(&self.archetype)));
        out.push('\n');
        line(&mut out, 0, "product:");
        self.name(&mut out, "vendor", &self.product.vendor);
        self.name(&mut out, "model", &self.product.model);
        if let Some(firmware) = &self.product.firmware {
            line(&mut out, 2, &format!("firmware: {}", quoted(firmware)));
        }
        out.push('\n');
        self.versions(&mut out);
        self.layout(&mut out);
        line(&mut out, 0, "conditions:");
        for a in &self.conditions {
            comment(&mut out, 2, &a.condition.question);
            let answer = match a.answer {
                Answer::Yes => "yes",
                Answer::No => "no",
                Answer::Unknown => "unknown",
            };
            line(&mut out, 2, &format!("{}: {answer}  # {}", quoted(&a.condition.id), clean(&a.because)));
        }
        out
    }

    fn name(&self, out: &mut String, key: &str, name: &str) {
        if name.trim().is_empty() {
            line(
                out,
                2,
                &format!("{key}: {UNNAMED}  # the station did not say: write it as in BootNotification"),
            );
        } else {
            line(out, 2, &format!("{key}: {}", quoted(name)));
        }
    }

    fn versions(&self, out: &mut String) {
        if self.ocpp.is_empty() {
            return;
        }
        line(out, 0, "ocpp:");
        for v in &self.ocpp {
            line(out, 2, &format!("- version: \"{}\"", v.version));
            line(out, 4, &format!("edition: {}  # not visible on the wire: correct it", v.edition));
        }
        out.push('\n');
    }

    fn layout(&self, out: &mut String) {
        for remark in &self.remarks {
            comment(out, 0, remark);
        }
        if let Some(topology) = &self.topology {
            line(out, 0, "topology:");
            line(out, 2, "evses:");
            for (n, evse) in (1u32..).zip(&topology.evses) {
                line(out, 4, &format!("- connectors: {}  # EVSE {n}", evse.connectors));
            }
        }
        if self.topology.is_some() || !self.remarks.is_empty() {
            out.push('\n');
        }
    }
}

fn line(out: &mut String, indent: usize, text: &str) {
    // Writing into a String cannot fail.
    let _ = writeln!(out, "{:indent$}{text}", "");
}

/// A comment, broken at spaces.
fn comment(out: &mut String, indent: usize, text: &str) {
    let mut current = String::new();
    for word in clean(text).split_whitespace() {
        if !current.is_empty() && indent + 2 + current.chars().count() + 1 + word.chars().count() > WIDTH {
            line(out, indent, &format!("# {current}"));
            current.clear();
        }
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(word);
    }
    if !current.is_empty() {
        line(out, indent, &format!("# {current}"));
    }
}

/// A text that stays on its line and looks like what it is: a station's words must not end a comment.
fn clean(text: &str) -> String {
    text.chars().map(|c| if needs_escape(c) { '\u{fffd}' } else { c }).collect()
}

/// A scalar: plain where that cannot be read as anything else, else in double quotes.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let word = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(plain);
    let reserved = ["yes", "no", "on", "off", "true", "false", "null", "y", "n"];
    if word && !reserved.iter().any(|r| text.eq_ignore_ascii_case(r)) {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if needs_escape(c) => {
                // Writing into a String cannot fail.
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// What YAML would not take as it is, and what would turn an editor's line around.
fn needs_escape(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff0}'..='\u{ffff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{lint_declaration, read};
    use crate::model::{DeclarationFile, EvseLayout};
    use crate::{Archetype, Source, embedded, schema};
    use std::sync::LazyLock;

    static ARCHETYPE: LazyLock<Archetype> = LazyLock::new(|| Archetype::load("ac-wallbox").unwrap());

    fn draft(vendor: &str) -> Draft {
        let conditions = ARCHETYPE.conditions.iter().cloned();
        let answered = |condition| DraftAnswer {
            condition,
            answer: Answer::No,
            because: format!("no {vendor} is reported"),
        };
        let product =
            Product { vendor: vendor.to_owned(), model: "M: 1 # 2".into(), firmware: Some("1.10".into()) };
        Draft {
            archetype: ARCHETYPE.id.clone(),
            product,
            ocpp: Version::ALL
                .map(|version| DeclaredVersion { version, edition: assumed_edition(version) })
                .to_vec(),
            topology: Some(Topology { evses: vec![EvseLayout { connectors: 2 }] }),
            remarks: vec!["EVSEs are numbered 7".into()],
            conditions: conditions.map(answered).collect(),
        }
    }

    fn reads_back(draft: &Draft) -> DeclarationFile {
        let source = Source::new("draft.yaml", draft.to_yaml());
        let read = read::<DeclarationFile>(&source, schema::declaration());
        read.unwrap_or_else(|findings| panic!("{findings:?}\n{}", source.text)).file
    }

    #[test]
    fn a_draft_lints_clean() {
        let source = Source::new("draft.yaml", draft("two\nlines: \"\u{202e}#").to_yaml());
        let report = lint_declaration(source.clone(), &embedded::source);
        assert!(report.is_clean(), "{report}\n{}", source.text);
    }

    #[test]
    fn a_draft_reads_back_whatever_the_station_calls_itself() {
        let names = [
            "Muster",
            "no",
            "1.0",
            "~",
            "- a",
            "a: b",
            "# c",
            "{x}",
            "\"q\" \\ 'r'",
            " leading",
            "充电桩",
            "two\nlines\r\u{85}\u{2028}and\u{7f}\u{1b}[31m",
            "\u{202e}turned",
            "*anchor",
            "!tag",
            "\u{feff}\u{fffe}",
            "0x1F",
            "key?",
            "@at",
            "`tick`",
            "%d",
            "\u{1ffff}",
        ];
        for name in names {
            let file = reads_back(&draft(name));
            assert_eq!(file.product.vendor, name);
            assert_eq!(file.product.model, "M: 1 # 2");
            assert_eq!(file.product.firmware.as_deref(), Some("1.10"));
            assert!(file.conditions.values().all(|a| *a == Answer::No));
            assert_eq!(file.topology.unwrap().evses.len(), 1);
        }
    }

    #[test]
    fn a_station_without_a_name_gets_a_placeholder() {
        let file = reads_back(&draft(" "));
        assert_eq!(file.product.vendor, UNNAMED);
    }

    #[test]
    fn every_answer_says_what_it_rests_on() {
        let text = draft("X").to_yaml();
        assert!(text.contains("  meter: no  # no X is reported\n"), "{text}");
        assert!(text.contains("# EVSEs are numbered 7\n"), "{text}");
        assert!(text.lines().all(|l| l.chars().count() <= WIDTH), "{text}");
    }
}
