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

impl From<crate::store::Error> for Denied {
    fn from(why: crate::store::Error) -> Self {
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

    /// A new session of somebody of the office, for the right password: its token and the account.
    pub(crate) async fn sign_in(&self, login: String, password: String) -> Result<(String, String), Denied> {
        let account = self.account(Kind::Staff, login, password).await?;
        self.run(move |office| {
            let (now, token) = (office.now(), random_text(32));
            office.write(|tx| -> Result<()> {
                people::end_sessions_before(tx, Kind::Staff, now - STAFF_IDLE)?;
                people::insert_session(tx, &kept_token(&token), Kind::Staff, &account, now)
            })?;
            Ok((token, account))
        })
        .await
    }

    /// The account with that name and password.
    pub(crate) async fn account(
        &self,
        kind: Kind,
        login: String,
        password: String,
    ) -> Result<String, Denied> {
        let _place = self.0.hashing.acquire().await.map_err(|_| Denied::Failed(anyhow!("closing")))?;
        self.run(move |office| office.account_now(kind, &login, &password)).await
    }

    fn account_now(&self, kind: Kind, login: &str, password: &str) -> Result<String, Denied> {
        let login: String = login.trim().to_lowercase().chars().take(100).collect();
        let key = format!("{}/{login}", kind.word());
        let tries = self.tries(&key)?;
        let account = self.read(|db| people::account(db, kind, &login))?;
        let kept = account.as_ref().map_or(NOBODY.as_str(), |(_, hash)| hash);
        let right = verify(password, kept);
        match account.filter(|_| right) {
            Some((account, _)) => {
                self.right(&key)?;
                Ok(account)
            }
            None => Err(self.wrong(&key, tries)),
        }
    }

    /// Wrong tries so far, unless it is too early for another.
    pub(crate) fn tries(&self, key: &str) -> Result<u32, Denied> {
        let now = self.now();
        match self.read(|db| people::wrong_tries(db, key))? {
            Some((_, until)) if until > now => Err(Denied::Wait { seconds: (until - now).num_seconds() + 1 }),
            Some((tries, _)) => Ok(tries),
            None => Ok(0),
        }
    }

    /// Keeps a wrong try in mind.
    pub(crate) fn wrong(&self, key: &str, tries: u32) -> Denied {
        let (now, tries) = (self.now(), tries.saturating_add(1));
        let noted = self.write(|tx| people::note_wrong_try(tx, key, tries, now, now + wait_after(tries)));
        noted.map_or_else(Denied::Failed, |()| Denied::Wrong)
    }

    pub(crate) fn right(&self, key: &str) -> Result<()> {
        let before = self.now() - TimeDelta::days(1);
        self.write(|tx| people::forget_wrong_tries(tx, key, before))
    }

    /// The account of a session of the office's people that is still good.
    pub(crate) fn session(&self, token: &str) -> Result<Option<String>> {
        let (now, token) = (self.now(), kept_token(token));
        let Some((account, last_used)) = self.read(|db| people::session(db, &token, Kind::Staff))? else {
            return Ok(None);
        };
        if now - last_used > STAFF_IDLE {
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

pub(crate) fn kept_token(token: &str) -> String {
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
