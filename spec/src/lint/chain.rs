//! An archetype file and the ones it extends.

use super::{
    LintCode,
    finding::{Finding, nearest},
    locate::Collector,
    read::{Read, read},
};
use crate::{Source, embedded, model::ArchetypeFile, schema};
use std::path::Path;

/// Finds the file of an archetype by its id.
pub type Resolve<'r> = &'r dyn Fn(&str) -> Option<Source>;

/// Looks beside a file first (`X.yaml`), then among the embedded archetypes.
pub fn beside(path: &Path) -> impl Fn(&str) -> Option<Source> + use<> {
    let directory = path.parent().map(Path::to_path_buf).unwrap_or_default();
    move |id| {
        // An id is a plain name: a file must not reach into other directories.
        let plain = !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        let sibling = plain.then(|| directory.join(format!("{id}.yaml"))).filter(|p| p.is_file());
        match sibling {
            Some(path) => Source::read(&path).ok(),
            None => embedded::source(id),
        }
    }
}

/// An archetype with what it extends, the extended file first, its own last.
pub(crate) struct Chain {
    pub(crate) files: Vec<Read<ArchetypeFile>>,
    pub(crate) findings: Vec<Finding>,
    /// All texts that findings may point into.
    pub(crate) sources: Vec<Source>,
}

impl Chain {
    /// Follows `extends` as far as it can be followed.
    pub(crate) fn follow(source: Source, resolve: Resolve<'_>) -> Chain {
        let mut chain = Chain { files: Vec::new(), findings: Vec::new(), sources: Vec::new() };
        let mut seen = vec![stem(source.file_name()).to_owned()];
        let mut next = Some(source);
        while let Some(source) = next.take() {
            chain.sources.push(source.clone());
            match read::<ArchetypeFile>(&source, schema::archetype()) {
                Err(findings) => chain.findings.extend(findings),
                Ok(file) => {
                    if let Some(id) = &file.file.extends {
                        next = chain.extended(&file, id, &seen, resolve);
                        seen.push(id.clone());
                    }
                    chain.files.insert(0, file);
                }
            }
        }
        chain
    }

    fn extended(
        &mut self,
        file: &Read<ArchetypeFile>,
        id: &str,
        seen: &[String],
        resolve: Resolve<'_>,
    ) -> Option<Source> {
        let mut found = Collector::new(&file.doc);
        let source = if seen.iter().any(|s| s == id) {
            let circle = [seen, &[id.to_owned()]].concat().join(" → ");
            found.at("/extends", LintCode::CyclicExtends, format!("archetypes extend each other: {circle}"));
            None
        } else {
            let source = resolve(id);
            if source.is_none() {
                found
                    .at("/extends", LintCode::UnknownExtends, format!("there is no archetype `{id}`"))
                    .expected(format!("expected a file {id}.yaml beside this one, or an embedded archetype"))
                    .did_you_mean(id, embedded::ids());
            }
            source
        };
        self.findings.append(&mut found.findings);
        source
    }

    /// Whether every file was found and read.
    pub(crate) fn is_complete(&self) -> bool {
        self.findings.is_empty()
    }
}

fn stem(file_name: &str) -> &str {
    file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem)
}

/// The embedded archetype whose id looks most like a name.
pub(crate) fn nearest_embedded(name: &str) -> Option<&'static str> {
    nearest(name, embedded::ids())
}
