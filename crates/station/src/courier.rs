//! Carries files to where the station uploads them, one at a time.

use crate::logs::{Upload, UploadFailure};
use crate::policy::logs::Redirects;
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
    redirects: Redirects,
    /// The attempt under way, by its number.
    carrying: Option<(u64, Carrying)>,
}

impl Courier {
    pub(crate) fn new(
        route: Route,
        credentials: Credentials,
        patience: Duration,
        redirects: Redirects,
    ) -> Courier {
        Courier { route, credentials, patience, redirects, carrying: None }
    }

    /// Sets out with a file; one that is still on its way is dropped.
    pub(crate) fn carry(&mut self, file: Upload) {
        let Upload { number, url, name, bytes, packing } = file;
        let (route, credentials, patience) = (self.route.clone(), self.credentials.clone(), self.patience);
        let follows = self.redirects == Redirects::Followed;
        let carrying = async move {
            let file = File { name, bytes };
            let ended = upload(&route, &credentials, &url, file.clone(), packing, patience).await;
            match ended {
                Err(UploadError::Redirected { location: Some(there), .. }) if follows => {
                    upload(&route, &credentials, &there, file, packing, patience).await
                }
                ended => ended,
            }
        };
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
