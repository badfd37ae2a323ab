//! The phone's sessions at the office. A session is short and is renewed without anybody noticing: the office asks
//! for a signature by this phone's key and gives a token for it, kept in memory only. What a pass asks goes through
//! here ([`Door`]); an answer that the session is over never reaches it (P17).

use crate::{
    device::Account,
    error::Result,
    office::{self, Ask, Heard, Office, Trouble},
    pass::Failed,
    phone::{Core, Signed, lock},
};
use jobsheet_model::{
    enrol::{Challenge, Extra, Given, PhoneId, SessionAsked, Wipe, WipeOrder},
    sign::{PublicKey, SecretKey},
    wire::ProblemDetails,
};
use std::sync::Arc;

/// What shows the office that this is the phone it enrolled.
pub(crate) struct Proof {
    pub phone: PhoneId,
    pub office_key: PublicKey,
    pub key: SecretKey,
}

impl Proof {
    fn challenge(&self) -> Result<Ask> {
        Ok(Ask::new("POST", "/v1/session", None).json(&SessionAsked::challenge(self.phone))?)
    }

    fn answer(&self, challenge: String) -> Result<Ask> {
        let answer = SessionAsked::answered(self.phone, &self.key, &self.office_key, challenge);
        Ok(Ask::new("POST", "/v1/session", None).json(&answer)?)
    }

    /// A wipe is only heeded when the office that enrolled this phone has signed it.
    fn checked(&self, order: &WipeOrder) -> Result<(), Trouble> {
        if order.is_genuine(self.phone, &self.office_key) {
            Ok(())
        } else {
            Err(Trouble::NotAnOffice("an order to empty this phone that the office has not signed".into()))
        }
    }

    /// The session that was given; an order to empty the phone at once is an error.
    fn given(&self, heard: Heard) -> Result<Given, Trouble> {
        match office::json::<Given>(heard) {
            Ok(given) if given.given_to != self.phone => {
                Err(Trouble::NotAnOffice("a session for another phone".into()))
            }
            Ok(given) => {
                if let Some(order) = &given.wipe {
                    self.checked(order)?;
                }
                Ok(given)
            }
            Err(Trouble::Wipe(order)) => {
                self.checked(&order)?;
                Err(Trouble::Wipe(order))
            }
            Err(trouble) => Err(trouble),
        }
    }
}

impl Core {
    /// A session for somebody who is not the one at work here: to renew a lease, or to hear that this phone is to
    /// be emptied.
    pub async fn call(&self, account: &Account) -> Result<Given, Failed> {
        let proof = self.proof(account)?.ok_or(Trouble::SignInNeeded)?;
        let office = Office::at(&account.office)?;
        let heard = office.send(proof.challenge()?, &*self.clock, || {}).await;
        let Challenge { challenge } = office::json(heard)?;
        let given = proof.given(office.send(proof.answer(challenge)?, &*self.clock, || {}).await)?;
        self.device.heard(account.technician.id, self.clock.utc())?;
        Ok(given)
    }
}

/// Keeps a session under whatever a pass asks.
pub(crate) struct Door {
    core: Arc<Core>,
    signed: Arc<Signed>,
    at: At,
    /// What is asked now, to be asked again under a new session.
    held: Option<Ask>,
    /// Times that a new session was begun for it.
    renewals: u32,
}

enum At {
    Open,
    Challenge,
    Session,
}

/// What comes through.
pub(crate) enum Through {
    /// First this is to be asked.
    Ask(Ask),
    /// The answer to what the pass had asked; nothing, when it has asked nothing yet.
    Heard(Option<Heard>),
}

impl Door {
    pub fn new(core: &Arc<Core>, signed: &Arc<Signed>) -> Self {
        Self { core: core.clone(), signed: signed.clone(), at: At::Open, held: None, renewals: 0 }
    }

    /// Before the first ask: `Some` while there is no session yet.
    pub fn open(&mut self) -> Result<Option<Ask>, Failed> {
        if self.signed.token().is_some() { Ok(None) } else { self.ask_challenge().map(Some) }
    }

    /// Puts the session's token on what is asked.
    pub fn ask(&mut self, ask: Ask) -> Ask {
        let ask = ask.under(&self.signed.token().unwrap_or_default());
        (self.held, self.renewals) = (Some(ask.clone()), 0);
        ask
    }

    pub fn heard(&mut self, heard: Heard) -> Result<Through, Failed> {
        match std::mem::replace(&mut self.at, At::Open) {
            At::Open if office::is_over(&heard) && self.renewals < 2 => {
                self.signed.forget_token();
                match extra(&heard).challenge {
                    Some(challenge) => self.answer(challenge).map(Through::Ask),
                    None => self.ask_challenge().map(Through::Ask),
                }
            }
            At::Open => {
                self.held = None;
                Ok(Through::Heard(Some(heard)))
            }
            At::Challenge => {
                let Challenge { challenge } = office::json(heard)?;
                self.answer(challenge).map(Through::Ask)
            }
            // The challenge was lost on the way, or with the office's memory.
            At::Session if office::is_over(&heard) && self.renewals < 2 => {
                self.ask_challenge().map(Through::Ask)
            }
            At::Session => {
                let given = self.proof()?.given(heard)?;
                self.core.device.heard(self.signed.account.technician.id, self.core.clock.utc())?;
                let leaves = given.wipe.is_some_and(|order| order.kind == Wipe::Leaver);
                self.signed.keep_session(given.token, leaves);
                self.core.listen.notify_one();
                Ok(match self.held.take() {
                    Some(ask) => {
                        let ask = ask.under(&self.signed.token().unwrap_or_default());
                        self.held = Some(ask.clone());
                        Through::Ask(ask)
                    }
                    None => Through::Heard(None),
                })
            }
        }
    }

    fn proof(&self) -> Result<&Proof, Failed> {
        Ok(self.signed.proof.as_ref().ok_or(Trouble::SignInNeeded)?)
    }

    fn ask_challenge(&mut self) -> Result<Ask, Failed> {
        let ask = self.proof()?.challenge()?;
        self.at = At::Challenge;
        self.renewals += 1;
        Ok(ask)
    }

    fn answer(&mut self, challenge: String) -> Result<Ask, Failed> {
        let ask = self.proof()?.answer(challenge)?;
        if matches!(self.at, At::Open) && self.renewals == 0 {
            self.renewals = 1;
        }
        self.at = At::Session;
        Ok(ask)
    }
}

/// What the office's problem carries besides.
fn extra(heard: &Heard) -> Extra {
    let problem =
        heard.as_ref().ok().and_then(|reply| serde_json::from_slice::<ProblemDetails>(&reply.body).ok());
    problem.map(|problem| problem.extra).unwrap_or_default()
}

impl Signed {
    pub fn token(&self) -> Option<String> {
        lock(&self.session).token.clone()
    }

    pub fn forget_token(&self) {
        lock(&self.session).token = None;
    }

    pub fn keep_session(&self, token: String, leaves: bool) {
        let mut session = lock(&self.session);
        session.token = Some(token);
        session.leaves |= leaves;
    }

    /// The office has said that this phone's technician leaves: once all is sent, the phone is emptied.
    pub fn leaves(&self) -> bool {
        lock(&self.session).leaves
    }
}
