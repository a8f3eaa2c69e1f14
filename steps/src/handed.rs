//! What scenarios hand on to each other.
//!
//! A scenario works on its own copy, and the run merges what comes back in the order of the plan. Lanes side
//! by side therefore never see each other's state, and a replay, which runs them one after the other, comes
//! to the same.

use crate::observed::Observed;
use crate::world::Undo;
use judge::bases::Walk;
use judge::framing::Framing;
use judge::hygiene::Hygiene;
use judge::inventory::Inventory;
use judge::monitors::{MonitoringReport, SetMonitor};
use judge::provision::Shipped;
use spec::Place;
use spec::model::RowId;
use std::collections::BTreeMap;
use std::rc::Rc;
use trace::Seq;

/// What scenarios hand on to each other.
#[derive(Clone, Default)]
pub(crate) struct Handed {
    /// The full inventory, fetched once: no scenario changes what a station is made of.
    pub(crate) inventory: Option<Rc<Inventory>>,
    /// The monitors the station brings along, and the record up to which they were fetched: they are the maker's.
    pub(crate) shipped: Option<(Rc<Shipped>, Seq)>,
    /// The monitors there were at a record, whoever set them.
    pub(crate) monitors: Option<(Rc<MonitoringReport>, Seq)>,
    /// What there is under each monitoring base, seen once.
    pub(crate) walk: Option<Rc<Walk>>,
    /// Monitor rows whose alert came as a message without a monitor, with the record.
    pub(crate) notified: BTreeMap<(RowId, Place), Seq>,
    /// What is wrong with the frames so far, judged once for all its rows.
    pub(crate) framing: Option<Rc<Framing>>,
    /// What all events of the run say, read once at its end.
    pub(crate) hygiene: Option<Rc<Hygiene>>,
    /// Restarts and outages that several scenarios judge.
    pub(crate) observed: Observed,
    /// The record since which the station does not answer any more.
    pub(crate) deaf: Option<Seq>,
    /// The loss of the connection after which the station was waited for in vain.
    pub(crate) given_up: Option<Seq>,
    /// The connection that has had its time to boot.
    pub(crate) connected: Option<Seq>,
    /// A monitoring report was accepted and never came: it is not waited for again where it is not judged.
    pub(crate) no_monitoring_report: bool,
    /// What could not be put back yet.
    pub(crate) unfinished: Vec<Undo>,
    /// Every monitor this run set, for the last look.
    pub(crate) set: Vec<SetMonitor>,
}

impl Handed {
    /// Merges what lanes that started from `self` came back with, in the order of the plan.
    pub(crate) fn merge(&self, lanes: Vec<Handed>) -> Handed {
        let mut merged = self.clone();
        for lane in lanes {
            merged.inventory = merged.inventory.or(lane.inventory);
            if lane.shipped.as_ref().map(|(_, at)| *at) > merged.shipped.as_ref().map(|(_, at)| *at) {
                merged.shipped = lane.shipped;
            }
            if lane.monitors.as_ref().map(|(_, at)| *at) > merged.monitors.as_ref().map(|(_, at)| *at) {
                merged.monitors = lane.monitors;
            }
            merged.observed = merged.observed.or(lane.observed);
            merged.walk = merged.walk.or(lane.walk);
            merged.notified.extend(lane.notified);
            merged.hygiene = merged.hygiene.or(lane.hygiene);
            merged.framing = merged.framing.or(lane.framing);
            merged.no_monitoring_report |= lane.no_monitoring_report;
            // A change counts, in either direction; what a lane left as it was does not.
            if lane.deaf != self.deaf {
                merged.deaf = lane.deaf;
            }
            if lane.given_up != self.given_up {
                merged.given_up = lane.given_up;
            }
            merged.connected = merged.connected.max(lane.connected);
            merged.unfinished.retain(|u| !self.unfinished.contains(u) || lane.unfinished.contains(u));
            let fresh: Vec<Undo> =
                lane.unfinished.into_iter().filter(|u| !merged.unfinished.contains(u)).collect();
            merged.unfinished.extend(fresh);
            let known = self.set.len();
            merged.set.extend(lane.set.into_iter().skip(known));
        }
        merged
    }
}
