//! Registers in and out as CSV. What a row means and what is wrong with it is `model::table`; here it is read from
//! bytes, checked against what the office has, and written in one transaction, or not at all.

use crate::{
    Office,
    acting::Acting,
    requests::Untaken,
    store::{self, Tx, audit, console as shown, customers, sync as held},
};
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use jobsheet_model::{
    customer::CustomerFile,
    reference::Part,
    table::{
        self, CustomerRow, EquipmentRow, MOST_ROWS, Register, Table, TableFault, TableTaken, Wrong, guarded,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// So that spreadsheets take it for what it is.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Work orders of one file: each goes through intake as one that is called in.
const MOST_ORDERS: usize = 500;

/// Why nothing is written.
enum Stopped {
    Faults(Vec<TableFault>),
    /// It was only tried.
    Tried,
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for Stopped {
    fn from(why: anyhow::Error) -> Self {
        Stopped::Failed(why)
    }
}

impl From<store::Error> for Stopped {
    fn from(why: store::Error) -> Self {
        Stopped::Failed(why.into())
    }
}

impl Office {
    /// Brings in a file, or only tries. With a fault in any row nothing is written, and all faults are said.
    pub fn bring_in(&self, register: Register, bytes: &[u8], only_try: bool, by: &str) -> Result<TableTaken> {
        let (encoding, table) = read(register, bytes);
        let now = self.now();
        let mut taken =
            TableTaken { rows: 0, encoding: encoding.to_owned(), faults: Vec::new(), written: false };
        let table = match table {
            Ok((rows, table)) => {
                taken.rows = rows;
                table
            }
            Err(faults) => {
                taken.faults = faults;
                return Ok(taken);
            }
        };
        let done = self.write(|tx| {
            match register {
                Register::Customers => bring_customers(tx, &table, by, now)?,
                Register::Equipment => bring_equipment(tx, &table, by, now)?,
                Register::Parts => bring_parts(tx, &table)?,
                Register::WorkOrders => bring_work_orders(tx, &table, by, now)?,
            }
            if only_try { Err(Stopped::Tried) } else { Ok(()) }
        });
        match done {
            Ok(()) => taken.written = true,
            Err(Stopped::Tried) => {}
            Err(Stopped::Faults(faults)) => taken.faults = faults,
            Err(Stopped::Failed(why)) => return Err(why.context("Bringing in a table")),
        }
        Ok(taken)
    }

    /// A register as a file; in a console's name it is noted who took it.
    pub(crate) fn take_out_for(&self, register: Register, acting: &Acting) -> Result<Vec<u8>> {
        let file = self.take_out(register)?;
        self.write(|tx| audit::note(tx, &acting.entry(self.now(), false)))?;
        Ok(file)
    }

    pub fn take_out(&self, register: Register) -> Result<Vec<u8>> {
        let (heading, rows): (Vec<&str>, Vec<Vec<String>>) = match register {
            Register::Customers => (register.columns().to_vec(), self.of_files(table::customer_rows)?),
            Register::Equipment => (register.columns().to_vec(), self.of_files(table::equipment_rows)?),
            Register::Parts => {
                let parts = self.read(|db| catalogue(db))?;
                (register.columns().to_vec(), parts.iter().map(table::part_row).collect())
            }
            Register::WorkOrders => (ORDERS.to_vec(), self.order_rows()?),
        };
        let mut writer = csv::Writer::from_writer(BOM.to_vec());
        writer.write_record(heading)?;
        for row in rows {
            writer.write_record(row.iter().map(|cell| guarded(cell)))?;
        }
        writer.into_inner().context("Writing a table")
    }

    fn of_files(&self, rows: impl Fn(&CustomerFile) -> Vec<Vec<String>>) -> Result<Vec<Vec<String>>> {
        let files = self.read(|db| customers::all(db))?;
        Ok(files.iter().flat_map(rows).collect())
    }

    fn order_rows(&self) -> Result<Vec<Vec<String>>> {
        // All there ever were, closed or not.
        let ever = DateTime::UNIX_EPOCH;
        let rows = self.console_rows_since(ever)?;
        let orders = self.read(|db| shown::listed(db, ever))?;
        let by_id: BTreeMap<_, _> = orders.iter().map(|listed| (listed.order.id, &listed.order)).collect();
        let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        Ok(rows
            .into_iter()
            .map(|row| {
                let order = by_id.get(&row.id);
                let of = |text: fn(&jobsheet_model::WorkOrder) -> String| {
                    order.map_or(String::new(), |one| text(one))
                };
                vec![
                    row.number,
                    word(serde_json::json!(row.status)),
                    row.level.key,
                    of(|one| one.customer.id.clone()),
                    row.customer,
                    of(|one| one.site.id.clone()),
                    row.site,
                    of(|one| one.equipment.as_ref().map(|one| one.id.clone()).unwrap_or_default()),
                    row.symptom,
                    row.technician,
                    time(row.respond_by),
                    row.last_word.map(time).unwrap_or_default(),
                    row.photos.to_string(),
                    row.attention.to_string(),
                ]
            })
            .collect())
    }
}

/// What is taken out of work orders.
const ORDERS: [&str; 14] = [
    "number",
    "status",
    "level",
    "customer",
    "customer_name",
    "site",
    "site_name",
    "equipment",
    "symptom",
    "technician",
    "respond_by",
    "last_word",
    "photos",
    "attention",
];

fn time(at: DateTime<Utc>) -> String {
    jobsheet_model::moment::millis::text(&at)
}

// --- From bytes ------------------------------------------------------------------------------------

type ReadTable = Result<(u32, Table), Vec<TableFault>>;

/// How the bytes are read, and the table in them. What is not UTF-8 is what spreadsheets on Chinese Windows write.
fn read(register: Register, bytes: &[u8]) -> (&'static str, ReadTable) {
    let fault = |row, wrong| TableFault { row, column: String::new(), wrong };
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let (encoding, text) = match std::str::from_utf8(bytes) {
        Ok(text) => ("UTF-8", text.to_owned()),
        Err(_) => match encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) => ("GB18030", text.into_owned()),
            None => return ("", Err(vec![fault(1, Wrong::Encoding)])),
        },
    };
    let first = text.lines().next().unwrap_or_default();
    let between =
        [b',', b';', b'\t'].into_iter().find(|sign| first.as_bytes().contains(sign)).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(between)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut lines = Vec::new();
    for record in reader.records() {
        // Cells of a valid text: nothing can be wrong with them.
        let Ok(record) = record else { return (encoding, Err(vec![fault(1, Wrong::Encoding)])) };
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            lines.push(record.iter().map(str::to_owned).collect::<Vec<_>>());
        }
        if lines.len() > MOST_ROWS + 1 {
            return (encoding, Err(vec![fault(1, Wrong::TooMany)]));
        }
    }
    if lines.is_empty() {
        return (encoding, Err(vec![fault(1, Wrong::Empty)]));
    }
    let heading = lines.remove(0);
    let rows = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    (encoding, Table::new(register, &heading, lines).map(|table| (rows, table)))
}

// --- Into the store --------------------------------------------------------------------------------

fn checked(faults: Vec<TableFault>) -> Result<(), Stopped> {
    if faults.is_empty() { Ok(()) } else { Err(Stopped::Faults(faults)) }
}

fn of(row: u32, column: &str, wrong: Wrong) -> TableFault {
    TableFault { row, column: column.to_owned(), wrong }
}

/// What a file writes over is kept as it was, like what a person writes over.
fn keep_before(tx: &dyn Tx, customer: &str, by: &str, now: DateTime<Utc>) -> Result<()> {
    let (file, version) = (customers::file(tx, customer)?, customers::version(tx, customer)?);
    match file.zip(version) {
        Some((file, version)) => customers::keep_version(tx, version, &file, by, now),
        None => Ok(()),
    }
}

fn bring_customers(tx: &dyn Tx, table: &Table, by: &str, now: DateTime<Utc>) -> Result<(), Stopped> {
    let rows = table::customers(table).map_err(Stopped::Faults)?;
    let mut faults = Vec::new();
    let mut touched = BTreeSet::new();
    for (row, CustomerRow { customer, phase, site }) in &rows {
        if touched.insert(customer.id.as_str()) {
            keep_before(tx, &customer.id, by, now)?;
        }
        customers::save_customer(tx, customer, *phase)?;
        let Some(site) = site else { continue };
        match customers::site(tx, &site.id)? {
            Some((owner, _)) if owner != customer.id => faults.push(of(*row, "site_id", Wrong::AnothersOwn)),
            // Where it is on the map is not in the file, and stays.
            Some((_, known)) => {
                let same = known.address == site.address;
                let mut site = site.clone();
                site.position = known.position.filter(|_| same);
                site.radius_m = known.radius_m;
                customers::save_site(tx, &customer.id, &site)?;
            }
            None => customers::save_site(tx, &customer.id, site)?,
        }
    }
    checked(faults)?;
    for id in touched {
        customers::index(tx, id)?;
    }
    Ok(())
}

fn bring_equipment(tx: &dyn Tx, table: &Table, by: &str, now: DateTime<Utc>) -> Result<(), Stopped> {
    let rows = table::equipment(table).map_err(Stopped::Faults)?;
    let mut faults = Vec::new();
    let mut touched = BTreeSet::new();
    for (row, EquipmentRow { customer, owned, confidential }) in &rows {
        let Some(file) = customers::file(tx, customer)? else {
            faults.push(of(*row, "customer", Wrong::Unknown));
            continue;
        };
        if !owned.site.is_empty() && !file.sites.iter().any(|site| site.id == owned.site) {
            faults.push(of(*row, "site", Wrong::Unknown));
        }
        if !owned.kind.is_empty() && customers::plan(tx, &owned.kind)?.is_none() {
            faults.push(of(*row, "kind", Wrong::Unknown));
        }
        if touched.insert(customer.as_str()) {
            keep_before(tx, customer, by, now)?;
        }
        match customers::owner(tx, &owned.equipment.id)? {
            Some(owner) if owner != *customer => faults.push(of(*row, "id", Wrong::AnothersOwn)),
            _ => {
                let mut owned = owned.clone();
                let known = file.owned(&owned.equipment.id).is_some_and(|one| one.equipment.confidential);
                owned.equipment.confidential = confidential.unwrap_or(known);
                customers::save_equipment(tx, customer, &owned)?;
            }
        }
    }
    checked(faults)?;
    for id in touched {
        customers::index(tx, id)?;
    }
    Ok(())
}

fn catalogue(db: &dyn Tx) -> Result<Vec<Part>> {
    match held::shared_reference(db, "parts")? {
        Some(json) => serde_json::from_slice(&json).context("Reading the catalogue"),
        None => Ok(Vec::new()),
    }
}

/// Parts that are in the file are as it says; the others stay.
fn bring_parts(tx: &dyn Tx, table: &Table) -> Result<(), Stopped> {
    let rows = table::parts(table).map_err(Stopped::Faults)?;
    let mut all: BTreeMap<String, Part> =
        catalogue(tx)?.into_iter().map(|part| (part.number.clone(), part)).collect();
    all.extend(rows.into_iter().map(|(_, part)| (part.number.clone(), part)));
    let all: Vec<Part> = all.into_values().collect();
    let json = serde_json::to_vec(&all).context("Writing the catalogue")?;
    Ok(held::save_reference(tx, "parts", None, &json)?)
}

fn bring_work_orders(tx: &dyn Tx, table: &Table, by: &str, now: DateTime<Utc>) -> Result<(), Stopped> {
    let rows = table::work_orders(table).map_err(Stopped::Faults)?;
    if rows.len() > MOST_ORDERS {
        return Err(Stopped::Faults(vec![of(1, "", Wrong::TooMany)]));
    }
    let mut faults = Vec::new();
    for (row, order) in &rows {
        let Some(file) = customers::file(tx, &order.customer)? else {
            faults.push(of(*row, "customer", Wrong::Unknown));
            continue;
        };
        let Some(site) = file.sites.iter().find(|site| site.id == order.site) else {
            faults.push(of(*row, "site", Wrong::Unknown));
            continue;
        };
        let owned = file.owned(&order.equipment);
        if owned.is_none() && !order.equipment.is_empty() {
            faults.push(of(*row, "equipment", Wrong::Unknown));
            continue;
        }
        let Some(intake) = table::intake(order, &file.customer, site, owned) else {
            faults.push(of(*row, "channel", Wrong::NotAChoice));
            continue;
        };
        match crate::requests::taken_and_made(tx, intake, by, now) {
            Ok(_) => {}
            Err(Untaken::Failed(why)) => return Err(why.into()),
            Err(Untaken::Unfit(fields)) => {
                let column = fields.first().map(|one| column_of(&one.path)).unwrap_or_default();
                faults.push(of(*row, column, Wrong::Unfit));
            }
            Err(_) => faults.push(of(*row, "", Wrong::Unfit)),
        }
    }
    checked(faults)
}

/// The column that a finding is about, where it is one.
fn column_of(at: &str) -> &'static str {
    Register::WorkOrders.columns().iter().find(|column| at.contains(**column)).copied().unwrap_or_default()
}
