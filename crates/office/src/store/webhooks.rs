//! Who else wants to hear what happens, and what they are still to be told.

use super::tx::{Optional, Tx, params};
use super::{At, Id, Json, requests::Held};
use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    WorkOrderId,
    act::{Act, Attention},
    moment::millis,
    webhook::{HookEvent, HookTry, Webhook},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// What arrived is no use any more; what did not is shown for some time.
const KEPT: TimeDelta = TimeDelta::days(7);
/// Most messages that are looked at in one pass for each that is told.
const AT_ONCE: u32 = 20;

pub fn list(db: &dyn Tx) -> Result<Vec<Webhook>> {
    let sql = "SELECT w.id, w.url, w.events, w.made_at, w.made_by, w.tried,
                (SELECT count(*) FROM webhook_message m WHERE m.webhook = w.id AND m.given_up = 0 AND m.due IS NOT NULL),
                (SELECT count(*) FROM webhook_message m WHERE m.webhook = w.id AND m.given_up = 1)
         FROM webhook w ORDER BY w.id";
    Ok(db.all(sql, [], |row| {
        Ok(Webhook {
            id: row.get::<Id<_>>(0)?.0,
            url: row.get(1)?,
            events: row.get::<Json<_>>(2)?.0,
            made_at: row.get::<At>(3)?.0,
            made_by: row.get(4)?,
            tried: row.get::<Option<Json<_>>>(5)?.map(|tried| tried.0),
            waiting: row.get(6)?,
            given_up: row.get(7)?,
        })
    })?)
}

pub fn insert(tx: &dyn Tx, hook: &Webhook, secret: &[u8]) -> Result<()> {
    tx.run(
        "INSERT INTO webhook (id, url, secret, events, made_at, made_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![Id(hook.id), hook.url, secret, Json(&hook.events), At(hook.made_at), hook.made_by],
    )?;
    Ok(())
}

/// With all that it was still to be told. `false` when there is none.
pub fn remove(tx: &dyn Tx, id: Uuid) -> Result<bool> {
    tx.run("DELETE FROM webhook_message WHERE webhook = ?1", [Id(id)])?;
    Ok(tx.run("DELETE FROM webhook WHERE id = ?1", [Id(id)])? == 1)
}

/// Messages that wait, and that were given up.
pub fn counts(db: &dyn Tx) -> Result<(u64, u64)> {
    let waiting = "SELECT count(*) FROM webhook_message WHERE due IS NOT NULL";
    let given_up = "SELECT count(*) FROM webhook_message WHERE given_up = 1";
    Ok((db.one(waiting, [], |row| row.get(0))?, db.one(given_up, [], |row| row.get(0))?))
}

// --- What is to be told ----------------------------------------------------------------------------

pub fn note_request(tx: &dyn Tx, held: &Held, at: DateTime<Utc>) -> Result<()> {
    note(tx, HookEvent::RequestTaken, at, |_| {
        Ok(json!({ "request": held.id, "number": held.number, "channel": held.intake.channel }))
    })
}

/// A request for which nobody was sent in time.
pub fn note_late(tx: &dyn Tx, held: &Held, at: DateTime<Utc>) -> Result<()> {
    note(tx, HookEvent::AttentionRaised, at, |_| {
        Ok(json!({ "request": held.id, "number": held.number, "attention": Attention::Breached }))
    })
}

/// An act that was journalled just now, as entry `n`.
pub fn note_act(tx: &dyn Tx, id: WorkOrderId, act: &Act, n: u64, at: DateTime<Utc>) -> Result<()> {
    let Some(event) = HookEvent::of(act) else { return Ok(()) };
    note(tx, event, at, |tx| {
        let sql = "SELECT number, request FROM work_order WHERE id = ?1";
        let named = tx.one(sql, [Id(id)], |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)));
        let (number, request) = named.optional()?.unwrap_or_default();
        let mut data = json!({ "work_order": id, "number": number, "request_number": request, "entry": n });
        match act {
            Act::Offered { technician, .. } | Act::Reassigned { to: technician, .. } => {
                data["technician"] = json!(technician);
            }
            // What it is about may name people.
            Act::Raised { attention, .. } => data["attention"] = json!(attention),
            _ => {}
        }
        Ok(data)
    })
}

fn note(
    tx: &dyn Tx,
    event: HookEvent,
    at: DateTime<Utc>,
    data: impl Fn(&dyn Tx) -> Result<Value>,
) -> Result<()> {
    let sql = "SELECT id, events FROM webhook ORDER BY id";
    let all: Vec<(Uuid, Vec<HookEvent>)> =
        tx.all(sql, [], |row| Ok((row.get::<Id<_>>(0)?.0, row.get::<Json<_>>(1)?.0)))?;
    let told: Vec<Uuid> =
        all.into_iter().filter(|(_, events)| events.contains(&event)).map(|(id, _)| id).collect();
    if told.is_empty() {
        return Ok(());
    }
    let body = json!({ "type": event, "timestamp": millis::text(&at), "data": data(tx)? }).to_string();
    for webhook in told {
        tx.run(
            "INSERT INTO webhook_message (id, webhook, body, due) VALUES (?1, ?2, ?3, ?4)",
            params![format!("msg_{}", Uuid::now_v7().simple()), Id(webhook), body, At(at)],
        )?;
    }
    Ok(())
}

// --- Telling ---------------------------------------------------------------------------------------

/// A message that is due, and to whom.
#[derive(Clone)]
pub struct Due {
    pub id: String,
    pub webhook: Uuid,
    pub body: String,
    /// Begun so far.
    pub tries: u32,
    pub url: String,
    pub secret: Vec<u8>,
}

/// What is due, for each that is told: a few, the oldest first.
pub fn due(db: &dyn Tx, now: DateTime<Utc>) -> Result<Vec<Vec<Due>>> {
    let hooks: Vec<Uuid> =
        db.all("SELECT DISTINCT webhook FROM webhook_message WHERE due <= ?1", [At(now)], |row| {
            Ok(row.get::<Id<_>>(0)?.0)
        })?;
    let sql = "SELECT m.id, m.body, m.tries, w.url, w.secret FROM webhook_message m JOIN webhook w ON w.id = m.webhook
         WHERE m.due <= ?1 AND m.webhook = ?2 ORDER BY m.due, m.id LIMIT ?3";
    let of = |webhook: Uuid| {
        db.all(sql, params![At(now), Id(webhook), AT_ONCE], |row| {
            Ok(Due {
                id: row.get(0)?,
                webhook,
                body: row.get(1)?,
                tries: row.get(2)?,
                url: row.get(3)?,
                secret: row.get(4)?,
            })
        })
    };
    hooks.into_iter().map(|webhook| Ok(of(webhook)?)).collect()
}

/// Takes a message for one try: `false` when somebody else has, or it is there no more. Another is due at `next`, whatever
/// becomes of this one and of whoever makes it.
pub fn take(tx: &dyn Tx, message: &Due, next: DateTime<Utc>) -> Result<bool, super::Error> {
    let sql = "UPDATE webhook_message SET tries = tries + 1, due = ?3 WHERE id = ?1 AND tries = ?2 AND due IS NOT NULL";
    Ok(tx.run(sql, params![message.id, message.tries, At(next)])? == 1)
}

/// What became of a try, in the words of the list.
pub fn note_try(tx: &dyn Tx, webhook: Uuid, tried: &HookTry) -> Result<(), super::Error> {
    tx.run("UPDATE webhook SET tried = ?2 WHERE id = ?1", params![Id(webhook), Json(tried)])?;
    Ok(())
}

/// It is not tried again: it arrived, or there is no use in it.
pub fn end(tx: &dyn Tx, id: &str, given_up: bool, now: DateTime<Utc>) -> Result<(), super::Error> {
    tx.run(
        "UPDATE webhook_message SET due = NULL, ended_at = ?2, given_up = ?3 WHERE id = ?1 AND due IS NOT NULL",
        params![id, At(now), given_up],
    )?;
    Ok(())
}

/// Drops what ended long ago.
pub fn forget(tx: &dyn Tx, now: DateTime<Utc>) -> Result<(), super::Error> {
    tx.run("DELETE FROM webhook_message WHERE ended_at < ?1", [At(now - KEPT)])?;
    Ok(())
}
