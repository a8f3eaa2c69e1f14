//! Connects the engine to a CSMS: link, outbox, timers, effects from outside.

use crate::control::Control;
use crate::courier::Courier;
use crate::engine::{EffectError, Outgoing, Station};
use crate::link::OwnCall;
use crate::policy::outages::ComingBack;
use crate::wire::{Act, Between, Wire};
use jiff::Timestamp;
use net::station::Gone;
use net::station::upload::Route;
use net::{Backoff, BackoffConfig, Clock, ConnectError, Credentials, Outbox, Received, StationLink};
use ocpp::Version;
use ocpp::frame::{self, Frame};
use serde_json::Value;
use spec::Effect;
use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Close code of a station that goes away.
const GOING_AWAY: u16 = 1001;
/// How long a reboot waits for answers to what was said last.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How long the answer to a close frame is waited for.
const GOODBYE: Duration = Duration::from_secs(1);
/// Longest time for an upload, where none is given.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a station waits that does not come back at once.
const LATER: Duration = Duration::from_secs(30);
/// How long a station waits that does not come back soon.
const LATE: Duration = Duration::from_secs(90);
/// How long a station is away that does not come back.
const FOR_EVER: Duration = Duration::from_secs(1 << 30);
/// Bytes of a text in each WebSocket frame, where it is cut.
const FRAGMENT: usize = 64;
/// MessageTimeout where the device model has none, in seconds.
const OWN_TIMEOUT: usize = 30;

/// How the runner behaves in time.
#[derive(Debug, Clone)]
pub struct RunnerConfig {
    /// Waits between attempts to connect.
    pub backoff: BackoffConfig,
    /// Seed of the random part of these waits.
    pub seed: u64,
    /// How long a reboot takes.
    pub reboot: Duration,
    /// How upload servers are reached.
    pub route: Route,
    /// What is shown to the CSMS and whom the station trusts, as where it connects. They are also used for uploads over
    /// HTTPS, and a new password is put into them.
    pub credentials: Credentials,
    /// Longest time for an upload.
    pub patience: Duration,
    /// Who stands between the station and the CSMS; a station that conforms has nobody there.
    pub between: Option<Between>,
}

impl Default for RunnerConfig {
    fn default() -> Self {
        RunnerConfig {
            backoff: BackoffConfig::default(),
            seed: 1,
            reboot: Duration::from_secs(1),
            route: Route::Network,
            credentials: Credentials::none(),
            patience: PATIENCE,
            between: None,
        }
    }
}

/// What a person who starts a station wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// The WebSocket is open.
    Connected(Version),
    /// It was closed or lost.
    Lost {
        /// Close reason or error text.
        reason: String,
    },
    /// An attempt failed.
    Failed {
        /// What went wrong.
        error: String,
        /// When the next one follows.
        retry_in: Duration,
    },
    /// The station reboots.
    Rebooting,
}

/// Why a connection was left.
enum Left {
    Shutdown,
    Lost(String),
    Reboot,
    PowerLoss(Duration),
    /// Cut from between, for a time or for ever.
    Cut(Option<Duration>),
}

/// Runs a station until `shutdown` resolves; it is returned then. `connect` makes a new link each time it is
/// called: over TCP, or over a stream in memory under the paused clock.
///
/// # Errors
/// When the URL can never be connected to.
pub async fn run<C, F>(
    station: Station,
    clock: Clock,
    config: RunnerConfig,
    mut connect: C,
    control: Control,
    mut progress: impl FnMut(Progress),
    shutdown: impl Future<Output = ()>,
) -> Result<Station, ConnectError>
where
    C: FnMut() -> F,
    F: Future<Output = Result<StationLink, ConnectError>>,
{
    let timeout = station.model().own_number("OCPPCommCtrlr", "MessageTimeout", Some("Default"));
    let timeout = Duration::from_secs(timeout.unwrap_or(OWN_TIMEOUT) as u64);
    let shutdown = pin!(shutdown);
    let outbox = Outbox::new(timeout);
    let RunnerConfig { route, credentials, patience, between, .. } = config;
    let wire = Wire::new(station.version());
    let courier = Courier::new(route, credentials.clone(), patience, station.policy.logs.redirects);
    let control = Some(control);
    let mut runner =
        Runner { station, clock, outbox, control, courier, credentials, between, wire, dark: None, shutdown };
    let mut backoff = Backoff::new(config.backoff, config.seed);
    loop {
        let link = match runner.beside(connect()).await {
            None => return Ok(runner.station),
            Some(Err(error @ ConnectError::Url { .. })) => return Err(error),
            Some(Err(error)) => {
                runner.station.not_connected(runner.clock.now(), &error);
                let retry_in = backoff.next_wait();
                progress(Progress::Failed { error: error.to_string(), retry_in });
                if runner.beside(sleep(retry_in)).await.is_none() {
                    return Ok(runner.station);
                }
                continue;
            }
            Some(Ok(link)) => link,
        };
        backoff.reset();
        progress(Progress::Connected(link.version()));
        let left = runner.talk(link).await;
        let wait = match left {
            Left::Shutdown => return Ok(runner.station),
            Left::Reboot => {
                progress(Progress::Rebooting);
                config.reboot
            }
            Left::PowerLoss(dark) => {
                progress(Progress::Rebooting);
                dark
            }
            Left::Cut(wait) => {
                progress(Progress::Lost { reason: "cut from between".to_owned() });
                wait.unwrap_or(FOR_EVER)
            }
            Left::Lost(reason) => {
                progress(Progress::Lost { reason });
                match runner.station.policy.outages.coming_back {
                    ComingBack::Soon => backoff.next_wait(),
                    ComingBack::Later => LATER,
                    ComingBack::Late => LATE,
                }
            }
        };
        if runner.beside(sleep(wait)).await.is_none() {
            return Ok(runner.station);
        }
    }
}

struct Runner<'s, S> {
    station: Station,
    clock: Clock,
    outbox: Outbox,
    /// `None` once every handle is gone.
    control: Option<Control>,
    courier: Courier,
    credentials: Credentials,
    between: Option<Between>,
    /// What is on its way to or from those between.
    wire: Wire,
    /// The power is gone for so long.
    dark: Option<Duration>,
    shutdown: Pin<&'s mut S>,
}

/// What happened while waiting.
enum Met<T> {
    Shutdown,
    Done(T),
    Effect,
    Time,
}

impl<S: Future<Output = ()>> Runner<'_, S> {
    /// Waits for something while offline; the station lives on meanwhile. `None` on shutdown.
    async fn beside<T>(&mut self, what: impl Future<Output = T>) -> Option<T> {
        let mut what = pin!(what);
        loop {
            match self.wait(what.as_mut(), None).await {
                Met::Shutdown => return None,
                Met::Done(done) => return Some(done),
                Met::Effect => {}
                Met::Time => self.station.tick(self.clock.now()),
            }
            // Offline the station keeps to itself what it has to say.
            while let Some(outgoing) = self.station.next_outgoing() {
                self.do_by_itself(outgoing);
            }
            if let Some(dark) = self.dark.take() {
                tokio::select! {
                    biased;
                    () = self.shutdown.as_mut() => return None,
                    () = sleep(dark) => {}
                }
            }
        }
    }

    /// Speaks with the CSMS until the connection ends.
    async fn talk(&mut self, mut link: StationLink) -> Left {
        self.station.connected(self.clock.now());
        if let Some(between) = self.between.clone() {
            self.touch();
            between.lock().connected(&mut self.wire);
        }
        let mut reboot_by = None;
        let left = loop {
            match self.pump(&mut link, &mut reboot_by).await {
                Err(Gone) => break Left::Lost("the connection broke while sending".to_owned()),
                Ok(Some(cut)) => break Left::Cut(cut),
                Ok(None) => {}
            }
            if let Some(dark) = self.dark.take() {
                break Left::PowerLoss(dark);
            }
            if reboot_by.is_some_and(|by| self.is_idle() || by <= self.clock.elapsed()) {
                break Left::Reboot;
            }
            let deadlines = [reboot_by, self.outbox.deadline(), self.wire.deadline()];
            let deadline = deadlines.into_iter().flatten().min();
            match self.wait(link.recv(), deadline).await {
                Met::Shutdown => break Left::Shutdown,
                Met::Done(Some(Received::Text(text))) => self.hear(&text),
                Met::Done(Some(Received::Closed { reason, .. })) => break Left::Lost(reason),
                Met::Done(None) => break Left::Lost("the connection ended".to_owned()),
                Met::Effect => {}
                Met::Time => self.time_passed(),
            }
        };
        if !matches!(left, Left::Lost(_) | Left::PowerLoss(_) | Left::Cut(_)) {
            // If the CSMS does not say goodbye, the connection is dropped.
            let goodbye = async { link.close(GOING_AWAY, "").await.is_ok() && link.recv().await.is_some() };
            let _ = timeout(GOODBYE, goodbye).await;
        }
        self.hang_up();
        left
    }

    /// Waits for the first of: shutdown, the thing itself, an effect (applied before this returns), the
    /// station's next wake-up or a deadline.
    async fn wait<T>(&mut self, what: impl Future<Output = T>, deadline: Option<Duration>) -> Met<T> {
        let wake = self.until_wakeup(deadline);
        let command = async {
            match &mut self.control {
                Some(control) => control.0.recv().await,
                None => std::future::pending().await,
            }
        };
        let time = async {
            match wake {
                Some(wait) => sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.shutdown.as_mut() => Met::Shutdown,
            done = what => Met::Done(done),
            (number, ended) = self.courier.arrived() => {
                self.station.upload_ended(self.clock.now(), number, ended);
                Met::Effect
            }
            command = command => {
                match command {
                    Some(command) => {
                        let done = self.happens(command.effect);
                        // Whoever asked may have gone; the effect has happened all the same.
                        let _ = command.answer.send(done.map_err(|e| e.to_string()));
                    }
                    None => self.control = None,
                }
                Met::Effect
            }
            () = time => Met::Time,
        }
    }

    fn until_wakeup(&self, deadline: Option<Duration>) -> Option<Duration> {
        let until = |at: Timestamp| {
            let wait = at.duration_since(self.clock.now());
            Duration::try_from(wait).unwrap_or(Duration::ZERO)
        };
        let deadline = deadline.map(|d| d.saturating_sub(self.clock.elapsed()));
        [self.station.next_wakeup().map(until), deadline].into_iter().flatten().min()
    }

    fn time_passed(&mut self) {
        let now = self.clock.now();
        if let Some(call) = self.outbox.expired(self.clock.elapsed()) {
            self.wire.answered(&call.id);
            self.station.answered(now, &call.action, None);
        }
        self.station.tick(now);
    }

    fn is_idle(&self) -> bool {
        self.outbox.is_idle() && self.wire.is_idle()
    }

    fn touch(&mut self) {
        self.wire.touch(self.clock.elapsed(), self.clock.now());
    }

    /// Something happens to the station from outside.
    fn happens(&mut self, effect: Effect) -> Result<(), EffectError> {
        let Some(between) = self.between.clone() else {
            return self.station.apply(self.clock.now(), &effect);
        };
        self.touch();
        between.lock().happens(effect, &mut self.wire);
        let mut done = Ok(());
        // Only effects that happen at once can be refused.
        while let Some(effect) = self.wire.due_effect() {
            done = self.station.apply(self.clock.now(), &effect);
        }
        done
    }

    /// The CSMS says something.
    fn hear(&mut self, text: &str) {
        let Ok(frame) = frame::read(text, self.station.version()).frame else {
            return self.station.handle(self.clock.now(), text);
        };
        let Some(between) = self.between.clone() else { return self.deliver(frame, text) };
        self.touch();
        if !matches!(frame, Frame::Call { .. }) && self.wire.answered(frame.id()) {
            return;
        }
        let passing = self.wire.passing(frame);
        between.lock().heard(passing, &mut self.wire);
    }

    /// Hands a frame to whom it concerns.
    fn deliver(&mut self, frame: Frame, text: &str) {
        let now = self.clock.now();
        let (id, payload) = match frame {
            Frame::CallResult { id, payload } => (id, Some(payload)),
            Frame::CallError { id, .. } => (id, None),
            _ => return self.station.handle(now, text),
        };
        let Some(call) = self.outbox.answered(&id) else { return };
        self.station.answered(now, &call.action, payload.as_ref());
        if call.action == "BootNotification"
            && payload.as_ref().and_then(|p| p.get("status")).is_some_and(|s| s == "Accepted")
            && let Some(between) = self.between.clone()
        {
            between.lock().accepted(&mut self.wire);
        }
    }

    /// The station says something.
    async fn say(&mut self, text: String, link: &mut StationLink) -> Result<(), Gone> {
        let Some(between) = self.between.clone() else { return link.send(text).await };
        let Ok(frame) = frame::read(&text, self.station.version()).frame else {
            return link.send(text).await;
        };
        let passing = self.wire.passing(frame);
        between.lock().said(passing, &mut self.wire);
        Ok(())
    }

    /// Sends answers at once and CALLs one after the other. Some time is given where the connection is to be cut.
    async fn pump(
        &mut self,
        link: &mut StationLink,
        reboot_by: &mut Option<Duration>,
    ) -> Result<Option<Option<Duration>>, Gone> {
        loop {
            self.touch();
            while let Some(call) = self.wire.next_call() {
                self.write(call.to_text(), link).await?;
            }
            // What was said first is on the wire before anything else happens.
            if let Some(act) = self.wire.due() {
                if let Act::Cut(back_in) = act {
                    return Ok(Some(back_in));
                }
                self.act(act, link).await?;
                continue;
            }
            let Some(outgoing) = self.station.next_outgoing() else {
                let Some(text) = self.outbox.next(self.clock.elapsed()) else { return Ok(None) };
                self.say(text, link).await?;
                continue;
            };
            match outgoing {
                Outgoing::Answer(text) | Outgoing::Send(text) => self.say(text, link).await?,
                Outgoing::Call(OwnCall { action, payload }) => {
                    self.outbox.queue(action, payload);
                }
                Outgoing::Reboot => *reboot_by = Some(self.clock.elapsed().saturating_add(LAST_WORDS)),
                other => self.do_by_itself(other),
            }
            if self.dark.is_some() {
                return Ok(None);
            }
        }
    }

    /// Writes what those between let pass.
    async fn write(&mut self, text: String, link: &mut StationLink) -> Result<(), Gone> {
        match self.wire.fragmented {
            true => link.send_in_fragments(text, FRAGMENT).await,
            false => link.send(text).await,
        }
    }

    /// Does what those between want to be done.
    async fn act(&mut self, act: Act, link: &mut StationLink) -> Result<(), Gone> {
        match act {
            Act::Send(call @ Frame::Call { .. }) => self.wire.queue(call),
            Act::Send(frame) => self.write(frame.to_text(), link).await?,
            Act::Text(text) => self.write(text, link).await?,
            Act::Deliver(frame) => {
                let text = frame.to_text();
                self.deliver(frame, &text);
            }
            // Nobody waits to hear whether a late effect could happen.
            Act::Apply(effect) => drop(self.station.apply(self.clock.now(), &effect)),
            Act::Wake => {
                if let Some(between) = self.between.clone() {
                    between.lock().woken(&mut self.wire);
                }
            }
            Act::Cut(_) => {}
        }
        Ok(())
    }

    /// Does what takes no connection to the CSMS.
    fn do_by_itself(&mut self, outgoing: Outgoing) {
        match outgoing {
            Outgoing::Upload(file) => {
                let file = match &self.between {
                    Some(between) => between.lock().uploads(file),
                    None => file,
                };
                self.courier.carry(file);
            }
            Outgoing::CancelUpload => self.courier.stop(),
            Outgoing::Password(password) => self.credentials.change_password(password),
            Outgoing::PowerLoss(seconds) => self.dark = Some(Duration::from_secs(seconds.into())),
            // What is said to nobody.
            Outgoing::Answer(_) | Outgoing::Send(_) | Outgoing::Call(_) | Outgoing::Reboot => {}
        }
    }

    /// The link is gone: the station gets back what was not answered.
    fn hang_up(&mut self) {
        self.wire.lost();
        let mut unanswered: Vec<OwnCall> = Vec::new();
        let lost = self.outbox.lost();
        let queued = std::mem::take(self.outbox.queued());
        unanswered.extend(lost.into_iter().chain(queued).map(own));
        while let Some(outgoing) = self.station.next_outgoing() {
            match outgoing {
                Outgoing::Call(call) => unanswered.push(call),
                other => self.do_by_itself(other),
            }
        }
        self.station.disconnected(self.clock.now(), unanswered);
    }
}

fn own(call: net::station::OwnCall) -> OwnCall {
    let payload: Value = call.payload;
    OwnCall { action: call.action, payload }
}
