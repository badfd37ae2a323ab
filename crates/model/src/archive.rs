//! What a closed work order is found by (D16): in which words, by whom, with what result.

use crate::{
    Sheet, Stage, WorkOrder,
    change::Rating,
    search::{Piece, highlighted, index_terms},
    step::{Answer, KnownAnswer},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use ts_rs::TS;

/// Longest text that is looked through for words; what a person types is shorter.
const MOST_CHARS: usize = 4_000;
/// Most words of one work order.
const MOST_TERMS: usize = 3_000;

/// How it came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Accepted,
    /// Signed by a customer who was not content.
    Unhappy,
    NotAccepted,
    Unfinished,
    Cancelled,
    /// Closed without a signature.
    Otherwise,
}

impl Outcome {
    pub fn of(order: &WorkOrder, sheet: &Sheet) -> Self {
        if order.cancelled.is_some() {
            return Outcome::Cancelled;
        }
        match (sheet.stage, &sheet.sign_off) {
            (Stage::SignedOff, Some(signed)) if signed.act.rating == Rating::NotSatisfied => Outcome::Unhappy,
            (Stage::SignedOff, Some(_)) | (Stage::SignedOnPaper, _) => Outcome::Accepted,
            (Stage::SignOffRefused, _) => Outcome::NotAccepted,
            (Stage::CouldNotFinish, _) => Outcome::Unfinished,
            _ => Outcome::Otherwise,
        }
    }
}

/// When the visit was: when it ended, was called off, or was to be.
pub fn visited_at(order: &WorkOrder, sheet: &Sheet) -> DateTime<Utc> {
    let cancelled = order.cancelled.as_ref().map(|one| one.at);
    sheet.over_at().or(cancelled).unwrap_or(order.from)
}

/// What a word was found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ArchiveField")]
#[cfg_attr(feature = "openapi", schema(as = ArchiveField))]
pub enum Field {
    Number,
    Customer,
    Site,
    Equipment,
    Serial,
    Fault,
    Done,
    Parts,
    Said,
    Technician,
}

/// Where the words of a search stand in a work order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[ts(rename = "ArchiveMatch")]
#[cfg_attr(feature = "openapi", schema(as = ArchiveMatch))]
pub struct Match {
    pub field: Field,
    pub pieces: Vec<Piece>,
}

/// All that a work order is found by, in the order in which a match is shown.
pub fn texts(order: &WorkOrder, sheet: &Sheet) -> Vec<(Field, String)> {
    let mut all: Vec<(Field, String)> = Vec::new();
    let mut add = |field, text: &str| {
        let text = text.trim();
        if !text.is_empty() && !all.iter().any(|(known, same)| *known == field && same == text) {
            all.push((field, text.chars().take(MOST_CHARS).collect()));
        }
    };
    for text in [&order.number, &order.request.number, &order.request.reference] {
        add(Field::Number, text);
    }
    let customer = &order.customer;
    for text in [&customer.name, &customer.contact] {
        add(Field::Customer, text);
    }
    for phone in [&customer.phone, &customer.second_phone] {
        add(Field::Customer, phone);
        // Typed without its gaps too.
        add(Field::Customer, &phone.chars().filter(char::is_ascii_digit).collect::<String>());
    }
    for text in [&order.site.name, &order.site.address] {
        add(Field::Site, text);
    }
    if let Some(machine) = &order.equipment {
        for text in [&machine.name.zh, &machine.name.en, &machine.model] {
            add(Field::Equipment, text);
        }
        add(Field::Serial, &machine.serial);
    }
    add(Field::Fault, &order.request.symptom);
    for text in [&order.request.problem_type.zh, &order.request.problem_type.en] {
        add(Field::Fault, text);
    }
    if let Some(fault) = &sheet.fault {
        add(Field::Fault, &fault.fault);
    }
    if let Some(found) = &sheet.diagnosis {
        add(Field::Done, &found.remedy);
        add(Field::Fault, &found.cause);
        add(Field::Fault, found.fault_code.as_deref().unwrap_or_default());
    }
    for answered in sheet.answers.values() {
        add(Field::Done, &answered.note);
        match &answered.answer {
            Answer::Known(KnownAnswer::Text { text }) => add(Field::Done, text),
            Answer::Known(KnownAnswer::Serial { code, .. }) => add(Field::Serial, code),
            _ => {}
        }
    }
    for note in &sheet.notes {
        add(Field::Done, &note.text);
    }
    if let Some(test) = &sheet.function_test {
        add(Field::Done, &test.note);
    }
    for line in &sheet.parts {
        for text in [&line.part.number, &line.part.name.zh, &line.part.name.en] {
            add(Field::Parts, text);
        }
        for serial in [&line.serial_in, &line.serial_out].into_iter().flatten() {
            add(Field::Serial, serial);
        }
    }
    if let Some(signed) = &sheet.sign_off {
        add(Field::Said, &signed.act.signatory);
        add(Field::Said, &signed.act.remark);
    }
    for paper in sheet.on_paper.iter().chain(sheet.voided.iter().map(|one| &one.paper)) {
        add(Field::Said, &paper.signatory);
    }
    for next in &sheet.follow_ups {
        add(Field::Said, &next.text);
    }
    if let Some(refused) = &sheet.sign_off_refused {
        add(Field::Said, &refused.note);
    }
    if let Some(unfinished) = &sheet.unfinished {
        add(Field::Said, &unfinished.note);
        add(Field::Said, &unfinished.next);
    }
    if let Some(cancelled) = &order.cancelled {
        add(Field::Said, &cancelled.reason);
    }
    add(Field::Technician, &order.assignment.technician_name);
    all
}

/// Terms under which a work order is found.
pub fn terms(order: &WorkOrder, sheet: &Sheet) -> BTreeSet<String> {
    texts(order, sheet).iter().flat_map(|(_, text)| index_terms(text)).take(MOST_TERMS).collect()
}

/// Where the words of `query` stand: as few texts as hold all of them that are found, at most three.
pub fn matches(order: &WorkOrder, sheet: &Sheet, query: &[String]) -> Vec<Match> {
    let mut shown: Vec<Match> = Vec::new();
    let mut told: BTreeSet<usize> = BTreeSet::new();
    for (field, text) in texts(order, sheet) {
        let Some((pieces, found)) = highlighted(&text, query) else { continue };
        if found.iter().all(|term| told.contains(term)) {
            continue;
        }
        told.extend(found);
        shown.push(Match { field, pieces });
        if shown.len() == 3 || told.len() == query.len() {
            break;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        TechnicianId, WorkOrderId,
        change::{OpenedSheet, UnfinishedReason},
        place::Position,
        search::query_terms,
        sheet::{Diagnosis, Note, Unfinished},
        work_order::{Cancelled, Technician},
    };
    use uuid::Uuid;

    fn visit() -> (WorkOrder, Sheet) {
        let opened = OpenedSheet {
            customer: "东郊冷库".into(),
            contact: "何主管".into(),
            phone: "139 8077 9001".into(),
            address: "成华区二仙桥北路 8 号".into(),
            equipment: "冷水机组".into(),
            serial: "CHL-380-77".into(),
            symptom: "压缩机异响，漏油".into(),
        };
        let by = Technician {
            id: TechnicianId(Uuid::from_u128(1)),
            login: "wang.lei".into(),
            name: "王磊".into(),
            phone: String::new(),
            base: Position::new(30.0, 104.0),
        };
        let id = WorkOrderId(Uuid::from_u128(2));
        let mut order = WorkOrder::opened_on_site(id, &opened, &by, DateTime::UNIX_EPOCH);
        order.number = "JS-2611-0419".into();
        let mut sheet = Sheet::empty(id);
        sheet.diagnosis = Some(Diagnosis {
            at: DateTime::UNIX_EPOCH,
            fault_code: Some("E42".into()),
            cause: "轴封磨损".into(),
            remedy: "更换轴封, replaced the shaft seal".into(),
        });
        sheet.notes.push(Note { at: DateTime::UNIX_EPOCH, text: "电源正常".into() });
        (order, sheet)
    }

    #[test]
    fn d16_a_visit_is_found_by_customer_product_serial_fault_what_was_done_and_number_in_both_languages() {
        let (order, sheet) = visit();
        let terms = terms(&order, &sheet);
        for (query, field) in [
            ("东郊冷库", Field::Customer),
            ("13980779001", Field::Customer),
            ("二仙桥", Field::Site),
            ("冷水机组", Field::Equipment),
            ("CHL-380-77", Field::Serial),
            ("漏", Field::Fault),
            ("电源", Field::Done),
            ("E42", Field::Fault),
            ("shaft SEAL", Field::Done),
            ("JS-2611-0419", Field::Number),
            ("王磊", Field::Technician),
        ] {
            let wanted = query_terms(query);
            assert!(wanted.iter().all(|term| terms.contains(term)), "{query}: {wanted:?}");
            let shown = matches(&order, &sheet, &wanted);
            assert_eq!(shown.first().map(|one| one.field), Some(field), "{query}");
            assert!(shown[0].pieces.iter().any(|piece| piece.hit), "{query}");
        }
        // Two words that stand in two texts are shown in both.
        let shown = matches(&order, &sheet, &query_terms("冷库 电源"));
        assert_eq!(shown.iter().map(|one| one.field).collect::<Vec<_>>(), [Field::Customer, Field::Done]);
        assert!(!terms.contains("电漏"), "only what stands side by side");
    }

    #[test]
    fn how_it_came_out_follows_from_the_sheet() {
        let (order, mut sheet) = visit();
        assert_eq!(Outcome::of(&order, &sheet), Outcome::Otherwise);
        sheet.stage = Stage::CouldNotFinish;
        sheet.unfinished = Some(Unfinished {
            at: DateTime::UNIX_EPOCH,
            reason: UnfinishedReason::PartsMissing,
            parts: Vec::new(),
            next: "订货".into(),
            note: String::new(),
        });
        assert_eq!(Outcome::of(&order, &sheet), Outcome::Unfinished);
        let at = DateTime::UNIX_EPOCH + chrono::TimeDelta::days(1);
        let order = WorkOrder { cancelled: Some(Cancelled { at, reason: "自行修好".into() }), ..order };
        assert_eq!(Outcome::of(&order, &sheet), Outcome::Cancelled);
        assert!(terms(&order, &sheet).contains("自行"));
    }
}
