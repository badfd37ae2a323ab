//! Accounts, passwords, sessions.

use super::tx::{Error, Optional, Row, Tx, params};
use super::{At, Id, Json, Word};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{TechnicianId, view::Account, work_order::Technician};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Technician,
    Staff,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Kind::Technician => "technician",
            Kind::Staff => "staff",
        }
    }
}

pub fn technicians(db: &dyn Tx) -> Result<Vec<Technician>> {
    let sql = "SELECT body FROM technician ORDER BY login";
    Ok(db.all(sql, [], |row| Ok(row.get::<Json<_>>(0)?.0))?)
}

pub fn technician(db: &dyn Tx, id: TechnicianId) -> Result<Option<Technician>> {
    let sql = "SELECT body FROM technician WHERE id = ?1";
    Ok(db.one(sql, [Id(id)], |row| Ok(row.get::<Json<_>>(0)?.0)).optional()?)
}

pub fn technician_by_login(db: &dyn Tx, login: &str) -> Result<Option<Technician>> {
    let sql = "SELECT body FROM technician WHERE login = ?1";
    Ok(db.one(sql, [login], |row| Ok(row.get::<Json<_>>(0)?.0)).optional()?)
}

pub fn insert_technician(tx: &dyn Tx, technician: &Technician, password: &str) -> Result<()> {
    tx.run(
        "INSERT INTO technician (id, login, name, password, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![Id(technician.id), technician.login, technician.name, password, Json(technician)],
    )?;
    Ok(())
}

pub fn insert_staff(tx: &dyn Tx, login: &str, name: &str, role: &str, password: &str) -> Result<()> {
    tx.run(
        "INSERT INTO staff (login, name, role, password) VALUES (?1, ?2, ?3, ?4)",
        params![login, name, role, password],
    )?;
    Ok(())
}

const STAFF: &str = "SELECT login, name, role, disabled, version FROM staff";

fn staff_row(row: &Row<'_>) -> Result<Account, Error> {
    Ok(Account {
        login: row.get(0)?,
        name: row.get(1)?,
        role: row.get::<Word<_>>(2)?.0,
        disabled: row.get(3)?,
        version: row.get(4)?,
    })
}

pub fn staff(db: &dyn Tx) -> Result<Vec<Account>> {
    Ok(db.all(&format!("{STAFF} ORDER BY login"), [], staff_row)?)
}

pub fn staff_one(db: &dyn Tx, login: &str) -> Result<Option<Account>> {
    Ok(db.one(&format!("{STAFF} WHERE login = ?1"), [login], staff_row).optional()?)
}

pub fn update_staff(tx: &dyn Tx, account: &Account) -> Result<()> {
    let Account { login, name, role, disabled, version } = account;
    tx.run(
        "UPDATE staff SET name = ?2, role = ?3, disabled = ?4, version = ?5 WHERE login = ?1",
        params![login, name, role.word(), disabled, version],
    )?;
    Ok(())
}

pub fn set_staff_password(tx: &dyn Tx, login: &str, password: &str) -> Result<()> {
    tx.run("UPDATE staff SET password = ?2, version = version + 1 WHERE login = ?1", [login, password])?;
    Ok(())
}

/// Ends the sessions of one account.
pub fn end_sessions_of(tx: &dyn Tx, kind: Kind, account: &str) -> Result<()> {
    tx.run("DELETE FROM session WHERE kind = ?1 AND account = ?2", [kind.word(), account])?;
    Ok(())
}

/// The account (technician id or staff login) and the password's hash.
pub fn account(db: &dyn Tx, kind: Kind, login: &str) -> Result<Option<(String, String)>> {
    let sql = match kind {
        Kind::Technician => "SELECT id, password FROM technician WHERE login = ?1",
        Kind::Staff => "SELECT login, password FROM staff WHERE login = ?1 AND disabled = 0",
    };
    Ok(db.one(sql, [login], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

/// Until when no further try is looked at.
pub fn tries_held(db: &dyn Tx, key: &str) -> Result<Option<DateTime<Utc>>> {
    let sql = "SELECT until FROM wrong_password WHERE login = ?1";
    Ok(db.one(sql, [key], |row| Ok(row.get::<At>(0)?.0)).optional()?)
}

/// Counts a wrong try: how many there are now. Whoever counts at the same time counts on from there.
pub fn note_wrong_try(tx: &dyn Tx, key: &str, now: DateTime<Utc>) -> Result<u32> {
    let sql = "INSERT INTO wrong_password (login, tries, last, until) VALUES (?1, 1, ?2, ?2)
               ON CONFLICT (login) DO UPDATE SET tries = CASE WHEN wrong_password.tries < 1000000
                   THEN wrong_password.tries + 1 ELSE wrong_password.tries END, last = excluded.last
               RETURNING tries";
    Ok(tx.one(sql, params![key, At(now)], |row| row.get(0))?)
}

/// No further try is looked at before `until`.
pub fn hold_tries(tx: &dyn Tx, key: &str, until: DateTime<Utc>) -> Result<()> {
    tx.run("UPDATE wrong_password SET until = ?2 WHERE login = ?1", params![key, At(until)])?;
    Ok(())
}

/// Forgets the tries of one login, and everybody's that are older than `before`.
pub fn forget_wrong_tries(tx: &dyn Tx, key: &str, before: DateTime<Utc>) -> Result<()> {
    tx.run("DELETE FROM wrong_password WHERE login = ?1 OR last < ?2", params![key, At(before)])?;
    Ok(())
}

pub fn insert_session(tx: &dyn Tx, token: &str, kind: Kind, account: &str, now: DateTime<Utc>) -> Result<()> {
    tx.run(
        "INSERT INTO session (token, kind, account, made_at, last_used) VALUES (?1, ?2, ?3, ?4, ?4)",
        params![token, kind.word(), account, At(now)],
    )?;
    Ok(())
}

/// The account of a session and when it was made.
pub fn session(db: &dyn Tx, token: &str, kind: Kind) -> Result<Option<(String, DateTime<Utc>)>> {
    let sql = "SELECT account, made_at FROM session WHERE token = ?1 AND kind = ?2";
    let found = db.one(sql, params![token, kind.word()], |row| Ok((row.get(0)?, row.get::<At>(1)?.0)));
    Ok(found.optional()?)
}

pub fn end_session(tx: &dyn Tx, token: &str) -> Result<()> {
    tx.run("DELETE FROM session WHERE token = ?1", [token])?;
    Ok(())
}

pub fn end_sessions_before(tx: &dyn Tx, kind: Kind, before: DateTime<Utc>) -> Result<()> {
    tx.run("DELETE FROM session WHERE kind = ?1 AND made_at < ?2", params![kind.word(), At(before)])?;
    Ok(())
}
