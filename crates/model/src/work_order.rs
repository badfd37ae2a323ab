//! What the office plans and owns: the work order. Phones never change it.

use crate::{
    Digest, LineId, Money, Sheet, Stage, TechnicianId, Text, WorkOrderId,
    attention::Choice,
    calendar::Pause,
    change::{OpenedSheet, PartWanted},
    changed::Edited,
    ids::RequestId,
    moment::millis,
    place::Position,
    sheet::{PartLine, SignOffRefused, Unfinished},
    standard::Under,
    step::{Template, same_serial},
    visit_rules::VisitRules,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// That a work order tells of (A18).
pub const MOST_PAST_VISITS: usize = 10;

/// One planned visit for a request; "job" on screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkOrder {
    pub id: WorkOrderId,
    /// As people say it: `JS-2611-0419`.
    pub number: String,
    /// Grows by one each time the office changes the work order.
    pub version: u32,
    pub request: Request,
    pub customer: Customer,
    pub site: Site,
    pub equipment: Option<Equipment>,
    /// The contract this visit falls under, if any (E3).
    pub contract: Option<Contract>,
    pub level: Level,
    /// The standard it began under, whatever is published later; none for a sheet opened on site.
    #[serde(default)]
    pub under: Option<Under>,
    /// Agreed window of arrival.
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub from: DateTime<Utc>,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub to: DateTime<Utc>,
    /// Promised response (A7) and its hard ceiling at 1.5 times (A17).
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub respond_by: DateTime<Utc>,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub ceiling: DateTime<Utc>,
    /// Estimated minutes of work (D6, B11).
    pub estimate: u32,
    pub template: Template,
    /// Tools to take along (A14, A20).
    pub tools: Vec<Tool>,
    /// Parts to take along (A21).
    pub bring: Vec<Bring>,
    pub tariff: Tariff,
    /// Introduction to say on arrival (A24).
    pub introduction: Text,
    /// Sentence the customer consents to by signing.
    pub consent: Text,
    pub assignment: Assignment,
    /// Past visits to this equipment, newest first, at most ten (A18).
    pub history: Vec<PastVisit>,
    pub cancelled: Option<Cancelled>,
    /// The visit after which this one is made (D13, E13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub follows: Option<Earlier>,
    /// The visit that was opened after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub followed_by: Option<Visit>,
    /// What the office has decided of parts that were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<PartDecision>>", optional)]
    pub parts_decided: Vec<PartDecision>,
    /// The office's last change by hand, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub edited: Option<Edited>,
    /// What its standard asks of the visit.
    #[serde(default, skip_serializing_if = "VisitRules::is_default")]
    #[ts(as = "Option<VisitRules>", optional)]
    pub rules: VisitRules,
    /// When the customer first asked, where another visit was made before: solving it is promised from then on (X2).
    #[serde(default, skip_serializing_if = "Option::is_none", with = "millis::option")]
    #[ts(type = "string | null", optional)]
    pub asked_at: Option<DateTime<Utc>>,
}

/// The visit before, with as much of it as whoever comes next must know, without signal too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Earlier {
    pub work_order: WorkOrderId,
    pub number: String,
    /// When it ended, or was last heard of.
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    pub technician: String,
    /// How far it came.
    pub stage: Stage,
    /// Why the office opened another visit.
    pub why: String,
    pub found: String,
    pub cause: String,
    pub remedy: String,
    pub unfinished: Option<Unfinished>,
    pub refused: Option<SignOffRefused>,
    pub fitted: Vec<PartWanted>,
    /// Asked for and not fitted yet.
    pub wanted: Vec<PartWanted>,
}

impl Earlier {
    pub fn of(order: &WorkOrder, sheet: &Sheet, why: &str, now: DateTime<Utc>) -> Self {
        let ended = sheet.unfinished.as_ref().map(|one| one.at);
        let ended = ended.or(sheet.sign_off_refused.as_ref().map(|one| one.at));
        let ended = ended.or(sheet.on_paper.as_ref().map(|one| one.at));
        let ended = ended.or(sheet.sign_off.as_ref().map(|one| one.at));
        let diagnosis = sheet.diagnosis.as_ref();
        let asked_for = sheet.requests.iter().map(|one| &one.part);
        let to_order = sheet.unfinished.iter().flat_map(|one| &one.parts);
        let mut wanted: Vec<PartWanted> = Vec::new();
        for part in to_order.chain(asked_for) {
            match wanted.iter_mut().find(|one| one.number == part.number) {
                // Said twice, it is meant once.
                Some(one) => one.quantity = one.quantity.max(part.quantity),
                None => wanted.push(part.clone()),
            }
        }
        Self {
            work_order: order.id,
            number: order.number.clone(),
            at: ended.unwrap_or(now),
            technician: order.assignment.technician_name.clone(),
            stage: sheet.stage,
            why: why.to_owned(),
            found: sheet.fault.as_ref().map(|fault| fault.fault.clone()).unwrap_or_default(),
            cause: diagnosis.map(|one| one.cause.clone()).unwrap_or_default(),
            remedy: diagnosis.map(|one| one.remedy.clone()).unwrap_or_default(),
            unfinished: sheet.unfinished.clone(),
            refused: sheet.sign_off_refused.clone(),
            fitted: sheet
                .parts
                .iter()
                .map(|line| PartWanted {
                    number: line.part.number.clone(),
                    name: line.part.name.clone(),
                    quantity: line.quantity,
                })
                .collect(),
            wanted,
        }
    }
}

/// What somebody at the office decided of a part that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartDecision {
    pub request: LineId,
    /// As many as were asked for then: asked for anew, it is not decided any more.
    pub quantity: u32,
    pub choice: Choice,
    pub reason: String,
    pub by: String,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
}

impl WorkOrder {
    /// Parts on the sheet whose serial is none of those that are reserved for this job (A21). Where none are reserved, or
    /// none was written down, there is nothing to compare.
    pub fn other_serials(&self, sheet: &Sheet) -> Vec<LineId> {
        let other = |line: &&PartLine| {
            let reserved = self.bring.iter().filter(|part| part.number == line.part.number);
            let reserved: Vec<&String> = reserved.flat_map(|part| &part.serials).collect();
            let fitted = line.serial_in.as_deref().unwrap_or_default();
            !fitted.is_empty() && !reserved.is_empty() && !reserved.iter().any(|one| same_serial(one, fitted))
        };
        sheet.parts.iter().filter(other).map(|line| line.line).collect()
    }

    /// Notes what was decided of every request for `about`, as a request is told of ([`PartRequest::about`]).
    pub fn decide_parts(
        &mut self,
        sheet: &Sheet,
        about: &str,
        decision: (Choice, &str),
        by: &str,
        at: DateTime<Utc>,
    ) {
        let (choice, reason) = decision;
        for one in sheet.requests.iter().filter(|one| one.about() == about) {
            self.parts_decided.retain(|known| known.request != one.request);
            self.parts_decided.push(PartDecision {
                request: one.request,
                quantity: one.part.quantity,
                choice,
                reason: reason.to_owned(),
                by: by.to_owned(),
                at,
            });
        }
    }
}

/// Another visit for the same request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Visit {
    pub work_order: WorkOrderId,
    pub number: String,
}

/// What the customer asked for at intake (A5, B2, D2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Request {
    pub id: RequestId,
    pub number: String,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub received_at: DateTime<Utc>,
    pub channel: Channel,
    pub problem_type: Text,
    /// As the customer told it.
    pub symptom: String,
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub occurred_at: Option<DateTime<Utc>>,
    pub impact: Impact,
    pub safety_risk: bool,
    /// What the customer already tried.
    pub tried: String,
    pub wants: Wants,
    /// What was asked further because of the symptom, and what the customer said (A6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<IntakeAnswer>>", optional)]
    pub asked: Vec<IntakeAnswer>,
    /// Number of the order or contract that the customer named (B2).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(as = "Option<String>", optional)]
    pub reference: String,
    /// While the office waited for what the customer had to say, where the standard does not count that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Pause>>", optional)]
    pub pauses: Vec<Pause>,
    /// What the customer sent of it (D2). The office has all of them; a phone asks for those that somebody looks at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<CustomerPhoto>>", optional)]
    pub photos: Vec<CustomerPhoto>,
    /// Whom the customer would have come (A13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub wished: Option<Wished>,
    /// What is served is confidential, as it was said or as the register has it (A13).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub confidential: bool,
    /// How urgent the customer called it, in words of another set of levels (D2, X1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub declared: Option<Text>,
}

/// A technician whom a customer asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Wished {
    pub technician: TechnicianId,
    pub name: String,
}

/// A photo that came with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerPhoto {
    pub digest: Digest,
    pub bytes: u32,
}

/// A follow-up question and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IntakeAnswer {
    pub question: Text,
    pub answer: Text,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variant),* }
    )*};
}

words! {
    Channel { Phone, Chat, MiniProgram, App, Email, WalkIn, OnSite }
    Impact { FullStop, Partial, None }
    Wants { Visit, Remote, Replacement }
    Colour { Red, Yellow, Green }
    AssignmentState { Offered, Assigned, Declined, Withdrawn }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Customer {
    pub id: String,
    pub name: String,
    pub contact: String,
    pub phone: String,
    pub second_phone: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Site {
    pub id: String,
    /// "Laboratory, basement 2".
    pub name: String,
    /// To the door number.
    pub address: String,
    /// How to find it: gate, lift, whom to ask.
    pub landmark: String,
    pub position: Option<Position>,
    /// Within this many metres of `position` one has arrived.
    pub radius_m: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Equipment {
    pub id: String,
    pub name: Text,
    pub model: String,
    pub serial: String,
    #[ts(type = "string | null")]
    pub purchased: Option<NaiveDate>,
    /// Last day under warranty.
    #[ts(type = "string | null")]
    pub warranty_until: Option<NaiveDate>,
    /// Not everybody may be sent to it (A13).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub confidential: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contract {
    pub number: String,
    /// Last day in force.
    #[ts(type = "string")]
    pub until: NaiveDate,
    pub covers_labour: bool,
    pub covers_parts: bool,
    pub covers_call_out: bool,
}

/// Urgency: a level of the service standard's level set (A7, A8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Level {
    pub key: String,
    /// 1 is the most urgent.
    pub rank: u8,
    pub name: Text,
    pub colour: Colour,
    /// Promised response in minutes.
    pub respond: u32,
    /// Minutes to answer an offer, from its delivery (A15).
    pub accept: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tool {
    pub key: String,
    pub name: Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bring {
    pub number: String,
    pub name: Text,
    pub quantity: u32,
    /// Serials reserved for this job, as the system has them (A21).
    pub serials: Vec<String>,
}

/// Price rules as data (E18). Amounts in minor units of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tariff {
    pub version: String,
    pub currency: String,
    /// Per hour of work.
    #[ts(type = "number")]
    pub labour_per_hour: i64,
    /// Work is charged in started steps of this many minutes.
    pub labour_step: u32,
    #[ts(type = "number")]
    pub call_out: i64,
    /// Extra percent on labour begun outside `opens`..`closes`.
    pub out_of_hours_percent: u32,
    /// Minutes after local midnight.
    pub opens: u32,
    pub closes: u32,
}

impl Tariff {
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency.clone())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Assignment {
    pub technician: TechnicianId,
    pub technician_name: String,
    pub state: AssignmentState,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub offered_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PastVisit {
    #[ts(type = "string")]
    pub on: NaiveDate,
    pub number: String,
    pub technician: String,
    pub summary: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cancelled {
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    pub reason: String,
}

/// A technician as colleagues, customers and phones know one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Technician {
    pub id: TechnicianId,
    pub login: String,
    pub name: String,
    pub phone: String,
    /// Where the day starts; distances count from here until the phone has a fix.
    pub base: Position,
}

/// How a visit is prepared and charged: for a kind of equipment, or the plain one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Plan {
    pub template: Template,
    pub tools: Vec<Tool>,
    pub tariff: Tariff,
    pub introduction: Text,
    pub consent: Text,
    /// Minutes of work.
    pub estimate: u32,
}

impl Plan {
    /// Where the office has planned nothing: a blank sheet, and the office prices it.
    pub fn plain() -> Self {
        Self {
            template: Template {
                id: "blank".into(),
                version: 1,
                name: Text::new("Blank sheet", "空白服务单"),
                steps: Vec::new(),
            },
            tools: Vec::new(),
            tariff: Tariff {
                version: "none".into(),
                currency: "CNY".into(),
                labour_per_hour: 0,
                labour_step: 15,
                call_out: 0,
                out_of_hours_percent: 0,
                opens: 0,
                closes: 1440,
            },
            introduction: Text::default(),
            consent: Text::new("I confirm the work described above.", "本人确认以上服务内容属实。"),
            estimate: 60,
        }
    }
}

impl WorkOrder {
    /// What may remain on the phone of somebody whose work order it is no longer: that there was one, when, and for
    /// whom (`name`), until they have seen the notice.
    pub fn without_customer(self, name: bool) -> Self {
        let kept = if name { self.customer.name } else { String::new() };
        let customer = Customer {
            id: String::new(),
            name: kept,
            contact: String::new(),
            phone: String::new(),
            second_phone: String::new(),
        };
        let site = Site {
            id: String::new(),
            name: String::new(),
            address: String::new(),
            landmark: String::new(),
            position: None,
            radius_m: self.site.radius_m,
        };
        let request = Request {
            symptom: String::new(),
            tried: String::new(),
            asked: Vec::new(),
            reference: String::new(),
            photos: Vec::new(),
            ..self.request
        };
        Self {
            customer,
            site,
            request,
            equipment: None,
            contract: None,
            bring: Vec::new(),
            history: Vec::new(),
            follows: None,
            ..self
        }
    }

    /// Another visit for the request of this one, for whom nothing is settled yet: `promised` is when to respond by and
    /// the ceiling, if the firm's standard says. The promises begin anew.
    pub fn another_visit(
        &self,
        id: WorkOrderId,
        number: String,
        (past, earlier): (PastVisit, Earlier),
        now: DateTime<Utc>,
        promised: Option<(DateTime<Utc>, DateTime<Utc>)>,
    ) -> Self {
        let respond = TimeDelta::minutes(i64::from(self.level.respond));
        let (respond_by, ceiling) = promised.unwrap_or((now + respond, now + respond + respond / 2));
        let history = std::iter::once(past).chain(self.history.iter().cloned()).take(MOST_PAST_VISITS);
        Self {
            id,
            number,
            version: 1,
            request: Request { received_at: now, ..self.request.clone() },
            from: now,
            to: respond_by,
            respond_by,
            ceiling,
            history: history.collect(),
            assignment: Assignment {
                technician: TechnicianId(uuid::Uuid::nil()),
                technician_name: String::new(),
                state: AssignmentState::Withdrawn,
                offered_at: now,
            },
            cancelled: None,
            follows: Some(earlier),
            followed_by: None,
            parts_decided: Vec::new(),
            edited: None,
            asked_at: self.asked_at.or(Some(self.request.received_at)),
            ..self.clone()
        }
    }

    /// The work order for a sheet opened on site (E11). Phone and office make the same one from the same
    /// change; the office links it to a customer later. `tariff` and `template` are the plain ones.
    pub fn opened_on_site(id: WorkOrderId, opened: &OpenedSheet, by: &Technician, at: DateTime<Utc>) -> Self {
        let short = id.to_string();
        let plan = Plan::plain();
        let number = format!("JS-S-{}", short[short.len() - 6..].to_uppercase());
        Self {
            id,
            number: number.clone(),
            version: 0,
            request: Request {
                id: RequestId(id.0),
                number,
                received_at: at,
                channel: Channel::OnSite,
                problem_type: Text::new("Opened on site", "现场开单"),
                symptom: opened.symptom.clone(),
                occurred_at: None,
                impact: Impact::Partial,
                safety_risk: false,
                tried: String::new(),
                wants: Wants::Visit,
                asked: Vec::new(),
                reference: String::new(),
                pauses: Vec::new(),
                photos: Vec::new(),
                wished: None,
                confidential: false,
                declared: None,
            },
            customer: Customer {
                id: String::new(),
                name: opened.customer.clone(),
                contact: opened.contact.clone(),
                phone: opened.phone.clone(),
                second_phone: String::new(),
            },
            site: Site {
                id: String::new(),
                name: String::new(),
                address: opened.address.clone(),
                landmark: String::new(),
                position: None,
                radius_m: 150,
            },
            equipment: (!opened.equipment.is_empty() || !opened.serial.is_empty()).then(|| Equipment {
                id: String::new(),
                name: Text::new(opened.equipment.clone(), opened.equipment.clone()),
                model: String::new(),
                serial: opened.serial.clone(),
                purchased: None,
                warranty_until: None,
                confidential: false,
            }),
            contract: None,
            level: Level {
                key: "on_site".into(),
                rank: 3,
                name: Text::new("Opened on site", "现场开单"),
                colour: Colour::Green,
                respond: 480,
                accept: 10,
            },
            under: None,
            from: at,
            to: at,
            respond_by: at,
            ceiling: at,
            estimate: plan.estimate,
            template: plan.template,
            tools: plan.tools,
            bring: Vec::new(),
            tariff: plan.tariff,
            introduction: plan.introduction,
            consent: plan.consent,
            assignment: Assignment {
                technician: by.id,
                technician_name: by.name.clone(),
                state: AssignmentState::Assigned,
                offered_at: at,
            },
            history: Vec::new(),
            cancelled: None,
            follows: None,
            edited: None,
            followed_by: None,
            parts_decided: Vec::new(),
            rules: VisitRules::default(),
            asked_at: None,
        }
    }
}
