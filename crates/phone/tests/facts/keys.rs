//! What is locked, what opens it, and what the office can do about a phone.

use crate::stub::{Mood, Stub, offered};
use crate::{Pocket, id, open, picture};
use jobsheet_model::{
    change::PhotoSubject,
    enrol::{PhoneId, Wipe},
    unlock,
    view::{KeyStore, Link},
};
use std::path::Path;
use std::time::Duration;

const PIN: &str = "482916";

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files
}

fn stands_in(folder: &Path, word: &str) -> Vec<String> {
    let has = |path: &std::path::PathBuf| {
        std::fs::read(path).unwrap().windows(word.len()).any(|w| w == word.as_bytes())
    };
    files(folder).into_iter().filter(has).map(|path| path.display().to_string()).collect()
}

fn databases(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("technicians")).unwrap().count()
}

/// With a PIN, and locked.
async fn locked(office: &Stub) -> Pocket {
    let pocket = Pocket::at(office).await;
    let session = pocket.phone.set_pin(PIN, "").await.unwrap();
    assert!(session.pin && !session.locked);
    assert!(pocket.phone.lock().unwrap().locked);
    pocket
}

async fn code(pocket: &Pocket, pin: &str) -> String {
    match pocket.phone.unlock("ines", pin).await {
        Ok(_) => "open".into(),
        Err(problem) => problem.code,
    }
}

#[tokio::test]
async fn i11_nothing_of_a_customer_can_be_read_in_any_file() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "the boiler's key is under the mat");
    pocket.phone.add_photo(id(1), PhotoSubject::Before, None, &picture(1)).unwrap();
    for word in ["Customer 1", "Jinli Road", "under the mat", "JFIF"] {
        assert_eq!(stands_in(pocket.folder.path(), word), [""; 0], "{word}");
    }
    for file in std::fs::read_dir(pocket.folder.path().join("technicians")).unwrap() {
        assert!(!std::fs::read(file.unwrap().path()).unwrap().starts_with(b"SQLite format 3"));
    }
    assert_eq!(stands_in(pocket.folder.path(), "cellar"), [""; 0], "the password");
    assert_eq!(pocket.phone.session().unwrap().key_store, KeyStore::File);
}

#[tokio::test]
async fn i11_a_database_without_its_key_is_sealed_and_the_office_opens_it_again() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "only here");
    for file in files(&pocket.folder.path().join("keys")) {
        if file.to_str().unwrap().ends_with("-database") {
            std::fs::remove_file(file).unwrap();
        }
    }
    let pocket = pocket.reopen();
    let session = pocket.phone.session().unwrap();
    assert!(session.locked && session.technician.is_none());
    assert_eq!(pocket.phone.today().unwrap_err().code, "signed_out");
    pocket.phone.sign_in(&office.address, "ines", "cellar").await.unwrap();
    assert_eq!(pocket.notes(id(1)), ["only here"]);

    // Without the phone's own half not even the office's opens it; and nothing is deleted.
    let Pocket { phone, clock, folder } = pocket;
    drop(phone);
    for file in files(&folder.path().join("keys")) {
        std::fs::remove_file(file).unwrap();
    }
    let phone = open(folder.path(), &clock);
    let sealed = phone.sign_in(&office.address, "ines", "cellar").await.unwrap_err();
    assert_eq!(sealed.code, "database_sealed");
    assert!(databases(folder.path()) > 0);
}

#[tokio::test]
async fn p6_a_database_from_before_is_sealed_when_it_is_opened() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "from before");
    let technician = pocket.phone.session().unwrap().technician.unwrap().id;
    let Pocket { phone, clock, folder } = pocket;
    drop(phone);
    // As an older app left it: plain, with a copy of its own, and no key anywhere.
    let file = folder.path().join(format!("technicians/{technician}.db"));
    let key = std::fs::read(folder.path().join(format!("keys/{technician}-database"))).unwrap();
    let key: String = key.iter().map(|b| format!("{b:02x}")).collect();
    let sealed = rusqlite::Connection::open(&file).unwrap();
    let plain = folder.path().join("plain.db");
    sealed.execute_batch(&format!("PRAGMA key = \"x'{key}'\"")).unwrap();
    let version: i64 = sealed.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    sealed
        .execute_batch(&format!(
            "ATTACH '{}' AS plain KEY ''; SELECT sqlcipher_export('plain');
             PRAGMA plain.user_version = {version};",
            plain.display()
        ))
        .unwrap();
    drop(sealed);
    std::fs::rename(&plain, &file).unwrap();
    std::fs::remove_file(folder.path().join(format!("keys/{technician}-database"))).unwrap();
    assert!(!stands_in(folder.path(), "Customer 1").is_empty());

    let phone = open(folder.path(), &clock);
    let pocket = Pocket { phone, clock, folder };
    assert_eq!(pocket.notes(id(1)), ["from before"]);
    assert_eq!(stands_in(pocket.folder.path(), "Customer 1"), [""; 0]);
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(pocket.waiting(), 0);
}

#[tokio::test]
async fn p16_a_pin_opens_without_a_network_and_nothing_else_does() {
    let office = Stub::open([offered(1)]).await;
    let pocket = locked(&office).await.reopen();
    office.is(Mood::Portal);
    let session = pocket.phone.session().unwrap();
    assert!(session.locked && session.pin && session.technician.is_none());
    assert_eq!(session.known, ["ines"]);
    assert_eq!(pocket.phone.today().unwrap_err().code, "signed_out");
    assert_eq!(code(&pocket, "482917").await, "wrong_pin");
    assert_eq!(pocket.phone.unlock("omar", PIN).await.unwrap_err().code, "unknown_login");
    assert_eq!(code(&pocket, PIN).await, "open");
    pocket.note(id(1), "in the cellar");
    assert_eq!(pocket.phone.session().unwrap().unlock_wait, 0);
    // The password is known here too, and opens what the PIN has locked.
    pocket.phone.lock().unwrap();
    pocket.phone.sign_in(&office.address, "ines", "cellar").await.unwrap();
    assert_eq!(pocket.notes(id(1)), ["in the cellar"]);
    assert!(pocket.phone.session().unwrap().pin);
}

#[tokio::test]
async fn a_pin_is_set_changed_and_taken_away_by_who_knows_it() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    assert_eq!(pocket.phone.lock().unwrap_err().code, "no_pin");
    assert_eq!(pocket.phone.unlock("ines", PIN).await.unwrap_err().code, "no_pin");
    for bad in ["1", "12345", "1234567890123", "abcdef", "１２３４５６"] {
        assert_eq!(pocket.phone.set_pin(bad, "").await.unwrap_err().code, "bad_pin", "{bad}");
    }
    pocket.phone.set_pin(PIN, "").await.unwrap();
    assert_eq!(pocket.phone.set_pin("111111", "").await.unwrap_err().code, "wrong_pin");
    pocket.phone.set_pin("222222", PIN).await.unwrap();
    pocket.phone.lock().unwrap();
    assert_eq!(code(&pocket, PIN).await, "wrong_pin");
    assert_eq!(code(&pocket, "222222").await, "open");
    assert!(!pocket.phone.set_pin("", "222222").await.unwrap().pin);
    let pocket = pocket.reopen();
    assert!(pocket.phone.session().unwrap().technician.is_some(), "nothing is asked for without a PIN");
}

#[tokio::test]
async fn after_wrong_pins_one_waits_ever_longer_whatever_the_clock_says() {
    let office = Stub::open([offered(1)]).await;
    let mut pocket = locked(&office).await;
    for _ in 0..3 {
        assert_eq!(code(&pocket, "000000").await, "wrong_pin");
    }
    let wait = pocket.phone.unlock("ines", PIN).await.unwrap_err();
    assert_eq!((wait.code.as_str(), wait.params["seconds"].as_str()), ("unlock_wait", "5"));
    assert_eq!(pocket.phone.session().unwrap().unlock_wait, 5);

    // Neither setting the clock nor starting the app or the phone again makes it shorter.
    pocket.clock.set("2027-11-22T04:00:00Z".parse().unwrap());
    assert_eq!(code(&pocket, PIN).await, "unlock_wait");
    pocket.clock.set("2026-11-22T04:00:00Z".parse().unwrap());
    pocket = pocket.reopen();
    assert_eq!(code(&pocket, PIN).await, "unlock_wait");
    pocket.clock.pass(Duration::from_secs(4));
    pocket.clock.reboot();
    pocket = pocket.reopen();
    assert_eq!(pocket.phone.session().unwrap().unlock_wait, 5);
    pocket.clock.pass(Duration::from_secs(5));

    assert_eq!(code(&pocket, "000000").await, "wrong_pin");
    assert_eq!(pocket.phone.session().unwrap().unlock_wait, 10, "it doubles");
    pocket.clock.pass(Duration::from_secs(10));
    assert_eq!(code(&pocket, PIN).await, "open");
    pocket.phone.lock().unwrap();
    assert_eq!(code(&pocket, "000000").await, "wrong_pin");
    assert_eq!(code(&pocket, PIN).await, "open", "the right one makes good");
}

#[tokio::test]
async fn after_ten_wrong_pins_only_the_password_or_the_office_opens() {
    let office = Stub::open([offered(1)]).await;
    let pocket = locked(&office).await;
    for n in 1..=10 {
        let last = if n == 10 { "pin_blocked" } else { "wrong_pin" };
        assert_eq!(code(&pocket, "000000").await, last, "{n}");
        pocket.clock.pass(Duration::from_secs(3600));
    }
    assert_eq!(code(&pocket, PIN).await, "no_pin");
    let pocket = pocket.reopen();
    assert!(pocket.phone.session().unwrap().locked);
    pocket.phone.enrol(&office.address, "1NES-C0DE-1NES-C0DE").await.unwrap();
    assert!(pocket.phone.job(id(1)).is_ok());
}

#[tokio::test]
async fn a_phone_that_comes_back_from_the_customer_is_asked_for_the_pin_under_the_same_limits() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    assert_eq!(pocket.phone.check_pin(PIN).await.unwrap_err().code, "no_pin");
    pocket.phone.set_pin(PIN, "").await.unwrap();
    office.is(Mood::Portal);
    pocket.clock.pass(Duration::from_secs(15 * 86400));
    assert!(
        pocket.phone.check_pin(PIN).await.unwrap().technician.is_some(),
        "also when the lease is over (I7)"
    );

    let wrong = async || pocket.phone.check_pin("000000").await.unwrap_err().code;
    for _ in 0..3 {
        assert_eq!(wrong().await, "wrong_pin");
    }
    assert_eq!(pocket.phone.check_pin(PIN).await.unwrap_err().code, "unlock_wait");
    assert_eq!(pocket.phone.session().unwrap().unlock_wait, 5);
    assert!(pocket.phone.job(id(1)).is_ok(), "the customer reads on meanwhile");
    pocket.clock.pass(Duration::from_secs(5));
    assert_eq!(pocket.phone.check_pin(PIN).await.unwrap().unlock_wait, 0);
    // Tries here and at the lock are one count.
    assert_eq!(wrong().await, "wrong_pin");
    assert_eq!(wrong().await, "wrong_pin");
    pocket.phone.lock().unwrap();
    assert_eq!(pocket.phone.check_pin(PIN).await.unwrap_err().code, "signed_out");
    office.is(Mood::Honest);
    assert_eq!(code(&pocket, "000000").await, "wrong_pin");
    assert_eq!(pocket.phone.session().unwrap().unlock_wait, 5);
}

#[tokio::test]
async fn the_tenth_wrong_pin_closes_an_open_session_wherever_it_was_tried() {
    let office = Stub::open([offered(1)]).await;
    for while_changing in [false, true] {
        let pocket = Pocket::at(&office).await;
        pocket.phone.set_pin(PIN, "").await.unwrap();
        for n in 1..=10 {
            let tried = match while_changing {
                false => pocket.phone.check_pin("000000").await,
                true => pocket.phone.set_pin("111111", "000000").await,
            };
            let last = if n == 10 { "pin_blocked" } else { "wrong_pin" };
            assert_eq!(tried.unwrap_err().code, last, "{n}");
            pocket.clock.pass(Duration::from_secs(3600));
        }
        let session = pocket.phone.session().unwrap();
        assert!(session.locked && !session.pin && session.technician.is_none());
        assert_eq!(pocket.phone.today().unwrap_err().code, "signed_out");
        assert_eq!(pocket.phone.set_pin("111111", "").await.unwrap_err().code, "signed_out");
        pocket.phone.sign_in(&office.address, "ines", "cellar").await.unwrap();
        assert!(pocket.phone.job(id(1)).is_ok(), "the password opens the same records");
    }
}

#[tokio::test]
async fn p5_a_forgotten_pin_and_a_changed_password_cost_nothing() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::fresh();
    // Enrolled by code: no password was ever typed here.
    let wrong = pocket.phone.enrol(&office.address, "NO-CODE").await.unwrap_err();
    assert_eq!(wrong.code, "wrong_code");
    pocket.phone.enrol(&office.address, "1NES-C0DE-1NES-C0DE").await.unwrap();
    pocket.phone.sync_once().await.unwrap();
    pocket.note(id(1), "only here");
    pocket.phone.set_pin(PIN, "").await.unwrap();
    assert_eq!(pocket.phone.sign_out().unwrap().waiting, 1);

    let link = format!(
        "jobsheet:enrol?office={}&code=1NES-C0DE-1NES-C0DE",
        office.address.replace(':', "%3A").replace('/', "%2F")
    );
    let session = pocket.phone.enrol("", &link).await.unwrap();
    assert!(!session.pin, "whoever has a code may have forgotten the PIN");
    assert_eq!(pocket.notes(id(1)), ["only here"]);
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(pocket.waiting(), 0);
}

fn open_keys(pocket: &Pocket) -> usize {
    let keys = files(&pocket.folder.path().join("keys"));
    keys.iter().filter(|file| file.to_str().unwrap().ends_with("-database")).count()
}

#[tokio::test]
async fn p18_signing_in_over_somebody_seals_what_is_theirs() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "hers");
    pocket.phone.sign_in(&office.address, "omar", "attic").await.unwrap();
    assert_eq!(open_keys(&pocket), 1, "his");
    pocket.phone.sign_out().unwrap();
    assert_eq!(open_keys(&pocket), 0);
    pocket.phone.sign_in(&office.address, "ines", "cellar").await.unwrap();
    assert_eq!((pocket.notes(id(1)), open_keys(&pocket)), (vec!["hers".to_owned()], 1));
}

#[tokio::test]
async fn p5_signing_out_seals_what_waits() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "only here");
    assert_eq!(pocket.phone.sign_out().unwrap().waiting, 1);
    assert_eq!(open_keys(&pocket), 0);
    assert!(databases(pocket.folder.path()) > 0);
    office.is(Mood::Portal);
    pocket.phone.sign_in(&office.address, "ines", "cellar").await.unwrap();
    assert_eq!(pocket.notes(id(1)), ["only here"]);
}

#[tokio::test]
async fn p16_a_phone_that_has_not_heard_the_office_for_a_fortnight_asks_it_first() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.phone.set_pin(PIN, "").await.unwrap();
    let until = pocket.phone.session().unwrap().lease_until.unwrap();
    assert_eq!(until.to_rfc3339(), "2026-12-06T04:00:00+00:00");
    office.is(Mood::Portal);
    // Whoever is at work goes on, however long it takes (I7).
    pocket.clock.pass(Duration::from_secs(15 * 86400));
    pocket.note(id(1), "after a fortnight");
    pocket.phone.lock().unwrap();
    assert_eq!(code(&pocket, PIN).await, "lease_over");
    let refused = pocket.phone.sign_in(&office.address, "ines", "cellar").await;
    assert_eq!(refused.unwrap_err().code, "lease_over");
    // Setting the clock back makes no lease longer, also after the app was ended.
    pocket.clock.set("2026-11-23T04:00:00Z".parse().unwrap());
    let pocket = pocket.reopen();
    assert_eq!(code(&pocket, PIN).await, "lease_over");
    // The office is heard: a new lease by today's clock.
    office.is(Mood::Honest);
    assert_eq!(code(&pocket, PIN).await, "open");
    let until = pocket.phone.session().unwrap().lease_until.unwrap();
    assert_eq!(until.to_rfc3339(), "2026-12-07T04:00:00+00:00");
    assert_eq!(pocket.notes(id(1)), ["after a fortnight"]);
}

#[tokio::test]
async fn p17_a_session_that_is_over_is_renewed_under_the_pass() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    office.office().session += 1; // somebody else's token is good now
    pocket.note(id(1), "hello");
    pocket.phone.add_photo(id(1), PhotoSubject::Before, None, &picture(1)).unwrap();
    let before = office.office().asked.len();
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(pocket.waiting(), 0);
    let asked: Vec<_> = office.office().asked[before..].to_vec();
    assert_eq!(asked[..4], ["POST /v1/sync", "POST /v1/session", "POST /v1/session", "POST /v1/sync"]);
    assert!(!asked[4..].iter().any(|asked| asked.ends_with("/session")), "once is enough");
    assert_eq!(office.office().whole.len(), 1);

    // After the app was ended there is no token, and nobody is asked for anything.
    let pocket = pocket.reopen();
    let before = office.office().asked.len();
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(office.office().asked[before..], ["POST /v1/session", "POST /v1/session", "POST /v1/sync"]);
}

#[tokio::test]
async fn p17_a_revoked_phone_records_on_and_says_so() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    office.is(Mood::Revoked);
    pocket.note(id(1), "still here");
    assert_eq!(pocket.phone.sync_once().await.unwrap_err().code, "phone_revoked");
    assert_eq!(pocket.phone.outbox().unwrap().sync.link, Link::SignInNeeded);
    pocket.note(id(1), "and here");
    assert_eq!(pocket.waiting(), 2);
    office.is(Mood::Honest);
    pocket.phone.enrol(&office.address, "1NES-C0DE-1NES-C0DE").await.unwrap();
    pocket.phone.sync_once().await.unwrap();
    assert_eq!((pocket.waiting(), office.office().phones.len()), (0, 2), "sent, under a new key");
}

#[tokio::test]
async fn another_office_at_the_same_address_is_not_trusted() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    office.office().other = true;
    let refused = pocket.phone.sign_in(&office.address, "ines", "cellar").await.unwrap_err();
    assert_eq!(refused.code, "office_key_changed");
    assert!(pocket.phone.job(id(1)).is_ok(), "who is at work stays at work");
}

#[tokio::test]
async fn a_thiefs_phone_is_emptied_at_once() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "never sent");
    office.office().wipe = Some(Wipe::Thief);
    office.office().session += 1;
    assert_eq!(pocket.phone.sync_once().await.unwrap_err().code, "phone_wiped");
    assert_eq!(databases(pocket.folder.path()), 0);
    assert_eq!(files(&pocket.folder.path().join("keys")).len(), 0);
    let session = pocket.phone.session().unwrap();
    assert!(session.technician.is_none() && session.known.is_empty() && !session.locked);
    assert_eq!(stands_in(pocket.folder.path(), "Ines Weber"), [""; 0]);
    let office = office.office();
    assert_eq!((office.wiped.len(), office.changes.len()), (1, 0), "the office is told, and got nothing");
}

#[tokio::test]
async fn a_leavers_phone_sends_what_it_has_and_is_then_emptied() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "the last of it");
    pocket.phone.add_photo(id(1), PhotoSubject::Before, None, &picture(1)).unwrap();
    office.office().wipe = Some(Wipe::Leaver);
    office.office().session += 1;
    // Not while something is left that the office has not taken.
    let photo = pocket.phone.job(id(1)).unwrap().sheet.photos[0].digest.clone();
    office.office().spurned.insert(photo.clone());
    assert!(pocket.phone.sync_once().await.is_err());
    assert!(databases(pocket.folder.path()) > 0);
    office.office().spurned.clear();
    pocket.clock.pass(Duration::from_secs(86_400));
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(databases(pocket.folder.path()), 0);
    let office = office.office();
    assert_eq!((office.changes.len(), office.whole.contains(&photo), office.wiped.len()), (2, true, 1));
}

#[tokio::test]
async fn a_wipe_that_the_office_has_not_signed_is_not_heeded() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "still here");
    office.office().forges = true;
    for kind in [Wipe::Thief, Wipe::Leaver] {
        office.office().wipe = Some(kind);
        office.office().session += 1;
        assert_eq!(pocket.phone.sync_once().await.unwrap_err().code, "not_an_office");
        assert_eq!(pocket.notes(id(1)), ["still here"]);
    }
}

#[tokio::test]
async fn a_locked_phone_hears_that_it_was_stolen() {
    let office = Stub::open([offered(1)]).await;
    let pocket = locked(&office).await.reopen();
    office.office().wipe = Some(Wipe::Thief);
    let mut events = pocket.phone.events();
    pocket.phone.start();
    while pocket.phone.session().unwrap().locked {
        jobsheet_phone::next_event(&mut events).await.unwrap();
    }
    assert_eq!(databases(pocket.folder.path()), 0);
    assert_eq!(code(&pocket, PIN).await, "unknown_login");
}

#[tokio::test]
async fn an_office_that_was_not_reached_is_told_later_that_the_phone_is_empty() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    office.office().wipe = Some(Wipe::Thief);
    office.office().session += 1;
    office.office().deaf_to_wiped = true;
    assert_eq!(pocket.phone.sync_once().await.unwrap_err().code, "phone_wiped");
    assert_eq!((databases(pocket.folder.path()), office.office().wiped.len()), (0, 0));
    office.office().deaf_to_wiped = false;
    let pocket = pocket.reopen();
    let mut told = office.told_wiped();
    pocket.phone.start();
    told.changed().await.unwrap();
    assert_eq!(office.office().wiped.len(), 1);
}

#[tokio::test]
async fn p18_two_technicians_on_one_phone_have_a_key_a_database_and_a_pin_each() {
    let office = Stub::open([offered(1)]).await;
    let pocket = locked(&office).await;
    pocket.phone.sign_in(&office.address, "omar", "attic").await.unwrap();
    assert!(!pocket.phone.session().unwrap().pin, "his own");
    pocket.phone.sync_once().await.unwrap();
    pocket.phone.sign_out().unwrap();
    assert_eq!(code(&pocket, PIN).await, "open");
    assert_eq!(pocket.phone.session().unwrap().technician.unwrap().login, "ines");
    assert_eq!(office.office().phones.len(), 2);
    // One is emptied, the other stays.
    office.office().wipe = Some(Wipe::Thief);
    office.office().session += 1;
    pocket.phone.sync_once().await.unwrap_err();
    assert_eq!(pocket.phone.session().unwrap().known, ["omar"]);
    office.office().wipe = None;
    pocket.phone.sign_in(&office.address, "omar", "attic").await.unwrap();
    assert!(pocket.phone.today().is_ok());
}

// --- Opened by telephone ---------------------------------------------------------------------------------

/// What the office answers the nth phone's question of that number with.
fn by_telephone(phone: u128, number: u32) -> String {
    unlock::answer("the office's half for ines", PhoneId(uuid::Uuid::from_u128(phone)), number)
}

fn question(pocket: &Pocket) -> Option<String> {
    pocket.phone.session().unwrap().question
}

async fn tries(pocket: &Pocket, code: &str) -> String {
    match pocket.phone.unlock_by_code("ines", code).await {
        Ok(_) => "open".into(),
        Err(problem) => problem.code,
    }
}

#[tokio::test]
async fn a_code_by_telephone_opens_one_phone_once_without_signal_and_takes_the_pin_with_it() {
    let office = Stub::open([offered(1)]).await;
    let pocket = locked(&office).await;
    pocket.phone.unlock("ines", PIN).await.unwrap();
    pocket.note(id(1), "only here");
    assert_eq!(question(&pocket), None, "whoever is at work needs none");
    pocket.phone.lock().unwrap();
    office.is(Mood::Portal);
    for _ in 0..3 {
        assert_eq!(code(&pocket, "000000").await, "wrong_pin");
    }
    assert_eq!(question(&pocket), Some(unlock::question(PhoneId(uuid::Uuid::from_u128(0)), 1)));
    assert_eq!(tries(&pocket, "482916").await, "wrong_code", "no code at all, and not counted");
    assert_eq!(tries(&pocket, &by_telephone(1, 1)).await, "wrong_unlock_code", "another phone's");
    assert_eq!(tries(&pocket, &by_telephone(0, 2)).await, "wrong_unlock_code", "another question's");
    assert_eq!(
        pocket.phone.unlock_by_code("omar", &by_telephone(0, 1)).await.unwrap_err().code,
        "unknown_login"
    );

    // The wait after wrong PINs holds up nobody who has the code; said in small letters and with gaps.
    let said = by_telephone(0, 1).to_lowercase();
    assert_eq!(tries(&pocket, &format!("{} {}", &said[..5], &said[5..])).await, "open");
    assert_eq!(pocket.notes(id(1)), ["only here"]);
    let session = pocket.phone.session().unwrap();
    assert!(!session.pin && session.unlock_wait == 0, "the PIN that nobody knows is gone");
    let pocket = pocket.reopen();
    assert!(pocket.phone.session().unwrap().technician.is_some());

    // It was heard by whoever listened: it opens nothing any more.
    pocket.phone.set_pin("222222", "").await.unwrap();
    pocket.phone.lock().unwrap();
    assert_eq!(tries(&pocket, &by_telephone(0, 1)).await, "wrong_unlock_code");
    assert_eq!(code(&pocket, "222222").await, "open", "the new PIN does");
    pocket.phone.lock().unwrap();
    assert_eq!(tries(&pocket, &by_telephone(0, 2)).await, "open");
}

#[tokio::test]
async fn a_used_code_opens_nothing_after_the_files_were_put_back_or_the_phone_was_enrolled_again() {
    let office = Stub::open([offered(1)]).await;
    let pocket = locked(&office).await;
    let before = pocket.copied();
    assert_eq!(tries(&pocket, &by_telephone(0, 1)).await, "open");

    // The thief listened, and puts back the databases as they were; the key store stays what it is.
    pocket.phone.set_pin("222222", "").await.unwrap();
    pocket.phone.lock().unwrap();
    let Pocket { phone, clock, folder } = pocket;
    drop(phone);
    for name in ["device.db", "device.db-wal"] {
        let (from, to) = (before.path().join(name), folder.path().join(name));
        match from.exists() {
            true => drop(std::fs::copy(from, to).unwrap()),
            false => drop(std::fs::remove_file(to)),
        }
    }
    let pocket = Pocket { phone: open(folder.path(), &clock), clock, folder };
    assert_eq!(question(&pocket), Some(unlock::question(PhoneId(uuid::Uuid::from_u128(0)), 1)), "as it was");
    assert_eq!(tries(&pocket, &by_telephone(0, 1)).await, "wrong_unlock_code");

    // The same key at the office: its numbers go on.
    pocket.phone.sign_in(&office.address, "ines", "cellar").await.unwrap();
    pocket.phone.sign_out().unwrap();
    let first = unlock::CODES + 1;
    assert_eq!(question(&pocket), Some(unlock::question(PhoneId(uuid::Uuid::from_u128(0)), first)));
    assert_eq!(tries(&pocket, &by_telephone(0, 1)).await, "wrong_unlock_code");
    assert_eq!(tries(&pocket, &by_telephone(0, first)).await, "open");
}

#[tokio::test]
async fn five_wrong_codes_spend_a_question_and_nothing_of_it_counts_against_the_pin() {
    let office = Stub::open([offered(1)]).await;
    let mut pocket = locked(&office).await;
    for number in 1..=unlock::CODES {
        assert_eq!(question(&pocket), Some(unlock::question(PhoneId(uuid::Uuid::from_u128(0)), number)));
        for n in 1..=unlock::TRIES {
            // Ending the app in the middle wins nothing.
            pocket = pocket.reopen();
            let wrong = pocket.phone.unlock_by_code("ines", "0000-0000-0000-0000").await.unwrap_err();
            match unlock::TRIES - n {
                0 => assert_eq!(wrong.code, "unlock_code_spent"),
                left => assert_eq!(wrong.params["left"], left.to_string()),
            }
        }
        if number == 2 {
            assert_eq!(tries(&pocket, &by_telephone(0, 2)).await, "wrong_unlock_code", "the one given up");
            assert_eq!(tries(&pocket, &by_telephone(0, 3)).await, "open", "the one that is asked for");
            pocket.phone.set_pin(PIN, "").await.unwrap();
            pocket.phone.lock().unwrap();
            break;
        }
    }
    for _ in 0..unlock::CODES * unlock::TRIES {
        tries(&pocket, "0000-0000-0000-0000").await;
    }
    assert_eq!(question(&pocket), None);
    assert_eq!(tries(&pocket, &by_telephone(0, 4)).await, "no_unlock_code");
    assert_eq!(code(&pocket, PIN).await, "open");
}

#[tokio::test]
async fn a_code_opens_nothing_after_the_lease_and_is_there_for_who_signed_out_too() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::fresh();
    office.office().clock = Some(pocket.clock.clone());
    pocket.phone.enrol(&office.address, "1NES-C0DE-1NES-C0DE").await.unwrap();
    pocket.phone.sync_once().await.unwrap();
    pocket.phone.sign_out().unwrap();
    office.is(Mood::Portal);
    pocket.clock.pass(Duration::from_secs(15 * 86400));
    assert_eq!(tries(&pocket, &by_telephone(0, 1)).await, "lease_over");
    office.is(Mood::Honest);
    assert_eq!(tries(&pocket, &by_telephone(0, 1)).await, "open", "the office was heard");

    // Emptied, nothing of it is left.
    office.office().wipe = Some(Wipe::Thief);
    office.office().session += 1;
    assert_eq!(pocket.phone.sync_once().await.unwrap_err().code, "phone_wiped");
    assert_eq!(tries(&pocket, &by_telephone(0, 2)).await, "unknown_login");
    assert!(files(&pocket.folder.path().join("keys")).is_empty());
}
