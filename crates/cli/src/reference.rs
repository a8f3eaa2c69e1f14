//! The reference station in this process, and its control channel as the rig.

use crate::fault::Fault;
use futures_util::future::LocalBoxFuture;
use net::csms::Profile;
use net::{BackoffConfig, Clock, Credentials, StationLink};
use ocpp::Version;
use prove::Deviation;
use prove::stand::deviating;
use spec::{Archetype, Declaration, Effect};
use station::control::{Control, Handle};
use station::{Identity, RunnerConfig};
use std::future::Future;
use std::time::Duration;
use steps::Rig;
use steps::rig::Refused;

/// A station that is quick to come back, so that what a run takes is what its scenarios prescribe.
const QUICK: BackoffConfig = BackoffConfig {
    wait_minimum: Duration::from_secs(1),
    random_range: Duration::from_millis(500),
    repeat_times: 0,
};

/// Seed of whatever is random in a deviation.
const SEED: u64 = 1;

/// The reference station's own control channel, bound as a rig. What it says is no evidence: the suite looks
/// at the wire.
pub(crate) struct ReferenceRig(pub(crate) Handle);

impl Rig for ReferenceRig {
    fn binding(&self) -> &'static str {
        "hook"
    }

    fn apply<'a>(&'a self, effect: &'a Effect) -> LocalBoxFuture<'a, Result<(), Refused>> {
        Box::pin(async { self.0.apply(effect.clone()).await.map_err(Refused::cannot) })
    }
}

/// What the reference station says of itself.
pub(crate) fn identity() -> Identity {
    Identity {
        vendor: "Diagmark".to_owned(),
        model: "Reference".to_owned(),
        serial: "DM-0001".to_owned(),
        firmware: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// The CSMS a reference station connects to, and how.
pub(crate) struct Csms<'a> {
    /// The endpoint, without the identity.
    pub(crate) url: &'a str,
    /// Identity of the station.
    pub(crate) id: &'a str,
    /// What it shows to be let in.
    pub(crate) credentials: Credentials,
    /// The security profile it connects with.
    pub(crate) profile: Profile,
    /// In what it differs from the reference station.
    pub(crate) deviation: Option<Deviation>,
}

impl<'a> Csms<'a> {
    /// One without security.
    pub(crate) fn plain(url: &'a str, id: &'a str) -> Csms<'a> {
        Csms { url, id, credentials: Credentials::none(), profile: Profile::None, deviation: None }
    }
}

/// Runs a reference station over TCP until `shutdown`.
pub(crate) async fn run(
    archetype: &Archetype,
    declaration: &Declaration,
    version: Version,
    csms: Csms<'_>,
    control: Control,
    tell: impl FnMut(station::Progress),
    shutdown: impl Future<Output = ()>,
) -> Result<(), Fault> {
    let (station, between) =
        deviating(csms.deviation.as_slice(), SEED, archetype, declaration, version, identity());
    let station = station.secured_by(csms.profile.number());
    let versions = [version];
    let connect = || StationLink::connect_with(csms.url, csms.id, &versions, &csms.credentials);
    let credentials = csms.credentials.clone();
    let config = RunnerConfig { credentials, backoff: QUICK, between, ..RunnerConfig::default() };
    let ended = station::run(station, Clock::wall(), config, connect, control, tell, shutdown).await;
    ended.map(|_| ()).map_err(Fault::input)
}
