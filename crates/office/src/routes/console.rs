//! The routes of the console: `/console/api`, with a session cookie.

use super::{
    dispatch, phones,
    problem::HttpProblem,
    requests, rescue,
    v1::{Named, hints, jpeg},
    wire::Sent,
};
use crate::{Office, store::people};
use axum::{
    Json, Router,
    extract::{FromRequestParts, Path, Query, Request, State},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
    routing::{get, post},
};
use futures_util::Stream;
use jobsheet_model::{
    Language, WorkOrderId,
    attention::Choice,
    view::{ConsoleJob, ConsoleLane, ConsoleRow, ConsoleSession},
    wire::SignIn,
};
use serde::Deserialize;
use std::convert::Infallible;

const COOKIE: &str = "jobsheet_console";

pub fn router() -> Router<Office> {
    Router::new()
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/session", get(session))
        .route("/work-orders", get(work_orders))
        .route("/work-orders/{id}", get(work_order))
        .route("/work-orders/{id}/offer", post(offer))
        .route("/work-orders/{id}/reassign", post(reassign))
        .route("/work-orders/{id}/cancel", post(cancel))
        .route("/attention", get(lane))
        .route("/attention/{n}/decide", post(decide))
        .route("/photos/{digest}", get(photo))
        .route("/photos/{digest}/thumb", get(thumb))
        .route("/events", get(events))
        .merge(phones::of_console())
        .merge(rescue::of_console())
        .merge(requests::of_console())
        .merge(dispatch::of_console())
        .fallback(async || HttpProblem::not_found())
        .method_not_allowed_fallback(async || {
            HttpProblem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Not in this way.")
        })
        .layer(middleware::from_fn(from_our_own_page))
}

/// Nobody else's page may act in the name of whoever is signed in. Browsers say where a request comes from;
/// what says nothing is no browser and carries no cookie that it was not given.
async fn from_our_own_page(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let own = match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (Some(_), None) => false,
        (None, _) => headers
            .get("sec-fetch-site")
            .is_none_or(|site| matches!(site.as_bytes(), b"same-origin" | b"none")),
    };
    if own || matches!(*request.method(), Method::GET | Method::HEAD) {
        next.run(request).await
    } else {
        HttpProblem::new(StatusCode::FORBIDDEN, "foreign-origin", "This came from another page.")
            .into_response()
    }
}

/// Who asks: somebody of the office with a good session.
pub struct Staff {
    pub session: ConsoleSession,
    role: String,
}

/// Who asks: a supervisor or an administrator.
pub struct Supervisor {
    pub name: String,
    pub is_admin: bool,
}

impl FromRequestParts<Office> for Supervisor {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, office: &Office) -> Result<Self, HttpProblem> {
        let Staff { session, role } = Staff::from_request_parts(parts, office).await?;
        match role.as_str() {
            "supervisor" | "admin" => Ok(Supervisor { name: session.name, is_admin: role == "admin" }),
            _ => Err(HttpProblem::not_allowed()),
        }
    }
}

impl FromRequestParts<Office> for Staff {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, office: &Office) -> Result<Self, HttpProblem> {
        let token = cookie(&parts.headers).unwrap_or_default().to_owned();
        let staff = office.run(move |office| office.staff_of(&token)).await?;
        staff.ok_or_else(HttpProblem::signed_out)
    }
}

impl Office {
    fn staff_of(&self, token: &str) -> anyhow::Result<Option<Staff>> {
        let Some(login) = self.session(token)? else { return Ok(None) };
        let role = self.read(|db| people::staff_role(db, &login))?.unwrap_or_default();
        Ok(self.console_session(&login)?.map(|session| Staff { session, role }))
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

/// `Secure` only where the page came over TLS: plain HTTP is for this machine and for a proxy that adds TLS.
fn set_cookie(headers: &HeaderMap, token: &str, seconds: u32) -> (header::HeaderName, String) {
    let says = |name: &str, what: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.starts_with(what))
    };
    let secure =
        if says("x-forwarded-proto", "https") || says("origin", "https://") { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}");
    (header::SET_COOKIE, cookie)
}

async fn sign_in(
    State(office): State<Office>,
    headers: HeaderMap,
    Sent(asked): Sent<SignIn>,
) -> Result<Response, HttpProblem> {
    let (token, login) = office.sign_in(asked.login, asked.password).await?;
    let session = office.run(move |office| office.console_session(&login)).await?;
    Ok(([set_cookie(&headers, &token, 12 * 3600)], Json(session)).into_response())
}

async fn sign_out(
    State(office): State<Office>,
    headers: HeaderMap,
    _: Staff,
) -> Result<Response, HttpProblem> {
    let token = cookie(&headers).unwrap_or_default().to_owned();
    office.run(move |office| office.sign_out(&token)).await?;
    Ok((StatusCode::NO_CONTENT, [set_cookie(&headers, "", 0)]).into_response())
}

async fn session(staff: Staff) -> Json<ConsoleSession> {
    Json(staff.session)
}

async fn work_orders(State(office): State<Office>, _: Staff) -> Result<Json<Vec<ConsoleRow>>, HttpProblem> {
    Ok(Json(office.run(|office| office.console_rows()).await?))
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    language: Language,
}

/// The id in the path; what is none is as absent.
pub struct Which(pub WorkOrderId);

impl<S: Send + Sync> FromRequestParts<S> for Which {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpProblem> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| HttpProblem::not_found())?;
        text.parse().map(Which).map_err(|_| HttpProblem::not_found())
    }
}

async fn work_order(
    State(office): State<Office>,
    _: Staff,
    Which(id): Which,
    shown: Result<Query<Shown>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<ConsoleJob>, HttpProblem> {
    let Query(Shown { language }) = shown.map_err(|_| HttpProblem::bad_request("language is en or zh"))?;
    let job = office.run(move |office| office.console_job(id, language)).await?;
    job.map(Json).ok_or_else(HttpProblem::not_found)
}

#[derive(Deserialize)]
struct Offer {
    technician: String,
    /// Why, where the rules are against it.
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct Reassign {
    technician: String,
    reason: String,
}

#[derive(Deserialize)]
struct Cancel {
    reason: String,
}

async fn offer(
    State(office): State<Office>,
    staff: Staff,
    Which(id): Which,
    Sent(Offer { technician, reason }): Sent<Offer>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.offer_ranked(id, &technician, &reason, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn reassign(
    State(office): State<Office>,
    staff: Staff,
    Which(id): Which,
    Sent(Reassign { technician, reason }): Sent<Reassign>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.reassign(id, &technician, &reason, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn cancel(
    State(office): State<Office>,
    staff: Staff,
    Which(id): Which,
    Sent(Cancel { reason }): Sent<Cancel>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.cancel(id, &reason, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn lane(State(office): State<Office>, _: Staff) -> Result<Json<ConsoleLane>, HttpProblem> {
    Ok(Json(office.run(|office| office.lane()).await?))
}

#[derive(Deserialize)]
struct Decide {
    choice: Choice,
    reason: String,
}

async fn decide(
    State(office): State<Office>,
    staff: Staff,
    n: Result<Path<u64>, axum::extract::rejection::PathRejection>,
    Sent(Decide { choice, reason }): Sent<Decide>,
) -> Result<StatusCode, HttpProblem> {
    // Larger numbers than the store keeps are as absent as any other.
    let Some(n) = n.ok().map(|Path(n)| n).filter(|n| i64::try_from(*n).is_ok()) else {
        return Err(HttpProblem::not_found());
    };
    office.run(move |office| office.decide(n, choice, &reason, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn photo(
    State(office): State<Office>,
    _: Staff,
    Named(digest): Named,
) -> Result<Response, HttpProblem> {
    let bytes = office.run(move |office| office.console_photo(&digest)).await?;
    bytes.map(jpeg).ok_or_else(HttpProblem::not_found)
}

async fn thumb(
    State(office): State<Office>,
    _: Staff,
    Named(digest): Named,
) -> Result<Response, HttpProblem> {
    let bytes = office.run(move |office| office.console_thumb(&digest)).await?;
    bytes.map(jpeg).ok_or_else(HttpProblem::not_found)
}

async fn events(
    State(office): State<Office>,
    _: Staff,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    hints(office.hints(|_, _| Ok(true)))
}
