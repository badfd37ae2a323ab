//! Tells whoever listens that something moved. Only a hint: the counter in the database is the truth.
//!
//! Writes of this process are told at once. Another process may write too (`jobsheet-office demo offer`), so
//! the counter is also read twice a second while anybody listens.

use crate::{Inner, Office, store};
use futures_util::{Stream, stream};
use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;

const LOOK_EVERY: Duration = Duration::from_millis(500);

#[derive(Clone, Copy, PartialEq)]
struct Pulse {
    n: u64,
    closing: bool,
}

pub struct Hints {
    pulse: watch::Sender<Pulse>,
    watching: AtomicBool,
}

impl Hints {
    pub fn new(n: u64) -> Self {
        Self { pulse: watch::Sender::new(Pulse { n, closing: false }), watching: AtomicBool::new(false) }
    }

    pub fn moved_to(&self, n: u64) {
        self.pulse.send_if_modified(|pulse| {
            let moved = n > pulse.n;
            pulse.n = pulse.n.max(n);
            moved
        });
    }

    /// Ends every stream of hints, so that a server can stop.
    pub fn close(&self) {
        self.pulse.send_modify(|pulse| pulse.closing = true);
    }
}

impl Office {
    /// Yields once at the start, so that nothing falls between a sync and this; then whenever the counter has
    /// moved and `concerns(from)` says that something after `from` is meant for the listener.
    pub(crate) fn hints<F>(&self, concerns: F) -> impl Stream<Item = ()> + Send + use<F>
    where
        F: Fn(&Office, u64) -> anyhow::Result<bool> + Clone + Send + 'static,
    {
        self.keep_watching();
        let mut listener = self.0.hints.pulse.subscribe();
        let seen = listener.borrow_and_update().n;
        stream::unfold((self.clone(), listener, seen, true, concerns), |state| async move {
            let (office, mut listener, mut seen, first, concerns) = state;
            if first {
                return Some(((), (office, listener, seen, false, concerns)));
            }
            loop {
                let pulse = *listener.borrow_and_update();
                if pulse.closing {
                    return None;
                }
                if pulse.n > seen {
                    let (from, asks) = (seen, concerns.clone());
                    seen = pulse.n;
                    match office.run(move |office| asks(office, from)).await {
                        Ok(true) => return Some(((), (office, listener, seen, false, concerns))),
                        Ok(false) => {}
                        Err(why) => {
                            tracing::error!("looking what moved: {why:#}");
                            return None;
                        }
                    }
                } else if listener.changed().await.is_err() {
                    return None;
                }
            }
        })
    }

    fn keep_watching(&self) {
        if !self.0.hints.watching.swap(true, Ordering::Relaxed) {
            tokio::spawn(watch_counter(Arc::downgrade(&self.0)));
        }
    }
}

/// Ends with the office.
async fn watch_counter(office: Weak<Inner>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let Some(inner) = office.upgrade() else { return };
        if inner.hints.pulse.borrow().closing {
            return;
        }
        match Office(inner)
            .run(|office| office.read(|db| store::counter(db)).map(|n| office.0.hints.moved_to(n)))
            .await
        {
            Ok(()) => {}
            Err(why) => tracing::error!("reading the counter: {why:#}"),
        }
    }
}
