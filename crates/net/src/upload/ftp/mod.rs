//! The FTP upload server (RFC 959, RFC 2428): one user at a time uploads one file at a time, in passive mode.
//!
//! Folders exist by being named, nothing can be read back, and the server never opens a connection of its own.
//!
//! Why it is our own: the library that is kept, libunftp (0.24 tried, one TLS provider and nothing else switched on),
//! leaves storage and logins to a backend, which can count, hash, refuse and hang. What an upload is judged by lies
//! below that:
//!
//! * It owns the sockets. A transfer that is to break off cannot be cut: whatever the backend does becomes an orderly
//!   `4xx` or `5xx`, while what has to be tried is a link that dies ([`Fault::CutAfter`](super::Fault)).
//! * What was said is not to be had. The evidence would lack the dialogue, and with it why a station gave up before a
//!   file was begun; listening in would take a proxy, hence a server of our own again.
//! * A login is decided before the place is known, so that the credentials of one place would open all of them.
//! * Replies are those its few kinds of errors stand for.
//! * It brings eighteen more crates (a log framework, two caches, a second calendar) and about a minute of building on
//!   two cores, for commands that no station needs to upload one file.

mod control;
mod data;
mod store;

use super::{
    Inner,
    attempt::{Attempt, Beginning},
    expected::Allowed,
};
use crate::{password::Password, stream::Wire};
use control::{Control, Line};
use data::{Passive, announced};
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};
use trace::{UploadEvent, UploadOutcome, UploadProtocol};

/// Serves a control connection until it ends.
pub(super) async fn serve(inner: Arc<Inner>, wire: Wire, local: Option<SocketAddr>, peer: String) {
    let cutter = wire.cutter();
    let control = Control::new(wire, cutter, inner.config.idle);
    let mut session = Session {
        dialogue: Dialogue { inner: inner.clone(), peer: peer.clone(), lines: Vec::new() },
        inner,
        control,
        local,
        peer,
        user: String::new(),
        given: None,
        folder: Vec::new(),
        passive: None,
        reachable: true,
    };
    session.converse().await;
}

/// What was said; recorded when the connection is over, however it ends.
struct Dialogue {
    inner: Arc<Inner>,
    peer: String,
    lines: Vec<String>,
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        let event = UploadEvent::Dialogue { lines: std::mem::take(&mut self.lines) };
        self.inner.record(None, UploadProtocol::Ftp, &self.peer, 0, event);
    }
}

/// Lines of a dialogue that are kept; a client that goes on and on fills no memory.
const MAX_LINES: usize = 400;

struct Session {
    dialogue: Dialogue,
    inner: Arc<Inner>,
    control: Control,
    /// Our address, as the client reached it.
    local: Option<SocketAddr>,
    peer: String,
    user: String,
    /// User and password, once the login was accepted.
    given: Option<(String, Password)>,
    folder: Vec<String>,
    passive: Option<Passive>,
    /// Whether the last reply could be said.
    reachable: bool,
}

/// What follows a command.
enum Next {
    /// The next command.
    On,
    /// The end of the connection.
    End,
}

impl Session {
    async fn converse(&mut self) {
        self.say(220, "Diagmark upload server").await;
        while self.reachable {
            match self.control.line().await {
                Line::Command(line) => {
                    if let Next::End = self.obey(&line).await {
                        return;
                    }
                }
                Line::TooLong => self.say(500, "the line is too long").await,
                Line::TimedOut => return self.say(421, "nothing was said for too long").await,
                Line::Gone => return,
            }
        }
    }

    fn note(&mut self, line: String) {
        if self.dialogue.lines.len() < MAX_LINES {
            self.dialogue.lines.push(line);
        }
    }

    async fn say(&mut self, code: u16, text: &str) {
        self.note(format!("< {code} {text}"));
        self.reachable = self.control.say(&format!("{code} {text}\r\n")).await;
    }

    async fn obey(&mut self, line: &str) -> Next {
        let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
        let verb = verb.to_ascii_uppercase();
        let argument = argument.trim_start();
        let shown = if verb == "PASS" { "…" } else { argument };
        self.note(format!("> {}", format!("{verb} {shown}").trim_end()));
        match verb.as_str() {
            "QUIT" => {
                self.say(221, "goodbye").await;
                return Next::End;
            }
            "USER" => {
                self.user = argument.to_owned();
                self.given = None;
                self.say(331, "the password, please").await;
            }
            "PASS" => self.login(argument).await,
            "SYST" => self.say(215, "UNIX Type: L8").await,
            "FEAT" => self.say(211, "no features but EPSV").await,
            "NOOP" | "ALLO" | "OPTS" | "ACCT" => self.say(200, "if you like").await,
            _ if self.given.is_none() => self.say(530, "log in first").await,
            "TYPE" => match argument.chars().next().map(|c| c.to_ascii_uppercase()) {
                Some('I' | 'A' | 'L') => self.say(200, "the bytes are taken as they come").await,
                _ => self.say(504, "no such type").await,
            },
            "MODE" | "STRU" => match argument.to_ascii_uppercase().as_str() {
                "S" | "F" => self.say(200, "so be it").await,
                _ => self.say(504, "only stream mode and files").await,
            },
            "PWD" | "XPWD" => {
                let text = format!("\"/{}\"", self.folder.join("/"));
                self.say(257, &text).await;
            }
            "CWD" | "XCWD" | "MKD" | "XMKD" => {
                let folder = self.resolve(argument);
                if verb.contains("CWD") {
                    self.folder = folder;
                    self.say(250, "you are there").await;
                } else {
                    self.say(257, &format!("\"/{}\"", folder.join("/"))).await;
                }
            }
            "CDUP" | "XCUP" => {
                self.folder.pop();
                self.say(250, "you are there").await;
            }
            "PASV" | "EPSV" => self.listen(&verb).await,
            "PORT" | "EPRT" => self.say(502, "only passive mode: PASV or EPSV").await,
            "REST" if argument == "0" => self.say(350, "from the beginning").await,
            "REST" => self.say(504, "a file is only taken from its beginning").await,
            // Some clients upload under another name and rename it; the name under which it came is recorded.
            "RNFR" => self.say(350, "and the new name").await,
            "RNTO" => self.say(250, "renamed").await,
            "ABOR" => self.say(226, "nothing was going on").await,
            "SIZE" | "MDTM" | "RETR" | "DELE" => self.say(550, "nothing can be read or deleted here").await,
            "STOR" | "STOU" | "APPE" => return self.upload(&verb, argument).await,
            _ => self.say(502, "not here").await,
        }
        Next::On
    }

    /// Where a path leads from the present folder.
    fn resolve(&self, path: &str) -> Vec<String> {
        let mut at = if path.starts_with('/') { Vec::new() } else { self.folder.clone() };
        for name in path.split('/') {
            match name {
                "" | "." => {}
                ".." => drop(at.pop()),
                name => at.push(name.to_owned()),
            }
        }
        at
    }

    /// Accepts anybody, unless the user name was invented for an upload and the password is not the one for it.
    async fn login(&mut self, password: &str) {
        let given = (self.user.clone(), Password::new(password));
        let upload = self.inner.book().of_user(UploadProtocol::Ftp, &self.user);
        if let Some(upload) = &upload
            && self.inner.book().allows(upload, Some(&given)) == Allowed::No
        {
            let attempt = self.attempt("PASS", String::new(), Some(upload.clone()));
            attempt.end(UploadOutcome::Unauthorized, Some(530), None);
            return self.say(530, "the password is wrong").await;
        }
        self.given = Some(given);
        self.say(230, "welcome").await;
    }

    async fn listen(&mut self, verb: &str) {
        let opened = match self.local {
            Some(local) => Passive::open(local.ip()).await.map(Some),
            None => Ok(None),
        };
        match opened {
            Ok(Some(passive)) => match announced(verb, passive.address) {
                Some((code, text)) => {
                    self.passive = Some(passive);
                    self.say(code, &text).await;
                }
                None => self.say(522, "this address cannot be told by PASV: use EPSV").await,
            },
            Ok(None) => self.say(502, "there is no network under this connection").await,
            Err(e) => self.say(425, &format!("no port to listen on: {e}")).await,
        }
    }

    fn attempt(&self, method: &str, path: String, upload: Option<String>) -> Attempt {
        let beginning = Beginning {
            upload,
            protocol: UploadProtocol::Ftp,
            peer: self.peer.clone(),
            method: method.to_owned(),
            path,
            headers: BTreeMap::new(),
            user: Some(self.user.clone()).filter(|u| !u.is_empty()),
        };
        Attempt::begin(self.inner.clone(), beginning)
    }
}
