//! What must hold of every stream of a run.

use super::{Batch, Opening, Streams, Watched, settle};
use crate::events::TIME_TOLERANCE;
use crate::monitors::MonitoringReport;
use crate::{Check, Code, Finding};
use trace::Seq;

/// What a run without values on a stream comes to.
const NO_VALUES: &str = "no values came on a stream in this run";

impl Streams {
    /// The times of the values are counted from the first of each message: the first is 0, they ascend, they are as
    /// far apart as the monitor's period, and none is from the future or older than the message before (OCPP
    /// N15.FR.09). What is no number is a matter of the message's schema.
    pub fn times_count_from_the_first(&self) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        for (n, batch) in self.batches.iter().enumerate() {
            let offsets: Vec<f64> = batch.offsets.iter().copied().flatten().collect();
            let (Some(first), Some(last)) = (offsets.first(), offsets.last()) else { continue };
            let before = self.batches.iter().take(n).rfind(|b| b.stream == batch.stream);
            let wrong = if *first != 0.0 {
                Some(("t 0 of the first value".to_owned(), format!("t {first}")))
            } else if offsets.iter().zip(offsets.iter().skip(1)).any(|(a, b)| b <= a) {
                Some(("t that ascends".to_owned(), shown(&offsets)))
            } else {
                self.apart(batch, *last, offsets.len()).or_else(|| self.in_its_time(batch, before))
            };
            match wrong {
                Some((expected, observed)) => {
                    findings.push(Finding::new(Code::StreamField, expected, observed, [batch.at]));
                }
                None => judged.push(batch.at),
            }
        }
        settle(findings, &judged, NO_VALUES)
    }

    /// Values that are not as far apart as the monitor's period, on the average: what is wrong.
    fn apart(&self, batch: &Batch, last: f64, count: usize) -> Option<(String, String)> {
        let opening = self.opening_at(batch.stream?, batch.at)?;
        let monitor = self.monitor_of(opening, batch.at)?;
        let gaps = count.checked_sub(1).filter(|gaps| *gaps > 0)?;
        let mean = last / gaps as f64;
        let off = (mean - monitor.value).abs() >= monitor.value / 2.0;
        let expected = format!("values {} s apart, which is the period of the monitor", monitor.value);
        off.then(|| (expected, format!("{mean:.3} s apart")))
    }

    /// The time of the last value against the arrival of the message: what is wrong.
    fn in_its_time(&self, batch: &Batch, before: Option<&Batch>) -> Option<(String, String)> {
        let taken = batch.last_value()?.checked_sub(self.ahead).ok()?;
        let age = batch.arrived.duration_since(taken).as_secs_f64();
        let tolerance = TIME_TOLERANCE.as_secs_f64();
        if age < -tolerance {
            let expected = format!("a last value not after {:.0}, when the message came", batch.arrived);
            return Some((expected, format!("one of {taken:.0}")));
        }
        // After an outage old values are delivered; and where values wait, the last one sent is not the newest.
        let before = before.filter(|b| !self.connections.iter().any(|c| *c > b.at && *c < batch.at))?;
        let since = batch.arrived.duration_since(before.arrived).as_secs_f64();
        if batch.pending == Some(0) && age > since + tolerance {
            let expected = format!("values gathered since the message before, {since:.0} s ago");
            return Some((expected, format!("a last value that is {age:.0} s old")));
        }
        None
    }

    /// How the suite had set the monitor of a stream at that time, if it did.
    fn monitor_of(&self, opening: &Opening, at: Seq) -> Option<&Watched> {
        self.monitors.get(&opening.monitor?)?.iter().rev().find(|w| w.at < at && w.streamed && w.value > 0.0)
    }

    /// Values come only on a stream that was opened on this run of the station, that the suite had accepted, and
    /// that is not closed (OCPP N11.FR.02, N13.FR.01). Streams that the suite refused are a matter of their own, and
    /// so are the last values of a stream that come just after its end.
    pub fn are_open_when_used(&self) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        for batch in &self.batches {
            let Some(stream) = batch.stream else { continue };
            let opening = self.opening_at(stream, batch.at);
            if opening.is_some_and(Opening::is_refused) {
                continue;
            }
            let closing = opening.and_then(|o| {
                let of = |c: &&super::Closing| c.stream == Some(stream) && c.at > o.at && c.at < batch.at;
                self.closings.iter().find(of)
            });
            let observed = match (opening, closing) {
                (None, _) => "it was not opened",
                (Some(o), None) if o.is_accepted_before(batch.at) => {
                    judged.push(batch.at);
                    continue;
                }
                (Some(_), None) => "it was not accepted yet",
                (Some(_), Some(c)) => {
                    let late = batch.arrived.duration_since(c.arrived).as_secs_f64();
                    if late <= TIME_TOLERANCE.as_secs_f64() {
                        continue;
                    }
                    "it was closed"
                }
            };
            let records = opening.map(|o| o.at).into_iter().chain(closing.map(|c| c.at)).chain([batch.at]);
            let expected = format!("values on open streams only, and {stream} to be one");
            findings.push(Finding::new(Code::StreamUnwanted, expected, observed, records));
        }
        settle(findings, &judged, NO_VALUES)
    }

    /// The values of a monitor whose stream is open do not come as periodic events as well.
    pub fn do_not_repeat_as_events(&self) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        let accepted = self.openings.iter().filter_map(|o| {
            let (answered, accepted) = o.answer?;
            accepted.then_some((o, answered))
        });
        for (opening, answered) in accepted {
            let end = self.end_of(opening);
            let meanwhile = |at: Seq| at > answered && end.is_none_or(|end| at < end);
            let values = self.batches.iter().find(|b| b.stream == opening.stream && meanwhile(b.at));
            let Some(values) = values else { continue };
            let twice = self.events.iter().find(|e| {
                e.monitor.is_some()
                    && e.monitor == opening.monitor
                    && e.trigger == "Periodic"
                    && e.at > values.at
                    && meanwhile(e.at)
            });
            match twice {
                None => judged.push(values.at),
                Some(event) => {
                    let expected = "the values of a streamed monitor on its stream only";
                    let observed = "a periodic event as well";
                    let records = [opening.at, values.at, event.at];
                    findings.push(Finding::new(Code::EventUnwanted, expected, observed, records));
                }
            }
        }
        settle(findings, &judged, NO_VALUES)
    }

    /// What ends a stream: its closing, a restart, or, because the values may then come in either way, the loss of
    /// the connection.
    fn end_of(&self, opening: &Opening) -> Option<Seq> {
        let closed = self.closings.iter().filter(|c| c.stream == opening.stream).map(|c| c.at);
        let lost = self.boots.iter().chain(&self.connections).copied();
        closed.chain(lost).filter(|at| *at > opening.at).min()
    }

    /// Streams that no request of the suite explains.
    pub fn unasked(&self) -> Vec<&Opening> {
        let explained = |o: &&Opening| {
            let set = o.monitor.and_then(|m| self.monitors.get(&m));
            set.is_some_and(|all| all.iter().any(|w| w.streamed))
        };
        // A request that is answered after its stream was opened explains it as well.
        self.openings.iter().filter(|o| !explained(o)).collect()
    }

    /// Streams that the station opens of its own accord carry the values of built-in or preconfigured monitors
    /// (OCPP N11.FR.03).
    pub fn are_of_built_in_monitors(&self, report: &MonitoringReport) -> Vec<Check> {
        let unasked = self.unasked();
        let set: Vec<Seq> = self.monitors.values().flatten().filter(|w| w.streamed).map(|w| w.at).collect();
        let restarted = |at: Seq| self.boots.iter().any(|b| *b < at && set.iter().any(|s| s < b));
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        for opening in unasked {
            let monitor = opening.monitor.and_then(|m| report.find(m));
            let class = monitor.and_then(|m| m.notification.as_deref());
            let observed = match (monitor, class) {
                (_, Some("HardWiredMonitor" | "PreconfiguredMonitor")) => {
                    judged.push(opening.at);
                    continue;
                }
                // It may be one of the suite's, which got another id in a restart (OCPP N04.FR.19).
                _ if restarted(opening.at) => continue,
                (None, _) => format!(
                    "monitor {}, which is not in the report",
                    opening.monitor.map_or("(none)".to_owned(), |m| m.to_string())
                ),
                (Some(m), class) => format!("monitor {} of class {}", m.id, class.unwrap_or("(none)")),
            };
            let expected = "a built-in or preconfigured monitor of the report";
            let records = report.records.iter().copied().take(1).chain([opening.at]);
            findings.push(Finding::new(Code::StreamUnwanted, expected, observed, records));
        }
        settle(findings, &judged, "the station opened no stream of its own accord in this run")
    }
}

fn shown(offsets: &[f64]) -> String {
    let all: Vec<String> = offsets.iter().take(12).map(|t| format!("{t}")).collect();
    format!("t {}", all.join(", "))
}
