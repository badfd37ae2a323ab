//! What the customer pays and why, line by line (E3, E18). Rules are data: the work order's tariff.

use crate::{
    Money, Sheet, Stage, WorkOrder,
    change::{ChargeRef, PartSource},
    times::{SpanKind, minutes_of},
    work_order::Contract,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Charges {
    pub lines: Vec<ChargeLine>,
    /// Sum of the priced lines.
    pub total: Money,
    /// Tariff version the lines were made by.
    pub tariff: String,
    /// A line that the office must price stands on the sheet.
    pub incomplete: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChargeLine {
    /// What it is called when something is said of it.
    pub charge: ChargeRef,
    pub what: ChargeKind,
    pub cover: Cover,
    /// What it would cost without cover.
    pub list: Option<Money>,
    /// What the customer pays; `null`: the office prices this line.
    pub amount: Option<Money>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChargeKind {
    CallOut {},
    /// `charged` is `minutes` rounded up to the tariff's step.
    Labour {
        minutes: u32,
        charged: u32,
    },
    OutOfHours {
        percent: u32,
    },
    Part {
        number: String,
        name: crate::Text,
        quantity: u32,
    },
}

/// Why a line is free, or why it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Cover {
    Warranty {
        #[ts(type = "string")]
        until: NaiveDate,
    },
    Contract {
        number: String,
    },
    CustomersOwn {},
    /// The customer would pay, and the firm gives it.
    Goodwill {
        reason: String,
        agreed_by: String,
    },
    /// The customer pays; the warranty ended then, if there was one.
    Customer {
        #[ts(type = "string | null")]
        warranty_ended: Option<NaiveDate>,
    },
}

impl Cover {
    pub fn is_free(&self) -> bool {
        !matches!(self, Cover::Customer { .. })
    }
}

/// Prices a sheet. Running time counts up to `now`; without `now` it does not count, which is how a
/// document that does not change by itself is made.
pub fn charges(order: &WorkOrder, sheet: &Sheet, now: Option<DateTime<Utc>>) -> Charges {
    let spans: Vec<_> = sheet.spans.iter().filter(|s| now.is_some() || s.to.is_some()).cloned().collect();
    let minutes = minutes_of(&spans, SpanKind::Work, now.unwrap_or_default());
    priced(order, sheet, sheet.arrival.is_some() || !sheet.spans.is_empty(), minutes)
}

/// What the customer is asked to agree to: until the work is done, the planned time counts where less was worked so
/// far, and the call-out in any case (E18).
pub fn estimate(order: &WorkOrder, sheet: &Sheet, now: DateTime<Utc>) -> Charges {
    if is_done(sheet) {
        return charges(order, sheet, Some(now));
    }
    let worked = minutes_of(&sheet.spans, SpanKind::Work, now);
    priced(order, sheet, true, worked.max(order.estimate))
}

fn is_done(sheet: &Sheet) -> bool {
    sheet.stage >= Stage::WorkDone
}

/// Has the customer agreed to what is to be paid? Rules are E7 and E18: before chargeable work, and again when it gets
/// dearer than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// There is nothing that the customer would pay.
    NotNeeded,
    Missing,
    Agreed,
    /// It costs more than what was agreed to.
    Exceeded,
}

/// `now` as in [`charges`].
pub fn consent(order: &WorkOrder, sheet: &Sheet, now: DateTime<Utc>) -> Consent {
    consent_to(sheet, &charges(order, sheet, Some(now)), &estimate(order, sheet, now))
}

/// The same for whoever has the sheet's [`charges`] and [`estimate`] at hand.
pub fn consent_to(sheet: &Sheet, costs: &Charges, asked: &Charges) -> Consent {
    match &sheet.quote {
        Some(quote)
            if quote.total.currency == costs.total.currency && quote.total.minor >= costs.total.minor =>
        {
            Consent::Agreed
        }
        Some(_) => Consent::Exceeded,
        None if asked.total.minor > 0 || asked.incomplete => Consent::Missing,
        None => Consent::NotNeeded,
    }
}

fn priced(order: &WorkOrder, sheet: &Sheet, came: bool, minutes: u32) -> Charges {
    let tariff = &order.tariff;
    let day = service_day(order, sheet);
    let line = |charge: ChargeRef, what: ChargeKind, cover: Cover, list: Option<i64>| {
        // Only what the customer would pay is given.
        let given = sheet.goodwill.iter().find(|one| one.charge == charge && !cover.is_free());
        let cover = match given {
            Some(given) => {
                Cover::Goodwill { reason: given.reason.clone(), agreed_by: given.agreed_by.clone() }
            }
            None => cover,
        };
        let amount = if cover.is_free() { Some(0) } else { list };
        ChargeLine {
            charge,
            what,
            cover,
            list: list.map(|m| tariff.money(m)),
            amount: amount.map(|m| tariff.money(m)),
        }
    };

    let mut lines = Vec::new();
    if came {
        let cover = cover(order, day, |c| c.covers_call_out);
        lines.push(line(ChargeRef::CallOut {}, ChargeKind::CallOut {}, cover, Some(tariff.call_out)));
    }

    if minutes > 0 {
        let step = tariff.labour_step.max(1);
        let charged = minutes.div_ceil(step).saturating_mul(step);
        let list = i64::from(charged).saturating_mul(tariff.labour_per_hour) / 60;
        let labour_cover = cover(order, day, |c| c.covers_labour);
        let what = ChargeKind::Labour { minutes, charged };
        lines.push(line(ChargeRef::Labour {}, what, labour_cover.clone(), Some(list)));
        if tariff.out_of_hours_percent > 0 && began_out_of_hours(order, sheet) {
            let percent = tariff.out_of_hours_percent;
            let extra = list.saturating_mul(i64::from(percent)) / 100;
            let what = ChargeKind::OutOfHours { percent };
            lines.push(line(ChargeRef::OutOfHours {}, what, labour_cover, Some(extra)));
        }
    }

    for fitted in &sheet.parts {
        let cover = part_cover(order, sheet, fitted.from);
        let list = fitted.part.price.as_ref().map(|p| p.minor.saturating_mul(i64::from(fitted.quantity)));
        let what = ChargeKind::Part {
            number: fitted.part.number.clone(),
            name: fitted.part.name.clone(),
            quantity: fitted.quantity,
        };
        lines.push(line(ChargeRef::Part { line: fitted.line }, what, cover, list));
    }

    let total = lines.iter().filter_map(|l| l.amount.as_ref()).map(|m| m.minor).fold(0, i64::saturating_add);
    Charges {
        incomplete: lines.iter().any(|l| l.amount.is_none()),
        total: tariff.money(total),
        tariff: tariff.version.clone(),
        lines,
    }
}

/// The cover of a part from `source`, on the sheet already or not yet.
pub fn part_cover(order: &WorkOrder, sheet: &Sheet, source: PartSource) -> Cover {
    match source {
        PartSource::Customer => Cover::CustomersOwn {},
        PartSource::Van | PartSource::Office | PartSource::Bought => {
            cover(order, service_day(order, sheet), |c| c.covers_parts)
        }
    }
}

fn cover(order: &WorkOrder, day: NaiveDate, in_contract: impl Fn(&Contract) -> bool) -> Cover {
    cover_of(
        order.equipment.as_ref().and_then(|e| e.warranty_until),
        order.contract.as_ref(),
        day,
        in_contract,
    )
}

/// Who pays on that day (E3): the warranty comes before the contract.
pub fn cover_of(
    warranty: Option<NaiveDate>,
    contract: Option<&Contract>,
    day: NaiveDate,
    in_contract: impl Fn(&Contract) -> bool,
) -> Cover {
    if let Some(until) = warranty
        && day <= until
    {
        return Cover::Warranty { until };
    }
    if let Some(contract) = contract
        && day <= contract.until
        && in_contract(contract)
    {
        return Cover::Contract { number: contract.number.clone() };
    }
    Cover::Customer { warranty_ended: warranty }
}

/// The local day of the visit: of the first stretch of time, else of the planned window.
pub fn service_day(order: &WorkOrder, sheet: &Sheet) -> NaiveDate {
    match sheet.spans.first() {
        Some(span) => (span.from + TimeDelta::minutes(i64::from(span.offset))).date_naive(),
        None => (order.from + TimeDelta::hours(8)).date_naive(),
    }
}

fn began_out_of_hours(order: &WorkOrder, sheet: &Sheet) -> bool {
    let Some(span) = sheet.spans.iter().find(|s| s.kind == SpanKind::Work) else { return false };
    let local = span.from + TimeDelta::minutes(i64::from(span.offset));
    let minute = local.hour() * 60 + local.minute();
    !(order.tariff.opens..order.tariff.closes).contains(&minute)
}
