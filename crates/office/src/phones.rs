//! Phones and their keys: enrolment, sessions for a signed challenge, revoking, wiping.
//!
//! A phone's key never travels and its session is short, so nothing that is stolen on the way is worth much, and
//! a phone is locked out the moment its row says so. Of codes and tokens only digests are kept.

use crate::{
    Office,
    accounts::{Denied, kept_token, random_text},
    store::{
        Tx,
        people::{self, Kind},
        phones::{self as kept, Phone},
    },
};
use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    Digest, TechnicianId,
    enrol::{
        CODE_DIGITS, ChallengeMet, Enrol, EnrolBy, Enrolled, Given, PhoneId, Wipe, WipeOrder, Wiped, code,
    },
    unlock,
    view::{CodeGiven, ConsolePhone, UnlockCode},
    work_order::Technician,
};
use uuid::Uuid;

const CODE_GOOD_FOR: TimeDelta = TimeDelta::minutes(15);
const SESSION_GOOD_FOR: TimeDelta = TimeDelta::minutes(60);
/// A session that is over still tells whose it was, for so long.
const SESSION_KEPT: TimeDelta = TimeDelta::days(1);
const CHALLENGE_GOOD_FOR: TimeDelta = TimeDelta::minutes(2);
/// Those that wait for their answer: a few for each phone that is enrolled, so that there is a bound.
const CHALLENGES_OF_A_PHONE: u32 = 4;
const LONGEST_NAME: usize = 80;
const LONGEST_REASON: usize = 500;

/// Why a phone gets no session.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// No session, or none any more. What its phone has to answer, if it is known.
    #[error("sign in first")]
    SignedOut { challenge: Option<String> },
    /// The challenge is used, too old, or answered by another key.
    #[error("this is no answer to a challenge of this office")]
    NotGenuine,
    #[error("this office has made no such code")]
    WrongCode,
    /// It was right once: whoever has it has not guessed it, so they may know.
    #[error("the code is used or too old")]
    OldCode,
    #[error("the office has revoked this phone")]
    Revoked,
    #[error("this phone is to be emptied")]
    Wipe(WipeOrder),
    #[error(transparent)]
    Denied(#[from] Denied),
}

impl From<anyhow::Error> for Unfit {
    fn from(why: anyhow::Error) -> Self {
        Unfit::Denied(Denied::Failed(why))
    }
}

impl From<crate::store::Error> for Unfit {
    fn from(why: crate::store::Error) -> Self {
        anyhow::Error::new(why).into()
    }
}

/// Why there is no code for a locked phone.
#[derive(Debug, thiserror::Error)]
pub enum NoCode {
    #[error("there is no such phone")]
    NoSuchPhone,
    #[error("the phone is revoked or to be emptied")]
    Revoked,
    #[error("this is not what that phone asks")]
    NotItsQuestion,
    #[error("enough codes were given for this phone today")]
    Enough,
    #[error("a reason is needed")]
    Reason,
    #[error("the reason is too long")]
    TooLong,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<crate::store::Error> for NoCode {
    fn from(why: crate::store::Error) -> Self {
        NoCode::Failed(why.into())
    }
}

/// Who asks, and whether only for sending what is left.
pub struct Caller {
    pub technician: Technician,
    pub leaving: bool,
}

impl Office {
    /// A one-time code for a new phone of this technician, and until when it is good. It is known nowhere else.
    pub fn make_code(&self, technician: TechnicianId, by: &str) -> Result<Option<(String, DateTime<Utc>)>> {
        let code: String =
            rand::random::<[u8; 16]>().iter().map(|b| char::from(CODE_DIGITS[usize::from(b % 32)])).collect();
        let (now, digest) = (self.now(), Digest::of(code.as_bytes()));
        let until = now + CODE_GOOD_FOR;
        let known = self.write(|tx| -> Result<_> {
            if people::technician(tx, technician)?.is_none() {
                return Ok(false);
            }
            kept::insert_code(tx, &digest, technician, by, now, until)?;
            Ok(true)
        })?;
        Ok(known.then_some((code, until)))
    }

    pub(crate) async fn enrol(&self, asked: Enrol) -> Result<Enrolled, Unfit> {
        if !asked.is_genuine() {
            return Err(Unfit::NotGenuine);
        }
        let by_password = match &asked.by {
            EnrolBy::Code { .. } => None,
            EnrolBy::Password { login, password } => {
                let account = self.account(Kind::Technician, login.clone(), password.clone()).await?;
                Some(account.parse().context("A technician without an id")?)
            }
        };
        self.run(move |office| office.enrol_now(&asked, by_password)).await
    }

    fn enrol_now(&self, asked: &Enrol, by_password: Option<TechnicianId>) -> Result<Enrolled, Unfit> {
        let technician = match (&asked.by, by_password) {
            (_, Some(id)) => id,
            (EnrolBy::Code { code }, None) => self.spend_code(code)?,
            (EnrolBy::Password { .. }, None) => return Err(Denied::Wrong.into()),
        };
        let now = self.now();
        let name: String = asked.name.trim().chars().take(LONGEST_NAME).collect();
        let company = self.company()?;
        self.write(|tx| {
            let phone = match kept::phone_by_key(tx, technician, &asked.key)? {
                Some(known) => known,
                None => {
                    let id = PhoneId(Uuid::now_v7());
                    let phone = Phone { id, technician, key: asked.key, revoked: false, wipe: None };
                    kept::insert_phone(tx, &phone, &name, now)?;
                    phone
                }
            };
            Ok(Enrolled {
                phone: phone.id,
                session: self.give(tx, &phone)?,
                technician: people::technician(tx, technician)?.context("No such technician")?,
                company: company.clone(),
                office_key: self.0.key.public(),
                recovery: kept::recovery(tx, technician, &random_text(32))?,
            })
        })
    }

    /// Uses a code up. Wrong ones are counted by their first four digits, so that guessing the rest of a code
    /// takes ever longer while nobody else's code is held up.
    fn spend_code(&self, typed: &str) -> Result<TechnicianId, Unfit> {
        let Some(code) = code(typed) else { return Err(Unfit::WrongCode) };
        let key = format!("code/{}", code.get(..4).unwrap_or_default());
        self.may_try(&key)?;
        let now = self.now();
        let digest = Digest::of(code.as_bytes());
        let (found, known) = self.write(|tx| -> Result<_> {
            let found = kept::use_code(tx, &digest, now)?;
            Ok((found, found.is_some() || kept::is_code(tx, &digest)?))
        })?;
        match found {
            Some(technician) => {
                self.right(&key)?;
                Ok(technician)
            }
            None => match self.wrong(&key) {
                Denied::Wrong if known => Err(Unfit::OldCode),
                Denied::Wrong => Err(Unfit::WrongCode),
                other => Err(other.into()),
            },
        }
    }

    /// A session for a phone that may have one.
    fn give(&self, tx: &dyn Tx, phone: &Phone) -> Result<Given, Unfit> {
        let order = |kind| WipeOrder::signed(kind, phone.id, &self.0.key);
        let wipe = match (phone.wipe, phone.revoked) {
            (Some(Wipe::Thief), _) => return Err(Unfit::Wipe(order(Wipe::Thief))),
            (Some(Wipe::Leaver), _) => Some(order(Wipe::Leaver)),
            (None, true) => return Err(Unfit::Revoked),
            (None, false) => None,
        };
        let (now, token) = (self.now(), random_text(32));
        people::end_sessions_before(tx, Kind::Technician, now - SESSION_KEPT)?;
        kept::insert_session(tx, &kept_token(&token), phone, now)?;
        Ok(Given { given_to: phone.id, token, expires: now + SESSION_GOOD_FOR, office_time: now, wipe })
    }

    /// A phone that is not enrolled gets one too, which nothing can answer: whether it is, is nobody's business.
    pub(crate) fn challenge(&self, phone: PhoneId) -> Result<String> {
        match self.read(|db| kept::phone(db, phone))? {
            Some(phone) => self.challenge_for(phone.id, self.now()),
            None => Ok(random_text(32)),
        }
    }

    /// Any office of this database may be the one that is answered.
    fn challenge_for(&self, phone: PhoneId, now: DateTime<Utc>) -> Result<String> {
        let (challenge, until) = (random_text(32), now + CHALLENGE_GOOD_FOR);
        self.note(|tx| kept::insert_challenge(tx, phone, &challenge, (now, until), CHALLENGES_OF_A_PHONE))?;
        Ok(challenge)
    }

    pub(crate) fn session_for(&self, phone: PhoneId, answer: &ChallengeMet) -> Result<Given, Unfit> {
        let known = self.read(|db| kept::phone(db, phone))?;
        let now = self.now();
        // It is good once, whatever becomes of it.
        let fresh = self.note(|tx| kept::take_challenge(tx, phone, &answer.challenge, now))?;
        let phone =
            known.filter(|phone| fresh && answer.is_genuine(&self.0.key.public(), phone.id, &phone.key));
        let phone = phone.ok_or(Unfit::NotGenuine)?;
        self.write(|tx| self.give(tx, &phone))
    }

    /// Whose token it is.
    pub(crate) fn caller(&self, token: &str) -> Result<Caller, Unfit> {
        let now = self.now();
        let found = self.read(|db| {
            let Some((phone, made_at)) = kept::session(db, &kept_token(token))? else { return Ok(None) };
            let Some(phone) = kept::phone(db, phone)? else { return Ok(None) };
            let technician = people::technician(db, phone.technician)?;
            Ok(technician.map(|technician| (phone, technician, made_at)))
        })?;
        let Some((phone, technician, made_at)) = found else {
            return Err(Unfit::SignedOut { challenge: None });
        };
        if now - made_at >= SESSION_GOOD_FOR {
            return Err(Unfit::SignedOut { challenge: Some(self.challenge_for(phone.id, now)?) });
        }
        Ok(Caller { technician, leaving: phone.wipe.is_some() })
    }

    /// The code that answers what a locked phone asks, noted down before it is shown (docs/adr/0014).
    pub fn unlock_code(
        &self,
        phone: PhoneId,
        heard: &str,
        reason: &str,
        by: &str,
    ) -> Result<UnlockCode, NoCode> {
        let (now, reason) = (self.now(), reason.trim());
        if reason.is_empty() {
            return Err(NoCode::Reason);
        }
        if reason.chars().count() > LONGEST_REASON {
            return Err(NoCode::TooLong);
        }
        let id = Uuid::now_v7().to_string();
        let given = CodeGiven { at: now, by: by.to_owned(), reason: reason.to_owned() };
        self.write(|tx| {
            let phone = kept::phone(tx, phone)?.ok_or(NoCode::NoSuchPhone)?;
            if phone.revoked || phone.wipe.is_some() {
                return Err(NoCode::Revoked);
            }
            let (last, today) = kept::codes_given(tx, phone.id, now - TimeDelta::days(1))?;
            let left = unlock::A_DAY.checked_sub(today + 1).ok_or(NoCode::Enough)?;
            let number = unlock::number_of(phone.id, heard, last).ok_or(NoCode::NotItsQuestion)?;
            let recovery =
                kept::recovery_of(tx, phone.technician)?.context("A phone without its lock's half")?;
            kept::insert_code_given(tx, &id, phone.id, number, &given)?;
            Ok(UnlockCode { code: spaced(&unlock::answer(&recovery, phone.id, number)), left })
        })
    }

    /// Ends a phone's sessions and gives it no more, but for a leaver to send what is left. `false`: no such phone.
    pub fn revoke(&self, phone: PhoneId, wipe: Option<Wipe>) -> Result<bool> {
        let now = self.now();
        self.write(|tx| kept::revoke(tx, phone, wipe, now))
    }

    pub(crate) fn wiped(&self, done: &Wiped) -> Result<(), Unfit> {
        let phone = self.read(|db| kept::phone(db, done.phone))?;
        let ordered = phone.filter(|phone| phone.wipe.is_some() && done.is_genuine(&phone.key));
        let phone = ordered.ok_or(Unfit::NotGenuine)?;
        let now = self.now();
        Ok(self.write(|tx| kept::set_wiped(tx, phone.id, now))?)
    }

    pub fn phones(&self) -> Result<Vec<ConsolePhone>> {
        self.read(|db| kept::list(db))
    }

    /// A one-time code by login, as people read it.
    pub fn code_for(&self, login: &str) -> Result<(String, DateTime<Utc>)> {
        let nobody = || format!("There is no technician {login}");
        let technician = self.read(|db| people::technician_by_login(db, login))?.with_context(nobody)?;
        let (code, until) = self.make_code(technician.id, "")?.with_context(nobody)?;
        Ok((spaced(&code), until))
    }
}

/// A code as people read it: `K7QF-92MD-XP4T-8WVA`.
pub fn spaced(code: &str) -> String {
    let groups: Vec<&str> =
        [0..4, 4..8, 8..12, 12..16].into_iter().filter_map(|part| code.get(part)).collect();
    groups.join("-")
}
