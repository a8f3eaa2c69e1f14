//! An alert and its end belong together.

use super::Hygiene;
use crate::{Check, Code, Finding};
use std::collections::BTreeMap;
use trace::Seq;

impl Hygiene {
    /// The events of a threshold alternate: one alert, one return, the next alert. What lies between them must be
    /// undisturbed: a lost connection, a restart, a change of the monitor, of the level or the base may swallow
    /// either (OCPP N07.FR.02, N07.FR.16, N07.FR.17; archetype row B-0323).
    pub fn alerts_and_returns_alternate(&self) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        let mut last: BTreeMap<i64, (Seq, bool)> = BTreeMap::new();
        for (_, event) in self.events() {
            let Some(id) = event.monitor.filter(|_| event.trigger == "Alerting") else { continue };
            judged.push(event.at);
            let before = last.insert(id, (event.at, event.cleared));
            let Some((at, cleared)) = before else { continue };
            if cleared != event.cleared || self.disturbed(at, event.at) {
                continue;
            }
            let twice = if cleared { "a return" } else { "an alert" };
            let expected = format!("an alert and a return of monitor {id} in turn");
            findings.push(Finding::new(
                Code::EventUnwanted,
                expected,
                format!("{twice} twice"),
                [at, event.at],
            ));
        }
        self.settle(findings, judged, "no threshold was crossed in this run")
    }

    fn disturbed(&self, from: Seq, to: Seq) -> bool {
        self.disturbances.iter().any(|d| *d >= from && *d <= to)
    }
}
