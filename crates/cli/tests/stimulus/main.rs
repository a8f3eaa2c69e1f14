//! A rig, a person, or nothing: what a laboratory binds effects to, with a station in a process of its own.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../support/mod.rs"]
mod support;

use serde_json::Value;
use std::fs::Permissions;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::{Waiting, code, diagmark, err, listening, out, result, root, run};

/// A fault that any rig can cause, and a scenario that moves a value.
const FAULT: &str = "@req:F-0212";
const MOVE: &str = "@id:DX-EVT-001";

/// A reference station in a process of its own, ended with its owner.
struct Station {
    child: Child,
    control: String,
}

impl Drop for Station {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn station(url: &str) -> Station {
    let args = [
        "station",
        "--archetype",
        "ac-wallbox",
        "--id",
        "CS001",
        "--control",
        "127.0.0.1:0",
        "--connect",
        url,
    ];
    let mut child = diagmark(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let control =
        first.split_whitespace().find(|w| w.starts_with("127.0.0.1:")).unwrap().trim_end_matches(':');
    let control = control.to_owned();
    std::thread::spawn(move || lines.for_each(drop));
    Station { child, control }
}

/// A laboratory: a directory, and a station that is told of when the run listens.
struct Bench {
    dir: tempfile::TempDir,
}

impl Bench {
    fn new() -> Bench {
        let bench = Bench { dir: tempfile::tempdir().unwrap() };
        let archetype = spec::Archetype::load("ac-wallbox").unwrap();
        let answers: String = archetype.conditions.iter().map(|c| format!("  {}: yes\n", c.id)).collect();
        let text = format!(
            "schemaVersion: 1\narchetype: ac-wallbox\nproduct:\n  vendor: Diagmark\n  model: Reference\nconditions:\n{answers}"
        );
        std::fs::write(bench.path("declaration.yaml"), text).unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// A rig in shell.
    fn script(&self, text: &str) -> String {
        let path = self.path("rig.sh");
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn listening(&self, select: &str, stimulus: &str) -> Waiting {
        let (declaration, run) = (self.path("declaration.yaml"), self.path("run"));
        listening(&[
            "--ocpp",
            "2.0.1",
            "--declaration",
            declaration.to_str().unwrap(),
            "--out",
            run.to_str().unwrap(),
            "--select",
            select,
            "--stimulus-timeout",
            "20s",
            "--stimulus",
            stimulus,
        ])
    }

    /// A run whose rig reads the address of the control channel from a file, because it is not known before.
    fn run(&self, select: &str, rig: &str) -> Vec<Value> {
        let waiting = self.listening(select, &format!("hook:{rig}"));
        let station = station(&waiting.url);
        std::fs::write(self.path("control"), &station.control).unwrap();
        let (_, _, said) = waiting.end();
        self.judged(&said)
    }

    /// The verdicts that were not left out.
    fn judged(&self, said: &str) -> Vec<Value> {
        assert!(self.path("run/result.json").exists(), "{said}");
        let result = result(&self.path("run"));
        let all = result["verdicts"].as_array().unwrap().iter();
        let of_run = all.filter(|v| v["reason"] != "left out by --select" && v["scenario"] != Value::Null);
        of_run.filter(|v| v["verdict"] != "not-applicable").cloned().collect()
    }

    /// The example rig, as a command.
    fn example(&self) -> String {
        let example = root().join("examples/hooks/station_control.py");
        format!("sh -c 'exec {} $(cat {})'", example.display(), self.path("control").display())
    }
}

#[test]
fn the_example_rig_drives_the_reference_station_and_the_run_verifies() {
    let bench = Bench::new();
    let judged = bench.run(&format!("{MOVE} or {FAULT}"), &bench.example());
    assert_eq!(judged.len(), 2, "{judged:?}");
    for verdict in &judged {
        assert_eq!(
            (&verdict["verdict"], &verdict["stimulus"]),
            (&"pass".into(), &"hook".into()),
            "{verdict}"
        );
    }
    let result = result(&bench.path("run"));
    assert_eq!(result["stimulus"], serde_json::json!({ "binding": "hook", "rig": "executable sh" }));
    assert_eq!(result["observations"], serde_json::json!([]));
    let verified = run(&["verify", bench.path("run").to_str().unwrap()]);
    assert!(err(&verified).contains("reached again"), "{}", err(&verified));
}

#[test]
fn the_control_channel_of_a_station_is_a_rig() {
    // Its address has to be known before: a port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let bench = Bench::new();
    let waiting = bench.listening(FAULT, &format!("control:{free}"));
    let args = [
        "station",
        "--archetype",
        "ac-wallbox",
        "--id",
        "CS001",
        "--control",
        &free,
        "--connect",
        &waiting.url,
    ];
    let child = diagmark(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let _station = Station { child, control: free.clone() };
    let (_, text, said) = waiting.end();
    let judged = bench.judged(&said);
    assert_eq!((judged.len(), &judged[0]["verdict"]), (1, &"pass".into()), "{judged:?}");
    assert!(text.contains(&format!("hook (control channel {free})")), "{text}");
}

#[track_caller]
fn not_exercised(rig: &str, sentence: &str) {
    let bench = Bench::new();
    let judged = bench.run(&format!("{MOVE} or {FAULT}"), &bench.script(rig));
    assert_eq!(judged.len(), 2, "{judged:?}");
    for verdict in judged {
        assert_eq!(verdict["verdict"], "not-exercised", "{verdict}");
        assert!(verdict["reason"].as_str().unwrap().contains(sentence), "{verdict}");
    }
}

#[test]
fn whatever_a_rig_gets_wrong_is_neither_a_pass_nor_a_failure() {
    not_exercised(
        "echo 'relay board not found' >&2; exit 3",
        "rig.sh ended with exit code 3: relay board not found",
    );
    not_exercised("echo ok", "the rig answered \"ok\", which is no answer");
    let cannot = r#"echo '{"version":1,"result":"cannot","detail":"no heater in this bay"}'"#;
    not_exercised(cannot, "the rig cannot do it: no heater in this bay");
}

#[test]
fn what_a_rig_declined_is_not_asked_to_be_put_back() {
    let bench = Bench::new();
    let log = bench.path("log");
    let rig = format!("cat >> {}; echo '{{\"version\":1,\"result\":\"cannot\"}}'", log.display());
    bench.run(FAULT, &bench.script(&rig));
    let asked = bench.text("log");
    assert_eq!(asked.lines().count(), 1, "{asked}");
    let request: Value = serde_json::from_str(asked.trim()).unwrap();
    assert_eq!(request["row"], serde_json::json!({ "id": "F-0212", "title": "Housing warming up" }));
    assert_eq!(
        (&request["station"], &request["ocpp"], &request["deadline"]),
        (&"CS001".into(), &"2.0.1".into(), &20.into())
    );
    // It is the hash of the head of the evidence.
    let evidence = bench.text("run/evidence.jsonl");
    let id = request["runId"].as_str().unwrap();
    assert!(id.len() == 16 && evidence.contains(&format!("{{\"prev\":\"{id}")), "{id}");
}

/// Waits until a file has a text.
fn until(path: &Path, text: &str) {
    for _ in 0..300 {
        if std::fs::read_to_string(path).unwrap_or_default().contains(text) {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{} never had {text:?}", path.display());
}

#[test]
fn ctrl_c_while_a_rig_is_at_work_puts_back_what_was_changed() {
    let bench = Bench::new();
    let (log, example) = (bench.path("log"), bench.example());
    // It brings the effect about, and then takes its time: the interruption comes in between.
    let slow = format!(
        "request=$(cat); echo \"$request\" | {example} > {0}.answer; echo \"$request\" >> {0}; \
         case \"$request\" in *'\"present\":true'*) sleep 10;; esac; cat {0}.answer",
        log.display(),
    );
    let waiting = bench.listening(FAULT, &format!("hook:{}", bench.script(&slow)));
    let station = station(&waiting.url);
    std::fs::write(bench.path("control"), &station.control).unwrap();
    until(&log, "\"present\":true");
    let interrupted = Command::new("kill").args(["-INT", &waiting.child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    let (_, _, said) = waiting.end();
    assert!(said.contains("stopping: what was changed is put back"), "{said}");
    let asked = bench.text("log");
    assert!(asked.lines().last().unwrap().contains("\"present\":false"), "{asked}");
    let judged = bench.judged(&said);
    assert_eq!(
        (&judged[0]["verdict"], &judged[0]["reason"]),
        (&"inconclusive".into(), &"the run was interrupted".into())
    );
    let result = result(&bench.path("run"));
    assert_eq!((&result["interrupted"], &result["observations"]), (&true.into(), &serde_json::json!([])));
    let verified = run(&["verify", bench.path("run").to_str().unwrap()]);
    assert!(err(&verified).contains("reached again"), "{}", err(&verified));
}

#[test]
fn a_rig_that_fails_is_asked_to_put_things_back_and_what_remains_is_said() {
    let bench = Bench::new();
    let log = bench.path("log");
    let rig = format!("cat >> {}; exit 1", log.display());
    bench.run(FAULT, &bench.script(&rig));
    let asked = bench.text("log");
    assert!(asked.lines().any(|l| l.contains("\"present\":false")), "{asked}");
    let observed = result(&bench.path("run"))["observations"].to_string();
    assert!(observed.contains("could not be put back: F-0212"), "{observed}");
}

/// A person on a pseudo-terminal who types these answers; what the terminal showed.
fn person(bench: &Bench, answers: &str, select: &str) -> String {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (declaration, run) = (bench.path("declaration.yaml"), bench.path("run"));
    let mut command = Command::new("python3");
    command
        .arg(root().join("crates/cli/tests/stimulus/person.py"))
        .arg(answers)
        .arg(env!("CARGO_BIN_EXE_diagmark"));
    command.args(["certify", "--archetype", "ac-wallbox", "--ocpp", "2.0.1", "--listen", &free]);
    command.args(["--stimulus", "operator", "--stimulus-timeout", "30s", "--select", select]);
    command.arg("--declaration").arg(declaration).arg("--out").arg(run).current_dir(root());
    let desk = command.stdout(Stdio::piped()).spawn().unwrap();
    let _station = station(&format!("ws://{free}"));
    String::from_utf8(desk.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn a_person_is_asked_on_the_terminal_and_can_decline() {
    let bench = Bench::new();
    let shown = person(&bench, "what,c", FAULT);
    assert!(shown.contains("Cause this fault: Housing warming up (F-0212)."), "{shown}");
    assert!(shown.contains("\"what\" is no answer.") && shown.contains(" ! Heat:"), "{shown}");
    let judged = bench.judged(&shown);
    let reason = judged[0]["reason"].as_str().unwrap();
    assert!(reason.ends_with("the operator could not do it"), "{reason}");
    assert_eq!(
        (&judged[0]["verdict"], &judged[0]["stimulus"]),
        (&"not-exercised".into(), &"operator".into())
    );
    assert_eq!(result(&bench.path("run"))["stimulus"]["binding"], "operator");
}

#[test]
fn a_person_who_aborts_ends_the_run_and_is_asked_to_put_things_back() {
    let bench = Bench::new();
    let shown = person(&bench, "a,d", FAULT);
    assert!(shown.contains("The run ends; what was changed is put back."), "{shown}");
    assert!(shown.contains("Take the fault away again: Housing warming up (F-0212)."), "{shown}");
    assert_eq!(bench.judged(&shown)[0]["reason"], "the run was interrupted");
    assert_eq!(result(&bench.path("run"))["interrupted"], true);
}

#[test]
fn the_plan_lists_what_would_be_asked_by_action() {
    let (bench, select) = (Bench::new(), format!("{FAULT} or @req:F-0213"));
    let declaration = bench.path("declaration.yaml");
    let plan = |stimulus: &str| {
        let args = ["certify", "--archetype", "ac-wallbox", "--plan", "--select", &select, "--declaration"];
        let done = run(&[&args[..], &[declaration.to_str().unwrap(), "--stimulus", stimulus]].concat());
        assert_eq!(code(&done), 0, "{}", err(&done));
        out(&done)
    };
    let asked = plan("operator");
    assert!(asked.contains("expected duration: at least "), "{asked}");
    assert!(asked.contains("a person is asked for these: 1 action, at least 4 prompts"), "{asked}");
    assert!(asked.contains("    F-0213 Housing hot\n"), "{asked}");
    assert!(plan("none").contains("no rig is bound (--stimulus), so these are not exercised: 1 action"));
}

#[test]
fn a_binding_that_cannot_work_is_said_before_the_run() {
    let wrong = |args: &[&str], sentence: &str| {
        let done = run(&[&["certify", "--archetype", "ac-wallbox"], args].concat());
        assert_eq!(code(&done), 2, "{}", err(&done));
        assert!(err(&done).contains(sentence), "{}", err(&done));
    };
    let listen = ["--listen", "127.0.0.1:0", "--stimulus"];
    wrong(&[&listen[..], &["operator"]].concat(), "standard input or standard error is no terminal");
    wrong(&[&listen[..], &["hook:./nowhere.sh"]].concat(), "./nowhere.sh is not there");
    wrong(&[&listen[..], &["hook:README.md"]].concat(), "chmod +x");
    wrong(&[&listen[..], &["hook:https://127.0.0.1/"]].concat(), "only http:// is supported");
    wrong(&[&listen[..], &["relay"]].concat(), "use none, hook:CMD");
    wrong(&[&listen[..], &["none", "--stimulus-timeout", "0s"]].concat(), "--stimulus-timeout");
    wrong(&["--station", "reference", "--stimulus", "operator"], "has a rig of its own");
}

#[test]
fn the_reference_station_without_its_rig_exercises_nothing_that_needs_one() {
    let bench = Bench::new();
    let to = bench.path("run");
    let select = format!("{FAULT} or {MOVE}");
    let args = ["certify", "--archetype", "ac-wallbox", "--station", "reference", "--stimulus", "none"];
    let done = run(&[&args[..], &["--select", &select, "--out", to.to_str().unwrap()]].concat());
    let judged = bench.judged(&err(&done));
    let of = |row: &str| judged.iter().find(|v| v["row"] == row).unwrap();
    assert_eq!(of("F-0212")["verdict"], "not-exercised");
    assert_ne!(of("B-0140")["stimulus"], "hook");
    assert_eq!(result(&to)["stimulus"], serde_json::json!({ "binding": "none" }));
}
