//! Validation of payloads against the schemas of the catalogue or a laboratory's own copy of the official ones.
//!
//! Validators are built on first use and kept; a payload is then judged in microseconds.

mod time;
mod violation;

pub use violation::{Keyword, SchemaViolation};

use crate::frame::Frame;
use crate::{Version, catalogue};
use jsonschema::Validator;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// Why a payload could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValidateError {
    /// The version has no such message.
    #[error("OCPP {version} has no message `{name}`")]
    UnknownMessage {
        /// The version.
        version: Version,
        /// Name of the schema that was asked for.
        name: String,
    },
    /// A CALLRESULT does not say what it answers.
    #[error("the action of response `{id}` is unknown: name the action of the CALL it answers")]
    UnknownRequest {
        /// Message id.
        id: String,
    },
    /// The schema is not one.
    #[error("schema `{name}` is not usable: {reason}")]
    BadSchema {
        /// Name of the schema.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Why a folder of schemas cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SchemaFolderError {
    /// The folder or a file cannot be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not JSON.
    #[error("{path} is not JSON: {source}")]
    NotJson {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// A message of the version has no usable schema in the folder.
    #[error("{path} is no folder of OCPP {version} schemas: {because}")]
    Incomplete {
        /// The folder.
        path: PathBuf,
        /// The version asked for.
        version: Version,
        /// The first message concerned.
        because: ValidateError,
    },
    /// The folder has a message that only the other version has.
    #[error("{path} holds schemas of another version than OCPP {version}: it has `{name}`")]
    OtherVersion {
        /// The folder.
        path: PathBuf,
        /// The version asked for.
        version: Version,
        /// Name of the schema that does not belong there.
        name: String,
    },
}

type Source = Box<dyn Fn(&str) -> Option<Value> + Send + Sync>;

/// The validators of one version.
pub struct Validators {
    version: Version,
    source: Source,
    built: RwLock<BTreeMap<String, Arc<Validator>>>,
}

impl fmt::Debug for Validators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validators").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Validators {
    /// Validators over any source that gives a draft-06 schema for a name such as `NotifyReportRequest`.
    pub fn new(
        version: Version,
        source: impl Fn(&str) -> Option<Value> + Send + Sync + 'static,
    ) -> Validators {
        Validators { version, source: Box::new(source), built: RwLock::default() }
    }

    /// Validators over the catalogue.
    pub fn catalogue(version: Version) -> Validators {
        Validators::new(version, move |name| catalogue::schema(version, name))
    }

    /// Validators over a folder of official schema files, `<Name>.json`. All files are read and tried at once.
    ///
    /// # Errors
    /// A folder or file that cannot be read, a file that is no schema, a message of the version without a file, a
    /// file of a message that only the other version has.
    pub fn from_dir(version: Version, path: &Path) -> Result<Validators, SchemaFolderError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| SchemaFolderError::Io { path, source }
        };
        let mut schemas = BTreeMap::new();
        for entry in std::fs::read_dir(path).map_err(io(path))? {
            let file = entry.map_err(io(path))?.path();
            let (Some(stem), Some("json")) =
                (file.file_stem().and_then(|s| s.to_str()), file.extension().and_then(|e| e.to_str()))
            else {
                continue;
            };
            let text = std::fs::read_to_string(&file).map_err(io(&file))?;
            let schema: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
                .map_err(|source| SchemaFolderError::NotJson { path: file.clone(), source })?;
            schemas.insert(stem.to_owned(), schema);
        }
        if let Some(name) = schemas.keys().find(|name| is_only_elsewhere(version, name)) {
            return Err(SchemaFolderError::OtherVersion {
                path: path.to_owned(),
                version,
                name: name.clone(),
            });
        }
        let validators = Validators::new(version, move |name| schemas.get(name).cloned());
        for name in catalogue::get(version).schema_names() {
            validators.validator(&name).map_err(|because| SchemaFolderError::Incomplete {
                path: path.to_owned(),
                version,
                because,
            })?;
        }
        Ok(validators)
    }

    /// The version they judge by.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Everything the payload does wrong by the schema of that name (`NotifyReportRequest`), in no promised order.
    ///
    /// # Errors
    /// The version has no such message; with a source of one's own also a schema that is not usable.
    pub fn validate(&self, name: &str, payload: &Value) -> Result<Vec<SchemaViolation>, ValidateError> {
        let validator = self.validator(name)?;
        let mut violations = Vec::new();
        for error in validator.iter_errors(payload) {
            violation::of(&error, &mut violations);
        }
        Ok(violations)
    }

    /// Everything the payload of a frame does wrong. A CALLRESULT needs the action of its CALL; CALLERROR and
    /// CALLRESULTERROR have no schema and therefore no violations.
    ///
    /// # Errors
    /// As [`Validators::validate`], and a CALLRESULT without the action it answers.
    pub fn validate_frame(
        &self,
        frame: &Frame,
        answered: Option<&str>,
    ) -> Result<Vec<SchemaViolation>, ValidateError> {
        match frame {
            Frame::Call { action, payload, .. } => self.validate(&format!("{action}Request"), payload),
            Frame::Send { action, payload, .. } => self.validate(action, payload),
            Frame::CallResult { id, payload } => match answered {
                Some(action) => self.validate(&format!("{action}Response"), payload),
                None => Err(ValidateError::UnknownRequest { id: id.clone() }),
            },
            Frame::CallError { .. } | Frame::CallResultError { .. } => Ok(Vec::new()),
        }
    }

    fn validator(&self, name: &str) -> Result<Arc<Validator>, ValidateError> {
        if let Some(known) = self.built.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(Arc::clone(known));
        }
        let mut schema = (self.source)(name)
            .ok_or_else(|| ValidateError::UnknownMessage { version: self.version, name: name.to_owned() })?;
        time::add_to(&mut schema);
        let validator = jsonschema::options()
            .offline()
            .should_validate_formats(true)
            .with_keyword(violation::TIME_PRECISION, |_, _, _| Ok(Box::new(time::TimePrecision)))
            .build(&schema)
            .map_err(|e| ValidateError::BadSchema { name: name.to_owned(), reason: e.to_string() })?;
        let validator = Arc::new(validator);
        let mut built = self.built.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(built.entry(name.to_owned()).or_insert(validator)))
    }
}

/// Whether a schema belongs to another version only.
fn is_only_elsewhere(version: Version, name: &str) -> bool {
    let has = |v: Version| catalogue::get(v).schema(name).is_some();
    !has(version) && Version::ALL.into_iter().any(has)
}

/// The validators of the catalogue that all share.
pub fn shared(version: Version) -> &'static Validators {
    static V201: OnceLock<Validators> = OnceLock::new();
    static V21: OnceLock<Validators> = OnceLock::new();
    match version {
        Version::V201 => V201.get_or_init(|| Validators::catalogue(version)),
        Version::V21 => V21.get_or_init(|| Validators::catalogue(version)),
    }
}

/// Judges a payload by the catalogue; see [`Validators::validate`].
///
/// # Errors
/// The version has no such message.
pub fn validate(
    version: Version,
    name: &str,
    payload: &Value,
) -> Result<Vec<SchemaViolation>, ValidateError> {
    shared(version).validate(name, payload)
}

/// Judges the payload of a frame by the catalogue; see [`Validators::validate_frame`].
///
/// # Errors
/// The version has no such message, or a CALLRESULT comes without the action it answers.
pub fn validate_frame(
    version: Version,
    frame: &Frame,
    answered: Option<&str>,
) -> Result<Vec<SchemaViolation>, ValidateError> {
    shared(version).validate_frame(frame, answered)
}

#[cfg(test)]
mod tests;
