//! A person as the rig: told on the terminal what to do, with a safety note and a time limit, and asked whether it is
//! done. One thing at a time, also where scenarios run side by side.

use super::{About, Refused, Rig, hazards, in_words};
use futures_util::future::LocalBoxFuture;
use spec::Effect;
use std::cell::Cell;
use std::fmt::Write as _;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::time::interval;

/// The terminal a person sits at.
pub trait Screen {
    /// Takes whatever else is shown (the progress of the run) off the screen, or lets it come back.
    fn hold(&self, held: bool);
    /// Shows text as it is.
    fn show(&self, text: &str);
}

const SECOND: Duration = Duration::from_secs(1);
/// Columns texts are broken at.
const WIDTH: usize = 88;
/// Longest input that is repeated to the person, in characters.
const REPEATED: usize = 40;

/// A person who brings effects about.
pub struct Operator<S> {
    screen: S,
    about: About,
    limit: Duration,
    /// What the person types, line by line.
    lines: Mutex<mpsc::UnboundedReceiver<String>>,
    /// Ends the run in an orderly way.
    abort: watch::Sender<bool>,
    asked: Cell<u32>,
}

/// What a person can answer.
enum Answer {
    Done,
    Cannot,
    Abort,
}

impl<S: Screen> Operator<S> {
    /// A person at a screen. `lines` is what they type; `limit` is the time they have for one effect; `abort` turning
    /// true ends the run in an orderly way.
    pub fn new(
        screen: S,
        lines: mpsc::UnboundedReceiver<String>,
        about: About,
        limit: Duration,
        abort: watch::Sender<bool>,
    ) -> Operator<S> {
        Operator { screen, about, limit, lines: Mutex::new(lines), abort, asked: Cell::new(0) }
    }

    /// What the person is told.
    fn prompt(&self, effect: &Effect) -> String {
        self.asked.set(self.asked.get() + 1);
        let mut text = format!("\n-- Please do this (number {}) {}\n", self.asked.get(), "-".repeat(40));
        for line in in_words(&self.about.archetype, effect) {
            hang(&mut text, "   ", &line);
        }
        if self.is_special(effect) {
            hang(&mut text, "   ", "It takes more than an ordinary rig: answer c if you do not have it.");
        }
        for hazard in hazards(&self.about.archetype, effect) {
            hang(&mut text, " ! ", hazard.note());
        }
        text
    }

    fn is_special(&self, effect: &Effect) -> bool {
        let Effect::Fault { row, present: true, .. } = effect else { return false };
        self.about.archetype.fault(row).is_some_and(|f| f.rig == spec::model::Rig::Special)
    }

    async fn ask(&self, effect: &Effect) -> Result<(), Refused> {
        let mut lines = self.lines.lock().await;
        // What was typed before it was asked is no answer.
        while lines.try_recv().is_ok() {}
        let _held = Held::new(&self.screen);
        self.screen.show(&self.prompt(effect));
        self.hear(&mut lines).await
    }

    async fn hear(&self, lines: &mut mpsc::UnboundedReceiver<String>) -> Result<(), Refused> {
        let mut left = self.limit;
        let mut second = interval(SECOND);
        second.tick().await;
        self.screen.show(&format!("   Time left {}\n{QUESTION}", clock(left)));
        loop {
            tokio::select! {
                biased;
                line = lines.recv() => match line.as_deref().map(read) {
                    None => {
                        self.screen.show("\n");
                        return Err(Refused::cannot("standard input was closed: nobody can answer"));
                    }
                    Some(Ok(Answer::Done)) => return Ok(()),
                    Some(Ok(Answer::Cannot)) => return Err(Refused::cannot("the operator could not do it")),
                    Some(Ok(Answer::Abort)) => {
                        self.screen.show("   The run ends; what was changed is put back.\n");
                        self.abort.send_replace(true);
                        return Err(Refused::failed("the operator aborted the run"));
                    }
                    Some(Err(other)) => self.screen.show(&format!(
                        "   {other:?} is no answer.\n   Time left {}\n{QUESTION}", clock(left)
                    )),
                },
                _ = second.tick() => {
                    left = left.saturating_sub(SECOND);
                    if left.is_zero() {
                        self.screen.show("\n   The time is over.\n");
                        let why = format!("the operator did not answer within {} s", self.limit.as_secs());
                        return Err(Refused::failed(why));
                    }
                    self.screen.show(&countdown(left));
                }
            }
        }
    }
}

/// Nothing else is on the screen as long as it is there, also when the question is given up.
struct Held<'a, S: Screen>(&'a S);

impl<'a, S: Screen> Held<'a, S> {
    fn new(screen: &'a S) -> Held<'a, S> {
        screen.hold(true);
        Held(screen)
    }
}

impl<S: Screen> Drop for Held<'_, S> {
    fn drop(&mut self) {
        self.0.hold(false);
    }
}

impl<S: Screen> Rig for Operator<S> {
    fn binding(&self) -> &'static str {
        "operator"
    }

    fn limit(&self) -> Option<Duration> {
        None
    }

    fn apply<'a>(&'a self, effect: &'a Effect) -> LocalBoxFuture<'a, Result<(), Refused>> {
        Box::pin(self.ask(effect))
    }
}

const QUESTION: &str = "   d = done, c = cannot do it, a = abort the run > ";

/// The line above the question is written anew; what the person is typing stays as it is.
fn countdown(left: Duration) -> String {
    format!("\u{1b}7\u{1b}[1A\r   Time left {}\u{1b}[K\u{1b}8", clock(left))
}

fn clock(left: Duration) -> String {
    // A second that has begun is shown in full.
    let seconds = left.as_millis().div_ceil(1000);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

fn read(line: &str) -> Result<Answer, String> {
    match line.trim().to_ascii_lowercase().as_str() {
        "d" | "done" => Ok(Answer::Done),
        "c" | "cannot" => Ok(Answer::Cannot),
        "a" | "abort" => Ok(Answer::Abort),
        other => Err(other.chars().filter(|c| !c.is_control()).take(REPEATED).collect()),
    }
}

/// Text broken at spaces, behind a mark on its first line.
fn hang(out: &mut String, mark: &str, text: &str) {
    let mut line = mark.to_owned();
    for word in text.split_whitespace() {
        if line.trim() != mark.trim() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            // Writing into a String cannot fail.
            let _ = writeln!(out, "{}", line.trim_end());
            line = "   ".to_owned();
        }
        if !line.ends_with(' ') {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(out, "{}", line.trim_end());
}

#[cfg(test)]
mod tests;
