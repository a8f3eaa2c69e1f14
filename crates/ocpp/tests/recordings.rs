//! Recordings of independent stations: every frame is read and judged, whatever it does wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod reference;

use ocpp::Version;
use ocpp::frame::{Frame, read};
use ocpp::validate::{ValidateError, validate_frame};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Line {
    dir: String,
    frame: Box<RawValue>,
}

#[derive(Debug, Default)]
struct Tally {
    frames: usize,
    unreadable: usize,
    unknown: BTreeSet<String>,
    unanswered: usize,
    framing: BTreeMap<&'static str, usize>,
    schema: BTreeMap<&'static str, usize>,
}

#[test]
fn every_recorded_frame_is_read_and_judged() {
    let Some(folder) = reference::folder("DIAGMARK_CAPTURES", "captures") else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "jsonl"));
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let version = if name.ends_with("-21.jsonl") { Version::V21 } else { Version::V201 };
        let tally = judge(version, &std::fs::read_to_string(&file).unwrap());
        assert!(tally.frames > 10, "{name}: {tally:?}");
        println!("{name}, OCPP {version}: {tally:?}");
    }
}

fn judge(version: Version, recording: &str) -> Tally {
    let mut tally = Tally::default();
    let mut asked: BTreeMap<(bool, String), String> = BTreeMap::new();
    for line in recording.lines() {
        let line: Line = serde_json::from_str(line).unwrap();
        let from_station = line.dir == "rx";
        let reading = read(line.frame.get(), version);
        tally.frames += 1;
        for violation in &reading.violations {
            *tally.framing.entry(violation.code()).or_default() += 1;
        }
        let Ok(frame) = reading.frame else {
            tally.unreadable += 1;
            continue;
        };
        let answered = asked.get(&(!from_station, frame.id().to_owned())).cloned();
        if let Frame::Call { id, action, .. } = &frame {
            asked.insert((from_station, id.clone()), action.clone());
        }
        match validate_frame(version, &frame, answered.as_deref()) {
            Ok(violations) => {
                for violation in violations {
                    assert!(!violation.message.is_empty());
                    *tally.schema.entry(violation.keyword.as_str()).or_default() += 1;
                }
            }
            Err(ValidateError::UnknownMessage { name, .. }) => drop(tally.unknown.insert(name)),
            Err(ValidateError::UnknownRequest { .. }) => tally.unanswered += 1,
            Err(error) => panic!("{error}"),
        }
    }
    tally
}
