//! The queue of the station's own CALLs: one unanswered at a time (OCPP-J, synchronicity).
//!
//! It sends nothing itself and reads no clock, so that the engine above decides when, and tests and
//! deviations can look into it: `queue`, then send what [`Outbox::next`] gives, and tell it of answers, of
//! the time, and of a lost connection. Answers to CALLs of the CSMS do not pass through here: they may cross.

use ocpp::frame::call_text;
use serde_json::Value;
use std::{collections::VecDeque, time::Duration};

/// A CALL of the station.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnCall {
    /// Message id, unique for the station over all its connections.
    pub id: String,
    /// Message name without "Request".
    pub action: String,
    /// The request.
    pub payload: Value,
}

/// The queue. Times are those of one clock, as `Clock::elapsed` tells them.
#[derive(Debug, Clone)]
pub struct Outbox {
    timeout: Duration,
    last_id: u64,
    queue: VecDeque<OwnCall>,
    waiting: Option<Waiting>,
}

#[derive(Debug, Clone)]
struct Waiting {
    call: OwnCall,
    deadline: Duration,
}

impl Outbox {
    /// An empty queue; `timeout` is OCPPCommCtrlr.MessageTimeout.
    pub fn new(timeout: Duration) -> Outbox {
        Outbox { timeout, last_id: 0, queue: VecDeque::new(), waiting: None }
    }

    /// A message id no other CALL or SEND of this station has: `s-1`, `s-2`, …
    pub fn fresh_id(&mut self) -> String {
        self.last_id += 1;
        format!("s-{}", self.last_id)
    }

    /// Puts a CALL at the end of the queue and returns its message id.
    pub fn queue(&mut self, action: impl Into<String>, payload: Value) -> String {
        let id = self.fresh_id();
        self.queue.push_back(OwnCall { id: id.clone(), action: action.into(), payload });
        id
    }

    /// Puts a CALL that timed out or was lost back, to be sent before all others, and returns its new id.
    pub fn retry(&mut self, call: OwnCall) -> String {
        let id = self.fresh_id();
        self.queue.push_front(OwnCall { id: id.clone(), ..call });
        id
    }

    /// The text to send now, unless a CALL is unanswered or there is none.
    pub fn next(&mut self, now: Duration) -> Option<String> {
        if self.waiting.is_some() {
            return None;
        }
        let call = self.queue.pop_front()?;
        let text = call_text(&call.id, &call.action, &call.payload);
        self.waiting = Some(Waiting { call, deadline: now.saturating_add(self.timeout) });
        Some(text)
    }

    /// A CALLRESULT or CALLERROR with this id arrived: the CALL it answers. `None` for a late answer or one to
    /// nothing.
    pub fn answered(&mut self, id: &str) -> Option<OwnCall> {
        self.waiting.take_if(|w| w.call.id == id).map(|w| w.call)
    }

    /// When the unanswered CALL times out.
    pub fn deadline(&self) -> Option<Duration> {
        self.waiting.as_ref().map(|w| w.deadline)
    }

    /// The CALL that has timed out by now; the next may be sent.
    pub fn expired(&mut self, now: Duration) -> Option<OwnCall> {
        self.waiting.take_if(|w| w.deadline <= now).map(|w| w.call)
    }

    /// The connection is gone: the CALL that will not be answered any more. The queue is kept.
    pub fn lost(&mut self) -> Option<OwnCall> {
        self.waiting.take().map(|w| w.call)
    }

    /// The CALLs not yet sent, first to be sent first; may be reordered, thinned or delayed.
    pub fn queued(&mut self) -> &mut VecDeque<OwnCall> {
        &mut self.queue
    }

    /// Whether nothing is queued and nothing unanswered.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.waiting.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Duration = Duration::from_secs(100);

    fn outbox() -> Outbox {
        let mut outbox = Outbox::new(Duration::from_secs(30));
        outbox.queue("Heartbeat", json!({}));
        outbox.queue("NotifyEvent", json!({}));
        outbox
    }

    #[test]
    fn the_second_call_waits_for_the_answer_to_the_first() {
        let mut outbox = outbox();
        assert_eq!(outbox.next(NOW).as_deref(), Some(r#"[2,"s-1","Heartbeat",{}]"#));
        assert_eq!(outbox.next(NOW), None);
        assert_eq!(outbox.answered("s-2"), None);
        assert_eq!(outbox.answered("s-1").unwrap().action, "Heartbeat");
        assert_eq!(outbox.next(NOW).as_deref(), Some(r#"[2,"s-2","NotifyEvent",{}]"#));
    }

    #[test]
    fn a_call_times_out_at_its_deadline_and_a_late_answer_is_nothing() {
        let mut outbox = outbox();
        outbox.next(NOW);
        let deadline = outbox.deadline().unwrap();
        assert_eq!(deadline, Duration::from_secs(130));
        assert_eq!(outbox.expired(deadline - Duration::from_millis(1)), None);
        assert_eq!(outbox.expired(deadline).unwrap().id, "s-1");
        assert_eq!(outbox.answered("s-1"), None);
        assert!(outbox.next(deadline).unwrap().contains("s-2"));
    }

    #[test]
    fn what_is_retried_goes_first_with_an_id_of_its_own() {
        let mut outbox = outbox();
        outbox.next(NOW);
        let lost = outbox.lost().unwrap();
        assert_eq!(outbox.retry(lost), "s-3");
        assert_eq!(outbox.next(NOW).as_deref(), Some(r#"[2,"s-3","Heartbeat",{}]"#));
    }

    #[test]
    fn what_is_queued_can_be_reordered() {
        let mut outbox = outbox();
        outbox.queued().make_contiguous().reverse();
        assert!(outbox.next(NOW).unwrap().contains("NotifyEvent"));
        assert!(!outbox.is_idle());
    }
}
