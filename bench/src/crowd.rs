//! Many phones at once.

use crate::{
    Args,
    fixtures::Fixtures,
    office::TECHNICIAN,
    phone::{signed_in, waiting},
    said::{millis, percentile, ready, say, since},
};
use anyhow::{Context, Result, ensure};
use jobsheet_phone::Phone;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Phones that are made ready at the same time.
const HANDS: usize = 4;

/// A phone that holds everything the office has for it.
async fn up_to_date(folder: PathBuf, url: &str, login: &str) -> Result<Phone> {
    let phone = signed_in(&folder, url, login).await.with_context(|| login.to_owned())?;
    phone.sync_once().await?;
    Ok(phone)
}

/// Phones that have everything ask for news: of one technician, or of many.
pub async fn noop(args: &Args) -> Result<()> {
    let url: Arc<str> = args.url()?.into();
    let logins = match args.own {
        true => args.fixtures()?.multi()?.into_iter().map(|one| one.dev).collect(),
        false => vec![TECHNICIAN.to_owned()],
    };
    let (mut making, mut phones) = (JoinSet::new(), Vec::with_capacity(args.n));
    for n in 0..args.n {
        while making.len() >= HANDS {
            phones.extend(making.join_next().await.transpose()?.transpose()?);
        }
        let (folder, url) = (args.dir()?.join(format!("noop/{n:04}")), url.clone());
        let login = logins.get(n % logins.len().max(1)).context("there are no technicians")?.clone();
        making.spawn(async move { up_to_date(folder, &url, &login).await });
    }
    while let Some(made) = making.join_next().await {
        phones.push(made??);
    }
    // The last ones made may have moved what the first ones know.
    for phone in &phones {
        phone.sync_once().await?;
    }
    ready(args.sync, phones.len())?;

    let (phones, next, begun) = (Arc::new(phones), Arc::new(AtomicUsize::new(0)), Instant::now());
    let mut asking = JoinSet::new();
    let (all, rounds) = (phones.len() * args.rounds, args.rounds);
    for _ in 0..args.conc {
        let (phones, next) = (phones.clone(), next.clone());
        asking.spawn(async move {
            let mut times = Vec::new();
            loop {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                let Some(phone) = phones.get(turn % phones.len()).filter(|_| turn < all) else {
                    return Ok::<_, anyhow::Error>(times);
                };
                let begun = Instant::now();
                phone.sync_once().await?;
                times.push(begun.elapsed());
            }
        });
    }
    let mut times = Vec::with_capacity(all);
    while let Some(done) = asking.join_next().await {
        times.extend(done??);
    }
    let wall = begun.elapsed();
    say(&json!({
        "wall_ms": millis(wall), "syncs": times.len(), "phones": phones.len(), "rounds": rounds,
        "per_second": (times.len() as f64 / wall.as_secs_f64()).round(),
        "p50": percentile(&mut times, 0.5), "p99": percentile(&mut times, 0.99),
    }))
}

/// The phones of `multi.jsonl`, each with the day's records of its own technician, push at once.
pub async fn fan(args: &Args) -> Result<()> {
    let fixtures = Arc::new(args.fixtures()?);
    let (dir, url) = (args.dir()?.join("fan"), Arc::<str>::from(args.url()?));
    if dir.exists() {
        std::fs::remove_dir_all(&dir).context("Removing the phones of an earlier run")?;
    }
    let (mut making, mut phones, mut changes) = (JoinSet::new(), Vec::new(), 0);
    for (place, one) in fixtures.multi()?.into_iter().enumerate() {
        while making.len() >= HANDS {
            phones.extend(making.join_next().await.transpose()?.transpose()?);
        }
        changes += one.changes.len();
        let (fixtures, url, folder) = (fixtures.clone(), url.clone(), dir.join(&one.dev));
        making.spawn(async move {
            let phone = up_to_date(folder, &url, &one.dev).await?;
            tokio::task::spawn_blocking(move || record_own(&fixtures, place, phone, &one.changes)).await?
        });
    }
    while let Some(made) = making.join_next().await {
        phones.push(made??);
    }
    ready(args.sync, phones.len())?;

    let (begun, mut pushing) = (Instant::now(), JoinSet::new());
    for phone in &phones {
        let phone = phone.clone();
        pushing.spawn(async move {
            let begun = Instant::now();
            phone.sync_once().await?;
            Ok::<Duration, anyhow::Error>(begun.elapsed())
        });
    }
    let mut times = Vec::new();
    while let Some(done) = pushing.join_next().await {
        times.push(done??);
    }
    let wall = since(begun);
    let mut left = 0;
    for phone in &phones {
        let status = waiting(phone)?;
        left += (status.waiting_changes + status.refused) as usize;
    }
    say(&json!({
        "wall_ms": wall, "phones": phones.len(), "stored": changes - left.min(changes),
        "p50": percentile(&mut times, 0.5), "p99": percentile(&mut times, 0.99),
    }))
}

fn record_own(
    fixtures: &Fixtures,
    place: usize,
    phone: Phone,
    changes: &[crate::fixtures::Record],
) -> Result<Phone> {
    let session = phone.session()?;
    let technician = session.technician.context("nobody is signed in")?;
    let mut recorded = 0;
    for (nth, record) in changes.iter().enumerate() {
        let Some((id, what)) = fixtures.own_record(place, &technician, nth, record) else { continue };
        phone.record(id, what.into())?;
        recorded += 1;
    }
    ensure!(recorded == changes.len(), "{recorded} of {} records have a work order", changes.len());
    Ok(phone)
}
