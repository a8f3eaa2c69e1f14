//! Wire examples: frames of a committed run of the reference station, picked by a manifest, never typed by hand.

mod json;

use include_dir::{Dir, include_dir};
use json::Json;
use ocpp::Version;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trace::{Body, Direction, Record};

static EXAMPLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/examples");

/// Arrays longer than this are shortened when an excerpt is made.
const LONGEST: usize = 3;

/// Stands for what happens before the first scenario: connecting and booting.
const CONNECT: &str = "connect";

/// One scenario of a run: its frames, as they went over the wire but for long arrays. A line of
/// `examples/run-<version>.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excerpt {
    /// The scenario.
    pub scenario: String,
    /// The row it judged.
    pub row: String,
    /// Frames in their order: direction seen from the station's CSMS, and the text.
    pub frames: Vec<Frame>,
}

/// A frame of an [`Excerpt`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// Which way.
    pub dir: Direction,
    /// The text; where an array was shortened, its last element says how many are missing.
    pub raw: String,
}

/// A wire example of the book.
#[derive(Debug, Clone, Serialize)]
pub struct Example {
    /// Name in placeholders.
    pub name: String,
    /// What it shows, in one sentence.
    pub caption: String,
    /// OCPP version spoken.
    pub version: Version,
    /// The scenario it comes from.
    pub scenario: String,
    /// Its frames.
    pub frames: Vec<Shown>,
}

/// A frame as a reader sees it.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// Whether the station sent it.
    pub from_station: bool,
    /// Name of the message, of its request if it is a response.
    pub action: String,
    /// Whether it is a response.
    pub response: bool,
    /// The text, indented.
    pub text: String,
}

/// An example that cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ExampleError {
    /// The manifest or a run is not what it should be.
    #[error("examples/{file}: {why}")]
    Malformed {
        /// The file.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// The run lacks what an example picks.
    #[error("example {name}: {why}")]
    Missing {
        /// The example.
        name: String,
        /// What is not there.
        why: String,
    },
}

/// The manifest `examples.yaml`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Manifest {
    schema_version: u32,
    examples: Vec<Pick>,
}

/// What one example picks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pick {
    name: String,
    version: Version,
    scenario: String,
    /// Messages by name: all of that name in the scenario, or the n-th (`NotifyEvent#2`), each with its response.
    frames: Vec<String>,
    caption: String,
}

/// The excerpt of a run that `examples/run-<version>.jsonl` keeps: the first time each of these scenarios runs, or
/// runs for the row named after a slash (`DX-FLT-001/F-0107`).
pub fn excerpt(records: &[Record], scenarios: &[String]) -> Vec<Excerpt> {
    let mut kept: Vec<Excerpt> = Vec::new();
    let mut keep = |scenario: &str, row: &str, records: &mut dyn Iterator<Item = &Record>| {
        let wanted = |id: &String| id == scenario || *id == format!("{scenario}/{row}");
        let found: Vec<&String> = scenarios.iter().filter(|id| wanted(id)).collect();
        let new = found.into_iter().filter(|id| !kept.iter().any(|e| e.scenario == **id)).collect::<Vec<_>>();
        if new.is_empty() {
            return;
        }
        let frames: Vec<Frame> = records
            .filter_map(|r| match &r.body {
                Body::Frame { dir, raw, .. } => Some(Frame { dir: *dir, raw: shortened(raw) }),
                _ => None,
            })
            .collect();
        for id in new {
            kept.push(Excerpt { scenario: id.clone(), row: row.to_owned(), frames: frames.clone() });
        }
    };
    keep(CONNECT, "", &mut records.iter().take_while(|r| !matches!(r.body, Body::Begin { .. })));
    for (at, record) in records.iter().enumerate() {
        let Body::Begin { lane, scenario, row, .. } = &record.body else { continue };
        let ended = |r: &&Record| !matches!(&r.body, Body::Verdict { lane: l, .. } if l == lane);
        keep(scenario, row, &mut records.iter().skip(at).take_while(ended));
    }
    kept
}

fn shortened(raw: &str) -> String {
    match serde_json::from_str::<Json>(raw) {
        // The frame itself is an array, of three or four elements.
        Ok(Json::Array(frame)) => {
            Json::Array(frame.into_iter().map(|part| part.shortened(LONGEST)).collect()).compact()
        }
        _ => raw.to_owned(),
    }
}

/// The scenarios the manifest needs of a version's run.
///
/// # Errors
/// When the manifest is malformed.
pub(crate) fn wanted(manifest: &str, version: Version) -> Result<Vec<String>, ExampleError> {
    let mut wanted: Vec<String> =
        read(manifest)?.examples.into_iter().filter(|p| p.version == version).map(|p| p.scenario).collect();
    wanted.sort();
    wanted.dedup();
    Ok(wanted)
}

fn read(manifest: &str) -> Result<Manifest, ExampleError> {
    let malformed = |why: String| ExampleError::Malformed { file: "examples.yaml".to_owned(), why };
    let manifest: Manifest = serde_saphyr::from_str(manifest).map_err(|e| malformed(e.to_string()))?;
    match manifest.schema_version {
        1 => Ok(manifest),
        other => Err(malformed(format!("schemaVersion {other} is unknown: use 1"))),
    }
}

impl Example {
    /// The examples this binary carries, by name.
    ///
    /// # Errors
    /// When the manifest or a run is malformed, or an example picks what its run does not have.
    pub fn embedded() -> Result<BTreeMap<String, Example>, ExampleError> {
        let text = |name: &str| EXAMPLES.get_file(name).and_then(|f| f.contents_utf8()).unwrap_or_default();
        let mut runs = BTreeMap::new();
        for version in Version::ALL {
            let name = format!("run-{version}.jsonl");
            runs.insert(version, lines(&name, text(&name))?);
        }
        Example::all(text("examples.yaml"), &runs)
    }

    /// The scenarios that the examples need to be run in a version.
    ///
    /// # Errors
    /// When the manifest is malformed.
    pub fn scenarios(version: Version) -> Result<Vec<String>, ExampleError> {
        let manifest = EXAMPLES.get_file("examples.yaml").and_then(|f| f.contents_utf8()).unwrap_or_default();
        wanted(manifest, version)
    }

    fn all(
        manifest: &str,
        runs: &BTreeMap<Version, Vec<Excerpt>>,
    ) -> Result<BTreeMap<String, Example>, ExampleError> {
        let mut examples = BTreeMap::new();
        for pick in read(manifest)?.examples {
            let missing = |why: String| ExampleError::Missing { name: pick.name.clone(), why };
            let run = runs.get(&pick.version).into_iter().flatten().find(|e| e.scenario == pick.scenario);
            let run =
                run.ok_or_else(|| missing(format!("no run in {} has {}", pick.version, pick.scenario)))?;
            let frames = picked(&run.frames, &pick.frames);
            let frames =
                frames.map_err(|wanted| missing(format!("{} has no frame {wanted}", pick.scenario)))?;
            let Pick { name, version, scenario, caption, .. } = pick;
            examples.insert(name.clone(), Example { name, caption, version, scenario, frames });
        }
        Ok(examples)
    }
}

fn lines(file: &str, text: &str) -> Result<Vec<Excerpt>, ExampleError> {
    let read = |line| serde_json::from_str(line);
    let all: Result<Vec<Excerpt>, _> = text.lines().filter(|l| !l.trim().is_empty()).map(read).collect();
    all.map_err(|e| ExampleError::Malformed { file: file.to_owned(), why: e.to_string() })
}

/// The frames with these names and their responses, in the order of the run; or the first name that is not there.
fn picked(frames: &[Frame], names: &[String]) -> Result<Vec<Shown>, String> {
    let parsed: Vec<(Direction, Json)> =
        frames.iter().filter_map(|f| Some((f.dir, serde_json::from_str(&f.raw).ok()?))).collect();
    let mut keep: Vec<usize> = Vec::new();
    for name in names {
        let (action, number) =
            name.split_once('#').map_or((name.as_str(), None), |(a, n)| (a, n.parse::<usize>().ok()));
        let calls: Vec<usize> = parsed
            .iter()
            .enumerate()
            .filter(|(_, (_, json))| json.action() == Some(action))
            .map(|(at, _)| at)
            .collect();
        let chosen: Vec<usize> = match number {
            Some(n) => calls.get(n.wrapping_sub(1)).copied().into_iter().collect(),
            None => calls,
        };
        if chosen.is_empty() {
            return Err(name.clone());
        }
        for at in chosen {
            keep.push(at);
            let id = parsed.get(at).and_then(|(_, json)| json.message_id());
            let answer = parsed.iter().enumerate().skip(at + 1);
            keep.extend(
                answer
                    .filter(|(_, (_, j))| j.action().is_none() && j.message_id() == id)
                    .map(|(at, _)| at)
                    .next(),
            );
        }
    }
    keep.sort_unstable();
    keep.dedup();
    let mut action_of: BTreeMap<&str, &str> = BTreeMap::new();
    for (_, json) in &parsed {
        if let (Some(id), Some(action)) = (json.message_id(), json.action()) {
            action_of.insert(id, action);
        }
    }
    let shown = keep.into_iter().filter_map(|at| parsed.get(at)).map(|(dir, json)| Shown {
        from_station: *dir == Direction::Rx,
        action: json.message_id().and_then(|id| action_of.get(id)).copied().unwrap_or_default().to_owned(),
        response: json.action().is_none(),
        text: json.indented(),
    });
    Ok(shown.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(dir: Direction, raw: &str) -> Frame {
        Frame { dir, raw: raw.to_owned() }
    }

    #[test]
    fn frames_are_picked_by_name_or_number_with_their_responses() {
        let frames = [
            frame(Direction::Tx, r#"[2,"a","SetVariableMonitoring",{}]"#),
            frame(Direction::Rx, r#"[2,"1","NotifyEvent",{"n":1}]"#),
            frame(Direction::Tx, r#"[3,"1",{}]"#),
            frame(Direction::Rx, r#"[3,"a",{"x":1}]"#),
            frame(Direction::Rx, r#"[2,"2","NotifyEvent",{"n":2}]"#),
        ];
        let names = |n: &[&str]| n.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let shown = picked(&frames, &names(&["SetVariableMonitoring", "NotifyEvent#2"])).unwrap();
        let short: Vec<_> = shown.iter().map(|s| (s.action.as_str(), s.response, s.from_station)).collect();
        assert_eq!(
            short,
            [
                ("SetVariableMonitoring", false, false),
                ("SetVariableMonitoring", true, true),
                ("NotifyEvent", false, true)
            ]
        );
        assert_eq!(picked(&frames, &names(&["NotifyEvent#3"])).unwrap_err(), "NotifyEvent#3");
    }

    #[test]
    fn long_arrays_are_shortened_and_say_so() {
        let raw = r#"[2,"a","NotifyReport",{"z":[1,2,3,4,5],"a":[1,2,3]}]"#;
        assert_eq!(shortened(raw), r#"[2,"a","NotifyReport",{"z":[1,2,"… 3 more"],"a":[1,2,3]}]"#);
    }
}
