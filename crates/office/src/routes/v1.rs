//! The routes of phones: `/v1`.

use super::{
    doors::{Doors, Needs},
    phones,
    problem::HttpProblem,
    wire::{self, MAX_BODY, Sent, Whole, limited},
};
use crate::{
    Office,
    brief::brief,
    phones::Unfit,
    photos::{Progress, Stopped},
    store::sync as held,
};
use axum::{
    Router,
    body::Body,
    extract::{FromRequest, FromRequestParts, Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, StreamExt};
use jobsheet_model::{
    Digest,
    wire::{
        Hint, MAX_THUMB, MAX_THUMBS, PROTOCOL, PROTOCOL_HEADER, SyncRequest, SyncResponse, Thumbs,
        UPLOAD_COMPLETE, UPLOAD_OFFSET, UPLOAD_PHOTO,
    },
    work_order::Technician,
};
use std::{convert::Infallible, time::Duration};
use utoipa_axum::routes;

const MAX_QUARANTINE: usize = 1024 * 1024;
/// Base64 and room for what a later version adds.
const MAX_THUMBS_BODY: usize = 2 * MAX_THUMBS * MAX_THUMB;
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub fn doors(doors: Doors) -> Doors {
    doors
        .and(phones::of_phones)
        .door(Needs::Technician, limited(routes!(sync), MAX_BODY))
        .door(Needs::Technician, routes!(photo_progress, take_photo, photo))
        .door(Needs::Technician, routes!(small_photo))
        .door(Needs::Technician, limited(routes!(take_thumbs), MAX_THUMBS_BODY))
        .door(Needs::Technician, limited(routes!(quarantine), MAX_QUARANTINE))
        .door(Needs::Technician, routes!(events))
        .door(Needs::Technician, routes!(reference))
}

/// What is true of all doors of phones, and of what is none.
pub fn finish(router: Router<Office>) -> Router<Office> {
    router
        .fallback(async || HttpProblem::not_found())
        .method_not_allowed_fallback(async || HttpProblem::not_so())
        .layer(middleware::from_fn(speaks_protocol))
}

/// Both sides say which protocol they speak, so that a captive portal's answer is no answer (I9).
async fn speaks_protocol(request: Request, next: Next) -> Response {
    let spoken = request.headers().get(PROTOCOL_HEADER).and_then(|value| value.to_str().ok());
    // Nobody keeps the answer to a POST without leave, and no browser can ask with our header.
    let is_post = request.method() == Method::POST;
    let mut response = match spoken {
        Some(PROTOCOL) => next.run(request).await,
        Some(other) if other.parse::<u32>().is_ok() => HttpProblem::new(
            StatusCode::UPGRADE_REQUIRED,
            "unknown-protocol",
            "This office is older than the app.",
        )
        .detail(format!("The office speaks {PROTOCOL}."))
        .into_response(),
        _ => HttpProblem::new(StatusCode::BAD_REQUEST, "no-protocol", "This is not the Jobsheet app.")
            .detail(format!("The header {PROTOCOL_HEADER} is missing."))
            .into_response(),
    };
    response
        .headers_mut()
        .insert(HeaderName::from_static(PROTOCOL_HEADER), HeaderValue::from_static(PROTOCOL));
    if !is_post || response.status() != StatusCode::OK {
        let headers = response.headers_mut();
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

/// Who asks: a technician with a good session. A leaver may only send what is left; the pass
/// that does asks for reference data too.
pub struct Me(Technician);

impl FromRequestParts<Office> for Me {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, office: &Office) -> Result<Self, HttpProblem> {
        let Bearer(token) = Bearer::of(&parts.headers);
        let caller = office.run(move |office| office.caller(&token)).await?;
        let path = parts.uri.path();
        let sends =
            ["/thumbs", "/photos/", "/quarantine", "/reference/"].iter().any(|route| path.starts_with(route));
        if caller.leaving && !sends {
            return Err(Unfit::Revoked.into());
        }
        Ok(Me(caller.technician))
    }
}

/// A session's token, not looked up yet.
pub struct Bearer(String);

impl Bearer {
    fn of(headers: &HeaderMap) -> Self {
        let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        Self(bearer.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned())
    }
}

/// A photo's or a reference set's digest in the path; anything else is as absent.
pub struct Named(pub Digest);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpProblem> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| HttpProblem::not_found())?;
        Digest::parse(&text).map(Named).ok_or_else(HttpProblem::not_found)
    }
}

/// Asked more often than all else, so what it takes is done in one go, away from the async threads.
#[utoipa::path(post, path = "/sync", request_body = SyncRequest, responses((status = 200, description = "Done", body = SyncResponse), (status = 409, description = "Something else was done meanwhile")))]
async fn sync(State(office): State<Office>, request: Request) -> Result<Response, HttpProblem> {
    let Bearer(token) = Bearer::of(request.headers());
    let packs = wire::takes_zstd(request.headers());
    let coding = request.headers().get(header::CONTENT_ENCODING).cloned();
    if !wire::is_small(request.headers()) {
        // Whoever is unknown has nothing large kept for them.
        let token = token.clone();
        office.run(move |office| office.caller(&token)).await?;
    }
    let Whole(body) = Whole::from_request(request, &office).await?;
    let answered = office.run(move |office| {
        let me = office.caller(&token)?.technician;
        let asked: SyncRequest = wire::read(coding.as_ref(), body)?;
        if let Some(minimum) = office.newer_needed(&asked.app)? {
            return Err(HttpProblem::app_too_old(minimum));
        }
        wire::json(packs, &brief(&asked, office.sync(&me, &asked)?))
    });
    answered.await
}

#[utoipa::path(head, path = "/photos/{digest}", responses((status = 204, description = "`upload-offset` says how much is here")))]
async fn photo_progress(State(office): State<Office>, Me(me): Me, Named(digest): Named) -> Response {
    progress(&digest, office.photo_progress(me, digest.clone()).await)
}

#[utoipa::path(put, path = "/photos/{digest}", request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 204, description = "`upload-offset` says how much is here"), (status = 409, description = "The upload goes on elsewhere")))]
async fn take_photo(
    State(office): State<Office>,
    Me(me): Me,
    Named(digest): Named,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, HttpProblem> {
    let offset = upload_offset(&headers)?;
    let complete = upload_complete(&headers)?;
    Ok(progress(&digest, office.take_photo(me, digest.clone(), offset, complete, body).await))
}

/// Says which photo it is about, so that an answer for another one is no answer (I9).
fn progress(digest: &Digest, done: Result<Progress, Stopped>) -> Response {
    let answer = match done {
        Ok(Progress { offset, whole }) => {
            let complete = if whole { "?1" } else { "?0" };
            let headers = [(UPLOAD_OFFSET, offset.to_string()), (UPLOAD_COMPLETE, complete.to_owned())];
            (StatusCode::NO_CONTENT, headers).into_response()
        }
        Err(why) => HttpProblem::from(why).into_response(),
    };
    ([(UPLOAD_PHOTO, digest.as_str())], answer).into_response()
}

/// A plain `PUT` without the upload headers is the whole photo.
fn upload_offset(headers: &HeaderMap) -> Result<u64, HttpProblem> {
    let Some(value) = headers.get(UPLOAD_OFFSET) else { return Ok(0) };
    let offset = value.to_str().ok().and_then(|text| text.parse().ok());
    offset.ok_or_else(|| HttpProblem::bad_request("upload-offset is no number"))
}

fn upload_complete(headers: &HeaderMap) -> Result<bool, HttpProblem> {
    match headers.get(UPLOAD_COMPLETE).map(HeaderValue::as_bytes) {
        None | Some(b"?1") => Ok(true),
        Some(b"?0") => Ok(false),
        Some(_) => Err(HttpProblem::bad_request("upload-complete is neither ?1 nor ?0")),
    }
}

#[utoipa::path(get, path = "/photos/{digest}", responses((status = 200, description = "A JPEG picture", content_type = "image/jpeg", body = Vec<u8>)))]
async fn photo(
    State(office): State<Office>,
    Me(me): Me,
    Named(digest): Named,
) -> Result<Response, HttpProblem> {
    let bytes = office.run(move |office| office.photo_for(&me, &digest)).await?;
    bytes.map(jpeg).ok_or_else(HttpProblem::not_found)
}

/// Made when it is asked for, or the one that came ahead of the photo.
#[utoipa::path(get, path = "/photos/{digest}/thumb", responses((status = 200, description = "A JPEG picture, small", content_type = "image/jpeg", body = Vec<u8>)))]
async fn small_photo(
    State(office): State<Office>,
    Me(me): Me,
    Named(digest): Named,
) -> Result<Response, HttpProblem> {
    let bytes = office.run(move |office| office.small_photo_for(&me, &digest)).await?;
    bytes.map(jpeg).ok_or_else(HttpProblem::not_found)
}

/// A photo never changes: its name is its content.
pub fn jpeg(bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
    ];
    (headers, bytes).into_response()
}

/// What of them is of no use is left out: the photos follow.
#[utoipa::path(post, path = "/thumbs", request_body = Thumbs, responses((status = 204, description = "Done")))]
async fn take_thumbs(
    State(office): State<Office>,
    Me(me): Me,
    Sent(Thumbs { thumbs }): Sent<Thumbs>,
) -> Result<StatusCode, HttpProblem> {
    if thumbs.len() > MAX_THUMBS {
        return Err(wire::too_large());
    }
    office.run(move |office| office.take_thumbs(&me, &thumbs)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/quarantine", request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 204, description = "Done")))]
async fn quarantine(
    State(office): State<Office>,
    Me(me): Me,
    Whole(body): Whole,
) -> Result<StatusCode, HttpProblem> {
    office
        .run(move |office| {
            let now = office.now();
            office.write(|tx| held::quarantine(tx, me.id, "sent", &body, now))
        })
        .await?;
    tracing::warn!("something was sent to quarantine");
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(get, path = "/events", responses((status = 200, description = "Server-sent events, each a hint to ask again", content_type = "text/event-stream", body = String)))]
async fn events(
    State(office): State<Office>,
    Me(me): Me,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let technician = me.id;
    hints(office.hints(move |office, from| office.read(|db| held::anything_moved(db, technician, from))))
}

pub fn hints(
    moved: impl Stream<Item = ()> + Send + 'static,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let hint = serde_json::to_string(&Hint { work_order: None }).unwrap_or_default();
    let events = moved.map(move |()| Ok(Event::default().data(hint.clone())));
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

#[utoipa::path(get, path = "/reference/{digest}", responses((status = 200, description = "A set of reference data", body = Object)))]
async fn reference(
    State(office): State<Office>,
    Me(me): Me,
    Named(digest): Named,
    headers: HeaderMap,
) -> Result<Response, HttpProblem> {
    let packed = office.run(move |office| office.read(|db| held::reference(db, &digest, me.id))).await?;
    wire::packed_json(wire::takes_zstd(&headers), packed.ok_or_else(HttpProblem::not_found)?)
}
