//! The office, as a phone sees it over HTTP.
//!
//! An answer counts only when it is the office's: it carries the protocol header and our content type, and
//! says what we asked (I9). Anything else (a hotel's sign-in page, a proxy's error, half an answer) becomes a
//! [`Trouble`], and the caller has changed nothing. Time-outs watch progress, never totals (P20).

use bytes::Bytes;
use jobsheet_model::{
    Digest, Problem,
    wire::{
        PROTOCOL, PROTOCOL_HEADER, SignIn, SignedIn, SyncRequest, SyncResponse, UPLOAD_COMPLETE,
        UPLOAD_OFFSET,
    },
};
use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use std::io::Read;
use std::sync::OnceLock;
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(10);
/// Without a byte for so long, the connection is dead.
const SILENCE: Duration = Duration::from_secs(30);
/// The slowest link that is worth waiting for, in bytes a second.
const CRAWL: u64 = 1_000;
/// No honest answer is larger.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;

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
    #[error("too many tries")]
    TooMany,
    #[error("the app is too old")]
    AppTooOld,
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
            Trouble::TooMany => Problem::new("too_many_tries", "Too many tries. Wait a few minutes."),
            Trouble::AppTooOld => Problem::new(
                "app_too_old",
                "The office needs a newer version of this app. Your work is safe.",
            ),
            Trouble::Status(status) => {
                Problem::new("office_error", "The office could not answer. It will be tried again.")
                    .with("status", status)
            }
        }
    }
}

pub(crate) type Answer<T> = Result<T, Trouble>;

/// How much of a photo the office holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    pub offset: u64,
    pub complete: bool,
}

/// What became of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Taken(Upload),
    /// The office holds so much; go on from there.
    Elsewhere(u64),
}

#[derive(Clone)]
pub(crate) struct Office {
    http: reqwest::Client,
    address: String,
}

impl Office {
    pub fn at(address: &str) -> Answer<Self> {
        Ok(Self { http: client(address)?, address: address.to_owned() })
    }

    fn request(&self, method: Method, path: &str, token: Option<&str>) -> RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}{path}", self.address))
            .header(PROTOCOL_HEADER, PROTOCOL)
            .header(header::ACCEPT_ENCODING, "zstd");
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn sign_in(&self, who: &SignIn) -> Answer<SignedIn> {
        let body = serde_json::to_vec(who).map_err(|e| Trouble::NotAnOffice(e.to_string()))?;
        let request = self
            .request(Method::POST, "/v1/sign-in", None)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json");
        json(body_of(send(request, body).await?).await?)
    }

    /// One round trip. `heard` is called when the answer begins.
    pub async fn sync(&self, token: &str, ask: &SyncRequest, heard: impl FnOnce()) -> Answer<SyncResponse> {
        let body = serde_json::to_vec(ask).map_err(|e| Trouble::NotAnOffice(e.to_string()))?;
        let packed = zstd::encode_all(body.as_slice(), 3).map_err(|e| Trouble::Unreachable(e.to_string()))?;
        let request = self
            .request(Method::POST, "/v1/sync", Some(token))
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_ENCODING, "zstd");
        let response = send(request, packed).await?;
        heard();
        json(body_of(response).await?)
    }

    /// A set of reference data, as the bytes its digest is of.
    pub async fn reference(&self, token: &str, digest: &Digest) -> Answer<Vec<u8>> {
        let request = self.request(Method::GET, &format!("/v1/reference/{digest}"), Some(token));
        let (_, bytes) = body_of(send(request, Vec::new()).await?).await?;
        if Digest::of(&bytes) != *digest {
            return Err(Trouble::NotAnOffice("reference data of another digest".into()));
        }
        Ok(bytes)
    }

    pub async fn photo(&self, token: &str, digest: &Digest) -> Answer<Upload> {
        let request = self.request(Method::HEAD, &format!("/v1/photos/{digest}"), Some(token));
        match send(request, Vec::new()).await {
            Ok(response) => upload(&response),
            Err(Trouble::Status(404)) => Ok(Upload { offset: 0, complete: false }),
            Err(trouble) => Err(trouble),
        }
    }

    /// Sends a segment that begins at `offset`; `last` says that the photo ends with it.
    pub async fn send_photo(
        &self,
        token: &str,
        digest: &Digest,
        offset: u64,
        last: bool,
        segment: Vec<u8>,
    ) -> Answer<Sent> {
        let request = self
            .request(Method::PUT, &format!("/v1/photos/{digest}"), Some(token))
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header(UPLOAD_OFFSET, offset)
            .header(UPLOAD_COMPLETE, if last { "?1" } else { "?0" });
        let response = exchange(request, segment).await?;
        if response.status() == StatusCode::CONFLICT {
            return upload(&response).map(|held| Sent::Elsewhere(held.offset));
        }
        upload(&accepted(response)?).map(Sent::Taken)
    }

    /// The stream of hints; each chunk is at least one line of it.
    pub async fn events(&self, token: &str) -> Answer<Response> {
        let request =
            self.request(Method::GET, "/v1/events", Some(token)).header(header::ACCEPT, "text/event-stream");
        let response = send(request, Vec::new()).await?;
        if content_type(&response) != "text/event-stream" {
            return Err(Trouble::NotAnOffice("no stream of events".into()));
        }
        Ok(response)
    }
}

/// The next chunk of a stream; `None` when it ended.
pub(crate) async fn chunk(response: &mut Response, silence: Duration) -> Answer<Option<Bytes>> {
    match tokio::time::timeout(silence, response.chunk()).await {
        Ok(chunk) => chunk.map_err(unreachable),
        Err(_) => Err(Trouble::Unreachable("silence".into())),
    }
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

/// Sends and takes only an answer that is the office's and says yes.
async fn send(request: RequestBuilder, body: Vec<u8>) -> Answer<Response> {
    accepted(exchange(request, body).await?)
}

/// Sends and waits for the office's answer, whatever it is.
async fn exchange(request: RequestBuilder, body: Vec<u8>) -> Answer<Response> {
    let patience = SILENCE + Duration::from_secs(body.len() as u64 / CRAWL);
    let request = if body.is_empty() { request } else { request.body(body) };
    let response = match tokio::time::timeout(patience, request.send()).await {
        Ok(response) => response.map_err(unreachable)?,
        Err(_) => return Err(Trouble::Unreachable("silence".into())),
    };
    if !response.headers().contains_key(PROTOCOL_HEADER) {
        return Err(Trouble::NotAnOffice(format!("{} without our header", response.status())));
    }
    Ok(response)
}

fn accepted(response: Response) -> Answer<Response> {
    match response.status() {
        status if status.is_success() => Ok(response),
        StatusCode::UNAUTHORIZED => Err(Trouble::SignInNeeded),
        StatusCode::TOO_MANY_REQUESTS => Err(Trouble::TooMany),
        StatusCode::UPGRADE_REQUIRED => Err(Trouble::AppTooOld),
        status => Err(Trouble::Status(status.as_u16())),
    }
}

/// The whole body, unpacked, with its content type.
async fn body_of(mut response: Response) -> Answer<(String, Vec<u8>)> {
    let kind = content_type(&response);
    let packed = match response.headers().get(header::CONTENT_ENCODING).map(|v| v.as_bytes()) {
        None | Some(b"identity") => false,
        Some(b"zstd") => true,
        Some(_) => return Err(Trouble::NotAnOffice("an encoding that was not asked for".into())),
    };
    let mut bytes = Vec::new();
    while let Some(chunk) = chunk(&mut response, SILENCE).await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() as u64 > MAX_ANSWER {
            return Err(Trouble::NotAnOffice("an endless answer".into()));
        }
    }
    if packed {
        bytes = unpacked(&bytes).map_err(|e| Trouble::NotAnOffice(format!("zstd: {e}")))?;
    }
    Ok((kind, bytes))
}

fn unpacked(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut whole = Vec::new();
    zstd::stream::read::Decoder::new(bytes)?.take(MAX_ANSWER + 1).read_to_end(&mut whole)?;
    if whole.len() as u64 > MAX_ANSWER {
        return Err(std::io::Error::other("too large"));
    }
    Ok(whole)
}

fn json<T: DeserializeOwned>((kind, bytes): (String, Vec<u8>)) -> Answer<T> {
    if kind != "application/json" {
        return Err(Trouble::NotAnOffice(format!("content type {kind:?}")));
    }
    // Serde's message could quote what is personal; line and column say enough.
    serde_json::from_slice(&bytes)
        .map_err(|e| Trouble::NotAnOffice(format!("unreadable at {}:{}", e.line(), e.column())))
}

fn content_type(response: &Response) -> String {
    let value =
        response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn upload(response: &Response) -> Answer<Upload> {
    let text = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
    let offset = text(UPLOAD_OFFSET).and_then(|v| v.trim().parse().ok());
    let complete = text(UPLOAD_COMPLETE).is_some_and(|v| v.trim() == "?1");
    match offset {
        Some(offset) => Ok(Upload { offset, complete }),
        None => Err(Trouble::NotAnOffice("no upload offset".into())),
    }
}

fn unreachable(why: reqwest::Error) -> Trouble {
    // Without the address: it is no secret, but it is not needed either.
    Trouble::Unreachable(format!("{:#}", anyhow::Error::new(why.without_url())))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let bomb = zstd::encode_all(std::io::repeat(0).take(MAX_ANSWER + 10), 1).unwrap();
        assert!(bomb.len() < 1_000_000);
        assert!(unpacked(&bomb).is_err());
    }
}
