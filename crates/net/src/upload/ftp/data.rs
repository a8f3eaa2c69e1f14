//! The data connection in passive mode.

use std::{
    io,
    net::{IpAddr, SocketAddr},
};
use tokio::net::{TcpListener, TcpStream};

/// A port on which one data connection is awaited.
pub(super) struct Passive {
    listener: TcpListener,
    pub(super) address: SocketAddr,
}

impl Passive {
    /// Listens where the control connection came in.
    pub(super) async fn open(ip: IpAddr) -> io::Result<Passive> {
        let listener = TcpListener::bind((ip, 0)).await?;
        let address = listener.local_addr()?;
        Ok(Passive { listener, address })
    }

    /// The data connection of this client; connections of others are dropped.
    pub(super) async fn accept(&self, client: IpAddr) -> io::Result<TcpStream> {
        loop {
            let (stream, peer) = self.listener.accept().await?;
            if peer.ip().to_canonical() == client.to_canonical() {
                return Ok(stream);
            }
        }
    }
}

/// The reply that tells the port; `None` if the command cannot express the address.
pub(super) fn announced(verb: &str, address: SocketAddr) -> Option<(u16, String)> {
    let port = address.port();
    if verb == "EPSV" {
        return Some((229, format!("Entering Extended Passive Mode (|||{port}|)")));
    }
    let IpAddr::V4(ip) = address.ip().to_canonical() else { return None };
    let [a, b, c, d] = ip.octets();
    let [high, low] = port.to_be_bytes();
    Some((227, format!("Entering Passive Mode ({a},{b},{c},{d},{high},{low})")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_told_in_the_words_of_the_command() {
        let v4 = "127.0.0.1:4660".parse().unwrap();
        let text = "Entering Passive Mode (127,0,0,1,18,52)".to_owned();
        assert_eq!(announced("PASV", v4), Some((227, text)));
        let v6 = "[::1]:4660".parse().unwrap();
        assert_eq!(announced("PASV", v6), None);
        assert_eq!(announced("EPSV", v6).unwrap().1, "Entering Extended Passive Mode (|||4660|)");
        assert!(announced("PASV", "[::ffff:127.0.0.1]:4660".parse().unwrap()).is_some());
    }
}
