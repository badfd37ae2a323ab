//! The routes by which phones become known and prove themselves (`/v1`), and by which the office looks after
//! them (`/console/api`).

use super::{
    address,
    console::Staff,
    doors::{DISPATCHER, Doors, Needs, SUPERVISOR},
    problem::HttpProblem,
    wire::{In, Sent},
};
use crate::{
    Office,
    phones::{Unfit, spaced},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use jobsheet_model::{
    TechnicianId,
    enrol::{Challenge, Enrol, Enrolled, Given, LINK, PhoneId, SessionAsked, Wipe, Wiped},
    view::{ConsolePhone, EnrolmentCode, UnlockCode},
};
use qrcode::{QrCode, render::svg};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

pub fn of_phones(doors: Doors) -> Doors {
    let enrol = address::watched(doors.office(), routes!(enrol));
    doors.door(Needs::Nobody, enrol).door(Needs::Nobody, routes!(session)).door(Needs::Nobody, routes!(wiped))
}

pub fn of_console(doors: Doors) -> Doors {
    doors
        .door(DISPATCHER, routes!(phones))
        .door(DISPATCHER, routes!(make_code))
        .door(DISPATCHER, routes!(revoke))
        .door(SUPERVISOR, routes!(wipe))
        .door(SUPERVISOR, routes!(unlock))
}

#[utoipa::path(post, path = "/enrol", request_body = Enrol, responses((status = 200, description = "Done", body = Enrolled), (status = 401, description = "Wrong, or signed out"), (status = 403, description = "Revoked"), (status = 410, description = "The code is used or too old"), (status = 429, description = "Too many wrong tries")))]
async fn enrol(
    State(office): State<Office>,
    Sent(asked): Sent<Enrol>,
) -> Result<Json<Enrolled>, HttpProblem> {
    Ok(Json(office.enrol(asked).await?))
}

#[utoipa::path(post, path = "/session", request_body = SessionAsked, responses((status = 200, description = "A challenge, or a session", body = SessionAnswer), (status = 401, description = "Wrong, or signed out")))]
async fn session(
    State(office): State<Office>,
    Sent(asked): Sent<SessionAsked>,
) -> Result<Json<SessionAnswer>, HttpProblem> {
    let answered = office.run(move |office| match asked.answer {
        None => office
            .challenge(asked.phone)
            .map(|challenge| SessionAnswer::Challenge(Challenge { challenge }))
            .map_err(Unfit::from),
        Some(answer) => office.session_for(asked.phone, &answer).map(SessionAnswer::Given),
    });
    Ok(Json(answered.await?))
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum SessionAnswer {
    Challenge(Challenge),
    Given(Given),
}

#[utoipa::path(post, path = "/wiped", request_body = Wiped, responses((status = 204, description = "Done"), (status = 401, description = "Wrong, or signed out")))]
async fn wiped(State(office): State<Office>, Sent(done): Sent<Wiped>) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.wiped(&done)).await?;
    tracing::info!("a phone has emptied itself");
    Ok(StatusCode::NO_CONTENT)
}

// --- The console -----------------------------------------------------------------------------------

#[utoipa::path(get, path = "/phones", responses((status = 200, description = "Done", body = Vec<ConsolePhone>)))]
async fn phones(State(office): State<Office>) -> Result<Json<Vec<ConsolePhone>>, HttpProblem> {
    Ok(Json(office.run(|office| office.phones()).await?))
}

#[utoipa::path(post, path = "/technicians/{id}/code", responses((status = 200, description = "Done", body = EnrolmentCode)))]
async fn make_code(
    State(office): State<Office>,
    staff: Staff,
    headers: HeaderMap,
    In(technician): In<TechnicianId>,
) -> Result<Json<EnrolmentCode>, HttpProblem> {
    let made = office.run(move |office| office.make_code(technician, &staff.session.name)).await?;
    let (code, expires_at) = made.ok_or_else(HttpProblem::not_found)?;
    let link = format!("{LINK}office={}&code={code}", escaped(&own_address(&headers)));
    let picture = QrCode::new(&link).map_err(anyhow::Error::new)?;
    let qr = picture.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    Ok(Json(EnrolmentCode { code: spaced(&code), link, qr, expires_at }))
}

#[utoipa::path(post, path = "/phones/{id}/revoke", responses((status = 204, description = "Done")))]
async fn revoke(State(office): State<Office>, In(id): In<PhoneId>) -> Result<StatusCode, HttpProblem> {
    revoked(office, id, None).await
}

#[derive(Deserialize, ToSchema)]
struct WipeAsked {
    kind: Wipe,
}

#[utoipa::path(post, path = "/phones/{id}/wipe", request_body = WipeAsked, responses((status = 204, description = "Done")))]
async fn wipe(
    State(office): State<Office>,
    In(id): In<PhoneId>,
    Sent(WipeAsked { kind }): Sent<WipeAsked>,
) -> Result<StatusCode, HttpProblem> {
    revoked(office, id, Some(kind)).await
}

#[derive(Deserialize, ToSchema)]
struct UnlockAsked {
    /// What the technician reads from the locked phone.
    question: String,
    reason: String,
}

#[utoipa::path(post, path = "/phones/{id}/unlock", request_body = UnlockAsked, responses((status = 200, description = "The code that opens this phone once", body = UnlockCode), (status = 409, description = "The phone is revoked"), (status = 422, description = "This phone does not ask that, or no reason"), (status = 429, description = "Enough codes for today")))]
async fn unlock(
    State(office): State<Office>,
    staff: Staff,
    In(id): In<PhoneId>,
    Sent(UnlockAsked { question, reason }): Sent<UnlockAsked>,
) -> Result<Json<UnlockCode>, HttpProblem> {
    let given = office.run(move |office| office.unlock_code(id, &question, &reason, &staff.session.name));
    Ok(Json(given.await?))
}

async fn revoked(office: Office, phone: PhoneId, wipe: Option<Wipe>) -> Result<StatusCode, HttpProblem> {
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
pub fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}
