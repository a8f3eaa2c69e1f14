//! The one unanswered CALL a side may have (OCPP-J, synchronicity).

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::Semaphore;
use trace::ConnId;

/// Held by the CALL that is waiting for its answer. Those who want it next are served in order.
#[derive(Debug)]
pub(super) struct Slot {
    free: Semaphore,
    holder: Mutex<Option<Holder>>,
    tickets: AtomicU64,
}

#[derive(Debug)]
struct Holder {
    /// Tells apart two CALLs with the same id, as a retry may be.
    ticket: u64,
    id: String,
    /// The connection it went out on; `None` until it was sent.
    conn: Option<ConnId>,
}

impl Slot {
    pub(super) fn new() -> Slot {
        Slot { free: Semaphore::new(1), holder: Mutex::new(None), tickets: AtomicU64::new(0) }
    }

    fn holder(&self) -> MutexGuard<'_, Option<Holder>> {
        self.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until no CALL is outstanding and takes the slot. It is given back when the guard is dropped,
    /// unless [`Taken::sent`] says that an answer is to be awaited.
    pub(super) async fn take(&self, id: &str) -> Taken<'_> {
        // The semaphore is never closed; if it were, there would be no one left to wait for.
        if let Ok(permit) = self.free.acquire().await {
            permit.forget();
        }
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        *self.holder() = Some(Holder { ticket, id: id.to_owned(), conn: None });
        Taken { slot: self, ticket, waits: false }
    }

    /// The CALL with this id was answered, or its caller gave up.
    pub(super) fn release(&self, id: &str) {
        self.release_if(|h| h.id == id);
    }

    /// An answer with this id arrived on this connection.
    pub(super) fn answered(&self, conn: ConnId, id: &str) {
        self.release_if(|h| h.id == id && h.conn == Some(conn));
    }

    /// The connection ended: what was sent on it will not be answered any more.
    pub(super) fn lost(&self, conn: ConnId) {
        self.release_if(|h| h.conn == Some(conn));
    }

    fn release_if(&self, is: impl FnOnce(&Holder) -> bool) {
        let mut holder = self.holder();
        if holder.as_ref().is_some_and(is) {
            *holder = None;
            self.free.add_permits(1);
        }
    }
}

/// The slot, taken but not yet used.
#[must_use]
pub(super) struct Taken<'a> {
    slot: &'a Slot,
    ticket: u64,
    waits: bool,
}

impl Taken<'_> {
    /// The CALL is about to go out on this connection. Said before it is sent, so that its answer, or the
    /// loss of the connection, finds whom to release.
    pub(super) fn on(&self, conn: ConnId) {
        if let Some(holder) = self.slot.holder().as_mut().filter(|h| h.ticket == self.ticket) {
            holder.conn = Some(conn);
        }
    }

    /// It went out: the slot stays taken until an answer, a release or the loss of the connection.
    pub(super) fn sent(mut self) {
        self.waits = true;
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if !self.waits {
            self.slot.release_if(|h| h.ticket == self.ticket);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    async fn is_free(slot: &Slot) -> bool {
        timeout(Duration::from_millis(1), slot.take("probe")).await.is_ok()
    }

    async fn send(slot: &Slot, id: &str, conn: ConnId) {
        let taken = slot.take(id).await;
        taken.on(conn);
        taken.sent();
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_answer_to_the_outstanding_call_frees_it() {
        let slot = Slot::new();
        send(&slot, "1", ConnId(1)).await;
        slot.answered(ConnId(1), "0");
        slot.answered(ConnId(2), "1");
        assert!(!is_free(&slot).await);
        slot.answered(ConnId(1), "1");
        assert!(is_free(&slot).await);
    }

    #[tokio::test(start_paused = true)]
    async fn the_loss_of_an_older_connection_does_not_free_it() {
        let slot = Slot::new();
        send(&slot, "1", ConnId(2)).await;
        slot.lost(ConnId(1));
        assert!(!is_free(&slot).await);
        slot.lost(ConnId(2));
        assert!(is_free(&slot).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_is_dropped_before_it_sent_leaves_it_free() {
        let slot = Slot::new();
        drop(slot.take("1").await);
        assert!(is_free(&slot).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_answer_after_the_release_does_not_free_it_twice() {
        let slot = Slot::new();
        send(&slot, "1", ConnId(1)).await;
        slot.release("1");
        slot.answered(ConnId(1), "1");
        send(&slot, "2", ConnId(1)).await;
        assert!(!is_free(&slot).await);
    }
}
