//! Who is sent, and why him (A11, A12, A13, D7, D8, E5, E17).
//!
//! Hard rules keep somebody out, each by its name; among the others the smallest tuple of measures goes first, in the
//! order that the standard gives. So "why him?" has an answer: the first measure in which he is ahead of the next. Where
//! a standard gives measures weights, the smallest sum goes first, and the answer is the measure that made most of the
//! difference. Nothing here is random.

use crate::{
    TechnicianId, WorkOrder,
    area::{Map, Place},
    calendar::Hours,
    ids::TurnId,
    moment::millis,
    place::Position,
    role::Role,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};
use ts_rs::TS;

/// The lowest and the highest grade that somebody can have.
pub const GRADES: std::ops::RangeInclusive<u8> = 1..=5;

/// What the office keeps of a technician for this, beside name and telephone. Phones never see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile {
    /// Keys of the kinds of equipment that they can work on.
    pub skills: BTreeSet<String>,
    #[cfg_attr(feature = "openapi", schema(maximum = 255))]
    pub grade: u8,
    /// Key of the home area; '' for the one that the base lies in.
    pub area: String,
    /// Not at work: ill, on leave.
    pub away: Option<Away>,
}

impl Default for Profile {
    fn default() -> Self {
        Self { skills: BTreeSet::new(), grade: 1, area: String::new(), away: None }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Away {
    /// The last day of it; `null` until somebody says otherwise.
    #[ts(type = "string | null")]
    pub until: Option<NaiveDate>,
    pub reason: String,
}

impl Profile {
    pub fn is_away(&self, day: NaiveDate) -> bool {
        self.away.as_ref().is_some_and(|away| away.until.is_none_or(|until| day <= until))
    }
}

/// Beside the hours in which everybody works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TurnKind {
    /// Out of hours and on holidays (E17).
    OnCall,
    /// The turn of the customer-service group (A12).
    Desk,
}

/// One line of the rota.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Turn {
    pub id: TurnId,
    pub technician: TechnicianId,
    pub kind: TurnKind,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub from: DateTime<Utc>,
    #[ts(type = "string")]
    #[serde(with = "millis")]
    pub to: DateTime<Utc>,
}

impl Turn {
    pub fn covers(&self, at: DateTime<Utc>) -> bool {
        (self.from..self.to).contains(&at)
    }
}

/// What of the rota cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unfit {
    /// It ends before it begins, or lasts longer than a week.
    Length,
    /// The same person has such a turn then already.
    Overlaps,
}

/// Whether a turn can stand beside the others.
pub fn fits(turn: &Turn, others: &[Turn]) -> Result<(), Unfit> {
    if turn.from >= turn.to || (turn.to - turn.from).num_days() > 7 {
        return Err(Unfit::Length);
    }
    let clashes = |other: &Turn| {
        other.id != turn.id
            && other.technician == turn.technician
            && other.kind == turn.kind
            && other.from < turn.to
            && turn.from < other.to
    };
    if others.iter().any(clashes) { Err(Unfit::Overlaps) } else { Ok(()) }
}

/// Somebody works in the hours of the calendar, and beyond them when the rota says so (E17). Where there are no hours,
/// everybody is on duty.
pub fn on_duty(technician: TechnicianId, hours: Option<&Hours>, turns: &[Turn], at: DateTime<Utc>) -> bool {
    hours.is_none_or(|hours| hours.is_open(at)) || has_turn(technician, None, turns, at)
}

pub fn has_turn(technician: TechnicianId, kind: Option<TurnKind>, turns: &[Turn], at: DateTime<Utc>) -> bool {
    let is_it = |turn: &&Turn| turn.technician == technician && kind.is_none_or(|kind| turn.kind == kind);
    turns.iter().filter(is_it).any(|turn| turn.covers(at))
}

/// What a person changed of the crew: kept beside the journals of work orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum CrewAct {
    ProfileSet {
        technician: TechnicianId,
        profile: Profile,
    },
    AreasImported {
        areas: u32,
    },
    TurnAdded {
        turn: Turn,
    },
    TurnRemoved {
        turn: Turn,
    },
    /// Somebody else takes the turn.
    TurnGiven {
        turn: Turn,
        to: TechnicianId,
    },
    ByRule {
        on: bool,
    },
}

// --- What the standard says (X10, X11) -------------------------------------------------------------

/// Rules of dispatch, part of the standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// In its hours everybody is on duty; beyond them whoever the rota names.
    pub calendar: String,
    /// What is compared, the first difference decides.
    pub order: Vec<Measure>,
    /// What is added up before that (X10): whoever has fewer points goes first, and the order decides among equals. None:
    /// the order alone.
    #[serde(default)]
    pub weights: Vec<Weight>,
    /// How many borders away somebody may be sent from: 1 is a neighbouring area.
    pub reach: u32,
    /// Minutes of work that one person can have on a day.
    pub day_minutes: u32,
    pub levels: Vec<LevelRule>,
    #[serde(default)]
    pub by_hand: HandRule,
}

/// How many points one unit of a measure costs: a border, a grade, an hour of work, a part, ten minutes on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Weight {
    pub measure: Measure,
    pub points: u32,
}

/// What is left to a person, and whose it is then (A13, X12). In what time is the standard's `dispatch_minutes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HandRule {
    /// The least role that gives such a work order to somebody.
    pub role: Role,
    pub reasons: Vec<ByHand>,
}

impl Default for HandRule {
    /// Where a standard says nothing of it.
    fn default() -> Self {
        Self { role: Role::Dispatcher, reasons: vec![ByHand::Wished, ByHand::Confidential] }
    }
}

/// Why a work order is a person's to give, and not the rules'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ByHand {
    /// The customer wants a certain person.
    Wished,
    Confidential,
    /// The rules found nobody.
    NobodyFits,
}

impl HandRule {
    /// What of it is so with a work order; `nobody_fits`: the rules have said so, and nobody has decided it.
    pub fn of(&self, order: &WorkOrder, nobody_fits: bool) -> Vec<ByHand> {
        let is_so = |why: &ByHand| match why {
            ByHand::Wished => order.request.wished.is_some(),
            ByHand::Confidential => order.request.confidential,
            ByHand::NobodyFits => nobody_fits,
        };
        self.reasons.iter().copied().filter(is_so).collect()
    }
}

/// Whom the customer wants comes first, whatever the rules say of them: a person decides.
pub fn wished_first(candidates: &mut [Candidate], wished: TechnicianId) {
    if let Some(at) = candidates.iter().position(|one| one.technician == wished)
        && let Some(before) = candidates.get_mut(..=at)
    {
        before.rotate_right(1);
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LevelRule {
    pub level: String,
    pub how: How,
    /// The lowest grade that is sent.
    pub grade: u8,
    /// What has not reached a phone in the time the standard gives is offered to the next one.
    #[serde(default)]
    pub pass_on_undelivered: bool,
}

/// How a work order finds its technician.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Offered to the best by the rules, then to the next.
    Rule,
    /// The same among those whose turn at the customer-service desk it is (A12).
    Desk,
    /// Offered to some that a person named, one after the other.
    InTurn,
    /// A person decides (A13).
    Hand,
}

/// Compared in the order that the standard gives; the smaller goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Borders between the technician's area and the site's.
    Area,
    /// How much higher the grade is than the work asks for.
    Grade,
    /// Open minutes of work on that day.
    Work,
    /// Parts of the work order that the van does not carry (D7).
    Parts,
    Travel,
    /// Who was asked longest ago.
    LastOffered,
}

impl Measure {
    /// Of how much of it one unit is, for its weight; none where it cannot be added up.
    pub fn unit(self) -> Option<i64> {
        match self {
            Measure::Area | Measure::Grade | Measure::Parts => Some(1),
            Measure::Work => Some(60),
            Measure::Travel => Some(10),
            Measure::LastOffered => None,
        }
    }
}

impl Rules {
    /// Where a standard says nothing of it: for suggestions to a person, who decides.
    pub fn plain() -> Self {
        Self {
            calendar: String::new(),
            order: vec![
                Measure::Area,
                Measure::Grade,
                Measure::Work,
                Measure::Parts,
                Measure::Travel,
                Measure::LastOffered,
            ],
            weights: Vec::new(),
            reach: 1,
            day_minutes: 24 * 60,
            levels: Vec::new(),
            by_hand: HandRule::default(),
        }
    }

    pub fn level(&self, key: &str) -> Option<&LevelRule> {
        self.levels.iter().find(|rule| rule.level == key)
    }
}

// --- Who fits --------------------------------------------------------------------------------------

/// What a work order asks for.
pub struct Wanted<'a> {
    /// Key of the kind of equipment; none where nobody knows it.
    pub skill: Option<&'a str>,
    pub grade: u8,
    pub place: &'a Place,
    pub position: Option<Position>,
    /// Minutes of work.
    pub estimate: u32,
    /// Only those whose turn at the desk it is.
    pub desk: bool,
}

/// What is known of somebody just now.
#[derive(Clone, Debug)]
pub struct Person {
    pub technician: TechnicianId,
    pub login: String,
    pub name: String,
    pub skills: BTreeSet<String>,
    pub grade: u8,
    pub areas: BTreeSet<String>,
    /// Where they are, or set out from.
    pub position: Option<Position>,
    pub away: bool,
    pub on_duty: bool,
    /// On duty also when the visit is to be.
    pub on_duty_then: bool,
    pub on_desk: bool,
    pub open_minutes: u32,
    pub parts_missing: u32,
    pub last_offered: Option<DateTime<Utc>>,
    /// What became of an earlier offer of this work order.
    pub before: Option<KeptOut>,
}

/// Why somebody is not offered it by the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeptOut {
    /// Has it, or has an offer of it.
    Has,
    Declined,
    Expired,
    /// The offer did not reach the phone.
    NotReached,
    /// It was taken from them.
    Taken,
    Away,
    OffDuty,
    /// On duty now, and not when the visit is to be.
    OffDutyThen,
    /// Not their turn at the desk.
    NotAtDesk,
    Skill,
    Grade,
    /// Their area is too far away, or they have none.
    Area,
    /// The day is full.
    Full,
}

/// Somebody measured for a work order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Candidate {
    pub technician: TechnicianId,
    pub login: String,
    pub name: String,
    pub grade: u8,
    /// Borders to the site's area; `null` where that is not known.
    pub area_steps: Option<u32>,
    pub grade_excess: u8,
    pub open_minutes: u32,
    pub parts_missing: u32,
    pub metres: Option<u32>,
    pub travel_minutes: Option<u32>,
    #[ts(type = "string | null")]
    #[serde(with = "millis::option")]
    pub last_offered: Option<DateTime<Utc>>,
    /// The rules that are against it; none for those who fit.
    pub kept_out: Vec<KeptOut>,
    /// The first measure in which they are ahead of the next one who fits; with weights, the one that tells most.
    pub ahead: Option<Measure>,
    /// Points by the weights of the standard, in hundredths; `null` where it has none.
    #[ts(type = "number | null")]
    pub points: Option<i64>,
}

impl Candidate {
    pub fn fits(&self) -> bool {
        self.kept_out.is_empty()
    }

    /// By one measure; what is not known is as far as can be.
    fn measure(&self, by: Measure) -> i64 {
        let known = |n: Option<u32>| n.map_or(i64::MAX, i64::from);
        match by {
            Measure::Area => known(self.area_steps),
            Measure::Grade => i64::from(self.grade_excess),
            Measure::Work => i64::from(self.open_minutes),
            Measure::Parts => i64::from(self.parts_missing),
            Measure::Travel => known(self.travel_minutes),
            Measure::LastOffered => self.last_offered.map_or(i64::MIN, |at| at.timestamp_millis()),
        }
    }

    /// Hundredths of points by one weight. What is not known counts like the farthest that is known, `most`.
    fn cost(&self, weight: &Weight, most: i64) -> i64 {
        let Some(unit) = weight.measure.unit() else { return 0 };
        let measured = Some(self.measure(weight.measure)).filter(|n| *n != i64::MAX).unwrap_or(most);
        measured.saturating_mul(100).saturating_mul(i64::from(weight.points)) / unit
    }

    fn first_difference(&self, other: &Candidate, order: &[Measure]) -> Option<(Measure, Ordering)> {
        let compared = |by: &Measure| (*by, self.measure(*by).cmp(&other.measure(*by)));
        order.iter().map(compared).find(|(_, ordering)| ordering.is_ne())
    }
}

/// In a city a straight line is a third longer by road, and half a kilometre takes a minute.
pub fn travel_minutes(metres: u32) -> u32 {
    (u64::from(metres) * 13).div_ceil(10 * 500).try_into().unwrap_or(u32::MAX)
}

/// Everybody, who fits first and the best of them at the head; then who is kept out, in the same order.
pub fn rank(wanted: &Wanted<'_>, people: &[Person], rules: &Rules, map: &Map<'_>) -> Vec<Candidate> {
    let mut all: Vec<_> = people.iter().map(|person| candidate(wanted, person, rules, map)).collect();
    let weighed = weighed(&all, rules);
    if !weighed.is_empty() {
        for one in &mut all {
            one.points = Some(weighed.iter().map(|(weight, most)| one.cost(weight, *most)).sum());
        }
    }
    all.sort_by(|a, b| {
        let measures =
            || a.first_difference(b, &rules.order).map_or(Ordering::Equal, |(_, ordering)| ordering);
        // Who is alike in everything comes in the order of their logins, each time.
        let fewer = a.points.cmp(&b.points);
        b.fits().cmp(&a.fits()).then(fewer).then_with(measures).then_with(|| a.login.cmp(&b.login))
    });
    let ahead: Vec<_> = all
        .windows(2)
        .map(|pair| match pair {
            [one, next] if one.fits() && next.fits() => why_ahead(one, next, &weighed, rules),
            _ => None,
        })
        .collect();
    for (one, ahead) in all.iter_mut().zip(ahead) {
        one.ahead = ahead;
    }
    all
}

/// The weights, each with the farthest that is known of its measure.
fn weighed(all: &[Candidate], rules: &Rules) -> Vec<(Weight, i64)> {
    let most = |by| all.iter().map(|one| one.measure(by)).filter(|n| *n != i64::MAX).max().unwrap_or(0);
    rules.weights.iter().map(|weight| (*weight, most(weight.measure))).collect()
}

fn why_ahead(one: &Candidate, next: &Candidate, weighed: &[(Weight, i64)], rules: &Rules) -> Option<Measure> {
    if one.points == next.points {
        return one.first_difference(next, &rules.order).map(|(by, _)| by);
    }
    let lead = |(weight, most): &(Weight, i64)| next.cost(weight, *most) - one.cost(weight, *most);
    // The first of those that tell the same.
    weighed.iter().rev().max_by_key(|weight| lead(weight)).map(|(weight, _)| weight.measure)
}

/// Whom the rules choose: nobody where the place is not known, since the area cannot be judged then (A11).
pub fn choose<'a>(wanted: &Wanted<'_>, ranked: &'a [Candidate]) -> Option<&'a Candidate> {
    match wanted.place {
        Place::Unknown | Place::Outside => None,
        Place::Anywhere | Place::In(_) => ranked.first().filter(|one| one.fits()),
    }
}

/// The same people, the nearest first: who can help when somebody is held up (A16).
pub fn nearest(ranked: &[Candidate]) -> Vec<&Candidate> {
    let mut near: Vec<_> = ranked.iter().filter(|one| one.fits() && one.metres.is_some()).collect();
    near.sort_by_key(|one| (one.metres, one.open_minutes, one.login.as_str()));
    near
}

fn candidate(wanted: &Wanted<'_>, person: &Person, rules: &Rules, map: &Map<'_>) -> Candidate {
    let area_steps = match wanted.place {
        Place::In(areas) => map.steps(&person.areas, areas),
        Place::Anywhere | Place::Unknown | Place::Outside => None,
    };
    let near = match wanted.place {
        Place::In(_) => area_steps.is_some_and(|steps| steps <= rules.reach),
        Place::Outside => false,
        Place::Anywhere | Place::Unknown => true,
    };
    let metres = wanted.position.zip(person.position).map(|(site, at)| at.metres_to(&site));
    let reasons = [
        (person.away, KeptOut::Away),
        (!person.away && !person.on_duty, KeptOut::OffDuty),
        (!person.away && person.on_duty && !person.on_duty_then, KeptOut::OffDutyThen),
        (wanted.desk && !person.on_desk, KeptOut::NotAtDesk),
        (wanted.skill.is_some_and(|skill| !person.skills.contains(skill)), KeptOut::Skill),
        (person.grade < wanted.grade, KeptOut::Grade),
        (!near, KeptOut::Area),
        (person.open_minutes.saturating_add(wanted.estimate) > rules.day_minutes, KeptOut::Full),
    ];
    let broken = reasons.into_iter().filter(|(is_so, _)| *is_so).map(|(_, why)| why);
    Candidate {
        technician: person.technician,
        login: person.login.clone(),
        name: person.name.clone(),
        grade: person.grade,
        area_steps,
        grade_excess: person.grade.saturating_sub(wanted.grade),
        open_minutes: person.open_minutes,
        parts_missing: person.parts_missing,
        metres,
        travel_minutes: metres.map(travel_minutes),
        last_offered: person.last_offered,
        kept_out: person.before.into_iter().chain(broken).collect(),
        ahead: None,
        points: None,
    }
}

// --- What became of earlier offers ----------------------------------------------------------------

/// What somebody said or did not say to a work order, in the order in which it happened; the last one counts.
#[derive(Default)]
pub struct Asked(BTreeMap<TechnicianId, KeptOut>);

impl Asked {
    pub fn note(&mut self, technician: TechnicianId, what: KeptOut) {
        self.0.insert(technician, what);
    }

    /// Is asked anew.
    pub fn forget(&mut self, technician: TechnicianId) {
        self.0.remove(&technician);
    }

    pub fn of(&self, technician: TechnicianId) -> Option<KeptOut> {
        self.0.get(&technician).copied()
    }
}

#[cfg(test)]
mod tests;
