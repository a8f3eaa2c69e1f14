//! The `diagmark` command: thin wiring between the crates, no judgement of its own.
//!
//! Progress goes to standard error, results to standard output. Exit codes are those of [`::report::exit`].

mod args;
mod bundle;
mod certify;
mod compare;
mod coverage;
mod declare;
mod export;
mod fault;
mod features;
mod gap;
mod guideline;
mod inventories;
mod keys;
mod lint;
mod nearest;
mod phrases;
mod pki;
mod progress;
mod prove;
mod redacted;
mod reference;
mod report;
mod security;
mod sign;
mod station;
mod stimulus;
mod throw_away;
mod uploads;
mod verify;
mod views;

use args::{Cli, Command};
use clap::Parser as _;
use fault::Fault;
use std::io::Write as _;
use std::process::ExitCode;

/// Whole runs are mostly small JSON values: with this a proof takes a third less time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            // Help and version are no mistakes.
            let code = if e.use_stderr() { ::report::exit::USAGE } else { 0 };
            let _ = e.print();
            return ExitCode::from(code);
        }
    };
    match run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(fault) => {
            progress::say(&format!("error: {}", fault.message));
            ExitCode::from(fault.code)
        }
    }
}

fn run(cli: Cli) -> Result<u8, Fault> {
    // One thread: the order of records is the order in which things happened.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Fault::internal)?;
    match cli.command {
        Command::Certify(args) => runtime.block_on(certify::certify(*args)),
        Command::Declare(args) => runtime.block_on(declare::declare(&args)),
        Command::Gap(args) => runtime.block_on(gap::gap(&args)),
        Command::Station(args) => runtime.block_on(station::station(args)),
        Command::Prove(args) => prove::prove(&args),
        Command::Lint(args) => lint::lint(&args),
        Command::Coverage(args) => coverage::coverage(&args),
        Command::Guideline(args) => guideline::guideline(args),
        Command::Verify(args) => runtime.block_on(verify::verify(&args)),
        Command::Report(args) => runtime.block_on(report::report(&args)),
        Command::Export(args) => export::export(&args),
        Command::Keys(args) => keys::keys(&args),
        Command::Pki(args) => pki::pki(args),
    }
}

/// Prints a result. A reader that went away (`| head`) is no fault of ours.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
