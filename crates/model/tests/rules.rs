//! The rules of a sheet, as a person would tell them: before, change, after.

mod cast;

use cast::{at, change, order, seconds, signed};
use jobsheet_model::asked::{Asked, Flaw, asked, hidden};
use jobsheet_model::change::*;
use jobsheet_model::charges::{ChargeKind, Consent, Cover, charges, consent, estimate};
use jobsheet_model::document::document;
use jobsheet_model::prepare::prepare;
use jobsheet_model::sheet::{MAX_TEXT, voids_the_paper};
use jobsheet_model::step::{Answer, KnownAnswer, Template, Verdict};
use jobsheet_model::times::{SpanKind, minutes_of};
use jobsheet_model::work_order::Earlier;
use jobsheet_model::{Digest, Language, LineId, Money, Refusal, Sheet, Stage, StepKey, Text, What, apply};
use serde_json::json;
use uuid::Uuid;

fn what(value: serde_json::Value) -> What {
    serde_json::from_value(value).expect("a change")
}

fn part(quantity: u32) -> KnownWhat {
    KnownWhat::PartFitted {
        line: LineId(Uuid::from_u128(7)),
        part: PartBrief {
            number: "FS-6205".into(),
            name: Text::new("Flow sensor", "流量传感器"),
            price: Some(Money::new(32_000, "CNY")),
        },
        quantity,
        serial_in: None,
        serial_out: None,
        from: PartSource::Van,
        old_part: OldPart::Returned,
        on_van: None,
    }
}

fn after(changes: impl IntoIterator<Item = KnownWhat>) -> Sheet {
    let order = order();
    let mut sheet = Sheet::empty(order.id);
    for (minute, known) in changes.into_iter().enumerate() {
        apply(&mut sheet, &change(minute as u64 + 1, known.into())).expect("fits");
    }
    sheet
}

#[test]
fn the_sheet_walks_from_offer_to_signature() {
    use KnownWhat::*;
    let note = String::new;
    let rows = [
        (OfferAccepted {}, Stage::Accepted),
        (Departed {}, Stage::Departed),
        (Arrived { position: None, distance_m: None, on_site: None, note: note() }, Stage::OnSite),
        (WorkStarted {}, Stage::Working),
        (WorkPaused { reason: PauseReason::Break, note: note() }, Stage::Paused),
        (WorkResumed {}, Stage::Working),
        (WorkFinished {}, Stage::WorkDone),
        (signed(&Digest::of(b"x")), Stage::SignedOff),
        (Amended { reason: "wrong serial".into() }, Stage::WorkDone),
        (SignOffRefused { reason: RefusalReason::Price, note: note() }, Stage::SignOffRefused),
        (
            CouldNotFinish {
                reason: UnfinishedReason::PartsMissing,
                parts: vec![],
                next: note(),
                note: note(),
            },
            Stage::CouldNotFinish,
        ),
    ];
    let mut sheet = Sheet::empty(order().id);
    for (n, (known, stage)) in rows.into_iter().enumerate() {
        apply(&mut sheet, &change(n as u64 + 1, known.clone().into())).expect("fits");
        assert_eq!(sheet.stage, stage, "{known:?}");
    }
}

#[test]
fn what_breaks_a_rule_is_refused_and_leaves_the_sheet_as_it_was() {
    let sheet = after([KnownWhat::Departed {}]);
    let digest = Digest::of(b"x");
    let scribble = |ink| {
        What::from(match signed(&digest) {
            KnownWhat::SignedOff { act, .. } => KnownWhat::SignedOff { act, ink, phone: None },
            other => other,
        })
    };
    #[rustfmt::skip]
    let rows = [
        (part(0).into(), Refusal::Quantity),
        (part(10_000).into(), Refusal::Quantity),
        (what(json!({"what":"more_time_asked","minutes":0})), Refusal::Quantity),
        (what(json!({"what":"part_line_removed","line":Uuid::from_u128(9)})), Refusal::NoSuchLine),
        (what(json!({"what":"photo_removed","digest":digest})), Refusal::NoSuchPhoto),
        (what(json!({"what":"note_written","text":"  \n "})), Refusal::Empty),
        (what(json!({"what":"note_written","text":"长".repeat(MAX_TEXT + 1)})), Refusal::TooLong),
        (what(json!({"what":"amended","reason":"why"})), Refusal::NotSigned),
        (what(json!({"what":"time_corrected","span":Uuid::from_u128(5),"from":"2026-11-22T02:00:00Z","to":"2026-11-22T03:00:00Z","reason":"x"})), Refusal::NoSuchSpan),
        (what(json!({"what":"time_corrected","span":sheet.spans[0].id,"from":"2026-11-22T03:00:00Z","to":"2026-11-22T02:00:00Z","reason":"x"})), Refusal::EndsBeforeItBegins),
        (scribble(vec![]), Refusal::NoInk),
        (scribble(vec![vec![[500, 200, 0, 500]]]), Refusal::NoInk),
        (scribble(vec![vec![[0, 0, 0, 1], [3, 3, 9, 1]]]), Refusal::NoInk),
    ];
    for (what, refusal) in rows {
        let mut changed = sheet.clone();
        assert_eq!(apply(&mut changed, &change(2, what.clone())), Err(refusal), "{what:?}");
        assert_eq!(changed, sheet, "{what:?}");
    }
}

#[test]
fn p24_a_signed_sheet_refuses_every_change_to_what_was_signed() {
    let digest = Digest::of(b"x");
    let sheet = after([KnownWhat::WorkFinished {}, signed(&digest)]);
    for known in cast::one_of_each() {
        let mut changed = sheet.clone();
        let result = apply(&mut changed, &change(9, known.clone().into()));
        match known {
            KnownWhat::Amended { .. } => {
                assert_eq!(result, Ok(()));
                assert!(changed.sign_off.is_none(), "the new revision is unsigned");
                assert_eq!((changed.revision, changed.superseded.len()), (2, 1));
            }
            KnownWhat::FollowUpSuggested { .. }
            | KnownWhat::PartRequested { .. }
            | KnownWhat::WentDark { .. } => {
                assert_eq!(result, Ok(()));
                assert_eq!(changed.sign_off, sheet.sign_off);
            }
            // It may be withdrawn, where there is one.
            KnownWhat::PartRequestWithdrawn { .. } => assert_eq!(result, Err(Refusal::NoSuchLine)),
            _ => {
                assert_eq!(result, Err(Refusal::Locked), "{known:?}");
                assert_eq!(changed, sheet);
            }
        }
    }
}

#[test]
fn every_change_can_be_recorded_and_survives_json() {
    for known in cast::one_of_each() {
        let json = serde_json::to_value(&known).expect("json");
        assert_eq!(serde_json::from_value::<KnownWhat>(json).expect("back"), known);
        if matches!(
            known,
            KnownWhat::Amended { .. }
                | KnownWhat::PartLineRemoved { .. }
                | KnownWhat::PartRequestWithdrawn { .. }
                | KnownWhat::GoodwillWithdrawn { .. }
                | KnownWhat::PhotoRemoved { .. }
                | KnownWhat::TimeCorrected { .. }
                | KnownWhat::SignedOnPaper { .. }
        ) {
            continue; // these need something to work on; the rows above and below cover them
        }
        let sheet = after([known.clone()]);
        assert_eq!(sheet.changes, 1, "{known:?}");
        let text = serde_json::to_string(&sheet).expect("json");
        let back: Sheet = serde_json::from_str(&text).expect("back");
        assert_eq!(back, sheet);
        assert_eq!(serde_json::to_string(&back).expect("json"), text, "same sheet, same bytes");
    }
}

#[test]
fn the_same_line_again_replaces_and_the_same_photo_again_is_one() {
    let sheet = after([part(1), part(3)]);
    assert_eq!(sheet.parts.len(), 1);
    assert_eq!(sheet.parts[0].quantity, 3);
    let photo = || KnownWhat::PhotoTaken {
        digest: Digest::of(b"p"),
        subject: PhotoSubject::Before,
        step: None,
        bytes: 5,
        drawn_on: None,
    };
    assert_eq!(after([photo(), photo()]).photos.len(), 1);
}

#[test]
fn e11_a_signed_paper_counts_with_a_name_and_with_photos_that_show_it() {
    let photo = |of: &[u8], subject| KnownWhat::PhotoTaken {
        digest: Digest::of(of),
        subject,
        step: None,
        bytes: 5,
        drawn_on: None,
    };
    let on_paper = |signatory: &str, pages: &[&[u8]]| KnownWhat::SignedOnPaper {
        signatory: signatory.into(),
        capacity: "设备主管".into(),
        pages: pages.iter().map(|page| Digest::of(page)).collect(),
    };
    let order = order();
    let mut sheet = Sheet::empty(order.id);
    let mut n = 0;
    let mut say = |sheet: &mut Sheet, known: KnownWhat| {
        n += 1;
        apply(sheet, &change(n, known.into()))
    };
    say(&mut sheet, KnownWhat::WorkStarted {}).expect("fits");
    say(&mut sheet, photo(b"paper", PhotoSubject::Document)).expect("fits");
    say(&mut sheet, photo(b"boiler", PhotoSubject::After)).expect("fits");
    for (known, why) in [
        (on_paper("  ", &[b"paper"]), Refusal::Empty),
        (on_paper("何主管", &[]), Refusal::Empty),
        (on_paper("何主管", &[b"elsewhere"]), Refusal::NoSuchPhoto),
        (on_paper("何主管", &[b"paper", b"boiler"]), Refusal::NoSuchPhoto),
    ] {
        assert_eq!(say(&mut sheet, known.clone()), Err(why), "{known:?}");
    }
    let refused = KnownWhat::SignOffRefused { reason: RefusalReason::Other, note: String::new() };
    say(&mut sheet, refused.clone()).expect("fits");
    say(&mut sheet, on_paper(" 何主管 ", &[b"paper"])).expect("fits");
    assert_eq!((sheet.stage, sheet.sign_off_refused.is_none()), (Stage::SignedOnPaper, true));
    assert!(
        sheet.stage.is_over() && sheet.over_at().is_some() && sheet.spans.iter().all(|one| one.to.is_some())
    );
    assert_eq!(sheet.on_paper.as_ref().map(|one| one.signatory.as_str()), Some("何主管"));

    // What comes after a visit, and another page, leave it as it is.
    let page = photo(b"page", PhotoSubject::Document);
    let next = KnownWhat::FollowUpSuggested { kind: FollowUpKind::Contract, text: "ends in March".into() };
    for known in [page, next] {
        assert!(!voids_the_paper(&sheet, &known), "{known:?}");
        say(&mut sheet, known.clone()).expect("fits");
        assert_eq!(sheet.stage, Stage::SignedOnPaper, "{known:?}");
    }
    // What was signed and then changed no longer counts. It is kept with what voided it, and nobody voids it unasked.
    let note = KnownWhat::NoteWritten { text: "one more valve".into() };
    let gone = |of: &[u8]| KnownWhat::PhotoRemoved { digest: Digest::of(of) };
    for (known, stage, by) in [
        (note.clone(), Stage::WorkDone, "note_written"),
        (gone(b"boiler"), Stage::WorkDone, "photo_removed"),
        (gone(b"paper"), Stage::WorkDone, "photo_removed"),
        (KnownWhat::WorkStarted {}, Stage::Working, "work_started"),
    ] {
        let mut sheet = sheet.clone();
        let paper = sheet.on_paper.clone();
        assert!(voids_the_paper(&sheet, &known), "{known:?}");
        say(&mut sheet, known.clone()).expect("fits");
        assert_eq!((sheet.stage, sheet.on_paper.is_none()), (stage, true), "{known:?}");
        assert_eq!((sheet.over_at(), sheet.revision), (None, 1), "{known:?}");
        let [voided] = sheet.voided.as_slice() else { panic!("{:?}", sheet.voided) };
        assert_eq!((Some(&voided.paper), voided.by.as_str()), (paper.as_ref(), by));
        assert!(!voids_the_paper(&sheet, &note), "there is none that counts");
        say(&mut sheet, on_paper("何主管", &[b"page"])).expect("signed again");
        assert_eq!((sheet.stage, sheet.voided.len()), (Stage::SignedOnPaper, 1));
    }
    // What does not fit voids nothing.
    assert_eq!(say(&mut sheet, gone(b"elsewhere")), Err(Refusal::NoSuchPhoto));
    assert!(sheet.on_paper.is_some() && sheet.voided.is_empty());

    // What is signed or refused afterwards is what counts.
    for (later, stage) in [(signed(&Digest::of(b"x")), Stage::SignedOff), (refused, Stage::SignOffRefused)] {
        let mut sheet = sheet.clone();
        say(&mut sheet, photo(b"paper", PhotoSubject::Document)).expect("fits");
        say(&mut sheet, on_paper("何主管", &[b"paper"])).expect("fits");
        assert_eq!(sheet.voided.len(), 1, "the one that the second took the place of");
        say(&mut sheet, later).expect("fits");
        assert_eq!((sheet.stage, sheet.on_paper.is_none(), sheet.voided.len()), (stage, true, 2));
    }
}

#[test]
fn what_is_drawn_on_a_photo_is_a_photo_of_its_own_and_names_the_one_below() {
    let photo = |of: &[u8], drawn_on: Option<&[u8]>| KnownWhat::PhotoTaken {
        digest: Digest::of(of),
        subject: PhotoSubject::Before,
        step: None,
        bytes: 5,
        drawn_on: drawn_on.map(Digest::of),
    };
    let sheet = after([photo(b"plain", None), photo(b"marked", Some(b"plain"))]);
    let below: Vec<_> = sheet.photos.iter().map(|p| p.drawn_on.clone()).collect();
    assert_eq!(below, [None, Some(Digest::of(b"plain"))]);

    // An app that knows nothing of drawing writes none and reads none.
    let plain = serde_json::to_value(photo(b"plain", None)).expect("json");
    assert!(plain.get("drawn_on").is_none(), "{plain}");
    assert_eq!(serde_json::from_value::<KnownWhat>(plain).expect("read"), photo(b"plain", None));

    let mut sheet = after([photo(b"plain", None)]);
    for (of, below) in [(b"marked", b"gone!!"), (b"itself", b"itself")] {
        let refused = apply(&mut sheet, &change(2, photo(of, Some(below)).into()));
        assert_eq!(refused, Err(Refusal::NoSuchPhoto));
    }
    assert_eq!(sheet.photos.len(), 1);
}

#[test]
fn p25_a_change_from_the_future_is_kept_in_sight() {
    let mut sheet = Sheet::empty(order().id);
    let future = change(1, what(json!({"what":"robot_sent","legs":4})));
    apply(&mut sheet, &future).expect("kept");
    assert_eq!(sheet.unknown, [future.id]);
}

#[test]
fn travel_work_and_pause_come_from_the_taps() {
    use KnownWhat::*;
    let mut sheet = Sheet::empty(order().id);
    let taps: [(i64, KnownWhat); 8] = [
        (0, Departed {}),
        (18, Arrived { position: None, distance_m: None, on_site: None, note: String::new() }),
        (20, WorkStarted {}),
        (21, WorkStarted {}), // pressed twice
        (50, WorkPaused { reason: PauseReason::WaitingForParts, note: String::new() }),
        (80, WorkResumed {}),
        (121, WorkFinished {}),
        (130, FunctionTested { passed: true, note: String::new() }),
    ];
    for (n, (minute, known)) in taps.into_iter().enumerate() {
        let mut change = change(n as u64 + 1, known.into());
        change.at.utc = at(seconds(minute * 60));
        apply(&mut sheet, &change).expect("fits");
    }
    let now = at(seconds(9_000));
    let minutes = |kind| minutes_of(&sheet.spans, kind, now);
    assert_eq!((minutes(SpanKind::Travel), minutes(SpanKind::Work), minutes(SpanKind::Pause)), (18, 71, 30));
}

#[test]
fn p23_a_clock_set_back_makes_no_negative_time() {
    let mut sheet = Sheet::empty(order().id);
    for (n, minute, known) in [(1, 60, KnownWhat::WorkStarted {}), (2, 10, KnownWhat::WorkFinished {})] {
        let mut change = change(n, known.into());
        change.at.utc = at(seconds(minute * 60));
        apply(&mut sheet, &change).expect("fits");
    }
    assert_eq!(minutes_of(&sheet.spans, SpanKind::Work, at(seconds(99_999))), 0);
}

#[test]
fn e3_warranty_contract_or_neither_decides_who_pays() {
    let mut sheet = after([KnownWhat::WorkStarted {}]);
    sheet.spans[0].to = Some(sheet.spans[0].from + chrono::TimeDelta::minutes(62));
    apply(&mut sheet, &change(2, part(2).into())).expect("fits");

    let mut order = order();
    let amounts = |order: &_| {
        charges(order, &sheet, None)
            .lines
            .iter()
            .map(|l| (l.amount.as_ref().map(|m| m.minor), l.cover.clone()))
            .collect::<Vec<_>>()
    };
    // Neither: the warranty ended.
    let ended = order.equipment.as_ref().and_then(|e| e.warranty_until);
    order.contract = None;
    let pays = Cover::Customer { warranty_ended: ended };
    assert_eq!(
        amounts(&order),
        [(Some(8_000), pays.clone()), (Some(17_750), pays.clone()), (Some(64_000), pays.clone())]
    );
    let priced = charges(&order, &sheet, None);
    assert_eq!(priced.total.minor, 8_000 + 17_750 + 64_000);
    assert_eq!(priced.lines[1].what, ChargeKind::Labour { minutes: 62, charged: 75 });

    // A contract that covers labour and call-out, not parts.
    order.contract = cast::order().contract;
    let contract = Cover::Contract { number: "FW-2026-018".into() };
    assert_eq!(amounts(&order), [(Some(0), contract.clone()), (Some(0), contract), (Some(64_000), pays)]);

    // In warranty everything is free.
    let until = "2027-01-01".parse().expect("date");
    if let Some(equipment) = &mut order.equipment {
        equipment.warranty_until = Some(until);
    }
    let free = (Some(0), Cover::Warranty { until });
    assert_eq!(amounts(&order), [free.clone(), free.clone(), free]);
}

#[test]
fn e18_a_part_without_a_price_waits_for_the_office_and_the_customers_own_is_free() {
    let KnownWhat::PartFitted { line, part, quantity, serial_in, serial_out, old_part, .. } = part(1) else {
        unreachable!()
    };
    let unpriced = KnownWhat::PartFitted {
        line,
        quantity,
        serial_in,
        serial_out,
        old_part,
        part: PartBrief { price: None, ..part },
        from: PartSource::Van,
        on_van: None,
    };
    let sheet = after([unpriced]);
    let priced = charges(&order(), &sheet, None);
    assert!(priced.incomplete);
    assert_eq!(priced.lines[0].amount, None);
    let mut sheet = sheet;
    sheet.parts[0].from = PartSource::Customer;
    assert_eq!(charges(&order(), &sheet, None).lines[0].amount, Some(Money::new(0, "CNY")));
}

#[test]
fn out_of_hours_work_costs_more() {
    let mut order = order();
    order.contract = None;
    let mut sheet = after([KnownWhat::WorkStarted {}]);
    sheet.spans[0].from = "2026-11-22T12:00:00Z".parse().expect("20:00 in Chengdu");
    sheet.spans[0].to = Some("2026-11-22T13:00:00Z".parse().expect("instant"));
    let priced = charges(&order, &sheet, None);
    assert_eq!(priced.lines[2].what, ChargeKind::OutOfHours { percent: 50 });
    assert_eq!(priced.lines[2].amount, Some(Money::new(7_100, "CNY")));
}

#[test]
fn prepare_fills_in_verdict_and_distance_and_is_idempotent() {
    let order = order();
    let sheet = Sheet::empty(order.id);
    let answer = Answer::Known(KnownAnswer::Number { value: "13.5".parse().expect("decimal") });
    let hot =
        KnownWhat::StepAnswered { step: StepKey::new("supply"), answer, verdict: None, note: String::new() };
    let prepared = prepare(&order, &sheet, hot.into()).expect("fits");
    assert!(matches!(&prepared, What::Known(KnownWhat::StepAnswered { verdict: Some(Verdict::Fail), .. })));
    assert_eq!(prepare(&order, &sheet, prepared.clone()), Ok(prepared));

    let here = order.site.position.map(|p| jobsheet_model::place::Position { lat_e6: p.lat_e6 + 900, ..p });
    let arrived = KnownWhat::Arrived { position: here, distance_m: None, on_site: None, note: String::new() };
    let prepared = prepare(&order, &sheet, arrived.into()).expect("fits");
    assert!(matches!(
        prepared,
        What::Known(KnownWhat::Arrived { distance_m: Some(100), on_site: Some(true), .. })
    ));

    let stray =
        json!({"what":"step_answered","step":"nowhere","answer":{"kind":"check","result":"pass"},"note":""});
    assert_eq!(prepare(&order, &sheet, what(stray)), Err(Refusal::NoSuchStep));
    let wrong =
        json!({"what":"step_answered","step":"supply","answer":{"kind":"check","result":"pass"},"note":""});
    assert_eq!(prepare(&order, &sheet, what(wrong)), Err(Refusal::WrongAnswer));
}

#[test]
fn p24_a_signature_fits_only_the_document_that_was_shown() {
    let order = order();
    let mut sheet = after([KnownWhat::WorkFinished {}, part(1)]);
    let shown = document(&order, &sheet, Language::Zh).digest();
    let sign = |digest: &Digest| {
        let KnownWhat::SignedOff { act, ink, phone } = signed(digest) else { unreachable!() };
        What::from(KnownWhat::SignedOff { act: SignOffAct { language: Language::Zh, ..act }, ink, phone })
    };
    assert!(prepare(&order, &sheet, sign(&shown)).is_ok());
    assert_ne!(
        document(&order, &sheet, Language::En).digest(),
        shown,
        "another language is another document"
    );
    apply(&mut sheet, &change(5, part(2).into())).expect("fits");
    assert_eq!(prepare(&order, &sheet, sign(&shown)), Err(Refusal::DigestDiffers));
}

#[test]
fn the_document_holds_text_only() {
    let order = order();
    let sheet = after(cast::a_whole_visit());
    let value = serde_json::to_value(document(&order, &sheet, Language::En)).expect("json");
    fn walk(value: &serde_json::Value, path: &str) {
        match value {
            serde_json::Value::Number(_) | serde_json::Value::Bool(_) => panic!("{path} is no text"),
            serde_json::Value::Array(items) => items.iter().for_each(|v| walk(v, path)),
            serde_json::Value::Object(map) => map.iter().for_each(|(k, v)| walk(v, &format!("{path}.{k}"))),
            _ => {}
        }
    }
    walk(&value, "document");
    assert_eq!(value["steps"][0]["value"], "7.1 °C, pass");
    assert_eq!(value["form"], "jobsheet/service-sheet/1");
}

/// Is there a leak? Then where, and how much went in; and safety first, wherever it stands.
fn leak_checklist() -> Template {
    let text = |t: &str| json!({"en": t, "zh": t});
    let step = |key: &str, when: serde_json::Value, kind: serde_json::Value| json!({"key": key, "title": text(key), "required": true, "when": when, "kind": kind});
    let mut template: Template = serde_json::from_value(json!({
        "id": "leak", "version": 1, "name": text("Leak"), "steps": [
            step("leak", json!([]), json!({"kind": "choice", "options": [
                {"value": "no", "label": text("No")}, {"value": "yes", "label": text("Yes"), "fails": true},
                {"value": "unsure", "label": text("Unsure")}]})),
            step("where", json!([{"test": "one_of", "step": "leak", "values": ["yes", "unsure"]}]), json!({"kind": "text"})),
            step("litres", json!([{"test": "is", "step": "leak", "value": "yes"}]),
                json!({"kind": "number", "unit": "L", "min": null, "max": null})),
            step("much", json!([{"test": "above", "step": "litres", "limit": "5"}]), json!({"kind": "check"})),
            step("little", json!([{"test": "below", "step": "litres", "limit": "5"}]), json!({"kind": "check"})),
            step("dry", json!([{"test": "is_not", "step": "leak", "value": "yes"}]), json!({"kind": "check"})),
            step("off", json!([]), json!({"kind": "check"})),
        ]
    }))
    .expect("a checklist");
    template.steps[6].safety = true;
    template
}

fn said(step: &str, answer: serde_json::Value) -> KnownWhat {
    let answer = serde_json::from_value(answer).expect("an answer");
    KnownWhat::StepAnswered { step: StepKey::new(step), answer, verdict: None, note: String::new() }
}

fn chose(value: &str) -> KnownWhat {
    said("leak", json!({"kind": "choice", "value": value}))
}

fn litres(value: &str) -> KnownWhat {
    said("litres", json!({"kind": "number", "value": value}))
}

#[test]
fn d10_a_question_with_a_condition_is_asked_only_where_earlier_answers_say_so() {
    let template = leak_checklist();
    assert_eq!(template.flaws(), []);
    let shown = |changes: Vec<KnownWhat>| {
        let all: Vec<_> = asked(&template, &after(changes))
            .into_iter()
            .filter(|(_, asked)| *asked == Asked::Yes)
            .map(|(step, _)| step.key.as_str().to_owned())
            .collect();
        all.join(" ")
    };
    let skipped = |step: &str| said(step, json!({"kind": "skipped"}));
    #[rustfmt::skip]
    let rows = [
        // Without an answer nothing that hangs on it is asked, not even where it must not be so.
        (vec![], "off leak"),
        (vec![chose("no")], "off leak dry"),
        (vec![chose("unsure")], "off leak where dry"),
        (vec![chose("yes")], "off leak where litres"),
        (vec![skipped("leak")], "off leak"),
        (vec![chose("yes"), litres("5")], "off leak where litres"),
        (vec![chose("yes"), litres("5.01")], "off leak where litres much"),
        (vec![chose("yes"), litres("4.9")], "off leak where litres little"),
        (vec![chose("yes"), skipped("litres")], "off leak where litres"),
        // An answer that is no longer asked for decides of nothing.
        (vec![chose("yes"), litres("9"), chose("no")], "off leak dry"),
        (vec![chose("yes"), litres("9"), chose("no"), chose("yes")], "off leak where litres much"),
    ];
    for (changes, expected) in rows {
        assert_eq!(shown(changes.clone()), expected, "{changes:?}");
    }
}

#[test]
fn d10_what_is_no_longer_asked_is_kept_and_is_none_of_what_is_signed() {
    let mut order = order();
    order.template = leak_checklist();
    let photo = |of: &[u8], step: Option<&str>| KnownWhat::PhotoTaken {
        digest: Digest::of(of),
        subject: PhotoSubject::During,
        step: step.map(StepKey::new),
        bytes: 5,
        drawn_on: None,
    };
    let mut sheet = after([
        said("off", json!({"kind": "check", "result": "pass"})),
        chose("yes"),
        said("where", json!({"kind": "text", "text": "At the valve"})),
        litres("9"),
        photo(b"leak", Some("where")),
        photo(b"plate", None),
    ]);
    let titles = |sheet: &Sheet| -> Vec<String> {
        document(&order, sheet, Language::En).steps.into_iter().map(|line| line.title).collect()
    };
    assert_eq!(titles(&sheet), ["off", "leak", "where", "litres"], "safety first");
    assert_eq!(document(&order, &sheet, Language::En).photos.len(), 2);

    apply(&mut sheet, &change(9, chose("no").into())).expect("fits");
    assert_eq!(titles(&sheet), ["off", "leak"]);
    assert_eq!(document(&order, &sheet, Language::En).photos, [Digest::of(b"plate")]);
    let names: Vec<_> = hidden(&order.template, &sheet).iter().map(|key| key.as_str().to_owned()).collect();
    assert_eq!(names, ["litres", "little", "much", "where"]);
    assert_eq!(sheet.answers.len(), 4, "all that was said is still there");
    // An answer that comes to a question which is not asked is a fact like any other.
    let late = prepare(&order, &sheet, said("where", json!({"kind": "text", "text": "At the pump"})).into());
    assert!(late.is_ok());
}

#[test]
fn p25_a_condition_from_the_future_waits_for_a_newer_version() {
    let mut json = serde_json::to_value(leak_checklist()).expect("json");
    json["steps"][1]["when"] = json!([{"test": "moon", "phase": "full"}]);
    let template: Template = serde_json::from_value(json.clone()).expect("a checklist");
    assert_eq!(serde_json::to_value(&template).expect("json"), json, "kept whole");
    let of = |sheet: &Sheet| asked(&template, sheet)[2].1;
    assert_eq!(of(&after([])), Asked::TooNew);
    assert_eq!(of(&after([chose("yes")])), Asked::TooNew);
}

#[test]
fn a_checklist_says_which_of_its_conditions_could_never_hold() {
    let flaws = |n: usize, when: serde_json::Value| {
        let mut template = leak_checklist();
        template.steps[n].when = serde_json::from_value(json!([when])).expect("conditions");
        template.flaws()
    };
    let not_before = |a: &str, b: &str| vec![Flaw::NotBefore(StepKey::new(a), StepKey::new(b))];
    let never = |a: &str, b: &str| vec![Flaw::Never(StepKey::new(a), StepKey::new(b))];
    let is = |step: &str, value: &str| json!({"test": "is", "step": step, "value": value});
    assert_eq!(flaws(1, is("dry", "pass")), not_before("where", "dry"));
    assert_eq!(flaws(1, is("where", "x")), not_before("where", "where"));
    // A safety question comes before everything that is none.
    assert_eq!(flaws(6, is("leak", "yes")), not_before("off", "leak"));
    assert_eq!(flaws(1, is("off", "fail")), []);
    assert_eq!(flaws(1, is("leak", "maybe")), never("where", "leak"));
    assert_eq!(flaws(1, is("off", "yes")), never("where", "off"));
    assert_eq!(flaws(1, json!({"test": "above", "step": "leak", "limit": "5"})), never("where", "leak"));
    let mut template = leak_checklist();
    template.steps[4].key = StepKey::new("much");
    assert_eq!(template.flaws(), [Flaw::Twice(StepKey::new("much"))]);
}

#[test]
fn p12_more_than_the_van_carries_is_fitted_all_the_same_and_seen_on_its_line() {
    let fitted = |quantity, carried, from| {
        let KnownWhat::PartFitted { line, part, serial_in, serial_out, old_part, .. } = part(1) else {
            unreachable!()
        };
        after([KnownWhat::PartFitted {
            line,
            part,
            quantity,
            serial_in,
            serial_out,
            from,
            old_part,
            on_van: carried,
        }])
        .parts[0]
            .beyond_van()
    };
    assert_eq!(fitted(3, Some(2), PartSource::Van), Some(2));
    assert_eq!(fitted(1, Some(0), PartSource::Van), Some(0));
    for (quantity, carried, from) in
        [(2, Some(2), PartSource::Van), (3, None, PartSource::Van), (3, Some(0), PartSource::Office)]
    {
        assert_eq!(fitted(quantity, carried, from), None);
    }
}

fn wanted(quantity: u32) -> KnownWhat {
    KnownWhat::PartRequested {
        request: LineId(Uuid::from_u128(5)),
        part: PartWanted {
            number: "FS-6205".into(), name: Text::new("Flow sensor", "流量传感器"), quantity
        },
        note: " by tomorrow ".into(),
    }
}

#[test]
fn a_part_is_asked_for_changed_and_withdrawn() {
    let sheet = after([wanted(1), wanted(2)]);
    assert_eq!(sheet.requests.len(), 1, "the same request again replaces it");
    assert_eq!((sheet.requests[0].part.quantity, sheet.requests[0].note.as_str()), (2, "by tomorrow"));
    let withdrawn = KnownWhat::PartRequestWithdrawn { request: LineId(Uuid::from_u128(5)) };
    assert!(after([wanted(1), withdrawn.clone()]).requests.is_empty());
    assert_eq!(after([wanted(1), withdrawn.clone(), wanted(1)]).requests.len(), 1, "and undone");
    let mut sheet = after([]);
    for (what, why) in [(wanted(0), Refusal::Quantity), (wanted(10_000), Refusal::Quantity)] {
        assert_eq!(apply(&mut sheet, &change(3, what.into())), Err(why));
    }
    assert_eq!(apply(&mut sheet, &change(3, withdrawn.into())), Err(Refusal::NoSuchLine));
}

fn give(charge: ChargeRef) -> KnownWhat {
    KnownWhat::GoodwillGiven {
        charge,
        reason: "Second visit for the same fault".into(),
        agreed_by: "Li Na".into(),
    }
}

#[test]
fn e18_goodwill_gives_what_the_customer_would_pay_and_the_line_says_why_and_who() {
    let line = LineId(Uuid::from_u128(7));
    let mut order = order();
    let visit = [KnownWhat::WorkStarted {}, KnownWhat::WorkFinished {}, part(2)];
    let mut sheet = after(visit.clone().into_iter().chain([give(ChargeRef::Part { line })]));
    sheet.spans[0].to = Some(sheet.spans[0].from + chrono::TimeDelta::minutes(60));
    let priced = charges(&order, &sheet, None);
    let given =
        Cover::Goodwill { reason: "Second visit for the same fault".into(), agreed_by: "Li Na".into() };
    assert_eq!(priced.lines[2].charge, ChargeRef::Part { line });
    assert_eq!((&priced.lines[2].cover, &priced.lines[2].amount), (&given, &Some(Money::new(0, "CNY"))));
    assert_eq!(priced.lines[2].list, Some(Money::new(64_000, "CNY")), "what it would have cost");
    assert_eq!(priced.total.minor, 0, "the contract covers the rest");
    let note = |language| document(&order, &sheet, language).charges[2].note.clone();
    assert_eq!(note(Language::En), "Free: goodwill, Second visit for the same fault (agreed by Li Na)");
    assert!(note(Language::Zh).contains("酌情减免"));

    // A line that is free for another reason says that one.
    if let Some(equipment) = &mut order.equipment {
        equipment.warranty_until = Some("2027-01-01".parse().expect("date"));
    }
    assert!(matches!(charges(&order, &sheet, None).lines[2].cover, Cover::Warranty { .. }));

    // It may be withdrawn, and is not given for nothing, by nobody, or for a line that is not there.
    let taken_back = KnownWhat::GoodwillWithdrawn { charge: ChargeRef::Part { line } };
    apply(&mut sheet, &change(8, taken_back.clone().into())).expect("fits");
    assert!(sheet.goodwill.is_empty());
    assert_eq!(apply(&mut sheet, &change(9, taken_back.into())), Err(Refusal::NoSuchLine));
    let other = ChargeRef::Part { line: LineId(Uuid::from_u128(77)) };
    assert_eq!(apply(&mut sheet, &change(9, give(other).into())), Err(Refusal::NoSuchLine));
    for (reason, agreed_by) in [("", "Li Na"), ("Because", " ")] {
        let charge = ChargeRef::CallOut {};
        let (reason, agreed_by) = (reason.to_owned(), agreed_by.to_owned());
        let what = KnownWhat::GoodwillGiven { charge, reason, agreed_by };
        assert_eq!(apply(&mut sheet, &change(9, what.into())), Err(Refusal::Empty));
    }
}

#[test]
fn e7_e18_the_customer_agrees_to_a_price_before_work_that_is_paid_for_and_again_when_it_gets_dearer() {
    let mut order = order();
    let now = at(seconds(60));
    let mut sheet = after([KnownWhat::Departed {}]);
    // The contract covers labour and call-out.
    assert_eq!(consent(&order, &sheet, now), Consent::NotNeeded);
    order.contract = None;
    assert_eq!(consent(&order, &sheet, now), Consent::Missing);
    // The call-out and ninety minutes as planned, by the tariff.
    let quote = estimate(&order, &sheet, now);
    assert_eq!((quote.total.minor, quote.tariff.as_str()), (8_000 + 21_300, "2026-1"));
    let agreed = KnownWhat::QuoteAgreed { total: quote.total, agreed_by: "Mr Zhou".into(), tariff: None };
    let What::Known(agreed) = prepare(&order, &sheet, agreed.into()).expect("fits") else { unreachable!() };
    apply(&mut sheet, &change(3, agreed.into())).expect("fits");
    assert_eq!(sheet.quote.as_ref().and_then(|quote| quote.tariff.as_deref()), Some("2026-1"));
    assert_eq!(consent(&order, &sheet, now), Consent::Agreed);
    apply(&mut sheet, &change(4, KnownWhat::WorkStarted {}.into())).expect("fits");
    assert_eq!(consent(&order, &sheet, at(seconds(90 * 60))), Consent::Agreed, "as planned");
    assert_eq!(consent(&order, &sheet, at(seconds(107 * 60))), Consent::Exceeded, "longer than planned");
    apply(&mut sheet, &change(5, part(1).into())).expect("fits");
    assert_eq!(consent(&order, &sheet, now), Consent::Exceeded, "a part more");
    // Given as goodwill, it is within the quote again.
    let line = LineId(Uuid::from_u128(7));
    apply(&mut sheet, &change(6, give(ChargeRef::Part { line }).into())).expect("fits");
    assert_eq!(consent(&order, &sheet, now), Consent::Agreed);
    // When the work is done, nothing is planned any more.
    apply(&mut sheet, &change(600, KnownWhat::WorkFinished {}.into())).expect("fits");
    assert_eq!(estimate(&order, &sheet, now), charges(&order, &sheet, None));
}

#[test]
fn e13_whoever_comes_next_is_told_what_happened_then() {
    let order = order();
    let sheet = after([
        KnownWhat::Diagnosed { fault_code: None, cause: "Worn".into(), remedy: "Sealed for now".into() },
        part(1),
        wanted(3),
        KnownWhat::CouldNotFinish {
            reason: UnfinishedReason::PartsMissing,
            parts: vec![PartWanted {
                number: "FS-6205".into(),
                name: Text::new("Flow sensor", "流量传感器"),
                quantity: 2,
            }],
            next: "Tuesday".into(),
            note: String::new(),
        },
    ]);
    let now = at(seconds(9_000));
    let earlier = Earlier::of(&order, &sheet, "The sensor has come", now);
    assert_eq!((earlier.number.as_str(), earlier.stage), ("JS-2611-0419", Stage::CouldNotFinish));
    assert_eq!((earlier.remedy.as_str(), earlier.why.as_str()), ("Sealed for now", "The sensor has come"));
    assert_eq!(earlier.at, at(seconds(4)), "when it ended");
    assert_eq!((earlier.fitted.len(), earlier.wanted.len(), earlier.wanted[0].quantity), (1, 1, 3));
    assert_eq!(earlier.unfinished.map(|one| one.next), Some("Tuesday".into()));
    // Of a visit of which nothing is heard, that is all.
    assert_eq!(Earlier::of(&order, &after([]), "", now).at, now);
}
