//! From an archetype and a declaration to a device model.

use super::protocol::{self, Given};
use super::{Attribute, BuiltIn, BuiltInClass, DeviceModel, FaultCode, Variable, VariableId, address, value};
use ocpp::{
    AttributeType, ComponentRef, DataType, MonitorType, Mutability, VariableAddress, VariableRef, Version,
};
use spec::model::{
    Access, Cardinality, ComponentRow, FaultRow, Limit, MonitorRow, Provision, Row, VariableRow,
};
use spec::{Applies, Archetype, Declaration, Place};

/// What a station says of itself in BootNotification and in component `ChargingStation`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Maker, up to 50 characters.
    pub vendor: String,
    /// Type, up to 20 characters.
    pub model: String,
    /// Serial number, up to 25 characters.
    pub serial: String,
    /// Firmware version, up to 50 characters.
    pub firmware: String,
}

impl Identity {
    /// The product the declaration names, or this reference station; cut to the lengths of BootNotification.
    pub fn of(declaration: &Declaration) -> Identity {
        let product = declaration.product();
        let cut = |text: &str, longest: usize| text.chars().take(longest).collect();
        Identity {
            vendor: cut(product.map_or("Diagmark", |p| &p.vendor), 50),
            model: cut(product.map_or("Reference station", |p| &p.model), 20),
            serial: "DM-0001".to_owned(),
            firmware: cut(
                product.and_then(|p| p.firmware.as_deref()).unwrap_or(env!("CARGO_PKG_VERSION")),
                50,
            ),
        }
    }
}

struct Building<'a> {
    declaration: &'a Declaration,
    version: Version,
    faults: &'a [FaultRow],
    model: DeviceModel,
}

impl DeviceModel {
    /// A station that follows the archetype: every row that is not declared absent is present at each of
    /// its places, starting from the row's example, plus the variables the protocol itself needs.
    pub fn from_archetype(archetype: &Archetype, declaration: &Declaration, version: Version) -> DeviceModel {
        let mut building =
            Building { declaration, version, faults: &archetype.faults, model: DeviceModel::default() };
        let topology = declaration.topology();
        for row in &archetype.components {
            if !building.has(row) {
                continue;
            }
            for place in Place::all(row.at, topology) {
                building.component(row, place);
            }
        }
        // Only a station that authorizes by itself has a list to do so.
        let without_list = declaration.answer("local-authorization") == spec::model::Answer::No;
        for given in protocol::GIVEN.iter().filter(|g| !without_list || g.component != "LocalAuthListCtrlr") {
            for place in Place::all(given.tier, topology) {
                building.given(given, place);
            }
        }
        building.model
    }

    /// Lets the model tell the same as BootNotification does.
    pub fn identify(&mut self, identity: &Identity) {
        let said = [
            ("VendorName", &identity.vendor),
            ("Model", &identity.model),
            ("SerialNumber", &identity.serial),
            ("FirmwareVersion", &identity.firmware),
        ];
        for (name, text) in said {
            let at = address("ChargingStation", None, name, None);
            let actual =
                self.find(&at).and_then(|id| self.get_mut(id)).and_then(|v| v.attributes.first_mut());
            if let Some(actual) = actual {
                actual.value.clone_from(text);
            }
        }
    }
}

impl Building<'_> {
    fn has(&self, row: &dyn Row) -> bool {
        !matches!(self.declaration.applies(row, self.version), Applies::No(_))
    }

    fn component(&mut self, row: &ComponentRow, place: Place) {
        let instance = match row.cardinality {
            Cardinality::One => row.instance.clone(),
            Cardinality::OneOrMore => Some(row.instance.clone().unwrap_or_else(|| "1".to_owned())),
        };
        let component = ComponentRef { name: row.component.clone(), instance, evse: place.evse_ref() };
        for variable in &row.variables {
            if self.has(variable) {
                self.variable(variable, &component);
            }
        }
    }

    fn variable(&mut self, row: &VariableRow, component: &ComponentRef) {
        let address = VariableAddress {
            component: component.clone(),
            variable: VariableRef { name: row.variable.clone(), instance: row.instance.clone() },
        };
        let monitors: Vec<&MonitorRow> =
            row.monitors.iter().filter(|m| self.has(*m) && m.monitor_type.is_in(self.version)).collect();
        // Two rows may describe one variable (a shared file and the archetype that extends it).
        let id = match self.model.find(&address) {
            Some(id) => id,
            None => self.new_variable(row, &monitors, address),
        };
        for monitor in monitors {
            self.monitor(monitor, id);
        }
    }

    fn new_variable(
        &mut self,
        row: &VariableRow,
        monitors: &[&MonitorRow],
        at: VariableAddress,
    ) -> VariableId {
        let known = protocol::known(&at.component.name, &row.variable, row.instance.as_deref());
        let example = row.example.clone().or_else(|| known.map(|k| k.value.to_owned()));
        let offered = offered(row, example.as_deref(), known);
        let supports_monitoring = !row.monitorable.is_empty() || !monitors.is_empty();
        let (min_limit, max_limit) = limits(row, monitors, supports_monitoring, known);
        let start =
            example.unwrap_or_else(|| default_value(row, &offered, min_limit, self.healthy(monitors)));
        let mutability = match row.access {
            Access::ReadOnly | Access::Readable => Mutability::ReadOnly,
            Access::WriteOnly => Mutability::WriteOnly,
            Access::ReadWrite => Mutability::ReadWrite,
        };
        let mut attributes =
            vec![Attribute { kind: AttributeType::Actual, mutability, value: start.clone() }];
        if self.version == Version::V21 && aims_at_target(row, monitors) {
            // A target that can be written lets an operator see the monitor work.
            let mutability = Mutability::ReadWrite;
            attributes.push(Attribute { kind: AttributeType::Target, mutability, value: start });
        }
        self.push(Variable {
            address: at,
            data_type: row.data_type,
            unit: row.unit.clone(),
            offered,
            min_limit,
            max_limit,
            supports_monitoring,
            attributes,
        })
    }

    /// The value that means "no fault" for a boolean, from the fault rows on its monitors.
    fn healthy(&self, monitors: &[&MonitorRow]) -> Option<&'static str> {
        let fault =
            self.faults.iter().find(|f| f.monitors.iter().any(|id| monitors.iter().any(|m| m.id == *id)))?;
        match fault.fault_value.as_deref()? {
            "true" => Some("false"),
            "false" => Some("true"),
            _ => None,
        }
    }

    fn monitor(&mut self, row: &MonitorRow, variable: VariableId) {
        let class = match row.provision {
            Provision::Hardwired => BuiltInClass::Hardwired,
            Provision::Preconfigured => BuiltInClass::Preconfigured,
            Provision::Notification => BuiltInClass::Notification,
            Provision::Custom => return,
        };
        let max = self.model.get(variable).and_then(|v| v.max_limit);
        let value = match max {
            Some(max) if row.percent_of_max_limit => max * row.value / 100.0,
            _ => row.value,
        };
        self.model.built_in.push(BuiltIn {
            row: row.id.clone(),
            class,
            variable,
            monitor_type: row.monitor_type,
            value,
            severity: row.severity,
            transaction: row.transaction,
        });
        for fault in self.faults.iter().filter(|f| f.monitors.contains(&row.id)) {
            self.model.fault_codes.extend(fault.mrec.first().map(|code| FaultCode {
                variable,
                monitor_type: row.monitor_type,
                severity: row.severity,
                value: fault.fault_value.clone(),
                code: code.clone(),
            }));
        }
    }

    fn given(&mut self, given: &Given, place: Place) {
        let at = address(given.component, place.evse_ref(), given.variable, given.instance);
        if self.model.find(&at).is_some() {
            return;
        }
        self.push(Variable {
            address: at,
            data_type: given.data_type,
            unit: given.unit.map(str::to_owned),
            offered: given.offered.iter().map(|&o| o.to_owned()).collect(),
            // A text has no lower limit; its upper one is a length.
            min_limit: given.limits.filter(|_| given.data_type.is_numeric()).map(|(min, _)| min),
            max_limit: given.limits.map(|(_, max)| max),
            supports_monitoring: given.monitored,
            attributes: vec![Attribute {
                kind: AttributeType::Actual,
                mutability: given.mutability,
                value: given.value.to_owned(),
            }],
        });
    }

    fn push(&mut self, variable: Variable) -> VariableId {
        self.model.variables.push(variable);
        VariableId(self.model.variables.len() - 1)
    }
}

/// Whether the variable has a target: a row asks for such a monitor, or the quantity is one that follows a command.
fn aims_at_target(row: &VariableRow, monitors: &[&MonitorRow]) -> bool {
    let target = |t: MonitorType| matches!(t, MonitorType::TargetDelta | MonitorType::TargetDeltaRelative);
    let commanded = row.data_type.is_numeric() && ocpp::device::same(&row.variable, "FanSpeed");
    commanded || row.monitorable.iter().any(|t| target(*t)) || monitors.iter().any(|m| target(m.monitor_type))
}

/// The values list: the row's, else the standard one, else what the example shows. OCPP wants a list for
/// the list types.
fn offered(row: &VariableRow, example: Option<&str>, known: Option<&Given>) -> Vec<String> {
    let mut offered = row.values.clone();
    if offered.is_empty() {
        offered.extend(known.iter().flat_map(|k| k.offered).map(|&o| o.to_owned()));
    }
    let shown: Vec<&str> = match (row.data_type, example) {
        (DataType::OptionList, Some(one)) if !one.is_empty() => vec![one],
        (DataType::MemberList | DataType::SequenceList, Some(some)) if !some.is_empty() => {
            some.split(',').map(str::trim).collect()
        }
        _ => vec![],
    };
    for one in shown {
        if !offered.iter().any(|o| o == one) {
            offered.push(one.to_owned());
        }
    }
    offered
}

fn default_value(row: &VariableRow, offered: &[String], min: Option<f64>, healthy: Option<&str>) -> String {
    match row.data_type {
        DataType::Boolean => match healthy {
            Some(value) => value.to_owned(),
            None if matches!(row.variable.as_str(), "Available" | "Enabled") => "true".to_owned(),
            None => "false".to_owned(),
        },
        DataType::Integer | DataType::Decimal => min.map_or(0.0, |m| m.max(0.0)).to_string(),
        DataType::OptionList => offered.first().cloned().unwrap_or_default(),
        // A missing text, time or list is legal: supported but unset (OCPP B06.FR.13).
        _ => String::new(),
    }
}

/// Limits a product of this kind could have. They are stated where the row asks for them and on every
/// monitored number, so that a threshold outside them can be refused (OCPP N04.FR.06). They leave half the
/// known span of thresholds and example on either side.
fn limits(
    row: &VariableRow,
    monitors: &[&MonitorRow],
    monitored: bool,
    known: Option<&Given>,
) -> (Option<f64>, Option<f64>) {
    let asked = |limit| row.limits.contains(&limit);
    if let Some((min, max)) = known.and_then(|k| k.limits) {
        return (row.data_type.is_numeric().then_some(min), Some(max));
    }
    if !row.data_type.is_numeric() {
        // Of a text or list the longest one is stated.
        return (None, asked(Limit::MaxLimit).then_some(255.0));
    }
    if !monitored && row.limits.is_empty() {
        return (None, None);
    }
    let threshold = |m: &&&MonitorRow| {
        matches!(m.monitor_type, MonitorType::UpperThreshold | MonitorType::LowerThreshold)
            && !m.percent_of_max_limit
    };
    let points = monitors
        .iter()
        .filter(threshold)
        .flat_map(|m| [Some(m.value), m.range.map(|r| r[0]), m.range.map(|r| r[1])])
        .chain([row.example.as_deref().and_then(value::number)])
        .flatten()
        .filter(|p| p.is_finite());
    let (low, high) = points.fold((0.0_f64, 0.0_f64), |(low, high), p| (low.min(p), high.max(p)));
    if row.unit.as_deref() == Some("Percent") && low >= 0.0 && high <= 100.0 {
        return (Some(0.0), Some(100.0));
    }
    // A share of the whole below which the station complains: the whole is what a sound station has.
    let of_whole = |m: &&&MonitorRow| m.percent_of_max_limit && m.monitor_type == MonitorType::LowerThreshold;
    let (min, max) = match high - low {
        span if span > 0.0 && low >= 0.0 && monitors.iter().any(|m| of_whole(&m)) => (0.0, high),
        0.0 => (0.0, 100.0),
        span if low < 0.0 => ((low - span / 2.0).floor(), (high + span / 2.0).ceil()),
        span => (0.0, (high + span / 2.0).ceil()),
    };
    let stated = |limit| monitored || asked(limit);
    (stated(Limit::MinLimit).then_some(min), stated(Limit::MaxLimit).then_some(max))
}
