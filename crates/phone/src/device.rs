//! The phone's own small database: who has signed in here, and how the app looks.

use crate::error::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{TechnicianId, moment::millis, view::Settings, work_order::Technician};
use jobsheet_sqlite::Migration;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { name: "0001_first", sql: include_str!("../../../migrations/device/0001_first.sql") }];

pub(crate) struct Device(Mutex<Connection>);

/// Somebody who has signed in on this phone. No `Debug`: verifier and token are secrets.
#[derive(Clone)]
pub(crate) struct Account {
    pub technician: Technician,
    pub login: String,
    pub office: String,
    pub company: String,
    pub file: String,
    pub verifier: String,
    pub token: Option<String>,
}

impl Device {
    pub fn open(file: &Path) -> Result<Self> {
        Ok(Self(Mutex::new(jobsheet_sqlite::open(file, MIGRATIONS)?)))
    }

    fn db(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn settings(&self) -> Result<Settings> {
        let text = self.setting("settings")?;
        Ok(text.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default())
    }

    pub fn save_settings(&self, settings: &Settings) -> Result<()> {
        self.save_setting("settings", &serde_json::to_string(settings)?)
    }

    /// The address last used.
    pub fn office(&self) -> Result<Option<String>> {
        self.setting("office")
    }

    fn setting(&self, name: &str) -> Result<Option<String>> {
        let found = self
            .db()
            .query_row("SELECT value FROM setting WHERE name = ?1", [name], |r| r.get(0))
            .optional()?;
        Ok(found)
    }

    fn save_setting(&self, name: &str, value: &str) -> Result<()> {
        self.db().execute(
            "INSERT INTO setting (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [name, value],
        )?;
        Ok(())
    }

    /// Who is signed in.
    pub fn current(&self) -> Result<Option<Account>> {
        let found = self.db().query_row(
            "SELECT profile, login, office, company, file, verifier, token FROM account WHERE current = 1",
            [],
            account,
        );
        found.optional()?.transpose()
    }

    /// The last one who signed in by that name at that office.
    pub fn known(&self, office: &str, login: &str) -> Result<Option<Account>> {
        let found = self.db().query_row(
            "SELECT profile, login, office, company, file, verifier, token FROM account
             WHERE office = ?1 AND login = ?2 ORDER BY signed_in_at DESC LIMIT 1",
            [office, login],
            account,
        );
        found.optional()?.transpose()
    }

    /// Logins that have a database here, the latest first, and their firm.
    pub fn logins(&self) -> Result<(Vec<String>, Option<String>)> {
        let db = self.db();
        let mut statement = db.prepare("SELECT login, company FROM account ORDER BY signed_in_at DESC")?;
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
        tx.execute(
            "INSERT INTO account
                 (technician, login, office, profile, company, file, verifier, token, current, signed_in_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9)
             ON CONFLICT (technician) DO UPDATE SET
                 login = excluded.login, office = excluded.office, profile = excluded.profile,
                 company = excluded.company, verifier = excluded.verifier, token = excluded.token,
                 current = 1, signed_in_at = excluded.signed_in_at",
            params![
                account.technician.id.to_string(),
                account.login,
                account.office,
                profile,
                account.company,
                account.file,
                account.verifier,
                account.token,
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

    /// Drops the token; the technician's database stays as it is (P5).
    pub fn sign_out(&self, technician: TechnicianId) -> Result<()> {
        self.db().execute(
            "UPDATE account SET current = 0, token = NULL WHERE technician = ?1",
            [technician.to_string()],
        )?;
        Ok(())
    }
}

fn account(row: &Row<'_>) -> rusqlite::Result<Result<Account>> {
    let profile: String = row.get(0)?;
    let technician = match serde_json::from_str(&profile) {
        Ok(technician) => technician,
        Err(why) => return Ok(Err(why.into())),
    };
    Ok(Ok(Account {
        technician,
        login: row.get(1)?,
        office: row.get(2)?,
        company: row.get(3)?,
        file: row.get(4)?,
        verifier: row.get(5)?,
        token: row.get(6)?,
    }))
}
