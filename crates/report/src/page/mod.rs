//! `report.html`: the whole run in one file that opens without a network.
//!
//! The verdict, the counts, the limits and the observations are plain HTML. Everything below a row is data in the
//! page, drawn by its script when somebody looks at it: a run of thousands of rows opens at once.

mod exchange;
mod frames;
mod guide;
mod latency;
mod masthead;
mod timeline;

use crate::ResultFile;
use crate::certificate::Certificate;
use crate::html::{Html, fill};
use exchange::Exchanges;
use judge::{Code, VerdictLine};
use latency::Latency;
use serde::Serialize;
use spec::{Archetype, Declaration};
use std::collections::BTreeMap;
use timeline::Timeline;
use trace::{Record, hash_bytes};

/// Name of the file in a run directory.
pub const FILE_NAME: &str = "report.html";

/// How the evidence of a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// With the record that says so.
    Whole,
    /// In the middle: the process was killed, the power or the disk gave out.
    BrokenOff {
        /// Whether a record was being written.
        torn: bool,
    },
}

/// What a page is made from.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The result.
    pub result: &'a ResultFile,
    /// The archetype judged against.
    pub archetype: &'a Archetype,
    /// What was declared.
    pub declaration: &'a Declaration,
    /// The evidence.
    pub records: &'a [Record],
    /// The certificate, if somebody signed one.
    pub certificate: Option<&'a Certificate>,
    /// How the evidence ends.
    pub ending: Ending,
}

/// What the script of the page reads.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    rows: Vec<Row<'a>>,
    guide: BTreeMap<&'a str, guide::Entry>,
    codes: BTreeMap<&'static str, &'static str>,
    records: BTreeMap<u64, frames::Shown>,
    timeline: Timeline,
    latency: Vec<Latency>,
}

/// A verdict, and what is needed to show it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    #[serde(flatten)]
    line: &'a VerdictLine,
    /// Whether it is a laboratory's own.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    own: bool,
    /// Component it is about.
    component: String,
    /// Records of the exchange, in order.
    exchange: &'a [u64],
    /// Records of it that are not shown.
    #[serde(skip_serializing_if = "is_zero")]
    left_out: usize,
    /// Whether it was expected to fail.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    expected_failure: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde calls it
fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// The page.
pub fn page(s: &Sources<'_>) -> String {
    let verdicts: Vec<(&VerdictLine, bool)> =
        s.result.verdicts.iter().map(|v| (v, false)).chain(s.result.own.iter().map(|v| (v, true))).collect();
    let exchanges = Exchanges::of(s.records, &verdicts);
    let covers = |n: usize| s.result.expecting().is_some_and(|e| e.covers(n));
    let rows: Vec<Row<'_>> = verdicts
        .iter()
        .enumerate()
        .map(|(n, (line, own))| Row {
            line,
            own: *own,
            component: guide::component(s.archetype, &line.row),
            exchange: exchanges.records(n),
            left_out: exchanges.left_out(n),
            expected_failure: !own && covers(n),
        })
        .collect();
    let timeline = Timeline::of(s, &exchanges, &verdicts);
    let data = Data {
        guide: guide::entries(s.archetype, s.declaration, &verdicts),
        codes: Code::ALL.iter().map(|c| (c.as_str(), c.description())).collect(),
        records: frames::shown(s.records, exchanges.all().chain(timeline.records()), s.result.ocpp_version),
        latency: latency::latencies(s, &exchanges, &verdicts),
        timeline,
        rows,
    };
    let script = [
        include_str!("../assets/report/page.js"),
        include_str!("../assets/report/rows.js"),
        include_str!("../assets/report/detail.js"),
        include_str!("../assets/report/pictures.js"),
    ]
    .concat();
    let values = [
        ("script_hash", Html(base64_hash(&script))),
        ("script", Html(script)),
        ("css", Html(include_str!("../assets/report/report.css").to_owned())),
        ("data", Html(embedded(&data))),
    ];
    fill(include_str!("../assets/report/report.html"), &[&values[..], &masthead::masthead(s)].concat())
}

/// JSON that can stand inside a `script` element whatever a station put into it.
fn embedded(data: &Data<'_>) -> String {
    let json = serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned());
    json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// The hash by which the page allows its own script, and no other, to run.
fn base64_hash(script: &str) -> String {
    use base64::Engine as _;
    let hex = hash_bytes(script.as_bytes()).0;
    let byte = |n: usize| hex.get(n..n + 2).and_then(|h| u8::from_str_radix(h, 16).ok()).unwrap_or(0);
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
