//! An archetype with what it extends, ready to be asked.

use crate::{
    Source, SourceError, embedded,
    lint::{self, Chain, LintReport},
    model::{
        ArchetypeFile, BehaviourRow, ComponentRow, Condition, FaultRow, MonitorRow, Row, Topology, TrendRow,
        VariableRow,
    },
    rows::{RowRef, of_components},
    schema,
    source::hex,
};
use sha2::{Digest, Sha256};
use std::path::Path;

/// An archetype, resolved: rows of what it extends come first, its own last.
#[derive(Debug, Clone)]
pub struct Archetype {
    /// Id used on the command line and on certificates.
    pub id: String,
    /// Name a reader sees.
    pub title: String,
    /// Version of its content.
    pub version: String,
    /// Edition of the guideline.
    pub edition: u32,
    /// What kind of station it is.
    pub summary: String,
    /// Hardware and features that not every product has.
    pub conditions: Vec<Condition>,
    /// Smallest layout it describes.
    pub topology: Topology,
    /// Components with variables and monitors.
    pub components: Vec<ComponentRow>,
    /// Faults.
    pub faults: Vec<FaultRow>,
    /// Behaviours.
    pub behaviours: Vec<BehaviourRow>,
    /// Early signs for operators; never judged.
    pub trends: Vec<TrendRow>,
    /// The files it was read from, named without directories: extended first, its own last.
    pub sources: Vec<Source>,
    /// SHA-256 over the names and texts of the sources, in hex.
    pub hash: String,
}

/// An archetype that cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Neither an embedded id nor a file.
    #[error("there is no archetype `{name}`: {hint}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What could be asked for.
        hint: String,
    },
    /// The file cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The file has errors.
    #[error("{0}")]
    Lint(Box<LintReport>),
    /// The file describes no station of its own.
    #[error("`{id}` has no topology: it is only there to be extended by other archetypes")]
    OnlyExtended {
        /// The archetype.
        id: String,
    },
}

/// Ids of the embedded archetypes a station can be certified against, in alphabetical order.
pub fn embedded_ids() -> Vec<&'static str> {
    embedded::ids().into_iter().filter(|id| Archetype::load(id).is_ok()).collect()
}

impl Archetype {
    /// Loads an embedded archetype by its id (`ac-wallbox`), or the file at a path. A file is linted first; the
    /// embedded ones were linted when this program was built.
    ///
    /// # Errors
    /// When there is no such archetype, or its file cannot be read, has lint errors or no topology.
    pub fn load(arch: &str) -> Result<Archetype, LoadError> {
        let path = Path::new(arch);
        let names_a_file = path.components().count() > 1
            || path.extension().is_some_and(|e| e == "yaml" || e == "yml")
            || (embedded::source(arch).is_none() && path.is_file());
        if names_a_file {
            let chain = Chain::follow(Source::read(path)?, &lint::beside(path));
            let (chain, report) = lint::lint_chain(chain);
            return Archetype::from_chain(chain, report);
        }
        let Some(source) = embedded::source(arch) else {
            let near = lint::nearest_embedded(arch).map(|n| format!("did you mean `{n}`? "));
            let hint =
                format!("{}give one of {}, or the path of a YAML file", near.unwrap_or_default(), listed());
            return Err(LoadError::Unknown { name: arch.to_owned(), hint });
        };
        let mut chain = Chain::follow(source, &embedded::source);
        let report = LintReport::new(std::mem::take(&mut chain.findings), chain.sources.clone());
        Archetype::from_chain(chain, report)
    }

    /// Rebuilds an archetype from the sources kept with a run: extended first, its own last. Only the shape of
    /// the files is checked, so that a run stays readable when lint becomes stricter.
    ///
    /// # Errors
    /// When there is no source, one has not the shape of an archetype, or there is no topology.
    pub fn from_sources(sources: Vec<Source>) -> Result<Archetype, LoadError> {
        let mut chain = Chain { files: Vec::new(), findings: Vec::new(), sources: sources.clone() };
        for source in &sources {
            match lint::read::<ArchetypeFile>(source, schema::archetype()) {
                Ok(file) => chain.files.push(file),
                Err(findings) => chain.findings.extend(findings),
            }
        }
        let report = LintReport::new(std::mem::take(&mut chain.findings), sources);
        Archetype::from_chain(chain, report)
    }

    pub(crate) fn from_chain(chain: Chain, report: LintReport) -> Result<Archetype, LoadError> {
        if report.errors() > 0 {
            return Err(LoadError::Lint(Box::new(report)));
        }
        let mut sources = Vec::new();
        let mut topology = None;
        let (mut conditions, mut components) = (Vec::new(), Vec::new());
        let (mut faults, mut behaviours, mut trends) = (Vec::new(), Vec::new(), Vec::new());
        let mut last = None;
        for read in chain.files {
            let file = read.file;
            sources.push(Source::new(read.doc.source.file_name(), read.doc.source.text.clone()));
            topology = file.topology.or(topology);
            conditions.extend(file.conditions);
            components.extend(file.components);
            faults.extend(file.faults);
            behaviours.extend(file.behaviours);
            trends.extend(file.trends);
            last = Some((file.id, file.title, file.version, file.edition, file.summary));
        }
        let Some((id, title, version, edition, summary)) = last else {
            let hint = "no source of an archetype was kept".to_owned();
            return Err(LoadError::Unknown { name: String::new(), hint });
        };
        let Some(topology) = topology else { return Err(LoadError::OnlyExtended { id }) };
        let hash = hash(&sources);
        Ok(Archetype {
            id,
            title,
            version,
            edition,
            summary,
            conditions,
            topology,
            components,
            faults,
            behaviours,
            trends,
            sources,
            hash,
        })
    }

    /// Every row that binds: components with their variables and monitors, then faults, then behaviours.
    pub fn rows(&self) -> impl Iterator<Item = RowRef<'_>> {
        of_components(&self.components)
            .chain(self.faults.iter().map(RowRef::Fault))
            .chain(self.behaviours.iter().map(RowRef::Behaviour))
    }

    /// The row with an id, with the rows it sits in.
    pub fn find(&self, id: impl AsRef<str>) -> Option<RowRef<'_>> {
        let id = id.as_ref();
        self.rows().find(|r| r.row().id().0 == id)
    }

    /// The row with an id.
    pub fn row(&self, id: impl AsRef<str>) -> Option<&dyn Row> {
        self.find(id).map(RowRef::row)
    }

    /// The component row `C-…`.
    pub fn component(&self, id: impl AsRef<str>) -> Option<&ComponentRow> {
        match self.find(id)? {
            RowRef::Component(c) => Some(c),
            _ => None,
        }
    }

    /// The variable row `V-…` and its component.
    pub fn variable(&self, id: impl AsRef<str>) -> Option<(&ComponentRow, &VariableRow)> {
        match self.find(id)? {
            RowRef::Variable(c, v) => Some((c, v)),
            _ => None,
        }
    }

    /// The monitor row `M-…` with its component and variable.
    pub fn monitor(&self, id: impl AsRef<str>) -> Option<(&ComponentRow, &VariableRow, &MonitorRow)> {
        match self.find(id)? {
            RowRef::Monitor(c, v, m) => Some((c, v, m)),
            _ => None,
        }
    }

    /// The fault row `F-…`.
    pub fn fault(&self, id: impl AsRef<str>) -> Option<&FaultRow> {
        match self.find(id)? {
            RowRef::Fault(f) => Some(f),
            _ => None,
        }
    }

    /// The behaviour row `B-…`.
    pub fn behaviour(&self, id: impl AsRef<str>) -> Option<&BehaviourRow> {
        match self.find(id)? {
            RowRef::Behaviour(b) => Some(b),
            _ => None,
        }
    }

    /// The trend `T-…`.
    pub fn trend(&self, id: impl AsRef<str>) -> Option<&TrendRow> {
        let id = id.as_ref();
        self.trends.iter().find(|t| t.id.0 == id)
    }
}

fn listed() -> String {
    embedded_ids().join(", ")
}

/// Hash over names and texts; the lengths keep two different lists from reading the same.
fn hash(sources: &[Source]) -> String {
    let mut sha = Sha256::new();
    for source in sources {
        for part in [&source.name, &source.text] {
            sha.update((part.len() as u64).to_be_bytes());
            sha.update(part);
        }
    }
    hex(sha.finalize())
}
