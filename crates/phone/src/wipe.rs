//! Emptying the phone when the office says so: keys first, because what they open is then gone whatever happens to
//! the files; then the files; then the office is told. Only the office that enrolled the phone can say so (`door`).
//!
//! This is the one place where work that has no receipt is deleted, and only for a phone that was stolen. A leaver's
//! phone sends everything first.

use crate::{
    device::Account,
    error::{Error, Result},
    keys::{Kept, sync_folder},
    office::{Ask, Office, Trouble, accepted},
    pass::Failed,
    phone::{Core, Signed},
    sync::blocking,
};
use jobsheet_model::{
    enrol::{Wipe, Wiped},
    view::Event,
};
use std::sync::Arc;

impl Core {
    /// After a pass: empties the phone if that is what the office wants, and it may be done.
    pub async fn heed(self: &Arc<Self>, signed: &Arc<Signed>, outcome: &Result<(), Failed>) -> Result<bool> {
        let leaves = match outcome {
            Err(Failed::Office(Trouble::Wipe(order))) if order.kind == Wipe::Thief => false,
            Ok(()) if signed.leaves() => true,
            _ => return Ok(false),
        };
        let (core, signed) = (self.clone(), signed.clone());
        let done = blocking(move || {
            // From here on nothing more is recorded.
            core.seat(None);
            if leaves {
                let tallies = signed.store.read(|rows| rows.tallies())?;
                if tallies.values().any(|tally| tally.changes > 0 || tally.photos > 0) {
                    core.seat(Some(signed));
                    return Ok(false);
                }
            }
            core.wipe(&signed.account).map(|()| true)
        })
        .await?;
        if done {
            self.tell_wiped().await?;
        }
        Ok(done)
    }

    /// Asks for everybody who is not at work here whether their things are to be removed: a stolen phone is a locked one.
    pub async fn heed_for_others(self: &Arc<Self>) -> Result<()> {
        self.tell_wiped().await?;
        let at_work = self.signed().ok().map(|signed| signed.account.technician.id);
        for account in self.device.accounts()? {
            if at_work == Some(account.technician.id) || account.enrolment.is_none() {
                continue;
            }
            if let Err(Failed::Office(Trouble::Wipe(order))) = self.call(&account).await
                && order.kind == Wipe::Thief
            {
                let core = self.clone();
                blocking(move || core.wipe(&account)).await?;
                self.tell_wiped().await?;
            }
        }
        Ok(())
    }

    fn wipe(&self, account: &Account) -> Result<()> {
        tracing::warn!("the office has ordered that this phone be emptied");
        let technician = account.technician.id;
        let proof = self.proof(account)?;
        let proof = proof.ok_or_else(|| Error::Other(anyhow::anyhow!("a wipe for a phone without a key")))?;
        self.device.begin_wipe(technician, &Wiped::signed(proof.phone, &proof.key))?;
        // Somebody may have signed in while the office was asked.
        if self.signed().is_ok_and(|signed| signed.account.technician.id == technician) {
            self.seat(None);
        }
        self.remove(account)?;
        self.tell(Event::Session {});
        self.nudge.notify_one();
        self.listen.notify_one();
        Ok(())
    }

    /// Goes on where a wipe was interrupted.
    pub fn finish_wipes(&self) -> Result<()> {
        self.device.being_wiped()?.iter().try_for_each(|account| self.remove(account))
    }

    fn remove(&self, account: &Account) -> Result<()> {
        let technician = account.technician.id;
        for secret in Kept::ALL {
            self.keys.forget(technician, secret)?;
        }
        // The database, its log, its copies: all that begins with its name.
        let folder = self.data.join("technicians");
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&account.file) {
                std::fs::remove_file(entry.path())?;
            }
        }
        sync_folder(&folder)?;
        self.forget_rescue_files(&account.login, None)?;
        self.forget_papers()?;
        self.device.end_wipe(technician)
    }

    /// Tells the office what it is still to be told.
    async fn tell_wiped(&self) -> Result<()> {
        for (body, office) in self.device.wiped()? {
            let done: Wiped = serde_json::from_str(&body)?;
            let ask = Ask::new("POST", "/v1/wiped", None).json(&done)?;
            let Ok(office) = Office::at(&office) else { continue };
            match accepted(office.send(ask, &*self.clock, || {}).await) {
                // An office that does not know this phone any more need not be told.
                Ok(_) | Err(Trouble::SignInNeeded) => self.device.told_wiped(&body)?,
                Err(trouble) => {
                    tracing::info!("the office is not told yet that the phone is empty: {trouble}")
                }
            }
        }
        Ok(())
    }
}
