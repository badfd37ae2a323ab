//! The document the customer signs: the sheet in words, as text only.
//!
//! No floats and no numbers in it (two contents could share a hash), text in NFC, written as RFC 8785
//! canonical JSON. Its SHA-256 is the *digest* (I8): what the customer saw is what is signed. The screen
//! shows this very document and nothing else.

use crate::{
    Digest, Language, Sheet, Text, WorkOrder,
    asked::{Asked, asked, hidden},
    canonical::canonical,
    charges::{ChargeKind, Cover, charges},
    sheet::SheetPhoto,
    step::{Answer, KnownAnswer, KnownStepKind, Step, StepKind, Verdict},
    text::tidy,
    times::{SpanKind, minutes_of},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything is text, in the language the customer reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Document {
    /// `jobsheet/service-sheet/1`
    pub form: String,
    pub language: Language,
    pub number: String,
    pub revision: String,
    pub customer: String,
    pub contact: String,
    pub site: String,
    pub address: String,
    pub equipment: String,
    pub serial: String,
    pub technician: String,
    pub reported: String,
    pub found: String,
    pub cause: String,
    pub remedy: String,
    pub function_test: String,
    pub steps: Vec<DocumentLine>,
    pub parts: Vec<DocumentLine>,
    pub notes: Vec<String>,
    /// Local times, `2026-11-22 10:20`; empty when not recorded.
    pub arrived: String,
    pub finished: String,
    pub travel: String,
    pub work: String,
    /// Digests of the photos, in shown order.
    pub photos: Vec<Digest>,
    pub charges: Vec<DocumentLine>,
    pub total: String,
    pub currency: String,
    pub tariff: String,
    pub template: String,
    pub consent: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentLine {
    pub title: String,
    pub value: String,
    pub note: String,
}

impl Document {
    pub fn canonical(&self) -> Vec<u8> {
        // Text and lists of text: there is no value in here that could fail to serialise.
        canonical(self)
    }

    pub fn digest(&self) -> Digest {
        Digest::of(&self.canonical())
    }
}

/// The document of `sheet` as it stands, in `language`.
pub fn document(order: &WorkOrder, sheet: &Sheet, language: Language) -> Document {
    let words = |en: &str, zh: &str| if language == Language::Zh { zh.to_owned() } else { en.to_owned() };
    let text = |t: &Text| tidy(t.get(language));
    let priced = charges(order, sheet, None);
    let closed: Vec<_> = sheet.spans.iter().filter(|s| s.to.is_some()).cloned().collect();
    let minutes = |kind| minutes_of(&closed, kind, DateTime::<Utc>::default());
    let offset = sheet.spans.first().map_or(480, |s| s.offset);
    let local =
        |at: DateTime<Utc>| (at + TimeDelta::minutes(i64::from(offset))).format("%Y-%m-%d %H:%M").to_string();
    let finished = closed.iter().rev().find(|s| s.kind == SpanKind::Work).and_then(|s| s.to);
    let unit_minutes = |m: u32| words(&format!("{m} min"), &format!("{m} 分钟"));
    let diagnosis = sheet.diagnosis.as_ref();
    // What belongs to a question that is no longer asked is kept, and is none of what is signed.
    let hidden = hidden(&order.template, sheet);
    let counts = |photo: &&SheetPhoto| !photo.step.as_ref().is_some_and(|step| hidden.contains(step));

    Document {
        form: "jobsheet/service-sheet/1".into(),
        language,
        number: order.number.clone(),
        revision: sheet.revision.to_string(),
        customer: tidy(&order.customer.name),
        contact: tidy(&order.customer.contact),
        site: tidy(&order.site.name),
        address: tidy(&order.site.address),
        equipment: order
            .equipment
            .as_ref()
            .map(|e| tidy(&format!("{} {}", text(&e.name), e.model)))
            .unwrap_or_default(),
        serial: order.equipment.as_ref().map(|e| tidy(&e.serial)).unwrap_or_default(),
        technician: tidy(&order.assignment.technician_name),
        reported: tidy(&order.request.symptom),
        found: sheet.fault.as_ref().map(|f| f.fault.clone()).unwrap_or_default(),
        cause: diagnosis.map(|d| d.cause.clone()).unwrap_or_default(),
        remedy: diagnosis.map(|d| d.remedy.clone()).unwrap_or_default(),
        function_test: match &sheet.function_test {
            Some(test) if test.passed => words("Passed", "合格"),
            Some(_) => words("Not passed", "不合格"),
            None => String::new(),
        },
        steps: asked(&order.template, sheet)
            .into_iter()
            .filter(|(_, asked)| *asked != Asked::No)
            .filter_map(|(step, _)| {
                let answered = sheet.answers.get(&step.key)?;
                Some(DocumentLine {
                    title: text(&step.title),
                    value: answer_text(step, &answered.answer, answered.verdict, language),
                    note: answered.note.clone(),
                })
            })
            .collect(),
        parts: sheet
            .parts
            .iter()
            .map(|line| DocumentLine {
                title: tidy(&format!("{} {}", text(&line.part.name), line.part.number)),
                value: format!("×{}", line.quantity),
                note: [
                    line.serial_in
                        .as_ref()
                        .map(|s| words(&format!("New serial {s}"), &format!("新序列号 {s}"))),
                    line.serial_out
                        .as_ref()
                        .map(|s| words(&format!("Old serial {s}"), &format!("旧序列号 {s}"))),
                ]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("; "),
            })
            .collect(),
        notes: sheet.notes.iter().map(|n| n.text.clone()).collect(),
        arrived: sheet.arrival.as_ref().map(|a| local(a.at)).unwrap_or_default(),
        finished: finished.map(local).unwrap_or_default(),
        travel: unit_minutes(minutes(SpanKind::Travel)),
        work: unit_minutes(minutes(SpanKind::Work)),
        photos: sheet.photos.iter().filter(counts).map(|p| p.digest.clone()).collect(),
        charges: priced
            .lines
            .iter()
            .map(|line| DocumentLine {
                title: match &line.what {
                    ChargeKind::CallOut {} => words("Call-out", "上门费"),
                    ChargeKind::Labour { minutes, charged } if minutes == charged => {
                        words(&format!("Labour {charged} min"), &format!("工时 {charged} 分钟"))
                    }
                    ChargeKind::Labour { minutes, charged } => words(
                        &format!("Labour {minutes} min, charged as {charged} min"),
                        &format!("工时 {minutes} 分钟，按 {charged} 分钟计"),
                    ),
                    ChargeKind::OutOfHours { percent } => {
                        words(&format!("Out of hours, +{percent} %"), &format!("非工作时间加收 {percent} %"))
                    }
                    ChargeKind::Part { name, quantity, .. } => format!("{} ×{quantity}", text(name)),
                },
                value: line
                    .amount
                    .as_ref()
                    .map_or_else(|| words("The office will price this", "由公司核价"), |m| m.decimal()),
                note: match &line.cover {
                    Cover::Warranty { until } => {
                        words(&format!("Free: warranty until {until}"), &format!("免费：保修期至 {until}"))
                    }
                    Cover::Contract { number } => words(
                        &format!("Free: service contract {number}"),
                        &format!("免费：维保合同 {number}"),
                    ),
                    Cover::CustomersOwn {} => words("Free: the customer's own part", "免费：客户自备配件"),
                    Cover::Goodwill { reason, agreed_by } => words(
                        &format!("Free: goodwill, {reason} (agreed by {agreed_by})"),
                        &format!("免费：酌情减免，{reason}（{agreed_by} 同意）"),
                    ),
                    Cover::Customer { warranty_ended: Some(ended) } => words(
                        &format!("Pay: warranty ended {ended}"),
                        &format!("收费：保修已于 {ended} 到期"),
                    ),
                    Cover::Customer { warranty_ended: None } => {
                        words("Pay: no warranty or contract", "收费：无保修或维保合同")
                    }
                },
            })
            .collect(),
        total: priced.total.decimal(),
        currency: priced.total.currency,
        tariff: priced.tariff,
        template: format!("{}/{}", order.template.id, order.template.version),
        consent: text(&order.consent),
    }
}

/// An answer in words: `7.1 °C, pass`.
pub fn answer_text(step: &Step, answer: &Answer, verdict: Verdict, language: Language) -> String {
    let verdict_word = match (verdict, language) {
        (Verdict::Pass, Language::En) => "pass",
        (Verdict::Fail, Language::En) => "fail",
        (Verdict::NotApplicable, Language::En) => "not applicable",
        (Verdict::Pass, Language::Zh) => "合格",
        (Verdict::Fail, Language::Zh) => "不合格",
        (Verdict::NotApplicable, Language::Zh) => "不适用",
        (Verdict::Noted, _) => "",
    };
    let unit = match &step.kind {
        StepKind::Known(KnownStepKind::Number { unit, .. } | KnownStepKind::Pairs { unit, .. }) => {
            unit.as_str()
        }
        _ => "",
    };
    let decimal = |d: &Option<rust_decimal::Decimal>| d.map_or("–".to_owned(), |d| d.to_string());
    let Answer::Known(answer) = answer else { return verdict_word.to_owned() };
    let value = match answer {
        KnownAnswer::Check { .. } | KnownAnswer::Skipped {} | KnownAnswer::Script { .. } => String::new(),
        KnownAnswer::Number { value } => format!("{value} {unit}"),
        KnownAnswer::Choice { value } => match &step.kind {
            StepKind::Known(KnownStepKind::Choice { options }) => options
                .iter()
                .find(|o| &o.value == value)
                .map_or(value.clone(), |o| o.label.get(language).to_owned()),
            _ => value.clone(),
        },
        KnownAnswer::Text { text } => text.clone(),
        KnownAnswer::Photo { photos } => match (photos.len(), language) {
            (n, Language::Zh) => format!("{n} 张照片"),
            (1, Language::En) => "1 photo".into(),
            (n, Language::En) => format!("{n} photos"),
        },
        KnownAnswer::Serial { code, .. } => code.clone(),
        KnownAnswer::Pairs { pairs } => pairs
            .iter()
            .map(|p| format!("{} → {} {unit}", decimal(&p.before), decimal(&p.after)))
            .collect::<Vec<_>>()
            .join("; "),
    };
    tidy(
        &[value.trim(), verdict_word]
            .iter()
            .filter(|s| !s.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(", "),
    )
}
