//! What a person sees while a run goes on: a bar on a terminal, sparse lines elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use judge::{Verdict, VerdictLine};
use std::cell::Cell;
use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

/// A line on standard error.
pub(crate) fn say(line: &str) {
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "{line}");
}

/// The live view of a run.
pub(crate) struct View {
    bar: ProgressBar,
    failed: Cell<u64>,
    terminal: bool,
}

impl View {
    /// A view of a run with so many verdicts to come.
    pub(crate) fn new(planned: usize) -> View {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(planned as u64), target);
        let style = ProgressStyle::with_template("{elapsed_precise} {bar:24} {pos}/{len} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        // The clock on the screen goes on during the waits that a scenario prescribes.
        bar.enable_steady_tick(Duration::from_secs(1));
        View { bar, failed: Cell::new(0), terminal }
    }

    /// Shows an event of the run.
    pub(crate) fn show(&self, event: &steps::Progress<'_>) {
        match event {
            steps::Progress::Started { item, .. } => {
                let failed = self.failed.get();
                let failed = if failed > 0 { format!("[{failed} failed] ") } else { String::new() };
                self.bar.set_message(format!("{failed}{} {}", item.subject.row, item.subject.title));
            }
            steps::Progress::Reached(verdict) => {
                self.bar.inc(1);
                if !matches!(verdict.outcome.verdict(), Verdict::Fail | Verdict::Error) {
                    return;
                }
                self.failed.set(self.failed.get() + 1);
                let line = VerdictLine::from(*verdict);
                let what = line.observed.or(line.reason).unwrap_or_default();
                let text = format!("{} {} {}: {what}", line.verdict, line.row, line.title);
                if self.terminal { self.bar.println(text) } else { say(&text) }
            }
        }
    }

    /// Takes the bar off the screen.
    pub(crate) fn done(&self) {
        self.bar.finish_and_clear();
    }
}
