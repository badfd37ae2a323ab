//! Enrolled phones, their one-time codes and sessions.

use super::tx::{Error, Optional, Row, Tx, params};
use super::{At, Id, Word};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Digest, TechnicianId,
    enrol::{PhoneId, Wipe},
    sign::PublicKey,
    view::{CodeGiven, ConsolePhone},
};

pub struct Phone {
    pub id: PhoneId,
    pub technician: TechnicianId,
    pub key: PublicKey,
    pub revoked: bool,
    pub wipe: Option<Wipe>,
}

fn phone_row(row: &Row<'_>) -> Result<Phone, Error> {
    let key: String = row.get(2)?;
    let key = PublicKey::parse(&key).ok_or_else(|| Error::value("no key"))?;
    Ok(Phone {
        id: row.get::<Id<_>>(0)?.0,
        technician: row.get::<Id<_>>(1)?.0,
        key,
        revoked: row.get(3)?,
        wipe: row.get::<Option<Word<_>>>(4)?.map(|wipe| wipe.0),
    })
}

const PHONE: &str = "SELECT id, technician, key, revoked_at IS NOT NULL, wipe FROM phone";

pub fn phone(db: &dyn Tx, id: PhoneId) -> Result<Option<Phone>> {
    Ok(db.one(&format!("{PHONE} WHERE id = ?1"), [Id(id)], phone_row).optional()?)
}

pub fn phone_by_key(db: &dyn Tx, technician: TechnicianId, key: &PublicKey) -> Result<Option<Phone>> {
    let sql = format!("{PHONE} WHERE technician = ?1 AND key = ?2");
    Ok(db.one(&sql, params![Id(technician), key.to_string()], phone_row).optional()?)
}

/// Of any phone that was ever enrolled, revoked ones too: what it signed before stays signed.
pub fn key_is_known(db: &dyn Tx, key: &PublicKey) -> Result<bool> {
    Ok(db.exists("SELECT 1 FROM phone WHERE key = ?1", [key.to_string()])?)
}

pub fn insert_phone(tx: &dyn Tx, phone: &Phone, name: &str, now: DateTime<Utc>) -> Result<()> {
    tx.run(
        "INSERT INTO phone (id, technician, key, name, enrolled_at, last_seen) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        params![Id(phone.id), Id(phone.technician), phone.key.to_string(), name, At(now)],
    )?;
    Ok(())
}

pub fn list(db: &dyn Tx) -> Result<Vec<ConsolePhone>> {
    let sql = "SELECT phone.id, phone.technician, technician.name, phone.name, enrolled_at, last_seen, revoked_at, wipe,
                wiped_at
         FROM phone JOIN technician ON technician.id = phone.technician
         ORDER BY technician.login, enrolled_at";
    let mut phones: Vec<ConsolePhone> = db.all(sql, [], |row| {
        let at = |column| row.get::<Option<At>>(column).map(|at| at.map(|at| at.0));
        Ok(ConsolePhone {
            id: row.get::<Id<_>>(0)?.0,
            technician: row.get::<Id<_>>(1)?.0,
            technician_name: row.get(2)?,
            name: row.get(3)?,
            enrolled_at: row.get::<At>(4)?.0,
            last_seen: row.get::<At>(5)?.0,
            revoked_at: at(6)?,
            wipe: row.get::<Option<Word<_>>>(7)?.map(|wipe| wipe.0),
            wiped_at: at(8)?,
            codes: Vec::new(),
        })
    })?;
    let sql = "SELECT phone, at, given_by, reason FROM unlock_code ORDER BY id DESC";
    let given: Vec<(PhoneId, CodeGiven)> = db.all(sql, [], |row| {
        let given = CodeGiven { at: row.get::<At>(1)?.0, by: row.get(2)?, reason: row.get(3)? };
        Ok((row.get::<Id<PhoneId>>(0)?.0, given))
    })?;
    for (phone, given) in given {
        if let Some(phone) = phones.iter_mut().find(|one| one.id == phone) {
            phone.codes.push(given);
        }
    }
    Ok(phones)
}

/// Revokes it, with an order to empty itself or without. `false`: there is no such phone.
pub fn revoke(tx: &dyn Tx, id: PhoneId, wipe: Option<Wipe>, now: DateTime<Utc>) -> Result<bool> {
    let known = tx.run(
        "UPDATE phone SET revoked_at = coalesce(revoked_at, ?2), wipe = coalesce(?3, wipe) WHERE id = ?1",
        params![Id(id), At(now), wipe.map(Wipe::word)],
    )?;
    tx.run("DELETE FROM session WHERE phone = ?1", [Id(id)])?;
    Ok(known == 1)
}

pub fn set_wiped(tx: &dyn Tx, id: PhoneId, now: DateTime<Utc>) -> Result<()> {
    tx.run("UPDATE phone SET wiped_at = coalesce(wiped_at, ?2) WHERE id = ?1", params![Id(id), At(now)])?;
    tx.run("DELETE FROM session WHERE phone = ?1", [Id(id)])?;
    Ok(())
}

// --- Codes -----------------------------------------------------------------------------------------

pub fn insert_code(
    tx: &dyn Tx,
    code: &Digest,
    technician: TechnicianId,
    by: &str,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<()> {
    tx.run(
        "INSERT INTO enrolment (code, technician, made_by, made_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![code.as_str(), Id(technician), by, At(now), At(until)],
    )?;
    Ok(())
}

/// Uses the code up. `None`: there is none that is still good.
pub fn use_code(tx: &dyn Tx, code: &Digest, now: DateTime<Utc>) -> Result<Option<TechnicianId>> {
    let sql = "UPDATE enrolment SET used_at = ?2 WHERE code = ?1 AND used_at IS NULL AND expires_at > ?2
               RETURNING technician";
    let found = tx.one(sql, params![code.as_str(), At(now)], |row| row.get::<Id<_>>(0));
    Ok(found.optional()?.map(|id| id.0))
}

/// Whether it was ever one, used or too old as it may be.
pub fn is_code(tx: &dyn Tx, code: &Digest) -> Result<bool> {
    Ok(tx.exists("SELECT 1 FROM enrolment WHERE code = ?1", [code.as_str()])?)
}

/// The office's half of what opens this technician's database, made when it is first asked for.
pub fn recovery(tx: &dyn Tx, technician: TechnicianId, fresh: &str) -> Result<String> {
    let sql = "UPDATE technician SET recovery = coalesce(recovery, ?2) WHERE id = ?1 RETURNING recovery";
    Ok(tx.one(sql, params![Id(technician), fresh], |row| row.get(0))?)
}

// --- Codes by telephone ------------------------------------------------------------------------------

/// The number of the last code given for a phone, and how many were given since then.
pub fn codes_given(db: &dyn Tx, phone: PhoneId, since: DateTime<Utc>) -> Result<(Option<u32>, u32)> {
    let last =
        db.one("SELECT max(number) FROM unlock_code WHERE phone = ?1", [Id(phone)], |row| row.get(0))?;
    let sql = "SELECT count(*) FROM unlock_code WHERE phone = ?1 AND at > ?2";
    Ok((last, db.one(sql, params![Id(phone), At(since)], |row| row.get(0))?))
}

pub fn insert_code_given(
    tx: &dyn Tx,
    id: &str,
    phone: PhoneId,
    number: u32,
    given: &CodeGiven,
) -> Result<()> {
    tx.run(
        "INSERT INTO unlock_code (id, phone, number, at, given_by, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![id, Id(phone), number, At(given.at), given.by, given.reason],
    )?;
    Ok(())
}

/// The office's half of this technician's locks, where one was made.
pub fn recovery_of(db: &dyn Tx, technician: TechnicianId) -> Result<Option<String>> {
    let sql = "SELECT recovery FROM technician WHERE id = ?1";
    Ok(db.one(sql, [Id(technician)], |row| row.get(0)).optional()?.flatten())
}

// --- Challenges -------------------------------------------------------------------------------------

pub fn insert_challenge(
    tx: &dyn Tx,
    phone: PhoneId,
    challenge: &str,
    (now, until): (DateTime<Utc>, DateTime<Utc>),
    most: u32,
) -> Result<()> {
    tx.run("DELETE FROM challenge WHERE until <= ?1", [At(now)])?;
    tx.run(
        "INSERT INTO challenge (challenge, phone, nth, until)
         VALUES (?1, ?2, (SELECT coalesce(max(nth), 0) + 1 FROM challenge WHERE phone = ?2), ?3)",
        params![challenge, Id(phone), At(until)],
    )?;
    tx.run(
        "DELETE FROM challenge WHERE phone = ?1
             AND nth <= (SELECT max(nth) FROM challenge WHERE phone = ?1) - ?2",
        params![Id(phone), most],
    )?;
    Ok(())
}

/// Was it made for this phone, not long ago? It is good once.
pub fn take_challenge(tx: &dyn Tx, phone: PhoneId, challenge: &str, now: DateTime<Utc>) -> Result<bool> {
    let sql = "DELETE FROM challenge WHERE challenge = ?1 AND phone = ?2 AND until > ?3";
    Ok(tx.run(sql, params![challenge, Id(phone), At(now)])? == 1)
}

// --- Sessions --------------------------------------------------------------------------------------

pub fn insert_session(tx: &dyn Tx, token: &str, phone: &Phone, now: DateTime<Utc>) -> Result<()> {
    tx.run(
        "INSERT INTO session (token, kind, account, made_at, last_used, phone)
         VALUES (?1, 'technician', ?2, ?3, ?3, ?4)",
        params![token, Id(phone.technician), At(now), Id(phone.id)],
    )?;
    tx.run("UPDATE phone SET last_seen = ?2 WHERE id = ?1", params![Id(phone.id), At(now)])?;
    Ok(())
}

/// A session's phone and when it began, also when it is over: its phone may then be challenged at once.
pub fn session(db: &dyn Tx, token: &str) -> Result<Option<(PhoneId, DateTime<Utc>)>> {
    let sql = "SELECT phone, made_at FROM session WHERE token = ?1 AND kind = 'technician'";
    let found = db.one(sql, [token], |row| Ok((row.get::<Id<_>>(0)?.0, row.get::<At>(1)?.0)));
    Ok(found.optional()?)
}
