//! What the system shows for the app. What is said, and when, is the core's to decide.

use crate::commands::{Answer, problem};
use crate::{front, links};
use jobsheet_model::{WorkOrderId, link, notice::Notice};
use tauri::{AppHandle, Runtime};
use tauri_plugin_notification::{NotificationExt, PermissionState};

const WORK_ORDER: &str = "work_order";
#[cfg(target_os = "android")]
const CHANNEL: &str = "offers";

/// A tap opens what was told of, by the way of every other link.
pub fn listen<R: Runtime>(app: &AppHandle<R>) {
    let tapped = app.clone();
    let heard = app.notification().on_action(move |action| {
        if action.action_id() != "tap" {
            return;
        }
        let told = action.notification().and_then(|told| told.extra().get(WORK_ORDER));
        match told.and_then(|id| id.as_str()).and_then(|id| id.parse::<WorkOrderId>().ok()) {
            Some(id) => links::follow(&tapped, link::to_job(id)),
            None => front::come(&tapped),
        }
    });
    if let Err(why) = heard {
        tracing::warn!("taps on notices are not heard: {why}");
    }
}

pub fn say<R: Runtime>(app: &AppHandle<R>, notice: Notice) {
    let Notice { work_order, title, body, .. } = notice;
    // One notice a job: a newer one takes its place. The first bytes of an id are the time.
    let [.., a, b, c, d] = *work_order.0.as_bytes();
    let builder = app
        .notification()
        .builder()
        .id(i32::from_be_bytes([a & 0x7f, b, c, d]))
        .title(title)
        .body(body)
        .extra(WORK_ORDER, work_order)
        .auto_cancel();
    #[cfg(target_os = "android")]
    let builder = {
        use tauri_plugin_notification::{Channel, Importance, Visibility};
        let offers = Channel::builder(CHANNEL, notice.channel)
            .importance(Importance::High)
            .visibility(Visibility::Public)
            .vibration(true)
            .build();
        if let Err(why) = app.notification().create_channel(offers) {
            tracing::warn!("no channel for notices: {why}");
        }
        builder.channel_id(CHANNEL)
    };
    if let Err(why) = builder.show() {
        tracing::warn!("a notice was not shown: {why}");
    }
}

/// `granted`, `denied`, or `prompt`: nobody was asked yet.
#[tauri::command]
pub async fn may_notify<R: Runtime>(app: AppHandle<R>) -> Answer<&'static str> {
    state(app, |app| app.notification().permission_state()).await
}

/// Asks the person, where the system wants that.
#[tauri::command]
pub async fn ask_to_notify<R: Runtime>(app: AppHandle<R>) -> Answer<&'static str> {
    state(app, |app| app.notification().request_permission()).await
}

/// The system answers when the person does.
async fn state<R: Runtime>(
    app: AppHandle<R>,
    ask: impl FnOnce(&AppHandle<R>) -> tauri_plugin_notification::Result<PermissionState> + Send + 'static,
) -> Answer<&'static str> {
    let answer = tauri::async_runtime::spawn_blocking(move || ask(&app)).await;
    match answer {
        Ok(Ok(PermissionState::Granted)) => Ok("granted"),
        Ok(Ok(PermissionState::Denied)) => Ok("denied"),
        Ok(Ok(_)) => Ok("prompt"),
        Ok(Err(why)) => {
            tracing::warn!("the system does not say whether notices may be shown: {why}");
            Ok("denied")
        }
        Err(_) => Err(problem()),
    }
}
