//! The phone core by itself: what a tap, a look and a start cost, with few jobs on the phone and with many.

use crate::{
    Args,
    fixtures::{Fixtures, work_order_id},
    office::{TECHNICIAN, add},
    phone::{open, signed_in},
    said::{peak_memory, percentile, say, since},
};
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Days, Local, NaiveTime, TimeDelta, Utc};
use jobsheet_model::{
    Change, ChangeId, DeviceId, LineId, Money, Sheet, Text, WorkOrder, WorkOrderId, apply,
    change::{KnownWhat, OldPart, PartBrief, PartSource, PhotoSubject},
    moment::Moment,
    work_order::Technician,
};
use jobsheet_office::{Office, Options};
use rusqlite::Connection;
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Visits of one day; the others are those of the days after it.
const A_DAY: usize = 12;
/// Bytes of a photo as it is kept here. What a start and a look cost does not depend on it.
const PHOTO: usize = 20_000;
/// Bytes of the bare insert: about what a recorded change takes as it travels.
const BODY: usize = 600;
/// What people type who look for a part.
const QUERIES: [&str; 12] =
    ["filter", "fan mo", "电容", "风机", "dr", "gl", "co", "AC-10", "valve", "压缩机", "传感", "r4"];

/// Makes a phone with `--n` jobs of `--lines` lines each, `--photos` photos and the demo company's 10,000 parts: from
/// an office in this process, by the download that every phone makes.
pub async fn fill(args: &Args) -> Result<()> {
    let (folder, fixtures, begun) = (args.dir()?, args.fixtures()?, Instant::now());
    let office = folder.join("office");
    let open_office = Office::open(Options { demo: true, ..Options::new(&office) })?;
    let technician = add(&open_office, TECHNICIAN)?;
    let orders: Vec<WorkOrder> =
        (0..args.n).map(|nth| planned(&fixtures, &technician, nth)).collect::<Result<_>>()?;
    open_office.take_in_work_orders(&orders, "bench")?;
    written(&office.join("office.db"), &orders, &technician, args.lines)?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.context("Listening")?;
    let url = format!("http://{}", listener.local_addr()?);
    let served = tokio::spawn(async move { open_office.serve(listener, std::future::pending()).await });
    let phone = signed_in(&folder.join("phone"), &url, TECHNICIAN).await?;
    phone.sync_once().await?;
    for nth in 0..args.photos {
        let order = orders.get(nth % orders.len().max(1)).context("photos need a job")?;
        let mut bytes = vec![0xff, 0xd8, 0xff];
        bytes.extend(
            (0..PHOTO / 16).flat_map(|part| Uuid::from_u64_pair(nth as u64, part as u64).into_bytes()),
        );
        phone.add_photo_as_given(order.id, PhotoSubject::Other, None, bytes)?;
    }
    served.abort();
    let there = orders.iter().filter(|order| phone.job(order.id).is_ok()).count();
    ensure!(there == orders.len(), "{there} of {} jobs came", orders.len());
    say(&json!({ "wall_ms": since(begun), "jobs": there, "photos": args.photos }))
}

/// The `nth` job: one of the files', twelve a day from this day on.
fn planned(fixtures: &Fixtures, to: &Technician, nth: usize) -> Result<WorkOrder> {
    let orders = &fixtures.orders;
    let order = orders.get(nth % orders.len().max(1)).context("there are no orders in the files")?;
    let today = Local::now().date_naive();
    let day = today.checked_add_days(Days::new((nth / A_DAY) as u64)).context("too many jobs")?;
    let midnight =
        day.and_time(NaiveTime::MIN).and_local_timezone(Local).earliest().context("no midnight")?;
    let from = midnight.with_timezone(&Utc) + TimeDelta::minutes(480 + 45 * (nth % A_DAY) as i64);
    let number = format!("JS-{nth:05}");
    Ok(WorkOrder {
        id: work_order_id(TECHNICIAN, &number),
        number,
        from,
        to: from + TimeDelta::minutes(45),
        ..order.work_order(to)
    })
}

/// Sheets that have been written on, as if another phone had sent them: half notes, half parts.
fn written(database: &Path, orders: &[WorkOrder], by: &Technician, lines: usize) -> Result<()> {
    let mut db = Connection::open(database)?;
    let tx = db.transaction()?;
    for order in orders {
        let mut sheet = Sheet::empty(order.id);
        for nth in 0..lines {
            apply(&mut sheet, &line(order, by, nth)).map_err(|why| anyhow::anyhow!("a line: {why}"))?;
        }
        let sheet = serde_json::to_string(&sheet)?;
        tx.execute("UPDATE work_order SET sheet = ?2 WHERE id = ?1", [order.id.0.to_string(), sheet])?;
    }
    Ok(tx.commit()?)
}

pub fn line(order: &WorkOrder, by: &Technician, nth: usize) -> Change {
    let at: DateTime<Utc> = order.from;
    let id = Uuid::from_u64_pair(order.id.0.as_u64_pair().0, nth as u64);
    let what = if nth.is_multiple_of(2) {
        KnownWhat::NoteWritten { text: format!("Line {nth}: pressure normal, filter cleaned, cover closed") }
    } else {
        KnownWhat::PartFitted {
            line: LineId(id),
            part: PartBrief {
                number: format!("AC-{nth:05}"),
                name: Text::new("Run capacitor 35 uF", "运行电容 35 微法"),
                price: Some(Money::new(4_500, "CNY")),
            },
            quantity: 1,
            serial_in: None,
            serial_out: None,
            from: PartSource::Van,
            old_part: OldPart::None,
            on_van: None,
        }
    };
    Change {
        id: ChangeId(id),
        device: DeviceId(Uuid::nil()),
        sequence: nth as u64 + 1,
        previous: None,
        author: by.id,
        work_order: order.id,
        base: order.version,
        template: String::new(),
        at: Moment { utc: at, offset: 480, elapsed: 0, boot: String::new(), ahead: None },
        what: what.into(),
    }
}

/// What a phone that [`fill`] made does, `--n` times each, in a process that has done nothing else.
pub fn core(args: &Args) -> Result<()> {
    let folder = args.dir()?.join("phone");
    let begun = Instant::now();
    let phone = open(&folder)?;
    let today = phone.today()?;
    let cold = since(begun);
    let held = peak_memory();
    let jobs: Vec<WorkOrderId> = today.jobs.iter().map(|job| job.id).collect();
    ensure!(!jobs.is_empty(), "nothing is planned for today: fill first");

    let mut looks = timed(args.n, |_| Ok(phone.today().map(drop)?))?;
    let mut job = timed(args.n, |nth| Ok(phone.job(jobs[nth % jobs.len()]).map(drop)?))?;
    let mut search = timed(args.n, |nth| {
        phone.search_parts(QUERIES[nth % QUERIES.len()], false, 0, 30)?;
        Ok(())
    })?;

    // One after the other, so that whatever else the disk does falls on all three.
    let bare = Connection::open(folder.join("bare.db"))?;
    bare.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE IF NOT EXISTS record (n INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;",
    )?;
    let mut file = std::fs::File::create(folder.join("bare.log"))?;
    let body = "x".repeat(BODY);
    let (mut records, mut inserts, mut syncs) = (Vec::new(), Vec::new(), Vec::new());
    let note = |nth: usize| {
        let text = format!("record {nth}: pressure normal, filter cleaned, cover closed");
        (jobs[nth % jobs.len()], KnownWhat::NoteWritten { text }.into())
    };
    for nth in 0..args.n {
        let (job, what) = note(nth);
        let begun = Instant::now();
        phone.put_down(job, what)?;
        records.push(begun.elapsed());
        let begun = Instant::now();
        bare.prepare_cached("INSERT INTO record (body) VALUES (?1)")?.execute([&body])?;
        inserts.push(begun.elapsed());
        let begun = Instant::now();
        file.write_all(body.as_bytes())?;
        file.sync_data()?;
        syncs.push(begun.elapsed());
    }
    let mut shown = timed(args.n, |nth| {
        let (job, what) = note(nth);
        Ok(phone.record(job, what).map(drop)?)
    })?;
    let both =
        |times: &mut Vec<Duration>| json!({ "p50": percentile(times, 0.5), "p99": percentile(times, 0.99) });
    say(&json!({
        "today_jobs": jobs.len(), "cold_ms": cold, "open_kib": held,
        "today": both(&mut looks), "job": both(&mut job), "search": both(&mut search),
        "record": both(&mut records), "shown": both(&mut shown), "insert": both(&mut inserts), "fsync": both(&mut syncs),
        "peak_kib": peak_memory(),
    }))
}

fn timed(n: usize, mut act: impl FnMut(usize) -> Result<()>) -> Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(n);
    for nth in 0..n {
        let begun = Instant::now();
        act(nth)?;
        times.push(begun.elapsed());
    }
    Ok(times)
}
