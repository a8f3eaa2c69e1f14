//! The table of deviations: every way in which a station differs from the reference station and must be caught, or must
//! be left alone. One file per topic; an entry says what is different in one sentence, what that breaks or which
//! requirement allows it, and does it in a few lines at one of three seams.
// Reading a JSON value by key gives null where there is none; what is written to is an object of our own station.
#![allow(clippy::indexing_slicing)]

mod bases;
mod boots;
mod choices;
mod events;
mod framing;
mod inventory;
mod logs;
mod monitors;
mod numbering;
mod offline;
mod provision;
mod reports;
mod results;
mod security;
mod sizes;
mod spelling;
mod streams;
mod thresholds;
mod traffic;
mod transactions;
mod variables;

use ocpp::Version;
use station::wire::{Between, Middle, Passing, Wire};
use station::{DeviceModel, Policy};

/// Every deviation, in the order of its topics.
pub fn all() -> Vec<Deviation> {
    let topics = [
        ("inventory", inventory::deviations()),
        ("reports", reports::deviations()),
        ("variables", variables::deviations()),
        ("monitors", monitors::deviations()),
        ("bases", bases::deviations()),
        ("thresholds", thresholds::deviations()),
        ("results", results::deviations()),
        ("events", events::deviations()),
        ("provision", provision::deviations()),
        ("boots", boots::deviations()),
        ("offline", offline::deviations()),
        ("transactions", transactions::deviations()),
        ("logs", logs::deviations()),
        ("security", security::deviations()),
        ("streams", streams::deviations()),
        ("framing", framing::deviations()),
        ("spelling", spelling::deviations()),
        ("traffic", traffic::deviations()),
        ("choices", choices::deviations()),
        ("numbering", numbering::deviations()),
        ("sizes", sizes::deviations()),
    ];
    let named =
        |(topic, all): (&'static str, Vec<Deviation>)| all.into_iter().map(move |d| Deviation { topic, ..d });
    topics.into_iter().flat_map(named).collect()
}

/// The deviation with a name.
pub fn named(name: &str) -> Option<Deviation> {
    all().into_iter().find(|d| d.name == name)
}

/// A station that differs from the reference station in one thing.
#[derive(Debug, Clone)]
pub struct Deviation {
    /// Its name: lower-case words with hyphens.
    pub name: &'static str,
    /// What it is about: the file it is in.
    pub topic: &'static str,
    /// What is different, in one sentence without a full stop.
    pub what: &'static str,
    /// Whether it is wrong.
    pub kind: Kind,
    /// The versions it exists in.
    pub versions: &'static [Version],
    /// The smallest archetype that can show it.
    pub archetype: &'static str,
    /// Security profile of the run.
    pub profile: u8,
    /// What is done, and where.
    pub seam: Seam,
}

/// Whether a deviation is wrong.
#[derive(Debug, Clone)]
pub enum Kind {
    /// It violates these rows and no other. What rests on them is blocked.
    Defect {
        /// Rows that must fail.
        breaks: &'static [&'static str],
        /// Rows that must warn: shoulds, and what is mild.
        warns: &'static [&'static str],
        /// Rows whose scenarios stand on what is broken and cannot be told.
        open: &'static [&'static str],
        /// Rows that must fail, and rows that must warn, in one version only.
        in_version: &'static [InVersion],
    },
    /// It is legal: every verdict stays as it was.
    Variant {
        /// The requirement, or the missing one, that allows it.
        allowed_by: &'static str,
        /// Rows that find nothing to judge in it, or cannot be told.
        unjudged: &'static [&'static str],
    },
}

/// Rows that a defect breaks in one version only: those that must fail, and those that must warn.
pub type InVersion = (Version, &'static [&'static str], &'static [&'static str]);

/// Where a deviation is done.
#[derive(Clone)]
pub enum Seam {
    /// The device model, before the station starts.
    Model(fn(&mut DeviceModel)),
    /// A decision the engine asks for.
    Decision(fn(&mut Policy)),
    /// The wire, given the seed of the run.
    Wire(fn(u64) -> Between),
}

impl std::fmt::Debug for Seam {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Seam {
    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Seam::Model(_) => "device model",
            Seam::Decision(_) => "decision",
            Seam::Wire(_) => "wire",
        }
    }
}

/// The smallest archetype.
const SMALLEST: &str = "ac-wallbox";

fn deviation(name: &'static str, what: &'static str, kind: Kind) -> Deviation {
    // Until a seam is given nothing is done, and a deviation that does nothing is an error of the proof.
    let seam = Seam::Model(|_| ());
    Deviation { name, topic: "", what, kind, versions: &Version::ALL, archetype: SMALLEST, profile: 0, seam }
}

/// A station that is wrong; `what` says how.
fn defect(name: &'static str, what: &'static str) -> Deviation {
    deviation(name, what, Kind::Defect { breaks: &[], warns: &[], open: &[], in_version: &[] })
}

/// A station that is right; `what` says how it differs.
fn variant(name: &'static str, what: &'static str) -> Deviation {
    deviation(name, what, Kind::Variant { allowed_by: "", unjudged: &[] })
}

impl Deviation {
    /// Rows that must fail.
    fn breaks(mut self, rows: &'static [&'static str]) -> Deviation {
        if let Kind::Defect { breaks, .. } = &mut self.kind {
            *breaks = rows;
        }
        self
    }

    /// Rows that must warn.
    fn warns(mut self, rows: &'static [&'static str]) -> Deviation {
        if let Kind::Defect { warns, .. } = &mut self.kind {
            *warns = rows;
        }
        self
    }

    /// Rows that must fail, and rows that must warn, in one version only.
    fn in_version(mut self, rows: &'static [InVersion]) -> Deviation {
        if let Kind::Defect { in_version, .. } = &mut self.kind {
            *in_version = rows;
        }
        self
    }

    /// Rows that cannot be told any more.
    fn leaves_open(mut self, rows: &'static [&'static str]) -> Deviation {
        match &mut self.kind {
            Kind::Defect { open, .. } => *open = rows,
            Kind::Variant { unjudged, .. } => *unjudged = rows,
        }
        self
    }

    /// The requirement, or the missing one, that allows it.
    fn allowed_by(mut self, why: &'static str) -> Deviation {
        if let Kind::Variant { allowed_by, .. } = &mut self.kind {
            *allowed_by = why;
        }
        self
    }

    /// Only in this version.
    fn only(mut self, versions: &'static [Version]) -> Deviation {
        self.versions = versions;
        self
    }

    /// Shown by this archetype, as no smaller one can.
    fn on(mut self, archetype: &'static str) -> Deviation {
        self.archetype = archetype;
        self
    }

    /// Shown under this security profile.
    fn under(mut self, profile: u8) -> Deviation {
        self.profile = profile;
        self
    }

    /// Changes the device model before the station starts.
    fn model(self, change: fn(&mut DeviceModel)) -> Deviation {
        Deviation { seam: Seam::Model(change), ..self }
    }

    /// Decides otherwise.
    fn decides(self, change: fn(&mut Policy)) -> Deviation {
        Deviation { seam: Seam::Decision(change), ..self }
    }

    /// Puts someone on the wire.
    fn wire(self, who: fn(u64) -> Between) -> Deviation {
        Deviation { seam: Seam::Wire(who), ..self }
    }
}

/// Changes what the station says, frame by frame.
fn says(change: impl FnMut(&mut Passing) + Send + 'static) -> Between {
    struct Says<F>(F);
    impl<F: FnMut(&mut Passing) + Send> Middle for Says<F> {
        fn said(&mut self, mut passing: Passing, wire: &mut Wire) {
            (self.0)(&mut passing);
            wire.send(passing.frame);
        }
    }
    Between::new(Says(change))
}

/// Puts something else in the place of what the station says.
fn instead(act: impl FnMut(Passing, &mut Wire) + Send + 'static) -> Between {
    struct Instead<F>(F);
    impl<F: FnMut(Passing, &mut Wire) + Send> Middle for Instead<F> {
        fn said(&mut self, passing: Passing, wire: &mut Wire) {
            (self.0)(passing, wire);
        }
    }
    Between::new(Instead(act))
}

/// Does something else with what the CSMS says: answers in the station's place, changes it, or lets it pass.
fn hears(act: impl FnMut(Passing, &mut Wire) + Send + 'static) -> Between {
    struct Hears<F>(F);
    impl<F: FnMut(Passing, &mut Wire) + Send> Middle for Hears<F> {
        fn heard(&mut self, passing: Passing, wire: &mut Wire) {
            (self.0)(passing, wire);
        }
    }
    Between::new(Hears(act))
}
