//! Whether somebody looks at the app, and how it comes to the front.

use std::sync::atomic::{AtomicBool, Ordering};
use tauri::{AppHandle, Manager, Runtime, WindowEvent};

/// A phone opens an app in front; a desktop's window says so itself.
pub struct Front(AtomicBool);

impl Default for Front {
    fn default() -> Self {
        Self(AtomicBool::new(cfg!(mobile)))
    }
}

/// What a window's event says of it.
pub fn of(event: &WindowEvent) -> Option<bool> {
    match event {
        WindowEvent::Focused(focused) => Some(*focused),
        #[cfg(mobile)]
        WindowEvent::Resumed => Some(true),
        #[cfg(mobile)]
        WindowEvent::Suspended => Some(false),
        _ => None,
    }
}

pub fn is<R: Runtime>(app: &AppHandle<R>) -> bool {
    app.try_state::<Front>().is_some_and(|front| front.0.load(Ordering::Relaxed))
}

pub fn set<R: Runtime>(app: &AppHandle<R>, front: bool) {
    if let Some(state) = app.try_state::<Front>() {
        state.0.store(front, Ordering::Relaxed);
    }
}

/// On a phone the system has done so already.
pub fn come<R: Runtime>(app: &AppHandle<R>) {
    #[cfg(desktop)]
    for window in app.webview_windows().values() {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
    #[cfg(mobile)]
    let _ = app;
}
