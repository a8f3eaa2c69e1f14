//! `diagmark lint`: archetypes, declarations, lists of expected failures and feature files.

use crate::args::Format;
use crate::fault::Fault;
use crate::features::{in_directory, is_feature};
use crate::{args, phrases};
use report::exit;
use spec::lint::{LintReport, Style, lint_paths};
use spec::{Archetype, Source};
use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use steps::Suite;

pub(crate) fn lint(args: &args::Lint) -> Result<u8, Fault> {
    if args.phrases {
        return phrases::phrases(args.format);
    }
    if args.format == Format::Json {
        return Err(Fault::input("--format json is for --phrases: findings are printed as text"));
    }
    let mut paths = args.paths.clone();
    if paths.is_empty() {
        paths = ["archetypes", "features"].map(PathBuf::from).into_iter().filter(|p| p.exists()).collect();
        if paths.is_empty() {
            return Err(Fault::input("no archetypes or features here: name the files to check"));
        }
    }
    let (mut yaml, mut features) = (Vec::new(), BTreeMap::new());
    for path in &paths {
        collect(path, &mut yaml, &mut features)?;
    }
    let report = if yaml.is_empty() { LintReport::default() } else { lint_paths(&yaml) };
    let count = features.len();
    let broken = match Suite::from_texts(features) {
        Ok(suite) => [suite.meaningless_steps(), suite.unknown_rows(&archetypes(&yaml))].concat(),
        Err(errors) => errors,
    };
    let style = if std::io::stdout().is_terminal() { Style::Colour } else { Style::Plain };
    let mut text = if report.is_clean() { String::new() } else { report.render(style) };
    for error in &broken {
        text.push_str(&format!("error: {error}\n"));
    }
    let (errors, warnings) = (report.errors() + broken.len(), report.warnings());
    text.push_str(&format!(
        "{} YAML path(s), {count} feature file(s): {errors} error(s), {warnings} warning(s)\n",
        yaml.len()
    ));
    crate::print(&text);
    Ok(if errors > 0 { exit::USAGE } else { exit::CONFORMING })
}

/// The archetypes that rows of scenarios may be of: the embedded ones, and those that are linted too.
fn archetypes(yaml: &[PathBuf]) -> Vec<Archetype> {
    let named = yaml.iter().filter(|p| p.is_file()).filter_map(|p| p.to_str());
    spec::embedded_ids().into_iter().chain(named).filter_map(|a| Archetype::load(a).ok()).collect()
}

fn collect(
    path: &Path,
    yaml: &mut Vec<PathBuf>,
    features: &mut BTreeMap<String, String>,
) -> Result<(), Fault> {
    if is_feature(path) {
        let source = Source::read(path).map_err(Fault::input)?;
        features.insert(source.name, source.text);
        return Ok(());
    }
    let inside = if path.is_dir() { in_directory(path)? } else { Vec::new() };
    if inside.is_empty() || holds_yaml(path) {
        yaml.push(path.to_owned());
    }
    inside.iter().try_for_each(|p| collect(p, yaml, features))
}

fn holds_yaml(directory: &Path) -> bool {
    let is_yaml = |p: PathBuf| p.extension().is_some_and(|e| e == "yaml" || e == "yml");
    std::fs::read_dir(directory).is_ok_and(|all| all.flatten().any(|e| is_yaml(e.path())))
}
