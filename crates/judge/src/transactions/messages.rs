//! Numbering, ids, beginnings and ends, and what happened offline.

use super::{NONE, Told, Transactions, tolerance};
use crate::{Check, Code, Finding};
use jiff::Timestamp;
use trace::Seq;

impl Transactions {
    /// The messages of each transaction are numbered without a gap, or those of all transactions together are
    /// (archetype row B-0381).
    pub fn are_numbered(&self) -> Vec<Check> {
        let judged: Vec<Seq> = self.told.iter().map(|t| t.at).collect();
        let mut findings: Vec<Finding> = Vec::new();
        for messages in self.each() {
            findings.extend(steps(&messages));
        }
        let all: Vec<&Told> = self.told.iter().collect();
        if steps(&all).is_empty() {
            // One counter over all transactions.
            findings.clear();
        }
        Self::settle(findings, &judged, NONE)
    }

    /// No id begins two transactions (OCPP E01.FR.08; archetype row B-0382).
    pub fn ids_are_unique(&self) -> Vec<Check> {
        let starts: Vec<&Told> = self.told.iter().filter(|t| t.starts()).collect();
        let findings = starts.iter().enumerate().filter_map(|(n, again)| {
            let first = starts.iter().take(n).find(|f| f.id == again.id)?;
            let expected = "an id that no other transaction of this run has";
            let observed = format!("{} started twice", again.id);
            Some(Finding::new(Code::TransactionIdReused, expected, observed, [first.at, again.at]))
        });
        let judged: Vec<Seq> = starts.iter().map(|t| t.at).collect();
        Self::settle(findings.collect(), &judged, NONE)
    }

    /// Each transaction begins with Started and ends once with Ended, and nothing is said of it afterwards. What
    /// began before the run, or goes on at its end, is judged for the rest (archetype row B-0383).
    pub fn begin_and_end(&self) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        for messages in self.each() {
            judged.extend(messages.iter().map(|m| m.at));
            let Some(first) = messages.first() else { continue };
            if !first.starts() && !self.began_before(first) {
                let expected = format!("Started as the first message of {}", first.id);
                findings.push(wrong(expected, first.shown(), [first.at]));
            }
            let Some(end) = messages.iter().find(|m| m.ends()) else { continue };
            for late in messages.iter().filter(|m| m.at > end.at) {
                let later = |a: Option<Timestamp>, b: Option<Timestamp>| a.zip(b).is_some_and(|(a, b)| a > b);
                let after = late.ends() || late.seq_no > end.seq_no || later(late.timestamp, end.timestamp);
                if after {
                    let expected = format!("nothing of {} after its Ended", end.id);
                    findings.push(wrong(expected, late.shown(), [end.at, late.at]));
                }
            }
        }
        Self::settle(findings, &judged, NONE)
    }

    /// What happened while the station was offline is marked so, and only that (OCPP E04, E11, E12; archetype row
    /// B-0385). What happened at the edge of such a time is not judged.
    pub fn offline_is_marked(&self) -> Vec<Check> {
        let (mut findings, mut judged) = (Vec::new(), Vec::new());
        for message in &self.told {
            let Some(time) = message.timestamp.and_then(|t| t.checked_sub(self.ahead).ok()) else { continue };
            let inside = self.gaps.iter().any(|g| time > g.from + tolerance() && time < g.to - tolerance());
            let outside = self
                .gaps
                .iter()
                .all(|g| time < g.from - tolerance() || time > g.ready.max(g.to) + tolerance());
            if inside {
                judged.push(message.at);
            }
            let expected = match (inside, outside, message.offline) {
                (true, _, false) => "offline true: it happened while there was no connection",
                (_, true, true) => "offline false or absent: there was a connection when it happened",
                _ => continue,
            };
            let observed = format!("{} with offline {}", message.shown(), message.offline);
            findings.push(Finding::new(Code::TransactionField, expected, observed, [message.at]));
        }
        Self::settle(
            findings,
            &judged,
            "no message of this run tells what happened in a transaction while offline",
        )
    }
}

/// Where the numbers of consecutive messages do not go up by one.
fn steps(messages: &[&Told]) -> Vec<Finding> {
    let pairs = messages.iter().zip(messages.iter().skip(1));
    let breaks = pairs.filter_map(|(a, b)| {
        let next = a.seq_no.and_then(|n| n.checked_add(1));
        if next.is_some() && b.seq_no == next {
            return None;
        }
        let wanted = next.map_or("a seqNo in each".to_owned(), |n| format!("seqNo {n}"));
        let expected = format!("{wanted} after {}", a.shown());
        Some(Finding::new(Code::TransactionMisnumbered, expected, b.shown(), [a.at, b.at]))
    });
    let unnumbered = messages
        .first()
        .filter(|m| m.seq_no.is_none())
        .map(|m| Finding::new(Code::TransactionMisnumbered, "a seqNo in each message", m.shown(), [m.at]));
    unnumbered.into_iter().chain(breaks).collect()
}

fn wrong(expected: String, observed: String, at: impl IntoIterator<Item = Seq>) -> Finding {
    Finding::new(Code::TransactionDisorder, expected, observed, at)
}
