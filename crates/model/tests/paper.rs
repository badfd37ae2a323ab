//! The customer's copy and the printed sheet.

#[allow(dead_code, reason = "the cast plays in several tests")]
mod cast;

use cast::{change, order, signed};
use jobsheet_model::{
    Digest, Language, Sheet, What, WorkOrder,
    change::{KnownWhat, RatingReason, SignOffAct},
    document::document,
    paper::{self, Check},
    prepare::prepare,
    sheet::apply,
    sign::SecretKey,
    sign_off::PhoneSignature,
};

/// Signed by its customer, with the phone's signature where it has a key.
fn signed_sheet(language: Language, key: Option<&SecretKey>) -> (WorkOrder, Sheet) {
    let order = order();
    let mut sheet = Sheet::empty(order.id);
    let note = KnownWhat::NoteWritten { text: "<b>a & b</b>\r\n\u{a0}第二行".into() };
    apply(&mut sheet, &change(1, note.into())).unwrap();
    let digest = document(&order, &sheet, language).digest();
    let KnownWhat::SignedOff { act, ink, .. } = signed(&digest) else { unreachable!() };
    let act = SignOffAct {
        language,
        signatory: " Zhou Jian ".into(),
        rating_reasons: vec![RatingReason::Late, RatingReason::Mess],
        ..act
    };
    let mut change = change(2, KnownWhat::SignedOff { act, ink, phone: None }.into());
    let mut what = prepare(&order, &sheet, change.what.clone()).unwrap();
    if let (What::Known(KnownWhat::SignedOff { act, phone, .. }), Some(key)) = (&mut what, key) {
        *phone = Some(PhoneSignature::under(key, order.id, act, &change.at).into());
    }
    change.what = what;
    apply(&mut sheet, &change).unwrap();
    (order, sheet)
}

#[test]
fn the_phones_signature_fits_the_act_as_the_sheet_keeps_it_and_no_other() {
    let key = SecretKey::from_bytes([7; 32]);
    let (order, sheet) = signed_sheet(Language::En, Some(&key));
    let signed = sheet.sign_off.unwrap();
    let phone = signed.phone.unwrap();
    assert_eq!(phone.key, key.public());
    assert!(phone.is_genuine(order.id, &signed.act));
    assert!(!phone.is_genuine(jobsheet_model::WorkOrderId(uuid::Uuid::from_u128(99)), &signed.act), "P24");
    for other in [
        SignOffAct { signatory: "Somebody else".into(), ..signed.act.clone() },
        SignOffAct { digest: Digest::of(b"another document"), ..signed.act.clone() },
        SignOffAct { ink: None, ..signed.act.clone() },
        SignOffAct { saw_it_work: !signed.act.saw_it_work, ..signed.act.clone() },
        SignOffAct { rating_reasons: vec![], ..signed.act.clone() },
    ] {
        assert!(!phone.is_genuine(order.id, &other), "{other:?}");
    }
    let later = PhoneSignature { at: "2026-11-23T10:20:33+08:00".into(), ..*phone };
    assert!(!later.is_genuine(order.id, &signed.act), "the time is signed too");
}

#[test]
fn the_copy_holds_what_was_signed_and_nothing_in_it_is_taken_for_markup() {
    for language in [Language::En, Language::Zh] {
        let (order, sheet) = signed_sheet(language, Some(&SecretKey::from_bytes([7; 32])));
        let html = paper::copy(&order, &sheet).unwrap();
        let digest = sheet.sign_off.as_ref().unwrap().act.digest.clone();
        assert!(html.contains(&digest.code()) && html.contains(digest.as_str()));
        assert!(!html.contains("<b>a &"), "a note is text");
        assert!(html.contains("&lt;b&gt;a &amp; b&lt;/b&gt;&#13;\n"));
        assert_eq!(html.matches("</script>").count(), 2);
        assert_eq!(html.matches("<script>").count(), 1);
        assert!(html.contains("default-src 'none'") && !html.contains("unsafe-"));
        assert!(!html.contains("http://") && !html.contains("https://"), "nothing is asked of anybody");
    }
}

#[test]
fn a_copy_is_made_of_what_was_signed_or_not_at_all() {
    let (order, sheet) = signed_sheet(Language::En, None);
    assert!(paper::copy(&order, &sheet).is_some(), "also from a phone without a key");
    let mut moved = order.clone();
    moved.site.address.push_str(", second floor");
    assert!(paper::copy(&moved, &sheet).is_none(), "the office changed the work order since");
    assert!(paper::copy(&order, &Sheet::empty(order.id)).is_none(), "nothing is signed");
}

#[test]
fn what_the_office_is_asked_with_comes_back_from_its_text_and_fits_one_sign_off() {
    let (order, sheet) = signed_sheet(Language::Zh, Some(&SecretKey::from_bytes([7; 32])));
    let signed = sheet.sign_off.as_ref().unwrap();
    let check = Check::of(&document(&order, &sheet, Language::Zh), signed);
    assert_eq!(Check::read(&check.to_string()), Some(check.clone()));
    assert!(check.fits(signed));
    let link = check.link("https://office.example/");
    assert!(link.starts_with("https://office.example/check?c=JS1.") && link.len() < 300, "{link}");
    let (_, bare) = signed_sheet(Language::Zh, None);
    assert!(!check.fits(bare.sign_off.as_ref().unwrap()), "the signature of the phone counts");
    for bad in ["", "JS1", "JS2.a.b.c.d", "JS1.00.-.-.N", &check.to_string().replace("JS1", "JS9")] {
        assert_eq!(Check::read(bad), None, "{bad}");
    }
    let dotted = Check { number: "A.1/中".into(), key: None, signature: None, ..check };
    assert_eq!(Check::read(&dotted.to_string()), Some(dotted.clone()));
    assert!(dotted.link("http://o").ends_with(".-.-.A.1%2F%E4%B8%AD"));
}

#[test]
fn a19_e11_the_printed_sheet_has_what_is_known_and_lines_for_what_is_not() {
    let order = order();
    let empty = Sheet::empty(order.id);
    for language in [Language::En, Language::Zh] {
        let html = paper::sheet(&order, &empty, language, 480);
        for known in [&order.number, &order.customer.name, &order.customer.contact, &order.request.symptom] {
            assert!(html.contains(known.as_str()), "{known}");
        }
        for step in &order.template.steps {
            assert!(html.contains(step.title.get(language)), "{}", step.key);
        }
        assert!(html.matches("class=\"blank\"").count() > 15, "lines to write on");
        assert!(html.contains("class=\"sign\"") && html.contains("☐"));
        assert!(html.contains(&document(&order, &empty, language).digest().code()));
        assert!(html.contains("script-src 'none'") && !html.contains("<script"));
    }
    let (order, sheet) = signed_sheet(Language::En, None);
    let html = paper::sheet(&order, &sheet, Language::En, 480);
    assert!(html.contains("<polyline") && !html.contains("class=\"sign\""), "signed already");
}
