//! One request, from its beginning to its end, each with a record.

use super::{Inner, sink::Sink};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use trace::{UploadEvent, UploadOutcome, UploadProtocol};

/// A request that has begun. If it is dropped before it was finished, its end is recorded as it stands: nobody was
/// there any more.
pub(super) struct Attempt {
    inner: Arc<Inner>,
    pub(super) upload: Option<String>,
    protocol: UploadProtocol,
    peer: String,
    request: u32,
    began: Duration,
    pub(super) sink: Sink,
    pub(super) file_name: Option<String>,
    /// What it is, should it be dropped.
    pub(super) if_dropped: UploadOutcome,
    over: bool,
}

/// What is known of a request when it begins.
pub(super) struct Beginning {
    pub(super) upload: Option<String>,
    pub(super) protocol: UploadProtocol,
    pub(super) peer: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) user: Option<String>,
}

impl Attempt {
    pub(super) fn begin(inner: Arc<Inner>, beginning: Beginning) -> Attempt {
        let Beginning { upload, protocol, peer, method, path, headers, user } = beginning;
        let request = inner.next_request();
        let event = UploadEvent::Begun { method, path, headers, user };
        inner.record(upload.clone(), protocol, &peer, request, event);
        let name = format!("{}-{request}.bin", upload.as_deref().unwrap_or("unexpected"));
        // What nobody expects is counted and hashed, but fills no disk.
        let directory = inner.config.directory.as_deref().filter(|_| upload.is_some());
        let sink = Sink::new(directory, name, inner.config.max_bytes);
        let began = inner.log.clock().elapsed();
        Attempt {
            upload,
            protocol,
            peer,
            request,
            began,
            sink,
            file_name: None,
            if_dropped: UploadOutcome::Aborted,
            over: false,
            inner,
        }
    }

    /// Records the end.
    pub(super) fn end(mut self, outcome: UploadOutcome, status: Option<u16>, note: Option<String>) {
        self.write(outcome, status, note);
    }

    fn write(&mut self, outcome: UploadOutcome, status: Option<u16>, note: Option<String>) {
        self.over = true;
        let got = self.sink.received();
        let took = self.inner.log.clock().elapsed().saturating_sub(self.began);
        let event = UploadEvent::Ended {
            outcome,
            status,
            bytes: got.bytes,
            sha256: got.sha256,
            file_name: self.file_name.take(),
            kept: got.kept,
            ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            note: note.or(got.trouble),
        };
        self.inner.record(self.upload.clone(), self.protocol, &self.peer, self.request, event);
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.over {
            self.write(self.if_dropped, None, Some("the connection ended".to_owned()));
        }
    }
}
