//! The phone's side: the day of one technician, step by step.

use crate::{
    Args, What,
    fixtures::{Fixtures, Record, Recorded, work_order_id},
    office::{TECHNICIAN, password},
    said::{peak_memory, percentile, ready, say, since},
};
use anyhow::{Context, Result, bail, ensure};
use jobsheet_model::{
    Digest, Sheet, WorkOrderId,
    change::{KnownWhat, PhotoSubject},
    view::SyncStatus,
};
use jobsheet_phone::{Options, Phone, Step, next_event};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

/// Passes in a row that bring nothing further before sending is given up.
const PATIENCE: u32 = 2_000;

pub fn open(folder: &Path) -> Result<Phone> {
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(Phone::open(Options::new(folder.to_owned(), None, version))?)
}

/// A phone that is signed in at this address; it signs in when it is not.
pub async fn signed_in(folder: &Path, url: &str, login: &str) -> Result<Phone> {
    let phone = open(folder)?;
    let session = phone.session()?;
    if session.technician.is_none() || session.office != url.trim_end_matches('/') {
        phone.sign_in(url, login, &password(login)).await?;
    }
    Ok(phone)
}

pub fn waiting(phone: &Phone) -> Result<SyncStatus> {
    Ok(phone.outbox()?.sync)
}

async fn pass(phone: &Phone) -> Result<()> {
    Ok(phone.sync_once().await?)
}

/// The first download: everything that is not there before this, is after it.
pub async fn init(args: &Args) -> Result<()> {
    let fixtures = args.fixtures()?;
    let begun = Instant::now();
    let phone = signed_in(&args.dir()?.join("phone"), args.url()?, TECHNICIAN).await?;
    let sign_in = since(begun);
    ready(args.sync, 1)?;
    let begun = Instant::now();
    pass(&phone).await?;
    let wall = since(begun);
    let orders =
        fixtures.orders.iter().filter(|order| phone.job(work_order_id(TECHNICIAN, &order.id)).is_ok());
    let parts = phone.search_parts("", false, 0, 1)?.total;
    say(&json!({
        "wall_ms": wall, "sign_in_ms": sign_in, "orders": orders.count(), "parts": parts, "peak_kib": peak_memory(),
    }))
}

/// The day without a network: every record durable before the next one.
pub fn offline(args: &Args) -> Result<()> {
    let fixtures = args.fixtures()?;
    let phone = open(&args.dir()?.join("phone"))?;
    let (changes, blobs) = (fixtures.changes()?, fixtures.blobs()?);
    ready(args.sync, changes.len() + blobs.len())?;
    let begun = Instant::now();
    record_all(&phone, &fixtures, &changes)?;
    let recorded = since(begun);
    for blob in &blobs {
        let id = work_order_id(TECHNICIAN, &blob.job);
        phone.add_photo_as_given(id, PhotoSubject::Other, None, fixtures.bytes(blob)?)?;
    }
    say(&json!({
        "wall_ms": since(begun), "changes": changes.len(), "changes_ms": recorded, "blobs": blobs.len(),
        "peak_kib": peak_memory(),
    }))
}

/// Another phone of the technician records these and sends them.
pub async fn record_and_send(
    folder: &Path,
    url: &str,
    fixtures: &Fixtures,
    records: &[Record],
) -> Result<()> {
    let phone = signed_in(folder, url, TECHNICIAN).await?;
    pass(&phone).await?;
    record_all(&phone, fixtures, records)?;
    send_all(&phone).await?;
    Ok(())
}

fn record_all(phone: &Phone, fixtures: &Fixtures, records: &[Record]) -> Result<()> {
    for record in records {
        let what = fixtures.what(record).context("a record of something that is not in the files")?;
        phone.record(work_order_id(TECHNICIAN, &record.job), what.into())?;
    }
    Ok(())
}

/// When the last waiting change got its receipt, while photos may still be on their way.
async fn facts_received(phone: Phone, begun: Instant) -> f64 {
    let mut events = phone.events();
    while next_event(&mut events).await.is_some() {
        if waiting(&phone).is_ok_and(|status| status.waiting_changes == 0) {
            return since(begun);
        }
    }
    since(begun)
}

/// Until the office has everything, however often the link ends a pass.
pub async fn push(args: &Args) -> Result<()> {
    let phone = signed_in(&args.dir()?.join("phone"), args.url()?, TECHNICIAN).await?;
    let before = waiting(&phone)?;
    ready(args.sync, (before.waiting_changes + before.waiting_photos) as usize)?;
    let begun = Instant::now();
    let facts = tokio::spawn(facts_received(phone.clone(), begun));
    let (passes, failed) = send_all(&phone).await?;
    let wall = since(begun);
    let after = waiting(&phone)?;
    say(&json!({
        "wall_ms": wall, "facts_ms": facts.await?, "changes": before.waiting_changes,
        "photos": before.waiting_photos, "refused": after.refused, "passes": passes, "failed_passes": failed,
        "peak_kib": peak_memory(),
    }))
}

/// Passes, one after the other, until nothing waits: how many, and how many of them failed.
async fn send_all(phone: &Phone) -> Result<(u32, u32)> {
    let (mut passes, mut failed, mut fruitless) = (0, 0, 0);
    loop {
        let before = waiting(phone)?;
        if before.waiting_changes == 0 && before.waiting_photos == 0 && passes > 0 {
            return Ok((passes, failed));
        }
        passes += 1;
        let trouble = phone.sync_once().await.err();
        if trouble.is_some() {
            failed += 1;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let after = waiting(phone)?;
        fruitless = if after.waiting_bytes < before.waiting_bytes { 0 } else { fruitless + 1 };
        if fruitless > PATIENCE {
            bail!("nothing goes through any more: {trouble:?}");
        }
    }
}

/// Another phone takes what is new.
pub async fn pull(args: &Args) -> Result<()> {
    let fixtures = args.fixtures()?;
    let phone = signed_in(&args.dir()?.join("phone"), args.url()?, TECHNICIAN).await?;
    if args.what == What::Photos {
        // It needs a session to ask for them with.
        pass(&phone).await?;
    }
    ready(args.sync, 1)?;
    let begun = Instant::now();
    if args.what != What::Photos {
        pass(&phone).await?;
    }
    let facts = since(begun);
    let sheets = sheets(&fixtures, &phone)?;
    let mut photos = 0;
    let begun = Instant::now();
    if args.what != What::Facts {
        let mut album = Album::of(&phone, args.url()?)?;
        for photo in sheets.values().flat_map(|sheet| &sheet.photos) {
            ensure!(album.fetch(&photo.digest).await?, "a photo came with other bytes");
            photos += 1;
        }
    }
    let changes: u32 = sheets.values().map(|sheet| sheet.changes).sum();
    say(&json!({
        "wall_ms": facts + since(begun), "facts_ms": facts, "changes": changes, "photos": photos,
        "peak_kib": peak_memory(),
    }))
}

/// The sheets of the work orders that have one.
fn sheets(fixtures: &Fixtures, phone: &Phone) -> Result<HashMap<WorkOrderId, Sheet>> {
    let ids = fixtures.orders.iter().map(|order| work_order_id(TECHNICIAN, &order.id));
    let sheets = ids.filter_map(|id| Some((id, phone.job(id).ok()?.sheet)));
    Ok(sheets.filter(|(_, sheet)| sheet.changes > 0).collect())
}

/// Fetches photos with the phone's own session.
struct Album {
    http: reqwest::Client,
    url: String,
    headers: Vec<(&'static str, String)>,
}

impl Album {
    fn of(phone: &Phone, url: &str) -> Result<Self> {
        let Step::Ask(ask) = phone.pass()?.step(None)? else {
            bail!("the phone asks nothing");
        };
        let wanted = |name: &str| matches!(name, "authorization" | jobsheet_model::wire::PROTOCOL_HEADER);
        let headers = ask.headers.into_iter().filter(|(name, _)| wanted(name)).collect();
        // Somebody else may have installed one; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).tcp_nodelay(true).build()?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), headers })
    }

    /// Are the bytes those of the digest?
    async fn fetch(&mut self, digest: &Digest) -> Result<bool> {
        let mut request = self.http.get(format!("{}/v1/photos/{digest}", self.url));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let reply = request.send().await?.error_for_status()?;
        Ok(Digest::of(&reply.bytes().await?) == *digest)
    }
}

/// A fresh phone fetches all, and everything that was recorded must be there once.
pub async fn verify(args: &Args) -> Result<()> {
    let (fixtures, folder) = (args.fixtures()?, args.dir()?.join("verify"));
    if folder.exists() {
        std::fs::remove_dir_all(&folder).context("Removing the phone of an earlier check")?;
    }
    let phone = signed_in(&folder, args.url()?, TECHNICIAN).await?;
    let begun = Instant::now();
    pass(&phone).await?;
    let sheets = sheets(&fixtures, &phone)?;
    let mut found = Found::default();
    let (changes, blobs) = (fixtures.changes()?, fixtures.blobs()?);
    let mut latest = HashMap::new();
    for record in &changes {
        let id = work_order_id(TECHNICIAN, &record.job);
        match fixtures.what(record).context("a record of something that is not in the files")? {
            KnownWhat::StepAnswered { step, answer, note, .. } => {
                latest.insert((id, step), (answer, note));
            }
            KnownWhat::PartFitted { line, quantity, part, .. } => {
                let lines = sheets.get(&id).map(|sheet| sheet.parts.as_slice()).unwrap_or_default();
                let same: Vec<_> = lines.iter().filter(|one| one.line == line).collect();
                found.times(same.len(), 1);
                found.bad += same.iter().filter(|one| one.quantity != quantity || one.part != part).count();
            }
            KnownWhat::NoteWritten { text } => {
                let notes = sheets.get(&id).map(|sheet| sheet.notes.as_slice()).unwrap_or_default();
                let written = changes.iter().filter(|other| {
                    other.job == record.job
                        && matches!(&other.what, Recorded::Note { text: it } if *it == text)
                });
                found.times(notes.iter().filter(|note| note.text == text).count(), written.count());
            }
            _ => {}
        }
    }
    for ((id, step), (answer, note)) in &latest {
        match sheets.get(id).and_then(|sheet| sheet.answers.get(step)) {
            Some(there) if there.answer == *answer && there.note == *note => {}
            Some(_) => found.bad += 1,
            None => found.missing += 1,
        }
    }
    let mut album = Album::of(&phone, args.url()?)?;
    for blob in &blobs {
        let digest = Digest::of(&fixtures.bytes(blob)?);
        let id = work_order_id(TECHNICIAN, &blob.job);
        let photos = sheets.get(&id).map(|sheet| sheet.photos.as_slice()).unwrap_or_default();
        let named = photos.iter().filter(|photo| photo.digest == digest).count();
        found.times(named, 1);
        if named > 0 && !album.fetch(&digest).await.unwrap_or(false) {
            found.bad += 1;
        }
    }
    // What a later record replaced is only to be seen in how many there are.
    let recorded = changes.len() + blobs.len() + fixtures.before()?.len();
    let held: usize = sheets.values().map(|sheet| sheet.changes as usize).sum();
    found.missing = found.missing.max(recorded.saturating_sub(held));
    found.dup = found.dup.max(held.saturating_sub(recorded));
    let orders: HashSet<_> =
        fixtures.orders.iter().map(|order| work_order_id(TECHNICIAN, &order.id)).collect();
    found.missing += orders.into_iter().filter(|id| phone.job(*id).is_err()).count();
    say(&json!({
        "wall_ms": since(begun), "missing": found.missing, "bad": found.bad, "dup": found.dup,
        "changes": held, "blobs": blobs.len(),
    }))
}

#[derive(Default)]
struct Found {
    missing: usize,
    bad: usize,
    dup: usize,
}

impl Found {
    fn times(&mut self, there: usize, wanted: usize) {
        self.missing += usize::from(there < wanted);
        self.dup += usize::from(there > wanted);
    }
}

/// Single durable records, each followed by a bare insert of as many bytes into a SQLite file beside it.
pub fn commit(args: &Args) -> Result<()> {
    let folder = args.dir()?.join("phone");
    let phone = open(&folder)?;
    let ids = (0..10_000).map(|n| work_order_id(TECHNICIAN, &format!("wo-{n:05}")));
    let ids: Vec<_> = ids.filter(|id| phone.job(*id).is_ok()).take(40).collect();
    ensure!(!ids.is_empty(), "this phone has no work orders yet: init first");
    let bare = rusqlite::Connection::open(folder.join("bare.db"))?;
    bare.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE IF NOT EXISTS record (n INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;",
    )?;
    let body = "x".repeat(BODY);
    ready(args.sync, args.n)?;
    let (mut ours, mut theirs) = (Vec::with_capacity(args.n), Vec::with_capacity(args.n));
    for (n, id) in ids.iter().cycle().take(args.n).enumerate() {
        let text = format!("record {n}: pressure normal, filter cleaned, cover closed");
        let begun = Instant::now();
        phone.put_down(*id, KnownWhat::NoteWritten { text }.into())?;
        ours.push(begun.elapsed());
        if !args.alone {
            let begun = Instant::now();
            bare.execute("INSERT INTO record (body) VALUES (?1)", [&body])?;
            theirs.push(begun.elapsed());
        }
    }
    say(&json!({
        "p50": percentile(&mut ours, 0.5), "p99": percentile(&mut ours, 0.99), "records": args.n,
        "bare_p50": percentile(&mut theirs, 0.5), "bare_p99": percentile(&mut theirs, 0.99),
    }))
}

/// Bytes of the bare insert: about what a recorded change takes as it travels.
const BODY: usize = 600;
