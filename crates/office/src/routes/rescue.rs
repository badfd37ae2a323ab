//! `POST /console/api/rescue`: somebody of the office gives in a phone's rescue file, as the body. It goes to a
//! nameless file as it arrives, so that its size is the disk's concern and not the memory's.

use super::{
    console::Staff,
    doors::{Doors, SUPERVISOR},
    problem::HttpProblem,
    wire::unlimited,
};
use crate::Office;
use anyhow::Context;
use axum::{
    Json,
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use futures_util::StreamExt;
use jobsheet_model::{role::Role, view::RescueTaken};
use serde::Deserialize;
use std::time::Duration;
use tokio::{io::AsyncWriteExt, time::timeout};
use utoipa_axum::routes;

/// Largest file in bytes that is taken over HTTP; larger ones by `jobsheet-office rescue`.
const MAX_FILE: u64 = 512 * 1024 * 1024;
/// An upload without a byte for this long is over.
const SILENCE: Duration = Duration::from_secs(30);

pub fn of_console(doors: Doors) -> Doors {
    doors.door(SUPERVISOR, unlimited(routes!(rescue)))
}

#[derive(Deserialize)]
struct Asked {
    /// Also when the phone was reported stolen: for administrators.
    #[serde(default)]
    stolen: bool,
}

#[utoipa::path(post, path = "/rescue", params(("stolen" = Option<bool>, Query, description = "Also when the phone was reported stolen: for administrators")), request_body(content = Vec<u8>, content_type = "application/octet-stream"), responses((status = 200, description = "Done", body = RescueTaken)))]
async fn rescue(
    State(office): State<Office>,
    staff: Staff,
    asked: Result<Query<Asked>, QueryRejection>,
    body: Body,
) -> Result<Json<RescueTaken>, HttpProblem> {
    let Query(Asked { stolen }) = asked.map_err(|_| HttpProblem::bad_request("stolen is true or false"))?;
    if stolen && !staff.session.role.may(Role::Admin) {
        return Err(HttpProblem::not_allowed());
    }
    let file = office.run(|office| office.scratch()).await?;
    let mut file = tokio::fs::File::from_std(file);
    let mut body = body.into_data_stream();
    let mut length = 0;
    while let Some(chunk) = timeout(SILENCE, body.next()).await.map_err(|_| cut())? {
        let chunk = chunk.map_err(|_| cut())?;
        length += chunk.len() as u64;
        if length > MAX_FILE {
            return Err(too_large());
        }
        file.write_all(&chunk).await.context("Keeping a rescue file")?;
    }
    file.flush().await.context("Keeping a rescue file")?;
    let file = file.into_std().await;
    Ok(Json(office.run(move |office| office.take_rescue(&file, &staff.session.name, stolen)).await?))
}

fn cut() -> HttpProblem {
    HttpProblem::bad_request("the file did not arrive whole")
}

fn too_large() -> HttpProblem {
    HttpProblem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "This is more than the office takes at once.",
    )
    .detail("A file of more than 512 MB is given in with `jobsheet-office rescue`.")
}
