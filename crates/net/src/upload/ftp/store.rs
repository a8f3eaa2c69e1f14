//! The upload itself: STOR and its kin.

use super::{Next, Session};
use crate::upload::{Fault, attempt::Attempt, expected::Allowed};
use std::net::{IpAddr, SocketAddr};
use tokio::{io::AsyncReadExt as _, net::TcpStream, time::timeout};
use trace::{UploadOutcome, UploadProtocol};

/// How a transfer ended.
enum Transfer {
    /// The client ended the data connection.
    Whole,
    /// So many bytes were to be taken, and were.
    Enough,
    Aborted(String),
    TimedOut,
    TooLarge,
}

impl Session {
    pub(super) async fn upload(&mut self, verb: &str, argument: &str) -> Next {
        let mut at = self.resolve(argument);
        if verb == "STOU" && argument.is_empty() {
            at.push("unique".to_owned());
        }
        let path = format!("/{}", at.join("/"));
        let upload = self.inner.book().of_path(UploadProtocol::Ftp, &path);
        let mut attempt = self.attempt(verb, path, upload.clone());
        attempt.file_name = at.last().cloned().filter(|_| at.len() > 1);
        let Some(upload) = upload else {
            return self.decline(attempt, UploadOutcome::Unexpected, 553, "no file is expected there").await;
        };
        if self.inner.book().allows(&upload, self.given.as_ref()) == Allowed::No {
            return self.decline(attempt, UploadOutcome::Unauthorized, 530, "another user is expected").await;
        }
        let Some(passive) = self.passive.take() else {
            return self.decline(attempt, UploadOutcome::Unusable, 425, "say PASV or EPSV first").await;
        };
        let fault = self.inner.book().attempt(&upload);
        if let Some(Fault::Status(status @ ..500)) = fault {
            let (code, text) = meaning(status);
            return self.decline(attempt, UploadOutcome::Refused, code, text).await;
        }
        self.say(150, "send it").await;
        let client = self.peer.parse::<SocketAddr>().map(|peer| peer.ip());
        let stream = match timeout(self.inner.config.idle, accept(&passive, client.ok())).await {
            Ok(Some(stream)) => stream,
            _ => {
                return self.decline(attempt, UploadOutcome::Aborted, 425, "no data connection came").await;
            }
        };
        let enough = match fault {
            Some(Fault::CutAfter(bytes)) => Some(bytes),
            _ => None,
        };
        let (transfer, stream) = self.take(&mut attempt, stream, enough).await;
        self.conclude(attempt, transfer, stream, fault).await
    }

    async fn decline(&mut self, attempt: Attempt, outcome: UploadOutcome, code: u16, text: &str) -> Next {
        attempt.end(outcome, Some(code), None);
        self.say(code, text).await;
        Next::On
    }

    async fn conclude(
        &mut self,
        mut attempt: Attempt,
        transfer: Transfer,
        stream: TcpStream,
        fault: Option<Fault>,
    ) -> Next {
        match (transfer, fault) {
            (Transfer::Whole | Transfer::Enough, Some(Fault::CutAfter(_))) => {
                // A connection that is gone already needs no reset.
                let _ = stream.set_zero_linger();
                self.control.cut();
                attempt.end(UploadOutcome::Cut, None, None);
                Next::End
            }
            (Transfer::Whole, Some(Fault::Silence)) => {
                attempt.if_dropped = UploadOutcome::Unanswered;
                self.control.gone().await;
                Next::End
            }
            (Transfer::Whole, Some(Fault::Status(status))) => {
                let (code, text) = meaning(status);
                self.decline(attempt, UploadOutcome::Refused, code, text).await
            }
            // A client that breaks off closes both connections.
            (Transfer::Whole, _) if self.control.is_gone() => {
                attempt.end(UploadOutcome::Aborted, None, Some("the control connection ended".to_owned()));
                Next::End
            }
            (Transfer::Whole | Transfer::Enough, _) => {
                self.decline(attempt, UploadOutcome::Stored, 226, "the file is here").await
            }
            (Transfer::Aborted(why), _) => {
                attempt.end(UploadOutcome::Aborted, Some(426), Some(why));
                self.say(426, "the transfer broke off").await;
                Next::On
            }
            (Transfer::TimedOut, _) => {
                self.decline(attempt, UploadOutcome::TimedOut, 426, "nothing came for too long").await
            }
            (Transfer::TooLarge, _) => {
                let _ = stream.set_zero_linger();
                self.decline(attempt, UploadOutcome::TooLarge, 552, "the file is too large").await
            }
        }
    }

    async fn take(
        &mut self,
        attempt: &mut Attempt,
        mut stream: TcpStream,
        enough: Option<u64>,
    ) -> (Transfer, TcpStream) {
        let mut buffer = vec![0; 16 << 10];
        let end = loop {
            let room = enough.map_or(u64::MAX, |enough| enough.saturating_sub(attempt.sink.bytes()));
            let room = usize::try_from(room).unwrap_or(usize::MAX).min(buffer.len());
            if room == 0 {
                break Transfer::Enough;
            }
            let Some(space) = buffer.get_mut(..room) else { break Transfer::Enough };
            match timeout(self.inner.config.idle, stream.read(space)).await {
                Err(_) => break Transfer::TimedOut,
                Ok(Ok(0)) => break Transfer::Whole,
                Ok(Err(e)) => break Transfer::Aborted(format!("the data connection broke: {e}")),
                Ok(Ok(n)) => {
                    if attempt.sink.take(space.get(..n).unwrap_or_default()).is_err() {
                        break Transfer::TooLarge;
                    }
                }
            }
        };
        (end, stream)
    }
}

async fn accept(passive: &super::Passive, client: Option<IpAddr>) -> Option<TcpStream> {
    passive.accept(client?).await.ok()
}

/// The reply that means the same as an HTTP status.
fn meaning(status: u16) -> (u16, &'static str) {
    match status {
        401 => (530, "not logged in"),
        400..500 => (550, "permission denied"),
        507 => (452, "no space left"),
        _ => (451, "an error here"),
    }
}
