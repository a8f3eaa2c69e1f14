//! A CSMS for tests: speaks frames to an engine, answers its CALLs, checks everything it says against the
//! schemas, and moves the time.

use jiff::{SignedDuration, Timestamp};
use net::Password;
use ocpp::frame::{self, Frame};
use ocpp::{ComponentRef, EvseRef, VariableAddress, VariableRef, Version, validate};
use serde_json::{Value, json};
use spec::{Archetype, Declaration, Effect, Source};
use station::{EffectError, Identity, Outgoing, OwnCall, Station, Upload, UploadFailure};

pub(crate) const PRODUCT: &str = include_str!("product.yaml");

pub(crate) fn archetype() -> Archetype {
    Archetype::from_sources(vec![Source::new("product.yaml", PRODUCT)]).unwrap()
}

pub(crate) fn identity() -> Identity {
    let text = |t: &str| t.to_owned();
    Identity { vendor: text("Acme"), model: text("Box"), serial: text("0001"), firmware: text("1.2.3") }
}

pub(crate) fn new_station(version: Version) -> Station {
    let archetype = archetype();
    Station::new(&archetype, &Declaration::complete(&archetype), version, identity())
}

/// `Component[instance].Variable[instance]@evse.connector`.
pub(crate) fn at(text: &str) -> VariableAddress {
    let (names, place) = text.split_once('@').map_or((text, None), |(n, p)| (n, Some(p)));
    let evse = place.map(|p| {
        let (id, connector) = p.split_once('.').map_or((p, None), |(id, c)| (id, Some(c)));
        EvseRef { id: id.parse().unwrap(), connector_id: connector.map(|c| c.parse().unwrap()) }
    });
    let (component, variable) = names.split_once('.').unwrap();
    let named = |text: &str| match text.split_once('[') {
        Some((name, instance)) => (name.to_owned(), Some(instance.trim_end_matches(']').to_owned())),
        None => (text.to_owned(), None),
    };
    let ((name, instance), variable) = (named(component), named(variable));
    VariableAddress {
        component: ComponentRef { name, instance, evse },
        variable: VariableRef { name: variable.0, instance: variable.1 },
    }
}

/// A `setMonitoringData` element.
pub(crate) fn monitor(kind: &str, on: &str, value: f64, severity: i64) -> Value {
    let VariableAddress { component, variable } = at(on);
    json!({ "type": kind, "value": value, "severity": severity, "component": component, "variable": variable })
}

/// Runs a test for both versions.
pub(crate) fn in_both(test: impl Fn(Csms)) {
    for version in Version::ALL {
        test(Csms::online(version));
    }
}

/// Runs a test for both versions, starting from a station that is not connected.
pub(crate) fn in_both_off(test: impl Fn(Csms)) {
    for version in Version::ALL {
        test(Csms::off(version));
    }
}

pub(crate) struct Csms {
    pub(crate) station: Station,
    pub(crate) version: Version,
    pub(crate) now: Timestamp,
    /// CALLs of the station in order, not yet looked at.
    pub(crate) heard: Vec<(String, Value)>,
    /// Answers and CALLs in the order they were given out.
    pub(crate) order: Vec<String>,
    pub(crate) boot_status: &'static str,
    pub(crate) stream_status: &'static str,
    /// CALLs of this action are refused.
    pub(crate) refuse: Option<&'static str>,
    pub(crate) rebooting: bool,
    /// Files the station wants uploaded, not yet looked at.
    pub(crate) uploads: Vec<Upload>,
    /// The password it shows next time.
    pub(crate) password: Option<Password>,
    answer: Option<Frame>,
}

impl Csms {
    /// A station switched on but not connected.
    pub(crate) fn off(version: Version) -> Csms {
        Csms::of(new_station(version))
    }

    pub(crate) fn of(station: Station) -> Csms {
        Csms {
            version: station.version(),
            station,
            now: "2026-03-01T10:00:07.000Z".parse().unwrap(),
            heard: Vec::new(),
            order: Vec::new(),
            boot_status: "Accepted",
            stream_status: "Accepted",
            refuse: None,
            rebooting: false,
            uploads: Vec::new(),
            password: None,
            answer: None,
        }
    }

    /// A station that has booted; what it said at boot is forgotten.
    pub(crate) fn online(version: Version) -> Csms {
        let mut csms = Csms::off(version);
        csms.connect();
        csms.forget();
        csms
    }

    /// Answers a stream whose opening was left unanswered, while `stream_status` was empty.
    pub(crate) fn answer_stream(&mut self, status: &str) {
        self.station.answered(self.now, "OpenPeriodicEventStream", Some(&json!({ "status": status })));
        self.listen();
    }

    pub(crate) fn connect(&mut self) {
        self.station.connected(self.now);
        self.listen();
    }

    pub(crate) fn disconnect(&mut self) {
        self.station.disconnected(self.now, Vec::new());
        self.listen();
    }

    pub(crate) fn disconnect_unanswered(&mut self, action: &str, payload: Value) {
        let call = OwnCall { action: action.to_owned(), payload };
        self.station.disconnected(self.now, vec![call]);
        self.listen();
    }

    /// What a runner does when the station reboots.
    pub(crate) fn reboot(&mut self) {
        assert!(std::mem::take(&mut self.rebooting), "the station does not reboot");
        self.disconnect();
        self.wait(2);
        self.connect();
    }

    pub(crate) fn forget(&mut self) {
        self.heard.clear();
        self.order.clear();
    }

    fn listen(&mut self) {
        while let Some(outgoing) = self.station.next_outgoing() {
            match outgoing {
                Outgoing::Answer(text) => {
                    self.order.push("answer".into());
                    self.answer = Some(frame::read(&text, self.version).frame.unwrap());
                }
                Outgoing::Call(call) => {
                    self.check(&format!("{}Request", call.action), &call.payload);
                    let boot = json!({ "currentTime": "2026-03-01T10:00:00Z", "interval": 300,
                                       "status": self.boot_status });
                    let answer = match call.action.as_str() {
                        "BootNotification" => boot,
                        "Authorize" => json!({ "idTokenInfo": { "status": "Accepted" } }),
                        "OpenPeriodicEventStream" => json!({ "status": self.stream_status }),
                        _ => json!({}),
                    };
                    self.order.push(call.action.clone());
                    self.heard.push((call.action.clone(), call.payload));
                    if call.action == "OpenPeriodicEventStream" && self.stream_status.is_empty() {
                        continue;
                    }
                    let answer = Some(&answer).filter(|_| self.refuse != Some(call.action.as_str()));
                    self.station.answered(self.now, &call.action, answer);
                }
                Outgoing::Send(text) => {
                    let Ok(Frame::Send { action, payload, .. }) = frame::read(&text, self.version).frame
                    else {
                        panic!("no SEND: {text}");
                    };
                    self.check(&action, &payload);
                    self.order.push(action.clone());
                    self.heard.push((action, payload));
                }
                Outgoing::Reboot | Outgoing::PowerLoss(_) => self.rebooting = true,
                Outgoing::Upload(upload) => {
                    self.order.push("upload".into());
                    self.uploads.push(upload);
                }
                Outgoing::CancelUpload => self.order.push("cancel".into()),
                Outgoing::Password(password) => self.password = Some(password),
            }
        }
    }

    fn check(&self, name: &str, payload: &Value) {
        let violations = validate::validate(self.version, name, payload).unwrap();
        assert!(violations.is_empty(), "{}: {name} {payload}: {violations:?}", self.version);
    }

    /// Sends a text and gives back the answer.
    pub(crate) fn say(&mut self, text: &str) -> Option<Frame> {
        self.answer = None;
        self.station.handle(self.now, text);
        self.listen();
        self.answer.take()
    }

    /// Sends a CALL that must be answered by a CALLRESULT.
    pub(crate) fn call(&mut self, action: &str, payload: Value) -> Value {
        let text = Frame::call("c-1", action, payload.clone()).to_text();
        match self.say(&text) {
            Some(Frame::CallResult { id, payload }) => {
                assert_eq!(id, "c-1");
                self.check(&format!("{action}Response"), &payload);
                payload
            }
            other => panic!("{action} {payload} was answered by {other:?}"),
        }
    }

    /// Sends a CALL that must be answered by a CALLERROR; gives its code.
    pub(crate) fn refused(&mut self, action: &str, payload: Value) -> String {
        let text = Frame::call("c-1", action, payload).to_text();
        match self.say(&text) {
            Some(Frame::CallError { code, .. }) => code,
            other => panic!("{action} was answered by {other:?}"),
        }
    }

    pub(crate) fn status(&mut self, action: &str, payload: Value) -> String {
        self.call(action, payload)["status"].as_str().unwrap().to_owned()
    }

    /// The file under way has arrived, or why it did not.
    pub(crate) fn upload_ends(&mut self, number: u64, status: Result<(), &'static str>) {
        let ended = status.map_err(|status| UploadFailure { status, reason: None });
        self.station.upload_ended(self.now, number, ended);
        self.listen();
    }

    /// Lets seconds pass; the station is woken when it wants to be.
    pub(crate) fn wait(&mut self, seconds: i64) {
        let end = self.now + SignedDuration::from_secs(seconds);
        while let Some(wake) = self.station.next_wakeup().filter(|w| *w <= end) {
            self.now = wake.max(self.now);
            self.station.tick(self.now);
            self.listen();
        }
        self.now = end;
    }

    pub(crate) fn try_value(&mut self, on: &str, value: &str) -> Result<(), EffectError> {
        let done = self.station.apply(self.now, &Effect::value(&at(on), value));
        self.listen();
        done
    }

    /// A variable takes a value in the physical world.
    pub(crate) fn value(&mut self, on: &str, value: &str) {
        self.try_value(on, value).unwrap();
    }

    /// Something happens to the station from outside.
    pub(crate) fn happens(&mut self, effect: Effect) {
        self.station.apply(self.now, &effect).unwrap();
        self.listen();
    }

    pub(crate) fn start_transaction(&mut self, evse: u32) {
        self.station.apply(self.now, &Effect::TransactionStart { evse }).unwrap();
        self.listen();
    }

    pub(crate) fn end_transaction(&mut self, evse: u32) {
        self.station.apply(self.now, &Effect::TransactionEnd { evse }).unwrap();
        self.listen();
    }

    /// Sets one monitor; gives its result.
    pub(crate) fn set(&mut self, monitor: Value) -> Value {
        let response = self.call("SetVariableMonitoring", json!({ "setMonitoringData": [monitor] }));
        response["setMonitoringResult"][0].clone()
    }

    /// Sets one monitor that must be accepted; gives its id.
    pub(crate) fn must_set(&mut self, monitor: Value) -> i64 {
        let result = self.set(monitor);
        assert_eq!(result["status"], "Accepted", "{result}");
        result["id"].as_i64().unwrap()
    }

    pub(crate) fn clear(&mut self, id: i64) -> String {
        let response = self.call("ClearVariableMonitoring", json!({ "id": [id] }));
        response["clearMonitoringResult"][0]["status"].as_str().unwrap().to_owned()
    }

    /// CALLs of one action since last asked; the others stay.
    pub(crate) fn take(&mut self, action: &str) -> Vec<Value> {
        let (taken, rest) = std::mem::take(&mut self.heard).into_iter().partition(|(a, _)| a == action);
        self.heard = rest;
        let taken: Vec<(String, Value)> = taken;
        taken.into_iter().map(|(_, p)| p).collect()
    }

    /// Every event since last asked.
    pub(crate) fn all_events(&mut self) -> Vec<Value> {
        let messages = self.take("NotifyEvent");
        messages.iter().flat_map(|m| m["eventData"].as_array().unwrap().clone()).collect()
    }

    /// Events since last asked, but for the states of connectors: a fault may change those too.
    pub(crate) fn events(&mut self) -> Vec<Value> {
        self.all_events().into_iter().filter(|e| !is_state_of_connector(e)).collect()
    }

    /// The one event since last asked.
    pub(crate) fn event(&mut self) -> Value {
        let events = self.events();
        assert_eq!(events.len(), 1, "{events:#?}");
        events[0].clone()
    }

    /// The entries of the report that follows a request, after checking how its parts are numbered.
    pub(crate) fn report(&mut self, action: &str, notify: &str, list: &str, request: Value) -> Vec<Value> {
        self.forget();
        assert_eq!(self.status(action, request.clone()), "Accepted", "{request}");
        assert_eq!(self.order.first().map(String::as_str), Some("answer"), "the response comes first");
        let parts = self.take(notify);
        let mut entries = Vec::new();
        for (n, part) in parts.iter().enumerate() {
            assert_eq!(part["seqNo"], n);
            assert_eq!(part["requestId"], request["requestId"]);
            assert_eq!(part["tbc"], n + 1 < parts.len());
            entries.extend(part[list].as_array().unwrap().iter().cloned());
        }
        entries
    }

    pub(crate) fn inventory(&mut self, base: &str) -> Vec<Value> {
        let request = json!({ "requestId": 7, "reportBase": base });
        self.report("GetBaseReport", "NotifyReport", "reportData", request)
    }

    /// All monitors as (id, address, monitor).
    pub(crate) fn monitors(&mut self, filter: Value) -> Vec<(i64, String, Value)> {
        let mut request = json!({ "requestId": 8 });
        for (key, value) in filter.as_object().unwrap() {
            request[key] = value.clone();
        }
        let entries = self.report("GetMonitoringReport", "NotifyMonitoringReport", "monitor", request);
        let mut monitors = Vec::new();
        for entry in &entries {
            for m in entry["variableMonitoring"].as_array().unwrap() {
                monitors.push((m["id"].as_i64().unwrap(), shown(entry), m.clone()));
            }
        }
        monitors
    }

    /// Reads one variable.
    pub(crate) fn get(&mut self, on: &str) -> Value {
        let VariableAddress { component, variable } = at(on);
        let data = json!({ "getVariableData": [{ "component": component, "variable": variable }] });
        self.call("GetVariables", data)["getVariableResult"][0].clone()
    }

    /// Writes one variable; gives the status.
    pub(crate) fn put(&mut self, on: &str, value: &str) -> String {
        let VariableAddress { component, variable } = at(on);
        let one = json!({ "component": component, "variable": variable, "attributeValue": value });
        let response = self.call("SetVariables", json!({ "setVariableData": [one] }));
        response["setVariableResult"][0]["attributeStatus"].as_str().unwrap().to_owned()
    }
}

/// The address of an entry, an event or a result.
pub(crate) fn shown(entry: &Value) -> String {
    let component: ComponentRef = serde_json::from_value(entry["component"].clone()).unwrap();
    let variable: VariableRef = serde_json::from_value(entry["variable"].clone()).unwrap();
    VariableAddress { component, variable }.to_string()
}

fn is_state_of_connector(event: &Value) -> bool {
    event["component"]["name"] == "Connector" && event["variable"]["name"] == "AvailabilityState"
}
