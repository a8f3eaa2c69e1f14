//! The station's end of a TLS connection, and what it makes of its failures.

use super::{Identity, provider};
use std::{fmt, io, sync::Arc};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        self, AlertDescription, CertificateError, ClientConfig, RootCertStore, client::Resumption,
        pki_types::ServerName, sign::SingleCertAndKey,
    },
};

/// Why a TLS connection failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// The certificate of the other side was not accepted.
    #[error("its certificate is refused: {trouble} ({text})")]
    Certificate {
        /// What is wrong with it.
        trouble: CertificateTrouble,
        /// The words of the TLS library.
        text: String,
    },
    /// The other side refused us.
    #[error("it refused the handshake with the TLS alert {0}")]
    Alert(String),
    /// The host name cannot be in a certificate.
    #[error("`{0}` can be in no certificate: use a host name or an address")]
    Name(String),
    /// No authority was given to trust.
    #[error("there is no authority to trust: name a PEM file of root certificates")]
    NoAuthority,
    /// Anything else: no TLS, no common version or cipher suite, a broken stream.
    #[error("{0}")]
    Handshake(String),
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateTrouble {
    /// Its validity is over.
    Expired,
    /// Its validity has not begun.
    NotYetValid,
    /// No authority that is trusted issued it.
    UnknownIssuer,
    /// It is for another host.
    WrongName,
    /// Anything else.
    Other,
}

impl fmt::Display for CertificateTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CertificateTrouble::Expired => "expired",
            CertificateTrouble::NotYetValid => "not valid yet",
            CertificateTrouble::UnknownIssuer => "issued by no trusted authority",
            CertificateTrouble::WrongName => "for another host",
            CertificateTrouble::Other => "not usable",
        })
    }
}

/// Makes TLS connections. Clones share keys and authorities.
#[derive(Clone)]
pub(crate) struct Connector {
    config: Arc<ClientConfig>,
}

impl Connector {
    /// Trusts these authorities; shows a certificate if asked for one.
    pub(crate) fn new(roots: RootCertStore, own: Option<Identity>) -> Result<Connector, TlsError> {
        let unusable = |e: rustls::Error| TlsError::Handshake(e.to_string());
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(unusable)?
            .with_root_certificates(roots);
        let mut config = match own {
            None => builder.with_no_client_auth(),
            Some(own) => builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(own))),
        };
        // Every connection proves itself anew.
        config.resumption = Resumption::disabled();
        Ok(Connector { config: Arc::new(config) })
    }

    /// Does the client's half of the handshake.
    pub(crate) async fn connect<S>(&self, stream: S, host: &str) -> Result<TlsStream<S>, TlsError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
        let name = ServerName::try_from(bare.to_owned()).map_err(|_| TlsError::Name(host.to_owned()))?;
        TlsConnector::from(self.config.clone()).connect(name, stream).await.map_err(|e| {
            told(&e).unwrap_or_else(|| TlsError::Handshake(format!("the TLS handshake failed: {e}")))
        })
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").finish_non_exhaustive()
    }
}

/// What a failure says of TLS, if it comes from there. In TLS 1.3 a refused client certificate is only told
/// when the client reads for the first time.
pub(crate) fn told(e: &io::Error) -> Option<TlsError> {
    let e = e.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some(match e {
        rustls::Error::InvalidCertificate(why) => {
            let trouble = match why {
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    CertificateTrouble::Expired
                }
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    CertificateTrouble::NotYetValid
                }
                // A trusted authority of the same name did not sign it.
                CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                    CertificateTrouble::UnknownIssuer
                }
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    CertificateTrouble::WrongName
                }
                _ => CertificateTrouble::Other,
            };
            TlsError::Certificate { trouble, text: e.to_string() }
        }
        rustls::Error::AlertReceived(alert) => TlsError::Alert(named(*alert)),
        e => TlsError::Handshake(format!("the TLS handshake failed: {e}")),
    })
}

fn named(alert: AlertDescription) -> String {
    format!("{alert:?}")
}
