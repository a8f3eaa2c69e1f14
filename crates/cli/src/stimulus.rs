//! What `--stimulus` binds effects from outside OCPP to.

use crate::args::{self, BuiltIn};
use crate::fault::Fault;
use crate::progress::{Bar, say};
use crate::reference::ReferenceRig;
use report::plan::{Bound, PlannedAction};
use station::control::Handle;
use std::io::{BufRead as _, IsTerminal as _};
use std::str::FromStr;
use std::time::Duration;
use steps::rig::{About, Action, HookRig, Operator, Via};
use steps::{NoRig, Rig};
use tokio::sync::{mpsc, watch};

/// Time of a rig for one effect, where none is given.
const OF_RIG: Duration = Duration::from_secs(60);
/// Time of a person for one effect, where none is given.
const OF_PERSON: Duration = Duration::from_secs(300);

/// What effects are bound to.
#[derive(Debug, Clone)]
pub(crate) enum Binding {
    /// Nothing: scenarios that need a rig are not exercised.
    None,
    /// The laboratory's rig.
    Hook(Via),
    /// A person at this terminal.
    Operator,
    /// The control channel of the reference station in this process.
    Reference,
}

impl FromStr for Binding {
    type Err = String;

    fn from_str(text: &str) -> Result<Binding, String> {
        let via = |via: Result<Via, steps::rig::ViaError>| via.map(Binding::Hook).map_err(|e| e.to_string());
        match text.split_once(':') {
            _ if text == "none" => Ok(Binding::None),
            _ if text == "operator" => Ok(Binding::Operator),
            Some(("hook", rest)) => via(Via::hook(rest)),
            Some(("control", rest)) => via(Via::control(rest)),
            _ => Err("use none, hook:CMD, hook:http://HOST:PORT/PATH, operator or control:ADDR".to_owned()),
        }
    }
}

/// What effects are bound to in a run, and for how long one may take.
#[derive(Debug, Clone)]
pub(crate) struct Stimulus {
    binding: Binding,
    limit: Duration,
}

impl Stimulus {
    /// What the flags say. A person needs a terminal, and that is said before a station is waited for.
    pub(crate) fn of(args: &args::Certify) -> Result<Stimulus, Fault> {
        let reference = args.station == Some(BuiltIn::Reference);
        let binding = match (&args.stimulus, reference) {
            (None, true) => Binding::Reference,
            (None, false) | (Some(Binding::None), _) => Binding::None,
            (Some(_), true) => {
                return Err(Fault::input(
                    "--stimulus: the reference station in this process has a rig of its own: leave the flag out, or say \
                     none; for another rig, start `diagmark station --control` and certify that with --listen",
                ));
            }
            (Some(other), false) => other.clone(),
        };
        let there = || std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if matches!(binding, Binding::Operator) && !args.plan && !there() {
            return Err(Fault::input(
                "--stimulus operator: a person has to be asked, and standard input or standard error is no terminal",
            ));
        }
        let usual = if matches!(binding, Binding::Operator) { OF_PERSON } else { OF_RIG };
        let limit = args.stimulus_timeout.unwrap_or(usual);
        if limit < Duration::from_secs(1) {
            return Err(Fault::input("--stimulus-timeout: give at least 1s"));
        }
        Ok(Stimulus { binding, limit })
    }

    /// The word for the result: `hook`, `operator` or `none`.
    pub(crate) fn word(&self) -> &'static str {
        match self.binding {
            Binding::None => NoRig.binding(),
            Binding::Operator => "operator",
            Binding::Hook(_) | Binding::Reference => "hook",
        }
    }

    /// What is bound, by name.
    pub(crate) fn name(&self) -> Option<String> {
        match &self.binding {
            Binding::Hook(via) => Some(via.to_string()),
            Binding::Reference => Some("the reference station's own control channel".to_owned()),
            Binding::None | Binding::Operator => None,
        }
    }

    /// How a plan calls it.
    pub(crate) fn bound(&self) -> Bound {
        match self.binding {
            Binding::None => Bound::Nothing,
            Binding::Operator => Bound::Person(self.limit),
            Binding::Hook(_) | Binding::Reference => Bound::Rig,
        }
    }

    /// The rig of a run. `handle` reaches the reference station, if that is the one judged; `abort` ends the run in an
    /// orderly way.
    pub(crate) fn rig(
        &self,
        handle: Option<Handle>,
        about: About,
        bar: &Bar,
        abort: watch::Sender<bool>,
    ) -> Box<dyn Rig> {
        match (&self.binding, handle) {
            (Binding::Reference, Some(handle)) => Box::new(ReferenceRig(handle)),
            (Binding::Hook(via), _) => Box::new(HookRig::new(via.clone(), about, self.limit)),
            (Binding::Operator, _) => {
                say(&format!(
                    "a person at this terminal is asked for effects, with {} s for each",
                    self.limit.as_secs()
                ));
                Box::new(Operator::new(bar.clone(), typed(), about, self.limit, abort))
            }
            (Binding::None | Binding::Reference, _) => Box::new(NoRig),
        }
    }
}

/// What is typed at the terminal, line by line. A thread of its own waits for it, and ends with the process.
fn typed() -> mpsc::UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// For the plan.
pub(crate) fn planned(action: Action) -> PlannedAction {
    PlannedAction {
        what: action.what,
        rows: action.rows,
        places: action.places,
        prompts: action.prompts,
        special: action.special,
        notes: action.hazards.into_iter().map(steps::rig::Hazard::note).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binding_is_one_of_five() {
        assert!(matches!("none".parse(), Ok(Binding::None)));
        assert!(matches!("operator".parse(), Ok(Binding::Operator)));
        assert!(matches!("control:127.0.0.1:9001".parse(), Ok(Binding::Hook(Via::Control(_)))));
        assert!(matches!("hook:http://127.0.0.1:8080/effect".parse(), Ok(Binding::Hook(Via::Http(_)))));
        let wrong = |text: &str| text.parse::<Binding>().unwrap_err();
        assert!(wrong("hooks:x").contains("use none, hook:CMD"));
        assert!(wrong("hook:./nowhere.sh").contains("./nowhere.sh is not there"));
        assert!(wrong("hook:https://h/").contains("only http://"));
        assert!(wrong("control:here").contains("control:127.0.0.1:9001"));
    }
}
