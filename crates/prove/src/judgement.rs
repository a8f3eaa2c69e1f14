//! What a deviation came to: held against the run of the plain reference station, row by row.

use crate::deviations::{Deviation, Kind};
use crate::stand::Ran;
use judge::{Code, Verdict, VerdictLine};
use std::collections::BTreeSet;
use std::fmt;
use trace::Body;

/// What one run of a deviation came to.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// Where a defect was caught.
    pub caught: Vec<Caught>,
    /// Why the suite cannot be believed in this; none where all is as it must be.
    pub faults: Vec<Fault>,
}

/// A row on which a defect was caught, at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caught {
    /// The row.
    pub row: String,
    /// The scenario that caught it.
    pub scenario: String,
    /// `fail` or `warn`.
    pub verdict: Verdict,
    /// Kind of finding.
    pub code: Option<Code>,
}

/// Why the suite, or the table of deviations, is wrong.
#[derive(Debug, Clone)]
pub enum Fault {
    /// A row that the defect breaks is judged as if nothing were wrong.
    Survived(&'static str),
    /// Nothing that it breaks is judged here, and so nothing catches it.
    Uncaught,
    /// A verdict is another one although the deviation does not touch it.
    Otherwise(Box<Difference>),
    /// Not one frame of the run is another one: the deviation was never asked, or does nothing.
    ChangedNothing,
    /// The run did not come to its end.
    Interrupted,
    /// What the run changed is not as it was.
    LeftBehind(String),
    /// The evidence leads to other verdicts than the run.
    DoesNotReplay,
    /// The stand broke.
    Broken(String),
}

/// A verdict that is another one than in the plain run.
#[derive(Debug, Clone)]
pub struct Difference {
    /// What it was.
    pub was: Verdict,
    /// What it is.
    pub now: VerdictLine,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Survived(row) => write!(f, "{row} is not judged as broken"),
            Fault::Uncaught => f.write_str("nothing that it breaks is judged here"),
            Fault::Otherwise(d) => d.fmt(f),
            Fault::ChangedNothing => f.write_str("it changes nothing: not one frame is another one"),
            Fault::Interrupted => f.write_str("the run was interrupted"),
            Fault::LeftBehind(what) => write!(f, "not undone: {what}"),
            Fault::DoesNotReplay => f.write_str("the evidence leads to other verdicts"),
            Fault::Broken(why) => f.write_str(why),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { was, now } = self;
        write!(f, "{}", now.row)?;
        match (now.evse, now.connector) {
            (Some(evse), Some(connector)) => write!(f, " at {evse}/{connector}")?,
            (Some(evse), None) => write!(f, " at {evse}")?,
            _ => {}
        }
        write!(f, " ({}): {was}, now {}", now.scenario.as_deref().unwrap_or("-"), now.verdict)?;
        if let Some(code) = now.code {
            write!(f, " {code}")?;
        }
        if let Some(by) = &now.blocked_by {
            write!(f, ", blocked by {by}")?;
        }
        let why = now.reason.as_ref().or(now.observed.as_ref());
        why.map_or(Ok(()), |why| write!(f, ": {why}"))
    }
}

/// What is not as it was at the end of a run: how the back end answers, and, of a station that is right, what the suite
/// changed on it.
fn left_behind(kind: &Kind, ran: &Ran) -> Vec<Fault> {
    let backwards = || ran.records.iter().rev().map(|r| &r.body);
    let offline = backwards().find_map(|body| match body {
        Body::Offline { offline, .. } => Some(*offline),
        _ => None,
    });
    let policy = backwards().find_map(|body| match body {
        Body::Policy { policy, .. } => Some(policy),
        _ => None,
    });
    let usual = serde_json::to_value(net::csms::Policy::default()).unwrap_or_default();
    let shut = (offline == Some(true)).then(|| "the back end lets nobody in".to_owned());
    let odd = policy.is_some_and(|p| *p != usual).then(|| "the back end answers as no other does".to_owned());
    // A station with a defect may keep what it is to give up.
    let right = matches!(kind, Kind::Variant { .. });
    let is_left = |o: &&String| o.starts_with("could not be put back") || o.ends_with("is still there");
    let on_it = ran.observations.iter().filter(|o| right && is_left(o)).cloned();
    shut.into_iter().chain(odd).chain(on_it).map(Fault::LeftBehind).collect()
}

/// Every verdict that is another one than in the plain run.
pub fn differences(plain: &Ran, ran: &Ran) -> Vec<Difference> {
    let pairs = plain.verdicts.iter().zip(&ran.verdicts);
    let differ = pairs.filter(|(was, now)| {
        // What is not sent is not malformed.
        let sent = |v: Verdict| if v == Verdict::NotApplicable { Verdict::Pass } else { v };
        let is_frames = now.scenario.as_deref().is_some_and(|s| s.starts_with("DX-FRM"));
        let same = (was.verdict, was.code, &was.blocked_by) == (now.verdict, now.code, &now.blocked_by);
        !(same || is_frames && sent(was.verdict) == sent(now.verdict))
    });
    differ.map(|(was, now)| Difference { was: was.verdict, now: now.clone() }).collect()
}

impl Judgement {
    /// Holds the run of a deviation against the plain one.
    pub fn of(deviation: &Deviation, place: Place, plain: &Ran, ran: &Ran) -> Judgement {
        if ran.interrupted {
            return Judgement { faults: vec![Fault::Interrupted], ..Judgement::default() };
        }
        if !ran.went_otherwise_than(plain) {
            if place == Place::Elsewhere {
                return Judgement::default();
            }
            return Judgement { faults: vec![Fault::ChangedNothing], ..Judgement::default() };
        }
        let mut judgement = Judgement::of_verdicts(deviation, place, plain, ran);
        judgement.faults.extend(left_behind(&deviation.kind, ran));
        judgement
    }

    fn of_verdicts(deviation: &Deviation, place: Place, plain: &Ran, ran: &Ran) -> Judgement {
        let found = differences(plain, ran);
        match &deviation.kind {
            Kind::Defect { breaks, warns, open, in_version } => {
                let mut rows =
                    Rows { breaks: breaks.to_vec(), warns: warns.to_vec(), open, needed: Vec::new(), place };
                // A row that the plain station passes must be shown; one it never comes to may be.
                let passes = |row: &&'static str| {
                    plain.verdicts.iter().any(|v| v.row.0 == *row && v.verdict == Verdict::Pass)
                };
                rows.needed.extend(breaks.iter().chain(*warns).copied().filter(passes));
                for (version, more, milder) in *in_version {
                    if *version == ran.version {
                        rows.breaks.extend(*more);
                        rows.warns.extend(*milder);
                        rows.needed.extend(more.iter().chain(*milder));
                    }
                }
                caught(found, &rows)
            }
            Kind::Variant { unjudged, .. } => {
                let unjudged = |d: &Difference| {
                    unjudged.contains(&d.now.row.0.as_str())
                        && !matches!(d.now.verdict, Verdict::Fail | Verdict::Warn | Verdict::Error)
                };
                let faults = found.into_iter().filter(|d| !unjudged(d));
                Judgement {
                    faults: faults.map(|d| Fault::Otherwise(Box::new(d))).collect(),
                    caught: Vec::new(),
                }
            }
        }
    }

    /// Whether all is as it must be.
    pub fn is_good(&self) -> bool {
        self.faults.is_empty()
    }
}

/// What a defect breaks in one version.
struct Rows {
    breaks: Vec<&'static str>,
    warns: Vec<&'static str>,
    open: &'static [&'static str],
    /// Those that must be seen broken.
    needed: Vec<&'static str>,
    place: Place,
}

/// Which archetype a deviation is run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The smallest that can show it: the rows it breaks are rows of this one.
    Home,
    /// Another one. It may have nothing that is different then, and where the table of its components is broken it is by
    /// rows of its own.
    Elsewhere,
}

/// Whether a row is of the table of an archetype's components, and not about behaviour.
fn is_of_the_table(row: &str) -> bool {
    !row.starts_with('B')
}

fn caught(found: Vec<Difference>, rows: &Rows) -> Judgement {
    let Rows { breaks, warns, open, needed, place } = rows;
    let elsewhere = *place == Place::Elsewhere;
    let mut judgement = Judgement::default();
    // A row is judged after those it rests on.
    let mut in_the_way: BTreeSet<String> = breaks.iter().chain(warns).map(|r| (*r).to_owned()).collect();
    for d in found {
        let row = d.now.row.0.as_str();
        let own = elsewhere && is_of_the_table(row);
        let as_told = match d.now.verdict {
            Verdict::Fail => own || breaks.contains(&row),
            Verdict::Warn => own || warns.contains(&row),
            _ => false,
        };
        if as_told {
            judgement.caught.push(Caught {
                row: row.to_owned(),
                scenario: d.now.scenario.clone().unwrap_or_default(),
                verdict: d.now.verdict,
                code: d.now.code,
            });
            in_the_way.insert(row.to_owned());
            continue;
        }
        let untold =
            matches!(d.now.verdict, Verdict::Inconclusive | Verdict::NotExercised | Verdict::NotApplicable);
        let blocked = d.now.blocked_by.as_ref().is_some_and(|by| in_the_way.contains(&by.0));
        // Another scenario of a broken row may be untold.
        let is_broken = breaks.contains(&row) || warns.contains(&row);
        if untold && (blocked || is_broken || open.contains(&row)) {
            in_the_way.insert(row.to_owned());
        } else {
            judgement.faults.push(Fault::Otherwise(Box::new(d)));
        }
    }
    let is =
        |row: &&str, verdict: Verdict| judgement.caught.iter().any(|c| c.row == *row && c.verdict == verdict);
    let mut survived: Vec<Fault> = breaks
        .iter()
        .filter(|row| !is(row, Verdict::Fail))
        .chain(warns.iter().filter(|row| !is(row, Verdict::Warn)))
        .filter(|row| needed.contains(row) && !(elsewhere && is_of_the_table(row)))
        .map(|row| Fault::Survived(row))
        .collect();
    if survived.is_empty() && judgement.caught.is_empty() && !elsewhere {
        survived.push(Fault::Uncaught);
    }
    judgement.faults.splice(0..0, survived);
    judgement
}
