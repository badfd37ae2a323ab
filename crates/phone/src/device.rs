//! The phone's own small database: who has signed in here, and how the app looks.

use crate::error::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    TechnicianId,
    enrol::{PhoneId, Wiped},
    moment::millis,
    sign::PublicKey,
    view::Settings,
    work_order::Technician,
};
use jobsheet_sqlite::Migration;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_first", sql: include_str!("../../../migrations/device/0001_first.sql") },
    Migration { name: "0002_keys", sql: include_str!("../../../migrations/device/0002_keys.sql") },
    Migration { name: "0003_unlock", sql: include_str!("../../../migrations/device/0003_unlock.sql") },
];

pub(crate) struct Device(Mutex<Connection>);

/// Somebody who has signed in on this phone.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub technician: Technician,
    pub login: String,
    pub office: String,
    pub company: String,
    pub file: String,
    /// `None` until this phone is enrolled for this technician.
    pub enrolment: Option<(PhoneId, PublicKey)>,
    pub locks: Locks,
}

/// The database's key, locked (`vault`).
#[derive(Clone, Debug, Default)]
pub(crate) struct Locks {
    pub office: Option<String>,
    pub password: Option<String>,
    pub pin: Option<String>,
}

/// How far one may try PINs and passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tries {
    pub tries: u32,
    /// Milliseconds until the next is looked at.
    pub wait: u64,
}

/// The database's key, locked for one code of the office.
#[derive(Clone, Debug)]
pub(crate) struct CodeLock {
    pub number: u32,
    pub lock: String,
}

const ACCOUNT: &str =
    "SELECT profile, login, office, company, file, phone, office_key, by_office, by_password, by_pin
                       FROM account";

impl Device {
    pub fn open(file: &Path) -> Result<Self> {
        let db = jobsheet_sqlite::open(file, MIGRATIONS)?;
        // What is deleted is overwritten.
        db.pragma_update(None, "secure_delete", true)?;
        // Nothing of record is in here, and the copy still has what the migration took out for being a secret.
        match std::fs::remove_file(jobsheet_sqlite::copy_path(file, 1)) {
            Err(why) if why.kind() != std::io::ErrorKind::NotFound => Err(why.into()),
            _ => Ok(Self(Mutex::new(db))),
        }
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// None: nobody has chosen any.
    pub fn settings(&self) -> Result<Option<Settings>> {
        let text = self.setting("settings")?;
        Ok(text.map(|t| serde_json::from_str(&t).unwrap_or_default()))
    }

    pub fn save_settings(&self, settings: &Settings) -> Result<()> {
        self.save_setting("settings", &serde_json::to_string(settings)?)
    }

    /// The address last used.
    pub fn office(&self) -> Result<Option<String>> {
        self.setting("office")
    }

    pub fn setting(&self, name: &str) -> Result<Option<String>> {
        let found = self
            .db()
            .query_row("SELECT value FROM setting WHERE name = ?1", [name], |r| r.get(0))
            .optional()?;
        Ok(found)
    }

    pub fn save_setting(&self, name: &str, value: &str) -> Result<()> {
        self.db().execute(
            "INSERT INTO setting (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [name, value],
        )?;
        Ok(())
    }

    /// Who is signed in, perhaps behind a PIN.
    pub fn current(&self) -> Result<Option<Account>> {
        self.one("WHERE current = 1", params![])
    }

    /// The last one who signed in by that name at that office.
    pub fn known(&self, office: &str, login: &str) -> Result<Option<Account>> {
        let last = "WHERE office = ?1 AND login = ?2 ORDER BY signed_in_at DESC LIMIT 1";
        self.one(last, params![office, login])
    }

    /// The last one who signed in by that name.
    pub fn known_by_login(&self, login: &str) -> Result<Option<Account>> {
        self.one("WHERE login = ?1 ORDER BY current DESC, signed_in_at DESC LIMIT 1", params![login])
    }

    pub fn account(&self, technician: TechnicianId) -> Result<Option<Account>> {
        self.one("WHERE technician = ?1", params![technician.to_string()])
    }

    pub fn accounts(&self) -> Result<Vec<Account>> {
        let db = self.db();
        let mut statement = db.prepare(ACCOUNT)?;
        let rows = statement.query_map([], account)?.collect::<Result<Vec<_>, _>>()?;
        rows.into_iter().collect()
    }

    fn one(&self, which: &str, params: impl rusqlite::Params) -> Result<Option<Account>> {
        let found = self.db().query_row(&format!("{ACCOUNT} {which}"), params, account);
        found.optional()?.transpose()
    }

    /// Logins that have a database here, the latest first, and their firm.
    pub fn logins(&self) -> Result<(Vec<String>, Option<String>)> {
        let db = self.db();
        let mut statement =
            db.prepare("SELECT login, company FROM account ORDER BY current DESC, signed_in_at DESC")?;
        let rows = statement
            .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
            .collect::<Result<Vec<(String, String)>, _>>()?;
        let company = rows.first().map(|(_, company)| company.clone());
        let mut logins: Vec<String> = Vec::new();
        for (login, _) in rows {
            if !logins.contains(&login) {
                logins.push(login);
            }
        }
        Ok((logins, company))
    }

    /// Makes `account` the one who is signed in.
    pub fn sign_in(&self, account: &Account, at: DateTime<Utc>) -> Result<()> {
        let profile = serde_json::to_string(&account.technician)?;
        let mut db = self.db();
        let tx = db.transaction()?;
        tx.execute("UPDATE account SET current = 0 WHERE current = 1", [])?;
        let (phone, office_key) = account.enrolment.unzip();
        tx.execute(
            "INSERT INTO account
                 (technician, login, office, profile, company, file, phone, office_key, by_office, by_password,
                  by_pin, current, signed_in_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1, ?12)
             ON CONFLICT (technician) DO UPDATE SET
                 login = excluded.login, office = excluded.office, profile = excluded.profile,
                 company = excluded.company, phone = excluded.phone, office_key = excluded.office_key,
                 by_office = excluded.by_office, by_password = excluded.by_password, by_pin = excluded.by_pin,
                 current = 1, signed_in_at = excluded.signed_in_at",
            params![
                account.technician.id.to_string(),
                account.login,
                account.office,
                profile,
                account.company,
                account.file,
                phone.map(|phone| phone.to_string()),
                office_key.map(|key| key.to_string()),
                account.locks.office,
                account.locks.password,
                account.locks.pin,
                millis::text(&at),
            ],
        )?;
        tx.execute(
            "INSERT INTO setting (name, value) VALUES ('office', ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [&account.office],
        )?;
        tx.commit()?;
        Ok(())
    }

    /// The technician's database stays as it is (P5).
    pub fn sign_out(&self, technician: TechnicianId) -> Result<()> {
        self.db()
            .execute("UPDATE account SET current = 0 WHERE technician = ?1", [technician.to_string()])?;
        Ok(())
    }

    pub fn save_pin(&self, technician: TechnicianId, lock: Option<&str>) -> Result<()> {
        self.db().execute(
            "UPDATE account SET by_pin = ?2 WHERE technician = ?1",
            params![technician.to_string(), lock],
        )?;
        Ok(())
    }

    // --- Codes by telephone --------------------------------------------------------------------------

    /// The lock whose code is asked for now. `None`: there is none left.
    pub fn code_lock(&self, technician: TechnicianId) -> Result<Option<CodeLock>> {
        let sql = "SELECT number, lock FROM unlock WHERE technician = ?1 ORDER BY number LIMIT 1";
        let found = self.db().query_row(sql, [technician.to_string()], |r| {
            Ok(CodeLock { number: r.get(0)?, lock: r.get(1)? })
        });
        Ok(found.optional()?)
    }

    /// The number that new locks begin with.
    pub fn next_code(&self, technician: TechnicianId) -> Result<u32> {
        let sql = "SELECT unlock_next FROM account WHERE technician = ?1";
        Ok(self.db().query_row(sql, [technician.to_string()], |r| r.get(0)).optional()?.unwrap_or(1))
    }

    /// New locks in place of all there were.
    pub fn save_code_locks(&self, technician: TechnicianId, locks: &[(u32, String)]) -> Result<()> {
        let who = technician.to_string();
        let mut db = self.db();
        let tx = db.transaction()?;
        tx.execute("DELETE FROM unlock WHERE technician = ?1", [&who])?;
        for (number, lock) in locks {
            tx.execute(
                "INSERT INTO unlock (technician, number, lock) VALUES (?1, ?2, ?3)",
                params![who, number, lock],
            )?;
            tx.execute(
                "UPDATE account SET unlock_next = ?2 + 1 WHERE technician = ?1 AND unlock_next <= ?2",
                params![who, number],
            )?;
        }
        tx.commit()?;
        Ok(())
    }

    /// Counts a try before it is made.
    pub fn begin_code(&self, technician: TechnicianId, number: u32) -> Result<u32> {
        let sql = "UPDATE unlock SET tries = tries + 1 WHERE technician = ?1 AND number = ?2 RETURNING tries";
        Ok(self.db().query_row(sql, params![technician.to_string(), number], |r| r.get(0))?)
    }

    /// The code of that number and those before it open nothing any more; when one did `open`, neither does the PIN.
    pub fn spend_code(&self, technician: TechnicianId, number: u32, open: bool) -> Result<()> {
        let who = technician.to_string();
        let mut db = self.db();
        let tx = db.transaction()?;
        tx.execute("DELETE FROM unlock WHERE technician = ?1 AND number <= ?2", params![who, number])?;
        if open {
            tx.execute(
                "UPDATE account SET by_pin = NULL, tries = 0, wait = 0 WHERE technician = ?1",
                [&who],
            )?;
        }
        tx.commit()?;
        Ok(())
    }

    // --- The lease ---------------------------------------------------------------------------------

    /// The office gave a session: the clock of now is the one that counts on.
    pub fn heard(&self, technician: TechnicianId, at: DateTime<Utc>) -> Result<()> {
        let at = millis::text(&at);
        let mut db = self.db();
        let tx = db.transaction()?;
        tx.execute(
            "UPDATE account SET heard_at = ?2 WHERE technician = ?1",
            params![technician.to_string(), at],
        )?;
        tx.execute(
            "INSERT INTO setting (name, value) VALUES ('seen_at', ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [&at],
        )?;
        tx.commit()?;
        Ok(())
    }

    pub fn heard_at(&self, technician: TechnicianId) -> Result<Option<DateTime<Utc>>> {
        let sql = "SELECT heard_at FROM account WHERE technician = ?1";
        let found: Option<Option<String>> =
            self.db().query_row(sql, [technician.to_string()], |r| r.get(0)).optional()?;
        Ok(found.flatten().and_then(|at| at.parse().ok()))
    }

    /// The latest that the clock has shown since the office was heard: setting it back makes no lease longer.
    pub fn latest(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let seen: Option<DateTime<Utc>> = self.setting("seen_at")?.and_then(|at| at.parse().ok());
        match seen {
            Some(seen) if seen >= now => Ok(seen),
            _ => {
                self.save_setting("seen_at", &millis::text(&now))?;
                Ok(now)
            }
        }
    }

    // --- Tries -------------------------------------------------------------------------------------

    /// Counts a try before it is made, so that ending the app in the middle wins nothing. Refused while one has to
    /// wait: then nothing was counted.
    pub fn begin_try(
        &self,
        technician: TechnicianId,
        (boot, elapsed): (&str, u64),
        wait_after: impl FnOnce(u32) -> u64,
    ) -> Result<Tries> {
        let mut db = self.db();
        let tx = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let who = technician.to_string();
        let before = tries(&tx, &who, (boot, elapsed))?;
        if before.wait > 0 {
            // Another start of the phone: its counter begins anew, so the wait does too.
            tx.execute(
                "UPDATE account SET wait_boot = ?2, wait_from = ?3 WHERE technician = ?1 AND wait_boot <> ?2",
                params![who, boot, elapsed],
            )?;
            tx.commit()?;
            return Ok(before);
        }
        let after = before.tries.saturating_add(1);
        tx.execute(
            "UPDATE account SET tries = ?2, wait = ?3, wait_boot = ?4, wait_from = ?5 WHERE technician = ?1",
            params![who, after, wait_after(after), boot, elapsed],
        )?;
        tx.commit()?;
        Ok(Tries { tries: after, wait: 0 })
    }

    pub fn tries(&self, technician: TechnicianId, at: (&str, u64)) -> Result<Tries> {
        tries(&self.db(), &technician.to_string(), at)
    }

    pub fn right(&self, technician: TechnicianId) -> Result<()> {
        self.db().execute(
            "UPDATE account SET tries = 0, wait = 0 WHERE technician = ?1",
            [technician.to_string()],
        )?;
        Ok(())
    }

    /// Waits that were begun in another start of the phone begin again in this one.
    pub fn restart_waits(&self, (boot, elapsed): (&str, u64)) -> Result<()> {
        self.db().execute(
            "UPDATE account SET wait_boot = ?1, wait_from = ?2 WHERE wait > 0 AND wait_boot <> ?1",
            params![boot, elapsed],
        )?;
        Ok(())
    }

    // --- Emptying the phone ------------------------------------------------------------------------

    /// From here on this technician's things are gone; what is left of them is removed at the next start at the latest.
    pub fn begin_wipe(&self, technician: TechnicianId, done: &Wiped) -> Result<()> {
        self.db().execute(
            "UPDATE account SET wiping = ?2, current = 0 WHERE technician = ?1",
            params![technician.to_string(), serde_json::to_string(done)?],
        )?;
        Ok(())
    }

    pub fn being_wiped(&self) -> Result<Vec<Account>> {
        let db = self.db();
        let mut statement = db.prepare(&format!("{ACCOUNT} WHERE wiping IS NOT NULL"))?;
        let rows = statement.query_map([], account)?.collect::<Result<Vec<_>, _>>()?;
        rows.into_iter().collect()
    }

    /// Forgets the technician and keeps in mind what the office is to be told.
    pub fn end_wipe(&self, technician: TechnicianId) -> Result<()> {
        let who = technician.to_string();
        let mut db = self.db();
        let tx = db.transaction()?;
        tx.execute(
            "INSERT INTO wiped (body, office) SELECT wiping, office FROM account
             WHERE technician = ?1 AND wiping IS NOT NULL ON CONFLICT (body) DO NOTHING",
            [&who],
        )?;
        tx.execute("DELETE FROM unlock WHERE technician = ?1", [&who])?;
        tx.execute("DELETE FROM account WHERE technician = ?1", [&who])?;
        tx.commit()?;
        // Their name does not stay in the log either.
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// What the office is still to be told, and where.
    pub fn wiped(&self) -> Result<Vec<(String, String)>> {
        let db = self.db();
        let mut statement = db.prepare("SELECT body, office FROM wiped")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn told_wiped(&self, body: &str) -> Result<()> {
        self.db().execute("DELETE FROM wiped WHERE body = ?1", [body])?;
        Ok(())
    }
}

fn tries(db: &Connection, technician: &str, (boot, elapsed): (&str, u64)) -> Result<Tries> {
    let sql = "SELECT tries, wait, wait_from, wait_boot FROM account WHERE technician = ?1";
    let found = db.query_row(sql, [technician], |r| {
        let (tries, wait, from, began): (u32, u64, u64, String) =
            (r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
        let waited = if began == boot { elapsed.saturating_sub(from) } else { 0 };
        Ok(Tries { tries, wait: wait.saturating_sub(waited) })
    });
    Ok(found.optional()?.unwrap_or(Tries { tries: 0, wait: 0 }))
}

fn account(row: &Row<'_>) -> rusqlite::Result<Result<Account>> {
    let profile: String = row.get(0)?;
    let technician = match serde_json::from_str(&profile) {
        Ok(technician) => technician,
        Err(why) => return Ok(Err(why.into())),
    };
    let phone: Option<String> = row.get(5)?;
    let office_key: Option<String> = row.get(6)?;
    Ok(Ok(Account {
        technician,
        login: row.get(1)?,
        office: row.get(2)?,
        company: row.get(3)?,
        file: row.get(4)?,
        enrolment: phone
            .and_then(|phone| phone.parse().ok())
            .zip(office_key.and_then(|key| PublicKey::parse(&key))),
        locks: Locks { office: row.get(7)?, password: row.get(8)?, pin: row.get(9)? },
    }))
}
