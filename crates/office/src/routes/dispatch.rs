//! The routes of dispatch, part of the console's: the board, who fits, people, areas, the rota.

use super::{
    console::{Staff, Supervisor, Which},
    problem::HttpProblem,
    wire::{Sent, Whole},
};
use crate::Office;
use axum::{
    Json, Router,
    extract::{FromRequestParts, Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
    routing::{delete, get, post, put},
};
use chrono::{DateTime, Utc};
use jobsheet_model::{
    TechnicianId,
    board::{ConsoleArea, ConsoleBoard, ConsoleCandidates, ConsoleCrew, ConsoleRota},
    dispatch::{Profile, TurnKind},
    ids::TurnId,
};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Outlines of a country's districts are some megabytes.
const MAX_AREAS: usize = 8 * 1024 * 1024;

pub fn of_console() -> Router<Office> {
    Router::new()
        .route("/board", get(board))
        .route("/work-orders/{id}/candidates", get(candidates))
        .route("/work-orders/{id}/offer-in-turn", post(offer_in_turn))
        .route("/work-orders/{id}/dispatch", post(set_dispatch))
        .route("/dispatch", put(by_rule))
        .route("/people", get(people))
        .route("/people/{id}", put(profile))
        .route("/areas", get(areas).put(import_areas))
        .route("/rota", get(rota).post(add_turn))
        .route("/rota/{id}", delete(remove_turn))
        .route("/rota/{id}/give", post(give_turn))
}

/// An id in the path; what is none is as absent.
struct Named<T>(T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpProblem> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| HttpProblem::not_found())?;
        text.parse().map(Named).map_err(|_| HttpProblem::not_found())
    }
}

async fn board(State(office): State<Office>, _: Staff) -> Result<Json<ConsoleBoard>, HttpProblem> {
    Ok(Json(office.run(|office| office.board()).await?))
}

async fn candidates(
    State(office): State<Office>,
    _: Staff,
    Which(id): Which,
) -> Result<Json<ConsoleCandidates>, HttpProblem> {
    let found = office.run(move |office| office.candidates(id)).await?;
    found.map(Json).ok_or_else(HttpProblem::not_found)
}

#[derive(Deserialize)]
struct InTurn {
    technicians: Vec<String>,
    #[serde(default)]
    reason: String,
}

async fn offer_in_turn(
    State(office): State<Office>,
    staff: Staff,
    Which(id): Which,
    Sent(InTurn { technicians, reason }): Sent<InTurn>,
) -> Result<StatusCode, HttpProblem> {
    let by = staff.session.name;
    office.run(move |office| office.offer_in_turn(id, &technicians, &reason, &by)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct ByRule {
    by_rule: bool,
    #[serde(default)]
    reason: String,
}

async fn set_dispatch(
    State(office): State<Office>,
    staff: Staff,
    Which(id): Which,
    Sent(ByRule { by_rule, reason }): Sent<ByRule>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.set_dispatch(id, by_rule, &reason, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn by_rule(
    State(office): State<Office>,
    supervisor: Supervisor,
    Sent(ByRule { by_rule, .. }): Sent<ByRule>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.set_by_rule(by_rule, &supervisor.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn people(State(office): State<Office>, _: Staff) -> Result<Json<ConsoleCrew>, HttpProblem> {
    Ok(Json(office.run(|office| office.crew()).await?))
}

#[derive(Serialize)]
struct Version {
    version: u32,
}

async fn profile(
    State(office): State<Office>,
    supervisor: Supervisor,
    Named(id): Named<TechnicianId>,
    headers: HeaderMap,
    Sent(profile): Sent<Profile>,
) -> Result<Json<Version>, HttpProblem> {
    let seen = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    let Some(version) = seen.and_then(|seen| seen.trim_matches('"').parse().ok()) else {
        return Err(HttpProblem::new(
            StatusCode::PRECONDITION_REQUIRED,
            "if-match-needed",
            "Say which version was changed.",
        ));
    };
    let kept = office.run(move |office| office.set_profile(id, version, profile, &supervisor.name)).await?;
    Ok(Json(Version { version: kept }))
}

async fn areas(State(office): State<Office>, _: Staff) -> Result<Json<Vec<ConsoleArea>>, HttpProblem> {
    Ok(Json(office.run(|office| office.areas()).await?))
}

#[derive(Serialize)]
struct Imported {
    areas: usize,
}

async fn import_areas(
    State(office): State<Office>,
    supervisor: Supervisor,
    Whole(bytes): Whole,
) -> Result<Json<Imported>, HttpProblem> {
    if bytes.len() > MAX_AREAS {
        return Err(super::wire::too_large());
    }
    let json = String::from_utf8_lossy(&bytes).into_owned();
    let areas = office.run(move |office| office.import_areas(&json, &supervisor.name)).await?;
    Ok(Json(Imported { areas }))
}

#[derive(Deserialize)]
struct Range {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

async fn rota(
    State(office): State<Office>,
    _: Staff,
    asked: Result<Query<Range>, QueryRejection>,
) -> Result<Json<ConsoleRota>, HttpProblem> {
    let Query(Range { from, to }) =
        asked.map_err(|_| HttpProblem::bad_request("from and to are instants"))?;
    Ok(Json(office.run(move |office| office.rota(from, to)).await?))
}

#[derive(Deserialize)]
struct NewTurn {
    technician: TechnicianId,
    kind: TurnKind,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

#[derive(Serialize)]
struct Added {
    id: TurnId,
}

async fn add_turn(
    State(office): State<Office>,
    staff: Staff,
    Sent(NewTurn { technician, kind, from, to }): Sent<NewTurn>,
) -> Result<(StatusCode, Json<Added>), HttpProblem> {
    let by = staff.session.name;
    let id = office.run(move |office| office.add_turn(technician, kind, (from, to), &by)).await?;
    Ok((StatusCode::CREATED, Json(Added { id })))
}

async fn remove_turn(
    State(office): State<Office>,
    staff: Staff,
    Named(id): Named<TurnId>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.remove_turn(id, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Give {
    technician: TechnicianId,
}

async fn give_turn(
    State(office): State<Office>,
    staff: Staff,
    Named(id): Named<TurnId>,
    Sent(Give { technician }): Sent<Give>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.give_turn(id, technician, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}
