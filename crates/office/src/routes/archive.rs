//! The route of the archive, part of the console's.

use super::{
    doors::{DISPATCHER, Doors},
    problem::HttpProblem,
    wire::Asked,
};
use crate::{Office, store::archive};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use jobsheet_model::{TechnicianId, archive::Outcome, search::query_terms, view::ConsoleArchive};
use serde::Deserialize;
use utoipa_axum::routes;

/// Longest search that is looked at, in characters, and most of its words.
const MAX_SEARCH: usize = 200;
const MAX_TERMS: usize = 24;

pub fn of_console(doors: Doors) -> Doors {
    doors.door(DISPATCHER, routes!(search))
}

/// Empty is as not said: a form sends all its fields.
#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    find: String,
    #[serde(default)]
    from: String,
    /// The first moment that is too late.
    #[serde(default)]
    to: String,
    #[serde(default)]
    technician: String,
    #[serde(default)]
    level: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    after: String,
}

fn said<T>(name: &str, text: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, HttpProblem> {
    match text {
        "" => Ok(None),
        text => {
            read(text).map(Some).ok_or_else(|| HttpProblem::bad_request(format!("{name} is not understood")))
        }
    }
}

#[utoipa::path(get, path = "/archive", params(
    ("find" = Option<String>, Query, description = "What was typed"),
    ("from" = Option<String>, Query, description = "The first moment"),
    ("to" = Option<String>, Query, description = "The first moment that is too late"),
    ("technician" = Option<String>, Query, description = "Who was there"),
    ("level" = Option<String>, Query, description = "How urgent it was"),
    ("outcome" = Option<String>, Query, description = "How it came out"),
    ("after" = Option<String>, Query, description = "What the page before gave as next")),
    responses((status = 200, body = ConsoleArchive,
        description = "A page, the latest first. What is empty is as not said")))]
async fn search(
    State(office): State<Office>,
    Asked(search): Asked<Search>,
) -> Result<Json<ConsoleArchive>, HttpProblem> {
    let instant = |text: &str| text.parse::<DateTime<Utc>>().ok();
    let word = |text: &str| serde_json::from_value::<Outcome>(text.into()).ok();
    let place = |text: &str| text.parse().ok().filter(|n| i64::try_from(*n).is_ok());
    let find: String = search.find.chars().take(MAX_SEARCH).collect();
    let mut terms = query_terms(&find);
    terms.truncate(MAX_TERMS);
    let asked = archive::Asked {
        terms,
        from: said("from", &search.from, instant)?,
        to: said("to", &search.to, instant)?,
        technician: said("technician", &search.technician, |text| text.parse::<TechnicianId>().ok())?,
        level: said("level", &search.level, |text| Some(text.to_owned()))?,
        outcome: said("outcome", &search.outcome, word)?,
        before: said("after", &search.after, place)?,
    };
    Ok(Json(office.run(move |office| office.archive(&asked)).await?))
}
