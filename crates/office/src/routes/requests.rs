//! The routes of intake, part of the console's.

use super::{
    console::Staff,
    problem::HttpProblem,
    wire::{Whole, read},
};
use crate::{Office, requests::Once};
use axum::{
    Json, Router,
    extract::{FromRequestParts, Path, Query, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jobsheet_model::{
    Digest,
    customer::CustomerFile,
    ids::RequestId,
    intake::Intake,
    view::{ConsoleRequest, ConsoleRequests, IntakeForm, IntakeLook, RequestTaken},
    work_order::Visit,
};
use serde::Deserialize;

const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// A request is text: more than this is none.
const MAX_REQUEST: usize = 256 * 1024;

pub fn of_console() -> Router<Office> {
    Router::new()
        .route("/intake", get(form))
        .route("/intake/look", post(look))
        .route("/customers", get(customers))
        .route("/requests", get(requests).post(take))
        .route("/requests/{id}", get(request).put(edit))
        .route("/requests/{id}/solve", post(solve))
        .route("/requests/{id}/withdraw", post(withdraw))
        .route("/requests/{id}/work-order", post(work_order))
}

/// The id in the path; what is none is as absent.
struct Which(RequestId);

impl<S: Send + Sync> FromRequestParts<S> for Which {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpProblem> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| HttpProblem::not_found())?;
        text.parse().map(Which).map_err(|_| HttpProblem::not_found())
    }
}

async fn form(State(office): State<Office>, _: Staff) -> Result<Json<IntakeForm>, HttpProblem> {
    Ok(Json(office.run(|office| office.intake_form()).await?))
}

fn body<T: serde::de::DeserializeOwned>(headers: &HeaderMap, Whole(bytes): Whole) -> Result<T, HttpProblem> {
    if bytes.len() > MAX_REQUEST {
        return Err(super::wire::too_large());
    }
    read(headers.get(header::CONTENT_ENCODING), bytes)
}

async fn look(
    State(office): State<Office>,
    _: Staff,
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

async fn customers(
    State(office): State<Office>,
    _: Staff,
    asked: Result<Query<Find>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Vec<CustomerFile>>, HttpProblem> {
    let Query(Find { find }) = asked.map_err(|_| HttpProblem::bad_request("find says what was typed"))?;
    // What is longer than any name finds nothing.
    let find: String = find.chars().take(200).collect();
    Ok(Json(office.run(move |office| office.find_customers(&find)).await?))
}

async fn requests(State(office): State<Office>, _: Staff) -> Result<Json<ConsoleRequests>, HttpProblem> {
    Ok(Json(office.run(|office| office.console_requests()).await?))
}

async fn request(State(office): State<Office>, _: Staff, Which(id): Which) -> Result<Response, HttpProblem> {
    let found: Option<ConsoleRequest> = office.run(move |office| office.console_request(id)).await?;
    let found = found.ok_or_else(HttpProblem::not_found)?;
    Ok(([(header::ETAG, format!("\"{}\"", found.version))], Json(found)).into_response())
}

/// The same key with the same body is the same thing, done once.
fn once(headers: &HeaderMap, asked: &[u8]) -> Once {
    let key = headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Once { key: key.to_owned(), digest: Digest::of(asked) }
}

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

async fn edit(
    State(office): State<Office>,
    staff: Staff,
    Which(id): Which,
    headers: HeaderMap,
    whole: Whole,
) -> Result<Json<RequestTaken>, HttpProblem> {
    let seen = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    let Some(version) = seen.and_then(|seen| seen.trim_matches('"').parse().ok()) else {
        return Err(HttpProblem::new(
            StatusCode::PRECONDITION_REQUIRED,
            "if-match-needed",
            "Say which version was changed.",
        ));
    };
    let intake: Intake = body(&headers, whole)?;
    let edit = move |office: &Office| office.edit_request(id, version, intake, &staff.session.name);
    Ok(Json(office.run(edit).await?))
}

#[derive(Deserialize)]
struct Solve {
    what: String,
}

#[derive(Deserialize)]
struct Withdraw {
    reason: String,
}

async fn solve(
    State(office): State<Office>,
    staff: Staff,
    Which(id): Which,
    headers: HeaderMap,
    whole: Whole,
) -> Result<Json<RequestTaken>, HttpProblem> {
    let Solve { what } = body(&headers, whole)?;
    Ok(Json(office.run(move |office| office.solve_request(id, &what, &staff.session.name)).await?))
}

async fn withdraw(
    State(office): State<Office>,
    staff: Staff,
    Which(id): Which,
    headers: HeaderMap,
    whole: Whole,
) -> Result<Json<RequestTaken>, HttpProblem> {
    let Withdraw { reason } = body(&headers, whole)?;
    Ok(Json(office.run(move |office| office.withdraw_request(id, &reason, &staff.session.name)).await?))
}

async fn work_order(
    State(office): State<Office>,
    staff: Staff,
    Which(id): Which,
    headers: HeaderMap,
) -> Result<(StatusCode, Json<Visit>), HttpProblem> {
    let once = once(&headers, format!("work order of {id}").as_bytes());
    let made = office.run(move |office| office.make_work_order(id, &once, &staff.session.name)).await?;
    Ok((StatusCode::CREATED, Json(made)))
}
