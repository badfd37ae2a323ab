//! Carries passes over HTTP, one at a time, and tells the screens how it goes.

use crate::{
    error::{Error, Result},
    office::Office,
    pass::{Failed, Pass, Step},
    phone::{Core, Signed, lock},
};
use jobsheet_model::view::{Event, Link};
use std::sync::Arc;

/// The database is not touched on the runtime's own threads.
pub(crate) async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(act).await.map_err(|e| Error::Other(e.into()))?
}

/// Ends "sending" however the pass ends, also when it is dropped.
struct Sending<'a>(&'a Core);

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        let mut live = lock(&self.0.live);
        (live.sending, live.heard) = (None, false);
    }
}

impl Core {
    pub async fn sync_once(self: &Arc<Self>) -> Result<(), Failed> {
        let _one_at_a_time = self.pass.lock().await;
        let signed = self.signed()?;
        let outcome = {
            let store = signed.store.clone();
            let tallies = blocking(move || store.read(|rows| rows.tallies())).await?;
            lock(&self.live).sending =
                Some(tallies.iter().map(|(id, t)| (*id, t.changes + t.photos)).collect());
            let _sending = Sending(self);
            self.tell(Event::Sync {});
            self.pass(signed.clone()).await
        };
        if self.heed(&signed, &outcome).await? {
            return outcome;
        }
        // Somebody else may have signed in meanwhile: this outcome is not theirs.
        if self.signed().is_ok_and(|now| Arc::ptr_eq(&now, &signed)) {
            let mut live = lock(&self.live);
            if outcome.is_ok() && live.link != Link::Online {
                self.listen.notify_one();
            }
            (live.link, live.problem) = match &outcome {
                Ok(()) => (Link::Online, None),
                Err(failed) => (failed.link(), Some(failed.problem())),
            };
        }
        if let Err(failed) = &outcome {
            self.note(&failed.problem());
        }
        match &outcome {
            Ok(()) => {}
            Err(Failed::Office(trouble)) => tracing::info!("a pass ended: {trouble}"),
            Err(Failed::Phone(problem)) => tracing::warn!("a pass ended: {problem}"),
        }
        self.tell(Event::Sync {});
        outcome
    }

    async fn pass(self: &Arc<Self>, signed: Arc<Signed>) -> Result<(), Failed> {
        let office = Office::at(&signed.account.office)?;
        let mut pass = Pass::begin(self, signed)?;
        let mut heard = None;
        loop {
            let (step, back) = blocking(move || {
                let step = pass.advance(heard);
                Ok((step, pass))
            })
            .await?;
            pass = back;
            match step? {
                Step::Ask(ask) => {
                    let begun = || lock(&self.live).heard = true;
                    heard = Some(office.send(ask, &*self.clock, begun).await);
                }
                Step::Done => return Ok(()),
            }
        }
    }
}
