//! Opening a locked phone by telephone, without signal on its side (docs/adr/0014): the phone shows what is to be read
//! out, the office answers with a code that opens this phone once. Phone and office come to the same code from the
//! office's half of the database's lock, which the phone does not keep.

use crate::enrol::{CODE_DIGITS, PhoneId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Codes that a phone can be opened with until it is enrolled again.
pub const CODES: u32 = 8;
/// Wrong codes for one question; after that the phone asks another.
pub const TRIES: u32 = 5;
/// Codes that the office gives for one phone within a day.
pub const A_DAY: u32 = 3;
/// How far a phone's questions may be ahead of the last one that was answered: some were never read out to anybody.
const AHEAD: u32 = 1000;

/// What the phone shows for its code of that number: eight digits as of a one-time code, in two groups. It says which
/// phone asks and is no secret.
pub fn question(phone: PhoneId, number: u32) -> String {
    let said = Sha256::digest(format!("jobsheet-unlock-question/1\n{phone}\n{number}"));
    let digits = digits(&said, 8);
    let (left, right) = digits.split_at_checked(4).unwrap_or_default();
    format!("{left}-{right}")
}

/// The number that this phone asks for with what was read out. `None`: misheard, another phone's, or a question from
/// before the last one that was answered, whose code may have been used.
pub fn number_of(phone: PhoneId, heard: &str, answered: Option<u32>) -> Option<u32> {
    let heard = typed(heard);
    let first = answered.unwrap_or(1).max(1);
    (first..first.saturating_add(AHEAD)).find(|number| typed(&question(phone, *number)) == heard)
}

/// The code that answers: 80 bits, written as a one-time code is.
pub fn answer(recovery: &str, phone: PhoneId, number: u32) -> String {
    let mut key = [0; 64];
    key[..32].copy_from_slice(&Sha256::digest(recovery));
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&key.into());
    mac.update(format!("jobsheet-unlock/1\n{phone}\n{number}").as_bytes());
    digits(&mac.finalize().into_bytes(), 16)
}

/// As people say it: no matter how it is set apart, and what is easily mistaken made right.
fn typed(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .collect()
}

/// The first digits of five bits each.
fn digits(bytes: &[u8], count: usize) -> String {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| (byte >> (7 - at % 8)) & 1);
    (0..count)
        .map(|n| (0..5).fold(0, |digit, at| digit << 1 | bit(5 * n + at)))
        .map(|digit| char::from(CODE_DIGITS[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrol::code;
    use std::collections::BTreeSet;
    use uuid::Uuid;

    const PHONE: PhoneId = PhoneId(Uuid::from_u128(7));
    const OTHER: PhoneId = PhoneId(Uuid::from_u128(8));

    #[test]
    fn what_is_read_out_says_which_phone_asks_for_which_code() {
        let asked = question(PHONE, 3);
        assert_eq!(asked.len(), 9, "{asked}");
        let said = format!(" {} ", asked.to_lowercase().replace('-', " "));
        assert_eq!(number_of(PHONE, &said, None), Some(3));
        assert_eq!(number_of(OTHER, &asked, None), None, "another phone's");
        assert_eq!(number_of(PHONE, &asked, Some(3)), Some(3), "read out once more");
        assert_eq!(number_of(PHONE, &asked, Some(4)), None, "a later one was answered");
        assert_eq!(number_of(PHONE, &question(PHONE, 900), None), Some(900));
        for nonsense in ["", "-", "电", "0000-0000", &asked[..8]] {
            assert_eq!(number_of(PHONE, nonsense, None), None, "{nonsense}");
        }
    }

    #[test]
    fn each_code_is_one_phones_for_one_number_and_one_technician() {
        let codes = [answer("half", PHONE, 1), answer("half", PHONE, 2), answer("half", OTHER, 1)];
        let more = [answer("half of another", PHONE, 1), answer("", PHONE, 1)];
        let all: BTreeSet<_> = codes.iter().chain(&more).collect();
        assert_eq!(all.len(), 5);
        assert!(all.iter().all(|one| code(one).as_ref() == Some(*one)), "{all:?}");
        // What both sides come to must stay as it is: phones in the field were locked with it.
        assert_eq!(
            (question(PHONE, 1), answer("half", PHONE, 1)),
            ("G6KW-51EJ".into(), "PBK6R6BB14KHWNPQ".into())
        );
    }
}
