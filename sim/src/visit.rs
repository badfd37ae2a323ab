//! What a technician does next on a job, as its screen shows it.

use crate::dice::Dice;
use chrono::TimeDelta;
use jobsheet_model::{
    Digest, Language, LineId, Money, Stage, StepKey, Text, What,
    change::*,
    step::{Answer, KnownAnswer, Verdict},
    view::Job,
};
use serde_json::json;
use uuid::Uuid;

/// One act at the screen.
#[derive(Debug)]
pub enum Doing {
    Record(What),
    Photo(PhotoSubject),
    /// The customer's review, and then the signature.
    Sign,
    /// The review, and back again.
    Review,
    Dismiss,
}

/// `mark` is a text that nobody else writes.
pub fn next(dice: &mut Dice, job: &Job, mark: &str) -> Doing {
    let none = String::new;
    let note = || Doing::Record(KnownWhat::NoteWritten { text: mark.to_owned() }.into());
    let record = |what: KnownWhat| Doing::Record(what.into());
    if (job.card.gone.is_some() || job.card.cancelled) && dice.chance(0.2) {
        return Doing::Dismiss;
    }
    match job.sheet.stage {
        Stage::Offered => match dice.weighted(&[14, 2, 2, 3]) {
            0 => record(KnownWhat::OfferAccepted {}),
            1 => record(KnownWhat::OfferDeclined {
                reason: DeclineReason::TooFar,
                note: none(),
                suggested: None,
            }),
            2 => record(KnownWhat::MoreTimeAsked { minutes: 5 }),
            _ => note(),
        },
        Stage::Accepted => match dice.weighted(&[8, 1, 1, 1, 1]) {
            0 => record(KnownWhat::Departed {}),
            1 => record(KnownWhat::DelayReported {
                reason: DelayReason::Traffic,
                new_eta: job.now + TimeDelta::minutes(20),
                note: none(),
            }),
            2 => record(KnownWhat::CustomerContacted {
                outcome: ContactOutcome::Reached,
                agreed: None,
                note: none(),
            }),
            3 => record(KnownWhat::WentDark { back_by: job.now + TimeDelta::minutes(90) }),
            _ => note(),
        },
        Stage::Departed => record(KnownWhat::Arrived {
            position: None,
            distance_m: None,
            on_site: None,
            note: "no fix in the basement".into(),
        }),
        Stage::OnSite => match dice.weighted(&[5, 2, 2]) {
            0 => record(KnownWhat::WorkStarted {}),
            1 => {
                record(KnownWhat::FaultConfirmed { as_reported: true, fault: "As told".into(), with: none() })
            }
            _ => Doing::Photo(PhotoSubject::Before),
        },
        Stage::Working => working(dice, job, mark),
        Stage::Paused => record(KnownWhat::WorkResumed {}),
        Stage::WorkDone => match dice.weighted(&[8, 2, 1, 1, 2, 1]) {
            0 => Doing::Sign,
            1 => Doing::Photo(PhotoSubject::After),
            2 => record(KnownWhat::SignOffRefused { reason: RefusalReason::Price, note: none() }),
            3 => record(KnownWhat::WorkResumed {}),
            4 => note(),
            _ => Doing::Review,
        },
        Stage::SignedOff => match dice.weighted(&[3, 1, 2]) {
            0 => record(KnownWhat::FollowUpSuggested { kind: FollowUpKind::Contract, text: mark.to_owned() }),
            1 => record(KnownWhat::Amended { reason: "wrong serial".into() }),
            _ => note(), // refused here already: what was signed does not change
        },
        Stage::Declined | Stage::SignedOnPaper | Stage::SignOffRefused | Stage::CouldNotFinish => note(),
    }
}

fn working(dice: &mut Dice, job: &Job, mark: &str) -> Doing {
    let what = match dice.weighted(&[5, 4, 1, 4, 4, 1, 1, 1, 1, 1, 3, 1, 1, 1]) {
        0 => step(dice),
        1 => part(dice, mark),
        2 => match job.sheet.parts.first() {
            Some(line) => KnownWhat::PartLineRemoved { line: line.line },
            None => part(dice, mark),
        },
        3 => return Doing::Photo(PhotoSubject::During),
        4 => KnownWhat::NoteWritten { text: mark.to_owned() },
        5 => KnownWhat::Diagnosed { fault_code: None, cause: "Worn".into(), remedy: "Replaced".into() },
        6 => KnownWhat::FunctionTested { passed: true, note: String::new() },
        7 => KnownWhat::WorkPaused { reason: PauseReason::Break, note: String::new() },
        8 => KnownWhat::QuoteAgreed {
            total: Money::new(10_000, "CNY"),
            agreed_by: "Customer".into(),
            tariff: None,
        },
        // Of an app that this one has never heard of.
        9 => return Doing::Record(What::Unknown(json!({"what": "robot_sent", "name": mark}))),
        10 => KnownWhat::WorkFinished {},
        11 => KnownWhat::CouldNotFinish {
            reason: UnfinishedReason::PartsMissing,
            parts: Vec::new(),
            next: String::new(),
            note: String::new(),
        },
        12 => match job.sheet.photos.first() {
            Some(photo) => KnownWhat::PhotoRemoved { digest: photo.digest.clone() },
            None => return Doing::Photo(PhotoSubject::During),
        },
        _ => match job.sheet.spans.iter().find(|span| span.to.is_some()) {
            Some(span) => KnownWhat::TimeCorrected {
                span: span.id,
                from: span.from,
                to: span.from + TimeDelta::minutes(30),
                reason: "forgot to start".into(),
            },
            None => KnownWhat::WorkFinished {},
        },
    };
    Doing::Record(what.into())
}

fn step(dice: &mut Dice) -> KnownWhat {
    let (step, answer) = match dice.below(3) {
        0 => ("supply", KnownAnswer::Number { value: dice.between(1, 20).into() }),
        1 => ("leak", KnownAnswer::Check { result: Verdict::Pass }),
        _ => ("remark", KnownAnswer::Text { text: "Fine".into() }),
    };
    KnownWhat::StepAnswered {
        step: StepKey::new(step),
        answer: Answer::Known(answer),
        verdict: None,
        note: String::new(),
    }
}

fn part(dice: &mut Dice, mark: &str) -> KnownWhat {
    KnownWhat::PartFitted {
        line: LineId(Uuid::from_u128(u128::from(dice.between(1, 4)))),
        part: PartBrief {
            number: "P-1".into(),
            name: Text::new("Seal", "密封"),
            price: Some(Money::new(500, "CNY")),
        },
        quantity: u32::try_from(dice.between(1, 9)).unwrap_or(1),
        serial_in: Some(mark.to_owned()),
        serial_out: None,
        from: PartSource::Van,
        old_part: OldPart::Scrapped,
        on_van: None,
    }
}

pub fn signature(digest: Digest) -> What {
    KnownWhat::SignedOff {
        act: SignOffAct {
            digest,
            language: Language::En,
            ink: None,
            signatory: "Zhou Jian".into(),
            capacity: "Manager".into(),
            saw_it_work: true,
            rating: Rating::Satisfied,
            rating_reasons: Vec::new(),
            remark: String::new(),
        },
        ink: vec![vec![[100, 200, 0, 500], [400, 120, 80, 600], [800, 260, 160, 500]]],
        phone: None,
    }
    .into()
}

pub fn opened(mark: &str) -> What {
    let none = String::new;
    let opened = OpenedSheet {
        customer: mark.to_owned(),
        contact: none(),
        phone: none(),
        address: none(),
        equipment: none(),
        serial: none(),
        symptom: none(),
    };
    KnownWhat::SheetOpened { opened }.into()
}
