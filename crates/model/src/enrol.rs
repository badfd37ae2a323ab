//! How a phone becomes known to the office and shows that it is that phone: enrolment, sessions, revoking, wiping.
//! What is signed stands here once, so that both sides sign and check the same words.

use crate::{
    moment::millis,
    sign::{self, PublicKey, SecretKey, Signature},
    work_order::Technician,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use ts_rs::TS;
use uuid::Uuid;

/// What a link for the phone's camera begins with: `jobsheet:enrol?office=…&code=…`.
pub const LINK: &str = "jobsheet:enrol?";

/// One technician's key on one phone, as the office knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
#[ts(type = "string")]
pub struct PhoneId(pub Uuid);

impl Display for PhoneId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for PhoneId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(Uuid::parse_str(text)?))
    }
}

/// `POST /v1/enrol`: by the office's one-time code, or by login and password.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enrol {
    #[serde(flatten)]
    pub by: EnrolBy,
    /// What the phone is called in the office's list.
    pub name: String,
    pub key: PublicKey,
    /// Shows that the phone has the key's other half.
    pub signature: Signature,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum EnrolBy {
    Code { code: String },
    Password { login: String, password: String },
}

impl Enrol {
    pub fn signed(by: EnrolBy, name: String, key: &SecretKey) -> Self {
        let signature = sign::sign(key, "jobsheet-enrol/1", key.public().to_string().as_bytes());
        Self { by, name, key: key.public(), signature }
    }

    pub fn is_genuine(&self) -> bool {
        sign::verify(&self.key, "jobsheet-enrol/1", self.key.to_string().as_bytes(), &self.signature)
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enrolled {
    pub phone: PhoneId,
    pub technician: Technician,
    /// The firm's name, as the sign-in screen shows it.
    pub company: String,
    /// Whose signature counts on receipts and wipes.
    pub office_key: PublicKey,
    /// Half of what opens this technician's database when PIN and password are forgotten; the phone keeps only
    /// what it has locked with it.
    pub recovery: String,
    #[serde(flatten)]
    pub session: Given,
}

/// A session: what goes into `Authorization: Bearer`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Given {
    /// Whose it is: another's is none (I9).
    pub given_to: PhoneId,
    /// Opaque. Only its digest is kept at the office.
    pub token: String,
    #[serde(with = "millis")]
    pub expires: DateTime<Utc>,
    #[serde(with = "millis")]
    pub office_time: DateTime<Utc>,
    /// A leaver's phone sends what it has, then wipes itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wipe: Option<WipeOrder>,
}

/// `POST /v1/session`: without an answer it asks for a challenge, with one it gives a session.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionAsked {
    pub phone: PhoneId,
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<ChallengeMet>,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChallengeMet {
    pub challenge: String,
    pub signature: Signature,
}

/// Good for one answer within two minutes. Also a member of the problem of every 401 of an enrolled phone.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Challenge {
    pub challenge: String,
}

fn session_words(office: &PublicKey, phone: PhoneId, challenge: &str) -> Vec<u8> {
    format!("{office}\n{phone}\n{challenge}").into_bytes()
}

impl SessionAsked {
    pub fn challenge(phone: PhoneId) -> Self {
        Self { phone, answer: None }
    }

    /// The office's key is among what is signed: an answer for one office is none for another.
    pub fn answered(phone: PhoneId, key: &SecretKey, office: &PublicKey, challenge: String) -> Self {
        let signature = sign::sign(key, "jobsheet-session/1", &session_words(office, phone, &challenge));
        Self { phone, answer: Some(ChallengeMet { challenge, signature }) }
    }
}

impl ChallengeMet {
    pub fn is_genuine(&self, office: &PublicKey, phone: PhoneId, key: &PublicKey) -> bool {
        let words = session_words(office, phone, &self.challenge);
        sign::verify(key, "jobsheet-session/1", &words, &self.signature)
    }
}

/// Why a phone is to be emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Wipe {
    /// Its technician leaves: what waits is sent first.
    Leaver,
    /// It is in the wrong hands: at once.
    Thief,
}

impl Wipe {
    pub fn word(self) -> &'static str {
        match self {
            Wipe::Leaver => "leaver",
            Wipe::Thief => "thief",
        }
    }
}

/// Counts only with the office's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WipeOrder {
    pub kind: Wipe,
    pub signature: Signature,
}

impl WipeOrder {
    pub fn signed(kind: Wipe, phone: PhoneId, office: &SecretKey) -> Self {
        let words = format!("{phone}\n{}", kind.word());
        Self { kind, signature: sign::sign(office, "jobsheet-wipe/1", words.as_bytes()) }
    }

    pub fn is_genuine(&self, phone: PhoneId, office: &PublicKey) -> bool {
        let words = format!("{phone}\n{}", self.kind.word());
        sign::verify(office, "jobsheet-wipe/1", words.as_bytes(), &self.signature)
    }
}

/// `POST /v1/wiped`: the phone has emptied itself. Signed before its key went.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Wiped {
    pub phone: PhoneId,
    pub signature: Signature,
}

impl Wiped {
    pub fn signed(phone: PhoneId, key: &SecretKey) -> Self {
        Self { phone, signature: sign::sign(key, "jobsheet-wiped/1", phone.to_string().as_bytes()) }
    }

    pub fn is_genuine(&self, key: &PublicKey) -> bool {
        sign::verify(key, "jobsheet-wiped/1", self.phone.to_string().as_bytes(), &self.signature)
    }
}

/// What a refusal may carry besides the problem's own members.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Extra {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wipe: Option<WipeOrder>,
    /// Of `app-too-old` (426): the oldest version of the app that is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<String>,
    /// Of `decided` (409): name of who was first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Of `unfit-request` (422): what is wrong, by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<crate::standard::Finding>,
}

/// A one-time code as it counts: capitals and digits without gaps, and what is easily mistaken made right.
/// `None` when it cannot be one.
pub fn code(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .collect();
    (code.len() == 16 && code.bytes().all(|b| CODE_DIGITS.contains(&b))).then_some(code)
}

/// Crockford's base 32: no I, L, O, U.
pub const CODE_DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_write_it() {
        for (typed, right) in [
            ("K7QF-92MD-XP4T-8WVA", Some("K7QF92MDXP4T8WVA")),
            (" k7qf 92md xp4t 8wva\n", Some("K7QF92MDXP4T8WVA")),
            ("oilO-0000-0000-0000", Some("0110000000000000")),
            ("K7QF-92MD-XP4T-8WV", None),
            ("K7QF-92MD-XP4T-8WVU", None),
            ("电电电电", None),
            ("", None),
        ] {
            assert_eq!(code(typed).as_deref(), right, "{typed}");
        }
    }

    #[test]
    fn each_statement_holds_for_its_own_phone_office_and_purpose() {
        let (office, phone) = (SecretKey::from_bytes([1; 32]), SecretKey::from_bytes([2; 32]));
        let (id, other) = (PhoneId(Uuid::from_u128(1)), PhoneId(Uuid::from_u128(2)));
        let order = WipeOrder::signed(Wipe::Leaver, id, &office);
        assert!(order.is_genuine(id, &office.public()));
        assert!(!order.is_genuine(other, &office.public()), "another phone's order");
        assert!(!order.is_genuine(id, &phone.public()), "another office's order");
        assert!(!WipeOrder { kind: Wipe::Thief, ..order }.is_genuine(id, &office.public()));

        let asked = SessionAsked::answered(id, &phone, &office.public(), "c".into());
        let met = asked.answer.unwrap();
        assert!(met.is_genuine(&office.public(), id, &phone.public()));
        assert!(!met.is_genuine(&phone.public(), id, &phone.public()), "for another office");
        assert!(!met.is_genuine(&office.public(), other, &phone.public()));
        assert!(!ChallengeMet { challenge: "d".into(), ..met }.is_genuine(
            &office.public(),
            id,
            &phone.public()
        ));

        assert!(Wiped::signed(id, &phone).is_genuine(&phone.public()));
        let mut enrol = Enrol::signed(EnrolBy::Code { code: "x".into() }, String::new(), &phone);
        assert!(enrol.is_genuine());
        enrol.key = office.public();
        assert!(!enrol.is_genuine(), "somebody else's key");
    }

    #[test]
    fn what_is_asked_survives_json() {
        let text = serde_json::to_string(&SessionAsked::challenge(PhoneId(Uuid::from_u128(1)))).unwrap();
        assert!(serde_json::from_str::<SessionAsked>(&text).unwrap().answer.is_none(), "{text}");
        let key = SecretKey::from_bytes([2; 32]);
        let asked = SessionAsked::answered(PhoneId(Uuid::from_u128(1)), &key, &key.public(), "c".into());
        let text = serde_json::to_string(&asked).unwrap();
        assert_eq!(serde_json::from_str::<SessionAsked>(&text).unwrap().answer.unwrap().challenge, "c");
        let by = EnrolBy::Password { login: "a".into(), password: "b".into() };
        let text = serde_json::to_string(&Enrol::signed(by, "p".into(), &key)).unwrap();
        let back: Enrol = serde_json::from_str(&text).unwrap();
        assert!(matches!(back.by, EnrolBy::Password { .. }) && back.is_genuine());
    }
}
