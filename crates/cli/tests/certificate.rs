//! What is signed, who is trusted, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use support::{code, err, out, run};

fn text(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn arg(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A new key, and its public half as a list entry.
fn key(dir: &Path, name: &str) -> PathBuf {
    let path = dir.join(name);
    let made = run(&["keys", "new", "--out", arg(&path)]);
    assert_eq!(code(&made), 0, "{}", err(&made));
    path
}

fn public(key: &Path) -> PathBuf {
    PathBuf::from(format!("{}.pub", key.display()))
}

fn certify(dir: &Path, more: &[&str]) -> (PathBuf, std::process::Output) {
    let run_dir = dir.join("run");
    let args = ["certify", "--archetype", "ac-wallbox", "--station", "reference", "--level", "1", "--out"];
    let done = run(&[&args[..], &[arg(&run_dir)], more].concat());
    (run_dir, done)
}

/// A conforming run of level 1, signed.
fn signed(dir: &Path, key: &Path) -> PathBuf {
    let signer = ["--key", arg(key), "--lab", "Prüflabor <Nord>", "--tester", "A. Muster"];
    let (run_dir, done) = certify(dir, &signer);
    assert_eq!(code(&done), 0, "{}", err(&done));
    run_dir
}

fn verify(run_dir: &Path, keys: Option<&Path>) -> (i32, String) {
    let keys = keys.map(|k| vec!["--keys", arg(k)]).unwrap_or_default();
    let verified = run(&[&["verify", arg(run_dir)][..], &keys].concat());
    (code(&verified), err(&verified))
}

fn list(dir: &Path, key: &Path, status: &str) -> PathBuf {
    let pem = text(public(key));
    let public_key = pem.lines().nth(1).unwrap();
    let path = dir.join(format!("keys-{status}.json"));
    let entry =
        serde_json::json!({"name": "Lab", "publicKey": public_key, "status": status, "note": "stolen"});
    std::fs::write(&path, serde_json::json!({"schemaVersion": 1, "keys": [entry]}).to_string()).unwrap();
    path
}

#[track_caller]
fn refused(run_dir: &Path, keys: Option<&Path>, sentence: &str) {
    let (code, said) = verify(run_dir, keys);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains(sentence), "{said}");
}

#[test]
fn a_key_is_for_its_owner_only_and_never_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let key = key(dir.path(), "lab.key");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = run(&["keys", "new", "--out", arg(&key)]);
    assert_eq!(code(&again), 2);
    assert!(err(&again).contains("exists already"), "{}", err(&again));
    std::fs::remove_file(&key).unwrap();
    let again = run(&["keys", "new", "--out", arg(&key)]);
    assert_eq!(code(&again), 2, "the public half is not overwritten either");
    assert!(!key.exists());
}

#[test]
fn a_signature_verifies_elsewhere_with_only_the_public_key() {
    let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let key = key(dir.path(), "lab.key");
    let run_dir = signed(dir.path(), &key);
    let there = elsewhere.path().join("run");
    std::fs::create_dir(&there).unwrap();
    for file in ["evidence.jsonl", "result.json", "certificate.json"] {
        std::fs::copy(run_dir.join(file), there.join(file)).unwrap();
    }
    let public_there = elsewhere.path().join("lab.pub");
    std::fs::copy(public(&key), &public_there).unwrap();
    std::fs::remove_file(&key).unwrap();
    std::fs::remove_dir_all(&run_dir).unwrap();
    let (code, said) = verify(&there, Some(&public_there));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("certified by Prüflabor <Nord>: signed with the trusted key"), "{said}");
}

#[test]
fn without_a_list_of_keys_the_signature_is_checked_and_nobody_is_trusted() {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = signed(dir.path(), &key(dir.path(), "lab.key"));
    let (code, said) = verify(&run_dir, None);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("which nobody vouches for here"), "{said}");
}

#[test]
fn a_wrong_key_a_revoked_key_a_missing_signature_and_an_edited_certificate_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (mine, other) = (key(dir.path(), "lab.key"), key(dir.path(), "other.key"));
    let run_dir = signed(dir.path(), &mine);
    let trusted = list(dir.path(), &mine, "trusted");
    assert_eq!(verify(&run_dir, Some(&trusted)).0, 0);
    refused(&run_dir, Some(&public(&other)), "which is not in the list of keys");
    refused(&run_dir, Some(&list(dir.path(), &mine, "revoked")), "of Lab, which was revoked (stolen)");

    let path = run_dir.join("certificate.json");
    let whole = text(&path);
    let mut certificate: Value = serde_json::from_str(&whole).unwrap();
    certificate.as_object_mut().unwrap().remove("signature");
    std::fs::write(&path, certificate.to_string()).unwrap();
    refused(&run_dir, Some(&trusted), "it carries no signature: nobody vouches for it");

    for (was, is) in
        [("A. Muster", "A. Mustar"), ("\"level\": 1", "\"level\": 2"), ("Prüflabor", "Pruflabor")]
    {
        assert!(whole.contains(was), "{was}");
        std::fs::write(&path, whole.replacen(was, is, 1)).unwrap();
        refused(&run_dir, Some(&trusted), "it was edited after it was signed");
        refused(&run_dir, None, "it was edited after it was signed");
    }
    std::fs::remove_file(&path).unwrap();
    refused(&run_dir, Some(&trusted), "certificate.json is missing: the result carries no signature");
    assert_eq!(verify(&run_dir, None).0, 0, "an unsigned result may still be repeated");
}

#[test]
fn another_key_under_a_trusted_name_and_the_certificate_of_another_run_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (mine, other) = (key(dir.path(), "lab.key"), key(dir.path(), "other.key"));
    let run_dir = signed(dir.path(), &mine);
    let elsewhere = tempfile::tempdir().unwrap();
    let second = signed(elsewhere.path(), &mine);
    let path = run_dir.join("certificate.json");
    let whole = text(&path);

    std::fs::copy(second.join("certificate.json"), &path).unwrap();
    refused(&run_dir, Some(&public(&mine)), "it is not of this run: evidenceHash is not what the run says");

    let forged = tempfile::tempdir().unwrap();
    let third = signed(forged.path(), &other);
    let theirs: Value = serde_json::from_str(&text(third.join("certificate.json"))).unwrap();
    let mut certificate: Value = serde_json::from_str(&whole).unwrap();
    certificate["signature"] = theirs["signature"].clone();
    std::fs::write(&path, certificate.to_string()).unwrap();
    refused(&run_dir, Some(&public(&mine)), "but carries the key");
}

#[test]
fn a_run_is_signed_afterwards_only_if_it_still_verifies() {
    let dir = tempfile::tempdir().unwrap();
    let key = key(dir.path(), "lab.key");
    let (run_dir, done) = certify(dir.path(), &[]);
    assert_eq!(code(&done), 0);
    assert!(!run_dir.join("certificate.json").exists());
    let sign = ["report", arg(&run_dir), "--key", arg(&key), "--lab", "Lab", "--tester", "T"];
    let signed = run(&sign);
    assert_eq!(code(&signed), 0, "{}", err(&signed));
    assert!(out(&signed).contains("certificate.html"), "{}", out(&signed));
    assert_eq!(verify(&run_dir, Some(&public(&key))).0, 0);

    let path = run_dir.join("result.json");
    std::fs::write(&path, text(&path).replacen("\"verdict\": \"pass\"", "\"verdict\": \"warn\"", 1)).unwrap();
    let refused = run(&sign);
    assert_eq!(code(&refused), 4, "{}", err(&refused));
}

#[test]
fn a_run_that_reaches_no_level_gets_no_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let key = key(dir.path(), "lab.key");
    let signer = ["--key", arg(&key), "--lab", "Lab", "--tester", "T"];
    let (run_dir, done) = certify(dir.path(), &[&signer[..], &["--impact", "read-only"]].concat());
    assert_eq!(code(&done), 0, "{}", err(&done));
    assert!(err(&done).contains("no certificate: the run is partial"), "{}", err(&done));
    assert!(!run_dir.join("certificate.json").exists() && !run_dir.join("certificate.html").exists());
    let report = text(run_dir.join("report.html")).to_lowercase();
    assert!(!report.contains("certified"), "an unsigned result claims to be certified");
    assert!(!(out(&done) + &err(&done)).to_lowercase().contains("certified"));
    let later = run(&[&["report", arg(&run_dir)][..], &signer].concat());
    assert_eq!(code(&later), 1, "{}", err(&later));
}

#[test]
fn a_signature_says_who_signs() {
    let dir = tempfile::tempdir().unwrap();
    let key = key(dir.path(), "lab.key");
    let (_, no_lab) = certify(dir.path(), &["--key", arg(&key)]);
    assert_eq!(code(&no_lab), 2);
    assert!(err(&no_lab).contains("--lab"), "{}", err(&no_lab));
    let (_, empty) = certify(dir.path(), &["--key", arg(&key), "--lab", " ", "--tester", "T"]);
    assert!(err(&empty).contains("--lab is empty"), "{}", err(&empty));
    let (_, no_key) = certify(dir.path(), &["--key", "nowhere.key", "--lab", "L", "--tester", "T"]);
    assert_eq!(code(&no_key), 2);
    assert!(err(&no_key).contains("nowhere.key"), "{}", err(&no_key));
}

#[test]
fn the_printed_certificate_names_everything_it_rests_on() {
    let dir = tempfile::tempdir().unwrap();
    let run_dir = signed(dir.path(), &key(dir.path(), "lab.key"));
    let page = text(run_dir.join("certificate.html"));
    let certificate: Value = serde_json::from_str(&text(run_dir.join("certificate.json"))).unwrap();
    for key in ["evidenceHash", "resultHash", "keyFingerprint", "tester"] {
        assert!(page.contains(certificate[key].as_str().unwrap()), "{key}");
    }
    assert!(page.contains("Prüflabor &lt;Nord&gt;") && page.contains("<svg"));
    assert!(!page.contains("{{"), "a place is unfilled");
}
