//! The standard vocabulary of the device model: the components, variables and units that OCPP 2.0.1 and 2.1 name
//! in their appendices. All names are compared without regard to case.
//!
//! The source is one merged text table (`crates/ocpp/vocabulary.txt`), compiled in and read once.

mod parse;

pub use parse::{Problem, VocabularyError};

use crate::device::same;
use crate::{AttributeType, DataType, Mutability, Version};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The table compiled in.
pub const TABLE: &str = include_str!("../../vocabulary.txt");

/// The vocabulary of one OCPP version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vocabulary {
    units: Vec<String>,
    generic: Vec<Row>,
    /// By lower-case name.
    components: BTreeMap<String, Component>,
    /// By lower-case name.
    variables: BTreeMap<String, Variable>,
}

/// A standard component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Name as the appendix spells it.
    pub name: String,
    /// The variables the appendix names for it; any component may have the generic ones too.
    pub rows: Vec<Row>,
}

/// A standard variable, whatever component it is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Name as the appendix spells it.
    pub name: String,
    /// Data type in general; at one component it may differ, see [`Vocabulary::lookup`].
    pub data_type: DataType,
    /// Units in general; empty if it has none.
    pub units: Vec<String>,
}

/// A variable at a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The component; `None` for a generic variable, which any component may have.
    pub component: Option<String>,
    /// The variable.
    pub variable: String,
    /// Which instance of the variable.
    pub instance: Instance,
    /// The attributes the row is about; empty when it does not say, which means the variable as a whole.
    pub attributes: Vec<AttributeType>,
    /// Data type.
    pub data_type: DataType,
    /// Units, empty if it has none.
    pub units: Vec<String>,
    /// The mutabilities OCPP allows; empty where it says nothing, and then any is right.
    pub mutability: Vec<Mutability>,
    /// Whether OCPP asks for it.
    pub presence: Presence,
    /// Named by Part 2 and not by the appendix; both spellings are in circulation.
    pub only_part2: bool,
}

/// Which instances of a variable a row is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instance {
    /// The row names none.
    Unnamed,
    /// This one.
    Named(String),
    /// Any; the text says what it stands for, such as `language`.
    Any(String),
}

/// Whether OCPP asks for a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// Required where the functional block it belongs to is implemented.
    Required,
    /// Required for bidirectional charging (2.1).
    RequiredForV2x,
    /// Not required.
    Optional,
}

impl Vocabulary {
    /// Reads a table, keeping what belongs to the version. Lines of the other version are checked too.
    ///
    /// # Errors
    /// The first line that cannot be read.
    pub fn parse(version: Version, table: &str) -> Result<Vocabulary, VocabularyError> {
        parse::read(version, table)
    }

    /// The component of a name.
    pub fn component(&self, name: &str) -> Option<&Component> {
        self.components.get(&key(name))
    }

    /// The variable of a name, at whatever component.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.get(&key(name))
    }

    /// What is said about a variable of a component: the component's own row, or else the generic one. A row of the
    /// very instance comes before one for any instance, and that before one that names no instance, since such a row
    /// holds for the instances too (`ACCurrent` for `ACCurrent[L1]`). Of several rows for different attributes the
    /// first is given.
    ///
    /// The component need not be standard: any component may have the generic variables.
    pub fn lookup(&self, component: &str, variable: &str, instance: Option<&str>) -> Option<&Row> {
        let own = self.component(component).map_or(&[][..], |c| &c.rows);
        nearest(own, variable, instance).or_else(|| nearest(&self.generic, variable, instance))
    }

    /// The unit of a name, as the appendix spells it.
    pub fn unit(&self, name: &str) -> Option<&str> {
        self.units.iter().map(String::as_str).find(|u| same(u, name))
    }

    /// All components, by name.
    pub fn components(&self) -> impl Iterator<Item = &Component> {
        self.components.values()
    }

    /// All variables, by name.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.variables.values()
    }

    /// The variables any component may have.
    pub fn generic(&self) -> &[Row] {
        &self.generic
    }

    /// All units.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        self.units.iter().map(String::as_str)
    }
}

fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

fn nearest<'r>(rows: &'r [Row], variable: &str, instance: Option<&str>) -> Option<&'r Row> {
    let distance = |row: &Row| match (&row.instance, instance) {
        (Instance::Unnamed, None) => Some(0),
        (Instance::Named(has), Some(asked)) if same(has, asked) => Some(0),
        (Instance::Any(_), Some(_)) => Some(1),
        (Instance::Unnamed, Some(_)) => Some(2),
        _ => None,
    };
    rows.iter()
        .filter(|row| same(&row.variable, variable))
        .filter_map(|row| distance(row).map(|d| (d, row)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, row)| row)
}

/// The vocabulary of a version, read from the text compiled in on first use.
pub fn get(version: Version) -> &'static Vocabulary {
    static V201: OnceLock<Vocabulary> = OnceLock::new();
    static V21: OnceLock<Vocabulary> = OnceLock::new();
    let cell = match version {
        Version::V201 => &V201,
        Version::V21 => &V21,
    };
    // A test proves that the text compiled in is readable, so the empty vocabulary never comes about.
    cell.get_or_init(|| Vocabulary::parse(version, TABLE).unwrap_or_default())
}

/// The standard component of a name.
pub fn component(version: Version, name: &str) -> Option<&'static Component> {
    get(version).component(name)
}

/// The standard variable of a name, at whatever component.
pub fn variable(version: Version, name: &str) -> Option<&'static Variable> {
    get(version).variable(name)
}

/// What OCPP says about a variable of a component; see [`Vocabulary::lookup`].
pub fn lookup(
    version: Version,
    component: &str,
    variable: &str,
    instance: Option<&str>,
) -> Option<&'static Row> {
    get(version).lookup(component, variable, instance)
}

/// The standard unit of a name, as the appendix spells it.
pub fn unit(version: Version, name: &str) -> Option<&'static str> {
    get(version).unit(name)
}

/// The names of all standard components.
pub fn component_names(version: Version) -> impl Iterator<Item = &'static str> {
    get(version).components().map(|c| c.name.as_str())
}

/// The names of all standard variables.
pub fn variable_names(version: Version) -> impl Iterator<Item = &'static str> {
    get(version).variables().map(|v| v.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_compiled_in_is_readable_in_both_versions() {
        for version in Version::ALL {
            let vocabulary = Vocabulary::parse(version, TABLE).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(&vocabulary, get(version));
            assert!(vocabulary.components().count() > 70 && vocabulary.variables().count() > 150);
        }
    }

    #[test]
    fn names_are_found_without_regard_to_case_and_given_as_spelt() {
        let v = Version::V201;
        assert_eq!(component(v, "monitoringctrlr").map(|c| c.name.as_str()), Some("MonitoringCtrlr"));
        assert_eq!(variable(v, "TEMPERATURE").map(|v| v.name.as_str()), Some("Temperature"));
        assert_eq!(unit(v, "celsius"), Some("Celsius"));
        assert_eq!(component(v, "Turbine"), None);
        assert_eq!(unit(v, "furlong"), None);
    }

    #[test]
    fn what_only_one_version_names_is_only_there() {
        assert!(component(Version::V21, "BatterySwapCtrlr").is_some());
        assert!(component(Version::V201, "BatterySwapCtrlr").is_none());
        assert_eq!((unit(Version::V201, "mHz"), unit(Version::V21, "mHz")), (None, Some("mHz")));
    }

    #[test]
    fn a_component_has_its_own_rows_and_any_has_the_generic_ones() {
        let v = Version::V21;
        let own = lookup(v, "OCPPCommCtrlr", "HeartbeatInterval", None).unwrap();
        assert_eq!(own.component.as_deref(), Some("OCPPCommCtrlr"));
        assert_eq!((own.data_type, own.units.clone()), (DataType::Integer, vec!["s".to_owned()]));
        let generic = lookup(v, "SomethingOfMyOwn", "temperature", Some("Contact")).unwrap();
        assert_eq!((generic.component.as_deref(), generic.data_type), (None, DataType::Decimal));
        assert_eq!(generic.units, ["Celsius", "Fahrenheit"]);
        assert_eq!(lookup(v, "SomethingOfMyOwn", "HeartbeatInterval", None), None);
    }

    #[test]
    fn an_instance_is_preferred_to_any_instance_and_that_to_none() {
        let v = Version::V21;
        let instance =
            |component, variable, asked| lookup(v, component, variable, asked).map(|r| &r.instance);
        let named = Instance::Named("SetVariableMonitoring".into());
        let asked = Some("setvariablemonitoring");
        assert_eq!(instance("MonitoringCtrlr", "ItemsPerMessage", asked), Some(&named));
        let any = Instance::Any("language".into());
        assert_eq!(instance("TariffCostCtrlr", "TariffFallbackMessage", Some("de")), Some(&any));
        assert_eq!(instance("EVSE", "ACCurrent", Some("L1")), Some(&Instance::Unnamed));
        assert_eq!(instance("MonitoringCtrlr", "ItemsPerMessage", None), None);
    }

    #[test]
    fn requirement_and_mutability_are_known_where_ocpp_says_them() {
        let v = Version::V201;
        let row = lookup(v, "ChargingStation", "AvailabilityState", None).unwrap();
        assert_eq!((row.presence, row.mutability.clone()), (Presence::Required, vec![Mutability::ReadOnly]));
        let row = lookup(v, "TxCtrlr", "TxStartPoint", None).unwrap();
        assert_eq!(row.mutability, [Mutability::ReadOnly, Mutability::ReadWrite]);
    }

    #[test]
    fn a_row_may_be_about_attributes() {
        let row = lookup(Version::V21, "ConnectedEV", "ACCurrent", None).unwrap();
        assert_eq!(row.attributes, [AttributeType::MinSet, AttributeType::MaxSet]);
    }

    #[test]
    fn a_variable_that_only_some_component_names_is_a_variable() {
        let found = variable(Version::V201, "OfflineQueuingSeverity").unwrap();
        assert_eq!(found.data_type, DataType::Integer);
        assert!(variable_names(Version::V201).any(|n| n == "ChargingCompleteBulk"));
        assert!(component_names(Version::V201).any(|n| n == "EmergencyStopSensor"));
    }

    #[test]
    fn every_unit_of_a_row_is_a_standard_unit() {
        for version in Version::ALL {
            let v = get(version);
            let rows = v.generic().iter().chain(v.components().flat_map(|c| &c.rows));
            let units = rows.flat_map(|r| &r.units).chain(v.variables().flat_map(|v| &v.units));
            for unit in units {
                assert_eq!(v.unit(unit), Some(unit.as_str()), "OCPP {version}");
            }
        }
    }
}
