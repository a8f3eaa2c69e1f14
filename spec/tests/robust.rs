//! Lint is run on files of strangers: it must not panic, and must not take long.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use proptest::prelude::*;
use spec::{Archetype, LintCode, Source, lint};

fn codes(text: String) -> Vec<LintCode> {
    let report = lint::lint_archetype(Source::new("x.yaml", text), &|_| None);
    let _ = report.to_string();
    report.findings.iter().map(|f| f.code).collect()
}

#[test]
fn aliases_cannot_grow_a_file() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..30 {
        let prior = format!("*a{}", i - 1);
        text += &format!("a{i}: &a{i} [{}]\n", [prior.as_str(); 10].join(", "));
    }
    assert!(codes(text).contains(&LintCode::UnsupportedYaml));
}

#[test]
fn very_deep_nesting_is_refused() {
    assert!(
        codes("[".repeat(5_000)).iter().all(|c| [LintCode::UnsupportedYaml, LintCode::NotYaml].contains(c))
    );
    assert!(codes(format!("{}x", "- ".repeat(40))).contains(&LintCode::UnsupportedYaml));
}

#[test]
fn a_file_full_of_mistakes_is_cut_off() {
    assert!(codes((0..20_000).map(|i| format!("key{i}: 1\n")).collect()).len() <= 1001);
    assert!(codes("key: 1\n".repeat(20_000)).len() <= 1001);
    assert!(codes(format!("schemaVersion: 1\nfaults:\n{}", "- 1\n".repeat(20_000))).len() <= 1001);
    assert!(codes("- &a !t 1\n".repeat(20_000)).len() <= 1001);
    let dangling =
        format!("        unit: Celsius\n        readWith: [{}]\n", vec!["V-0002"; 20_000].join(", "));
    let good = include_str!("lint/base.yaml").replace("        unit: Celsius\n", &dangling);
    let found = codes(good);
    assert!(found.contains(&LintCode::DanglingReference) && found.len() <= 1001, "{}", found.len());
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let source = Source::new("x.yaml", "schemaVersion: 1\n\"\\e[31mred\": 1\n");
    let shown = lint::lint_archetype(source, &|_| None).to_string();
    assert!(!shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn an_archetype_cannot_reach_into_other_directories() {
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let base = include_str!("lint/base.yaml");
    std::fs::write(directory.path().join("base.yaml"), base).unwrap();
    let own = base.replace("id: base", "id: own\nextends: ../base");
    std::fs::write(inner.join("own.yaml"), own).unwrap();
    let error = Archetype::load(inner.join("own.yaml").to_str().unwrap()).unwrap_err();
    assert!(error.to_string().contains("unknown-extends"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_text_makes_lint_panic(text in "[-a-z:{}\\[\\]&*!|>'\"#, \n\té\u{1F50C}0-9]{0,200}") {
        codes(text.clone());
        let _ = lint::lint_declaration(Source::new("d.yaml", text), &|_| None).to_string();
    }

    #[test]
    fn no_damage_to_a_good_file_makes_lint_panic(
        at in 0usize..1500, length in 0usize..40, with in "[-a-z:{}\\[\\]&*'\" \n0-9é]{0,12}"
    ) {
        let mut text = include_str!("lint/base.yaml").to_owned();
        let start = text.floor_char_boundary(at.min(text.len()));
        let end = text.ceil_char_boundary((start + length).min(text.len()));
        text.replace_range(start..end, &with);
        codes(text);
    }
}
