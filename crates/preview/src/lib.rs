//! The technician's app in any browser: the same screens and the same core as the shell, with the commands
//! over HTTP instead of Tauri's IPC. For newcomers and tests; loopback only unless told otherwise.

mod invoke;
mod page;

pub use invoke::COMMANDS;
pub use page::{WORKER, WORKER_CSP};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::{Stream, stream};
use jobsheet_phone::Phone;
use std::convert::Infallible;

/// Larger than any photo a phone makes.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// `hosts` are the names this preview answers to; a page of another site that points its own name at this
/// machine is none of them.
#[derive(Clone)]
pub struct Preview {
    pub phone: Phone,
    pub hosts: Vec<String>,
}

pub fn router(preview: Preview) -> Router {
    Router::new()
        .route("/invoke/{command}", post(invoke::invoke))
        .route("/rescue/{name}", get(invoke::rescue_file))
        .route("/paper/{name}", get(invoke::paper_file))
        .route("/events", get(events))
        .fallback(page::page)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(preview.clone(), only_our_own_page))
        .with_state(preview)
}

/// The core obeys whoever reaches it, so only this page may: not another site open in the same browser.
async fn only_our_own_page(
    State(preview): State<Preview>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host_is_ours = text(header::HOST).is_some_and(|host| preview.hosts.iter().any(|ours| ours == host));
    let origin_is_ours = text(header::ORIGIN).is_none_or(|origin| {
        origin.strip_prefix("http://").is_some_and(|host| preview.hosts.iter().any(|ours| ours == host))
    });
    if host_is_ours && origin_is_ours {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "This preview answers only to its own page.\n").into_response()
    }
}

async fn events(State(preview): State<Preview>) -> Sse<impl Stream<Item = Result<SseEvent, Infallible>>> {
    let events = stream::unfold(preview.phone.events(), |mut events| async move {
        let event = jobsheet_phone::next_event(&mut events).await?;
        let message = SseEvent::default().json_data(&event).unwrap_or_default();
        Some((Ok(message), events))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}
