//! Runs to be reported, made of verdicts that were settled as a real run settles them.

use judge::boot::Identity;
use judge::{Basis, Check, Code, Finding, Outcome, RowVerdict, Stimulus, Subject, VerdictLine, settle};
use ocpp::Version;
use report::Inputs;
use report::result::{ArchetypeUsed, EvidenceKept, SuiteUsed, Timing};
use spec::model::Obligation::{self, Must, Should};
use spec::model::{ExpectedFailure, Level, RowId};
use spec::{Archetype, ExpectedFailures, Place, Source};
use std::rc::Rc;
use std::time::Duration;
use trace::{Hash, Seq};

const AT_1: Place = Place { evse: Some(1), connector: Some(1) };
const AT_2: Place = Place { evse: Some(1), connector: Some(2) };

/// An archetype that knows the rows the report looks up.
pub(crate) fn archetype() -> Archetype {
    let text = r#"
schemaVersion: 1
id: ac-wallbox
title: AC wallbox
version: "1.0.0"
edition: 1
summary: A small excerpt.
topology: { evses: [ { connectors: 2 } ] }
components:
  - id: C-0205
    component: CPPWMController
    at: connector
    obligation: must
    grounding: judgement
    rationale: >-
      Every AC session is governed by the pilot; most aborted starts can be explained only by its state.
    since: 1
behaviours:
  - id: B-0100
    title: A monitor that the station lists as possible can be set.
    level: 2
    topic: monitors
    obligation: must
    grounding: ocpp
    rationale: An operator cannot watch a value on which no monitor can be set.
    since: 1
"#;
    Archetype::from_sources(vec![Source::new("ac-wallbox.yaml", text)]).unwrap()
}

/// The verdicts of a run.
pub(crate) struct Run(Vec<VerdictLine>);

struct Row {
    scenario: Option<&'static str>,
    title: String,
    row: String,
    place: Place,
    level: u8,
    obligation: Obligation,
    stimulus: Stimulus,
    basis: Basis,
}

fn component(row: &str, name: &str, place: Place) -> Row {
    Row {
        scenario: Some("DX-INV-010"),
        title: format!("{name} is reported on the {place}"),
        row: row.to_owned(),
        place,
        level: 1,
        obligation: Must,
        stimulus: Stimulus::None,
        basis: Basis::Guideline,
    }
}

fn variable(row: &str, name: &str, place: Place) -> Row {
    let title = format!("{name} is reported on the {place} in the right form");
    Row { scenario: Some("DX-INV-020"), title, ..component(row, name, place) }
}

fn behaviour(row: &str, level: u8, scenario: &'static str, title: &str) -> Row {
    Row {
        scenario: Some(scenario),
        title: title.to_owned(),
        level,
        basis: Basis::Ocpp,
        ..component(row, "", Place::STATION)
    }
}

impl Row {
    fn should(self) -> Row {
        Row { obligation: Should, ..self }
    }

    fn came_to(self, outcome: Outcome) -> VerdictLine {
        let ocpp =
            if self.basis == Basis::Ocpp { vec!["N04.FR.10".into(), "N04.FR.11".into()] } else { vec![] };
        let subject = Subject {
            scenario: self.scenario.map(str::to_owned),
            title: self.title,
            requirement: RowId(self.row.clone()),
            row: RowId(self.row),
            place: self.place,
            level: Level(self.level),
            obligation: self.obligation,
            basis: self.basis,
            stimulus: self.stimulus,
            ocpp,
        };
        VerdictLine::from(&RowVerdict { subject, outcome })
    }

    fn settled(self, checks: Vec<Check>) -> VerdictLine {
        let outcome = settle(self.obligation, checks);
        self.came_to(outcome)
    }

    fn passed(self) -> VerdictLine {
        self.settled(vec![Check::held([Seq(14), Seq(15)])])
    }

    fn failed(self, findings: Vec<Finding>) -> VerdictLine {
        self.settled(findings.into_iter().map(Check::Broken).collect())
    }

    fn blocked(self, by: &str) -> VerdictLine {
        self.came_to(Outcome::blocked(RowId(by.to_owned())))
    }

    fn not_exercised(self, why: &str) -> VerdictLine {
        self.came_to(Outcome::NotExercised(why.to_owned()))
    }
}

const NO_RIG: &str = "no rig is bound to this run, and only a rig can cause it";
const LEFT_OUT: &str = "left out by --select";

fn boot() -> VerdictLine {
    behaviour("B-0001", 1, "DX-BOOT-001", "The station boots").passed()
}

fn not_there(place: Place) -> Finding {
    let observed = "no such component in the full inventory";
    let report = [14, 15, 16, 17, 18, 20].map(Seq);
    Finding::new(Code::ComponentMissing, format!("CPPWMController @{place}"), observed, report)
}

impl Run {
    pub(crate) fn conforming() -> Run {
        let limit = "the highest value it can have";
        let mild = Finding::new(Code::LimitMissing, limit, "no maxLimit", [Seq(15)]).mild();
        Run(vec![
            boot(),
            component("C-0205", "CPPWMController", AT_1).passed(),
            variable("V-0201", "EVSE.ACVoltage[L1]", Place { evse: Some(1), connector: None })
                .settled(vec![Check::held([Seq(15)]), mild.into()]),
            variable("V-0225", "ElectricalFeed.ACVoltage[L2]", Place::STATION)
                .came_to(Outcome::NotApplicable("declared without three-phase".into())),
            behaviour("B-0100", 2, "DX-MON-001", "One monitor").passed(),
            behaviour("F-0031", 3, "DX-FLT-031", "The door is opened").passed(),
        ])
    }

    pub(crate) fn failing() -> Run {
        let mut all = vec![
            boot(),
            component("C-0205", "CPPWMController", AT_1).failed(vec![not_there(AT_1)]),
            component("C-0205", "CPPWMController", AT_2).failed(vec![not_there(AT_2)]),
        ];
        for place in [AT_1, AT_2] {
            for n in 0..6 {
                let name = format!("CPPWMController.Variable{n}");
                all.push(variable(&format!("V-022{n}"), &name, place).blocked("C-0205"));
            }
            let monitor = behaviour("M-0040", 3, "DX-MON-030", "UpperThreshold monitor of it");
            all.push(Row { place, ..monitor }.blocked("V-0221"));
        }
        let unit = Finding::new(Code::WrongUnit, "unit V", "unit mV", [Seq(15)]);
        let limit = Finding::new(Code::LimitMissing, "maxLimit", "none", [Seq(15)]);
        let place = Place { evse: Some(1), connector: None };
        all.push(variable("V-0201", "EVSE.ACVoltage[L1]", place).failed(vec![unit, limit]));
        let error = "CALLERROR InternalError \"\u{1b}[32mall passed\"";
        let refused =
            Finding::new(Code::CallError, "a response to SetVariableMonitoring", error, [31, 32].map(Seq));
        all.push(behaviour("B-0100", 2, "DX-MON-001", "One monitor").failed(vec![refused]));
        let lost = Check::open("the connection was lost at #40", [Seq(40)]);
        all.push(behaviour("B-0110", 2, "DX-MON-020", "A monitor is replaced").settled(vec![lost]));
        all.push(behaviour("B-0140", 2, "DX-EVT-001", "The value rises and returns").not_exercised(NO_RIG));
        all.push(behaviour("B-0142", 2, "DX-EVT-003", "The value drops and returns").not_exercised(NO_RIG));
        let fault = behaviour("F-0031", 3, "", "Water in the housing");
        all.push(Row { scenario: None, ..fault }.should().not_exercised("no scenario"));
        let absent = Finding::new(
            Code::VariableMissing,
            "Controller.Temperature @station",
            "the component has only Problem, Enabled",
            [Seq(15)],
        );
        all.push(variable("V-0110", "Controller.Temperature", Place::STATION).should().failed(vec![absent]));
        let panicked = Outcome::Error("the step \"the report arrives whole\" panicked: no message".into());
        all.push(behaviour("B-0011", 1, "DX-INV-002", "The configuration inventory").came_to(panicked));
        Run(all)
    }

    /// Fails in one row only, and that blocks others.
    pub(crate) fn failing_as_known() -> Run {
        let mut all = Run::conforming().0;
        all.retain(|v| v.row.0 != "C-0205");
        all.push(component("C-0205", "CPPWMController", AT_1).failed(vec![not_there(AT_1)]));
        all.push(component("C-0205", "CPPWMController", AT_2).failed(vec![not_there(AT_2)]));
        all.push(variable("V-0221", "CPPWMController.State", AT_1).blocked("C-0205"));
        Run(all)
    }

    /// A conforming run with a laboratory's own scenarios after it.
    pub(crate) fn with_own() -> Run {
        let mut all = Run::conforming().0;
        let found = Finding::new(Code::EventMissing, "an event within 10 s", "none", [Seq(31)]);
        let none = "no number that can be moved is reported";
        all.push(behaviour("B-0100", 2, "LAB-MON-001", "Two monitors").passed());
        all.push(behaviour("B-0140", 2, "LAB-EVT-001", "The value rises twice").failed(vec![found]));
        all.push(behaviour("B-0142", 2, "LAB-EVT-002", "The value drops twice").not_exercised(none));
        Run(all)
    }

    pub(crate) fn partial() -> Run {
        Run(vec![
            boot(),
            component("C-0205", "CPPWMController", AT_1).passed(),
            variable("V-0221", "CPPWMController.State", AT_1).not_exercised(LEFT_OUT),
            behaviour("B-0100", 2, "DX-MON-001", "One monitor").not_exercised(LEFT_OUT),
            behaviour("B-0170", 3, "DX-BAS-001", "Factory default")
                .not_exercised("left out: its impact is disruptive, and --impact restores was asked"),
        ])
    }

    pub(crate) fn interrupted() -> Run {
        let before = || Outcome::inconclusive("the run was interrupted before", vec![]);
        Run(vec![
            boot(),
            component("C-0205", "CPPWMController", AT_1).failed(vec![not_there(AT_1)]),
            variable("V-0221", "CPPWMController.State", AT_1).blocked("C-0205"),
            behaviour("B-0100", 2, "DX-MON-001", "One monitor")
                .came_to(Outcome::inconclusive("the run was interrupted", vec![])),
            behaviour("B-0110", 2, "DX-MON-020", "A monitor is replaced").came_to(before()),
            behaviour("F-0031", 3, "DX-FLT-031", "The door is opened").came_to(before()),
        ])
    }

    pub(crate) fn nothing_judged() -> Run {
        let none = Check::open(
            "no BootNotification was seen: a station that was accepted before need not send it again; restart it",
            [Seq(3)],
        );
        Run(vec![
            behaviour("B-0001", 1, "DX-BOOT-001", "The station boots").settled(vec![none]),
            behaviour("B-0010", 1, "DX-INV-001", "The full inventory").blocked("B-0001"),
            component("C-0205", "CPPWMController", AT_1).blocked("B-0010"),
            variable("V-0221", "CPPWMController.State", AT_1).blocked("C-0205"),
        ])
    }

    pub(crate) fn failing_throughout() -> Run {
        let fail = |n: u32| {
            let found = Finding::new(Code::VariableMissing, format!("variable {n}"), "none", [Seq(14)]);
            variable(&format!("V-{n:04}"), &format!("Controller.Variable{n}"), Place::STATION)
                .failed(vec![found])
        };
        Run((1..=200).map(fail).collect())
    }

    pub(crate) fn inputs(self) -> Inputs {
        let hash = "5f".repeat(32);
        Inputs {
            suite: SuiteUsed {
                version: "0.1.0".into(),
                commit: Some("5f0c2e1".into()),
                features: hash.clone(),
            },
            archetype: ArchetypeUsed { hash: hash.clone(), ..ArchetypeUsed::from(&archetype()) },
            station: Identity {
                vendor: Some("Muster 充电".into()),
                model: Some("W11-T2".into()),
                serial: None,
                firmware: Some("4.2.0".into()),
                at: Some(Seq(6)),
            },
            ocpp_version: Version::V201,
            requested_level: Level::ALERTING,
            partial: false,
            interrupted: false,
            timing: Timing::new(
                Duration::from_millis(153_214),
                Duration::from_millis(41_020),
                Duration::from_secs(60),
            ),
            evidence: EvidenceKept { records: 4182, hash: Hash(hash) },
            observations: vec!["monitors that this run set could not be removed: [17]".into()],
            declared_absent: vec!["three-phase".into(), "built-in-rcd".into()],
            stimulus_binding: "none".into(),
            verdicts: self.0,
            expected_failures: None,
        }
    }
}

/// A list of expected failures, as `(row, scenario)`.
pub(crate) fn expecting(entries: &[(&str, Option<&str>)]) -> Option<Rc<ExpectedFailures>> {
    let entry = |(row, scenario): &(&str, Option<&str>)| ExpectedFailure {
        row: RowId((*row).to_owned()),
        evse: None,
        connector: None,
        scenario: scenario.map(str::to_owned),
        reason: "The pilot is read by a board that the diagnostics do not see before hardware revision C."
            .into(),
        link: "https://tickets.example/FW-1234".into(),
    };
    let source = Source::new("expected-failures.yaml", "");
    let (hash, entries) = (source.sha256(), entries.iter().map(entry).collect());
    Some(Rc::new(ExpectedFailures { source, hash, entries }))
}
