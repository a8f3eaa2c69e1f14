//! Where in the text of a JSON document each string stands, so that one can be replaced and all else stays as it is.

use std::ops::Range;

/// Deeper documents are not read.
const DEEPEST: usize = 128;

/// The strings of a document, each with its JSON pointer and its bytes, quotes included. `None` where the text is
/// no JSON document.
pub(super) fn strings(text: &str) -> Option<Vec<(String, Range<usize>)>> {
    // What serde accepts is well formed, so that the walk below need not doubt.
    serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
    let mut walk = Walk { bytes: text.as_bytes(), text, at: 0, found: Vec::new() };
    walk.value("", 0)?;
    Some(walk.found)
}

struct Walk<'a> {
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
    found: Vec<(String, Range<usize>)>,
}

impl Walk<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, pointer: &str, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        self.space();
        match self.peek()? {
            b'"' => {
                let range = self.string()?;
                self.found.push((pointer.to_owned(), range));
            }
            b'{' => self.members(pointer, depth)?,
            b'[' => self.items(pointer, depth)?,
            _ => {
                while !matches!(self.peek(), None | Some(b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r')) {
                    self.at += 1;
                }
            }
        }
        self.space();
        Some(())
    }

    fn members(&mut self, pointer: &str, depth: usize) -> Option<()> {
        self.at += 1;
        loop {
            self.space();
            match self.peek()? {
                b'}' => break,
                b',' => self.at += 1,
                _ => {
                    let range = self.string()?;
                    let key: String = serde_json::from_str(self.text.get(range)?).ok()?;
                    self.space();
                    self.at += 1; // the colon
                    let inner = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                    self.value(&inner, depth + 1)?;
                }
            }
        }
        self.at += 1;
        Some(())
    }

    fn items(&mut self, pointer: &str, depth: usize) -> Option<()> {
        self.at += 1;
        let mut n = 0;
        loop {
            self.space();
            match self.peek()? {
                b']' => break,
                b',' => self.at += 1,
                _ => {
                    self.value(&format!("{pointer}/{n}"), depth + 1)?;
                    n += 1;
                }
            }
        }
        self.at += 1;
        Some(())
    }

    fn string(&mut self) -> Option<Range<usize>> {
        let from = self.at;
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some(from..self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, &str)> {
        strings(text).unwrap().into_iter().map(|(p, r)| (p, &text[r])).collect()
    }

    #[test]
    fn every_string_is_found_where_it_stands() {
        let text = r#" [2, "a\"b", {"x/y" : {"z": "é"}, "n": -1.5e3, "l": [ true, "q", null ]}, "" ] "#;
        let all = [("/1", r#""a\"b""#), ("/2/x~1y/z", "\"é\""), ("/2/l/1", "\"q\""), ("/3", "\"\"")];
        assert_eq!(found(text), all.map(|(p, s)| (p.to_owned(), s)));
        assert_eq!(found("\"alone\""), [(String::new(), "\"alone\"")]);
        assert_eq!(found("{}"), []);
    }

    #[test]
    fn a_key_that_occurs_twice_is_found_twice() {
        assert_eq!(found(r#"{"a":"1","a":"2"}"#).len(), 2);
    }

    #[test]
    fn what_is_no_json_is_not_read() {
        for bad in ["", "[", "{\"a\":}", "[1,]", "nonsense", "\"open"] {
            assert!(strings(bad).is_none(), "{bad}");
        }
        assert!(strings(&"[".repeat(200)).is_none());
    }
}
