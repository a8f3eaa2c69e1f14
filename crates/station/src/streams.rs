//! Periodic event streams (OCPP 2.1, N11-N15): samples of a monitor in bundles, sent without an answer.

use crate::device::value;
use crate::dispatch::Refusal;
use crate::engine::{Outgoing, Station};
use crate::message::read;
use crate::monitoring::MonitorId;
use crate::policy::streams::{Adjusting, Base, Full, LastValues, Most, Rate, Refused, Restart};
use jiff::{SignedDuration, Timestamp};
use ocpp::frame::Frame;
use ocpp::{MonitorType, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::VecDeque;

/// Most samples kept while they cannot be sent; then the oldest is given up.
const KEPT: usize = 10_000;

/// PeriodicEventStreamParamsType: how often a bundle is sent, and how large it may be. 0 means not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Params {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interval: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    values: Option<u32>,
}

impl Params {
    fn interval(self) -> Option<SignedDuration> {
        self.interval.filter(|i| *i > 0).map(|i| SignedDuration::from_secs(i.into()))
    }

    /// When the next bundle is due.
    fn next(self, now: Timestamp, rate: Rate) -> Option<Timestamp> {
        let interval = self.interval()?;
        let interval = if rate == Rate::Half { interval.saturating_add(interval) } else { interval };
        now.checked_add(interval).ok()
    }

    fn values(self) -> Option<usize> {
        self.values.filter(|v| *v > 0).and_then(|v| usize::try_from(v).ok())
    }

    /// Whether a bundle would ever be sent (N11.FR.09).
    pub(crate) fn says_when(self) -> bool {
        self.interval().is_some() || self.values().is_some()
    }
}

#[derive(Debug)]
struct Stream {
    id: u32,
    monitor: MonitorId,
    params: Params,
    /// Whether the CSMS has accepted it.
    open: bool,
    samples: VecDeque<(Timestamp, String)>,
    /// When the next bundle is due, where it goes by time.
    due: Option<Timestamp>,
}

impl Stream {
    fn described(&self) -> Value {
        json!({ "id": self.id, "params": self.params, "variableMonitoringId": self.monitor })
    }
}

/// The streams of a station, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    all: Vec<Stream>,
    opened: u32,
    /// Streams whose opening is not answered yet, in the order of their CALLs.
    asked: VecDeque<u32>,
    /// Bundles sent so far: the ids of their messages.
    sent: u64,
}

impl Streams {
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.all.iter().filter_map(|s| s.due).min()
    }

    pub(crate) fn has(&self, monitor: MonitorId) -> bool {
        self.all.iter().any(|s| s.monitor == monitor)
    }
}

#[derive(Deserialize)]
struct AdjustRequest {
    id: u32,
    params: Params,
}

impl Station {
    /// Most streams at once; none before 2.1, or where the device model does not offer them.
    fn most_streams(&self) -> usize {
        let offered = self.model.own_number("MonitoringCtrlr", "MaxPeriodicEventStreams", None);
        offered.filter(|_| self.version == Version::V21).unwrap_or(0)
    }

    pub(crate) fn offers_streams(&self) -> bool {
        self.most_streams() > 0
    }

    /// Whether the values of a monitor of this kind may come in a stream, if there is room for one.
    pub(crate) fn may_stream(&self, kind: MonitorType, params: Params) -> bool {
        let fits =
            matches!(kind, MonitorType::Periodic | MonitorType::PeriodicClockAligned | MonitorType::Delta);
        fits && params.says_when() && self.offers_streams()
    }

    /// Opens a stream for a monitor (N11.FR.01, N11.FR.02). Where there are as many as there may be, its values are
    /// reported as events.
    pub(crate) fn open_stream(&mut self, monitor: MonitorId, params: Params) {
        let promised = self.policy.streams.most == Most::AsPromised;
        if promised && self.streams.all.len() >= self.most_streams() {
            return;
        }
        self.streams.opened += 1;
        let id = self.streams.opened;
        let stream = Stream { id, monitor, params, open: false, samples: VecDeque::new(), due: None };
        self.call("OpenPeriodicEventStream", json!({ "constantStreamData": stream.described() }));
        self.streams.asked.push_back(id);
        self.streams.all.push(stream);
    }

    /// OpenPeriodicEventStreamResponse, or none. CALLs are answered in their order, so it is about the first that
    /// was asked for. A stream that is refused is not used (N11.FR.07).
    pub(crate) fn stream_answered(&mut self, answer: Option<&Value>, now: Timestamp) {
        let rate = self.policy.streams.rate;
        let Some(asked) = self.streams.asked.pop_front() else { return };
        // It may have been closed meanwhile.
        let Some(index) = self.streams.all.iter().position(|s| s.id == asked) else { return };
        let accepted = answer.and_then(|a| a.get("status")).and_then(Value::as_str) == Some("Accepted");
        if !accepted && self.policy.streams.refused == Refused::Events {
            self.streams.all.remove(index);
            return;
        }
        if let Some(stream) = self.streams.all.get_mut(index) {
            stream.open = true;
            stream.due = stream.params.next(now, rate);
        }
        self.send_full_bundles(index, now);
    }

    /// Ends the stream of a monitor: what is left is sent first (N13.FR.01, N13.FR.03).
    pub(crate) fn close_stream(&mut self, monitor: MonitorId) {
        let Some(index) = self.streams.all.iter().position(|s| s.monitor == monitor) else { return };
        let sends = self.policy.streams.last_values == LastValues::Sent;
        while sends && self.streams.all.get(index).is_some_and(|s| s.open && !s.samples.is_empty()) {
            self.send_bundle(index);
        }
        let stream = self.streams.all.remove(index);
        self.call("ClosePeriodicEventStream", json!({ "id": stream.id }));
    }

    /// Ends the streams of monitors that are gone.
    pub(crate) fn close_orphaned_streams(&mut self) {
        let gone: Vec<MonitorId> = self
            .streams
            .all
            .iter()
            .map(|s| s.monitor)
            .filter(|id| self.monitors.position(*id).is_none())
            .collect();
        for monitor in gone {
            self.close_stream(monitor);
        }
    }

    /// The connection is back: the streams that are open go on, and those whose opening was never answered are opened
    /// again.
    pub(crate) fn resume_streams(&mut self) {
        self.streams.asked.clear();
        let all = std::mem::take(&mut self.streams.all);
        let (open, asked): (Vec<Stream>, Vec<Stream>) = all.into_iter().partition(|s| s.open);
        self.streams.all = open;
        for stream in asked {
            self.open_stream(stream.monitor, stream.params);
        }
    }

    /// After a reboot the CSMS knows no stream: those whose monitors are still there are opened again.
    pub(crate) fn reopen_streams(&mut self) {
        self.streams.asked.clear();
        for stream in std::mem::take(&mut self.streams.all) {
            if self.policy.streams.restart == Restart::Opened
                && self.monitors.position(stream.monitor).is_some()
            {
                self.open_stream(stream.monitor, stream.params);
            }
        }
    }

    /// Takes a sample into the stream of a monitor. Whether there is one.
    pub(crate) fn sampled(&mut self, monitor: MonitorId, sample: &str, now: Timestamp) -> bool {
        let Some(index) = self.streams.all.iter().position(|s| s.monitor == monitor) else { return false };
        if let Some(stream) = self.streams.all.get_mut(index) {
            if stream.samples.len() >= KEPT {
                stream.samples.pop_front();
            }
            stream.samples.push_back((now, sample.to_owned()));
        }
        self.send_full_bundles(index, now);
        true
    }

    /// Sends a bundle as soon as it is full (N15.FR.08).
    fn send_full_bundles(&mut self, index: usize, now: Timestamp) {
        let rate = self.policy.streams.rate;
        let more = match self.policy.streams.full {
            Full::AsAsked => Some(0),
            Full::OneMore => Some(1),
            Full::Never => None,
        };
        let most = |s: &Stream| Some(s.params.values()? + more?);
        let full = |s: &Stream| s.open && most(s).is_some_and(|most| s.samples.len() >= most);
        while self.is_online() && self.streams.all.get(index).is_some_and(full) {
            self.send_bundle(index);
            if let Some(stream) = self.streams.all.get_mut(index) {
                stream.due = stream.params.next(now, rate);
            }
        }
    }

    /// Sends what has come due (N15.FR.06).
    pub(crate) fn send_due_bundles(&mut self, now: Timestamp) {
        let rate = self.policy.streams.rate;
        for index in 0..self.streams.all.len() {
            let Some(stream) = self.streams.all.get_mut(index) else { continue };
            if !stream.open || stream.due.is_none_or(|due| due > now) {
                continue;
            }
            stream.due = stream.params.next(now, rate);
            if self.is_online() && self.streams.all.get(index).is_some_and(|s| !s.samples.is_empty()) {
                self.send_bundle(index);
            }
        }
    }

    /// NotifyPeriodicEventStream: at most `values` samples, timed from the first (N15.FR.04, N15.FR.07, N15.FR.09).
    fn send_bundle(&mut self, index: usize) {
        let Some(stream) = self.streams.all.get_mut(index) else { return };
        let more = usize::from(self.policy.streams.full == Full::OneMore);
        let most = stream.params.values().map_or(usize::MAX, |most| most.saturating_add(more));
        let count = most.min(stream.samples.len());
        let bundle: Vec<(Timestamp, String)> = stream.samples.drain(..count).collect();
        let Some((base, _)) = bundle.first() else { return };
        let (base, mut from) = (*base, *base);
        let mut data: Vec<Value> = Vec::new();
        for (at, sample) in &bundle {
            data.push(json!({ "t": at.duration_since(from).as_secs_f64(), "v": sample }));
            from = match self.policy.streams.base {
                Base::FirstValue => base,
                Base::ValueBefore => *at,
            };
        }
        let payload = json!({
            "id": stream.id,
            "pending": stream.samples.len(),
            "basetime": value::time(base),
            "data": data,
        });
        self.streams.sent += 1;
        let id = format!("s{}", self.streams.sent);
        let frame = Frame::send(id, "NotifyPeriodicEventStream", payload);
        self.out.push_back(Outgoing::Send(frame.to_text()));
    }

    /// GetPeriodicEventStream (N12.FR.01).
    pub(crate) fn get_streams(&self) -> Value {
        let all: Vec<Value> = self.streams.all.iter().filter(|s| s.open).map(Stream::described).collect();
        if all.is_empty() { json!({}) } else { json!({ "constantStreamData": all }) }
    }

    /// AdjustPeriodicEventStream (N14.FR.02, N14.FR.03).
    pub(crate) fn adjust_stream(&mut self, payload: &Value, now: Timestamp) -> Result<Value, Refusal> {
        let rate = self.policy.streams.rate;
        let request: AdjustRequest = read(payload)?;
        let index = self.streams.all.iter().position(|s| s.open && s.id == request.id);
        let stream = index.and_then(|n| self.streams.all.get_mut(n)).filter(|_| request.params.says_when());
        let Some(stream) = stream else { return Ok(json!({ "status": "Rejected" })) };
        if self.policy.streams.adjusting == Adjusting::OnlyAccepted {
            return Ok(json!({ "status": "Accepted" }));
        }
        stream.params = request.params;
        stream.due = stream.params.next(now, rate);
        if let Some(index) = index {
            self.send_full_bundles(index, now);
        }
        Ok(json!({ "status": "Accepted" }))
    }
}
