//! Requests as the office takes them: written down, asked further, solved at the desk or made into a work order. What
//! is asked and what follows from it is `model::intake`; each act is an entry of the request's journal.

use crate::store::Tx;
use crate::{
    Office,
    dispatch::{Cannot, Seen, actor, unassigned},
    photos::BROUGHT,
    standards::{self, in_use},
    store::{self, customers, people, requests, sync as photos},
    sync::{AUTOMATIC, journal_act, note_settled},
};
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use jobsheet_model::{
    Digest, Sheet, Text, WorkOrderId,
    act::{Act, Entry, JournalEntry},
    customer::{CustomerFile, Owned, standing},
    due::{settled_by_response, shows},
    ids::RequestId,
    intake::{
        Intake, Known, MOST_PHOTOS, Machine, MissingInfo, Place, Registered, RequestAct, RequestEntry,
        RequestState, ResponseMode, Walk, acts_of, hits, responded, walk,
    },
    standard::{Duty, Finding, Happened, Level, Reckoned, Standard, verdict},
    view::{
        ConsoleRequest, ConsoleRequests, IntakeForm, IntakeLook, LevelChoice, PhotoLimits, RequestRow,
        RequestTaken, ResponseGiven,
    },
    work_order::{CustomerPhoto, Equipment, Site, Visit, Wished},
};
use requests::Held;
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// Longest reason or account of what was done, in characters.
const MAX_TEXT: usize = 2000;
/// Longest key of a request that may be sent twice.
const MAX_KEY: usize = 100;
/// Within this many metres of a site's position one has arrived.
const RADIUS_M: u32 = 150;

/// A search looks at so many requests at once, and at no more for one page.
const LOOK_AT_ONCE: u32 = 200;
const MOST_LOOKED_AT: u32 = 2000;

/// What is asked of the list.
pub struct RequestsAsked {
    pub state: Option<RequestState>,
    /// Words that all stand in what it says.
    pub find: String,
    pub after: Option<requests::Place>,
    pub limit: u32,
}

/// Why it cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum Untaken {
    #[error("there is no such request")]
    NoSuch,
    #[error("it cannot be kept so")]
    Unfit(Vec<Finding>),
    #[error("somebody has changed it meanwhile")]
    Changed,
    #[error("it is settled already")]
    Settled,
    #[error("it waits for what the customer has to say")]
    Awaits(Vec<MissingInfo>),
    #[error("what was done, or why, must be said")]
    Reason,
    #[error("the text is too long")]
    TooLong,
    #[error("the customer was answered already")]
    Responded,
    #[error("a key of 1 to 100 characters is needed")]
    NoKey,
    #[error("the key was used for something else")]
    KeyReused,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<store::Error> for Untaken {
    fn from(why: store::Error) -> Self {
        Untaken::Failed(why.into())
    }
}

/// What came with a request to do something that must be done once.
pub struct Once {
    pub key: String,
    /// Of what was asked.
    pub digest: Digest,
}

impl Office {
    pub(crate) fn intake_form(&self) -> Result<IntakeForm> {
        let now = self.now();
        self.read(|db| form(db, &*in_use(db)?, now))
    }

    /// Customers that fit what was typed.
    pub(crate) fn find_customers(&self, query: &str) -> Result<Vec<CustomerFile>> {
        self.read(|db| customers::find(db, query))
    }

    /// What the rules say of a request that is being written down.
    pub(crate) fn look_at_intake(&self, intake: Intake) -> Result<IntakeLook> {
        let (now, intake) = (self.now(), intake.tidied());
        self.read(|db| {
            let walk = Walk { state: RequestState::New, awaited: Vec::new() };
            look(db, &*in_use(db)?, &intake, &walk, now, now)
        })
    }

    /// Takes a request; with the same key the same one. `by` is who does it.
    pub fn take_request(&self, intake: Intake, once: &Once, by: &str) -> Result<RequestTaken, Untaken> {
        let (now, intake) = (self.now(), intake.tidied());
        self.write(|tx| once_only(tx, once, by, now, || taken(tx, intake.clone(), by, now)))
    }

    /// Writes an open request down anew; `version` is the one that was seen.
    pub fn edit_request(
        &self,
        id: RequestId,
        version: u32,
        intake: Intake,
        by: &str,
    ) -> Result<RequestTaken, Untaken> {
        let (now, intake) = (self.now(), intake.tidied());
        self.write(|tx| {
            let (mut held, so_far, standard) = open(tx, id)?;
            if held.version != version {
                return Err(Untaken::Changed);
            }
            let intake = enter(tx, fit(tx, intake.clone(), &standard, now)?)?;
            let acts = acts_of(Some((&held.intake, &so_far)), &intake, &standard);
            if acts.is_empty() {
                return Ok(RequestTaken { id, number: held.number, state: held.state });
            }
            held.intake = intake;
            held.version += 1;
            photos::set_request_photos(tx, id, &held.intake.photos, now)?;
            keep(tx, held, &acts, by, now)
        })
    }

    /// Solved at the desk, without anybody going there (C4).
    pub fn solve_request(&self, id: RequestId, what: &str, by: &str) -> Result<RequestTaken, Untaken> {
        let now = self.now();
        self.settle(id, what, by, |what, promised| {
            let due = promised.map(|promise| promise.due);
            let verdict = due.map(|due| verdict(Some(due), Some(Happened::at(now)), false, now));
            RequestAct::Solved { what, due, verdict }
        })
    }

    pub fn withdraw_request(&self, id: RequestId, reason: &str, by: &str) -> Result<RequestTaken, Untaken> {
        self.settle(id, reason, by, |reason, _| RequestAct::Withdrawn { reason })
    }

    /// Somebody has answered the customer, in the way that was agreed; the first time counts (B4).
    pub fn respond_to_request(
        &self,
        id: RequestId,
        mode: ResponseMode,
        note: &str,
        by: &str,
    ) -> Result<RequestTaken, Untaken> {
        let (now, note) = (self.now(), jobsheet_model::text::tidy(note));
        self.write(|tx| {
            let (mut held, so_far, standard) = open(tx, id)?;
            if note.chars().count() > MAX_TEXT {
                return Err(Untaken::TooLong);
            }
            if responded(&requests::entries(tx, id)?).is_some() {
                return Err(Untaken::Responded);
            }
            let promise = registered(&held, &so_far, &standard).response_promise(&standard, now);
            let due = promise.map(|promise| promise.due);
            let verdict = due.map(|due| verdict(Some(due), Some(Happened::at(now)), false, now));
            held.version += 1;
            let act = RequestAct::Responded { mode, note: note.clone(), due, verdict };
            keep(tx, held, &[act], by, now)
        })
    }

    /// The same where there is a work order already.
    pub fn respond_on_order(
        &self,
        seen: impl Into<Seen>,
        mode: ResponseMode,
        note: &str,
        by: &str,
    ) -> Result<(), Cannot> {
        let (now, note, seen) = (self.now(), jobsheet_model::text::tidy(note), seen.into());
        let id = seen.id;
        self.write(|tx| {
            let held = seen.open(tx)?;
            if note.chars().count() > MAX_TEXT {
                return Err(Cannot::TooLong);
            }
            let journal = store::console::journal(tx, id)?;
            let is_given = |line: &JournalEntry| matches!(line.entry, Entry::Act(Act::Responded { .. }));
            if shows(&held.sheet, Duty::FirstResponse) || journal.iter().any(is_given) {
                return Err(Cannot::Responded);
            }
            journal_act(tx, id, now, actor(by), Act::Responded { mode, note: note.clone() })?;
            let Some(standard) = standards::of(tx, held.order.under.as_ref())? else { return Ok(()) };
            let settled = settled_by_response(&held.order, &standard, &held.sheet, now, now);
            Ok(note_settled(tx, id, &standard, settled.into_iter().collect(), now)?)
        })
    }

    fn settle(
        &self,
        id: RequestId,
        text: &str,
        by: &str,
        act: impl Fn(String, Option<Reckoned>) -> RequestAct,
    ) -> Result<RequestTaken, Untaken> {
        let (now, text) = (self.now(), jobsheet_model::text::tidy(text));
        self.write(|tx| {
            let (mut held, so_far, standard) = open(tx, id)?;
            if text.is_empty() {
                return Err(Untaken::Reason);
            }
            if text.chars().count() > MAX_TEXT {
                return Err(Untaken::TooLong);
            }
            let promised = registered(&held, &so_far, &standard).solve_promise(&standard, now);
            held.version += 1;
            keep(tx, held, &[act(text.clone(), promised)], by, now)
        })
    }

    /// Makes the work order of a request that has all it needs; it is nobody's until it is offered. With the same key
    /// the same one.
    pub fn make_work_order(&self, id: RequestId, once: &Once, by: &str) -> Result<Visit, Untaken> {
        let now = self.now();
        self.write(|tx| once_only(tx, once, by, now, || made_into_work_order(tx, id, by, now)))
    }

    pub(crate) fn console_requests(&self, asked: &RequestsAsked) -> Result<ConsoleRequests> {
        let now = self.now();
        let words: Vec<String> = asked.find.to_lowercase().split_whitespace().map(str::to_owned).collect();
        self.read(|db| {
            let (open, is_any) = requests::counts(db)?;
            let (mut rows, mut after, mut looked) = (Vec::new(), asked.after, 0);
            let mut more = true;
            // A search that finds little stops as well: whoever asked sees what there is, and asks for more.
            while more && rows.len() < asked.limit as usize && looked < MOST_LOOKED_AT {
                let left = asked.limit - u32::try_from(rows.len())?;
                let wanted = if words.is_empty() { left } else { left.max(LOOK_AT_ONCE) };
                let page = requests::page(db, asked.state, after, wanted + 1)?;
                more = page.len() > wanted as usize;
                for (place, held) in page.iter().take(wanted as usize) {
                    if rows.len() == asked.limit as usize {
                        more = true;
                        break;
                    }
                    (after, looked) = (Some(*place), looked + 1);
                    if held.intake.is_found_by(&held.number, &words) {
                        rows.push(row(db, held, &requests::entries(db, held.id)?, now)?);
                    }
                }
            }
            let next = after.filter(|_| more).map(requests::Place::text);
            Ok(ConsoleRequests { is_empty: !is_any, open, rows, next })
        })
    }

    pub(crate) fn console_request(&self, id: RequestId) -> Result<Option<ConsoleRequest>> {
        let now = self.now();
        self.read(|db| {
            let Some(held) = requests::held(db, id)? else { return Ok(None) };
            let journal = requests::entries(db, id)?;
            let so_far = walk(journal.iter().map(|entry| (entry.at, &entry.act)));
            let standard = standard_of(db, &held)?;
            Ok(Some(ConsoleRequest {
                row: row(db, &held, &journal, now)?,
                version: held.version,
                form: form(db, &standard, now)?,
                look: look(db, &standard, &held.intake, &so_far, held.received_at, now)?,
                intake: held.intake,
                journal,
            }))
        })
    }
}

/// What has passed of a request's promises.
pub(crate) type Passed = (RequestId, RequestAct);

/// What has passed of what open requests promise, and was not said yet; and when the next thing will.
pub(crate) fn passed(db: &dyn Tx, now: DateTime<Utc>) -> Result<(Vec<Passed>, Option<DateTime<Utc>>)> {
    let (mut all, mut next) = (Vec::new(), None::<DateTime<Utc>>);
    for held in requests::open(db)? {
        // One under a standard that is not there any more says nothing by itself.
        let Some(standard) = standards::of(db, Some(&held.under))? else { continue };
        let journal = requests::entries(db, held.id)?;
        let so_far = walk(journal.iter().map(|entry| (entry.at, &entry.act)));
        let registered = registered(&held, &so_far, &standard);
        let (passed, its_next) = registered.passed(&standard, &journal, now);
        all.extend(passed.into_iter().map(|act| (held.id, act)));
        next = next.into_iter().chain(its_next).min();
    }
    Ok((all, next))
}

/// Writes down that a promise has passed, or is about to.
pub(crate) fn note_passed(tx: &dyn Tx, id: RequestId, act: &RequestAct, now: DateTime<Utc>) -> Result<()> {
    requests::journal(tx, id, now, AUTOMATIC, act)?;
    if matches!(act, RequestAct::Reminded { .. }) {
        return Ok(());
    }
    match requests::held(tx, id)? {
        Some(held) => store::webhooks::note_late(tx, &held, now),
        None => Ok(()),
    }
}

/// Open requests whose promise has passed or is about to, the most urgent first.
pub(crate) fn late(db: &dyn Tx, now: DateTime<Utc>) -> Result<Vec<RequestRow>> {
    let mut late = Vec::new();
    for held in requests::open(db)? {
        let row = row(db, &held, &requests::entries(db, held.id)?, now)?;
        if row.is_late || row.is_due_soon {
            late.push(row);
        }
    }
    late.sort_by(|a, b| {
        (a.level.rank, a.respond_by, &a.number).cmp(&(b.level.rank, b.respond_by, &b.number))
    });
    Ok(late)
}

fn registered<'a>(held: &'a Held, so_far: &Walk, standard: &Standard) -> Registered<'a> {
    Registered {
        id: held.id,
        number: held.number.clone(),
        received_at: held.received_at,
        intake: &held.intake,
        pauses: so_far.pauses(standard).to_vec(),
    }
}

fn taken(tx: &dyn Tx, intake: Intake, by: &str, now: DateTime<Utc>) -> Result<RequestTaken, Untaken> {
    let standard = in_use(tx)?;
    let intake = enter(tx, fit(tx, intake, &standard, now)?)?;
    let acts = acts_of(None, &intake, &standard);
    let state = walk(acts.iter().map(|act| (now, act))).state;
    let number = store::next_in_month(tx, "SR", &month(&standard, now))?;
    let id = RequestId(Uuid::now_v7());
    let held = Held { id, number, version: 1, received_at: now, state, under: standard.under(), intake };
    requests::insert(tx, &held)?;
    photos::set_request_photos(tx, id, &held.intake.photos, now)?;
    for act in &acts {
        requests::journal(tx, id, now, by, act)?;
    }
    store::webhooks::note_request(tx, &held, now)?;
    Ok(RequestTaken { id, number: held.number, state })
}

/// A request and the work order of it at once, in the transaction of the caller.
pub(crate) fn taken_and_made(
    tx: &dyn Tx,
    intake: Intake,
    by: &str,
    now: DateTime<Utc>,
) -> Result<Visit, Untaken> {
    let request = taken(tx, intake.tidied(), by, now)?;
    made_into_work_order(tx, request.id, by, now)
}

fn standard_of(db: &dyn Tx, held: &Held) -> Result<Arc<Standard>> {
    standards::of(db, Some(&held.under))?
        .with_context(|| format!("{} began under an unknown standard", held.number))
}

/// `2611`, where the standard's calendars are.
fn month(standard: &Standard, now: DateTime<Utc>) -> String {
    let zone = standard.calendars.first().and_then(|calendar| calendar.zone.parse::<Tz>().ok());
    now.with_timezone(&zone.unwrap_or(Tz::UTC)).format("%y%m").to_string()
}

/// The request, what was done with it, and its standard, while something can still be done.
fn open(tx: &dyn Tx, id: RequestId) -> Result<(Held, Walk, Arc<Standard>), Untaken> {
    let held = requests::held(tx, id)?.ok_or(Untaken::NoSuch)?;
    let entries = requests::entries(tx, id)?;
    let so_far = walk(entries.iter().map(|entry| (entry.at, &entry.act)));
    if !so_far.state.is_open() {
        return Err(Untaken::Settled);
    }
    let standard = standard_of(tx, &held)?;
    Ok((held, so_far, standard))
}

fn keep(
    tx: &dyn Tx,
    mut held: Held,
    acts: &[RequestAct],
    by: &str,
    now: DateTime<Utc>,
) -> Result<RequestTaken, Untaken> {
    for act in acts {
        requests::journal(tx, held.id, now, by, act)?;
    }
    let entries = requests::entries(tx, held.id)?;
    held.state = walk(entries.iter().map(|entry| (entry.at, &entry.act))).state;
    requests::update(tx, &held)?;
    Ok(RequestTaken { id: held.id, number: held.number, state: held.state })
}

/// Does it unless it was done with this key, and answers what was answered then.
fn once_only<T: Serialize + DeserializeOwned>(
    tx: &dyn Tx,
    once: &Once,
    by: &str,
    now: DateTime<Utc>,
    work: impl FnOnce() -> Result<T, Untaken>,
) -> Result<T, Untaken> {
    if once.key.is_empty() || once.key.len() > MAX_KEY {
        return Err(Untaken::NoKey);
    }
    if let Some(before) = requests::answered(tx, by, &once.key)? {
        if before.digest != once.digest {
            return Err(Untaken::KeyReused);
        }
        return Ok(serde_json::from_str(&before.answer).context("Reading what was answered before")?);
    }
    let done = work()?;
    let answer = serde_json::to_string(&done).context("Keeping an answer")?;
    requests::keep_answer(tx, (by, &once.key), &once.digest, &answer, now)?;
    Ok(done)
}

fn fit(tx: &dyn Tx, intake: Intake, standard: &Standard, now: DateTime<Utc>) -> Result<Intake, Untaken> {
    let findings = findings(tx, &intake, standard, now)?;
    if findings.is_empty() { Ok(intake) } else { Err(Untaken::Unfit(findings)) }
}

/// What is wrong with it, by the rules and by what the office has.
fn findings(db: &dyn Tx, intake: &Intake, standard: &Standard, now: DateTime<Utc>) -> Result<Vec<Finding>> {
    let mut findings = intake.check(standard, now);
    for photo in intake.photos.iter().take(MOST_PHOTOS) {
        if photos::brought_photo(db, photo)?.is_none() {
            let (en, zh) =
                ("A photo is not here any more: add it again.", "有照片已不在办公室，请重新添加。");
            let text = Text::new(en, zh);
            findings.push(Finding { path: format!("photos.{photo}"), is_error: true, text });
        }
    }
    if intake.wished.is_some() && wished(db, intake)?.is_none() {
        let text = Text::new("There is no such technician.", "没有这位工程师。");
        findings.push(Finding { path: "wished".to_owned(), is_error: true, text });
    }
    Ok(findings)
}

fn wished(db: &dyn Tx, intake: &Intake) -> Result<Option<Wished>> {
    let Some(technician) = intake.wished else { return Ok(None) };
    let known = people::technician(db, technician)?;
    Ok(known.map(|one| Wished { technician, name: one.name }))
}

// --- The register ----------------------------------------------------------------------------------

/// Enters customer, site and equipment that are not in the register yet, and fills in what it lacked. What it has is
/// not overwritten: the request says what was said today.
fn enter(tx: &dyn Tx, mut intake: Intake) -> Result<Intake, Untaken> {
    let unknown = |path| {
        let text = Text::new("The register has no such entry any more.", "客户档案中已没有该记录。");
        Untaken::Unfit(vec![Finding { path: String::from(path), is_error: true, text }])
    };
    if intake.customer.id.is_empty() {
        if intake.customer.name.is_empty() {
            return Ok(intake);
        }
        intake.customer.id = fresh("C");
    } else {
        let file = customers::file(tx, &intake.customer.id)?.ok_or_else(|| unknown("customer"))?;
        let (site, machine) = (&intake.site.id, &intake.equipment.id);
        if !site.is_empty() && !file.sites.iter().any(|one| one.id == *site) {
            return Err(unknown("site"));
        }
        if !machine.is_empty() && file.owned(machine).is_none() {
            return Err(unknown("equipment"));
        }
    }
    let id = intake.customer.id.clone();
    let file = customers::file(tx, &id)?;
    let mut customer = file.as_ref().map_or_else(|| intake.customer.clone(), |file| file.customer.clone());
    fill(&mut customer.contact, &intake.customer.contact);
    fill(&mut customer.phone, &intake.customer.phone);
    fill(&mut customer.second_phone, &intake.customer.second_phone);
    customers::save_customer(tx, &customer, None)?;

    let Place { id: site, name, address, landmark } = &mut intake.site;
    if site.is_empty() && !address.is_empty() {
        *site = fresh("S");
    }
    if !site.is_empty() {
        let known = file.as_ref().and_then(|file| file.sites.iter().find(|one| one.id == *site));
        let mut entry = known.cloned().unwrap_or_else(|| new_site(site));
        fill(&mut entry.name, name);
        fill(&mut entry.address, address);
        fill(&mut entry.landmark, landmark);
        customers::save_site(tx, &id, &entry)?;
    }

    let Machine { id: machine, kind, name, model, serial, purchased } = &mut intake.equipment;
    if machine.is_empty() && !(name.is_empty() && model.is_empty() && serial.is_empty()) {
        *machine = fresh("E");
    }
    if !machine.is_empty() {
        let known = file.as_ref().and_then(|file| file.owned(machine)).cloned();
        let mut owned = known.unwrap_or_else(|| Owned {
            site: site.clone(),
            kind: String::new(),
            equipment: Equipment {
                id: machine.clone(),
                name: Text::new(name.clone(), name.clone()),
                model: String::new(),
                serial: String::new(),
                purchased: None,
                warranty_until: None,
                confidential: false,
            },
        });
        fill(&mut owned.kind, kind);
        fill(&mut owned.equipment.model, model);
        fill(&mut owned.equipment.serial, serial);
        owned.equipment.purchased = owned.equipment.purchased.or(*purchased);
        // Once said, it is so for every visit; whoever edits the customer's file takes it back.
        owned.equipment.confidential |= intake.confidential;
        customers::save_equipment(tx, &id, &owned)?;
    }
    customers::index(tx, &id)?;
    Ok(intake)
}

pub fn fresh(letter: &str) -> String {
    format!("{letter}-{}", Uuid::now_v7().simple())
}

fn fill(known: &mut String, said: &str) {
    if known.trim().is_empty() {
        said.clone_into(known);
    }
}

pub fn new_site(id: &str) -> Site {
    Site {
        id: id.to_owned(),
        name: String::new(),
        address: String::new(),
        landmark: String::new(),
        position: None,
        radius_m: RADIUS_M,
    }
}

// --- The work order --------------------------------------------------------------------------------

fn made_into_work_order(tx: &dyn Tx, id: RequestId, by: &str, now: DateTime<Utc>) -> Result<Visit, Untaken> {
    let (mut held, so_far, standard) = open(tx, id)?;
    if so_far.state == RequestState::AwaitingInfo {
        return Err(Untaken::Awaits(held.intake.missing(&standard)));
    }
    let lacks = held.intake.lacks_to_go();
    if !lacks.is_empty() {
        return Err(Untaken::Awaits(lacks));
    }
    // An appointment may have passed since it was made.
    let mut intake = held.intake.clone();
    intake.appointment = intake.appointment.filter(|one| one.to > now);
    let file = customers::file(tx, &held.intake.customer.id)?;
    let known = known(tx, &held.intake, file.as_ref(), now)?;
    let kind = match file.as_ref().and_then(|file| file.owned(&held.intake.equipment.id)) {
        Some(owned) if held.intake.equipment.kind.is_empty() => owned.kind.clone(),
        _ => held.intake.equipment.kind.clone(),
    };
    let plan = match customers::plan(tx, &kind)? {
        Some(plan) => plan,
        None => customers::plain_plan(tx)?,
    };
    let plan = standard.planned(&kind, plan);
    let number = store::next_in_month(tx, "JS", &month(&standard, now))?;
    let registered = Registered {
        id,
        number: held.number.clone(),
        received_at: held.received_at,
        intake: &intake,
        pauses: so_far.pauses(&standard).to_vec(),
    };
    let order = (WorkOrderId(Uuid::now_v7()), number);
    let order = registered
        .work_order(order, &standard, known, plan, unassigned(now), now)
        .context("The standard cannot say by when somebody must come")?;
    store::insert_order(tx, &order)?;
    journal_act(tx, order.id, now, by, Act::Registered {})?;
    let grade = held.intake.grade(&standard);
    journal_act(tx, order.id, now, by, Act::Graded { level: grade.level, reason: grade.reason })?;
    // What was answered before there was a work order is answered.
    let entries = requests::entries(tx, id)?;
    for entry in &entries {
        let RequestAct::Responded { mode, note, .. } = &entry.act else { continue };
        let mode = *mode;
        journal_act(tx, order.id, now, &entry.actor, Act::Responded { mode, note: note.clone() })?;
        let settled = settled_by_response(&order, &standard, &Sheet::empty(order.id), entry.at, now);
        note_settled(tx, order.id, &standard, settled.into_iter().collect(), now)?;
    }
    let visit = Visit { work_order: order.id, number: order.number };
    held.version += 1;
    keep(tx, held, &[RequestAct::OrderMade { visit: visit.clone() }], by, now)?;
    Ok(visit)
}

/// What the register knows of the place, in today's words of the caller.
fn known(tx: &dyn Tx, intake: &Intake, file: Option<&CustomerFile>, now: DateTime<Utc>) -> Result<Known> {
    let entry = file.and_then(|file| file.sites.iter().find(|one| one.id == intake.site.id));
    let Place { id, name, address, landmark } = intake.site.clone();
    // Where the caller names another address, the position of the old one leads astray.
    let position = entry.filter(|one| one.address == address).and_then(|one| one.position);
    let radius_m = entry.map_or(RADIUS_M, |one| one.radius_m);
    let owned = file.and_then(|file| file.owned(&intake.equipment.id)).map(|owned| owned.equipment.clone());
    let machine = &intake.equipment;
    let equipment = owned.map(|mut owned| {
        for (known, said) in [(&mut owned.model, &machine.model), (&mut owned.serial, &machine.serial)] {
            if !said.is_empty() {
                said.clone_into(known);
            }
        }
        owned.purchased = machine.purchased.or(owned.purchased);
        owned
    });
    let confidential = equipment.as_ref().is_some_and(|machine: &Equipment| machine.confidential);
    let contract = file.and_then(CustomerFile::contract).filter(|one| one.until >= day_of(now)).cloned();
    let history = if intake.equipment.id.is_empty() {
        Vec::new()
    } else {
        customers::history(tx, &intake.equipment.id)?
    };
    let mut sent = Vec::new();
    for digest in &intake.photos {
        let bytes = photos::brought_photo(tx, digest)?.context("A photo of a request is not here")?;
        sent.push(CustomerPhoto { digest: digest.clone(), bytes });
    }
    let site = Site { id, name, address, landmark, position, radius_m };
    let wished = wished(tx, intake)?;
    Ok(Known { site, equipment, contract, history, photos: sent, wished, confidential })
}

/// The firm's day.
pub fn day_of(now: DateTime<Utc>) -> chrono::NaiveDate {
    now.with_timezone(&Tz::Asia__Shanghai).date_naive()
}

// --- What the console is shown ---------------------------------------------------------------------

fn form(db: &dyn Tx, standard: &Standard, now: DateTime<Utc>) -> Result<IntakeForm> {
    let level = |level: &Level| LevelChoice {
        key: level.key.clone(),
        name: level.name.clone(),
        colour: level.colour,
        criteria: level.criteria.clone(),
    };
    Ok(IntakeForm {
        channels: standard.channels.iter().filter_map(|one| standard.channel_at(one.channel, now)).collect(),
        problem_types: standard.problem_types.clone(),
        symptoms: standard.symptoms.clone(),
        levels: standard.levels.iter().map(level).collect(),
        level_sets: standard.level_sets.clone(),
        kinds: customers::kinds(db)?,
        photos: PhotoLimits { most: u32::try_from(MOST_PHOTOS)?, bytes: u32::try_from(BROUGHT.bytes)? },
    })
}

fn look(
    db: &dyn Tx,
    standard: &Standard,
    intake: &Intake,
    so_far: &Walk,
    received_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<IntakeLook> {
    let file = match intake.customer.id.as_str() {
        "" => None,
        id => customers::file(db, id)?,
    };
    let promised = promised(standard, intake, so_far, received_at, now);
    let symptom = standard.symptom(&intake.symptom_kind).map(|one| &one.name);
    let answers = intake.answers.values().map(String::as_str).collect::<Vec<_>>().join(" ");
    let kind = symptom.map_or("", |name| name.get(jobsheet_model::Language::Zh));
    let said = format!("{} {answers} {kind}", intake.symptom);
    let known: BTreeSet<_> = intake.ticked(standard);
    Ok(IntakeLook {
        findings: findings(db, intake, standard, now)?,
        missing: intake.missing(standard),
        lacks_to_go: intake.lacks_to_go(),
        grade: intake.grade(standard),
        ticked: known.into_iter().collect(),
        channel: standard.channel_at(intake.channel, received_at),
        respond_by: promised.as_ref().map(|(_, by, _)| *by),
        ceiling: promised.map(|(_, _, ceiling)| ceiling),
        standing: standing(file.as_ref(), &intake.equipment.id, day_of(now)),
        hits: hits(&requests::faults(db)?, &said),
    })
}

fn promised(
    standard: &Standard,
    intake: &Intake,
    so_far: &Walk,
    received_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<(jobsheet_model::work_order::Level, DateTime<Utc>, DateTime<Utc>)> {
    let pauses = so_far.pauses(standard).to_vec();
    let registered =
        Registered { id: RequestId(Uuid::nil()), number: String::new(), received_at, intake, pauses };
    registered.promised(standard, now)
}

fn row(db: &dyn Tx, held: &Held, journal: &[RequestEntry], now: DateTime<Utc>) -> Result<RequestRow> {
    let standard = standard_of(db, held)?;
    let standard = &*standard;
    let so_far = walk(journal.iter().map(|entry| (entry.at, &entry.act)));
    let intake = &held.intake;
    let level =
        standard.on_a_work_order(&intake.grade(standard).level).context("A level that is not there")?;
    let is_open = so_far.state.is_open();
    let promised = promised(standard, intake, &so_far, held.received_at, now).filter(|_| is_open);
    let given = responded(journal).map(|(entry, mode)| ResponseGiven { at: entry.at, mode });
    let answer = registered(held, &so_far, standard).response_promise(standard, now);
    let answer_by = answer.filter(|_| is_open && given.is_none()).map(|promise| promise.due);
    let passed = |by: &DateTime<Utc>| now > *by;
    let (visit_late, answer_late) =
        (promised.as_ref().is_some_and(|(_, by, _)| passed(by)), answer_by.as_ref().is_some_and(passed));
    let reminded = |duty| journal.iter().any(|entry| entry.act == RequestAct::Reminded { duty });
    let due_soon = (answer_by.is_some() && !answer_late && reminded(Duty::FirstResponse))
        || (promised.is_some() && !visit_late && reminded(standard.shown));
    let visit = journal.iter().find_map(|entry| match &entry.act {
        RequestAct::OrderMade { visit } => Some(visit.clone()),
        _ => None,
    });
    Ok(RequestRow {
        id: held.id,
        number: held.number.clone(),
        state: so_far.state,
        channel: intake.channel,
        customer: intake.customer.name.clone(),
        site: intake.site.name.clone(),
        symptom: intake.symptom.clone(),
        level,
        received_at: held.received_at,
        respond_by: promised.map(|(_, by, _)| by),
        is_paused: so_far.is_paused(standard),
        is_late: visit_late || answer_late,
        is_due_soon: due_soon,
        answer_by,
        response: given,
        missing: if is_open { intake.missing(standard) } else { Vec::new() },
        work_order: visit,
        by: journal.first().map(|entry| entry.actor.clone()).unwrap_or_default(),
    })
}
