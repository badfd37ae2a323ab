//! Who is signed in. A sign-in outlives restarts (P16), lapses without stopping anything but sending (P17),
//! and ends without deleting anything (P5).

use crate::{
    device::Account,
    error::{Error, Result},
    office::{Ask, Office, Trouble, json, whole_address},
    phone::{Core, Signed},
};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier},
};
use jobsheet_model::{
    Problem,
    view::{Event, Session, Settings, SignedOut},
    wire::{SignIn, SignedIn},
};
use std::sync::Arc;

impl Core {
    pub fn session(&self) -> Result<Session> {
        let (known, company) = self.device.logins()?;
        let signed = self.signed().ok();
        let account = signed.as_ref().map(|s| &s.account);
        Ok(Session {
            technician: account.map(|a| a.technician.clone()),
            company: account.map(|a| a.company.clone()).or(company).unwrap_or_default(),
            office: match account {
                Some(account) => account.office.clone(),
                None => self.device.office()?.or_else(|| self.preset.clone()).unwrap_or_default(),
            },
            known,
            settings: self.device.settings()?,
            version: self.version.clone(),
        })
    }

    pub async fn sign_in(&self, office: &str, login: &str, password: &str) -> Result<Session> {
        let office = whole_address(office)?;
        let login = login.trim();
        let who = SignIn { login: login.to_owned(), password: password.to_owned() };
        let ask = Ask::new("POST", "/v1/sign-in", None).json(&who)?;
        let answer = match Office::at(&office) {
            Ok(at) => json::<SignedIn>(at.send(ask, &*self.clock, || {}).await),
            Err(trouble) => Err(trouble),
        };
        let mut office_key = None;
        let account = match answer {
            Ok(yes) => {
                office_key = Some(yes.office_key);
                Account {
                    file: format!("{}.db", yes.technician.id),
                    verifier: verifier(password).await?,
                    login: login.to_owned(),
                    office,
                    company: yes.company,
                    token: Some(yes.token),
                    technician: yes.technician,
                }
            }
            Err(Trouble::SignInNeeded) => {
                return Err(Problem::new("wrong_password", "Name or password is wrong.").into());
            }
            // No office to ask, or a network that keeps it from us: whoever was here before may go on (P16).
            Err(trouble @ (Trouble::Unreachable(_) | Trouble::NotAnOffice(_) | Trouble::Status(500..))) => {
                tracing::info!("signing in without the office: {trouble}");
                match self.device.known(&office, login)? {
                    Some(account) => verified(account, password).await?,
                    None => return Err(trouble.problem().into()),
                }
            }
            Err(trouble) => return Err(trouble.problem().into()),
        };
        let store = self.store_of(&account)?;
        if let Some(key) = office_key {
            store.write(|rows| rows.save_office_key(&key))?;
        }
        self.device.sign_in(&account, self.clock.utc())?;
        self.seat(Some(Arc::new(Signed { account, store })));
        self.tell(Event::Session {});
        self.nudge.notify_one();
        self.listen.notify_one();
        self.session()
    }

    pub fn sign_out(&self) -> Result<SignedOut> {
        let signed = self.signed()?;
        let tallies = signed.store.read(|rows| rows.tallies())?;
        let waiting = tallies.values().filter(|t| t.changes > 0 || t.photos > 0).count();
        self.device.sign_out(signed.account.technician.id)?;
        self.seat(None);
        self.tell(Event::Session {});
        self.nudge.notify_one();
        self.listen.notify_one();
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
}

async fn verifier(password: &str) -> Result<String> {
    let password = password.to_owned();
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
    });
    let hashed = hashed.await.map_err(|e| Error::Other(e.into()))?;
    hashed.map_err(|e| Error::Other(anyhow::anyhow!("argon2: {e}")))
}

/// The account, if that is its password.
async fn verified(account: Account, password: &str) -> Result<Account> {
    let (password, verifier) = (password.to_owned(), account.verifier.clone());
    let right = tokio::task::spawn_blocking(move || {
        Argon2::default().verify_password(password.as_bytes(), verifier.as_str()).is_ok()
    });
    if right.await.map_err(|e| Error::Other(e.into()))? {
        Ok(account)
    } else {
        Err(Problem::new("wrong_password", "Name or password is wrong.").into())
    }
}
