//! The phone's signature under a sign-off, as the office looks at it and tells a customer who asks.

use crate::world::World;
use axum::{body::Body, http::Request};
use jobsheet_model::{
    Language, Moment, Sheet, What, WorkOrderId,
    act::{Act, Attention, Entry},
    change::{KnownWhat, Rating, SignOffAct},
    document::document,
    paper::Check,
    prepare::prepare,
    sign::SecretKey,
    sign_off::PhoneSignature,
};

/// What the customer is told of a sheet that was signed under `key`, and whether the office raised anything.
async fn told(
    sign: impl FnOnce(&SecretKey, WorkOrderId, &SignOffAct, &Moment) -> PhoneSignature,
) -> (String, bool) {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let order = phone.a_job().await;
    let act = SignOffAct {
        digest: document(&order, &Sheet::empty(order.id), Language::En).digest(),
        language: Language::En,
        ink: None,
        signatory: "Zhou Jian".into(),
        capacity: String::new(),
        saw_it_work: true,
        rating: Rating::Satisfied,
        rating_reasons: vec![],
        remark: String::new(),
    };
    let ink = vec![vec![[100, 200, 0, 500], [800, 260, 160, 500]]];
    let signed = KnownWhat::SignedOff { act, ink, phone: None };
    let mut what = prepare(&order, &Sheet::empty(order.id), signed.into()).unwrap();
    if let What::Known(KnownWhat::SignedOff { act, phone: signature, .. }) = &mut what {
        *signature = Some(sign(&phone.key, order.id, act, &phone.moment()).into());
    }
    let change = phone.change(&order, what);
    phone.sync(&[change]).await;

    let sheet = world.office.sheet(order.id).unwrap().unwrap();
    let check = Check::of(&document(&order, &sheet, Language::En), sheet.sign_off.as_ref().unwrap());
    let page = world.send(Request::get(check.link("")).body(Body::empty()).unwrap()).await;
    let raised = world.office.journal(order.id).unwrap().into_iter().any(|line| {
        matches!(line.entry, Entry::Act(Act::Raised { attention: Attention::Differs, about }) if about.contains("signature"))
    });
    (String::from_utf8(page.body).unwrap(), raised)
}

#[tokio::test]
async fn a_phones_signature_that_does_not_fit_is_raised_and_the_customer_is_told_to_call() {
    let (page, raised) = told(PhoneSignature::under).await;
    assert!(page.contains("Yes: we hold exactly this sheet") && !raised, "{page}");

    let other = WorkOrderId(uuid::Uuid::from_u128(99));
    let (page, raised) = told(|key, _, act, at| PhoneSignature::under(key, other, act, at)).await;
    assert!(page.contains("cannot confirm") && raised, "for another work order (P24)");

    let stranger = SecretKey::from_bytes([1; 32]);
    let (page, raised) = told(|_, id, act, at| PhoneSignature::under(&stranger, id, act, at)).await;
    assert!(page.contains("cannot confirm") && raised, "by a key that no phone of the firm has");
}
