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
    BootRetry = "boot-retry", "BootNotification was not repeated at the end of the interval it was given.";
    BootMissing = "boot-missing", "The station did not send BootNotification after a restart.";
    BootReason = "boot-reason", "BootNotification gives another reason than the one that made the station restart.";
    BootUnwanted = "boot-unwanted", "The station sent BootNotification although it had not restarted.";
    NotBack = "not-back", "The station did not connect again in time.";
    ConnectionEnded = "connection-ended", "The station ended a connection that it had to keep.";
    HeartbeatMissing = "heartbeat-missing", "The station sent nothing for longer than its heartbeat interval.";
    ClockOff = "clock-off", "The station's clock differs from that of the CSMS.";
    MessageMissing = "message-missing", "The station did not send a message it had agreed to send.";
    MessageEarly = "message-early", "The station sent a message it was asked for before it had answered.";
    RestartUnwanted = "restart-unwanted", "The station restarted although it must not.";
    // states of connectors
    StateMissing = "state-missing", "The station did not tell the state of a connector when it had to.";
    StateRepeated = "state-repeated", "The station told a state of a connector that had not changed.";
    WrongState = "wrong-state", "A state is another one than what was set or happened makes it.";
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
    MonitorTwice = "monitor-twice", "One monitor is reported twice: by its id, or by what it watches.";
    MonitorNotProvided = "monitor-not-provided", "A monitor that the station has to bring along is not in the monitoring report.";
    WrongSeverity = "wrong-severity", "A monitor that the station brings along has another severity.";
    WrongMonitorValue = "wrong-monitor-value", "A monitor that the station brings along has a value outside the range.";
    WrongProvision = "wrong-provision", "A monitor is brought along in another way than the archetype says.";
    NotHardWired = "not-hard-wired", "A monitor that is not built in is listed while only built-in ones are in force.";
    WrongClass = "wrong-class", "A monitoring report says wrongly who provided a monitor.";
    MonitorCannotWork = "monitor-cannot-work", "A monitor is listed that cannot work: not of its variable, not of its type, or beyond its limits.";
    // events
    EventMissing = "event-missing", "A monitor did not fire in time.";
    EventUnwanted = "event-unwanted", "A monitor fired although it must not.";
    EventField = "event-field", "An event carries a wrong or no value in a prescribed field.";
    ClearMissing = "clear-missing", "The return to normal was not reported in time.";
    EventLost = "event-lost", "An event that the station had to keep was not delivered.";
    EventTwice = "event-twice", "An event was delivered more than once.";
    EventOrder = "event-order", "Events of one monitor were delivered in another order than they happened.";
    EventMisplaced = "event-misplaced", "An alert names another component, or another place, than the archetype says.";
    IntervalWrong = "interval-wrong", "A periodic monitor does not keep its interval.";
    NotAligned = "not-aligned", "A clock-aligned monitor does not fire on multiples of its interval.";
    TooManyEvents = "too-many-events", "The station sends more events of its own than anyone can read.";
    ChargedUnlocked = "charged-unlocked", "The station charged although the plug could not be locked.";
    // transactions
    TransactionMisnumbered = "transaction-misnumbered", "The messages of a transaction are not numbered without a gap.";
    TransactionIdReused = "transaction-id-reused", "Two transactions have the same id.";
    TransactionDisorder = "transaction-disorder", "A transaction does not begin with Started, ends twice, or goes on after its end.";
    TransactionField = "transaction-field", "A message of a transaction, or an event in one, carries a wrong or no value in a field.";
    TransactionNotOngoing = "transaction-not-ongoing", "An event names a transaction that was not ongoing there and then.";
    TransactionMissing = "transaction-missing", "A message of a transaction did not come in time.";
    TransactionUnwanted = "transaction-unwanted", "A transaction began or ended although it must not.";
    // customers
    ReportRepeated = "report-repeated", "More messages came than the one that is prescribed.";
    NotErased = "not-erased", "What was to be erased is still there.";
    ListChanged = "list-changed", "A request changed the local authorization list that it must leave alone.";
    // logs
    LogUnnamed = "log-unnamed", "A request for a log was accepted without naming the file.";
    FileMissing = "file-missing", "A log that was agreed to did not arrive.";
    FileEmpty = "file-empty", "A log that arrived is empty.";
    FileTwice = "file-twice", "More than one file arrived for one request.";
    FileUnnamed = "file-unnamed", "A file was posted without its type or its name in the headers.";
    FileMisplaced = "file-misplaced", "A file was uploaded to another place than the one that was given.";
    LogStatusMissing = "log-status-missing", "The station did not tell how an upload goes, or how it ended.";
    LogStatusWrong = "log-status-wrong", "The station told of an upload what did not happen, or told its end more than once.";
    LogStatusId = "log-status-id", "A message about an upload does not carry the id of its request.";
    AttemptsWrong = "attempts-wrong", "An upload was not tried as often, or not at the interval, that was asked for.";
    RedirectFollowed = "redirect-followed", "The station followed a redirection of an upload.";
    // security
    CredentialsMissing = "credentials-missing", "The station did not show the name and password it has to show.";
    PasswordUnchanged = "password-unchanged", "After its password was changed, the station went on with the old one.";
    CertificateTrusted = "certificate-trusted", "The station connected to a back end whose certificate it cannot trust.";
    WeakTls = "weak-tls", "A connection uses a version of TLS older than 1.2.";
    SerialDiffers = "serial-differs", "The certificate of the station carries another serial number than its boot.";
    SecurityEventMissing = "security-event-missing", "A critical security event was not told in time.";
    SecretShown = "secret-shown", "The value of a write-only variable was sent.";
    // frames
    UnreadableFrame = "unreadable-frame", "A frame is not an OCPP-J message.";
    InvalidFrame = "invalid-frame", "A message violates its schema.";
    NewerField = "newer-field", "A message has a field that only a newer version of OCPP knows.";
    SecondRequest = "second-request", "The station sent a request while one of its own was unanswered.";
    MessageIdTwice = "message-id-twice", "Two requests of the station have the same message id.";
    AnswerTwice = "answer-twice", "The station answered a request more than once.";
    AnswerHeldBack = "answer-held-back", "The station answered nothing while it waited for an answer itself.";
    WrongRequestTaken = "wrong-request-taken", "A request that breaks its schema was not refused.";
    ErrorCodeUnfit = "error-code-unfit", "The code of a CALLERROR does not say what was wrong.";
    HungUp = "hung-up", "The station ended the connection because of a frame it could not make sense of.";
    // event streams
    StreamMissing = "stream-missing", "A stream that was asked for was not opened.";
    StreamSilent = "stream-silent", "No values came, or too few, on a stream that was open.";
    StreamInterval = "stream-interval", "The values of a stream do not come at the rate that was asked for.";
    StreamField = "stream-field", "A message about a stream carries a wrong or no value in a prescribed field.";
    StreamNotListed = "stream-not-listed", "The list of open streams lacks one that is open, or holds one that is not.";
    StreamNotClosed = "stream-not-closed", "A stream was not closed although its monitor has none any more.";
    StreamValuesLost = "stream-values-lost", "Values that were gathered for a stream were not sent before it was closed.";
    StreamUnwanted = "stream-unwanted", "A stream was used or opened although it must not be.";
}

impl Code {
    /// Whether it is a flaw of something that is there and can be judged further, rather than its absence.
    /// A row with flaws only does not stand in the way of the rows that rest on it.
    pub fn is_flaw(self) -> bool {
        matches!(
            self,
            Code::BootNotFirst
                | Code::BootReason
                | Code::BootUnwanted
                | Code::StateRepeated
                | Code::EventTwice
                | Code::EventOrder
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
                | Code::WrongClass
                | Code::NotHardWired
                | Code::MonitorCannotWork
                | Code::TooManyEvents
                | Code::EventField
                | Code::EventMisplaced
                | Code::TransactionMisnumbered
                | Code::TransactionField
                | Code::ReportRepeated
                | Code::LogUnnamed
                | Code::FileTwice
                | Code::FileUnnamed
                | Code::FileMisplaced
                | Code::LogStatusWrong
                | Code::LogStatusId
                | Code::InvalidFrame
                | Code::NewerField
                | Code::StreamInterval
                | Code::StreamField
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
