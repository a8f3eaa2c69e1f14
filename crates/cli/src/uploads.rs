//! The upload servers of a run: where they listen, and how a station reaches them.

use crate::args;
use crate::fault::Fault;
use net::upload::{UploadConfig, Uploads};
use net::{KeyFiles, Log};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::Path;
use trace::{Body, UploadProtocol};

/// Starts them, once the station has connected. What arrives is kept in the run directory.
pub(crate) async fn start(
    args: &args::Certify,
    certificates: &[KeyFiles],
    dir: &Path,
    log: &Log,
) -> Result<Uploads, Fault> {
    let address = args.listen.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |listen| listen.ip());
    let host = match (&args.upload_addr, address.is_unspecified()) {
        (Some(named), _) => Some(named.clone()),
        (None, true) => Some(towards_the_station(log)?),
        (None, false) => None,
    };
    let mut protocols = vec![UploadProtocol::Http, UploadProtocol::Ftp];
    if !certificates.is_empty() {
        protocols.push(UploadProtocol::Https);
    }
    let config = UploadConfig {
        address,
        host,
        protocols,
        certificates: certificates.to_vec(),
        directory: Some(dir.to_owned()),
        ..UploadConfig::default()
    };
    Uploads::start(config, log.clone()).await.map_err(|e| Fault::input(format!("{e} (--upload-addr)")))
}

/// The address of this computer on the way to the station: the one it reaches the servers by, unless something
/// translates addresses in between. Nothing is sent.
fn towards_the_station(log: &Log) -> Result<String, Fault> {
    let peer = log.with(|t| {
        t.records().iter().rev().find_map(|r| match &r.body {
            Body::Connected { peer, version: Some(_), .. } => peer.parse::<SocketAddr>().ok(),
            _ => None,
        })
    });
    let own = |peer: SocketAddr| {
        let any: IpAddr = match peer {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((any, 0)).ok()?;
        socket.connect(peer).ok()?;
        Some(socket.local_addr().ok()?.ip())
    };
    match peer.and_then(own) {
        Some(IpAddr::V4(ip)) => Ok(ip.to_string()),
        Some(IpAddr::V6(ip)) => Ok(format!("[{ip}]")),
        None => {
            Err(Fault::input("name the host by which the station reaches the upload servers: --upload-addr"))
        }
    }
}
