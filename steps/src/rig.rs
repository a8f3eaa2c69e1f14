//! What stands behind a stimulus: the laboratory's rig, or nothing.

use futures_util::future::LocalBoxFuture;
use spec::Effect;

/// Something that can bring about a physical effect. Its word is never evidence: the wire is.
pub trait Rig {
    /// How its stimuli are named in results: `hook` or `operator`.
    fn binding(&self) -> &'static str;

    /// Brings the effect about; an error says why it could not.
    fn apply<'a>(&'a self, effect: &'a Effect) -> LocalBoxFuture<'a, Result<(), String>>;
}

/// No rig: scenarios that need one are not exercised.
#[derive(Debug, Clone, Copy)]
pub struct NoRig;

impl Rig for NoRig {
    fn binding(&self) -> &'static str {
        "none"
    }

    fn apply<'a>(&'a self, _: &'a Effect) -> LocalBoxFuture<'a, Result<(), String>> {
        Box::pin(async { Err("no rig is bound to this run".to_owned()) })
    }
}
