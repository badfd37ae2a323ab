//! The register: customers, their sites, equipment and contracts, and how a visit to each kind of equipment is planned.

use super::tx::{Optional, Tx, params};
use super::{At, Json, Word};
use anyhow::Result;
use chrono::{DateTime, Utc};
use jobsheet_model::{
    Sheet, Stage, Text, WorkOrder,
    customer::{CustomerFile, Owned, Phase},
    intake::Named,
    search::{index_terms, query_terms},
    work_order::{Contract, Customer, Equipment, MOST_PAST_VISITS, PastVisit, Plan, Site},
};
use std::collections::BTreeSet;

/// As many as a person looks through.
const MOST_FOUND: usize = 8;
/// A word that more customers than this share finds nobody.
const MOST_UNDER: u32 = 2000;

pub fn file(db: &dyn Tx, id: &str) -> Result<Option<CustomerFile>> {
    let sql = "SELECT body, phase FROM customer WHERE id = ?1";
    let found = db.one(sql, [id], |row| Ok((row.get::<Json<_>>(0)?.0, row.get::<Word<_>>(1)?.0)));
    let Some((customer, phase)) = found.optional()? else { return Ok(None) };
    let sql = "SELECT body FROM site WHERE customer = ?1 ORDER BY id";
    let sites = db.all(sql, [id], |row| Ok(row.get::<Json<_>>(0)?.0))?;
    let sql = "SELECT site, kind, body FROM equipment WHERE customer = ?1 ORDER BY id";
    let equipment = db.all(sql, [id], |row| {
        Ok(Owned { site: row.get(0)?, kind: row.get(1)?, equipment: row.get::<Json<_>>(2)?.0 })
    })?;
    let sql = "SELECT body FROM contract WHERE customer = ?1 ORDER BY number";
    let contracts = db.all(sql, [id], |row| Ok(row.get::<Json<_>>(0)?.0))?;
    Ok(Some(CustomerFile { customer, phase, sites, equipment, contracts }))
}

/// Everything that the register has.
pub fn all(db: &dyn Tx) -> Result<Vec<CustomerFile>> {
    let ids: Vec<String> = db.all("SELECT id FROM customer ORDER BY id", [], |row| row.get(0))?;
    let files = ids.iter().map(|id| file(db, id));
    Ok(files.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// A site, and whose it is.
pub fn site(db: &dyn Tx, id: &str) -> Result<Option<(String, Site)>> {
    let sql = "SELECT customer, body FROM site WHERE id = ?1";
    Ok(db.one(sql, [id], |row| Ok((row.get(0)?, row.get::<Json<_>>(1)?.0))).optional()?)
}

/// Whose a machine is.
pub fn owner(db: &dyn Tx, equipment: &str) -> Result<Option<String>> {
    Ok(db.one("SELECT customer FROM equipment WHERE id = ?1", [equipment], |row| row.get(0)).optional()?)
}

/// Customers that all words fit, the last of which may be a beginning.
pub fn find(db: &dyn Tx, query: &str) -> Result<Vec<CustomerFile>> {
    let files = ids(db, &query_terms(query))?.into_iter().take(MOST_FOUND).map(|id| file(db, &id));
    Ok(files.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// A page of the register in the order of its ids: those that all words fit, and all without any.
pub fn page(db: &dyn Tx, query: &str, after: &str, limit: usize) -> Result<Vec<CustomerFile>> {
    let terms = query_terms(query);
    let some: Vec<String> = if terms.is_empty() {
        let sql = "SELECT id FROM customer WHERE id > ?1 ORDER BY id LIMIT ?2";
        db.all(sql, params![after, limit], |row| row.get(0))?
    } else {
        ids(db, &terms)?.into_iter().filter(|id| id.as_str() > after).take(limit).collect()
    };
    let files = some.iter().map(|id| file(db, id));
    Ok(files.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

pub fn is_empty(db: &dyn Tx) -> Result<bool> {
    Ok(!db.exists("SELECT 1 FROM customer LIMIT 1", [])?)
}

/// Grows by one each time that the file is written.
pub fn version(db: &dyn Tx, id: &str) -> Result<Option<u32>> {
    let sql = "SELECT version FROM customer WHERE id = ?1";
    Ok(db.one(sql, [id], |row| row.get(0)).optional()?)
}

/// Keeps the file as it was in this version, before somebody writes over it.
pub fn keep_version(
    tx: &dyn Tx,
    version: u32,
    before: &CustomerFile,
    by: &str,
    at: DateTime<Utc>,
) -> Result<()> {
    tx.run(
        "INSERT INTO customer_version (customer, version, at, actor, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (customer, version) DO NOTHING",
        params![before.customer.id, version, At(at), by, Json(before)],
    )?;
    Ok(())
}

/// Whose contract it is.
pub fn holder(db: &dyn Tx, contract: &str) -> Result<Option<String>> {
    let sql = "SELECT customer FROM contract WHERE number = ?1";
    Ok(db.one(sql, [contract], |row| row.get(0)).optional()?)
}

fn ids(db: &dyn Tx, terms: &[String]) -> Result<BTreeSet<String>> {
    let mut found: Option<BTreeSet<String>> = None;
    for (i, term) in terms.iter().enumerate() {
        let end = if i + 1 == terms.len() { format!("{term}\u{10ffff}") } else { term.clone() };
        let sql = "SELECT DISTINCT customer FROM customer_term WHERE term >= ?1 AND term <= ?2 LIMIT ?3";
        let under: BTreeSet<String> = db.all(sql, params![term, end, MOST_UNDER], |row| row.get(0))?;
        found = Some(match found {
            Some(found) => found.intersection(&under).cloned().collect(),
            None => under,
        });
    }
    Ok(found.unwrap_or_default())
}

pub fn save_customer(tx: &dyn Tx, customer: &Customer, phase: Option<Phase>) -> Result<()> {
    tx.run(
        "INSERT INTO customer (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        params![customer.id, Json(customer)],
    )?;
    if let Some(phase) = phase {
        tx.run("UPDATE customer SET phase = ?2 WHERE id = ?1", params![customer.id, Word(phase)])?;
    }
    Ok(())
}

pub fn save_site(tx: &dyn Tx, customer: &str, site: &Site) -> Result<()> {
    tx.run(
        "INSERT INTO site (id, customer, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        params![site.id, customer, Json(site)],
    )?;
    Ok(())
}

pub fn save_equipment(tx: &dyn Tx, customer: &str, owned: &Owned) -> Result<()> {
    tx.run(
        "INSERT INTO equipment (id, customer, site, kind, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET site = excluded.site, kind = excluded.kind, body = excluded.body",
        params![owned.equipment.id, customer, owned.site, owned.kind, Json(&owned.equipment)],
    )?;
    Ok(())
}

pub fn save_contract(tx: &dyn Tx, customer: &str, contract: &Contract) -> Result<()> {
    tx.run(
        "INSERT INTO contract (number, customer, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (number) DO UPDATE SET body = excluded.body",
        params![contract.number, customer, Json(contract)],
    )?;
    Ok(())
}

/// Makes a customer found by all that is known of it now.
pub fn index(tx: &dyn Tx, id: &str) -> Result<()> {
    let Some(CustomerFile { customer, sites, equipment, contracts, .. }) = file(tx, id)? else {
        return Ok(());
    };
    let mut text =
        vec![customer.name, customer.contact, customer.phone.clone(), customer.second_phone.clone()];
    // A telephone is also typed without its gaps.
    for phone in [&customer.phone, &customer.second_phone] {
        text.push(phone.chars().filter(char::is_ascii_digit).collect());
    }
    text.extend(sites.into_iter().flat_map(|site| [site.name, site.address]));
    for Owned { equipment: Equipment { name, model, serial, .. }, .. } in equipment {
        text.extend([name.en, name.zh, model, serial]);
    }
    text.extend(contracts.into_iter().map(|contract| contract.number));
    // Whoever has the file open sees that it is not what they read.
    tx.run("UPDATE customer SET version = version + 1 WHERE id = ?1", [id])?;
    tx.run("DELETE FROM customer_term WHERE customer = ?1", [id])?;
    for term in index_terms(&text.join(" ")) {
        tx.run("INSERT INTO customer_term (term, customer) VALUES (?1, ?2)", [term.as_str(), id])?;
    }
    Ok(())
}

/// Enters whom a work order that was planned elsewhere is for.
pub fn remember(tx: &dyn Tx, order: &WorkOrder, phase: Option<Phase>) -> Result<()> {
    let id = order.customer.id.as_str();
    if id.is_empty() {
        return Ok(());
    }
    save_customer(tx, &order.customer, phase)?;
    if !order.site.id.is_empty() {
        save_site(tx, id, &order.site)?;
    }
    if let Some(equipment) = order.equipment.as_ref().filter(|one| !one.id.is_empty()) {
        let kind =
            if plan(tx, &order.template.id)?.is_some() { order.template.id.clone() } else { String::new() };
        let owned = Owned { site: order.site.id.clone(), kind, equipment: equipment.clone() };
        save_equipment(tx, id, &owned)?;
    }
    if let Some(contract) = &order.contract {
        save_contract(tx, id, contract)?;
    }
    index(tx, id)
}

/// Earlier visits to a machine, the newest first: its latest work order, if that is over, and what that tells of.
pub fn history(db: &dyn Tx, equipment: &str) -> Result<Vec<PastVisit>> {
    let sql = "SELECT body, sheet FROM work_order WHERE equipment = ?1
               ORDER BY n DESC LIMIT 1";
    let latest =
        db.one(sql, [equipment], |row| Ok((row.get::<Json<WorkOrder>>(0)?.0, row.get::<Json<Sheet>>(1)?.0)));
    let Some((order, sheet)) = latest.optional()? else { return Ok(Vec::new()) };
    let past = (sheet.stage.is_over() && sheet.stage != Stage::Declined).then(|| PastVisit {
        on: order.from.date_naive(),
        number: order.number,
        technician: order.assignment.technician_name,
        summary: sheet.diagnosis.map_or(order.request.symptom, |found| found.remedy),
    });
    Ok(past.into_iter().chain(order.history).take(MOST_PAST_VISITS).collect())
}

// --- Kinds of equipment ----------------------------------------------------------------------------

pub fn save_kind(tx: &dyn Tx, key: &str, name: &Text, plan: &Plan) -> Result<()> {
    tx.run(
        "INSERT INTO kind (key, name, plan) VALUES (?1, ?2, ?3)
         ON CONFLICT (key) DO UPDATE SET name = excluded.name, plan = excluded.plan",
        params![key, Json(name), Json(plan)],
    )?;
    Ok(())
}

pub fn kinds(db: &dyn Tx) -> Result<Vec<Named>> {
    let sql = "SELECT key, name FROM kind WHERE key <> '' ORDER BY key";
    Ok(db.all(sql, [], |row| Ok(Named { key: row.get(0)?, name: row.get::<Json<_>>(1)?.0 }))?)
}

pub fn plan(db: &dyn Tx, kind: &str) -> Result<Option<Plan>> {
    let sql = "SELECT plan FROM kind WHERE key = ?1";
    Ok(db.one(sql, [kind], |row| Ok(row.get::<Json<_>>(0)?.0)).optional()?)
}

/// How the firm charges, and what its people say at the door, for what is no kind of equipment.
pub fn plain_plan(db: &dyn Tx) -> Result<Plan> {
    Ok(plan(db, "")?.unwrap_or_else(Plan::plain))
}
