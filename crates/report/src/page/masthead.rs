//! What is plain HTML on the page: the verdict, the counts, what stands in the way, limits, observations.

use super::{Ending, Sources};
use crate::certificate::not_judged;
use crate::html::Html;
use crate::level::{LevelTally, tallies};
use crate::limits::LIMITS;
use crate::result::ResultFile;
use crate::terminal::{Ink, headline};
use crate::words::{counted, meaning, obligation};
use judge::Verdict;
use trace::Body;

pub(super) fn masthead(s: &Sources<'_>) -> Vec<(&'static str, Html)> {
    let r = s.result;
    let (ink, said) = headline(r);
    let tone = match ink {
        Ink::Good => "good",
        Ink::Bad => "bad",
        _ => "doubt",
    };
    let (verdict, rest) = said.split_once(':').unwrap_or((said.as_str(), ""));
    let name = |o: &Option<String>| o.clone().unwrap_or_else(|| "not reported".to_owned());
    let station = [&r.station.vendor, &r.station.model].map(name).join(" ");
    let archetype = format!("{} · edition {}", s.archetype.title, r.archetype.edition);
    vec![
        ("title", Html::text(&format!("{verdict}: {station}"))),
        ("tone", Html::text(tone)),
        ("archetype", Html::text(&archetype)),
        ("verdict", Html::text(verdict)),
        ("verdict_more", Html::text(rest.trim())),
        ("facts", facts(s)),
        ("ending", ending(s)),
        ("signed", signed(s)),
        ("levels", Html::join(tallies(r.requested_level, &r.verdicts).iter().map(|t| level(t, s.ending)))),
        ("counts", counts(r)),
        ("open", open(r)),
        ("subject", Html::text(if s.certificate.is_some() { "certificate" } else { "result" })),
        ("limits", limits()),
        ("absent", absent(s)),
        ("not_judged", unjudged(r)),
        ("observations", observations(r)),
        ("foot", foot(r)),
    ]
}

fn facts(s: &Sources<'_>) -> Html {
    let r = s.result;
    let name = |o: &Option<String>| o.clone().unwrap_or_else(|| "not reported".to_owned());
    let times = match (s.records.first(), s.records.last()) {
        (Some(a), Some(b)) => {
            let shown = |t: jiff::Timestamp| t.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
            format!("{} to {}", shown(a.t), shown(b.t))
        }
        _ => "unknown".to_owned(),
    };
    let edition = s.declaration.ocpp().iter().find(|o| o.version == r.ocpp_version);
    let edition = edition.map_or(String::new(), |e| format!(", edition {} declared", e.edition));
    let facts = [
        ("Archetype", format!("{} {}, edition {}", r.archetype.id, r.archetype.version, r.archetype.edition)),
        ("Level asked", format!("{} ({})", r.requested_level, r.requested_level.name())),
        ("Level reached", r.level.map_or("none".to_owned(), |l| format!("{l} ({})", l.name()))),
        ("OCPP", format!("{}{edition}", r.ocpp_version)),
        ("Station", format!("{}, {}", name(&r.station.vendor), name(&r.station.model))),
        ("Serial number", name(&r.station.serial)),
        ("Firmware", name(&r.station.firmware)),
        ("Tested", times),
    ];
    Html::join(facts.iter().map(|(t, d)| Html::join([Html::tagged("dt", t), Html::tagged("dd", d)])))
}

/// Where the evidence ended, if the run did not end it.
fn ending(s: &Sources<'_>) -> Html {
    let Ending::BrokenOff { torn } = s.ending else { return Html::default() };
    let begun = s.records.iter().rev().find_map(|r| match &r.body {
        Body::Begin { scenario, row, .. } => Some(format!(", in {scenario} for {row}")),
        Body::Verdict { .. } => Some(", between two scenarios".to_owned()),
        _ => None,
    });
    let at = s.records.last().map_or(String::new(), |r| r.t.strftime("%H:%M:%S UTC").to_string());
    let text = format!(
        "The run broke off: its evidence ends at record {} ({at}){}{}. What is shown was reached before; nothing after it was judged.",
        s.records.len().saturating_sub(1),
        begun.unwrap_or_default(),
        if torn { ", with a record half written" } else { "" },
    );
    Html::tagged("p.broken", &text)
}

fn signed(s: &Sources<'_>) -> Html {
    match s.certificate.filter(|c| c.signature.is_some()) {
        Some(c) => Html::tagged(
            "p.signed",
            &format!(
                "Certificate of {} (tester {}), {}; key {}. Whether it is valid, diagmark verify says.",
                c.laboratory,
                c.tester,
                c.issued.strftime("%Y-%m-%d"),
                c.key_fingerprint
            ),
        ),
        None => Html::tagged("p.signed", "Nobody signed this result."),
    }
}

fn level(t: &LevelTally, ending: Ending) -> Html {
    // Of a run that broke off nobody knows what was still to come.
    let whole = ending == Ending::Whole;
    let met = match (whole, t.is_met()) {
        (false, _) => "not known",
        (true, true) => "met",
        (true, false) => "not met",
    };
    let mut parts = vec![format!("{} of {} met", t.met, counted(t.musts, "must"))];
    let also = [(t.failed, "failed"), (t.inconclusive, "inconclusive"), (t.not_exercised, "not exercised")];
    parts.extend(also.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")));
    parts.extend((t.errors > 0).then(|| counted(t.errors, "error")));
    let class = if whole && t.is_met() { "li.met" } else { "li.unmet" };
    let head = Html::tagged("b", &format!("Level {} {}: {met}", t.level, t.level.name()));
    let body = Html::text(&format!(" ({}). {}.", parts.join(", "), capital(meaning(t.level))));
    Html::element(class, &Html::join([head, body]))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |c| c.to_uppercase().collect::<String>() + chars.as_str())
}

fn counts(r: &ResultFile) -> Html {
    Html::join(Verdict::ALL.map(|v| {
        let count = r.summary.count(v);
        let word = v.as_str().replace('-', " ");
        let class = format!("li.v-{}{}", v.as_str(), if count == 0 { " none" } else { "" });
        let inner = Html::join([Html::tagged("b", &count.to_string()), Html::text(&format!(" {word}"))]);
        Html::element(&class, &inner)
    }))
}

/// The first few failures in words, so that the page says something without its script too.
fn open(r: &ResultFile) -> Html {
    let failed: Vec<_> = r.verdicts.iter().filter(|v| v.verdict == Verdict::Fail).collect();
    let lines = failed.iter().take(5).map(|v| {
        let text = |o: &Option<String>| o.clone().unwrap_or_else(|| "nothing".to_owned());
        let at = format!(
            "{} at {}: expected {}, observed {}",
            v.title,
            v.place(),
            text(&v.expected),
            text(&v.observed)
        );
        let id = Html::tagged("b", v.row.as_ref());
        Html::element("li", &Html::join([id, Html::text(&format!(" {at}"))]))
    });
    let list = Html::join(lines);
    let more = failed.len().saturating_sub(5);
    let more = (more > 0).then(|| Html::tagged("li", &format!("and {more} more below")));
    let all = Html::join([list].into_iter().chain(more));
    if all.0.is_empty() {
        all
    } else {
        Html::join([Html::tagged("h2.screen", "What failed"), Html::element("ul.open screen", &all)])
    }
}

fn limits() -> Html {
    Html::join(LIMITS.iter().map(|l| Html::join([Html::tagged("dt", l.short), Html::tagged("dd", l.long)])))
}

fn absent(s: &Sources<'_>) -> Html {
    let question =
        |id: &String| s.archetype.conditions.iter().find(|c| c.id == *id).map(|c| c.question.as_str());
    let line = |id: &String| {
        Html::tagged("li", &format!("{id}: {}", question(id).unwrap_or("no question is known")))
    };
    match s.result.declared_absent.as_slice() {
        [] => Html::tagged("li", "nothing was declared absent"),
        ids => Html::join(ids.iter().map(line)),
    }
}

fn unjudged(r: &ResultFile) -> Html {
    let line = |g: &crate::certificate::NotJudged| {
        let rows: Vec<&str> = g.rows.iter().map(|row| row.0.as_str()).collect();
        let (kind, verdict) = (obligation(g.obligation), g.verdict.as_str().replace('-', " "));
        let head = format!("{} ({kind}), {verdict}: {}", counted(rows.len(), "row"), g.reason);
        let rows = Html::tagged("span.rows", &rows.join(" "));
        Html::element("li", &Html::join([Html::text(&head), rows]))
    };
    match not_judged(&r.verdicts).as_slice() {
        [] => Html::tagged("li", "nothing that applies was left out"),
        groups => Html::join(groups.iter().map(line)),
    }
}

fn observations(r: &ResultFile) -> Html {
    match r.observations.as_slice() {
        [] => Html::tagged("li", "none"),
        all => Html::join(all.iter().map(|o| Html::tagged("li", o))),
    }
}

fn foot(r: &ResultFile) -> Html {
    let commit = r.suite.commit.as_deref().unwrap_or("unknown");
    let rows = [
        ("Evidence", format!("{} ({} records)", r.evidence.hash, r.evidence.records)),
        ("Archetype", r.archetype.hash.clone()),
        ("Scenarios", r.suite.features.clone()),
        ("Suite", format!("diagmark {}, commit {commit}", r.suite.version)),
        ("Stimuli", r.stimulus.in_words()),
        (
            "Time",
            format!(
                "{:.1} s, of which {:.1} s prescribed by the scenarios and {:.1} s waiting for the station",
                r.timing.wall, r.timing.mandated, r.timing.waiting_for_station
            ),
        ),
    ];
    Html::join(rows.iter().map(|(t, d)| Html::join([Html::tagged("dt", t), Html::tagged("dd", d)])))
}
