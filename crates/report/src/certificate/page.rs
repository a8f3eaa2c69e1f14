//! `certificate.html`: the certificate on one printed page.

use super::*;
use crate::html::{Html, fill};
use crate::limits::LIMITS;
use crate::words::counted;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// Groups of rows that were not judged which fit on the page.
const GROUPS: usize = 8;
/// Rows named of a group.
const ROWS: usize = 6;

/// The page of a certificate. `None` without a signature: what nobody signed is not printed as a certificate.
pub fn page(c: &Certificate) -> Option<String> {
    c.signature.as_ref()?;
    let heading = format!("Level {} ({}), {}", c.level, c.level.name(), c.archetype.id);
    let name = |o: &Option<String>| o.clone().unwrap_or_else(|| "not reported".to_owned());
    let station = list(&[
        ("Vendor", name(&c.station.vendor)),
        ("Model", name(&c.station.model)),
        ("Serial number", name(&c.station.serial)),
        ("Firmware", name(&c.station.firmware)),
    ]);
    let edition = c.ocpp.edition.map_or(String::new(), |e| format!(", edition {e} declared"));
    let test = list(&[
        ("Laboratory", c.laboratory.clone()),
        ("Tester", c.tester.clone()),
        ("Tested", format!("{} to {}", minute(c.tested_from), minute(c.tested_until))),
        ("Signed", minute(c.issued)),
        ("Guideline", format!("edition {}, {} {}", c.archetype.edition, c.archetype.id, c.archetype.version)),
        ("OCPP", format!("{}{edition}", c.ocpp.version)),
    ]);
    Some(fill(
        include_str!("../assets/certificate.html"),
        &[
            ("css", Html(include_str!("../assets/certificate.css").to_owned())),
            ("title", Html::text(&format!("{heading}, {}", name(&c.station.model)))),
            ("heading", Html::text(&heading)),
            ("statement", Html::text(&c.statement)),
            ("qr", qr(&c.evidence_hash.0)),
            ("station", station),
            ("test", test),
            ("judged", judged(c)),
            ("not_judged", items(c.not_judged.iter().take(GROUPS).map(group))),
            ("more", more(c)),
            ("absent", absent(c)),
            ("limits", items(LIMITS.iter().take(3).map(|l| l.short.to_owned()))),
            ("rests", rests(c)),
            ("fingerprint", Html::text(&c.key_fingerprint)),
        ],
    ))
}

fn judged(c: &Certificate) -> Html {
    let levels = c.levels.iter().map(|l| {
        let musts = counted(l.musts, "requirement");
        format!(
            "Level {} ({}): {}. All {musts} that must hold for this product hold.",
            l.level, l.name, l.meaning
        )
    });
    let stimuli: Vec<String> = c
        .stimulus
        .judged
        .iter()
        .map(|j| match j.stimulus {
            Stimulus::None => format!("{} needed no stimulus", j.verdicts),
            s => format!("{} by {} ({} on the occurrence of a fault)", j.verdicts, s.as_str(), j.faults),
        })
        .collect();
    let rest = (!stimuli.is_empty()).then(|| format!("Verdicts by stimulus: {}.", stimuli.join("; ")));
    let warned = (!c.warnings.is_empty()).then(|| {
        let warned = counted(c.warnings.len() as u64, "row");
        format!("Warnings, which keep no level from being reached: {warned} ({}).", named(&c.warnings))
    });
    items(levels.chain(rest).chain(warned))
}

fn group(g: &NotJudged) -> String {
    let (kind, verdict) = (crate::words::obligation(g.obligation), g.verdict.as_str().replace('-', " "));
    let rows = counted(g.rows.len() as u64, "row");
    format!("{rows} ({kind}), {verdict}: {} ({})", g.reason, named(&g.rows))
}

fn named(rows: &[RowId]) -> String {
    let shown: Vec<&str> = rows.iter().take(ROWS).map(|r| r.0.as_str()).collect();
    match rows.len().saturating_sub(ROWS) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn more(c: &Certificate) -> Html {
    let above = Level::ALERTING.0.saturating_sub(c.level.0);
    let mut text = match c.not_judged.len().saturating_sub(GROUPS) {
        0 if c.not_judged.is_empty() => "Nothing that applies was left out.".to_owned(),
        0 => String::new(),
        more => format!("{} more in certificate.json.", counted(more as u64, "reason")),
    };
    if above > 0 {
        text.push_str(" Requirements of higher levels were not judged.");
    }
    if text.is_empty() { Html::default() } else { Html::tagged("p.small", text.trim()) }
}

fn absent(c: &Certificate) -> Html {
    let named = |a: &Absent| match a.question.as_str() {
        "" => a.condition.clone(),
        _ => format!("{} ({})", a.condition, a.question.trim_end_matches('?')),
    };
    match (c.declaration.absent.is_empty(), &c.declaration.hash) {
        (true, None) => {
            items(["No declaration was given: the product was taken to have everything.".to_owned()])
        }
        (true, Some(_)) => items(["Nothing.".to_owned()]),
        (false, _) => items(c.declaration.absent.iter().map(named)),
    }
}

fn rests(c: &Certificate) -> Html {
    let commit = c.suite.commit.as_deref().unwrap_or("unknown");
    let declared = c.declaration.hash.as_ref().map_or("none given".to_owned(), |h| h.0.clone());
    let hashes = [
        ("Evidence", format!("{} ({} records)", c.evidence_hash, c.records)),
        ("Result", c.result_hash.0.clone()),
        ("Archetype", c.archetype.hash.clone()),
        ("Declaration", declared),
        ("Scenarios", c.suite.features.clone()),
        ("Schemas", format!("{} ({})", c.schemas.hash, c.schemas.name)),
        ("Suite", format!("diagmark {}, commit {commit}; stimuli: {}", c.suite.version, c.stimulus.binding)),
    ];
    Html::join(
        hashes
            .iter()
            .map(|(term, text)| Html::join([Html::tagged("dt", term), Html::tagged("dd.hash", text)])),
    )
}

fn list(pairs: &[(&str, String)]) -> Html {
    Html::join(pairs.iter().map(|(t, d)| Html::join([Html::tagged("dt", t), Html::tagged("dd", d)])))
}

fn items(texts: impl IntoIterator<Item = String>) -> Html {
    Html::join(texts.into_iter().map(|t| Html::tagged("li", &t)))
}

fn minute(t: Timestamp) -> String {
    t.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A QR code as SVG; a hash always fits in one.
fn qr(text: &str) -> Html {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M);
    let drawn = code.map(|c| c.render::<svg::Color<'_>>().min_dimensions(160, 160).build());
    let drawn = drawn.unwrap_or_default();
    // The declaration of an XML document has no place inside HTML.
    Html(drawn.split_once("?>").map_or(drawn.as_str(), |(_, svg)| svg).to_owned())
}
