//! The register as the console shows and edits it: customers with their sites, equipment and contracts, and the visits
//! that each has had. Whoever writes says which version they read, and the one before is kept.

use crate::{
    Office,
    console::row,
    requests::{Untaken, day_of, fresh, new_site},
    store::{
        self, Tx,
        console::{self as shown, VisitsOf},
        customers, vans,
    },
};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Text, WorkOrderId,
    archive::visited_at,
    customer::{CustomerFile, Owned, standing},
    standard::Finding,
    view::{ConsoleCustomer, ConsoleCustomers, ConsoleMachine, ConsoleVans, CustomerRow, VisitPage, Visited},
};

/// As many as a page of the register shows, and as many visits.
const CUSTOMERS: usize = 50;
const VISITS: u32 = 20;

/// Where a page of visits begins: after this one.
#[derive(Clone, Copy)]
pub struct VisitPlace(pub DateTime<Utc>, pub WorkOrderId);

impl VisitPlace {
    pub fn read(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('/')?;
        Some(Self(at.parse().ok()?, id.parse().ok()?))
    }

    fn text(self) -> String {
        format!("{}/{}", jobsheet_model::moment::millis::text(&self.0), self.1)
    }
}

impl Office {
    pub(crate) fn console_customers(&self, find: &str, after: &str) -> Result<ConsoleCustomers> {
        let today = day_of(self.now());
        self.read(|db| {
            let mut files = customers::page(db, find, after, CUSTOMERS + 1)?;
            let more = files.len() > CUSTOMERS;
            files.truncate(CUSTOMERS);
            let next = files.last().map(|file| file.customer.id.clone()).filter(|_| more);
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let rows = files.into_iter().map(|file| {
                let contract = file.contract().cloned();
                CustomerRow {
                    in_force: contract.as_ref().is_some_and(|one| today <= one.until),
                    contract,
                    sites: count(file.sites.len()),
                    equipment: count(file.equipment.len()),
                    phase: file.phase,
                    customer: file.customer,
                }
            });
            Ok(ConsoleCustomers { is_empty: customers::is_empty(db)?, rows: rows.collect(), next })
        })
    }

    pub(crate) fn customer(&self, id: &str) -> Result<Option<ConsoleCustomer>> {
        let today = day_of(self.now());
        self.read(|db| {
            let (Some(file), Some(version)) = (customers::file(db, id)?, customers::version(db, id)?) else {
                return Ok(None);
            };
            let of = |owned: &Owned| standing(Some(&file), &owned.equipment.id, today);
            Ok(Some(ConsoleCustomer {
                version,
                standing: file.equipment.iter().map(of).collect(),
                kinds: customers::kinds(db)?,
                visits: visits(db, VisitsOf::Customer(id), None)?,
                file,
            }))
        })
    }

    /// Writes a customer's file anew; `version` is the one that was seen. What is in the register and not in `file` stays.
    pub fn edit_customer(
        &self,
        id: &str,
        version: u32,
        file: CustomerFile,
        by: &str,
    ) -> Result<u32, Untaken> {
        let now = self.now();
        let mut file = file.tidied();
        id.clone_into(&mut file.customer.id);
        self.write(|tx| {
            let file = file.clone();
            let before = customers::file(tx, id)?.ok_or(Untaken::NoSuch)?;
            let now_at = customers::version(tx, id)?.ok_or(Untaken::NoSuch)?;
            if now_at != version {
                return Err(Untaken::Changed);
            }
            let mut findings = file.check();
            findings.extend(strangers(tx, &before, &file)?);
            if findings.iter().any(|one| one.is_error) {
                return Err(Untaken::Unfit(findings));
            }
            if file == before {
                return Ok(version);
            }
            customers::keep_version(tx, version, &before, by, now)?;
            customers::save_customer(tx, &file.customer, Some(file.phase))?;
            for mut site in file.sites {
                if site.id.is_empty() {
                    let entry = new_site(&fresh("S"));
                    (site.id, site.position, site.radius_m) = (entry.id, entry.position, entry.radius_m);
                } else if let Some(known) = before.sites.iter().find(|known| known.id == site.id) {
                    // Another address: the position of the old one leads astray.
                    site.radius_m = known.radius_m;
                    site.position = known.position.filter(|_| known.address == site.address);
                }
                customers::save_site(tx, id, &site)?;
            }
            for mut owned in file.equipment {
                if owned.equipment.id.is_empty() {
                    owned.equipment.id = fresh("E");
                }
                customers::save_equipment(tx, id, &owned)?;
            }
            for contract in file.contracts {
                customers::save_contract(tx, id, &contract)?;
            }
            customers::index(tx, id)?;
            // The counter tells whoever listens that something is new.
            store::next(tx)?;
            Ok(customers::version(tx, id)?.unwrap_or(version))
        })
    }

    pub(crate) fn machine(&self, id: &str) -> Result<Option<ConsoleMachine>> {
        let today = day_of(self.now());
        self.read(|db| {
            let Some(owner) = customers::owner(db, id)? else { return Ok(None) };
            let Some(file) = customers::file(db, &owner)? else { return Ok(None) };
            let Some(owned) = file.owned(id).cloned() else { return Ok(None) };
            let kinds = customers::kinds(db)?;
            Ok(Some(ConsoleMachine {
                standing: standing(Some(&file), id, today),
                site: file.sites.iter().find(|site| site.id == owned.site).cloned(),
                kind: kinds.into_iter().find(|kind| kind.key == owned.kind).map(|kind| kind.name),
                visits: visits(db, VisitsOf::Machine(id), None)?,
                customer: file.customer,
                owned,
            }))
        })
    }

    pub(crate) fn visits_of(&self, of: VisitsOf<'_>, after: Option<VisitPlace>) -> Result<VisitPage> {
        self.read(|db| visits(db, of, after))
    }

    pub(crate) fn vans(&self) -> Result<ConsoleVans> {
        self.read(|db| Ok(ConsoleVans { vans: vans::all(db)? }))
    }
}

/// What names an entry of somebody else's, or none that there is.
fn strangers(db: &dyn Tx, before: &CustomerFile, file: &CustomerFile) -> Result<Vec<Finding>> {
    let unknown =
        |path: String, en: &str, zh: &str| Finding { path, is_error: true, text: Text::new(en, zh) };
    let no_such =
        |path| unknown(path, "The register has no such entry any more.", "客户档案中已没有该记录。");
    let mut found = Vec::new();
    for (i, site) in file.sites.iter().enumerate() {
        if !site.id.is_empty() && !before.sites.iter().any(|known| known.id == site.id) {
            found.push(no_such(format!("sites[{i}].id")));
        }
    }
    for (i, owned) in file.equipment.iter().enumerate() {
        if !owned.equipment.id.is_empty() && before.owned(&owned.equipment.id).is_none() {
            found.push(no_such(format!("equipment[{i}].id")));
        }
        if !owned.site.is_empty() && !before.sites.iter().any(|known| known.id == owned.site) {
            found.push(no_such(format!("equipment[{i}].site")));
        }
    }
    for (i, contract) in file.contracts.iter().enumerate() {
        let holder = customers::holder(db, &contract.number)?;
        if holder.is_some_and(|holder| holder != before.customer.id) {
            let path = format!("contracts[{i}].number");
            found.push(unknown(path, "This is another customer’s contract.", "该合同属于其他客户。"));
        }
    }
    Ok(found)
}

fn visits(db: &dyn Tx, of: VisitsOf<'_>, after: Option<VisitPlace>) -> Result<VisitPage> {
    let mut all = shown::visits(db, of, after.map(|VisitPlace(at, id)| (at, id)), VISITS + 1)?;
    let more = all.len() > VISITS as usize;
    all.truncate(VISITS as usize);
    let next = all.last().map(|one| VisitPlace(one.order.from, one.order.id).text()).filter(|_| more);
    let whole = shown::whole_of(db, &all)?;
    let rows = all.iter().map(|listed| Visited {
        row: row(listed, &whole),
        at: visited_at(&listed.order, &listed.sheet),
        equipment: listed.order.equipment.as_ref().map(|one| one.name.clone()),
        remedy: listed.sheet.diagnosis.as_ref().map(|one| one.remedy.clone()).unwrap_or_default(),
    });
    Ok(VisitPage { rows: rows.collect(), next })
}
