//! What the sources ask of a visit, by their numbers: Wang Lei does it without signal, and in the evening the office has it.

use crate::field::{Field, alone};
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::asked::{Condition, hidden};
use jobsheet_model::change::*;
use jobsheet_model::step::{Answer, KnownAnswer, KnownStepKind, StepKind, Verdict};
use jobsheet_model::{Digest, Language, LineId, Sheet, Stage, StepKey};
use jobsheet_model::{
    closing::{Back, lacks},
    standard::shipped_one,
};
use std::time::Duration;

/// Comes up to where there is a signal. The office has what the phone has, and that is the answer.
async fn comes_up(field: &Field) -> Sheet {
    field.fails_to_send().await;
    field.sends().await;
    field.all_is_there();
    field.office().sheet(field.id).expect("a store").expect("a sheet")
}

/// The hour that he agrees on the phone.
fn at_ten(field: &Field) -> DateTime<Utc> {
    field.phone.job(field.id).expect("a job").order.from + TimeDelta::minutes(20)
}

pub fn acceptance(field: &Field, rating: Rating, remark: &str) -> KnownWhat {
    let review = field.phone.review(field.id, Language::Zh).expect("a review");
    KnownWhat::SignedOff {
        act: SignOffAct {
            digest: review.digest,
            language: Language::Zh,
            ink: None,
            signatory: "何护士长".into(),
            capacity: "供应室护士长".into(),
            saw_it_work: true,
            rating,
            rating_reasons: Vec::new(),
            remark: remark.into(),
        },
        ink: vec![vec![[100, 200, 0, 500], [400, 120, 80, 600], [800, 260, 160, 500]]],
        phone: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a5_a18_b2_d2_d6_what_was_asked_for_and_what_the_machine_has_been_through_is_read_without_signal() {
    let field = alone().await;
    field.fails_to_send().await;
    let order = field.phone.job(field.id).expect("a job").order;
    assert_eq!(field.office().work_order(field.id).expect("a store").as_ref(), Some(&order));
    // Whom to ask for, how to reach them, and where to ring.
    let (customer, site, request) = (&order.customer, &order.site, &order.request);
    for text in [&customer.name, &customer.contact, &customer.phone, &customer.second_phone, &site.address] {
        assert!(!text.is_empty());
    }
    // What is wrong, since when, and what they tried themselves.
    assert!(!request.symptom.is_empty() && !request.tried.is_empty());
    assert!(request.occurred_at.is_some_and(|at| at < request.received_at));
    assert!(!request.problem_type.zh.is_empty() && order.estimate > 0);
    // The machine, its warranty, and who was there before.
    let machine = order.equipment.as_ref().expect("a machine");
    assert!(!machine.model.is_empty() && !machine.serial.is_empty());
    assert!(machine.purchased < machine.warranty_until);
    assert!(order.history.iter().all(|visit| !visit.summary.is_empty() && !visit.technician.is_empty()));
    assert!(!order.history.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a14_a20_a21_tools_and_two_of_each_spare_are_ticked_off_before_leaving() {
    let field = alone().await;
    let order = field.phone.job(field.id).expect("a job").order;
    assert!(!order.tools.is_empty() && !order.bring.is_empty());
    assert!(order.bring.iter().all(|part| part.quantity >= 2));
    let tools: Vec<_> = order.tools.iter().map(|tool| tool.key.clone()).collect();
    let parts: Vec<_> = order.bring.iter().map(|part| part.number.clone()).collect();
    let note = "压力表借给陈晨了，用客户的".to_owned();
    field.records(KnownWhat::KitChecked { tools: tools[1..].to_vec(), parts: parts.clone(), note });
    let kit = comes_up(&field).await.kit.expect("a check");
    assert_eq!((kit.tools, kit.parts), (tools[1..].to_vec(), parts));
    assert!(kit.note.contains("压力表"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a21_a_serial_that_is_not_the_one_put_aside_for_the_job_is_seen_and_hinders_nobody() {
    let field = alone().await;
    let today = field.phone.today().expect("a day").jobs;
    let orders = today.iter().map(|job| field.phone.job(job.id).expect("a job").order);
    let (id, spare) = orders
        .filter_map(|order| Some((order.id, order.bring.iter().find(|one| one.serials.len() == 2)?.clone())))
        .next()
        .expect("a spare with serials");
    let line = LineId(uuid::Uuid::from_u128(21));
    let fits = |serial: Option<&str>| {
        let fitted = KnownWhat::PartFitted {
            line,
            part: PartBrief { number: spare.number.clone(), name: spare.name.clone(), price: None },
            quantity: 1,
            serial_in: serial.map(str::to_owned),
            serial_out: None,
            from: PartSource::Office,
            old_part: OldPart::None,
            on_van: None,
        };
        field.phone.record(id, fitted.into()).expect("a record").other_serials
    };
    assert_eq!(fits(Some("ZZ99999")), [line]);
    assert_eq!(field.phone.job(id).expect("a job").other_serials, [line], "as long as it stands");
    // Written as people write it.
    let (head, tail) = spare.serials[1].split_at(2);
    assert_eq!(fits(Some(&format!("{} {tail}", head.to_lowercase()))), []);
    assert_eq!(fits(None), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a23_e6_each_call_to_the_customer_is_kept_with_what_came_of_it_and_the_time_agreed() {
    let field = alone().await;
    let called = |outcome, agreed| KnownWhat::CustomerContacted { outcome, agreed, note: String::new() };
    let ten = at_ten(&field);
    field.records(called(ContactOutcome::Reached, Some(ten)));
    field.records(KnownWhat::Departed {});
    // Ten minutes ahead nobody answers, so he sends a message.
    field.records(called(ContactOutcome::NoAnswer, None));
    field.records(called(ContactOutcome::MessageSent, None));
    let contacts = comes_up(&field).await.contacts;
    let outcomes: Vec<_> = contacts.iter().map(|one| one.outcome).collect();
    use ContactOutcome::*;
    assert_eq!(outcomes, [Reached, NoAnswer, MessageSent]);
    assert_eq!(contacts[0].agreed, Some(ten));
}

#[tokio::test(flavor = "multi_thread")]
async fn b11_past_half_of_the_estimate_he_is_asked_to_tell_the_customer_until_he_has() {
    let field = alone().await;
    let to_tell = || field.phone.job(field.id).expect("a job").tell_after;
    let order = field.phone.job(field.id).expect("a job").order;
    let half = i64::from(order.estimate) / 2;
    let told = || KnownWhat::CustomerContacted {
        outcome: ContactOutcome::Reached,
        agreed: None,
        note: "已告知进展".into(),
    };
    let note = "no position in the basement".to_owned();
    field.records(KnownWhat::Arrived { position: None, distance_m: None, on_site: None, note });
    field.records(KnownWhat::WorkStarted {});
    // A word at the door says nothing of how it goes.
    field.records(told());
    field.clock.pass(Duration::from_secs(60 * half.unsigned_abs() + 60));
    assert_eq!(to_tell().map(i64::from), Some(half));
    field.records(told());
    assert_eq!(to_tell(), None);
    let sheet = comes_up(&field).await;
    assert_eq!(sheet.contacts.len(), 2);
    assert_eq!(order.tell_after(&sheet), None, "the office sees that they know");
}

#[tokio::test(flavor = "multi_thread")]
async fn a16_a17_who_is_held_up_says_why_and_until_when_and_sees_the_ceiling() {
    let field = alone().await;
    let order = field.phone.job(field.id).expect("a job").order;
    assert!(order.ceiling > order.respond_by, "one and a half times the promise");
    let new_eta = order.respond_by + TimeDelta::minutes(30);
    field.records(KnownWhat::DelayReported {
        reason: DelayReason::Traffic,
        new_eta,
        note: "二环堵车".into(),
    });
    let delay = comes_up(&field).await.delay.expect("a delay");
    assert_eq!(
        (delay.reason, delay.new_eta, delay.note.as_str()),
        (DelayReason::Traffic, new_eta, "二环堵车")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a24_a25_d9_he_introduces_himself_looks_at_the_plate_and_confirms_the_fault_with_the_customer() {
    let field = alone().await;
    let order = field.phone.job(field.id).expect("a job").order;
    assert!(order.introduction.zh.contains("工牌") && order.introduction.en.contains("badge"));
    let note = "no position in the basement".to_owned();
    field.records(KnownWhat::Arrived { position: None, distance_m: None, on_site: None, note });
    let serial = order.equipment.as_ref().expect("a machine").serial.clone();
    for step in &order.template.steps {
        let answer = match &step.kind {
            StepKind::Known(KnownStepKind::Script { .. }) => KnownAnswer::Script { said: true },
            StepKind::Known(KnownStepKind::Serial { .. }) => {
                KnownAnswer::Serial { code: format!("{serial}-OTHER"), scanned: false }
            }
            _ => continue,
        };
        field.records(KnownWhat::StepAnswered {
            step: step.key.clone(),
            answer: Answer::Known(answer),
            verdict: None,
            note: String::new(),
        });
    }
    field.records(KnownWhat::FaultConfirmed {
        as_reported: false,
        fault: "门封老化，保压时漏汽".into(),
        with: "何护士长".into(),
    });
    let sheet = comes_up(&field).await;
    assert!(sheet.arrival.is_some());
    let verdicts: Vec<_> = sheet.answers.values().map(|one| one.verdict).collect();
    assert!(verdicts.contains(&Verdict::Pass), "the introduction was said");
    assert!(verdicts.contains(&Verdict::Fail), "another machine than the one on the order is told of");
    let fault = sheet.fault.expect("a fault");
    assert_eq!((fault.as_reported, fault.with.as_str()), (false, "何护士长"));
    // What was found stands beside what was reported, and does not replace it.
    let order = field.office().work_order(field.id).expect("a store").expect("an order");
    assert!(order.request.symptom != fault.fault && !order.request.symptom.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn b12_b13_d11_d14_e8_e9_what_was_done_tested_fitted_and_said_of_it_is_on_the_sheet_that_is_signed() {
    let field = alone().await;
    field.records(KnownWhat::WorkStarted {});
    field.records(KnownWhat::Diagnosed {
        fault_code: None,
        cause: "门封老化".into(),
        remedy: "更换门封，泄漏试验合格".into(),
    });
    let part = field.phone.search_parts("", true, 0, 1).expect("parts").items[0].part.clone();
    field.records(KnownWhat::PartFitted {
        line: jobsheet_model::LineId(uuid::Uuid::from_u128(1)),
        part: PartBrief { number: part.number, name: part.name, price: part.price },
        quantity: 1,
        serial_in: None,
        serial_out: None,
        from: PartSource::Van,
        old_part: OldPart::Returned,
        on_van: None,
    });
    field.records(KnownWhat::FunctionTested { passed: true, note: "B-D 试验合格".into() });
    field.note("纸卷快用完了");
    field.records(KnownWhat::WorkFinished {});
    field.records(acceptance(&field, Rating::Satisfied, "来得很快"));
    let sheet = comes_up(&field).await;
    assert_eq!((sheet.stage, sheet.parts.len()), (Stage::SignedOff, 1));
    assert!(sheet.diagnosis.is_some() && sheet.function_test.is_some_and(|test| test.passed));
    assert_eq!(sheet.notes[0].text, "纸卷快用完了");
    let signed = sheet.sign_off.expect("signed");
    let act = &signed.act;
    assert_eq!((act.signatory.as_str(), act.capacity.as_str()), ("何护士长", "供应室护士长"));
    assert_eq!((act.rating, act.remark.as_str()), (Rating::Satisfied, "来得很快"));
    assert!(act.saw_it_work && act.ink.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn e1_what_comes_next_for_this_customer_may_still_be_suggested_when_all_is_signed() {
    let field = alone().await;
    field.records(KnownWhat::WorkFinished {});
    field.records(acceptance(&field, Rating::VerySatisfied, ""));
    field.records(KnownWhat::FollowUpSuggested {
        kind: FollowUpKind::Contract,
        text: "保修已过，建议签维保合同".into(),
    });
    let sheet = comes_up(&field).await;
    assert_eq!(sheet.follow_ups[0].kind, FollowUpKind::Contract);
    assert!(sheet.is_locked(), "and what was signed stays signed");
}

#[tokio::test(flavor = "multi_thread")]
async fn d13_e11_a_customer_who_does_not_sign_says_why_and_a_paper_that_was_signed_is_photographed() {
    let field = alone().await;
    field.records(KnownWhat::WorkFinished {});
    let paper = std::fs::read(jobsheet_tests::photo("part")).expect("a picture");
    field.phone.add_photo(field.id, PhotoSubject::Document, None, &paper).expect("kept");
    field.records(KnownWhat::SignOffRefused {
        reason: RefusalReason::NotSatisfied,
        note: "只在纸质单上签字".into(),
    });
    let sheet = comes_up(&field).await;
    assert_eq!(sheet.stage, Stage::SignOffRefused);
    assert_eq!(sheet.sign_off_refused.expect("a reason").reason, RefusalReason::NotSatisfied);
    assert_eq!(sheet.photos[0].subject, PhotoSubject::Document);
    assert!(field.office().photo(&sheet.photos[0].digest).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn e11_what_the_customer_signed_on_paper_is_accepted_once_the_office_has_its_picture() {
    let field = alone().await;
    field.records(KnownWhat::WorkStarted {});
    field.records(KnownWhat::WorkFinished {});
    let paper = std::fs::read(jobsheet_tests::photo("part")).expect("a picture");
    let job = field.phone.add_photo(field.id, PhotoSubject::Document, None, &paper).expect("kept");
    let page = job.sheet.photos[0].digest.clone();
    field.records(KnownWhat::SignedOnPaper {
        signatory: "何主管".into(),
        capacity: "设备主管".into(),
        pages: vec![page.clone()],
    });
    let sheet = comes_up(&field).await;
    assert_eq!(sheet.stage, Stage::SignedOnPaper);
    assert_eq!(sheet.on_paper.expect("a paper").pages, std::slice::from_ref(&page));
    assert!(field.office().photo(&page).is_some());
    let (order, sheet) = (&job.order, &field.phone.job(field.id).expect("the job").sheet);
    let back = Back { order, sheet, photos_missing: false, undecided: 0, settled: false };
    let under = shipped_one(&order.under.as_ref().expect("a standard").standard).expect("it ships");
    assert_eq!(lacks(&under.closing, &back), [], "nobody has to decide anything");

    // What is added after that was not signed: the paper stands among what no longer counts, at both ends.
    field.records(KnownWhat::NoteWritten { text: "再换一个阀".into() });
    let sheet = comes_up(&field).await;
    assert_eq!((sheet.stage, &sheet.on_paper), (Stage::WorkDone, &None));
    let [voided] = sheet.voided.as_slice() else { panic!("{:?}", sheet.voided) };
    assert_eq!((&voided.paper.pages[..], voided.by.as_str()), (std::slice::from_ref(&page), "note_written"));
    let back = Back { order, sheet: &sheet, photos_missing: false, undecided: 0, settled: false };
    assert!(!lacks(&under.closing, &back).is_empty(), "it is not accepted any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn e13_a_visit_that_cannot_be_finished_says_why_what_is_needed_and_what_comes_next() {
    let field = alone().await;
    let part = field.phone.search_parts("", false, 0, 1).expect("parts").items[0].part.clone();
    field.records(KnownWhat::WorkStarted {});
    field.records(KnownWhat::CouldNotFinish {
        reason: UnfinishedReason::PartsMissing,
        parts: vec![PartWanted { number: part.number.clone(), name: part.name, quantity: 2 }],
        next: "到货后再来".into(),
        note: String::new(),
    });
    let sheet = comes_up(&field).await;
    assert_eq!(sheet.stage, Stage::CouldNotFinish);
    let unfinished = sheet.unfinished.expect("a reason");
    assert_eq!(
        (unfinished.parts[0].number.as_str(), unfinished.parts[0].quantity),
        (part.number.as_str(), 2)
    );
    assert_eq!(unfinished.next, "到货后再来");
    assert!(sheet.spans.iter().all(|span| span.to.is_some()), "no clock runs on");
}

fn says(step: &StepKey, answer: KnownAnswer) -> KnownWhat {
    let (step, answer) = (step.clone(), Answer::Known(answer));
    KnownWhat::StepAnswered { step, answer, verdict: None, note: String::new() }
}

/// What is signed leaves out what is no longer asked, and says what was given; the office comes to the same document.
#[tokio::test(flavor = "multi_thread")]
async fn d10_e18_p12_questions_that_went_goodwill_and_a_part_beyond_stock_are_signed_and_judged_alike() {
    let mut field = alone().await;
    // A job whose checklist asks on after an answer to choose.
    let found = field.phone.today().expect("today").jobs.into_iter().find_map(|card| {
        let template = field.phone.job(card.id).expect("a job").order.template;
        let hangs = template.steps.iter().find(|step| !step.when.is_empty())?;
        let [Condition::Known(condition)] = &hangs.when[..] else { return None };
        let before = template.step(condition.step())?;
        let answers = match &before.kind {
            StepKind::Known(KnownStepKind::Check {}) => {
                [Verdict::Fail, Verdict::Pass].map(|result| KnownAnswer::Check { result })
            }
            StepKind::Known(KnownStepKind::Choice { options }) => [options.last()?, options.first()?]
                .map(|one| KnownAnswer::Choice { value: one.value.clone() }),
            _ => return None,
        };
        Some((card.id, before.key.clone(), hangs.key.clone(), answers))
    });
    let (id, before, hangs, [asks_on, does_not]) = found.expect("such a checklist");
    field.id = id;
    field.records(KnownWhat::WorkStarted {});
    field.records(says(&before, asks_on));
    assert!(
        !hidden(
            &field.phone.job(id).expect("a job").order.template,
            &field.phone.job(id).expect("a job").sheet
        )
        .contains(&hangs)
    );
    field.records(says(&hangs, KnownAnswer::Skipped {}));
    field.records(says(&before, does_not));
    let part = field.phone.search_parts("", false, 300, 50).expect("parts").items;
    let part = part.into_iter().find(|one| one.on_van == 0).expect("one that the van has none of").part;
    let line = LineId(uuid::Uuid::from_u128(1));
    field.records(KnownWhat::PartFitted {
        line,
        part: PartBrief { number: part.number.clone(), name: part.name.clone(), price: part.price },
        quantity: 1,
        serial_in: None,
        serial_out: None,
        from: PartSource::Van,
        old_part: OldPart::None,
        on_van: None,
    });
    field.records(KnownWhat::GoodwillGiven {
        charge: ChargeRef::Part { line },
        reason: "上次未修好".into(),
        agreed_by: "主管李娜".into(),
    });
    let request = LineId(uuid::Uuid::from_u128(2));
    let wanted = PartWanted { number: part.number, name: part.name, quantity: 2 };
    field.records(KnownWhat::PartRequested { request, part: wanted, note: String::new() });
    field.records(KnownWhat::WorkFinished {});
    let review = field.phone.review(id, Language::Zh).expect("a review");
    let order = field.phone.job(id).expect("a job").order;
    let title = |key: &StepKey| order.template.step(key).expect("a step").title.zh.clone();
    let titles: Vec<_> = review.document.steps.iter().map(|line| line.title.clone()).collect();
    assert_eq!(titles, [title(&before)]);
    field.records(acceptance(&field, Rating::Satisfied, ""));
    let sheet = comes_up(&field).await;
    assert_eq!((sheet.stage, sheet.answers.len(), sheet.requests.len()), (Stage::SignedOff, 2, 1));
    assert_eq!((sheet.parts[0].on_van, sheet.parts[0].beyond_van()), (Some(0), Some(0)));
    // The office folds the very document that was signed.
    let order = field.office().work_order(id).expect("a store").expect("an order");
    let folded: Digest = jobsheet_model::document::document(&order, &sheet, Language::Zh).digest();
    assert_eq!(sheet.sign_off.expect("signed").act.digest, folded);
}
