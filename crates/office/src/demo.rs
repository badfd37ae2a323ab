//! The demo company 锦程设备服务: a firm to look at, in an empty office only.
//!
//! What people would type stands in `demo/*.json`; here it becomes work orders with times around the moment
//! of the first start. Started again on a later day, what nobody has begun moves to that day, so that a
//! newcomer always finds a day's work.

mod company;
mod crew;
mod parts;
mod plan;

use crate::store::Tx;
use crate::{
    Office,
    accounts::hash,
    dispatch::{Cannot, offer_in},
    store::{self, customers, people, sync as held},
    sync::journal_act,
};
use anyhow::{Context, Result, bail};
use chrono::{DateTime, Local, NaiveDate, NaiveTime, TimeDelta, Utc};
use company::Company;
use jobsheet_model::{
    Stage, WorkOrder,
    act::Act,
    customer::Phase,
    work_order::{AssignmentState, Technician},
};
use std::{collections::HashMap, sync::LazyLock};

const STAFF: &str = "office";
const STAFF_NAME: &str = "周莉";

/// Hashing takes its time on purpose; once for each process is enough for passwords that everybody knows.
static PASSWORDS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let logins = company::TECHNICIANS.iter().map(|one| one.login).chain([STAFF]);
    let hashed = |login: &str| hash(&format!("demo-{}", login.replace('.', "-"))).unwrap_or_default();
    logins.map(|login| (login.to_owned(), hashed(login))).collect()
});

/// What was offered to whom.
pub struct Offered {
    pub number: String,
    pub customer: String,
    pub to: String,
}

/// Seeds an empty office; moves the plan of a demo company to today.
pub fn prepare(office: &Office) -> Result<()> {
    let now = office.now();
    office.write(|tx| match store::fact(tx, "demo_day")? {
        Some(day) => move_to_today(tx, day.parse().context("Reading the demo company's day")?, now),
        None if people::technicians(tx)?.is_empty() && store::work_orders(tx)?.is_empty() => seed(tx, now),
        None => Ok(()), // a real firm's data: hands off
    })
}

fn seed(tx: &dyn Tx, now: DateTime<Utc>) -> Result<()> {
    let company = Company::read()?;
    store::set_fact(tx, "company", "锦程设备服务 Jincheng Equipment Service")?;
    store::set_fact(tx, "demo_day", &local_day(now).to_string())?;
    for technician in &company.technicians {
        people::insert_technician(tx, technician, &PASSWORDS[&technician.login])?;
    }
    people::insert_staff(tx, STAFF, STAFF_NAME, "supervisor", &PASSWORDS[STAFF])?;

    held::save_reference(tx, "parts", None, &serde_json::to_vec(&company.catalogue.parts())?)?;
    held::save_reference(tx, "faults", None, &serde_json::to_vec(&company.faults)?)?;
    for technician in &company.technicians {
        let van = company.catalogue.van(&technician.login)?;
        held::save_reference(tx, "van", Some(technician.id), &serde_json::to_vec(&van)?)?;
    }
    for (key, name, plan) in plan::kinds(&company)? {
        customers::save_kind(tx, &key, &name, &plan)?;
    }
    crew::seed(tx, &company.technicians)?;
    crew::rota(tx, &company.technicians, local_day(now))?;
    for order in plan::work_orders(&company, now)? {
        let phase = if order.contract.is_some() || covered(&order, now) {
            Phase::Maintained
        } else {
            Phase::FollowedUp
        };
        customers::remember(tx, &order, Some(phase))?;
        keep(tx, &company.technicians, &order, now)?;
    }
    Ok(())
}

fn covered(order: &WorkOrder, now: DateTime<Utc>) -> bool {
    let until = order.equipment.as_ref().and_then(|machine| machine.warranty_until);
    until.is_some_and(|until| local_day(now) <= until)
}

/// Stores a planned work order with the acts that led to it.
fn keep(tx: &dyn Tx, technicians: &[Technician], order: &WorkOrder, now: DateTime<Utc>) -> Result<()> {
    let received = order.request.received_at;
    let graded = received + TimeDelta::minutes(3);
    store::insert_order(tx, order)?;
    journal_act(tx, order.id, received, STAFF_NAME, Act::Registered {})?;
    // As its criteria proposed.
    let act = Act::Graded { level: order.level.key.clone(), reason: String::new() };
    journal_act(tx, order.id, graded.min(now), STAFF_NAME, act)?;
    if let Some(to) = technicians.iter().find(|one| one.id == order.assignment.technician) {
        let act = Act::offered(to.id);
        journal_act(tx, order.id, order.assignment.offered_at, STAFF_NAME, act)?;
        let offered = order.assignment.state == AssignmentState::Offered;
        store::grant(tx, order.id, to.id, order.assignment.offered_at, offered)?;
    }
    Ok(())
}

/// On a later day: when nobody has work planned for today, everything not begun moves on by whole days.
fn move_to_today(tx: &dyn Tx, day: NaiveDate, now: DateTime<Utc>) -> Result<()> {
    let today = local_day(now);
    let by = today - day;
    let orders = store::work_orders(tx)?;
    let is_assigned = |order: &WorkOrder| order.assignment.state != AssignmentState::Withdrawn;
    let has_work = orders.iter().any(|order| is_assigned(order) && local_day(order.from) == today);
    if by <= TimeDelta::zero() || has_work {
        return Ok(());
    }
    for mut order in orders {
        let begun = store::held(tx, order.id)?.is_some_and(|held| held.sheet.stage != Stage::Offered);
        if begun || order.cancelled.is_some() || order.request.channel == plan::ON_SITE {
            continue;
        }
        for instant in [
            &mut order.from,
            &mut order.to,
            &mut order.respond_by,
            &mut order.ceiling,
            &mut order.request.received_at,
            &mut order.assignment.offered_at,
        ] {
            *instant += by;
        }
        order.request.occurred_at = order.request.occurred_at.map(|at| at + by);
        order.version += 1;
        store::update_order(tx, &order)?;
        store::touch(tx, order.id)?;
    }
    crew::rota(tx, &people::technicians(tx)?, today)?;
    store::set_fact(tx, "demo_day", &today.to_string())
}

/// Makes a waiting request an offer, as if it had just come in.
pub fn offer(office: &Office, to_login: &str, number: Option<&str>) -> Result<Offered> {
    let now = office.now();
    let standard = company::standard()?;
    office.write(|tx| {
        if store::fact(tx, "demo_day")?.is_none() {
            bail!("this office has no demo company");
        }
        let Some(to) = people::technician_by_login(tx, to_login)? else {
            bail!("there is no technician {to_login}");
        };
        let order = match number {
            Some(number) => {
                store::order_by_number(tx, number)?.with_context(|| format!("there is no {number}"))?
            }
            None => store::work_orders(tx)?
                .into_iter()
                .filter(|order| order.cancelled.is_none())
                .filter(|order| order.assignment.state == AssignmentState::Withdrawn)
                .min_by_key(|order| order.level.rank)
                .context("no request is waiting any more; every one was offered")?,
        };
        let done = offer_in(tx, order.id, Act::offered(to.id), &to, STAFF_NAME, now, |order| {
            plan::just_in(order, &standard, now);
        });
        match done {
            Ok(()) => Ok(Offered { number: order.number, customer: order.customer.name, to: to.name }),
            Err(Cannot::Failed(why)) => Err(why),
            Err(why) => bail!("{}: {why}", order.number),
        }
    })
}

/// The day where this machine stands: the company is in Chengdu, but whoever tries it has a Today of their own.
fn local_day(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&Local).date_naive()
}

/// An instant of such a day, `minutes` after its midnight.
fn local_time(day: NaiveDate, minutes: i64) -> DateTime<Utc> {
    let wall = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(minutes);
    // A time that summer time leaves out or doubles: the earlier reading, or plain UTC.
    wall.and_local_timezone(Local).earliest().map_or_else(|| wall.and_utc(), |at| at.to_utc())
}
