//! The station connected to a CSMS: in memory under the paused clock, and over loopback.

use crate::support::{at, new_station};
use net::{BackoffConfig, Clock, Csms, CsmsConfig, Log, StationLink};
use ocpp::Version;
use serde_json::{Value, json};
use spec::Effect;
use station::control::{self, Handle};
use station::{Progress, RunnerConfig, Station};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use trace::{Body, Direction, LaneId, Record, Trace};

const HOT: &str = "TemperatureSensor[Ambient].Temperature";
const LANE: LaneId = LaneId(1);

struct Bench {
    csms: Csms,
    log: Log,
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    station: Option<JoinHandle<Station>>,
    progress: Arc<Mutex<Vec<Progress>>>,
}

impl Bench {
    /// A station in memory that has booted.
    async fn online(version: Version) -> Bench {
        let clock = Clock::starting_at("2026-03-01T10:00:07Z".parse().unwrap());
        let log = Log::new(clock.clone(), Trace::in_memory());
        let csms = Csms::new(CsmsConfig::default(), log.clone());
        let server = csms.clone();
        let connect = move || {
            let server = server.clone();
            async move {
                let (near, far) = tokio::io::duplex(64 << 10);
                server.accept(far, "memory".into());
                StationLink::attach(near, "ws://memory", "CS001", &[version]).await
            }
        };
        let (handle, control) = control::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let progress = Arc::new(Mutex::new(Vec::new()));
        let noted = progress.clone();
        let backoff = BackoffConfig { random_range: Duration::ZERO, ..BackoffConfig::default() };
        let config = RunnerConfig { backoff, ..RunnerConfig::default() };
        let station = tokio::spawn(async move {
            let note = move |p| noted.lock().unwrap().push(p);
            let stopped = async { drop(stopped.await) };
            station::run(new_station(version), clock, config, connect, control, note, stopped).await.unwrap()
        });
        let bench = Bench { csms, log, handle, stop: Some(stop), station: Some(station), progress };
        tokio::time::sleep(Duration::from_millis(100)).await;
        bench
    }

    async fn stop(&mut self) -> Station {
        self.stop.take().unwrap().send(()).unwrap();
        self.station.take().unwrap().await.unwrap()
    }

    async fn call(&self, action: &str, payload: Value) {
        self.csms.call(LANE, "c-1", action, payload).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    fn records(&self) -> Vec<Record> {
        self.log.with(|t| t.records().to_vec())
    }

    /// Frames of the station: (time, frame).
    fn frames(&self) -> Vec<(String, Value)> {
        let frame = |r: Record| match r.body {
            Body::Frame { dir: Direction::Rx, raw, .. } => {
                Some((format!("{:.0}", r.t), serde_json::from_str(&raw).unwrap()))
            }
            _ => None,
        };
        self.records().into_iter().filter_map(frame).collect()
    }

    fn calls(&self, action: &str) -> Vec<(String, Value)> {
        let mut calls = self.frames();
        calls.retain(|(_, frame)| frame[0] == 2 && frame[2] == action);
        calls.into_iter().map(|(t, frame)| (t, frame[3].clone())).collect()
    }
}

async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_station_boots_and_its_periodic_monitors_keep_time() {
    let mut bench = Bench::online(Version::V21).await;
    assert_eq!(bench.calls("BootNotification").len(), 1);
    let address = at(HOT);
    let monitor = json!({ "type": "PeriodicClockAligned", "value": 15, "severity": 8,
                          "component": address.component, "variable": address.variable });
    bench.call("SetVariableMonitoring", json!({ "setMonitoringData": [monitor] })).await;
    pass(45).await;
    let ticks: Vec<String> = bench
        .calls("NotifyEvent")
        .into_iter()
        .filter(|(_, m)| m["eventData"][0]["trigger"] == "Periodic")
        .map(|(t, _)| t)
        .collect();
    assert_eq!(ticks, ["2026-03-01T10:00:15Z", "2026-03-01T10:00:30Z", "2026-03-01T10:00:45Z"]);
    bench.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_effect_shows_on_the_wire_and_an_impossible_one_says_why() {
    let mut bench = Bench::online(Version::V201).await;
    bench.handle.apply(Effect::value(&at(HOT), "85")).await.unwrap();
    pass(1).await;
    assert_eq!(bench.calls("NotifyEvent")[0].1["eventData"][0]["actualValue"], "85");
    let error = bench.handle.apply(Effect::TransactionEnd { evse: 1 }).await.unwrap_err();
    assert_eq!(error, "EVSE 1 has no transaction to end");
    bench.stop().await;
    let error = bench.handle.apply(Effect::value(&at(HOT), "25")).await.unwrap_err();
    assert_eq!(error, "the station has stopped");
}

#[tokio::test(start_paused = true)]
async fn only_one_call_of_the_station_is_unanswered_at_a_time() {
    let mut bench = Bench::online(Version::V201).await;
    bench.call("GetBaseReport", json!({ "requestId": 1, "reportBase": "FullInventory" })).await;
    let mut open = 0;
    for record in bench.records() {
        if let Body::Frame { dir, raw, .. } = record.body {
            let frame: Value = serde_json::from_str(&raw).unwrap();
            match (dir, frame[0].as_i64().unwrap()) {
                (Direction::Rx, 2) => open += 1,
                (Direction::Tx, 3) => open -= 1,
                _ => {}
            }
            assert!(open <= 1);
        }
    }
    assert!(bench.calls("NotifyReport").len() > 1);
    bench.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_reset_closes_the_connection_and_the_station_boots_again() {
    let mut bench = Bench::online(Version::V21).await;
    bench.handle.apply(Effect::TransactionStart { evse: 1 }).await.unwrap();
    bench.call("Reset", json!({ "type": "Immediate" })).await;
    pass(5).await;
    let boots = bench.calls("BootNotification");
    assert_eq!(boots.len(), 2);
    assert_eq!(boots[1].1["reason"], "RemoteReset");
    let ended = bench.calls("TransactionEvent");
    assert_eq!(ended.last().unwrap().1["eventType"], "Ended");
    assert!(bench.progress.lock().unwrap().contains(&Progress::Rebooting));
    bench.stop().await;
}

#[tokio::test(start_paused = true)]
async fn after_a_cut_the_station_connects_again_and_tells_what_it_kept() {
    for polite in [true, false] {
        let mut bench = Bench::online(Version::V201).await;
        bench.csms.hang_up(LANE, polite);
        pass(1).await;
        bench.handle.apply(Effect::value(&at(HOT), "85")).await.unwrap();
        pass(10).await;
        let (told, message) = bench.calls("NotifyEvent").remove(0);
        assert_eq!(message["eventData"].as_array().unwrap().len(), 1);
        assert_eq!(message["eventData"][0]["timestamp"], "2026-03-01T10:00:08.100Z");
        assert_eq!(told, "2026-03-01T10:00:09Z", "after a wait of two seconds");
        assert_eq!(bench.calls("BootNotification").len(), 1, "a reconnect is no boot");
        bench.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_station_that_is_stopped_says_goodbye() {
    let mut bench = Bench::online(Version::V201).await;
    let station = bench.stop().await;
    assert_eq!(station.version(), Version::V201);
    pass(1).await;
    let closed = bench.records().into_iter().find_map(|r| match r.body {
        Body::Closed { by, code, .. } => Some((by, code)),
        _ => None,
    });
    assert_eq!(closed, Some((trace::Closer::Station, Some(1001))));
}

#[tokio::test(start_paused = true)]
async fn the_same_inputs_give_the_same_trace() {
    async fn once() -> Vec<Record> {
        let mut bench = Bench::online(Version::V21).await;
        bench.call("GetBaseReport", json!({ "requestId": 1, "reportBase": "FullInventory" })).await;
        bench.handle.apply(Effect::value(&at(HOT), "85")).await.unwrap();
        bench.csms.hang_up(LANE, false);
        pass(60).await;
        bench.stop().await;
        bench.records()
    }
    assert_eq!(once().await, once().await);
}

#[tokio::test]
async fn a_rig_reaches_the_station_over_tcp_in_lines_of_json() {
    let (handle, control) = control::channel();
    let server = control::Server::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let serving = tokio::spawn(server.run(handle));
    let clock = Clock::wall();
    let (stop, stopped) = oneshot::channel::<()>();
    // No CSMS listens there: effects reach the station all the same.
    let connect = || StationLink::connect("ws://127.0.0.1:9", "CS001", &[Version::V201]);
    let station = tokio::spawn(async move {
        let stopped = async { drop(stopped.await) };
        let config = RunnerConfig::default();
        station::run(new_station(Version::V201), clock, config, connect, control, |_| (), stopped).await
    });

    let rig = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut rig = BufReader::new(rig);
    let mut answers = Vec::new();
    let warm = json!(Effect::value(&at(HOT), "30")).to_string();
    for line in [warm.as_str(), r#"{"effect":"transaction-end","evse":1}"#, "warm it"] {
        rig.get_mut().write_all(format!("{line}\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        rig.read_line(&mut answer).await.unwrap();
        answers.push(serde_json::from_str::<Value>(&answer).unwrap());
    }
    assert_eq!(answers[0], json!({ "ok": true }));
    assert_eq!(answers[1], json!({ "error": "EVSE 1 has no transaction to end" }));
    assert!(answers[2]["error"].as_str().unwrap().starts_with("the line is no effect"));

    stop.send(()).unwrap();
    let station = station.await.unwrap().unwrap();
    let warm = station.model().find(&at(HOT)).and_then(|id| station.model().get(id)).unwrap();
    assert_eq!(warm.actual(), "30");
    serving.abort();
}
