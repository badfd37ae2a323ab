//! A thread beside all others for what is asynchronous underneath, such as a database or a bucket far away. Whoever asks
//! waits on their own thread, whatever it is; this also goes where tokio would not let one wait.

use anyhow::{Context as _, Result};
use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::Thread,
};
use tokio::{runtime::Runtime, task::JoinHandle};

pub struct Beside(Option<Runtime>);

impl Beside {
    pub fn new(name: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name(name)
            .enable_all()
            .build()
            .with_context(|| format!("Starting a thread for the {name}"))?;
        Ok(Self(Some(runtime)))
    }

    /// Goes on without anybody waiting for it. `None` while all ends.
    pub fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<JoinHandle<T>> {
        self.0.as_ref().map(|runtime| runtime.spawn(work))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Also where waiting is not allowed.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Waits on this thread for what another carries on.
pub fn wait<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(done) => return done,
            Poll::Pending => std::thread::park(),
        }
    }
}
