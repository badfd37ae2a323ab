//! What has fallen due on a work order because time passed, since when, and when the next thing will; and whether a
//! promise was kept once a record shows it.
//!
//! The office holds the timers: it reads a [`Case`], asks [`look`], and writes down what it is told. What it wrote
//! down is part of the next case, so that each thing is said once.

use crate::{
    Moment, Sheet, Stage, TechnicianId, WorkOrder,
    act::Attention,
    standard::{Begins, Duty, Happened, Standard, Verdict, verdict},
    times::SpanKind,
    visit_rules::progress_due,
    work_order::AssignmentState,
};
use chrono::{DateTime, TimeDelta, Utc};

/// A phone in reach that has nothing to say asks for news about once a minute. One that was not heard for this long
/// was out of reach.
pub const SILENCE: TimeDelta = TimeDelta::minutes(5);

/// All that the decision needs to know of one work order.
pub struct Case<'a> {
    pub order: &'a WorkOrder,
    pub sheet: &'a Sheet,
    /// The one it began under; none for a sheet opened on site.
    pub standard: Option<&'a Standard>,
    /// Who has it now.
    pub holder: Option<Holder>,
    /// When it was last given to or taken from anybody.
    pub changed_hands: Option<Entered>,
    /// The latest record on it, where that says that the phone goes dark.
    pub dark: Option<Entered>,
    /// When a phone of whoever has it was last heard of.
    pub heard: Option<Heard>,
    /// What was raised on it before.
    pub raised: &'a [Said],
    /// Promises that have their verdict.
    pub judged: &'a [Duty],
}

/// A place in the office's order of everything, and its own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entered {
    pub n: u64,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    pub technician: TechnicianId,
    pub given: Entered,
    /// The phone has it.
    pub delivered_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub n: u64,
    pub attention: Attention,
    pub about: String,
}

/// When a phone was heard of, with or without something to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    pub last: DateTime<Utc>,
    /// The last time that it was heard again after a [`SILENCE`].
    pub again: Option<DateTime<Utc>>,
}

impl Heard {
    /// The phone is heard at `now`.
    pub fn next(before: Option<Heard>, now: DateTime<Utc>) -> Heard {
        let again = match before {
            Some(before) if now - before.last <= SILENCE => before.again,
            _ => Some(now),
        };
        Heard { last: now, again }
    }
}

/// Something that fell due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallen {
    /// The first moment at which it was so.
    pub since: DateTime<Utc>,
    pub what: Falls,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Falls {
    /// The offer was not answered in time (A15).
    Expired {
        technician: TechnicianId,
    },
    Raised {
        attention: Attention,
        about: String,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub fallen: Vec<Fallen>,
    /// Nothing more falls due before, unless something is recorded.
    pub next: Option<DateTime<Utc>>,
}

/// What has fallen due by `now` and was not said yet, and when the next thing will.
pub fn look(case: &Case<'_>, now: DateTime<Utc>) -> Look {
    let mut deadlines = Vec::new();
    offers(case, &mut deadlines);
    promises(case, now, &mut deadlines);
    deadlines.extend(progress(case));
    deadlines.extend(silence(case));
    let mut look = Look::default();
    for one in deadlines {
        if one.since <= now {
            look.fallen.push(one);
        } else {
            look.next = Some(look.next.map_or(one.since, |next| next.min(one.since)));
        }
    }
    look
}

/// The first moment after `at`: instants are kept to the millisecond.
fn after(at: DateTime<Utc>) -> DateTime<Utc> {
    at + TimeDelta::milliseconds(1)
}

fn minutes(minutes: u32) -> TimeDelta {
    TimeDelta::minutes(i64::from(minutes))
}

impl Case<'_> {
    /// Raised at `since`, unless it was after entry `n`.
    fn raise(
        &self,
        attention: Attention,
        n: u64,
        about: impl Into<String>,
        since: DateTime<Utc>,
    ) -> Option<Fallen> {
        let about = about.into();
        let was = |said: &Said| said.n > n && said.attention == attention;
        // One promise each; elsewhere the words may have changed since.
        let same = |said: &Said| attention != Attention::Breached || said.about == about;
        let known = self.raised.iter().any(|said| was(said) && same(said));
        (!known).then_some(Fallen { since, what: Falls::Raised { attention, about } })
    }
}

/// Until when an offer waits that reached the phone at `delivered` (A15): whoever accepts before that is in time, whenever
/// the office hears of it. `more` are the minutes that were asked for.
pub fn offer_ends(order: &WorkOrder, delivered: DateTime<Utc>, more: u32) -> DateTime<Utc> {
    delivered + minutes(order.level.accept) + minutes(more)
}

/// An offer that was accepted at `at`, in time and without signal, and is heard of after it had expired stands as long as
/// nobody else was asked meanwhile (A15).
pub fn accepted_in_time(
    order: &WorkOrder,
    technician: TechnicianId,
    delivered: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> bool {
    order.cancelled.is_none()
        && order.assignment.technician == technician
        && order.assignment.state == AssignmentState::Withdrawn
        && delivered.is_some_and(|delivered| at < offer_ends(order, delivered, 0))
}

fn offers(case: &Case<'_>, into: &mut Vec<Fallen>) {
    let Case { order, sheet, standard, .. } = case;
    match (order.assignment.state, case.holder) {
        (AssignmentState::Offered, Some(holder)) if sheet.stage == Stage::Offered => {
            match (holder.delivered_at, standard) {
                (Some(delivered), _) => into.push(Fallen {
                    since: offer_ends(order, delivered, sheet.more_time),
                    what: Falls::Expired { technician: holder.technician },
                }),
                (None, Some(standard)) => {
                    let since = holder.given.at + minutes(standard.undelivered_minutes);
                    let name = order.assignment.technician_name.clone();
                    into.extend(case.raise(Attention::Undelivered, holder.given.n, name, since));
                }
                (None, None) => {}
            }
        }
        (AssignmentState::Withdrawn | AssignmentState::Declined, None) => {
            let Some(standard) = standard else { return };
            let registered = Entered { n: 0, at: order.assignment.offered_at };
            let freed = case.changed_hands.unwrap_or(registered);
            let since = freed.at + minutes(standard.dispatch_minutes);
            into.extend(case.raise(Attention::Unassigned, freed.n, "", since));
        }
        _ => {}
    }
}

fn promises(case: &Case<'_>, now: DateTime<Utc>, into: &mut Vec<Fallen>) {
    let Case { order, sheet, .. } = case;
    let Some(standard) = case.standard else { return };
    // Given up on site: what was not kept by then is for a person to say.
    if sheet.stage == Stage::CouldNotFinish {
        return;
    }
    let received = case.holder.and_then(|holder| holder.delivered_at);
    for duty in promised(order, standard) {
        let is_said = case
            .raised
            .iter()
            .any(|s| s.attention == Attention::Breached && s.about == about(standard, duty));
        let is_shown = duty == standard.shown;
        if shows(sheet, duty) || case.judged.contains(&duty) || (is_said && !is_shown) {
            continue;
        }
        if let Some(due) = due(order, standard, duty, received, now) {
            into.extend(case.raise(Attention::Breached, 0, about(standard, duty), after(due)));
        }
        if is_shown {
            into.extend(case.raise(Attention::CeilingPassed, 0, "", after(order.ceiling)));
        }
    }
}

/// B11.
fn progress(case: &Case<'_>) -> Option<Fallen> {
    let Case { order, sheet, standard, .. } = case;
    if !matches!(sheet.stage, Stage::Working | Stage::Paused) {
        return None;
    }
    let due = progress_due(order.estimate, (*standard)?.progress_percent, sheet)?;
    if sheet.is_told_since(due) {
        return None;
    }
    case.raise(Attention::ProgressDue, 0, "", after(due))
}

/// No word by when the technician said to be back. A phone that is heard on the stairs has not been below yet: it is
/// back once it is heard after a silence, or when the time comes; while it goes on being heard, nothing is wrong.
fn silence(case: &Case<'_>) -> Option<Fallen> {
    let Case { order, sheet, .. } = case;
    let (back_by, dark) = (sheet.dark_until?, case.dark?);
    case.holder?;
    if sheet.stage.is_over() {
        return None;
    }
    let mut since = back_by;
    if let Some(heard) = case.heard {
        if heard.last >= back_by || heard.again.is_some_and(|again| again > dark.at) {
            return None;
        }
        if heard.last > dark.at {
            since = since.max(heard.last + SILENCE);
        }
    }
    case.raise(Attention::StillDark, dark.n, order.assignment.technician_name.clone(), after(since))
}

// --- Promises (B4, B5, B9, A7) ---------------------------------------------------------------------

/// What the level of a work order promises, in the order in which it is done.
fn promised(order: &WorkOrder, standard: &Standard) -> Vec<Duty> {
    let level = standard.level(&order.level.key);
    let mut duties: Vec<_> = level.into_iter().flat_map(|level| &level.clocks).map(|p| p.duty).collect();
    // The work order carries this one, whatever its level is called.
    duties.push(standard.shown);
    duties.sort_unstable();
    duties.dedup();
    duties
}

/// What an attention about a promise says: nothing for the one that everybody sees.
pub fn about(standard: &Standard, duty: Duty) -> &'static str {
    if duty == standard.shown { "" } else { duty.word() }
}

/// When a promise is due. The one that the work order carries stands there; the others follow from the standard that
/// it began under, which never changes. Nothing as long as what it counts from has not happened.
fn due(
    order: &WorkOrder,
    standard: &Standard,
    duty: Duty,
    received: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    if duty == standard.shown {
        return Some(order.respond_by);
    }
    let promise = standard.level(&order.level.key)?.clocks.iter().find(|promise| promise.duty == duty)?;
    let start = match promise.from {
        // Another visit does not begin anew what the customer has waited for since the first call.
        Begins::Registered if duty == Duty::Solve => order.asked_at.unwrap_or(order.request.received_at),
        Begins::Registered => order.request.received_at,
        Begins::Received => received?,
    };
    Some(standard.reckon(&order.level.key, duty, start, &order.request.pauses, now)?.due)
}

/// Does the sheet show that this was done? Who is on site has answered and has a plan, whatever was not recorded.
pub fn shows(sheet: &Sheet, duty: Duty) -> bool {
    let has = |kind| sheet.spans.iter().any(|span| span.kind == kind);
    use Stage::{SignOffRefused, SignedOff, SignedOnPaper, WorkDone};
    let is_done = matches!(sheet.stage, WorkDone | SignedOff | SignedOnPaper | SignOffRefused);
    let started = has(SpanKind::Work) || is_done;
    let arrived = sheet.arrival.is_some() || sheet.stage == Stage::OnSite || started;
    match duty {
        Duty::FirstResponse => arrived || sheet.told().next().is_some(),
        Duty::Plan => {
            let agreed = sheet.contacts.iter().any(|contact| contact.agreed.is_some());
            arrived || agreed || sheet.diagnosis.is_some() || has(SpanKind::Travel)
        }
        Duty::Arrive => arrived,
        Duty::Start => started,
        Duty::Solve => matches!(sheet.stage, SignedOff | SignedOnPaper),
    }
}

/// A promise that a record settles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub duty: Duty,
    pub due: DateTime<Utc>,
    pub verdict: Verdict,
}

/// The first response that somebody of the office has given at `at`, by the office's own clock; nothing where none is
/// promised, or the sheet shows one already.
pub fn settled_by_response(
    order: &WorkOrder,
    standard: &Standard,
    sheet: &Sheet,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<Settled> {
    let duty = Duty::FirstResponse;
    if shows(sheet, duty) || !promised(order, standard).contains(&duty) {
        return None;
    }
    let due = due(order, standard, duty, None, now)?;
    Some(Settled { duty, due, verdict: verdict(Some(due), Some(Happened::at(at)), false, now) })
}

/// Which promises a record settles that made `after` of `before`: by the phone's corrected clock, however late it
/// arrives, and *undetermined* where that proves too little (P23). `given`: when its owner received the work order.
pub fn settled(
    order: &WorkOrder,
    standard: &Standard,
    given: Option<DateTime<Utc>>,
    sheets: (&Sheet, &Sheet),
    at: &Moment,
    arrived_here: DateTime<Utc>,
) -> Vec<Settled> {
    let (before, after) = sheets;
    let fresh = |duty: &Duty| !shows(before, *duty) && shows(after, *duty);
    let happened = Happened::said(at, order.request.received_at, arrived_here);
    let settle = |duty| {
        let due = due(order, standard, duty, given, arrived_here)?;
        let verdict = verdict(Some(due), Some(happened), false, arrived_here);
        Some(Settled { duty, due, verdict })
    };
    promised(order, standard).into_iter().filter(fresh).filter_map(settle).collect()
}

#[cfg(test)]
mod tests;
