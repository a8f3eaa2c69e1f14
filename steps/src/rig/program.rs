//! A rig that is an executable: started once for each effect, asked on standard input, heard on standard output. One
//! that takes too long is ended with everything it started.

use spec::hook::told;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

/// Longest output that is read, in bytes.
const MAX_OUTPUT: u64 = 64 << 10;
/// How much of the end of its complaints is kept, in bytes.
const MAX_COMPLAINT: usize = 8 << 10;

/// An executable and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<String>,
}

/// Why an executable brought nothing about, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// Nothing is named.
    #[error("no executable is named: write it as in hook:./rig.sh")]
    Nothing,
    /// A quotation mark is not closed.
    #[error("a quotation mark in {0:?} is not closed")]
    Quote(String),
    /// It is not there.
    #[error("{0} is not there, or not in PATH")]
    NotFound(String),
    /// It is there and no executable.
    #[error("{0} may not be executed: make it executable (chmod +x), or name its interpreter")]
    NotExecutable(String),
    /// The system does not start it.
    #[error("{program} cannot be started: {source}")]
    Start {
        /// The executable.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It said that it failed.
    #[error("{program} ended with {status}{said}")]
    Status {
        /// The executable.
        program: String,
        /// In words.
        status: String,
        /// The end of what it wrote to standard error.
        said: String,
    },
    /// It took too long.
    #[error("{program} did not end within {seconds} s and was stopped")]
    TooLong {
        /// The executable.
        program: String,
        /// Its time.
        seconds: u64,
    },
    /// It wrote too much.
    #[error("{program} wrote more than {MAX_OUTPUT} bytes")]
    TooMuch {
        /// The executable.
        program: String,
    },
    /// The exchange broke off.
    #[error("{program} could not be heard: {source}")]
    Broken {
        /// The executable.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl fmt::Display for Program {
    /// Its name without directories: what the rest is called is nobody's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.file_name().unwrap_or(self.path.as_os_str()).to_string_lossy())
    }
}

impl Program {
    /// Reads an executable and its arguments, separated by spaces; quotation marks keep words together. No shell is
    /// involved.
    ///
    /// # Errors
    /// When it cannot be read, or the executable is not there.
    pub fn parse(text: &str) -> Result<Program, ProgramError> {
        // A path with spaces that is there needs no quotation marks.
        let whole = Path::new(text.trim());
        let mut words = if whole.is_file() { vec![text.trim().to_owned()] } else { words(text)? }.into_iter();
        let name = words.next().ok_or(ProgramError::Nothing)?;
        let path = located(&name).ok_or_else(|| ProgramError::NotFound(name.clone()))?;
        if !executable(&path) {
            return Err(ProgramError::NotExecutable(name));
        }
        Ok(Program { path, arguments: words.collect() })
    }

    /// Starts it with one line on its standard input, and returns its standard output once it has ended well.
    ///
    /// # Errors
    /// Why there is no output; a program that is out of time is ended with everything it started.
    pub(super) async fn run(&self, line: &str, limit: Duration) -> Result<String, ProgramError> {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        // A group of its own: Ctrl-C on the terminal is for the run, which still needs the rig to put things back.
        #[cfg(unix)]
        command.process_group(0);
        let start = |source| ProgramError::Start { program: self.to_string(), source };
        let running = Running::new(command.spawn().map_err(start)?);
        match tokio::time::timeout(limit, self.converse(running, line)).await {
            Ok(done) => done,
            Err(_) => Err(ProgramError::TooLong { program: self.to_string(), seconds: limit.as_secs() }),
        }
    }

    async fn converse(&self, mut running: Running, line: &str) -> Result<String, ProgramError> {
        let broken = |source| ProgramError::Broken { program: self.to_string(), source };
        let child = &mut running.child;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let ask = async {
            if let Some(mut stdin) = stdin {
                // A program that does not read its input may still do what it is for.
                let _ = stdin.write_all(format!("{line}\n").as_bytes()).await;
            }
            Ok(())
        };
        let hear = async {
            let mut text = Vec::new();
            if let Some(stdout) = stdout {
                stdout.take(MAX_OUTPUT + 1).read_to_end(&mut text).await.map_err(broken)?;
            }
            let too_much = text.len() as u64 > MAX_OUTPUT;
            if too_much { Err(ProgramError::TooMuch { program: self.to_string() }) } else { Ok(text) }
        };
        let complaint = async {
            let mut text = Vec::new();
            if let Some(mut stderr) = stderr {
                // Only its end is of interest, and nobody may wait for it to be read.
                let mut chunk = [0; 4096];
                while let Ok(n @ 1..) = stderr.read(&mut chunk).await {
                    text.extend_from_slice(chunk.get(..n).unwrap_or_default());
                    text.drain(..text.len().saturating_sub(MAX_COMPLAINT));
                }
            }
            Ok(text)
        };
        let ((), output, said) = tokio::try_join!(ask, hear, complaint)?;
        let status = running.child.wait().await.map_err(broken)?;
        running.ended = true;
        if !status.success() {
            let said = String::from_utf8_lossy(&said).lines().rev().find(|l| !l.trim().is_empty()).map(told);
            let said = said.map(|s| format!(": {s}")).unwrap_or_default();
            return Err(ProgramError::Status { program: self.to_string(), status: in_words(status), said });
        }
        Ok(String::from_utf8_lossy(&output).into_owned())
    }
}

/// A program that is ended with its group when nobody waits for it any more.
struct Running {
    child: Child,
    #[cfg(unix)]
    group: Option<rustix::process::Pid>,
    ended: bool,
}

impl Running {
    fn new(child: Child) -> Running {
        #[cfg(unix)]
        let group = child.id().and_then(|id| rustix::process::Pid::from_raw(i32::try_from(id).ok()?));
        Running {
            child,
            #[cfg(unix)]
            group,
            ended: false,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        #[cfg(unix)]
        if let Some(group) = self.group {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.start_kill();
    }
}

fn in_words(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => "a signal".to_owned(),
    }
}

/// Words separated by spaces; single or double quotation marks keep them together.
fn words(text: &str) -> Result<Vec<String>, ProgramError> {
    let (mut all, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => all.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(ProgramError::Quote(text.to_owned()));
    }
    all.extend(word);
    Ok(all)
}

/// Where an executable is: in PATH if only its name is given, else at its path.
fn located(name: &str) -> Option<PathBuf> {
    let path = Path::new(name);
    let bare = path.components().count() == 1 && path.is_relative();
    let places = std::env::var_os("PATH").filter(|_| bare).unwrap_or_default();
    let mut found = std::env::split_paths(&places).map(|dir| dir.join(name));
    // Where the command was given, whatever the directory of the child is.
    let here = || path.is_file().then(|| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    found.find(|p| p.is_file() && executable(p)).or_else(here)
}

#[cfg(unix)]
fn executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|m| m.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn executable(path: &Path) -> bool {
    path.is_file()
}
