//! The link between a phone and the office: a TCP forwarder that can be cut, at once or after so many bytes.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

/// How long a story waits for something that must happen; never how long something takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the link breaks, counted from when it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    Never,
    /// Connections are refused to both sides at once: no signal.
    Now,
    /// After this many more bytes towards the office.
    AfterUp(u64),
    /// After this many more bytes towards the phone: what the phone asked for was done, the answer is lost.
    AfterDown(u64),
}

#[derive(Clone)]
pub struct Link {
    pub address: SocketAddr,
    state: Arc<State>,
}

struct State {
    office: Mutex<SocketAddr>,
    rule: Mutex<Break>,
    /// Raised whenever the link breaks; open connections end.
    broken: watch::Sender<u64>,
    up: AtomicU64,
    down: AtomicU64,
    moved: Notify,
}

impl Link {
    pub async fn to(office: SocketAddr) -> std::io::Result<Link> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let state = Arc::new(State {
            office: Mutex::new(office),
            rule: Mutex::new(Break::Never),
            broken: watch::channel(0).0,
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
            moved: Notify::new(),
        });
        let link = Link { address: listener.local_addr()?, state: state.clone() };
        tokio::spawn(async move {
            while let Ok((phone, _)) = listener.accept().await {
                tokio::spawn(carry(phone, state.clone()));
            }
        });
        Ok(link)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The office came back on another port.
    pub fn redirect(&self, office: SocketAddr) {
        *lock(&self.state.office) = office;
    }

    pub fn set(&self, rule: Break) {
        *lock(&self.state.rule) = rule;
        if rule == Break::Now {
            self.state.broken.send_modify(|n| *n += 1);
            self.state.moved.notify_waiters();
        }
    }

    pub fn is_broken(&self) -> bool {
        *lock(&self.state.rule) == Break::Now
    }

    /// Bytes carried towards the office so far.
    pub fn up(&self) -> u64 {
        self.state.up.load(Ordering::SeqCst)
    }

    /// Bytes carried in both directions so far.
    pub fn carried(&self) -> u64 {
        self.up() + self.state.down.load(Ordering::SeqCst)
    }

    /// Waits until so many bytes were carried in both directions, counted from the link's beginning.
    pub async fn until_carried(&self, bytes: u64) {
        loop {
            let moved = self.state.moved.notified();
            if self.carried() >= bytes {
                return;
            }
            moved.await;
        }
    }

    /// Waits until the rule that was set has broken the link. A link that nobody uses any more fails the story.
    pub async fn until_broken(&self) {
        let broken = async {
            loop {
                let moved = self.state.moved.notified();
                if self.is_broken() {
                    return;
                }
                moved.await;
            }
        };
        tokio::time::timeout(PATIENCE, broken).await.expect("so many bytes pass that the link breaks");
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl State {
    /// How many of `n` bytes in this direction may still pass; the rest breaks the link.
    fn allow(&self, up: bool, n: usize) -> usize {
        let mut rule = lock(&self.rule);
        let left = match &mut *rule {
            Break::Never => return n,
            Break::Now => return 0,
            Break::AfterUp(left) if up => left,
            Break::AfterDown(left) if !up => left,
            _ => return n,
        };
        let pass = (*left).min(n as u64);
        *left -= pass;
        if pass < n as u64 {
            *rule = Break::Now;
            self.broken.send_modify(|n| *n += 1);
            self.moved.notify_waiters();
        }
        pass as usize
    }
}

async fn carry(phone: TcpStream, state: Arc<State>) {
    if *lock(&state.rule) == Break::Now {
        return; // dropped: the phone sees a reset
    }
    let office = *lock(&state.office);
    let Ok(office) = TcpStream::connect(office).await else { return };
    let mut broken = state.broken.subscribe();
    let (phone_in, phone_out) = phone.into_split();
    let (office_in, office_out) = office.into_split();
    let up = pipe(phone_in, office_out, true, state.clone());
    let down = pipe(office_in, phone_out, false, state.clone());
    tokio::select! {
        _ = async { tokio::join!(up, down) } => {}
        _ = broken.changed() => {}
    }
}

async fn pipe(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    up: bool,
    state: Arc<State>,
) {
    let mut buffer = [0u8; 4096];
    while let Ok(n) = from.read(&mut buffer).await {
        if n == 0 {
            break;
        }
        let pass = state.allow(up, n);
        let counter = if up { &state.up } else { &state.down };
        counter.fetch_add(pass as u64, Ordering::SeqCst);
        state.moved.notify_waiters();
        if to.write_all(&buffer[..pass]).await.is_err() || to.flush().await.is_err() || pass < n {
            break;
        }
    }
    let _ = to.shutdown().await;
}
