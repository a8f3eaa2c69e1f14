//! The list of all phrases, read from the code, for those who write scenarios.

use crate::World;
use cucumber::codegen::{Expression, StepConstructor, WorldInventory, inventory};
use serde::Serialize;

/// A phrase that has a meaning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Phrase {
    /// File it is in, which is its topic.
    pub file: &'static str,
    /// Line of that file.
    pub line: u32,
    /// `Given`, `When` or `Then`.
    pub keyword: &'static str,
    /// The phrase as a Cucumber expression, or the regular expression where it is none.
    pub expression: String,
}

/// All phrases by file and line.
pub fn phrases() -> Vec<Phrase> {
    let mut all: Vec<Phrase> = of_kind::<<World as WorldInventory>::Given>("Given")
        .chain(of_kind::<<World as WorldInventory>::When>("When"))
        .chain(of_kind::<<World as WorldInventory>::Then>("Then"))
        .collect();
    all.sort();
    all
}

fn of_kind<S>(keyword: &'static str) -> impl Iterator<Item = Phrase>
where
    S: inventory::Collect + StepConstructor<World>,
{
    inventory::iter::<S>.into_iter().map(move |step| {
        let (at, regex, _) = step.inner();
        Phrase { file: at.path, line: at.line, keyword, expression: readable(regex().as_str()) }
    })
}

/// Parameters of Cucumber expressions, and what they become in a regular expression. `#` stands for the number
/// of the parameter.
const PARAMETERS: [(&str, &str); 5] = [
    ("{string}", r#"(?:"(?P<__#_0>[^"\\]*(?:\\.[^"\\]*)*)"|'(?P<__#_1>[^'\\]*(?:\\.[^'\\]*)*)')"#),
    ("{int}", r"((?:-?\d+)|(?:\d+))"),
    ("{float}", r"([+-]?(?:inf|NaN|(?:\d+|\d+\.\d*|\d*\.\d+)(?:[eE][+-]?\d+)?))"),
    ("{word}", r"([^\s]+)"),
    ("{}", "(.*)"),
];

/// The Cucumber expression or the plain text a regular expression was made from, or else the regular expression
/// itself: the code keeps only that.
fn readable(regex: &str) -> String {
    let Some((text, plain)) = expression(regex) else { return regex.to_owned() };
    // What is special in an expression is just a character in a plain text.
    let same = plain || Expression::regex(text.as_str()).is_ok_and(|made| made.as_str() == regex);
    if same { text } else { regex.to_owned() }
}

/// What a regular expression reads as, and whether that is a plain text.
fn expression(regex: &str) -> Option<(String, bool)> {
    let mut rest = regex.strip_prefix('^')?.strip_suffix('$')?;
    let (mut text, mut number, mut plain) = (String::new(), 0, true);
    while let Some(c) = rest.chars().next() {
        if let Some((name, after)) = parameter(rest, number) {
            (text, rest) = (text + name, after);
            (number, plain) = (number + 1, false);
        } else if let Some(after) = rest.strip_prefix("(?:") {
            let (inside, after) = after.split_once(')')?;
            plain = false;
            match after.strip_prefix('?') {
                Some(after) => (text, rest) = (format!("{text}({inside})"), after),
                None => (text, rest) = (text + &inside.replace('|', "/"), after),
            }
        } else if let Some(escaped) = rest.strip_prefix('\\') {
            let c = escaped.chars().next().filter(|c| !c.is_alphanumeric())?;
            text.push(c);
            rest = escaped.get(c.len_utf8()..)?;
        } else if "^$[](){}.|?*+".contains(c) {
            return None;
        } else {
            text.push(c);
            rest = rest.get(c.len_utf8()..)?;
        }
    }
    Some((text, plain))
}

fn parameter(rest: &str, number: u32) -> Option<(&'static str, &str)> {
    PARAMETERS.iter().find_map(|(name, regex)| {
        let after = rest.strip_prefix(regex.replace('#', &number.to_string()).as_str())?;
        Some((*name, after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_read_back_as_it_was_written() {
        for written in [
            "the report lists something",
            "a(n) {string} monitor is tried on it",
            "an {string}, a {string} and a {string} monitor",
            "{int} event(s) of {word} within {float} seconds, {}",
            "it is/was there",
        ] {
            assert_eq!(readable(Expression::regex(written).unwrap().as_str()), written);
        }
    }

    #[test]
    fn a_plain_text_is_shown_without_its_escapes() {
        assert_eq!(
            readable(r#"^a delta of \-1 is refused as "Rejected" \(at once\)$"#).as_str(),
            r#"a delta of -1 is refused as "Rejected" (at once)"#
        );
    }

    #[test]
    fn a_regular_expression_of_another_kind_is_shown_as_it_is() {
        for regex in [r"^(\d{2}) ticks$", "^a|b$", "no anchors", r"^\w+$", "^(?:open$"] {
            assert_eq!(readable(regex), regex);
        }
    }

    #[test]
    fn every_phrase_is_listed_once_with_its_place() {
        let all = phrases();
        assert!(all.len() > 40, "{} phrases", all.len());
        for phrase in &all {
            assert!(phrase.file.contains("phrases/") && phrase.line > 0, "{phrase:?}");
            assert!(!phrase.expression.starts_with('^'), "{phrase:?} is not readable");
        }
        let mut keys: Vec<_> = all.iter().map(|p| (p.keyword, &p.expression)).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), all.len());
    }
}
