//! What a result does not say, in the same words on the certificate and in the report.

/// Something a reader may wrongly conclude.
pub(crate) struct Limit {
    /// In one line.
    pub(crate) short: &'static str,
    /// In a paragraph.
    pub(crate) long: &'static str,
}

/// The limits, the most misread ones first.
pub(crate) const LIMITS: [Limit; 6] = [
    Limit {
        short: "It does not say that the station is safe: safety is judged by other norms, not over OCPP.",
        long: "Nothing here is a statement about electrical safety, metering accuracy, radio, cyber security or any law. \
               What a station reports over OCPP was judged, not whether its protective devices work.",
    },
    Limit {
        short: "It holds for the one unit, firmware and configuration that was connected.",
        long: "One unit with one firmware was connected on one day. Whether other units, other firmware or a changed \
               configuration behave alike is for the manufacturer to say.",
    },
    Limit {
        short: "It does not say that OCPP is implemented in full: only what diagnostics needs was judged.",
        long: "OCPP has many parts that diagnostics does not need: authorisation, tariffs, smart charging, reservation. \
               Frames of these were only looked at in passing, and trouble with them stands among the observations.",
    },
    Limit {
        short: "A measured value was not compared with reality.",
        long: "That a temperature is reported, in the right unit and in time, was judged. Whether it is the right \
               temperature was not: nobody held a thermometer beside it.",
    },
    Limit {
        short: "Faults that were not provoked were judged by their monitors only.",
        long: "For a fault that nobody provoked, the report says whether the monitor for it is there with the right type, \
               value and severity. That its event comes when the fault happens is only known of faults that were provoked.",
    },
    Limit {
        short: "The word of the rig or of a person is no evidence.",
        long: "A stimulus is recorded with what the rig or the operator answered, but a verdict rests on frames alone. \
               Where nothing came although nothing had to come, the row was not exercised.",
    },
];
