//! The demo company's work orders: who goes where today and tomorrow, and what still waits.

use super::{
    company::{self, Company, Cover, Customer, Equipment, Problem, Request, pick},
    local_day, local_time,
};
use crate::dispatch::unassigned;
use anyhow::{Context, Result};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};
use jobsheet_model::{
    Text, WorkOrder, WorkOrderId,
    ids::RequestId,
    place::Position,
    standard::Standard,
    step::{KnownStepKind, StepKind, Template},
    work_order::{
        self, Assignment, AssignmentState, Bring, Channel, Contract, PastVisit, Plan, Site, Technician,
    },
};
use std::collections::HashMap;
use uuid::Uuid;

/// Sheets that technicians opened themselves are nobody's plan.
pub const ON_SITE: Channel = Channel::OnSite;

/// When visits begin, in minutes after local midnight.
const STARTS: [i64; 5] = [8 * 60 + 30, 10 * 60 + 30, 13 * 60, 14 * 60 + 30, 16 * 60];
const WARRANTY_MONTHS: u32 = 24;

pub fn work_orders(company: &Company, now: DateTime<Utc>) -> Result<Vec<WorkOrder>> {
    let today = local_day(now);
    let standard = company::standard()?;
    let mut days: HashMap<&str, usize> = HashMap::new();
    let mut waiting = 0;
    let mut orders = Vec::new();
    for (place, customer) in company.customers.iter().enumerate() {
        for request in &customer.requests {
            let serial = orders.len() + 401;
            let mut order = order(company, &standard, customer, place, request, serial, now)?;
            if request.planned {
                let technician = company.technicians.iter().find(|one| one.login == customer.technician);
                let technician = technician.context("A customer of nobody's area")?;
                let nth = days.entry(&customer.technician).or_default();
                // The first technician is the busiest: it is who a newcomer signs in as.
                let visits = if technician.login == company::TECHNICIANS[0].login { 5 } else { 4 };
                assign(&mut order, &standard, technician, (*nth, visits), today, now);
                *nth += 1;
            } else {
                waiting += 1;
                wait(&mut order, &standard, waiting, now);
            }
            orders.push(order);
        }
    }
    Ok(orders)
}

/// How a visit to each kind of equipment is prepared; without a key, to anything else.
pub fn kinds(company: &Company) -> Result<Vec<(String, Text, Plan)>> {
    let plan = |template, tools| Plan {
        template,
        tools,
        tariff: company::tariff(),
        introduction: company::introduction(),
        consent: company::consent(),
        estimate: 90,
    };
    let mut kinds = vec![(String::new(), Text::default(), plan(Plan::plain().template, company::tools("")))];
    for kind in company::EQUIPMENT {
        let plan = plan(company.template(kind)?.clone(), company::tools(kind));
        kinds.push((kind.to_owned(), company::equipment_name(kind), plan));
    }
    Ok(kinds)
}

/// Today's visits first, then one offer, then tomorrow's.
fn assign(
    order: &mut WorkOrder,
    standard: &Standard,
    technician: &Technician,
    (nth, visits): (usize, usize),
    today: NaiveDate,
    now: DateTime<Utc>,
) {
    let (from, state) = if nth < visits {
        (local_time(today, STARTS[nth % STARTS.len()]), AssignmentState::Assigned)
    } else if nth == visits {
        let soon = quarter(now + TimeDelta::minutes(60)).min(local_time(today, 22 * 60));
        (soon, AssignmentState::Offered)
    } else {
        let tomorrow = today + Days::new(1);
        (local_time(tomorrow, STARTS[(nth - visits - 1) % STARTS.len()]), AssignmentState::Assigned)
    };
    let lead = TimeDelta::minutes(i64::from(order.level.respond) * 3 / 8);
    let received = match state {
        AssignmentState::Offered => now - TimeDelta::minutes(6),
        _ => (from - lead).min(now - TimeDelta::minutes(25)),
    };
    plan(order, standard, received, from);
    order.assignment = Assignment {
        technician: technician.id,
        technician_name: technician.name.clone(),
        state,
        offered_at: received + TimeDelta::minutes(5),
    };
}

fn wait(order: &mut WorkOrder, standard: &Standard, nth: i64, now: DateTime<Utc>) {
    let received = now - TimeDelta::minutes(4 + nth * i64::from(order.level.rank) * 3);
    let from = quarter(received + TimeDelta::minutes(i64::from(order.level.respond) / 2));
    plan(order, standard, received, from);
    order.assignment = unassigned(received);
}

/// A waiting request as if it had just come in: the technician can still be there in time.
pub fn just_in(order: &mut WorkOrder, standard: &Standard, now: DateTime<Utc>) {
    plan(order, standard, now - TimeDelta::minutes(4), quarter(now + TimeDelta::minutes(30)));
}

fn plan(order: &mut WorkOrder, standard: &Standard, received: DateTime<Utc>, from: DateTime<Utc>) {
    order.request.received_at = received;
    order.request.occurred_at = Some(received - TimeDelta::minutes(35));
    order.from = from;
    order.to = from + TimeDelta::minutes(if order.level.rank == 1 { 60 } else { 90 });
    if let Some(promise) = standard.promise(&order.level.key, received, order.to) {
        order.respond_by = promise.due;
        order.ceiling = promise.ceiling;
    }
}

/// Up to the next full quarter of an hour.
fn quarter(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp((at.timestamp() + 899) / 900 * 900, 0).unwrap_or(at)
}

fn order(
    company: &Company,
    standard: &Standard,
    customer: &Customer,
    place: usize,
    request: &Request,
    serial: usize,
    now: DateTime<Utc>,
) -> Result<WorkOrder> {
    let today = local_day(now);
    let month = format!("{:02}{:02}", today.year() % 100, today.month());
    let machine =
        customer.equipment.get(request.equipment).context("A request for equipment that is not there")?;
    let is_fault = request.problem == Problem::Fault;
    let name = company::equipment_name(&machine.kind);
    Ok(WorkOrder {
        id: WorkOrderId(Uuid::now_v7()),
        number: format!("JS-{month}-{serial:04}"),
        version: 1,
        request: work_order::Request {
            id: RequestId(Uuid::now_v7()),
            number: format!("SR-{month}-{serial:04}"),
            received_at: now,
            channel: request.channel,
            problem_type: request.problem.text(),
            symptom: request.symptom.clone(),
            occurred_at: None,
            impact: request.impact,
            safety_risk: request.safety_risk,
            tried: request.tried.clone(),
            wants: request.wants,
            asked: Vec::new(),
            reference: String::new(),
            pauses: Vec::new(),
            photos: Vec::new(),
            wished: None,
            confidential: false,
            declared: None,
        },
        customer: work_order::Customer {
            id: format!("C{:04}", 1001 + place),
            name: customer.name.clone(),
            contact: customer.contact.clone(),
            phone: format!("139 8077 {:04}", 200 + place * 7),
            second_phone: format!("028-8555 {:04}", 1200 + place * 13),
        },
        site: Site {
            id: format!("S{:04}", 1001 + place),
            name: customer.site.clone(),
            address: customer.address.clone(),
            landmark: customer.landmark.clone(),
            position: Some(Position::new(customer.lat, customer.lon)),
            radius_m: if customer.district == "郫都区" { 300 } else { 150 },
        },
        equipment: Some(work_order::Equipment {
            id: format!("E{:04}-{}", 1001 + place, request.equipment + 1),
            name,
            model: machine.model.clone(),
            serial: machine.serial.clone(),
            purchased: Some(bought(machine, today)),
            warranty_until: Some(bought(machine, today) + Months::new(WARRANTY_MONTHS)),
            confidential: false,
        }),
        contract: (customer.cover == Cover::Contract).then(|| Contract {
            number: format!("HT-{}-{:03}", today.year() - 1, 31 + place),
            until: today + Days::new(60 + pick(&customer.name, 240) as u64),
            covers_labour: true,
            covers_parts: place.is_multiple_of(3),
            covers_call_out: place.is_multiple_of(2),
        }),
        level: standard
            .on_a_work_order(&format!("level_{}", request.level))
            .context("A request of a level that the standard does not have")?,
        under: Some(standard.under()),
        from: now,
        to: now,
        respond_by: now,
        ceiling: now,
        estimate: request.estimate,
        template: checklist(company, machine)?,
        tools: company::tools(&machine.kind),
        bring: if is_fault { bring(company, machine)? } else { Vec::new() },
        tariff: company::tariff(),
        introduction: company::introduction(),
        consent: company::consent(),
        assignment: unassigned(now),
        history: history(company, customer, machine, today),
        cancelled: None,
        follows: None,
        edited: None,
        followed_by: None,
        parts_decided: Vec::new(),
        rules: standard.visit_rules(request.problem.key()),
        asked_at: None,
    })
}

fn bought(machine: &Equipment, today: NaiveDate) -> NaiveDate {
    today - Months::new(machine.months) - Days::new(pick(&machine.serial, 26) as u64)
}

/// The checklist, with the serial number that the office knows.
fn checklist(company: &Company, machine: &Equipment) -> Result<Template> {
    let mut template = company.template(&machine.kind)?.clone();
    for step in &mut template.steps {
        if let StepKind::Known(KnownStepKind::Serial { expected }) = &mut step.kind {
            *expected = Some(machine.serial.clone());
        }
    }
    Ok(template)
}

/// Two of each part that is likely to be needed, with their serials where they have some (A21).
fn bring(company: &Company, machine: &Equipment) -> Result<Vec<Bring>> {
    let one = |&(key, size): &(&str, usize)| {
        let part = company.catalogue.of_kind(key, size)?;
        let serials = (1..=2).filter(|_| part.serialised).map(|n| {
            let tail = pick(&format!("{}/{key}/{n}", machine.serial), 100_000);
            format!("{}{tail:05}", key[..2].to_uppercase())
        });
        Ok(Bring { serials: serials.collect(), number: part.number, name: part.name, quantity: 2 })
    };
    company::usual_parts(&machine.kind).iter().map(one).collect()
}

/// Visits since the machine was bought, newest first.
fn history(company: &Company, customer: &Customer, machine: &Equipment, today: NaiveDate) -> Vec<PastVisit> {
    let summaries = company::past_summaries(&machine.kind);
    let first = pick(&machine.serial, summaries.len());
    let visits = (machine.months as usize / 9).min(summaries.len());
    (0..visits)
        .map(|nth| {
            let on = today - Days::new(48 + 171 * nth as u64 + pick(&machine.model, 40) as u64);
            let (en, zh) = summaries[(first + nth) % summaries.len()];
            let seed = format!("{}/{nth}", machine.serial);
            PastVisit {
                on,
                number: format!("JS-{:02}{:02}-{:04}", on.year() % 100, on.month(), 1 + pick(&seed, 640)),
                technician: company.technicians[pick(&seed, company.technicians.len())].name.clone(),
                summary: match customer.language {
                    jobsheet_model::Language::En => en.to_owned(),
                    jobsheet_model::Language::Zh => zh.to_owned(),
                },
            }
        })
        .collect()
}
