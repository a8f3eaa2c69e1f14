//! The severity scale: what each number is used for, and what an operator does.

/// One step of the scale, in our own words.
pub(crate) struct Step {
    pub(crate) number: u8,
    /// When the guideline uses it.
    pub(crate) used: &'static str,
    /// What an operator does when such an event arrives.
    pub(crate) action: &'static str,
    /// How soon.
    pub(crate) within: &'static str,
}

/// The scale, most severe first.
pub(crate) const SCALE: [Step; 10] = [
    Step {
        number: 0,
        used: "Somebody may be hurt now, or a protective function reports a hazard outside the housing that nothing \
               protects from.",
        action: "Call the site, make the area safe, keep the station off until somebody competent has looked at it. Do \
                 not try a remote restart.",
        within: "at once",
    },
    Step {
        number: 1,
        used: "Hardware has failed and must be replaced or reset by hand before the station or the outlet works, or \
               before it is safe to work.",
        action: "Send somebody with the part the event names; take the outlet out of the apps and the navigation data.",
        within: "the same day",
    },
    Step {
        number: 2,
        used: "The outlet or the station is out, but may come back by itself, by a restart, or when something outside \
               (the mains, say) returns.",
        action: "Try remotely first: look at the neighbours and the supply, restart once, then send somebody.",
        within: "the same day",
    },
    Step {
        number: 3,
        used: "Protection has acted, or is about to; nothing is broken yet, but it is urgent. Also the roll-up of the \
               whole station.",
        action: "Find out what made it act before it is reset. A second time on one outlet is a visit.",
        within: "the same day",
    },
    Step {
        number: 4,
        used: "A function is lost or reduced; charging goes on in part. Also the roll-up of an outlet.",
        action: "Open a case, let the event's variable name the part, repair on the next working days.",
        within: "the next working days",
    },
    Step {
        number: 5,
        used: "Abnormal; it becomes an error if nothing happens, and the customer may already feel it.",
        action: "Plan a visit. Look at what the variable did before, and at the rows read with it.",
        within: "a planned visit",
    },
    Step {
        number: 6,
        used: "An early sign: a trend, a first threshold.",
        action: "Add it to the next visit. Many of them on one type of station are a finding of their own.",
        within: "the next visit",
    },
    Step {
        number: 7,
        used: "Unusual but normal: caused by the vehicle or the user. The single event means little, the count a lot.",
        action: "No case. Count per outlet and per vehicle type; raise a case of your own when one outlet stands out.",
        within: "when counting",
    },
    Step {
        number: 8,
        used: "States and samples: what is there to be stored and drawn, not to be acted on.",
        action: "Store it.",
        within: "never",
    },
    Step {
        number: 9,
        used: "For developers, and only on request.",
        action: "Switch it off again when the question is answered.",
        within: "never",
    },
];

/// The name OCPP gives a severity.
pub(crate) fn name(number: u8) -> &'static str {
    ocpp::Severity(number).name().unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_scale_has_every_number_in_order() {
        let numbers: Vec<u8> = super::SCALE.iter().map(|s| s.number).collect();
        assert_eq!(numbers, (0..10).collect::<Vec<u8>>());
    }
}
