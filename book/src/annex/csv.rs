//! Tables for spreadsheets: comma-separated, UTF-8, one header line, lists separated by spaces.

use crate::atlas::{Atlas, component_name, variable_name, word};
use crate::severity;
use spec::Archetype;
use spec::model::{ComponentRow, Row, RowId, VariableRow};

/// Cells of what every row has, last in each line.
const BASE: &str = "obligation,when,grounding,source,ocpp,versions,since,scenarios,rationale";

pub(super) fn components(atlas: &Atlas<'_>, a: &Archetype) -> String {
    let lines = a.components.iter().map(|c| {
        let mut cells = vec![c.id.to_string(), c.component.clone(), text(&c.instance), word(c.at)];
        cells.extend([word(c.cardinality), c.extension.to_string()]);
        cells.extend(base(atlas, c, &c.source, c.since));
        cells
    });
    table(&format!("id,component,instance,at,cardinality,extension,{BASE}"), lines)
}

pub(super) fn variables(atlas: &Atlas<'_>, a: &Archetype) -> String {
    let lines = in_variables(a).map(|(c, v)| {
        let mut cells =
            vec![v.id.to_string(), c.id.to_string(), component_name(c), variable_name(v), word(c.at)];
        cells.extend([v.data_type.to_string(), text(&v.unit), word(v.access), list(&v.values)]);
        cells.extend([
            list(&v.limits.iter().map(word).collect::<Vec<_>>()),
            text(&v.example),
            list(&v.monitorable),
        ]);
        cells.extend([text(&v.polarity), list(&v.read_with)]);
        cells.extend(base(atlas, v, &v.source, v.since));
        cells
    });
    let own = "id,componentRow,component,variable,at,type,unit,access,values,limits,example,monitorable,polarity,readWith";
    table(&format!("{own},{BASE}"), lines)
}

pub(super) fn monitors(atlas: &Atlas<'_>, a: &Archetype) -> String {
    let lines =
        in_variables(a).flat_map(|(c, v)| v.monitors.iter().map(move |m| (c, v, m))).map(|(c, v, m)| {
            let [low, high] = m.range.map(|r| r.map(|n| n.to_string())).unwrap_or_default();
            let faults: Vec<&RowId> = atlas.faults_of(&m.id).iter().map(|f| &f.id).collect();
            let mut cells =
                vec![m.id.to_string(), v.id.to_string(), component_name(c), variable_name(v), word(c.at)];
            cells.extend([m.monitor_type.to_string(), word(m.provision), m.severity.to_string()]);
            cells.extend([
                severity::name(m.severity.0).to_owned(),
                m.value.to_string(),
                text(&v.unit),
                low,
                high,
            ]);
            cells.extend([
                m.percent_of_max_limit.to_string(),
                m.transaction.to_string(),
                word(m.notification),
                list(&faults),
            ]);
            cells.extend(base(atlas, m, &m.source, m.since));
            cells
        });
    let own = "id,variableRow,component,variable,at,type,provision,severity,severityName,value,unit,rangeFrom,rangeTo,percentOfMaxLimit,transaction,notification,faults";
    table(&format!("{own},{BASE}"), lines)
}

pub(super) fn faults(atlas: &Atlas<'_>, a: &Archetype) -> String {
    let lines = a.faults.iter().map(|f| {
        let severest = atlas.monitors_of(f).map(|(_, _, m)| m.severity.0).min();
        let mut cells =
            vec![f.id.to_string(), f.title.clone(), severest.map(|s| s.to_string()).unwrap_or_default()];
        cells.extend([f.shows.clone(), list(&f.monitors), text(&f.fault_value), word(f.rig), list(&f.mrec)]);
        cells.extend([f.action.clone(), text(&f.deadline), text(&f.deadline_max)]);
        cells.extend(base(atlas, f, &f.source, f.since));
        cells
    });
    let own = "id,title,severity,shows,monitors,faultValue,rig,mrec,action,deadline,deadlineMax";
    table(&format!("{own},{BASE}"), lines)
}

pub(super) fn behaviours(atlas: &Atlas<'_>, a: &Archetype) -> String {
    let lines = a.behaviours.iter().map(|b| {
        let mut cells =
            vec![b.id.to_string(), b.title.clone(), b.level.to_string(), word(b.topic), text(&b.message)];
        cells.extend([
            list(&b.requires),
            text(&b.interval),
            text(&b.count),
            text(&b.deadline),
            text(&b.deadline_max),
        ]);
        cells.extend(base(atlas, b, &b.source, b.since));
        cells
    });
    table(&format!("id,title,level,topic,message,requires,interval,count,deadline,deadlineMax,{BASE}"), lines)
}

pub(super) fn trends(a: &Archetype) -> String {
    let lines = a.trends.iter().map(|t| {
        let mut cells =
            vec![t.id.to_string(), t.title.clone(), list(&t.watch), list(&t.against), t.method.clone()];
        cells.extend([t.sign.clone(), list(&t.leads_to), t.action.clone(), text(&t.when), word(t.grounding)]);
        cells.extend([text(&t.source), t.since.to_string(), t.rationale.clone()]);
        cells
    });
    table("id,title,watch,against,method,sign,leadsTo,action,when,grounding,source,since,rationale", lines)
}

fn in_variables(a: &Archetype) -> impl Iterator<Item = (&ComponentRow, &VariableRow)> {
    a.components.iter().flat_map(|c| c.variables.iter().map(move |v| (c, v)))
}

fn base(atlas: &Atlas<'_>, row: &dyn Row, source: &Option<String>, since: u32) -> Vec<String> {
    let scenarios: Vec<&str> = atlas.scenarios_of(row.id()).iter().map(|s| s.id.as_str()).collect();
    vec![
        word(row.obligation()),
        row.when().unwrap_or_default().to_owned(),
        word(row.grounding()),
        text(source),
        list(row.ocpp()),
        list(row.versions()),
        since.to_string(),
        list(&scenarios),
        row.rationale().to_owned(),
    ]
}

fn text(value: &Option<impl ToString>) -> String {
    value.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn list(values: &[impl ToString]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn table(header: &str, lines: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: Vec<String>| cells.iter().map(|c| cell(c)).collect::<Vec<_>>().join(",") + "\r\n";
    // Spreadsheets take a file without a byte order mark for the local code page.
    format!("\u{feff}{header}\r\n{}", lines.map(line).collect::<String>())
}

fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_with_commas_quotes_and_lines_are_quoted() {
        let lines = [vec!["a".to_owned(), "b, \"c\"".to_owned(), "d\ne".to_owned()]];
        assert_eq!(table("x,y,z", lines.into_iter()), "\u{feff}x,y,z\r\na,\"b, \"\"c\"\"\",\"d\ne\"\r\n");
    }
}
