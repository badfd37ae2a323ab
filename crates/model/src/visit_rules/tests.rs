use super::*;
use crate::{
    ChangeId, TechnicianId, WorkOrderId,
    change::{ContactOutcome, OpenedSheet},
    place::Position,
    sheet::{Contact, Stage},
    times::Span,
    work_order::Technician,
};
use uuid::Uuid;

fn at(minutes: i64) -> DateTime<Utc> {
    "2026-11-27T01:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

fn order() -> WorkOrder {
    let no = String::new;
    let by = Technician {
        id: TechnicianId(Uuid::from_u128(1)),
        login: "wang.lei".into(),
        name: "王磊".into(),
        phone: no(),
        base: Position::new(30.0, 104.0),
    };
    let opened = OpenedSheet {
        customer: "绿叶酒店".into(),
        contact: no(),
        phone: no(),
        address: no(),
        equipment: no(),
        serial: no(),
        symptom: "停机".into(),
    };
    WorkOrder::opened_on_site(WorkOrderId(Uuid::from_u128(2)), &opened, &by, at(0))
}

fn called(minute: i64, outcome: ContactOutcome) -> Contact {
    Contact { at: at(minute), outcome, agreed: None, note: String::new() }
}

fn span(kind: SpanKind, from: i64) -> Span {
    let id = ChangeId(Uuid::from_u128(9));
    Span { id, kind, from: at(from), to: None, offset: 480, pause: None, corrected: None }
}

#[test]
fn x13_a23_e6_a_call_is_asked_for_in_its_time_until_it_is_made() {
    use Call::*;
    let mut order = order();
    let mut sheet = Sheet { stage: Stage::Accepted, ..Sheet::empty(order.id) };
    assert_eq!(order.calls_due(&sheet), [], "no kind of job asks for one");
    order.rules.calls = vec![BeforeLeaving, BeforeArriving];
    assert_eq!(order.calls_due(&sheet), [BeforeLeaving]);
    // Nobody answered: it is still to be made; a message will do (A23).
    sheet.contacts.push(called(5, ContactOutcome::NoAnswer));
    assert_eq!(order.calls_due(&sheet), [BeforeLeaving]);
    sheet.contacts.push(called(6, ContactOutcome::MessageSent));
    assert_eq!(order.calls_due(&sheet), []);
    // What was said before leaving is not what is said ten minutes ahead.
    sheet.stage = Stage::Departed;
    sheet.spans.push(span(SpanKind::Travel, 10));
    assert_eq!(order.calls_due(&sheet), [BeforeArriving]);
    let mut reached = sheet.clone();
    reached.contacts.push(called(25, ContactOutcome::Reached));
    assert_eq!(order.calls_due(&reached), []);
    // Who is there needs no call, nor does who has not accepted.
    for stage in [Stage::Offered, Stage::Declined, Stage::OnSite, Stage::Working, Stage::CouldNotFinish] {
        sheet.stage = stage;
        assert_eq!(order.calls_due(&sheet), [], "{stage:?}");
    }
    // Left without: it cannot be made any more.
    let gone =
        Sheet { stage: Stage::Departed, spans: vec![span(SpanKind::Travel, 10)], ..Sheet::empty(order.id) };
    order.rules.calls = vec![BeforeLeaving];
    assert_eq!(order.calls_due(&gone), []);
}

#[test]
fn x20_b11_the_per_cent_of_the_standard_says_when_the_customer_is_told() {
    let mut order = order();
    let mut sheet = Sheet { stage: Stage::Working, ..Sheet::empty(order.id) };
    order.estimate = 90;
    assert_eq!(order.tell_after(&sheet), Some(45));
    order.rules.progress_percent = 70;
    assert_eq!(order.tell_after(&sheet), Some(63));
    // Work began in minute 10: it is due in minute 73. What was said before that is something else.
    sheet.spans.push(span(SpanKind::Work, 10));
    sheet.contacts = vec![called(72, ContactOutcome::Reached), called(80, ContactOutcome::NoAnswer)];
    assert_eq!(order.tell_after(&sheet), Some(63));
    sheet.contacts.push(called(73, ContactOutcome::MessageSent));
    assert_eq!(order.tell_after(&sheet), None);
    // An hour of it was a pause: the moment is later, and they have not heard since.
    sheet.spans[0].to = Some(at(20));
    sheet.spans.push(span(SpanKind::Work, 80));
    assert_eq!(order.tell_after(&sheet), Some(63));
    (order.estimate, order.rules.progress_percent) = (u32::MAX, u32::MAX);
    assert_eq!(order.tell_after(&sheet), Some(u32::MAX));
}

#[test]
fn what_was_made_before_there_were_such_rules_reads_and_writes_as_it_did() {
    let order = order();
    let written = serde_json::to_value(&order).unwrap();
    assert!(written.get("rules").is_none() && written.get("asked_at").is_none(), "old phones read the same");
    assert_eq!(serde_json::from_value::<WorkOrder>(written).unwrap(), order);
}
