//! What must be true: at every step, and at the end of the day.

use crate::{
    day::name,
    eyes::Row,
    link::plain,
    trace::digest_named,
    world::{Recorded, Seen, World},
};
use anyhow::{Context, Result, ensure};
use jobsheet_model::{Change, Digest, Refusal, Sheet, WorkOrderId, apply, wire::SyncResponse};
use jobsheet_phone::Reply;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// The screens' counts: what is not at the office is counted as only here, and nothing more than was.
pub fn screen_stands(world: &mut World, phone: usize, when: &str) -> Result<()> {
    let screen = world.screen(phone)?;
    let held = world.held(phone)?;
    let proved = world.proved(phone)?;
    let pocket = &mut world.pockets[phone];
    ensure!(
        screen.proved <= proved || world.was_restored,
        "receipt: {when}, {} says that the office holds {} of its chain, and it holds {proved}",
        pocket.login,
        screen.proved
    );
    let recorded = u32::try_from(pocket.recorded.len())?;
    let missing = recorded.saturating_sub(held);
    ensure!(
        screen.count() >= missing || world.was_restored,
        "counted-once: {when}, {} has {} that the office does not, and counts {} as only here",
        pocket.login,
        missing,
        screen.count()
    );
    ensure!(
        screen.count() <= pocket.count
            || ((world.was_restored || pocket.went_back) && screen.count() <= recorded),
        "counted-once: {when}, {} counts {} as only here, and {} before",
        pocket.login,
        screen.count(),
        pocket.count
    );
    ensure!(
        screen.photos <= pocket.photos || world.was_restored || pocket.misled || pocket.went_back,
        "counted-once: {when}, {} counts {} photos as only here, and {} before",
        pocket.login,
        screen.photos,
        pocket.photos
    );
    pocket.count = screen.count();
    pocket.photos = screen.photos;
    Ok(())
}

/// Every job that this phone ever recorded something on or showed.
pub fn all_jobs(world: &mut World, phone: usize) -> Result<()> {
    let known: Vec<_> = world.pockets[phone].seen.keys().copied().collect();
    for id in known {
        one_job(world, phone, id)?;
    }
    Ok(())
}

/// Monotonic reads, and one's own writes: what the screen showed once it goes on showing.
pub fn one_job(world: &mut World, phone: usize, id: WorkOrderId) -> Result<()> {
    let pocket = &world.pockets[phone];
    let job = match pocket.phone()?.job(id) {
        Ok(job) => job,
        // A sheet whose opening was not saved.
        Err(why)
            if why.code == "no_such_job"
                && !pocket.recorded.iter().any(|r| r.order == id)
                && !pocket.seen.contains_key(&id) =>
        {
            return Ok(());
        }
        Err(why) => anyhow::bail!("monotonic-reads: {} of {} is away: {}", name(id), pocket.login, why.code),
    };
    let now = Seen { version: job.order.version, revision: job.sheet.revision, changes: job.sheet.changes };
    let seen = pocket.seen.get(&id).copied().unwrap_or_default();
    let who = format!("{} at {}", name(id), pocket.login);
    ensure!(
        now.version >= seen.version || world.was_restored,
        "monotonic-reads: {who} went back from version {} to {}",
        seen.version,
        now.version
    );
    for refused in &job.refused {
        // Being late is no reason (P15), and nobody's records are somebody else's.
        ensure!(
            world.was_restored
                || !matches!(
                    refused.reason,
                    Refusal::WrongWorkOrder | Refusal::NotYours | Refusal::Malformed | Refusal::Quarantined
                ),
            "no-refusal: {} of {who}: {}",
            refused.what,
            refused.reason
        );
    }
    // Of a work order that was taken away only a name is left, and then not even that.
    let closed = job.card.gone.is_some() || job.order.customer.name.is_empty();
    if world.life(id).is_ones_own() && !world.was_restored && !pocket.went_back && !closed {
        ensure!(job.refused.is_empty(), "no-refusal: {who} was nobody else's: {:?}", job.refused);
        ensure!(
            now.changes >= seen.changes && now.revision >= seen.revision,
            "monotonic-reads: {who} went back from {seen:?} to {now:?}"
        );
        let recorded = pocket.recorded.iter().filter(|r| r.order == id).count();
        ensure!(
            now.changes as usize == recorded,
            "read-your-writes: {who} shows {} changes of {recorded}",
            now.changes
        );
        let notes: Vec<&str> = job.sheet.notes.iter().map(|note| note.text.as_str()).collect();
        let written = pocket.recorded.iter().filter(|r| r.order == id && r.name == "note_written");
        ensure!(
            written.filter_map(|r| r.mark.as_deref()).eq(notes),
            "read-your-writes: {who} does not show every note, once and in order"
        );
    }
    world.pockets[phone].seen.insert(id, now);
    Ok(())
}

/// A receipt says no more than what the office holds.
pub fn receipt(world: &World, reply: &Reply) -> Result<()> {
    let response: SyncResponse = serde_json::from_slice(&plain(reply)?).context("An answer of the office")?;
    let Some(receipt) = response.receipt else { return Ok(()) };
    let sql = "SELECT count(*), max(CASE WHEN sequence = ?2 THEN digest END) FROM link
               WHERE device = ?1 AND sequence <= ?2";
    let asked = [receipt.device.to_string().as_str().into(), i64::try_from(receipt.sequence)?.into()];
    let row = world.eyes()?.row(sql, &asked)?;
    let (held, digest) = (row.count(0)?, row.maybe(1)?);
    ensure!(held == receipt.sequence, "receipt: it says {}, and the office holds {held}", receipt.sequence);
    let signed = receipt.hash.as_ref().map(Digest::as_str);
    ensure!(digest.as_deref() == signed, "receipt: its hash is not that of the change");
    Ok(())
}

struct Held {
    sequence: u64,
    device: String,
    digest: String,
    refused: Option<String>,
    body: String,
}

/// The end of the day. Returns how many changes were refused.
pub fn everything(world: &mut World) -> Result<u32> {
    let mut names = BTreeMap::new();
    let mut bodies = HashMap::new();
    let mut refused = 0;
    for phone in 0..world.pockets.len() {
        let held = held_of(world, phone)?;
        refused += one_phone(world, phone, &held, &mut names, &mut bodies)?;
    }
    journal_is_exact(world, &bodies)?;
    sheets_fold(world, &bodies)?;
    phones_agree(world, &names)?;
    photos_are_whole(world)?;
    let quarantined: u32 = count(world, "SELECT count(*) FROM quarantine")?;
    ensure!(quarantined == 0, "quarantine: {quarantined} there, and nobody forged anything");
    Ok(refused)
}

fn count(world: &World, sql: &str) -> Result<u32> {
    Ok(u32::try_from(world.eyes()?.row(sql, &[])?.number(0)?)?)
}

fn held_of(world: &World, phone: usize) -> Result<Vec<Held>> {
    // Chain by chain, in the order in which the office first heard of them.
    let sql = "SELECT c.sequence, c.device, c.digest, c.refused, c.body FROM change c
               JOIN technician t ON t.id = c.technician
               JOIN (SELECT f.device, min(f.received_at) AS at, min(j.n) AS n FROM change f
                     LEFT JOIN journal j ON j.change_id = f.id GROUP BY f.device) AS first
                   ON first.device = c.device
               WHERE t.login = ?1 ORDER BY first.at, first.n, c.device, c.sequence";
    let rows = world.eyes()?.rows(sql, &[world.pockets[phone].login.into()])?;
    let held = |row: Row| {
        Ok(Held {
            sequence: row.count(0)?,
            device: row.text(1)?,
            digest: row.text(2)?,
            refused: row.maybe(3)?,
            body: row.text(4)?,
        })
    };
    rows.into_iter().map(held).collect()
}

/// Every change recorded is at the office exactly once, in the order of its work order, as a link of a whole chain.
fn one_phone(
    world: &World,
    phone: usize,
    held: &[Held],
    names: &mut BTreeMap<String, String>,
    bodies: &mut HashMap<String, (Change, bool)>,
) -> Result<u32> {
    let pocket = &world.pockets[phone];
    let login = pocket.login;
    ensure!(
        held.len() == pocket.recorded.len(),
        "exactly-once: {login} recorded {}, and the office holds {}",
        pocket.recorded.len(),
        held.len()
    );
    let links = chains(world, login)?;
    let mut by_order: BTreeMap<WorkOrderId, VecDeque<&Recorded>> = BTreeMap::new();
    for recorded in &pocket.recorded {
        by_order.entry(recorded.order).or_default().push_back(recorded);
    }
    let mut refused = 0;
    for row in held {
        let digest = Digest::of(row.body.as_bytes());
        let which = format!("{} of {login}", row.sequence);
        ensure!(digest.as_str() == row.digest, "chain: {which} is not what its digest is of");
        let link = links.get(&(row.device.clone(), row.sequence));
        ensure!(link == Some(&row.digest), "chain: {which} is no link of it");
        let change: Change = serde_json::from_str(&row.body).context("A change at the office")?;
        let next = by_order.entry(change.work_order).or_default().pop_front();
        let fits = next.is_some_and(|recorded| {
            change.what.name() == recorded.name
                && recorded.mark.as_ref().is_none_or(|mark| row.body.contains(mark))
        });
        ensure!(
            fits,
            "order: {which} on {} is {} at the office, and {:?} was recorded there",
            name(change.work_order),
            change.what.name(),
            next.map(|recorded| &recorded.name)
        );
        refused += u32::from(row.refused.is_some());
        names.insert(change.id.to_string(), format!("{login}#{}", bodies.len()));
        bodies.insert(change.id.to_string(), (change, row.refused.is_some()));
    }
    let screen = world.screen(phone)?;
    // What was refused after the copy that the phone went back to, it never heard of.
    ensure!(
        screen.refused == refused || (pocket.went_back && screen.refused < refused),
        "refusals: {login} shows {}, and the office refused {refused}",
        screen.refused
    );
    Ok(refused)
}

/// The links of a technician's chains, each after the one before, from the first to the last.
fn chains(world: &World, login: &str) -> Result<HashMap<(String, u64), String>> {
    let sql = "SELECT l.device, l.sequence, l.digest, l.previous FROM link l JOIN device d ON d.id = l.device
               JOIN technician t ON t.id = d.technician WHERE t.login = ?1 ORDER BY l.device, l.sequence";
    let mut links = HashMap::new();
    let mut last: Option<(String, u64, String)> = None;
    for row in world.eyes()?.rows(sql, &[login.into()])? {
        let device = row.text(0)?;
        let (sequence, digest, previous) = (row.count(1)?, row.text(2)?, row.maybe(3)?);
        let before = last.filter(|(whose, ..)| *whose == device);
        let next = before.as_ref().map_or(1, |(_, sequence, _)| sequence + 1);
        ensure!(sequence == next, "chain: of {login}: {sequence} where {next} belongs");
        ensure!(
            previous == before.map(|(_, _, digest)| digest),
            "chain: {sequence} of {login} does not follow the one before"
        );
        links.insert((device.clone(), sequence), digest.clone());
        last = Some((device, sequence, digest));
    }
    Ok(links)
}

/// Every accepted change stands in the journal once, no refused one does, and no number is used twice.
fn journal_is_exact(world: &World, bodies: &HashMap<String, (Change, bool)>) -> Result<()> {
    let sql = "SELECT change_id, count(*) FROM journal WHERE kind = 'change' GROUP BY change_id";
    let lines = world.eyes()?.rows(sql, &[])?.into_iter().map(|row| Ok((row.text(0)?, row.count(1)?)));
    let lines: HashMap<String, u64> = lines.collect::<Result<_>>()?;
    for (id, (change, refused)) in bodies {
        let times = lines.get(id).copied().unwrap_or(0);
        ensure!(
            times == u64::from(!refused),
            "exactly-once: {} of {} stands in the journal {times} times (refused: {refused})",
            change.what.name(),
            name(change.work_order)
        );
    }
    ensure!(
        lines.keys().all(|id| bodies.contains_key(id)),
        "exactly-once: a line of the journal without its change"
    );
    let beyond = count(world, "SELECT count(*) FROM journal WHERE n > (SELECT n FROM counter)")?;
    ensure!(beyond == 0, "counter: {beyond} lines lie beyond it");
    Ok(())
}

/// The office's sheet is the fold of what its journal says is part of it.
fn sheets_fold(world: &World, bodies: &HashMap<String, (Change, bool)>) -> Result<()> {
    let eyes = world.eyes()?;
    let folded =
        "SELECT change_id FROM journal WHERE work_order = ?1 AND kind = 'change' AND folded = 1 ORDER BY n";
    for order in eyes.rows("SELECT id, sheet FROM work_order ORDER BY id", &[])? {
        let (id, at_office) = (order.text(0)?, order.text(1)?);
        let id: WorkOrderId = id.parse().context("A work order's id")?;
        let mut sheet = Sheet::empty(id);
        for change in eyes.rows(folded, &[id.to_string().as_str().into()])? {
            let (change, _) = bodies.get(&change.text(0)?).context("A change of the journal")?;
            let fits = apply(&mut sheet, change);
            ensure!(fits.is_ok(), "fold: {} of {} does not fit", change.what.name(), name(id));
        }
        ensure!(
            serde_json::to_string(&sheet)? == at_office,
            "fold: the sheet of {} is not what was recorded",
            name(id)
        );
    }
    Ok(())
}

/// Who has a work order sees what the office sees, to the byte; who has not is told.
fn phones_agree(world: &mut World, names: &BTreeMap<String, String>) -> Result<()> {
    let mut lines = Vec::new();
    {
        let office = world.office()?;
        let sql = "SELECT a.work_order, a.active FROM access a JOIN technician t ON t.id = a.technician
                   WHERE t.login = ?1 ORDER BY a.work_order";
        for pocket in &world.pockets {
            let phone = pocket.phone()?;
            for one in world.eyes()?.rows(sql, &[pocket.login.into()])? {
                let (id, active) = (one.text(0)?, one.number(1)? == 1);
                let id: WorkOrderId = id.parse().context("A work order's id")?;
                let who = format!("{} at {}", name(id), pocket.login);
                let job = phone.job(id);
                if !active {
                    let told = job.as_ref().is_ok_and(|job| job.card.gone.is_some())
                        || !phone.today().is_ok_and(|today| today.jobs.iter().any(|job| job.id == id));
                    ensure!(told, "scope: {who} is somebody else's, and it does not say so");
                    continue;
                }
                let job = job.map_err(|why| anyhow::anyhow!("scope: {who} is missing: {}", why.code))?;
                let order = office.work_order(id)?.context("A work order")?;
                let sheet = office.sheet(id)?.context("A sheet")?;
                ensure!(
                    job.order == order,
                    "scope: {who} has version {} of {}",
                    job.order.version,
                    order.version
                );
                ensure!(job.card.gone.is_none(), "scope: {who} is theirs, and it says it is gone");
                let (here, there) = (serde_json::to_string(&job.sheet)?, serde_json::to_string(&sheet)?);
                ensure!(here == there, "equal-sheets: {who}\nphone  {here}\noffice {there}");
                let digest = digest_named(&serde_json::to_value(&sheet)?, names);
                lines.push(format!("{who}: {:?}, {} changes, {digest}", sheet.stage, sheet.changes));
            }
        }
    }
    lines.into_iter().for_each(|line| world.say(line));
    Ok(())
}

/// Every photo is at the office as it was taken.
fn photos_are_whole(world: &World) -> Result<()> {
    let office = world.office()?;
    for pocket in &world.pockets {
        for digest in &pocket.pictures {
            let bytes = office
                .photo(digest)
                .with_context(|| format!("photos: one of {} is missing", pocket.login))?;
            ensure!(Digest::of(&bytes) == *digest, "photos: one of {} is not as it was taken", pocket.login);
        }
    }
    Ok(())
}
