//! The suite's end of a TLS connection. What was negotiated, and what a refused client showed, is evidence.

use super::{Identity, TlsError, foreign, inspect, provider, told};
use crate::{Clock, csms::Door};
use jiff::SignedDuration;
use std::{
    fmt, io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{
    LazyConfigAcceptor,
    rustls::{
        self, DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
        client::danger::HandshakeSignatureValid,
        crypto::CryptoProvider,
        pki_types::{CertificateDer, UnixTime},
        server::{
            Acceptor as HelloReader, ClientHello, NoClientAuth, ResolvesServerCert, VerifierBuilderError,
            WebPkiClientVerifier,
            danger::{ClientCertVerified, ClientCertVerifier},
        },
        sign::CertifiedKey,
        time_provider::TimeProvider,
    },
    server::TlsStream,
};
use trace::Tls;

/// Longer than any certificate of a station is valid.
const A_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 365 * 200);

/// Takes TLS connections. Clones share keys and authorities.
#[derive(Clone)]
pub(crate) struct Acceptor {
    provider: Arc<CryptoProvider>,
    /// In order of preference; at least one.
    identities: Arc<Identities>,
    clients: Arc<dyn ClientCertVerifier>,
    /// How far the time certificates are held against is ahead.
    ahead: SignedDuration,
}

/// A handshake that failed: how far it came, why, and the stream, for the alert on it may not be read yet.
#[derive(Debug)]
pub(crate) struct Failed<S> {
    pub(crate) reached: Tls,
    pub(crate) reason: String,
    pub(crate) stream: Option<S>,
}

impl Acceptor {
    /// Shows the first of these certificates that the client can use; with `authorities`, demands a certificate
    /// of the client that one of them issued.
    pub(crate) fn new(
        identities: Vec<Identity>,
        authorities: Option<RootCertStore>,
    ) -> Result<Acceptor, VerifierBuilderError> {
        let provider = provider();
        let clients = match authorities {
            None => Arc::new(NoClientAuth),
            Some(roots) => {
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build()?
            }
        };
        let identities = Arc::new(Identities(identities));
        Ok(Acceptor { provider, identities, clients, ahead: SignedDuration::ZERO })
    }

    /// The acceptor that receives stations in this way; made anew for each connection, as that is rare.
    pub(crate) fn posing(&self, door: Door) -> Result<Acceptor, String> {
        let mut posing = self.clone();
        match door {
            Door::Open | Door::WrongPassword | Door::UnknownIdentity => {}
            Door::ExpiredCertificate => posing.ahead = A_LIFETIME,
            Door::ForeignCertificate if self.clients.offer_client_auth() => {
                let mut roots = RootCertStore::empty();
                roots.add(foreign::authority()?).map_err(|e| e.to_string())?;
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), self.provider.clone());
                posing.clients = verifier.build().map_err(|e| e.to_string())?;
            }
            Door::ForeignCertificate => {}
            Door::Impostor => {
                let copies = self.identities.0.iter().filter_map(|own| own.cert.first());
                let copies = copies.map(|leaf| foreign::copy(leaf, &self.provider));
                posing.identities = Arc::new(Identities(copies.collect::<Result<_, _>>()?));
            }
        }
        Ok(posing)
    }

    /// Does the server's half of the handshake. Certificates are held against the time of `clock`.
    ///
    /// Each connection gets a configuration of its own and so no session is ever resumed: every connection
    /// shows its certificate.
    pub(crate) async fn accept<S>(&self, stream: S, clock: &Clock) -> Result<(TlsStream<S>, Tls), Failed<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut reached = Tls::default();
        let mut reading = LazyConfigAcceptor::new(HelloReader::default(), stream);
        let start = match (&mut reading).await {
            Ok(start) => start,
            Err(e) => return Err(Failed { reached, reason: reason(&e), stream: reading.take_io() }),
        };
        let hello = start.client_hello();
        reached.server_name = hello.server_name().map(str::to_owned);
        reached.offered = hello.cipher_suites().iter().map(|suite| format!("{suite:?}")).collect();
        let shown = self.identities.pick(&hello);
        reached.server_certificate = shown.and_then(|pair| pair.cert.first()).map(|leaf| inspect(leaf));
        let witness = Arc::new(Witness { inner: self.clients.clone(), seen: Mutex::default() });
        let config = match self.config(witness.clone(), clock) {
            Ok(config) => config,
            Err(e) => return Err(Failed { reached, reason: e.to_string(), stream: Some(start.io) }),
        };
        let finished = start.into_stream(Arc::new(config)).into_fallible().await;
        reached.client_certificate = witness.take().map(|der| inspect(&der));
        match finished {
            Ok(stream) => {
                let (_, session) = stream.get_ref();
                reached.version = session.protocol_version().map(|v| format!("{v:?}"));
                reached.cipher_suite =
                    session.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
                Ok((stream, reached))
            }
            Err((e, stream)) => Err(Failed { reached, reason: reason(&e), stream: Some(stream) }),
        }
    }

    fn config(&self, clients: Arc<Witness>, clock: &Clock) -> Result<ServerConfig, rustls::Error> {
        let time = Arc::new(Time(clock.clone(), self.ahead));
        let config = ServerConfig::builder_with_details(self.provider.clone(), time)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
            .with_client_cert_verifier(clients)
            .with_cert_resolver(self.identities.clone());
        Ok(config)
    }
}

impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptor").field("identities", &self.identities).finish_non_exhaustive()
    }
}

/// What failed, without the words of the layers above.
fn reason(e: &io::Error) -> String {
    match told(e) {
        Some(TlsError::Certificate { trouble, text }) => {
            format!("the station's certificate is refused: {trouble} ({text})")
        }
        Some(TlsError::Alert(alert)) => {
            format!("the station refused the handshake with the TLS alert {alert}")
        }
        Some(e) => e.to_string(),
        None if e.kind() == io::ErrorKind::UnexpectedEof => {
            "the connection ended during the TLS handshake".to_owned()
        }
        None => format!("the TLS handshake failed: {e}"),
    }
}

/// The certificates of the suite.
#[derive(Debug)]
struct Identities(Vec<Identity>);

impl Identities {
    /// A station may be able to use an ECDSA certificate only, or an RSA one (OCPP A00.FR.319).
    fn pick(&self, hello: &ClientHello<'_>) -> Option<&Identity> {
        let usable = |pair: &&Identity| pair.key.choose_scheme(hello.signature_schemes()).is_some();
        self.0.iter().find(usable).or(self.0.first())
    }
}

impl ResolvesServerCert for Identities {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.pick(&hello).cloned()
    }
}

/// Keeps the certificate a client showed, also one that is refused.
#[derive(Debug)]
struct Witness {
    inner: Arc<dyn ClientCertVerifier>,
    seen: Mutex<Option<Vec<u8>>>,
}

impl Witness {
    fn take(&self) -> Option<Vec<u8>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ClientCertVerifier for Witness {
    fn offer_client_auth(&self) -> bool {
        self.inner.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.inner.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.inner.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(leaf.to_vec());
        self.inner.verify_client_cert(leaf, intermediates, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// The time of the suite's clock.
#[derive(Debug)]
struct Time(Clock, SignedDuration);

impl TimeProvider for Time {
    fn current_time(&self) -> Option<UnixTime> {
        let since = self.0.now().duration_since(jiff::Timestamp::UNIX_EPOCH).saturating_add(self.1);
        let since = Duration::try_from(since).ok()?;
        Some(UnixTime::since_unix_epoch(since))
    }
}
