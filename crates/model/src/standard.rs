//! What the firm promises, as data: levels, their clocks and the calendars these run on.
//!
//! A standard is published in versions and never changed afterwards; a work order keeps the version it began
//! under. Each promise is written down here once and is code nowhere.

use crate::{
    Text,
    calendar::{Budget, Calendar, Holidays, Hours, Pause, minutes_of_day},
    closing::CloseRule,
    dispatch::Rules,
    intake::{ChannelRules, Named, Symptom},
    step::Template,
    visit_rules::{JobKind, Mark, VisitRules, usual_scale},
    work_order::{self, Colour, Impact, Plan, Tariff},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Standard {
    pub key: String,
    /// Grows by one each time it is published.
    pub version: u32,
    pub name: Text,
    pub calendars: Vec<Calendar>,
    /// Part of the standard, so that a version says for ever which days it took as working days.
    #[serde(default)]
    pub holidays: Vec<Holidays>,
    /// The most urgent first.
    pub levels: Vec<Level>,
    /// Other sets of levels that people speak of; each of their levels stands for one of this standard's (X1).
    #[serde(default)]
    pub level_sets: Vec<LevelSet>,
    /// How requests come in, and what is asked of each (A1 to A5).
    #[serde(default)]
    pub channels: Vec<ChannelRules>,
    /// The first judgement of a request (A9, B2, C3).
    #[serde(default)]
    pub problem_types: Vec<Named>,
    /// Professional types, by the type of problem (A10), with what each asks of a visit (X13, X14).
    #[serde(default)]
    pub jobs: Vec<JobKind>,
    /// What is asked further, by what the customer sees (A6).
    #[serde(default)]
    pub symptoms: Vec<Symptom>,
    /// The criterion that an impact amounts to.
    #[serde(default)]
    pub impacts: BTreeMap<Impact, String>,
    /// While the office waits for what the customer has to say, the clocks stand still (D4).
    #[serde(default)]
    pub awaiting_pauses: bool,
    /// Who is sent (A11, A12, X10, X11); without it a person decides each time.
    #[serde(default)]
    pub dispatch: Option<Rules>,
    /// The promise that the technician's phone shows and the ceiling is reckoned from (A7, B5).
    pub shown: Duty,
    /// How long an offer stands, in minutes from its delivery to the phone (A15).
    pub accept_minutes: u32,
    /// After so many minutes without delivery the dispatcher is told: the promise runs regardless.
    pub undelivered_minutes: u32,
    /// How long a dispatcher may take where nobody accepted (A14).
    pub dispatch_minutes: u32,
    /// Hard limit in per cent of the promise (A17).
    pub ceiling_percent: u32,
    /// When so much of a promise to a request has gone, in per cent, whoever is to answer it is reminded (D3). 0: never.
    #[serde(default = "three_quarters")]
    pub remind_percent: u32,
    /// When the customer hears how it goes, in per cent of the estimate (B11).
    pub progress_percent: u32,
    /// What must be there before a work order is closed (B15, X15).
    pub closing: CloseRule,
    /// What the customer chooses from when signing, the best first (B13, E14, X16).
    #[serde(default = "usual_scale")]
    pub scale: Vec<Mark>,
    /// When customers are asked again, and with which answers (X17). Nothing asks them yet.
    #[serde(default)]
    pub surveys: Vec<Survey>,
    /// What is reported when, and how much of it is looked at (X19). Nothing is reported yet.
    #[serde(default)]
    pub reports: Vec<Report>,
    /// What is asked on site, each by the kind of equipment that is its `id`; for other kinds the office asks what it always
    /// has. They come from workbooks (`crate::xlsform`).
    #[serde(default)]
    pub checklists: Vec<Template>,
    /// What is charged where neither warranty nor contract bears it (E18); without it, what goes with the kind of equipment.
    #[serde(default)]
    pub tariff: Option<Tariff>,
}

fn three_quarters() -> u32 {
    75
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = LevelOfStandard))]
#[serde(deny_unknown_fields)]
pub struct Level {
    pub key: String,
    pub name: Text,
    pub colour: Colour,
    /// What makes a request one of this level (A8, B3).
    pub criteria: Vec<Criterion>,
    pub clocks: Vec<Promise>,
}

/// Levels as others call them: a customer, a maker, a firm that was taken over (X1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LevelSet {
    pub key: String,
    pub name: Text,
    pub levels: Vec<Likened>,
}

/// A level of another set, and the one of this standard that it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Likened {
    pub key: String,
    pub name: Text,
    pub level: String,
}

/// A level of another set, as somebody named it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Declared {
    /// Keys of the set and of its level.
    pub set: String,
    pub level: String,
}

/// A way in which customers are asked how content they are, after the signature (X17).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Survey {
    pub key: String,
    pub name: Text,
    pub when: Asked,
    /// So many hours an answer is taken for.
    pub open_hours: u32,
    /// Dimensions with their weights, in per cent of the whole (B17); none: one answer of the scale.
    #[serde(default)]
    pub dimensions: Vec<Dimension>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = SurveyWhen))]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// As soon as the work order is closed (B18).
    AtClosing,
    /// By a call on the same day (E12).
    SameDay,
    /// By a call after the solution, until the customer is content (C5).
    CallBack,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    pub name: Text,
    pub percent: u32,
}

/// Something that is reported (X19).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Report {
    pub key: String,
    pub name: Text,
    pub every: Period,
    /// How much is looked at, in per cent of what was closed in the period (B19).
    pub sample_percent: u32,
    /// Shown to everybody of the firm (E16).
    #[serde(default)]
    pub published: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Month,
    Quarter,
    Year,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    pub key: String,
    pub text: Text,
    /// Somebody may come to harm: whoever goes there is told.
    #[serde(default)]
    pub safety: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Promise {
    pub duty: Duty,
    pub from: Begins,
    pub within: Budget,
    pub calendar: String,
}

/// What is promised, in the order in which it is done (X2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    FirstResponse,
    Plan,
    Arrive,
    Start,
    Solve,
}

impl Duty {
    /// As it stands in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Duty::FirstResponse => "first_response",
            Duty::Plan => "plan",
            Duty::Arrive => "arrive",
            Duty::Start => "start",
            Duty::Solve => "solve",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Begins {
    /// The office has registered the request.
    Registered,
    /// The owner has received it (B9).
    Received,
}

/// Which standard a work order began under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Under {
    pub standard: String,
    pub version: u32,
}

/// What was done with a standard: an entry of its journal, never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum StandardAct {
    DraftSaved {},
    DraftDiscarded {},
    /// Days of a list of holidays were taken over from a file.
    HolidaysTaken {
        list: String,
        days: u32,
    },
    Published {
        version: u32,
    },
    /// New requests are taken under it from now on.
    PutToUse {
        version: u32,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StandardEntry {
    pub n: u64,
    #[ts(type = "string")]
    #[serde(with = "crate::moment::millis")]
    pub at: DateTime<Utc>,
    /// Name of the person.
    pub actor: String,
    pub act: StandardAct,
}

/// A promise to one customer, reckoned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reckoned {
    pub due: DateTime<Utc>,
    pub ceiling: DateTime<Utc>,
    /// When to remind of it; nothing where the standard does not.
    pub remind: Option<DateTime<Utc>>,
    /// Holidays up to there are not known yet.
    pub provisional: bool,
}

/// When something happened, as narrowly as the office can say: a phone's clock is evidence, not proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happened {
    pub earliest: DateTime<Utc>,
    pub latest: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[ts(rename = "ClockVerdict")]
#[cfg_attr(feature = "openapi", schema(as = ClockVerdict))]
pub enum Verdict {
    Running,
    Paused,
    Met,
    Breached,
    /// It may have been in time or not, or there is no due moment: a person decides.
    Undetermined,
}

impl Happened {
    pub fn at(at: DateTime<Utc>) -> Self {
        Self { earliest: at, latest: at }
    }

    /// What a phone says of an instant that lay between `after` (what must have come first) and `received` (the
    /// office's own clock). A phone that never compared its clock with the office's proves no more than that, nor
    /// does one whose clock says something impossible.
    pub fn said(moment: &crate::Moment, after: DateTime<Utc>, received: DateTime<Utc>) -> Self {
        let best = moment.best();
        if moment.ahead.is_some() && (after..=received).contains(&best) {
            Self::at(best)
        } else {
            Self { earliest: after.min(received), latest: received }
        }
    }
}

/// Whether a promise was kept.
pub fn verdict(
    due: Option<DateTime<Utc>>,
    happened: Option<Happened>,
    paused: bool,
    now: DateTime<Utc>,
) -> Verdict {
    match (due, happened) {
        (None, _) => Verdict::Undetermined,
        (Some(due), Some(happened)) if happened.latest <= due => Verdict::Met,
        (Some(due), Some(happened)) if happened.earliest > due => Verdict::Breached,
        (Some(_), Some(_)) => Verdict::Undetermined,
        (Some(due), None) if now > due => Verdict::Breached,
        (Some(_), None) if paused => Verdict::Paused,
        (Some(_), None) => Verdict::Running,
    }
}

impl Standard {
    /// What is asked about a machine of this kind.
    pub fn checklist(&self, kind: &str) -> Option<&Template> {
        self.checklists.iter().find(|one| one.id == kind)
    }

    /// How a visit to a machine of this kind is prepared and charged, where the office has planned `plan` for it.
    pub fn planned(&self, kind: &str, plan: Plan) -> Plan {
        let template = self.checklist(kind).cloned().unwrap_or(plan.template);
        let tariff = self.tariff.clone().unwrap_or(plan.tariff);
        Plan { template, tariff, ..plan }
    }

    /// The kind of job that a type of problem leads to: where no kind names it, the one that names none (A10).
    pub fn job(&self, problem_type: &str) -> Option<&JobKind> {
        let names = |job: &&JobKind| job.problem_types.iter().any(|key| key == problem_type);
        self.jobs.iter().find(names).or_else(|| self.jobs.iter().find(|job| job.problem_types.is_empty()))
    }

    /// What goes with a work order for a problem of this type.
    pub fn visit_rules(&self, problem_type: &str) -> VisitRules {
        let job = self.job(problem_type);
        let allowed = job.map(|job| &job.accepted).filter(|accepted| !accepted.is_empty());
        VisitRules {
            job: job.map(|job| job.name.clone()),
            progress_percent: self.progress_percent,
            calls: job.map(|job| job.calls.clone()).unwrap_or_default(),
            accepted: allowed.unwrap_or(&self.closing.accepted).clone(),
            scale: self.scale.clone(),
        }
    }

    /// What somebody called it in words of another set of levels (X1).
    pub fn likened(&self, declared: &Declared) -> Option<&Likened> {
        let set = self.level_sets.iter().find(|set| set.key == declared.set)?;
        set.levels.iter().find(|level| level.key == declared.level)
    }

    pub fn under(&self) -> Under {
        Under { standard: self.key.clone(), version: self.version }
    }

    pub fn level(&self, key: &str) -> Option<&Level> {
        self.levels.iter().find(|level| level.key == key)
    }

    /// The level that the ticked criteria lead to: the most urgent that one of them belongs to (A8, B3); else what the
    /// customer's own word stands for (D2, X8); else the least urgent. A person may decide otherwise and says why.
    pub fn proposed(&self, ticked: &BTreeSet<String>, declared: Option<&Declared>) -> Option<&Level> {
        let meets = |level: &&Level| level.criteria.iter().any(|criterion| ticked.contains(&criterion.key));
        let said = || self.level(&self.likened(declared?)?.level);
        self.levels.iter().find(meets).or_else(said).or(self.levels.last())
    }

    /// A level as it goes with a work order.
    pub fn on_a_work_order(&self, key: &str) -> Option<work_order::Level> {
        let rank = self.levels.iter().position(|level| level.key == key)?;
        let level = self.levels.get(rank)?;
        let shown = level.clocks.iter().find(|promise| promise.duty == self.shown)?;
        let respond = match shown.within {
            Budget::Minutes(minutes) => minutes,
            // As long as the first day that the calendar is open.
            Budget::WorkingDays(days) => days.saturating_mul(self.day_minutes(&shown.calendar)),
        };
        Some(work_order::Level {
            key: level.key.clone(),
            rank: u8::try_from(rank + 1).ok()?,
            name: level.name.clone(),
            colour: level.colour,
            respond,
            accept: self.accept_minutes,
        })
    }

    fn day_minutes(&self, calendar: &str) -> u32 {
        let calendar = self.calendars.iter().find(|c| c.key == calendar);
        let open = calendar.and_then(|c| c.week.first()).map(|opening| &opening.open);
        open.into_iter()
            .flatten()
            .filter_map(|[from, to]| minutes_of_day(to)?.checked_sub(minutes_of_day(from)?))
            .sum()
    }

    pub fn hours(&self, calendar: &str, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<Hours> {
        self.calendars.iter().find(|c| c.key == calendar)?.open(&self.holidays, from, to)
    }

    /// When the promise `duty` of `level` is due that began at `start`; nothing where the level does not make it
    /// or its calendar cannot answer.
    pub fn reckon(
        &self,
        level: &str,
        duty: Duty,
        start: DateTime<Utc>,
        pauses: &[Pause],
        now: DateTime<Utc>,
    ) -> Option<Reckoned> {
        let promise = self.level(level)?.clocks.iter().find(|promise| promise.duty == duty)?;
        let last = pauses.iter().filter_map(|pause| pause.to).max().map_or(now, |to| to.max(now));
        let hours = self.hours(&promise.calendar, start, last.max(start))?;
        let due = hours.due_with(start, promise.within, pauses, now)?;
        let ceiling = hours.share(start, due, self.ceiling_percent)?;
        let remind = self.remind(&hours, start, promise.within, due);
        Some(Reckoned { due, ceiling, remind, provisional: !hours.is_known(ceiling) })
    }
}

impl Standard {
    /// The promise that a work order carries. Where customer and office agreed on a later window, its end is it.
    pub fn promise(
        &self,
        level: &str,
        received: DateTime<Utc>,
        agreed_to: DateTime<Utc>,
    ) -> Option<Reckoned> {
        self.promise_after(level, received, &[], agreed_to, received)
    }

    /// The same where the office had to wait for the customer first: `pauses` do not count.
    pub fn promise_after(
        &self,
        level: &str,
        received: DateTime<Utc>,
        pauses: &[Pause],
        agreed_to: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<Reckoned> {
        let promise = self.level(level)?.clocks.iter().find(|promise| promise.duty == self.shown)?;
        let last = pauses.iter().filter_map(|pause| pause.to).max().map_or(now, |to| to.max(now));
        let hours = self.hours(&promise.calendar, received, last.max(received).max(agreed_to))?;
        let due = hours.due_with(received, promise.within, pauses, now)?.max(agreed_to);
        let ceiling = hours.share(received, due, self.ceiling_percent)?.max(due);
        let remind = self.remind(&hours, received, promise.within, due);
        Some(Reckoned { due, ceiling, remind, provisional: !hours.is_known(ceiling) })
    }

    /// When the share of a promise is left that a reminder comes with. What does not count for the promise does not for this.
    fn remind(
        &self,
        hours: &Hours,
        start: DateTime<Utc>,
        within: Budget,
        due: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let left = i64::from(100_u32.checked_sub(self.remind_percent)?);
        let whole = hours.between(start, hours.due(start, within)?).num_milliseconds();
        let left = TimeDelta::try_milliseconds(whole.checked_mul(left)? / 100)?;
        hours.ahead_of(due, left).filter(|_| self.remind_percent > 0)
    }
}

/// What is wrong with what somebody wrote (a standard, a request), or odd about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// Where: `levels[1].clocks[0].calendar`.
    pub path: String,
    /// It cannot be published so; otherwise it is only said.
    pub is_error: bool,
    pub text: Text,
}

impl Finding {
    pub(crate) fn error(path: impl Into<String>, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { path: path.into(), is_error: true, text: Text::new(en, zh) }
    }
}

/// Reads what somebody wrote. What cannot be read at all is said by its path too.
pub fn read(json: &str) -> Result<Standard, Finding> {
    let mut json = serde_json::Deserializer::from_str(json);
    let standard = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (path, why) = (error.path().to_string(), error.inner().to_string());
        Finding::error(path, format!("Cannot be read: {why}."), format!("无法读取：{why}。"))
    })?;
    json.end().map_err(|error| {
        Finding::error(
            "",
            format!("Something follows the standard: {error}."),
            format!("标准之后还有内容：{error}。"),
        )
    })?;
    Ok(standard)
}

mod check;
pub mod days;
pub mod differences;

/// The standards that ship with the office, made from the sources.
pub fn shipped() -> Vec<Standard> {
    [include_str!("../standards/a.json"), include_str!("../standards/b.json")]
        .into_iter()
        .filter_map(|json| read(json).ok())
        .map(|mut standard| {
            standard.holidays.push(chinese_holidays());
            standard
        })
        .collect()
}

pub fn shipped_one(key: &str) -> Option<Standard> {
    shipped().into_iter().find(|standard| standard.key == key)
}

/// Holidays and make-up workdays of the Chinese mainland.
pub fn chinese_holidays() -> Holidays {
    // The file is part of this crate and a test reads it.
    serde_json::from_str(include_str!("../standards/holidays-cn.json")).unwrap_or_else(|_| Holidays {
        key: "cn".into(),
        name: Text::default(),
        source: String::new(),
        from: chrono::NaiveDate::MIN,
        to: chrono::NaiveDate::MIN,
        off: BTreeSet::new(),
        work: BTreeSet::new(),
    })
}

#[cfg(test)]
mod tests;
