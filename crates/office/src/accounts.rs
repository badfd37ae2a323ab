//! Who is who: passwords, sessions, new accounts.
//!
//! Passwords are kept as Argon2id. A name that does not exist costs as much time and gives the same answer as
//! a wrong password. A session is a random token of which only the SHA-256 is kept.

use crate::{
    Office,
    store::people::{self, Kind},
};
use anyhow::{Result, anyhow, ensure};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use jobsheet_model::{Digest, TechnicianId, place::Position, work_order::Technician};
use std::sync::LazyLock;
use uuid::Uuid;

/// Wrong tries before one has to wait.
const FREE_TRIES: u32 = 5;
const TECHNICIAN_IDLE: TimeDelta = TimeDelta::days(30);
const STAFF_IDLE: TimeDelta = TimeDelta::hours(12);
/// A session's last use is written at most this often.
const USE_NOTED_EVERY: TimeDelta = TimeDelta::hours(1);
const SHORTEST_PASSWORD: usize = 8;

/// What unknown names are compared with, so that they take as long as known ones.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash(&random_text(24)).unwrap_or_default());

#[derive(Clone, Copy, Debug)]
pub enum Role {
    Dispatcher,
    Supervisor,
    Admin,
}

impl Role {
    fn word(self) -> &'static str {
        match self {
            Role::Dispatcher => "dispatcher",
            Role::Supervisor => "supervisor",
            Role::Admin => "admin",
        }
    }
}

pub struct NewStaff {
    pub login: String,
    pub name: String,
    pub role: Role,
    pub password: String,
}

pub struct NewTechnician {
    pub login: String,
    pub name: String,
    pub phone: String,
    /// Where the day starts.
    pub base: Position,
    pub password: String,
}

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    #[error("the name or the password is wrong")]
    Wrong,
    #[error("too many wrong tries")]
    Wait { seconds: i64 },
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<rusqlite::Error> for Denied {
    fn from(why: rusqlite::Error) -> Self {
        Denied::Failed(why.into())
    }
}

impl Office {
    pub fn add_staff(&self, new: NewStaff) -> Result<()> {
        let password = fresh_hash(&new.password)?;
        self.write(|tx| {
            ensure!(people::account(tx, Kind::Staff, &new.login)?.is_none(), "{} exists already", new.login);
            people::insert_staff(tx, &new.login, &new.name, new.role.word(), &password)
        })
    }

    pub fn add_technician(&self, new: NewTechnician) -> Result<TechnicianId> {
        let password = fresh_hash(&new.password)?;
        let id = TechnicianId(Uuid::now_v7());
        let technician =
            Technician { id, login: new.login, name: new.name, phone: new.phone, base: new.base };
        self.write(|tx| {
            let taken = people::technician_by_login(tx, &technician.login)?.is_some();
            ensure!(!taken, "{} exists already", technician.login);
            people::insert_technician(tx, &technician, &password)
        })?;
        Ok(id)
    }

    /// A new session for the right password: its token and the account.
    pub(crate) async fn sign_in(
        &self,
        kind: Kind,
        login: String,
        password: String,
    ) -> Result<(String, String), Denied> {
        let _place = self.0.hashing.acquire().await.map_err(|_| Denied::Failed(anyhow!("closing")))?;
        self.run(move |office| office.sign_in_now(kind, &login, &password)).await
    }

    fn sign_in_now(&self, kind: Kind, login: &str, password: &str) -> Result<(String, String), Denied> {
        let now = self.now();
        let login: String = login.trim().to_lowercase().chars().take(100).collect();
        let key = format!("{}/{login}", kind.word());
        let (account, tries) =
            self.read(|db| Ok((people::account(db, kind, &login)?, people::wrong_tries(db, &key)?)))?;
        if let Some((_, until)) = tries
            && until > now
        {
            return Err(Denied::Wait { seconds: (until - now).num_seconds() + 1 });
        }
        let kept = account.as_ref().map_or(NOBODY.as_str(), |(_, hash)| hash);
        let right = verify(password, kept);
        let Some((account, _)) = account.filter(|_| right) else {
            let tries = tries.map_or(1, |(tries, _)| tries.saturating_add(1));
            self.write(|tx| people::note_wrong_try(tx, &key, tries, now, now + wait_after(tries)))?;
            return Err(Denied::Wrong);
        };
        let token = random_text(32);
        self.write(|tx| -> Result<()> {
            people::forget_wrong_tries(tx, &key, now - TimeDelta::days(1))?;
            people::end_sessions_before(tx, kind, now - idle(kind))?;
            people::insert_session(tx, &kept_token(&token), kind, &account, now)
        })?;
        Ok((token, account))
    }

    /// The account of a session that is still good.
    pub(crate) fn session(&self, kind: Kind, token: &str) -> Result<Option<String>> {
        let (now, token) = (self.now(), kept_token(token));
        let Some((account, last_used)) = self.read(|db| people::session(db, &token, kind))? else {
            return Ok(None);
        };
        if now - last_used > idle(kind) {
            return Ok(None);
        }
        if now - last_used > USE_NOTED_EVERY {
            self.write(|tx| people::use_session(tx, &token, now))?;
        }
        Ok(Some(account))
    }

    pub(crate) fn sign_out(&self, token: &str) -> Result<()> {
        self.write(|tx| people::end_session(tx, &kept_token(token)))
    }
}

fn idle(kind: Kind) -> TimeDelta {
    match kind {
        Kind::Technician => TECHNICIAN_IDLE,
        Kind::Staff => STAFF_IDLE,
    }
}

/// 10 s after the fifth wrong try, doubling to a quarter of an hour.
fn wait_after(tries: u32) -> TimeDelta {
    match tries.checked_sub(FREE_TRIES) {
        None => TimeDelta::zero(),
        Some(over) => TimeDelta::seconds((10_i64 << over.min(10)).min(900)),
    }
}

/// `bytes` random bytes as URL-safe text.
pub fn random_text(bytes: usize) -> String {
    let random: Vec<u8> =
        (0..bytes.div_ceil(32)).flat_map(|_| rand::random::<[u8; 32]>()).take(bytes).collect();
    URL_SAFE_NO_PAD.encode(random)
}

fn kept_token(token: &str) -> String {
    Digest::of(token.as_bytes()).to_string()
}

fn fresh_hash(password: &str) -> Result<String> {
    ensure!(
        password.chars().count() >= SHORTEST_PASSWORD,
        "the password must have at least {SHORTEST_PASSWORD} characters"
    );
    hash(password)
}

pub fn hash(password: &str) -> Result<String> {
    let hash: PasswordHash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|why| anyhow!("Hashing a password: {why}"))?;
    Ok(hash.to_string())
}

fn verify(password: &str, kept: &str) -> bool {
    PasswordHash::new(kept)
        .is_ok_and(|kept| Argon2::default().verify_password(password.as_bytes(), &kept).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_begins_at_the_fifth_wrong_try_and_has_an_end() {
        for (tries, seconds) in [(1, 0), (4, 0), (5, 10), (6, 20), (9, 160), (12, 900), (4_000_000, 900)] {
            assert_eq!(wait_after(tries).num_seconds(), seconds, "{tries}");
        }
    }

    #[test]
    fn a_token_has_32_random_bytes() {
        let (one, two) = (random_text(32), random_text(32));
        assert_eq!(URL_SAFE_NO_PAD.decode(&one).map(|bytes| bytes.len()), Ok(32));
        assert_ne!(one, two);
    }
}
