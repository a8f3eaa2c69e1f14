//! All certification scenarios, feature by feature, and the sentences they are made of.

use super::{Desk, Draft};
use crate::book::{Page, Shown};
use crate::templates::escape;
use crate::{BookError, Phrase, Scenario, figures};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct View {
    total: usize,
    features: Vec<Feature>,
    run: String,
}

#[derive(Serialize)]
struct Feature {
    slug: String,
    title: String,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
struct Rule {
    title: Option<String>,
    scenarios: Vec<ScenarioView>,
}

#[derive(Serialize)]
struct ScenarioView {
    scenario: Scenario,
    /// The rows it judges; only their number where they come from a table.
    rows: Vec<String>,
    judged: usize,
    steps: Vec<StepView>,
}

#[derive(Serialize)]
struct StepView {
    keyword: String,
    /// The sentence as HTML, with what is quoted, counted or a placeholder marked.
    text: String,
    table: Vec<Vec<String>>,
}

#[derive(Serialize)]
struct Phrases {
    total: usize,
    topics: Vec<(String, Vec<PhraseView>)>,
}

#[derive(Serialize)]
struct PhraseView {
    keyword: String,
    text: String,
}

pub(crate) fn pages(desk: &Desk<'_>) -> Result<Vec<Page>, BookError> {
    let edition = desk.atlas.edition;
    let mut draft = Draft::new("scenarios.html", "Scenarios").part("Certification");
    let mut features: Vec<Feature> = Vec::new();
    for s in &edition.scenarios {
        s.rows.iter().for_each(|id| draft.shows(id, Shown::Named));
        if features.last().is_none_or(|f| f.title != s.feature) {
            features.push(Feature { slug: slug(&s.feature), title: s.feature.clone(), rules: Vec::new() });
        }
        let Some(feature) = features.last_mut() else { continue };
        if feature.rules.last().is_none_or(|r| r.title != s.rule) {
            feature.rules.push(Rule { title: s.rule.clone(), scenarios: Vec::new() });
        }
        if let Some(rule) = feature.rules.last_mut() {
            rule.scenarios.push(view(s));
        }
    }
    let run = figures::run::procedure(edition);
    let scenarios =
        draft.render(desk, "scenarios.html", &View { total: edition.scenarios.len(), features, run })?;
    let mut topics: BTreeMap<String, Vec<PhraseView>> = BTreeMap::new();
    for Phrase { topic, keyword, expression } in &edition.phrases {
        let phrase = PhraseView { keyword: keyword.clone(), text: marked(expression) };
        topics.entry(topic.clone()).or_default().push(phrase);
    }
    let phrases = Phrases { total: edition.phrases.len(), topics: topics.into_iter().collect() };
    let phrases =
        Draft::new("reference/phrases.html", "Step phrases").render(desk, "phrases.html", &phrases)?;
    Ok(vec![scenarios, phrases])
}

fn view(s: &Scenario) -> ScenarioView {
    let steps = s.steps.iter().map(|step| StepView {
        keyword: step.keyword.clone(),
        text: marked(&step.text),
        table: step.table.clone(),
    });
    let rows = if s.table.is_some() { Vec::new() } else { s.rows.iter().map(ToString::to_string).collect() };
    ScenarioView { rows, judged: s.rows.len(), steps: steps.collect(), scenario: s.clone() }
}

/// A sentence with its parameters marked: what is quoted, in angle brackets or braces, and numbers.
fn marked(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(c) = rest.chars().next() {
        let closing = match c {
            '"' => Some('"'),
            '<' => Some('>'),
            '{' => Some('}'),
            _ => None,
        };
        let end = closing.and_then(|close| rest.char_indices().skip(1).find(|(_, c)| *c == close));
        if let Some((end, close)) = end {
            let (inside, after) = rest.split_at_checked(end + close.len_utf8()).unwrap_or((rest, ""));
            out.push_str(&format!("<b>{}</b>", escape(inside)));
            rest = after;
            continue;
        }
        out.push_str(&escape(c.encode_utf8(&mut [0; 4])));
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    out
}

/// An anchor made of a title.
fn slug(title: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let dashed: String = title.chars().map(plain).collect();
    dashed.split('-').filter(|p| !p.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_marked_and_the_rest_is_text() {
        assert_eq!(
            marked(r#"a <component> & "Rejected" or {int}, < x"#),
            "a <b>&lt;component&gt;</b> &amp; <b>&quot;Rejected&quot;</b> or <b>{int}</b>, &lt; x"
        );
    }

    #[test]
    fn an_anchor_has_words_and_dashes() {
        assert_eq!(
            slug("Monitors fire when they must, and only then"),
            "monitors-fire-when-they-must-and-only-then"
        );
    }
}
