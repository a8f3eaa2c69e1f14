use crate::relay::Nobody;
use crate::trial::*;
use ocpp::Version;
#[test]
fn timing() {
    use std::time::Instant;
    #[allow(clippy::disallowed_methods)]
    let now = || Instant::now();
    let t = now();
    let a = spec::Archetype::load("ac-wallbox").unwrap();
    println!("archetype {:?}", t.elapsed());
    let t = now();
    let _ = steps::Suite::embedded().unwrap();
    println!("suite {:?}", t.elapsed());
    let _ = a;
    for s in [
        "@id:DX-BOOT-001",
        "@id:DX-BOOT-001 or @id:DX-INV-001",
        "@id:DX-BOOT-001 or @id:DX-INV-001 or @id:DX-INV-010 or @id:DX-INV-020",
        EVENTS,
        BUT_EACH,
        "@level:1 or @level:2",
    ] {
        let t = now();
        let o = trial(Version::V201).select(s).run(Nobody);
        let a = t.elapsed();
        let t = now();
        replays(&o);
        println!("{s}: {a:?} replay {:?} records {}", t.elapsed(), o.records.len());
    }
}
