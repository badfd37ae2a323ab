//! What the window may load: the content-security policy of workers (pages have theirs from tauri.conf.json), and
//! where it may go.

use std::borrow::Cow;
use tauri::Url;
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

/// The app's own pages, whatever the system calls their address, and those of a running Vite. Nothing else is ever
/// shown in the window: what else a link names goes to the system, or nowhere.
pub fn is_ours(to: &Url, dev: Option<&Url>) -> bool {
    let host = to.host_str().unwrap_or_default();
    match to.scheme() {
        "tauri" => host == "localhost",
        "http" | "https" if host == "tauri.localhost" => to.port().is_none(),
        _ => dev.is_some_and(|dev| to.origin() == dev.origin()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_goes_nowhere_but_to_its_own_pages() {
        let url = |text: &str| text.parse::<Url>().unwrap();
        let dev = url("http://localhost:5173");
        for ours in
            ["tauri://localhost/", "http://tauri.localhost/#/job/1", "https://tauri.localhost/index.html"]
        {
            assert!(is_ours(&url(ours), None), "{ours}");
        }
        assert!(is_ours(&url("http://localhost:5173/src/main.ts"), Some(&dev)));
        for theirs in [
            "http://localhost:5173/",
            "https://example.com/",
            "https://tauri.localhost.example.com/",
            "https://tauri.localhost:8080/",
            "tauri://example.com/",
            "about:blank",
            "data:text/html,x",
            "blob:tauri://localhost/1",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "jobsheet:job/JS-1",
            "tel:110",
        ] {
            assert!(!is_ours(&url(theirs), None), "{theirs}");
            assert!(theirs.starts_with("http://localhost") || !is_ours(&url(theirs), Some(&dev)), "{theirs}");
        }
    }
}
