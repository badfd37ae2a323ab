//! The routes of the console: `/console/api`, with a session cookie.

use super::{
    accounts, address, archive, dispatch,
    doors::{DISPATCHER, Doors, Needs},
    phones,
    problem::HttpProblem,
    register, requests, rescue, standards, tables,
    v1::{Named, hints, jpeg},
    webhooks,
    wire::{Asked, In, Paged, Sent, seen_version, versioned},
};
use crate::{
    Office,
    accounts::STAFF_SESSION,
    acting::{self, Acting},
    decide::Decided,
    dispatch::Seen,
    store::{self, attention::Place, audit},
};
use axum::{
    Json, Router,
    extract::{FromRequestParts, OriginalUri, Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures_util::Stream;
use jobsheet_model::{
    Language, WorkOrderId,
    act::Attention,
    attention::{Choice, Handling},
    role::Role,
    view::{ConsoleJob, ConsoleLane, ConsoleRow, ConsoleSession, LaneOrder},
    wire::SignIn,
};
use serde::Deserialize;
use std::convert::Infallible;
use utoipa::ToSchema;
use utoipa_axum::routes;

/// Over plain HTTP, on this machine. Over TLS browsers keep it to this host and this way (`__Host-`).
pub const COOKIE: &str = "jobsheet_console";
const SAFE_COOKIE: &str = "__Host-jobsheet_console";

pub fn doors(doors: Doors) -> Doors {
    let sign_in = address::watched(doors.office(), routes!(sign_in));
    doors
        .door(Needs::Nobody, sign_in)
        .door(DISPATCHER, routes!(sign_out))
        .door(DISPATCHER, routes!(session))
        .door(DISPATCHER, routes!(work_orders))
        .door(DISPATCHER, routes!(work_order))
        .door(DISPATCHER, routes!(offer))
        .door(DISPATCHER, routes!(reassign))
        .door(DISPATCHER, routes!(cancel))
        .door(DISPATCHER, routes!(close))
        .door(DISPATCHER, routes!(reopen))
        .door(DISPATCHER, routes!(lane))
        .door(DISPATCHER, routes!(decide))
        .door(DISPATCHER, routes!(photo))
        .door(DISPATCHER, routes!(thumb))
        .door(DISPATCHER, routes!(events))
        .and(phones::of_console)
        .and(rescue::of_console)
        .and(requests::of_console)
        .and(dispatch::of_console)
        .and(accounts::of_console)
        .and(tables::of_console)
        .and(archive::of_console)
        .and(register::of_console)
        .and(standards::of_console)
        .and(webhooks::of_console)
}

/// What is true of all doors of the console, and of what is none.
pub fn finish(router: Router<Office>) -> Router<Office> {
    router
        .fallback(async || HttpProblem::not_found())
        .method_not_allowed_fallback(async || HttpProblem::not_so())
        .layer(middleware::from_fn(from_our_own_page))
}

/// Lets nobody through but somebody of the office whose role may, before anything else of the request is read; and
/// says who acts, for the audit.
pub async fn guard(
    State((office, least)): State<(Office, Role)>,
    mut request: Request,
    next: Next,
) -> Response {
    let token = cookie(request.headers()).unwrap_or_default().to_owned();
    let staff = match office.run(move |office| office.staff_of(&token)).await {
        Ok(Some(staff)) => staff,
        Ok(None) => return HttpProblem::signed_out().into_response(),
        Err(why) => return HttpProblem::from(why).into_response(),
    };
    let role = staff.session.role;
    let whole = request.extensions().get::<OriginalUri>().map_or(request.uri(), |whole| &whole.0);
    let acting = Acting::new(&staff.login, role, &format!("{} {}", request.method(), whole.path()));
    if !role.may(least) {
        let noted = office.run(move |office| {
            let entry = acting.entry(office.now(), true);
            office.write(|tx| audit::note(tx, &entry))
        });
        return match noted.await {
            Ok(()) => HttpProblem::not_allowed().into_response(),
            Err(why) => HttpProblem::from(why).into_response(),
        };
    }
    request.extensions_mut().insert(staff);
    if request.method().is_safe() {
        next.run(request).await
    } else {
        acting::scope(acting, next.run(request)).await
    }
}

/// Nobody else's page may act in the name of whoever is signed in. Browsers say where a request comes from;
/// what says nothing is no browser and carries no cookie that it was not given.
async fn from_our_own_page(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let own = match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (Some(_), None) => false,
        (None, _) => headers
            .get("sec-fetch-site")
            .is_none_or(|site| matches!(site.as_bytes(), b"same-origin" | b"none")),
    };
    if own || matches!(*request.method(), Method::GET | Method::HEAD) {
        next.run(request).await
    } else {
        HttpProblem::new(StatusCode::FORBIDDEN, "foreign-origin", "This came from another page.")
            .into_response()
    }
}

/// Who asks: somebody of the office, whom the door has let through.
#[derive(Clone)]
pub struct Staff {
    pub login: String,
    pub session: ConsoleSession,
}

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpProblem> {
        // Without a guard nobody is known.
        parts.extensions.get::<Staff>().cloned().ok_or_else(HttpProblem::signed_out)
    }
}

/// What somebody acts on: the work order in the path, in the version that `If-Match` says they saw.
impl<S: Send + Sync> FromRequestParts<S> for Seen {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, HttpProblem> {
        let In(id) = In::from_request_parts(parts, state).await?;
        Ok(Self { id, version: Some(seen_version(&parts.headers)?) })
    }
}

impl Office {
    fn staff_of(&self, token: &str) -> anyhow::Result<Option<Staff>> {
        let Some(login) = self.session(token)? else { return Ok(None) };
        Ok(self.console_session(&login)?.map(|session| Staff { login, session }))
    }
}

/// The session's token. Where the request came over TLS, only the cookie that nobody but this host over TLS could set.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let pairs = || {
        let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='))
    };
    let named = |wanted| pairs().find(|(name, _)| *name == wanted).map(|(_, value)| value);
    match named(SAFE_COOKIE) {
        None if !over_tls(headers) => named(COOKIE),
        found => found,
    }
}

/// Plain HTTP is for this machine and for a proxy that adds TLS, and says so.
fn over_tls(headers: &HeaderMap) -> bool {
    let says = |name: &str, what: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.starts_with(what))
    };
    says("x-forwarded-proto", "https") || says("origin", "https://")
}

fn set_cookie(headers: &HeaderMap, token: &str, seconds: i64) -> (header::HeaderName, String) {
    let (name, secure) = if over_tls(headers) { (SAFE_COOKIE, "; Secure") } else { (COOKIE, "") };
    let cookie = format!("{name}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}");
    (header::SET_COOKIE, cookie)
}

#[utoipa::path(post, path = "/sign-in", request_body = SignIn, responses((status = 200, description = "Done", body = ConsoleSession), (status = 401, description = "Wrong, or signed out"), (status = 429, description = "Too many wrong tries")))]
async fn sign_in(
    State(office): State<Office>,
    headers: HeaderMap,
    Sent(asked): Sent<SignIn>,
) -> Result<Response, HttpProblem> {
    let (token, login) = office.sign_in(asked.login, asked.password).await?;
    let session = office.run(move |office| office.console_session(&login)).await?;
    Ok(([set_cookie(&headers, &token, STAFF_SESSION.num_seconds())], Json(session)).into_response())
}

#[utoipa::path(post, path = "/sign-out", responses((status = 204, description = "Done")))]
async fn sign_out(State(office): State<Office>, headers: HeaderMap) -> Result<Response, HttpProblem> {
    let token = cookie(&headers).unwrap_or_default().to_owned();
    office.run(move |office| office.sign_out(&token)).await?;
    Ok((StatusCode::NO_CONTENT, [set_cookie(&headers, "", 0)]).into_response())
}

#[utoipa::path(get, path = "/session", responses((status = 200, description = "Done", body = ConsoleSession)))]
async fn session(staff: Staff) -> Json<ConsoleSession> {
    Json(staff.session)
}

#[utoipa::path(get, path = "/work-orders", params(
    ("after" = Option<String>, Query, description = "Number of the last one of the page before"),
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "50 unless said")),
    responses((status = 200, body = Vec<ConsoleRow>, headers(("link" = String)),
        description = "By number; all of them when neither is said. `Link` with `rel=next` leads to the next page")))]
async fn work_orders(
    State(office): State<Office>,
    asked: Result<Query<Paged>, QueryRejection>,
) -> Result<Response, HttpProblem> {
    let paged = Paged::of(asked)?;
    if paged.is_whole() {
        return Ok(Json(office.run(|office| office.console_rows()).await?).into_response());
    }
    let limit = paged.limit();
    let after = paged.after.unwrap_or_default();
    let (rows, more) = office.run(move |office| office.console_rows_after(&after, limit)).await?;
    let next = rows.last().filter(|_| more).map(|last| {
        let after = phones::escaped(&last.number);
        format!("</console/api/work-orders?after={after}&limit={limit}>; rel=\"next\"")
    });
    Ok(match next {
        Some(next) => ([(header::LINK, next)], Json(rows)).into_response(),
        None => Json(rows).into_response(),
    })
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    language: Language,
}

#[utoipa::path(get, path = "/work-orders/{id}", params(("language" = Option<Language>, Query, description = "Of the document")), responses((status = 200, description = "With the version of the work order as `ETag`", body = ConsoleJob, headers(("etag" = String)))))]
async fn work_order(
    State(office): State<Office>,
    In(id): In<WorkOrderId>,
    shown: Result<Query<Shown>, QueryRejection>,
) -> Result<Response, HttpProblem> {
    let Query(Shown { language }) = shown.map_err(|_| HttpProblem::bad_request("language is en or zh"))?;
    let job = office.run(move |office| office.console_job(id, language)).await?;
    let job = job.ok_or_else(HttpProblem::not_found)?;
    Ok(versioned(job.order.version, &job))
}

#[derive(Deserialize, ToSchema)]
struct Offer {
    technician: String,
    /// Why, where the rules are against it.
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize, ToSchema)]
struct Reassign {
    technician: String,
    reason: String,
}

#[derive(Deserialize, ToSchema)]
struct Cancel {
    reason: String,
}

#[utoipa::path(post, path = "/work-orders/{id}/offer", params(("if-match" = String, Header, description = "The version that was seen, as `ETag` said it")), request_body = Offer, responses((status = 204, description = "Done"), (status = 409, description = "Something else was done meanwhile"), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn offer(
    State(office): State<Office>,
    staff: Staff,
    seen: Seen,
    Sent(Offer { technician, reason }): Sent<Offer>,
) -> Result<StatusCode, HttpProblem> {
    let offer = move |office: &Office| {
        office.may_dispatch(seen.id, staff.session.role)?;
        office.offer_ranked(seen, &technician, &reason, &staff.session.name)
    };
    office.run(offer).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/work-orders/{id}/reassign", params(("if-match" = String, Header, description = "The version that was seen, as `ETag` said it")), request_body = Reassign, responses((status = 204, description = "Done"), (status = 409, description = "Something else was done meanwhile"), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn reassign(
    State(office): State<Office>,
    staff: Staff,
    seen: Seen,
    Sent(Reassign { technician, reason }): Sent<Reassign>,
) -> Result<StatusCode, HttpProblem> {
    let reassign = move |office: &Office| {
        office.may_dispatch(seen.id, staff.session.role)?;
        office.reassign(seen, &technician, &reason, &staff.session.name)
    };
    office.run(reassign).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/work-orders/{id}/cancel", params(("if-match" = String, Header, description = "The version that was seen, as `ETag` said it")), request_body = Cancel, responses((status = 204, description = "Done"), (status = 409, description = "Something else was done meanwhile"), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn cancel(
    State(office): State<Office>,
    staff: Staff,
    seen: Seen,
    Sent(Cancel { reason }): Sent<Cancel>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.cancel(seen, &reason, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/work-orders/{id}/close", params(("if-match" = String, Header, description = "The version that was seen, as `ETag` said it")), request_body = Cancel, responses((status = 204, description = "Done"), (status = 409, description = "Something else was done meanwhile"), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn close(
    State(office): State<Office>,
    staff: Staff,
    seen: Seen,
    Sent(Cancel { reason }): Sent<Cancel>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.close(seen, &reason, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(post, path = "/work-orders/{id}/reopen", params(("if-match" = String, Header, description = "The version that was seen, as `ETag` said it")), request_body = Cancel, responses((status = 204, description = "Done"), (status = 409, description = "Something else was done meanwhile"), (status = 412, description = "Somebody has changed it meanwhile"), (status = 428, description = "`If-Match` is missing")))]
async fn reopen(
    State(office): State<Office>,
    staff: Staff,
    seen: Seen,
    Sent(Cancel { reason }): Sent<Cancel>,
) -> Result<StatusCode, HttpProblem> {
    office.run(move |office| office.reopen(seen, &reason, &staff.session.name)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// As many attentions as a page has at most, and unless it is said.
const LANE_PAGE: u32 = 100;

#[derive(Deserialize)]
struct Lane {
    #[serde(default)]
    order: LaneOrder,
    kind: Option<Attention>,
    after: Option<String>,
    limit: Option<u32>,
}

#[utoipa::path(get, path = "/attention", params(
    ("order" = inline(Option<LaneOrder>), Query, description = "The most urgent first unless said"),
    ("kind" = Option<Attention>, Query, description = "Only this"),
    ("after" = Option<String>, Query, description = "What the page before gave as next"),
    ("limit" = Option<u32>, Query, description = "100 at most, and unless said")),
    responses((status = 200, description = "Done", body = ConsoleLane)))]
async fn lane(
    State(office): State<Office>,
    Asked(Lane { order, kind, after, limit }): Asked<Lane>,
) -> Result<Json<ConsoleLane>, HttpProblem> {
    let no_place = || HttpProblem::bad_request("after is what the page before gave");
    let after = after.map(|text| Place::read(&text).ok_or_else(no_place)).transpose()?;
    let asked = store::attention::Asked { order, kind, after };
    let limit = limit.unwrap_or(LANE_PAGE).clamp(1, LANE_PAGE);
    Ok(Json(office.run(move |office| office.lane(&asked, limit)).await?))
}

#[derive(Deserialize, ToSchema)]
struct Decide {
    choice: Choice,
    reason: String,
    #[serde(default)]
    handling: Option<Handling>,
}

#[utoipa::path(post, path = "/attention/{n}/decide", request_body = Decide, responses((status = 204, description = "Done"), (status = 409, description = "Something else was done meanwhile")))]
async fn decide(
    State(office): State<Office>,
    staff: Staff,
    In(n): In<u64>,
    Sent(Decide { choice, reason, handling }): Sent<Decide>,
) -> Result<StatusCode, HttpProblem> {
    // Larger numbers than the store keeps are as absent as any other.
    if i64::try_from(n).is_err() {
        return Err(HttpProblem::not_found());
    }
    let decide = move |office: &Office| {
        office.decide_on(n, Decided { choice, reason: &reason, handling }, &staff.session.name)
    };
    office.run(decide).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(get, path = "/photos/{digest}", responses((status = 200, description = "A JPEG picture", content_type = "image/jpeg", body = Vec<u8>)))]
async fn photo(State(office): State<Office>, Named(digest): Named) -> Result<Response, HttpProblem> {
    let bytes = office.run(move |office| office.console_photo(&digest)).await?;
    bytes.map(jpeg).ok_or_else(HttpProblem::not_found)
}

#[utoipa::path(get, path = "/photos/{digest}/thumb", responses((status = 200, description = "A JPEG picture", content_type = "image/jpeg", body = Vec<u8>)))]
async fn thumb(State(office): State<Office>, Named(digest): Named) -> Result<Response, HttpProblem> {
    let bytes = office.run(move |office| office.console_thumb(&digest)).await?;
    bytes.map(jpeg).ok_or_else(HttpProblem::not_found)
}

#[utoipa::path(get, path = "/events", responses((status = 200, description = "Server-sent events, each a hint to ask again", content_type = "text/event-stream", body = String)))]
async fn events(State(office): State<Office>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    hints(office.hints(|_, _| Ok(true)))
}
