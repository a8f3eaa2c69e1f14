//! How a station has to behave: one page per topic.

use super::proof::Defects;
use super::views::{self, BehaviourView};
use super::{Desk, Draft};
use crate::BookError;
use crate::atlas::slug;
use crate::book::{Page, Shown};
use crate::figures;
use serde::Serialize;
use spec::model::{BehaviourRow, Topic};

#[derive(Serialize)]
struct Overview {
    topics: Vec<Counted>,
}

#[derive(Serialize)]
struct Counted {
    slug: String,
    title: &'static str,
    rows: usize,
    must: usize,
    /// Rows that a scenario judges.
    tested: usize,
    levels: Vec<u8>,
}

#[derive(Serialize)]
struct One {
    title: &'static str,
    rows: Vec<Shared>,
    /// A picture that belongs to the topic.
    figure: Option<String>,
}

#[derive(Serialize)]
struct Shared {
    row: BehaviourView,
    /// File it is written in.
    home: String,
    users: Vec<String>,
    /// Whether these are all archetypes.
    everywhere: bool,
    defects: Defects,
}

pub(crate) fn pages(desk: &Desk<'_>) -> Result<Vec<Page>, BookError> {
    let mut all = Draft::new("behaviours/index.html", "Behaviour").part("Behaviour");
    let topics: Vec<Topic> = Topic::ALL.into_iter().filter(|t| on(desk, *t).next().is_some()).collect();
    let counted = topics.iter().map(|topic| {
        let rows: Vec<&BehaviourRow> = on(desk, *topic).map(|(_, b)| b).collect();
        let mut levels: Vec<u8> = rows.iter().map(|b| b.level.0).collect();
        levels.sort_unstable();
        levels.dedup();
        Counted {
            slug: slug(*topic),
            title: topic.title(),
            rows: rows.len(),
            must: rows.iter().filter(|b| b.obligation == spec::model::Obligation::Must).count(),
            tested: rows.iter().filter(|b| !desk.atlas.scenarios_of(&b.id).is_empty()).count(),
            levels,
        }
    });
    let view = Overview { topics: counted.collect() };
    for topic in &topics {
        on(desk, *topic).for_each(|(_, b)| all.shows(&b.id, Shown::Named));
    }
    let mut pages = vec![all.render(desk, "behaviours.html", &view)?];
    for topic in topics {
        let mut draft = Draft::new(format!("behaviours/{}.html", slug(topic)), topic.title()).under(1);
        let mut rows = Vec::new();
        for (file, b) in on(desk, topic) {
            draft.shows(&b.id, Shown::Whole);
            b.requires.iter().for_each(|id| draft.shows(id, Shown::Named));
            let users: Vec<String> = desk.atlas.users(file).iter().map(|a| a.title.clone()).collect();
            let everywhere = users.len() == desk.atlas.edition.files.archetypes.len();
            rows.push(Shared {
                row: views::behaviour(desk.atlas, b),
                home: file.to_owned(),
                users,
                everywhere,
                defects: Defects::of(desk.atlas, &b.id),
            });
        }
        let figure = (topic == Topic::Events).then(figures::timeline::monitor_types);
        pages.push(draft.render(desk, "topic.html", &One { title: topic.title(), rows, figure })?);
    }
    Ok(pages)
}

/// Every behaviour on a topic, with the file it is written in.
fn on<'a>(desk: &Desk<'a>, topic: Topic) -> impl Iterator<Item = (&'a str, &'a BehaviourRow)> {
    let files = &desk.atlas.edition.files.files;
    files.iter().flat_map(move |f| {
        f.behaviours.iter().filter(move |b| b.topic == topic).map(move |b| (f.id.as_str(), b))
    })
}
