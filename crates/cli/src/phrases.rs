//! `diagmark lint --phrases`: what a scenario can say.

use crate::args::Format;
use crate::fault::Fault;

/// Prints all phrases: in columns, or as a JSON list.
pub(crate) fn phrases(format: Format) -> Result<u8, Fault> {
    let all = steps::phrases();
    let text = match format {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&all).map_err(Fault::internal)?),
        Format::Text => {
            let width = all.iter().map(|p| p.expression.chars().count()).max().unwrap_or_default();
            let lines = all
                .iter()
                .map(|p| format!("{:<5}  {:<width$}  {}:{}\n", p.keyword, p.expression, p.file, p.line));
            lines.collect::<String>() + &format!("\n{} phrases\n", all.len())
        }
    };
    crate::print(&text);
    Ok(report::exit::CONFORMING)
}
