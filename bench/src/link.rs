//! The link of the figures: a TCP forwarder that counts, and that can be slow, far, and cut.
//!
//! It obeys lines on standard input: `count` says the counts since the last time and sets them to zero, `bad` lets
//! its rules hold from now on, `good` suspends them; each ends the connections that are open, so that none escapes
//! its rules. Without rules it only counts.

use crate::said::say;
use anyhow::{Context, Result};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpSocket, TcpStream, tcp},
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};

/// Bytes that pass at once on a link with rules: a packet.
const PACKET: usize = 1_400;
/// Buffers of the sockets on a link with rules. Loopback's own would swallow whole bodies.
const BUFFER: u32 = 8 * 1024;

#[derive(clap::Args)]
pub struct Options {
    /// `link`: where it leads, `127.0.0.1:8080`.
    #[arg(long)]
    to: Option<SocketAddr>,
    /// `link`: there and back, in milliseconds.
    #[arg(long, default_value_t = 0)]
    rtt: u64,
    /// `link`: bytes a second in each direction; 0 for no limit.
    #[arg(long, default_value_t = 0)]
    rate: u64,
    /// `link`: part of the exchanges that are cut, half of them after the office got everything.
    #[arg(long, default_value_t = 0.0)]
    cut: f64,
    /// `link`: every connection ends after so many bytes; 0 for never.
    #[arg(long, default_value_t = 0)]
    die_after: u64,
    /// `link`: of the cuts.
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

impl Options {
    fn has_rules(&self) -> bool {
        self.rtt > 0 || self.rate > 0 || self.cut > 0.0 || self.die_after > 0
    }
}

#[derive(Default)]
struct Counts {
    up: AtomicU64,
    down: AtomicU64,
    requests: AtomicU64,
    connections: AtomicU64,
    cuts: AtomicU64,
}

impl Counts {
    fn add(counter: &AtomicU64, n: usize) {
        counter.fetch_add(n as u64, Ordering::SeqCst);
    }

    fn taken(&self) -> serde_json::Value {
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::SeqCst);
        json!({
            "up": take(&self.up), "down": take(&self.down), "requests": take(&self.requests),
            "connections": take(&self.connections), "cuts": take(&self.cuts),
        })
    }
}

struct Link {
    to: SocketAddr,
    rtt: Duration,
    rate: u64,
    cut: f64,
    die_after: u64,
    small: bool,
    bad: AtomicBool,
    counts: Counts,
    dice: Mutex<StdRng>,
    /// When each direction is free again: all connections share it.
    free: [tokio::sync::Mutex<Instant>; 2],
}

pub async fn run(port: u16, options: &Options) -> Result<()> {
    let link = Arc::new(Link {
        to: options.to.context("--to is missing")?,
        rtt: Duration::from_millis(options.rtt),
        rate: options.rate,
        cut: options.cut,
        die_after: options.die_after,
        small: options.has_rules(),
        bad: AtomicBool::new(false),
        counts: Counts::default(),
        dice: Mutex::new(StdRng::seed_from_u64(options.seed)),
        free: [tokio::sync::Mutex::new(Instant::now()), tokio::sync::Mutex::new(Instant::now())],
    });
    let socket = link.socket()?;
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
    let listener = socket.listen(1024)?;
    say(&json!({ "listening": format!("http://{}", listener.local_addr()?) }))?;
    let (end, ended) = watch::channel(());
    let accepting = {
        let link = link.clone();
        async move {
            while let Ok((phone, _)) = listener.accept().await {
                let (link, mut ended) = (link.clone(), ended.clone());
                ended.mark_unchanged();
                tokio::spawn(async move {
                    tokio::select! {
                        () = link.carry(phone) => {}
                        _ = ended.changed() => {}
                    }
                });
            }
        }
    };
    let obeying = async {
        let mut lines = BufReader::new(tokio::io::stdin()).lines();
        while let Some(line) = lines.next_line().await? {
            match line.trim() {
                "count" => say(&link.counts.taken())?,
                word @ ("bad" | "good") => {
                    link.bad.store(word == "bad", Ordering::SeqCst);
                    end.send_replace(());
                    say(&json!({ "link": word }))?;
                }
                other => anyhow::bail!("the link does not know {other:?}"),
            }
        }
        Ok(())
    };
    tokio::select! {
        () = accepting => Ok(()),
        obeyed = obeying => obeyed,
    }
}

/// Where an exchange is to be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Never,
    /// After so many bytes towards the office, counted from the connection's beginning.
    At(u64),
    /// When the answer begins.
    AtAnswer,
}

impl Link {
    fn socket(&self) -> Result<TcpSocket> {
        let socket = TcpSocket::new_v4()?;
        if self.small {
            socket.set_recv_buffer_size(BUFFER)?;
            socket.set_send_buffer_size(BUFFER)?;
        }
        Ok(socket)
    }

    async fn carry(&self, mut phone: TcpStream) {
        let Ok(socket) = self.socket() else { return };
        let Ok(mut office) = socket.connect(self.to).await else { return };
        let _ = (phone.set_nodelay(true), office.set_nodelay(true));
        Counts::add(&self.counts.connections, 1);
        let bad = self.bad.load(Ordering::SeqCst);
        if bad {
            // The handshake.
            tokio::time::sleep(self.rtt).await;
        }
        let (cut, carried) = (Mutex::new(Cut::Never), AtomicU64::new(0));
        let (phone_in, phone_out) = phone.split();
        let (office_in, office_out) = office.split();
        let way = |up| Way { link: self, bad, up, cut: &cut, carried: &carried };
        let (towards, back) = (way(true), way(false));
        // The first direction to end ends both: what was cut is gone.
        let was_cut = tokio::select! {
            cut = towards.carry(phone_in, office_out) => cut,
            cut = back.carry(office_in, phone_out) => cut,
        };
        Counts::add(&self.counts.cuts, usize::from(was_cut));
    }

    /// Waits until `n` bytes fit through this direction.
    async fn pass(&self, up: bool, n: usize) {
        if self.rate == 0 {
            return;
        }
        let [towards, back] = &self.free;
        let mut free = if up { towards } else { back }.lock().await;
        let time = Duration::from_secs_f64(n as f64 / self.rate as f64);
        *free = (*free).max(Instant::now()) + time;
        sleep_until(*free).await;
    }

    fn roll(&self, from: u64, body: u64) -> Cut {
        let mut dice = self.dice.lock().unwrap_or_else(PoisonError::into_inner);
        if !dice.random_bool(self.cut.clamp(0.0, 1.0)) {
            Cut::Never
        } else if dice.random_bool(0.5) {
            Cut::AtAnswer
        } else {
            Cut::At(from + dice.random_range(0..=body))
        }
    }
}

/// One direction of one connection.
struct Way<'a> {
    link: &'a Link,
    bad: bool,
    up: bool,
    cut: &'a Mutex<Cut>,
    /// Bytes of both directions.
    carried: &'a AtomicU64,
}

impl Way<'_> {
    /// Until the other side ends it or the link cuts it; `true` for a cut.
    async fn carry(&self, mut from: tcp::ReadHalf<'_>, mut to: tcp::WriteHalf<'_>) -> bool {
        if !self.bad {
            return self.carry_well(from, to).await;
        }
        let (late, mut arriving) = mpsc::channel::<(Instant, Vec<u8>)>(16);
        // Owns `late`: when the last byte was read, writing ends too.
        let sending = async move {
            let mut buffer = [0; PACKET];
            let (mut requests, mut read) = (Requests::default(), 0);
            loop {
                let n = match from.read(&mut buffer).await {
                    Ok(n) if n > 0 => n,
                    _ => return false,
                };
                let bytes = buffer.get(..n).unwrap_or_default();
                let allowed = self.allowed(&mut requests, bytes, read);
                read += n as u64;
                let bytes = bytes.get(..allowed).unwrap_or_default();
                self.link.pass(self.up, bytes.len()).await;
                self.count(bytes.len());
                let at = Instant::now() + self.link.rtt / 2;
                if late.send((at, bytes.to_vec())).await.is_err() {
                    return false;
                }
                if allowed < n {
                    return true;
                }
            }
        };
        let writing = async {
            while let Some((at, bytes)) = arriving.recv().await {
                sleep_until(at).await;
                if to.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        };
        let (cut, ()) = tokio::join!(sending, writing);
        cut
    }

    async fn carry_well(&self, mut from: tcp::ReadHalf<'_>, mut to: tcp::WriteHalf<'_>) -> bool {
        let mut buffer = vec![0; 64 * 1024];
        let mut requests = Requests::default();
        while let Ok(n @ 1..) = from.read(&mut buffer).await {
            let bytes = buffer.get(..n).unwrap_or_default();
            if self.up {
                Counts::add(&self.link.counts.requests, requests.read(bytes).len());
            }
            self.count(n);
            if to.write_all(bytes).await.is_err() {
                break;
            }
        }
        false
    }

    fn count(&self, n: usize) {
        let counts = &self.link.counts;
        Counts::add(if self.up { &counts.up } else { &counts.down }, n);
    }

    /// How many of these bytes may still pass.
    fn allowed(&self, requests: &mut Requests, bytes: &[u8], before: u64) -> usize {
        let mut cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        let mut allowed = bytes.len() as u64;
        if self.up {
            for (end, body) in requests.read(bytes) {
                Counts::add(&self.link.counts.requests, 1);
                *cut = self.link.roll(before + end as u64, body);
            }
            if let Cut::At(place) = *cut {
                allowed = allowed.min(place.saturating_sub(before));
            }
        } else if *cut == Cut::AtAnswer {
            allowed = 0;
        }
        if self.link.die_after > 0 {
            let carried = self.carried.fetch_add(allowed, Ordering::SeqCst);
            allowed = allowed.min(self.link.die_after.saturating_sub(carried));
        }
        usize::try_from(allowed).unwrap_or(bytes.len())
    }
}

/// Finds where HTTP/1.1 requests begin and how long their bodies are.
#[derive(Default)]
struct Requests {
    head: Vec<u8>,
    body: Body,
}

#[derive(Default, PartialEq, Eq)]
enum Body {
    #[default]
    None,
    /// So many bytes are left.
    Length(u64),
    /// Until a chunk of no length.
    Chunked,
}

impl Requests {
    /// For each head that ends in these bytes: where it ends, and how long its body is (0 for an unknown length).
    fn read(&mut self, bytes: &[u8]) -> Vec<(usize, u64)> {
        let (mut found, mut at) = (Vec::new(), 0);
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match &mut self.body {
                Body::Length(left) => {
                    let skipped = (*left).min(rest.len() as u64);
                    *left -= skipped;
                    at += usize::try_from(skipped).unwrap_or(rest.len());
                    if *left == 0 {
                        self.body = Body::None;
                    }
                }
                Body::None | Body::Chunked => {
                    let end =
                        if self.body == Body::Chunked { b"\r\n0\r\n\r\n".as_slice() } else { b"\r\n\r\n" };
                    let before = self.head.len();
                    self.head.extend_from_slice(rest);
                    let from = before.saturating_sub(end.len());
                    let place =
                        self.head.get(from..).and_then(|head| head.windows(end.len()).position(|w| w == end));
                    let Some(place) = place else { break };
                    let past = from + place + end.len();
                    at += past - before;
                    if self.body == Body::Chunked {
                        self.body = Body::None;
                    } else {
                        let head =
                            String::from_utf8_lossy(self.head.get(..past).unwrap_or_default()).to_lowercase();
                        self.body = body_of(&head);
                        found.push((at, if let Body::Length(length) = self.body { length } else { 0 }));
                    }
                    self.head.clear();
                }
            }
        }
        found
    }
}

fn body_of(head: &str) -> Body {
    let header = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
        line.map(str::trim)
    };
    if header("transfer-encoding") == Some("chunked") {
        return Body::Chunked;
    }
    match header("content-length").and_then(|length| length.parse().ok()) {
        Some(length) if length > 0 => Body::Length(length),
        _ => Body::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &[u8] =
        b"PUT /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET /GET /b HTTP/1.1\r\n\r\nPOST /c HTTP/1.1\r\n\
        Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nHEAD /d HTTP/1.1\r\ncontent-length: 0\r\n\r\n";

    #[test]
    fn requests_are_counted_however_their_bytes_are_cut() {
        for size in 1..STREAM.len() {
            let mut requests = Requests::default();
            let bodies: Vec<u64> =
                STREAM.chunks(size).flat_map(|bytes| requests.read(bytes)).map(|(_, body)| body).collect();
            assert_eq!(bodies, [5, 0, 0, 0], "in pieces of {size}");
        }
    }

    #[test]
    fn a_head_ends_where_its_body_begins() {
        let ends: Vec<usize> = Requests::default().read(STREAM).into_iter().map(|(end, _)| end).collect();
        assert!(STREAM[ends[0]..].starts_with(b"GET /GET /b"));
        assert!(STREAM[ends[2]..].starts_with(b"3\r\nabc"));
    }
}
