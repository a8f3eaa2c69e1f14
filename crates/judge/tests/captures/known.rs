//! Facts about the recordings, found by reading them: with other tools, or by eye.

use super::Seen;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a recording from reading it.
struct Known {
    file: &'static str,
    frames: usize,
    /// Lines of frames that are no OCPP-J message.
    unreadable: &'static [u64],
    invalid: &'static [(&'static str, usize)],
    inventories: &'static [(i64, usize)],
    monitors: &'static [(i64, usize)],
    /// Requests of elements, and how many of them have no result for each.
    exchanges: (usize, usize),
    components: &'static [&'static str],
    misplaced: &'static [&'static str],
}

const KNOWN: [Known; 6] = [
    Known {
        // Reports EVSE and Connector on the station; ignores every filter; nine monitors stay until a base is set.
        file: "cpsim201.jsonl",
        frames: 72,
        unreadable: &[],
        invalid: &[],
        inventories: &[(101, 82), (102, 82), (104, 82), (105, 82), (106, 82)],
        monitors: &[(201, 9), (202, 9), (203, 9), (204, 9), (205, 0)],
        exchanges: (7, 3),
        components: &["ChargingStation", "ClockCtrlr", "DeviceDataCtrlr", "OCPPCommCtrlr", "TokenReader"],
        misplaced: &["Connector @EVSE 1, connector 1", "EVSE @EVSE 1"],
    },
    Known {
        // Accepts monitors without giving an id; supports neither inventories nor variables.
        file: "ocppgo-201.jsonl",
        frames: 59,
        unreadable: &[],
        invalid: &[],
        inventories: &[],
        monitors: &[],
        exchanges: (8, 3),
        components: &[],
        misplaced: &[],
    },
    Known {
        file: "openocpp-201.jsonl",
        frames: 59,
        unreadable: &[],
        invalid: &[],
        inventories: &[(101, 104), (102, 48)],
        monitors: &[],
        exchanges: (7, 4),
        components: &[
            "ChargingStation",
            "ClockCtrlr",
            "Connector @EVSE 1, connector 1",
            "DeviceDataCtrlr",
            "EVSE @EVSE 1",
            "MonitoringCtrlr",
            "OCPPCommCtrlr",
        ],
        misplaced: &["ISO15118Ctrlr @EVSE 1"],
    },
    Known {
        // Four error descriptions of more than 255 characters, and error details that are a text.
        file: "sap-201.jsonl",
        frames: 58,
        unreadable: &[26, 28, 30, 36, 116],
        invalid: &[],
        inventories: &[(101, 82), (103, 6)],
        monitors: &[],
        exchanges: (7, 4),
        components: &["EVSE @EVSE 1", "MonitoringCtrlr", "OCPPCommCtrlr"],
        misplaced: &[],
    },
    Known { file: "vcp-201.jsonl", ..VCP },
    Known { file: "vcp-21.jsonl", ..VCP },
];

/// The lists of three report parts are empty, which the schema forbids.
const VCP: Known = Known {
    file: "",
    frames: 48,
    unreadable: &[],
    invalid: &[("NotifyReportRequest", 3)],
    inventories: &[(101, 4), (102, 4), (103, 4), (104, 0), (105, 0), (106, 0)],
    monitors: &[],
    exchanges: (8, 0),
    components: &["OCPPCommCtrlr"],
    misplaced: &[],
};

/// What is known of a file was found in it.
pub(super) fn assert(file: &str, seen: &Seen) {
    if let Some(known) = KNOWN.iter().find(|k| k.file == file) {
        known.assert(seen);
    }
}

impl Known {
    fn assert(&self, seen: &Seen) {
        let file = self.file;
        let invalid: Vec<(&str, usize)> = seen.invalid.iter().map(|(m, n)| (m.as_str(), *n)).collect();
        let numbers = |of: &BTreeMap<i64, usize>| of.iter().map(|(id, n)| (*id, *n)).collect::<Vec<_>>();
        // The archetype may come to ask for more of what a station has.
        let all_in = |of: &BTreeSet<String>, known: &[&str]| known.iter().all(|k| of.contains(*k));
        let lines: Vec<u64> = seen.unreadable.iter().map(|n| n.0).collect();
        assert_eq!(seen.frames, self.frames, "{file}: frames of the station");
        assert_eq!(lines, self.unreadable, "{file}: frames that cannot be read");
        assert_eq!(invalid, self.invalid, "{file}: invalid messages");
        assert_eq!(numbers(&seen.inventories), self.inventories, "{file}: variables by report");
        assert_eq!(numbers(&seen.monitors), self.monitors, "{file}: monitors by report");
        assert_eq!((seen.exchanges, seen.unpaired), self.exchanges, "{file}: requests of elements");
        assert!(all_in(&seen.components, self.components), "{file}: components");
        assert!(all_in(&seen.misplaced, self.misplaced), "{file}: components misplaced");
        assert_eq!((seen.events, seen.boot), (0, "first"), "{file}: events and boot");
    }
}
