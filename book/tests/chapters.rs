//! What chapters say of rows is what the rows say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use book::{Chapter, Files};
use std::collections::BTreeMap;

/// Monitors that a text names, with the number right before them, as in `4 [M-0145]`.
fn rated(text: &str) -> Vec<(u8, &str)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("[M-") {
        let id = text[at + 1..].split(']').next().unwrap();
        let mut before = text[..at].trim_end().chars().rev();
        let digit = before.next().and_then(|c| c.to_digit(10)).and_then(|d| u8::try_from(d).ok());
        // A digit of a longer number or of a word is no severity.
        let alone = before.next().is_some_and(char::is_whitespace);
        found.extend(digit.filter(|_| alone).map(|d| (d, id)));
    }
    found
}

#[test]
fn a_severity_before_a_monitor_is_read_and_other_numbers_are_not() {
    let text = "| lock | 4 [M-0145] | 2\n[M-0146], see [M-0147], V12 [M-0148], 10 [M-0149]";
    assert_eq!(rated(text), [(4, "M-0145"), (2, "M-0146")]);
}

#[test]
fn chapters_give_every_monitor_the_severity_of_its_row() {
    let files = Files::embedded().unwrap();
    let components = files.files.iter().flat_map(|f| &f.components);
    let monitors = components.flat_map(|c| &c.variables).flat_map(|v| &v.monitors);
    let severities: BTreeMap<String, u8> = monitors.map(|m| (m.id.to_string(), m.severity.0)).collect();
    let mut compared = 0;
    for chapter in Chapter::embedded().unwrap() {
        for (said, id) in rated(&chapter.text) {
            let severity = severities.get(id).unwrap_or_else(|| panic!("{}: {id} is no row", chapter.file));
            assert_eq!(said, *severity, "{}: the severity of {id}", chapter.file);
            compared += 1;
        }
    }
    assert!(compared > 60, "only {compared} severities found: are they written in another way now?");
}
