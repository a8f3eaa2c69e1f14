//! The device model's words: component, variable, EVSE, data type, attribute.
//!
//! Names are identifierStrings and therefore compared without regard to case (`same_as`), never with `==`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Data type of a variable (DataEnumType).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum DataType {
    /// Free text.
    #[serde(rename = "string")]
    String,
    /// Number with a fraction.
    #[serde(rename = "decimal")]
    Decimal,
    /// Whole number.
    #[serde(rename = "integer")]
    Integer,
    /// RFC 3339 time.
    #[serde(rename = "dateTime")]
    DateTime,
    /// `true` or `false`.
    #[serde(rename = "boolean")]
    Boolean,
    /// One of a list.
    OptionList,
    /// Several of a list, in order.
    SequenceList,
    /// Several of a list, in any order.
    MemberList,
}

impl DataType {
    /// All data types.
    pub const ALL: [DataType; 8] = [
        DataType::String,
        DataType::Decimal,
        DataType::Integer,
        DataType::DateTime,
        DataType::Boolean,
        DataType::OptionList,
        DataType::SequenceList,
        DataType::MemberList,
    ];

    /// Reads the wire spelling.
    pub fn from_wire(text: &str) -> Option<DataType> {
        DataType::ALL.into_iter().find(|t| t.as_str() == text)
    }

    /// The wire spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            DataType::String => "string",
            DataType::Decimal => "decimal",
            DataType::Integer => "integer",
            DataType::DateTime => "dateTime",
            DataType::Boolean => "boolean",
            DataType::OptionList => "OptionList",
            DataType::SequenceList => "SequenceList",
            DataType::MemberList => "MemberList",
        }
    }

    /// Whether thresholds and numeric deltas make sense.
    pub fn is_numeric(self) -> bool {
        matches!(self, DataType::Decimal | DataType::Integer)
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Mutability of an attribute (MutabilityEnumType).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Mutability {
    /// Can only be read.
    ReadOnly,
    /// Can only be written.
    WriteOnly,
    /// Both.
    ReadWrite,
}

impl Mutability {
    /// All of them.
    pub const ALL: [Mutability; 3] = [Mutability::ReadOnly, Mutability::WriteOnly, Mutability::ReadWrite];

    /// The wire spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Mutability::ReadOnly => "ReadOnly",
            Mutability::WriteOnly => "WriteOnly",
            Mutability::ReadWrite => "ReadWrite",
        }
    }

    /// Reads the wire spelling.
    pub fn from_wire(text: &str) -> Option<Mutability> {
        Mutability::ALL.into_iter().find(|m| m.as_str() == text)
    }
}

impl fmt::Display for Mutability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Attribute of a variable (AttributeEnumType).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub enum AttributeType {
    /// The present value; what is meant when nothing is said.
    #[default]
    Actual,
    /// The value aimed at.
    Target,
    /// Lower configured bound.
    MinSet,
    /// Upper configured bound.
    MaxSet,
}

impl AttributeType {
    /// All of them.
    pub const ALL: [AttributeType; 4] =
        [AttributeType::Actual, AttributeType::Target, AttributeType::MinSet, AttributeType::MaxSet];

    /// The wire spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            AttributeType::Actual => "Actual",
            AttributeType::Target => "Target",
            AttributeType::MinSet => "MinSet",
            AttributeType::MaxSet => "MaxSet",
        }
    }

    /// Reads the wire spelling.
    pub fn from_wire(text: &str) -> Option<AttributeType> {
        AttributeType::ALL.into_iter().find(|a| a.as_str() == text)
    }
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An EVSE, or with a connector id one of its connectors (EVSEType).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub struct EvseRef {
    /// EVSE id, 1 or more on a conforming station.
    pub id: i64,
    /// Connector id, 1 or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connector_id: Option<i64>,
}

/// A component as addressed on the wire (ComponentType). Unknown fields are ignored on reading.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct ComponentRef {
    /// Name from the standard list where one fits.
    pub name: String,
    /// Tells several of a kind apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Where it sits; absent means the station itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evse: Option<EvseRef>,
}

impl ComponentRef {
    /// Equal as OCPP compares: names without regard to case.
    pub fn same_as(&self, other: &ComponentRef) -> bool {
        same(&self.name, &other.name)
            && same_option(&self.instance, &other.instance)
            && self.evse == other.evse
    }
}

impl fmt::Display for ComponentRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_named(f, &self.name, &self.instance)?;
        write_place(f, self.evse)
    }
}

/// A variable as addressed on the wire (VariableType).
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct VariableRef {
    /// Name from the standard list where one fits.
    pub name: String,
    /// Tells several of a kind apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
}

impl VariableRef {
    /// Equal as OCPP compares: names without regard to case.
    pub fn same_as(&self, other: &VariableRef) -> bool {
        same(&self.name, &other.name) && same_option(&self.instance, &other.instance)
    }
}

impl fmt::Display for VariableRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_named(f, &self.name, &self.instance)
    }
}

/// One variable of one component at one place. Shown as
/// `Component[instance].Variable[instance] @EVSE 1, connector 1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VariableAddress {
    /// The component.
    pub component: ComponentRef,
    /// Its variable.
    pub variable: VariableRef,
}

impl VariableAddress {
    /// Equal as OCPP compares: names without regard to case.
    pub fn same_as(&self, other: &VariableAddress) -> bool {
        self.component.same_as(&other.component) && self.variable.same_as(&other.variable)
    }
}

impl fmt::Display for VariableAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_named(f, &self.component.name, &self.component.instance)?;
        write!(f, ".{}", self.variable)?;
        write_place(f, self.component.evse)
    }
}

/// Equal as identifierStrings compare: without regard to (ASCII) case.
pub fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

fn same_option(a: &Option<String>, b: &Option<String>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => same(a, b),
        _ => false,
    }
}

fn write_named(f: &mut fmt::Formatter<'_>, name: &str, instance: &Option<String>) -> fmt::Result {
    f.write_str(name)?;
    instance.as_ref().map_or(Ok(()), |i| write!(f, "[{i}]"))
}

fn write_place(f: &mut fmt::Formatter<'_>, evse: Option<EvseRef>) -> fmt::Result {
    match evse {
        None => Ok(()),
        Some(EvseRef { id, connector_id: None }) => write!(f, " @EVSE {id}"),
        Some(EvseRef { id, connector_id: Some(c) }) => write!(f, " @EVSE {id}, connector {c}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_regard_to_case() {
        let at = |name: &str, instance: Option<&str>| ComponentRef {
            name: name.into(),
            instance: instance.map(Into::into),
            evse: Some(EvseRef { id: 1, connector_id: None }),
        };
        assert!(at("evse", Some("a")).same_as(&at("EVSE", Some("A"))));
        assert!(!at("EVSE", None).same_as(&at("EVSE", Some("A"))));
    }

    #[test]
    fn an_address_reads_like_the_guideline() {
        let a = VariableAddress {
            component: ComponentRef {
                name: "TemperatureSensor".into(),
                instance: Some("Contact".into()),
                evse: Some(EvseRef { id: 1, connector_id: Some(2) }),
            },
            variable: VariableRef { name: "Temperature".into(), instance: None },
        };
        assert_eq!(a.to_string(), "TemperatureSensor[Contact].Temperature @EVSE 1, connector 2");
    }
}
