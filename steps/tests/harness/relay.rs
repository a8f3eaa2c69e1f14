//! The reference station with someone in the middle of its wire, who may change, hold, add or drop whatever passes.
//!
//! The station itself stays as it is: what it says is legal, and what the middle makes of it is the test.

use crate::middle::{Act, Middle, Passing, Wire};
use jiff::Timestamp;
use net::station::upload::{self, Route, UploadError};
use net::station::{Outbox, OwnCall as Queued};
use net::upload::Uploads;
use net::{Clock, Credentials, Received, StationLink};
use ocpp::frame::{self, Frame};
use spec::Effect;
use station::{Outgoing, OwnCall, Station, Upload, UploadFailure};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::{Future, pending};
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

/// An effect of the rig on its way to the station, and where its answer goes.
pub type Asked = (Effect, oneshot::Sender<Result<(), String>>);

/// The station, the middle and the wire between them.
pub struct Relay<M> {
    pub station: Station,
    pub middle: M,
    /// How often the middle did anything but pass things on.
    pub acted: usize,
    clock: Clock,
    wire: Wire,
    outbox: Outbox,
    rig: mpsc::Receiver<Asked>,
    /// Texts on their way to the suite.
    out: VecDeque<String>,
    calls: VecDeque<(String, Frame)>,
    open: BTreeSet<String>,
    /// Actions of the CALLs of either side, by id.
    actions: BTreeMap<String, String>,
    reboot: bool,
    /// Where files go; nowhere without them.
    pub uploads: Option<Uploads>,
    /// The upload under way.
    carrying: Option<(u64, Carrying)>,
}

type Carrying = Pin<Box<dyn Future<Output = Result<(), UploadError>>>>;

/// How a connection ended.
enum Left {
    Lost,
    Cut(Option<Duration>),
    Reboot,
}

impl<M: Middle> Relay<M> {
    pub fn new(station: Station, middle: M, clock: Clock, rig: mpsc::Receiver<Asked>) -> Relay<M> {
        let (version, now) = (station.version(), clock.now());
        let (acts, own) = Default::default();
        let wire = Wire { version, now, patient: true, at: Duration::ZERO, last: 0, acts, own };
        let outbox = Outbox::new(Duration::from_secs(30));
        let (out, calls, open, actions) = Default::default();
        Relay {
            station,
            middle,
            acted: 0,
            clock,
            wire,
            outbox,
            rig,
            out,
            calls,
            open,
            actions,
            reboot: false,
            uploads: None,
            carrying: None,
        }
    }

    /// Connects again and again, until the station stays away for good.
    pub async fn run(&mut self, mut dial: impl AsyncFnMut() -> Option<StationLink>) {
        loop {
            let Some(mut link) = dial().await else {
                self.away(Some(Duration::from_secs(2))).await;
                continue;
            };
            self.station.connected(self.clock.now());
            let left = self.talk(&mut link).await;
            let wait = match left {
                Left::Reboot => {
                    let _ = link.close(1001, "").await;
                    while link.recv().await.is_some() {}
                    Some(Duration::from_secs(1))
                }
                Left::Lost => Some(Duration::from_secs(2)),
                Left::Cut(wait) => wait,
            };
            drop(link);
            self.hang_up();
            self.away(wait).await;
        }
    }

    /// Is offline, for a time or for ever; the world goes on acting on the station.
    async fn away(&mut self, time: Option<Duration>) {
        let time = time.unwrap_or(Duration::from_secs(1 << 30));
        let mut over = std::pin::pin!(sleep(time));
        loop {
            let wake = self.until_station_wakes().unwrap_or(time);
            tokio::select! {
                biased;
                () = &mut over => return,
                Some(asked) = self.rig.recv() => self.effect(asked),
                () = sleep(wake) => self.station.tick(self.clock.now()),
            }
            while self.station.next_outgoing().is_some() {}
        }
    }

    fn hang_up(&mut self) {
        let told = |c: Queued| OwnCall { action: c.action, payload: c.payload };
        let unanswered: Vec<OwnCall> =
            self.outbox.lost().into_iter().chain(std::mem::take(self.outbox.queued())).map(told).collect();
        self.station.disconnected(self.clock.now(), unanswered);
        while self.station.next_outgoing().is_some() {}
        (self.out, self.calls, self.open) = Default::default();
        self.wire.acts.retain(|_, act| matches!(act, Act::Wake));
        self.reboot = false;
    }

    async fn talk(&mut self, link: &mut StationLink) -> Left {
        loop {
            if let Some(left) = self.settle() {
                return left;
            }
            while let Some(text) = self.out.pop_front() {
                if link.send(text).await.is_err() {
                    return Left::Lost;
                }
            }
            let pending = |act: &Act| matches!(act, Act::Send(..) | Act::Text(_));
            let said_all =
                self.outbox.is_idle() && self.open.is_empty() && !self.wire.acts.values().any(pending);
            if self.reboot && said_all {
                return Left::Reboot;
            }
            let wake = self.until_wakeup();
            tokio::select! {
                biased;
                heard = link.recv() => match heard {
                    Some(Received::Text(text)) => self.hear(&text),
                    _ => return Left::Lost,
                },
                Some(asked) = self.rig.recv() => self.effect(asked),
                (number, ended) = arrived(&mut self.carrying) => {
                    let ended = ended.map_err(|e| UploadFailure::from(&e));
                    self.station.upload_ended(self.clock.now(), number, ended);
                }
                () = sleep(wake) => self.time_passed(),
            }
        }
    }

    fn carry(&mut self, upload: Upload) {
        let Some(uploads) = self.uploads.clone() else { return };
        let before = upload.clone();
        let changed = self.middle.uploads(upload);
        self.acted += usize::from(before != changed);
        let Upload { number, url, name, bytes, packing } = changed;
        let follows = self.middle.follows_redirects();
        let carrying = async move {
            let (route, none) = (Route::Memory(uploads), Credentials::none());
            let file = upload::File { name, bytes };
            let ended = upload::upload(&route, &none, &url, file.clone(), packing, PATIENCE).await;
            if !(follows && matches!(ended, Err(UploadError::Redirected { .. }))) {
                return ended;
            }
            // Where the servers of the suite redirect to.
            let there = format!("{url}redirected/");
            upload::upload(&route, &none, &there, file, packing, PATIENCE).await
        };
        self.acted += usize::from(follows);
        self.carrying = Some((number, Box::pin(carrying)));
    }

    fn effect(&mut self, (effect, answer): Asked) {
        self.touch();
        let (since, passed) = (self.wire.last, Act::Apply(effect.clone()));
        self.middle.happens(effect, &mut self.wire);
        self.acted += usize::from(!self.wire.did_only(since, &passed));
        // Only effects that happen at once can be refused.
        let due: Vec<(Duration, u64)> =
            self.wire.acts.range(..=(self.wire.at, u64::MAX)).map(|(k, _)| *k).collect();
        let mut said = Ok(());
        for key in due {
            if let Some(Act::Apply(effect)) = self.wire.acts.get(&key) {
                said = self.station.apply(self.clock.now(), effect).map_err(|e| e.to_string());
                self.wire.acts.remove(&key);
            }
        }
        let _ = answer.send(said);
    }

    fn touch(&mut self) {
        (self.wire.at, self.wire.now) = (self.clock.elapsed(), self.clock.now());
    }

    fn until_station_wakes(&self) -> Option<Duration> {
        let until =
            |at: Timestamp| Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default();
        self.station.next_wakeup().map(until)
    }

    fn until_wakeup(&self) -> Duration {
        let now = self.clock.elapsed();
        let station = self.until_station_wakes();
        let act = self.wire.acts.keys().next().map(|(at, _)| at.saturating_sub(now));
        let answer = self.outbox.deadline().map(|at| at.saturating_sub(now));
        [station, act, answer].into_iter().flatten().min().unwrap_or(Duration::from_secs(3600))
    }

    fn time_passed(&mut self) {
        let now = self.clock.now();
        if let Some(call) = self.outbox.expired(self.clock.elapsed()) {
            self.station.answered(now, &call.action, None);
        }
        self.station.tick(now);
    }

    /// Does whatever is due, until nothing more is.
    fn settle(&mut self) -> Option<Left> {
        loop {
            self.touch();
            while let Some(outgoing) = self.station.next_outgoing() {
                match outgoing {
                    Outgoing::Answer(text) | Outgoing::Send(text) => self.says(&text),
                    Outgoing::Call(call) => drop(self.outbox.queue(call.action, call.payload)),
                    Outgoing::Reboot | Outgoing::PowerLoss(_) => self.reboot = true,
                    Outgoing::Upload(upload) => self.carry(upload),
                    Outgoing::CancelUpload => self.carrying = None,
                    // None is asked for here.
                    Outgoing::Password(_) => {}
                }
            }
            if let Some(text) = self.outbox.next(self.clock.elapsed()) {
                self.says(&text);
            }
            while !self.wire.patient || self.open.is_empty() {
                let Some((id, frame)) = self.calls.pop_front() else { break };
                self.open.insert(id);
                self.out.push_back(frame.to_text());
            }
            let due = self.wire.acts.first_entry().filter(|e| e.key().0 <= self.wire.at)?.remove();
            match due {
                Act::Send(id, frame @ Frame::Call { .. }) => self.calls.push_back((id, frame)),
                Act::Send(_, frame) => self.out.push_back(frame.to_text()),
                Act::Text(text) => self.out.push_back(text),
                Act::Deliver(frame) => self.deliver(frame),
                Act::Apply(effect) => drop(self.station.apply(self.clock.now(), &effect)),
                Act::Wake => {
                    self.acted += 1;
                    self.middle.woken(&mut self.wire);
                }
                Act::Cut(back_in) => return Some(Left::Cut(back_in)),
            }
        }
    }

    /// The station says something.
    fn says(&mut self, text: &str) {
        let Ok(frame) = frame::read(text, self.wire.version).frame else {
            return self.out.push_back(text.to_owned());
        };
        let (action, since) = (self.action_of(&frame), self.wire.last);
        let passed = Act::Send(frame.id().to_owned(), frame.clone());
        self.middle.said(Passing { action, frame }, &mut self.wire);
        self.acted += usize::from(!self.wire.did_only(since, &passed));
    }

    /// The suite says something.
    fn hear(&mut self, text: &str) {
        self.touch();
        let Ok(frame) = frame::read(text, self.wire.version).frame else {
            return self.station.handle(self.clock.now(), text);
        };
        if !matches!(frame, Frame::Call { .. }) {
            self.open.remove(frame.id());
            if self.wire.own.remove(frame.id()) {
                return;
            }
        }
        let (action, since) = (self.action_of(&frame), self.wire.last);
        let passed = Act::Deliver(frame.clone());
        self.middle.heard(Passing { action, frame }, &mut self.wire);
        self.acted += usize::from(!self.wire.did_only(since, &passed));
    }

    fn action_of(&mut self, frame: &Frame) -> String {
        match frame.action() {
            Some(action) => {
                self.actions.insert(frame.id().to_owned(), action.to_owned());
                action.to_owned()
            }
            None => self.actions.get(frame.id()).cloned().unwrap_or_default(),
        }
    }

    fn deliver(&mut self, frame: Frame) {
        let now = self.clock.now();
        let payload = match &frame {
            Frame::CallResult { payload, .. } => Some(payload),
            Frame::CallError { .. } => None,
            _ => return self.station.handle(now, &frame.to_text()),
        };
        let Some(call) = self.outbox.answered(frame.id()) else { return };
        let accepted = payload.is_some_and(|p| p["status"] == "Accepted");
        self.station.answered(now, &call.action, payload);
        if call.action == "BootNotification" && accepted {
            self.middle.accepted(&mut self.wire);
        }
    }
}

/// Longest time for an upload.
const PATIENCE: Duration = Duration::from_secs(60);

/// How the upload under way ended, once it has.
async fn arrived(carrying: &mut Option<(u64, Carrying)>) -> (u64, Result<(), UploadError>) {
    let Some((number, way)) = carrying else { return pending().await };
    let ended = (*number, way.await);
    *carrying = None;
    ended
}
