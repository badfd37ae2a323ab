//! Reading alone: every type of the wire, each kind of change with the rules it meets, and rescue files.

use crate::bend::{bends, bent, deep};
use crate::{cast, fuzz, inputs, message};
use jobsheet_model::charges::charges;
use jobsheet_model::document::document;
use jobsheet_model::enrol::{Challenge, Enrol, Enrolled, Given, PhoneId, SessionAsked, Wiped};
use jobsheet_model::paper::{self, Check};
use jobsheet_model::prepare::prepare;
use jobsheet_model::rescue::{Head, Reader, Writer};
use jobsheet_model::sign::SecretKey;
use jobsheet_model::wire::{ProblemDetails, SyncRequest, SyncResponse};
use jobsheet_model::{Change, DeviceId, Language, Sheet, TechnicianId, apply};
use proptest::prelude::*;
use proptest::sample::Index;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Reads or not; what was read is written, and read again as the same.
fn reads<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<Option<T>, TestCaseError> {
    let Ok(read) = serde_json::from_slice::<T>(bytes) else { return Ok(None) };
    let text = serde_json::to_vec(&read).map_err(|why| TestCaseError::fail(why.to_string()))?;
    let again: T = serde_json::from_slice(&text).map_err(|why| {
        TestCaseError::fail(format!("read, but not again: {why} in {}", String::from_utf8_lossy(&text)))
    })?;
    prop_assert_eq!(serde_json::to_vec(&again).expect("JSON"), text);
    Ok(Some(read))
}

fn of<T: Serialize + DeserializeOwned>(name: &str, messages: &[&str], inputs: u64) {
    let messages: Vec<Vec<u8>> = messages.iter().map(|name| message(name)).collect();
    fuzz(name, inputs, &(any::<Index>(), bends()), |(which, bends)| {
        reads::<T>(&bent(which.get::<Vec<u8>>(&messages), &bends)).map(|_| ())
    });
}

#[test]
fn messages_are_read_or_refused() {
    let each = inputs() / 16;
    of::<SyncResponse>("sync response", &["sync.response.json", "sync.first.response.json"], 4 * each);
    of::<Enrol>("enrol request", &["enrol.request.json"], each / 3);
    of::<Enrolled>("enrol response", &["enrol.response.json"], each / 3);
    of::<SessionAsked>("session request", &["session.answer.request.json"], each / 3);
    of::<Given>("session response", &["session.answer.response.json"], each / 3);
    of::<Challenge>("challenge", &["session.challenge.response.json"], each / 3);
    of::<ProblemDetails>("problem", &["problem.app-too-old.json", "problem.signed-out.json"], each / 3);
    of::<Wiped>("wiped", &["session.answer.request.json"], each / 3);
}

/// The changes in a request are read one by one, like the office does.
#[test]
fn requests_are_read_or_refused_with_every_change_in_them() {
    let real = message("sync.request.json");
    fuzz("sync request", inputs() / 4, &bends(), |bends| {
        let Ok(request) = serde_json::from_slice::<SyncRequest>(&bent(&real, &bends)) else { return Ok(()) };
        for raw in &request.changes {
            reads::<Change>(raw.get().as_bytes())?;
        }
        Ok(())
    });
}

/// Every change that can be read meets the rules, and the sheet it makes can be kept, shown, priced and read again.
#[test]
fn changes_make_sheets_that_can_be_read_again() {
    let order = cast::order();
    let real: Vec<Vec<u8>> = (1..)
        .zip(cast::one_of_each())
        .map(|(n, what)| serde_json::to_vec(&cast::change(n, what.into())).expect("JSON"))
        .collect();
    let some = (any::<Index>(), bends(), any::<Index>(), any::<Index>());
    fuzz("change", inputs() / 4, &some, |(which, bends, first, second)| {
        let mut sheet = Sheet::empty(order.id);
        // Some of a day before it, so that there is something to act upon.
        for before in [first, second] {
            let before: Change = serde_json::from_slice(before.get::<Vec<u8>>(&real)).expect("a change");
            let _ = apply(&mut sheet, &before);
        }
        let Some(change) = reads::<Change>(&bent(which.get::<Vec<u8>>(&real), &bends))? else {
            return Ok(());
        };
        let Ok(what) = prepare(&order, &sheet, change.what.clone()) else { return Ok(()) };
        let change = Change { what, ..change };
        if apply(&mut sheet, &change).is_err() {
            return Ok(());
        }
        let text = serde_json::to_vec(&sheet).expect("JSON");
        // As it is kept, and in the middle of an answer to a phone.
        let deeper = serde_json::json!({ "bases": [{ "sheet": sheet }] }).to_string();
        let again: Sheet = serde_json::from_slice(&text)
            .map_err(|why| TestCaseError::fail(format!("a sheet that cannot be read: {why}")))?;
        prop_assert_eq!(&again, &sheet);
        prop_assert!(serde_json::from_str::<Value>(&deeper).is_ok(), "an answer that cannot be read");
        for language in [Language::En, Language::Zh] {
            let shown = document(&order, &sheet, language);
            prop_assert_eq!(shown.digest(), document(&order, &again, language).digest());
            let _ = paper::sheet(&order, &sheet, language, i32::MAX);
        }
        let _ = paper::copy(&order, &sheet);
        if let Some(signed) = &sheet.sign_off {
            let check = Check::of(&document(&order, &sheet, signed.act.language), signed);
            prop_assert_eq!(Check::read(&check.to_string()), Some(check));
        }
        let _ = charges(&order, &sheet, Some(cast::at(cast::seconds(9_000))));
        Ok(())
    });
}

/// What only a newer version knows may be a tree of any depth: it is refused before it can make a sheet unreadable.
#[test]
fn a_change_too_deep_for_the_sheet_is_refused() {
    let answer = |levels| {
        let mut change = serde_json::to_value(cast::change(
            1,
            cast::one_of_each()
                .into_iter()
                .find(|w| format!("{w:?}").starts_with("StepAnswered"))
                .expect("one")
                .into(),
        ))
        .expect("JSON");
        change["what"]["answer"] = deep(levels);
        serde_json::from_str::<Change>(&change.to_string())
    };
    assert!(answer(20).is_ok());
    for levels in 60..=125 {
        assert!(answer(levels).is_err(), "{levels}");
    }
}

#[test]
fn rescue_files_are_read_whole_or_refused() {
    let (office, key) = (SecretKey::from_bytes([1; 32]), SecretKey::from_bytes([2; 32]));
    let at = cast::change(1, cast::one_of_each().remove(0).into()).at;
    let head = Head {
        device: DeviceId(uuid::Uuid::from_u128(8)),
        technician: TechnicianId(uuid::Uuid::from_u128(9)),
        app: "test".into(),
        at,
    };
    let phone = PhoneId(uuid::Uuid::from_u128(7));
    let mut writer =
        Writer::begin(Vec::new(), &office.public(), phone, &head, &mut rand::rng()).expect("begun");
    for what in cast::one_of_each() {
        let body = serde_json::to_string(&cast::change(1, what.into())).expect("JSON");
        writer.change(head.device, &body).expect("written");
    }
    writer.photo(&[7; 3_000]).expect("written");
    let file = writer.end(&key).expect("ended");
    let read = |bytes: &[u8]| -> Result<usize, String> {
        let mut reader = Reader::open(bytes, &office).map_err(|why| why.to_string())?;
        let mut pieces = 0;
        while reader.next(&key.public()).map_err(|why| why.to_string())?.is_some() {
            pieces += 1;
        }
        Ok(pieces)
    };
    assert_eq!(read(&file), Ok(cast::one_of_each().len() + 1));
    fuzz("rescue file", inputs() / 64, &bends(), |bends| {
        let bytes = bent(&file, &bends);
        let read = read(&bytes);
        prop_assert!(bytes == file || read.is_err(), "something else was read whole");
        Ok(())
    });
}
