//! Passwords of HTTP basic authentication. They are never shown, not even by `Debug`.

use crate::tls::hex;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, fmt};

/// A password.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Takes any text. OCPP wants 16 to 40 characters of `a-z A-Z 0-9 * - _ = : + | @ .`
    /// (`SecurityCtrlr.BasicAuthPassword`), but a test also needs a wrong one.
    pub fn new(text: impl Into<String>) -> Password {
        Password(text.into())
    }

    /// A password that nobody guesses who does not know the seed: 32 characters of the alphabet of OCPP.
    pub fn derived(seed: &str) -> Password {
        let digest = hex(&Sha256::digest(seed));
        Password(digest.chars().take(32).collect())
    }

    /// The value of an `Authorization` header (RFC 7617).
    pub(crate) fn authorization(&self, user: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{}", self.0)))
    }

    /// The text itself, to be sent or put back.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// User and password of an `Authorization` header; the error says what is wrong with it, without repeating it.
pub(crate) fn basic(header: &str) -> Result<(String, Password), &'static str> {
    let (scheme, encoded) =
        header.trim().split_once(' ').ok_or("the Authorization header has no credentials")?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err("the Authorization header is not of the scheme Basic");
    }
    let bytes = BASE64_STANDARD.decode(encoded.trim()).map_err(|_| "the credentials are not base64")?;
    let text = String::from_utf8(bytes).map_err(|_| "the credentials are not UTF-8")?;
    let (user, password) = text.split_once(':').ok_or("the credentials have no colon")?;
    Ok((user.to_owned(), Password::new(password)))
}

/// Who has which password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passwords {
    everyone: Option<Password>,
    one: BTreeMap<String, Password>,
}

/// A file of passwords that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}: {why}; a line is a password for every identity, or an identity, a space and its password"
)]
pub struct PasswordsError {
    /// Number of the line, from 1.
    line: usize,
    why: &'static str,
}

impl Passwords {
    /// One password, whatever the identity.
    pub fn same(password: Password) -> Passwords {
        Passwords { everyone: Some(password), one: BTreeMap::new() }
    }

    /// Gives an identity a password of its own, or another one.
    pub fn set(&mut self, identity: impl Into<String>, password: Password) {
        self.one.insert(identity.into(), password);
    }

    /// Reads the text of a file: a line is a password for everyone, or an identity, white space and its password.
    /// Neither can contain white space or begin with `#`, so empty lines and comments are skipped.
    ///
    /// # Errors
    /// The first line that is neither, or a second password for the same.
    pub fn parse(text: &str) -> Result<Passwords, PasswordsError> {
        let mut passwords = Passwords::default();
        for (line, content) in (1..).zip(text.lines()) {
            let wrong = |why| PasswordsError { line, why };
            let mut words = content.split_whitespace();
            let before = match (words.next(), words.next(), words.next()) {
                (None, ..) => continue,
                (Some(first), ..) if first.starts_with('#') => continue,
                (Some(password), None, _) => passwords.everyone.replace(Password::new(password)),
                (Some(identity), Some(password), None) => {
                    passwords.one.insert(identity.to_owned(), Password::new(password))
                }
                _ => return Err(wrong("there are more than two words")),
            };
            if before.is_some() {
                return Err(wrong("there is a password for this already"));
            }
        }
        Ok(passwords)
    }

    /// Whether nobody has one.
    pub fn is_empty(&self) -> bool {
        self.everyone.is_none() && self.one.is_empty()
    }

    /// The password of an identity.
    pub fn of(&self, identity: &str) -> Option<&Password> {
        self.one.get(identity).or(self.everyone.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_as_it_is_written() {
        let (user, password) = basic(&Password::new("a:b=c").authorization("CS001")).unwrap();
        assert_eq!((user.as_str(), password.reveal()), ("CS001", "a:b=c"));
    }

    #[test]
    fn what_is_no_basic_authentication_says_why() {
        for (header, why) in [
            ("Basic", "no credentials"),
            ("Bearer abc", "scheme"),
            ("Basic %%%", "base64"),
            ("Basic /w==", "UTF-8"),
            ("Basic YWJj", "colon"),
        ] {
            assert!(basic(header).unwrap_err().contains(why), "{header}");
        }
    }

    #[test]
    fn one_password_for_all_and_one_for_one_identity() {
        let read = Passwords::parse("# lab\n\nsecret-of-everyone\r\nCS002  secret:of:two\n").unwrap();
        assert_eq!(read.of("CS001"), Some(&Password::new("secret-of-everyone")));
        assert_eq!(read.of("CS002"), Some(&Password::new("secret:of:two")));
        assert!(Passwords::parse("").unwrap().is_empty());
    }

    #[test]
    fn a_line_that_is_neither_is_named() {
        assert!(Passwords::parse("a\nb c d").unwrap_err().to_string().starts_with("line 2: "));
        assert!(Passwords::parse("a\nb").unwrap_err().to_string().contains("already"));
    }

    #[test]
    fn nothing_shows_a_password() {
        let shown = format!("{:?}", Passwords::same(Password::new("very-secret-text")));
        assert!(!shown.contains("secret"), "{shown}");
    }
}
