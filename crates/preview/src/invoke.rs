//! `POST /invoke/{command}`: the same names and the same JSON as the shell's IPC.

use crate::Preview;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use futures_util::stream;
use jobsheet_model::change::PhotoSubject;
use jobsheet_model::place::Position;
use jobsheet_model::view::{PaperKind, Settings};
use jobsheet_model::{Digest, Language, Problem, StepKey, What, WorkOrderId};
use jobsheet_phone::Phone;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;
use tokio::io::AsyncReadExt;

/// Every command there is; `tests` compares them with the shell's permissions.
pub const COMMANDS: &[&str] = &[
    "opening",
    "session",
    "sign_in",
    "enrol",
    "unlock",
    "unlock_by_code",
    "lock",
    "set_pin",
    "check_pin",
    "sign_out",
    "save_settings",
    "today",
    "job",
    "record",
    "dismiss_gone",
    "changes_seen",
    "asset",
    "add_photo",
    "add_drawing",
    "photo",
    "fetch_photo",
    "photo_place",
    "drop_photo",
    "read_code",
    "search_parts",
    "search_faults",
    "review",
    "outbox",
    "hours",
    "diagnostics",
    "rescue_export",
    "make_paper",
    "copy_code",
    "sync_now",
    "position_seen",
    "draft",
    "save_draft",
];

pub async fn invoke(
    State(preview): State<Preview>,
    Path(command): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match answer(preview.phone.clone(), &command, &headers, body).await {
        Ok(response) => response,
        Err(problem) => {
            preview.phone.note(&problem);
            let status = if problem.code == "no_such_command" {
                StatusCode::NOT_FOUND
            } else {
                StatusCode::UNPROCESSABLE_ENTITY
            };
            (status, axum::Json(problem)).into_response()
        }
    }
}

#[derive(Deserialize)]
struct SignIn {
    office: String,
    login: String,
    password: String,
}

#[derive(Deserialize)]
struct Enrol {
    office: String,
    code: String,
}

#[derive(Deserialize)]
struct Unlock {
    login: String,
    pin: String,
}

#[derive(Deserialize)]
struct UnlockByCode {
    login: String,
    code: String,
}

#[derive(Deserialize)]
struct SetPin {
    pin: String,
    old: String,
}

#[derive(Deserialize)]
struct CheckPin {
    pin: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfJob {
    work_order: WorkOrderId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    work_order: WorkOrderId,
    what: What,
    #[serde(default)]
    voids_paper: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddPhoto {
    work_order: WorkOrderId,
    subject: PhotoSubject,
    step: Option<StepKey>,
    #[serde(default)]
    voids_paper: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddDrawing {
    work_order: WorkOrderId,
    drawn_on: Digest,
    #[serde(default)]
    voids_paper: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhotoFetched {
    work_order: WorkOrderId,
    digest: Digest,
    thumb: bool,
}

#[derive(Deserialize)]
struct OfPhoto {
    digest: Digest,
}

#[derive(Deserialize)]
struct PhotoWanted {
    digest: Digest,
    thumb: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SearchParts {
    query: String,
    on_van: bool,
    offset: u32,
    limit: u32,
}

#[derive(Deserialize)]
struct Query {
    query: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review {
    work_order: WorkOrderId,
    language: Language,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MakePaper {
    work_order: WorkOrderId,
    kind: PaperKind,
    language: Language,
}

#[derive(Deserialize)]
struct NewSettings {
    settings: Settings,
}

#[derive(Deserialize)]
struct Seen {
    position: Position,
}

#[derive(Deserialize)]
struct Draft {
    key: String,
    #[serde(default)]
    value: Value,
}

async fn answer(phone: Phone, command: &str, headers: &HeaderMap, body: Bytes) -> Result<Response, Problem> {
    match command {
        "opening" => on_disk(move || json(phone.opening()?)).await,
        "session" => on_disk(move || json(phone.session()?)).await,
        "sign_in" => {
            let args: SignIn = read(headers, &body)?;
            json(phone.sign_in(&args.office, &args.login, &args.password).await?)
        }
        "enrol" => {
            let args: Enrol = read(headers, &body)?;
            json(phone.enrol(&args.office, &args.code).await?)
        }
        "unlock" => {
            let args: Unlock = read(headers, &body)?;
            json(phone.unlock(&args.login, &args.pin).await?)
        }
        "unlock_by_code" => {
            let args: UnlockByCode = read(headers, &body)?;
            json(phone.unlock_by_code(&args.login, &args.code).await?)
        }
        "lock" => on_disk(move || json(phone.lock()?)).await,
        "set_pin" => {
            let args: SetPin = read(headers, &body)?;
            json(phone.set_pin(&args.pin, &args.old).await?)
        }
        "check_pin" => {
            let args: CheckPin = read(headers, &body)?;
            json(phone.check_pin(&args.pin).await?)
        }
        "sign_out" => on_disk(move || json(phone.sign_out()?)).await,
        "save_settings" => {
            let args: NewSettings = read(headers, &body)?;
            on_disk(move || json(phone.save_settings(args.settings)?)).await
        }
        "today" => on_disk(move || json(phone.today()?)).await,
        "job" => {
            let args: OfJob = read(headers, &body)?;
            on_disk(move || json(phone.job(args.work_order)?)).await
        }
        "record" => {
            let args: Record = read(headers, &body)?;
            let paper = args.voids_paper.into();
            on_disk(move || json(phone.record_of(args.work_order, args.what, paper)?)).await
        }
        "dismiss_gone" => {
            let args: OfJob = read(headers, &body)?;
            on_disk(move || json(phone.dismiss_gone(args.work_order)?)).await
        }
        "changes_seen" => {
            let args: OfJob = read(headers, &body)?;
            on_disk(move || json(phone.changes_seen(args.work_order)?)).await
        }
        "asset" => {
            let args: OfJob = read(headers, &body)?;
            on_disk(move || json(phone.asset(args.work_order)?)).await
        }
        "add_photo" => {
            let args: AddPhoto = read_header(headers)?;
            let paper = args.voids_paper.into();
            on_disk(move || {
                json(phone.add_photo_of(args.work_order, args.subject, args.step, &body, paper)?)
            })
            .await
        }
        "add_drawing" => {
            let args: AddDrawing = read_header(headers)?;
            let paper = args.voids_paper.into();
            on_disk(move || json(phone.add_drawing(args.work_order, &args.drawn_on, &body, paper)?)).await
        }
        "photo" => {
            let args: PhotoWanted = read_header(headers)?;
            on_disk(move || {
                let bytes = phone.photo(&args.digest, args.thumb)?;
                Ok(([(header::CONTENT_TYPE, "image/jpeg")], bytes).into_response())
            })
            .await
        }
        "fetch_photo" => {
            let args: PhotoFetched = read_header(headers)?;
            let bytes = phone.fetch_photo(args.work_order, args.digest, args.thumb).await?;
            Ok(([(header::CONTENT_TYPE, "image/jpeg")], bytes).into_response())
        }
        "photo_place" => {
            let args: OfPhoto = read(headers, &body)?;
            on_disk(move || json(phone.photo_place(&args.digest)?)).await
        }
        "drop_photo" => {
            let args: OfPhoto = read(headers, &body)?;
            on_disk(move || json(phone.drop_photo(&args.digest)?)).await
        }
        "read_code" => on_disk(move || json(phone.read_code(&body)?)).await,
        "search_parts" => {
            let args: SearchParts = read(headers, &body)?;
            on_disk(move || json(phone.search_parts(&args.query, args.on_van, args.offset, args.limit)?))
                .await
        }
        "search_faults" => {
            let args: Query = read(headers, &body)?;
            on_disk(move || json(phone.search_faults(&args.query)?)).await
        }
        "review" => {
            let args: Review = read(headers, &body)?;
            on_disk(move || json(phone.review(args.work_order, args.language)?)).await
        }
        "outbox" => on_disk(move || json(phone.outbox()?)).await,
        "hours" => on_disk(move || json(phone.hours()?)).await,
        "diagnostics" => on_disk(move || json(phone.diagnostics()?)).await,
        "rescue_export" => on_disk(move || json(phone.rescue_export()?)).await,
        "make_paper" => {
            let args: MakePaper = read(headers, &body)?;
            on_disk(move || json(phone.make_paper(args.work_order, args.kind, args.language)?)).await
        }
        "copy_code" => {
            let args: OfJob = read(headers, &body)?;
            on_disk(move || json(phone.copy_code(args.work_order)?)).await
        }
        "sync_now" => {
            phone.sync_now();
            json(())
        }
        "position_seen" => {
            let args: Seen = read(headers, &body)?;
            on_disk(move || json(phone.position_seen(args.position)?)).await
        }
        "draft" => {
            let args: Draft = read(headers, &body)?;
            on_disk(move || json(phone.draft(&args.key)?)).await
        }
        "save_draft" => {
            let args: Draft = read(headers, &body)?;
            on_disk(move || json(phone.save_draft(&args.key, &args.value)?)).await
        }
        _ => Err(Problem::new("no_such_command", format!("There is no command {command}."))),
    }
}

/// `GET /rescue/{name}`: a rescue file that was made, to be kept by the browser.
pub async fn rescue_file(State(preview): State<Preview>, Path(name): Path<String>) -> Response {
    handed(preview.phone.rescue_file(&name), "application/octet-stream").await
}

/// `GET /paper/{name}`: a paper that was made. Kept by the browser, never opened as a page of this origin.
pub async fn paper_file(State(preview): State<Preview>, Path(name): Path<String>) -> Response {
    handed(preview.phone.paper_file(&name), "text/html; charset=utf-8").await
}

async fn handed(path: Option<PathBuf>, kind: &'static str) -> Response {
    let Some(path) = path else { return StatusCode::NOT_FOUND.into_response() };
    let Ok(file) = tokio::fs::File::open(path).await else { return StatusCode::NOT_FOUND.into_response() };
    let chunks = stream::unfold((file, BytesMut::new()), |(mut file, mut room)| async move {
        room.reserve(64 * 1024);
        match file.read_buf(&mut room).await {
            Ok(0) => None,
            Ok(_) => Some((Ok(room.split().freeze()), (file, room))),
            Err(why) => Some((Err(why), (file, room))),
        }
    });
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Body::from_stream(chunks)).into_response()
}

async fn on_disk(
    work: impl FnOnce() -> Result<Response, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(Problem::new("unexpected", "Something went wrong.")))
}

fn json(value: impl Serialize) -> Result<Response, Problem> {
    Ok(axum::Json(value).into_response())
}

/// A JSON content type is asked for: a form of another site cannot send one.
fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, Problem> {
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"));
    if !is_json {
        return Err(bad_arguments("expected JSON"));
    }
    serde_json::from_slice(body).map_err(bad_arguments)
}

fn read_header<T: DeserializeOwned>(headers: &HeaderMap) -> Result<T, Problem> {
    headers
        .get("jobsheet-args")
        .and_then(|value| value.to_str().ok())
        .and_then(jobsheet_phone::args::decode)
        .ok_or_else(|| bad_arguments("expected the header jobsheet-args"))
}

fn bad_arguments(why: impl std::fmt::Display) -> Problem {
    Problem::new("bad_arguments", format!("The command's arguments could not be read: {why}"))
}
