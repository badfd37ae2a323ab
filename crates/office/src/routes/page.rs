//! The console's page: files that are part of this program (in a debug build: read from `console/dist`).

use super::problem::HttpProblem;
use axum::{
    http::{Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../console/dist"]
#[allow_missing = true]
struct Files;

const MISSING: &str = "The office is running, but its console was not built: \
     run scripts/build-ui, then start it again.\n";

/// A file of the page; every other address is the page itself, which knows what to show there.
pub async fn page(method: Method, uri: Uri) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return HttpProblem::not_found().into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Files::get(path) {
        // The build puts a digest into the names under assets/.
        let keep =
            if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        return answer(file, keep);
    }
    match Files::get("index.html") {
        Some(_) if path.starts_with("assets/") => HttpProblem::not_found().into_response(),
        Some(page) => answer(page, "no-cache"),
        None => (StatusCode::SERVICE_UNAVAILABLE, MISSING).into_response(),
    }
}

fn answer(file: EmbeddedFile, keep: &'static str) -> Response {
    let mime = file.metadata.mimetype().to_owned();
    ([(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, keep.to_owned())], file.data.into_owned())
        .into_response()
}
