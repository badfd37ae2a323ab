//! The routes of standards, part of the console's: read by everybody of the office, written by a supervisor.

use super::{
    console::Staff,
    doors::{DISPATCHER, Doors, SUPERVISOR},
    problem::HttpProblem,
    wire::{In, Sent, Whole, limited, seen_version, too_large},
};
use crate::{Office, standards::Unpublished, xlsx::MAX_WORKBOOK};
use axum::{
    Json,
    extract::{FromRequestParts, Path, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use jobsheet_model::{
    role::Role,
    standard::{Standard, Under, read},
    view::{ConsoleStandard, ConsoleStandards, StandardLook, StandardSaved},
    xlsform::ReadChecklist,
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// A standard is text: more than this is none.
const MAX_STANDARD: usize = 1024 * 1024;

pub fn of_console(doors: Doors) -> Doors {
    doors
        .door(DISPATCHER, routes!(list))
        .door(DISPATCHER, limited(routes!(look), MAX_STANDARD))
        .door(DISPATCHER, routes!(version))
        .door(DISPATCHER, routes!(draft))
        .door(SUPERVISOR, limited(routes!(save), MAX_STANDARD))
        .door(SUPERVISOR, limited(routes!(holidays), MAX_STANDARD))
        .door(SUPERVISOR, routes!(discard))
        .door(SUPERVISOR, routes!(publish))
        .door(SUPERVISOR, routes!(put_to_use))
        .door(SUPERVISOR, limited(routes!(checklist), MAX_WORKBOOK))
}

fn may_edit(staff: &Staff) -> bool {
    staff.session.role.may(Role::Supervisor)
}

/// What the path names, both of it; what is none is as absent.
struct At<T>(T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpProblem> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(at)| At(at)).map_err(|_| HttpProblem::not_found())
    }
}

fn text(headers: &HeaderMap, Whole(bytes): &Whole) -> Result<String, HttpProblem> {
    if bytes.len() > MAX_STANDARD {
        return Err(too_large());
    }
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err(HttpProblem::bad_request("it is taken as plain text"));
    }
    String::from_utf8(bytes.to_vec()).map_err(|_| HttpProblem::bad_request("this is no UTF-8 text"))
}

/// What cannot be read at all is said by its path too.
fn standard(headers: &HeaderMap, whole: &Whole) -> Result<Standard, HttpProblem> {
    Ok(read(&text(headers, whole)?).map_err(|finding| Unpublished::Unfit(vec![finding]))?)
}

#[utoipa::path(get, path = "/standards", responses((status = 200, description = "Done", body = ConsoleStandards)))]
async fn list(State(office): State<Office>, staff: Staff) -> Result<Json<ConsoleStandards>, HttpProblem> {
    let may_edit = may_edit(&staff);
    Ok(Json(office.run(move |office| office.console_standards(may_edit)).await?))
}

#[utoipa::path(post, path = "/standards/look", request_body = Standard, responses((status = 200, description = "Done", body = StandardLook)))]
async fn look(
    State(office): State<Office>,
    headers: HeaderMap,
    whole: Whole,
) -> Result<Json<StandardLook>, HttpProblem> {
    let body = standard(&headers, &whole)?;
    Ok(Json(office.run(move |office| office.look_at_standard(&body)).await?))
}

#[utoipa::path(get, path = "/standards/{key}/versions/{version}", responses((status = 200, description = "Done", body = ConsoleStandard)))]
async fn version(
    State(office): State<Office>,
    staff: Staff,
    At((standard, version)): At<(String, u32)>,
) -> Result<Json<ConsoleStandard>, HttpProblem> {
    let (may_edit, under) = (may_edit(&staff), Under { standard, version });
    let found = office.run(move |office| office.console_standard(&under, may_edit)).await?;
    found.map(Json).ok_or_else(HttpProblem::not_found)
}

#[utoipa::path(get, path = "/standards/{key}/draft", responses((status = 200, description = "With its version as `ETag`", body = ConsoleStandard, headers(("etag" = String)))))]
async fn draft(
    State(office): State<Office>,
    staff: Staff,
    In(key): In<String>,
) -> Result<Response, HttpProblem> {
    let may_edit = may_edit(&staff);
    let found = office.run(move |office| office.console_draft(&key, may_edit)).await?;
    let found = found.ok_or_else(HttpProblem::not_found)?;
    let version = found.draft.as_ref().map_or(0, |draft| draft.version);
    Ok(([(header::ETAG, format!("\"{version}\""))], Json(found)).into_response())
}

#[utoipa::path(put, path = "/standards/{key}/draft", params(("if-match" = String, Header, description = "The draft that was seen, as `ETag` said it; 0 for none")), request_body = Standard, responses((status = 200, description = "Kept, with whatever is wrong with it", body = StandardSaved), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn save(
    State(office): State<Office>,
    staff: Staff,
    In(key): In<String>,
    headers: HeaderMap,
    whole: Whole,
) -> Result<Json<StandardSaved>, HttpProblem> {
    let seen = seen_version(&headers)?;
    let body = standard(&headers, &whole)?;
    if body.key != key {
        return Err(HttpProblem::bad_request("the key is another one than in the address"));
    }
    Ok(Json(office.run(move |office| office.save_standard(&body, seen, &staff.session.name)).await?))
}

#[utoipa::path(post, path = "/standards/{key}/draft/holidays/{list}", params(("if-match" = String, Header, description = "The draft that was seen, as `ETag` said it; 0 for none")), request_body(content = String, content_type = "text/plain", description = "CSV, ICS or JSON"), responses((status = 200, description = "Taken", body = StandardSaved), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn holidays(
    State(office): State<Office>,
    staff: Staff,
    At((key, list)): At<(String, String)>,
    headers: HeaderMap,
    whole: Whole,
) -> Result<Json<StandardSaved>, HttpProblem> {
    let seen = seen_version(&headers)?;
    let file = text(&headers, &whole)?;
    let take = move |office: &Office| office.take_holidays(&key, &list, seen, &file, &staff.session.name);
    Ok(Json(office.run(take).await?))
}

#[utoipa::path(post, path = "/standards/{key}/draft/discard", params(("if-match" = String, Header, description = "The draft that was seen, as `ETag` said it; 0 for none")), responses((status = 204, description = "Done"), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn discard(
    State(office): State<Office>,
    staff: Staff,
    In(key): In<String>,
    headers: HeaderMap,
) -> Result<StatusCode, HttpProblem> {
    let seen = seen_version(&headers)?;
    office.run(move |office| office.discard_standard(&key, seen, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
struct Publish {
    /// What is odd about it was read.
    confirmed: bool,
    use_now: bool,
}

#[utoipa::path(post, path = "/standards/{key}/draft/publish", params(("if-match" = String, Header, description = "The draft that was seen, as `ETag` said it; 0 for none")), request_body = Publish, responses((status = 201, description = "Published", body = Under), (status = 409, description = "What is odd must be confirmed"), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn publish(
    State(office): State<Office>,
    staff: Staff,
    In(key): In<String>,
    headers: HeaderMap,
    Sent(asked): Sent<Publish>,
) -> Result<(StatusCode, Json<Under>), HttpProblem> {
    let seen = seen_version(&headers)?;
    let Publish { confirmed, use_now } = asked;
    let publish =
        move |office: &Office| office.publish_standard(&key, seen, confirmed, use_now, &staff.session.name);
    Ok((StatusCode::CREATED, Json(office.run(publish).await?)))
}

#[utoipa::path(post, path = "/standards/{key}/versions/{version}/use", responses((status = 204, description = "Done")))]
async fn put_to_use(
    State(office): State<Office>,
    staff: Staff,
    At((standard, version)): At<(String, u32)>,
) -> Result<StatusCode, HttpProblem> {
    let under = Under { standard, version };
    office.run(move |office| office.use_standard(&under, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/checklists/{kind}",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "An .xlsx workbook"),
    responses((status = 200, body = ReadChecklist,
        description = "What the workbook comes to as the checklist of this kind of equipment; nothing is kept")))]
async fn checklist(
    State(office): State<Office>,
    In(kind): In<String>,
    Whole(file): Whole,
) -> Result<Json<ReadChecklist>, HttpProblem> {
    let found = office.run(move |office| office.read_checklist(&kind, &file)).await?;
    found.map(Json).ok_or_else(HttpProblem::not_found)
}
