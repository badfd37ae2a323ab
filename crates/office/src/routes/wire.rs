//! Reading and writing bodies: JSON, compressed with zstd where the other side can, and problems when it cannot
//! be read.

use super::problem::HttpProblem;
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jobsheet_model::wire::{BODY_DIGEST, NOT_WHOLE, body_digest};
use serde::{Serialize, de::DeserializeOwned};
use std::io::Read;

/// Largest body in bytes, after inflating.
pub const MAX_BODY: usize = 32 * 1024 * 1024;
/// Smaller answers are not worth compressing.
const COMPRESS_FROM: usize = 200;

/// A body as it was sent, if it says what that was.
pub struct Whole(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Whole {
    type Rejection = HttpProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpProblem> {
        let not_whole =
            || HttpProblem::new(StatusCode::BAD_REQUEST, NOT_WHOLE, "The request did not arrive whole.");
        let digest = request.headers().get(BODY_DIGEST).cloned();
        let body = Bytes::from_request(request, state).await.map_err(|why| match why.status() {
            StatusCode::PAYLOAD_TOO_LARGE => too_large(),
            _ => not_whole(),
        })?;
        match digest {
            Some(digest) if digest.as_bytes() != body_digest(&body).as_bytes() => Err(not_whole()),
            _ => Ok(Self(body)),
        }
    }
}

/// A JSON body, possibly compressed.
pub struct Sent<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = HttpProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, HttpProblem> {
        let encoding = request.headers().get(header::CONTENT_ENCODING).cloned();
        let Whole(body) = Whole::from_request(request, state).await?;
        let json = match encoding.as_ref().map(HeaderValue::as_bytes) {
            None | Some(b"identity") => body,
            Some(b"zstd") => inflate(&body)?.into(),
            Some(_) => {
                return Err(HttpProblem::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "unknown-encoding",
                    "The office reads plain JSON and zstd.",
                ));
            }
        };
        serde_json::from_slice(&json).map(Sent).map_err(|why| {
            // Where, not what: the text of a parse error may quote what was typed.
            HttpProblem::bad_request(format!("no such JSON at line {}, column {}", why.line(), why.column()))
        })
    }
}

pub fn too_large() -> HttpProblem {
    HttpProblem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "This is more than the office takes at once.",
    )
}

fn inflate(body: &[u8]) -> Result<Vec<u8>, HttpProblem> {
    let bad = |_| HttpProblem::bad_request("the compressed body could not be read");
    let mut json = Vec::new();
    let mut stream = zstd::stream::read::Decoder::new(body).map_err(bad)?;
    // A few bytes may ask for a window that is larger than anything that is taken.
    stream.window_log_max(MAX_BODY.ilog2()).map_err(bad)?;
    stream.take(MAX_BODY as u64 + 1).read_to_end(&mut json).map_err(bad)?;
    if json.len() > MAX_BODY { Err(too_large()) } else { Ok(json) }
}

pub fn takes_zstd(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| {
            let mut parts = one.split(';').map(str::trim);
            parts.next() == Some("zstd") && parts.next() != Some("q=0")
        })
}

/// JSON, compressed for those who can read it.
pub fn json<T: Serialize>(headers: &HeaderMap, value: &T) -> Result<Response, HttpProblem> {
    let json = serde_json::to_vec(value).map_err(anyhow::Error::new)?;
    if !takes_zstd(headers) || json.len() < COMPRESS_FROM {
        return Ok(json_bytes(json, false));
    }
    let packed = zstd::encode_all(json.as_slice(), 3).map_err(anyhow::Error::new)?;
    Ok(json_bytes(packed, true))
}

/// JSON that is stored compressed.
pub fn packed_json(headers: &HeaderMap, packed: Vec<u8>) -> Result<Response, HttpProblem> {
    if takes_zstd(headers) {
        return Ok(json_bytes(packed, true));
    }
    let json = zstd::decode_all(packed.as_slice()).map_err(anyhow::Error::new)?;
    Ok(json_bytes(json, false))
}

fn json_bytes(bytes: Vec<u8>, packed: bool) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("zstd"));
    }
    response
}
