//! The growing trace and its file.

use crate::{Body, ChainError, Hash, Record, Seq, hash_bytes, hash_line};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fs::File, io::Write, path::Path};

/// A line of `evidence.jsonl`: the hash of the line before, then the record.
#[derive(Serialize, Deserialize)]
pub(crate) struct Line<R> {
    pub(crate) prev: Hash,
    /// Chance, so that the hash of a line gives nothing away of a value that is later hidden in it. Absent
    /// where there is no file, and in redacted lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) salt: Option<String>,
    /// Of a redacted line the hash it had before, which the next line carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) redacted: Option<Hash>,
    #[serde(flatten)]
    pub(crate) record: R,
}

/// All records of a run so far, in memory and, if it has one, in its file.
#[derive(Debug)]
pub struct Trace {
    records: Vec<Record>,
    last: Hash,
    file: Option<File>,
    secret: Option<[u8; 32]>,
    trouble: Option<String>,
}

impl Default for Trace {
    fn default() -> Self {
        Trace::in_memory()
    }
}

impl Trace {
    /// A trace that is not kept.
    pub fn in_memory() -> Trace {
        Trace { records: Vec::new(), last: Hash::start(), file: None, secret: None, trouble: None }
    }

    /// A trace written to a new file, record by record: what was appended survives the process.
    ///
    /// # Errors
    /// When the file exists already or cannot be made.
    pub fn in_file(path: &Path) -> std::io::Result<Trace> {
        let file = File::options().write(true).create_new(true).open(path)?;
        Ok(Trace { file: Some(file), ..Trace::in_memory() })
    }

    /// Salts every line from here on, from a secret that is forgotten with the process: without the salt of a
    /// line, its hash cannot be used to guess a short value that was hidden in it.
    #[must_use]
    pub fn salted(self, secret: [u8; 32]) -> Trace {
        Trace { secret: Some(secret), ..self }
    }

    fn salt(&self, n: Seq) -> Option<String> {
        let secret = self.secret?;
        let bytes = [secret.as_slice(), n.0.to_be_bytes().as_slice()].concat();
        hash_bytes(&bytes).0.get(..32).map(str::to_owned)
    }

    /// Adds a record and returns its number.
    pub fn append(&mut self, t: Timestamp, body: Body) -> Seq {
        let n = Seq(self.records.len() as u64);
        let record = Record { n, t, body };
        let line = Line { prev: self.last.clone(), salt: self.salt(n), redacted: None, record: &record };
        match serde_json::to_string(&line) {
            Ok(line) => {
                self.last = hash_line(&line);
                self.write(&line);
            }
            Err(e) => self.trouble = Some(format!("record {n} cannot be written as JSON: {e}")),
        }
        self.records.push(record);
        n
    }

    fn write(&mut self, line: &str) {
        let Some(file) = &mut self.file else { return };
        // One write per record: a record is in the file whole or, after a power cut, as a torn last line.
        if let Err(e) = file.write_all(format!("{line}\n").as_bytes()) {
            self.trouble.get_or_insert_with(|| format!("the evidence file cannot be written: {e}"));
            // What is there stays readable: nothing may follow a line that was cut off.
            self.file = None;
        }
    }

    /// What went wrong with the file (a full disk, say); evidence that is not kept is no evidence.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Hash of the last line.
    pub fn last_hash(&self) -> &Hash {
        &self.last
    }

    /// All records.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Number of records, which is also the number of the next one.
    pub fn len(&self) -> u64 {
        self.records.len() as u64
    }

    /// Whether nothing was recorded yet.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
}

/// Evidence read back from a file.
#[derive(Debug)]
pub struct Evidence {
    /// The records, in order, their chain verified.
    pub records: Vec<Record>,
    /// Hash of the last line.
    pub last: Hash,
    /// Bytes after the last whole line: what an interrupted run was writing when it ended.
    pub torn: Option<String>,
    /// Records in which something was hidden: what they still show is the word of whoever hid it.
    pub redacted: Vec<Seq>,
}

/// Why evidence cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The chain does not hold.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

impl Evidence {
    /// Reads `evidence.jsonl` and verifies its chain.
    ///
    /// # Errors
    /// When the file cannot be read, or names the first record that does not fit.
    pub fn read(path: &Path) -> Result<Evidence, EvidenceError> {
        let bytes = std::fs::read(path)
            .map_err(|source| EvidenceError::File { path: path.display().to_string(), source })?;
        Ok(Evidence::parse(&bytes)?)
    }

    /// Reads the text of an evidence file and verifies its chain.
    ///
    /// # Errors
    /// The first record that does not fit.
    pub fn parse(bytes: &[u8]) -> Result<Evidence, ChainError> {
        let mut evidence =
            Evidence { records: Vec::new(), last: Hash::start(), torn: None, redacted: Vec::new() };
        let mut lines = bytes.split(|b| *b == b'\n').peekable();
        while let Some(line) = lines.next() {
            let n = evidence.records.len() as u64;
            if lines.peek().is_none() {
                // What follows the last line end: nothing, or a torn record.
                evidence.torn = (!line.is_empty()).then(|| String::from_utf8_lossy(line).into_owned());
                break;
            }
            let unreadable = |why: String| ChainError::Unreadable { n, why };
            let text = std::str::from_utf8(line).map_err(|e| unreadable(e.to_string()))?;
            let Line { prev, record, redacted, .. } =
                serde_json::from_str::<Line<Record>>(text).map_err(|e| unreadable(e.to_string()))?;
            if prev != evidence.last {
                return Err(ChainError::Broken { n: n.saturating_sub(1) });
            }
            if record.n != Seq(n) {
                return Err(ChainError::Number { n, found: record.n.0 });
            }
            if redacted.is_some() {
                evidence.redacted.push(record.n);
            }
            evidence.last = redacted.unwrap_or_else(|| hash_line(text));
            evidence.records.push(record);
        }
        Ok(evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConnId, Direction};

    fn three_frames(trace: &mut Trace) {
        for raw in ["[2,\"a\",\"Heartbeat\",{}]", "\u{1F50C} not JSON \" \\ \n", "[3,\"a\",{}]"] {
            let body = Body::Frame { conn: ConnId(1), dir: Direction::Rx, lane: None, raw: raw.into() };
            trace.append(Timestamp::UNIX_EPOCH, body);
        }
    }

    fn written() -> Vec<u8> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("evidence.jsonl");
        three_frames(&mut Trace::in_file(&path).unwrap());
        std::fs::read(&path).unwrap()
    }

    #[test]
    fn what_was_written_reads_back_with_a_valid_chain() {
        let mut memory = Trace::in_memory();
        three_frames(&mut memory);
        let read = Evidence::parse(&written()).unwrap();
        assert_eq!(read.records, memory.records());
        assert_eq!(&read.last, memory.last_hash());
        assert_eq!(read.torn, None);
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let bytes = written();
        let intact = Evidence::parse(&bytes).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let noticed = match Evidence::parse(&changed) {
                Err(_) => true,
                Ok(e) => e.last != intact.last || e.torn.is_some(),
            };
            assert!(noticed, "byte {at} changed unnoticed");
        }
    }

    #[test]
    fn salted_lines_read_back_and_no_two_salts_are_alike() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("evidence.jsonl");
        let mut trace = Trace::in_file(&path).unwrap().salted([7; 32]);
        three_frames(&mut trace);
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(&Evidence::parse(&bytes).unwrap().last, trace.last_hash());
        let salts: std::collections::BTreeSet<String> = String::from_utf8(bytes)
            .unwrap()
            .lines()
            .map(|l| serde_json::from_str::<Line<Record>>(l).unwrap().salt.unwrap())
            .collect();
        assert_eq!(salts.len(), 3);
        assert!(salts.iter().all(|s| s.len() == 32));
    }

    #[test]
    fn an_interrupted_file_is_readable_up_to_its_last_whole_record() {
        let bytes = written();
        let read = Evidence::parse(&bytes[..bytes.len() - 7]).unwrap();
        assert_eq!(read.records.len(), 2);
        assert!(read.torn.is_some());
    }

    #[test]
    fn a_removed_record_is_named() {
        let text = String::from_utf8(written()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let cut = format!("{}\n{}\n", lines[0], lines[2]);
        assert_eq!(Evidence::parse(cut.as_bytes()).unwrap_err(), ChainError::Broken { n: 0 });
    }
}
