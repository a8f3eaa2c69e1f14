//! The closed list of what a check can find.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        /// A kind of finding. The code is stable; each has one description.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum Code { $(#[doc = $text] #[serde(rename = $code)] $name,)* }

        impl Code {
            /// Every kind of finding.
            pub const ALL: &[Code] = &[$(Code::$name,)*];
            /// The stable code.
            pub fn as_str(self) -> &'static str { match self { $(Code::$name => $code,)* } }
            /// What it means, in one sentence.
            pub fn description(self) -> &'static str { match self { $(Code::$name => $text,)* } }
        }
    };
}

codes! {
    // talking to the station
    NoAnswer = "no-answer", "The station did not answer a request in time.";
    CallError = "call-error", "The station answered a valid request with a CALLERROR.";
    UnexpectedStatus = "unexpected-status", "The status of an answer is not the one prescribed.";
    BootNotFirst = "boot-not-first", "The station sent another CALL before its BootNotification was accepted.";
    // reports
    ReportMissing = "report-missing", "A report was accepted and never sent.";
    ReportIncomplete = "report-incomplete", "The last part of a report did not arrive.";
    ReportMisnumbered = "report-misnumbered", "The parts of a report are not numbered 0, 1, 2, …";
    ReportBeforeResponse = "report-before-response", "A part of a report arrived before the response to its request.";
    ReportUnwanted = "report-unwanted", "A report was sent although the request was not accepted.";
    ReportEmpty = "report-empty", "A report lists nothing.";
    ReportOutsideFilter = "report-outside-filter", "A report lists what its filter excludes.";
    ReportLacks = "report-lacks", "A report lacks what its filter selects.";
    Disagreement = "disagreement", "Two answers about the same variable contradict each other.";
    WritableMissing = "writable-missing", "The configuration inventory lacks a variable that can be written.";
    // inventory rows
    ComponentMissing = "component-missing", "A component of the archetype is not reported.";
    ComponentMisplaced = "component-misplaced", "A component is reported at another place than the archetype says.";
    VariableMissing = "variable-missing", "A variable of the archetype is not reported.";
    WrongDataType = "wrong-data-type", "A variable is reported with another data type.";
    WrongUnit = "wrong-unit", "A variable is reported with another unit, or without one.";
    WrongAccess = "wrong-access", "A variable is readable or writable in another way than the archetype says.";
    LimitMissing = "limit-missing", "A variable does not state a limit the archetype asks for.";
    ValueNotOffered = "value-not-offered", "A list of values lacks one the archetype asks for.";
    NotMonitorable = "not-monitorable", "A variable that must be monitorable says it is not.";
    // results of requests with several elements
    ResultCount = "result-count", "An answer holds more or fewer results than the request has elements.";
    ResultMismatch = "result-mismatch", "A result names another component or variable than the request.";
    ValueUnwanted = "value-unwanted", "A value is given where none may be.";
    ValueMissing = "value-missing", "A value is not given where one must be.";
    ValueChanged = "value-changed", "A refused request changed something.";
    AttributeNotStated = "attribute-not-stated", "A result does not state which attribute it is about.";
    // monitors
    MonitorIdMissing = "monitor-id-missing", "An accepted monitor got no id.";
    MonitorIdChanged = "monitor-id-changed", "A replaced monitor has another id.";
    MonitorNotReported = "monitor-not-reported", "A monitor that was set is not in the monitoring report.";
    MonitorStillReported = "monitor-still-reported", "A monitor that is gone is still in the monitoring report.";
    MonitorDiffers = "monitor-differs", "A monitor is reported with other settings than it was given.";
    MonitorLeft = "monitor-left", "A request that was not accepted left a monitor behind.";
    MonitorTwice = "monitor-twice", "One monitor id is reported twice.";
    MonitorNotProvided = "monitor-not-provided", "A monitor that the station has to bring along is not in the monitoring report.";
    WrongSeverity = "wrong-severity", "A monitor that the station brings along has another severity.";
    WrongMonitorValue = "wrong-monitor-value", "A monitor that the station brings along has a value outside the range.";
    WrongProvision = "wrong-provision", "A monitor is brought along in another way than the archetype says.";
    // events
    EventMissing = "event-missing", "A monitor did not fire in time.";
    EventUnwanted = "event-unwanted", "A monitor fired although it must not.";
    EventField = "event-field", "An event carries a wrong or no value in a prescribed field.";
    ClearMissing = "clear-missing", "The return to normal was not reported in time.";
    EventMisplaced = "event-misplaced", "An alert names another component, or another place, than the archetype says.";
    IntervalWrong = "interval-wrong", "A periodic monitor does not keep its interval.";
    NotAligned = "not-aligned", "A clock-aligned monitor does not fire on multiples of its interval.";
    // frames
    UnreadableFrame = "unreadable-frame", "A frame is not an OCPP-J message.";
    InvalidFrame = "invalid-frame", "A message violates its schema.";
}

impl Code {
    /// Whether it is a flaw of something that is there and can be judged further, rather than its absence.
    /// A row with flaws only does not stand in the way of the rows that rest on it.
    pub fn is_flaw(self) -> bool {
        matches!(
            self,
            Code::BootNotFirst
                | Code::ReportMisnumbered
                | Code::ReportBeforeResponse
                | Code::ReportOutsideFilter
                | Code::ReportLacks
                | Code::Disagreement
                | Code::WritableMissing
                | Code::WrongDataType
                | Code::WrongUnit
                | Code::WrongAccess
                | Code::LimitMissing
                | Code::ValueNotOffered
                | Code::AttributeNotStated
                | Code::MonitorDiffers
                | Code::MonitorTwice
                | Code::MonitorLeft
                | Code::WrongSeverity
                | Code::WrongMonitorValue
                | Code::WrongProvision
                | Code::EventField
                | Code::EventMisplaced
                | Code::InvalidFrame
        )
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_unique_and_described_in_one_sentence() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code} twice");
            assert!(code.description().ends_with('.') || code.description().ends_with('…'), "{code}");
        }
    }
}
