//! Taking a rescue file: what a phone that cannot reach the office any more hands over by hand (docs/RESCUE.md).
//!
//! The file is read twice. First all of it, until the phone's signature at its end: before that nothing counts. Then
//! its changes are kept in one transaction, and its photos one by one, each checked against its digest. Whatever was
//! there before is a duplicate, so a file may come twice, and before or after the phone itself.

use crate::{
    Office,
    photos::Stopped,
    store::{people, phones, sync as held},
    sync::Halt,
};
use anyhow::Context;
use jobsheet_model::{
    DeviceId, Digest,
    enrol::Wipe,
    rescue::{Head, Piece, Reader, Unreadable},
    view::RescueTaken,
    work_order::Technician,
};
use std::{
    fs::File,
    io::{BufReader, Seek},
};

/// Why a rescue file was not taken. Nothing of it was kept, except by [`NoRescue::Failed`], after which the same file
/// may be given again.
#[derive(Debug, thiserror::Error)]
pub enum NoRescue {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("no phone that this office has enrolled made this file")]
    UnknownPhone,
    /// It was reported stolen: who made the file is not known.
    #[error(
        "the phone that made this file was reported stolen: only an administrator can say that it counts"
    )]
    Stolen,
    #[error("this file holds records of somebody else's phone")]
    NotItsOwn,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<Halt> for NoRescue {
    fn from(why: Halt) -> Self {
        match why {
            Halt::NotYourDevice => NoRescue::NotItsOwn,
            Halt::Failed(why) => NoRescue::Failed(why),
            other => NoRescue::Failed(anyhow::Error::new(other)),
        }
    }
}

impl From<std::io::Error> for NoRescue {
    fn from(why: std::io::Error) -> Self {
        NoRescue::Unreadable(Unreadable::Disk(why))
    }
}

/// What is known of a file whose signature was checked.
struct Checked {
    me: Technician,
    phone: phones::Phone,
    head: Head,
    changes: Vec<(DeviceId, String)>,
}

impl Office {
    /// Takes a phone's rescue file that `by` gave in. `stolen`: also one of a phone that was reported stolen.
    pub fn take_rescue(&self, file: &File, by: &str, stolen: bool) -> Result<RescueTaken, NoRescue> {
        let Checked { me, phone, head, changes } = self.check_rescue(file, stolen)?;
        let revoked = phone.revoked || phone.wipe.is_some();
        let judged = self.take_rescued(&me, by, &head, &changes, revoked)?;
        let mut taken = RescueTaken {
            technician_name: me.name.clone(),
            made_at: head.at.best(),
            revoked,
            accepted: judged.accepted,
            duplicates: judged.duplicates,
            refused: judged.refused,
            photos: 0,
            photos_held: 0,
            photos_refused: 0,
        };
        self.reread(file, |reader| {
            while let Some(piece) = reader.next(&phone.key)? {
                if let Piece::Photo(bytes) = piece {
                    *match self.take_rescued_photo(&me, &bytes)? {
                        Some(true) => &mut taken.photos,
                        Some(false) => &mut taken.photos_held,
                        None => &mut taken.photos_refused,
                    } += 1;
                }
            }
            Ok(())
        })?;
        tracing::info!(phone = %phone.id, accepted = taken.accepted, photos = taken.photos, "a rescue file was taken");
        Ok(taken)
    }

    fn reread<T>(
        &self,
        mut file: &File,
        read: impl FnOnce(&mut Reader<BufReader<&File>>) -> Result<T, NoRescue>,
    ) -> Result<T, NoRescue> {
        file.rewind()?;
        read(&mut Reader::open(BufReader::new(file), &self.0.key)?)
    }

    /// The whole file, to its signature.
    fn check_rescue(&self, file: &File, stolen: bool) -> Result<Checked, NoRescue> {
        self.reread(file, |reader| {
            let found = self.read(|db| {
                let Some(phone) = phones::phone(db, reader.phone())? else { return Ok(None) };
                let technician = people::technician(db, phone.technician)?;
                Ok(technician.map(|technician| (phone, technician)))
            })?;
            let (phone, me) = found.ok_or(NoRescue::UnknownPhone)?;
            if phone.wipe == Some(Wipe::Thief) && !stolen {
                return Err(NoRescue::Stolen);
            }
            let head = reader.head().clone();
            let mut changes = Vec::new();
            while let Some(piece) = reader.next(&phone.key)? {
                if let Piece::Change { device, body } = piece {
                    changes.push((device, body));
                }
            }
            if head.technician != me.id {
                return Err(NoRescue::NotItsOwn);
            }
            Ok(Checked { me, phone, head, changes })
        })
    }

    /// `Some(true)`: it is new here; `None`: it was not taken.
    fn take_rescued_photo(&self, me: &Technician, bytes: &[u8]) -> Result<Option<bool>, NoRescue> {
        let digest = Digest::of(bytes);
        if !self.read(|db| held::photo_named_by(db, &digest, me.id))? {
            return Ok(None);
        }
        match self.keep_photo(&digest, bytes) {
            Ok(new) => Ok(Some(new)),
            Err(Stopped::Failed(why)) => Err(why.context("Keeping a photo of a rescue file").into()),
            Err(why) => {
                tracing::warn!("a photo of a rescue file was not taken: {why}");
                Ok(None)
            }
        }
    }

    /// A file without a name that is gone when it is closed, on the disk where photos lie.
    pub(crate) fn scratch(&self) -> anyhow::Result<File> {
        self.0.photos.scratch().context("Making room for a file")
    }
}
