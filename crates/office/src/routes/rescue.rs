//! `POST /console/api/rescue`: somebody of the office gives in a phone's rescue file, as the body. It goes to a
//! nameless file as it arrives, so that its size is the disk's concern and not the memory's.

use super::{console::Supervisor, problem::HttpProblem};
use crate::Office;
use anyhow::Context;
use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Query, State, rejection::QueryRejection},
    http::StatusCode,
    routing::post,
};
use futures_util::StreamExt;
use jobsheet_model::view::RescueTaken;
use serde::Deserialize;
use std::time::Duration;
use tokio::{io::AsyncWriteExt, time::timeout};

/// Largest file in bytes that is taken over HTTP; larger ones by `jobsheet-office rescue`.
const MAX_FILE: u64 = 512 * 1024 * 1024;
/// An upload without a byte for this long is over.
const SILENCE: Duration = Duration::from_secs(30);

pub fn of_console() -> Router<Office> {
    Router::new().route("/rescue", post(rescue).layer(DefaultBodyLimit::disable()))
}

#[derive(Deserialize)]
struct Asked {
    /// Also when the phone was reported stolen: for administrators.
    #[serde(default)]
    stolen: bool,
}

async fn rescue(
    State(office): State<Office>,
    supervisor: Supervisor,
    asked: Result<Query<Asked>, QueryRejection>,
    body: Body,
) -> Result<Json<RescueTaken>, HttpProblem> {
    let Query(Asked { stolen }) = asked.map_err(|_| HttpProblem::bad_request("stolen is true or false"))?;
    if stolen && !supervisor.is_admin {
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
    Ok(Json(office.run(move |office| office.take_rescue(&file, &supervisor.name, stolen)).await?))
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
