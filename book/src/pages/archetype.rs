//! One page per archetype file: overview, components with variables and monitors, faults, behaviours, early signs.

use super::views::{self, BehaviourView, ComponentView, FaultView, TrendView};
use super::{Desk, Draft};
use crate::atlas::{Atlas, slug};
use crate::book::{Page, Shown};
use crate::{BookError, figures};
use serde::Serialize;
use spec::Archetype;
use spec::model::{
    ArchetypeFile, BehaviourRow, ComponentRow, Condition, FaultRow, Obligation, Row, RowId, Tier, Topic,
    Topology, TrendRow,
};
use std::collections::BTreeSet;

/// What a page is about: a complete archetype, or a file that others extend.
struct Subject<'a> {
    id: &'a str,
    title: &'a str,
    version: &'a str,
    edition: u32,
    summary: &'a str,
    topology: Option<&'a Topology>,
    conditions: Vec<&'a Condition>,
    components: Vec<&'a ComponentRow>,
    faults: Vec<&'a FaultRow>,
    behaviours: Vec<&'a BehaviourRow>,
    trends: Vec<&'a TrendRow>,
    /// Rows written in the file of the same name; the others come from what it extends.
    own: BTreeSet<&'a RowId>,
}

#[derive(Serialize)]
struct View {
    id: String,
    title: String,
    version: String,
    edition: u32,
    summary: String,
    /// Where its rows come from, or who takes them over.
    extends: Vec<Link>,
    used_by: Vec<Link>,
    layout: Option<String>,
    counts: Vec<Count>,
    conditions: Vec<ConditionView>,
    block: Option<String>,
    heat: String,
    tiers: Vec<TierView>,
    faults: Vec<Owned<FaultView>>,
    topics: Vec<TopicView>,
    trends: Vec<Owned<TrendView>>,
    annexes: bool,
}

#[derive(Serialize)]
struct Link {
    id: String,
    title: String,
}

#[derive(Serialize)]
struct Count {
    kind: &'static str,
    must: usize,
    should: usize,
    may: usize,
    own: usize,
    total: usize,
}

#[derive(Serialize)]
struct ConditionView {
    id: String,
    question: String,
    rows: usize,
}

#[derive(Serialize)]
struct TierView {
    name: &'static str,
    title: &'static str,
    groups: Vec<Group>,
}

/// Rows about one component, which several files may add variables to.
#[derive(Serialize)]
struct Group {
    anchor: String,
    name: String,
    tier: String,
    rows: Vec<Owned<ComponentView>>,
}

#[derive(Serialize)]
struct Owned<T> {
    own: bool,
    /// File it is written in.
    home: String,
    row: T,
}

#[derive(Serialize)]
struct TopicView {
    slug: String,
    title: &'static str,
    rows: Vec<Owned<BehaviourView>>,
}

pub(crate) fn pages(desk: &Desk<'_>) -> Result<Vec<Page>, BookError> {
    let files = &desk.atlas.edition.files;
    let complete =
        files.archetypes.iter().map(|a| of_archetype(a, files.files.iter().find(|f| f.id == a.id)));
    let shared = files.files.iter().filter(|f| files.archetype(&f.id).is_none()).map(of_file);
    let mut pages = Vec::new();
    for subject in complete.chain(shared) {
        let part = pages.is_empty().then_some("Archetypes");
        pages.push(page(desk, &subject, part)?);
    }
    Ok(pages)
}

fn of_archetype<'a>(a: &'a Archetype, file: Option<&'a ArchetypeFile>) -> Subject<'a> {
    Subject {
        id: &a.id,
        title: &a.title,
        version: &a.version,
        edition: a.edition,
        summary: &a.summary,
        topology: Some(&a.topology),
        conditions: a.conditions.iter().collect(),
        components: a.components.iter().collect(),
        faults: a.faults.iter().collect(),
        behaviours: a.behaviours.iter().collect(),
        trends: a.trends.iter().collect(),
        own: file.map(own_ids).unwrap_or_default(),
    }
}

fn of_file(f: &ArchetypeFile) -> Subject<'_> {
    Subject {
        id: &f.id,
        title: &f.title,
        version: &f.version,
        edition: f.edition,
        summary: &f.summary,
        topology: None,
        conditions: f.conditions.iter().collect(),
        components: f.components.iter().collect(),
        faults: f.faults.iter().collect(),
        behaviours: f.behaviours.iter().collect(),
        trends: f.trends.iter().collect(),
        own: own_ids(f),
    }
}

fn own_ids(file: &ArchetypeFile) -> BTreeSet<&RowId> {
    crate::atlas::rows_of(file).into_iter().map(|row| row.id()).collect()
}

fn page(desk: &Desk<'_>, s: &Subject<'_>, part: Option<&'static str>) -> Result<Page, BookError> {
    let atlas = desk.atlas;
    let mut draft = Draft::new(format!("archetypes/{}.html", s.id), s.title);
    if let Some(part) = part {
        draft = draft.part(part);
    }
    record(&mut draft, atlas, s);
    let own = |id: &RowId| s.own.contains(id);
    let home = |id: &RowId| atlas.find(id.as_ref()).map(|h| h.file.id.clone()).unwrap_or_default();
    let chain = chain(atlas, s);
    let owned_faults =
        s.faults.iter().map(|f| Owned { own: own(&f.id), home: home(&f.id), row: views::fault(atlas, f) });
    let owned_trends =
        s.trends.iter().map(|t| Owned { own: own(&t.id), home: home(&t.id), row: views::trend(atlas, t) });
    let topics = Topic::ALL.into_iter().map(|topic| TopicView {
        slug: slug(topic),
        title: topic.title(),
        rows: s
            .behaviours
            .iter()
            .filter(|b| b.topic == topic)
            .map(|b| Owned { own: own(&b.id), home: home(&b.id), row: views::behaviour(atlas, b) })
            .collect(),
    });
    let view = View {
        id: s.id.to_owned(),
        title: s.title.to_owned(),
        version: s.version.to_owned(),
        edition: s.edition,
        summary: s.summary.to_owned(),
        extends: chain,
        used_by: atlas
            .users(s.id)
            .iter()
            .filter(|a| a.id != s.id)
            .map(|a| Link { id: a.id.clone(), title: a.title.clone() })
            .collect(),
        layout: s.topology.map(layout),
        counts: counts(s),
        conditions: s
            .conditions
            .iter()
            .map(|c| ConditionView {
                id: c.id.clone(),
                question: c.question.clone(),
                rows: conditioned(s, &c.id),
            })
            .collect(),
        block: s.topology.map(|t| figures::block::of_archetype(s.title, &s.components, t, "")),
        heat: figures::heat::of_components(&s.components),
        tiers: tiers(atlas, s),
        faults: owned_faults.collect(),
        topics: topics.filter(|t| !t.rows.is_empty()).collect(),
        trends: owned_trends.collect(),
        annexes: s.topology.is_some(),
    };
    draft.render(desk, "archetype.html", &view)
}

fn chain(atlas: &Atlas<'_>, s: &Subject<'_>) -> Vec<Link> {
    let files = &atlas.edition.files;
    let Some(archetype) = files.archetype(s.id) else { return Vec::new() };
    let extended = files.chain(archetype).into_iter().filter(|id| id != s.id);
    extended
        .map(|id| {
            let title = files.files.iter().find(|f| f.id == id).map_or(id.clone(), |f| f.title.clone());
            Link { id, title }
        })
        .collect()
}

fn layout(topology: &Topology) -> String {
    let evses: Vec<String> = (1u32..)
        .zip(&topology.evses)
        .map(|(n, e)| {
            format!("EVSE {n} with {} connector{}", e.connectors, if e.connectors == 1 { "" } else { "s" })
        })
        .collect();
    evses.join(", ")
}

/// The rows a page depends on.
fn record(draft: &mut Draft, atlas: &Atlas<'_>, s: &Subject<'_>) {
    for c in &s.components {
        draft.shows(&c.id, Shown::Whole);
        for v in &c.variables {
            draft.shows(&v.id, Shown::Whole);
            v.read_with.iter().for_each(|id| draft.shows(id, Shown::Named));
            for m in &v.monitors {
                draft.shows(&m.id, Shown::Whole);
                atlas.faults_of(&m.id).iter().for_each(|f| draft.shows(&f.id, Shown::Named));
            }
        }
    }
    for f in &s.faults {
        draft.shows(&f.id, Shown::Whole);
        f.monitors.iter().for_each(|m| draft.shows(m, Shown::Rated));
    }
    for b in &s.behaviours {
        draft.shows(&b.id, Shown::Whole);
    }
    for t in &s.trends {
        draft.shows(&t.id, Shown::Whole);
        t.watch.iter().chain(&t.against).chain(&t.leads_to).for_each(|id| draft.shows(id, Shown::Named));
    }
}

fn counts(s: &Subject<'_>) -> Vec<Count> {
    let variables = || s.components.iter().flat_map(|c| &c.variables);
    let rows = |kind, rows: Vec<&dyn Row>| {
        let with = |o: Obligation| rows.iter().filter(|r| r.obligation() == o).count();
        let own = rows.iter().filter(|r| s.own.contains(r.id())).count();
        Count {
            kind,
            must: with(Obligation::Must),
            should: with(Obligation::Should),
            may: with(Obligation::May),
            own,
            total: rows.len(),
        }
    };
    vec![
        rows("Components", s.components.iter().map(|r| *r as &dyn Row).collect()),
        rows("Variables", variables().map(|r| r as &dyn Row).collect()),
        rows("Monitors", variables().flat_map(|v| &v.monitors).map(|r| r as &dyn Row).collect()),
        rows("Faults", s.faults.iter().map(|r| *r as &dyn Row).collect()),
        rows("Behaviours", s.behaviours.iter().map(|r| *r as &dyn Row).collect()),
    ]
}

fn conditioned(s: &Subject<'_>, condition: &str) -> usize {
    let variables = || s.components.iter().flat_map(|c| &c.variables);
    let rows = s.components.iter().map(|r| *r as &dyn Row);
    let rows = rows.chain(variables().map(|r| r as &dyn Row));
    let rows = rows.chain(variables().flat_map(|v| &v.monitors).map(|r| r as &dyn Row));
    let rows = rows.chain(s.faults.iter().map(|r| *r as &dyn Row));
    let rows = rows.chain(s.behaviours.iter().map(|r| *r as &dyn Row));
    rows.filter(|r| r.when() == Some(condition)).count()
}

fn tiers(atlas: &Atlas<'_>, s: &Subject<'_>) -> Vec<TierView> {
    let titled = [(Tier::Station, "Station"), (Tier::Evse, "Each EVSE"), (Tier::Connector, "Each connector")];
    let tiers = titled.into_iter().map(|(tier, title)| {
        let mut groups: Vec<Group> = Vec::new();
        for c in s.components.iter().filter(|c| c.at == tier) {
            let home = atlas.find(c.id.as_ref()).map(|h| h.file.id.clone()).unwrap_or_default();
            let row = Owned { own: s.own.contains(&c.id), home, row: views::component(atlas, c) };
            match groups.iter_mut().find(|g| g.name == row.row.name) {
                Some(group) => group.rows.push(row),
                None => groups.push(Group {
                    anchor: figures::anchor(tier, &row.row.name),
                    name: row.row.name.clone(),
                    tier: row.row.tier.clone(),
                    rows: vec![row],
                }),
            }
        }
        TierView { name: views::tier(tier), title, groups }
    });
    tiers.filter(|t| !t.groups.is_empty()).collect()
}
