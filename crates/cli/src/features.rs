//! The scenarios of a run: the suite's, and those of a laboratory beside them.

use crate::fault::Fault;
use spec::Source;
use std::path::{Path, PathBuf};
use steps::Suite;
use steps::plan::FeatureError;

/// The suite's scenarios and those in a directory.
pub(crate) fn suite(own: Option<&Path>) -> Result<Suite, Fault> {
    let suite = Suite::embedded().map_err(|e| Fault::internal(lines(&e)))?;
    let Some(directory) = own else { return Ok(suite) };
    let at = directory.display();
    let files = in_directory(directory)?;
    if files.is_empty() {
        return Err(Fault::input(format!("--features {at}: there is no *.feature file in it")));
    }
    let sources = files.iter().map(|p| Source::read(p)).collect::<Result<_, _>>().map_err(Fault::input)?;
    suite.with_own(sources).map_err(|e| Fault::input(format!("--features {at}:\n{}", lines(&e))))
}

/// The feature files of a directory, in the order in which they run.
pub(crate) fn in_directory(directory: &Path) -> Result<Vec<PathBuf>, Fault> {
    let cannot = |e: std::io::Error| Fault::input(format!("{} cannot be read: {e}", directory.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(cannot)? {
        files.push(entry.map_err(cannot)?.path());
    }
    files.retain(|p| is_feature(p));
    files.sort();
    Ok(files)
}

/// Whether a file is named like a feature file.
pub(crate) fn is_feature(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "feature")
}

fn lines(errors: &[FeatureError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
