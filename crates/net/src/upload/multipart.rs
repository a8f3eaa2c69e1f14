//! `multipart/form-data` (RFC 7578), read as it arrives: the part that is the file.

/// Longest header block of a part in bytes.
const MAX_HEADERS: usize = 8 << 10;

/// Reads a body. The file is the first part with a file name; other parts are form fields.
#[derive(Debug)]
pub(super) struct Multipart {
    /// What stands between parts: line end, two dashes, boundary.
    delimiter: Vec<u8>,
    buffer: Vec<u8>,
    state: State,
    /// The part being read, or the last one.
    part: Part,
    found: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first delimiter.
    Preamble,
    /// After a delimiter: two dashes end the body, a line end begins a part.
    Delimited,
    Headers,
    Content,
    /// After the last delimiter.
    Over,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Part {
    file_name: Option<String>,
    wanted: bool,
}

/// Why a body cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum MultipartError {
    #[error("the headers of a part are longer than {MAX_HEADERS} bytes")]
    Headers,
    #[error("a delimiter is followed by neither a line end nor two dashes")]
    Delimiter,
    #[error("the body ends before its last delimiter")]
    Incomplete,
    #[error("no part of it has a file name")]
    NoFile,
}

/// The boundary in a `Content-Type` of `multipart/form-data`.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameter(parameters, "boundary").filter(|b| !b.is_empty())
}

/// The value of a parameter of a header, as in `form-data; name="log"; filename="log.zip"`.
pub(super) fn parameter(header: &str, wanted: &str) -> Option<String> {
    // A semicolon inside quotation marks separates nothing.
    let mut quoted = false;
    let pieces = header.split(|c| {
        quoted ^= c == '"';
        c == ';' && !quoted
    });
    let mut named = pieces.filter_map(|piece| piece.split_once('='));
    let (_, value) = named.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))?;
    Some(value.trim().trim_matches('"').to_owned())
}

impl Multipart {
    pub(super) fn new(boundary: &str) -> Multipart {
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        // The first delimiter may stand at the very beginning, without a line end before it.
        let buffer = b"\r\n".to_vec();
        Multipart { delimiter, buffer, state: State::Preamble, part: Part::default(), found: false }
    }

    /// Reads on; bytes of the file are handed to `file`.
    pub(super) fn read(&mut self, bytes: &[u8], mut file: impl FnMut(&[u8])) -> Result<(), MultipartError> {
        self.buffer.extend_from_slice(bytes);
        while self.step(&mut file)? {}
        Ok(())
    }

    /// The name of the file, once the whole body was read.
    pub(super) fn finish(&self) -> Result<Option<String>, MultipartError> {
        match (self.state, self.found) {
            (State::Over, true) => Ok(self.part.file_name.clone()),
            (State::Over, false) => Err(MultipartError::NoFile),
            _ => Err(MultipartError::Incomplete),
        }
    }

    fn step(&mut self, file: &mut impl FnMut(&[u8])) -> Result<bool, MultipartError> {
        match self.state {
            State::Preamble | State::Content => {
                let content = self.state == State::Content && self.part.wanted;
                let found = find(&self.buffer, &self.delimiter);
                // Without a delimiter, all but what may be the beginning of one.
                let end =
                    found.unwrap_or_else(|| (self.buffer.len() + 1).saturating_sub(self.delimiter.len()));
                if content {
                    file(self.buffer.get(..end).unwrap_or_default());
                }
                self.buffer.drain(..end + found.map_or(0, |_| self.delimiter.len()));
                if found.is_some() {
                    self.found |= content;
                    self.state = State::Delimited;
                }
                Ok(found.is_some())
            }
            State::Delimited => {
                // White space may follow a boundary.
                let blank = self.buffer.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
                match self.buffer.get(blank..blank + 2) {
                    Some(b"--") => self.state = State::Over,
                    Some(b"\r\n") => {
                        // The line end stays: it begins the empty line of a part without headers.
                        self.buffer.drain(..blank);
                        self.state = State::Headers;
                    }
                    Some(_) => return Err(MultipartError::Delimiter),
                    None => return Ok(false),
                }
                Ok(true)
            }
            State::Headers => match find(&self.buffer, b"\r\n\r\n") {
                Some(end) => {
                    let headers: Vec<u8> = self.buffer.drain(..end + 4).collect();
                    if self.found {
                        self.part.wanted = false;
                    } else {
                        self.part = part(&String::from_utf8_lossy(&headers));
                    }
                    self.state = State::Content;
                    Ok(true)
                }
                None if self.buffer.len() > MAX_HEADERS => Err(MultipartError::Headers),
                None => Ok(false),
            },
            State::Over => {
                self.buffer.clear();
                Ok(false)
            }
        }
    }
}

fn part(headers: &str) -> Part {
    let disposition = headers.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then(|| value.to_owned())
    });
    let file_name = disposition.and_then(|d| parameter(&d, "filename"));
    Part { wanted: file_name.is_some(), file_name }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The file and its name, from a body that arrives in these pieces.
    fn read(boundary: &str, pieces: &[&[u8]]) -> Result<(Vec<u8>, Option<String>), MultipartError> {
        let mut multipart = Multipart::new(boundary);
        let mut file = Vec::new();
        for piece in pieces {
            multipart.read(piece, |bytes| file.extend_from_slice(bytes))?;
        }
        Ok((file, multipart.finish()?))
    }

    fn form(content: &[u8]) -> Vec<u8> {
        let mut body = b"ignored\r\n--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n--b \r\n\
            content-disposition: form-data; name=\"f\"; filename=\"a;b.log\"\r\n\
            Content-Type: text/plain\r\n\r\n"
            .to_vec();
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n--b\r\n\r\nlast\r\n--b--\r\nepilogue");
        body
    }

    #[test]
    fn the_part_with_a_file_name_is_the_file() {
        assert_eq!(
            read("b", &[&form(b"x\r\n--a\r\ny")]).unwrap(),
            (b"x\r\n--a\r\ny".to_vec(), Some("a;b.log".into()))
        );
        assert_eq!(read("b", &[&form(b"")]).unwrap().0, b"");
        let bare = b"--b\r\nContent-Disposition: form-data; filename=x\r\n\r\nabc\r\n--b--";
        assert_eq!(read("b", &[bare]).unwrap(), (b"abc".to_vec(), Some("x".into())));
    }

    #[test]
    fn what_is_wrong_with_a_body_is_said() {
        assert_eq!(read("b", &[b"--b\r\n\r\nabc\r\n--b--"]), Err(MultipartError::NoFile));
        assert_eq!(read("b", &[b"--b\r\n\r\nabc"]), Err(MultipartError::Incomplete));
        assert_eq!(read("b", &[b""]), Err(MultipartError::Incomplete));
        assert_eq!(read("b", &[b"--bx\r\n"]), Err(MultipartError::Delimiter));
        assert_eq!(read("b", &[b"--b\r\n", &[b'x'; MAX_HEADERS + 1]]), Err(MultipartError::Headers));
    }

    #[test]
    fn the_boundary_is_found_with_and_without_quotation_marks() {
        assert_eq!(boundary("multipart/form-data; boundary=abc").as_deref(), Some("abc"));
        assert_eq!(boundary("Multipart/Form-Data;charset=x; Boundary=\"a;b\"").as_deref(), Some("a;b"));
        assert_eq!(boundary("multipart/form-data; boundary="), None);
        assert_eq!(boundary("multipart/mixed; boundary=a"), None);
        assert_eq!(boundary("text/plain"), None);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_the_body_is_cut(
            content in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'-'), Just(b'b'), any::<u8>()], 0..200),
            size in 1usize..20,
        ) {
            prop_assume!(find(&content, b"\r\n--b").is_none() && !content.ends_with(b"\r"));
            let body = form(&content);
            let pieces: Vec<&[u8]> = body.chunks(size).collect();
            let (file, _) = read("b", &pieces).unwrap();
            prop_assert_eq!(file, content);
        }

        #[test]
        fn no_body_makes_it_fail_otherwise_than_with_an_error(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read("b", &[&body]);
        }
    }
}
