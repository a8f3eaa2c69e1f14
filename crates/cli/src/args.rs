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
    /// Write a first declaration of a product from what its station reports.
    Declare(Declare),
    /// Compare what a station reports with an archetype: what is missing, and which faults it could report.
    Gap(Gap),
    /// Run the reference station against any CSMS.
    Station(Station),
    /// Check archetypes, declarations, lists of expected failures and feature files.
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
    /// What is known to fail: a list of rows, each with a reason and a link. Such a run certifies nothing; it
    /// succeeds when it fails as listed and not otherwise.
    #[arg(long, value_name = "FILE")]
    pub(crate) expected_failures: Option<PathBuf>,
    /// Run the *.feature files of this directory too, after the suite's own; they are reported apart.
    #[arg(long, value_name = "DIR")]
    pub(crate) features: Option<PathBuf>,
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
    /// Directory for evidence and result; it must not hold a run yet [default: runs/TIME-ARCHETYPE].
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
    /// List every phrase that a scenario can use, and where its meaning is.
    #[arg(long, conflicts_with = "paths")]
    pub(crate) phrases: bool,
    /// How to print the phrases.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The directory of a run.
    pub(crate) dir: PathBuf,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// How a station is reached that is only asked what it is made of.
#[derive(Debug, Args)]
pub(crate) struct Connection {
    /// Ask the reference station, started in this process.
    #[arg(long)]
    pub(crate) station: Option<BuiltIn>,
    /// Wait here for a station to connect.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Identity the station must connect with; without it the first station is asked.
    #[arg(long, value_name = "ID")]
    pub(crate) station_id: Option<String>,
    /// Speak this OCPP version only [default: what the station prefers; 2.0.1 for the reference station].
    #[arg(long, value_name = "VERSION")]
    pub(crate) ocpp: Option<Version>,
    /// How long to wait for a station to connect (90s, 5min, …).
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    pub(crate) wait: Duration,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("asked").required(true).args(["station", "listen"]))]
pub(crate) struct Declare {
    /// Archetype the product belongs to: an id (`ac-wallbox`) or a file.
    #[arg(long, value_name = "ARCH")]
    pub(crate) archetype: String,
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// File to write; it must not exist yet [default: standard output].
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("asked").required(true).args(["station", "listen", "from"]))]
pub(crate) struct Gap {
    /// Archetype to compare with: an id (`ac-wallbox`) or a file [default: that of the declaration or of the run,
    /// else the nearest].
    #[arg(long, value_name = "ARCH")]
    pub(crate) archetype: Option<String>,
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// Read the reports from the evidence of an earlier run instead of asking a station.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["station_id", "ocpp", "out"])]
    pub(crate) from: Option<PathBuf>,
    /// What the manufacturer declares of the product.
    #[arg(long, value_name = "FILE")]
    pub(crate) declaration: Option<PathBuf>,
    /// How to print the gap.
    #[arg(long, value_enum, default_value_t = GapFormat::Text)]
    pub(crate) format: GapFormat,
    /// Directory to keep the station's reports in, to look at them again with --from; it must not hold a run yet.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GapFormat {
    /// For people.
    Text,
    /// For scripts.
    Json,
    /// For spreadsheets.
    Csv,
}

fn time(text: &str) -> Result<Duration, String> {
    text.parse::<spec::model::Period>().map(|p| p.0)
}
