//! What all scenarios of a run share.

use crate::link::Link;
use judge::Stimulus;
use ocpp::Version;
use ocpp::validate::Validators;
use spec::model::RowId;
use spec::{Archetype, Declaration};
use std::rc::Rc;
use std::time::Duration;

/// Longest time for an answer where no row says otherwise: the station's own default message time-out in
/// common use.
pub(crate) const ANSWER: Duration = Duration::from_secs(30);

/// What all scenarios of a run share.
pub struct Context {
    /// The archetype judged against.
    pub archetype: Rc<Archetype>,
    /// What the product declares.
    pub declaration: Rc<Declaration>,
    /// Version judged.
    pub version: Version,
    /// Schemas that judge frames.
    pub validators: Rc<Validators>,
    /// How stimuli are bound; `none` without a rig.
    pub binding: String,
    /// Whether the password of the station may be changed and put back.
    pub change_password: bool,
    /// The station, or its recording.
    pub link: Link,
}

impl Context {
    /// What a run starts from.
    pub fn new(
        archetype: Rc<Archetype>,
        declaration: Rc<Declaration>,
        version: Version,
        validators: Rc<Validators>,
        binding: String,
        link: Link,
    ) -> Context {
        let change_password = false;
        Context { archetype, declaration, version, validators, binding, change_password, link }
    }

    /// What an effect of the rig of this run counts as.
    pub fn by_rig(&self) -> Stimulus {
        if self.binding == "operator" { Stimulus::Operator } else { Stimulus::Hook }
    }

    /// The deadline of a behaviour row, as declared.
    pub fn deadline(&self, row: &str) -> Duration {
        let stated = self.archetype.behaviour(row).and_then(|b| b.deadline);
        self.declaration.deadline(&RowId(row.to_owned()), stated).unwrap_or(ANSWER)
    }

    /// The interval of a behaviour row.
    pub fn interval(&self, row: &RowId) -> Option<Duration> {
        self.archetype.behaviour(&row.0)?.interval.map(|p| p.0)
    }
}
