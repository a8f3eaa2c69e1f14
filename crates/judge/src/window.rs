//! A window of the trace, and reading frames out of it.

use crate::{Check, Code, Finding};
use ocpp::Version;
use ocpp::frame::Frame;
use serde_json::Value;
use trace::{Body, Direction, Record, Seq};

/// Consecutive records of a trace: what a check receives.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a> {
    /// The records, in order.
    pub records: &'a [Record],
    /// The version the run judges.
    pub version: Version,
}

impl<'a> Window<'a> {
    /// A window over records.
    pub fn new(records: &'a [Record], version: Version) -> Window<'a> {
        Window { records, version }
    }

    /// Every frame that can be read, with its direction.
    pub fn frames(self) -> impl Iterator<Item = (Seq, Direction, &'a Frame)> + 'a {
        self.records.iter().filter_map(move |r| frame_of(r, self.version).map(|(d, f)| (r.n, d, f)))
    }

    /// CALLs (and SENDs) of the station with an action, with their payloads.
    pub fn calls_of(self, action: &'a str) -> impl Iterator<Item = (Seq, &'a Value)> + 'a {
        self.frames().filter_map(move |(n, dir, frame)| match frame {
            Frame::Call { action: a, payload, .. } if dir == Direction::Rx && a == action => {
                Some((n, payload))
            }
            _ => None,
        })
    }

    /// First and last record number, for saying which stretch was looked at.
    pub fn ends(self) -> Vec<Seq> {
        self.records.first().into_iter().chain(self.records.last()).map(|r| r.n).collect()
    }
}

/// The frame a record holds, read tolerantly; the record keeps it. Whole numbers of its payload are integers, however
/// they are spelt.
pub fn frame_of(record: &Record, version: Version) -> Option<(Direction, &Frame)> {
    let Body::Frame { dir, raw, .. } = &record.body else { return None };
    Some((*dir, raw.frame(version)?))
}

/// One part of a paged report.
#[derive(Debug, Clone)]
pub struct Part {
    /// The record that brought it.
    pub at: Seq,
    /// `seqNo`.
    pub seq_no: Option<i64>,
    /// Whether another part follows.
    pub tbc: bool,
    /// The whole payload.
    pub payload: Value,
}

/// The parts of the report with a `requestId`, in the order they came. Parts of other reports between
/// them are left out.
pub fn parts(window: Window<'_>, action: &str, request_id: i64) -> Vec<Part> {
    window
        .frames()
        .filter_map(|(at, dir, frame)| match frame {
            Frame::Call { action: a, payload, .. } if dir == Direction::Rx && a == action => {
                part(at, payload, request_id)
            }
            _ => None,
        })
        .collect()
}

/// Reads a report part, if it belongs to the request.
pub fn part(at: Seq, payload: &Value, request_id: i64) -> Option<Part> {
    (payload.get("requestId").and_then(Value::as_i64) == Some(request_id)).then(|| Part {
        at,
        seq_no: payload.get("seqNo").and_then(Value::as_i64),
        tbc: payload.get("tbc").and_then(Value::as_bool).unwrap_or(false),
        payload: payload.clone(),
    })
}

/// How a paged report came in, judged as paging only (OCPP B07.FR.04/10, B08.FR.04/14, N02.FR.04/09). That no part
/// comes before the response is a row of its own ([`crate::framing::answers::come_first`]).
#[derive(Debug, Clone)]
pub struct Paged {
    /// The record of the response that accepted the request.
    pub response: Seq,
    /// The parts.
    pub parts: Vec<Part>,
}

impl Paged {
    /// Whether the last part is there. A part says by `tbc` that another one follows, so the report is
    /// whole when the highest-numbered part has no successor announced.
    pub fn is_whole(&self) -> bool {
        self.last().is_some_and(|p| !p.tbc)
    }

    fn last(&self) -> Option<&Part> {
        self.parts.iter().max_by_key(|p| p.seq_no)
    }

    /// Judges order, numbering and completeness of the parts.
    pub fn check(&self, waited: &str) -> Vec<Check> {
        let Some(last) = self.last() else {
            let expected = "a report after the request was accepted";
            let observed = format!("none {waited}");
            return vec![Finding::new(Code::ReportMissing, expected, observed, [self.response]).into()];
        };
        let mut findings = Vec::new();
        let numbers: Vec<String> = self.parts.iter().map(|p| shown(p.seq_no)).collect();
        if self.parts.iter().zip(0i64..).any(|(p, n)| p.seq_no != Some(n)) {
            let expected = format!("seqNo 0 to {}", self.parts.len() - 1);
            let observed = format!("seqNo {}", numbers.join(", "));
            findings.push(Finding::new(
                Code::ReportMisnumbered,
                expected,
                observed,
                self.parts.iter().map(|p| p.at),
            ));
        }
        if last.tbc {
            let expected = "a last part with tbc false or absent";
            let observed = format!("{} part(s), the last one announcing another, {waited}", self.parts.len());
            findings.push(Finding::new(Code::ReportIncomplete, expected, observed, [last.at]));
        }
        let all = std::iter::once(self.response).chain(self.parts.iter().map(|p| p.at));
        Check::from_findings(findings, all)
    }
}

fn shown(n: Option<i64>) -> String {
    n.map_or_else(|| "(none)".to_owned(), |n| n.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn part(at: u64, seq_no: i64, tbc: bool) -> Part {
        Part { at: Seq(at), seq_no: Some(seq_no), tbc, payload: json!({}) }
    }

    fn codes(parts: Vec<Part>) -> Vec<Code> {
        let checks = Paged { response: Seq(10), parts }.check("within 60s");
        checks
            .into_iter()
            .filter_map(|c| if let Check::Broken(f) = c { Some(f.code) } else { None })
            .collect()
    }

    #[test]
    fn a_report_in_order_holds() {
        assert_eq!(codes(vec![part(11, 0, true), part(12, 1, false)]), []);
    }

    #[test]
    fn each_way_of_breaking_a_report_is_named() {
        assert_eq!(codes(vec![]), [Code::ReportMissing]);
        assert_eq!(
            codes(vec![part(9, 0, false)]),
            [],
            "the order of parts and response is another row's matter"
        );
        assert_eq!(codes(vec![part(11, 1, false)]), [Code::ReportMisnumbered]);
        assert_eq!(codes(vec![part(11, 0, true), part(12, 2, false)]), [Code::ReportMisnumbered]);
        assert_eq!(codes(vec![part(11, 0, true)]), [Code::ReportIncomplete]);
    }

    #[test]
    fn parts_out_of_order_are_whole_and_misnumbered() {
        let swapped = vec![part(11, 1, false), part(12, 0, true)];
        assert!(Paged { response: Seq(10), parts: swapped.clone() }.is_whole());
        assert_eq!(codes(swapped), [Code::ReportMisnumbered]);
    }

    #[test]
    fn a_part_that_spells_its_numbers_with_a_point_belongs_to_the_report() {
        let first = json!({"requestId": 5.0, "seqNo": 0.0, "tbc": true});
        let story = crate::testing::Story::begins()
            .says("NotifyReport", first)
            .says("NotifyReport", json!({"requestId": 6, "seqNo": 0}))
            .says("NotifyReport", json!({"requestId": 5, "seqNo": 1}));
        let found: Vec<_> =
            parts(story.window(), "NotifyReport", 5).iter().map(|p| (p.at.0, p.seq_no)).collect();
        assert_eq!(found, [(1, Some(0)), (5, Some(1))]);
    }
}
