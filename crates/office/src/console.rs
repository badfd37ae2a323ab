//! What the console's pages are made of: rows and jobs, derived from work orders, sheets and the journal.

use crate::{
    Office, closing, standards,
    store::{
        self, Tx,
        console::{self as shown, Listed},
        dispatch, people,
    },
};
use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    Digest, Language, Sheet, Stage, WorkOrder, WorkOrderId,
    asked::{AskedStep, asked},
    charges::charges,
    document::document,
    due::settled_by_response,
    expected::expected,
    view::{Account, ConsoleExpected, ConsoleJob, ConsolePhoto, ConsoleRow, ConsoleSession, Status},
    work_order::AssignmentState,
};
use std::collections::HashSet;

impl Office {
    pub(crate) fn console_session(&self, login: &str) -> Result<Option<ConsoleSession>> {
        self.read(|db| {
            let account = people::staff_one(db, login)?.filter(|account| !account.disabled);
            let Some(Account { name, role, .. }) = account else { return Ok(None) };
            let company = store::fact(db, "company")?.unwrap_or_default();
            Ok(Some(ConsoleSession { name, role, company, technicians: people::technicians(db)? }))
        })
    }

    /// What is not closed, or was not a day ago: so that nobody wonders where it went.
    pub(crate) fn console_rows(&self) -> Result<Vec<ConsoleRow>> {
        self.console_rows_since(self.now() - TimeDelta::days(1))
    }

    /// What is not closed, or was not before `since`.
    pub(crate) fn console_rows_since(&self, since: DateTime<Utc>) -> Result<Vec<ConsoleRow>> {
        self.read(|db| {
            let listed = shown::listed(db, since)?;
            let whole = shown::whole_of(db, &listed)?;
            Ok(listed.iter().map(|listed| row(listed, &whole)).collect())
        })
    }

    /// The next by number, and whether there are more.
    pub(crate) fn console_rows_after(&self, number: &str, limit: u32) -> Result<(Vec<ConsoleRow>, bool)> {
        self.read(|db| {
            let mut listed = shown::listed_after(db, number, limit.saturating_add(1))?;
            let more = listed.len() > limit as usize;
            listed.truncate(limit as usize);
            let whole = shown::whole_of(db, &listed)?;
            Ok((listed.iter().map(|listed| row(listed, &whole)).collect(), more))
        })
    }

    pub(crate) fn console_job(&self, id: WorkOrderId, language: Language) -> Result<Option<ConsoleJob>> {
        self.read(|db| {
            let Some(listed) = shown::listed_one(db, id)? else { return Ok(None) };
            let Some(closing) = closing::standing(db, id)? else { return Ok(None) };
            let whole = shown::whole_of(db, std::slice::from_ref(&listed))?;
            let sizes = shown::photo_sizes(db, id)?;
            let thumbs = shown::thumbs(db, id)?;
            let signed_for = match shown::signed_base(db, id)? {
                Some(base) if listed.sheet.is_locked() => store::order_version(db, id, base)?,
                _ => None,
            };
            let expected = expected_of(db, &listed)?;
            let row = row(&listed, &whole);
            let Listed { order, sheet, .. } = listed;
            // A signed sheet is shown as it was signed, whatever became of the work order since.
            let as_signed = signed_for.as_ref().unwrap_or(&order);
            let document = document(as_signed, &sheet, language);
            let signed_as_shown = sheet.sign_off.as_ref().map(|signed| {
                jobsheet_model::document::document(as_signed, &sheet, signed.act.language).digest()
                    == signed.act.digest
            });
            let photos = sheet
                .photos
                .iter()
                .map(|photo| {
                    let digest = photo.digest.as_str();
                    let bytes = sizes.get(digest).copied().unwrap_or(photo.bytes.into());
                    let is_whole = whole.contains(digest);
                    Ok(ConsolePhoto {
                        digest: photo.digest.clone(),
                        bytes,
                        held: if is_whole { bytes } else { self.0.photos.progress(&photo.digest)?.offset },
                        thumb: thumbs.contains(digest),
                    })
                })
                .collect::<Result<_>>()?;
            let asked = asked(&as_signed.template, &sheet).into_iter();
            let asked = asked.map(|(step, asked)| AskedStep { step: step.key.clone(), asked }).collect();
            let (_, judged) = store::clocks::said(db, id)?;
            let is_open = closing.closed_at.is_none() && order.cancelled.is_none();
            let standard = standards::of(db, order.under.as_ref())?.filter(|_| is_open);
            let answer = standard
                .and_then(|standard| settled_by_response(&order, &standard, &sheet, self.now(), self.now()));
            let answer_by = answer.filter(|one| !judged.contains(&one.duty)).map(|one| one.due);
            Ok(Some(ConsoleJob {
                answer_by,
                row,
                asked,
                charges: charges(as_signed, &sheet, Some(self.now())),
                digest: document.digest(),
                document,
                signed_as_shown,
                photos,
                journal: shown::journal(db, id)?,
                attention: shown::raised(db, id)?,
                closing,
                expected,
                order,
                sheet,
            }))
        })
    }

    /// A photo for the console: any that a change names.
    pub(crate) fn console_photo(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        if self.read(|db| shown::photo_is_known(db, digest))? { self.photo_bytes(digest) } else { Ok(None) }
    }

    pub(crate) fn console_thumb(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        self.read(|db| shown::thumb(db, digest))
    }
}

/// Who comes and when, and whether the customer knows it.
fn expected_of(db: &dyn Tx, Listed { order, sheet, .. }: &Listed) -> Result<Option<ConsoleExpected>> {
    let Some(expected) = expected(order, sheet) else { return Ok(None) };
    let Some(technician) = people::technician(db, expected.technician)? else { return Ok(None) };
    let last = dispatch::customer_told(db, order.id)?;
    let is_told = last.as_ref().is_some_and(|last| last.expected == expected);
    let told = last.map(|last| last.told);
    Ok(Some(ConsoleExpected { expected, technician, told, is_told }))
}

pub fn row(listed: &Listed, whole: &HashSet<String>) -> ConsoleRow {
    let Listed { order, sheet, .. } = listed;
    let held = sheet.photos.iter().filter(|photo| whole.contains(photo.digest.as_str())).count();
    ConsoleRow {
        id: order.id,
        version: order.version,
        number: order.number.clone(),
        level: order.level.clone(),
        customer: order.customer.name.clone(),
        site: order.site.name.clone(),
        symptom: order.request.symptom.clone(),
        technician: order.assignment.technician_name.clone(),
        respond_by: order.respond_by,
        status: match status(order, sheet, listed.returned) {
            Status::Cancelled => Status::Cancelled,
            _ if listed.closed.is_some() => Status::Closed,
            other => other,
        },
        photos: count(sheet.photos.len()),
        photos_held: count(held),
        attention: listed.attention,
        last_word: listed.last_word,
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// How far the request is. What the technician recorded says more than the plan does.
pub fn status(order: &WorkOrder, sheet: &Sheet, returned: u32) -> Status {
    if order.cancelled.is_some() {
        return Status::Cancelled;
    }
    match sheet.stage {
        Stage::Offered | Stage::Declined | Stage::Accepted => match order.assignment.state {
            AssignmentState::Offered | AssignmentState::Assigned => match sheet.stage {
                Stage::Accepted => Status::Accepted,
                _ => Status::Dispatched,
            },
            AssignmentState::Declined => Status::Refused,
            AssignmentState::Withdrawn => Status::Dispatching,
        },
        Stage::Departed => Status::Departed,
        Stage::OnSite => Status::Arrived,
        Stage::Working => Status::Working,
        Stage::Paused => Status::Paused,
        Stage::WorkDone => Status::WorkDone,
        Stage::SignedOff if returned >= sheet.revision => Status::SheetReturned,
        Stage::SignedOff | Stage::SignedOnPaper => Status::AcceptancePassed,
        Stage::SignOffRefused => Status::AcceptanceFailed,
        Stage::CouldNotFinish => Status::Unfinished,
    }
}
