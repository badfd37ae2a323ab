//! What the screens are shown, made of rows. What can be decided without the database is a plain function.

use crate::{
    error::Result,
    phone::{Core, lock},
    store::{Rows, Tally, WorkOrderRow, no_such_job},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use jobsheet_model::{
    Sheet, Stage, WorkOrder, WorkOrderId,
    asked::{Asked, AskedStep, asked},
    change::{PartSource, PhotoSubject},
    changed::{Edited, OfficeChange, changed_fields},
    charges::{charges, consent_to, estimate, part_cover, service_day},
    place::Position,
    times::{SpanKind, minutes_of},
    view::{
        GoneNotice, Job, JobCard, Ledger, Missing, Offer, Outbox, OutboxGroup, OutboxPhoto, Standing, Times,
        Today,
    },
    work_order::{AssignmentState, Technician},
};
use std::collections::{BTreeMap, HashMap};

/// What a screen's answer is made with.
struct Scene<'a> {
    rows: &'a Rows<'a>,
    tallies: HashMap<WorkOrderId, Tally>,
    now: DateTime<Utc>,
    here: Position,
}

impl Core {
    fn scene<T>(&self, show: impl FnOnce(&Scene<'_>) -> Result<T>) -> Result<T> {
        let signed = self.signed()?;
        signed.store.read(|rows| self.scene_of(rows, &signed.account.technician, rows.tallies()?, show))
    }

    fn scene_of<T>(
        &self,
        rows: &Rows<'_>,
        technician: &Technician,
        tallies: HashMap<WorkOrderId, Tally>,
        show: impl FnOnce(&Scene<'_>) -> Result<T>,
    ) -> Result<T> {
        let device = rows.device()?;
        let now = self.now(device.ahead.as_ref());
        show(&Scene { rows, tallies, now, here: device.position.unwrap_or(technician.base) })
    }

    fn card(&self, scene: &Scene<'_>, row: &WorkOrderRow) -> JobCard {
        let tally = scene.tallies.get(&row.order.id).copied().unwrap_or_default();
        card(row, lock(&self.live).standing(row.order.id, tally, row.received_at), scene.here, scene.now)
    }

    /// One card, without what waits to be sent.
    pub fn card_of(&self, rows: &Rows<'_>, technician: &Technician, row: &WorkOrderRow) -> Result<JobCard> {
        self.scene_of(rows, technician, HashMap::new(), |scene| Ok(self.card(scene, row)))
    }

    pub fn today(&self) -> Result<Today> {
        let offset = self.clock.offset();
        self.scene(|scene| {
            let (from, to) = day_of(scene.now, offset);
            let mut jobs = Vec::new();
            for id in scene.rows.listed(from, to)? {
                if let Some(row) = scene.rows.work_order(id)? {
                    jobs.push(self.card(scene, &row));
                }
            }
            jobs.sort_by_key(|job| (job.offer.is_none(), job.stage.is_over(), job.from));
            let next = if jobs.is_empty() { scene.rows.next_start(to)? } else { None };
            Ok(Today {
                sync: self.sync_status(scene.rows, &scene.tallies)?,
                next_day: next.map(|at| local_day(at, offset)),
                loading: !scene.rows.device()?.complete,
                preparing: self.preparing(scene.rows)?,
                jobs,
            })
        })
    }

    pub fn job(&self, id: WorkOrderId) -> Result<Job> {
        let signed = self.signed()?;
        signed.store.read(|rows| {
            let row = rows.work_order(id)?.ok_or_else(no_such_job)?;
            self.job_of(rows, &signed.account.technician, &row)
        })
    }

    /// One job needs no more counted than what is its own.
    pub fn job_of(&self, rows: &Rows<'_>, technician: &Technician, row: &WorkOrderRow) -> Result<Job> {
        let id = row.order.id;
        let tallies = HashMap::from([(id, rows.tally(id)?)]);
        self.scene_of(rows, technician, tallies, |scene| {
            let minutes = |kind| minutes_of(&row.sheet.spans, kind, scene.now);
            let mut bring_on_van = BTreeMap::new();
            // Asked before he is there; later nobody brings anything.
            for part in row.order.bring.iter().filter(|_| row.sheet.arrival.is_none()) {
                if let Some(on_van) = scene.rows.on_van(&part.number)? {
                    bring_on_van.insert(part.number.clone(), on_van);
                }
            }
            let costs = charges(&row.order, &row.sheet, Some(scene.now));
            let quote = estimate(&row.order, &row.sheet, scene.now);
            Ok(Job {
                card: self.card(scene, row),
                consent: consent_to(&row.sheet, &costs, &quote),
                charges: costs,
                estimate: quote,
                asked: asked(&row.order.template, &row.sheet)
                    .into_iter()
                    .map(|(step, asked)| AskedStep { step: step.key.clone(), asked })
                    .collect(),
                waiting: scene.rows.waiting_of(id)?,
                earlier_here: match &row.order.follows {
                    Some(earlier) => scene.rows.has_whole(earlier.work_order)?,
                    None => false,
                },
                next_here: match &row.order.followed_by {
                    Some(next) => scene.rows.has_whole(next.work_order)?,
                    None => false,
                },
                part_cover: PartSource::ALL
                    .iter()
                    .map(|&source| (source, part_cover(&row.order, &row.sheet, source)))
                    .collect(),
                service_day: service_day(&row.order, &row.sheet),
                times: Times {
                    travel: minutes(SpanKind::Travel),
                    work: minutes(SpanKind::Work),
                    pause: minutes(SpanKind::Pause),
                },
                missing: missing(&row.order, &row.sheet),
                refused: scene.rows.refused(id)?,
                changed: office_change(row),
                bring_on_van,
                other_serials: row.order.other_serials(&row.sheet),
                tell_after: row.order.tell_after(&row.sheet),
                calls: row.order.calls_due(&row.sheet),
                rules: row.order.rules.clone(),
                now: scene.now,
                order: row.order.clone(),
                sheet: row.sheet.clone(),
            })
        })
    }

    pub fn outbox(&self) -> Result<Outbox> {
        let offset = self.clock.offset();
        let free = fs4::available_space(&self.data).ok();
        self.scene(|scene| {
            let mut groups = Vec::new();
            for (id, tally) in &scene.tallies {
                if tally.changes + tally.refused + tally.photos > 0
                    && let Some(row) = scene.rows.work_order(*id)?
                {
                    groups.push((row.order.from, self.group(scene, *tally, &row)?));
                }
            }
            groups.sort_by_key(|(from, group)| (*from, group.work_order));
            let (today, _) = day_of(scene.now, offset);
            let mut received_today = scene.rows.received_since(today)?;
            let is_waiting =
                |id: &WorkOrderId| scene.tallies.get(id).is_some_and(|t| t.changes + t.photos > 0);
            received_today.retain(|job| !is_waiting(&job.work_order));
            let photo = scene.rows.photo_size()?.unwrap_or(700_000).max(1);
            Ok(Outbox {
                groups: groups.into_iter().map(|(_, group)| group).collect(),
                received_today,
                sync: self.sync_status(scene.rows, &scene.tallies)?,
                ledger: ledger(scene.rows)?,
                photos_fit: free.map(|free| u32::try_from(free / photo).unwrap_or(u32::MAX)),
                free,
            })
        })
    }

    fn group(&self, scene: &Scene<'_>, tally: Tally, row: &WorkOrderRow) -> Result<OutboxGroup> {
        let id = row.order.id;
        let mut group = OutboxGroup {
            work_order: id,
            number: row.order.number.clone(),
            customer: row.order.customer.name.clone(),
            standing: lock(&self.live).standing(id, tally, row.received_at),
            answers: 0,
            parts: 0,
            other: 0,
            signature: false,
            photos: Vec::new(),
            refused: scene.rows.refused(id)?,
        };
        for (what, count) in scene.rows.waiting_names(id)? {
            match what.as_str() {
                "step_answered" => group.answers += count,
                "part_fitted" | "part_line_removed" | "part_requested" | "part_request_withdrawn" => {
                    group.parts += count;
                }
                "signed_off" | "signed_on_paper" | "sign_off_refused" => group.signature = true,
                // Shown one by one below.
                "photo_taken" => {}
                _ => group.other += count,
            }
        }
        for photo in scene.rows.unsent_photos(id)? {
            group.photos.push(OutboxPhoto {
                digest: photo.digest,
                bytes: u32::try_from(photo.size).unwrap_or(u32::MAX),
                sent: u32::try_from(photo.sent).unwrap_or(u32::MAX),
            });
        }
        Ok(group)
    }
}

fn ledger(rows: &Rows<'_>) -> Result<Ledger> {
    let device = rows.device()?;
    Ok(Ledger {
        recorded: device.sequence,
        held: device.receipt_sequence,
        kept: rows.count_kept()?,
        code: device.receipt_hash.map(|hash| hash.code()),
        at: device.receipt_at,
    })
}

/// Midnight to midnight, where the phone is.
fn day_of(now: DateTime<Utc>, offset: i32) -> (DateTime<Utc>, DateTime<Utc>) {
    let offset = TimeDelta::minutes(i64::from(offset));
    let midnight = (now + offset).date_naive().and_time(chrono::NaiveTime::MIN).and_utc() - offset;
    (midnight, midnight + TimeDelta::days(1))
}

fn local_day(at: DateTime<Utc>, offset: i32) -> NaiveDate {
    (at + TimeDelta::minutes(i64::from(offset))).date_naive()
}

fn card(row: &WorkOrderRow, standing: Standing, here: Position, now: DateTime<Utc>) -> JobCard {
    let WorkOrderRow { order, sheet, .. } = row;
    JobCard {
        id: order.id,
        number: order.number.clone(),
        level: order.level.clone(),
        from: order.from,
        to: order.to,
        respond_by: order.respond_by,
        customer: order.customer.name.clone(),
        site: order.site.name.clone(),
        address: order.site.address.clone(),
        symptom: order.request.symptom.clone(),
        stage: sheet.stage,
        offer: offer(row, now),
        distance_m: order.site.position.map(|site| here.metres_to(&site)),
        standing,
        gone: row.gone.as_ref().filter(|_| !row.dismissed).map(|gone| GoneNotice {
            to: gone.to.clone(),
            reason: gone.reason.clone(),
            at: gone.at,
        }),
        cancelled: order.cancelled.is_some(),
        changed_at: row.changed_at,
    }
}

/// What the office changed since the plan was seen. Where nobody is said to have done it, it was when this phone heard.
fn office_change(row: &WorkOrderRow) -> Option<OfficeChange> {
    let (seen, heard) = row.seen_plan.as_ref().zip(row.changed_at)?;
    let fields = changed_fields(seen, &row.order, &row.sheet);
    let edited = row.order.edited.clone().filter(|edited| seen.edited.as_ref() != Some(edited));
    (!fields.is_empty())
        .then(|| OfficeChange { edited: edited.unwrap_or(Edited { at: heard, by: String::new() }), fields })
}

/// An offer that waits for an answer; its minutes run from when it reached this phone (A15).
fn offer(row: &WorkOrderRow, now: DateTime<Utc>) -> Option<Offer> {
    let WorkOrderRow { order, sheet, .. } = row;
    let open = order.assignment.state == AssignmentState::Offered
        && sheet.stage == Stage::Offered
        && order.cancelled.is_none()
        && row.gone.is_none();
    open.then(|| {
        let length = order.level.accept.saturating_add(sheet.more_time).saturating_mul(60);
        let expires = row.seen_at + TimeDelta::seconds(i64::from(length));
        let left = (expires - now).num_seconds();
        Offer {
            expires,
            left: i32::try_from(left).unwrap_or(if left < 0 { i32::MIN } else { i32::MAX }),
            length,
        }
    })
}

/// What still stands between this sheet and the customer's review.
pub(crate) fn missing(order: &WorkOrder, sheet: &Sheet) -> Missing {
    let has = |subject| sheet.photos.iter().any(|p| p.subject == subject);
    let mut missing = Missing {
        before_photo: !has(PhotoSubject::Before),
        after_photo: !has(PhotoSubject::After),
        diagnosis: sheet.diagnosis.is_none(),
        function_test: sheet.function_test.is_none(),
        ..Missing::default()
    };
    for (step, asked) in asked(&order.template, sheet) {
        match asked {
            _ if sheet.answers.contains_key(&step.key) => {}
            Asked::TooNew => missing.too_new.push(step.key.clone()),
            Asked::Yes if step.required => missing.steps.push(step.key.clone()),
            Asked::Yes | Asked::No => {}
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_from_midnight_to_midnight_where_the_phone_is() {
        let at = |t: &str| t.parse::<DateTime<Utc>>().unwrap();
        for (now, offset, from) in [
            ("2026-11-22T09:00:00Z", 480, "2026-11-21T16:00:00Z"),
            ("2026-11-22T15:59:59Z", 480, "2026-11-21T16:00:00Z"),
            ("2026-11-22T16:00:00Z", 480, "2026-11-22T16:00:00Z"),
            ("2026-11-22T03:00:00Z", -300, "2026-11-21T05:00:00Z"),
        ] {
            let (start, end) = day_of(at(now), offset);
            assert_eq!((start, end - start), (at(from), TimeDelta::days(1)), "{now} {offset}");
        }
        assert_eq!(local_day(at("2026-11-22T16:00:00Z"), 480).to_string(), "2026-11-23");
    }
}
