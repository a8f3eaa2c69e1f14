//! How the world reaches a running station: a handle in the program, and a small TCP server for rigs.
//!
//! The server speaks lines of JSON: one [`Effect`] a line in, `{"ok":true}` or `{"error":"…"}` a line out.

use serde_json::{Value, json};
use spec::Effect;
use std::{io, net::SocketAddr};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
};

/// Longest line of a rig in bytes.
const MAX_LINE: u64 = 64 << 10;
/// Effects waiting for the station.
const QUEUE: usize = 16;

/// An effect on its way to the station.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) effect: Effect,
    pub(crate) answer: oneshot::Sender<Result<(), String>>,
}

/// Reaches one station. Clones reach the same one.
#[derive(Debug, Clone)]
pub struct Handle(mpsc::Sender<Command>);

/// What a station takes its effects from; given to [`crate::run`].
#[derive(Debug)]
pub struct Control(pub(crate) mpsc::Receiver<Command>);

/// A handle and the end the station holds.
pub fn channel() -> (Handle, Control) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    (Handle(sender), Control(receiver))
}

impl Handle {
    /// Lets an effect happen and waits until it has.
    ///
    /// # Errors
    /// Why it cannot happen to this station, or that the station has stopped.
    pub async fn apply(&self, effect: Effect) -> Result<(), String> {
        let stopped = || "the station has stopped".to_owned();
        let (answer, answered) = oneshot::channel();
        self.0.send(Command { effect, answer }).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

/// The control server of one station.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
}

impl Server {
    /// Listens at an address (`127.0.0.1:0` picks a free port).
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn bind(address: &str) -> io::Result<Server> {
        Ok(Server { listener: TcpListener::bind(address).await? })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves rigs until accepting fails; drop the future to stop.
    ///
    /// # Errors
    /// When no more connections can be accepted.
    pub async fn run(self, handle: Handle) -> io::Result<()> {
        loop {
            let (rig, _) = self.listener.accept().await?;
            let handle = handle.clone();
            // A rig that goes away in the middle of a line harms nobody.
            tokio::spawn(async move { drop(serve_rig(rig, handle).await) });
        }
    }
}

/// Listens at an address and serves rigs; see [`Server`].
///
/// # Errors
/// When the address cannot be bound, or no more connections can be accepted.
pub async fn serve(address: &str, handle: Handle) -> io::Result<()> {
    Server::bind(address).await?.run(handle).await
}

async fn serve_rig(mut rig: TcpStream, handle: Handle) -> io::Result<()> {
    let (read, mut write) = rig.split();
    let mut read = BufReader::new(read);
    loop {
        let mut line = String::new();
        if (&mut read).take(MAX_LINE).read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let too_long = !line.ends_with('\n') && line.len() as u64 >= MAX_LINE;
        let answer = if too_long {
            refused(&format!("the line is longer than {MAX_LINE} bytes"))
        } else if line.trim().is_empty() {
            continue;
        } else {
            answer(&line, &handle).await
        };
        write.write_all(format!("{answer}\n").as_bytes()).await?;
        if too_long {
            return Ok(());
        }
    }
}

async fn answer(line: &str, handle: &Handle) -> Value {
    match serde_json::from_str::<Effect>(line) {
        Err(error) => refused(&format!("the line is no effect: {error}")),
        Ok(effect) => match handle.apply(effect).await {
            Ok(()) => json!({ "ok": true }),
            Err(error) => refused(&error),
        },
    }
}

fn refused(why: &str) -> Value {
    json!({ "error": why })
}
