//! Uploading by FTP in passive mode.

use super::{File, UploadError, target::Target, tcp};
use crate::identity;
use std::net::IpAddr;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

/// Longest reply line in bytes; longer ones are cut.
const MAX_LINE: usize = 4096;

/// Sends the file and waits for the server to have it.
pub(super) async fn send(target: &Target, file: File) -> Result<(), UploadError> {
    let mut control = Control { stream: BufReader::new(tcp(&target.address).await?) };
    control.reply(&[220]).await?;
    let (user, password) = match &target.user {
        Some((user, password)) => (user.as_str(), password.reveal()),
        None => ("anonymous", "diagmark@"),
    };
    if control.say(&format!("USER {user}"), &[331, 230]).await?.0 == 331 {
        control.say(&format!("PASS {password}"), &[230, 202]).await?;
    }
    control.say("TYPE I", &[200]).await?;
    let (_, told) = control.say("EPSV", &[229]).await?;
    let port = port(&told).ok_or_else(|| UploadError::Broken(format!("no port in `{told}`")))?;
    let ip: IpAddr = control.stream.get_ref().peer_addr().map_err(broken)?.ip();
    let mut data = tcp(&std::net::SocketAddr::new(ip, port).to_string()).await?;
    let path = identity::decode(&target.path).unwrap_or_else(|| target.path.clone());
    control.say(&format!("STOR {path}"), &[150, 125]).await?;
    data.write_all(&file.bytes).await.map_err(broken)?;
    data.shutdown().await.map_err(broken)?;
    control.reply(&[226, 250]).await?;
    // The file is there; whether the server says goodbye matters to nobody.
    let _ = control.stream.get_mut().write_all(b"QUIT\r\n").await;
    Ok(())
}

struct Control {
    stream: BufReader<TcpStream>,
}

impl Control {
    async fn say(&mut self, command: &str, good: &[u16]) -> Result<(u16, String), UploadError> {
        let line = format!("{}\r\n", command.replace(['\r', '\n'], "_"));
        self.stream.get_mut().write_all(line.as_bytes()).await.map_err(broken)?;
        self.reply(good).await
    }

    /// The last line of the next reply.
    async fn reply(&mut self, good: &[u16]) -> Result<(u16, String), UploadError> {
        loop {
            let line = self.line().await?;
            // `123-` begins a reply of several lines, `123 ` is the last of them.
            let (Some(code), Some(rest)) = (line.get(..3).and_then(|c| c.parse::<u16>().ok()), line.get(3..))
            else {
                continue;
            };
            if rest.starts_with('-') {
                continue;
            }
            return match good.contains(&code) {
                true => Ok((code, rest.trim().to_owned())),
                false => Err(UploadError::Refused(code)),
            };
        }
    }

    async fn line(&mut self) -> Result<String, UploadError> {
        let mut line = Vec::new();
        loop {
            let read = self.stream.fill_buf().await.map_err(broken)?;
            if read.is_empty() {
                return Err(UploadError::Broken("the server ended the connection".to_owned()));
            }
            let end = read.iter().position(|b| *b == b'\n').map(|at| at + 1);
            let taken = end.unwrap_or(read.len());
            let room = MAX_LINE.saturating_sub(line.len()).min(taken);
            line.extend_from_slice(read.get(..room).unwrap_or_default());
            self.stream.consume(taken);
            if end.is_some() {
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
        }
    }
}

/// The port in `Entering Extended Passive Mode (|||4660|)`.
fn port(told: &str) -> Option<u16> {
    told.split_once("(|||")?.1.split_once('|')?.0.parse().ok()
}

fn broken(e: std::io::Error) -> UploadError {
    UploadError::Broken(e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_the_data_connection_is_read() {
        assert_eq!(port("Entering Extended Passive Mode (|||4660|)"), Some(4660));
        assert_eq!(port("Entering Extended Passive Mode (|||x|)"), None);
        assert_eq!(port("ok"), None);
    }
}
