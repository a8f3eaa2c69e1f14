//! Security profiles by their flags: a throw-away PKI, a run that demands a profile, and the reference station.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use support::{code, diagmark, err, listening, out, result, run};

const SHORT: [&str; 6] = ["--level", "1", "--select", "@req:B-0001", "--station-id", "CS001"];

struct Folder(tempfile::TempDir);

impl Folder {
    fn with_pki() -> Folder {
        let folder = Folder(tempfile::tempdir().unwrap());
        let made = run(&["pki", "new", &folder.at("pki"), "--station-id", "CS001"]);
        assert_eq!(code(&made), 0, "{}", err(&made));
        assert_eq!(out(&made).lines().count(), 17);
        std::fs::write(folder.0.path().join("password"), "CS001 a-password-of-16\n").unwrap();
        std::fs::write(folder.0.path().join("wrong"), "another-password\n").unwrap();
        folder
    }

    fn at(&self, file: &str) -> String {
        self.0.path().join(file).to_str().unwrap().to_owned()
    }
}

/// Starts the reference station; returns it and what it says after its first line.
fn station(url: &str, more: &[&str]) -> (Child, String) {
    let mut args = vec!["station", "--archetype", "ac-wallbox", "--connect", url, "--id", "CS001"];
    args.extend(more);
    let mut child = diagmark(&args).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    let said = lines.next().unwrap().unwrap();
    // Read on, so that the station can.
    std::thread::spawn(move || lines.for_each(drop));
    (child, said)
}

fn refused(url: &str, more: &[&str]) -> String {
    let (mut child, said) = station(url, more);
    child.kill().unwrap();
    child.wait().unwrap();
    said
}

#[test]
fn a_run_under_mutual_tls_refuses_an_expired_certificate_and_judges_the_good_one() {
    let folder = Folder::with_pki();
    let (cert, key, ca) = (folder.at("pki/csms.pem"), folder.at("pki/csms.key"), folder.at("pki/root.pem"));
    let dir = folder.at("run");
    let demanded = [
        "--security-profile",
        "3",
        "--tls-cert",
        &cert,
        "--tls-key",
        &key,
        "--client-ca",
        &ca,
        "--out",
        &dir,
    ];
    let waiting = listening(&[&SHORT[..], &demanded].concat());
    assert!(waiting.url.starts_with("wss://127.0.0.1:"), "{}", waiting.url);
    let shows = |name: &str| [folder.at(&format!("pki/{name}.pem")), folder.at(&format!("pki/{name}.key"))];
    let [old, old_key] = shows("station-expired");
    let said = refused(&waiting.url, &["--ca", &ca, "--cert", &old, "--key", &old_key]);
    assert!(said.contains("TLS alert CertificateExpired"), "{said}");
    let [good, good_key] = shows("station");
    let (mut child, said) = station(&waiting.url, &["--ca", &ca, "--cert", &good, "--key", &good_key]);
    assert_eq!(said, "connected, OCPP 2.0.1");
    let (_, _, progress) = waiting.end();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(progress.contains("was refused: the station's certificate is refused: expired"), "{progress}");
    let security = &result(Path::new(&dir))["security"];
    assert_eq!((&security["profile"], &security["tls"]), (&3.into(), &"TLSv1_3".into()));
    let verified = run(&["verify", &dir]);
    assert!(err(&verified).contains("verified"), "{}", err(&verified));
}

#[test]
fn a_run_with_passwords_refuses_the_wrong_one_and_says_it_nowhere() {
    let folder = Folder::with_pki();
    let (dir, right, wrong) = (folder.at("run"), folder.at("password"), folder.at("wrong"));
    let demanded = ["--security-profile", "1", "--password-file", &right, "--out", &dir];
    let waiting = listening(&[&SHORT[..], &demanded].concat());
    let said = refused(&waiting.url, &["--password-file", &wrong]);
    assert!(said.contains("HTTP status 401"), "{said}");
    let (mut child, said) = station(&waiting.url, &["--password-file", &right]);
    assert_eq!(said, "connected, OCPP 2.0.1");
    let (_, _, progress) = waiting.end();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(progress.contains("wrong password for `CS001`"), "{progress}");
    let evidence = std::fs::read_to_string(Path::new(&dir).join("evidence.jsonl")).unwrap();
    assert!(!evidence.contains("a-password-of-16") && !evidence.contains("another-password"));
    assert_eq!(result(Path::new(&dir))["security"]["profile"], 1);
}

#[test]
fn what_a_profile_lacks_or_does_not_use_is_a_usage_error() {
    let folder = Folder::with_pki();
    let (cert, key, password) = (folder.at("pki/csms.pem"), folder.at("pki/csms.key"), folder.at("password"));
    let listen = ["certify", "--archetype", "ac-wallbox", "--listen", "127.0.0.1:0", "--out", "/nonexistent"];
    for (more, why) in [
        (&["--security-profile", "3"][..], "needs a certificate of the CSMS"),
        (&["--security-profile", "1"], "needs a password"),
        (&["--security-profile", "3", "--tls-cert", &cert, "--tls-key", &key], "--client-ca"),
        (&["--password-file", &password], "security profile 0 uses no password"),
        (&["--security-profile", "3", "--tls-cert", &cert], "--tls-key"),
        (&["--security-profile", "2", "--password-file", "/nonexistent"], "/nonexistent"),
        (&["--security-profile", "4"], "0, 1, 2 or 3"),
    ] {
        let output = run(&[&listen[..], more].concat());
        assert_eq!(code(&output), 2, "{}", err(&output));
        assert!(err(&output).contains(why), "{}", err(&output));
    }
}

/// A declaration of a product that has everything.
fn everything_declared() -> String {
    let archetype = spec::Archetype::load("ac-wallbox").unwrap();
    let answers: String = archetype.conditions.iter().map(|c| format!("  {}: yes\n", c.id)).collect();
    format!(
        "schemaVersion: 1\narchetype: ac-wallbox\nproduct:\n  vendor: Diagmark\n  model: Reference\nconditions:\n{answers}"
    )
}

/// Verdicts that were reached on a row.
fn verdicts(dir: &str, row: &str) -> Vec<String> {
    let result = result(Path::new(dir));
    let of = result["verdicts"].as_array().unwrap().iter().filter(|v| v["row"] == row);
    of.map(|v| v["verdict"].as_str().unwrap().to_owned()).collect()
}

/// How the files of a run arrived: protocol and length.
fn stored(dir: &str) -> Vec<(String, u64)> {
    let evidence = std::fs::read_to_string(Path::new(dir).join("evidence.jsonl")).unwrap();
    let records = evidence.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let uploads = records.filter(|r| r["kind"] == "upload" && r["event"]["outcome"] == "stored");
    uploads
        .map(|r| (r["protocol"].as_str().unwrap().to_owned(), r["event"]["bytes"].as_u64().unwrap()))
        .collect()
}

#[test]
fn the_reference_station_is_certified_under_each_profile_with_what_is_made_for_the_run() {
    let folder = Folder(tempfile::tempdir().unwrap());
    for (profile, row, words) in [
        ("1", "B-0481", "security profile 1, basic authentication"),
        ("2", "B-0485", "security profile 2, TLS and basic authentication"),
        ("3", "B-0486", "security profile 3, mutual TLS"),
    ] {
        let dir = folder.at(&format!("run-{profile}"));
        let select = format!("@req:{row}");
        let args = ["certify", "--archetype", "ac-wallbox", "--station", "reference", "--out", &dir];
        let output = run(&[&args[..], &["--security-profile", profile, "--select", &select]].concat());
        assert_eq!(code(&output), 0, "{}", err(&output));
        assert!(out(&output).contains(words), "{}", out(&output));
        assert_eq!(verdicts(&dir, row), ["pass"]);
        let entries = std::fs::read_dir(&dir).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap());
        let names: Vec<String> = entries.collect();
        assert!(names.iter().all(|n| !n.ends_with(".key") && !n.ends_with(".pem")), "{names:?}");
    }
}

#[test]
fn what_is_made_for_the_reference_station_cannot_be_given_too() {
    let folder = Folder::with_pki();
    let password = folder.at("password");
    let args = ["certify", "--archetype", "ac-wallbox", "--station", "reference", "--security-profile", "1"];
    let output = run(&[&args[..], &["--password-file", &password, "--out", "/nonexistent"]].concat());
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("made by the suite"), "{}", err(&output));
}

#[test]
fn logs_are_uploaded_by_https_under_mutual_tls_and_the_run_verifies() {
    let folder = Folder::with_pki();
    let at = |file: &str| folder.at(&format!("pki/{file}"));
    let (cert, key, root, dir) = (at("csms.pem"), at("csms.key"), at("root.pem"), folder.at("run"));
    let tls = ["--security-profile", "3", "--tls-cert", &cert, "--tls-key", &key, "--client-ca", &root];
    let declared = folder.at("declaration.yaml");
    std::fs::write(&declared, everything_declared()).unwrap();
    let select = "@req:B-0421 or @req:B-0422 or @req:B-0423 or @req:B-0425 or @req:B-0436";
    let run_of =
        ["--select", select, "--declaration", &declared, "--upload-addr", "localhost", "--out", &dir];
    let waiting = listening(&[&tls[..], &run_of].concat());
    let (own, own_key) = (at("station.pem"), at("station.key"));
    let (mut child, said) = station(&waiting.url, &["--ca", &root, "--cert", &own, "--key", &own_key]);
    assert_eq!(said, "connected, OCPP 2.0.1");
    let (_, _, progress) = waiting.end();
    child.kill().unwrap();
    child.wait().unwrap();
    for row in ["B-0421", "B-0422", "B-0423", "B-0425", "B-0436"] {
        assert_eq!(verdicts(&dir, row), ["pass"], "{row}: {progress}");
    }
    let stored = stored(&dir);
    assert_eq!(stored.iter().map(|(p, _)| p.as_str()).collect::<Vec<_>>(), ["http", "https"]);
    assert!(stored.iter().all(|(_, bytes)| *bytes > 1000), "{stored:?}");
    let kept = std::fs::read_dir(Path::new(&dir).join("uploads")).unwrap().count();
    assert_eq!(kept, 3, "two that succeeded and one that was refused");
    let verified = run(&["verify", &dir]);
    assert!(err(&verified).contains("verified"), "{}", err(&verified));
}
