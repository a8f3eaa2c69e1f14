//! The laboratory's rig: an executable, an HTTP endpoint, or the control channel of a reference station.

use super::program::{Program, ProgramError};
use super::{About, Refused, Rig, row_of};
use futures_util::future::LocalBoxFuture;
use net::{HttpUrl, HttpUrlError, PostError, post_json};
use spec::Effect;
use spec::hook::{HOOK_VERSION, HookAnswer, HookRequest, HookTrouble, told};
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// Longest line of a control channel that is read, in bytes.
const MAX_LINE: u64 = 64 << 10;

/// How a rig is reached.
#[derive(Debug, Clone)]
pub enum Via {
    /// An executable, started once for each effect.
    Program(Program),
    /// An HTTP endpoint.
    Http(HttpUrl),
    /// The control channel of `diagmark station --control`.
    Control(SocketAddr),
}

/// Why a text names no rig.
#[derive(Debug, thiserror::Error)]
pub enum ViaError {
    /// The executable is not there.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The URL is wrong.
    #[error(transparent)]
    Url(#[from] HttpUrlError),
    /// The address is wrong.
    #[error("{0:?} is no address: write it as in control:127.0.0.1:9001")]
    Address(String),
}

impl Via {
    /// Reads what follows `hook:`: a URL, or an executable with its arguments.
    ///
    /// # Errors
    /// What is wrong with it; an executable has to be there.
    pub fn hook(text: &str) -> Result<Via, ViaError> {
        match text.split_once("://") {
            Some((scheme, _)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                Ok(Via::Http(HttpUrl::parse(text)?))
            }
            _ => Ok(Via::Program(Program::parse(text)?)),
        }
    }

    /// Reads what follows `control:`.
    ///
    /// # Errors
    /// When it is no address.
    pub fn control(text: &str) -> Result<Via, ViaError> {
        text.parse().map(Via::Control).map_err(|_| ViaError::Address(text.to_owned()))
    }

    async fn ask(&self, request: &HookRequest, limit: Duration) -> Result<(), Refused> {
        let answer = match self {
            Via::Program(program) => program.run(&json_of(request)?, limit).await.map_err(|e| match e {
                ProgramError::Start { .. } => Refused::cannot(e.to_string()),
                _ => Refused::failed(e.to_string()),
            })?,
            Via::Http(url) => post_json(url, json_of(request)?).await.map_err(|e| match e {
                PostError::Connect { .. } => Refused::cannot(e.to_string()),
                _ => Refused::failed(e.to_string()),
            })?,
            Via::Control(address) => return control(*address, &request.effect).await,
        };
        HookAnswer::read(&answer).map(drop).map_err(|e| match e {
            HookTrouble::Cannot(_) => Refused::cannot(e.to_string()),
            _ => Refused::failed(e.to_string()),
        })
    }
}

/// As it is named in results: without directories, credentials and queries.
impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Via::Program(program) => write!(f, "executable {program}"),
            Via::Http(url) => write!(f, "{url}"),
            Via::Control(address) => write!(f, "control channel {address}"),
        }
    }
}

/// A rig that is asked for each effect.
pub struct HookRig {
    via: Via,
    about: About,
    limit: Duration,
}

impl HookRig {
    /// A rig for one run. `limit` is the longest time it has for one effect.
    pub fn new(via: Via, about: About, limit: Duration) -> HookRig {
        HookRig { via, about, limit }
    }

    fn request(&self, effect: &Effect) -> HookRequest {
        HookRequest {
            version: HOOK_VERSION,
            effect: effect.clone(),
            row: row_of(&self.about.archetype, effect),
            station: self.about.station.clone(),
            ocpp: self.about.version,
            deadline: self.limit.as_secs().max(1),
            run_id: self.about.run_id.clone(),
        }
    }
}

impl Rig for HookRig {
    fn binding(&self) -> &'static str {
        "hook"
    }

    fn limit(&self) -> Option<Duration> {
        None
    }

    fn apply<'a>(&'a self, effect: &'a Effect) -> LocalBoxFuture<'a, Result<(), Refused>> {
        Box::pin(async move {
            let request = self.request(effect);
            // An executable is ended when its time is over, and that takes a moment longer.
            let limit = match self.via {
                Via::Program(_) => self.limit + Duration::from_secs(2),
                _ => self.limit,
            };
            let asked = tokio::time::timeout(limit, self.via.ask(&request, self.limit)).await;
            let silent =
                || Refused::failed(format!("the rig did not answer within {} s", self.limit.as_secs()));
            asked.unwrap_or_else(|_| Err(silent()))
        })
    }
}

fn json_of(request: &HookRequest) -> Result<String, Refused> {
    serde_json::to_string(request).map_err(|e| Refused::cannot(e.to_string()))
}

/// Gives the effect to a reference station: one line there, one line back.
async fn control(address: SocketAddr, effect: &Effect) -> Result<(), Refused> {
    let line = serde_json::to_string(effect).map_err(|e| Refused::cannot(e.to_string()))?;
    let lost = |e: std::io::Error| format!("the control channel {address} cannot be used: {e}");
    let mut stream = TcpStream::connect(address).await.map_err(|e| Refused::cannot(lost(e)))?;
    let failed = |e| Refused::failed(lost(e));
    stream.write_all(format!("{line}\n").as_bytes()).await.map_err(failed)?;
    let mut answer = String::new();
    BufReader::new(stream).take(MAX_LINE).read_line(&mut answer).await.map_err(failed)?;
    let value: Option<serde_json::Value> = serde_json::from_str(&answer).ok();
    match value.as_ref().map(|v| (v.get("ok"), v.get("error").and_then(|e| e.as_str()))) {
        Some((Some(_), None)) => Ok(()),
        Some((_, Some(error))) => Err(Refused::cannot(format!("the station cannot do it: {}", told(error)))),
        _ => Err(Refused::failed(format!(
            "the control channel {address} answered {:?}, which is no answer",
            told(&answer)
        ))),
    }
}

#[cfg(test)]
mod tests;
