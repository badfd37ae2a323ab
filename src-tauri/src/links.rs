//! Links that open the app. The newest waits here until the screens ask for it; what it says is read by the core.

use crate::commands::{Answer, Core, on_disk};
use crate::front;
use jobsheet_model::view::Opens;
use std::sync::{Mutex, PoisonError};
use tauri::{AppHandle, Emitter, Manager, Runtime, State};
use tauri_plugin_deep_link::DeepLinkExt;

#[derive(Default)]
pub struct Links(Mutex<Option<String>>);

impl Links {
    fn with<T>(&self, look: impl FnOnce(&mut Option<String>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub fn listen<R: Runtime>(app: &AppHandle<R>) {
    let heard = app.clone();
    app.deep_link().on_open_url(move |event| {
        for url in event.urls() {
            follow(&heard, url.into());
        }
    });
    // The link that started the app.
    if let Ok(Some(urls)) = app.deep_link().get_current() {
        for url in urls {
            follow(app, url.into());
        }
    }
}

/// The screens are told, and ask when they can show it. Links are never written to the log: one may hold a code.
pub fn follow<R: Runtime>(app: &AppHandle<R>, link: String) {
    if let Some(links) = app.try_state::<Links>() {
        links.with(|waiting| *waiting = Some(link));
    }
    front::come(app);
    let _ = app.emit("link", ());
}

#[tauri::command]
pub async fn next_link(core: State<'_, Core>, links: State<'_, Links>) -> Answer<Option<Opens>> {
    let Some(link) = links.with(Option::take) else { return Ok(None) };
    let read = link.clone();
    let opens = on_disk(core, move |phone| phone.follow(&read)).await?;
    if matches!(opens, Opens::Locked {}) {
        // For whoever is at work next; a newer link counts more.
        links.with(|waiting| {
            waiting.get_or_insert(link);
        });
    }
    Ok(Some(opens))
}
