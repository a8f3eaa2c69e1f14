//! `diagmark prove`: defects that the suite must catch, and legal stations that it must leave alone.

use crate::args;
use crate::fault::Fault;
use crate::progress::say;
use ::prove::{Deviation, Matrix, Proven, deviations, publish};
use report::ProofFile;
use report::proof::DeviationKind;
use spec::embedded_ids;
use std::fmt::Write as _;
use std::path::Path;
use trace::Trace;

/// Most faults of one run that are told on the terminal; all are in the matrix.
const SHOWN: usize = 12;

pub(crate) fn prove(args: &args::Prove) -> Result<u8, Fault> {
    let clock = net::Clock::wall();
    let begun = clock.now();
    let matrix = matrix(args)?;
    let proven = matrix.run(&|p| tell(p));
    let took = clock.now().duration_since(begun).as_secs_f64();
    let file = publish(&proven, args.seed, args.deviate.is_empty()).map_err(Fault::internal)?;
    if let Some(out) = &args.out {
        write(out, &file, &proven)?;
    }
    crate::print(&summary(&file, proven.len(), took));
    Ok(file.exit_code())
}

/// Which deviations run where.
fn matrix(args: &args::Prove) -> Result<Matrix, Fault> {
    let deviations = if args.deviate.is_empty() {
        deviations::all()
    } else {
        args.deviate.iter().map(|name| named(name)).collect::<Result<_, _>>()?
    };
    let matrix = Matrix::new(deviations, args.seed);
    if !args.all && args.archetype.is_empty() {
        return Ok(matrix);
    }
    let known = embedded_ids();
    for id in &args.archetype {
        if !known.contains(&id.as_str()) {
            return Err(Fault::input(format!("there is no archetype {id}; there are {}", known.join(", "))));
        }
    }
    if args.all {
        return Ok(Matrix { replays: true, ..matrix.on(&known) });
    }
    Ok(matrix.on(&args.archetype.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// A deviation by its name.
pub(crate) fn named(name: &str) -> Result<Deviation, Fault> {
    deviations::named(name).ok_or_else(|| {
        let all = deviations::all();
        let close = spec::nearest(name, all.iter().map(|d| d.name));
        let close = close.map(|close| format!("; did you mean {close}?")).unwrap_or_default();
        Fault::input(format!("there is no deviation {name}{close} (the guideline lists them under Proof)"))
    })
}

fn tell(p: &Proven) {
    let of = format!("{} {} {}", p.job.deviation.name, p.job.archetype, p.job.version);
    for fault in p.judgement.faults.iter().take(SHOWN) {
        say(&format!("{of}: {fault}"));
    }
    if let Some(more) = p.judgement.faults.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        say(&format!("{of}: and {more} more"));
    }
}

/// Writes the matrix, and the evidence of each run that is not as it must be.
fn write(out: &Path, file: &ProofFile, proven: &[Proven]) -> Result<(), Fault> {
    let failed = |path: &Path, e: &dyn std::fmt::Display| Fault::input(format!("{}: {e}", path.display()));
    std::fs::create_dir_all(out).map_err(|e| failed(out, &e))?;
    let text = serde_json::to_string_pretty(file).map_err(Fault::internal)?;
    let path = out.join("proof.json");
    report::put(&path, &format!("{text}\n")).map_err(|e| failed(&path, &e))?;
    for p in proven {
        let Some(ran) = &p.ran else { continue };
        let job = &p.job;
        let dir = out.join(format!("{}-{}-{}", job.deviation.name, job.archetype, job.version));
        std::fs::create_dir_all(&dir).map_err(|e| failed(&dir, &e))?;
        let path = dir.join("evidence.jsonl");
        // A new proof takes the place of the old one.
        if path.exists() {
            std::fs::remove_file(&path).map_err(|e| failed(&path, &e))?;
        }
        let mut evidence = Trace::in_file(&path).map_err(|e| failed(&path, &e))?;
        for record in &ran.records {
            evidence.append(record.t, record.body.clone());
        }
        if let Some(trouble) = evidence.trouble() {
            return Err(failed(&path, &trouble));
        }
    }
    Ok(())
}

fn summary(file: &ProofFile, runs: usize, took: f64) -> String {
    let mut text = String::new();
    let (defects, killed) = file.count(DeviationKind::Defect);
    let (variants, left) = file.count(DeviationKind::Variant);
    let _ = writeln!(text, "defects   {killed} of {defects} caught, each by the rows it breaks and no other");
    let _ = writeln!(text, "variants  {left} of {variants} left alone");
    if !file.rows.is_empty() {
        let caught = file.rows.iter().filter(|r| !r.killed.is_empty()).count();
        let reasoned = file.rows.iter().filter(|r| r.killed.is_empty() && r.reason.is_some()).count();
        let open: Vec<&str> =
            file.rows.iter().filter(|r| !r.is_settled()).map(|r| r.row.0.as_str()).collect();
        let _ = writeln!(
            text,
            "must rows {} of {} made to fail by a defect, {reasoned} have a reason, {} neither",
            caught,
            file.rows.len(),
            open.len()
        );
        if !open.is_empty() {
            let _ = writeln!(text, "          neither: {}", open.join(" "));
        }
    }
    let _ = writeln!(text, "{runs} runs in {took:.1} s, seed {}", file.seed);
    text
}
