//! A declaration with nothing answered, for a maker who starts without a station at hand.

use spec::Archetype;
use std::fmt::Write as _;

/// Columns of the file.
const WIDTH: usize = 100;

/// The declaration of an archetype with every condition left open.
pub(super) fn empty(a: &Archetype) -> String {
    let mut out = String::new();
    comment(
        &mut out,
        0,
        &format!(
            "Declaration of a product as {}. Fill in the product, the OCPP versions and the layout, \
        and answer every condition with yes or no: a certification refuses `unknown`.",
            a.title
        ),
    );
    // Writing into a String cannot fail.
    let _ = writeln!(out, "schemaVersion: 1\narchetype: {}\n", a.id);
    out.push_str("product:\n  vendor: unknown\n  model: unknown\n  # firmware: 1.0.0\n\n");
    out.push_str("ocpp:\n  - version: \"2.0.1\"\n    edition: 3\n  - version: \"2.1\"\n    edition: 1\n\n");
    comment(&mut out, 0, "One entry per EVSE. This is the smallest layout of the archetype.");
    out.push_str("topology:\n  evses:\n");
    for evse in &a.topology.evses {
        let _ = writeln!(out, "    - connectors: {}", evse.connectors);
    }
    out.push_str("\nconditions:\n");
    for condition in &a.conditions {
        comment(&mut out, 2, &condition.question);
        let _ = writeln!(out, "  {}: unknown", condition.id);
    }
    out
}

fn comment(out: &mut String, indent: usize, text: &str) {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && indent + 3 + line.chars().count() + word.chars().count() > WIDTH {
            let _ = writeln!(out, "{:indent$}# {line}", "");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(out, "{:indent$}# {line}", "");
}

#[cfg(test)]
mod tests {
    use spec::{Archetype, Declaration, Source};

    #[test]
    fn an_empty_declaration_is_a_declaration_with_everything_open() {
        for id in spec::embedded_ids() {
            let archetype = Archetype::load(id).unwrap();
            let source = Source::new("declaration.yaml", super::empty(&archetype));
            let declaration = Declaration::from_source(source, &archetype).unwrap();
            assert_eq!(
                declaration.answered(spec::model::Answer::Unknown).count(),
                archetype.conditions.len(),
                "{id}"
            );
            assert_eq!(declaration.topology(), &archetype.topology);
        }
    }
}
