//! Today at the office: a lane for each technician, and what is nobody's.

use crate::{
    Office,
    console::status,
    dispatch::is_taken,
    rule::{Firm, day_of},
    store::{Tx, attention, clocks::Open, crew, dispatch, sync as held},
};
use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    Stage, WorkOrderId,
    board::{BoardJob, ConsoleBoard, Lane, OpenOffer},
    dispatch::{Rules, TurnKind, has_turn, on_duty},
    expected::{Expected, expected},
    work_order::AssignmentState,
};
use std::collections::{HashMap, HashSet};

impl Office {
    pub(crate) fn board(&self) -> Result<ConsoleBoard> {
        let now = self.now();
        self.read(|db| board(db, now))
    }
}

fn board(db: &dyn Tx, now: DateTime<Utc>) -> Result<ConsoleBoard> {
    let firm = Firm::read(db)?;
    let rules = firm.standard.dispatch.clone().unwrap_or_else(Rules::plain);
    let (_, today) = day_of(&firm.standard, &rules, now);
    let hours = firm.standard.hours(&rules.calendar, now, now);
    let turns = crew::turns(db, now, now + TimeDelta::milliseconds(1))?;
    let heard = dispatch::heard(db)?;
    let waiting = attention::by_work_order(db)?;
    let told = dispatch::told_of_open(db)?;
    let seen = Seen { waiting: &waiting, told: &told };
    let mut lanes = Vec::with_capacity(firm.technicians.len());
    for one in &firm.technicians {
        // What is over and only waits for its photos is still on the phone.
        let theirs: Vec<_> = firm
            .open
            .iter()
            .filter(|open| is_taken(&open.order) && open.order.assignment.technician == one.id)
            .collect();
        let missing: HashSet<_> = if theirs.iter().any(|open| !open.sheet.photos.is_empty()) {
            held::photos_missing(db, one.id)?.into_iter().collect()
        } else {
            HashSet::new()
        };
        let photos = theirs.iter().flat_map(|open| &open.sheet.photos);
        let dark_until = theirs
            .iter()
            .filter(|open| !open.sheet.stage.is_over())
            .filter_map(|open| open.sheet.dark_until)
            .max();
        let mut jobs: Vec<_> = theirs.iter().map(|open| job(&firm, open, &seen)).collect();
        jobs.sort_by(|a, b| (a.from, &a.number).cmp(&(b.from, &b.number)));
        lanes.push(Lane {
            technician: one.id,
            login: one.login.clone(),
            name: one.name.clone(),
            away: firm.profile(one.id).is_away(today),
            on_duty: on_duty(one.id, hours.as_ref(), &turns, now),
            on_call: has_turn(one.id, Some(TurnKind::OnCall), &turns, now),
            heard: heard.get(&one.id).copied(),
            dark_until,
            photos_held_back: u32::try_from(photos.filter(|one| missing.contains(&one.digest)).count())
                .unwrap_or(u32::MAX),
            jobs,
        });
    }
    let free = |open: &&Open| {
        let over = open.sheet.stage.is_over() && open.sheet.stage != Stage::Declined;
        !is_taken(&open.order) && open.order.cancelled.is_none() && !over
    };
    let mut unassigned: Vec<_> = firm.open.iter().filter(free).map(|open| job(&firm, open, &seen)).collect();
    unassigned.sort_by(|a, b| {
        (a.level.rank, a.respond_by, &a.number).cmp(&(b.level.rank, b.respond_by, &b.number))
    });
    Ok(ConsoleBoard { lanes, unassigned, by_rule: firm.by_rule })
}

/// What is known of the work orders besides.
struct Seen<'a> {
    waiting: &'a HashMap<WorkOrderId, u32>,
    told: &'a HashMap<WorkOrderId, Expected>,
}

fn job(firm: &Firm, Open { order, sheet, holder, .. }: &Open, seen: &Seen<'_>) -> BoardJob {
    let is_open = order.assignment.state == AssignmentState::Offered && sheet.stage == Stage::Offered;
    let minutes = i64::from(order.level.accept) + i64::from(sheet.more_time);
    let offer = holder.filter(|_| is_open).map(|holder| OpenOffer {
        offered_at: holder.given.at,
        expires_at: holder.delivered_at.map(|at| at + TimeDelta::minutes(minutes)),
    });
    // Once somebody is there, it does not matter any more that they were late.
    let under_way = matches!(sheet.stage, Stage::Accepted | Stage::Departed);
    BoardJob {
        id: order.id,
        version: order.version,
        number: order.number.clone(),
        level: order.level.clone(),
        customer: order.customer.name.clone(),
        site: order.site.name.clone(),
        symptom: order.request.symptom.clone(),
        status: status(order, sheet, 0),
        from: order.from,
        to: order.to,
        respond_by: order.respond_by,
        offer,
        late_until: sheet.delay.as_ref().filter(|_| under_way).map(|delay| delay.new_eta),
        is_untold: expected(order, sheet).is_some_and(|now| seen.told.get(&order.id) != Some(&now)),
        attention: seen.waiting.get(&order.id).copied().unwrap_or(0),
        how: firm.how(order),
        by_hand: firm.by_hand(order),
        wished: order.request.wished.as_ref().map(|wished| wished.name.clone()).unwrap_or_default(),
    }
}
