//! How long a run takes at least: the waits that its rows prescribe.

use super::{Item, Plan};
use spec::Archetype;
use std::time::Duration;

/// Ticks of a periodic monitor that are waited for.
const TICKS: u32 = 3;

impl Plan {
    /// The waits that rows prescribe for the scenarios that are to be run, those that run side by side counted once. An
    /// estimate from below: some scenarios wait more than once, and some outages and restarts take their time.
    pub fn prescribed(&self, archetype: &Archetype) -> Duration {
        let mut total = Duration::ZERO;
        let mut rest = self.items.as_slice();
        while let Some((first, others)) = rest.split_first() {
            let beside = |i: &&Item| i.beside && i.settled.is_none();
            let count = if beside(&first) { rest.iter().take_while(beside).count() } else { 1 };
            let (group, after) =
                if count > 1 { rest.split_at(count) } else { (std::slice::from_ref(first), others) };
            total += group.iter().map(|i| of_item(i, archetype)).max().unwrap_or_default();
            rest = after;
        }
        total
    }
}

fn of_item(item: &Item, archetype: &Archetype) -> Duration {
    if item.settled.is_some() {
        return Duration::ZERO;
    }
    let interval = archetype.behaviour(&item.subject.row).and_then(|b| b.interval);
    let ticks = item.steps.iter().any(|s| s.value.contains("tick"));
    interval.map_or(Duration::ZERO, |i| i.0 * if ticks { TICKS } else { 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Selection, Suite};
    use ocpp::Version;
    use spec::Declaration;

    fn prescribed(select: &str) -> u64 {
        let archetype = Archetype::load("ac-wallbox").unwrap();
        let declaration = Declaration::complete(&archetype);
        let selection = Selection { select: Some(select.to_owned()), ..Selection::default() };
        let suite = Suite::embedded().unwrap();
        let plan = Plan::new(&suite, &archetype, &declaration, Version::V201, selection).unwrap();
        plan.prescribed(&archetype).as_secs()
    }

    #[test]
    fn prescribed_waits_add_up_and_those_side_by_side_count_once() {
        assert_eq!(prescribed("@level:1 and @stimulus:none and @id:DX-INV-001"), 0);
        let one = |row: &str| prescribed(&format!("@req:{row}"));
        let (every, aligned) = (one("B-0145"), one("B-0146"));
        assert!(every >= 30 && aligned >= 60, "{every} {aligned}");
        assert_eq!(prescribed("@req:B-0145 or @req:B-0146"), every.max(aligned));
        assert_eq!(prescribed("@req:B-0141 or @req:B-0151"), one("B-0141") + one("B-0151"));
    }
}
