use super::*;
use crate::{
    Digest, Language, TechnicianId, WorkOrderId,
    change::{OpenedSheet, PhotoSubject, RefusalReason, SignOffAct, UnfinishedReason},
    place::Position,
    sheet::{OnPaper, SheetPhoto, SignOff, SignOffRefused, Unfinished},
    standard::shipped_one,
    work_order::{Cancelled, Technician, Visit},
};
use uuid::Uuid;

fn order() -> WorkOrder {
    let opened = OpenedSheet {
        customer: "东郊冷库".into(),
        contact: String::new(),
        phone: String::new(),
        address: String::new(),
        equipment: String::new(),
        serial: String::new(),
        symptom: "停机".into(),
    };
    let by = Technician {
        id: TechnicianId(Uuid::from_u128(1)),
        login: "wang.lei".into(),
        name: "王磊".into(),
        phone: String::new(),
        base: Position::new(30.0, 104.0),
    };
    WorkOrder::opened_on_site(WorkOrderId(Uuid::from_u128(2)), &opened, &by, Default::default())
}

fn at(stage: Stage) -> Sheet {
    Sheet { stage, ..Sheet::empty(WorkOrderId(Uuid::from_u128(2))) }
}

fn signed(rating: Rating) -> Sheet {
    let act = SignOffAct {
        digest: Digest::of(b"shown"),
        language: Language::Zh,
        ink: None,
        signatory: "何主管".into(),
        capacity: String::new(),
        saw_it_work: true,
        rating,
        rating_reasons: Vec::new(),
        remark: String::new(),
    };
    let sign_off = Some(SignOff { at: Default::default(), act, ink: Vec::new(), phone: None });
    Sheet { sign_off, ..at(Stage::SignedOff) }
}

fn refused() -> Sheet {
    let refused =
        SignOffRefused { at: Default::default(), reason: RefusalReason::Price, note: String::new() };
    Sheet { sign_off_refused: Some(refused), ..at(Stage::SignOffRefused) }
}

fn on_paper() -> Sheet {
    let pages = vec![Digest::of(b"photo")];
    let paper =
        OnPaper { at: Default::default(), signatory: "何主管".into(), capacity: String::new(), pages };
    with_photo(Sheet { on_paper: Some(paper), ..at(Stage::SignedOnPaper) }, PhotoSubject::Document)
}

fn unfinished() -> Sheet {
    let unfinished = Unfinished {
        at: Default::default(),
        reason: UnfinishedReason::PartsMissing,
        parts: Vec::new(),
        next: String::new(),
        note: String::new(),
    };
    Sheet { unfinished: Some(unfinished), ..at(Stage::CouldNotFinish) }
}

fn with_photo(mut sheet: Sheet, subject: PhotoSubject) -> Sheet {
    sheet.photos.push(SheetPhoto {
        at: Default::default(),
        digest: Digest::of(b"photo"),
        subject,
        step: None,
        bytes: 5,
        drawn_on: None,
    });
    sheet
}

fn goes_on(order: WorkOrder) -> WorkOrder {
    let visit = Visit { work_order: WorkOrderId(Uuid::from_u128(3)), number: "JS-2611-0001-2".into() };
    WorkOrder { followed_by: Some(visit), ..order }
}

fn cancelled(order: WorkOrder) -> WorkOrder {
    WorkOrder {
        cancelled: Some(Cancelled { at: Default::default(), reason: "已自行修好".into() }), ..order
    }
}

/// What is lacking when all photos are there and nothing waits for a decision.
fn lacking(rule: &CloseRule, order: &WorkOrder, sheet: &Sheet) -> Vec<Lack> {
    lacks(rule, &Back { order, sheet, photos_missing: false, undecided: 0, settled: false })
}

#[test]
fn x15_e10_e11_d13_e13_each_standard_closes_what_its_rule_says() {
    let [a, b] = ["A", "B"].map(|key| shipped_one(key).unwrap().closing);
    let plain = CloseRule::default();
    let (acceptance, nothing) = (vec![Lack::Acceptance], Vec::new());
    for (what, order, sheet, by_a, by_b, by_default) in [
        ("signed", order(), signed(Rating::Average), &nothing, &nothing, &nothing),
        ("on the way", order(), at(Stage::Departed), &acceptance, &acceptance, &acceptance),
        ("not signed, no photo", order(), refused(), &acceptance, &acceptance, &acceptance),
        (
            "not signed, with a photo",
            order(),
            with_photo(refused(), PhotoSubject::After),
            &nothing,
            &acceptance,
            &nothing,
        ),
        ("signed on paper, which is photographed", order(), on_paper(), &nothing, &acceptance, &nothing),
        (
            "a photo of some paper",
            order(),
            with_photo(at(Stage::WorkDone), PhotoSubject::Document),
            &acceptance,
            &acceptance,
            &acceptance,
        ),
        (
            "another photo",
            order(),
            with_photo(at(Stage::WorkDone), PhotoSubject::After),
            &acceptance,
            &acceptance,
            &acceptance,
        ),
        ("could not finish", order(), unfinished(), &acceptance, &acceptance, &acceptance),
        ("another visit goes on", goes_on(order()), unfinished(), &nothing, &nothing, &nothing),
        ("called off", cancelled(order()), at(Stage::Accepted), &nothing, &nothing, &nothing),
    ] {
        assert_eq!(&lacking(&a, &order, &sheet), by_a, "A: {what}");
        assert_eq!(&lacking(&b, &order, &sheet), by_b, "B: {what}");
        assert_eq!(&lacking(&plain, &order, &sheet), by_default, "no standard: {what}");
    }
}

#[test]
fn x14_a_kind_of_job_allows_what_it_allows_whatever_the_close_rule_says() {
    use Acceptance::*;
    let plain = CloseRule::default();
    let by = |forms: &[Acceptance], sheet: &Sheet| {
        let mut order = order();
        order.rules.accepted = forms.to_vec();
        lacking(&plain, &order, sheet)
    };
    assert_eq!(by(&[Signed], &on_paper()), [Lack::Acceptance]);
    assert_eq!(by(&[Signed], &signed(Rating::Satisfied)), []);
    // More than the rule allows, too.
    let strict = CloseRule { accepted: vec![Signed], ..CloseRule::default() };
    let mut order = order();
    assert_eq!(lacking(&strict, &order, &on_paper()), [Lack::Acceptance], "nothing is said of the job");
    order.rules.accepted = vec![Paper];
    assert_eq!(lacking(&strict, &order, &on_paper()), []);
}

#[test]
fn b15_under_b_a_customer_who_is_not_content_keeps_it_open_until_that_is_settled() {
    let [a, b] = ["A", "B"].map(|key| shipped_one(key).unwrap().closing);
    let (order, sheet) = (order(), signed(Rating::NotSatisfied));
    assert_eq!(lacking(&a, &order, &sheet), []);
    assert_eq!(lacking(&b, &order, &sheet), [Lack::Satisfaction]);
    let settled = Back { order: &order, sheet: &sheet, photos_missing: false, undecided: 0, settled: true };
    assert_eq!(lacks(&b, &settled), []);
    assert_eq!(lacking(&b, &goes_on(order), &sheet), [], "the next visit answers for it");
}

#[test]
fn d16_nothing_is_closed_while_a_photo_is_on_its_way_or_a_decision_waits() {
    let (order, sheet) = (order(), signed(Rating::Satisfied));
    for (photos_missing, undecided, expected) in [
        (true, 0, vec![Lack::Photos]),
        (false, 2, vec![Lack::Decisions]),
        (true, 1, vec![Lack::Photos, Lack::Decisions]),
    ] {
        let back = Back { order: &order, sheet: &sheet, photos_missing, undecided, settled: false };
        assert_eq!(lacks(&CloseRule::default(), &back), expected);
        let loose = CloseRule { photos: false, decided: false, ..CloseRule::default() };
        assert_eq!(lacks(&loose, &back), [], "where the rule does not ask");
    }
    let call_back = CloseRule { call_back: true, ..CloseRule::default() };
    assert_eq!(lacking(&call_back, &order, &sheet), [Lack::CallBack]);
}

#[test]
fn a_person_may_close_only_what_nobody_is_at_any_more() {
    for (sheet, over) in [
        (at(Stage::Offered), false),
        (at(Stage::Declined), false),
        (at(Stage::Working), false),
        (at(Stage::WorkDone), true),
        (unfinished(), true),
        (refused(), true),
        (signed(Rating::Average), true),
    ] {
        assert_eq!(is_over(&order(), &sheet), over, "{:?}", sheet.stage);
    }
    assert!(is_over(&cancelled(order()), &at(Stage::Working)));
}
