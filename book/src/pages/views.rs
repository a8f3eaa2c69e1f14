//! Rows as templates see them: every word a reader reads is decided here.

use crate::atlas::{Atlas, component_name, variable_name, word};
use crate::severity;
use ocpp::{MonitorType, Version};
use serde::Serialize;
use spec::model::{
    BehaviourRow, Cardinality, ComponentRow, FaultRow, Grounding, MonitorRow, NotificationInstead, Period,
    Provision, Row, RowId, Tier, TrendRow, VariableRow,
};

/// What every row shows.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Base {
    pub(crate) id: String,
    pub(crate) obligation: String,
    pub(crate) levels: Vec<u8>,
    pub(crate) when: Option<String>,
    pub(crate) rests_on: String,
    pub(crate) rationale: String,
    pub(crate) ocpp: Vec<String>,
    /// The only versions it is for; empty for all.
    pub(crate) versions: Vec<String>,
    pub(crate) since: u32,
    pub(crate) scenarios: Vec<Tested>,
}

/// A scenario that judges a row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Tested {
    pub(crate) id: String,
    pub(crate) level: u8,
    pub(crate) title: String,
}

impl Base {
    fn new(atlas: &Atlas<'_>, row: &dyn Row, levels: Vec<u8>, source: &Option<String>, since: u32) -> Base {
        Base {
            id: row.id().to_string(),
            obligation: word(row.obligation()),
            levels,
            when: row.when().map(str::to_owned),
            rests_on: rests_on(row.grounding(), source.as_deref()),
            rationale: row.rationale().to_owned(),
            ocpp: row.ocpp().to_vec(),
            versions: versions(row.versions()),
            since,
            scenarios: tested(atlas, row.id()),
        }
    }
}

/// What a row rests on and where that can be looked up, in words.
fn rests_on(grounding: Grounding, source: Option<&str>) -> String {
    let ground = match grounding {
        Grounding::Ocpp => "OCPP",
        Grounding::Norm => "a norm",
        Grounding::Maker => "what makers, operators or industry groups publish",
        Grounding::Implementation => "an implementation",
        Grounding::Judgement => "judgement",
    };
    match source {
        None => ground.to_owned(),
        Some(source) if grounding == Grounding::Ocpp && source.starts_with("OCPP") => source.to_owned(),
        Some(source) => format!("{ground}: {source}"),
    }
}

/// A length of time with a space before its unit.
fn period(period: Period) -> String {
    let text = period.to_string();
    let unit = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(unit).unwrap_or((&text, ""));
    format!("{number} {unit}")
}

pub(crate) fn versions(only: &[Version]) -> Vec<String> {
    only.iter().map(ToString::to_string).collect()
}

pub(crate) fn tested(atlas: &Atlas<'_>, row: &RowId) -> Vec<Tested> {
    let tested = |s: &&crate::Scenario| Tested { id: s.id.clone(), level: s.level.0, title: s.title.clone() };
    atlas.scenarios_of(row).iter().map(tested).collect()
}

/// A component row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ComponentView {
    pub(crate) base: Base,
    pub(crate) name: String,
    pub(crate) tier: String,
    pub(crate) many: bool,
    pub(crate) extension: bool,
    pub(crate) variables: Vec<VariableView>,
}

/// A variable row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct VariableView {
    pub(crate) base: Base,
    pub(crate) name: String,
    pub(crate) extension: bool,
    pub(crate) data_type: String,
    pub(crate) unit: Option<String>,
    pub(crate) access: String,
    pub(crate) values: Vec<String>,
    pub(crate) limits: Vec<String>,
    pub(crate) example: Option<String>,
    pub(crate) monitorable: Vec<String>,
    pub(crate) polarity: Option<String>,
    pub(crate) read_with: Vec<String>,
    pub(crate) monitors: Vec<MonitorView>,
}

/// A monitor row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MonitorView {
    pub(crate) base: Base,
    /// What it sits on.
    pub(crate) on: String,
    pub(crate) tier: String,
    pub(crate) kind: String,
    /// When it fires, in words.
    pub(crate) fires: String,
    pub(crate) range: Option<String>,
    pub(crate) provision: String,
    pub(crate) severity: u8,
    pub(crate) severity_name: String,
    pub(crate) transaction: bool,
    pub(crate) notification: String,
    /// The faults it reports.
    pub(crate) faults: Vec<Titled>,
}

/// A row by id and title.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Titled {
    pub(crate) id: String,
    pub(crate) title: String,
}

/// A fault row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FaultView {
    pub(crate) base: Base,
    pub(crate) title: String,
    pub(crate) shows: String,
    pub(crate) fault_value: Option<String>,
    pub(crate) ordinary: bool,
    pub(crate) mrec: Vec<String>,
    pub(crate) action: String,
    pub(crate) deadline: Option<String>,
    pub(crate) deadline_max: Option<String>,
    /// The severest of its monitors.
    pub(crate) severity: Option<u8>,
    pub(crate) severity_name: String,
    pub(crate) monitors: Vec<MonitorView>,
}

/// A behaviour row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct BehaviourView {
    pub(crate) base: Base,
    pub(crate) title: String,
    pub(crate) topic: String,
    pub(crate) requires: Vec<String>,
    pub(crate) message: Option<String>,
    pub(crate) interval: Option<String>,
    pub(crate) count: Option<u32>,
    pub(crate) deadline: Option<String>,
    pub(crate) deadline_max: Option<String>,
}

/// A trend row.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TrendView {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) watch: Vec<Titled>,
    pub(crate) against: Vec<Titled>,
    pub(crate) method: String,
    pub(crate) sign: String,
    pub(crate) leads_to: Vec<Titled>,
    pub(crate) action: String,
    pub(crate) when: Option<String>,
    pub(crate) rests_on: String,
    pub(crate) rationale: String,
    pub(crate) since: u32,
}

pub(crate) fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Station => "station",
        Tier::Evse => "EVSE",
        Tier::Connector => "connector",
    }
}

pub(crate) fn component(atlas: &Atlas<'_>, c: &ComponentRow) -> ComponentView {
    ComponentView {
        base: Base::new(atlas, c, vec![1], &c.source, c.since),
        name: component_name(c),
        tier: tier(c.at).to_owned(),
        many: c.cardinality == Cardinality::OneOrMore,
        extension: c.extension,
        variables: c.variables.iter().map(|v| variable(atlas, c, v)).collect(),
    }
}

pub(crate) fn variable(atlas: &Atlas<'_>, c: &ComponentRow, v: &VariableRow) -> VariableView {
    let levels = if v.monitorable.is_empty() { vec![1] } else { vec![1, 2] };
    VariableView {
        base: Base::new(atlas, v, levels, &v.source, v.since),
        name: variable_name(v),
        extension: v.extension,
        data_type: v.data_type.to_string(),
        unit: v.unit.clone(),
        access: access(v),
        values: v.values.clone(),
        limits: v.limits.iter().map(word).collect(),
        example: v.example.clone(),
        monitorable: v.monitorable.iter().map(ToString::to_string).collect(),
        polarity: v.polarity.clone(),
        read_with: v.read_with.iter().map(ToString::to_string).collect(),
        monitors: v.monitors.iter().map(|m| monitor(atlas, c, v, m)).collect(),
    }
}

fn access(v: &VariableRow) -> String {
    match word(v.access).as_str() {
        "ReadOnly" => "read only",
        "WriteOnly" => "write only",
        "ReadWrite" => "read and write",
        _ => "readable",
    }
    .to_owned()
}

pub(crate) fn monitor(atlas: &Atlas<'_>, c: &ComponentRow, v: &VariableRow, m: &MonitorRow) -> MonitorView {
    let faults =
        atlas.faults_of(&m.id).iter().map(|f| Titled { id: f.id.to_string(), title: f.title.clone() });
    MonitorView {
        base: Base::new(atlas, m, vec![3], &m.source, m.since),
        on: format!("{}.{}", component_name(c), variable_name(v)),
        tier: tier(c.at).to_owned(),
        kind: m.monitor_type.to_string(),
        fires: fires(v, m),
        range: m.range.map(|[low, high]| format!("{low} to {high}{}", unit(v, m))),
        provision: match m.provision {
            Provision::Hardwired => "hardwired",
            Provision::Preconfigured => "preconfigured",
            Provision::Custom => "left to the operator",
            Provision::Notification => "single message",
        }
        .to_owned(),
        severity: m.severity.0,
        severity_name: severity::name(m.severity.0).to_owned(),
        transaction: m.transaction,
        notification: match m.notification {
            NotificationInstead::WarnIn21 => {
                "a message without a monitor is a warning in 2.1, a failure in 2.0.1"
            }
            NotificationInstead::Accepted => "a message without a monitor satisfies it",
            NotificationInstead::Refused => "a message without a monitor does not satisfy it",
        }
        .to_owned(),
        faults: faults.collect(),
    }
}

/// When a monitor fires, in a few words.
fn fires(v: &VariableRow, m: &MonitorRow) -> String {
    let value = format!("{}{}", m.value, unit(v, m));
    match m.monitor_type {
        MonitorType::UpperThreshold => format!("above {value}"),
        MonitorType::LowerThreshold => format!("below {value}"),
        MonitorType::Delta if v.data_type.is_numeric() => format!("change of {value}"),
        MonitorType::Delta => "any change".to_owned(),
        MonitorType::Periodic => format!("every {} s", m.value),
        MonitorType::PeriodicClockAligned => format!("every {} s of the clock", m.value),
        MonitorType::TargetDelta => format!("{value} off target"),
        MonitorType::TargetDeltaRelative => format!("{} % off target", m.value),
    }
}

fn unit(v: &VariableRow, m: &MonitorRow) -> String {
    match &v.unit {
        _ if m.percent_of_max_limit => " % of maxLimit".to_owned(),
        Some(unit) => format!(" {}", shown_unit(unit)),
        None => String::new(),
    }
}

/// A unit as it is printed; the wire word stands in the column of the type.
fn shown_unit(unit: &str) -> &str {
    match unit {
        "Celsius" => "°C",
        "Percent" => "%",
        other => other,
    }
}

pub(crate) fn fault(atlas: &Atlas<'_>, f: &FaultRow) -> FaultView {
    let monitors: Vec<MonitorView> = f
        .monitors
        .iter()
        .filter_map(|id| atlas.monitor(id))
        .map(|(c, v, m)| monitor(atlas, c, v, m))
        .collect();
    let severest = monitors.iter().map(|m| m.severity).min();
    FaultView {
        base: Base::new(atlas, f, vec![3], &f.source, f.since),
        title: f.title.clone(),
        shows: f.shows.clone(),
        fault_value: f.fault_value.clone(),
        ordinary: f.rig == spec::model::Rig::Ordinary,
        mrec: f.mrec.clone(),
        action: f.action.clone(),
        deadline: f.deadline.map(period),
        deadline_max: f.deadline_max.map(period),
        severity: severest,
        severity_name: severest.map(severity::name).unwrap_or_default().to_owned(),
        monitors,
    }
}

pub(crate) fn behaviour(atlas: &Atlas<'_>, b: &BehaviourRow) -> BehaviourView {
    BehaviourView {
        base: Base::new(atlas, b, vec![b.level.0], &b.source, b.since),
        title: b.title.clone(),
        topic: word(b.topic),
        requires: b.requires.iter().map(ToString::to_string).collect(),
        message: b.message.clone(),
        interval: b.interval.map(period),
        count: b.count,
        deadline: b.deadline.map(period),
        deadline_max: b.deadline_max.map(period),
    }
}

pub(crate) fn trend(atlas: &Atlas<'_>, t: &TrendRow) -> TrendView {
    let titled = |ids: &[RowId]| -> Vec<Titled> {
        let name = |id: &RowId| atlas.find(id.as_ref()).map(|h| h.row.name()).unwrap_or_default();
        ids.iter().map(|id| Titled { id: id.to_string(), title: name(id) }).collect()
    };
    TrendView {
        id: t.id.to_string(),
        title: t.title.clone(),
        watch: titled(&t.watch),
        against: titled(&t.against),
        method: t.method.clone(),
        sign: t.sign.clone(),
        leads_to: titled(&t.leads_to),
        action: t.action.clone(),
        when: t.when.clone(),
        rests_on: rests_on(t.grounding, t.source.as_deref()),
        rationale: t.rationale.clone(),
        since: t.since,
    }
}
