//! Upload servers of the suite: a GetLog is checked down to the received bytes (OCPP N01). HTTP and HTTPS take PUT
//! and POST, FTP takes STOR in passive mode.
//!
//! Every connection and request is a record; whoever waits for an upload waits for its record in the log, as for
//! a frame, and a replay needs the records alone. FTP is our own small server; its module says why.

mod attempt;
mod expected;
mod ftp;
mod http;
mod multipart;
mod policy;
mod sink;

pub use expected::{UploadUrl, UploadsError};
pub use policy::{Fault, Target, UploadPolicy};

use crate::{
    Log,
    stream::{LINGER, Wire, drain},
    tls::{Acceptor, KeyFiles, provider},
};
use expected::Book;
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::Semaphore,
    task::JoinSet,
    time::{sleep, timeout},
};
use trace::{Body, UploadEvent, UploadProtocol};

/// TCP connections served at the same time by one server.
const CONNECTIONS: usize = 64;
/// Time for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How the servers are set up.
#[derive(Debug, Clone)]
pub struct UploadConfig {
    /// Address they listen on, each on a port of its own.
    pub address: IpAddr,
    /// Name or address in the URLs, as the station can reach it [default: the address listened on].
    pub host: Option<String>,
    /// Which servers there are. HTTPS needs certificates.
    pub protocols: Vec<UploadProtocol>,
    /// Certificates of the HTTPS server; the station has to trust their authority (OCPP N01.FR.15).
    pub certificates: Vec<KeyFiles>,
    /// Run directory: files are kept in its folder `uploads`. `None` keeps none.
    pub directory: Option<PathBuf>,
    /// Largest file in bytes.
    pub max_bytes: u64,
    /// Longest time without a byte.
    pub idle: Duration,
}

impl Default for UploadConfig {
    fn default() -> Self {
        UploadConfig {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            host: None,
            protocols: vec![UploadProtocol::Http, UploadProtocol::Ftp],
            certificates: Vec::new(),
            directory: None,
            max_bytes: 64 << 20,
            idle: Duration::from_secs(60),
        }
    }
}

/// The upload servers. Clones are handles of the same ones.
#[derive(Debug, Clone)]
pub struct Uploads {
    inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    config: UploadConfig,
    log: Log,
    acceptor: Option<Acceptor>,
    /// Host and port in URLs, by protocol.
    places: BTreeMap<UploadProtocol, String>,
    book: Mutex<Book>,
    requests: AtomicU32,
    /// `None` after shutdown: nobody is served any more.
    tasks: Mutex<Option<JoinSet<()>>>,
}

impl Uploads {
    /// Starts the servers; they record into `log`.
    ///
    /// # Errors
    /// When an address cannot be bound, or HTTPS has no usable certificate.
    pub async fn start(config: UploadConfig, log: Log) -> Result<Uploads, UploadsError> {
        let host = config.host.clone();
        if host.is_none() && config.address.is_unspecified() {
            return Err(UploadsError::NoHost(config.address));
        }
        let mut listeners = Vec::new();
        for protocol in &config.protocols {
            let failed = |source| UploadsError::Bind { protocol: *protocol, address: config.address, source };
            let listener = TcpListener::bind((config.address, 0)).await.map_err(failed)?;
            let port = listener.local_addr().map_err(failed)?.port();
            let place = match (&host, config.address) {
                (Some(host), _) => format!("{host}:{port}"),
                (None, address) => SocketAddr::new(address, port).to_string(),
            };
            listeners.push((*protocol, listener, place));
        }
        let places = listeners.iter().map(|(protocol, _, place)| (*protocol, place.clone())).collect();
        let uploads = Uploads::new(config, log, places)?;
        for (protocol, listener, _) in listeners {
            uploads.open(protocol, listener);
        }
        Ok(uploads)
    }

    /// Servers without sockets, for virtual time: streams are handed over with [`Uploads::serve`]. HTTP only.
    ///
    /// # Errors
    /// When HTTPS was asked for without a usable certificate.
    pub fn in_memory(config: UploadConfig, log: Log) -> Result<Uploads, UploadsError> {
        let places = BTreeMap::from([(UploadProtocol::Http, "uploads.memory".to_owned())]);
        Uploads::new(UploadConfig { protocols: vec![UploadProtocol::Http], ..config }, log, places)
    }

    fn new(
        config: UploadConfig,
        log: Log,
        places: BTreeMap<UploadProtocol, String>,
    ) -> Result<Uploads, UploadsError> {
        let mut acceptor = None;
        if config.protocols.contains(&UploadProtocol::Https) {
            let provider = provider();
            let identities = config.certificates.iter().map(|files| files.load(&provider));
            let identities = identities.collect::<Result<Vec<_>, _>>()?;
            if identities.is_empty() {
                return Err(UploadsError::NoCertificate);
            }
            acceptor = Some(Acceptor::new(identities, None).map_err(|_| UploadsError::NoCertificate)?);
        }
        let inner = Inner {
            config,
            log,
            acceptor,
            places,
            book: Mutex::default(),
            requests: AtomicU32::new(0),
            tasks: Mutex::new(Some(JoinSet::new())),
        };
        Ok(Uploads { inner: Arc::new(inner) })
    }

    /// Prepares for one file and returns the URL it is to be uploaded to.
    ///
    /// # Errors
    /// When there is no server for the protocol, or it cannot do what the policy says.
    pub fn expect(&self, protocol: UploadProtocol, policy: UploadPolicy) -> Result<UploadUrl, UploadsError> {
        let place = self.inner.places.get(&protocol).ok_or(UploadsError::NotServed(protocol))?;
        if let Some(why) = policy.misfit(protocol) {
            return Err(UploadsError::Misfit(why));
        }
        Ok(self.inner.book().expect(protocol, place, policy, self.inner.log.clock()))
    }

    /// Protocols there is a server for.
    pub fn protocols(&self) -> impl Iterator<Item = UploadProtocol> + '_ {
        self.inner.places.keys().copied()
    }

    /// Serves one stream that was made elsewhere, in memory.
    pub fn serve<S>(&self, protocol: UploadProtocol, stream: S, peer: String)
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let inner = self.inner.clone();
        self.inner.spawn(async move { inner.receive(protocol, Wire::other(stream), None, peer).await });
    }

    /// Stops the servers. What was still going on is recorded as it stands.
    pub async fn shutdown(&self) {
        let tasks = self.inner.tasks().take();
        if let Some(mut tasks) = tasks {
            tasks.shutdown().await;
        }
    }

    fn open(&self, protocol: UploadProtocol, listener: TcpListener) {
        let inner = Arc::downgrade(&self.inner);
        self.inner.spawn(async move {
            let room = Arc::new(Semaphore::new(CONNECTIONS));
            while let Ok(permit) = room.clone().acquire_owned().await {
                let accepted = listener.accept().await;
                let Some(inner) = inner.upgrade() else { return };
                match accepted {
                    Ok((stream, peer)) => {
                        let local = stream.local_addr().ok();
                        let served = inner.clone();
                        inner.spawn(async move {
                            served.receive(protocol, Wire::tcp(stream), local, peer.to_string()).await;
                            drop(permit);
                        });
                    }
                    // Out of file descriptors, say: wait for some to be freed.
                    Err(_) => sleep(Duration::from_millis(100)).await,
                }
            }
        });
    }
}

impl Inner {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tasks(&self) -> MutexGuard<'_, Option<JoinSet<()>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(tasks) = self.tasks().as_mut() {
            // What is over takes no room.
            while tasks.try_join_next().is_some() {}
            tasks.spawn(task);
        }
    }

    fn next_request(&self) -> u32 {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn record(
        &self,
        upload: Option<String>,
        protocol: UploadProtocol,
        peer: &str,
        request: u32,
        event: UploadEvent,
    ) {
        self.log.append(Body::Upload { upload, protocol, peer: peer.to_owned(), request, event });
    }

    fn refuse(&self, protocol: UploadProtocol, peer: &str, reason: String) {
        self.record(None, protocol, peer, 0, UploadEvent::Refused { reason });
    }

    async fn receive(
        self: Arc<Inner>,
        protocol: UploadProtocol,
        wire: Wire,
        local: Option<SocketAddr>,
        peer: String,
    ) {
        let cutter = wire.cutter();
        match protocol {
            UploadProtocol::Http => http::serve(self, wire, protocol, cutter, peer).await,
            UploadProtocol::Ftp => ftp::serve(self, wire, local, peer).await,
            UploadProtocol::Https => {
                let Some(acceptor) = &self.acceptor else { return };
                match timeout(HANDSHAKE, acceptor.accept(wire, self.log.clock())).await {
                    Ok(Ok((stream, _))) => http::serve(self.clone(), stream, protocol, cutter, peer).await,
                    Ok(Err(failed)) => {
                        self.refuse(protocol, &peer, failed.reason);
                        if let Some(stream) = failed.stream {
                            let _ = timeout(LINGER, drain(stream)).await;
                        }
                    }
                    Err(_) => {
                        let reason = format!("no complete TLS handshake within {HANDSHAKE:?}");
                        self.refuse(protocol, &peer, reason);
                    }
                }
            }
        }
    }
}
