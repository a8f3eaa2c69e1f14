//! The flags for what is made of a run: signatures, views, exports.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Who vouches for a run that conforms.
#[derive(Debug, Default, Args)]
pub(crate) struct Signing {
    /// Sign a certificate with this key (`diagmark keys new`).
    #[arg(long, value_name = "FILE", requires_all = ["lab", "tester"])]
    pub(crate) key: Option<PathBuf>,
    /// The laboratory, as the certificate names it.
    #[arg(long, value_name = "NAME", requires = "key")]
    pub(crate) lab: Option<String>,
    /// Who carried out the test, as the certificate names them.
    #[arg(long, value_name = "NAME", requires = "key")]
    pub(crate) tester: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The directory of a run.
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) signing: Signing,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["format", "redact"]))]
pub(crate) struct Export {
    /// The directory of a run.
    pub(crate) dir: PathBuf,
    /// Write its frames as a trace of this format.
    #[arg(long, value_enum)]
    pub(crate) format: Option<TraceFormat>,
    /// Write the run without what is secret or personal; it still verifies, as redacted.
    #[arg(long)]
    pub(crate) redact: bool,
    /// File of the trace [default: standard output], or directory of the redacted run [default: DIR-redacted].
    #[arg(long, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TraceFormat {
    /// JSON lines as specified by open-ocpp-trace, version 1.1.
    OpenOcppTrace,
}

#[derive(Debug, Args)]
pub(crate) struct Keys {
    #[command(subcommand)]
    pub(crate) command: KeysCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a new key. The private half can be read by its owner only, the public half is beside it.
    New(NewKey),
}

#[derive(Debug, Args)]
pub(crate) struct NewKey {
    /// File of the private key; it must not exist yet. The public key goes to FILE.pub.
    #[arg(long, value_name = "FILE", default_value = "diagmark.key")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Pki {
    #[command(subcommand)]
    pub(crate) command: PkiCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PkiCommand {
    /// Make an authority, certificates of CSMS and station, and such as have to be refused. README.txt tells what
    /// is what.
    New(NewPki),
}

#[derive(Debug, Args)]
pub(crate) struct NewPki {
    /// Folder to write to; nothing in it is overwritten.
    pub(crate) dir: PathBuf,
    /// Common name of the station's certificates. OCPP wants its serial number there.
    #[arg(long, value_name = "ID", default_value = "CS001")]
    pub(crate) station_id: String,
    /// Host name or address stations reach the CSMS by, beside localhost; may be given again.
    #[arg(long, value_name = "HOST")]
    pub(crate) host: Vec<String>,
}
