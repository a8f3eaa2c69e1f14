//! Payloads: reading requests, writing optional fields.

use crate::dispatch::Refusal;
use ocpp::frame::ErrorCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A request as the station reads it. The schema was checked before, so this fails only for content that
/// the schema leaves open and the station cannot hold.
pub(crate) fn read<T: DeserializeOwned>(payload: &Value) -> Result<T, Refusal> {
    T::deserialize(payload).map_err(|error| Refusal::new(ErrorCode::FormatViolation, error.to_string()))
}

/// Adds a field to an object.
pub(crate) fn put(object: &mut Value, key: &str, value: impl Into<Value>) {
    if let Value::Object(fields) = object {
        fields.insert(key.to_owned(), value.into());
    }
}
