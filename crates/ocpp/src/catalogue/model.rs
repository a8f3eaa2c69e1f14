//! What the catalogue consists of: messages, object types, enumerations, fields.

use serde_json::Value;

/// Who sends the request (or the SEND) of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sender {
    /// The charging station.
    Station,
    /// The CSMS.
    Csms,
    /// Both may.
    Both,
}

impl Sender {
    /// Whether the station may send it.
    pub fn includes_station(self) -> bool {
        self != Sender::Csms
    }

    /// Whether the CSMS may send it.
    pub fn includes_csms(self) -> bool {
        self != Sender::Station
    }
}

/// A message of one OCPP version.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Name in the frame, without "Request".
    pub action: String,
    /// Who sends it.
    pub sender: Sender,
    /// Fields of the request or of the SEND; every object also has an optional `customData`.
    pub request: Vec<Field>,
    /// Fields of the response; `None` for a SEND, which is never answered.
    pub response: Option<Vec<Field>>,
}

impl Message {
    /// Whether the message is a CALL that is answered; a SEND (2.1) is not.
    pub fn has_response(&self) -> bool {
        self.response.is_some()
    }

    /// Name of the schema of the request: `<Action>Request`, for a SEND the plain action.
    pub fn request_schema(&self) -> String {
        if self.has_response() { format!("{}Request", self.action) } else { self.action.clone() }
    }

    /// Name of the schema of the response, if there is one.
    pub fn response_schema(&self) -> Option<String> {
        self.has_response().then(|| format!("{}Response", self.action))
    }
}

/// A named type.
#[derive(Debug, Clone, PartialEq)]
pub enum Definition {
    /// An object with exactly these fields and an optional `customData`.
    Object(Vec<Field>),
    /// An object with these fields and any others (CustomDataType).
    Open(Vec<Field>),
    /// One of these texts.
    Enumeration {
        /// The texts, as sent.
        values: Vec<String>,
        /// What is meant when the field is absent.
        default: Option<String>,
    },
}

/// A field of a message or of an object type.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Name in the JSON object.
    pub name: String,
    /// Whether it must be present.
    pub required: bool,
    /// What it may hold.
    pub shape: Shape,
}

/// What a field may hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The value, or in a list each value.
    pub base: Base,
    /// `Some` for a list.
    pub list: Option<Items>,
    /// What is meant when the field is absent.
    pub default: Option<Value>,
}

/// How many items a list may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Items {
    /// At least so many.
    pub min: u64,
    /// At most so many, if limited.
    pub max: Option<u64>,
}

/// A value that is not a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Any JSON.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer(Bounds),
    /// A number.
    Number(Bounds),
    /// Text of at most so many characters.
    Text(Option<u64>),
    /// An RFC 3339 time.
    Time,
    /// A type of the catalogue.
    Named(String),
}

/// Inclusive bounds of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// The least allowed value.
    pub min: Option<i64>,
    /// The greatest allowed value.
    pub max: Option<i64>,
}
