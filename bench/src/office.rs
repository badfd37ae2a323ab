//! The office's side: serving it, and filling it with the workload.

use crate::{
    Args, core,
    fixtures::{self, Fixtures, work_order_id},
    phone,
    said::{say, since},
};
use anyhow::{Context, Result, ensure};
use chrono::{Days, SecondsFormat, Utc};
use jobsheet_model::{Sheet, Stage, WorkOrder, apply, work_order::Technician};
use jobsheet_office::{NewTechnician, Office, Options};
use rusqlite::Connection;
use serde_json::json;
use std::{path::Path, time::Instant};

/// The technician whose day it is, with all work orders.
pub const TECHNICIAN: &str = "a";
/// Visits that `grow` brings at a time, and how many lie on one day.
const AT_ONCE: usize = 500;
const A_DAY: usize = 200;
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

/// Visits that are over, of the technicians of `multi.jsonl` in turn, until there are `--n`: each with `--lines` lines on
/// its sheet, and no longer on any phone.
pub fn grow(args: &Args) -> Result<()> {
    let folder = args.dir()?.join("office");
    ensure!(folder.join("office.db").is_file(), "there is no office in {}", folder.display());
    let (fixtures, begun) = (args.fixtures()?, Instant::now());
    let office = Office::open(Options::new(&folder))?;
    let mut technicians = Vec::new();
    for one in fixtures.multi()? {
        technicians.push(office.technician(&one.dev)?.context("seed first")?);
    }
    let database = folder.join("office.db");
    let held: usize = Connection::open(&database)?.query_row(
        "SELECT count(*) FROM work_order WHERE number LIKE 'H-%'",
        [],
        |row| row.get(0),
    )?;
    let over: Vec<usize> = (held..args.n).collect();
    for some in over.chunks(AT_ONCE) {
        let visits: Vec<(WorkOrder, Sheet)> =
            some.iter().map(|nth| past(&fixtures, &technicians, *nth, args.lines)).collect::<Result<_>>()?;
        let orders: Vec<WorkOrder> = visits.iter().map(|(order, _)| order.clone()).collect();
        office.take_in_work_orders(&orders, OFFICE)?;
        put_away(&database, &visits)?;
    }
    say(&json!({ "wall_ms": since(begun), "grown": over.len() }))
}

/// The `nth` visit that is over, counted from yesterday backwards.
fn past(
    fixtures: &Fixtures,
    technicians: &[Technician],
    nth: usize,
    lines: usize,
) -> Result<(WorkOrder, Sheet)> {
    let order = fixtures.orders.get(nth % fixtures.orders.len().max(1)).context("there are no orders")?;
    let by = technicians.get(nth % technicians.len().max(1)).context("there are no technicians")?;
    let number = format!("H-{nth:06}");
    let day = Days::new((nth / A_DAY) as u64 + 1);
    let from = Utc::now().checked_sub_days(day).context("too many visits")?;
    let order = order.work_order(by);
    let lasted = order.to - order.from;
    let order = WorkOrder { id: work_order_id("history", &number), number, from, to: from + lasted, ..order };
    let mut sheet = Sheet::empty(order.id);
    for nth in 0..lines {
        apply(&mut sheet, &core::line(&order, by, nth)).map_err(|why| anyhow::anyhow!("a line: {why}"))?;
    }
    sheet.stage = Stage::SignedOff;
    Ok((order, sheet))
}

fn put_away(database: &Path, visits: &[(WorkOrder, Sheet)]) -> Result<()> {
    let mut db = Connection::open(database)?;
    let tx = db.transaction()?;
    for (order, sheet) in visits {
        let (id, sheet) = (order.id.0.to_string(), serde_json::to_string(sheet)?);
        let closed = order.to.to_rfc3339_opts(SecondsFormat::Millis, true);
        let sql = "UPDATE work_order SET sheet = ?2, returned = 1, closed = ?3 WHERE id = ?1";
        tx.execute(sql, [&id, &sheet, &closed])?;
        tx.execute("UPDATE access SET active = 0, released = 1 WHERE work_order = ?1", [&id])?;
    }
    Ok(tx.commit()?)
}
