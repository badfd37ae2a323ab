//! The routes of registers as CSV, part of the console's.

use super::{
    console::Staff,
    doors::{ADMIN, Doors, SUPERVISOR},
    problem::HttpProblem,
    wire::{In, limited},
};
use crate::{Office, acting::Acting};
use axum::{
    Json,
    extract::{FromRequest, Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jobsheet_model::table::{Register, TableTaken};
use serde::Deserialize;
use utoipa_axum::routes;

const MAX_FILE: usize = 16 * 1024 * 1024;
const CSV: &str = "text/csv; charset=utf-8";

pub fn of_console(doors: Doors) -> Doors {
    doors.door(SUPERVISOR, routes!(export)).door(ADMIN, limited(routes!(import), MAX_FILE))
}

#[utoipa::path(get, path = "/export/{register}", responses(
    (status = 200, description = "UTF-8 with a byte order mark; what a spreadsheet would calculate stands behind an apostrophe",
     content_type = "text/csv", body = String)))]
async fn export(
    State(office): State<Office>,
    staff: Staff,
    In(register): In<Register>,
) -> Result<Response, HttpProblem> {
    let act = format!("GET /console/api/export/{}", register.word());
    let acting = Acting::new(&staff.login, staff.session.role, &act);
    let file = office.run(move |office| office.take_out_for(register, &acting)).await?;
    let name = format!("attachment; filename=\"{}.csv\"", register.word());
    Ok(([(header::CONTENT_TYPE, CSV.to_owned()), (header::CONTENT_DISPOSITION, name)], file).into_response())
}

#[derive(Deserialize)]
struct Asked {
    /// Only says what would become of it.
    #[serde(default, rename = "try")]
    only_try: bool,
}

#[utoipa::path(post, path = "/import/{register}",
    params(("try" = Option<bool>, Query, description = "Only says what would become of it")),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, description = "What became of it. With a fault in any row nothing is written", body = TableTaken)))]
async fn import(
    State(office): State<Office>,
    staff: Staff,
    In(register): In<Register>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Result<Json<TableTaken>, HttpProblem> {
    let Query(Asked { only_try }) = asked.map_err(|_| HttpProblem::bad_request("try is true or false"))?;
    is_csv(request.headers())?;
    let super::wire::Whole(bytes) = super::wire::Whole::from_request(request, &office).await?;
    Ok(Json(
        office.run(move |office| office.bring_in(register, &bytes, only_try, &staff.session.name)).await?,
    ))
}

fn is_csv(headers: &HeaderMap) -> Result<(), HttpProblem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("text/csv");
    match kind.split(';').next().unwrap_or_default().trim() {
        "text/csv" | "application/vnd.ms-excel" | "text/plain" => Ok(()),
        _ => Err(HttpProblem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unknown-media-type",
            "The office reads CSV here.",
        )),
    }
}
