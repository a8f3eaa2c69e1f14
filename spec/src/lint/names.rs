//! Names that are often written wrongly, and the ones that were meant.

/// What to write instead of a name that is not a standard one.
pub(super) enum Meant {
    /// A standard name means the same: there is no reason for an extension.
    Standard(&'static str),
    /// No standard name means the same; how the guideline writes it.
    Encoding(&'static str),
}

/// Component names that are often met and do not exist.
const COMPONENTS: &[(&str, Meant)] = &[
    ("OverCurrentBreaker", Meant::Standard("`OverCurrentProtection`")),
    ("OverCurrentBreakerRecloser", Meant::Standard("`OverCurrentProtectionRecloser`")),
    ("PlugRetentionLock", Meant::Standard("`ConnectorPlugRetentionLock`")),
    ("RadioLink", Meant::Standard("`DataLink`")),
    ("Clock", Meant::Standard("`ClockCtrlr` for the protocol, `RealTimeClock` for the hardware")),
    ("Fan", Meant::Standard("`AirCoolingSystem`, `AreaVentilation` or the `FanSpeed` of the part it cools")),
    ("AccessProtection", Meant::Standard("`CaseAccessSensor` or `ConnectorProtectionRelease`")),
    ("Fuse", Meant::Standard("`OverCurrentProtection`")),
];

/// Variable names that are often met and do not exist.
const VARIABLES: &[(&str, Meant)] = &[
    ("Percentage", Meant::Standard("`Percent`")),
    ("CoolingSpeed", Meant::Standard("`FanSpeed`, of a pump with `instance: Pump`")),
    ("CoolantFlow", Meant::Encoding("`Problem` with `instance: Flow`, or the extension `Flow`")),
    ("Flow", Meant::Encoding("`Problem` with `instance: Flow`, or this name with `extension: true`")),
    ("Pressure", Meant::Encoding("this name with `extension: true` and `unit: kPa`")),
    ("Level", Meant::Encoding("`Percent` with an instance, as in `instance: CoolantLevel`")),
    ("CoolantLevel", Meant::Encoding("`Percent` with `instance: CoolantLevel`")),
    ("TriesSetLimit", Meant::Encoding("`Tries` with `limits: [maxLimit]`: limits are no variables")),
    ("TriesMaxLimit", Meant::Encoding("`Tries` with `limits: [maxLimit]`: limits are no variables")),
    ("Tries(SetLimit)", Meant::Encoding("`Tries` with `limits: [maxLimit]`: limits are no variables")),
    ("Tries(MaxLimit)", Meant::Encoding("`Tries` with `limits: [maxLimit]`: limits are no variables")),
    ("SetLimit", Meant::Encoding("`limits` of the variable itself: limits are no variables")),
    ("InstanceName", Meant::Encoding("this name with `extension: true`: no list of variables has it")),
    ("PowerType", Meant::Encoding("this name with `extension: true`: no list of variables has it")),
    ("OptionsSet", Meant::Encoding("this name with `extension: true`: no list of variables has it")),
];

/// What is meant by a component or variable name; `standard` tells whether a name exists.
pub(super) fn meant(
    key: &str,
    written: &str,
    standard: impl Fn(&str) -> Option<&'static str>,
) -> Option<Said> {
    let table = if key == "component" { COMPONENTS } else { VARIABLES };
    if let Some((_, meant)) = table.iter().find(|(name, _)| name.eq_ignore_ascii_case(written)) {
        return Some(match meant {
            Meant::Standard(name) => Said { help: format!("write {name}"), standard: true },
            Meant::Encoding(how) => Said { help: format!("write {how}"), standard: false },
        });
    }
    // The names of controllers end in Ctrlr; Ctrl and Controller are met often.
    let lower = written.to_ascii_lowercase();
    let stem = ["ctrl", "controller", "ctrlrs"].iter().find_map(|end| lower.strip_suffix(end))?;
    let name = standard(&format!("{stem}ctrlr"))?;
    Some(Said { help: format!("write `{name}`"), standard: true })
}

/// Advice for a wrong name.
pub(super) struct Said {
    /// What to write.
    pub(super) help: String,
    /// Whether a standard name means the same, so that an extension is wrong too.
    pub(super) standard: bool,
}

/// Variables whose values OCPP closes, with the spelling of each.
const OPTIONS: &[(&str, &[&str])] = &[
    ("ActiveMonitoringBase", &["All", "FactoryDefault", "HardWiredOnly"]),
    ("AvailabilityState", &["Available", "Occupied", "Reserved", "Unavailable", "Faulted"]),
];

/// The only values OCPP gives a variable, where it closes the list.
pub(super) fn options(variable: &str) -> Option<&'static [&'static str]> {
    OPTIONS.iter().find(|(name, _)| name.eq_ignore_ascii_case(variable)).map(|(_, options)| *options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ocpp::{Version, vocabulary};

    fn standard_component(name: &str) -> Option<&'static str> {
        vocabulary::component(Version::V21, name).map(|c| c.name.as_str())
    }

    #[test]
    fn no_name_of_the_tables_is_a_standard_one() {
        for version in Version::ALL {
            for (name, _) in COMPONENTS {
                assert!(vocabulary::component(version, name).is_none(), "{name}");
            }
            for (name, _) in VARIABLES {
                assert!(vocabulary::variable(version, name).is_none(), "{name}");
            }
        }
    }

    #[test]
    fn every_name_that_is_proposed_exists() {
        let quoted = |text: &'static str| text.split('`').skip(1).step_by(2);
        for (_, meant) in COMPONENTS {
            let Meant::Standard(text) = meant else { panic!("components have a standard name") };
            for name in quoted(text) {
                let known =
                    standard_component(name).is_some() || vocabulary::variable(Version::V21, name).is_some();
                assert!(known, "{name}");
            }
        }
        for (_, meant) in VARIABLES {
            let (Meant::Standard(text) | Meant::Encoding(text)) = meant;
            let names = quoted(text).filter(|n| n.chars().all(|c| c.is_ascii_alphabetic()));
            for name in names.filter(|n| !["Flow", "limits"].contains(n)) {
                assert!(vocabulary::variable(Version::V21, name).is_some(), "{name}");
            }
        }
    }

    #[test]
    fn a_controller_is_recognised_by_its_stem() {
        let help = |name| meant("component", name, standard_component).map(|s| s.help);
        assert_eq!(help("MonitoringCtrl").as_deref(), Some("write `MonitoringCtrlr`"));
        assert_eq!(help("ClockController").as_deref(), Some("write `ClockCtrlr`"));
        assert_eq!(help("FlowCtrl"), None);
    }
}
