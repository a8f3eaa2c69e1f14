//! temp
use crate::harness;
#[tokio::test(start_paused = true)]
async fn whole_temp() {
    for a in ["ac-wallbox", "dc-hpc"] {
        for version in ocpp::Version::ALL {
            for rig in [true, false] {
                let outcome = harness::judge_selected(a, version, "@level:1 or @level:2 or @level:3", rig).await;
                println!("== {a} {version} rig {rig}: {} open {:?} obs {:?}", outcome.run.verdicts.len(), judge::transactions::Transactions::of(judge::Window::new(&outcome.records, version)).open(), outcome.run.observations);
                for l in outcome.selected_trouble() { println!("{}", l.chars().take(300).collect::<String>()); }
            }
        }
    }
}
