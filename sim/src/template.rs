//! The firm every day begins with, made once for each process: an office with technicians and work orders, and phones
//! that are signed in. Passwords cost what they cost, so a day begins with a copy of the folders.

use crate::{
    disk::copy_tree,
    eyes::{Eyes, Server},
    world::{APPS, MORNING, PhoneSeed},
};
use anyhow::{Context, Result, anyhow};
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{WorkOrder, WorkOrderId, place::Position};
use jobsheet_office::{HandClock, NewTechnician, Office};
use jobsheet_phone::{Phone, TestClock};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU32, Ordering},
};
use uuid::Uuid;

/// Technicians of the firm; a day has the first few of them.
pub const LOGINS: [&str; 4] = ["ana", "bo", "chen", "dora"];
/// Work orders that the office has planned; a day offers some of them.
pub const PLANNED: u128 = 12;

pub struct Template {
    folder: tempfile::TempDir,
    /// The office's, where it is not a file in its folder.
    database: Option<Database>,
    pub pictures: Vec<Vec<u8>>,
}

/// In memory where the machine has such a folder: a day writes much and keeps nothing.
pub fn scratch() -> Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    let builder = tempfile::Builder::new().prefix("jobsheet-sim-").to_owned();
    let made = if memory.is_dir() { builder.tempdir_in(memory) } else { builder.tempdir() };
    made.context("Making a folder for a day")
}

impl Template {
    pub fn get() -> Result<&'static Template> {
        static MADE: OnceLock<Result<Template, String>> = OnceLock::new();
        let made = MADE.get_or_init(|| Template::make().map_err(|why| format!("{why:#}")));
        made.as_ref().map_err(|why| anyhow!("{why}"))
    }

    fn make() -> Result<Template> {
        let folder = scratch()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        // scripts/with-postgres says where a server is.
        let server = std::env::var("JOBSHEET_TEST_DATABASE").ok();
        let database = server.map(|server| Database::made(server, "template0")).transpose()?;
        runtime.block_on(sign_everybody_in(folder.path(), database.as_ref().map(Database::url)))?;
        Ok(Template { folder, database, pictures: pictures()? })
    }

    /// A copy of the office's database, where it is on a server.
    pub fn database(&self) -> Result<Option<Database>> {
        self.database.as_ref().map(|made| Database::made(made.server.clone(), &made.name)).transpose()
    }

    /// The office's folder, and each phone's, copied below `to`.
    pub fn copy_office(&self, to: &Path) -> Result<()> {
        Ok(copy_tree(&self.folder.path().join("office"), to)?)
    }

    pub fn copy_phone(&self, login: &str, to: &Path) -> Result<()> {
        Ok(copy_tree(&self.folder.path().join(login), to)?)
    }
}

/// A database of its own on a server; gone when it is dropped.
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    fn made(server: String, like: &str) -> Result<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let n = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("jobsheet_sim_{}_{n}", std::process::id());
        let link = Server::open(&server)?;
        // A database that somebody is connected to cannot be copied, and an office that was closed a moment ago may be.
        link.does(&format!(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{like}'"
        ))?;
        link.does(&format!("CREATE DATABASE {name} TEMPLATE {like}"))?;
        Ok(Self { server, name })
    }

    pub fn url(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').unwrap_or((&self.server, ""));
        format!("{server}/{}", self.name)
    }

    pub fn eyes(&self) -> Result<Eyes> {
        Ok(Eyes::Server(Server::open(&self.url())?))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        if let Err(why) = Server::open(&self.server).and_then(|link| link.does(&sql)) {
            eprintln!("{} was not removed: {why:#}", self.name);
        }
    }
}

pub fn morning() -> DateTime<Utc> {
    MORNING.parse().unwrap_or_default()
}

/// The real sign-in against the real office, over loopback; the only time that the simulator uses a socket.
async fn sign_everybody_in(folder: &Path, database: Option<String>) -> Result<()> {
    let clock = HandClock::at(morning());
    let office = Office::open(jobsheet_office::Options {
        clock: clock.clock(),
        database,
        ..jobsheet_office::Options::new(folder.join("office"))
    })?;
    office.set_company("Simulated")?;
    for login in LOGINS {
        office.add_technician(NewTechnician {
            login: login.into(),
            name: login.into(),
            phone: String::new(),
            base: Position::new(30.6, 104.1),
            password: format!("simulated-{login}"),
        })?;
    }
    for n in 1..=PLANNED {
        office.register(work_order(n)?, "office")?;
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = office.clone();
    let server = tokio::spawn(async move { serving.serve(listener, async { drop(stopped.await) }).await });
    for login in LOGINS {
        let seed =
            PhoneSeed { data: folder.join(login), clock: Arc::new(TestClock::at(MORNING)), version: APPS[0] };
        let phone: Phone = seed.open()?;
        phone
            .sign_in(&address, login, &format!("simulated-{login}"))
            .await
            .map_err(|why| anyhow!("Signing {login} in: {}", why.code))?;
    }
    drop(stop);
    server.await??;
    Ok(())
}

pub fn order_id(n: u128) -> WorkOrderId {
    WorkOrderId(Uuid::from_u128(n))
}

fn work_order(n: u128) -> Result<WorkOrder> {
    let text = |t: &str| json!({"en": t, "zh": t});
    let begins = morning() + TimeDelta::minutes(30 * i64::try_from(n)?);
    let at = |minutes: i64| Value::from((begins + TimeDelta::minutes(minutes)).to_rfc3339());
    let order = json!({
        "id": order_id(n).0, "number": format!("W-{n}"), "version": 1,
        "request": {"id": Uuid::from_u128(1000 + n), "number": format!("R-{n}"), "received_at": at(-60), "channel": "phone",
            "problem_type": text("Fault"), "symptom": "It does not run", "occurred_at": null,
            "impact": "partial", "safety_risk": false, "tried": "", "wants": "visit"},
        "customer": {"id": "c", "name": format!("Customer {n}"), "contact": "", "phone": "", "second_phone": ""},
        "site": {"id": "s", "name": "Basement", "address": "", "landmark": "", "radius_m": 150,
            "position": {"lat_e6": 30_580_000, "lon_e6": 104_070_000}},
        "equipment": null, "contract": null,
        "level": {"key": "2", "rank": 2, "name": text("High"), "colour": "yellow", "respond": 240, "accept": 10},
        "from": at(0), "to": at(90), "respond_by": at(240), "ceiling": at(360), "estimate": 90,
        "template": {"id": "pump", "version": 3, "name": text("Pump"), "steps": [
            {"key": "supply", "title": text("Supply"), "required": true, "kind": {"kind": "number", "unit": "bar", "min": "2", "max": "12"}},
            {"key": "leak", "title": text("No leak"), "required": true, "kind": {"kind": "check"}},
            {"key": "remark", "title": text("Remark"), "required": false, "kind": {"kind": "text"}}]},
        "tools": [], "bring": [],
        "tariff": {"version": "1", "currency": "CNY", "labour_per_hour": 14_200, "labour_step": 15,
            "call_out": 8_000, "out_of_hours_percent": 50, "opens": 510, "closes": 1080},
        "introduction": text("Hello"), "consent": text("I confirm the work."),
        "assignment": {"technician": Uuid::nil(), "technician_name": "", "state": "withdrawn", "offered_at": at(0)},
        "history": [], "cancelled": null
    });
    serde_json::from_value(order).context("A work order")
}

/// Real pictures, each different; a few are large enough to travel in more than one segment.
fn pictures() -> Result<Vec<Vec<u8>>> {
    (0..48u32)
        .map(|n| {
            let edge = if n % 12 == 0 { 360 } else { 24 + n };
            let pixels = image::RgbImage::from_fn(edge, edge * 3 / 4, |x, y| {
                let mixed = (x ^ (n << 16)).wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519);
                let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(2_246_822_519);
                image::Rgb([mixed as u8, (mixed >> 8) as u8, (mixed >> 16) as u8])
            });
            let mut jpeg = std::io::Cursor::new(Vec::new());
            pixels.write_to(&mut jpeg, image::ImageFormat::Jpeg)?;
            Ok(jpeg.into_inner())
        })
        .collect()
}

/// A path below a folder, for what comes and goes during a day.
pub fn numbered(folder: &Path, name: &str, n: u32) -> PathBuf {
    folder.join(format!("{name}-{n}"))
}
