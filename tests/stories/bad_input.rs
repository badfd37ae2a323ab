//! Bad input meets a clear error and loses nothing.

use jobsheet_model::change::*;
use jobsheet_model::{Language, Stage, What, WorkOrderId};
use jobsheet_phone::{Options, Phone};
use jobsheet_tests::company::Company;
use jobsheet_tests::link::{Break, Link};
use jobsheet_tests::photo;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn phone_in(folder: &tempfile::TempDir) -> Phone {
    Phone::open(Options::new(folder.path().into(), None, "test".into())).expect("the phone opens")
}

async fn code_of_sign_in(phone: &Phone, office: &str, password: &str) -> String {
    match phone.sign_in(office, "wang.lei", password).await {
        Ok(_) => "signed in".into(),
        Err(problem) => problem.code,
    }
}

/// A captive portal: says 200 and a login page to everything.
async fn captive_portal() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0u8; 4096];
            let _ = stream.read(&mut request).await;
            let page = "<html>Welcome to Free Wi-Fi</html>";
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n";
            let _ = stream
                .write_all(format!("{head}content-length: {}\r\n\r\n{page}", page.len()).as_bytes())
                .await;
        }
    });
    format!("http://{address}")
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_says_what_is_wrong() {
    let company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let folder = tempfile::tempdir().expect("a folder");
    let phone = phone_in(&folder);

    assert_eq!(code_of_sign_in(&phone, &link.url(), "guess").await, "wrong_password");
    assert_eq!(code_of_sign_in(&phone, &captive_portal().await, "demo-wang-lei").await, "not_an_office");
    link.set(Break::Now);
    assert_eq!(code_of_sign_in(&phone, &link.url(), "demo-wang-lei").await, "office_unreachable");
    assert_eq!(code_of_sign_in(&phone, "http://", "demo-wang-lei").await, "bad_address");

    link.set(Break::Never);
    assert_eq!(code_of_sign_in(&phone, &link.url(), "demo-wang-lei").await, "signed in");
    assert!(phone.session().expect("a session").technician.is_some());
}

/// P16: who was signed in here once gets in again without signal, and nobody else does.
#[tokio::test(flavor = "multi_thread")]
async fn p16_the_same_technician_gets_in_again_without_signal() {
    let company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let folder = tempfile::tempdir().expect("a folder");
    let phone = phone_in(&folder);
    phone.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
    phone.sync_once().await.expect("the day");
    let jobs = phone.today().expect("today").jobs.len();
    link.set(Break::Now);

    drop(phone);
    let phone = phone_in(&folder);
    assert_eq!(phone.today().expect("reopened without signal").jobs.len(), jobs);

    phone.sign_out().expect("signed out");
    assert_eq!(phone.today().expect_err("signed out").code, "signed_out");
    assert_ne!(code_of_sign_in(&phone, &link.url(), "guess").await, "signed in");
    assert_eq!(code_of_sign_in(&phone, &link.url(), "demo-wang-lei").await, "signed in");
    assert_eq!(phone.today().expect("today").jobs.len(), jobs);
}

/// P5, P18: work that waits outlives signing out, is nobody else's, and goes on where it was.
#[tokio::test(flavor = "multi_thread")]
async fn p5_signing_out_seals_what_waits_and_p18_shows_it_to_nobody_else() {
    let company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let folder = tempfile::tempdir().expect("a folder");
    let phone = phone_in(&folder);
    phone.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
    phone.sync_once().await.expect("the day");
    let id = phone.today().expect("today").jobs[0].id;
    link.set(Break::Now);
    phone.record(id, KnownWhat::NoteWritten { text: "only here".into() }.into()).expect("recorded");
    assert_eq!(phone.sign_out().expect("signed out").waiting, 1);

    link.set(Break::Never);
    phone.sign_in(&link.url(), "chen.chen", "demo-chen-chen").await.expect("signed in");
    phone.sync_once().await.expect("his day");
    assert_eq!(phone.job(id).expect_err("not his").code, "no_such_job");
    assert_eq!(phone.outbox().expect("an outbox").sync.waiting_changes, 0);
    phone.sign_out().expect("signed out");

    phone.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
    assert_eq!(phone.outbox().expect("an outbox").sync.waiting_changes, 1);
    phone.sync_once().await.expect("sent");
    let sheet = company.office.sheet(id).expect("a store").expect("a sheet");
    assert_eq!(sheet.notes.len(), 1);
}

/// A JPEG that claims to be 20,000 x 10,000 pixels.
fn bomb(jpeg: &[u8]) -> Vec<u8> {
    let mut bytes = jpeg.to_vec();
    let frame =
        bytes.windows(2).position(|w| w == [0xff, 0xc0] || w == [0xff, 0xc2]).expect("a frame header");
    bytes[frame + 5..frame + 7].copy_from_slice(&10_000u16.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&20_000u16.to_be_bytes());
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_recorded_is_refused_in_words_and_changes_nothing() {
    let company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let folder = tempfile::tempdir().expect("a folder");
    let phone = phone_in(&folder);
    phone.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
    phone.sync_once().await.expect("the day");
    let id = phone.today().expect("today").jobs[0].id;
    phone.record(id, KnownWhat::WorkStarted {}.into()).expect("recorded");
    let part = phone.search_parts("轴承", false, 0, 1).expect("parts").items[0].part.clone();
    let before = phone.job(id).expect("the job").sheet;

    let fitted = |quantity: i64| {
        serde_json::from_value::<What>(json!({
            "what": "part_fitted", "line": uuid::Uuid::from_u128(1), "quantity": quantity,
            "part": { "number": part.number, "name": part.name, "price": part.price },
            "serial_in": null, "serial_out": null, "from": "van", "old_part": "none"
        }))
    };
    let refused = |what: What| phone.record(id, what).expect_err("refused").code;
    assert_eq!(refused(fitted(0).expect("JSON")), "refusal_quantity");
    assert!(fitted(-1).is_err(), "a quantity below zero is not even a change");
    assert_eq!(refused(KnownWhat::NoteWritten { text: "  ".into() }.into()), "refusal_empty");

    let text = std::fs::read(photo("README").with_extension("md")).expect("a text");
    let add =
        |bytes: &[u8]| phone.add_photo(id, PhotoSubject::Before, None, bytes).expect_err("refused").code;
    assert_eq!(add(&text), "photo_not_an_image");
    assert_eq!(add(&[]), "photo_not_an_image");
    let real = std::fs::read(photo("part")).expect("a photo");
    assert_eq!(add(&bomb(&real)), "photo_too_large");

    assert_eq!(phone.job(id).expect("the job").sheet, before);

    // An empty signature, and one for a sheet that has changed since it was shown.
    let review = phone.review(id, Language::Zh).expect("a review");
    let sign = |ink: Vec<Stroke>| -> What {
        let act = SignOffAct {
            digest: review.digest.clone(),
            language: Language::Zh,
            ink: None,
            signatory: "周建国".into(),
            capacity: "设备科长".into(),
            saw_it_work: true,
            rating: Rating::Average,
            rating_reasons: vec![RatingReason::Late],
            remark: String::new(),
        };
        KnownWhat::SignedOff { act, ink, phone: None }.into()
    };
    let ink = vec![vec![[100, 200, 0, 500], [700, 240, 90, 500]]];
    assert_eq!(refused(sign(vec![])), "refusal_no_ink");
    phone.record(id, KnownWhat::NoteWritten { text: "one more thing".into() }.into()).expect("recorded");
    assert_eq!(refused(sign(ink.clone())), "refusal_digest_differs");
    assert_eq!(phone.job(id).expect("the job").sheet.stage, Stage::WorkDone);
    let nowhere = WorkOrderId(uuid::Uuid::from_u128(99));
    assert_eq!(
        phone.record(nowhere, KnownWhat::WorkStarted {}.into()).expect_err("refused").code,
        "no_such_job"
    );

    // And all that was recorded is at the office all the same.
    phone.sync_once().await.expect("sent");
    let sheet = company.office.sheet(id).expect("a store").expect("a sheet");
    assert_eq!(sheet, phone.job(id).expect("the job").sheet);
    assert_eq!(sheet.notes.len(), 1);
}
