//! What a manufacturer declares of one product, and what of the archetype therefore applies to it.

use crate::{
    Archetype, Source, SourceError,
    lint::{self, LintReport},
    model::{Answer, DeclarationFile, DeclaredVersion, Period, Product, Row, RowId, Topology},
    rows::RowRef,
    schema,
};
use ocpp::Version;
use std::{collections::BTreeMap, path::Path, time::Duration};

/// A declaration, checked against its archetype; or one of the two that need no file.
#[derive(Debug, Clone)]
pub struct Declaration {
    source: Option<Source>,
    file: Option<DeclarationFile>,
    topology: Topology,
    /// Answers in the order of the archetype's conditions.
    answers: Vec<(String, Answer)>,
    deadlines: BTreeMap<RowId, Duration>,
    scopes: BTreeMap<RowId, Scope>,
}

/// What must hold for a row to apply: its own condition and versions and those of the rows it sits in.
#[derive(Debug, Clone, Default)]
struct Scope {
    whens: Vec<String>,
    versions: Vec<Vec<Version>>,
    /// Monitors of a fault: one that applies is enough.
    monitors: Vec<RowId>,
}

/// Whether a row applies to a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applies {
    /// It does.
    Yes,
    /// It does not, for this reason.
    No(String),
    /// It depends on this condition, which is not declared.
    Undeclared(String),
}

/// A declaration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DeclarationError {
    /// The file cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The file has errors.
    #[error("{0}")]
    Lint(Box<LintReport>),
    /// It is about another archetype.
    #[error("{name} declares a product for archetype `{declared}`, not `{used}`: use --archetype {declared}")]
    OtherArchetype {
        /// The declaration.
        name: String,
        /// What it says.
        declared: String,
        /// What the run is about.
        used: String,
    },
    /// Conditions are left open that a certification needs.
    #[error("the declaration leaves open {}: answer each with yes or no", .0.join(", "))]
    Undeclared(Vec<String>),
}

impl Declaration {
    /// Reads and lints a declaration file.
    ///
    /// # Errors
    /// When it cannot be read, has lint errors or is about another archetype. Conditions left open are no error
    /// here; see [`Declaration::require_answers`].
    pub fn load(path: impl AsRef<Path>, archetype: &Archetype) -> Result<Declaration, DeclarationError> {
        let source = Source::read(path.as_ref())?;
        let declaration = Declaration::from_source(source.clone(), archetype)?;
        let report = lint::lint_declaration_against(source, archetype);
        if report.errors() > 0 {
            return Err(DeclarationError::Lint(Box::new(report)));
        }
        Ok(declaration)
    }

    /// Rebuilds a declaration from the source kept with a run. Only its shape is checked, so that a run stays
    /// readable when lint becomes stricter.
    ///
    /// # Errors
    /// When it has not the shape of a declaration or is about another archetype.
    pub fn from_source(source: Source, archetype: &Archetype) -> Result<Declaration, DeclarationError> {
        let file = match lint::read::<DeclarationFile>(&source, schema::declaration()) {
            Ok(read) => read.file,
            Err(findings) => {
                let report = LintReport::new(findings, vec![source]);
                return Err(DeclarationError::Lint(Box::new(report)));
            }
        };
        if file.archetype != archetype.id {
            return Err(DeclarationError::OtherArchetype {
                name: source.name,
                declared: file.archetype,
                used: archetype.id.clone(),
            });
        }
        let answer = |id: &str| file.conditions.get(id).copied().unwrap_or(Answer::Unknown);
        let mut declaration = Declaration::with_answers(archetype, answer);
        if let Some(topology) = &file.topology {
            declaration.topology = topology.clone();
        }
        for (id, Period(declared)) in &file.deadlines {
            let (_, max) = archetype.find(id).map(deadline_of).unwrap_or_default();
            let allowed = max.map_or(Duration::ZERO, |Period(max)| max);
            declaration.deadlines.insert(id.clone(), (*declared).min(allowed));
        }
        declaration.source = Some(source);
        declaration.file = Some(file);
        Ok(declaration)
    }

    /// The product that has everything: what the reference station declares.
    pub fn complete(archetype: &Archetype) -> Declaration {
        Declaration::with_answers(archetype, |_| Answer::Yes)
    }

    /// Nothing said: every condition is open.
    pub fn undeclared(archetype: &Archetype) -> Declaration {
        Declaration::with_answers(archetype, |_| Answer::Unknown)
    }

    /// The same with another layout, for a product whose layout was seen and not declared.
    pub fn with_topology(self, topology: Topology) -> Declaration {
        Declaration { topology, ..self }
    }

    fn with_answers(archetype: &Archetype, answer: impl Fn(&str) -> Answer) -> Declaration {
        Declaration {
            source: None,
            file: None,
            topology: archetype.topology.clone(),
            answers: archetype.conditions.iter().map(|c| (c.id.clone(), answer(&c.id))).collect(),
            deadlines: BTreeMap::new(),
            scopes: archetype.rows().map(|r| (r.row().id().clone(), Scope::of(r))).collect(),
        }
    }

    /// The answer to a condition; `Unknown` for one the archetype does not have.
    pub fn answer(&self, condition: &str) -> Answer {
        self.answers.iter().find(|(id, _)| id == condition).map_or(Answer::Unknown, |(_, a)| *a)
    }

    /// Conditions with this answer, in the order of the archetype.
    pub fn answered(&self, answer: Answer) -> impl Iterator<Item = &str> {
        self.answers.iter().filter(move |(_, a)| *a == answer).map(|(id, _)| id.as_str())
    }

    /// Certifying needs every condition answered.
    ///
    /// # Errors
    /// [`DeclarationError::Undeclared`] with the conditions that are open.
    pub fn require_answers(&self) -> Result<(), DeclarationError> {
        let open: Vec<String> = self.answered(Answer::Unknown).map(str::to_owned).collect();
        if open.is_empty() { Ok(()) } else { Err(DeclarationError::Undeclared(open)) }
    }

    /// EVSEs and connectors of the product.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// The time a row allows this product: the row's own deadline, or what the declaration lengthens it to, at
    /// most the row's `deadlineMax`.
    pub fn deadline(&self, id: &RowId, deadline: Option<Period>) -> Option<Duration> {
        let Period(own) = deadline?;
        Some(self.deadlines.get(id).map_or(own, |declared| own.max(*declared)))
    }

    /// The file, unless there is none.
    pub fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// The product, if a file declares one.
    pub fn product(&self) -> Option<&Product> {
        self.file.as_ref().map(|f| &f.product)
    }

    /// OCPP versions declared; empty without a file.
    pub fn ocpp(&self) -> &[DeclaredVersion] {
        self.file.as_ref().map_or(&[], |f| &f.ocpp)
    }

    /// Whether a row applies to this product, spoken to in this version. A row applies only where the rows it
    /// sits in apply; a fault only where one of its monitors does.
    pub fn applies(&self, row: &dyn Row, version: Version) -> Applies {
        match self.scopes.get(row.id()) {
            Some(scope) => self.holds(scope, version),
            // A row of no archetype of ours: all that is known is what it says itself.
            None => self.holds(&Scope::of_row(row), version),
        }
    }

    fn holds(&self, scope: &Scope, version: Version) -> Applies {
        if let Some(versions) = scope.versions.iter().find(|v| !v.is_empty() && !v.contains(&version)) {
            let only: Vec<&str> = versions.iter().map(|v| v.as_str()).collect();
            return Applies::No(format!("only for OCPP {}", only.join(" and ")));
        }
        if let Some(absent) = scope.whens.iter().find(|w| self.answer(w) == Answer::No) {
            return Applies::No(format!("declared absent: {absent}"));
        }
        let open = scope.whens.iter().find(|w| self.answer(w) == Answer::Unknown);
        if let Some(open) = open {
            return Applies::Undeclared(open.clone());
        }
        let monitors = scope.monitors.iter().filter_map(|id| self.scopes.get(id));
        let mut answers = monitors.map(|m| self.holds(m, version)).peekable();
        let Some(first) = answers.peek().cloned() else { return Applies::Yes };
        answers.fold(first, |best, next| match (&best, &next) {
            (Applies::No(_), _) | (Applies::Undeclared(_), Applies::Yes) => next,
            _ => best,
        })
    }
}

impl Scope {
    fn of(row: RowRef<'_>) -> Scope {
        let mut scope = Scope::default();
        for row in row.chain() {
            scope.add(row);
        }
        if let RowRef::Fault(fault) = row {
            scope.monitors.clone_from(&fault.monitors);
        }
        scope
    }

    fn of_row(row: &dyn Row) -> Scope {
        let mut scope = Scope::default();
        scope.add(row);
        scope
    }

    fn add(&mut self, row: &dyn Row) {
        self.whens.extend(row.when().map(str::to_owned));
        self.versions.push(row.versions().to_vec());
    }
}

/// Deadline of a row and how far it may be lengthened.
pub(crate) fn deadline_of(row: RowRef<'_>) -> (Option<Period>, Option<Period>) {
    match row {
        RowRef::Fault(f) => (f.deadline, f.deadline_max),
        RowRef::Behaviour(b) => (b.deadline, b.deadline_max),
        _ => (None, None),
    }
}
