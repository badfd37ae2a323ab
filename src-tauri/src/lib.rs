//! The shell: opens the core, forwards commands to it and its events to the window. No rule lives here.

mod commands;
mod keys;
mod policy;

use commands::Core;
use jobsheet_phone::{Options, Phone};
use std::path::PathBuf;
use tauri::{Emitter, Manager, RunEvent, WebviewWindowBuilder, WindowEvent};

/// Folder of the databases, if not the system's usual place; used by tests and `scripts/run`.
const DATA: &str = "JOBSHEET_DATA";
/// Address of the office, put into the sign-in screen.
const OFFICE: &str = "JOBSHEET_OFFICE";

#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .init();

    let app = tauri::Builder::default()
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
                let (phone, window) = (phone.clone(), app.handle().clone());
                tauri::async_runtime::spawn(async move {
                    let mut events = phone.events();
                    phone.start();
                    while let Some(event) = jobsheet_phone::next_event(&mut events).await {
                        let _ = window.emit("core", event);
                    }
                });
            }
            app.manage(core);
            // Here and not by the configuration alone, for the sake of what its workers are served with.
            for window in &app.config().app.windows {
                WebviewWindowBuilder::from_config(app.handle(), window)?
                    .on_web_resource_request(policy::of_workers)
                    .build()?;
            }
            Ok(())
        })
        .invoke_handler(commands::handler())
        .build(tauri::generate_context!());

    match app {
        Ok(app) => app.run(|app, event| {
            let woke = match event {
                RunEvent::Resumed => true,
                RunEvent::WindowEvent { event: WindowEvent::Focused(focused), .. } => focused,
                _ => false,
            };
            if woke
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
