//! A declaration against its archetype.

use super::{
    LintCode,
    finding::nearest,
    locate::{Collector, step},
    references,
};
use crate::{
    Archetype,
    declaration::deadline_of,
    embedded_ids,
    model::{Answer, DeclarationFile},
};

/// The archetype named does not exist.
pub(super) fn unknown_archetype(found: &mut Collector<'_>, written: &str) {
    let ids = embedded_ids();
    found
        .at("/archetype", LintCode::UnknownArchetype, format!("there is no archetype `{written}`"))
        .expected(match ids.is_empty() {
            true => format!("expected a file {written}.yaml beside this one"),
            false => format!("expected {}, or a file beside this one", ids.join(", ")),
        })
        .did_you_mean(written, ids);
}

/// Everything a declaration says, judged by its archetype.
pub(super) fn check(found: &mut Collector<'_>, file: &DeclarationFile, archetype: &Archetype) {
    for (at, text) in [("/product/vendor", &file.product.vendor), ("/product/model", &file.product.model)] {
        if text.trim().is_empty() {
            found
                .at_key(at, LintCode::EmptyText, "the product has no name")
                .expected("write it as in BootNotification");
        }
    }
    if let Some(topology) = &file.topology {
        references::topology(found, topology);
    }
    conditions(found, file, archetype);
    deadlines(found, file, archetype);
}

fn conditions(found: &mut Collector<'_>, file: &DeclarationFile, archetype: &Archetype) {
    let known: Vec<&str> = archetype.conditions.iter().map(|c| c.id.as_str()).collect();
    for written in file.conditions.keys().filter(|c| !known.contains(&c.as_str())) {
        let at = format!("/conditions/{}", step(written));
        let finding = found.at_key(
            &at,
            LintCode::UnknownCondition,
            format!("`{}` asks nothing about `{written}`", archetype.id),
        );
        finding.expected(references::one_of_conditions(&known));
        finding.did_you_mean(written, known.iter().copied());
    }
    for condition in &archetype.conditions {
        let at = format!("/conditions/{}", step(&condition.id));
        match file.conditions.get(&condition.id) {
            Some(Answer::Yes | Answer::No) => {}
            Some(Answer::Unknown) => {
                found
                    .at(&at, LintCode::UndeclaredCondition, format!("`{}` is left open", condition.id))
                    .expected(format!("answer yes or no: {}", condition.question))
                    .help("a certification needs an answer")
                    .warning();
            }
            None => {
                found
                    .at(
                        "/conditions",
                        LintCode::UndeclaredCondition,
                        format!("`{}` is not answered", condition.id),
                    )
                    .expected(format!(
                        "add `{}: yes` or `{}: no`: {}",
                        condition.id, condition.id, condition.question
                    ))
                    .help("a certification needs an answer")
                    .warning();
            }
        }
    }
}

fn deadlines(found: &mut Collector<'_>, file: &DeclarationFile, archetype: &Archetype) {
    for (id, declared) in &file.deadlines {
        let at = format!("/deadlines/{}", step(&id.0));
        let Some(row) = archetype.find(id) else {
            let rows =
                archetype.rows().filter(|r| deadline_of(*r).0.is_some()).map(|r| r.row().id().0.as_str());
            let near = nearest(&id.0, rows);
            let finding =
                found.at_key(&at, LintCode::UnknownRow, format!("`{}` has no row `{id}`", archetype.id));
            if let Some(near) = near {
                finding.help(format!("did you mean `{near}`?"));
            }
            continue;
        };
        match deadline_of(row) {
            (None, _) => {
                found
                    .at_key(&at, LintCode::UnknownRow, format!("`{id}` has no deadline"))
                    .expected("only a deadline that the archetype sets can be lengthened");
            }
            (Some(own), max) if *declared > max.unwrap_or(own) => {
                let most = max.unwrap_or(own);
                found
                    .at(&at, LintCode::DeadlineTooLong, format!("{declared} is longer than `{id}` allows"))
                    .expected(format!("expected at most {most}"));
            }
            (Some(own), _) if *declared <= own => {
                found
                    .at(
                        &at,
                        LintCode::DeadlineNotLonger,
                        format!("{declared} does not lengthen the deadline"),
                    )
                    .expected(format!("`{id}` allows {own} already"))
                    .warning();
            }
            _ => {}
        }
    }
}
