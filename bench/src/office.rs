//! The office's side: serving it, and filling it with the workload.

use crate::{
    Args,
    fixtures::{self, Fixtures},
    phone,
    said::{say, since},
};
use anyhow::{Context, Result, ensure};
use jobsheet_model::work_order::Technician;
use jobsheet_office::{NewTechnician, Office, Options};
use serde_json::json;
use std::time::Instant;

/// The technician whose day it is, with all work orders.
pub const TECHNICIAN: &str = "a";
/// Who brings the work orders.
const OFFICE: &str = "bench";

pub fn password(login: &str) -> String {
    format!("bench-{login}-password")
}

/// Serves until SIGTERM.
pub async fn serve(args: &Args) -> Result<()> {
    let office = Office::open(Options::new(args.dir()?.join("office")))?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", args.port)).await.context("Listening")?;
    say(&json!({ "listening": format!("http://{}", listener.local_addr()?) }))?;
    office.serve(listener, terminated()).await
}

#[cfg(unix)]
async fn terminated() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    let _ = tokio::signal::ctrl_c().await;
}

/// Technicians, work orders and parts, beside the office that serves the same folder; and what was recorded
/// before, sent by a phone.
pub async fn seed(args: &Args) -> Result<()> {
    let folder = args.dir()?.join("office");
    ensure!(folder.join("office.db").is_file(), "there is no office in {}", folder.display());
    let (office, fixtures, begun) = (Office::open(Options::new(folder))?, args.fixtures()?, Instant::now());
    office.set_company("Basement Day")?;
    office.replace_parts(&fixtures.parts())?;
    let me = add(&office, TECHNICIAN)?;
    office.take_in_work_orders(&fixtures.day(&me), OFFICE)?;
    let many = seed_crowd(&office, &fixtures)?;
    let before = fixtures.before()?;
    if !before.is_empty() {
        phone::record_and_send(&args.dir()?.join("before"), args.url()?, &fixtures, &before).await?;
    }
    say(&json!({
        "wall_ms": since(begun), "orders": fixtures.orders.len(), "parts": fixtures.parts().len(),
        "technicians": many + 1, "before": before.len(),
    }))
}

fn seed_crowd(office: &Office, fixtures: &Fixtures) -> Result<usize> {
    let many = fixtures.multi()?;
    for (place, one) in many.iter().enumerate() {
        let technician = add(office, &one.dev)?;
        office.take_in_work_orders(&fixtures.own(place, &technician), OFFICE)?;
    }
    Ok(many.len())
}

pub fn add(office: &Office, login: &str) -> Result<Technician> {
    let name = format!("Technician {login}");
    let password = password(login);
    let (login, base) = (login.to_owned(), fixtures::base());
    office.add_technician(NewTechnician {
        login: login.clone(),
        name,
        phone: String::new(),
        base,
        password,
    })?;
    office.technician(&login)?.with_context(|| format!("{login} is not there"))
}
