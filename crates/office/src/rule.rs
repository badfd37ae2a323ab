//! Who is sent: the office reads what the rules of `model::dispatch` ask for, and does what they say.
//!
//! A work order that is to be given by rule is offered to the best, and after a no, or none within its minutes, to the
//! next. Where nobody is left it is a supervisor's: the rule stands down and says so once.

use crate::{
    Office, acting,
    dispatch::{Cannot, Seen, actor, is_taken, offer_in},
    standards,
    store::{
        self, Held, Tx, attention, audit,
        clocks::{self, Open},
        crew, customers,
        dispatch::{self, Set},
        people, sync as held,
    },
    sync::{AUTOMATIC, journal_act, word},
};
use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use jobsheet_model::{
    Stage, TechnicianId, What, WorkOrder, WorkOrderId,
    act::{Act, Attention, Entry},
    area::{Area, Map, Place},
    board::{ConsoleCandidates, Suggested},
    calendar::Hours,
    change::KnownWhat,
    dispatch::{
        Asked, ByHand, Candidate, How, KeptOut, LevelRule, Person, Profile, Rules, TurnKind, Wanted, choose,
        has_turn, on_duty, rank, wished_first,
    },
    place::Position,
    role::Role,
    standard::Standard,
    work_order::{AssignmentState, Technician},
};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Why an offer that never arrived is gone, on the phone that comes back later.
const NOT_REACHED: &str = "It did not reach the phone in time · 未能及时送达手机";
/// As many can be named to be asked one after the other.
pub const MOST_IN_TURN: usize = 20;
/// Longest reason, in characters.
const MAX_REASON: usize = 500;

/// What the office knows of its people and their work just now.
pub struct Firm {
    pub technicians: Vec<Technician>,
    pub profiles: HashMap<TechnicianId, (u32, Profile)>,
    pub areas: Vec<Area>,
    pub open: Vec<Open>,
    pub sets: HashMap<WorkOrderId, Set>,
    pub by_rule: bool,
    last: HashMap<TechnicianId, DateTime<Utc>>,
    /// The rules found nobody, and nobody has decided it.
    nobody_fits: HashSet<WorkOrderId>,
    /// The one in use, and every version that a work order may have begun under.
    pub standard: Arc<Standard>,
    standards: Vec<Arc<Standard>>,
}

/// A work order measured against everybody.
pub struct Measured {
    pub place: Place,
    pub skill: Option<String>,
    pub grade: u8,
    pub rules: Rules,
    pub candidates: Vec<Candidate>,
    pub chosen: Option<Candidate>,
}

impl Firm {
    pub fn read(db: &dyn Tx) -> Result<Self> {
        Ok(Self {
            technicians: people::technicians(db)?,
            profiles: crew::profiles(db)?,
            areas: crew::areas(db)?,
            open: clocks::open(db)?,
            sets: dispatch::of_open(db)?,
            by_rule: is_by_rule(db)?,
            last: dispatch::last_offers(db)?,
            nobody_fits: attention::of_kind(db, Attention::NobodyFits)?,
            standard: standards::in_use(db)?,
            standards: standards::all(db)?,
        })
    }

    pub fn profile(&self, technician: TechnicianId) -> Profile {
        self.profiles.get(&technician).map(|(_, profile)| profile.clone()).unwrap_or_default()
    }

    /// What a work order began under, or the one in use for one that began under none.
    fn standard_of(&self, order: &WorkOrder) -> &Standard {
        let is_it = |one: &&Arc<Standard>| order.under.as_ref() == Some(&one.under());
        self.standards.iter().find(is_it).unwrap_or(&self.standard)
    }

    /// The rules that a work order began under, or for one that began under none those in use.
    fn rules(&self, order: &WorkOrder) -> Rules {
        let standard = self.standard_of(order);
        standard.dispatch.clone().unwrap_or_else(Rules::plain)
    }

    /// How a work order finds its technician.
    pub fn how(&self, order: &WorkOrder) -> How {
        if let Some(set) = self.sets.get(&order.id) {
            return set.how;
        }
        let rules = self.rules(order);
        // Without a person who has said otherwise it waits for one (A13).
        if !self.by_hand(order).is_empty() {
            return How::Hand;
        }
        match rules.level(&order.level.key) {
            Some(LevelRule { how, .. }) if self.by_rule => *how,
            _ => How::Hand,
        }
    }

    /// Why a work order is a person's to give (A13).
    pub fn by_hand(&self, order: &WorkOrder) -> Vec<ByHand> {
        self.rules(order).by_hand.of(order, self.nobody_fits.contains(&order.id))
    }

    /// The areas that count as somebody's: the one they have, else those that their base lies in.
    pub fn areas_of(&self, technician: &Technician, map: &Map<'_>) -> std::collections::BTreeSet<String> {
        let area = self.profile(technician.id).area;
        if area.is_empty() { map.at(&technician.base) } else { [area].into() }
    }

    /// Minutes of work that somebody still has on a day that ends at `day_end`.
    pub fn open_minutes(
        &self,
        technician: TechnicianId,
        day_end: DateTime<Utc>,
        but: Option<WorkOrderId>,
    ) -> u32 {
        self.work_of(technician)
            .filter(|open| open.order.from < day_end && Some(open.order.id) != but)
            .map(|open| open.order.estimate)
            .fold(0, u32::saturating_add)
    }

    /// What somebody has, or has an offer of, and is not done with.
    pub fn work_of(&self, technician: TechnicianId) -> impl Iterator<Item = &Open> {
        self.open.iter().filter(move |open| {
            is_taken(&open.order)
                && open.order.assignment.technician == technician
                && !open.sheet.stage.is_over()
        })
    }

    /// Where somebody is: at the visit that is under way, else where the day starts.
    fn position(&self, technician: &Technician) -> Option<Position> {
        let under_way = |open: &&Open| {
            matches!(open.sheet.stage, Stage::Departed | Stage::OnSite | Stage::Working | Stage::Paused)
        };
        let visit = self.work_of(technician.id).find(under_way);
        let site = visit.and_then(|open| open.order.site.position);
        site.or(Some(technician.base)).filter(Position::is_real)
    }

    pub fn measure(&self, db: &dyn Tx, order: &WorkOrder, now: DateTime<Utc>) -> Result<Measured> {
        let rules = self.rules(order);
        let standard = self.standard_of(order);
        let map = Map::new(&self.areas);
        let place = map.place(&order.site);
        let skill = skill_of(db, order)?;
        let level = rules.level(&order.level.key);
        let grade = level.map_or(1, |level| level.grade);
        let then = order.from.max(now);
        let hours = standard.hours(&rules.calendar, now, then);
        let turns_now = crew::turns(db, now, now + TimeDelta::milliseconds(1))?;
        let turns_then = crew::turns(db, then, then + TimeDelta::milliseconds(1))?;
        let (zone, today) = day_of(standard, &rules, now);
        let day_end = end_of_day(hours.as_ref(), then);
        let asked = asked(db, order, &self.technicians)?;
        let wanted = Wanted {
            skill: skill.as_deref(),
            grade,
            place: &place,
            position: order.site.position.filter(Position::is_real),
            estimate: order.estimate,
            desk: self.how(order) == How::Desk,
        };
        let mut all = Vec::with_capacity(self.technicians.len());
        for one in &self.technicians {
            let profile = self.profile(one.id);
            let has = is_taken(order) && order.assignment.technician == one.id;
            all.push(Person {
                technician: one.id,
                login: one.login.clone(),
                name: one.name.clone(),
                areas: self.areas_of(one, &map),
                position: self.position(one),
                away: profile.is_away(today) || profile.is_away(then.with_timezone(&zone).date_naive()),
                on_duty: on_duty(one.id, hours.as_ref(), &turns_now, now),
                on_duty_then: on_duty(one.id, hours.as_ref(), &turns_then, then),
                on_desk: has_turn(one.id, Some(TurnKind::Desk), &turns_now, now),
                open_minutes: self.open_minutes(one.id, day_end, Some(order.id)),
                parts_missing: parts_missing(db, order, one.id)?,
                last_offered: self.last.get(&one.id).copied(),
                before: if has { Some(KeptOut::Has) } else { asked.of(one.id) },
                skills: profile.skills,
                grade: profile.grade,
            });
        }
        let candidates = rank(&wanted, &all, &rules, &map);
        let chosen = choose(&wanted, &candidates).cloned();
        Ok(Measured { place, skill, grade, rules, candidates, chosen })
    }
}

pub fn is_by_rule(db: &dyn Tx) -> Result<bool> {
    Ok(store::fact(db, "by_rule")?.as_deref() == Some("on"))
}

/// The zone of the firm's calendar, and the day that it is there.
pub fn day_of(standard: &Standard, rules: &Rules, at: DateTime<Utc>) -> (Tz, chrono::NaiveDate) {
    let calendar = standard.calendars.iter().find(|one| one.key == rules.calendar);
    let zone = calendar.and_then(|one| one.zone.parse().ok()).unwrap_or(Tz::Asia__Shanghai);
    (zone, at.with_timezone(&zone).date_naive())
}

pub fn end_of_day(hours: Option<&Hours>, at: DateTime<Utc>) -> DateTime<Utc> {
    hours.and_then(|hours| hours.on_the_day_of(at, 24 * 60)).unwrap_or(at + TimeDelta::hours(12))
}

/// The kind of equipment that a visit is to: as the register has it, else as it was planned for.
fn skill_of(db: &dyn Tx, order: &WorkOrder) -> Result<Option<String>> {
    let registered = match order.equipment.as_ref().map(|one| one.id.as_str()) {
        Some(id) if !id.is_empty() => dispatch::kind(db, id)?.filter(|kind| !kind.is_empty()),
        _ => None,
    };
    if registered.is_some() {
        return Ok(registered);
    }
    let kinds = customers::kinds(db)?;
    Ok(kinds.into_iter().map(|kind| kind.key).find(|key| *key == order.template.id))
}

/// How many of the parts to take along somebody's van does not carry enough of.
fn parts_missing(db: &dyn Tx, order: &WorkOrder, technician: TechnicianId) -> Result<u32> {
    if order.bring.is_empty() {
        return Ok(0);
    }
    let van = held::van(db, technician)?.unwrap_or_default();
    let carried = |number: &str| van.iter().filter(|one| one.number == number).map(|one| one.quantity).sum();
    let missing = order.bring.iter().filter(|part| part.quantity > carried(&part.number)).count();
    Ok(u32::try_from(missing).unwrap_or(u32::MAX))
}

/// What became of each offer of this work order; who is offered it again is asked anew.
fn asked(db: &dyn Tx, order: &WorkOrder, technicians: &[Technician]) -> Result<Asked> {
    let mut asked = Asked::default();
    let mut current = None;
    for line in store::console::journal(db, order.id)? {
        match line.entry {
            Entry::Act(Act::Offered { technician, .. } | Act::Reassigned { to: technician, .. }) => {
                if let Entry::Act(Act::Reassigned { from, .. }) = line.entry {
                    asked.note(from, KeptOut::Taken);
                }
                asked.forget(technician);
                current = Some(technician);
            }
            Entry::Act(Act::Expired { technician }) => asked.note(technician, KeptOut::Expired),
            Entry::Act(Act::NotReached { technician }) => asked.note(technician, KeptOut::NotReached),
            Entry::Change(What::Known(KnownWhat::OfferDeclined { .. })) => {
                let named = |one: &&Technician| one.name == line.actor;
                let is_current = |one: &&Technician| Some(one.id) == current && named(one);
                let who = technicians.iter().find(is_current).or(technicians.iter().find(named));
                if let Some(who) = who {
                    asked.note(who.id, KeptOut::Declined);
                }
            }
            _ => {}
        }
    }
    Ok(asked)
}

/// The rules that are against giving a work order to somebody.
pub fn against(
    db: &dyn Tx,
    order: &WorkOrder,
    technician: TechnicianId,
    now: DateTime<Utc>,
) -> Result<Vec<KeptOut>> {
    let measured = Firm::read(db)?.measure(db, order, now)?;
    let found = measured.candidates.into_iter().find(|one| one.technician == technician);
    Ok(found.map(|one| one.kept_out).unwrap_or_default())
}

/// Who could help soonest where somebody is held up (A16): a name, and the minutes of the way.
pub fn nearest(db: &dyn Tx, id: WorkOrderId, now: DateTime<Utc>) -> Result<Option<String>> {
    let Some(Held { order, .. }) = store::held(db, id)? else { return Ok(None) };
    let measured = Firm::read(db)?.measure(db, &order, now)?;
    let near = jobsheet_model::dispatch::nearest(&measured.candidates);
    let near = near.first().map(|one| match one.travel_minutes {
        Some(minutes) => format!("{}, {minutes} min", one.name),
        None => one.name.clone(),
    });
    Ok(near)
}

// --- By rule ---------------------------------------------------------------------------------------

/// Does it wait to be offered by rule?
fn waits(firm: &Firm, open: &Open) -> bool {
    let is_free =
        matches!(open.order.assignment.state, AssignmentState::Withdrawn | AssignmentState::Declined);
    is_free
        && open.holder.is_none()
        && open.order.cancelled.is_none()
        && (!open.sheet.stage.is_over() || open.sheet.stage == Stage::Declined)
        && match firm.how(&open.order) {
            How::Rule | How::Desk => firm.by_rule,
            How::InTurn => true,
            How::Hand => false,
        }
}

/// Is it about to be offered by rule? Then nobody need be told that nobody has it.
pub fn is_waiting(db: &dyn Tx, id: WorkOrderId) -> Result<bool> {
    let firm = Firm::read(db)?;
    Ok(firm.open.iter().any(|open| open.order.id == id && waits(&firm, open)))
}

/// Is there anything to do for the rule?
pub fn anything_waits(db: &dyn Tx) -> Result<bool> {
    if !is_by_rule(db)? && !dispatch::of_open(db)?.values().any(|set| set.how == How::InTurn) {
        return Ok(false);
    }
    let firm = Firm::read(db)?;
    Ok(firm.open.iter().any(|open| waits(&firm, open)))
}

/// Offers everything that waits for it, the most urgent first (D8). Returns how much was done.
pub fn dispatch_all(tx: &dyn Tx, now: DateTime<Utc>) -> Result<usize> {
    let firm = Firm::read(tx)?;
    let mut waiting: Vec<_> =
        firm.open.iter().filter(|open| waits(&firm, open)).map(|open| &open.order).collect();
    waiting.sort_by_key(|order| (order.level.rank, order.respond_by, order.id));
    let ids: Vec<_> = waiting.into_iter().map(|order| order.id).collect();
    for id in &ids {
        next(tx, *id, now)?;
    }
    Ok(ids.len())
}

/// Offers a work order that waits to the next one, or gives it to a person.
fn next(tx: &dyn Tx, id: WorkOrderId, now: DateTime<Utc>) -> Result<()> {
    // Each offer changes how much work somebody has.
    let firm = Firm::read(tx)?;
    let Some(order) = firm.open.iter().find(|open| open.order.id == id).map(|open| &open.order) else {
        return Ok(());
    };
    if firm.how(order) == How::InTurn {
        let mut people = firm.sets.get(&id).map(|set| set.people.clone()).unwrap_or_default();
        while !people.is_empty() {
            let first = people.remove(0);
            let Some(to) = firm.technicians.iter().find(|one| one.id == first) else { continue };
            dispatch::set(tx, id, &Set { how: How::InTurn, people })?;
            return offered(offer_in(tx, id, Act::offered(to.id), to, "", now, |_| {}));
        }
        return stand_down(tx, id, "in_turn", now);
    }
    let measured = firm.measure(tx, order, now)?;
    let to = measured
        .chosen
        .as_ref()
        .and_then(|chosen| firm.technicians.iter().find(|one| one.id == chosen.technician));
    match to {
        Some(to) => {
            let ahead = measured.chosen.as_ref().and_then(|chosen| chosen.ahead);
            let act = Act::Offered { technician: to.id, ahead, against: Vec::new(), reason: String::new() };
            offered(offer_in(tx, id, act, to, "", now, |_| {}))
        }
        None => stand_down(tx, id, &why_nobody(&measured), now),
    }
}

fn offered(done: Result<(), Cannot>) -> Result<()> {
    match done {
        Ok(()) | Err(Cannot::Taken | Cannot::Cancelled | Cannot::NoSuchWorkOrder) => Ok(()),
        Err(Cannot::Failed(why)) => Err(why),
        Err(why) => Err(anyhow::Error::new(why)),
    }
}

/// What kept people out, in words of the journal; or that nobody knows where it is.
fn why_nobody(measured: &Measured) -> String {
    match measured.place {
        Place::Unknown => "unknown".into(),
        Place::Outside => "outside".into(),
        Place::Anywhere | Place::In(_) => {
            let mut reasons: Vec<_> =
                measured.candidates.iter().filter_map(|one| one.kept_out.first().copied()).collect();
            reasons.sort_unstable();
            reasons.dedup();
            reasons.iter().map(word).collect::<Vec<_>>().join(", ")
        }
    }
}

/// It is a person's from here on (A13).
fn stand_down(tx: &dyn Tx, id: WorkOrderId, about: &str, now: DateTime<Utc>) -> Result<()> {
    dispatch::set(tx, id, &Set { how: How::Hand, people: Vec::new() })?;
    let act = Act::DispatchSet { how: How::Hand, people: Vec::new(), reason: String::new() };
    journal_act(tx, id, now, AUTOMATIC, act)?;
    let raised = Act::Raised { attention: Attention::NobodyFits, about: about.to_owned() };
    journal_act(tx, id, now, AUTOMATIC, raised)
}

/// What did not reach its phone is taken back where the level says so and there is somebody else to ask.
pub fn pass_on(tx: &dyn Tx, mut order: WorkOrder, now: DateTime<Utc>) -> Result<()> {
    let firm = Firm::read(tx)?;
    let how = firm.how(&order);
    let rules = firm.rules(&order);
    let passes = rules.level(&order.level.key).is_some_and(|level| level.pass_on_undelivered);
    let is_somebody = match how {
        How::Hand => false,
        How::InTurn => firm.sets.get(&order.id).is_some_and(|set| !set.people.is_empty()),
        How::Rule | How::Desk => firm.by_rule && firm.measure(tx, &order, now)?.chosen.is_some(),
    };
    if !passes || !is_somebody {
        return Ok(());
    }
    let technician = order.assignment.technician;
    order.assignment.state = AssignmentState::Withdrawn;
    order.assignment.offered_at = now;
    order.version += 1;
    store::update_order(tx, &order)?;
    store::revoke(tx, order.id, technician, now, NOT_REACHED, "")?;
    store::clear_sheet(tx, order.id)?;
    journal_act(tx, order.id, now, AUTOMATIC, Act::NotReached { technician })
}

// --- By people -------------------------------------------------------------------------------------

impl Office {
    /// Says no to who may not give this work order to anybody (A13, X12).
    pub fn may_dispatch(&self, id: WorkOrderId, role: Role) -> Result<(), Cannot> {
        let least = self.read(|db| -> Result<_> {
            let Some(Held { order, .. }) = store::held(db, id)? else { return Ok(None) };
            let firm = Firm::read(db)?;
            let least = firm.rules(&order).by_hand.role;
            Ok(Some((least, firm.by_hand(&order))).filter(|(_, reasons)| !reasons.is_empty()))
        })?;
        match least {
            Some((least, reasons)) if !role.may(least) => {
                if let Some(acting) = acting::here() {
                    self.note(|tx| audit::note(tx, &acting.entry(self.now(), true)))?;
                }
                Err(Cannot::NotYours(least, reasons))
            }
            _ => Ok(()),
        }
    }

    /// Everybody measured for a work order, whom the customer wants first, then who fits; for somebody with this role.
    pub fn candidates(&self, id: WorkOrderId, role: Role) -> Result<Option<ConsoleCandidates>> {
        let now = self.now();
        self.read(|db| {
            let Some(Held { order, .. }) = store::held(db, id)? else { return Ok(None) };
            let firm = Firm::read(db)?;
            let mut measured = firm.measure(db, &order, now)?;
            let wished = order.request.wished.as_ref().map(|wished| wished.technician);
            if let Some(wished) = wished {
                wished_first(&mut measured.candidates, wished);
            }
            let by_hand = firm.by_hand(&order);
            let hand_role = measured.rules.by_hand.role;
            let kinds = customers::kinds(db)?;
            let skill = measured.skill.as_deref();
            let keys = match &measured.place {
                Place::In(keys) => Cow::Borrowed(keys),
                Place::Anywhere | Place::Unknown | Place::Outside => Cow::Owned(Default::default()),
            };
            let areas = firm.areas.iter().filter(|area| keys.contains(&area.key));
            Ok(Some(ConsoleCandidates {
                how: firm.how(&order),
                by_rule: firm.by_rule,
                order: measured.rules.order,
                skill: kinds.into_iter().find(|kind| Some(kind.key.as_str()) == skill).map(|kind| kind.name),
                grade: measured.grade,
                areas: areas.map(|area| area.name.clone()).collect(),
                area_known: matches!(measured.place, Place::Anywhere | Place::In(_)),
                candidates: measured.candidates,
                chosen: measured.chosen.map(|one| one.technician),
                in_turn: dispatch::of(db, id)?.map(|set| set.people).unwrap_or_default(),
                suggested: suggested(db, id, &firm.technicians)?,
                may: by_hand.is_empty() || role.may(hand_role),
                by_hand,
                hand_role,
                wished,
            }))
        })
    }

    /// How a work order finds its technician from here on: by rule again, or by hand for a reason (A13).
    pub fn set_dispatch(
        &self,
        seen: impl Into<Seen>,
        by_rule: bool,
        reason: &str,
        by: &str,
    ) -> Result<(), Cannot> {
        let (now, reason, seen) = (self.now(), fit(reason)?, seen.into());
        let id = seen.id;
        self.write(|tx| {
            let order = seen.open(tx)?.order;
            if is_taken(&order) {
                return Err(Cannot::Taken);
            }
            if !by_rule && reason.is_empty() {
                return Err(Cannot::Reason);
            }
            let firm = Firm::read(tx)?;
            let desk = firm.rules(&order).level(&order.level.key).is_some_and(|rule| rule.how == How::Desk);
            let how = match (by_rule, desk) {
                (false, _) => How::Hand,
                (true, true) => How::Desk,
                (true, false) => How::Rule,
            };
            dispatch::set(tx, id, &Set { how, people: Vec::new() })?;
            let act = Act::DispatchSet { how, people: Vec::new(), reason: reason.clone() };
            journal_act(tx, id, now, actor(by), act)?;
            // The clock may not tick just now; and whoever asked wants to see what comes of it.
            if by_rule && firm.by_rule { Ok(next(tx, id, now)?) } else { Ok(()) }
        })
    }

    /// Offers it to some, one after the other, as they were named.
    pub fn offer_in_turn(
        &self,
        seen: impl Into<Seen>,
        logins: &[String],
        reason: &str,
        by: &str,
    ) -> Result<(), Cannot> {
        let (now, reason, seen) = (self.now(), fit(reason)?, seen.into());
        let id = seen.id;
        self.write(|tx| {
            let order = seen.open(tx)?.order;
            if is_taken(&order) {
                return Err(Cannot::Taken);
            }
            let mut named = Vec::new();
            for login in logins.iter().take(MOST_IN_TURN) {
                let one = people::technician_by_login(tx, login)?.ok_or(Cannot::NoSuchTechnician)?;
                if !named.contains(&one.id) {
                    named.push(one.id);
                }
            }
            if named.is_empty() {
                return Err(Cannot::Nobody);
            }
            let measured = Firm::read(tx)?.measure(tx, &order, now)?;
            let mut against: Vec<_> = measured
                .candidates
                .iter()
                .filter(|one| named.contains(&one.technician))
                .flat_map(|one| one.kept_out.iter().copied())
                .collect();
            against.sort_unstable();
            against.dedup();
            if !against.is_empty() && reason.is_empty() {
                return Err(Cannot::Against(against));
            }
            dispatch::set(tx, id, &Set { how: How::InTurn, people: named.clone() })?;
            let act = Act::DispatchSet { how: How::InTurn, people: named, reason: reason.clone() };
            journal_act(tx, id, now, actor(by), act)?;
            Ok(next(tx, id, now)?)
        })
    }
}

fn fit(reason: &str) -> Result<String, Cannot> {
    Ok(reason.trim().chars().take(MAX_REASON).collect())
}

/// Colleagues whom technicians named when they declined.
fn suggested(db: &dyn Tx, id: WorkOrderId, technicians: &[Technician]) -> Result<Vec<Suggested>> {
    let mut all = Vec::new();
    for line in store::console::journal(db, id)? {
        let Entry::Change(What::Known(KnownWhat::OfferDeclined { suggested: Some(colleague), .. })) =
            line.entry
        else {
            continue;
        };
        let text = colleague.trim();
        if text.is_empty() {
            continue;
        }
        let is_it = |one: &&Technician| one.name == text || one.login == text || one.id.to_string() == text;
        let who = technicians.iter().find(is_it);
        all.push(Suggested {
            text: who.map_or_else(|| text.to_owned(), |who| who.name.clone()),
            technician: who.map(|who| who.id),
            by: line.actor,
        });
    }
    Ok(all)
}
