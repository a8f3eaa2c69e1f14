//! The archetype files: those in the binary, or those of a directory that is being edited.

use spec::model::ArchetypeFile;
use spec::{Archetype, LoadError, Source, embedded};
use std::path::Path;

/// Archetypes with the files they are written in.
#[derive(Debug, Clone)]
pub struct Files {
    /// Complete archetypes, in the order of the guideline.
    pub archetypes: Vec<Archetype>,
    /// Every file once: those that are only extended first, then the archetypes' own.
    pub files: Vec<ArchetypeFile>,
}

/// Archetype files that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The directory cannot be listed.
    #[error("{path} cannot be read: {error}")]
    Directory {
        /// The directory.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// One of them cannot be loaded.
    #[error("{name}: {error}")]
    Archetype {
        /// Id or path.
        name: String,
        /// Why.
        error: Box<LoadError>,
    },
    /// There is none.
    #[error("there is no archetype in {path}: name a directory with *.yaml files")]
    Empty {
        /// The directory.
        path: String,
    },
}

/// The normative archetypes of edition 1 come in this order, simple to complex; others after them by name.
const ORDER: [&str; 4] = ["ac-wallbox", "dc-hpc", "dc-satellite", "megawatt"];

impl Files {
    /// The archetypes this binary carries.
    ///
    /// # Errors
    /// When one cannot be loaded.
    pub fn embedded() -> Result<Files, FilesError> {
        Files::load(embedded::ids().into_iter().map(str::to_owned))
    }

    /// Every archetype of a directory. What they extend is looked for there first, then among the embedded ones.
    ///
    /// # Errors
    /// When the directory cannot be read, or one of its archetypes has a mistake.
    pub fn read(directory: &Path) -> Result<Files, FilesError> {
        let shown = directory.display().to_string();
        let cannot = |error| FilesError::Directory { path: shown.clone(), error };
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(directory).map_err(cannot)? {
            let path = entry.map_err(cannot)?.path();
            if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
                paths.push(path.display().to_string());
            }
        }
        paths.sort();
        let files = Files::load(paths)?;
        if files.archetypes.is_empty() { Err(FilesError::Empty { path: shown }) } else { Ok(files) }
    }

    fn load(names: impl IntoIterator<Item = String>) -> Result<Files, FilesError> {
        let mut archetypes = Vec::new();
        for name in names {
            match Archetype::load(&name) {
                Ok(archetype) => archetypes.push(archetype),
                // A file that is only extended is read with the archetypes that extend it.
                Err(LoadError::OnlyExtended { .. }) => {}
                Err(error) => return Err(FilesError::Archetype { name, error: Box::new(error) }),
            }
        }
        archetypes
            .sort_by_key(|a| (ORDER.iter().position(|id| *id == a.id).unwrap_or(ORDER.len()), a.id.clone()));
        let (mut shared, mut own): (Vec<ArchetypeFile>, Vec<ArchetypeFile>) = (Vec::new(), Vec::new());
        let mut seen: Vec<&Source> = Vec::new();
        for source in archetypes.iter().flat_map(|a| &a.sources) {
            if seen.contains(&source) {
                continue;
            }
            seen.push(source);
            // Loading succeeded, so the text has the shape of an archetype.
            let Ok(file) = serde_saphyr::from_str::<ArchetypeFile>(&source.text) else { continue };
            let complete = archetypes.iter().any(|a| a.id == file.id);
            if complete { own.push(file) } else { shared.push(file) }
        }
        shared.extend(own);
        Ok(Files { archetypes, files: shared })
    }

    /// The archetype with an id.
    pub fn archetype(&self, id: &str) -> Option<&Archetype> {
        self.archetypes.iter().find(|a| a.id == id)
    }

    /// Ids of the files an archetype consists of, extended first.
    pub fn chain(&self, archetype: &Archetype) -> Vec<String> {
        // An archetype is extended by its id, which is the name of its file; its own file may have any name.
        let stem = |name: &str| name.rsplit_once('.').map_or(name.to_owned(), |(stem, _)| stem.to_owned());
        let extended = archetype.sources.len().saturating_sub(1);
        let shared = archetype.sources.iter().take(extended).map(|s| stem(&s.name));
        shared.chain([archetype.id.clone()]).collect()
    }
}
