//! Who is signed in. A sign-in outlives restarts (P16), lapses without stopping anything but sending (P17), and
//! ends without deleting anything (P5).
//!
//! Signing in makes this phone known to the office under a key of its own, and opens the technician's database. The
//! database's key is locked four ways (`vault`): with the password, with the PIN, with a half that the office keeps,
//! and with codes that the office makes of that half and reads out over a telephone. So neither a forgotten PIN nor a
//! changed password costs a record.

use crate::{
    device::{Account, CodeLock, Locks},
    door::Proof,
    error::{Error, Result},
    keys::{Kept, Secret, fresh},
    office::{Answer, Ask, Office, Trouble, json, whole_address},
    outside::HANDED,
    pass::Failed,
    phone::{Core, Signed},
    store::Store,
    sync::blocking,
    vault::{self, By},
};
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    DeviceId, Problem, TechnicianId,
    enrol::{Enrol, EnrolBy, Enrolled, PhoneId, Wipe, code},
    link::{self, Link},
    sign::SecretKey,
    unlock,
    view::{Event, Opening, Session, Settings, SignedOut},
};
use std::sync::Arc;
use zeroize::Zeroizing;

/// How long a PIN or a password opens without the office being heard.
const LEASE: TimeDelta = TimeDelta::days(14);
/// Wrong PINs in a row, after which only the password or the office opens.
const MOST_TRIES: u32 = 10;

/// Milliseconds to wait after that many wrong tries: from the third on 5 s, doubling, at most an hour.
fn wait_after(tries: u32) -> u64 {
    match tries.checked_sub(3) {
        None => 0,
        Some(over) => (5_000_u64 << over.min(10)).min(3_600_000),
    }
}

/// What a person opens their database with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Knows {
    Password,
    Pin,
}

impl Core {
    pub fn opening(&self) -> Result<Opening> {
        let session = self.session()?;
        if session.technician.is_none() {
            return Ok(Opening { session, customer: None, today: None });
        }
        // What cannot be read is asked for again by the screen that shows it, with a way to try again.
        let customer = self.signed().and_then(|signed| signed.store.read(|rows| rows.draft(HANDED)));
        let customer = customer.ok().flatten().and_then(|job| serde_json::from_value(job).ok());
        Ok(Opening { session, customer, today: self.today().ok() })
    }

    pub fn session(&self) -> Result<Session> {
        let (known, company) = self.device.logins()?;
        let signed = self.signed().ok();
        let current = match &signed {
            Some(signed) => self.device.account(signed.account.technician.id)?,
            None => self.device.current()?,
        };
        let shown = match &current {
            Some(account) => Some(account.clone()),
            None => known.first().map(|login| self.device.known_by_login(login)).transpose()?.flatten(),
        };
        let shown_id = shown.as_ref().map(|account| account.technician.id);
        let boot = self.clock.boot();
        let wait = match shown_id {
            Some(id) => self.device.tries(id, (&boot, self.clock.elapsed()))?.wait,
            None => 0,
        };
        let settings = self.device.settings()?;
        let fresh = settings.is_none();
        Ok(Session {
            technician: signed.as_ref().map(|signed| signed.account.technician.clone()),
            company: current.as_ref().map(|a| a.company.clone()).or(company).unwrap_or_default(),
            office: match &current {
                Some(account) => account.office.clone(),
                None => self.device.office()?.or_else(|| self.preset.clone()).unwrap_or_default(),
            },
            known,
            settings: settings.unwrap_or_default(),
            version: self.version.clone(),
            locked: signed.is_none() && current.is_some(),
            pin: shown.as_ref().is_some_and(|account| account.locks.pin.is_some()),
            lease_until: match shown_id {
                Some(id) => self.device.heard_at(id)?.map(|at| at + LEASE),
                None => None,
            },
            key_store: self.keys.kind(),
            unlock_wait: u32::try_from(wait.div_ceil(1000)).unwrap_or(u32::MAX),
            question: match (&signed, &shown) {
                (None, Some(account)) => self.question(account)?,
                _ => None,
            },
            fresh,
        })
    }

    // --- With the office -------------------------------------------------------------------------------

    pub async fn sign_in(&self, office: &str, login: &str, password: &str) -> Result<Session> {
        let office = whole_address(office)?;
        let login = login.trim();
        let known = self.device.known(&office, login)?;
        let key = match &known {
            Some(account) => self.keys.get(account.technician.id, Kept::Phone)?,
            None => None,
        };
        let by = EnrolBy::Password { login: login.to_owned(), password: password.to_owned() };
        match self.enrolled(&office, by, &key.unwrap_or_else(fresh)).await {
            Ok((yes, key)) => self.enter(office, login, Some(password), yes, key).await,
            Err(Trouble::SignInNeeded) => Err(wrong(Knows::Password)),
            // No office to ask, or a network that keeps it from us: whoever was here before may go on (P16).
            Err(trouble @ (Trouble::Unreachable(_) | Trouble::NotAnOffice(_) | Trouble::Status(500..))) => {
                tracing::info!("signing in without the office: {trouble}");
                match known {
                    Some(account) => self.open_up(account, Knows::Password, password).await,
                    None => Err(trouble.problem().into()),
                }
            }
            Err(trouble) => Err(trouble.problem().into()),
        }
    }

    /// By the office's one-time code: typed, or as the link its QR code holds.
    pub async fn enrol(&self, office: &str, code: &str) -> Result<Session> {
        let (office, code) = match link::read(code) {
            Some(Link::Enrol { office, code }) => (office, code),
            _ => (office.to_owned(), code.to_owned()),
        };
        let office = whole_address(&office)?;
        // Always with a new key: whoever has a new code may have been revoked before.
        match self.enrolled(&office, EnrolBy::Code { code }, &fresh()).await {
            Ok((yes, key)) => {
                let login = yes.technician.login.clone();
                self.enter(office, &login, None, yes, key).await
            }
            Err(Trouble::SignInNeeded) => {
                Err(Problem::new("wrong_code", "This is no code of the office. Look at each letter.").into())
            }
            Err(Trouble::Status(410)) => Err(Problem::new(
                "old_code",
                "This code was used, or is too old. Ask the office for a new one.",
            )
            .into()),
            Err(trouble) => Err(trouble.problem().into()),
        }
    }

    async fn enrolled(&self, office: &str, by: EnrolBy, key: &Secret) -> Answer<(Enrolled, SecretKey)> {
        let key = SecretKey::from_bytes(**key);
        let enrol = Enrol::signed(by, device_name(), &key);
        let ask = Ask::new("POST", "/v1/enrol", None).json(&enrol);
        let ask = ask.map_err(|why| Trouble::Unreachable(why.to_string()))?;
        Ok((json(Office::at(office)?.send(ask, &*self.clock, || {}).await)?, key))
    }

    /// The office knows this phone now: what it needs is kept, the technician's database opened.
    async fn enter(
        &self,
        office: String,
        login: &str,
        password: Option<&str>,
        yes: Enrolled,
        key: SecretKey,
    ) -> Result<Session> {
        let id = yes.technician.id;
        let before = self.device.account(id)?;
        let known = before.as_ref().and_then(|account| account.enrolment);
        if known.is_some_and(|(_, office_key)| office_key != yes.office_key) {
            return Err(Problem::new(
                "office_key_changed",
                "This is not the office that this phone knows, although it says so. Nothing was sent; ask the office.",
            )
            .into());
        }
        let locks = before.map(|account| account.locks).unwrap_or_default();
        let file = format!("{id}.db");
        let pepper = match self.keys.get(id, Kept::Pepper)? {
            Some(pepper) => pepper,
            None => {
                let pepper = fresh();
                self.keys.put(id, Kept::Pepper, &pepper)?;
                pepper
            }
        };
        let path = self.data.join("technicians").join(&file);
        let database = match self.database_key(id, &locks, &pepper, &yes.recovery, password).await? {
            Some(key) => key,
            None if may_have_a_new_key(&path) => fresh(),
            None => return Err(jobsheet_sqlite::Error::Sealed.into()),
        };
        // Whoever comes with a new code of the office may have forgotten the PIN.
        let pin = locks.pin.filter(|_| password.is_some());
        let by_password = match password {
            Some(password) => Some(self.locked(password, &pepper, &database).await?),
            None => locks.password,
        };
        let by_office = vault::lock(By::Office, yes.recovery.as_bytes(), &pepper, &database)?;
        self.keys.put(id, Kept::Phone, &Zeroizing::new(key.to_bytes()))?;
        if pin.is_none() {
            self.keys.put(id, Kept::Database, &database)?;
        }
        let account = Account {
            technician: yes.technician,
            login: login.to_owned(),
            office,
            company: yes.company,
            file,
            enrolment: Some((yes.phone, yes.office_key)),
            locks: Locks { office: Some(by_office), password: by_password, pin },
        };
        let now = self.clock.utc();
        let signed = self.signed_with(account, database)?;
        self.device.sign_in(&signed.account, now)?;
        self.lock_for_codes(id, yes.phone, &yes.recovery, &pepper, &signed.database)?;
        self.seal_others()?;
        self.device.right(id)?;
        self.device.heard(id, now)?;
        let leaves = yes
            .session
            .wipe
            .is_some_and(|order| order.kind == Wipe::Leaver && order.is_genuine(yes.phone, &yes.office_key));
        signed.keep_session(yes.session.token, leaves);
        self.begin(signed)
    }

    /// The key of a database that is there already, by whatever opens it.
    async fn database_key(
        &self,
        id: TechnicianId,
        locks: &Locks,
        pepper: &Secret,
        recovery: &str,
        password: Option<&str>,
    ) -> Result<Option<Secret>> {
        if let Ok(signed) = self.signed()
            && signed.account.technician.id == id
        {
            return Ok(Some(signed.database.clone()));
        }
        if let Some(key) = self.keys.get(id, Kept::Database)? {
            return Ok(Some(key));
        }
        if let Some(lock) = &locks.office
            && let Some(key) = vault::open(By::Office, recovery.as_bytes(), pepper, lock)?
        {
            return Ok(Some(key));
        }
        match (&locks.password, password) {
            (Some(lock), Some(password)) => self.unlocked(password, pepper, lock).await,
            _ => Ok(None),
        }
    }

    fn begin(&self, signed: Signed) -> Result<Session> {
        self.seat(Some(Arc::new(signed)));
        self.tell(Event::Session {});
        self.nudge.notify_one();
        self.listen.notify_one();
        self.session()
    }

    // --- Without the office ----------------------------------------------------------------------------

    /// Opens the database of whoever has this login, also without a network.
    pub async fn unlock(&self, login: &str, pin: &str) -> Result<Session> {
        let known = self.device.known_by_login(login.trim())?;
        let account = known
            .ok_or_else(|| Problem::new("unknown_login", "Nobody of that name is known on this phone."))?;
        self.open_up(account, Knows::Pin, pin).await
    }

    /// What is to be read out to the office, for a code that opens this.
    fn question(&self, account: &Account) -> Result<Option<String>> {
        let Some((phone, _)) = account.enrolment else { return Ok(None) };
        let lock = self.device.code_lock(account.technician.id)?;
        Ok(lock.map(|lock| unlock::question(phone, lock.number)))
    }

    /// Opens with the code that the office has answered this phone's question with: once, and the PIN goes with it.
    pub async fn unlock_by_code(&self, login: &str, typed: &str) -> Result<Session> {
        let known = self.device.known_by_login(login.trim())?;
        let account = known
            .ok_or_else(|| Problem::new("unknown_login", "Nobody of that name is known on this phone."))?;
        let no_code = || Problem::new("no_unlock_code", "No code opens this phone. Sign in with the office.");
        let code = code(typed).ok_or_else(|| {
            Problem::new("wrong_code", "This is no code of the office. Look at each letter.")
        })?;
        let id = account.technician.id;
        self.within_the_lease(&account).await?;
        let lock = self.device.code_lock(id)?.ok_or_else(no_code)?;
        let pepper = self.keys.get(id, Kept::Pepper)?.ok_or(jobsheet_sqlite::Error::Sealed)?;
        let secret = self.keys.get(id, Kept::Codes)?.ok_or_else(no_code)?;
        // Counted before it is tried, so that ending the app in the middle wins nothing.
        let tries = self.device.begin_code(id, lock.number)?;
        let opened = if tries > unlock::TRIES { None } else { opened_by(&code, &secret, &pepper, &lock)? };
        let Some((database, next)) = opened else {
            if tries < unlock::TRIES {
                let wrong = Problem::new("wrong_unlock_code", "This is not the code for this question.");
                return Err(wrong.with("left", unlock::TRIES - tries).into());
            }
            self.device.spend_code(id, lock.number, false)?;
            self.tell(Event::Session {});
            return Err(Problem::new(
                "unlock_code_spent",
                "Too many wrong codes. Read the new question to the office.",
            )
            .into());
        };
        // At every moment something opens the database: its key is kept before the PIN goes.
        self.keys.put(id, Kept::Database, &database)?;
        self.device.spend_code(id, lock.number, true)?;
        self.keys.put(id, Kept::Codes, &next)?;
        let account = Account { locks: Locks { pin: None, ..account.locks.clone() }, ..account };
        let signed = self.signed_with(account, database)?;
        self.device.sign_in(&signed.account, self.clock.utc())?;
        self.seal_others()?;
        self.begin(signed)
    }

    /// New locks for the codes that the office can give by telephone, while its half is here. Their numbers go on where
    /// the last ones ended, so no code is ever good a second time.
    fn lock_for_codes(
        &self,
        id: TechnicianId,
        phone: PhoneId,
        recovery: &str,
        pepper: &Secret,
        database: &Secret,
    ) -> Result<()> {
        let first = self.device.next_code(id)?;
        let chain = fresh();
        let (mut secret, mut locks) = (chain.clone(), Vec::new());
        for number in first..first.saturating_add(unlock::CODES) {
            let code = Zeroizing::new(unlock::answer(recovery, phone, number));
            locks.push((
                number,
                vault::lock(By::Office, &vault::code_words(&code, &secret), pepper, database)?,
            ));
            secret = vault::next(&secret);
        }
        // The old ones open nothing from here on, the new ones do from the next line on.
        self.keys.put(id, Kept::Codes, &chain)?;
        self.device.save_code_locks(id, &locks)
    }

    async fn open_up(&self, account: Account, knows: Knows, words: &str) -> Result<Session> {
        let id = account.technician.id;
        let lock = match knows {
            Knows::Password => account.locks.password.clone(),
            Knows::Pin => account.locks.pin.clone(),
        };
        let lock = lock.ok_or_else(|| match knows {
            Knows::Password => Problem::new(
                "office_unreachable",
                "The office cannot be reached. Your work is safe on this phone.",
            ),
            Knows::Pin => Problem::new("no_pin", "There is no PIN. Sign in with the office."),
        })?;
        self.within_the_lease(&account).await?;
        let pepper = self.keys.get(id, Kept::Pepper)?.ok_or(jobsheet_sqlite::Error::Sealed)?;
        let database = self.tried(&account, knows, words, &pepper, &lock).await?;
        if account.locks.pin.is_none() {
            self.keys.put(id, Kept::Database, &database)?;
        }
        let signed = self.signed_with(account, database)?;
        self.device.sign_in(&signed.account, self.clock.utc())?;
        self.seal_others()?;
        self.begin(signed)
    }

    /// One try, counted before it is made.
    async fn tried(
        &self,
        account: &Account,
        knows: Knows,
        words: &str,
        pepper: &Secret,
        lock: &str,
    ) -> Result<Secret> {
        let id = account.technician.id;
        let boot = self.clock.boot();
        let tries = self.device.begin_try(id, (&boot, self.clock.elapsed()), wait_after)?;
        if tries.wait > 0 {
            let wait = Problem::new("unlock_wait", "Too many wrong tries. Wait, then try again.");
            return Err(wait.with("seconds", tries.wait.div_ceil(1000)).into());
        }
        match self.unlocked(words, pepper, lock).await? {
            Some(key) => {
                self.device.right(id)?;
                Ok(key)
            }
            None if knows == Knows::Pin && tries.tries >= MOST_TRIES => {
                self.device.save_pin(id, None)?;
                // Whoever tried from within an open session is not the technician: it is over for them too.
                if self.signed().is_ok_and(|signed| signed.account.technician.id == id) {
                    self.leave();
                }
                Err(Problem::new(
                    "pin_blocked",
                    "Too many wrong PINs. Sign in with the office; your work is safe.",
                )
                .into())
            }
            None if knows == Knows::Pin => {
                let left = MOST_TRIES.saturating_sub(tries.tries);
                Err(Problem::new("wrong_pin", "This is not the PIN.").with("left", left).into())
            }
            None => Err(wrong(knows)),
        }
    }

    /// Without the office being heard, only so long; after that it is asked.
    async fn within_the_lease(&self, account: &Account) -> Result<()> {
        if self.lease_is_over(account)? {
            // The office may be there: then it decides.
            match self.call(account).await {
                Ok(_) => {}
                Err(Failed::Office(trouble @ (Trouble::Revoked | Trouble::Wipe(_)))) => {
                    return Err(trouble.problem().into());
                }
                Err(_) => {
                    return Err(Problem::new(
                        "lease_over",
                        "This phone has not heard from the office for 14 days. Sign in where there is signal; your work is safe.",
                    )
                    .into());
                }
            }
        }
        Ok(())
    }

    fn lease_is_over(&self, account: &Account) -> Result<bool> {
        let now = self.device.latest(self.clock.utc())?;
        let heard: Option<DateTime<Utc>> = self.device.heard_at(account.technician.id)?;
        Ok(heard.is_none_or(|heard| now > heard + LEASE))
    }

    /// Sets the PIN, changes it, or takes it away (`pin` is empty). `old` is asked for when there is one.
    pub async fn set_pin(&self, pin: &str, old: &str) -> Result<Session> {
        let signed = self.signed()?;
        let id = signed.account.technician.id;
        if !pin.is_empty() && !is_pin(pin) {
            return Err(Problem::new("bad_pin", "A PIN has 6 to 12 digits.").into());
        }
        let account = self.device.account(id)?.ok_or_else(|| Problem::new("signed_out", "Sign in first."))?;
        let pepper = match self.keys.get(id, Kept::Pepper)? {
            Some(pepper) => pepper,
            None if account.locks.office.is_none() => {
                return Err(Trouble::SignInNeeded.problem().into());
            }
            None => return Err(jobsheet_sqlite::Error::Sealed.into()),
        };
        if let Some(lock) = &account.locks.pin {
            self.tried(&account, Knows::Pin, old, &pepper, lock).await?;
        }
        // At every moment something opens the database: the new lock is on disk before the old one goes.
        if pin.is_empty() {
            self.keys.put(id, Kept::Database, &signed.database)?;
            self.device.save_pin(id, None)?;
        } else {
            let lock = self.locked(pin, &pepper, &signed.database).await?;
            self.device.save_pin(id, Some(&lock))?;
            self.keys.forget(id, Kept::Database)?;
        }
        self.tell(Event::Session {});
        self.session()
    }

    /// Whether whoever holds the phone is the technician: asked before anything but the customer's screens is shown
    /// again. A wrong one counts like a wrong one at the lock, and the last closes what is open.
    pub async fn check_pin(&self, pin: &str) -> Result<Session> {
        let id = self.signed()?.account.technician.id;
        let account = self.device.account(id)?.ok_or_else(|| Problem::new("signed_out", "Sign in first."))?;
        let no_pin = || Problem::new("no_pin", "There is no PIN. Sign in with the office.");
        let lock = account.locks.pin.clone().ok_or_else(no_pin)?;
        let pepper = self.keys.get(id, Kept::Pepper)?.ok_or(jobsheet_sqlite::Error::Sealed)?;
        self.tried(&account, Knows::Pin, pin, &pepper, &lock).await?;
        self.session()
    }

    /// Asks for the PIN before anything is shown again.
    pub fn lock(&self) -> Result<Session> {
        let signed = self.signed()?;
        let account = self.device.account(signed.account.technician.id)?;
        if account.is_none_or(|account| account.locks.pin.is_none()) {
            return Err(Problem::new("no_pin", "Set a PIN first.").into());
        }
        self.leave();
        self.session()
    }

    /// Nothing is shown any more, and everybody is told.
    fn leave(&self) {
        self.seat(None);
        self.tell(Event::Session {});
        self.listen.notify_one();
    }

    pub fn sign_out(&self) -> Result<SignedOut> {
        let signed = self.signed()?;
        let tallies = signed.store.read(|rows| rows.tallies())?;
        let waiting = tallies.values().filter(|t| t.changes > 0 || t.photos > 0).count();
        let id = signed.account.technician.id;
        self.device.sign_out(id)?;
        // Sealed: from here on it takes the PIN, the password, or the office to open what is left here.
        if signed.account.locks.office.is_some() {
            self.keys.forget(id, Kept::Database)?;
        }
        self.leave();
        self.nudge.notify_one();
        Ok(SignedOut { waiting: u32::try_from(waiting).unwrap_or(u32::MAX) })
    }

    pub fn save_settings(&self, settings: Settings) -> Result<Session> {
        let settings = Settings {
            text_size: settings.text_size.clamp(100, 200),
            photo_edge: settings.photo_edge.clamp(640, 3072),
            ..settings
        };
        self.device.save_settings(&settings)?;
        self.tell(Event::Session {});
        self.session()
    }

    // --- What the database opens with ------------------------------------------------------------------

    /// Whoever was at work when the app ended goes on, unless a PIN is to be asked for first.
    pub fn resume(&self) -> Result<()> {
        self.seal_what_is_plain()?;
        self.seal_others()?;
        let Some(account) = self.device.current()? else { return Ok(()) };
        if account.locks.pin.is_some() {
            return Ok(());
        }
        let (id, path) = (account.technician.id, self.data.join("technicians").join(&account.file));
        let key = match self.keys.get(id, Kept::Database)? {
            Some(key) => key,
            None if may_have_a_new_key(&path) => {
                let key = fresh();
                self.keys.put(id, Kept::Database, &key)?;
                key
            }
            // What has no key here any more is opened by signing in.
            None => return Ok(()),
        };
        let signed = self.signed_with(account, key)?;
        self.seat(Some(Arc::new(signed)));
        Ok(())
    }

    /// Databases from before they were encrypted, also of those who are signed out.
    fn seal_what_is_plain(&self) -> Result<()> {
        for account in self.device.accounts()? {
            let file = self.data.join("technicians").join(&account.file);
            if jobsheet_sqlite::is_plain(&file) {
                let id = account.technician.id;
                let key = self.keys.get(id, Kept::Database)?.unwrap_or_else(fresh);
                self.keys.put(id, Kept::Database, &key)?;
                self.signed_with(account, key)?;
            }
        }
        Ok(())
    }

    /// Whoever is not at work any more is sealed, also when somebody else has signed in over them (P18).
    fn seal_others(&self) -> Result<()> {
        let current = self.device.current()?.map(|account| account.technician.id);
        for account in self.device.accounts()? {
            if current != Some(account.technician.id) && account.locks.office.is_some() {
                self.keys.forget(account.technician.id, Kept::Database)?;
            }
        }
        Ok(())
    }

    /// The account with its database open; the one that is open when it is theirs.
    pub fn signed_with(&self, account: Account, database: Secret) -> Result<Signed> {
        let open = self.signed().ok().filter(|signed| signed.account.technician.id == account.technician.id);
        let store = match open {
            Some(signed) => signed.store.clone(),
            None => {
                let file = self.data.join("technicians").join(&account.file);
                let device = DeviceId(crate::moment::uuid_at(self.clock.utc()));
                Arc::new(Store::open(&file, &database, device)?)
            }
        };
        let proof = self.proof(&account)?;
        Ok(Signed { account, store, database, proof, session: Default::default() })
    }

    pub fn proof(&self, account: &Account) -> Result<Option<Proof>> {
        let Some((phone, office_key)) = account.enrolment else { return Ok(None) };
        let key = self.keys.get(account.technician.id, Kept::Phone)?;
        Ok(key.map(|key| Proof { phone, office_key, key: SecretKey::from_bytes(*key) }))
    }

    async fn locked(&self, words: &str, pepper: &Secret, key: &Secret) -> Result<String> {
        let (words, pepper, key) = (Zeroizing::new(words.to_owned()), pepper.clone(), key.clone());
        blocking(move || vault::lock(By::Person, words.as_bytes(), &pepper, &key)).await
    }

    async fn unlocked(&self, words: &str, pepper: &Secret, lock: &str) -> Result<Option<Secret>> {
        let (words, lock, pepper) = (Zeroizing::new(words.to_owned()), lock.to_owned(), pepper.clone());
        blocking(move || vault::open(By::Person, words.as_bytes(), &pepper, &lock)).await
    }
}

/// The database's key and the chain's next secret. The chain may be behind by codes that were given up, or whose use was
/// cut off before it went on.
fn opened_by(
    code: &str,
    secret: &Secret,
    pepper: &Secret,
    lock: &CodeLock,
) -> Result<Option<(Secret, Secret)>> {
    let mut secret = secret.clone();
    for _ in 0..unlock::CODES {
        let words = vault::code_words(code, &secret);
        secret = vault::next(&secret);
        if let Some(key) = vault::open(By::Office, &words, pepper, &lock.lock)? {
            return Ok(Some((key, secret)));
        }
    }
    Ok(None)
}

fn is_pin(text: &str) -> bool {
    (6..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Nothing lies there yet, or something from before databases were encrypted.
fn may_have_a_new_key(database: &std::path::Path) -> bool {
    let empty = std::fs::metadata(database).map_or(true, |file| file.len() == 0);
    empty || jobsheet_sqlite::is_plain(database)
}

fn wrong(knows: Knows) -> Error {
    match knows {
        Knows::Password => Problem::new("wrong_password", "Name or password is wrong."),
        Knows::Pin => Problem::new("wrong_pin", "This is not the PIN."),
    }
    .into()
}

/// What this phone is called in the office's list.
fn device_name() -> String {
    format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_begin_with_the_third_wrong_try_and_have_an_end() {
        for (tries, seconds) in [(0, 0), (1, 0), (2, 0), (3, 5), (4, 10), (9, 320), (12, 2560), (99, 3600)] {
            assert_eq!(wait_after(tries), seconds * 1000, "{tries}");
        }
    }
}
