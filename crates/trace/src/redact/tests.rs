use super::*;
use crate::{ConnId, Direction, LaneId, Trace};
use jiff::Timestamp;

const CARD: &str = "04ABCDEF123456";

fn evidence() -> (Vec<u8>, Hash) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("evidence.jsonl");
    let mut trace = Trace::in_file(&path).unwrap().salted([9; 32]);
    let frame =
        |raw: String| Body::Frame { conn: ConnId(1), dir: Direction::Rx, lane: None, raw: raw.into() };
    let bodies = [
        frame("[2,\"1\",\"Heartbeat\",{}]".to_owned()),
        frame(format!(
            "[2, \"2\",\"Authorize\", {{\"idToken\":{{\"idToken\":\"{CARD}\" ,\"type\":\"ISO14443\"}} }}]"
        )),
        frame(format!("[2,\"3\",\"DataTransfer\",{{\"data\":\"card {CARD} again\"}}]")),
        Body::Verdict {
            lane: LaneId(1),
            verdict: serde_json::json!({"observed": format!("token {CARD}"), "evidence": [1]}),
        },
        Body::End { why: "complete".to_owned() },
    ];
    for body in bodies {
        trace.append(Timestamp::UNIX_EPOCH, body);
    }
    (std::fs::read(&path).unwrap(), trace.last_hash().clone())
}

fn redacted() -> Redacted {
    let mut n = 0;
    let mut salt = || {
        n += 1;
        [n; 16]
    };
    redact(&evidence().0, &mut salt).unwrap()
}

#[test]
fn nothing_that_was_hidden_is_left_and_the_chain_leads_to_the_same_hash() {
    let out = redacted();
    assert!(!out.evidence.contains(CARD), "{}", out.evidence);
    let read = Evidence::parse(out.evidence.as_bytes()).unwrap();
    assert_eq!(read.last, evidence().1);
    assert_eq!(read.redacted, [Seq(1), Seq(2), Seq(3)]);
    let Body::Frame { raw, .. } = &read.records[1].body else { panic!("no frame") };
    let kept =
        "[2, \"2\",\"Authorize\", {\"idToken\":{\"idToken\":\"hidden-customer-1\" ,\"type\":\"ISO14443\"} }]";
    assert_eq!(raw.as_str(), kept, "all but the hidden text stays as it was");
}

#[test]
fn lines_without_secrets_stay_as_they_were() {
    let (before, _) = evidence();
    let before = String::from_utf8(before).unwrap();
    let out = redacted();
    let lines = |text: &str, n: usize| text.lines().nth(n).unwrap().to_owned();
    for n in [0, 4] {
        assert_eq!(lines(&before, n), lines(&out.evidence, n));
    }
}

#[test]
fn each_hidden_text_has_a_commitment_that_its_opening_fits() {
    let out = redacted();
    assert_eq!(out.hidden.len(), 3);
    for (hidden, opening) in out.hidden.iter().zip(&out.openings) {
        assert_eq!((hidden.record, &hidden.at), (opening.record, &opening.at));
        assert_eq!(hidden.commitment, commitment(&opening.salt, &opening.text));
        assert_eq!(opening.text, CARD);
    }
    assert_ne!(out.hidden[0].commitment, out.hidden[1].commitment, "salts differ");
}

#[test]
fn a_redacted_line_shows_neither_its_salt_nor_another_chain() {
    let out = redacted();
    let line = out.evidence.lines().nth(1).unwrap();
    assert!(!line.contains("\"salt\""), "{line}");
    let swapped = out.evidence.replacen("\"redacted\":\"", "\"redacted\":\"0", 1);
    assert!(Evidence::parse(swapped.as_bytes()).is_err());
}

#[test]
fn other_texts_about_the_run_are_swept_too() {
    let out = redacted();
    let swept = out.sweep(&format!("{{\"observed\": \"saw {CARD}\", \"n\": 1.50}}")).unwrap();
    assert_eq!(swept, "{\"observed\": \"saw hidden-customer-1\", \"n\": 1.50}");
    assert_eq!(out.sweep("{\"observed\": \"nothing\"}"), None);
}

#[test]
fn a_broken_frame_that_may_hold_a_secret_is_hidden_whole() {
    let body = Body::Frame {
        conn: ConnId(1),
        dir: Direction::Rx,
        lane: None,
        raw: "[2,\"1\",\"X\",{\"password\": \"abc".into(),
    };
    let found = spots(&body);
    assert_eq!((found.len(), found[0].at.as_str()), (1, ""));
    let mut texts = Texts::default();
    texts.name(&found[0].text, found[0].category);
    let Body::Frame { raw, .. } = hide(&body, &texts, &mut Vec::new()) else { panic!("no frame") };
    assert_eq!(raw.as_str(), "hidden-secret-1");
}
