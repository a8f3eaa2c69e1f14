//! The feature files: parsed, and checked for what a stock parser lets through in silence.

use super::table::Table;
use super::tags::{TagError, Tags};
use cucumber::gherkin::{Feature, GherkinEnv, Scenario, Step, StepType};
use include_dir::{Dir, include_dir};
use judge::SUITE_PREFIX;
use sha2::{Digest, Sha256};
use spec::{Archetype, Source};
use std::collections::BTreeMap;

static FEATURES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../features");

/// A scenario as written, before its rows are known.
#[derive(Debug, Clone)]
pub struct Definition {
    /// File and line, for messages.
    pub origin: String,
    /// Name of the feature it is in.
    pub feature: String,
    /// Name of the rule it is in, if it is in one.
    pub rule: Option<String>,
    /// Its name, with placeholders.
    pub title: String,
    /// Its tags.
    pub tags: Tags,
    /// Its steps, background first.
    pub steps: Vec<Step>,
    /// The archetype table its `Examples` name.
    pub table: Option<Table>,
}

/// All scenarios, in the order in which they run.
#[derive(Debug, Clone)]
pub struct Suite {
    /// The scenarios.
    pub scenarios: Vec<Definition>,
    /// SHA-256 over the names and texts of all feature files.
    pub hash: String,
    /// A laboratory's own scenarios, which run after the suite's and are reported apart.
    pub own: Vec<Definition>,
    /// The files they are written in, named without directories.
    pub own_sources: Vec<Source>,
}

/// What is wrong with a feature file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {what}")]
pub struct FeatureError {
    /// File and line.
    pub origin: String,
    /// What, and the way out.
    pub what: String,
}

impl Suite {
    /// The feature files this binary carries.
    ///
    /// # Errors
    /// Every mistake found in them.
    pub fn embedded() -> Result<Suite, Vec<FeatureError>> {
        let texts = FEATURES.files().filter(|f| f.path().extension().is_some_and(|e| e == "feature"));
        let texts =
            texts.filter_map(|f| Some((f.path().to_str()?.to_owned(), f.contents_utf8()?.to_owned())));
        let suite = Suite::from_texts(texts.collect())?;
        let strangers = suite.scenarios.iter().filter(|s| s.tags.is_own());
        let wrong = strangers.map(|s| s.error(format!("@id:{}: write it as in DX-MON-012", s.tags.id)));
        let wrong: Vec<FeatureError> = wrong.collect();
        if wrong.is_empty() { Ok(suite) } else { Err(wrong) }
    }

    /// Adds a laboratory's own scenarios. Their ids have a prefix of their own, so that they never clash with
    /// the suite's.
    ///
    /// # Errors
    /// Every mistake found in them; a step that has no meaning is one.
    pub fn with_own(self, sources: Vec<Source>) -> Result<Suite, Vec<FeatureError>> {
        let own_sources: Vec<Source> =
            sources.into_iter().map(|s| Source::new(s.file_name(), s.text.clone())).collect();
        let texts = own_sources.iter().map(|s| (s.name.clone(), s.text.clone())).collect();
        let own = Suite::from_texts(texts)?;
        let taken = own.scenarios.iter().filter(|s| !s.tags.is_own()).map(|s| {
            let id = &s.tags.id;
            s.error(format!(
                "@id:{id}: {SUITE_PREFIX}-… is the suite's own: use another prefix, as in LAB-MON-012"
            ))
        });
        let wrong: Vec<FeatureError> = taken.chain(own.meaningless_steps()).collect();
        if wrong.is_empty() { Ok(Suite { own: own.scenarios, own_sources, ..self }) } else { Err(wrong) }
    }

    /// Feature files by name; they run in the order of their names.
    ///
    /// # Errors
    /// Every mistake found in them.
    pub fn from_texts(texts: BTreeMap<String, String>) -> Result<Suite, Vec<FeatureError>> {
        let (mut scenarios, mut errors) = (Vec::new(), Vec::new());
        let mut hash = Sha256::new();
        for (name, text) in &texts {
            hash.update(name.as_bytes());
            hash.update([0]);
            hash.update(text.as_bytes());
            hash.update([0]);
            match Feature::parse(text, GherkinEnv::default()) {
                Ok(feature) => read_feature(name, &feature, &mut scenarios, &mut errors),
                Err(e) => errors.push(FeatureError { origin: name.clone(), what: e.to_string() }),
            }
        }
        let mut seen = BTreeMap::new();
        for s in &scenarios {
            if let Some(first) = seen.insert(s.tags.id.clone(), s.origin.clone()) {
                let what = format!("@id:{} is taken by {first}: ids are never shared", s.tags.id);
                errors.push(FeatureError { origin: s.origin.clone(), what });
            }
        }
        let hash = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        let (own, own_sources) = (Vec::new(), Vec::new());
        if errors.is_empty() { Ok(Suite { scenarios, hash, own, own_sources }) } else { Err(errors) }
    }
}

impl Suite {
    /// Steps that have no meaning, or more than one.
    pub fn meaningless_steps(&self) -> Vec<FeatureError> {
        let steps = self.scenarios.iter().flat_map(|s| s.steps.iter().map(move |step| (s, step)));
        steps
            .filter_map(|(s, step)| {
                let why = crate::phrases::find(step).err()?;
                Some(s.error(format!("{:?} {why}", step.value)))
            })
            .collect()
    }

    /// Scenarios whose `@req` is a behaviour row of none of these archetypes.
    pub fn unknown_rows(&self, archetypes: &[Archetype]) -> Vec<FeatureError> {
        let wrong = self.scenarios.iter().filter_map(|s| {
            let row = s.tags.req.as_ref()?;
            let known = archetypes.iter().any(|a| a.behaviour(row).is_some());
            (!known).then(|| s.error(format!("@req:{row}: no archetype has this row")))
        });
        wrong.collect()
    }
}

impl Definition {
    fn error(&self, what: String) -> FeatureError {
        FeatureError { origin: self.origin.clone(), what }
    }
}

fn read_feature(
    name: &str,
    feature: &Feature,
    scenarios: &mut Vec<Definition>,
    errors: &mut Vec<FeatureError>,
) {
    let (none, before) = (Vec::new(), scenarios.len() + errors.len());
    // What the parser takes for prose may be a misspelt keyword; prose goes into comments.
    let prose = feature.rules.iter().map(|r| (&r.description, r.position.line));
    for (text, line) in prose.chain([(&feature.description, feature.position.line)]) {
        if let Some(stray) = text.as_ref().map(|d| d.trim()).filter(|d| !d.is_empty()) {
            let what = format!("{stray:?} is no keyword line: write prose as a comment (#)");
            errors.push(FeatureError { origin: format!("{name}:{line}"), what });
        }
    }
    let background = feature.background.as_ref().map_or(&none, |b| &b.steps);
    for s in &feature.scenarios {
        collect(name, (feature, None), &feature.tags, background.clone(), s, scenarios, errors);
    }
    for rule in &feature.rules {
        let mut steps = background.clone();
        steps.extend(rule.background.iter().flat_map(|b| b.steps.iter().cloned()));
        let tags: Vec<String> = feature.tags.iter().chain(&rule.tags).cloned().collect();
        for s in &rule.scenarios {
            collect(name, (feature, Some(&rule.name)), &tags, steps.clone(), s, scenarios, errors);
        }
    }
    if scenarios.len() + errors.len() == before {
        errors.push(FeatureError { origin: name.to_owned(), what: "the feature has no scenario".to_owned() });
    }
}

fn collect(
    name: &str,
    (feature, rule): (&Feature, Option<&String>),
    outer: &[String],
    mut steps: Vec<Step>,
    s: &Scenario,
    scenarios: &mut Vec<Definition>,
    errors: &mut Vec<FeatureError>,
) {
    let origin = format!("{name}:{}", s.position.line);
    let mut wrong = |what: String| errors.push(FeatureError { origin: origin.clone(), what });
    if let Some(stray) = s.description.as_ref().map(|d| d.trim()).filter(|d| !d.is_empty()) {
        wrong(format!("{stray:?} is no step: a step starts with Given, When, Then, And or But"));
    }
    if s.steps.is_empty() {
        wrong("the scenario has no steps and would judge nothing".to_owned());
    }
    if !s.steps.iter().any(|step| step.ty == StepType::Then) {
        wrong("the scenario has no Then and would judge nothing".to_owned());
    }
    if let Some(star) = s.steps.iter().find(|step| step.keyword.trim() == "*") {
        wrong(format!("`* {}`: write the keyword out", star.value));
    }
    let raw: Vec<String> = outer.iter().chain(&s.tags).cloned().collect();
    let tags = match Tags::read(&raw) {
        Ok(tags) => tags,
        Err(e) => return wrong(e.to_string()),
    };
    let table = match s.examples.as_slice() {
        [] => None,
        [one] => match Table::read(one) {
            Ok(table) => Some(table),
            Err(e) => return wrong(e),
        },
        _ => return wrong("more than one Examples block: split the scenario".to_owned()),
    };
    match (&table, &tags.req) {
        (None, None) => return wrong(TagError::Missing("req").to_string()),
        (Some(_), Some(_)) => {
            return wrong("@req and an Examples table: the row comes from the table".to_owned());
        }
        _ => {}
    }
    steps.extend(s.steps.iter().cloned());
    let (feature, rule, title) = (feature.name.clone(), rule.cloned(), s.name.clone());
    scenarios.push(Definition { origin, feature, rule, title, tags, steps, table });
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAGS: &str = "@id:DX-AAA-001 @req:B-0001 @level:1 @v:2.1 @stimulus:none @impact:read-only";

    fn errors(text: &str) -> Vec<String> {
        let one = BTreeMap::from([("x.feature".to_owned(), text.to_owned())]);
        Suite::from_texts(one).err().into_iter().flatten().map(|e| e.to_string()).collect()
    }

    #[test]
    fn the_embedded_features_are_in_order() {
        let suite = Suite::embedded().map_err(|e| e.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(suite.unwrap().scenarios.len() > 30);
    }

    #[test]
    fn what_a_stock_parser_lets_through_is_an_error() {
        let scenario = |tags: &str, body: &str| format!("Feature: F\n  {tags}\n  Scenario: S\n{body}");
        let fine = "    Given a connected station\n    Then x\n";
        assert_eq!(errors(&scenario(TAGS, fine)), Vec::<String>::new());
        let misspelt = errors(&scenario(TAGS, "    Gven a connected station\n    Then x\n"));
        assert!(misspelt[0].contains("is no step"), "{misspelt:?}");
        assert!(errors(&scenario(TAGS, ""))[0].contains("no steps"));
        assert!(errors(&scenario(TAGS, "    Given a connected station\n"))[0].contains("no Then"));
        assert!(errors(&scenario(&format!("{TAGS} @wip"), fine))[0].contains("unknown tag @wip"));
        assert!(errors(&scenario("@level:1", fine))[0].contains("is missing"));
        let twice = format!("{}\n  {TAGS}\n  Scenario: T\n{fine}", scenario(TAGS, fine));
        assert!(errors(&twice)[0].contains("ids are never shared"));
        assert!(!errors("Feature: F\nFeature: G\n").is_empty());
    }

    const OWN: &str = "Feature: F\n  @id:LAB-AAA-001 @req:B-0010 @level:1 @v:2.1 @stimulus:none @impact:read-only\n  \
        Scenario: S\n    When the full inventory is requested\n    Then the request is accepted\n";

    fn with_own(texts: &[&str]) -> Result<Suite, Vec<String>> {
        let sources = (1..).zip(texts).map(|(n, text)| Source::new(format!("lab/{n}.feature"), *text));
        let suite = Suite::embedded().unwrap().with_own(sources.collect());
        suite.map_err(|e| e.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn own_scenarios_stand_beside_those_of_the_suite() {
        let (alone, suite) = (Suite::embedded().unwrap(), with_own(&[OWN]).unwrap());
        assert_eq!((suite.scenarios.len(), &suite.hash), (alone.scenarios.len(), &alone.hash));
        assert_eq!((suite.own.len(), suite.own_sources[0].name.as_str()), (1, "1.feature"));
    }

    #[test]
    fn own_scenarios_are_linted_like_those_of_the_suite() {
        let wrong = |from: &str, to: &str| with_own(&[&OWN.replace(from, to)]).unwrap_err().join("\n");
        assert!(wrong("LAB-AAA", "DX-INV").contains("1.feature:3: @id:DX-INV-001: DX-… is the suite's own"));
        assert!(wrong("LAB-AAA", "lab-AAA").contains("write it as in"));
        assert!(wrong("When the", "When a").contains("is no phrase of the suite"));
        assert!(wrong("@req:B-0010 ", "").contains("is missing"));
        assert!(wrong("@v:2.1", "@v:2.1 @wip").contains("unknown tag @wip"));
        assert!(with_own(&[OWN, OWN]).unwrap_err()[0].contains("is taken by 1.feature:3"));
    }

    #[test]
    fn a_row_that_no_archetype_has_is_named() {
        let archetypes = [Archetype::load("ac-wallbox").unwrap()];
        let unknown = |text: &str| {
            let texts = BTreeMap::from([("x.feature".to_owned(), text.to_owned())]);
            Suite::from_texts(texts).unwrap().unknown_rows(&archetypes)
        };
        assert_eq!(unknown(OWN), []);
        let error = unknown(&OWN.replace("B-0010", "B-9999")).remove(0).to_string();
        assert_eq!(error, "x.feature:3: @req:B-9999: no archetype has this row");
    }
}
