//! The flags.

mod outputs;

pub(crate) use outputs::*;

use crate::stimulus::Binding;
use clap::{Args, Parser, Subcommand, ValueEnum};
use net::csms::Profile;
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
    Certify(Box<Certify>),
    /// Write a first declaration of a product from what its station reports.
    Declare(Declare),
    /// Compare what a station reports with an archetype: what is missing, and which faults it could report.
    Gap(Gap),
    /// Run the reference station against any CSMS.
    Station(Station),
    /// Show that the suite catches what is wrong and leaves alone what is right: defects and legal variants of the
    /// reference station against the whole suite, in virtual time.
    Prove(Prove),
    /// Check archetypes, declarations, lists of expected failures and feature files.
    Lint(Lint),
    /// List every requirement of OCPP and every row of the guideline with the scenarios that judge it, or the reason
    /// why none does.
    Coverage(Coverage),
    /// Publish the guideline as a book.
    Guideline(Guideline),
    /// Repeat the verdicts of a run from its evidence, without a station.
    Verify(Verify),
    /// Make the views of a run again: report.html, junit.xml, verdicts.csv, certificate.html.
    Report(Report),
    /// Write a run in a form that others can read, or without what is secret or personal.
    Export(Export),
    /// Make a key to sign certificates with.
    Keys(Keys),
    /// Make throw-away certificates to test security profiles 2 and 3 with.
    Pki(Pki),
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
    #[command(flatten)]
    pub(crate) security: Security,
    /// Allow the password of the station to be changed and put back (security profiles 1 and 2). Both are in the
    /// evidence then, so give the station one for this run only.
    #[arg(long)]
    pub(crate) change_password: bool,
    /// Name or address by which the station reaches the upload servers of the suite [default: the address of
    /// --listen, or the one the station came in by].
    #[arg(long, value_name = "HOST", conflicts_with = "station")]
    pub(crate) upload_addr: Option<String>,
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
    /// What brings about effects from outside OCPP (a door that opens, a sensor that warms up): none;
    /// hook:CMD, an executable of the laboratory's rig, started once for each effect;
    /// hook:http://HOST:PORT/PATH, an endpoint of the rig; operator, a person at this terminal;
    /// control:ADDR, the channel of `diagmark station --control`
    /// [default: none; with --station reference its own channel].
    #[arg(long, value_name = "BINDING", verbatim_doc_comment)]
    pub(crate) stimulus: Option<Binding>,
    /// Longest time for one effect [default: 60s for a rig, 5min for a person].
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) stimulus_timeout: Option<Duration>,
    /// Print what would be judged, what would be asked of a rig or a person, and stop.
    #[arg(long)]
    pub(crate) plan: bool,
    /// How long to wait for a station to connect (90s, 5min, …).
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = time)]
    pub(crate) wait: Duration,
    /// Directory for evidence and result; it must not hold a run yet [default: runs/TIME-ARCHETYPE].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) signing: Signing,
    /// How to print the result.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// What a station has to prove before it is let in (OCPP A00).
#[derive(Debug, Default, Args)]
pub(crate) struct Security {
    /// Security profile the station must connect with: 1 password, 2 TLS and password, 3 certificates on both
    /// sides; 0 is none, for laboratories only [default: 0].
    #[arg(long, value_name = "0..3")]
    pub(crate) security_profile: Option<Profile>,
    /// Certificate of the CSMS, PEM (profiles 2 and 3); may be given again, as for ECDSA and RSA.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Vec<PathBuf>,
    /// Its private key, PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Vec<PathBuf>,
    /// Authority that issues the certificates of stations, PEM (profile 3).
    #[arg(long, value_name = "FILE")]
    pub(crate) client_ca: Option<PathBuf>,
    /// File with the password of the station (profiles 1 and 2); a line with two words is an identity and its
    /// password.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
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
    /// Differ from the reference station in this, as `diagmark prove` does: a defect or a legal variant of the
    /// guideline's catalogue.
    #[arg(long, value_name = "NAME")]
    pub(crate) deviate: Option<String>,
    /// Authority it trusts, PEM; needed to connect with wss://.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Its certificate, PEM (security profile 3).
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) cert: Option<PathBuf>,
    /// Its private key, PEM.
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(crate) key: Option<PathBuf>,
    /// File with its password (security profiles 1 and 2).
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Prove {
    /// Only this deviation; may be given more than once.
    #[arg(long, value_name = "NAME")]
    pub(crate) deviate: Vec<String>,
    /// Only on this archetype; may be given more than once [default: the smallest that can show the deviation].
    #[arg(long, value_name = "ARCH")]
    pub(crate) archetype: Vec<String>,
    /// Every deviation on every archetype, and each evidence replayed to the same verdicts.
    #[arg(long, conflicts_with = "archetype")]
    pub(crate) all: bool,
    /// Seed of whatever is random.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Write the matrix, and the evidence of each run that is not as it must be, into this directory.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
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
pub(crate) struct Coverage {
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Guideline {
    #[command(subcommand)]
    pub(crate) command: GuidelineCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GuidelineCommand {
    /// Write the book: pages that open in a browser without a server, and annexes for programs.
    Build(GuidelineBuild),
    /// Show the book to its authors while they write: built anew whenever a file changes, on this computer only.
    Serve(GuidelineServe),
    /// Compare two editions: rows added, removed and changed, and which certificates need which re-runs.
    Diff(GuidelineDiff),
}

#[derive(Debug, Args)]
pub(crate) struct GuidelineBuild {
    #[command(flatten)]
    pub(crate) sources: GuidelineSources,
    /// Directory to write to; it must be empty or hold an earlier guideline, which is replaced.
    #[arg(long, value_name = "DIR", default_value = "guideline")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct GuidelineServe {
    #[command(flatten)]
    pub(crate) sources: GuidelineSources,
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 3000)]
    pub(crate) port: u16,
}

#[derive(Debug, Args)]
pub(crate) struct GuidelineDiff {
    /// Directory with the archetype files of the older edition.
    pub(crate) old: PathBuf,
    /// Directory with those of the newer one.
    pub(crate) new: PathBuf,
    /// How to print the differences.
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub(crate) format: DiffFormat,
}

/// How differences between editions are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For a terminal.
    Text,
    /// For a release note.
    Markdown,
    /// For programs (schema: spec/schemas/edition-diff-1.json).
    Json,
}

/// What a book is made from.
#[derive(Debug, Clone, Args)]
pub(crate) struct GuidelineSources {
    /// Read the archetypes from this directory [default: those in the binary; serve: ./archetypes if it is there].
    #[arg(long, value_name = "DIR")]
    pub(crate) archetypes: Option<PathBuf>,
    /// Read the chapters from this directory [default: those in the binary; serve: ./book/chapters if it is there].
    #[arg(long, value_name = "DIR")]
    pub(crate) chapters: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The directory of a run.
    pub(crate) dir: PathBuf,
    /// The keys you trust: a list with revocations, or the public key of one laboratory. A run without a
    /// signature by one of them is refused.
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,
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
    #[command(flatten)]
    pub(crate) security: Security,
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
    /// Archetype the product belongs to: an id (`ac-wallbox`) or a file [default: the nearest].
    #[arg(long, value_name = "ARCH")]
    pub(crate) archetype: Option<String>,
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
    /// Read the reports from the evidence of an earlier run (a directory), or from a trace in the format
    /// open-ocpp-trace (a file), instead of asking a station.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["station_id", "ocpp", "out"])]
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
