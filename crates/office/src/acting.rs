//! Who acts. What somebody of the office asks for is noted in the transaction that does it, wherever that is: the door
//! says who asks ([`scope`]), and each write looks ([`here`]). So no act can be written without its entry.

use chrono::{DateTime, Utc};
use jobsheet_model::{role::Role, view::AuditEntry};
use std::{cell::RefCell, future::Future};
use uuid::Uuid;

/// Longer addresses are cut.
const LONGEST: usize = 300;

#[derive(Clone, Debug)]
pub struct Acting {
    id: String,
    actor: String,
    role: Role,
    act: String,
}

impl Acting {
    /// `act` is method and path.
    pub fn new(actor: &str, role: Role, act: &str) -> Self {
        let act = act.chars().take(LONGEST).collect();
        Self { id: Uuid::now_v7().to_string(), actor: actor.to_owned(), role, act }
    }

    pub fn entry(&self, at: DateTime<Utc>, refused: bool) -> AuditEntry {
        let Self { id, actor, role, act } = self.clone();
        AuditEntry { id, at, actor, role: role.word().to_owned(), act, refused }
    }
}

tokio::task_local! {
    static ACTING: Acting;
}

thread_local! {
    static HERE: RefCell<Option<Acting>> = const { RefCell::new(None) };
}

/// Runs what somebody asked for.
pub async fn scope<F: Future>(acting: Acting, work: F) -> F::Output {
    ACTING.scope(acting, work).await
}

/// Who asked for what this task does.
pub fn of_task() -> Option<Acting> {
    ACTING.try_with(Acting::clone).ok()
}

/// Who asked for what this thread does.
pub fn here() -> Option<Acting> {
    HERE.with_borrow(Option::clone)
}

/// Does work on this thread in the name of who asked for it.
pub fn on_this_thread<T>(acting: Option<Acting>, work: impl FnOnce() -> T) -> T {
    /// Also when the work panics: threads are used again.
    struct Over;
    impl Drop for Over {
        fn drop(&mut self) {
            HERE.set(None);
        }
    }
    HERE.set(acting);
    let _over = Over;
    work()
}
