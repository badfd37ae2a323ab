//! A request as it is taken at the office: what is asked for by channel and symptom, what is still missing, how urgent
//! it is, and what becomes of it. What a firm asks and promises is data of its [`Standard`]; here are the rules.

use crate::{
    Digest, TechnicianId, Text, WorkOrderId,
    calendar::{Pause, minutes_of_day},
    ids::RequestId,
    moment::millis,
    reference::FaultCode,
    search::{index_terms, query_terms},
    standard::{Declared, Duty, Finding, Reckoned, Standard, Verdict},
    step::{KnownStepKind, StepKind},
    text::tidy,
    work_order::{
        Assignment, Channel, Contract, Customer, CustomerPhoto, Equipment, Impact, IntakeAnswer, Level,
        PastVisit, Plan, Request, Site, Visit, Wants, Wished, WorkOrder,
    },
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::TS;

/// Longest name, number or answer, and longest text, in characters.
const LINE: usize = 200;
const PARAGRAPH: usize = 2000;
const MOST_HITS: usize = 5;
/// Photos that come with one request.
pub const MOST_PHOTOS: usize = 12;

// --- What a standard says of intake ----------------------------------------------------------------

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub key: String,
    pub name: Text,
}

/// A way in which requests come (A1 to A4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChannelRules {
    pub channel: Channel,
    pub name: Text,
    /// When people are there.
    pub calendar: String,
    /// What the customer is told while somebody is there.
    pub promise: Text,
    /// A person answers within so many minutes of the calendar: as it is promised, and as it must be (A4).
    #[serde(default)]
    pub promised_minutes: Option<u32>,
    #[serde(default)]
    pub limit_minutes: Option<u32>,
    /// What the customer is told while nobody is there, and the time of the next day by which somebody answers (A1).
    #[serde(default)]
    pub away: Text,
    #[serde(default)]
    pub away_until: Option<String>,
    /// What a request must say that comes this way (A5, B2, D2).
    pub required: Vec<Field>,
}

/// What a request says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[ts(rename = "IntakeField")]
#[cfg_attr(feature = "openapi", schema(as = IntakeField))]
pub enum Field {
    Customer,
    Contact,
    Phone,
    SecondPhone,
    Address,
    Equipment,
    Model,
    Serial,
    Purchased,
    Reference,
    ProblemType,
    Symptom,
    OccurredAt,
    Tried,
    Impact,
    Wants,
    /// The answer to a follow-up question.
    Answer,
}

/// Nobody can be sent without these, whatever a standard asks for.
const NEEDED_TO_GO: [Field; 4] = [Field::Customer, Field::Phone, Field::Address, Field::Symptom];

/// What the customer sees, and what is asked because of it (A6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Symptom {
    pub key: String,
    pub name: Text,
    /// The type of problem that it most likely is.
    pub problem_type: String,
    pub questions: Vec<Question>,
    /// What the customer can be helped with at once (C4).
    pub first_aid: Vec<Text>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub key: String,
    pub text: Text,
    /// None: it is answered in words.
    pub options: Vec<Choice>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
#[ts(rename = "QuestionChoice")]
#[cfg_attr(feature = "openapi", schema(as = QuestionChoice))]
pub struct Choice {
    pub key: String,
    pub text: Text,
    /// The criterion of a level that this answer amounts to.
    #[serde(default)]
    #[ts(optional)]
    pub ticks: Option<String>,
}

/// A channel at a certain moment: whether anybody is there, what to tell the customer, and by when to answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelNow {
    pub channel: Channel,
    pub name: Text,
    pub is_staffed: bool,
    pub says: Text,
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub answer_by: Option<DateTime<Utc>>,
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub answer_limit: Option<DateTime<Utc>>,
    pub required: Vec<Field>,
}

impl Standard {
    pub fn channel(&self, channel: Channel) -> Option<&ChannelRules> {
        self.channels.iter().find(|rules| rules.channel == channel)
    }

    pub fn symptom(&self, key: &str) -> Option<&Symptom> {
        self.symptoms.iter().find(|symptom| symptom.key == key)
    }

    /// What is told to whoever comes at `at` (A1 to A4).
    pub fn channel_at(&self, channel: Channel, at: DateTime<Utc>) -> Option<ChannelNow> {
        let rules = self.channel(channel)?;
        let hours = self.hours(&rules.calendar, at, at)?;
        let is_staffed = hours.is_open(at);
        let within = |minutes: Option<u32>| hours.after(at, TimeDelta::minutes(i64::from(minutes?)));
        let (mut by, mut limit) = (within(rules.promised_minutes), within(rules.limit_minutes));
        if !is_staffed && let Some(minutes) = rules.away_until.as_deref().and_then(minutes_of_day) {
            // Of the day on which somebody is there again: before dawn that is the same one.
            by = hours.on_the_day_of(hours.opens(at)?, minutes);
            limit = by;
        }
        Some(ChannelNow {
            channel,
            name: rules.name.clone(),
            is_staffed,
            says: if is_staffed { rules.promise.clone() } else { rules.away.clone() },
            answer_by: by,
            answer_limit: limit,
            required: rules.required.clone(),
        })
    }
}

// --- The request -----------------------------------------------------------------------------------

/// What somebody of the office wrote down of a request, as far as it was said (A5, B2, D2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Intake {
    pub channel: Channel,
    /// Without an id: not in the register yet. So with site and equipment.
    pub customer: Customer,
    pub site: Place,
    pub equipment: Machine,
    /// Number of the order or contract.
    pub reference: String,
    /// Key of one of the standard's; empty: nobody has judged it. So with symptom and level.
    pub problem_type: String,
    pub symptom_kind: String,
    /// As the customer told it.
    pub symptom: String,
    /// By the key of the question: the key of an option, or words.
    pub answers: BTreeMap<String, String>,
    #[ts(type = "string | null")]
    #[serde(default, with = "millis::option")]
    pub occurred_at: Option<DateTime<Utc>>,
    pub impact: Option<Impact>,
    pub tried: String,
    pub wants: Option<Wants>,
    /// Criteria of levels that somebody ticked.
    #[ts(type = "Array<string>")]
    pub criteria: BTreeSet<String>,
    /// Another level than is proposed, and why (X8); empty: as proposed.
    pub level: String,
    pub level_reason: String,
    /// When the customer would have somebody come (D8).
    pub appointment: Option<Appointment>,
    /// Why it goes on without what is missing; empty: it waits.
    pub without: String,
    /// What the customer sent of it (D2), as the office keeps them, in this order.
    #[serde(default)]
    pub photos: Vec<Digest>,
    /// Whom the customer would have come (A13).
    #[serde(default)]
    pub wished: Option<TechnicianId>,
    /// What is to be served is confidential (A13).
    #[serde(default)]
    pub confidential: bool,
    /// How urgent the customer calls it (D2), in words of another set of levels (X1).
    #[serde(default)]
    pub declared: Option<Declared>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[ts(rename = "IntakePlace")]
#[cfg_attr(feature = "openapi", schema(as = IntakePlace))]
pub struct Place {
    pub id: String,
    pub name: String,
    pub address: String,
    pub landmark: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Machine {
    pub id: String,
    /// Key of a kind of equipment, with its checklist and tools; empty: none of them.
    pub kind: String,
    pub name: String,
    pub model: String,
    pub serial: String,
    #[ts(type = "string | null")]
    pub purchased: Option<NaiveDate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Appointment {
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub from: DateTime<Utc>,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub to: DateTime<Utc>,
}

/// Something that a request does not say yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MissingInfo {
    pub field: Field,
    /// Key of the question, for an answer; else empty.
    pub question: String,
}

impl MissingInfo {
    fn of(field: Field) -> Self {
        Self { field, question: String::new() }
    }
}

/// How urgent it is, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Grade {
    pub level: String,
    pub proposed: String,
    /// Why it is another than the proposed one; else empty.
    pub reason: String,
}

impl Intake {
    /// As it is kept: without blanks around what was typed.
    pub fn tidied(mut self) -> Self {
        let Customer { id, name, contact, phone, second_phone } = &mut self.customer;
        let (site, machine) = (&mut self.site, &mut self.equipment);
        let texts = [id, name, contact, phone, second_phone]
            .into_iter()
            .chain([&mut site.id, &mut site.name, &mut site.address, &mut site.landmark])
            .chain([&mut machine.id, &mut machine.kind, &mut machine.name, &mut machine.model])
            .chain([&mut machine.serial, &mut self.reference, &mut self.problem_type, &mut self.symptom_kind])
            .chain([&mut self.symptom, &mut self.tried, &mut self.level, &mut self.level_reason])
            .chain([&mut self.without])
            .chain(self.answers.values_mut());
        for text in texts {
            *text = tidy(text);
        }
        self.answers.retain(|_, answer| !answer.is_empty());
        // The same one chosen twice is one.
        let mut seen = BTreeSet::new();
        self.photos.retain(|photo| seen.insert(photo.clone()));
        self
    }

    /// What is wrong with it, by field: it is not kept so. What is only missing is no fault.
    pub fn check(&self, standard: &Standard, now: DateTime<Utc>) -> Vec<Finding> {
        let mut found = Vec::new();
        self.check_lengths(&mut found);
        let mut unless = |known: bool, path: &str, en: &str, zh: &str| {
            if !known {
                found.push(Finding::error(path, en, zh));
            }
        };
        unless(
            standard.channel(self.channel).is_some(),
            "channel",
            "Requests do not come this way here.",
            "本单位没有这个受理渠道。",
        );
        let type_is_known = self.problem_type.is_empty()
            || standard.problem_types.iter().any(|one| one.key == self.problem_type);
        unless(type_is_known, "problem_type", "There is no such type.", "没有这个问题类型。");
        let symptom = standard.symptom(&self.symptom_kind);
        unless(
            self.symptom_kind.is_empty() || symptom.is_some(),
            "symptom_kind",
            "There is no such symptom.",
            "没有这个现象。",
        );
        for (key, answer) in &self.answers {
            let question = symptom.and_then(|symptom| symptom.questions.iter().find(|one| one.key == *key));
            let fits = question
                .is_some_and(|one| one.options.is_empty() || one.options.iter().any(|o| o.key == *answer));
            unless(fits, &format!("answers.{key}"), "This is no answer to it.", "这不是该问题的答案。");
        }
        let criteria: BTreeSet<_> = standard.levels.iter().flat_map(|level| &level.criteria).collect();
        let is_one = |key: &String| criteria.iter().any(|criterion| criterion.key == *key);
        unless(
            self.criteria.iter().all(is_one),
            "criteria",
            "There is no such criterion.",
            "没有这条判定标准。",
        );
        unless(
            self.level.is_empty() || standard.level(&self.level).is_some(),
            "level",
            "There is no such level.",
            "没有这个等级。",
        );
        unless(
            self.declared.as_ref().is_none_or(|one| standard.likened(one).is_some()),
            "declared",
            "There is no such level.",
            "没有这个等级。",
        );
        let grade = self.grade(standard);
        unless(
            grade.level == grade.proposed || !grade.reason.is_empty(),
            "level_reason",
            "Please say why it is another level than the criteria propose.",
            "与建议的等级不同，请说明原因。",
        );
        unless(
            self.occurred_at.is_none_or(|at| at <= now + TimeDelta::minutes(5)),
            "occurred_at",
            "That is still to come.",
            "这个时间还没到。",
        );
        unless(
            self.equipment.purchased.is_none_or(|day| day <= (now + TimeDelta::days(1)).date_naive()),
            "purchased",
            "That is still to come.",
            "这个日期还没到。",
        );
        unless(
            self.appointment.is_none_or(|one| one.from < one.to && one.to > now),
            "appointment",
            "The visit ends before it begins, or is past.",
            "预约时间不对：结束早于开始，或已经过去。",
        );
        let sensible = self.appointment.is_none_or(|one| one.to - now < TimeDelta::days(366));
        unless(sensible, "appointment", "That is more than a year away.", "预约时间超过一年。");
        unless(
            self.photos.len() <= MOST_PHOTOS,
            "photos",
            &format!("No more than {MOST_PHOTOS} photos."),
            &format!("最多 {MOST_PHOTOS} 张照片。"),
        );
        found
    }

    fn check_lengths(&self, found: &mut Vec<Finding>) {
        let Self { customer, site, equipment, .. } = self;
        let lines = [
            ("customer", &customer.name),
            ("customer", &customer.id),
            ("contact", &customer.contact),
            ("phone", &customer.phone),
            ("second_phone", &customer.second_phone),
            ("site", &site.name),
            ("site", &site.id),
            ("address", &site.address),
            ("landmark", &site.landmark),
            ("equipment", &equipment.name),
            ("equipment", &equipment.id),
            ("equipment", &equipment.kind),
            ("model", &equipment.model),
            ("serial", &equipment.serial),
            ("reference", &self.reference),
        ];
        let answers = self.answers.iter().map(|(key, answer)| (format!("answers.{key}"), answer, LINE));
        let texts = [
            ("symptom", &self.symptom),
            ("tried", &self.tried),
            ("level_reason", &self.level_reason),
            ("without", &self.without),
        ];
        let all = lines
            .into_iter()
            .map(|(path, text)| (path.to_owned(), text, LINE))
            .chain(texts.into_iter().map(|(path, text)| (path.to_owned(), text, PARAGRAPH)))
            .chain(answers);
        for (path, text, most) in all {
            if text.chars().count() > most {
                found.push(Finding::error(
                    path,
                    format!("No more than {most} characters."),
                    format!("最多 {most} 个字符。"),
                ));
            }
        }
    }

    /// Criteria that were ticked, or that answers and impact amount to.
    pub fn ticked(&self, standard: &Standard) -> BTreeSet<String> {
        let mut ticked = self.criteria.clone();
        ticked.extend(self.impact.and_then(|impact| standard.impacts.get(&impact)).cloned());
        for question in standard.symptom(&self.symptom_kind).into_iter().flat_map(|one| &one.questions) {
            let answer = self.answers.get(&question.key);
            let option = question.options.iter().find(|option| Some(&option.key) == answer);
            ticked.extend(option.and_then(|option| option.ticks.clone()));
        }
        ticked
    }

    /// The level that the criteria propose, or the one that a person set instead (A8, B3, X8).
    pub fn grade(&self, standard: &Standard) -> Grade {
        let proposed =
            standard.proposed(&self.ticked(standard), self.declared.as_ref()).map(|level| level.key.clone());
        let proposed = proposed.unwrap_or_default();
        if self.level.is_empty() || self.level == proposed {
            Grade { level: proposed.clone(), proposed, reason: String::new() }
        } else {
            Grade { level: self.level.clone(), proposed, reason: self.level_reason.clone() }
        }
    }

    /// May somebody come to harm?
    pub fn is_unsafe(&self, standard: &Standard) -> bool {
        let ticked = self.ticked(standard);
        let mut criteria = standard.levels.iter().flat_map(|level| &level.criteria);
        criteria.any(|criterion| criterion.safety && ticked.contains(&criterion.key))
    }

    /// What it still has to say: what the channel asks for, and the follow-up questions (A5, A6, D4).
    pub fn missing(&self, standard: &Standard) -> Vec<MissingInfo> {
        let required =
            standard.channel(self.channel).map(|rules| rules.required.as_slice()).unwrap_or_default();
        let mut missing: Vec<_> = required
            .iter()
            .filter(|field| !self.says(**field))
            .map(|field| MissingInfo::of(*field))
            .collect();
        for question in standard.symptom(&self.symptom_kind).into_iter().flat_map(|one| &one.questions) {
            if self.answers.get(&question.key).is_none_or(String::is_empty) {
                missing.push(MissingInfo { field: Field::Answer, question: question.key.clone() });
            }
        }
        missing
    }

    fn says(&self, field: Field) -> bool {
        let Self { customer, site, equipment, .. } = self;
        let is_there = |text: &str| !text.trim().is_empty();
        match field {
            Field::Customer => is_there(&customer.name),
            Field::Contact => is_there(&customer.contact),
            Field::Phone => is_there(&customer.phone),
            Field::SecondPhone => is_there(&customer.second_phone),
            Field::Address => is_there(&site.address),
            Field::Equipment => is_there(&equipment.name),
            Field::Model => is_there(&equipment.model),
            Field::Serial => is_there(&equipment.serial),
            Field::Purchased => equipment.purchased.is_some(),
            Field::Reference => is_there(&self.reference),
            Field::ProblemType => is_there(&self.problem_type),
            Field::Symptom => is_there(&self.symptom),
            Field::OccurredAt => self.occurred_at.is_some(),
            Field::Tried => is_there(&self.tried),
            Field::Impact => self.impact.is_some(),
            Field::Wants => self.wants.is_some(),
            // One by one, by its question.
            Field::Answer => true,
        }
    }

    /// Do all words, in small letters, stand in what people look for a request by?
    pub fn is_found_by(&self, number: &str, words: &[String]) -> bool {
        if words.is_empty() {
            return true;
        }
        let Self { customer, site, equipment, .. } = self;
        let said = [number, &customer.name, &customer.contact, &customer.phone, &customer.second_phone]
            .into_iter()
            .chain([site.name.as_str(), &site.address, &equipment.name, &equipment.model, &equipment.serial])
            .chain([self.symptom.as_str(), &self.reference]);
        let said = said.collect::<Vec<_>>().join("\n").to_lowercase();
        words.iter().all(|word| said.contains(word.as_str()))
    }

    /// Without these nobody can be sent, whatever the reason.
    pub fn lacks_to_go(&self) -> Vec<MissingInfo> {
        NEEDED_TO_GO.into_iter().filter(|field| !self.says(*field)).map(MissingInfo::of).collect()
    }

    /// Does it wait for what the customer has to say? Not where somebody said why it goes on without (an emergency
    /// does not wait for a date of purchase).
    pub fn awaits_info(&self, standard: &Standard) -> bool {
        !self.missing(standard).is_empty() && (self.without.is_empty() || !self.lacks_to_go().is_empty())
    }
}

// --- What becomes of it ----------------------------------------------------------------------------

/// What was done with a request: its journal, with actor and time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum RequestAct {
    Registered {},
    Graded {
        #[serde(flatten)]
        grade: Grade,
    },
    /// Saved, and waits for what the customer has to say (D4).
    InfoAwaited {
        missing: Vec<MissingInfo>,
    },
    /// All is there, or it goes on `without`, for that reason.
    InfoComplete {
        without: String,
    },
    Edited {
        fields: Vec<String>,
    },
    /// Photos of the customer's were added, or taken away again.
    PhotosChanged {
        added: Vec<Digest>,
        removed: Vec<Digest>,
    },
    /// Somebody of the office has answered the customer (B4): how, as it was agreed, and whether that was in time. Nothing
    /// is due where the level promises no first response.
    Responded {
        mode: ResponseMode,
        note: String,
        #[ts(type = "string | null")]
        #[serde(default, with = "millis::option")]
        due: Option<DateTime<Utc>>,
        verdict: Option<Verdict>,
    },
    /// Not much is left of this promise, and it is not kept yet (D3).
    Reminded {
        duty: Duty,
    },
    /// The first response that its level promises has not been given in time (B4).
    ResponseMissed {},
    /// Solved at the desk: what was done (C4).
    Solved {
        what: String,
        /// What its level promises of that, where it does (X2), and whether it was kept.
        #[ts(type = "string | null")]
        #[serde(default, with = "millis::option")]
        due: Option<DateTime<Utc>>,
        #[serde(default)]
        verdict: Option<Verdict>,
    },
    /// Somebody is to go there.
    OrderMade {
        visit: Visit,
    },
    /// Nothing is to be done: mended by itself, called twice.
    Withdrawn {
        reason: String,
    },
    /// What its level promises has passed, and nobody was sent yet (A7).
    Breached {},
    /// The hard limit has passed too (A17).
    CeilingPassed {},
}

/// How a customer is answered, as it was agreed (B4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    Phone,
    Message,
    Email,
    Remote,
    OnSite,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestEntry {
    /// Place in the office's one gap-free order.
    #[ts(type = "number")]
    pub n: u64,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub at: DateTime<Utc>,
    /// Name of the person.
    pub actor: String,
    pub act: RequestAct,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    New,
    AwaitingInfo,
    Solved,
    OrderMade,
    Withdrawn,
}

impl RequestState {
    /// Somebody still has to do something about it.
    pub fn is_open(self) -> bool {
        matches!(self, RequestState::New | RequestState::AwaitingInfo)
    }
}

/// What the entries of a request's journal add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    pub state: RequestState,
    /// When it waited for the customer.
    pub awaited: Vec<Pause>,
}

pub fn walk<'a>(entries: impl IntoIterator<Item = (DateTime<Utc>, &'a RequestAct)>) -> Walk {
    let mut walk = Walk { state: RequestState::New, awaited: Vec::new() };
    for (at, act) in entries {
        let state = match act {
            RequestAct::Registered {}
            | RequestAct::Graded { .. }
            | RequestAct::Edited { .. }
            | RequestAct::PhotosChanged { .. }
            | RequestAct::Responded { .. }
            | RequestAct::Reminded { .. }
            | RequestAct::ResponseMissed {}
            | RequestAct::Breached {}
            | RequestAct::CeilingPassed {} => continue,
            RequestAct::InfoAwaited { .. } => RequestState::AwaitingInfo,
            RequestAct::InfoComplete { .. } => RequestState::New,
            RequestAct::Solved { .. } => RequestState::Solved,
            RequestAct::OrderMade { .. } => RequestState::OrderMade,
            RequestAct::Withdrawn { .. } => RequestState::Withdrawn,
        };
        match (walk.state, state) {
            (RequestState::AwaitingInfo, RequestState::AwaitingInfo) => {}
            (RequestState::AwaitingInfo, _) => {
                if let Some(last) = walk.awaited.last_mut() {
                    last.to = Some(at);
                }
            }
            (_, RequestState::AwaitingInfo) => walk.awaited.push(Pause { from: at, to: None }),
            _ => {}
        }
        walk.state = state;
    }
    walk
}

impl Walk {
    /// Its clocks stand still, for it waits for the customer.
    pub fn is_paused(&self, standard: &Standard) -> bool {
        self.pauses(standard).iter().any(|pause| pause.to.is_none())
    }

    /// The time that does not count for its promises.
    pub fn pauses(&self, standard: &Standard) -> &[Pause] {
        if standard.awaiting_pauses { &self.awaited } else { &[] }
    }
}

/// What goes into the journal when a request is written down, or anew after `before`.
pub fn acts_of(before: Option<(&Intake, &Walk)>, after: &Intake, standard: &Standard) -> Vec<RequestAct> {
    let mut acts = Vec::new();
    let grade = after.grade(standard);
    match before {
        None => {
            acts.extend([RequestAct::Registered {}, RequestAct::Graded { grade }]);
            acts.extend(photos_changed(&[], &after.photos));
        }
        Some((before, _)) => {
            let fields = changed(before, after);
            let photos = photos_changed(&before.photos, &after.photos);
            if fields.is_empty() && photos.is_none() {
                return acts;
            }
            if !fields.is_empty() {
                acts.push(RequestAct::Edited { fields });
            }
            acts.extend(photos);
            if grade != before.grade(standard) {
                acts.push(RequestAct::Graded { grade });
            }
        }
    }
    let waits = after.awaits_info(standard);
    let missing = after.missing(standard);
    let waited = before.is_some_and(|(_, walk)| walk.state == RequestState::AwaitingInfo);
    let same = before.is_some_and(|(before, _)| before.missing(standard) == missing);
    if waits && !(waited && same) {
        acts.push(RequestAct::InfoAwaited { missing });
    } else if !waits && (waited || (before.is_none() && !missing.is_empty())) {
        let without = if missing.is_empty() { String::new() } else { after.without.clone() };
        acts.push(RequestAct::InfoComplete { without });
    }
    acts
}

fn photos_changed(before: &[Digest], after: &[Digest]) -> Option<RequestAct> {
    let but = |all: &[Digest], others: &[Digest]| -> Vec<Digest> {
        all.iter().filter(|one| !others.contains(one)).cloned().collect()
    };
    let (added, removed) = (but(after, before), but(before, after));
    (!added.is_empty() || !removed.is_empty()).then_some(RequestAct::PhotosChanged { added, removed })
}

/// Names of what differs, but for the photos, which are told one by one.
fn changed(before: &Intake, after: &Intake) -> Vec<String> {
    let values = |intake| match serde_json::to_value(intake) {
        Ok(serde_json::Value::Object(values)) => values,
        _ => serde_json::Map::new(),
    };
    let (before, after) = (values(before), values(after));
    let differs =
        |(name, value): &(String, serde_json::Value)| name != "photos" && before.get(name) != Some(value);
    after.into_iter().filter(differs).map(|(name, _)| name).collect()
}

// --- The work order that is made of it -------------------------------------------------------------

/// What the office knows of the place besides what was said.
pub struct Known {
    pub site: Site,
    pub equipment: Option<Equipment>,
    pub contract: Option<Contract>,
    pub history: Vec<PastVisit>,
    pub photos: Vec<CustomerPhoto>,
    pub wished: Option<Wished>,
    /// As the register has it.
    pub confidential: bool,
}

/// A request that was registered.
pub struct Registered<'a> {
    pub id: RequestId,
    pub number: String,
    pub received_at: DateTime<Utc>,
    pub intake: &'a Intake,
    pub pauses: Vec<Pause>,
}

/// When the customer was answered, and how.
pub fn responded(journal: &[RequestEntry]) -> Option<(&RequestEntry, ResponseMode)> {
    journal.iter().find_map(|entry| match &entry.act {
        RequestAct::Responded { mode, .. } => Some((entry, *mode)),
        _ => None,
    })
}

impl Registered<'_> {
    /// The level as it goes with a work order, with what it promises (A7, A17, D8).
    pub fn promised(
        &self,
        standard: &Standard,
        now: DateTime<Utc>,
    ) -> Option<(Level, DateTime<Utc>, DateTime<Utc>)> {
        let level = standard.on_a_work_order(&self.intake.grade(standard).level)?;
        let promise = self.visit_promise(standard, &level.key, now)?;
        Some((level, promise.due, promise.ceiling))
    }

    fn visit_promise(&self, standard: &Standard, level: &str, now: DateTime<Utc>) -> Option<Reckoned> {
        let agreed_to = self.intake.appointment.map_or(self.received_at, |one| one.to);
        standard.promise_after(level, self.received_at, &self.pauses, agreed_to, now)
    }

    /// When the customer is to have a first response, where its level promises one (B4) that is not the very promise of
    /// the work order.
    pub fn response_promise(&self, standard: &Standard, now: DateTime<Utc>) -> Option<Reckoned> {
        let level = self.intake.grade(standard).level;
        let duty = Duty::FirstResponse;
        let reckoned = standard.reckon(&level, duty, self.received_at, &self.pauses, now);
        reckoned.filter(|_| standard.shown != duty)
    }

    /// When it is to be solved, where its level promises that (X2).
    pub fn solve_promise(&self, standard: &Standard, now: DateTime<Utc>) -> Option<Reckoned> {
        let level = self.intake.grade(standard).level;
        standard.reckon(&level, Duty::Solve, self.received_at, &self.pauses, now)
    }

    /// What has passed by `now` of the promises of a request for which nobody was sent, and was not said yet (A7, A17);
    /// and when the next one will. The clock of the response runs from here on: the work order only takes it over.
    pub fn passed(
        &self,
        standard: &Standard,
        journal: &[RequestEntry],
        now: DateTime<Utc>,
    ) -> (Vec<RequestAct>, Option<DateTime<Utc>>) {
        let so_far = walk(journal.iter().map(|entry| (entry.at, &entry.act)));
        if !so_far.state.is_open() {
            return (Vec::new(), None);
        }
        let response = self.response_promise(standard, now).filter(|_| responded(journal).is_none());
        let level = standard.on_a_work_order(&self.intake.grade(standard).level);
        let visit = level.and_then(|level| self.visit_promise(standard, &level.key, now));
        let mut all = Vec::new();
        for (duty, promise) in [(Duty::FirstResponse, &response), (standard.shown, &visit)] {
            let Some(promise) = promise else { continue };
            // What has passed is not reminded of any more.
            let remind = promise.remind.filter(|_| now <= promise.due);
            all.extend(remind.map(|at| (RequestAct::Reminded { duty }, at)));
            if duty == standard.shown {
                all.push((RequestAct::Breached {}, promise.due));
                all.push((RequestAct::CeilingPassed {}, promise.ceiling));
            } else {
                all.push((RequestAct::ResponseMissed {}, promise.due));
            }
        }
        let said = |act: &RequestAct| journal.iter().any(|entry| entry.act == *act);
        let (mut passed, mut next) = (Vec::new(), None::<DateTime<Utc>>);
        for (act, by) in all {
            if said(&act) {
                continue;
            }
            if now > by {
                passed.push(act);
            } else if !so_far.is_paused(standard) {
                // The first moment that is too late: instants are kept to the millisecond.
                let since = by + TimeDelta::milliseconds(1);
                next = Some(next.map_or(since, |next| next.min(since)));
            }
        }
        (passed, next)
    }

    /// The first visit for it, to be given to somebody; nothing where the standard cannot say by when.
    pub fn work_order(
        &self,
        (id, number): (WorkOrderId, String),
        standard: &Standard,
        known: Known,
        plan: Plan,
        assignment: Assignment,
        now: DateTime<Utc>,
    ) -> Option<WorkOrder> {
        let intake = self.intake;
        let (level, respond_by, ceiling) = self.promised(standard, now)?;
        let mut template = plan.template;
        let serial = known.equipment.as_ref().map(|machine| machine.serial.clone());
        for step in &mut template.steps {
            if let StepKind::Known(KnownStepKind::Serial { expected }) = &mut step.kind {
                *expected = serial.clone().filter(|serial| !serial.is_empty());
            }
        }
        let problem_type = standard.problem_types.iter().find(|one| one.key == intake.problem_type);
        let window = intake.appointment.unwrap_or(Appointment { from: now, to: respond_by.max(now) });
        Some(WorkOrder {
            id,
            number,
            version: 1,
            request: Request {
                id: self.id,
                number: self.number.clone(),
                received_at: self.received_at,
                channel: intake.channel,
                problem_type: problem_type.map(|one| one.name.clone()).unwrap_or_default(),
                symptom: intake.symptom.clone(),
                occurred_at: intake.occurred_at,
                impact: intake.impact.unwrap_or(Impact::None),
                safety_risk: intake.is_unsafe(standard),
                tried: intake.tried.clone(),
                wants: intake.wants.unwrap_or(Wants::Visit),
                asked: intake.asked(standard),
                reference: intake.reference.clone(),
                pauses: self.pauses.clone(),
                photos: known.photos,
                wished: known.wished,
                confidential: intake.confidential || known.confidential,
                declared: intake
                    .declared
                    .as_ref()
                    .and_then(|one| standard.likened(one))
                    .map(|one| one.name.clone()),
            },
            customer: intake.customer.clone(),
            site: known.site,
            equipment: known.equipment,
            contract: known.contract,
            level,
            under: Some(standard.under()),
            from: window.from,
            to: window.to,
            respond_by,
            ceiling,
            estimate: plan.estimate,
            template,
            tools: plan.tools,
            bring: Vec::new(),
            tariff: plan.tariff,
            introduction: plan.introduction,
            consent: plan.consent,
            assignment,
            history: known.history,
            cancelled: None,
            follows: None,
            edited: None,
            followed_by: None,
            parts_decided: Vec::new(),
            rules: standard.visit_rules(&intake.problem_type),
            asked_at: None,
        })
    }
}

impl Intake {
    /// The follow-up questions that were answered, in words.
    pub fn asked(&self, standard: &Standard) -> Vec<IntakeAnswer> {
        let symptom = standard.symptom(&self.symptom_kind);
        let asked = |question: &Question| {
            let answer = self.answers.get(&question.key)?;
            let option = question.options.iter().find(|option| option.key == *answer);
            let answer = option.map_or_else(|| Text::new(answer, answer), |option| option.text.clone());
            Some(IntakeAnswer { question: question.text.clone(), answer })
        };
        symptom.into_iter().flat_map(|symptom| &symptom.questions).filter_map(asked).collect()
    }
}

// --- Knowledge -------------------------------------------------------------------------------------

/// Fault codes that what was said reminds of, the likeliest first (A9, C4). One that is named by its code always is;
/// else two of its words, and rare words count for more.
pub fn hits(faults: &[FaultCode], said: &str) -> Vec<FaultCode> {
    let indexes: Vec<BTreeSet<String>> =
        faults.iter().map(|fault| words(fault).into_iter().collect()).collect();
    // What is shorter says nothing of what is broken.
    let means = |term: &String| term.chars().count() >= if term.is_ascii() { 4 } else { 2 };
    let terms: BTreeSet<String> = query_terms(said).into_iter().filter(means).collect();
    let lower = said.to_lowercase();
    let mut scored: Vec<(u64, &FaultCode)> = Vec::new();
    for (fault, index) in faults.iter().zip(&indexes) {
        let is_named = named(&lower, &fault.code.to_lowercase());
        let found: Vec<_> = terms.iter().filter(|term| index.contains(*term)).collect();
        let weight = |term: &&String| {
            let holders = indexes.iter().filter(|index| index.contains(*term)).count();
            1_000_000 / u64::try_from(holders).unwrap_or(u64::MAX).max(1)
        };
        if is_named || found.len() >= 2 {
            let named = if is_named { 1_000_000_000 } else { 0 };
            scored.push((named + found.iter().map(weight).sum::<u64>(), fault));
        }
    }
    scored.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.code.cmp(&other.code)));
    scored.into_iter().take(MOST_HITS).map(|(_, fault)| fault.clone()).collect()
}

/// Does the code stand there by itself?
fn named(text: &str, code: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices(code).any(|(at, _)| {
        let after = text.get(at + code.len()..).and_then(|rest| rest.chars().next());
        !is_part(text.get(..at).and_then(|rest| rest.chars().next_back())) && !is_part(after)
    })
}

fn words(fault: &FaultCode) -> Vec<String> {
    let FaultCode { code, name, cause, remedy } = fault;
    let all = [code, &name.en, &name.zh, &cause.en, &cause.zh, &remedy.en, &remedy.zh];
    index_terms(&all.map(String::as_str).join(" "))
}

#[cfg(test)]
mod tests;
