//! `diagmark station`: the reference station alone, against any CSMS.

use crate::args;
use crate::fault::Fault;
use crate::progress::say;
use crate::{certify, prove, reference, security};
use net::csms::Profile;
use station::Progress;
use station::control;

pub(crate) async fn station(args: args::Station) -> Result<u8, Fault> {
    let archetype = certify::archetype(&args.archetype)?;
    let declaration = certify::declaration(args.declaration.as_deref(), &archetype)?;
    let declaration = declaration.unwrap_or_else(|| spec::Declaration::complete(&archetype));
    let credentials = security::shown(&args)?;
    let profile = match (&args.cert, args.connect.starts_with("wss:"), &args.password_file) {
        (Some(_), true, _) => Profile::MutualTls,
        (None, true, _) => Profile::Tls,
        (_, false, Some(_)) => Profile::Basic,
        (_, false, None) => Profile::None,
    };
    let deviation = args.deviate.as_deref().map(prove::named).transpose()?;
    let (handle, control) = control::channel();
    let server = match args.control {
        None => None,
        Some(address) => {
            let server = control::Server::bind(&address.to_string()).await;
            let server = server.map_err(|e| Fault::input(format!("--control {address}: {e}")))?;
            let bound = server.local_addr().map_err(Fault::internal)?;
            say(&format!("taking effects on {bound}: one JSON object a line"));
            Some(server)
        }
    };
    if let Some(deviation) = &deviation {
        say(&format!("deviates: {}", deviation.what));
    }
    say(&format!("{} as {}, connecting to {}; stop with Ctrl-C", archetype.title, args.id, args.connect));
    let shutdown = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    let tell = |p: Progress| match p {
        Progress::Connected(version) => say(&format!("connected, OCPP {version}")),
        Progress::Lost { reason } => say(&format!("connection lost: {reason}")),
        Progress::Failed { error, retry_in } => {
            say(&format!("{error}; next attempt in {} s", retry_in.as_secs()));
        }
        Progress::Rebooting => say("rebooting"),
    };
    let run = reference::run(
        &archetype,
        &declaration,
        args.ocpp,
        reference::Csms { url: &args.connect, id: &args.id, credentials, profile, deviation },
        control,
        tell,
        shutdown,
    );
    match server {
        None => run.await?,
        Some(server) => tokio::select! {
            biased;
            ended = run => ended?,
            ended = server.run(handle) => ended.map_err(Fault::internal)?,
        },
    }
    Ok(0)
}
