//! What a technician may send when the app does not do what it should: versions, sizes, counts, and the codes of what
//! went wrong. Made of numbers and of words that this program itself has, so that nothing of a person is in it: no
//! names, numbers of telephones, addresses, nor anything typed.

use crate::{
    Language,
    moment::millis,
    view::{KeyStore, Link, Theme},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Diagnostics {
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub made_at: DateTime<Utc>,
    /// Version of the app, and of what it speaks with the office.
    pub app: String,
    pub protocol: String,
    /// "linux x86_64".
    pub system: String,
    /// Minutes ahead of UTC.
    pub offset: i32,
    pub language: Language,
    pub theme: Theme,
    pub text_size: u32,
    pub photo_edge: u32,
    pub key_store: KeyStore,
    pub pin: bool,
    pub locked: bool,
    /// How many have signed in on this phone.
    pub technicians: u32,
    #[ts(type = "number | null")]
    pub free: Option<u64>,
    /// Bytes of everything in the app's folder.
    #[ts(type = "number")]
    pub folder: u64,
    /// Of whoever is signed in; absent when nobody is, or when it cannot be read.
    pub records: Option<Records>,
    /// What went wrong since the app was opened, the latest last.
    pub troubles: Vec<Trouble>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Records {
    pub link: Link,
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub last_sync: Option<DateTime<Utc>>,
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub last_received: Option<DateTime<Utc>>,
    /// Seconds that the phone's clock is fast.
    pub clock_off: i32,
    /// Everything came at least once.
    pub complete: bool,
    pub jobs: u32,
    #[ts(type = "number")]
    pub recorded: u64,
    #[ts(type = "number")]
    pub held: u64,
    #[ts(type = "number")]
    pub kept: u64,
    pub waiting_changes: u32,
    pub waiting_photos: u32,
    #[ts(type = "number")]
    pub waiting_bytes: u64,
    pub refused: u32,
    pub photos: u32,
    #[ts(type = "number")]
    pub photo_bytes: u64,
    pub parts: u32,
    pub faults: u32,
    pub drafts: u32,
}

/// The same again is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trouble {
    pub code: String,
    pub times: u32,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub last: DateTime<Utc>,
}

/// Most that are remembered.
const MOST: usize = 20;
const LONGEST: usize = 40;

/// Notes what went wrong by its code alone. What is no code of ours may be anything, and is called `other`.
pub fn note(troubles: &mut Vec<Trouble>, code: &str, at: DateTime<Utc>) {
    let is_code = (1..=LONGEST).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let code = if is_code { code } else { "other" };
    let times = match troubles.iter().position(|known| known.code == code) {
        Some(place) => troubles.remove(place).times.saturating_add(1),
        None => 1,
    };
    troubles.push(Trouble { code: code.to_owned(), times, last: at });
    if troubles.len() > MOST {
        troubles.remove(0);
    }
}
