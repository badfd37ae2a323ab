//! Photos that came back from the office. They lie sealed like the ones taken here, and count like them.

use super::*;
use jobsheet_model::view::PhotoPlace;

/// A photo as the office gave it; `bytes` is empty where only the small picture was asked for.
pub(crate) struct Fetched<'a> {
    pub digest: &'a Digest,
    pub work_order: WorkOrderId,
    pub size: u32,
    pub taken_at: DateTime<Utc>,
    pub thumb: &'a [u8],
    pub bytes: &'a [u8],
}

impl Rows<'_> {
    pub fn photo_place(&self, digest: &Digest) -> Result<PhotoPlace> {
        let sql = "SELECT octet_length(bytes) > 0, EXISTS (SELECT 1 FROM fetched WHERE photo = digest)
                   FROM picture WHERE digest = ?1";
        let found: Option<(bool, bool)> =
            self.0.one(sql, [digest.as_str()], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
        Ok(match found {
            Some((true, false)) => PhotoPlace::Here,
            Some((true, true)) => PhotoPlace::Fetched,
            _ => PhotoPlace::Away,
        })
    }

    /// Never in place of a photo that the office does not hold.
    pub fn keep_fetched(&self, photo: &Fetched<'_>, now: DateTime<Utc>) -> Result<()> {
        let (digest, whole) = (photo.digest.as_str(), !photo.bytes.is_empty());
        let kept = self.0.run(
            "INSERT INTO photo (digest, work_order, size, taken_at, sent, held_at, kept)
             VALUES (?1, ?2, ?3, ?4, ?3, ?5, ?6)
             ON CONFLICT (digest) DO UPDATE SET held_at = excluded.held_at, kept = max(photo.kept, excluded.kept)
             WHERE photo.held_at IS NOT NULL",
            params![
                digest,
                photo.work_order.to_string(),
                photo.size,
                millis::text(&photo.taken_at),
                millis::text(&now),
                whole
            ],
        )?;
        if kept == 0 {
            return Ok(());
        }
        self.0.run(
            "INSERT INTO picture (digest, thumb, bytes) VALUES (?1, ?2, ?3)
             ON CONFLICT (digest) DO UPDATE SET
                 thumb = iif(octet_length(picture.thumb) > 0, picture.thumb, excluded.thumb),
                 bytes = iif(octet_length(excluded.bytes) > 0, excluded.bytes, picture.bytes)",
            params![digest, photo.thumb, photo.bytes],
        )?;
        if whole {
            self.0.run("INSERT INTO fetched (photo) VALUES (?1) ON CONFLICT DO NOTHING", [digest])?;
        }
        Ok(())
    }

    /// Gives up the bytes of a photo that came from the office; of no other.
    pub fn drop_fetched(&self, digest: &Digest) -> Result<()> {
        if self.0.run("DELETE FROM fetched WHERE photo = ?1", [digest.as_str()])? == 0 {
            return Ok(());
        }
        self.0.run("UPDATE photo SET kept = 0 WHERE digest = ?1", [digest.as_str()])?;
        self.0.run("UPDATE picture SET bytes = x'' WHERE digest = ?1", [digest.as_str()])?;
        self.give_back_space()
    }

    /// What was given up goes back to the phone.
    pub fn give_back_space(&self) -> Result<()> {
        let mut statement = self.0.prepare("PRAGMA incremental_vacuum")?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
        Ok(())
    }
}
