//! What the firm promises, kept in versions: written as a draft, published once it can be kept, put to use for new
//! requests. What began under a version keeps it.

use crate::{
    Office,
    store::{
        self, Tx, customers,
        standards::{self as kept, Draft},
    },
    xlsx,
};
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use jobsheet_model::{
    WorkOrder,
    closing::CloseRule,
    standard::{Finding, Standard, StandardAct, Under, days::read_days, shipped},
    view::{
        ConsoleStandard, ConsoleStandards, DraftOfStandard, PublishedStandard, StandardLook, StandardRow,
        StandardSaved,
    },
    work_order::Tariff,
    xlsform::{ReadChecklist, read_checklist},
};
use std::sync::Arc;

/// Why it cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum Unpublished {
    #[error("there is no such standard")]
    NoSuch,
    #[error("it cannot be kept so")]
    Unfit(Vec<Finding>),
    #[error("what is odd about it must be confirmed")]
    Unconfirmed(Vec<Finding>),
    #[error("somebody has changed it meanwhile")]
    Changed,
    #[error(transparent)]
    Failed(#[from] anyhow::Error),
}

impl From<store::Error> for Unpublished {
    fn from(why: store::Error) -> Self {
        Unpublished::Failed(why.into())
    }
}

/// The standard that a work order or a request began under, if this office has it.
pub fn of(db: &dyn Tx, under: Option<&Under>) -> Result<Option<Arc<Standard>>> {
    under.map_or(Ok(None), |under| kept::of(db, under))
}

/// When a work order is closed: as the standard says that it began under (X15).
pub fn close_rule(db: &dyn Tx, order: &WorkOrder) -> Result<CloseRule> {
    Ok(of(db, order.under.as_ref())?.map(|standard| standard.closing.clone()).unwrap_or_default())
}

/// The standard that requests are taken under from now on.
pub fn in_use(db: &dyn Tx) -> Result<Arc<Standard>> {
    kept::of(db, &kept::in_use(db)?)?.context("The standard in use is not there")
}

/// Every published version.
pub fn all(db: &dyn Tx) -> Result<Vec<Arc<Standard>>> {
    let mut all = Vec::new();
    for (standard, one) in kept::published(db)? {
        all.extend(kept::of(db, &Under { standard, version: one.version })?);
    }
    Ok(all)
}

/// What ships is published with the office; a firm's own version of the same number stays.
pub fn ship(tx: &dyn Tx, now: DateTime<Utc>) -> Result<()> {
    shipped().iter().try_for_each(|standard| kept::publish(tx, standard, now, ""))
}

impl Office {
    /// Takes requests under the newest version of this key from now on.
    pub fn set_standard(&self, key: &str) -> Result<()> {
        self.write(|tx| {
            let version = kept::newest(tx, key)?.with_context(|| format!("there is no standard {key}"))?;
            kept::use_from_now(tx, &Under { standard: key.to_owned(), version })
        })
    }

    pub(crate) fn console_standards(&self, may_edit: bool) -> Result<ConsoleStandards> {
        self.read(|db| {
            let mut rows: Vec<StandardRow> = Vec::new();
            for (key, version) in kept::published(db)? {
                match rows.last_mut().filter(|row| row.key == key) {
                    Some(row) => row.versions.push(version),
                    None => {
                        let newest = Under { standard: key.clone(), version: version.version };
                        let name = kept::of(db, &newest)?.map(|standard| standard.name.clone());
                        let name = name.unwrap_or_default();
                        rows.push(StandardRow { key, name, versions: vec![version], draft: None });
                    }
                }
            }
            for Draft { about, body } in kept::drafts(db)? {
                match rows.iter_mut().find(|row| row.key == body.key) {
                    Some(row) => row.draft = Some(about),
                    None => rows.push(StandardRow {
                        key: body.key,
                        name: body.name,
                        versions: Vec::new(),
                        draft: Some(about),
                    }),
                }
            }
            Ok(ConsoleStandards { in_use: kept::in_use(db)?, may_edit, rows })
        })
    }

    /// One version.
    pub(crate) fn console_standard(&self, under: &Under, may_edit: bool) -> Result<Option<ConsoleStandard>> {
        self.read(|db| {
            let Some(standard) = kept::of(db, under)? else { return Ok(None) };
            let published = kept::published(db)?.into_iter();
            let mut published = published.filter(|(key, _)| *key == under.standard).map(|(_, one)| one);
            let published = published.find(|one| one.version == under.version);
            Ok(Some(page(db, &standard, (published, None), may_edit)?))
        })
    }

    /// The draft of a standard; where nobody has begun one, the newest version as it would be changed.
    pub(crate) fn console_draft(&self, key: &str, may_edit: bool) -> Result<Option<ConsoleStandard>> {
        self.read(|db| {
            if let Some(Draft { about, body }) = kept::draft(db, key)? {
                return Ok(Some(page(db, &body, (None, Some(about)), may_edit)?));
            }
            let Some(newest) = kept::newest(db, key)? else { return Ok(None) };
            let newest = Under { standard: key.to_owned(), version: newest };
            let standard = kept::of(db, &newest)?.context("A version that is not there")?;
            Ok(Some(page(db, &next(&standard), (None, None), may_edit)?))
        })
    }

    /// What is to be said of a standard that is being written.
    pub(crate) fn look_at_standard(&self, standard: &Standard) -> Result<StandardLook> {
        self.read(|db| look(db, standard))
    }

    /// Keeps a draft, with whatever is still wrong with it; `seen` is the draft that was changed, 0 for none.
    pub fn save_standard(&self, body: &Standard, seen: u32, by: &str) -> Result<StandardSaved, Unpublished> {
        let now = self.now();
        self.write(|tx| {
            if let Some(finding) = body.check().into_iter().find(|one| one.path == "key") {
                return Err(Unpublished::Unfit(vec![finding]));
            }
            seen_as(tx, &body.key, seen)?;
            keep(tx, body.clone(), seen, (now, by), &StandardAct::DraftSaved {})
        })
    }

    /// Takes the days of a file over into a list of holidays of the draft, all or none.
    pub fn take_holidays(
        &self,
        key: &str,
        list: &str,
        seen: u32,
        file: &str,
        by: &str,
    ) -> Result<StandardSaved, Unpublished> {
        let now = self.now();
        let days = read_days(file).map_err(Unpublished::Unfit)?;
        self.write(|tx| {
            let mut body = seen_as(tx, key, seen)?.ok_or(Unpublished::NoSuch)?.body;
            let holidays = body.holidays.iter_mut().find(|one| one.key == list).ok_or(Unpublished::NoSuch)?;
            holidays.take(&days).map_err(|finding| Unpublished::Unfit(vec![finding]))?;
            let count = u32::try_from(days.0.len()).unwrap_or(u32::MAX);
            let act = StandardAct::HolidaysTaken { list: list.to_owned(), days: count };
            keep(tx, body, seen, (now, by), &act)
        })
    }

    /// Reads a workbook as the checklist of a kind of equipment; nothing is kept.
    pub(crate) fn read_checklist(&self, kind: &str, file: &[u8]) -> Result<Option<ReadChecklist>> {
        let kinds = self.read(customers::kinds)?;
        let Some(kind) = kinds.into_iter().find(|one| one.key == kind) else { return Ok(None) };
        Ok(Some(match xlsx::read_workbook(file) {
            Ok(workbook) => read_checklist(&kind.key, kind.name, &workbook),
            Err(findings) => ReadChecklist { checklist: None, findings },
        }))
    }

    pub fn discard_standard(&self, key: &str, seen: u32, by: &str) -> Result<(), Unpublished> {
        let now = self.now();
        self.write(|tx| {
            seen_as(tx, key, seen)?.ok_or(Unpublished::NoSuch)?;
            kept::drop_draft(tx, key)?;
            Ok(kept::journal(tx, key, now, by, &StandardAct::DraftDiscarded {})?)
        })
    }

    /// Publishes the draft: from then on nobody changes it. What is wrong keeps it from that, what is odd must be
    /// `confirmed`.
    pub fn publish_standard(
        &self,
        key: &str,
        seen: u32,
        confirmed: bool,
        use_now: bool,
        by: &str,
    ) -> Result<Under, Unpublished> {
        let now = self.now();
        self.write(|tx| {
            let Draft { mut body, .. } = seen_as(tx, key, seen)?.ok_or(Unpublished::NoSuch)?;
            let findings = body.check();
            if findings.iter().any(|one| one.is_error) {
                return Err(Unpublished::Unfit(findings));
            }
            if !findings.is_empty() && !confirmed {
                return Err(Unpublished::Unconfirmed(findings));
            }
            body.version = kept::newest(tx, key)?.unwrap_or(0) + 1;
            number(tx, &mut body)?;
            let (under, version) = (body.under(), body.version);
            kept::publish(tx, &body, now, by)?;
            kept::drop_draft(tx, key)?;
            kept::journal(tx, key, now, by, &StandardAct::Published { version })?;
            if use_now {
                put_to_use(tx, &under, now, by)?;
            }
            Ok(under)
        })
    }

    /// Takes requests under this version from now on.
    pub fn use_standard(&self, under: &Under, by: &str) -> Result<(), Unpublished> {
        let now = self.now();
        self.write(|tx| {
            kept::of(tx, under)?.ok_or(Unpublished::NoSuch)?;
            if kept::in_use(tx)? == *under {
                return Ok(());
            }
            Ok(put_to_use(tx, under, now, by)?)
        })
    }
}

fn put_to_use(tx: &dyn Tx, under: &Under, now: DateTime<Utc>, by: &str) -> Result<()> {
    kept::use_from_now(tx, under)?;
    kept::journal(tx, &under.standard, now, by, &StandardAct::PutToUse { version: under.version })
}

/// The draft, if it is still the one that was seen.
fn seen_as(tx: &dyn Tx, key: &str, seen: u32) -> Result<Option<Draft>, Unpublished> {
    let draft = kept::draft(tx, key)?;
    let version = draft.as_ref().map_or(0, |draft| draft.about.version);
    if version == seen { Ok(draft) } else { Err(Unpublished::Changed) }
}

fn keep(
    tx: &dyn Tx,
    mut body: Standard,
    seen: u32,
    (now, by): (DateTime<Utc>, &str),
    act: &StandardAct,
) -> Result<StandardSaved, Unpublished> {
    body.version = kept::newest(tx, &body.key)?.unwrap_or(0) + 1;
    let version = seen.saturating_add(1);
    number(tx, &mut body)?;
    let look = look(tx, &body)?;
    kept::journal(tx, &body.key, now, by, act)?;
    let about = DraftOfStandard { version, at: now, by: by.to_owned() };
    kept::keep_draft(tx, &Draft { about, body })?;
    Ok(StandardSaved { version, look })
}

/// What stands on documents by its version gets a new one where it is not as it was published last (P25, E18).
fn number(db: &dyn Tx, body: &mut Standard) -> Result<()> {
    let published = all(db)?;
    if let Some(tariff) = &mut body.tariff {
        let as_now = |one: &&Tariff| Tariff { version: tariff.version.clone(), ..(*one).clone() } == *tariff;
        let of_key = published.iter().filter(|one| one.key == body.key);
        let known = of_key.filter_map(|one| one.tariff.as_ref()).find(as_now).map(|one| one.version.clone());
        tariff.version = known.unwrap_or_else(|| format!("{}-{}", body.key, body.version));
    }
    for list in &mut body.checklists {
        let planned =
            customers::plan(db, &list.id)?.map(|plan| plan.template).filter(|one| one.id == list.id);
        let known = published.iter().filter_map(|standard| standard.checklist(&list.id)).chain(&planned);
        let Some(newest) = known.max_by_key(|one| one.version) else {
            list.version = 1;
            continue;
        };
        list.version = newest.version;
        if *list != *newest {
            list.version = newest.version.saturating_add(1);
        }
    }
    Ok(())
}

fn next(standard: &Standard) -> Standard {
    Standard { version: standard.version + 1, ..standard.clone() }
}

fn page(
    db: &dyn Tx,
    standard: &Standard,
    (published, draft): (Option<PublishedStandard>, Option<DraftOfStandard>),
    may_edit: bool,
) -> Result<ConsoleStandard> {
    Ok(ConsoleStandard {
        published,
        draft,
        in_use: kept::in_use(db)?,
        may_edit,
        look: look(db, standard)?,
        journal: kept::entries(db, &standard.key)?,
        kinds: customers::kinds(db)?,
        body: standard.clone(),
    })
}

fn look(db: &dyn Tx, standard: &Standard) -> Result<StandardLook> {
    let used = kept::in_use(db)?;
    let against = if used.standard == standard.key {
        Some(used)
    } else {
        kept::newest(db, &standard.key)?.map(|version| Under { standard: standard.key.clone(), version })
    };
    let before = of(db, against.as_ref())?;
    let (open_requests, open_work_orders) = kept::open(db)?;
    Ok(StandardLook {
        findings: standard.check(),
        differences: before.map(|before| standard.differences(&before)).unwrap_or_default(),
        against,
        open_requests,
        open_work_orders,
    })
}
