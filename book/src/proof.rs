//! What the suite was shown to find: the proof that travels in this binary.

use report::ProofFile;
use report::proof::SCHEMA_VERSION;

/// As `diagmark prove --out` wrote it.
static PROOF: &str = include_str!("../proof.json");

/// A proof that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// It is no proof.
    #[error("book/proof.json is no proof: {0}; write it anew with `diagmark prove --out DIR`")]
    Malformed(#[from] serde_json::Error),
    /// It is of a format this suite does not know.
    #[error(
        "book/proof.json has schemaVersion {0}, only {SCHEMA_VERSION} is known; write it anew with `diagmark prove --out DIR`"
    )]
    Version(u32),
}

/// The proof this binary carries, whatever archetypes the book is made from.
///
/// # Errors
/// When it is no proof, or one of another format.
pub fn proof() -> Result<ProofFile, ProofError> {
    parsed(PROOF)
}

fn parsed(text: &str) -> Result<ProofFile, ProofError> {
    let proof: ProofFile = serde_json::from_str(text)?;
    if proof.schema_version == SCHEMA_VERSION {
        Ok(proof)
    } else {
        Err(ProofError::Version(proof.schema_version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_proof_can_be_read() {
        assert!(!proof().unwrap().deviations.is_empty());
    }

    #[test]
    fn what_is_no_proof_is_refused_with_the_name_of_the_file() {
        let error = parsed("{}").unwrap_err().to_string();
        assert!(error.starts_with("book/proof.json is no proof: missing field"), "{error}");
        let later = PROOF.replacen("\"schemaVersion\": 1", "\"schemaVersion\": 2", 1);
        let error = parsed(&later).unwrap_err().to_string();
        assert!(error.starts_with("book/proof.json has schemaVersion 2, only 1 is known"), "{error}");
    }
}
