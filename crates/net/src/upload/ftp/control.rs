//! The control connection: lines in, replies out.

use crate::stream::{Cutter, Wire};
use futures_util::FutureExt as _;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::timeout,
};

/// Longest line in bytes.
const MAX_LINE: usize = 1024;

/// What the client said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Command(String),
    TooLong,
    TimedOut,
    Gone,
}

/// A control connection.
pub(super) struct Control {
    wire: Wire,
    cutter: Cutter,
    idle: Duration,
    /// Bytes read beyond the last line.
    read: Vec<u8>,
    /// The rest of a line that is too long is skipped.
    skipping: bool,
}

impl Control {
    pub(super) fn new(wire: Wire, cutter: Cutter, idle: Duration) -> Control {
        Control { wire, cutter, idle, read: Vec::new(), skipping: false }
    }

    /// The next command.
    pub(super) async fn line(&mut self) -> Line {
        timeout(self.idle, self.next()).await.unwrap_or(Line::TimedOut)
    }

    async fn next(&mut self) -> Line {
        loop {
            if let Some(end) = self.read.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                if std::mem::take(&mut self.skipping) {
                    continue;
                }
                // Telnet's control characters, as before ABOR, are no part of a command.
                let text = String::from_utf8_lossy(&line);
                let command = text.trim_matches(|c: char| c.is_control() || c == '\u{FFFD}');
                return Line::Command(command.to_owned());
            }
            if self.read.len() > MAX_LINE {
                self.read.clear();
                if !std::mem::replace(&mut self.skipping, true) {
                    return Line::TooLong;
                }
            }
            let mut more = [0; 512];
            match self.wire.read(&mut more).await {
                Ok(0) | Err(_) => return Line::Gone,
                Ok(n) => self.read.extend_from_slice(more.get(..n).unwrap_or_default()),
            }
        }
    }

    /// Whether it could be written.
    pub(super) async fn say(&mut self, text: &str) -> bool {
        let written =
            async { self.wire.write_all(text.as_bytes()).await.is_ok() && self.wire.flush().await.is_ok() };
        timeout(self.idle, written).await.unwrap_or(false)
    }

    /// Whether the client has gone, as far as can be told at once.
    pub(super) fn is_gone(&mut self) -> bool {
        let mut more = [0; 512];
        match self.wire.read(&mut more).now_or_never() {
            Some(Ok(0) | Err(_)) => true,
            Some(Ok(n)) => {
                self.read.extend_from_slice(more.get(..n).unwrap_or_default());
                false
            }
            None => false,
        }
    }

    /// Resolves when the client has gone.
    pub(super) async fn gone(&mut self) {
        let mut dropped = [0; 512];
        while self.wire.read(&mut dropped).await.is_ok_and(|n| n > 0) {}
    }

    /// From now on the end of this connection is a reset.
    pub(super) fn cut(&self) {
        self.cutter.arm();
    }
}
