use super::*;
use crate::testing::{all_hold, codes, evidence, observed};
use serde_json::json;

const CONNECTOR: Place = Place { evse: Some(1), connector: Some(1) };
const EVSE: Place = Place { evse: Some(1), connector: None };

/// An entry of a report, told in words.
struct Entry(Value);

/// A variable of a component on the station itself.
fn reports(component: &str, variable: &str) -> Entry {
    Entry(json!({"component": {"name": component}, "variable": {"name": variable},
                 "variableAttribute": [{"value": "1"}], "variableCharacteristics": {}}))
}

impl Entry {
    fn on(mut self, place: Place) -> Entry {
        if let Some(evse) = place.evse_ref() {
            self.0["component"]["evse"] = serde_json::to_value(evse).unwrap();
        }
        self
    }

    fn of_instance(mut self, instance: &str) -> Entry {
        self.0["component"]["instance"] = json!(instance);
        self
    }

    fn with_attribute(mut self, field: &str, value: Value) -> Entry {
        self.0["variableAttribute"][0][field] = value;
        self
    }

    fn with(mut self, characteristic: &str, value: Value) -> Entry {
        self.0["variableCharacteristics"][characteristic] = value;
        self
    }

    fn without(mut self, field: &str) -> Entry {
        self.0.as_object_mut().unwrap().remove(field);
        self
    }
}

/// The temperature of the contacts, as the row wants it.
fn temperature() -> Entry {
    reports("TemperatureSensor", "Temperature")
        .of_instance("Contact")
        .on(CONNECTOR)
        .with_attribute("mutability", json!("ReadOnly"))
        .with("dataType", json!("decimal"))
        .with("unit", json!("Celsius"))
        .with("minLimit", json!(-40))
        .with("maxLimit", json!(125.5))
        .with("supportsMonitoring", json!(true))
}

fn of(entries: impl IntoIterator<Item = Entry>) -> Inventory {
    let data: Vec<Value> = entries.into_iter().map(|e| e.0).collect();
    let payload = json!({"requestId": 1, "seqNo": 0, "reportData": data});
    Inventory::from_parts(&[Part { at: Seq(7), seq_no: Some(0), tbc: false, payload }])
}

fn component_row(name: &str, instance: Option<&str>) -> ComponentRow {
    serde_json::from_value(json!({
        "id": "C-0001", "component": name, "instance": instance, "at": "connector", "obligation": "must",
        "grounding": "ocpp", "rationale": "It is looked for.", "since": 1
    }))
    .unwrap()
}

fn contact() -> ComponentRow {
    component_row("TemperatureSensor", Some("Contact"))
}

fn row(fields: Value) -> VariableRow {
    let mut row = json!({
        "id": "V-0001", "variable": "Temperature", "type": "decimal", "unit": "Celsius", "access": "Readable",
        "limits": ["minLimit", "maxLimit"], "obligation": "must", "grounding": "ocpp",
        "rationale": "It is looked for.", "since": 1
    });
    row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(row).unwrap()
}

fn form(entry: Entry, fields: Value) -> Vec<Check> {
    of([entry]).form(&contact(), &row(fields), CONNECTOR)
}

mod a_component {
    use super::*;

    #[test]
    fn at_its_place_is_found_in_whatever_case_it_is_written() {
        let inventory = of([reports("temperatureSENSOR", "Problem").of_instance("contact").on(CONNECTOR)]);
        let check = inventory.component(&contact(), CONNECTOR);
        assert!(all_hold([&check]));
        assert_eq!(evidence(&check), [Seq(7)]);
    }

    #[test]
    fn that_is_nowhere_is_missing() {
        let check = of([reports("EVSE", "Power").on(EVSE)]).component(&contact(), CONNECTOR);
        assert_eq!(codes([&check]), [Code::ComponentMissing]);
        assert_eq!(evidence(&check), [Seq(7)]);
    }

    #[test]
    fn at_another_place_is_misplaced_and_each_place_is_named_once() {
        let at = |place, variable| reports("TemperatureSensor", variable).of_instance("Contact").on(place);
        let elsewhere = Place { evse: Some(2), connector: None };
        let inventory = of([at(elsewhere, "A"), at(EVSE, "A"), at(elsewhere, "B"), at(EVSE, "B")]);
        let check = inventory.component(&contact(), CONNECTOR);
        assert_eq!(codes([&check]), [Code::ComponentMisplaced]);
        let wanted = "only TemperatureSensor[Contact] @EVSE 1; TemperatureSensor[Contact] @EVSE 2";
        assert_eq!(observed(&check), wanted);
    }

    #[test]
    fn on_evse_0_is_not_on_the_station() {
        let on_0 = Place { evse: Some(0), connector: None };
        let check = of([reports("Controller", "Problem").on(on_0)])
            .component(&component_row("Controller", None), Place::STATION);
        assert_eq!(codes([&check]), [Code::ComponentMisplaced]);
    }

    #[test]
    fn of_another_instance_is_missing() {
        for entry in [
            reports("TemperatureSensor", "Problem").on(CONNECTOR),
            reports("TemperatureSensor", "Problem").on(CONNECTOR).of_instance("Board"),
        ] {
            let check = of([entry]).component(&contact(), CONNECTOR);
            assert_eq!(codes([&check]), [Code::ComponentMissing]);
            assert!(observed(&check).starts_with("other instances only: "), "{}", observed(&check));
        }
    }

    #[test]
    fn is_not_found_in_an_empty_report() {
        let check = Inventory::default().component(&contact(), CONNECTOR);
        assert_eq!(codes([&check]), [Code::ComponentMissing]);
    }
}

mod a_variable {
    use super::*;

    #[test]
    fn at_its_place_is_found_in_whatever_case_it_is_written() {
        let mut entry = temperature();
        entry.0["variable"]["name"] = json!("TEMPERATURE");
        assert!(all_hold([&of([entry]).variable(&contact(), &row(json!({})), CONNECTOR)]));
    }

    #[test]
    fn that_is_missing_is_named_with_what_the_component_has() {
        let others = ["Problem", "Active", "Problem"];
        let inventory =
            of(others.map(|v| reports("TemperatureSensor", v).of_instance("Contact").on(CONNECTOR)));
        let check = inventory.variable(&contact(), &row(json!({})), CONNECTOR);
        assert_eq!(codes([&check]), [Code::VariableMissing]);
        assert_eq!(observed(&check), "the component has only Active, Problem");
    }

    #[test]
    fn of_a_component_that_is_missing_says_so() {
        let check = of([temperature()]).variable(&contact(), &row(json!({})), EVSE);
        assert_eq!(observed(&check), "the component is not there");
    }

    #[test]
    fn of_another_instance_is_missing() {
        let l1 = row(json!({"instance": "L1"}));
        assert_eq!(
            codes([&of([temperature()]).variable(&contact(), &l1, CONNECTOR)]),
            [Code::VariableMissing]
        );
        let mut entry = temperature();
        entry.0["variable"]["instance"] = json!("l1");
        assert!(all_hold([&of([entry]).variable(&contact(), &l1, CONNECTOR)]));
    }

    #[test]
    fn that_is_not_reported_has_no_form_to_judge() {
        let checks = Inventory::default().form(&contact(), &row(json!({})), CONNECTOR);
        assert!(matches!(checks.as_slice(), [Check::Open { .. }]));
        let check = Inventory::default().monitorable(&contact(), &row(json!({})), CONNECTOR);
        assert!(matches!(check, Check::Open { .. }));
    }
}

mod the_form {
    use super::*;

    #[test]
    fn of_a_variable_that_is_as_the_row_says_holds() {
        let checks = form(temperature(), json!({}));
        assert!(all_hold(&checks), "{checks:?}");
        assert_eq!(evidence(&checks[0]), [Seq(7)]);
    }

    #[test]
    fn is_broken_by_another_data_type_or_none() {
        for said in [json!("integer"), json!("Decimal"), json!(null), json!(7)] {
            let checks = form(temperature().with("dataType", said.clone()), json!({}));
            assert_eq!(codes(&checks), [Code::WrongDataType], "{said}");
        }
    }

    #[test]
    fn is_broken_by_another_unit() {
        let checks = form(temperature().with("unit", json!("Fahrenheit")), json!({}));
        assert_eq!((codes(&checks), observed(&checks[0])), (vec![Code::WrongUnit], "Fahrenheit"));
        assert!(all_hold(&form(temperature().with("unit", json!("celsius")), json!({}))));
    }

    #[test]
    fn without_a_unit_is_energy() {
        let without = || temperature().with("unit", json!(null));
        let checks = form(without(), json!({}));
        assert_eq!(
            (codes(&checks), observed(&checks[0])),
            (vec![Code::WrongUnit], "no unit, which OCPP reads as Wh")
        );
        assert!(all_hold(&form(without(), json!({"unit": "Wh"}))));
        assert_eq!(codes(&form(without(), json!({"unit": "kWh"}))), [Code::WrongUnit]);
    }

    #[test]
    fn does_not_care_for_a_unit_the_row_does_not_name() {
        assert!(all_hold(&form(temperature(), json!({"unit": null}))));
    }

    #[test]
    fn is_as_accessible_as_the_row_says() {
        for (access, said, right) in [
            ("ReadOnly", "ReadOnly", true),
            ("ReadOnly", "ReadWrite", false),
            ("ReadWrite", "ReadWrite", true),
            ("ReadWrite", "WriteOnly", false),
            ("WriteOnly", "WriteOnly", true),
            ("WriteOnly", "ReadWrite", false),
            ("Readable", "ReadOnly", true),
            ("Readable", "ReadWrite", true),
            ("Readable", "WriteOnly", false),
            ("Readable", "Whatever", false),
        ] {
            let entry = temperature().with_attribute("mutability", json!(said));
            let checks = form(entry, json!({"access": access}));
            assert_eq!(all_hold(&checks), right, "{access}, said {said}");
            assert!(right || codes(&checks) == [Code::WrongAccess]);
        }
    }

    #[test]
    fn is_read_and_write_when_nothing_is_said() {
        let silent = || temperature().with_attribute("mutability", json!(null));
        assert!(all_hold(&form(silent(), json!({"access": "ReadWrite"}))));
        assert_eq!(codes(&form(silent(), json!({"access": "ReadOnly"}))), [Code::WrongAccess]);
    }

    #[test]
    fn is_that_of_the_attribute_actual() {
        let target = temperature().with_attribute("type", json!("Target"));
        let checks = form(target, json!({}));
        assert_eq!((codes(&checks), observed(&checks[0])), (vec![Code::WrongAccess], "no attribute Actual"));
        let mut both = temperature();
        let actual = json!({"type": "Actual", "mutability": "ReadOnly"});
        both.0["variableAttribute"] = json!([{"type": "Target", "mutability": "WriteOnly"}, actual]);
        assert!(all_hold(&form(both, json!({"access": "ReadOnly"}))));
    }

    #[test]
    fn lacks_the_limits_that_are_not_stated() {
        let checks = form(temperature().with("maxLimit", json!(null)), json!({}));
        assert_eq!(codes(&checks), [Code::LimitMissing]);
        assert!(all_hold(&form(
            temperature().with("maxLimit", json!(null)),
            json!({"limits": ["minLimit"]})
        )));
        assert!(all_hold(&form(temperature().with("maxLimit", json!("125")), json!({}))));
        assert_eq!(
            codes(&form(temperature().with("maxLimit", json!("hot")), json!({}))),
            [Code::LimitMissing]
        );
    }

    #[test]
    fn lacks_the_values_that_are_not_offered() {
        let row =
            json!({"type": "OptionList", "unit": null, "limits": [], "values": ["Available", "Faulted"]});
        let offers =
            |list: &str| temperature().with("dataType", json!("OptionList")).with("valuesList", json!(list));
        assert!(all_hold(&form(offers("Faulted, Available,Occupied"), row.clone())));
        let checks = form(offers("Available,Occupied"), row.clone());
        assert_eq!(
            (codes(&checks), observed(&checks[0])),
            (vec![Code::ValueNotOffered], "Available,Occupied")
        );
        let none = temperature().with("dataType", json!("OptionList"));
        assert_eq!(codes(&form(none, row)), [Code::ValueNotOffered]);
    }

    #[test]
    fn without_characteristics_lacks_all_of_them() {
        let checks = form(temperature().without("variableCharacteristics"), json!({}));
        let wanted = [Code::WrongDataType, Code::WrongUnit, Code::LimitMissing, Code::LimitMissing];
        assert_eq!(codes(&checks), wanted);
    }
}

mod monitoring {
    use super::*;

    fn judged(said: Value) -> Check {
        let entry = temperature().with("supportsMonitoring", said);
        of([entry]).monitorable(&contact(), &row(json!({})), CONNECTOR)
    }

    #[test]
    fn is_supported_only_if_the_station_says_so() {
        assert!(all_hold([&judged(json!(true))]));
        assert!(all_hold([&judged(json!("true"))]));
        let check = judged(json!(false));
        assert_eq!((codes([&check]), observed(&check)), (vec![Code::NotMonitorable], "false"));
        assert_eq!(observed(&judged(json!(null))), "not stated");
    }
}

mod reports_of_a_part {
    use super::*;

    fn writable(name: &str) -> Entry {
        reports("MonitoringCtrlr", name).with_attribute("mutability", json!("ReadWrite"))
    }

    #[test]
    fn a_configuration_inventory_holds_all_that_can_be_written() {
        let read_only = reports("EVSE", "Power").with_attribute("mutability", json!("ReadOnly"));
        let full = of([writable("Enabled"), writable("Level"), read_only]);
        assert!(all_hold([&of([writable("LEVEL"), writable("Enabled")]).holds_the_writable_of(&full)]));
        let check = of([writable("Enabled")]).holds_the_writable_of(&full);
        assert_eq!(
            (codes([&check]), observed(&check)),
            (vec![Code::WritableMissing], "lacks MonitoringCtrlr.Level")
        );
    }

    #[test]
    fn a_report_on_a_component_holds_all_its_places_and_instances_and_nothing_else() {
        let asked = ComponentRef { name: "TemperatureSensor".into(), instance: None, evse: None };
        let on_station = || reports("TemperatureSensor", "Temperature");
        assert!(all_hold([&of([on_station(), temperature()]).is_only(&asked)]));
        let check = of([on_station(), reports("EVSE", "Power")]).is_only(&asked);
        assert_eq!((codes([&check]), observed(&check)), (vec![Code::ReportOutsideFilter], "EVSE.Power"));
        assert_eq!(codes([&of([]).is_only(&asked)]), [Code::ReportEmpty]);
    }
}

#[test]
fn entries_that_cannot_be_read_are_left_out() {
    let payload =
        json!({"requestId": 1, "reportData": [null, {}, {"component": {"name": "EVSE"}}, temperature().0]});
    let parts = [Part { at: Seq(3), seq_no: None, tbc: false, payload }];
    let inventory = Inventory::from_parts(&parts);
    assert_eq!((inventory.variables.len(), inventory.records.as_slice()), (1, [Seq(3)].as_slice()));
    for payload in [json!(null), json!({"reportData": {}}), json!({})] {
        let inventory = Inventory::from_parts(&[Part { payload, ..parts[0].clone() }]);
        assert!(inventory.variables.is_empty());
    }
}
