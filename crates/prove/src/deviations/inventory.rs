//! What the station says it is made of: components at their places, variables in their form.

use super::reports::entries;
use super::{Deviation, defect, says};
use ocpp::{AttributeType, DataType, EvseRef, Mutability};
use serde_json::json;
use station::DeviceModel;
use station::device::Variable;

/// The variables of a component, by its name and instance.
fn of<'m>(
    model: &'m mut DeviceModel,
    component: &'static str,
    instance: Option<&'static str>,
) -> impl Iterator<Item = &'m mut Variable> {
    model.variables.iter_mut().filter(move |v| is_of(v, component, instance))
}

fn is_of(v: &Variable, component: &str, instance: Option<&str>) -> bool {
    let c = &v.address.component;
    c.name == component && c.instance.as_deref() == instance
}

/// The variables of this name of a component without instance, at all its places.
pub(super) fn named<'m>(
    model: &'m mut DeviceModel,
    component: &'static str,
    variable: &'static str,
) -> impl Iterator<Item = &'m mut Variable> {
    of(model, component, None).filter(move |v| v.address.variable.name == variable)
}

const EVSE_1: EvseRef = EvseRef { id: 1, connector_id: None };

pub(super) fn deviations() -> Vec<Deviation> {
    components().into_iter().chain(forms()).chain(variants()).collect()
}

fn components() -> Vec<Deviation> {
    vec![
        defect("component-missing", "the card reader that the station has is not in its inventory")
            .breaks(&["C-0244"])
            .model(|m| m.retain(|v| !is_of(v, "TokenReader", None))),
        defect("optional-component-missing", "the sensor at the input terminals is not in the inventory")
            .warns(&["C-0212"])
            .leaves_open(&["V-0234", "F-0216", "F-0217", "M-0217", "M-0218"])
            .model(|m| m.retain(|v| !is_of(v, "TemperatureSensor", Some("InputTerminals")))),
        defect("component-of-own-name", "the flood sensor is called WaterSensor, a name OCPP does not know")
            .breaks(&["C-0232"])
            .model(|m| {
                of(m, "FloodSensor", None).for_each(|v| v.address.component.name = "WaterSensor".into())
            }),
        defect("evse-component-on-the-station", "the breaker of an outlet is reported on the station")
            .breaks(&["C-0222"])
            .model(|m| {
                of(m, "OverCurrentProtection", Some("Outlet")).for_each(|v| v.address.component.evse = None);
            }),
        defect(
            "evse-component-on-the-connector",
            "the residual current device of an EVSE is reported on its connector",
        )
        .breaks(&["C-0223"])
        .model(|m| {
            let place = EvseRef { id: 1, connector_id: Some(1) };
            of(m, "RCD", Some("AC30mA")).for_each(|v| v.address.component.evse = Some(place));
        }),
        defect(
            "connector-component-on-the-evse",
            "the temperature sensor of a connector is reported on its EVSE",
        )
        .breaks(&["C-0213"])
        .model(|m| {
            of(m, "TemperatureSensor", Some("Contact")).for_each(|v| v.address.component.evse = Some(EVSE_1));
        }),
        defect("station-component-on-an-evse", "the door of the station is reported on EVSE 1")
            .breaks(&["C-0231"])
            .leaves_open(&["B-0488"])
            .model(|m| {
                of(m, "CaseAccessSensor", Some("Door")).for_each(|v| v.address.component.evse = Some(EVSE_1));
            }),
        defect("component-at-one-evse-only", "only the first of two EVSEs has a control pilot")
            .breaks(&["C-2003"])
            .on("dc-hpc")
            .model(|m| {
                m.retain(|v| {
                    !is_of(v, "CPPWMController", None) || v.address.component.evse.is_some_and(|e| e.id == 1)
                });
            }),
        defect(
            "component-without-instance",
            "the 6 mA device is an RCD without the instance that tells it apart",
        )
        .breaks(&["C-0224"])
        .model(|m| of(m, "RCD", Some("DC6mA")).for_each(|v| v.address.component.instance = None)),
        defect(
            "component-of-another-instance",
            "the air sensor of the housing has an instance of the maker's own",
        )
        .breaks(&["C-0211"])
        .model(|m| {
            of(m, "TemperatureSensor", Some("Enclosure"))
                .for_each(|v| v.address.component.instance = Some("Housing".into()));
        }),
    ]
}

fn forms() -> Vec<Deviation> {
    vec![
        defect("variable-missing", "the modem does not tell its card number")
            .breaks(&["V-0295"])
            .model(|m| m.retain(|v| v.address.variable.name != "ICCID")),
        defect(
            "variable-without-instance",
            "the voltage of the second phase is not told apart by its instance",
        )
        .breaks(&["V-0163"])
        .model(|m| {
            named(m, "ElectricalFeed", "ACVoltage")
                .filter(|v| v.address.variable.instance.as_deref() == Some("L2"))
                .for_each(|v| v.address.variable.instance = None);
        }),
        defect(
            "instance-in-the-name",
            "a problem of the pilot contact is a variable of its own, not an instance",
        )
        .breaks(&["V-0211"])
        .model(|m| {
            let found = named(m, "Connector", "Problem")
                .find(|v| v.address.variable.instance.as_deref() == Some("Proximity"));
            if let Some(v) = found {
                v.address.variable.name = "ProximityProblem".into();
                v.address.variable.instance = None;
            }
        }),
        defect("number-as-text", "the number of supply phases is a string").breaks(&["V-0106"]).model(|m| {
            named(m, "ChargingStation", "SupplyPhases").for_each(|v| v.data_type = DataType::String)
        }),
        defect("text-as-option", "the type of a connector is an option list instead of a string")
            .breaks(&["V-0123"])
            .model(|m| {
                named(m, "Connector", "ConnectorType").for_each(|v| {
                    v.data_type = DataType::OptionList;
                    v.offered = vec![v.actual().to_owned()];
                });
            }),
        defect("unit-of-another-size", "the power of an EVSE is in kW instead of W")
            .breaks(&["V-0117"])
            .model(|m| named(m, "EVSE", "Power").for_each(|v| v.unit = Some("kW".into()))),
        defect("unit-missing", "the temperature of a contact has no unit, which means Wh")
            .breaks(&["V-0235"])
            .model(|m| {
                of(m, "TemperatureSensor", Some("Contact"))
                    .filter(|v| v.data_type == DataType::Decimal)
                    .for_each(|v| v.unit = None);
            }),
        defect("limit-missing", "the power of an EVSE states no upper limit")
            .breaks(&["V-0117"])
            .model(|m| named(m, "EVSE", "Power").for_each(|v| v.max_limit = None)),
        defect("option-not-offered", "the state of a connector can never be Reserved, by its list of values")
            .breaks(&["V-0121"])
            .model(|m| {
                named(m, "Connector", "AvailabilityState")
                    .for_each(|v| v.offered.retain(|o| o != "Reserved"));
            }),
        defect("values-list-missing", "the state of the station comes without a list of values")
            .breaks(&["V-0101"])
            .wire(|_| {
                says(|p| {
                    for e in entries(p).filter(|e| is(e, "ChargingStation", "AvailabilityState")) {
                        if let Some(c) = e["variableCharacteristics"].as_object_mut() {
                            c.remove("valuesList");
                        }
                    }
                })
            }),
        defect("setting-read-only", "the sources of the time cannot be changed")
            .breaks(&["V-0152"])
            .model(|m| access(m, "ClockCtrlr", "TimeSource", Mutability::ReadOnly)),
        defect("measured-value-writable", "the type of a connector can be overwritten")
            .breaks(&["V-0123"])
            .model(|m| access(m, "Connector", "ConnectorType", Mutability::ReadWrite)),
        defect("measured-value-write-only", "the card number of the modem cannot be read")
            .breaks(&["V-0295"])
            .model(|m| {
                of(m, "DataLink", Some("Modem"))
                    .filter(|v| v.address.variable.name == "ICCID")
                    .flat_map(|v| &mut v.attributes)
                    .for_each(|a| a.mutability = Mutability::WriteOnly);
            }),
        defect("not-monitorable", "a problem of the communication with the vehicle cannot be monitored")
            .breaks(&["V-0271"])
            .model(|m| named(m, "ISO15118Ctrlr", "Problem").for_each(|v| v.supports_monitoring = false)),
        defect(
            "attribute-missing",
            "the type of a connector is reported as what it is to be, not as what it is",
        )
        .breaks(&["V-0123"])
        .model(|m| {
            named(m, "Connector", "ConnectorType")
                .flat_map(|v| &mut v.attributes)
                .for_each(|a| a.kind = AttributeType::Target);
        }),
        defect("characteristics-missing", "the type of a connector comes without characteristics")
            .breaks(&["V-0123"])
            .wire(|_| {
                says(|p| {
                    for e in entries(p).filter(|e| is(e, "Connector", "ConnectorType")) {
                        if let Some(entry) = e.as_object_mut() {
                            entry.remove("variableCharacteristics");
                        }
                    }
                })
            }),
        defect(
            "monitorable-not-stated",
            "the inventory does not say that the state of an EVSE can be monitored",
        )
        .breaks(&["V-0111"])
        .wire(|_| {
            says(|p| {
                for e in entries(p).filter(|e| is(e, "EVSE", "AvailabilityState")) {
                    e["variableCharacteristics"]["supportsMonitoring"] = json!(false);
                }
            })
        }),
    ]
}

fn variants() -> Vec<Deviation> {
    vec![]
}

/// Whether an entry of a report is of this component and variable.
pub(super) fn is(entry: &serde_json::Value, component: &str, variable: &str) -> bool {
    entry["component"]["name"] == component && entry["variable"]["name"] == variable
}

fn access(model: &mut DeviceModel, component: &'static str, variable: &'static str, mutability: Mutability) {
    named(model, component, variable).flat_map(|v| &mut v.attributes).for_each(|a| a.mutability = mutability);
}
