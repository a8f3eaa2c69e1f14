//! What stands behind a stimulus: the laboratory's rig, a person, or nothing.
//!
//! Whatever a rig or a person says is no evidence: the suite looks at the wire. It decides only whether there is
//! anything to look for.

mod hook;
mod operator;
mod program;
mod prompts;
mod safety;
mod words;

pub use hook::{HookRig, Via, ViaError};
pub use operator::{Operator, Screen};
pub use program::{Program, ProgramError};
pub use prompts::{Action, actions};
pub use safety::{Hazard, hazards};
pub use words::{in_words, row_of};

use futures_util::future::LocalBoxFuture;
use ocpp::Version;
use spec::{Archetype, Effect};
use std::rc::Rc;
use std::time::Duration;

/// Longest time a rig without a limit of its own may take to bring an effect about.
const LIMIT: Duration = Duration::from_secs(60);

/// Something that can bring about a physical effect. Its word is never evidence: the wire is.
pub trait Rig {
    /// How its stimuli are named in results: `hook` or `operator`.
    fn binding(&self) -> &'static str;

    /// Longest time [`Rig::apply`] may take; `None` for a rig that keeps a limit itself.
    fn limit(&self) -> Option<Duration> {
        Some(LIMIT)
    }

    /// Brings the effect about; an error says why it could not.
    fn apply<'a>(&'a self, effect: &'a Effect) -> LocalBoxFuture<'a, Result<(), Refused>>;
}

/// Why an effect is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// In a sentence.
    pub why: String,
    /// Whether nothing was changed, so that nothing has to be put back.
    pub untouched: bool,
}

impl Refused {
    /// It cannot be brought about here; nothing was changed.
    pub fn cannot(why: impl Into<String>) -> Refused {
        Refused { why: why.into(), untouched: true }
    }

    /// It did not work; something may have been changed.
    pub fn failed(why: impl Into<String>) -> Refused {
        Refused { why: why.into(), untouched: false }
    }
}

/// No rig: scenarios that need one are not exercised.
#[derive(Debug, Clone, Copy)]
pub struct NoRig;

impl Rig for NoRig {
    fn binding(&self) -> &'static str {
        "none"
    }

    fn apply<'a>(&'a self, _: &'a Effect) -> LocalBoxFuture<'a, Result<(), Refused>> {
        Box::pin(async { Err(Refused::cannot("no rig is bound to this run")) })
    }
}

/// The run a rig works for.
#[derive(Clone)]
pub struct About {
    /// What the station is judged against; it has the words for an effect.
    pub archetype: Rc<Archetype>,
    /// Identity of the station.
    pub station: String,
    /// OCPP version spoken with it.
    pub version: Version,
    /// Tells runs apart.
    pub run_id: String,
}
