//! The office, as a phone sees it: what is asked, what is heard, and HTTP between the two.
//!
//! What to ask and what a reply means is decided without a network ([`Ask`], [`Reply`]); [`Office`] only
//! carries it. An answer counts only when it is the office's: it carries the protocol header and our content type, and
//! says what we asked (I9). Anything else (a hotel's sign-in page, a proxy's error, half an answer) becomes a
//! [`Trouble`], and the caller has changed nothing. Time-outs watch progress, never totals (P20).

use crate::error::place;
use crate::moment::Clock;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Digest, Problem,
    enrol::WipeOrder,
    pack::{PACKED, pack, unpack_plain},
    wire::{
        BODY_DIGEST, NOT_WHOLE, PROTOCOL, PROTOCOL_HEADER, ProblemDetails, UPLOAD_COMPLETE, UPLOAD_OFFSET,
        UPLOAD_PHOTO, body_digest,
    },
};
use reqwest::{Method, Response};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::OnceLock;
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(10);
/// Without a byte for so long, the connection is dead.
const SILENCE: Duration = Duration::from_secs(30);
/// The slowest link that is worth waiting for, in bytes a second.
const CRAWL: u64 = 1_000;
/// No honest answer is larger.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

/// Why there is no answer, told apart by what happens next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// No way to the office: try again, it does not count as an attempt (P10).
    #[error("no way to the office: {0}")]
    Unreachable(String),
    /// Something answered that is not the office.
    #[error("not the office: {0}")]
    NotAnOffice(String),
    /// The sign-in lapsed; recording goes on (P17).
    #[error("sign-in needed")]
    SignInNeeded,
    #[error("the office has revoked this phone")]
    Revoked,
    /// Counts only once its signature was checked (`door`).
    #[error("the office wants this phone emptied")]
    Wipe(WipeOrder),
    #[error("too many tries")]
    TooMany,
    /// With the version that the office asks for, if it says which.
    #[error("the app is too old")]
    AppTooOld(Option<String>),
    /// It takes us for a copy of the phone it knows: a new identity is due.
    #[error("this phone must take a new identity")]
    Superseded,
    /// It does not know our cursor: it is to be asked for news before anything is sent to it.
    #[error("the office wants to be asked first")]
    AskFirst,
    /// The office itself said no, or could not.
    #[error("the office answered {0}")]
    Status(u16),
}

impl Trouble {
    pub fn problem(&self) -> Problem {
        match self {
            Trouble::Unreachable(_) => Problem::new(
                "office_unreachable",
                "The office cannot be reached. Your work is safe on this phone.",
            ),
            Trouble::NotAnOffice(_) => Problem::new(
                "not_an_office",
                "Something else answered in place of the office, perhaps this network's sign-in page.",
            ),
            Trouble::SignInNeeded => {
                Problem::new("sign_in_needed", "Sign in again to send. You can go on recording.")
            }
            Trouble::Revoked => Problem::new(
                "phone_revoked",
                "The office has revoked this phone. Your work is safe on it; ask the office for a new code.",
            ),
            Trouble::Wipe(_) => {
                Problem::new("phone_wiped", "The office has ordered that this phone be emptied.")
            }
            Trouble::TooMany => Problem::new("too_many_tries", "Too many tries. Wait a few minutes."),
            Trouble::AppTooOld(Some(minimum)) => Problem::new(
                "app_too_old",
                format!("The office needs version {minimum} of this app or a newer one. Your work is safe."),
            )
            .with("minimum", minimum),
            Trouble::AppTooOld(None) => Problem::new(
                "app_outdated",
                "The office needs a newer version of this app. Your work is safe.",
            ),
            Trouble::Superseded => Problem::new(
                "superseded",
                "The office takes this phone for a copy of another. Your work is safe and will be sent again.",
            ),
            Trouble::AskFirst => {
                Problem::new("office_error", "The office could not answer. It will be tried again.")
            }
            Trouble::Status(status) => {
                Problem::new("office_error", "The office could not answer. It will be tried again.")
                    .with("status", status)
            }
        }
    }
}

pub(crate) type Answer<T> = Result<T, Trouble>;

/// What is asked of the office: one HTTP request, whole.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: &'static str,
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// A reply that arrived whole; whose it is remains to be seen.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The phone's clock and counter when the reply began.
    pub at: (DateTime<Utc>, u64),
}

/// What came of an [`Ask`]; an error says why there is no whole reply.
pub type Heard = Result<Reply, String>;

/// How much of a photo the office holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    pub offset: u64,
    pub complete: bool,
}

// --- Asking --------------------------------------------------------------------------------------------

impl Ask {
    pub(crate) fn new(method: &'static str, path: impl Into<String>, token: Option<&str>) -> Self {
        let mut headers = vec![(PROTOCOL_HEADER, PROTOCOL.to_owned()), ("accept-encoding", "zstd".into())];
        headers.extend(token.map(|token| ("authorization", format!("Bearer {token}"))));
        Self { method, path: path.into(), headers, body: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// Under a session's token, in place of any other.
    pub(crate) fn under(mut self, token: &str) -> Self {
        self.headers.retain(|(name, _)| *name != "authorization");
        self.with("authorization", format!("Bearer {token}"))
    }

    /// With a JSON body, packed when that is worth it.
    pub(crate) fn json<T: Serialize>(self, value: &T) -> Result<Self, serde_json::Error> {
        let plain = serde_json::to_vec(value)?;
        let packed = pack(&plain, 9).ok().filter(|packed| packed.len() < plain.len());
        let ask = self.with("content-type", "application/json");
        Ok(match packed {
            Some(packed) => Self { body: packed, ..ask.with("content-encoding", PACKED) },
            None => Self { body: plain, ..ask },
        })
    }

    /// Lets the office tell a body that was cut short on its way from one that it cannot read.
    pub(crate) fn whole(self) -> Self {
        let digest = body_digest(&self.body);
        self.with(BODY_DIGEST, digest)
    }

    /// Bytes that the office could not take as a change, to be kept as they are.
    pub(crate) fn quarantine(token: &str, body: &str) -> Self {
        let ask =
            Self::new("POST", "/v1/quarantine", Some(token)).with("content-type", "application/octet-stream");
        Self { body: body.as_bytes().to_vec(), ..ask }.whole()
    }

    pub(crate) fn photo_progress(token: &str, digest: &Digest) -> Self {
        Self::new("HEAD", format!("/v1/photos/{digest}"), Some(token))
    }

    /// Sends a segment that begins at `offset`; `last` says that the photo ends with it.
    pub(crate) fn segment(token: &str, digest: &Digest, offset: u64, last: bool, segment: Vec<u8>) -> Self {
        let ask = Self::new("PUT", format!("/v1/photos/{digest}"), Some(token))
            .with("content-type", "application/octet-stream")
            .with(UPLOAD_OFFSET, offset)
            .with(UPLOAD_COMPLETE, if last { "?1" } else { "?0" });
        Self { body: segment, ..ask }
    }
}

// --- Reading what was heard ----------------------------------------------------------------------------

impl Reply {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    fn content_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Is it the office's refusal of this kind (RFC 9457)?
    fn is_problem(&self, kind: &str) -> bool {
        self.content_type() == "application/problem+json"
            && serde_json::from_slice::<ProblemDetails>(&self.body)
                .is_ok_and(|problem| problem.kind.rsplit('/').next() == Some(kind))
    }

    /// The body, unpacked.
    fn unpacked(&self) -> Answer<Vec<u8>> {
        match self.header("content-encoding") {
            None | Some("identity") => Ok(self.body.clone()),
            Some("zstd") => unpacked(&self.body).map_err(|e| Trouble::NotAnOffice(format!("zstd: {e}"))),
            Some(_) => Err(Trouble::NotAnOffice("an encoding that was not asked for".into())),
        }
    }
}

/// The office's own reply, whatever it says (I9).
fn office_reply(heard: Heard) -> Answer<Reply> {
    let reply = heard.map_err(Trouble::Unreachable)?;
    match reply.header(PROTOCOL_HEADER) {
        Some(_) => Ok(reply),
        None => Err(Trouble::NotAnOffice(format!("{} without our header", reply.status))),
    }
}

/// The office's reply that says yes.
pub(crate) fn accepted(heard: Heard) -> Answer<Reply> {
    let reply = office_reply(heard)?;
    match reply.status {
        200..=299 => Ok(reply),
        401 => Err(Trouble::SignInNeeded),
        403 => Err(forbidden(&reply)),
        429 => Err(Trouble::TooMany),
        426 => Err(Trouble::AppTooOld(minimum(&reply))),
        409 if reply.is_problem("superseded") => Err(Trouble::Superseded),
        409 if reply.is_problem("ask-first") => Err(Trouble::AskFirst),
        400 if reply.is_problem(NOT_WHOLE) => {
            Err(Trouble::Unreachable("what was sent did not arrive whole".into()))
        }
        status => Err(Trouble::Status(status)),
    }
}

/// Did the office say that the session is over?
pub(crate) fn is_over(heard: &Heard) -> bool {
    heard.as_ref().is_ok_and(|reply| reply.status == 401 && reply.header(PROTOCOL_HEADER).is_some())
}

/// The version that the office asks for. Anything longer than a version is none.
fn minimum(reply: &Reply) -> Option<String> {
    let problem = serde_json::from_slice::<ProblemDetails>(&reply.body).ok()?;
    problem.extra.minimum.filter(|minimum| minimum.len() <= 32)
}

fn forbidden(reply: &Reply) -> Trouble {
    let problem = serde_json::from_slice::<ProblemDetails>(&reply.body).ok();
    match problem.as_ref().map(|problem| (problem.kind.as_str(), problem.extra.wipe.clone())) {
        Some(("/problems/phone-revoked", _)) => Trouble::Revoked,
        Some(("/problems/phone-wiped", Some(order))) => Trouble::Wipe(order),
        _ => Trouble::Status(reply.status),
    }
}

pub(crate) fn json<T: DeserializeOwned>(heard: Heard) -> Answer<T> {
    let reply = accepted(heard)?;
    let kind = reply.content_type();
    if kind != "application/json" {
        return Err(Trouble::NotAnOffice(format!("content type {kind:?}")));
    }
    serde_json::from_slice(&reply.unpacked()?)
        .map_err(|e| Trouble::NotAnOffice(format!("unreadable: {}", place(&e))))
}

/// What is named by its content: reference data, a photo.
pub(crate) fn named(heard: Heard, digest: &Digest) -> Answer<Vec<u8>> {
    let bytes = accepted(heard)?.unpacked()?;
    if Digest::of(&bytes) != *digest {
        return Err(Trouble::NotAnOffice("something of another digest".into()));
    }
    Ok(bytes)
}

/// How much the office has of a photo that was asked for, or after a segment. It has another amount than we
/// thought (409): that is an answer too. One that names another photo is none (I9).
pub(crate) fn upload(heard: Heard, photo: &Digest) -> Answer<Upload> {
    let reply = office_reply(heard)?;
    let reply = match reply.status {
        404 => return Ok(Upload { offset: 0, complete: false }),
        409 => reply,
        _ => accepted(Ok(reply))?,
    };
    if reply.header(UPLOAD_PHOTO) != Some(photo.as_str()) {
        return Err(Trouble::NotAnOffice("an answer for another photo".into()));
    }
    let offset = reply.header(UPLOAD_OFFSET).and_then(|v| v.trim().parse().ok());
    let complete = reply.header(UPLOAD_COMPLETE).is_some_and(|v| v.trim() == "?1");
    match offset {
        Some(offset) => Ok(Upload { offset, complete }),
        None => Err(Trouble::NotAnOffice("no upload offset".into())),
    }
}

fn unpacked(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let whole = unpack_plain(bytes, MAX_ANSWER)?;
    if whole.len() > MAX_ANSWER {
        return Err(std::io::Error::other("too large"));
    }
    Ok(whole)
}

// --- Over HTTP -----------------------------------------------------------------------------------------

#[derive(Clone)]
pub(crate) struct Office {
    http: reqwest::Client,
    address: String,
}

impl Office {
    pub fn at(address: &str) -> Answer<Self> {
        Ok(Self { http: client(address)?, address: address.to_owned() })
    }

    /// Sends, and waits until the reply is whole. `begun` is told when it is the office's and begins.
    pub async fn send(&self, ask: Ask, clock: &dyn Clock, begun: impl FnOnce()) -> Heard {
        let mut response = self.begin(ask).await?;
        let at = (clock.utc(), clock.elapsed());
        if response.headers().contains_key(PROTOCOL_HEADER) {
            begun();
        }
        let mut body = Vec::new();
        while let Some(chunk) = chunk(&mut response, SILENCE).await? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER {
                return Err("an endless answer".into());
            }
        }
        let headers = response.headers().iter();
        let headers = headers.filter_map(|(n, v)| Some((n.as_str().to_owned(), v.to_str().ok()?.to_owned())));
        Ok(Reply { status: response.status().as_u16(), headers: headers.collect(), body, at })
    }

    async fn begin(&self, ask: Ask) -> Result<Response, String> {
        let method = Method::from_bytes(ask.method.as_bytes()).map_err(|e| e.to_string())?;
        let mut request = self.http.request(method, format!("{}{}", self.address, ask.path));
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        let patience = SILENCE + Duration::from_secs(ask.body.len() as u64 / CRAWL);
        if !ask.body.is_empty() {
            request = request.body(ask.body);
        }
        match tokio::time::timeout(patience, request.send()).await {
            Ok(response) => response.map_err(unreachable),
            Err(_) => Err("silence".into()),
        }
    }

    /// The stream of hints; each chunk is at least one line of it.
    pub async fn events(&self, token: &str) -> Answer<Response> {
        let ask = Ask::new("GET", "/v1/events", Some(token)).with("accept", "text/event-stream");
        let response = self.begin(ask).await.map_err(Trouble::Unreachable)?;
        let header =
            |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let headers = [PROTOCOL_HEADER, "content-type"];
        let headers = headers.into_iter().filter_map(|name| Some((name.to_owned(), header(name)?))).collect();
        let head =
            Reply { status: response.status().as_u16(), headers, body: Vec::new(), at: Default::default() };
        if accepted(Ok(head))?.content_type() != "text/event-stream" {
            return Err(Trouble::NotAnOffice("no stream of events".into()));
        }
        Ok(response)
    }
}

/// The next chunk of a stream; `None` when it ended.
pub(crate) async fn chunk(response: &mut Response, silence: Duration) -> Result<Option<Bytes>, String> {
    match tokio::time::timeout(silence, response.chunk()).await {
        Ok(chunk) => chunk.map_err(unreachable),
        Err(_) => Err("silence".into()),
    }
}

fn unreachable(why: reqwest::Error) -> String {
    // Without the address: it is no secret, but it is not needed either.
    format!("{:#}", anyhow::Error::new(why.without_url()))
}

/// One client for each way of finding certificates: it keeps connections, so it is made once.
fn client(address: &str) -> Answer<reqwest::Client> {
    static SECURE: OnceLock<Result<reqwest::Client, String>> = OnceLock::new();
    static PLAIN: OnceLock<Result<reqwest::Client, String>> = OnceLock::new();
    let make = |plain: bool| {
        // Somebody else may have installed one; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            // A redirect is a hotel's sign-in page.
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true);
        let builder = if plain { builder.no_proxy().tls_certs_only([]) } else { builder };
        builder.build().map_err(|e| format!("{e:?}"))
    };
    let made = if is_local(address) && address.starts_with("http://") {
        PLAIN.get_or_init(|| make(true))
    } else {
        SECURE.get_or_init(|| make(false))
    };
    made.clone().map_err(Trouble::Unreachable)
}

/// The address as typed, made whole. Plain HTTP is only for this machine or a bare IP address: a password does
/// not travel the open network.
pub(crate) fn whole_address(typed: &str) -> Result<String, Problem> {
    let typed = typed.trim();
    let bad = || Problem::new("bad_address", "This is not an address of an office.");
    let whole = if typed.starts_with("http://") || typed.starts_with("https://") {
        typed.to_owned()
    } else if typed.contains("://") || typed.is_empty() {
        return Err(bad());
    } else if is_local(&format!("http://{typed}")) {
        format!("http://{typed}")
    } else {
        format!("https://{typed}")
    };
    let url = reqwest::Url::parse(&whole).map_err(|_| bad())?;
    if url.host_str().is_none_or(str::is_empty) || url.query().is_some() || !url.username().is_empty() {
        return Err(bad());
    }
    if url.scheme() == "http" && !is_local(url.as_str()) {
        return Err(Problem::new("not_secure", "The office's address must begin with https://."));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn is_local(address: &str) -> bool {
    reqwest::Url::parse(address).is_ok_and(|url| {
        let host = url.host_str().unwrap_or_default();
        host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn an_address_is_made_whole() {
        for (typed, whole) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("localhost:8080/", "http://localhost:8080"),
            ("192.168.1.20", "http://192.168.1.20"),
            (" office.example.com/ ", "https://office.example.com"),
            ("office.example.com:8443/field/", "https://office.example.com:8443/field"),
            ("[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(whole_address(typed).unwrap(), whole, "{typed}");
        }
        for bad in ["", "   ", "ftp://a", "https://", "a b c", "http://u:p@h", "https://h/?q=1"] {
            assert!(whole_address(bad).is_err(), "{bad}");
        }
        assert_eq!(whole_address("http://office.example.com").unwrap_err().code, "not_secure");
    }

    #[test]
    fn a_zstd_bomb_is_no_answer() {
        let bomb = zstd::encode_all(std::io::repeat(0).take(MAX_ANSWER as u64 + 10), 1).unwrap();
        assert!(bomb.len() < 1_000_000);
        assert!(unpacked(&bomb).is_err());
    }
}
