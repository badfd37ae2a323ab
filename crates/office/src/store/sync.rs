//! What phones send and ask for.

use super::tx::{Optional, Tx, params};
use super::{At, Id, Sha, Word};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    ChangeId, DeviceId, Digest, Refusal, TechnicianId, WorkOrderId,
    due::Heard,
    ids::RequestId,
    reference::VanStock,
    wire::{Base, Gone, ReferenceSet},
};

/// How far a phone's changes are held.
#[derive(Clone)]
pub struct Device {
    pub technician: TechnicianId,
    pub sequence: u64,
    pub hash: Option<Digest>,
    pub incarnation: Option<String>,
    pub incarnation_before: Option<String>,
    /// Its changes up to here are in the last verified backup.
    pub safe_sequence: u64,
    /// Offset from UTC in minutes of the last change that was accepted.
    pub zone: Option<i32>,
    pub heard: Option<Heard>,
}

impl Device {
    pub fn new(technician: TechnicianId) -> Self {
        Self {
            technician,
            sequence: 0,
            hash: None,
            incarnation: None,
            incarnation_before: None,
            safe_sequence: 0,
            zone: None,
            heard: None,
        }
    }
}

pub fn device(db: &dyn Tx, id: DeviceId) -> Result<Option<Device>> {
    let sql = "SELECT technician, sequence, hash, incarnation, incarnation_before, safe_sequence, zone,
             last_seen, heard_again
         FROM device WHERE id = ?1";
    let found = db.one(sql, [Id(id)], |row| {
        Ok(Device {
            technician: row.get::<Id<_>>(0)?.0,
            sequence: row.get(1)?,
            hash: row.get::<Option<Sha>>(2)?.map(|sha| sha.0),
            incarnation: row.get(3)?,
            incarnation_before: row.get(4)?,
            safe_sequence: row.get(5)?,
            zone: row.get(6)?,
            heard: Some(Heard { last: row.get::<At>(7)?.0, again: row.get::<Option<At>>(8)?.map(|at| at.0) }),
        })
    });
    Ok(found.optional()?)
}

pub fn save_device(tx: &dyn Tx, id: DeviceId, device: &Device, app: &str, now: DateTime<Utc>) -> Result<()> {
    let heard = Heard::next(device.heard, now);
    tx.run(
        "INSERT INTO device (id, technician, sequence, hash, app, last_seen, incarnation, incarnation_before,
             zone, heard_again)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash,
             app = excluded.app, last_seen = excluded.last_seen, incarnation = excluded.incarnation,
             incarnation_before = excluded.incarnation_before, zone = excluded.zone,
             heard_again = excluded.heard_again",
        params![
            Id(id),
            Id(device.technician),
            device.sequence,
            device.hash.as_ref().map(Digest::as_str),
            app.chars().take(100).collect::<String>(),
            At(heard.last),
            device.incarnation,
            device.incarnation_before,
            device.zone,
            heard.again.map(At),
        ],
    )?;
    Ok(())
}

// --- The chain -------------------------------------------------------------------------------------

/// One link of a phone's chain of changes.
pub struct Link {
    pub digest: Digest,
    pub previous: Option<Digest>,
    pub change: Option<ChangeId>,
}

pub fn link(db: &dyn Tx, device: DeviceId, sequence: u64) -> Result<Option<Link>> {
    let sql = "SELECT digest, previous, change_id FROM link WHERE device = ?1 AND sequence = ?2";
    let found = db.one(sql, params![Id(device), sequence], |row| {
        Ok(Link {
            digest: row.get::<Sha>(0)?.0,
            previous: row.get::<Option<Sha>>(1)?.map(|sha| sha.0),
            change: row.get::<Option<Id<_>>>(2)?.map(|id| id.0),
        })
    });
    Ok(found.optional()?)
}

pub fn add_link(tx: &dyn Tx, device: DeviceId, sequence: u64, link: &Link) -> Result<()> {
    tx.run(
        "INSERT INTO link (device, sequence, digest, previous, change_id) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            Id(device),
            sequence,
            link.digest.as_str(),
            link.previous.as_ref().map(Digest::as_str),
            link.change.map(|id| id.to_string()),
        ],
    )?;
    Ok(())
}

/// Links that came before the one they follow.
pub fn links_after(db: &dyn Tx, device: DeviceId, sequence: u64) -> Result<Vec<u64>> {
    let sql = "SELECT sequence FROM link WHERE device = ?1 AND sequence > ?2 ORDER BY sequence LIMIT 10000";
    Ok(db.all(sql, params![Id(device), sequence], |row| row.get(0))?)
}

/// Where this phone's latest change that is held belongs.
pub fn last_work_order(db: &dyn Tx, device: DeviceId) -> Result<Option<WorkOrderId>> {
    let sql = "SELECT work_order FROM change WHERE device = ?1 AND work_order IS NOT NULL
               ORDER BY sequence DESC LIMIT 1";
    let found = db.one(sql, [Id(device)], |row| Ok(row.get::<Id<_>>(0)?.0));
    Ok(found.optional()?)
}

/// Is something with this digest kept aside that this technician sent?
pub fn is_quarantined(db: &dyn Tx, digest: &Digest, technician: TechnicianId) -> Result<bool> {
    let sql = "SELECT 1 FROM quarantine WHERE digest = ?1 AND technician = ?2";
    Ok(db.exists(sql, params![digest.as_str(), Id(technician)])?)
}

/// What is known of a change that came before.
pub struct KnownChange {
    pub digest: Digest,
    pub body: String,
    pub work_order: Option<WorkOrderId>,
    pub refused: Option<Refusal>,
}

pub fn known_change(db: &dyn Tx, id: ChangeId) -> Result<Option<KnownChange>> {
    let sql = "SELECT digest, work_order, refused, body FROM change WHERE id = ?1";
    let found = db.one(sql, [Id(id)], |row| {
        Ok(KnownChange {
            digest: row.get::<Sha>(0)?.0,
            work_order: row.get::<Option<Id<_>>>(1)?.map(|id| id.0),
            refused: row.get::<Option<Word<_>>>(2)?.map(|reason| reason.0),
            body: row.get(3)?,
        })
    });
    Ok(found.optional()?)
}

/// A change exactly as it came.
pub struct Received<'a> {
    pub id: ChangeId,
    pub digest: &'a Digest,
    pub device: DeviceId,
    pub sequence: u64,
    pub technician: TechnicianId,
    pub work_order: Option<WorkOrderId>,
    pub at: DateTime<Utc>,
    pub refused: Option<Refusal>,
    pub body: &'a str,
}

pub fn keep_change(tx: &dyn Tx, change: &Received<'_>) -> Result<()> {
    tx.run(
        "INSERT INTO change (id, digest, device, sequence, technician, work_order, received_at, refused, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            Id(change.id),
            change.digest.as_str(),
            Id(change.device),
            change.sequence,
            Id(change.technician),
            change.work_order.map(|id| id.to_string()),
            At(change.at),
            change.refused.map(Word),
            change.body,
        ],
    )?;
    Ok(())
}

/// Keeps what could not become a change. `false` when it was kept before.
pub fn quarantine(
    tx: &dyn Tx,
    technician: TechnicianId,
    reason: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    let rows = tx.run(
        "INSERT INTO quarantine (digest, technician, received_at, reason, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (digest) DO NOTHING",
        params![Digest::of(body).as_str(), Id(technician), At(now), reason, body],
    )?;
    Ok(rows == 1)
}

// --- Offers ----------------------------------------------------------------------------------------

/// Offers whose arrival at the phone is proved by its cursor, and not yet noted (A15).
pub fn offers_delivered(db: &dyn Tx, technician: TechnicianId, cursor: u64) -> Result<Vec<WorkOrderId>> {
    let sql = "SELECT a.work_order FROM access a INDEXED BY access_undelivered
         JOIN work_order w INDEXED BY work_order_position ON w.id = a.work_order
         WHERE a.technician = ?1 AND a.active = 1 AND a.offered = 1 AND a.delivered_at IS NULL
           AND a.n <= ?2 AND w.n <= ?2";
    Ok(db.all(sql, params![Id(technician), cursor], |row| Ok(row.get::<Id<_>>(0)?.0))?)
}

pub fn set_delivered(
    tx: &dyn Tx,
    id: WorkOrderId,
    technician: TechnicianId,
    now: DateTime<Utc>,
) -> Result<()> {
    tx.run(
        "UPDATE access SET delivered_at = ?3 WHERE work_order = ?1 AND technician = ?2",
        params![Id(id), Id(technician), At(now)],
    )?;
    Ok(())
}

// --- The pull --------------------------------------------------------------------------------------

/// A work order that moved, for one technician.
pub struct Moved {
    pub work_order: WorkOrderId,
    pub position: u64,
    pub active: bool,
}

/// When no more than this happened since, what happened is looked through, and otherwise all that is the technician's.
const LITTLE: u64 = 1000;

/// What moved for this technician after `cursor`, in order. This query is also the guard of I10. A phone that begins (at
/// 0) is not told what left because it was over (`released` is 1): that is all the years before.
pub fn moved(db: &dyn Tx, technician: TechnicianId, cursor: u64, limit: usize) -> Result<Vec<Moved>> {
    // Apart, so that what was is not read to find what is.
    let by_technician = "SELECT work_order, position, active FROM (
             SELECT a.work_order, a.active, CASE WHEN w.n > a.n THEN w.n ELSE a.n END AS position
             FROM access a INDEXED BY access_place
             CROSS JOIN work_order w INDEXED BY work_order_position
             WHERE w.id = a.work_order AND a.technician = ?1 AND a.active = 1
             UNION ALL
             SELECT work_order, active, n FROM access INDEXED BY access_place
             WHERE technician = ?1 AND active = 0 AND released = 0 AND n > ?2
             UNION ALL
             SELECT work_order, active, n FROM access INDEXED BY access_place
             WHERE technician = ?1 AND active = 0 AND released = 1 AND n > ?2 AND ?2 > 0) AS places
         WHERE position > ?2 ORDER BY position LIMIT ?3";
    // The same, from the two things that can have moved: the grant, and the work order.
    let by_position = "SELECT a.work_order, CASE WHEN a.active = 1 AND w.n > a.n THEN w.n ELSE a.n END AS position, a.active
         FROM access a INDEXED BY access_of_technician
         CROSS JOIN work_order w INDEXED BY work_order_position
         WHERE w.id = a.work_order AND a.technician = ?1 AND a.n > ?2 AND a.released <= ?2
         UNION ALL
         SELECT a.work_order, w.n, a.active
         FROM work_order w INDEXED BY work_order_moved CROSS JOIN access a
         WHERE a.work_order = w.id AND w.n > ?2 AND a.technician = ?1 AND a.active = 1 AND a.n <= ?2
         ORDER BY position LIMIT ?3";
    let little = super::counter(db)?.saturating_sub(cursor) <= LITTLE;
    let sql = if little { by_position } else { by_technician };
    Ok(db.all(sql, params![Id(technician), cursor, limit as u64], |row| {
        Ok(Moved { work_order: row.get::<Id<_>>(0)?.0, position: row.get(1)?, active: row.get(2)? })
    })?)
}

/// Did anything move for this technician after `cursor`?
pub fn anything_moved(db: &dyn Tx, technician: TechnicianId, cursor: u64) -> Result<bool> {
    Ok(!moved(db, technician, cursor, 1)?.is_empty())
}

/// Positions of everything that is this technician's now.
pub fn scope(db: &dyn Tx, technician: TechnicianId) -> Result<Vec<u64>> {
    let sql = "SELECT CASE WHEN w.n > a.n THEN w.n ELSE a.n END
         FROM access a INDEXED BY access_place CROSS JOIN work_order w INDEXED BY work_order_position
         WHERE w.id = a.work_order AND a.technician = ?1 AND a.active = 1";
    Ok(db.all(sql, [Id(technician)], |row| row.get(0))?)
}

/// A base, and what a phone needs to have seen to have the order of it.
pub struct Sent {
    pub base: Base,
    pub known_from: u64,
    /// As JSON, about.
    pub bytes: usize,
}

pub fn base(db: &dyn Tx, id: WorkOrderId, technician: TechnicianId) -> Result<Option<Sent>> {
    let sql = "SELECT CASE WHEN w.n > a.n THEN w.n ELSE a.n END, a.n
         FROM access a JOIN work_order w ON w.id = a.work_order
         WHERE a.technician = ?1 AND a.work_order = ?2 AND a.active = 1";
    let n = db.one(sql, params![Id(technician), Id(id)], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((n, granted)) = n else { return Ok(None) };
    let Some(held) = super::held(db, id)? else { return Ok(None) };
    let mut photos_held = Vec::new();
    for photo in &held.sheet.photos {
        if photo_is_whole(db, &photo.digest)? {
            photos_held.push(photo.digest.clone());
        }
    }
    let base = Base { n, order: held.order, sheet: held.sheet, photos_held };
    Ok(Some(Sent { base, known_from: held.body_n.max(granted), bytes: held.bytes }))
}

pub fn gone(db: &dyn Tx, id: WorkOrderId, technician: TechnicianId) -> Result<Option<Gone>> {
    let sql = "SELECT given_to, reason, at, released FROM access WHERE work_order = ?1 AND technician = ?2 AND active = 0";
    let found = db.one(sql, params![Id(id), Id(technician)], |row| {
        Ok(Gone {
            work_order: id,
            to: row.get(0)?,
            reason: row.get(1)?,
            at: row.get::<At>(2)?.0,
            closed: row.get(3)?,
        })
    });
    Ok(found.optional()?)
}

// --- Photos ----------------------------------------------------------------------------------------

/// A change that the office holds names this photo.
pub fn name_photo(
    tx: &dyn Tx,
    digest: &Digest,
    bytes: u32,
    technician: TechnicianId,
    work_order: WorkOrderId,
) -> Result<()> {
    tx.run(
        "INSERT INTO photo (digest, bytes) VALUES (?1, ?2) ON CONFLICT (digest) DO NOTHING",
        params![digest.as_str(), bytes],
    )?;
    tx.run(
        "INSERT INTO photo_use (digest, technician, work_order) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        params![digest.as_str(), Id(technician), Id(work_order)],
    )?;
    Ok(())
}

pub fn whole_photos(db: &dyn Tx) -> Result<Vec<Digest>> {
    let sql = "SELECT digest FROM photo WHERE whole_at IS NOT NULL ORDER BY digest";
    Ok(db.all(sql, [], |row| Ok(row.get::<Sha>(0)?.0))?)
}

pub fn photo_is_whole(db: &dyn Tx, digest: &Digest) -> Result<bool> {
    let sql = "SELECT 1 FROM photo WHERE digest = ?1 AND whole_at IS NOT NULL";
    Ok(db.exists(sql, [digest.as_str()])?)
}

/// `false` when it was whole before. Its thumbnail is needed no more.
pub fn set_photo_whole(tx: &dyn Tx, digest: &Digest, now: DateTime<Utc>) -> Result<bool> {
    tx.run("DELETE FROM thumb WHERE photo = ?1", [digest.as_str()])?;
    let sql = "UPDATE photo SET whole_at = ?2 WHERE digest = ?1 AND whole_at IS NULL";
    Ok(tx.run(sql, params![digest.as_str(), At(now)])? == 1)
}

/// Keeps the thumbnail of a photo that a change of this technician names and that is not here yet. `false` otherwise,
/// and when there is one.
pub fn keep_thumb(tx: &dyn Tx, photo: &Digest, technician: TechnicianId, jpeg: &[u8]) -> Result<bool> {
    if !photo_named_by(tx, photo, technician)? || photo_is_whole(tx, photo)? {
        return Ok(false);
    }
    let sql = "INSERT INTO thumb (photo, bytes) VALUES (?1, ?2) ON CONFLICT (photo) DO NOTHING";
    Ok(tx.run(sql, params![photo.as_str(), jpeg])? == 1)
}

/// Did a change of this technician name the photo?
pub fn photo_named_by(db: &dyn Tx, digest: &Digest, technician: TechnicianId) -> Result<bool> {
    let sql = "SELECT 1 FROM photo_use WHERE digest = ?1 AND technician = ?2";
    Ok(db.exists(sql, params![digest.as_str(), Id(technician)])?)
}

/// May this technician see the photo: does it belong to a work order of theirs, or to the request of one?
pub fn photo_seen_by(db: &dyn Tx, digest: &Digest, technician: TechnicianId) -> Result<bool> {
    let sql = "SELECT 1 FROM photo_use u JOIN access a ON a.work_order = u.work_order
         WHERE u.digest = ?1 AND a.technician = ?2 AND a.active = 1
         UNION ALL
         SELECT 1 FROM request_photo p JOIN request r ON r.id = p.request
         JOIN work_order w ON w.request = r.number JOIN access a ON a.work_order = w.id
         WHERE p.digest = ?1 AND a.technician = ?2 AND a.active = 1";
    Ok(db.exists(sql, params![digest.as_str(), Id(technician)])?)
}

// --- Photos that the office's people bring in ------------------------------------------------------

/// Keeps a place for a photo that somebody has brought in; a request is to name it.
pub fn spare_photo(tx: &dyn Tx, digest: &Digest, bytes: u32, now: DateTime<Utc>) -> Result<()> {
    tx.run(
        "INSERT INTO photo (digest, bytes) VALUES (?1, ?2) ON CONFLICT (digest) DO NOTHING",
        params![digest.as_str(), bytes],
    )?;
    put_by(tx, digest, now)
}

fn put_by(tx: &dyn Tx, digest: &Digest, now: DateTime<Utc>) -> Result<()> {
    tx.run(
        "INSERT INTO photo_spare (digest, at) VALUES (?1, ?2)
         ON CONFLICT (digest) DO UPDATE SET at = excluded.at",
        params![digest.as_str(), At(now)],
    )?;
    Ok(())
}

/// How large a photo is that somebody of the office brought in, if it is here whole. Photos of sheets are none of these.
pub fn brought_photo(db: &dyn Tx, digest: &Digest) -> Result<Option<u32>> {
    let sql = "SELECT bytes FROM photo WHERE digest = ?1 AND whole_at IS NOT NULL
         AND (EXISTS (SELECT 1 FROM photo_spare WHERE digest = ?1)
              OR EXISTS (SELECT 1 FROM request_photo WHERE digest = ?1))";
    Ok(db.one(sql, [digest.as_str()], |row| row.get(0)).optional()?)
}

/// The photos of a request are these; what was taken away is put by until nobody comes back to it.
pub fn set_request_photos(
    tx: &dyn Tx,
    request: RequestId,
    photos: &[Digest],
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = "SELECT digest FROM request_photo WHERE request = ?1";
    let before: Vec<Digest> = tx.all(sql, [Id(request)], |row| Ok(row.get::<Sha>(0)?.0))?;
    for gone in before.iter().filter(|one| !photos.contains(one)) {
        tx.run(
            "DELETE FROM request_photo WHERE request = ?1 AND digest = ?2",
            params![Id(request), gone.as_str()],
        )?;
        put_by(tx, gone, now)?;
    }
    for photo in photos.iter().filter(|one| !before.contains(one)) {
        tx.run(
            "INSERT INTO request_photo (request, digest) VALUES (?1, ?2)",
            params![Id(request), photo.as_str()],
        )?;
        tx.run("DELETE FROM photo_spare WHERE digest = ?1", [photo.as_str()])?;
    }
    Ok(())
}

/// Photos that were put by before a moment.
pub fn spare_photos(db: &dyn Tx, before: DateTime<Utc>) -> Result<Vec<Digest>> {
    let sql = "SELECT digest FROM photo_spare WHERE at < ?1 ORDER BY at, digest";
    Ok(db.all(sql, [At(before)], |row| Ok(row.get::<Sha>(0)?.0))?)
}

/// Forgets a photo that was put by, unless something names it: then it is none any more, and stays. Its bytes are to go
/// after that, in another transaction, if there is no such photo still.
pub fn forget_spare(tx: &dyn Tx, digest: &Digest) -> Result<()> {
    let named =
        "SELECT 1 FROM photo_use WHERE digest = ?1 UNION ALL SELECT 1 FROM request_photo WHERE digest = ?1";
    if tx.exists(named, [digest.as_str()])? {
        tx.run("DELETE FROM photo_spare WHERE digest = ?1", [digest.as_str()])?;
    } else {
        tx.run("DELETE FROM thumb WHERE photo = ?1", [digest.as_str()])?;
        tx.run("DELETE FROM photo WHERE digest = ?1", [digest.as_str()])?;
    }
    Ok(())
}

pub fn spare_is_gone(tx: &dyn Tx, digest: &Digest) -> Result<()> {
    tx.run("DELETE FROM photo_spare WHERE digest = ?1", [digest.as_str()])?;
    Ok(())
}

/// Work orders that exist and use this photo.
pub fn orders_of_photo(db: &dyn Tx, digest: &Digest) -> Result<Vec<WorkOrderId>> {
    let sql = "SELECT DISTINCT u.work_order FROM photo_use u JOIN work_order w ON w.id = u.work_order
         WHERE u.digest = ?1";
    Ok(db.all(sql, [digest.as_str()], |row| Ok(row.get::<Id<_>>(0)?.0))?)
}

pub fn photos_missing(db: &dyn Tx, technician: TechnicianId) -> Result<Vec<Digest>> {
    let sql = "SELECT DISTINCT p.digest FROM photo p INDEXED BY photo_missing
         CROSS JOIN photo_use u
         WHERE u.digest = p.digest AND p.whole_at IS NULL AND u.technician = ?1 ORDER BY p.digest LIMIT 1000";
    Ok(db.all(sql, [Id(technician)], |row| Ok(row.get::<Sha>(0)?.0))?)
}

// --- Reference data --------------------------------------------------------------------------------

pub fn save_reference(tx: &dyn Tx, name: &str, technician: Option<TechnicianId>, json: &[u8]) -> Result<()> {
    tx.run(
        "INSERT INTO reference_set (name, technician, digest, bytes, body, n) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (name, technician) DO UPDATE SET digest = excluded.digest, bytes = excluded.bytes,
             body = excluded.body, n = excluded.n",
        params![
            name,
            technician.map(|id| id.to_string()).unwrap_or_default(),
            Digest::of(json).as_str(),
            json.len() as u64,
            zstd::encode_all(json, 9)?,
            super::counter(tx)?,
        ],
    )?;
    Ok(())
}

/// A set that everybody has, as JSON.
pub fn shared_reference(db: &dyn Tx, name: &str) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT body FROM reference_set WHERE name = ?1 AND technician = ''";
    let packed: Option<Vec<u8>> = db.one(sql, [name], |row| row.get(0)).optional()?;
    Ok(packed.map(|packed| zstd::decode_all(packed.as_slice())).transpose()?)
}

pub fn reference_list(db: &dyn Tx, technician: TechnicianId) -> Result<Vec<ReferenceSet>> {
    let sql = "SELECT name, digest, bytes FROM reference_set WHERE technician IN ('', ?1) ORDER BY name";
    Ok(db.all(sql, [Id(technician)], |row| {
        Ok(ReferenceSet { name: row.get(0)?, digest: row.get::<Sha>(1)?.0, bytes: row.get(2)? })
    })?)
}

/// What this technician's van carries, where the office keeps that.
pub fn van(db: &dyn Tx, technician: TechnicianId) -> Result<Option<Vec<VanStock>>> {
    let sql = "SELECT body FROM reference_set WHERE name = 'van' AND technician = ?1";
    let body = db.one(sql, [Id(technician)], |row| row.get::<Vec<u8>>(0)).optional()?;
    let Some(body) = body else { return Ok(None) };
    Ok(Some(serde_json::from_slice(&zstd::decode_all(body.as_slice())?)?))
}

/// The set's JSON, still compressed.
pub fn reference(db: &dyn Tx, digest: &Digest, technician: TechnicianId) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT body FROM reference_set WHERE digest = ?1 AND technician IN ('', ?2)";
    Ok(db.one(sql, params![digest.as_str(), Id(technician)], |row| row.get(0)).optional()?)
}
