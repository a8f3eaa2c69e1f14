//! The flags.

use clap::{Args, Parser, Subcommand, ValueEnum};
use ocpp::Version;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use steps::Impact;

/// Diagnostics of charging stations over OCPP 2.0.1 and 2.1: an open guideline, and a suite that proves on a
/// real station that it is followed.
#[derive(Debug, Parser)]
#[command(name = "diagmark", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge a station against an archetype and write the evidence.
    Certify(Certify),
    /// Run the reference station against any CSMS.
    Station(Station),
    /// Check archetypes, declarations and feature files.
    Lint(Lint),
    /// Repeat the verdicts of a run from its evidence, without a station.
    Verify(Verify),
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("who").required(true).args(["station", "listen", "plan"]).multiple(true))]
pub(crate) struct Certify {
    /// Archetype: an id (`ac-wallbox`) or a file.
    #[arg(long, value_name = "ARCH")]
    pub(crate) archetype: String,
    /// Judge the reference station, started in this process.
    #[arg(long, conflicts_with = "listen")]
    pub(crate) station: Option<BuiltIn>,
    /// Wait here for a station to connect.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Identity the station must connect with; without it the first station is judged.
    #[arg(long, value_name = "ID")]
    pub(crate) station_id: Option<String>,
    /// Judge this OCPP version only [default: what the station prefers; 2.0.1 for the reference station].
    #[arg(long, value_name = "VERSION")]
    pub(crate) ocpp: Option<Version>,
    /// What the manufacturer declares of the product.
    #[arg(long, value_name = "FILE")]
    pub(crate) declaration: Option<PathBuf>,
    /// Highest level judged.
    #[arg(long, value_name = "1..3", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=3))]
    pub(crate) level: u8,
    /// Strongest impact allowed on the station: read-only, restores or disruptive.
    #[arg(long, default_value = "disruptive")]
    pub(crate) impact: Impact,
    /// Judge only the scenarios whose tags satisfy this expression ("@ocpp:N04.FR.10 or @level:1").
    #[arg(long, value_name = "TAGS")]
    pub(crate) select: Option<String>,
    /// Print what would be judged, and stop.
    #[arg(long)]
    pub(crate) plan: bool,
    /// How long to wait for a station to connect (90s, 5min, …).
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    pub(crate) wait: Duration,
    /// Directory for evidence and result; it must not exist yet [default: runs/<time>-<archetype>].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BuiltIn {
    /// The reference station, built from the archetype.
    Reference,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For scripts.
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct Station {
    /// Archetype to follow: an id (`ac-wallbox`) or a file.
    #[arg(long, value_name = "ARCH")]
    pub(crate) archetype: String,
    /// The CSMS; the identity is appended to this URL.
    #[arg(long, value_name = "URL")]
    pub(crate) connect: String,
    /// Identity of the station.
    #[arg(long, value_name = "ID")]
    pub(crate) id: String,
    /// OCPP version to speak.
    #[arg(long, value_name = "VERSION", default_value = "2.0.1")]
    pub(crate) ocpp: Version,
    /// Which of the optional hardware it has [default: all].
    #[arg(long, value_name = "FILE")]
    pub(crate) declaration: Option<PathBuf>,
    /// Take effects on this address: one JSON object a line, as in
    /// {"effect":"value","component":{…},"variable":{…},"value":"80"}.
    #[arg(long, value_name = "ADDR")]
    pub(crate) control: Option<SocketAddr>,
}

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// Files or directories [default: archetypes and features, where they exist].
    pub(crate) paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The directory of a run.
    pub(crate) dir: PathBuf,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

fn time(text: &str) -> Result<Duration, String> {
    text.parse::<spec::model::Period>().map(|p| p.0)
}
