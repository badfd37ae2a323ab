//! The shell: opens the core, forwards commands to it and its events to the window. No rule lives here.

mod commands;
mod front;
mod keys;
mod links;
mod notices;
mod policy;

use commands::Core;
use jobsheet_phone::{Options, Phone};
use std::path::PathBuf;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Builder, Emitter, Manager, RunEvent, WebviewWindowBuilder, Wry};
use tracing_subscriber::EnvFilter;

/// Folder of the databases, if not the system's usual place; used by tests and `scripts/run`.
const DATA: &str = "JOBSHEET_DATA";
/// Address of the office, put into the sign-in screen.
const OFFICE: &str = "JOBSHEET_OFFICE";

#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into()))
        .init();

    let app = plugins(Builder::default())
        .setup(|app| {
            // A folder of one's own has its keys beside it, to be thrown away together.
            let (data, keys) = match std::env::var_os(DATA) {
                Some(folder) => (PathBuf::from(folder), None),
                None => (app.path().app_data_dir()?, keys::system()),
            };
            let office = std::env::var(OFFICE).ok();
            let version = app.package_info().version.to_string();
            // A core that cannot open must still show why; every command then answers with that problem.
            let core = Core(Phone::open_with(Options::new(data, office, version), keys));
            if let Ok(phone) = &core.0 {
                tauri::async_runtime::spawn(tell(phone.clone(), app.handle().clone()));
            }
            app.manage(core);
            app.manage(front::Front::default());
            app.manage(links::Links::default());
            notices::listen(app.handle());
            // Here and not by the configuration alone, for the sake of what its workers are served with.
            for window in &app.config().app.windows {
                let dev = app.config().build.dev_url.clone();
                WebviewWindowBuilder::from_config(app.handle(), window)?
                    .on_web_resource_request(policy::of_workers)
                    .on_navigation(move |to| policy::is_ours(to, dev.as_ref().filter(|_| tauri::is_dev())))
                    .on_new_window(|_, _| NewWindowResponse::Deny)
                    .build()?;
            }
            links::listen(app.handle());
            Ok(())
        })
        .invoke_handler(commands::handler())
        .build(tauri::generate_context!());

    match app {
        Ok(app) => app.run(|app, event| {
            let front = match &event {
                RunEvent::WindowEvent { event, .. } => front::of(event),
                _ => None,
            };
            if let Some(front) = front {
                front::set(app, front);
            }
            if (front == Some(true) || matches!(event, RunEvent::Resumed))
                && let Some(core) = app.try_state::<Core>()
                && let Ok(phone) = &core.0
            {
                phone.sync_now();
            }
        }),
        Err(why) => {
            eprintln!("Jobsheet could not start: {why}");
            std::process::exit(1);
        }
    }
}

fn plugins(builder: Builder<Wry>) -> Builder<Wry> {
    // First of all, for a second start ends there. An app with a folder of its own is one of its own.
    #[cfg(desktop)]
    let builder = match std::env::var_os(DATA) {
        Some(_) => builder,
        None => builder.plugin(tauri_plugin_single_instance::init(|app, _, _| front::come(app))),
    };
    #[cfg(desktop)]
    let builder = {
        use tauri_plugin_window_state::{Builder, StateFlags};
        let kept = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
        builder.plugin(Builder::new().with_state_flags(kept).build())
    };
    builder
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_notification::init())
        // The screens say themselves which links go to the system.
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
}

/// The core's events to the screens; and to the person, when nobody looks at them.
async fn tell(phone: Phone, app: AppHandle) {
    let mut events = phone.events();
    phone.start();
    while let Some(event) = jobsheet_phone::next_event(&mut events).await {
        let _ = app.emit("core", &event);
        if front::is(&app) {
            continue;
        }
        let core = phone.clone();
        let notice = tauri::async_runtime::spawn_blocking(move || core.notice(&event)).await;
        if let Ok(Some(notice)) = notice {
            notices::say(&app, notice);
        }
    }
}
