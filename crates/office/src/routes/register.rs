//! The routes of the register and of the vans, part of the console's.

use super::{
    console::Staff,
    doors::{DISPATCHER, Doors},
    problem::HttpProblem,
    requests::body,
    wire::{Asked, In, Whole, seen_version, versioned},
};
use crate::{Office, register::VisitPlace, store::console::VisitsOf};
use axum::{Json, extract::State, http::HeaderMap, response::Response};
use jobsheet_model::{
    customer::CustomerFile,
    view::{ConsoleCustomer, ConsoleCustomers, ConsoleMachine, ConsoleVans, VisitPage},
};
use serde::Deserialize;
use utoipa_axum::routes;

/// Longest search that is looked at, in characters.
const MAX_SEARCH: usize = 200;

pub fn of_console(doors: Doors) -> Doors {
    doors
        .door(DISPATCHER, routes!(list))
        .door(DISPATCHER, routes!(customer, edit))
        .door(DISPATCHER, routes!(customer_visits))
        .door(DISPATCHER, routes!(machine))
        .door(DISPATCHER, routes!(machine_visits))
        .door(DISPATCHER, routes!(vans))
}

#[derive(Deserialize)]
struct List {
    #[serde(default)]
    find: String,
    #[serde(default)]
    after: String,
}

#[utoipa::path(get, path = "/register", params(("find" = Option<String>, Query, description = "What was typed"), ("after" = Option<String>, Query, description = "What the page before gave as next")), responses((status = 200, description = "Done", body = ConsoleCustomers)))]
async fn list(
    State(office): State<Office>,
    Asked(List { find, after }): Asked<List>,
) -> Result<Json<ConsoleCustomers>, HttpProblem> {
    let find: String = find.chars().take(MAX_SEARCH).collect();
    Ok(Json(office.run(move |office| office.console_customers(&find, &after)).await?))
}

#[utoipa::path(get, path = "/register/{customer}", responses((status = 200, description = "With its version as `ETag`", body = ConsoleCustomer, headers(("etag" = String)))))]
async fn customer(State(office): State<Office>, In(id): In<String>) -> Result<Response, HttpProblem> {
    let found = office.run(move |office| office.customer(&id)).await?.ok_or_else(HttpProblem::not_found)?;
    Ok(versioned(found.version, &found))
}

#[utoipa::path(put, path = "/register/{customer}", params(("if-match" = String, Header, description = "The version that was seen, as `ETag` said it")), request_body = CustomerFile, responses((status = 200, description = "Its new version, which `ETag` says, too", body = u32, headers(("etag" = String))), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn edit(
    State(office): State<Office>,
    staff: Staff,
    In(id): In<String>,
    headers: HeaderMap,
    whole: Whole,
) -> Result<Response, HttpProblem> {
    let version = seen_version(&headers)?;
    let file: CustomerFile = body(&headers, whole)?;
    let edit = move |office: &Office| office.edit_customer(&id, version, file, &staff.session.name);
    let version = office.run(edit).await?;
    Ok(versioned(version, &version))
}

#[derive(Deserialize)]
struct Visits {
    after: String,
}

fn place(after: &str) -> Result<VisitPlace, HttpProblem> {
    VisitPlace::read(after).ok_or_else(|| HttpProblem::bad_request("after is what the page before gave"))
}

#[utoipa::path(get, path = "/register/{customer}/visits", params(("after" = String, Query, description = "What the page before gave as next")), responses((status = 200, description = "Done", body = VisitPage)))]
async fn customer_visits(
    State(office): State<Office>,
    In(id): In<String>,
    Asked(Visits { after }): Asked<Visits>,
) -> Result<Json<VisitPage>, HttpProblem> {
    let after = place(&after)?;
    let read = move |office: &Office| office.visits_of(VisitsOf::Customer(&id), Some(after));
    Ok(Json(office.run(read).await?))
}

#[utoipa::path(get, path = "/equipment/{machine}/visits", params(("after" = String, Query, description = "What the page before gave as next")), responses((status = 200, description = "Done", body = VisitPage)))]
async fn machine_visits(
    State(office): State<Office>,
    In(id): In<String>,
    Asked(Visits { after }): Asked<Visits>,
) -> Result<Json<VisitPage>, HttpProblem> {
    let after = place(&after)?;
    let read = move |office: &Office| office.visits_of(VisitsOf::Machine(&id), Some(after));
    Ok(Json(office.run(read).await?))
}

#[utoipa::path(get, path = "/equipment/{machine}", responses((status = 200, description = "Done", body = ConsoleMachine)))]
async fn machine(
    State(office): State<Office>,
    In(id): In<String>,
) -> Result<Json<ConsoleMachine>, HttpProblem> {
    let found = office.run(move |office| office.machine(&id)).await?;
    found.map(Json).ok_or_else(HttpProblem::not_found)
}

#[utoipa::path(get, path = "/vans", responses((status = 200, description = "Done", body = ConsoleVans)))]
async fn vans(State(office): State<Office>) -> Result<Json<ConsoleVans>, HttpProblem> {
    Ok(Json(office.run(|office| office.vans()).await?))
}
