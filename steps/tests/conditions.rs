//! Whatever optional hardware a product declares, a reference station built accordingly passes every row that
//! applies to it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::{Outcome, judge_station};
use judge::Verdict;
use ocpp::Version;
use spec::{Archetype, Declaration, Source};

/// A declaration that answers each condition as `has` says.
fn declare(archetype: &Archetype, has: impl Fn(&str) -> bool) -> Declaration {
    let answer = |id: &str| if has(id) { "yes" } else { "no" };
    let answers: String =
        archetype.conditions.iter().map(|c| format!("  {}: {}\n", c.id, answer(&c.id))).collect();
    let head = "schemaVersion: 1\narchetype: ac-wallbox\nproduct:\n  vendor: Diagmark\n  model: Reference\n";
    let text = format!("{head}conditions:\n{answers}");
    Declaration::from_source(Source::new("declaration.yaml", text), archetype).unwrap()
}

fn judged(has: impl Fn(&str) -> bool) -> Outcome {
    let archetype = Archetype::load("ac-wallbox").unwrap();
    let declaration = declare(&archetype, has);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(judge_station(archetype, declaration, Version::V201, 2))
}

/// Judges one product for each condition, on as many threads as there are cores.
fn each_passes(has: impl Fn(&str, &str) -> bool + Sync) {
    let archetype = Archetype::load("ac-wallbox").unwrap();
    let conditions: Vec<&str> = archetype.conditions.iter().map(|c| c.id.as_str()).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = conditions.len().div_ceil(cores);
    std::thread::scope(|s| {
        for part in conditions.chunks(share) {
            let has = &has;
            s.spawn(move || {
                for one in part {
                    let outcome = judged(|condition| has(one, condition));
                    assert_eq!(outcome.trouble(), Vec::<String>::new(), "{one}");
                }
            });
        }
    });
}

#[test]
fn a_product_without_one_of_the_optional_parts_passes() {
    each_passes(|one, condition| condition != one);
}

#[test]
fn a_product_with_only_one_of_the_optional_parts_passes() {
    each_passes(|one, condition| condition == one);
}

#[test]
fn what_is_declared_absent_is_not_judged() {
    let bare = judged(|_| false);
    assert_eq!(bare.trouble(), Vec::<String>::new());
    let applicable =
        |o: &Outcome| o.run.verdicts.iter().filter(|v| v.outcome.verdict() != Verdict::NotApplicable).count();
    assert!(applicable(&bare) < applicable(&judged(|_| true)));
}
