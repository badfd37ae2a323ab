//! A bad link: slow, far, cut in the middle of exchanges, or with connections that do not last. It counts what
//! crosses it.
//!
//! A byte counts once it was read from its sender. To keep the kernel from taking whole bodies off the phone's hands
//! (loopback packets hold 64 KB), the link's own buffers are small, it reads little at a time and never ahead of
//! what the conditions allow. What is on the way when an exchange is cut is lost, as on a real link.
//!
//! Time is scaled ([`Conditions::hurry`]): tests take seconds, and assert bytes and requests, never durations.

use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

/// Bytes read at a time: a packet's.
const PACKET: usize = 1400;
const BUFFER: u32 = 8 * 1024;

#[derive(Clone, Copy, Debug, Default)]
pub struct Conditions {
    /// There and back.
    pub round_trip: Duration,
    /// In each direction; `None`: as fast as it goes.
    pub bytes_per_second: Option<u32>,
    /// How many times faster than told all this runs; 0 is 1.
    pub hurry: u32,
    /// Of a hundred exchanges so many are cut: every other one after the office got everything.
    pub cut_percent: u32,
    /// Bytes that a connection carries, in both directions together, before it ends.
    pub lasts: Option<u64>,
    /// Of what is cut where.
    pub seed: u64,
}

impl Conditions {
    /// 300 ms there and back, 256 kbit/s, 5 % of exchanges cut; a hundred times faster.
    pub fn basement(seed: u64) -> Self {
        Self {
            round_trip: Duration::from_millis(300),
            bytes_per_second: Some(256_000 / 8),
            hurry: 100,
            cut_percent: 5,
            lasts: None,
            seed,
        }
    }
}

/// What crossed the link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub connections: u32,
    pub requests: u32,
    /// Bytes towards the office, headers included.
    pub up: u64,
    /// Bytes towards the phone, headers included.
    pub down: u64,
    /// Bytes of photos towards the office.
    pub photo: u64,
    /// Exchanges that were cut before the office got everything, and after.
    pub cut_before: u32,
    pub cut_after: u32,
    /// Connections that did not last.
    pub worn_out: u32,
}

#[derive(Clone)]
pub struct SlowLink {
    pub address: SocketAddr,
    state: Arc<State>,
}

struct State {
    office: SocketAddr,
    now: Mutex<Now>,
    /// Raised when the conditions change: kept-alive connections must not escape it.
    changed: watch::Sender<u64>,
}

struct Now {
    conditions: Conditions,
    random: StdRng,
    /// Odd: the next one comes after the office got everything.
    cuts: u32,
    count: Count,
}

/// What becomes of one exchange.
#[derive(Clone, Copy)]
enum Fate {
    Whole,
    /// Cut after so many bytes of the request's body.
    CutBefore(usize),
    /// The office gets everything; the phone so many bytes of the answer.
    CutAfter(usize),
}

/// How one direction of a connection ended.
enum End {
    /// What was read is still delivered.
    Closed,
    /// What is on the way is lost.
    Cut,
}

impl SlowLink {
    /// A fair link at first: nothing is slow, nothing is cut.
    pub async fn to(office: SocketAddr) -> std::io::Result<SlowLink> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(BUFFER)?;
        socket.set_send_buffer_size(BUFFER)?;
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let listener: TcpListener = socket.listen(64)?;
        let conditions = Conditions::default();
        let now = Now { conditions, random: StdRng::seed_from_u64(0), cuts: 0, count: Count::default() };
        let state = Arc::new(State { office, now: Mutex::new(now), changed: watch::channel(0).0 });
        let link = SlowLink { address: listener.local_addr()?, state: state.clone() };
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

    /// From now on. Open connections end, and counting begins again.
    pub fn becomes(&self, conditions: Conditions) {
        self.state.changed.send_modify(|n| *n += 1);
        let random = StdRng::seed_from_u64(conditions.seed);
        let cuts = conditions.seed as u32;
        *self.state.now() = Now { conditions, random, cuts, count: Count::default() };
    }

    pub fn count(&self) -> Count {
        self.state.now().count
    }
}

impl State {
    fn now(&self) -> std::sync::MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decided in the order of requests, so that a seed always cuts the same ones.
    fn fate(&self, body: usize) -> Fate {
        let mut now = self.now();
        now.count.requests += 1;
        let place = now.random.random_range(0..body.max(1));
        if now.random.random_range(0..100) >= now.conditions.cut_percent {
            return Fate::Whole;
        }
        now.cuts += 1;
        if now.cuts.is_multiple_of(2) {
            now.count.cut_before += 1;
            Fate::CutBefore(place)
        } else {
            now.count.cut_after += 1;
            Fate::CutAfter(place % 200)
        }
    }
}

/// One connection.
struct Wire {
    state: Arc<State>,
    conditions: Conditions,
    /// Bytes that it still carries.
    left: Mutex<u64>,
    /// Bytes of the answer that still pass before the exchange is cut.
    answer: Mutex<Option<usize>>,
}

async fn carry(phone: TcpStream, state: Arc<State>) {
    let mut changed = state.changed.subscribe();
    let conditions = {
        let mut now = state.now();
        now.count.connections += 1;
        now.conditions
    };
    let Ok(office) = towards(state.office).await else { return };
    let _ = (phone.set_nodelay(true), office.set_nodelay(true));
    let left = Mutex::new(conditions.lasts.unwrap_or(u64::MAX));
    let wire = Wire { state, conditions, left, answer: Mutex::new(None) };
    let (phone_in, phone_out) = phone.into_split();
    let (office_in, office_out) = office.into_split();
    let (to_office, up_queue) = mpsc::unbounded_channel();
    let (to_phone, down_queue) = mpsc::unbounded_channel();
    let up = Reader::new(&wire, phone_in, to_office, true);
    let down = Reader::new(&wire, office_in, to_phone, false);
    let mut deliveries = Box::pin(async {
        tokio::join!(deliver(up_queue, office_out), deliver(down_queue, phone_out));
    });
    let ended = {
        let reading = async {
            tokio::select! {
                end = requests(up) => end,
                end = answers(down) => end,
            }
        };
        tokio::select! {
            end = reading => end,
            () = &mut deliveries => End::Cut,
            _ = changed.changed() => End::Cut,
        }
    };
    if matches!(ended, End::Closed) {
        deliveries.await;
    }
}

async fn towards(office: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(BUFFER)?;
    socket.set_send_buffer_size(BUFFER)?;
    socket.connect(office).await
}

/// Writes what arrives when it arrives; ends with its queue.
async fn deliver(mut queue: mpsc::UnboundedReceiver<(Instant, Vec<u8>)>, mut to: OwnedWriteHalf) {
    while let Some((at, bytes)) = queue.recv().await {
        sleep_until(at).await;
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

/// One direction of a connection: reads no faster and no more than the conditions allow, and counts.
struct Reader<'a> {
    wire: &'a Wire,
    from: OwnedReadHalf,
    to: mpsc::UnboundedSender<(Instant, Vec<u8>)>,
    up: bool,
    /// When the next byte may be read.
    free: Instant,
}

impl<'a> Reader<'a> {
    fn new(
        wire: &'a Wire,
        from: OwnedReadHalf,
        to: mpsc::UnboundedSender<(Instant, Vec<u8>)>,
        up: bool,
    ) -> Self {
        Self { wire, from, to, up, free: Instant::now() }
    }

    fn hurried(&self, time: Duration) -> Duration {
        time / self.wire.conditions.hurry.max(1)
    }

    /// At most `most` bytes; `None` when there are no more or the connection is worn out.
    async fn read(&mut self, most: usize) -> Option<Vec<u8>> {
        let left = *lock(&self.wire.left);
        let most = most.min(PACKET).min(usize::try_from(left).unwrap_or(usize::MAX));
        if most == 0 {
            self.wire.state.now().count.worn_out += 1;
            return None;
        }
        sleep_until(self.free).await;
        let mut bytes = vec![0; most];
        let n = self.from.read(&mut bytes).await.ok().filter(|n| *n > 0)?;
        bytes.truncate(n);
        if let Some(rate) = self.wire.conditions.bytes_per_second {
            let takes = self.hurried(Duration::from_secs(n as u64) / rate);
            self.free = self.free.max(Instant::now() - Duration::from_millis(2)) + takes;
        }
        let mut left = lock(&self.wire.left);
        *left = left.saturating_sub(n as u64);
        let mut now = self.wire.state.now();
        *(if self.up { &mut now.count.up } else { &mut now.count.down }) += n as u64;
        Some(bytes)
    }

    fn pass(&self, bytes: Vec<u8>) {
        let at = Instant::now() + self.hurried(self.wire.conditions.round_trip) / 2;
        let _ = self.to.send((at, bytes));
    }
}

/// Carries requests to the office, one after the other.
async fn requests(mut phone: Reader<'_>) -> End {
    loop {
        let mut head = Vec::new();
        let end = loop {
            if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            match phone.read(PACKET).await {
                Some(bytes) => head.extend(bytes),
                None => return End::Closed,
            }
        };
        let mut body = head.split_off(end);
        let (length, photo) = announced(&head);
        let fate = phone.wire.state.fate(length);
        if let Fate::CutAfter(answer) = fate {
            *lock(&phone.wire.answer) = Some(answer);
        }
        phone.pass(head);
        let mut passed = 0;
        loop {
            passed += body.len();
            if photo {
                phone.wire.state.now().count.photo += body.len() as u64;
            }
            if matches!(fate, Fate::CutBefore(at) if passed > at || passed >= length) {
                return End::Cut;
            }
            phone.pass(body);
            if passed >= length {
                break;
            }
            match phone.read(length - passed).await {
                Some(bytes) => body = bytes,
                None => return End::Closed,
            }
        }
    }
}

async fn answers(mut office: Reader<'_>) -> End {
    while let Some(mut bytes) = office.read(PACKET).await {
        let mut cut = false;
        if let Some(left) = &mut *lock(&office.wire.answer) {
            cut = bytes.len() > *left;
            bytes.truncate(*left);
            *left -= bytes.len();
        }
        office.pass(bytes);
        if cut {
            return End::Cut;
        }
    }
    End::Closed
}

/// The length of the body that a request's head announces, and whether it is a photo's.
fn announced(head: &[u8]) -> (usize, bool) {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let length = head.lines().filter_map(|line| line.strip_prefix("content-length:")).next();
    let length = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
    (length, head.starts_with("put /v1/photos/"))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
