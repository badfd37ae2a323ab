//! Who is who: passwords, sessions, new accounts.
//!
//! Passwords are kept as Argon2id. A name that does not exist costs as much time and gives the same answer as
//! a wrong password. A session is a random token of which only the SHA-256 is kept.

use crate::{
    Office,
    acting::Acting,
    store::{
        self, audit,
        people::{self, Kind},
    },
};
use anyhow::{Result, anyhow, ensure};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use jobsheet_model::{
    Digest, TechnicianId,
    place::Position,
    role::Role,
    text::tidy,
    view::{Account, AccountEdit, AuditEntry, NewAccount, Page},
    work_order::Technician,
};
use std::sync::LazyLock;
use uuid::Uuid;

/// Wrong tries before one has to wait.
const FREE_TRIES: u32 = 5;
/// The same for all who come from one address, until a day passed without a wrong one.
const FREE_FROM_ONE_PLACE: u32 = 50;
/// A shift: then one signs in again, used or not.
pub const STAFF_SESSION: TimeDelta = TimeDelta::hours(12);
const SHORTEST_PASSWORD: usize = 8;
/// Hashing more than this would only cost time.
const LONGEST_PASSWORD: usize = 200;
const LONGEST_LOGIN: usize = 60;
const LONGEST_NAME: usize = 80;

/// What unknown names are compared with, so that they take as long as known ones.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash(&random_text(24)).unwrap_or_default());

pub use jobsheet_model::view::NewAccount as NewStaff;

/// Why an account cannot be as somebody wants it.
#[derive(Debug, thiserror::Error)]
pub enum Unaccountable {
    #[error("there is no such account")]
    NoSuch,
    #[error("there is an account with this login already")]
    Taken,
    #[error("somebody has changed it meanwhile")]
    Changed,
    #[error("somebody must be able to look after the accounts")]
    LastAdmin,
    #[error("a login has 1 to 60 small letters, digits, dots, hyphens and underscores")]
    Login,
    #[error("a name has 1 to 80 characters")]
    Name,
    #[error("a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")]
    Password,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<store::Error> for Unaccountable {
    fn from(why: store::Error) -> Self {
        Unaccountable::Failed(why.into())
    }
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
        self.add_account(new)?;
        Ok(())
    }

    /// Is there anybody who could sign in at the console and let others in?
    pub fn has_admin(&self) -> Result<bool> {
        Ok(self.accounts()?.iter().any(|one| one.role == Role::Admin && !one.disabled))
    }

    pub(crate) fn accounts(&self) -> Result<Vec<Account>> {
        self.read(|db| people::staff(db))
    }

    pub(crate) fn staff_account(&self, login: &str) -> Result<Option<Account>> {
        self.read(|db| people::staff_one(db, login))
    }

    pub(crate) fn add_account(&self, new: NewAccount) -> Result<Account, Unaccountable> {
        let NewAccount { login, name, role, password } = new;
        let (login, name) = (fit_login(&login)?, fit_name(&name)?);
        let password = fit_password(&password)?;
        self.write(|tx| {
            if people::staff_one(tx, &login)?.is_some() {
                return Err(Unaccountable::Taken);
            }
            people::insert_staff(tx, &login, &name, role.word(), &password)?;
            Ok(Account { login: login.clone(), name: name.clone(), role, disabled: false, version: 1 })
        })
    }

    /// Changes an account of which this version was seen. Whoever may not any more is signed out.
    pub(crate) fn edit_account(
        &self,
        login: &str,
        version: u32,
        edit: AccountEdit,
    ) -> Result<Account, Unaccountable> {
        let AccountEdit { name, role, disabled } = edit;
        let name = fit_name(&name)?;
        self.write(|tx| {
            let all = people::staff(tx)?;
            let was = all.iter().find(|one| one.login == login).ok_or(Unaccountable::NoSuch)?;
            if was.version != version {
                return Err(Unaccountable::Changed);
            }
            let (login, name) = (was.login.clone(), name.clone());
            let account = Account { login, name, role, disabled, version: version + 1 };
            let admin = |one: &Account| one.role == Role::Admin && !one.disabled;
            let another = all.iter().any(|one| one.login != account.login && admin(one));
            if admin(was) && !admin(&account) && !another {
                return Err(Unaccountable::LastAdmin);
            }
            people::update_staff(tx, &account)?;
            if account.disabled {
                people::end_sessions_of(tx, Kind::Staff, &account.login)?;
            }
            Ok(account)
        })
    }

    /// A new password; whoever is signed in with the old one is so no more.
    pub(crate) fn reset_password(&self, login: &str, password: &str) -> Result<(), Unaccountable> {
        let password = fit_password(password)?;
        self.write(|tx| {
            if people::staff_one(tx, login)?.is_none() {
                return Err(Unaccountable::NoSuch);
            }
            people::set_staff_password(tx, login, &password)?;
            people::end_sessions_of(tx, Kind::Staff, login)?;
            Ok(())
        })
    }

    /// What people of the office did before an entry, the newest first.
    pub(crate) fn audit(&self, before: Option<&str>, limit: u32) -> Result<Page<AuditEntry>> {
        // All ids are smaller.
        let before = before.unwrap_or("g");
        let mut items = self.read(|db| audit::before(db, before, limit + 1))?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = items.last().filter(|_| more).map(|last| last.id.clone());
        Ok(Page { items, next })
    }

    pub fn add_technician(&self, new: NewTechnician) -> Result<TechnicianId> {
        let password = fit_password(&new.password)?;
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
                people::end_sessions_before(tx, Kind::Staff, now - STAFF_SESSION)?;
                people::insert_session(tx, &kept_token(&token), Kind::Staff, &account, now)?;
                let role = people::staff_one(tx, &account)?.map_or(Role::Dispatcher, |one| one.role);
                audit::note(tx, &Acting::new(&account, role, "sign-in").entry(now, false))
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
        self.may_try(&key)?;
        let account = self.read(|db| people::account(db, kind, &login))?;
        let kept = account.as_ref().map_or(NOBODY.as_str(), |(_, hash)| hash);
        let right = verify(password, kept);
        match account.filter(|_| right) {
            Some((account, _)) => {
                self.right(&key)?;
                Ok(account)
            }
            None => Err(self.wrong(&key)),
        }
    }

    /// Refuses when it is too early for another try.
    pub(crate) fn may_try(&self, key: &str) -> Result<(), Denied> {
        let now = self.now();
        match self.read(|db| people::tries_held(db, key))? {
            Some(until) if until > now => Err(Denied::Wait { seconds: (until - now).num_seconds() + 1 }),
            _ => Ok(()),
        }
    }

    /// Keeps a wrong try in mind.
    pub(crate) fn wrong(&self, key: &str) -> Denied {
        let now = self.now();
        let noted = self.note(|tx| {
            let tries = people::note_wrong_try(tx, key, now)?;
            people::hold_tries(tx, key, now + wait_after(tries))
        });
        noted.map_or_else(Denied::Failed, |()| Denied::Wrong)
    }

    /// Keeps a wrong try in mind that came from this place, whoever it was for.
    pub(crate) fn wrong_from(&self, key: &str) -> Result<()> {
        let now = self.now();
        self.note(|tx| {
            let tries = people::note_wrong_try(tx, key, now)?;
            people::hold_tries(tx, key, now + wait_from(tries))
        })
    }

    pub(crate) fn right(&self, key: &str) -> Result<()> {
        let before = self.now() - TimeDelta::days(1);
        self.note(|tx| people::forget_wrong_tries(tx, key, before))
    }

    /// The account of a session of the office's people that is still good.
    pub(crate) fn session(&self, token: &str) -> Result<Option<String>> {
        let (now, token) = (self.now(), kept_token(token));
        let found = self.read(|db| people::session(db, &token, Kind::Staff))?;
        Ok(found.filter(|(_, made_at)| now - *made_at < STAFF_SESSION).map(|(account, _)| account))
    }

    pub(crate) fn sign_out(&self, token: &str) -> Result<()> {
        self.note(|tx| people::end_session(tx, &kept_token(token)))
    }
}

/// 10 s after the fifth wrong try, doubling to a quarter of an hour.
fn wait_after(tries: u32) -> TimeDelta {
    match tries.checked_sub(FREE_TRIES) {
        None => TimeDelta::zero(),
        Some(over) => TimeDelta::seconds((10_i64 << over.min(10)).min(900)),
    }
}

/// Many people may come from one address: after fifty wrong tries, no more than one in half a minute.
fn wait_from(tries: u32) -> TimeDelta {
    if tries < FREE_FROM_ONE_PLACE { TimeDelta::zero() } else { TimeDelta::seconds(30) }
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

fn fit_login(login: &str) -> Result<String, Unaccountable> {
    let login = login.trim().to_lowercase();
    let may = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    let fits = (1..=LONGEST_LOGIN).contains(&login.len()) && login.chars().all(may);
    if fits { Ok(login) } else { Err(Unaccountable::Login) }
}

fn fit_name(name: &str) -> Result<String, Unaccountable> {
    let name = tidy(name);
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits { Ok(name) } else { Err(Unaccountable::Name) }
}

fn fit_password(password: &str) -> Result<String, Unaccountable> {
    let fits = (SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&password.chars().count());
    if fits { Ok(hash(password)?) } else { Err(Unaccountable::Password) }
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
