//! The technician's core: everything the app can do, without a screen.
//!
//! [`Phone`] is the one type callers hold; the shell and the preview only forward to it. Where to start
//! reading: `record` (how a change becomes durable), `store` (all SQL of a technician's database), `sync`
//! (one pass of sending and fetching), `door` (the session under it), `runner` (when a pass runs). Rules are not here but in
//! `jobsheet_model`; this crate loads, asks them, and stores.

pub mod args;
mod brief;
mod codes;
mod device;
mod door;
mod error;
mod fetch;
mod keys;
mod me;
mod moment;
mod office;
mod outside;
mod papers;
mod pass;
mod phone;
mod photos;
mod record;
mod reference;
mod rescue;
mod runner;
mod session;
mod settle;
mod status;
mod store;
mod sync;
mod vault;
mod views;
mod wipe;

pub use moment::{Clock, SystemClock, TestClock};
pub use office::{Ask, Heard, Reply};
pub use pass::{Pass, Step};
pub use phone::{Options, Phone};
pub use record::SignedPaper;

use jobsheet_model::view::Event;
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// The next event; a listener that fell behind goes on with what is there. `None` when the phone is gone.
pub async fn next_event(events: &mut Receiver<Event>) -> Option<Event> {
    loop {
        match events.recv().await {
            Ok(event) => return Some(event),
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}
