//! From the telephone to the technician's phone: Zhou Li takes what customers ask for, and Wang Lei has it without having
//! to ask again.

use crate::field::{Field, alone};
use chrono::{TimeDelta, Utc};
use jobsheet_model::{
    Digest,
    intake::{Intake, RequestState},
    view::{PhotoPlace, RequestTaken},
    work_order::{AssignmentState, Colour, WorkOrder},
};
use jobsheet_office::{Office, Once, Untaken};
use serde_json::{Value, json};

pub const ZHOU_LI: &str = "周莉";

/// The key that her page makes for each thing that must be done once.
pub fn once(key: &str) -> Once {
    Once { key: key.into(), digest: Digest::of(key.as_bytes()) }
}

pub fn takes(office: &Office, key: &str, intake: &Value) -> RequestTaken {
    let intake: Intake = serde_json::from_value(intake.clone()).expect("a request");
    office.take_request(intake, &once(key), ZHOU_LI).expect("taken")
}

/// What Mr. He of the cold store says on the telephone, in his order.
pub fn the_cold_store_calls() -> Value {
    json!({
        "channel": "phone",
        "customer": {"id": "", "name": "东郊冷库", "contact": "何主管", "phone": "139 8077 9001", "second_phone": "028-8555 9001"},
        "site": {"id": "", "name": "1 号机房", "address": "成都市成华区二仙桥北路 8 号 3 栋 1-02", "landmark": "北门进，找门卫"},
        "equipment": {"id": "", "kind": "chiller", "name": "冷水机组", "model": "LSBLG-380", "serial": "CHL-380-77", "purchased": "2025-03-01"},
        "reference": "", "problem_type": "fault", "symptom_kind": "stops", "symptom": "运行半小时后停机，闻到焦味，库温已经升到 4 度",
        "answers": {"when": "半小时", "hot": "yes"}, "occurred_at": Utc::now() - TimeDelta::minutes(40), "impact": "partial",
        "tried": "断电重启过一次", "wants": "visit", "criteria": [], "level": "", "level_reason": "", "appointment": null,
        "without": ""
    })
}

/// Wang Lei's phone hears of it.
pub async fn arrives(field: &Field, order: &WorkOrder) -> WorkOrder {
    field.office().offer(order.id, "wang.lei", ZHOU_LI).expect("offered");
    field.sends().await;
    field.phone.job(order.id).expect("on the phone").order
}

#[tokio::test(flavor = "multi_thread")]
async fn a5_a6_a8_b1_d2_what_a_customer_says_on_the_telephone_is_on_the_technicians_phone_in_the_basement() {
    let field = alone().await;
    let office = field.office();
    // She is nervous, the button is pressed twice: it is one request.
    let taken = takes(office, "call-1", &the_cold_store_calls());
    assert_eq!(takes(office, "call-1", &the_cold_store_calls()), taken);
    assert_eq!(taken.state, RequestState::New);
    let made = office.make_work_order(taken.id, &once("order-1"), ZHOU_LI).expect("made");
    assert_eq!(office.make_work_order(taken.id, &once("order-1"), ZHOU_LI).expect("the same"), made);

    let planned = office.work_order(made.work_order).expect("a store").expect("a work order");
    assert_eq!(planned.assignment.state, AssignmentState::Withdrawn, "nobody's until it is offered");
    let order = arrives(&field, &planned).await;

    // In the basement he asks nobody.
    field.fails_to_send().await;
    assert_eq!(field.phone.job(order.id).expect("a job").order, order);
    let (customer, site, request) = (&order.customer, &order.site, &order.request);
    assert_eq!((customer.contact.as_str(), customer.phone.as_str()), ("何主管", "139 8077 9001"));
    assert_eq!((customer.second_phone.as_str(), site.landmark.as_str()), ("028-8555 9001", "北门进，找门卫"));
    assert!(site.address.ends_with("1-02") && request.tried == "断电重启过一次");
    let asked: Vec<_> =
        request.asked.iter().map(|one| (one.question.zh.as_str(), one.answer.zh.as_str())).collect();
    assert_eq!(asked, [("运行多久后停机？", "半小时"), ("是否发烫或有焦味？", "是")]);
    // Burnt smell: somebody may come to harm, so it is of the first level, two hours from the call.
    assert!(request.safety_risk);
    assert_eq!((order.level.rank, order.level.colour), (1, Colour::Red));
    assert_eq!(order.respond_by - request.received_at, TimeDelta::hours(2));
    assert_eq!(order.ceiling - request.received_at, TimeDelta::hours(3));
    let machine = order.equipment.as_ref().expect("a machine");
    assert_eq!((machine.serial.as_str(), machine.model.as_str()), ("CHL-380-77", "LSBLG-380"));
    // Prepared as each visit to a chiller is, and the plate must show the serial that the customer read out.
    assert_eq!(order.template.id, "chiller");
    assert!(order.tools.iter().any(|tool| tool.key == "leak_detector"));
    assert!(serde_json::to_string(&order.template).expect("JSON").contains("CHL-380-77"));
}

#[tokio::test(flavor = "multi_thread")]
async fn d4_what_the_caller_does_not_know_is_asked_for_and_an_emergency_does_not_wait_for_it() {
    let field = alone().await;
    let office = field.office();
    let mut call = the_cold_store_calls();
    call["equipment"]["serial"] = json!("");
    call["equipment"]["purchased"] = json!(null);
    let taken = takes(office, "call-1", &call);
    assert_eq!(taken.state, RequestState::AwaitingInfo);
    let refused = office.make_work_order(taken.id, &once("order-1"), ZHOU_LI);
    assert!(matches!(refused, Err(Untaken::Awaits(missing)) if missing.len() == 2));

    // The store is warming up: she sends somebody all the same, and says why.
    call["without"] = json!("库温在升，铭牌到现场再看");
    let intake: Intake = serde_json::from_value(call.clone()).expect("a request");
    let edited = office.edit_request(taken.id, 1, intake, ZHOU_LI).expect("edited");
    assert_eq!(edited.state, RequestState::New);
    let made = office.make_work_order(taken.id, &once("order-1"), ZHOU_LI).expect("made");
    let planned = office.work_order(made.work_order).expect("a store").expect("a work order");
    let order = arrives(&field, &planned).await;
    assert_eq!(order.number, made.number);
    assert_eq!(order.equipment.as_ref().expect("a machine").serial, "");

    // But nobody is sent without an address, whatever the reason.
    call["site"]["address"] = json!("");
    call["symptom"] = json!("又一台停机");
    let nowhere = takes(office, "call-2", &call);
    assert_eq!(nowhere.state, RequestState::AwaitingInfo);
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_what_she_can_solve_on_the_telephone_sends_nobody() {
    let field = alone().await;
    let office = field.office();
    let before = office.work_orders().expect("a store").len();
    let mut call = the_cold_store_calls();
    call["symptom_kind"] = json!("use");
    call["answers"] = json!({});
    call["impact"] = json!("none");
    call["wants"] = json!("remote");
    call["symptom"] = json!("面板锁了，不会解锁");
    let taken = takes(office, "call-1", &call);
    let done =
        office.solve_request(taken.id, "电话指导长按 5 秒解锁，客户确认已能操作", ZHOU_LI).expect("solved");
    assert_eq!(done.state, RequestState::Solved);
    assert!(matches!(office.make_work_order(taken.id, &once("order-1"), ZHOU_LI), Err(Untaken::Settled)));
    assert_eq!(office.work_orders().expect("a store").len(), before);
    field.sends().await;
    field.all_is_there();
}

/// She asks for a picture of the plate; he looks at it before he leaves, and reads the serial off it in the basement.
#[tokio::test(flavor = "multi_thread")]
async fn d2_what_the_customer_sent_is_looked_at_before_leaving_and_read_without_signal() {
    let field = alone().await;
    let office = field.office();
    let picture = std::fs::read(jobsheet_tests::photo("part")).expect("a picture");
    // The line is cut after the first: she adds it again, and it is the same one.
    let plate = office.bring_photo(picture.clone().into()).await.expect("kept");
    assert_eq!(office.bring_photo(picture.into()).await.expect("the same"), plate);
    let mut call = the_cold_store_calls();
    call["photos"] = json!([plate.digest]);
    let taken = takes(office, "call-1", &call);
    let made = office.make_work_order(taken.id, &once("order-1"), ZHOU_LI).expect("made");
    let planned = office.work_order(made.work_order).expect("a store").expect("a work order");
    let order = arrives(&field, &planned).await;
    assert_eq!(order.request.photos.iter().map(|one| &one.digest).collect::<Vec<_>>(), [&plate.digest]);
    let photo = |thumb| field.phone.fetch_photo(order.id, plate.digest.clone(), thumb);

    // Nothing of it was sent along: a small one comes when he looks, and the whole one when he wants it.
    let phone = &field.phone;
    assert_eq!(phone.photo(&plate.digest, true).expect_err("not here").code, "no_such_photo");
    let small = photo(true).await.expect("a small one");
    let whole = photo(false).await.expect("the whole one");
    assert!(Digest::of(&whole) == plate.digest && small.len() * 4 < whole.len());

    // In the basement both are there, and nothing of the customer's is sent back.
    field.fails_to_send().await;
    assert_eq!(phone.photo(&plate.digest, true).expect("here"), small);
    assert_eq!(phone.photo(&plate.digest, false).expect("here"), whole);
    assert_eq!(photo(false).await.expect("asks nobody"), whole);
    assert_eq!(phone.photo_place(&plate.digest).expect("known"), PhotoPlace::Fetched);
    assert_eq!(field.waiting(), (0, 0));

    // Given to somebody else it is read no more.
    office.reassign(order.id, "chen.chen", "陈晨就在附近", ZHOU_LI).expect("reassigned");
    field.sends().await;
    assert_eq!(phone.drop_photo(&plate.digest).expect("dropped"), PhotoPlace::Away);
    let refused = photo(false).await.expect_err("not his any more");
    assert!(["no_such_photo", "photo_not_there"].contains(&refused.code.as_str()), "{}", refused.code);
}
