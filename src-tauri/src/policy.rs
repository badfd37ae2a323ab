//! The content-security policy of workers. Pages have theirs from tauri.conf.json.

use std::borrow::Cow;
use tauri::http::{HeaderValue, Request, Response, header};

/// As the preview's (docs/adr/0012): a worker may compile its WebAssembly, and nothing else.
const WORKER_CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
/// How the build names workers, in ui/vite.config.ts.
const WORKER: &str = "/assets/worker-";

pub fn of_workers(request: Request<Vec<u8>>, response: &mut Response<Cow<'static, [u8]>>) {
    if request.uri().path().starts_with(WORKER) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(WORKER_CSP));
    }
}
