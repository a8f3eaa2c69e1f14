//! What a deviation came to: held against the run of the plain reference station, row by row.

use crate::deviations::{Deviation, Kind};
use crate::stand::Ran;
use judge::{Code, Verdict, VerdictLine};
use std::collections::BTreeSet;
use std::fmt;

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

/// Every verdict that is another one than in the plain run.
fn differences(plain: &Ran, ran: &Ran) -> Vec<Difference> {
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
    pub fn of(deviation: &Deviation, plain: &Ran, ran: &Ran) -> Judgement {
        if ran.interrupted {
            return Judgement { faults: vec![Fault::Interrupted], ..Judgement::default() };
        }
        if !ran.went_otherwise_than(plain) {
            return Judgement { faults: vec![Fault::ChangedNothing], ..Judgement::default() };
        }
        let found = differences(plain, ran);
        match &deviation.kind {
            Kind::Defect { breaks, warns, open, in_version } => {
                let mut rows =
                    Rows { breaks: breaks.to_vec(), warns: warns.to_vec(), open, needed: Vec::new() };
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
}

fn caught(found: Vec<Difference>, rows: &Rows) -> Judgement {
    let Rows { breaks, warns, open, needed } = rows;
    let mut judgement = Judgement::default();
    // A row is judged after those it rests on.
    let mut in_the_way: BTreeSet<String> = breaks.iter().chain(warns).map(|r| (*r).to_owned()).collect();
    for d in found {
        let row = d.now.row.0.as_str();
        let as_told = match d.now.verdict {
            Verdict::Fail => breaks.contains(&row),
            Verdict::Warn => warns.contains(&row),
            _ => false,
        };
        if as_told {
            judgement.caught.push(Caught {
                row: row.to_owned(),
                scenario: d.now.scenario.clone().unwrap_or_default(),
                verdict: d.now.verdict,
                code: d.now.code,
            });
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
        .filter(|row| needed.contains(row))
        .map(|row| Fault::Survived(row))
        .collect();
    if survived.is_empty() && judgement.caught.is_empty() {
        survived.push(Fault::Uncaught);
    }
    judgement.faults.splice(0..0, survived);
    judgement
}
