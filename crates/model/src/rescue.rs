//! The rescue file: everything that waits on a phone, as one sealed file for the office. It travels by cable, chat
//! or e-mail when the phone itself cannot reach the office any more, and has the effect of a sync (docs/RESCUE.md).
//!
//! In the clear stands which office may open it and which phone made it. All else is sealed to the office's key and
//! signed with the phone's (adr/0011). Inside: frames of a tag, a length and bytes, compressed as one stream. Nobody
//! vouches for a file before its last frame, the signature: [`Reader::next`] ends well only after that.
//!
//! Whatever bytes are given, reading ends, with an error and without a panic, and takes no more memory than one
//! photo.

mod seal;

use crate::{
    DeviceId, Digest, Moment, TechnicianId,
    enrol::PhoneId,
    sign::{self, PublicKey, SecretKey, Signature},
    wire::MAX_PHOTO,
};
use hpke::rand_core::CryptoRng;
use seal::{Opener, Sealer};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::io::{self, BufReader, Read, Write};
use uuid::Uuid;
use zstd::stream::{read::Decoder, write::Encoder};

/// What every rescue file begins with; the version follows.
const MAGIC: &[u8; 16] = b"jobsheet-rescue\n";
const VERSION: u8 = 1;
const SIGNED: &str = "jobsheet-rescue/1";
const MAX_LABEL: u16 = 1024;
const MAX_HEAD: u32 = 64 * 1024;
/// Largest change in bytes.
pub const MAX_CHANGE: u32 = 8 * 1024 * 1024;
/// Most changes in a file.
pub const MAX_CHANGES: u32 = 200_000;
/// All changes of a file together, in bytes.
pub const MAX_CHANGES_BYTES: u64 = 128 * 1024 * 1024;
/// Everything in a file when it is unpacked, in bytes.
pub const MAX_UNPACKED: u64 = 4 * 1024 * 1024 * 1024;
/// The decoder remembers at most 2 to the power of this many bytes.
const MAX_WINDOW: u32 = 23;

const HEAD: u8 = b'h';
const CHANGE: u8 = b'c';
const PHOTO: u8 = b'p';
const SIGNATURE: u8 = b's';

/// In the clear, for whoever holds the file in their hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Label {
    /// Fingerprint of the office's key.
    pub office: Digest,
    pub phone: PhoneId,
}

/// Who made the file, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Head {
    /// The phone's present chain of changes.
    pub device: DeviceId,
    pub technician: TechnicianId,
    pub app: String,
    pub at: Moment,
}

/// One thing that the phone hands over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The exact bytes that were recorded, and the chain that they are a link of.
    Change { device: DeviceId, body: String },
    /// A photo as it was stored; its digest is its name.
    Photo(Vec<u8>),
}

/// Why a file cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("this is no rescue file")]
    NotOne,
    #[error("this file was made by a newer version of the app: update the office first")]
    Newer,
    #[error("this file is for another office")]
    OtherOffice,
    #[error("this file is damaged or not whole")]
    Damaged,
    #[error("this file holds more than a phone can have to hand over")]
    TooLarge,
    #[error("this file was not made by the phone it names")]
    NotGenuine,
    #[error("reading the file: {0}")]
    Disk(io::Error),
}

fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Unreadable::Damaged)
}

impl From<io::Error> for Unreadable {
    fn from(why: io::Error) -> Self {
        // What the system says is the disk's; all else comes of the bytes.
        if why.raw_os_error().is_some() { Unreadable::Disk(why) } else { Unreadable::Damaged }
    }
}

fn fingerprint(office: &PublicKey) -> Digest {
    Digest::of(office.to_string().as_bytes())
}

/// What the phone signs: everything in the file, and for which office it is.
fn statement(label: &[u8], frames: Sha256) -> Vec<u8> {
    [frames.finalize().as_slice(), label].concat()
}

/// Adds every frame's bytes to what is signed.
fn hash_frame(hash: &mut Sha256, tag: u8, length: u32, parts: &[&[u8]]) {
    hash.update([tag]);
    hash.update(length.to_be_bytes());
    parts.iter().for_each(|part| hash.update(part));
}

// --- Writing ---------------------------------------------------------------------------------------

/// Writes a rescue file, one thing after the other.
pub struct Writer<W: Write> {
    out: Encoder<'static, Sealer<W>>,
    label: Vec<u8>,
    hash: Sha256,
}

impl<W: Write> Writer<W> {
    pub fn begin(
        mut out: W,
        office: &PublicKey,
        phone: PhoneId,
        head: &Head,
        rng: &mut impl CryptoRng,
    ) -> io::Result<Self> {
        let label = serde_json::to_vec(&Label { office: fingerprint(office), phone })?;
        out.write_all(MAGIC)?;
        out.write_all(&[VERSION])?;
        out.write_all(&u16::try_from(label.len()).map_err(io::Error::other)?.to_be_bytes())?;
        out.write_all(&label)?;
        let sealer = Sealer::begin(out, office, &label, rng)?;
        let mut writer = Self { out: Encoder::new(sealer, 3)?, label, hash: Sha256::new() };
        writer.frame(HEAD, &[&serde_json::to_vec(head)?], MAX_HEAD)?;
        Ok(writer)
    }

    fn frame(&mut self, tag: u8, parts: &[&[u8]], most: u32) -> io::Result<()> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let length = u32::try_from(length).ok().filter(|length| *length <= most);
        let length = length.ok_or_else(|| io::Error::other("more than a rescue file takes"))?;
        hash_frame(&mut self.hash, tag, length, parts);
        self.out.write_all(&[tag])?;
        self.out.write_all(&length.to_be_bytes())?;
        parts.iter().try_for_each(|part| self.out.write_all(part))
    }

    /// In the order of each chain.
    pub fn change(&mut self, device: DeviceId, body: &str) -> io::Result<()> {
        self.frame(CHANGE, &[device.0.as_bytes(), body.as_bytes()], MAX_CHANGE)
    }

    pub fn photo(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.frame(PHOTO, &[bytes], u32::try_from(MAX_PHOTO).unwrap_or(u32::MAX))
    }

    /// Signs all of it with the phone's key.
    pub fn end(mut self, phone: &SecretKey) -> io::Result<W> {
        let statement = statement(&self.label, self.hash.clone());
        let signature = sign::sign(phone, SIGNED, &statement).to_bytes();
        self.frame(SIGNATURE, &[&signature], 64)?;
        self.out.finish()?.end()
    }
}

// --- Reading ---------------------------------------------------------------------------------------

/// Reads a rescue file. Nothing of it may be acted upon before [`Reader::next`] has said `None`, except what proves
/// itself, like a photo that is asked for by its digest.
pub struct Reader<R: Read> {
    from: Decoder<'static, BufReader<Opener<R>>>,
    label: Label,
    label_bytes: Vec<u8>,
    head: Head,
    hash: Sha256,
    ended: bool,
    changes: u32,
    changes_bytes: u64,
    unpacked: u64,
}

impl<R: Read> Reader<R> {
    pub fn open(mut from: R, office: &SecretKey) -> Result<Self, Unreadable> {
        let mut magic = [0; MAGIC.len()];
        match from.read_exact(&mut magic) {
            Err(why) if why.kind() == io::ErrorKind::UnexpectedEof => return Err(Unreadable::NotOne),
            read => read?,
        }
        if magic != *MAGIC {
            return Err(Unreadable::NotOne);
        }
        let mut version = [0];
        from.read_exact(&mut version)?;
        if version != [VERSION] {
            return Err(Unreadable::Newer);
        }
        let mut length = [0; 2];
        from.read_exact(&mut length)?;
        let length = u16::from_be_bytes(length);
        if length > MAX_LABEL {
            return Err(Unreadable::Damaged);
        }
        let mut label_bytes = vec![0; usize::from(length)];
        from.read_exact(&mut label_bytes)?;
        let label: Label = serde_json::from_slice(&label_bytes).map_err(|_| Unreadable::Damaged)?;
        if label.office != fingerprint(&office.public()) {
            return Err(Unreadable::OtherOffice);
        }
        let mut from = Decoder::new(Opener::begin(from, office, &label_bytes)?)?;
        from.window_log_max(MAX_WINDOW)?;
        let (mut hash, mut unpacked) = (Sha256::new(), 0);
        let (tag, head) = frame(&mut from, &mut hash, &mut unpacked)?;
        let head = Some(head).filter(|_| tag == HEAD).ok_or(Unreadable::Damaged)?;
        let head = serde_json::from_slice(&head).map_err(|_| Unreadable::Damaged)?;
        let (changes, changes_bytes) = (0, 0);
        Ok(Self { from, label, label_bytes, head, hash, ended: false, changes, changes_bytes, unpacked })
    }

    /// Which phone the file says it is of.
    pub fn phone(&self) -> PhoneId {
        self.label.phone
    }

    pub fn head(&self) -> &Head {
        &self.head
    }

    /// `None` after everything, when the phone's key has signed for all of it.
    pub fn next(&mut self, phone: &PublicKey) -> Result<Option<Piece>, Unreadable> {
        if self.ended {
            return Ok(None);
        }
        let before = self.hash.clone();
        let (tag, body) = frame(&mut self.from, &mut self.hash, &mut self.unpacked)?;
        match tag {
            CHANGE => self.change(body).map(Some),
            PHOTO => Ok(Some(Piece::Photo(body))),
            SIGNATURE => {
                let signature: [u8; 64] = body.try_into().map_err(|_| Unreadable::Damaged)?;
                let statement = statement(&self.label_bytes, before);
                if !sign::verify(phone, SIGNED, &statement, &Signature::from_bytes(signature)) {
                    return Err(Unreadable::NotGenuine);
                }
                if self.from.read(&mut [0])? != 0 {
                    return Err(Unreadable::Damaged);
                }
                self.ended = true;
                Ok(None)
            }
            _ => Err(Unreadable::Damaged),
        }
    }

    fn change(&mut self, mut frame: Vec<u8>) -> Result<Piece, Unreadable> {
        self.changes += 1;
        self.changes_bytes += frame.len() as u64;
        if self.changes > MAX_CHANGES || self.changes_bytes > MAX_CHANGES_BYTES {
            return Err(Unreadable::TooLarge);
        }
        let body = frame.split_off(frame.len().min(16));
        let device = Uuid::from_slice(&frame).map_err(|_| Unreadable::Damaged)?;
        let body = String::from_utf8(body).map_err(|_| Unreadable::Damaged)?;
        Ok(Piece::Change { device: DeviceId(device), body })
    }
}

/// The next frame. Its bytes take no more room than arrive.
fn frame(from: &mut impl Read, hash: &mut Sha256, unpacked: &mut u64) -> Result<(u8, Vec<u8>), Unreadable> {
    let (mut tag, mut length) = ([0; 1], [0; 4]);
    from.read_exact(&mut tag)?;
    from.read_exact(&mut length)?;
    let ([tag], length) = (tag, u32::from_be_bytes(length));
    let most = match tag {
        HEAD => MAX_HEAD.into(),
        CHANGE => MAX_CHANGE.into(),
        PHOTO => MAX_PHOTO,
        SIGNATURE => 64,
        _ => return Err(Unreadable::Damaged),
    };
    *unpacked += 5 + u64::from(length);
    if u64::from(length) > most || *unpacked > MAX_UNPACKED {
        return Err(Unreadable::TooLarge);
    }
    let mut body = Vec::new();
    from.by_ref().take(length.into()).read_to_end(&mut body)?;
    if body.len() as u64 != u64::from(length) {
        return Err(Unreadable::Damaged);
    }
    hash_frame(hash, tag, length, &[&body]);
    Ok((tag, body))
}

#[cfg(test)]
mod tests;
