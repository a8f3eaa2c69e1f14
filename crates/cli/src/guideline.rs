//! `diagmark guideline`: the guideline as a book.

mod diff;
mod serve;

use crate::args;
use crate::fault::Fault;
use crate::progress::say;
use ::report::{exit, schema};
use book::{Book, Chapter, Edition, Example, ExitCode, Files, Phrase, Scenario, Step};
use std::path::Path;
use steps::Suite;
use steps::plan::Definition;

pub(crate) fn guideline(args: args::Guideline) -> Result<u8, Fault> {
    match args.command {
        args::GuidelineCommand::Build(args) => build(&args),
        args::GuidelineCommand::Serve(args) => serve::serve(&args),
        args::GuidelineCommand::Diff(args) => diff::diff(&args),
    }
}

fn build(args: &args::GuidelineBuild) -> Result<u8, Fault> {
    let clock = net::Clock::wall();
    let begun = clock.now();
    let made = write(&args.sources, &args.out)?;
    let broken = book::broken_links(&args.out).map_err(Fault::internal)?;
    if !broken.is_empty() {
        return Err(Fault::input(format!(
            "links of {} that lead nowhere:\n{}",
            args.out.display(),
            broken.join("\n")
        )));
    }
    let took = clock.now().duration_since(begun).as_secs_f64();
    crate::print(&format!("{}\n", args.out.join("index.html").display()));
    say(&format!("{} pages and {} annexes in {took:.1} s", made.pages, made.annexes));
    Ok(exit::CONFORMING)
}

/// Makes the book from what is in the binary, or from the directories that are given, and writes it.
fn write(sources: &args::GuidelineSources, out: &Path) -> Result<book::Written, Fault> {
    let edition = edition(sources)?;
    Book::compose(&edition).and_then(|book| book.write(out)).map_err(Fault::input)
}

fn edition(sources: &args::GuidelineSources) -> Result<Edition, Fault> {
    let files = match &sources.archetypes {
        Some(directory) => Files::read(directory),
        None => Files::embedded(),
    }
    .map_err(Fault::input)?;
    let chapters = match &sources.chapters {
        Some(directory) => Chapter::read(directory),
        None => Chapter::embedded(),
    }
    .map_err(Fault::input)?;
    let suite = Suite::embedded()
        .map_err(|e| Fault::internal(e.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    let schemas = [
        ("result-1.json", schema::result()),
        ("gap-1.json", schema::gap()),
        ("certificate-1.json", schema::certificate()),
        ("keys-1.json", schema::keys()),
        ("coverage-1.json", schema::coverage()),
        ("proof-1.json", schema::proof()),
        ("redaction-1.json", schema::redaction()),
    ];
    Ok(Edition {
        scenarios: suite.scenarios.iter().map(|d| scenario(d, &files)).collect(),
        files,
        chapters,
        phrases: steps::phrases().into_iter().map(phrase).collect(),
        exit_codes: exit::MEANINGS
            .iter()
            .map(|(code, meaning)| ExitCode { code: *code, meaning: (*meaning).to_owned() })
            .collect(),
        schemas: schemas.into_iter().map(|(name, schema)| (name.to_owned(), schema.clone())).collect(),
        examples: Example::embedded().map_err(Fault::internal)?,
        proof: Some(book::proof().map_err(Fault::internal)?),
    })
}

/// A scenario as the book shows it, with every row of any archetype that it judges.
fn scenario(d: &Definition, files: &Files) -> Scenario {
    let of_table = d.table.into_iter().flat_map(|table| {
        files.archetypes.iter().flat_map(move |a| {
            table.rows(a, &a.topology).into_iter().map(|row| row.row.id().clone()).collect::<Vec<_>>()
        })
    });
    Scenario {
        id: d.tags.id.clone(),
        title: d.title.clone(),
        feature: d.feature.clone(),
        rule: d.rule.clone(),
        origin: d.origin.clone(),
        table: d.table.map(|table| table.name().to_owned()),
        rows: d.tags.req.iter().cloned().chain(of_table).collect(),
        level: d.tags.level,
        versions: d.tags.versions.clone(),
        ocpp: d.tags.ocpp.clone(),
        needs: d.tags.needs.clone(),
        stimulus: d.tags.stimulus.as_str().to_owned(),
        impact: d.tags.impact.as_str().to_owned(),
        steps: d
            .steps
            .iter()
            .map(|s| Step {
                keyword: s.keyword.trim().to_owned(),
                text: s.value.clone(),
                table: s.table.as_ref().map(|t| t.rows.clone()).unwrap_or_default(),
            })
            .collect(),
    }
}

/// A phrase, by the name of the file it is in.
fn phrase(p: steps::Phrase) -> Phrase {
    let file = p.file.rsplit('/').next().unwrap_or_default();
    let topic = file.strip_suffix(".rs").unwrap_or(file).to_owned();
    Phrase { topic, keyword: p.keyword.to_owned(), expression: p.expression }
}
