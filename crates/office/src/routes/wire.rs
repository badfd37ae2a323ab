//! Reading and writing bodies: JSON, compressed with zstd where the other side can, and problems when it cannot
//! be read.

use super::problem::HttpProblem;
use crate::Office;
use axum::{
    body::Bytes,
    extract::{
        DefaultBodyLimit, FromRequest, FromRequestParts, Path, Query, Request, rejection::QueryRejection,
    },
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use jobsheet_model::{
    pack::{PACKED, unpack, unpack_plain},
    wire::{BODY_DIGEST, NOT_WHOLE, body_digest},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    str::FromStr,
    sync::{Mutex, PoisonError},
};
use utoipa_axum::router::UtoipaMethodRouter;

/// Largest body in bytes, after inflating.
pub const MAX_BODY: usize = 32 * 1024 * 1024;
const SMALL: usize = 64 * 1024;
/// Smaller answers are not worth compressing.
const COMPRESS_FROM: usize = 200;
/// Larger ones are worth the time: they are first downloads.
const COMPRESS_WELL_FROM: usize = 64 * 1024;

/// A door that takes bodies up to so many bytes.
pub fn limited(
    (schemas, paths, door): UtoipaMethodRouter<Office>,
    most: usize,
) -> UtoipaMethodRouter<Office> {
    (schemas, paths, door.layer(DefaultBodyLimit::max(most)))
}

/// A door whose handler counts by itself.
pub fn unlimited((schemas, paths, door): UtoipaMethodRouter<Office>) -> UtoipaMethodRouter<Office> {
    (schemas, paths, door.layer(DefaultBodyLimit::disable()))
}

/// The one name in the path. What cannot be one is as absent.
pub struct In<T>(pub T);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for In<T> {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpProblem> {
        let named = Path::<String>::from_request_parts(parts, state).await;
        named.ok().and_then(|Path(text)| text.parse().ok()).map(In).ok_or_else(HttpProblem::not_found)
    }
}

/// Which part of a long list is asked for.
#[derive(serde::Deserialize)]
pub struct Paged {
    /// The last one of the page before.
    pub after: Option<String>,
    limit: Option<u32>,
}

/// Largest page of a list.
const MOST: u32 = 200;
const USUAL: u32 = 50;

impl Paged {
    pub fn of(asked: Result<Query<Self>, QueryRejection>) -> Result<Self, HttpProblem> {
        let wrong = || HttpProblem::bad_request(format!("limit is a number from 1 to {MOST}"));
        let Query(paged) = asked.map_err(|_| wrong())?;
        if (1..=MOST).contains(&paged.limit()) { Ok(paged) } else { Err(wrong()) }
    }

    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(USUAL)
    }

    /// Nobody asked for a part.
    pub fn is_whole(&self) -> bool {
        self.after.is_none() && self.limit.is_none()
    }
}

/// The version that somebody saw who changes something.
pub fn seen_version(headers: &HeaderMap) -> Result<u32, HttpProblem> {
    let seen = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    seen.and_then(|seen| seen.trim_matches('"').parse().ok()).ok_or_else(|| {
        HttpProblem::new(
            StatusCode::PRECONDITION_REQUIRED,
            "if-match-needed",
            "Say which version was changed.",
        )
    })
}

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
        let headers = request.headers().clone();
        let Whole(body) = Whole::from_request(request, state).await?;
        json_body(&headers, body).map(Sent)
    }
}

/// The JSON of a body that says it is JSON, or says nothing.
pub fn json_body<T: DeserializeOwned>(headers: &HeaderMap, body: Bytes) -> Result<T, HttpProblem> {
    if let Some(kind) = headers.get(header::CONTENT_TYPE) {
        let kind = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(HttpProblem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unknown-media-type",
                "The office reads JSON here.",
            ));
        }
    }
    read(headers.get(header::CONTENT_ENCODING), body)
}

/// An answer with the version that a change of it is to name.
pub fn versioned<T: Serialize>(version: u32, value: &T) -> Response {
    ([(header::ETAG, format!("\"{version}\""))], axum::Json(value)).into_response()
}

/// What is asked behind the question mark; what is not understood is said.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpProblem> {
        let Query(asked) = Query::<T>::from_request_parts(parts, state).await.map_err(|_| {
            HttpProblem::bad_request("what stands behind the question mark is not understood")
        })?;
        Ok(Self(asked))
    }
}

/// Does the request say that its body is small?
pub fn is_small(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    length.is_some_and(|length: usize| length <= SMALL)
}

/// The JSON of a body, possibly compressed.
pub fn read<T: DeserializeOwned>(coding: Option<&HeaderValue>, body: Bytes) -> Result<T, HttpProblem> {
    let json = match coding.map(HeaderValue::as_bytes) {
        None | Some(b"identity") => body,
        Some(b"zstd") => inflated(unpack_plain(&body, MAX_BODY))?.into(),
        Some(coding) if coding == PACKED.as_bytes() => inflated(unpack(&body, MAX_BODY))?.into(),
        Some(_) => {
            return Err(HttpProblem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unknown-encoding",
                "The office reads plain JSON, zstd and jz1.",
            ));
        }
    };
    serde_json::from_slice(&json).map_err(|why| {
        // Where, not what: the text of a parse error may quote what was typed.
        HttpProblem::bad_request(format!("no such JSON at line {}, column {}", why.line(), why.column()))
    })
}

pub fn too_large() -> HttpProblem {
    HttpProblem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "This is more than the office takes at once.",
    )
}

fn inflated(json: std::io::Result<Vec<u8>>) -> Result<Vec<u8>, HttpProblem> {
    let json = json.map_err(|_| HttpProblem::bad_request("the compressed body could not be read"))?;
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
pub fn json<T: Serialize>(packs: bool, value: &T) -> Result<Response, HttpProblem> {
    let json = serde_json::to_vec(value).map_err(anyhow::Error::new)?;
    if !packs || json.len() < COMPRESS_FROM {
        return Ok(json_bytes(json, false));
    }
    // Told how much there is, zstd takes no more memory than that needs.
    let packed = match json.len() {
        ..COMPRESS_WELL_FROM => zstd::bulk::compress(&json, 3),
        _ => packed_well(&json),
    };
    Ok(json_bytes(packed.map_err(anyhow::Error::new)?, true))
}

/// One after the other: packing well takes tens of megabytes of memory, once.
fn packed_well(json: &[u8]) -> std::io::Result<Vec<u8>> {
    static PACKER: Mutex<Option<zstd::bulk::Compressor<'static>>> = Mutex::new(None);
    let mut packer = PACKER.lock().unwrap_or_else(PoisonError::into_inner);
    match packer.as_mut() {
        Some(packer) => packer.compress(json),
        None => packer.insert(zstd::bulk::Compressor::new(9)?).compress(json),
    }
}

/// JSON that is stored compressed.
pub fn packed_json(packs: bool, packed: Vec<u8>) -> Result<Response, HttpProblem> {
    if packs {
        return Ok(json_bytes(packed, true));
    }
    let json = zstd::decode_all(packed.as_slice()).map_err(anyhow::Error::new)?;
    Ok(json_bytes(json, false))
}

fn json_bytes(bytes: Vec<u8>, packed: bool) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("zstd"));
    }
    response
}
