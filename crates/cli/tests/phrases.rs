//! The phrases of the suite are listed from the code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::Value;
use support::{code, err, out, root, run};

fn listed() -> Vec<Value> {
    let run = run(&["lint", "--phrases", "--format", "json"]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    serde_json::from_str(&out(&run)).unwrap()
}

#[test]
fn every_phrase_is_where_the_list_says() {
    let all = listed();
    assert!(all.len() > 40, "{} phrases", all.len());
    for phrase in all {
        let text = |key: &str| phrase[key].as_str().unwrap().to_owned();
        let file = std::fs::read_to_string(root().join(text("file"))).unwrap();
        let line = phrase["line"].as_u64().unwrap() as usize;
        let attribute = file.lines().skip(line - 1).take(2).collect::<String>();
        assert!(
            attribute.contains(&format!("#[{}(", text("keyword").to_lowercase())),
            "{phrase}: {attribute}"
        );
        let written = text("expression").replace('"', "\\\"");
        assert!(attribute.contains(&written), "{phrase}: {attribute}");
    }
}

#[test]
fn the_list_is_sorted_by_topic_and_line() {
    let at = |p: &Value| (p["file"].as_str().unwrap().to_owned(), p["line"].as_u64().unwrap());
    assert!(listed().iter().map(at).is_sorted());
}

#[test]
fn people_get_columns() {
    let run = run(&["lint", "--phrases"]);
    assert_eq!(code(&run), 0, "{}", err(&run));
    let text = out(&run);
    let line = text.lines().find(|l| l.contains("the full inventory is requested")).unwrap();
    assert!(line.starts_with("When   the full inventory is requested  "), "{line}");
    assert!(line.contains("  steps/src/phrases/inventory.rs:"), "{line}");
    assert!(text.trim_end().ends_with("phrases"), "{text}");
}

#[test]
fn phrases_and_paths_do_not_go_together() {
    assert_eq!(code(&run(&["lint", "--phrases", "features"])), 2);
    assert_eq!(code(&run(&["lint", "--format", "json", "features"])), 2);
}
