//! From a source to its document and typed file, with all that is wrong about its shape.

use super::{
    LintCode,
    finding::Finding,
    locate::{Collector, Doc},
    structure,
};
use crate::Source;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A source that has the right shape.
#[derive(Debug)]
pub(crate) struct Read<T> {
    pub(crate) doc: Doc,
    pub(crate) file: T,
}

/// Reads a source as a file of the given schema.
///
/// # Errors
/// All findings about its syntax and shape.
pub(crate) fn read<T: DeserializeOwned>(source: &Source, schema: &Value) -> Result<Read<T>, Vec<Finding>> {
    let (doc, mut findings) = Doc::parse(source);
    let Some(doc) = doc else { return Err(findings) };
    let mut found = Collector::new(&doc);
    structure::check(&mut found, schema);
    findings.append(&mut found.findings);
    if !findings.is_empty() {
        return Err(findings);
    }
    let options = serde_saphyr::options! { with_snippet: false, emit_comments: false };
    match serde_saphyr::from_str_with_options(&source.text, options) {
        Ok(file) => Ok(Read { doc, file }),
        Err(error) => {
            // The walk has accepted what the deserialiser does not: its own words then have to do.
            let start = error.location().and_then(|l| l.span().byte_offset()).unwrap_or(0);
            let start = usize::try_from(start).unwrap_or(0);
            let mut found = Collector::new(&doc);
            let span = super::locate::one_line(&source.text, start..source.text.len());
            found.span(span, LintCode::WrongType, error.without_snippet().to_string());
            Err(found.findings)
        }
    }
}
