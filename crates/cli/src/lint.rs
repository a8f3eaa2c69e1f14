//! `diagmark lint`: archetypes, declarations and feature files.

use crate::args;
use crate::fault::Fault;
use report::exit;
use spec::lint::{LintReport, Style, lint_paths};
use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use steps::Suite;

pub(crate) fn lint(args: &args::Lint) -> Result<u8, Fault> {
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
        Ok(suite) => suite.meaningless_steps(),
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

fn collect(
    path: &Path,
    yaml: &mut Vec<PathBuf>,
    features: &mut BTreeMap<String, String>,
) -> Result<(), Fault> {
    let cannot = |e: std::io::Error| Fault::input(format!("{} cannot be read: {e}", path.display()));
    let is_feature = |p: &Path| p.extension().is_some_and(|e| e == "feature");
    if path.is_dir() {
        let mut entries: Vec<PathBuf> = Vec::new();
        for entry in std::fs::read_dir(path).map_err(cannot)? {
            entries.push(entry.map_err(cannot)?.path());
        }
        entries.sort();
        if entries.iter().any(|p| is_feature(p)) {
            for p in entries.iter().filter(|p| is_feature(p)) {
                collect(p, yaml, features)?;
            }
            return Ok(());
        }
    } else if is_feature(path) {
        features.insert(path.display().to_string(), std::fs::read_to_string(path).map_err(cannot)?);
        return Ok(());
    }
    yaml.push(path.to_owned());
    Ok(())
}
