//! Signatures (Ed25519, RFC 8032): the office's under its receipts, a phone's under its sessions.
//!
//! What is signed is the domain, a line feed, and the message: a signature for one purpose is none for another.
//! Keys and signatures travel as base64url without padding.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::fmt;

/// 32 bytes that never leave their owner. It is not serialised and not shown.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    pub fn from_bytes(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The same key for opening what was sealed to [`PublicKey::for_sealing`] (X25519).
    pub(crate) fn for_opening(&self) -> [u8; 32] {
        self.0.to_scalar_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public())
    }
}

macro_rules! text {
    ($(#[$doc:meta] $name:ident is $bytes:literal,)*) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
        pub struct $name([u8; $bytes]);

        impl $name {
            pub fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            pub fn to_bytes(&self) -> [u8; $bytes] {
                self.0
            }

            /// `None` unless it is exactly that many bytes in base64url.
            pub fn parse(text: &str) -> Option<Self> {
                URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom(concat!("not a ", stringify!($name))))
            }
        }
    )*};
}

text! {
    /// Whoever has it can tell what was signed with its secret key.
    PublicKey is 32,
    /// Of one message in one domain.
    Signature is 64,
}

impl PublicKey {
    /// The same key for sealing something that only its owner opens (X25519); `None` when it is no key at all.
    pub(crate) fn for_sealing(&self) -> Option<[u8; 32]> {
        Some(VerifyingKey::from_bytes(&self.0).ok()?.to_montgomery().to_bytes())
    }
}

fn worded(domain: &str, message: &[u8]) -> Vec<u8> {
    [domain.as_bytes(), b"\n", message].concat()
}

pub fn sign(key: &SecretKey, domain: &str, message: &[u8]) -> Signature {
    sign_bare(key, &worded(domain, message))
}

/// Strict: a weak key or another encoding of the same signature is refused.
pub fn verify(key: &PublicKey, domain: &str, message: &[u8], signature: &Signature) -> bool {
    verify_bare(key, &worded(domain, message), signature)
}

/// Without a domain: what the two above are made of, and what published vectors are held against. Not for use.
#[doc(hidden)]
pub fn sign_bare(key: &SecretKey, message: &[u8]) -> Signature {
    Signature(key.0.sign(message).to_bytes())
}

#[doc(hidden)]
pub fn verify_bare(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(&key.0) else { return false };
    key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_key_its_domain_and_its_message_only() {
        let (key, other) = (SecretKey::from_bytes([1; 32]), SecretKey::from_bytes([2; 32]));
        let signature = sign(&key, "a", b"message");
        assert!(verify(&key.public(), "a", b"message", &signature));
        assert!(!verify(&other.public(), "a", b"message", &signature));
        assert!(!verify(&key.public(), "b", b"message", &signature));
        assert!(!verify(&key.public(), "a", b"messagf", &signature));
        let mut bent = signature;
        bent.0[0] ^= 1;
        assert!(!verify(&key.public(), "a", b"message", &bent));
    }

    #[test]
    fn keys_and_signatures_come_back_from_their_text_and_nothing_else_does() {
        let key = SecretKey::from_bytes([7; 32]);
        let text = serde_json::to_string(&key.public()).unwrap();
        assert_eq!(serde_json::from_str::<PublicKey>(&text).unwrap(), key.public());
        for bad in ["", "AAAA", "not base64 at all", &"A".repeat(44), &key.public().to_string().repeat(2)] {
            assert_eq!(PublicKey::parse(bad), None, "{bad}");
        }
        assert!(!format!("{key:?}").contains(&URL_SAFE_NO_PAD.encode(key.to_bytes())));
    }
}
