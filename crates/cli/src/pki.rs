//! `diagmark pki`: a throw-away test PKI.

use crate::args;
use crate::fault::Fault;
use crate::progress::say;
use net::Clock;
use net::pki::{PkiRequest, create};

/// Makes the files and prints their names.
pub(crate) fn pki(args: args::Pki) -> Result<u8, Fault> {
    let args::PkiCommand::New(new) = args.command;
    let request = PkiRequest { station: new.station_id, hosts: new.host };
    let files = create(&new.dir, &request, &Clock::wall()).map_err(Fault::input)?;
    let names: String = files.iter().map(|path| format!("{}\n", path.display())).collect();
    crate::print(&names);
    say("for tests only: never use these keys in production");
    Ok(report::exit::CONFORMING)
}
