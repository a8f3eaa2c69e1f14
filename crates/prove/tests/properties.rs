//! What holds of whole runs: legal differences come together without a false verdict, and no damage to a recording
//! makes a verdict better.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use judge::{Verdict, VerdictLine};
use ocpp::Version;
use proptest::prelude::*;
use prove::stand::{Ran, Setting, replay, run};
use prove::{Deviation, Kind, Seam, deviations};
use std::sync::LazyLock;
use trace::{Body, Direction, Record};

const WALLBOX: &str = "ac-wallbox";

fn setting(deviations: &[Deviation], seed: u64) -> Setting<'_> {
    Setting { archetype: WALLBOX, version: Version::V201, profile: 0, seed, deviations }
}

/// Legal differences that the smallest archetype can show in 2.0.1, at a seam.
fn variants(is: fn(&Seam) -> bool) -> Vec<Deviation> {
    let fits = |d: &Deviation| {
        let plain = matches!(&d.kind, Kind::Variant { unjudged, .. } if unjudged.is_empty());
        plain
            && d.profile == 0
            && d.archetype == WALLBOX
            && d.versions.contains(&Version::V201)
            && is(&d.seam)
    };
    deviations::all().into_iter().filter(fits).collect()
}

static DEFECT: LazyLock<Ran> = LazyLock::new(|| {
    let defect = deviations::named("one-removal-result").unwrap();
    run(setting(&[defect], 1)).unwrap()
});

fn of_station(record: &Record) -> bool {
    matches!(&record.body, Body::Frame { dir: Direction::Rx, .. })
}

fn is_wrong(v: Verdict) -> bool {
    matches!(v, Verdict::Fail | Verdict::Warn)
}

/// A recording with one frame of the station changed, and which.
fn damaged(ran: &Ran, which: prop::sample::Index, cut: prop::sample::Index, byte: u8) -> (Vec<Record>, u64) {
    let frames: Vec<usize> =
        ran.records.iter().enumerate().filter(|(_, r)| of_station(r)).map(|(n, _)| n).collect();
    let n = frames[which.index(frames.len())];
    let mut records = ran.records.clone();
    let Body::Frame { raw, .. } = &mut records[n].body else { unreachable!() };
    let mut text = raw.to_string().into_bytes();
    let at = cut.index(text.len());
    match byte {
        0..64 => text.truncate(at),
        64..128 => drop(text.remove(at)),
        byte => text[at] = byte & 0x7f,
    }
    *raw = String::from_utf8_lossy(&text).into_owned().into();
    (records, n as u64)
}

/// The verdict on the same row, scenario and place.
fn same<'v>(all: &'v [VerdictLine], of: &VerdictLine) -> Option<&'v VerdictLine> {
    all.iter().find(|v| {
        (&v.row, &v.scenario, v.evse, v.connector) == (&of.row, &of.scenario, of.evse, of.connector)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, max_shrink_iters: 4, ..ProptestConfig::default() })]

    #[test]
    fn legal_differences_come_together_without_a_false_verdict(
        wire in any::<prop::sample::Index>(),
        model in any::<prop::sample::Index>(),
        decision in any::<prop::sample::Index>(),
        seed in any::<u64>(),
    ) {
        let (on_wire, of_model) = (variants(|s| matches!(s, Seam::Wire(_))), variants(|s| matches!(s, Seam::Model(_))));
        let decided = variants(|s| matches!(s, Seam::Decision(_)));
        let all = [(on_wire, wire), (of_model, model), (decided, decision)];
        let some: Vec<Deviation> =
            all.into_iter().filter(|(all, _)| !all.is_empty()).map(|(all, n)| all[n.index(all.len())].clone()).collect();
        let ran = run(setting(&some, seed)).unwrap();
        let wrong: Vec<&VerdictLine> = ran.verdicts.iter().filter(|v| is_wrong(v.verdict)).collect();
        prop_assert!(wrong.is_empty(), "{:?}: {wrong:#?}", some.iter().map(|d| d.name).collect::<Vec<_>>());
    }

    #[test]
    fn damage_to_a_recording_never_makes_a_failed_row_pass(
        which in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let (records, at) = damaged(&DEFECT, which, cut, byte);
        // A recording in which the suite would have gone on otherwise is refused, and so is no pass.
        let Ok(verdicts) = replay(records) else { return Ok(()) };
        for failed in DEFECT.verdicts.iter().filter(|v| is_wrong(v.verdict)) {
            // The frame that shows the defect may lose it.
            if failed.evidence.iter().any(|n| n.0 == at) {
                continue;
            }
            let now = same(&verdicts, failed).map(|v| v.verdict);
            prop_assert_ne!(now, Some(Verdict::Pass), "{} after damage to #{}", failed.row.0, at);
        }
    }
}
