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

/// The bar on the screen, hidden until a run is viewed. Clones are the same bar.
#[derive(Clone)]
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar that is not seen yet.
    pub(crate) fn new() -> Bar {
        Bar(ProgressBar::hidden())
    }
}

/// A question to a person takes the place of the bar.
impl steps::rig::Screen for Bar {
    fn hold(&self, held: bool) {
        if held {
            self.0.set_draw_target(ProgressDrawTarget::hidden());
            // What was drawn last stays until it is overwritten.
            self.show("\r\u{1b}[K");
        } else {
            self.0.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    fn show(&self, text: &str) {
        let mut err = std::io::stderr().lock();
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }
}

/// The live view of a run.
pub(crate) struct View {
    bar: ProgressBar,
    failed: Cell<u64>,
    terminal: bool,
}

impl View {
    /// A view of a run with so many verdicts to come.
    pub(crate) fn new(planned: usize, bar: &Bar) -> View {
        let terminal = std::io::stderr().is_terminal();
        let bar = bar.0.clone();
        bar.set_length(planned as u64);
        bar.reset_elapsed();
        if terminal {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
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
