//! The doors. A handler says who asks, what is asked and what is answered; it decides nothing.

mod check;
mod console;
mod dispatch;
mod page;
mod phones;
mod problem;
mod requests;
mod rescue;
mod v1;
mod wire;

use crate::{Office, store};
use axum::{
    Router,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use problem::HttpProblem;
use tower_http::{
    catch_panic::CatchPanicLayer,
    set_header::SetResponseHeaderLayer,
    trace::{DefaultMakeSpan, DefaultOnResponse, TraceLayer},
};

/// Nothing from elsewhere, no inline script or style, never in a frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; \
     script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

pub fn router(office: Office) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    Router::new()
        .nest("/console/api", console::router())
        .route("/check", get(check::check))
        .route("/health", get(async || "ok\n"))
        .route("/ready", get(ready))
        .fallback(page::page)
        .layer(header(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        .layer(header(header::CACHE_CONTROL, "no-store"))
        // Phones render nothing, and pay for each byte: they have headers of their own.
        .nest("/v1", v1::router(office.clone()))
        .layer(CatchPanicLayer::custom(|_| HttpProblem::internal().into_response()))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(DefaultMakeSpan::new().level(tracing::Level::INFO))
                .on_response(DefaultOnResponse::new().level(tracing::Level::INFO)),
        )
        .with_state(office)
}

/// Ready when the database answers.
async fn ready(axum::extract::State(office): axum::extract::State<Office>) -> Response {
    match office.run(|office| office.read(|db| store::counter(db))).await {
        Ok(_) => "ready\n".into_response(),
        Err(why) => {
            tracing::error!("not ready: {why:#}");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response()
        }
    }
}
