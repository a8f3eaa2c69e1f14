//! Carries files to where the station uploads them, one at a time.

use crate::logs::{Upload, UploadFailure};
use net::Credentials;
use net::station::upload::{File, Route, UploadError, upload};
use std::future::{Future, pending};
use std::pin::Pin;
use std::time::Duration;

type Carrying = Pin<Box<dyn Future<Output = Result<(), UploadError>> + Send>>;

pub(crate) struct Courier {
    route: Route,
    credentials: Credentials,
    patience: Duration,
    /// The attempt under way, by its number.
    carrying: Option<(u64, Carrying)>,
}

impl Courier {
    pub(crate) fn new(route: Route, credentials: Credentials, patience: Duration) -> Courier {
        Courier { route, credentials, patience, carrying: None }
    }

    /// Sets out with a file; one that is still on its way is dropped.
    pub(crate) fn carry(&mut self, file: Upload) {
        let Upload { number, url, name, bytes, packing } = file;
        let (route, credentials, patience) = (self.route.clone(), self.credentials.clone(), self.patience);
        let carrying =
            async move { upload(&route, &credentials, &url, File { name, bytes }, packing, patience).await };
        self.carrying = Some((number, Box::pin(carrying)));
    }

    /// Drops what is on its way.
    pub(crate) fn stop(&mut self) {
        self.carrying = None;
    }

    /// How the attempt under way ended, once it has. Can be dropped and asked again.
    pub(crate) async fn arrived(&mut self) -> (u64, Result<(), UploadFailure>) {
        let Some((number, carrying)) = &mut self.carrying else { return pending().await };
        let (number, ended) = (*number, carrying.await);
        self.carrying = None;
        (number, ended.map_err(|error| UploadFailure::from(&error)))
    }
}
