//! Security of the link, under each profile: with real TLS on a stream in memory.

use crate::harness::{Guard, Outcome, run_guarded, session};
use crate::trouble;
use judge::{Outcome as Judged, Verdict};
use net::csms::{Profile, Security, SecurityConfig};
use net::pki::{PkiRequest, create};
use net::station::CredentialFiles;
use net::{Clock, Credentials, KeyFiles, Password, Passwords};
use ocpp::Version;
use spec::{Archetype, Declaration};
use steps::Suite;

const NOTHING: Vec<String> = Vec::new();
const ALL: &str = "@req:B-0481 or @req:B-0482 or @req:B-0483 or @req:B-0484 or @req:B-0485 or @req:B-0486 or \
                   @req:B-0490 or @req:B-0491";

/// A profile with a throw-away PKI. Certificates are held against the real time.
fn guard(profile: Profile) -> Guard {
    let dir = tempfile::tempdir().unwrap();
    let request = PkiRequest { station: "0001".into(), hosts: vec!["in-memory".into()] };
    create(dir.path(), &request, &Clock::wall()).unwrap();
    let at = |file: &str| dir.path().join(file);
    let pair = |name: &str| KeyFiles { chain: at(&format!("{name}.pem")), key: at(&format!("{name}.key")) };
    let password = || Password::new("a-password-of-16");
    let security = Security::new(SecurityConfig {
        profile,
        certificates: if profile.is_tls() { vec![pair("csms")] } else { Vec::new() },
        client_ca: (profile == Profile::MutualTls).then(|| at("root.pem")),
        passwords: if profile.has_password() { Passwords::same(password()) } else { Passwords::default() },
    });
    let credentials = Credentials::load(CredentialFiles {
        ca: profile.is_tls().then(|| at("root.pem")),
        certificate: (profile == Profile::MutualTls).then(|| pair("station")),
        password: profile.has_password().then(password),
    });
    let clock = Clock::starting_at(Clock::wall().now());
    Guard { security: security.unwrap(), credentials: credentials.unwrap(), clock }
}

async fn judge(profile: Profile, select: &str, change_password: bool) -> Outcome {
    let archetype = Archetype::load("ac-wallbox").unwrap();
    let declaration = Declaration::complete(&archetype);
    let mut session = session(archetype, declaration, 3, "hook");
    session.options.select = Some(select.to_owned());
    session.options.change_password = change_password;
    let live = run_guarded(session, Version::V201, guard(profile)).await;
    let again = steps::replay(live.records.clone(), Suite::embedded().unwrap()).await.unwrap();
    assert_eq!(again.run.verdicts, live.run.verdicts, "a replay comes to other verdicts");
    live
}

/// Verdicts on rows of ours that are not a pass: row and verdict.
fn others(outcome: &Outcome) -> Vec<(String, Verdict)> {
    let of_ours = outcome.run.verdicts.iter().filter(|v| {
        v.subject.scenario.as_deref().is_some_and(|s| s.starts_with("DX-SEC"))
            && !matches!(&v.outcome, Judged::NotExercised(why) if why.contains("--select"))
            && v.outcome.verdict() != Verdict::Pass
    });
    of_ours.map(|v| (v.subject.row.0.clone(), v.outcome.verdict())).collect()
}

#[tokio::test(start_paused = true)]
async fn starts_opened_housings_secrets_and_a_back_end_that_forgets() {
    assert_eq!(trouble("@req:B-0487 or @req:B-0488 or @req:B-0489 or @req:B-0490").await, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn a_start_and_an_opened_housing_are_told_under_any_profile() {
    let outcome = judge(Profile::Basic, "@req:B-0487 or @req:B-0488 or @req:B-0489", false).await;
    assert_eq!(others(&outcome), []);
}

#[tokio::test(start_paused = true)]
async fn under_profile_1_passwords_are_judged() {
    let outcome = judge(Profile::Basic, ALL, true).await;
    let na = |row: &str| (row.to_owned(), Verdict::NotApplicable);
    assert_eq!(others(&outcome), [na("B-0484"), na("B-0491"), na("B-0491"), na("B-0485"), na("B-0486")]);
    assert_eq!(outcome.run.observations, NOTHING, "the password is put back");
}

#[tokio::test(start_paused = true)]
async fn under_profile_2_the_certificate_of_the_back_end_is_judged_too() {
    let outcome = judge(Profile::Tls, ALL, true).await;
    let na = |row: &str| (row.to_owned(), Verdict::NotApplicable);
    assert_eq!(others(&outcome), [na("B-0491"), na("B-0491"), na("B-0486")]);
}

#[tokio::test(start_paused = true)]
async fn under_profile_3_the_certificate_of_the_station_is_judged() {
    let outcome = judge(Profile::MutualTls, ALL, false).await;
    let na = |row: &str| (row.to_owned(), Verdict::NotApplicable);
    assert_eq!(others(&outcome), [na("B-0482"), na("B-0483"), na("B-0481")]);
}

#[tokio::test(start_paused = true)]
async fn without_leave_no_password_is_changed() {
    let outcome = judge(Profile::Basic, "@req:B-0483", false).await;
    assert_eq!(outcome.on("B-0483"), [Verdict::NotExercised]);
    let frames = outcome.records.iter().filter(|r| format!("{:?}", r.body).contains("BasicAuthPassword"));
    assert_eq!(frames.filter(|r| format!("{:?}", r.body).contains("SetVariables")).count(), 0);
}
