//! The closed list of lint findings.

use serde::Serialize;
use std::fmt;

macro_rules! codes {
    ($($variant:ident $name:literal $description:literal)*) => {
        /// What is wrong. The spelling (`unknown-key`) is stable: it is a heading in the guideline.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum LintCode { $(#[doc = $description] $variant,)* }

        impl LintCode {
            /// All codes, in the order of the guideline.
            pub const ALL: &'static [LintCode] = &[$(LintCode::$variant,)*];

            /// The stable spelling.
            pub fn as_str(self) -> &'static str {
                match self { $(LintCode::$variant => $name,)* }
            }

            /// What it means, in one sentence.
            pub fn description(self) -> &'static str {
                match self { $(LintCode::$variant => $description,)* }
            }
        }
    };
}

codes! {
    Unreadable "unreadable" "A file cannot be read, is not UTF-8 text or is larger than 4 MiB."
    UnknownKind "unknown-kind" "A file is neither an archetype nor a declaration nor a list of expected failures."
    NotYaml "not-yaml" "The text is not YAML."
    UnsupportedYaml "unsupported-yaml" "The file uses a part of YAML that these files do without: anchors, aliases, tags, several documents, keys that are not text, or very deep nesting."
    DuplicateKey "duplicate-key" "A key is written twice in the same mapping."
    UnsupportedSchemaVersion "unsupported-schema-version" "The file is written in a version of the format that this program does not know."
    WrongType "wrong-type" "A value has the wrong shape, such as a text where a number is expected."
    MissingKey "missing-key" "A key that must be there is missing."
    UnknownKey "unknown-key" "A key does not belong where it is written."
    UnknownValue "unknown-value" "A value is not one of those that are allowed."
    BadPeriod "bad-period" "A length of time is not a whole number with ms, s, min or h."
    BadSeverity "bad-severity" "A severity is not a whole number from 0 (danger) to 9 (debug)."
    BadRowId "bad-row-id" "A row id is not a kind letter and four digits, or has the letter of another kind of row."
    EmptyText "empty-text" "A text that a reader needs is empty."
    DuplicateId "duplicate-id" "A row or condition id is used twice, here or in an extended archetype."
    IdOfAnotherArchetype "id-of-another-archetype" "A row id is used by another archetype too, which is neither extended nor extends this one."
    DanglingReference "dangling-reference" "A row refers to a row that does not exist or is of the wrong kind."
    UnknownCondition "unknown-condition" "A condition is not one of the archetype's."
    UnknownExtends "unknown-extends" "The extended archetype does not exist."
    CyclicExtends "cyclic-extends" "Archetypes extend each other in a circle."
    EmptyTopology "empty-topology" "A topology has no EVSE, or an EVSE without connectors."
    BadOcppId "bad-ocpp-id" "An OCPP requirement id is not written like N04.FR.10."
    BadInstanceName "bad-instance-name" "An instance name has characters OCPP does not allow, or more than 50."
    DuplicateVariable "duplicate-variable" "The same variable of the same component at the same place is described twice."
    UnknownComponent "unknown-component" "A component name is not in the standard list and the row does not say `extension: true`."
    UnknownVariable "unknown-variable" "A variable name is not in the standard list and the row does not say `extension: true`."
    StandardNameExists "standard-name-exists" "A name is marked as an extension although a standard name means the same."
    NeedlessExtension "needless-extension" "A row is marked as an extension although its name is a standard one."
    WrongTier "wrong-tier" "A component stands on a tier that it cannot belong to."
    SharedPartWithoutInstance "shared-part-without-instance" "A part that serves several outlets stands on the station without an instance name."
    FamilyWithoutInstance "family-without-instance" "There can be several of a component at one place, and no numbered instance tells them apart."
    PointWithoutComponent "point-without-component" "A point of measurement is an instance of a variable, so that it cannot be hot or broken by itself."
    WrongDataType "wrong-data-type" "The data type differs from the one the standard gives the variable."
    UnknownUnit "unknown-unit" "A unit is not in the standard list."
    UnitMissing "unit-missing" "A quantity has no unit, which OCPP reads as Wh."
    UnitMismatch "unit-mismatch" "The unit does not fit the one the standard gives the variable."
    ExampleDoesNotFit "example-does-not-fit" "The example is not a value of the data type, or not one of the values listed."
    UnknownOption "unknown-option" "A value is not one of those to which OCPP limits the variable."
    PolarityMissing "polarity-missing" "A boolean that is easily misread does not say what true means."
    MonitorDoesNotFit "monitor-does-not-fit" "A monitor type makes no sense on the variable's data type."
    ThresholdOutsideRange "threshold-outside-range" "The value of a monitor lies outside its own range, or cannot be set at all."
    ShareWithoutLimit "share-without-limit" "The value of a monitor is a share of maxLimit, which the variable need not state."
    FiresAtRest "fires-at-rest" "A threshold would need a condition: it is reached while nothing is wrong."
    DeltaValueIgnored "delta-value-ignored" "A delta on something that is no number has a value, although every change fires."
    SameTypeAndSeverity "same-type-and-severity" "Two monitors on one variable have the same type and severity, which OCPP does not allow."
    LadderOutOfOrder "ladder-out-of-order" "The more severe of two thresholds on one variable is not the one that is reached later."
    CustomNotMonitorable "custom-not-monitorable" "A monitor is left to the operator on a variable that need not accept it."
    NotificationOfAState "notification-of-a-state" "A state that lasts is told without a monitor, so that no report shows that it is watched."
    NotificationWithoutSeverity "notification-without-severity" "An alert may be told without a monitor although such an event has no severity in OCPP 2.0.1."
    DangerWithoutHazard "danger-without-hazard" "Severity 0 is given to something that endangers nobody outside the housing."
    RollUpTooSevere "roll-up-too-severe" "A flag that sums up other faults is more severe than they are."
    SensorOutranksHazard "sensor-outranks-hazard" "A broken sensor is more severe than anything it watches."
    VehicleFaultTooSevere "vehicle-fault-too-severe" "A fault that the vehicle causes is rated as if the station were broken."
    SampleTooSevere "sample-too-severe" "A periodic sample is rated as if it were an alert."
    NewerTypeWithoutVersion "newer-type-without-version" "A monitor type of OCPP 2.1 is asked of every version."
    FaultWithoutMonitor "fault-without-monitor" "A fault names no monitor that reports it."
    FaultWithoutValue "fault-without-value" "A fault seen through a delta monitor on a boolean does not say which value means the fault."
    FaultValueDoesNotFit "fault-value-does-not-fit" "The value that means the fault is not a value of the monitored variable."
    TrendWithoutVariable "trend-without-variable" "A trend names no variable to sample."
    WrongPolarity "wrong-polarity" "The value said to mean the fault is not the one that OCPP gives this meaning."
    FaultAcrossPlaces "fault-across-places" "A fault names monitors on different tiers, so that it has no place of its own."
    UnknownMrec "unknown-mrec" "An error code is not one of the minimum required error codes of ChargeX."
    HeatOnSensorProblem "heat-on-sensor-problem" "A code of overheating is given to the flag that says a temperature sensor is broken."
    MustWithoutOrdinaryRig "must-without-ordinary-rig" "A fault that needs a special rig is a must, so that an ordinary laboratory cannot certify it."
    DeadlineMissing "deadline-missing" "A fault that must be seen has no deadline, or a limit is given for a deadline that is missing."
    DeadlineAboveMax "deadline-above-max" "A deadline is longer than its own limit."
    UnknownArchetype "unknown-archetype" "A declaration or a list of expected failures names an archetype that does not exist."
    UndeclaredCondition "undeclared-condition" "A declaration leaves a condition of the archetype open."
    UnknownRow "unknown-row" "A row is named that the archetype does not have, or a deadline is lengthened that the row does not have."
    DeadlineTooLong "deadline-too-long" "A declaration lengthens a deadline beyond what the row allows."
    DeadlineNotLonger "deadline-not-longer" "A declaration gives a deadline that is not longer than the row's, which has no effect."
    DuplicateEntry "duplicate-entry" "Two expected failures are about the same verdicts."
}

impl fmt::Display for LintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_spelling_is_the_stable_one() {
        for code in LintCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
