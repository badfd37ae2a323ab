//! Sealing a stream so that only the office opens it: HPKE (RFC 9180) to the office's key, in chunks.
//!
//! Each chunk is a message of one HPKE context, whose nonces count, so chunks cannot be left out, repeated or
//! re-ordered; the last one says that it is, so the end cannot be cut off.

use super::{Unreadable, damaged};
use crate::sign::{PublicKey, SecretKey};
use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable,
    aead::{AeadCtxR, AeadCtxS, ChaCha20Poly1305},
    kdf::HkdfSha256,
    kem::X25519HkdfSha256,
    rand_core::CryptoRng,
};
use std::io::{self, Read, Write};

type Curve = X25519HkdfSha256;

/// Bytes of a chunk before it is sealed. Only the last has fewer.
pub(super) const CHUNK: usize = 64 * 1024;
const TAG: usize = 16;
/// In a chunk's length: no other follows.
const LAST: u32 = 1 << 31;

/// Takes bytes and writes them sealed. Nothing that was written counts before [`Sealer::end`].
pub(super) struct Sealer<W: Write> {
    out: W,
    context: AeadCtxS<ChaCha20Poly1305, HkdfSha256, Curve>,
    chunk: Vec<u8>,
}

impl<W: Write> Sealer<W> {
    /// `label` is what lies before it in the clear: another label does not open.
    pub fn begin(mut out: W, office: &PublicKey, label: &[u8], rng: &mut impl CryptoRng) -> io::Result<Self> {
        let key = office.for_sealing().ok_or_else(|| io::Error::other("the office's key is none"))?;
        let key = <Curve as Kem>::PublicKey::from_bytes(&key).map_err(io::Error::other)?;
        let (shared, context): (_, AeadCtxS<ChaCha20Poly1305, HkdfSha256, Curve>) =
            hpke::setup_sender_with_rng(&OpModeS::Base, &key, label, rng).map_err(io::Error::other)?;
        out.write_all(&shared.to_bytes())?;
        Ok(Self { out, context, chunk: Vec::with_capacity(CHUNK) })
    }

    fn put(&mut self, last: bool) -> io::Result<()> {
        let length = u32::try_from(self.chunk.len() + TAG).map_err(io::Error::other)?;
        let head = (length | if last { LAST } else { 0 }).to_be_bytes();
        let sealed = self.context.seal(&self.chunk, &head).map_err(io::Error::other)?;
        self.chunk.clear();
        self.out.write_all(&head)?;
        self.out.write_all(&sealed)
    }

    pub fn end(mut self) -> io::Result<W> {
        self.put(true)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.chunk.len() == CHUNK {
            self.put(false)?;
        }
        let (now, _) = bytes.split_at(bytes.len().min(CHUNK - self.chunk.len()));
        self.chunk.extend_from_slice(now);
        Ok(now.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // A chunk is written when it is full.
    }
}

/// Gives back what was sealed, chunk by chunk; an error when anything of it was changed or is not there.
pub(super) struct Opener<R: Read> {
    from: R,
    context: AeadCtxR<ChaCha20Poly1305, HkdfSha256, Curve>,
    chunk: io::Cursor<Vec<u8>>,
    ended: bool,
}

impl<R: Read> Opener<R> {
    pub fn begin(mut from: R, office: &SecretKey, label: &[u8]) -> Result<Self, Unreadable> {
        let mut shared = [0; 32];
        from.read_exact(&mut shared)?;
        let shared = <Curve as Kem>::EncappedKey::from_bytes(&shared).map_err(|_| Unreadable::Damaged)?;
        let key = <Curve as Kem>::PrivateKey::from_bytes(&office.for_opening())
            .map_err(|_| Unreadable::OtherOffice)?;
        let context =
            hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, Curve>(&OpModeR::Base, &key, &shared, label)
                .map_err(|_| Unreadable::Damaged)?;
        Ok(Self { from, context, chunk: io::Cursor::default(), ended: false })
    }

    fn next_chunk(&mut self) -> io::Result<()> {
        let mut head = [0; 4];
        self.from.read_exact(&mut head)?;
        let length = u32::from_be_bytes(head);
        self.ended = length & LAST != 0;
        let length = usize::try_from(length & !LAST).unwrap_or(usize::MAX);
        let fits = if self.ended { (TAG..=CHUNK + TAG).contains(&length) } else { length == CHUNK + TAG };
        if !fits {
            return Err(damaged());
        }
        let mut sealed = vec![0; length];
        self.from.read_exact(&mut sealed)?;
        let opened = self.context.open(&sealed, &head).map_err(|_| damaged())?;
        self.chunk = io::Cursor::new(opened);
        if self.ended && self.from.read(&mut [0])? != 0 {
            return Err(damaged()); // Something was put behind it.
        }
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.chunk.read(into)?;
            if count > 0 || self.ended || into.is_empty() {
                return Ok(count);
            }
            self.next_chunk()?;
        }
    }
}
