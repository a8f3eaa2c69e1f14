//! Pictures, drawn as SVG from the same data as the tables. Colours and fonts are left to the style sheet, so that they
//! follow the theme and print.

pub(crate) mod block;
pub(crate) mod heat;
pub(crate) mod ladder;
pub(crate) mod run;
mod svg;
pub(crate) mod timeline;

use crate::atlas::{Atlas, rows_of};
use crate::book::Shown;
use serde::Serialize;
use spec::model::{ComponentRow, RowId, Tier};

/// Stands for the way from a page to the root of the book in the links of a picture that several pages show.
pub(crate) const ROOT: &str = "@root@/";

/// A picture a chapter can show with `{{figure NAME}}`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Picture {
    pub(crate) name: String,
    /// Its name as an anchor.
    pub(crate) anchor: String,
    pub(crate) title: String,
    pub(crate) caption: String,
    pub(crate) svg: String,
    /// The rows it is drawn from.
    #[serde(skip)]
    pub(crate) rows: Vec<(RowId, Shown)>,
}

/// Every picture.
pub(crate) fn all(atlas: &Atlas<'_>) -> Vec<Picture> {
    let files = &atlas.edition.files;
    let mut pictures = vec![
        Picture {
            name: "monitor-timeline".to_owned(),
            anchor: String::new(),
            title: "Types of monitors".to_owned(),
            caption: "When each type of monitor fires, over the same measured value.".to_owned(),
            svg: timeline::monitor_types(),
            rows: Vec::new(),
        },
        Picture {
            name: "certification-flow".to_owned(),
            anchor: String::new(),
            title: "A certification run".to_owned(),
            caption: "A certification run, from the declaration to a result that anybody can check."
                .to_owned(),
            svg: run::procedure(atlas.edition),
            rows: Vec::new(),
        },
    ];
    if let Some(drawn) = ladder::of(atlas) {
        let rows =
            drawn.monitors.iter().chain([&drawn.variable]).map(|id| (id.clone(), Shown::Whole)).collect();
        pictures.push(Picture {
            name: "ladder".to_owned(),
            anchor: String::new(),
            title: "Warn, act, stop".to_owned(),
            caption: drawn.caption,
            svg: drawn.svg,
            rows,
        });
    }
    let everything: Vec<&ComponentRow> = files.files.iter().flat_map(|f| &f.components).collect();
    let rated = files.files.iter().flat_map(rows_of).filter(|r| r.id().kind() == Some('M'));
    pictures.push(Picture {
        name: "severity-heatmap".to_owned(),
        anchor: String::new(),
        title: "Severities over all archetypes".to_owned(),
        caption: "Monitors by component and severity, over all archetypes.".to_owned(),
        svg: heat::of_components(&everything),
        rows: rated.map(|r| (r.id().clone(), Shown::Rated)).collect(),
    });
    for a in &files.archetypes {
        let components: Vec<&ComponentRow> = a.components.iter().collect();
        let named = a.components.iter().map(|c| (c.id.clone(), Shown::Named));
        let page = format!("{ROOT}archetypes/{}.html", a.id);
        let monitors = || a.components.iter().flat_map(|c| &c.variables).flat_map(|v| &v.monitors);
        pictures.push(Picture {
            name: format!("blocks {}", a.id),
            anchor: String::new(),
            title: format!("{}: components", a.title),
            caption: format!("{}: where each component sits.", a.title),
            svg: block::of_archetype(&a.title, &components, &a.topology, &page),
            rows: named.collect(),
        });
        pictures.push(Picture {
            name: format!("severity-heatmap {}", a.id),
            anchor: String::new(),
            title: format!("{}: severities", a.title),
            caption: format!("{}: monitors by component and severity.", a.title),
            svg: heat::of_components(&components),
            rows: monitors().map(|m| (m.id.clone(), Shown::Rated)).collect(),
        });
    }
    for picture in &mut pictures {
        picture.anchor = picture.name.replace(' ', "-");
    }
    pictures
}

/// The anchor of a component on the page of an archetype.
pub(crate) fn anchor(tier: Tier, name: &str) -> String {
    let tier = match tier {
        Tier::Station => "station",
        Tier::Evse => "evse",
        Tier::Connector => "connector",
    };
    let mut plain = String::new();
    for c in name.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => plain.push(c.to_ascii_lowercase()),
            '[' => plain.push('-'),
            ']' => {}
            // `DC+` and `DC-` are two instances.
            '+' => plain.push_str("plus"),
            _ => plain.push('_'),
        }
    }
    format!("{tier}-{plain}")
}
