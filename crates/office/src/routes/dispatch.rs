//! The routes of dispatch, part of the console's: the board, who fits, people, areas, the rota.

use super::{
    console::Staff,
    doors::{DISPATCHER, Doors, SUPERVISOR},
    problem::HttpProblem,
    wire::{In, Sent, Whole, limited, seen_version},
};
use crate::{
    Office,
    dispatch::{CustomerIsTold, Seen},
};
use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
};
use chrono::{DateTime, Utc};
use jobsheet_model::{
    TechnicianId, WorkOrderId,
    board::{ConsoleArea, ConsoleBoard, ConsoleCandidates, ConsoleCrew, ConsoleRota},
    dispatch::{Profile, TurnKind},
    ids::TurnId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// Outlines of a country's districts are some megabytes.
const MAX_AREAS: usize = 8 * 1024 * 1024;

pub fn of_console(doors: Doors) -> Doors {
    doors
        .door(DISPATCHER, routes!(board))
        .door(DISPATCHER, routes!(candidates))
        .door(DISPATCHER, routes!(offer_in_turn))
        .door(DISPATCHER, routes!(set_dispatch))
        .door(DISPATCHER, routes!(customer_told))
        .door(SUPERVISOR, routes!(by_rule))
        .door(DISPATCHER, routes!(people))
        .door(SUPERVISOR, routes!(profile))
        .door(DISPATCHER, routes!(areas))
        .door(SUPERVISOR, limited(routes!(import_areas), MAX_AREAS))
        .door(DISPATCHER, routes!(rota, add_turn))
        .door(DISPATCHER, routes!(remove_turn))
        .door(DISPATCHER, routes!(give_turn))
}

#[utoipa::path(get, path = "/board", responses((status = 200, description = "Done", body = ConsoleBoard)))]
async fn board(State(office): State<Office>) -> Result<Json<ConsoleBoard>, HttpProblem> {
    Ok(Json(office.run(|office| office.board()).await?))
}

#[utoipa::path(get, path = "/work-orders/{id}/candidates", responses((status = 200, description = "Done", body = ConsoleCandidates)))]
async fn candidates(
    State(office): State<Office>,
    staff: Staff,
    In(id): In<WorkOrderId>,
) -> Result<Json<ConsoleCandidates>, HttpProblem> {
    let found = office.run(move |office| office.candidates(id, staff.session.role)).await?;
    found.map(Json).ok_or_else(HttpProblem::not_found)
}

#[derive(Deserialize, ToSchema)]
struct InTurn {
    technicians: Vec<String>,
    #[serde(default)]
    reason: String,
}

#[utoipa::path(post, path = "/work-orders/{id}/offer-in-turn", params(("if-match" = String, Header, description = "The version that was seen, as `ETag` said it")), request_body = InTurn, responses((status = 204, description = "Done"), (status = 409, description = "Something else was done meanwhile"), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn offer_in_turn(
    State(office): State<Office>,
    staff: Staff,
    seen: Seen,
    Sent(InTurn { technicians, reason }): Sent<InTurn>,
) -> Result<StatusCode, HttpProblem> {
    let by = staff.session.name.clone();
    let offer = move |office: &Office| {
        office.may_dispatch(seen.id, staff.session.role)?;
        office.offer_in_turn(seen, &technicians, &reason, &by)
    };
    office.run(offer).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
struct ByRule {
    by_rule: bool,
    #[serde(default)]
    reason: String,
}

#[utoipa::path(post, path = "/work-orders/{id}/dispatch", params(("if-match" = String, Header, description = "The version that was seen, as `ETag` said it")), request_body = ByRule, responses((status = 204, description = "Done"), (status = 409, description = "Something else was done meanwhile"), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn set_dispatch(
    State(office): State<Office>,
    staff: Staff,
    seen: Seen,
    Sent(ByRule { by_rule, reason }): Sent<ByRule>,
) -> Result<StatusCode, HttpProblem> {
    let set = move |office: &Office| {
        office.may_dispatch(seen.id, staff.session.role)?;
        office.set_dispatch(seen, by_rule, &reason, &staff.session.name)
    };
    office.run(set).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/work-orders/{id}/customer-told", params(("if-match" = String, Header, description = "The version that was seen, as `ETag` said it")), request_body = CustomerIsTold, responses((status = 204, description = "Done"), (status = 409, description = "Something else was done meanwhile"), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn customer_told(
    State(office): State<Office>,
    staff: Staff,
    seen: Seen,
    Sent(told): Sent<CustomerIsTold>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.customer_told(seen, &told, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(put, path = "/dispatch", request_body = ByRule, responses((status = 204, description = "Done")))]
async fn by_rule(
    State(office): State<Office>,
    supervisor: Staff,
    Sent(ByRule { by_rule, .. }): Sent<ByRule>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.set_by_rule(by_rule, &supervisor.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(get, path = "/people", responses((status = 200, description = "Done", body = ConsoleCrew)))]
async fn people(State(office): State<Office>) -> Result<Json<ConsoleCrew>, HttpProblem> {
    Ok(Json(office.run(|office| office.crew()).await?))
}

#[derive(Serialize, ToSchema)]
struct Version {
    version: u32,
}

#[utoipa::path(put, path = "/people/{id}", request_body = Profile, params(("if-match" = String, Header, description = "The version that was seen")), responses((status = 200, description = "Kept", body = Version), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn profile(
    State(office): State<Office>,
    supervisor: Staff,
    In(id): In<TechnicianId>,
    headers: HeaderMap,
    Sent(profile): Sent<Profile>,
) -> Result<Json<Version>, HttpProblem> {
    let version = seen_version(&headers)?;
    let kept =
        office.run(move |office| office.set_profile(id, version, profile, &supervisor.session.name)).await?;
    Ok(Json(Version { version: kept }))
}

#[utoipa::path(get, path = "/areas", responses((status = 200, description = "Done", body = Vec<ConsoleArea>)))]
async fn areas(State(office): State<Office>) -> Result<Json<Vec<ConsoleArea>>, HttpProblem> {
    Ok(Json(office.run(|office| office.areas()).await?))
}

#[derive(Serialize, ToSchema)]
struct Imported {
    areas: usize,
}

#[utoipa::path(put, path = "/areas", request_body(content = Object, content_type = "application/geo+json"), responses((status = 200, description = "Kept", body = Imported)))]
async fn import_areas(
    State(office): State<Office>,
    supervisor: Staff,
    Whole(bytes): Whole,
) -> Result<Json<Imported>, HttpProblem> {
    if bytes.len() > MAX_AREAS {
        return Err(super::wire::too_large());
    }
    let json = String::from_utf8_lossy(&bytes).into_owned();
    let areas = office.run(move |office| office.import_areas(&json, &supervisor.session.name)).await?;
    Ok(Json(Imported { areas }))
}

#[derive(Deserialize)]
struct Range {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

#[utoipa::path(get, path = "/rota", params(("from" = DateTime<Utc>, Query), ("to" = DateTime<Utc>, Query)), responses((status = 200, description = "Done", body = ConsoleRota)))]
async fn rota(
    State(office): State<Office>,
    asked: Result<Query<Range>, QueryRejection>,
) -> Result<Json<ConsoleRota>, HttpProblem> {
    let Query(Range { from, to }) =
        asked.map_err(|_| HttpProblem::bad_request("from and to are instants"))?;
    Ok(Json(office.run(move |office| office.rota(from, to)).await?))
}

#[derive(Deserialize, ToSchema)]
struct NewTurn {
    technician: TechnicianId,
    kind: TurnKind,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

#[derive(Serialize, ToSchema)]
struct Added {
    id: TurnId,
}

#[utoipa::path(post, path = "/rota", request_body = NewTurn, responses((status = 201, description = "Added", body = Added), (status = 404, description = "There is no such technician"), (status = 409, description = "Something else was done meanwhile")))]
async fn add_turn(
    State(office): State<Office>,
    staff: Staff,
    Sent(NewTurn { technician, kind, from, to }): Sent<NewTurn>,
) -> Result<(StatusCode, Json<Added>), HttpProblem> {
    let by = staff.session.name;
    let id = office.run(move |office| office.add_turn(technician, kind, (from, to), &by)).await?;
    Ok((StatusCode::CREATED, Json(Added { id })))
}

#[utoipa::path(delete, path = "/rota/{id}", responses((status = 204, description = "Removed")))]
async fn remove_turn(
    State(office): State<Office>,
    staff: Staff,
    In(id): In<TurnId>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.remove_turn(id, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
struct Give {
    technician: TechnicianId,
}

#[utoipa::path(post, path = "/rota/{id}/give", request_body = Give, responses((status = 204, description = "Given"), (status = 409, description = "Something else was done meanwhile")))]
async fn give_turn(
    State(office): State<Office>,
    staff: Staff,
    In(id): In<TurnId>,
    Sent(Give { technician }): Sent<Give>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.give_turn(id, technician, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}
