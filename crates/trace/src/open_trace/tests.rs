use super::*;

fn record(n: u64, body: Body) -> Record {
    Record { n: Seq(n), t: "2026-01-31T12:00:00.250Z".parse().unwrap(), body }
}

fn rx(n: u64, raw: &str) -> Record {
    record(n, Body::Frame { conn: CONN, dir: Direction::Rx, lane: None, raw: raw.into() })
}

fn run(raws: &[&str]) -> Vec<Record> {
    let mut all = vec![record(0, connected("CS1", Version::V21))];
    all.extend((1..).zip(raws).map(|(n, raw)| rx(n, raw)));
    all
}

fn lines(exported: &Exported) -> Vec<Value> {
    exported.text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[test]
fn a_frame_is_taken_apart_and_kept_verbatim() {
    let raw = "[2, \"1\", \"Heartbeat\",\n {\"a\": 1.50}]";
    let exported = export(&run(&[raw]));
    let line = &lines(&exported)[0];
    assert_eq!(line["raw"], raw);
    assert_eq!(line["payload"].to_string(), "{\"a\":1.5}");
    assert!(exported.text.contains("\"payload\":{\"a\":1.50}"), "the spelling of numbers is kept");
    for (key, value) in [
        ("schemaVersion", "1.1"),
        ("timestamp", "2026-01-31T12:00:00.25Z"),
        ("ocppVersion", "2.1"),
        ("transport", "json"),
        ("chargePointId", "CS1"),
        ("direction", "cp-to-csms"),
        ("messageType", "CALL"),
        ("messageId", "1"),
        ("action", "Heartbeat"),
    ] {
        assert_eq!(line[key], value, "{key}");
    }
    assert_eq!(line["meta"]["record"], 1);
}

#[test]
fn errors_are_taken_apart_too_and_what_has_no_word_is_left_out() {
    let exported = export(&run(&[
        "[4,\"1\",\"InternalError\",\"oh\",{}]",
        "[6,\"2\",\"X\",{}]",
        "nonsense",
        "[3,\"1\",{}]",
    ]));
    let lines = lines(&exported);
    assert_eq!(lines[0]["error"]["code"], "InternalError");
    assert!(lines[1].get("error").is_none());
    assert_eq!(exported.left_out, [Seq(2), Seq(3)]);
}

#[test]
fn what_was_exported_reads_back_as_the_same_frames() {
    let raws = ["[2, \"1\",\"Heartbeat\",{ }]", "[3,\"1\",{}]", "[4,\"2\",\"GenericError\",\"\",{}]"];
    let records = run(&raws);
    assert_eq!(import(&export(&records).text).unwrap(), records);
}

#[test]
fn a_line_without_its_raw_frame_is_put_together() {
    let text = r#"{"schemaVersion":"1.0","timestamp":"2026-01-31T12:00:00Z","ocppVersion":"2.0.1","transport":"json","direction":"csms-to-cp","messageType":"CALL","messageId":"a\"b","action":"Reset","payload":{ "type": "Immediate" },"more":1}"#;
    let Body::Frame { raw, dir, .. } = &import(text).unwrap()[1].body else { panic!("no frame") };
    assert_eq!((raw.as_str(), *dir), (r#"[2,"a\"b","Reset",{"type":"Immediate"}]"#, Direction::Tx));
}

#[test]
fn what_is_not_judged_here_is_refused_with_its_line() {
    let line = |version: &str, transport: &str, station: &str| {
        format!(
            r#"{{"schemaVersion":"1.1","timestamp":"2026-01-31T12:00:00Z","ocppVersion":"{version}","transport":"{transport}","chargePointId":"{station}","direction":"cp-to-csms","messageType":"CALLRESULT","payload":{{}}}}"#
        )
    };
    let good = line("2.1", "json", "A");
    for (bad, why) in [
        (line("1.6", "json", "A"), "1.6"),
        (line("2.1", "soap", "A"), "soap"),
        (line("2.1", "json", "B"), "about B"),
        (line("2.0.1", "json", "A"), "OCPP 2.0.1"),
        (good.replace("1.1", "2.0"), "schemaVersion"),
        (good.replace("cp-to", "up-to"), "direction"),
        ("{}".to_owned(), "missing field"),
    ] {
        let error = import(&format!("{good}\n{bad}\n")).unwrap_err();
        assert_eq!(error.line, 2, "{bad}");
        assert!(error.why.contains(why), "{error}");
    }
    assert!(import("\n").is_err());
}
