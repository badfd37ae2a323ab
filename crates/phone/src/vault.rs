//! A database's key, locked: opened only with the phone's pepper (from the key store) *and* something that a
//! person knows or the office has. A lock by itself says nothing, so it may stand in a plain file.

use crate::{
    error::{Error, Result},
    keys::Secret,
};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Goes into every lock, so that one made for something else does not open a database.
const PURPOSE: &[u8] = b"jobsheet-database/1";

/// How words become a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// A PIN or a password: Argon2id, 19 MiB, two passes.
    Person,
    /// 32 random bytes: one hash is enough.
    Office,
}

/// Locks `key`. The text begins with its format.
pub(crate) fn lock(by: By, words: &[u8], pepper: &Secret, key: &Secret) -> Result<String> {
    let salt: [u8; 16] = rand::random();
    let nonce: [u8; 24] = rand::random();
    let payload = Payload { msg: key.as_slice(), aad: PURPOSE };
    let sealed = cipher(by, words, pepper, &salt)?.encrypt(&XNonce::from(nonce), payload);
    let sealed = sealed.map_err(|_| Error::Other(anyhow::anyhow!("locking a key")))?;
    Ok(format!("1.{}", URL_SAFE_NO_PAD.encode([&salt[..], &nonce[..], &sealed[..]].concat())))
}

/// `None`: these are not the words.
pub(crate) fn open(by: By, words: &[u8], pepper: &Secret, lock: &str) -> Result<Option<Secret>> {
    let bytes =
        lock.strip_prefix("1.").and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).unwrap_or_default();
    let parts = bytes.split_first_chunk::<16>();
    let parts = parts.and_then(|(salt, rest)| Some((salt, rest.split_first_chunk::<24>()?)));
    let Some((salt, (nonce, sealed))) = parts else { return Ok(None) };
    let payload = Payload { msg: sealed, aad: PURPOSE };
    let opened = cipher(by, words, pepper, salt)?.decrypt(&XNonce::from(*nonce), payload);
    let opened = opened.ok().map(Zeroizing::new);
    Ok(opened.and_then(|key| key.as_slice().try_into().ok()).map(Zeroizing::new))
}

/// The next of a chain of secrets: from it nobody comes back to the one before.
pub(crate) fn next(secret: &Secret) -> Secret {
    Zeroizing::new(
        Sha256::new().chain_update(b"jobsheet-unlock-chain/1").chain_update(**secret).finalize().into(),
    )
}

/// What a lock for one of the office's codes takes: the code, and the secret of its place in the chain.
pub(crate) fn code_words(code: &str, secret: &Secret) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([code.as_bytes(), b"\n", secret.as_slice()].concat())
}

fn cipher(by: By, words: &[u8], pepper: &Secret, salt: &[u8; 16]) -> Result<XChaCha20Poly1305> {
    let mut key = Zeroizing::new([0; 32]);
    match by {
        By::Person => {
            let argon = |why: argon2::Error| Error::Other(anyhow::anyhow!("argon2: {why}"));
            let params = Params::new(19 * 1024, 2, 1, Some(32)).map_err(argon)?;
            Argon2::new_with_secret(pepper.as_slice(), Algorithm::Argon2id, Version::V0x13, params)
                .and_then(|argon2| argon2.hash_password_into(words, salt, key.as_mut_slice()))
                .map_err(argon)?;
        }
        By::Office => {
            let hash = Sha256::new().chain_update(PURPOSE).chain_update(pepper.as_slice());
            *key = hash.chain_update(salt).chain_update(words).finalize().into();
        }
    }
    Ok(XChaCha20Poly1305::new(&(*key).into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::fresh;

    #[test]
    fn a_lock_opens_with_its_words_and_its_pepper_only() {
        let (key, pepper) = (fresh(), fresh());
        for by in [By::Person, By::Office] {
            let locked = lock(by, b"482916", &pepper, &key).unwrap();
            assert_eq!(open(by, b"482916", &pepper, &locked).unwrap().as_deref(), Some(&*key));
            assert!(open(by, b"482917", &pepper, &locked).unwrap().is_none());
            assert!(open(by, b"482916", &fresh(), &locked).unwrap().is_none(), "another phone's pepper");
            let mut bent = locked.clone().into_bytes();
            let last = bent.len() - 4;
            bent[last] = if bent[last] == b'A' { b'B' } else { b'A' };
            let bent = String::from_utf8(bent).unwrap();
            assert!(open(by, b"482916", &pepper, &bent).unwrap().is_none());
            assert_ne!(locked, lock(by, b"482916", &pepper, &key).unwrap(), "salted");
        }
        for nonsense in ["", "1.", "1.AAAA", "2.AAAA", "电"] {
            assert!(open(By::Office, b"x", &pepper, nonsense).unwrap().is_none(), "{nonsense}");
        }
    }
}
