//! The doors. A handler says who asks, what is asked and what is answered; it decides nothing.

mod accounts;
mod address;
mod archive;
mod check;
mod console;
mod dispatch;
pub mod doors;
mod page;
mod phones;
mod problem;
mod register;
mod requests;
mod rescue;
mod standards;
mod tables;
mod v1;
mod webhooks;
mod wire;

use crate::{Office, store};
use axum::{
    Extension, Router,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use doors::{Door, Doors, Needs};
use problem::HttpProblem;
use serde_json::Value;
use std::sync::Arc;
use std::time::Instant;
use tower_http::{catch_panic::CatchPanicLayer, set_header::SetResponseHeaderLayer};
use tracing::Instrument;
use utoipa_axum::routes;
use uuid::Uuid;

/// Nothing from elsewhere, no inline script or style, never in a frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; \
     script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// All doors, without what is laid around them.
fn doors(office: &Office) -> Doors {
    let mut all = Doors::new(office)
        .door(Needs::Nobody, routes!(check::check))
        .door(Needs::Nobody, routes!(health))
        .door(Needs::Nobody, routes!(ready))
        .door(Needs::Nobody, routes!(openapi));
    console::doors(Doors::new(office)).under("/console/api", &mut all, console::finish);
    all
}

pub fn router(office: Office) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let mut all = doors(&office).around(|router| {
        router
            .fallback(page::page)
            .method_not_allowed_fallback(async || HttpProblem::not_so())
            .layer(header(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
            .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .layer(header(header::REFERRER_POLICY, "no-referrer"))
            .layer(header(header::CACHE_CONTROL, "no-store"))
    });
    // Phones render nothing, and pay for each byte: they have headers of their own.
    v1::doors(Doors::new(&office)).under("/v1", &mut all, v1::finish);
    let (router, _, described) = all.apart();
    router
        .layer(Extension(Described(Arc::new(described))))
        .layer(CatchPanicLayer::custom(|_| HttpProblem::internal().into_response()))
        .layer(axum::middleware::from_fn_with_state(office.clone(), watched))
        .with_state(office)
}

/// Gives each request a number, counts it, and says in the log what became of it: by its door, never by its address,
/// which may hold what somebody typed.
async fn watched(State(office): State<Office>, request: Request, next: Next) -> Response {
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "DELETE") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let door = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let id = Uuid::now_v7().simple().to_string();
    let span = tracing::info_span!("request", id, method, door);
    let begun = Instant::now();
    let under_way = office.0.metrics.begins();
    let mut response = next.run(request).instrument(span.clone()).await;
    drop(under_way);
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    office.0.metrics.answered(&method, &door, status, took);
    tracing::info!(parent: &span, status, millis = took.as_secs_f64() * 1000.0, "answered");
    // Phones pay for each byte, and say by themselves what they asked.
    if (!door.starts_with("/v1/") || status >= 500)
        && let Ok(id) = HeaderValue::from_str(&id)
    {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

/// For a monitor, on a port of its own.
pub fn metrics(office: Office) -> Router {
    let page = async |State(office): State<Office>| -> Result<Response, HttpProblem> {
        let page = office.run(|office| office.metrics_page()).await?;
        Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], page).into_response())
    };
    Router::new().route("/metrics", axum::routing::get(page)).with_state(office)
}

/// Every door there is, and whose it is.
pub fn list(office: &Office) -> Vec<Door> {
    let mut all = doors(office);
    v1::doors(Doors::new(office)).under("/v1", &mut all, |router| router);
    all.apart().1
}

#[derive(Clone)]
struct Described(Arc<Value>);

/// What this office can be asked, as OpenAPI 3.1.
#[utoipa::path(get, path = "/v1/openapi.json", responses((status = 200, description = "This description", body = Object)))]
async fn openapi(Extension(Described(described)): Extension<Described>) -> Response {
    axum::Json(&*described).into_response()
}

/// The process answers.
#[utoipa::path(get, path = "/health", responses((status = 200, description = "It answers", content_type = "text/plain", body = String)))]
async fn health() -> &'static str {
    "ok\n"
}

/// Ready when the database answers.
#[utoipa::path(get, path = "/ready", responses((status = 200, description = "Ready for requests", content_type = "text/plain", body = String)))]
async fn ready(State(office): State<Office>) -> Result<&'static str, HttpProblem> {
    match office.run(|office| office.read(|db| store::counter(db))).await {
        Ok(_) => Ok("ready\n"),
        Err(why) => {
            tracing::error!("not ready: {why:#}");
            Err(HttpProblem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "not-ready",
                "The database does not answer.",
            ))
        }
    }
}
