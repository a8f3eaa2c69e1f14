//! `diagmark report`: the views of a run made again, and a signature put under it afterwards.

use crate::args;
use crate::bundle::Bundle;
use crate::fault::Fault;
use crate::sign::Signer;
use crate::{verify, views};
use net::Clock;
use report::certificate;

pub(crate) async fn report(args: &args::Report) -> Result<u8, Fault> {
    let signer = Signer::new(&args.signing)?;
    let bundle = Bundle::read(&args.dir)?;
    if let Some(signer) = &signer {
        if !bundle.evidence.redacted.is_empty() {
            return Err(Fault::input("a redacted run is not signed: sign the original and redact it again"));
        }
        // A laboratory vouches for what it can repeat, not for what a file says.
        verify::repeat(&args.dir).await?;
        let Some(bytes) = bundle.result_bytes.as_deref() else {
            return Err(Fault::nothing(certificate::NoCertificate::Interrupted));
        };
        let run = certificate::Run {
            result: &bundle.result,
            result_bytes: bytes,
            archetype: &bundle.archetype,
            declaration: &bundle.declaration,
            records: &bundle.evidence.records,
        };
        if let Err(why) = signer.sign(run, &args.dir, &Clock::wall())? {
            return Err(Fault { code: report::exit::NOT_CONFORMING, message: why.to_string() });
        }
    }
    let written = views::write(
        &args.dir,
        &views::Run {
            result: &bundle.result,
            archetype: &bundle.archetype,
            declaration: &bundle.declaration,
            records: &bundle.evidence.records,
            ending: views::ending(&bundle.evidence),
        },
    )?;
    for path in written {
        crate::print(&format!("{}\n", path.display()));
    }
    Ok(report::exit::CONFORMING)
}
