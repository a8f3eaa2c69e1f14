//! What is judged by what, as `.ci/run` asks it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::Value;
use support::{code, err, out, run};

#[test]
fn every_requirement_of_block_n_is_judged_or_has_a_reason_in_both_versions() {
    let done = run(&["coverage", "--format", "json"]);
    assert!(code(&done) < 2, "{}", err(&done));
    let coverage: Value = serde_json::from_str(&out(&done)).unwrap();
    assert_eq!(coverage["schemaVersion"], 1);
    assert_eq!(coverage["complete"], code(&done) == 0);
    let of_n: Vec<&Value> = coverage["requirements"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["id"].as_str().unwrap().starts_with('N'))
        .collect();
    assert!(of_n.len() > 150, "{}", of_n.len());
    let open: Vec<String> = of_n
        .iter()
        .flat_map(|r| r["versions"].as_array().unwrap().iter().map(move |v| (r, v)))
        .filter(|(_, v)| v["standing"] == "open")
        .map(|(r, v)| format!("{} in {}", r["id"], v["version"]))
        .collect();
    assert_eq!(open, Vec::<String>::new());
    for version in ["2.0.1", "2.1"] {
        let judged = of_n.iter().flat_map(|r| r["versions"].as_array().unwrap());
        assert!(judged.filter(|v| v["version"] == version && v["standing"] == "covered").count() > 60);
    }
}

#[test]
fn the_text_begins_with_what_it_comes_to() {
    let done = run(&["coverage"]);
    let text = out(&done);
    let first = text.lines().next().unwrap();
    let expected = if code(&done) == 0 { "COMPLETE: " } else { "INCOMPLETE: " };
    assert!(first.starts_with(expected), "{first}");
    for word in ["N Diagnostics", "megawatt", "N04.FR.10", "DX-INV-010"] {
        assert!(text.contains(word), "{word}");
    }
    assert!(text.lines().all(|l| l.chars().count() <= 100 && l == l.trim_end()));
}
