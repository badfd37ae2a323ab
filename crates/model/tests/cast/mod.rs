//! A work order to try things on, and one of each change.

use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::change::*;
use jobsheet_model::step::{Answer, KnownAnswer};
use jobsheet_model::{
    Change, ChangeId, DeviceId, Digest, Language, LineId, Moment, Money, StepKey, TechnicianId, Text, What,
    WorkOrder,
};
use serde_json::json;
use uuid::Uuid;

pub fn at(after: TimeDelta) -> DateTime<Utc> {
    "2026-11-22T01:00:00Z".parse::<DateTime<Utc>>().expect("instant") + after
}

pub fn seconds(n: i64) -> TimeDelta {
    TimeDelta::seconds(n)
}

/// The chiller at Greenleaf Hotel: warranty ended, a contract without parts.
pub fn order() -> WorkOrder {
    let text = |t: &str| json!({"en": t, "zh": t});
    serde_json::from_value(json!({
        "id": Uuid::from_u128(1), "number": "JS-2611-0419", "version": 1,
        "request": {"id": Uuid::from_u128(2), "number": "R-1", "received_at": "2026-11-22T00:30:00Z", "channel": "phone",
            "problem_type": text("Product fault"), "symptom": "Chiller 2 low flow", "occurred_at": null,
            "impact": "partial", "safety_risk": false, "tried": "", "wants": "visit"},
        "customer": {"id": "c", "name": "Greenleaf Hotel", "contact": "Mr Zhou", "phone": "028-8600-1234", "second_phone": ""},
        "site": {"id": "s", "name": "Basement 1", "address": "88 Tianfu Ave", "landmark": "", "radius_m": 150,
            "position": {"lat_e6": 30_580_000, "lon_e6": 104_070_000}},
        "equipment": {"id": "e", "name": text("Chiller"), "model": "WCX-300", "serial": "SN8842",
            "purchased": "2024-03-01", "warranty_until": "2026-03-01"},
        "contract": {"number": "FW-2026-018", "until": "2026-12-31", "covers_labour": true, "covers_parts": false, "covers_call_out": true},
        "level": {"key": "2", "rank": 2, "name": text("High"), "colour": "yellow", "respond": 240, "accept": 10},
        "from": "2026-11-22T03:30:00Z", "to": "2026-11-22T05:00:00Z",
        "respond_by": "2026-11-22T04:30:00Z", "ceiling": "2026-11-22T06:30:00Z", "estimate": 90,
        "template": {"id": "chiller", "version": 3, "name": text("Chiller"), "steps": [
            {"key": "supply", "title": text("Supply water temperature"), "required": true,
             "kind": {"kind": "number", "unit": "°C", "min": "2", "max": "12"}}]},
        "tools": [], "bring": [],
        "tariff": {"version": "2026-1", "currency": "CNY", "labour_per_hour": 14_200, "labour_step": 15,
            "call_out": 8_000, "out_of_hours_percent": 50, "opens": 510, "closes": 1080},
        "introduction": text("Hello"), "consent": text("I confirm the work."),
        "assignment": {"technician": Uuid::from_u128(3), "technician_name": "王磊", "state": "assigned", "offered_at": "2026-11-22T00:40:00Z"},
        "history": [], "cancelled": null
    }))
    .expect("a work order")
}

/// A change recorded `n` seconds into the day.
pub fn change(n: u64, what: What) -> Change {
    Change {
        id: ChangeId(Uuid::from_u128(1_000 + u128::from(n))),
        device: DeviceId(Uuid::from_u128(4)),
        sequence: n,
        previous: None,
        author: TechnicianId(Uuid::from_u128(3)),
        work_order: order().id,
        base: 1,
        template: "chiller/3".into(),
        at: Moment {
            utc: at(seconds(n as i64)),
            offset: 480,
            elapsed: n * 1_000,
            boot: "b".into(),
            ahead: None,
        },
        what,
    }
}

pub fn stroke() -> Stroke {
    vec![[100, 200, 0, 500], [400, 120, 80, 600], [800, 260, 160, 500]]
}

pub fn signed(digest: &Digest) -> KnownWhat {
    KnownWhat::SignedOff {
        act: SignOffAct {
            digest: digest.clone(),
            language: Language::En,
            ink: None,
            signatory: "Zhou Jian".into(),
            capacity: "Chief engineer".into(),
            saw_it_work: true,
            rating: Rating::Satisfied,
            rating_reasons: vec![],
            remark: String::new(),
        },
        ink: vec![stroke()],
        phone: None,
    }
}

fn supply() -> KnownWhat {
    KnownWhat::StepAnswered {
        step: StepKey::new("supply"),
        answer: Answer::Known(KnownAnswer::Number { value: "7.1".parse().expect("decimal") }),
        verdict: Some(jobsheet_model::step::Verdict::Pass),
        note: String::new(),
    }
}

/// One of each change there is; the compiler names the one that is missing in `complete`.
pub fn one_of_each() -> Vec<KnownWhat> {
    use KnownWhat::*;
    let none = String::new;
    let digest = Digest::of(b"photo");
    let all = vec![
        OfferAccepted {},
        OfferDeclined { reason: DeclineReason::TooFar, note: none(), suggested: None },
        MoreTimeAsked { minutes: 5 },
        DelayReported {
            reason: DelayReason::Traffic, new_eta: at(seconds(5_400)), note: "二环堵车".into()
        },
        CustomerContacted { outcome: ContactOutcome::Reached, agreed: Some(at(seconds(900))), note: none() },
        KitChecked { tools: vec!["meter".into()], parts: vec!["FS-6205".into()], note: none() },
        Departed {},
        WentDark { back_by: at(seconds(9_000)) },
        Arrived { position: None, distance_m: None, on_site: None, note: "no fix in the basement".into() },
        FaultConfirmed { as_reported: true, fault: "流量低报警".into(), with: "周工".into() },
        WorkStarted {},
        WorkPaused { reason: PauseReason::WaitingForParts, note: none() },
        WorkResumed {},
        WorkFinished {},
        supply(),
        PhotoTaken {
            digest: digest.clone(),
            subject: PhotoSubject::Before,
            step: None,
            bytes: 250_000,
            drawn_on: None,
        },
        PhotoRemoved { digest },
        PartFitted {
            line: LineId(Uuid::from_u128(8)),
            part: PartBrief {
                number: "FS-6205".into(),
                name: Text::new("Flow sensor", "流量传感器"),
                price: None,
            },
            quantity: 1,
            serial_in: Some("SN-NEW".into()),
            serial_out: Some("SN-OLD".into()),
            from: PartSource::Van,
            old_part: OldPart::Returned,
            on_van: Some(4),
        },
        PartLineRemoved { line: LineId(Uuid::from_u128(8)) },
        PartRequested {
            request: LineId(Uuid::from_u128(9)),
            part: PartWanted {
                number: "FS-6205".into(),
                name: Text::new("Flow sensor", "流量传感器"),
                quantity: 2,
            },
            note: "by tomorrow".into(),
        },
        PartRequestWithdrawn { request: LineId(Uuid::from_u128(9)) },
        TimeCorrected {
            span: ChangeId(Uuid::from_u128(1_001)),
            from: at(seconds(0)),
            to: at(seconds(600)),
            reason: "forgot to start".into(),
        },
        Diagnosed {
            fault_code: Some("E42".into()), cause: "堵塞".into(), remedy: "清洗过滤器".into()
        },
        QuoteAgreed { total: Money::new(48_600, "CNY"), agreed_by: "周工".into(), tariff: None },
        GoodwillGiven {
            charge: ChargeRef::CallOut {},
            reason: "同一故障第二次上门".into(),
            agreed_by: "主管李娜".into(),
        },
        GoodwillWithdrawn { charge: ChargeRef::CallOut {} },
        FunctionTested { passed: true, note: none() },
        NoteWritten { text: "Strainer is due again in March".into() },
        signed(&Digest::of(b"shown")),
        SignedOnPaper {
            signatory: "何主管".into(),
            capacity: "设备主管".into(),
            pages: vec![Digest::of(b"paper")],
        },
        SignOffRefused { reason: RefusalReason::Price, note: none() },
        CouldNotFinish { reason: UnfinishedReason::PartsMissing, parts: vec![], next: none(), note: none() },
        FollowUpSuggested { kind: FollowUpKind::Contract, text: "Contract ends in December".into() },
        SheetOpened {
            opened: OpenedSheet {
                customer: "Corner shop".into(),
                contact: none(),
                phone: none(),
                address: none(),
                equipment: none(),
                serial: none(),
                symptom: none(),
            },
        },
        Amended { reason: "wrong serial".into() },
    ];
    let mut names: Vec<_> = all.iter().map(complete).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len(), "one of each");
    all
}

fn complete(what: &KnownWhat) -> usize {
    use KnownWhat::*;
    match what {
        OfferAccepted {} => 0,
        OfferDeclined { .. } => 1,
        MoreTimeAsked { .. } => 2,
        DelayReported { .. } => 3,
        CustomerContacted { .. } => 4,
        KitChecked { .. } => 5,
        Departed {} => 6,
        WentDark { .. } => 7,
        Arrived { .. } => 8,
        FaultConfirmed { .. } => 9,
        WorkStarted {} => 10,
        WorkPaused { .. } => 11,
        WorkResumed {} => 12,
        WorkFinished {} => 13,
        StepAnswered { .. } => 14,
        PhotoTaken { .. } => 15,
        PhotoRemoved { .. } => 16,
        PartFitted { .. } => 17,
        PartLineRemoved { .. } => 18,
        TimeCorrected { .. } => 19,
        Diagnosed { .. } => 20,
        QuoteAgreed { .. } => 21,
        FunctionTested { .. } => 22,
        NoteWritten { .. } => 23,
        SignedOff { .. } => 24,
        SignOffRefused { .. } => 25,
        CouldNotFinish { .. } => 26,
        FollowUpSuggested { .. } => 27,
        SheetOpened { .. } => 28,
        Amended { .. } => 29,
        PartRequested { .. } => 30,
        PartRequestWithdrawn { .. } => 31,
        GoodwillGiven { .. } => 32,
        GoodwillWithdrawn { .. } => 33,
        SignedOnPaper { .. } => 34,
    }
}

/// A visit from departure to the customer's review.
pub fn a_whole_visit() -> Vec<KnownWhat> {
    one_of_each()
        .into_iter()
        .filter(|what| {
            use KnownWhat::*;
            matches!(
                what,
                OfferAccepted {}
                    | Departed {}
                    | Arrived { .. }
                    | FaultConfirmed { .. }
                    | WorkStarted {}
                    | WorkFinished {}
                    | StepAnswered { .. }
                    | PhotoTaken { .. }
                    | PartFitted { .. }
                    | Diagnosed { .. }
                    | FunctionTested { .. }
                    | NoteWritten { .. }
            )
        })
        .collect()
}
