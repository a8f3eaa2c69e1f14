//! A survey of the reference station, in virtual time: what is asked, what is read, what it says of the product.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use judge::gap::{Gap, answers, layout};
use net::{Clock, Csms, CsmsConfig, Log, StationLink};
use ocpp::Version;
use spec::model::Answer;
use spec::{Archetype, Declaration, Source};
use station::{Identity, RunnerConfig, Station};
use std::rc::Rc;
use steps::NoRig;
use steps::link::Live;
use steps::survey::{Patience, Survey, SurveyError, recall, survey};
use tokio::sync::watch;
use trace::{Body, Record, Trace};

const EPOCH: &str = "2026-01-01T00:00:00Z";

fn archetype() -> Archetype {
    Archetype::load("ac-wallbox").unwrap()
}

/// The reference station with all its hardware but some.
fn without(archetype: &Archetype, absent: &[&str]) -> Declaration {
    let answer = |id: &str| if absent.contains(&id) { "no" } else { "yes" };
    let conditions: Vec<String> =
        archetype.conditions.iter().map(|c| format!("  {}: {}\n", c.id, answer(&c.id))).collect();
    let text = format!(
        "schemaVersion: 1\narchetype: ac-wallbox\nproduct: {{vendor: V, model: M}}\nconditions:\n{}",
        conditions.concat()
    );
    Declaration::from_source(Source::new("d.yaml", text), archetype).unwrap()
}

/// Surveys a reference station, and what was recorded.
async fn surveyed(built_from: &Declaration, version: Version) -> (Survey, Vec<Record>) {
    let archetype = archetype();
    let identity = Identity::of(built_from);
    let station = Station::new(&archetype, built_from, version, identity);
    let clock = Clock::starting_at(EPOCH.parse().unwrap());
    let log = Log::new(clock.clone(), Trace::in_memory());
    let csms = Csms::new(CsmsConfig::default(), log.clone());
    let (_handle, control) = station::control::channel();
    let dial = csms.clone();
    let connect = move || {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        dial.accept(theirs, "in-memory".to_owned());
        async move { StationLink::attach(ours, "ws://in-memory", "CS001", &[version]).await }
    };
    let config = RunnerConfig::default();
    let forever = std::future::pending();
    let running = station::run(station, clock, config, connect, control, |_| (), forever);
    let (_keep, stop) = watch::channel(false);
    let live = Rc::new(Live::new(csms, log.clone(), Box::new(NoRig), stop));
    let patience = Patience::of(&archetype, built_from);
    let survey = tokio::select! {
        biased;
        survey = survey(live, version, &patience) => survey.unwrap(),
        _ = running => panic!("the station ended"),
    };
    (survey, log.with(|t| t.records().to_vec()))
}

#[tokio::test(start_paused = true)]
async fn a_survey_asks_for_two_reports_and_for_nothing_else() {
    let archetype = archetype();
    let (survey, records) = surveyed(&Declaration::complete(&archetype), Version::V21).await;
    assert_eq!(survey.identity.vendor.as_deref(), Some("Diagmark"));
    assert_eq!((survey.version, survey.offered), (Version::V21, vec![Version::V21]));
    let asked: Vec<&str> = records
        .iter()
        .filter_map(|r| match &r.body {
            Body::Frame { lane: Some(_), raw, .. } => raw.split('"').nth(3),
            _ => None,
        })
        .collect();
    assert_eq!(asked, ["GetBaseReport", "GetMonitoringReport"]);
}

#[tokio::test(start_paused = true)]
async fn its_records_say_the_same_again() {
    let archetype = archetype();
    let declaration = Declaration::complete(&archetype);
    let (live, records) = surveyed(&declaration, Version::V201).await;
    let again = recall(&records).unwrap();
    assert_eq!(again.inventories.inventory.variables.len(), live.inventories.inventory.variables.len());
    assert!(Gap::of(&archetype, &declaration, again.version, &again.inventories).lacks.is_empty());
    assert!(matches!(recall(&[]), Err(SurveyError::NoStation)));
}

#[tokio::test(start_paused = true)]
async fn each_condition_switched_off_is_told_from_the_inventory_and_leaves_no_gap() {
    let archetype = archetype();
    for condition in &archetype.conditions {
        let off = without(&archetype, &[&condition.id]);
        let (survey, _) = surveyed(&off, Version::V201).await;
        let seen = &survey.inventories;
        let gap = Gap::of(&archetype, &off, survey.version, seen);
        assert!(gap.lacks.is_empty(), "{}: {:?}", condition.id, gap.lacks);
        let topology = layout(&seen.inventory).topology.unwrap();
        for told in answers(&archetype, &seen.inventory, &topology, survey.version) {
            let expected = match (condition.id.as_str(), told.id.as_str()) {
                // Optional hardware may be there without being reported.
                ("shock-sensor", "shock-sensor") | ("ui-input", "ui-input") => Answer::Unknown,
                // In memory there is security profile 0 only, which tells nothing of the others.
                (_, "tls" | "basic-authentication" | "client-certificate") => told.answer,
                // Both are of OCPP 2.1, and 2.0.1 is spoken here.
                (_, "event-streams" | "data-collector") => told.answer,
                // A variable of the modem.
                ("mobile-modem", "backup-link") => Answer::No,
                (_, id) => off.answer(id),
            };
            let told_of = format!("without {}: {}, {}", condition.id, told.id, told.because);
            assert_eq!(told.answer, expected, "{told_of}");
        }
    }
}
