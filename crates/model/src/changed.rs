//! What the office changed in a plan that the technician knew otherwise (P14): shown, never asked. Both values are kept,
//! the office decides, and what the technician recorded stands.

use crate::{Sheet, Text, WorkOrder, moment::millis, step::StepKind};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who changed a work order at the office, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Edited {
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    /// Name of the person; empty when nobody did it by hand.
    pub by: String,
}

/// All that is different since the technician last saw the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfficeChange {
    #[serde(flatten)]
    pub edited: Edited,
    pub fields: Vec<ChangedField>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangedField {
    pub field: Field,
    pub before: Told,
    pub now: Told,
    /// What the technician recorded about it; it stands.
    pub yours: Option<Told>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Cancelled,
    Window,
    RespondBy,
    Level,
    Customer,
    Contact,
    Phone,
    Address,
    Landmark,
    Symptom,
    Equipment,
    Serial,
    Warranty,
    Contract,
    Estimate,
    Checklist,
    Tools,
    Bring,
    Tariff,
}

/// A value as it can be said in either language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "told", rename_all = "snake_case")]
pub enum Told {
    Nothing {},
    Typed {
        text: String,
    },
    Named {
        names: Vec<Text>,
    },
    Counted {
        items: Vec<Counted>,
    },
    Minutes {
        minutes: u32,
    },
    Day {
        #[ts(type = "string")]
        day: NaiveDate,
    },
    Moment {
        #[ts(type = "string")]
        #[serde(with = "millis")]
        at: DateTime<Utc>,
    },
    Window {
        #[ts(type = "string")]
        #[serde(with = "millis")]
        from: DateTime<Utc>,
        #[ts(type = "string")]
        #[serde(with = "millis")]
        to: DateTime<Utc>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counted {
    pub name: Text,
    pub quantity: u32,
}

/// What somebody who knew `before` has to be told of `now`, in the order of its weight. Nothing of what an answer of
/// theirs changed (the assignment), nor of what only grows by itself (past visits).
pub fn changed_fields(before: &WorkOrder, now: &WorkOrder, sheet: &Sheet) -> Vec<ChangedField> {
    let told = |order: &WorkOrder| {
        let equipment = order.equipment.as_ref();
        [
            (Field::Cancelled, order.cancelled.as_ref().map_or(nothing(), |c| reason(&c.reason))),
            (Field::Window, Told::Window { from: order.from, to: order.to }),
            (Field::RespondBy, Told::Moment { at: order.respond_by }),
            (Field::Level, Told::Named { names: vec![order.level.name.clone()] }),
            (Field::Customer, typed(&order.customer.name)),
            (Field::Contact, typed(&order.customer.contact)),
            (Field::Phone, typed(&order.customer.phone)),
            (Field::Address, typed(&order.site.address)),
            (Field::Landmark, typed(&order.site.landmark)),
            (Field::Symptom, typed(&order.request.symptom)),
            (Field::Equipment, named(equipment.map(|e| e.name.clone()))),
            (Field::Serial, typed(equipment.map_or("", |e| &e.serial))),
            (Field::Warranty, day(equipment.and_then(|e| e.warranty_until))),
            (Field::Contract, typed(order.contract.as_ref().map_or("", |c| &c.number))),
            (Field::Estimate, Told::Minutes { minutes: order.estimate }),
            (Field::Checklist, checklist(order)),
            (Field::Tools, named(order.tools.iter().map(|tool| tool.name.clone()))),
            (Field::Bring, bring(order)),
            (Field::Tariff, typed(&order.tariff.version)),
        ]
    };
    let same = told(before).into_iter().zip(told(now));
    same.filter(|((_, before), (_, now))| before != now)
        .map(|((field, before), (_, now_told))| ChangedField {
            field,
            before,
            now: now_told,
            yours: recorded(field, now, sheet),
        })
        .collect()
}

/// What stands on the sheet about the same thing.
fn recorded(field: Field, order: &WorkOrder, sheet: &Sheet) -> Option<Told> {
    match field {
        Field::Window | Field::RespondBy => {
            let late = sheet.delay.as_ref().map(|delay| (delay.at, delay.new_eta));
            let agreed = sheet.contacts.iter().filter_map(|c| Some((c.at, c.agreed?))).next_back();
            let arrived = sheet.arrival.as_ref().map(|arrival| (arrival.at, arrival.at));
            // Whoever has arrived tells of nothing else; before that, the later word counts.
            arrived.or(late.max(agreed)).map(|(_, at)| Told::Moment { at })
        }
        Field::Symptom => sheet.fault.as_ref().map(|fault| typed(&fault.fault)),
        Field::Serial => order.template.steps.iter().find_map(|step| {
            let StepKind::Known(crate::step::KnownStepKind::Serial { .. }) = step.kind else { return None };
            match &sheet.answers.get(&step.key)?.answer {
                crate::step::Answer::Known(crate::step::KnownAnswer::Serial { code, .. }) => {
                    Some(typed(code))
                }
                _ => None,
            }
        }),
        Field::Bring => sheet.kit.as_ref().map(|kit| Told::Typed { text: kit.parts.join(", ") }),
        _ => None,
    }
    .filter(|told| *told != nothing())
}

fn nothing() -> Told {
    Told::Nothing {}
}

fn typed(text: &str) -> Told {
    if text.trim().is_empty() { nothing() } else { Told::Typed { text: text.to_owned() } }
}

/// Even where nobody wrote why.
fn reason(text: &str) -> Told {
    Told::Typed { text: text.to_owned() }
}

fn named(names: impl IntoIterator<Item = Text>) -> Told {
    let names: Vec<Text> = names.into_iter().collect();
    if names.is_empty() { nothing() } else { Told::Named { names } }
}

fn day(day: Option<NaiveDate>) -> Told {
    day.map_or(nothing(), |day| Told::Day { day })
}

/// Another version of the same checklist is another one.
fn checklist(order: &WorkOrder) -> Told {
    let of = &order.template;
    let version = |name: &str| format!("{name} ({})", of.version);
    Told::Named { names: vec![Text::new(version(&of.name.en), version(&of.name.zh))] }
}

fn bring(order: &WorkOrder) -> Told {
    let count =
        |part: &crate::work_order::Bring| Counted { name: part.name.clone(), quantity: part.quantity };
    if order.bring.is_empty() {
        nothing()
    } else {
        Told::Counted { items: order.bring.iter().map(count).collect() }
    }
}
