//! The plan: what will be judged, known before the run from edition, archetype and declaration.
//!
//! Every applicable row gets a verdict: also one that has no scenario yet, and one that is left out.

mod duration;
mod rows;
mod suite;
mod table;
mod tags;

pub use suite::{Definition, FeatureError, Suite};
pub use table::Table;
pub use tags::{Impact, TagError, Tags};

use crate::phrases;
use cucumber::gherkin::Step;
use cucumber::gherkin::tagexpr::TagOperation;
use cucumber::tag::Ext as _;
use judge::{Basis, Outcome, Stimulus, Subject};
use ocpp::Version;
use spec::model::{Level, Obligation, Row, RowId};
use spec::{Applies, Archetype, Declaration, Place};
use std::collections::{BTreeMap, BTreeSet};
use trace::LaneId;

/// What narrows a run.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Highest level judged.
    pub level: Level,
    /// Strongest impact allowed.
    pub impact: Impact,
    /// Tag expression scenarios must satisfy.
    pub select: Option<String>,
}

impl Default for Selection {
    fn default() -> Selection {
        Selection { level: Level::ALERTING, impact: Impact::Disruptive, select: None }
    }
}

impl Selection {
    /// Whether a run with this selection leaves scenarios out, so that it can certify nothing.
    pub fn is_partial(&self) -> bool {
        self.select.is_some() || self.impact < Impact::Disruptive
    }
}

/// One planned verdict.
#[derive(Debug, Clone)]
pub struct Item {
    /// What is judged.
    pub subject: Subject,
    /// The lane it runs in.
    pub lane: LaneId,
    /// Its steps, placeholders filled in.
    pub steps: Vec<Step>,
    /// What it does to the station.
    pub impact: Impact,
    /// Whether it may wait together with its neighbours.
    pub beside: bool,
    /// Rows that must hold before.
    pub requires: Vec<RowId>,
    /// The verdict, where it is known without running.
    pub settled: Option<Outcome>,
    /// Whether `--select` or `--impact` leaves it out.
    pub left_out: bool,
}

/// All planned verdicts, in the order in which they are reached.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The items.
    pub items: Vec<Item>,
    /// Version judged.
    pub version: Version,
    /// What narrows it.
    pub selection: Selection,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A tag expression cannot be read.
    #[error(
        "--select {expression:?} is no tag expression: {why}; write it as in \"@level:1 and not @impact:disruptive\""
    )]
    Select {
        /// As given.
        expression: String,
        /// What the parser said.
        why: String,
    },
    /// A scenario names a row that the archetype does not have.
    #[error("{origin}: the archetype has no row {row}")]
    UnknownRow {
        /// File and line.
        origin: String,
        /// The row.
        row: RowId,
    },
    /// A step has no meaning, or several.
    #[error("{origin}: {step:?} {why}")]
    Step {
        /// File and line.
        origin: String,
        /// Its text.
        step: String,
        /// What is wrong.
        why: String,
    },
    /// A table has no row.
    #[error("{origin}: the archetype table {table:?} has no row, so the scenario would judge nothing")]
    EmptyTable {
        /// File and line.
        origin: String,
        /// The table.
        table: Table,
    },
}

impl Plan {
    /// Plans a run.
    ///
    /// # Errors
    /// What is wrong with the features or the selection.
    pub fn new(
        suite: &Suite,
        archetype: &Archetype,
        declaration: &Declaration,
        version: Version,
        selection: Selection,
    ) -> Result<Plan, PlanError> {
        let select = selection.select.as_deref().map(read_select).transpose()?;
        let mut planner = Planner { archetype, declaration, version, items: Vec::new() };
        for definition in &suite.scenarios {
            check_steps(definition)?;
            planner.scenario(definition)?;
        }
        planner.rows_without_scenario();
        // A laboratory's own scenarios come last, and a row they judge is not judged by the suite.
        for definition in &suite.own {
            check_steps(definition)?;
            planner.scenario(definition)?;
        }
        let mut items = planner.items;
        items.retain(|(item, _)| item.subject.level <= selection.level);
        let mut plan = Plan { items: Vec::new(), version, selection };
        for (number, (mut item, raw_tags)) in (1u32..).zip(items) {
            item.lane = LaneId(number);
            if item.settled.is_none() {
                item.settled = plan.left_out(&item, &raw_tags, select.as_ref());
                item.left_out = item.settled.is_some();
            }
            plan.items.push(item);
        }
        Ok(plan)
    }

    fn left_out(&self, item: &Item, tags: &[String], select: Option<&TagOperation>) -> Option<Outcome> {
        if item.impact > self.selection.impact {
            let reason = format!(
                "left out: its impact is {}, and --impact {} was asked",
                item.impact, self.selection.impact
            );
            return Some(Outcome::NotExercised(reason));
        }
        let unselected = select.is_some_and(|s| !s.eval(tags.iter()));
        unselected.then(|| Outcome::NotExercised("left out by --select".to_owned()))
    }

    /// Whether anything is to be run at all.
    pub fn is_empty(&self) -> bool {
        self.items.iter().all(|i| i.settled.is_some())
    }
}

fn read_select(expression: &str) -> Result<TagOperation, PlanError> {
    expression
        .parse::<TagOperation>()
        .map_err(|e| PlanError::Select { expression: expression.to_owned(), why: e.to_string() })
}

fn check_steps(definition: &Definition) -> Result<(), PlanError> {
    for step in &definition.steps {
        phrases::find(step).map(|_| ()).map_err(|why| PlanError::Step {
            origin: definition.origin.clone(),
            step: step.value.clone(),
            why,
        })?;
    }
    Ok(())
}

struct Planner<'a> {
    archetype: &'a Archetype,
    declaration: &'a Declaration,
    version: Version,
    items: Vec<(Item, Vec<String>)>,
}

impl Planner<'_> {
    fn scenario(&mut self, d: &Definition) -> Result<(), PlanError> {
        if !d.tags.versions.contains(&self.version) {
            return Ok(());
        }
        if let Some(table) = d.table {
            let rows = table.rows(self.archetype, self.declaration.topology());
            if rows.is_empty() {
                return Err(PlanError::EmptyTable { origin: d.origin.clone(), table });
            }
            for row in rows {
                let subject = Subject {
                    scenario: Some(d.tags.id.clone()),
                    title: fill(&d.title, &row.values),
                    requirement: row.row.id().clone(),
                    row: row.row.id().clone(),
                    place: row.place,
                    level: row.level.unwrap_or(d.tags.level),
                    obligation: row.obligation(),
                    basis: row.basis(),
                    stimulus: d.tags.stimulus,
                    ocpp: cited(&d.tags.ocpp, row.row.ocpp()),
                };
                let steps = d.steps.iter().map(|s| Step { value: fill(&s.value, &row.values), ..s.clone() });
                let settled =
                    row.holder.and_then(|h| self.settled(h, d)).or_else(|| self.settled(row.row, d));
                self.add(d, subject, steps.collect(), row.requires, settled);
            }
            return Ok(());
        }
        let Some(req) = &d.tags.req else { return Ok(()) };
        let Some(row) = self.archetype.behaviour(&req.0) else {
            return Err(PlanError::UnknownRow { origin: d.origin.clone(), row: req.clone() });
        };
        let subject = Subject {
            scenario: Some(d.tags.id.clone()),
            title: d.title.clone(),
            requirement: row.id.clone(),
            row: row.id.clone(),
            place: Place::STATION,
            level: d.tags.level,
            obligation: row.obligation,
            basis: Basis::from(row.grounding),
            stimulus: d.tags.stimulus,
            ocpp: cited(&d.tags.ocpp, &[]),
        };
        let settled = self.settled(row, d);
        let requires = row.requires.clone();
        self.add(d, subject, d.steps.clone(), requires, settled);
        Ok(())
    }

    fn add(
        &mut self,
        d: &Definition,
        subject: Subject,
        steps: Vec<Step>,
        requires: Vec<RowId>,
        settled: Option<Outcome>,
    ) {
        let (impact, beside) = (d.tags.impact, d.tags.beside);
        let item =
            Item { subject, lane: LaneId(0), steps, impact, beside, requires, settled, left_out: false };
        let mut tags = d.tags.raw.clone();
        if d.table.is_some() {
            // So that rows of a table can be selected as those that a scenario names itself.
            tags.push(format!("req:{}", item.subject.row));
        }
        self.items.push((item, tags));
    }

    /// The verdict that the declaration alone settles.
    fn settled(&self, row: &dyn Row, d: &Definition) -> Option<Outcome> {
        let needed = d.tags.needs.iter().find_map(|condition| match self.declaration.answer(condition) {
            spec::model::Answer::Yes => None,
            spec::model::Answer::No => Some(Outcome::NotApplicable(format!("declared without {condition}"))),
            spec::model::Answer::Unknown => Some(undeclared(condition)),
        });
        needed.or_else(|| self.applies(row))
    }

    fn applies(&self, row: &dyn Row) -> Option<Outcome> {
        match self.declaration.applies(row, self.version) {
            Applies::Yes => None,
            Applies::No(reason) => Some(Outcome::NotApplicable(reason)),
            Applies::Undeclared(condition) => Some(undeclared(&condition)),
        }
    }

    /// Rows that no scenario judges at their level yet: visible, and never a pass.
    fn rows_without_scenario(&mut self) {
        let judged: BTreeSet<(RowId, Level)> =
            self.items.iter().map(|(i, _)| (i.subject.row.clone(), i.subject.level)).collect();
        let topology = self.declaration.topology();
        let mut missing: Vec<(Subject, Option<Outcome>)> = Vec::new();
        let mut want =
            |row: &dyn Row, level: Level, place: Place, title: String, settled: Option<Outcome>| {
                if !judged.contains(&(row.id().clone(), level)) {
                    let subject = Subject {
                        scenario: None,
                        title,
                        requirement: row.id().clone(),
                        row: row.id().clone(),
                        place,
                        level,
                        obligation: row.obligation(),
                        basis: Basis::from(row.grounding()),
                        stimulus: Stimulus::None,
                        ocpp: row.ocpp().to_vec(),
                    };
                    missing.push((subject, settled));
                }
            };
        for c in &self.archetype.components {
            for place in Place::all(c.at, topology) {
                let name = judge::inventory::component_at(c, Place::STATION);
                let of_c = self.applies(c);
                want(c, Level::INVENTORY, place, format!("{name} is reported"), of_c.clone());
                for v in &c.variables {
                    let name = judge::inventory::variable_at(c, v, Place::STATION);
                    let of_v = of_c.clone().or_else(|| self.applies(v));
                    want(v, Level::INVENTORY, place, format!("{name} is reported"), of_v.clone());
                    if !v.monitorable.is_empty() {
                        want(v, Level::MONITORING, place, format!("{name} can be monitored"), of_v.clone());
                    }
                    for m in &v.monitors {
                        let title = format!("{} monitor of {name}", m.monitor_type);
                        want(m, Level::ALERTING, place, title, of_v.clone().or_else(|| self.applies(m)));
                    }
                }
            }
        }
        for f in &self.archetype.faults {
            want(f, Level::ALERTING, Place::STATION, f.title.clone(), self.applies(f));
        }
        for b in &self.archetype.behaviours {
            want(b, b.level, Place::STATION, b.title.clone(), self.applies(b));
        }
        for (subject, settled) in missing {
            let settled = settled.or_else(|| Some(Outcome::NotExercised("no scenario".to_owned())));
            let item = Item {
                subject,
                lane: LaneId(0),
                steps: Vec::new(),
                impact: Impact::ReadOnly,
                beside: false,
                requires: Vec::new(),
                settled,
                left_out: false,
            };
            self.items.push((item, Vec::new()));
        }
    }
}

fn undeclared(condition: &str) -> Outcome {
    let reason = format!("the declaration does not answer {condition}: say yes or no");
    Outcome::inconclusive(reason, Vec::new())
}

fn cited(tags: &[String], row: &[String]) -> Vec<String> {
    let mut all = tags.to_vec();
    all.extend(row.iter().filter(|id| !tags.contains(id)).cloned());
    all
}

fn fill(text: &str, values: &BTreeMap<&'static str, String>) -> String {
    values.iter().fold(text.to_owned(), |t, (name, value)| t.replace(&format!("<{name}>"), value))
}

/// Whether an optional row that is absent makes the rows below it pointless.
pub(crate) fn absent_by_choice(outcome: &Outcome, obligation: Obligation) -> bool {
    obligation != Obligation::Must
        && matches!(outcome, Outcome::Warn(f, _) if matches!(f.code,
            judge::Code::ComponentMissing | judge::Code::ComponentMisplaced | judge::Code::VariableMissing))
}
