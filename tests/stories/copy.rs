//! The customer's copy: made on the phone without signal, asked about at the office.

use crate::field::{Field, alone};
use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use jobsheet_model::{
    Language,
    act::{Act, Entry},
    change::*,
    view::PaperKind,
};
use tower::ServiceExt;

fn acceptance(field: &Field) -> KnownWhat {
    let review = field.phone.review(field.id, Language::En).expect("a review");
    KnownWhat::SignedOff {
        act: SignOffAct {
            digest: review.digest,
            language: Language::En,
            ink: None,
            signatory: "Zhou Jian".into(),
            capacity: "Chief engineer".into(),
            saw_it_work: true,
            rating: Rating::Satisfied,
            rating_reasons: Vec::new(),
            remark: String::new(),
        },
        ink: vec![vec![[100, 200, 0, 500], [400, 120, 80, 600], [800, 260, 160, 500]]],
        phone: None,
    }
}

/// What the page of the office says to a link, whatever address it names.
async fn asked(field: &Field, link: &str) -> String {
    let path = &link[link.find("/check").expect("the page")..];
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let Ok(answer) = field.office().router().oneshot(request).await;
    assert_eq!(answer.status(), 200, "{path}");
    let policy = answer.headers()["content-security-policy"].to_str().expect("text").to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let body = to_bytes(answer.into_body(), usize::MAX).await.expect("a page");
    String::from_utf8(body.to_vec()).expect("text")
}

const YES: &str = "Yes: we hold exactly this sheet";
const NO: &str = "No: we hold no sheet like this";

#[tokio::test(flavor = "multi_thread")]
async fn the_copy_is_made_without_signal_and_the_office_says_whether_it_holds_that_sheet() {
    let field = alone().await;
    field.note("seal replaced");
    assert_eq!(
        field.phone.make_paper(field.id, PaperKind::Copy, Language::En).expect_err("unsigned").code,
        "refusal_not_signed"
    );
    field.records(acceptance(&field));
    let signed = field.phone.job(field.id).expect("a job").sheet.sign_off.expect("signed");
    let phone = signed.phone.as_ref().expect("this phone has a key");
    assert!(phone.is_genuine(field.id, &signed.act));
    let file = field.phone.make_paper(field.id, PaperKind::Copy, Language::Zh).expect("a copy");
    let html = std::fs::read_to_string(&file.path).expect("a file");
    assert!(html.contains(&signed.act.digest.code()) && html.contains("lang=\"en\""), "as it was signed");
    assert!(html.contains(&phone.signature.to_string()));

    // The customer asks before the phone has found a signal, and again in the evening.
    let link = field.phone.copy_code(field.id).expect("a code").link;
    assert!(asked(&field, &link).await.contains(NO));
    field.sends().await;
    let page = asked(&field, &link).await;
    assert!(page.contains(YES) && page.contains(&signed.act.digest.code()), "{page}");
    let raised = field.office().journal(field.id).expect("a journal");
    assert!(!raised.iter().any(|line| matches!(line.entry, Entry::Act(Act::Raised { .. }))), "all is well");

    // What is not to the letter what was signed is not what the office holds.
    let (digest, signature) = (signed.act.digest.as_str(), phone.signature.to_string());
    let bent = |from: &str, to: &str| link.replace(from, to);
    for other in [
        bent(digest, &"0".repeat(64)),
        bent(&signature, &jobsheet_model::sign::Signature::from_bytes([7; 64]).to_string()),
        bent(&signature, "-"),
        format!("{link}9"),
    ] {
        let page = asked(&field, &other).await;
        assert!(page.contains(NO) && !page.contains("Zhou"), "{other}");
    }
    assert!(asked(&field, "/check?c=JS1.nonsense").await.contains("cannot be read"));
    assert!(asked(&field, "/check").await.contains("<textarea"));

    field.records(KnownWhat::Amended { reason: "the address was wrong".into() });
    field.sends().await;
    assert!(asked(&field, &link).await.contains("reopened since"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_is_not_this_phones_is_replaced_and_papers_go_when_nobody_is_at_work() {
    let field = alone().await;
    let KnownWhat::SignedOff { act, ink, .. } = acceptance(&field) else { unreachable!() };
    let key = jobsheet_model::sign::SecretKey::from_bytes([1; 32]);
    let moment = jobsheet_model::Moment {
        utc: chrono::Utc::now(),
        offset: 0,
        elapsed: 1,
        boot: "b".into(),
        ahead: None,
    };
    let forged = jobsheet_model::sign_off::PhoneSignature::under(&key, field.id, &act, &moment);
    field.records(KnownWhat::SignedOff { act, ink, phone: Some(forged.clone().into()) });
    let signed = field.phone.job(field.id).expect("a job").sheet.sign_off.expect("signed");
    assert_ne!(signed.phone.expect("a signature").key, forged.key);

    let copy = field.phone.make_paper(field.id, PaperKind::Copy, Language::En).expect("a copy");
    let sheet = field.phone.make_paper(field.id, PaperKind::Sheet, Language::Zh).expect("a sheet");
    assert_ne!(copy.path, sheet.path);
    assert!(field.phone.paper_file(&copy.name).is_some());
    for none in ["../device.db", "device.db", ""] {
        assert!(field.phone.paper_file(none).is_none(), "{none}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&copy.path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    field.phone.sign_out().expect("signed out");
    assert!(!std::path::Path::new(&copy.path).exists() && !std::path::Path::new(&sheet.path).exists());
}
