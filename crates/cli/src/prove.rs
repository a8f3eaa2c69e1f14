//! `diagmark prove`: defects that the suite must catch, and legal stations that it must leave alone.

use crate::args;
use crate::fault::Fault;
use crate::progress::say;
use ::prove::{Deviation, Matrix, Proven, deviations};
use report::exit;
use std::fmt::Write as _;

/// Most faults of one run that are told on the terminal; all are in the matrix.
const SHOWN: usize = 12;

pub(crate) fn prove(args: &args::Prove) -> Result<u8, Fault> {
    let clock = net::Clock::wall();
    let begun = clock.now();
    let matrix = matrix(args)?;
    let proven = matrix.run(&|p| {
        let of = format!("{} {} {}", p.job.deviation.name, p.job.archetype, p.job.version);
        for fault in p.judgement.faults.iter().take(SHOWN) {
            say(&format!("{of}: {fault}"));
        }
        if let Some(more) = p.judgement.faults.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            say(&format!("{of}: and {more} more"));
        }
    });
    let took = clock.now().duration_since(begun).as_secs_f64();
    crate::print(&summary(&proven, took, args.seed));
    let good = proven.iter().all(|p| p.judgement.is_good());
    Ok(if good { exit::CONFORMING } else { exit::NOT_CONFORMING })
}

/// Which deviations run where.
fn matrix(args: &args::Prove) -> Result<Matrix, Fault> {
    let deviations = if args.deviate.is_empty() {
        deviations::all()
    } else {
        args.deviate.iter().map(|name| named(name)).collect::<Result<_, _>>()?
    };
    Ok(Matrix::new(deviations, args.seed))
}

/// A deviation by its name.
pub(crate) fn named(name: &str) -> Result<Deviation, Fault> {
    deviations::named(name).ok_or_else(|| Fault::input(format!("there is no deviation {name}")))
}

fn summary(proven: &[Proven], took: f64, seed: u64) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{} runs in {took:.1} s, seed {seed}", proven.len());
    text
}
