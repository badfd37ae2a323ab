//! The routes of intake, part of the console's.

use super::{
    console::Staff,
    doors::{DISPATCHER, Doors},
    problem::HttpProblem,
    wire::{Asked, In, Sent, Whole, json_body, limited, seen_version, versioned},
};
use crate::{
    Office,
    dispatch::Seen,
    photos::BROUGHT,
    requests::{Once, RequestsAsked},
    store::requests::Place,
};
use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jobsheet_model::{
    Digest,
    customer::CustomerFile,
    ids::RequestId,
    intake::{Intake, RequestState, ResponseMode},
    view::{ConsoleRequest, ConsoleRequests, IntakeForm, IntakeLook, PhotoKept, RequestTaken},
    work_order::Visit,
};
use serde::Deserialize;
use std::ops::RangeInclusive;
use utoipa::ToSchema;
use utoipa_axum::routes;

const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// A request is text: more than this is none.
const MAX_REQUEST: usize = 256 * 1024;

pub fn of_console(doors: Doors) -> Doors {
    doors
        .door(DISPATCHER, routes!(form))
        .door(DISPATCHER, routes!(look))
        .door(DISPATCHER, routes!(customers))
        .door(DISPATCHER, routes!(requests, take))
        .door(DISPATCHER, routes!(request, edit))
        .door(DISPATCHER, routes!(solve))
        .door(DISPATCHER, routes!(withdraw))
        .door(DISPATCHER, routes!(respond))
        .door(DISPATCHER, routes!(respond_on_order))
        .door(DISPATCHER, routes!(work_order))
        .door(DISPATCHER, limited(routes!(bring_photo), BROUGHT.bytes))
}

#[utoipa::path(get, path = "/intake", responses((status = 200, description = "Done", body = IntakeForm)))]
async fn form(State(office): State<Office>) -> Result<Json<IntakeForm>, HttpProblem> {
    Ok(Json(office.run(|office| office.intake_form()).await?))
}

pub fn body<T: serde::de::DeserializeOwned>(
    headers: &HeaderMap,
    Whole(bytes): Whole,
) -> Result<T, HttpProblem> {
    if bytes.len() > MAX_REQUEST {
        return Err(super::wire::too_large());
    }
    json_body(headers, bytes)
}

#[utoipa::path(post, path = "/intake/look", request_body = Intake, responses((status = 200, description = "Done", body = IntakeLook)))]
async fn look(
    State(office): State<Office>,
    headers: HeaderMap,
    whole: Whole,
) -> Result<Json<IntakeLook>, HttpProblem> {
    let intake: Intake = body(&headers, whole)?;
    Ok(Json(office.run(move |office| office.look_at_intake(intake)).await?))
}

#[derive(Deserialize)]
struct Find {
    find: String,
}

#[utoipa::path(get, path = "/customers", params(("find" = String, Query, description = "What was typed")), responses((status = 200, description = "Done", body = Vec<CustomerFile>)))]
async fn customers(
    State(office): State<Office>,
    asked: Result<Query<Find>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Vec<CustomerFile>>, HttpProblem> {
    let Query(Find { find }) = asked.map_err(|_| HttpProblem::bad_request("find says what was typed"))?;
    // What is longer than any name finds nothing.
    let find: String = find.chars().take(200).collect();
    Ok(Json(office.run(move |office| office.find_customers(&find)).await?))
}

/// Requests on a page: at most, and unless it is said.
const PAGE: RangeInclusive<u32> = 1..=200;
const USUAL: u32 = 50;

#[derive(Deserialize)]
struct Listed {
    state: Option<RequestState>,
    #[serde(default)]
    find: String,
    after: Option<String>,
    limit: Option<u32>,
}

#[utoipa::path(get, path = "/requests", params(
    ("state" = inline(Option<RequestState>), Query, description = "Only these"),
    ("find" = Option<String>, Query, description = "Words that all stand in number, customer, telephone, site, equipment or symptom"),
    ("after" = Option<String>, Query, description = "What the page before gave as next"),
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "50 unless said")),
    responses((status = 200, description = "The open ones first, then the latest", body = ConsoleRequests)))]
async fn requests(
    State(office): State<Office>,
    Asked(Listed { state, find, after, limit }): Asked<Listed>,
) -> Result<Json<ConsoleRequests>, HttpProblem> {
    let no_place = || HttpProblem::bad_request("after is what the page before gave");
    let after = after.map(|text| Place::read(&text).ok_or_else(no_place)).transpose()?;
    let limit = limit.unwrap_or(USUAL);
    if !PAGE.contains(&limit) {
        return Err(HttpProblem::bad_request("limit is a number from 1 to 200"));
    }
    // What is longer than any name finds nothing.
    let find: String = find.chars().take(200).collect();
    let asked = RequestsAsked { state, find, after, limit };
    Ok(Json(office.run(move |office| office.console_requests(&asked)).await?))
}

#[utoipa::path(get, path = "/requests/{id}", responses((status = 200, description = "With its version as `ETag`", body = ConsoleRequest, headers(("etag" = String)))))]
async fn request(State(office): State<Office>, In(id): In<RequestId>) -> Result<Response, HttpProblem> {
    let found: Option<ConsoleRequest> = office.run(move |office| office.console_request(id)).await?;
    let found = found.ok_or_else(HttpProblem::not_found)?;
    Ok(versioned(found.version, &found))
}

/// The same key with the same body is the same thing, done once.
fn once(headers: &HeaderMap, asked: &[u8]) -> Once {
    let key = headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Once { key: key.to_owned(), digest: Digest::of(asked) }
}

#[utoipa::path(post, path = "/requests", params(("idempotency-key" = String, Header, description = "1 to 100 characters; the same key with the same content is the same", min_length = 1, max_length = 100)), request_body = Intake, responses((status = 201, description = "Taken", body = RequestTaken)))]
async fn take(
    State(office): State<Office>,
    staff: Staff,
    headers: HeaderMap,
    whole: Whole,
) -> Result<(StatusCode, Json<RequestTaken>), HttpProblem> {
    let once = once(&headers, &whole.0);
    let intake: Intake = body(&headers, whole)?;
    let taken = office.run(move |office| office.take_request(intake, &once, &staff.session.name)).await?;
    Ok((StatusCode::CREATED, Json(taken)))
}

#[utoipa::path(put, path = "/requests/{id}", params(("if-match" = String, Header, description = "The version that was seen, as `ETag` said it")), request_body = Intake, responses((status = 200, description = "Done", body = RequestTaken), (status = 409, description = "Something else was done meanwhile"), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn edit(
    State(office): State<Office>,
    staff: Staff,
    In(id): In<RequestId>,
    headers: HeaderMap,
    whole: Whole,
) -> Result<Json<RequestTaken>, HttpProblem> {
    let version = seen_version(&headers)?;
    let intake: Intake = body(&headers, whole)?;
    let edit = move |office: &Office| office.edit_request(id, version, intake, &staff.session.name);
    Ok(Json(office.run(edit).await?))
}

#[derive(Deserialize, ToSchema)]
struct Solve {
    what: String,
}

#[derive(Deserialize, ToSchema)]
struct Withdraw {
    reason: String,
}

#[utoipa::path(post, path = "/requests/{id}/solve", request_body = Solve, responses((status = 200, description = "Done", body = RequestTaken), (status = 409, description = "Something else was done meanwhile")))]
async fn solve(
    State(office): State<Office>,
    staff: Staff,
    In(id): In<RequestId>,
    headers: HeaderMap,
    whole: Whole,
) -> Result<Json<RequestTaken>, HttpProblem> {
    let Solve { what } = body(&headers, whole)?;
    Ok(Json(office.run(move |office| office.solve_request(id, &what, &staff.session.name)).await?))
}

#[utoipa::path(post, path = "/requests/{id}/withdraw", request_body = Withdraw, responses((status = 200, description = "Done", body = RequestTaken), (status = 409, description = "Something else was done meanwhile")))]
async fn withdraw(
    State(office): State<Office>,
    staff: Staff,
    In(id): In<RequestId>,
    headers: HeaderMap,
    whole: Whole,
) -> Result<Json<RequestTaken>, HttpProblem> {
    let Withdraw { reason } = body(&headers, whole)?;
    Ok(Json(office.run(move |office| office.withdraw_request(id, &reason, &staff.session.name)).await?))
}

#[derive(Deserialize, ToSchema)]
struct Respond {
    mode: ResponseMode,
    #[serde(default)]
    note: String,
}

#[utoipa::path(post, path = "/requests/{id}/response", request_body = Respond, responses((status = 200, description = "Done", body = RequestTaken), (status = 409, description = "The customer was answered already, or the request is settled")))]
async fn respond(
    State(office): State<Office>,
    staff: Staff,
    In(id): In<RequestId>,
    headers: HeaderMap,
    whole: Whole,
) -> Result<Json<RequestTaken>, HttpProblem> {
    let Respond { mode, note } = body(&headers, whole)?;
    let respond = move |office: &Office| office.respond_to_request(id, mode, &note, &staff.session.name);
    Ok(Json(office.run(respond).await?))
}

#[utoipa::path(post, path = "/work-orders/{id}/response", params(("if-match" = String, Header, description = "The version that was seen, as `ETag` said it")), request_body = Respond, responses((status = 204, description = "Done"), (status = 409, description = "The customer was answered already, or the work order is closed"), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn respond_on_order(
    State(office): State<Office>,
    staff: Staff,
    seen: Seen,
    Sent(Respond { mode, note }): Sent<Respond>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.respond_on_order(seen, mode, &note, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/requests/{id}/work-order", params(("idempotency-key" = String, Header, description = "1 to 100 characters; the same key with the same content is the same", min_length = 1, max_length = 100)), responses((status = 201, description = "Made", body = Visit), (status = 400, description = "No key"), (status = 409, description = "Something else was done meanwhile"), (status = 422, description = "The key was used for something else")))]
async fn work_order(
    State(office): State<Office>,
    staff: Staff,
    In(id): In<RequestId>,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Visit>), HttpProblem> {
    let once = once(&headers, format!("work order of {id}").as_bytes());
    let made = office.run(move |office| office.make_work_order(id, &once, &staff.session.name)).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// For a request to name. The same picture again is the one that is there.
#[utoipa::path(post, path = "/photos", request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "A JPEG, PNG or WebP of 20 MB and 60 megapixels at most"), responses((status = 201, description = "Kept as a JPEG, upright, no edge longer than 2048, without what a camera wrote into it; removed after 35 days unless a request names it", body = PhotoKept)))]
async fn bring_photo(
    State(office): State<Office>,
    Whole(picture): Whole,
) -> Result<(StatusCode, Json<PhotoKept>), HttpProblem> {
    Ok((StatusCode::CREATED, Json(office.bring_photo(picture).await?)))
}
