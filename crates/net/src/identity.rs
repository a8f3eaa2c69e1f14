//! Station identities, and other names, in URLs: percent-encoding (RFC 3986) both ways.

/// Encodes an identity as one path segment: everything but unreserved characters as `%XX`.
pub(crate) fn encode(identity: &str) -> String {
    let mut out = String::with_capacity(identity.len());
    for b in identity.bytes() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(b)),
            _ => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

/// Decodes the last segment of a URL path. `None` if it is empty, a `%` is not followed by two hexadecimal
/// digits, or the result is not UTF-8.
pub(crate) fn from_path(path: &str) -> Option<String> {
    decode(path.rsplit('/').next().filter(|s| !s.is_empty())?)
}

/// Decodes `%XX`. `None` if a `%` is not followed by two hexadecimal digits, or the result is not UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        out.push(match b {
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            b => b,
        });
    }
    String::from_utf8(out).ok()
}

fn hex(digit: u8) -> Option<u8> {
    // `to_digit(16)` is below 16 and fits.
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_survives_the_path() {
        for id in ["CS001", "a*b-c_d=e+f|g@h.i", "München/7 %", "%41"] {
            assert_eq!(from_path(&format!("/ocpp/{}", encode(id))).as_deref(), Some(id));
        }
    }

    #[test]
    fn a_path_without_a_readable_identity_is_noticed() {
        for path in ["", "/", "/ocpp/", "/%4", "/%zz", "/%FF", "/%+1"] {
            assert_eq!(from_path(path), None, "{path}");
        }
    }
}
