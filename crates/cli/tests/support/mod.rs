//! Runs the built command the way a person does.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The command, run at the top of the repository.
pub fn diagmark(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diagmark"));
    command.args(args).current_dir(root()).env("COLUMNS", "100").stdin(Stdio::null());
    command
}

/// What the command printed, and its exit code.
pub fn run(args: &[&str]) -> Output {
    diagmark(args).output().unwrap()
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A run that waits for a station, and the URL it waits at.
pub struct Waiting {
    pub child: Child,
    pub url: String,
    err: BufReader<std::process::ChildStderr>,
}

/// Starts `certify --listen` on a free port and waits until it says where it listens.
pub fn listening(args: &[&str]) -> Waiting {
    let mut all = vec!["certify", "--archetype", "ac-wallbox", "--listen", "127.0.0.1:0"];
    all.extend(args);
    waiting(&all)
}

/// Starts a command that listens on a free port and waits until it says where.
pub fn waiting(args: &[&str]) -> Waiting {
    let mut child = diagmark(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    err.read_line(&mut line).unwrap();
    let at = line
        .find("wss://")
        .or_else(|| line.find("ws://"))
        .unwrap_or_else(|| panic!("no address in {line:?}"));
    let url = line[at..].split('/').take(3).collect::<Vec<_>>().join("/");
    Waiting { child, url, err }
}

impl Waiting {
    /// Waits for its end: exit code, standard output, the rest of standard error.
    pub fn end(mut self) -> (i32, String, String) {
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        let mut err = String::new();
        self.err.read_to_string(&mut err).unwrap();
        (self.child.wait().unwrap().code().unwrap(), out, err)
    }
}

/// The result of a run.
pub fn result(dir: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(dir.join("result.json")).unwrap()).unwrap()
}
