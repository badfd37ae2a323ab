//! The screens, as they were built into `ui/dist`. A debug build reads them from disk.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Dist;

/// As strict as the shell's.
const CSP: &str = "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; script-src 'self'; \
                   connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; \
                   frame-ancestors 'none'";

/// Of a worker, which has a policy of its own (docs/adr/0012): it may compile its WebAssembly, and nothing else.
pub const WORKER_CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
/// How the build names workers, in ui/vite.config.ts.
pub const WORKER: &str = "assets/worker-";

pub async fn page(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let Some(file) = Dist::get(path) else {
        let why = if Dist::get("index.html").is_none() {
            "The screens are not built yet: run scripts/build-ui.\n"
        } else {
            "There is no such page.\n"
        };
        return (StatusCode::NOT_FOUND, why).into_response();
    };
    let mut response = file.data.into_owned().into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(file.metadata.mimetype());
    headers
        .insert(header::CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    let csp = if path.starts_with(WORKER) { WORKER_CSP } else { CSP };
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(csp));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
