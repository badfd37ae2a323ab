//! The rules of a sheet, as a person would tell them: before, change, after.

mod cast;

use cast::{at, change, order, seconds, signed};
use jobsheet_model::change::*;
use jobsheet_model::charges::{ChargeKind, Cover, charges};
use jobsheet_model::document::document;
use jobsheet_model::prepare::prepare;
use jobsheet_model::sheet::MAX_TEXT;
use jobsheet_model::step::{Answer, KnownAnswer, Verdict};
use jobsheet_model::times::{SpanKind, minutes_of};
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
            KnownWhat::FollowUpSuggested { .. } | KnownWhat::WentDark { .. } => {
                assert_eq!(result, Ok(()));
                assert_eq!(changed.sign_off, sheet.sign_off);
            }
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
                | KnownWhat::PhotoRemoved { .. }
                | KnownWhat::TimeCorrected { .. }
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
