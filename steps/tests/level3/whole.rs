//! The reference station conforms to every archetype at level 3, in both versions.

use crate::harness::judge_station;
use ocpp::Version;
use spec::{Archetype, Declaration};

async fn trouble(archetype: &str) -> Vec<String> {
    let mut all = Vec::new();
    for version in Version::ALL {
        let archetype = Archetype::load(archetype).unwrap();
        let declaration = Declaration::complete(&archetype);
        let outcome = judge_station(archetype, declaration, version, 3).await;
        // In memory there is no TLS, so that no log can be uploaded by HTTPS: crates/cli/tests looks at that.
        let others = outcome.trouble().into_iter().filter(|line| !line.starts_with("B-0436 "));
        all.extend(others.map(|line| format!("{version}: {line}")));
    }
    all
}

macro_rules! conforms {
    ($($name:ident $id:literal)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            let trouble = trouble($id).await;
            assert!(trouble.is_empty(), "{} rows:\n{}", trouble.len(), trouble.join("\n"));
        }
    )*};
}

conforms! {
    the_reference_station_conforms_to_the_ac_wallbox "ac-wallbox"
    the_reference_station_conforms_to_the_dc_high_power_charger "dc-hpc"
    the_reference_station_conforms_to_the_dc_cabinet_with_satellites "dc-satellite"
    the_reference_station_conforms_to_the_megawatt_charger "megawatt"
}
