//! `diagmark guideline serve`: the book for its authors, built anew whenever a file changes. It answers GET on the
//! loopback interface and nothing else.

use crate::args::{GuidelineServe, GuidelineSources};
use crate::fault::Fault;
use crate::progress::say;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often files and connections are looked at.
const PAUSE: Duration = Duration::from_millis(100);
/// Looks at the files once in so many looks at the connections.
const FILES_EVERY: u32 = 5;
/// Longest request line that is read, in bytes.
const LONGEST_REQUEST: u64 = 4096;

pub(super) fn serve(args: &GuidelineServe) -> Result<u8, Fault> {
    let present = |given: &Option<PathBuf>, usual: &str| {
        given.clone().or_else(|| Some(PathBuf::from(usual)).filter(|p| p.is_dir()))
    };
    let sources = GuidelineSources {
        archetypes: present(&args.sources.archetypes, "archetypes"),
        chapters: present(&args.sources.chapters, "book/chapters"),
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let cannot = |e: std::io::Error| Fault::input(format!("--port {}: {e}", args.port));
    let listener = TcpListener::bind(address).map_err(cannot)?;
    listener.set_nonblocking(true).map_err(cannot)?;
    let shown = listener.local_addr().map_err(cannot)?;
    let site = tempfile::tempdir().map_err(Fault::internal)?;
    let mut seen = stamps(&sources);
    rebuild(&sources, site.path());
    say(&format!("http://{shown}/ shows the guideline; Ctrl-C ends it"));
    for look in 0u32.. {
        while let Ok((stream, _)) = listener.accept() {
            // A browser that goes away is no fault of ours.
            let _ = answer(stream, site.path());
        }
        if look.is_multiple_of(FILES_EVERY) {
            let now = stamps(&sources);
            if now != seen {
                seen = now;
                rebuild(&sources, site.path());
            }
        }
        std::thread::sleep(PAUSE);
    }
    Ok(::report::exit::CONFORMING)
}

/// Builds the book. A mistake is told, and the last good book stays.
fn rebuild(sources: &GuidelineSources, site: &Path) {
    match super::write(sources, site) {
        Ok(made) => say(&format!("built: {} pages", made.pages)),
        Err(fault) => say(&format!("error: {}", fault.message)),
    }
}

/// When each file was changed last.
fn stamps(sources: &GuidelineSources) -> BTreeMap<PathBuf, Option<SystemTime>> {
    let directories = [&sources.archetypes, &sources.chapters].into_iter().flatten();
    let files = directories.filter_map(|d| std::fs::read_dir(d).ok()).flatten().flatten();
    files.map(|f| (f.path(), f.metadata().and_then(|m| m.modified()).ok())).collect()
}

fn answer(stream: TcpStream, site: &Path) -> std::io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    let mut line = String::new();
    BufReader::new(stream.try_clone()?.take(LONGEST_REQUEST)).read_line(&mut line)?;
    let (status, kind, body) = match file(&line, site) {
        Some(path) => ("200 OK", kind_of(&path), std::fs::read(&path)?),
        None => ("404 Not Found", "text/plain; charset=utf-8", b"there is no such page\n".to_vec()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = stream;
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)
}

/// The file a request line asks for, if it is one of the site.
fn file(request: &str, site: &Path) -> Option<PathBuf> {
    let address = request.strip_prefix("GET /")?.split([' ', '?', '#']).next()?;
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', '%', ':']);
    let mut path = site.to_path_buf();
    for part in address.split('/').filter(|p| !p.is_empty()) {
        if !plain(part) {
            return None;
        }
        path.push(part);
    }
    if path.is_dir() {
        path.push("index.html");
    }
    path.is_file().then_some(path)
}

fn kind_of(path: &Path) -> &'static str {
    match path.extension().and_then(|e| e.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("csv") => "text/csv; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_site_are_given() {
        let site = tempfile::tempdir().unwrap();
        std::fs::create_dir(site.path().join("faults")).unwrap();
        for name in ["index.html", "faults/index.html", ".secret"] {
            std::fs::write(site.path().join(name), "x").unwrap();
        }
        let given = |request: &str| file(request, site.path()).is_some();
        assert!(given("GET / HTTP/1.1"));
        assert!(given("GET /faults/ HTTP/1.1"));
        assert!(given("GET /index.html?x=1 HTTP/1.1"));
        for refused in
            ["GET /../index.html", "GET /%2e%2e/x", "GET /.secret", "GET /none.html", "POST / HTTP/1.1", ""]
        {
            assert!(!given(refused), "{refused}");
        }
    }
}
