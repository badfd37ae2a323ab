//! Photos that only the office has, of earlier visits or of the customer, seen on the phone: the small picture first, the
//! whole one when somebody wants it.

use crate::{
    door::{Door, Through},
    error,
    office::{self, Ask, Heard, Office, Trouble},
    pass::Failed,
    phone::{Core, Signed, no_such_photo},
    photos::shown,
    store::{fetched::Fetched, no_such_job},
    sync::blocking,
};
use jobsheet_model::{Digest, Problem, WorkOrderId, view::PhotoPlace};
use std::sync::Arc;

impl Core {
    /// A photo of this job; asked of the office where it is not here, and kept like the ones taken here.
    pub async fn fetch_photo(
        self: &Arc<Self>,
        id: WorkOrderId,
        digest: Digest,
        thumb: bool,
    ) -> Result<Vec<u8>, Problem> {
        let signed = self.signed()?;
        let (store, wanted) = (signed.store.clone(), digest.clone());
        let (photo, here) = blocking(move || {
            store.read(|rows| {
                let job = rows.work_order(id)?.ok_or_else(no_such_job)?;
                let taken = job.sheet.photos.iter().find(|photo| photo.digest == wanted);
                // What came with the request is older than anything that was done for it.
                let sent = job.order.request.photos.iter().find(|photo| photo.digest == wanted);
                let photo = taken
                    .map(|photo| (photo.bytes, photo.at))
                    .or(sent.map(|photo| (photo.bytes, job.order.request.received_at)));
                let whole = rows.photo_place(&wanted)? != PhotoPlace::Away;
                let here = if thumb || whole { rows.photo(&wanted, thumb)? } else { None };
                Ok((photo.ok_or_else(no_such_photo)?, here.filter(|bytes| !bytes.is_empty())))
            })
        })
        .await?;
        if let Some(bytes) = here {
            return Ok(bytes);
        }
        let path = format!("/v1/photos/{digest}{}", if thumb { "/thumb" } else { "" });
        let heard = self.asks(&signed, Ask::new("GET", path, None)).await.map_err(|why| why.problem())?;
        let answer = match thumb {
            true => office::accepted(heard).map(|reply| reply.body),
            // Its name is its content.
            false => office::named(heard, &digest),
        };
        let bytes = answer.map_err(|trouble| match trouble {
            Trouble::Status(404) => {
                Problem::new("photo_not_there", "The office does not have this photo yet. Try again later.")
            }
            trouble => trouble.problem(),
        })?;
        let core = self.clone();
        Ok(blocking(move || {
            let small = shown(&bytes)?;
            let whole: &[u8] = if thumb { &[] } else { &bytes };
            signed.store.write(|rows| {
                let now = core.now(rows.device()?.ahead.as_ref());
                let (size, taken_at) = photo;
                let fetched =
                    Fetched { digest: &digest, work_order: id, size, taken_at, thumb: &small, bytes: whole };
                rows.keep_fetched(&fetched, now)
            })?;
            Ok(if thumb { small } else { bytes })
        })
        .await?)
    }

    /// Asks the office one thing outside of a pass, under this phone's session.
    async fn asks(self: &Arc<Self>, signed: &Arc<Signed>, ask: Ask) -> Result<Heard, Failed> {
        let office = Office::at(&signed.account.office)?;
        let mut door = Door::new(self, signed);
        let mut next = match door.open()? {
            Some(first) => first,
            None => door.ask(ask.clone()),
        };
        loop {
            let heard = office.send(next, &*self.clock, || {}).await;
            next = match door.heard(heard)? {
                Through::Ask(first) => first,
                Through::Heard(None) => door.ask(ask.clone()),
                Through::Heard(Some(heard)) => return Ok(heard),
            };
        }
    }

    pub fn photo_place(&self, digest: &Digest) -> error::Result<PhotoPlace> {
        self.signed()?.store.read(|rows| rows.photo_place(digest))
    }

    /// Removes from this phone what came from the office; what was taken here stays until the office's backup has it.
    pub fn drop_photo(&self, digest: &Digest) -> error::Result<PhotoPlace> {
        self.signed()?.store.write(|rows| {
            rows.drop_fetched(digest)?;
            rows.photo_place(digest)
        })
    }
}
