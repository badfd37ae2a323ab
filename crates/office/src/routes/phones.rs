//! The routes by which phones become known and prove themselves (`/v1`), and by which the office looks after
//! them (`/console/api`).

use super::{
    console::{Staff, Supervisor},
    problem::HttpProblem,
    wire::Sent,
};
use crate::{Office, phones::spaced};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jobsheet_model::{
    TechnicianId,
    enrol::{Challenge, Enrol, Enrolled, LINK, PhoneId, SessionAsked, Wipe, Wiped},
    view::{ConsolePhone, EnrolmentCode},
};
use qrcode::{QrCode, render::svg};
use serde::Deserialize;

pub fn of_phones() -> Router<Office> {
    Router::new().route("/enrol", post(enrol)).route("/session", post(session)).route("/wiped", post(wiped))
}

pub fn of_console() -> Router<Office> {
    Router::new()
        .route("/phones", get(phones))
        .route("/technicians/{id}/code", post(make_code))
        .route("/phones/{id}/revoke", post(revoke))
        .route("/phones/{id}/wipe", post(wipe))
}

async fn enrol(
    State(office): State<Office>,
    Sent(asked): Sent<Enrol>,
) -> Result<Json<Enrolled>, HttpProblem> {
    Ok(Json(office.enrol(asked).await?))
}

async fn session(
    State(office): State<Office>,
    Sent(asked): Sent<SessionAsked>,
) -> Result<Response, HttpProblem> {
    let answered = office.run(move |office| match asked.answer {
        None => Ok(Json(Challenge { challenge: office.challenge(asked.phone)? }).into_response()),
        Some(answer) => office.session_for(asked.phone, &answer).map(|given| Json(given).into_response()),
    });
    Ok(answered.await?)
}

async fn wiped(State(office): State<Office>, Sent(done): Sent<Wiped>) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.wiped(&done)).await?;
    tracing::info!("a phone has emptied itself");
    Ok(StatusCode::NO_CONTENT)
}

// --- The console -----------------------------------------------------------------------------------

async fn phones(State(office): State<Office>, _: Staff) -> Result<Json<Vec<ConsolePhone>>, HttpProblem> {
    Ok(Json(office.run(|office| office.phones()).await?))
}

async fn make_code(
    State(office): State<Office>,
    staff: Staff,
    headers: HeaderMap,
    id: Result<Path<TechnicianId>, axum::extract::rejection::PathRejection>,
) -> Result<Json<EnrolmentCode>, HttpProblem> {
    let Path(technician) = id.map_err(|_| HttpProblem::not_found())?;
    let made = office.run(move |office| office.make_code(technician, &staff.session.name)).await?;
    let (code, expires_at) = made.ok_or_else(HttpProblem::not_found)?;
    let link = format!("{LINK}office={}&code={code}", escaped(&own_address(&headers)));
    let picture = QrCode::new(&link).map_err(anyhow::Error::new)?;
    let qr = picture.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    Ok(Json(EnrolmentCode { code: spaced(&code), link, qr, expires_at }))
}

async fn revoke(
    State(office): State<Office>,
    _: Staff,
    Path(id): Path<String>,
) -> Result<StatusCode, HttpProblem> {
    revoked(office, &id, None).await
}

#[derive(Deserialize)]
struct WipeAsked {
    kind: Wipe,
}

async fn wipe(
    State(office): State<Office>,
    _: Supervisor,
    Path(id): Path<String>,
    Sent(WipeAsked { kind }): Sent<WipeAsked>,
) -> Result<StatusCode, HttpProblem> {
    revoked(office, &id, Some(kind)).await
}

async fn revoked(office: Office, id: &str, wipe: Option<Wipe>) -> Result<StatusCode, HttpProblem> {
    let phone: PhoneId = id.parse().map_err(|_| HttpProblem::not_found())?;
    let known = office.run(move |office| office.revoke(phone, wipe)).await?;
    if known { Ok(StatusCode::NO_CONTENT) } else { Err(HttpProblem::not_found()) }
}

/// The address by which this page reached the office; a phone reaches it by the same.
fn own_address(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(origin) = text(header::ORIGIN.as_str()) {
        return origin.to_owned();
    }
    let scheme =
        if text("x-forwarded-proto").is_some_and(|by| by.starts_with("https")) { "https" } else { "http" };
    format!("{scheme}://{}", text(header::HOST.as_str()).unwrap_or_default())
}

/// For the query of a link.
fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}
