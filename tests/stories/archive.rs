//! From the telephone to the archive: Zhou Li takes the call, Wang Lei goes there, and what he brings back is closed by the
//! rule of the standard that it began under, or waits for somebody who decides.

use crate::{
    field::{Field, alone},
    intake::{ZHOU_LI, arrives, once, takes, the_cold_store_calls},
    visit::acceptance,
};
use chrono::{TimeDelta, Utc};
use jobsheet_model::{
    WorkOrderId,
    act::{Act, Attention, Entry},
    attention::{Choice, Handling},
    change::*,
};
use jobsheet_office::{Decided, Office};

/// The call becomes a work order, and that is on his phone.
async fn is_called_out(field: &mut Field) {
    let mut call = the_cold_store_calls();
    // B asks for the number of an order or a contract too.
    call["reference"] = "DD-2611-77".into();
    let taken = takes(field.office(), "call-1", &call);
    let made = field.office().make_work_order(taken.id, &once("order-1"), ZHOU_LI).expect("made");
    let planned = field.office().work_order(made.work_order).expect("a store").expect("a work order");
    field.id = arrives(field, &planned).await.id;
}

/// He is there and mends it, without signal.
fn mends(field: &Field, remedy: &str) {
    for what in [
        KnownWhat::OfferAccepted {},
        KnownWhat::Departed {},
        KnownWhat::Arrived {
            position: None, distance_m: None, on_site: None, note: "地下室无信号".into()
        },
        KnownWhat::FaultConfirmed {
            as_reported: true, fault: "高压报警".into(), with: "何主管".into()
        },
        KnownWhat::WorkStarted {},
    ] {
        field.records(what);
    }
    field.picture();
    field.records(KnownWhat::Diagnosed {
        fault_code: Some("CH-01".into()),
        cause: "冷凝器脏堵".into(),
        remedy: remedy.into(),
    });
    field.records(KnownWhat::FunctionTested { passed: true, note: "运行两小时正常".into() });
}

fn waits(office: &Office, id: WorkOrderId) -> Vec<(u64, Attention)> {
    let raised = office.raised(id).expect("a store").into_iter();
    raised.filter(|one| one.decided.is_none()).map(|one| (one.n, one.attention)).collect()
}

/// She looks at what needs no more than that.
fn looks_through_the_lane(office: &Office, id: WorkOrderId) {
    let handled = [Attention::NotSatisfied, Attention::SecondHandling, Attention::AcceptanceFailed];
    for (n, attention) in waits(office, id) {
        if !handled.contains(&attention) {
            let choice = attention.choices().last().expect("a choice");
            office.decide(n, *choice, "已核对", ZHOU_LI).expect("decided");
        }
    }
}

fn closed(office: &Office, id: WorkOrderId) -> usize {
    let journal = office.journal(id).expect("a store");
    journal.iter().filter(|line| matches!(line.entry, Entry::Act(Act::Closed { .. }))).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a5_b15_d16_e10_under_a_a_signed_sheet_that_is_back_with_its_photos_is_closed_and_found_by_what_was_done()
 {
    let mut field = alone().await;
    is_called_out(&mut field).await;
    field.fails_to_send().await;
    mends(&field, "清洗冷凝器，更换轴封");
    field.records(acceptance(&field, Rating::Satisfied, "希望以后早点到"));
    let id = field.id;
    assert_eq!(closed(field.office(), id), 0, "it is all in his pocket");
    field.sends().await;
    field.all_is_there();
    looks_through_the_lane(field.office(), id);
    assert_eq!(closed(field.office(), id), 1);
    // Months later somebody asks what was done to that machine.
    let number = field.office().work_order(id).expect("a store").expect("a work order").number;
    for asked in ["轴封", "CHL-380-77", "东郊冷库", "冷凝器 脏堵", "早点", &number, "CH-01", "何"]
    {
        assert_eq!(field.office().find_closed(asked).expect("a store"), [number.as_str()], "{asked}");
    }
    assert_eq!(field.office().find_closed("压缩机").expect("a store"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn b14_b15_under_b_a_customer_who_is_not_content_is_handled_again_before_it_is_closed() {
    let mut field = alone().await;
    field.office().set_standard("B").expect("a standard");
    is_called_out(&mut field).await;
    mends(&field, "复位后恢复");
    field.records(acceptance(&field, Rating::NotSatisfied, "没找到原因"));
    field.sends().await;
    let (office, id) = (field.office(), field.id);
    looks_through_the_lane(office, id);
    let [(n, Attention::NotSatisfied)] = waits(office, id)[..] else { panic!("{:?}", waits(office, id)) };
    let handling = Handling { person: "刘主管".into(), until: Utc::now() + TimeDelta::hours(4) };
    let again =
        Decided {
            choice: Choice::SecondHandling, reason: "客户认为原因未查明", handling: Some(handling)
        };
    office.decide_on(n, again, ZHOU_LI).expect("decided");
    assert_eq!(closed(office, id), 0, "it waits for Supervisor Liu");
    let [(n, Attention::SecondHandling)] = waits(office, id)[..] else { panic!("{:?}", waits(office, id)) };
    office.decide(n, Choice::Settled, "已上门说明，客户认可", "刘主管").expect("decided");
    assert_eq!(closed(office, id), 1);
    assert_eq!(office.find_closed("复位").expect("a store").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn d13_a_customer_who_does_not_sign_gets_another_visit_and_both_are_in_the_archive() {
    let mut field = alone().await;
    is_called_out(&mut field).await;
    mends(&field, "补漏");
    field
        .records(KnownWhat::SignOffRefused { reason: RefusalReason::NotSatisfied, note: "还在漏".into() });
    field.sends().await;
    let first = field.id;
    looks_through_the_lane(field.office(), first);
    let [(n, Attention::AcceptanceFailed)] = waits(field.office(), first)[..] else {
        panic!("{:?}", waits(field.office(), first))
    };
    field.office().decide(n, Choice::AnotherVisit, "返修：更换密封", ZHOU_LI).expect("decided");
    // The first one is over: the next answers for it.
    assert_eq!(closed(field.office(), first), 1);
    let order = field.office().work_order(first).expect("a store").expect("a work order");
    let rework = order.followed_by.expect("a rework");
    let planned = field.office().work_order(rework.work_order).expect("a store").expect("a work order");
    assert_eq!(planned.follows.as_ref().expect("the one before").work_order, first);
    field.id = arrives(&field, &planned).await.id;
    mends(&field, "更换密封，不再漏");
    field.records(acceptance(&field, Rating::VerySatisfied, ""));
    field.sends().await;
    looks_through_the_lane(field.office(), field.id);
    assert_eq!(closed(field.office(), field.id), 1);
    assert_eq!(field.office().find_closed("漏").expect("a store"), [rework.number, order.number]);
}
