//! Registers as tables of text, for spreadsheets and other programs: what a row means, and what is wrong with it, by
//! row and column.

use crate::{
    Money, Text,
    customer::{CustomerFile, Owned, Phase},
    intake::{Intake, Machine, Place},
    reference::Part,
    text::tidy,
    work_order::{Customer, Equipment, Site},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::TS;

/// What can be brought in and taken out as a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Register {
    Customers,
    Equipment,
    Parts,
    /// Brought in as requests of which work orders are made; taken out as they stand.
    WorkOrders,
}

impl Register {
    pub const ALL: [Register; 4] =
        [Register::Customers, Register::Equipment, Register::Parts, Register::WorkOrders];

    pub fn word(self) -> &'static str {
        match self {
            Register::Customers => "customers",
            Register::Equipment => "equipment",
            Register::Parts => "parts",
            Register::WorkOrders => "work-orders",
        }
    }

    /// Columns that are read; the others of a file are an error, for a misspelt one must not be lost in silence.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Register::Customers => &[
                "id",
                "name",
                "contact",
                "phone",
                "second_phone",
                "phase",
                "site_id",
                "site_name",
                "address",
                "landmark",
            ],
            Register::Equipment => &[
                "id",
                "customer",
                "site",
                "kind",
                "name_en",
                "name_zh",
                "model",
                "serial",
                "purchased",
                "warranty_until",
                "confidential",
            ],
            Register::Parts => &[
                "number",
                "name_en",
                "name_zh",
                "initials",
                "unit_en",
                "unit_zh",
                "price",
                "currency",
                "serialised",
            ],
            Register::WorkOrders => {
                &["customer", "site", "equipment", "channel", "symptom", "symptom_kind", "problem_type"]
            }
        }
    }

    /// Columns that must be in the file.
    pub fn needed(self) -> &'static [&'static str] {
        match self {
            Register::Customers => &["id", "name"],
            Register::Equipment => &["id", "customer"],
            Register::Parts => &["number"],
            Register::WorkOrders => &["customer", "site", "symptom"],
        }
    }
}

impl std::str::FromStr for Register {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|one| one.word() == word).ok_or(())
    }
}

/// Why a table, or a cell of it, cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// Neither UTF-8 nor GB18030.
    Encoding,
    /// Another number of cells than the heading has.
    Cells,
    /// A column that is not known.
    UnknownColumn,
    /// A column that must be there.
    MissingColumn,
    /// The same column twice.
    ColumnTwice,
    /// No row below the heading.
    Empty,
    /// The cell must not be empty.
    Needed,
    TooLong,
    /// Not a date like 2026-11-23.
    NotADate,
    /// Not an amount like 486.00.
    NotAnAmount,
    /// None of the words that may stand there.
    NotAChoice,
    /// An earlier row has this name and says otherwise.
    Twice,
    /// Names something that the office does not have.
    Unknown,
    /// Belongs to another customer.
    AnothersOwn,
    /// A rule of intake speaks against it, or it does not say enough to go there.
    Unfit,
    /// The office has too many rows at once here.
    TooMany,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TableFault {
    /// As a spreadsheet counts: the heading is row 1.
    pub row: u32,
    /// Empty when it is the whole row.
    pub column: String,
    pub wrong: Wrong,
}

/// What became of a table, or would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TableTaken {
    /// Rows below the heading.
    pub rows: u32,
    /// How the file was read: `UTF-8` or `GB18030`.
    pub encoding: String,
    /// With any, nothing was written.
    pub faults: Vec<TableFault>,
    /// False when it was only tried, or there are faults.
    pub written: bool,
}

/// Rows that one file may have.
pub const MOST_ROWS: usize = 20_000;
/// Characters that one cell may have.
const LONGEST: usize = 500;

/// A table that was read, below its heading.
pub struct Table {
    columns: BTreeMap<String, usize>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// The heading's columns are those of the register, in any order.
    pub fn new(
        register: Register,
        heading: &[String],
        rows: Vec<Vec<String>>,
    ) -> Result<Self, Vec<TableFault>> {
        let mut faults = Vec::new();
        let mut columns = BTreeMap::new();
        for (at, name) in heading.iter().map(|name| tidy(name).to_lowercase()).enumerate() {
            let wrong = if !register.columns().contains(&name.as_str()) {
                Some(Wrong::UnknownColumn)
            } else if columns.insert(name.clone(), at).is_some() {
                Some(Wrong::ColumnTwice)
            } else {
                None
            };
            faults.extend(wrong.map(|wrong| TableFault { row: 1, column: name, wrong }));
        }
        for needed in register.needed().iter().filter(|needed| !columns.contains_key(**needed)) {
            faults.push(TableFault { row: 1, column: (*needed).to_owned(), wrong: Wrong::MissingColumn });
        }
        let whole = |row, wrong| TableFault { row, column: String::new(), wrong };
        if rows.is_empty() {
            faults.push(whole(1, Wrong::Empty));
        }
        if rows.len() > MOST_ROWS {
            faults.push(whole(1, Wrong::TooMany));
        }
        let lengths = rows.iter().enumerate().filter(|(_, row)| row.len() != heading.len());
        faults.extend(lengths.map(|(at, _)| whole(row_number(at), Wrong::Cells)));
        if faults.is_empty() { Ok(Self { columns, rows }) } else { Err(faults) }
    }

    /// Reads each row; what is wrong with any of them.
    fn read<T>(&self, mut read: impl FnMut(&mut Cells<'_>) -> T) -> Result<Vec<(u32, T)>, Vec<TableFault>> {
        let mut faults = Vec::new();
        let mut all = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let mut cells = Cells { table: self, row, number: row_number(at), faults: &mut faults };
            cells.lengths();
            let value = read(&mut cells);
            all.push((row_number(at), value));
        }
        if faults.is_empty() { Ok(all) } else { Err(faults) }
    }
}

/// The heading is the first.
fn row_number(at: usize) -> u32 {
    u32::try_from(at + 2).unwrap_or(u32::MAX)
}

/// One row being read.
struct Cells<'a> {
    table: &'a Table,
    row: &'a [String],
    number: u32,
    faults: &'a mut Vec<TableFault>,
}

impl Cells<'_> {
    fn wrong(&mut self, column: &str, wrong: Wrong) {
        self.faults.push(TableFault { row: self.number, column: column.to_owned(), wrong });
    }

    fn lengths(&mut self) {
        for (column, at) in &self.table.columns {
            if self.row[*at].chars().count() > LONGEST {
                self.wrong(column, Wrong::TooLong);
            }
        }
    }

    /// Empty when the file has no such column. What was guarded when it was taken out is as it was.
    fn text(&self, column: &str) -> String {
        let cell = self.table.columns.get(column).map_or("", |at| self.row[*at].as_str());
        tidy(unguarded(cell))
    }

    fn needed(&mut self, column: &str) -> String {
        let text = self.text(column);
        if text.is_empty() {
            self.wrong(column, Wrong::Needed);
        }
        text
    }

    fn date(&mut self, column: &str) -> Option<NaiveDate> {
        let text = self.text(column);
        let date = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok();
        if date.is_none() && !text.is_empty() {
            self.wrong(column, Wrong::NotADate);
        }
        date
    }

    fn choice<T: Copy>(&mut self, column: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(column);
        let found = choices.iter().find(|(word, _)| *word == text).map(|(_, choice)| *choice);
        if found.is_none() && !text.is_empty() {
            self.wrong(column, Wrong::NotAChoice);
        }
        found
    }

    /// `486`, `486.5` or `486.00`, in the currency that stands beside it.
    fn amount(&mut self) -> Option<Money> {
        let text = self.text("price");
        if text.is_empty() {
            return None;
        }
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let fits = !whole.is_empty() && whole.len() <= 12 && part.len() <= 2 && digits(whole) && digits(part);
        let minor = format!("{whole}{part:0<2}").parse().ok().filter(|_| fits);
        if minor.is_none() {
            self.wrong("price", Wrong::NotAnAmount);
        }
        let currency = self.text("currency");
        let currency = if currency.is_empty() { "CNY".to_owned() } else { currency };
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            self.wrong("currency", Wrong::NotAChoice);
        }
        minor.map(|minor| Money::new(minor, currency))
    }
}

const PHASES: [(&str, Phase); 4] = [
    ("signing", Phase::Signing),
    ("acceptance", Phase::Acceptance),
    ("maintained", Phase::Maintained),
    ("followed_up", Phase::FollowedUp),
];

/// A customer's row: the customer, and a site of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerRow {
    pub customer: Customer,
    pub phase: Option<Phase>,
    pub site: Option<Site>,
}

pub fn customers(table: &Table) -> Result<Vec<(u32, CustomerRow)>, Vec<TableFault>> {
    let rows = table.read(|cells| {
        let site_id = cells.text("site_id");
        let at = [cells.text("site_name"), cells.text("address"), cells.text("landmark")];
        if site_id.is_empty() && at.iter().any(|text| !text.is_empty()) {
            cells.wrong("site_id", Wrong::Needed);
        }
        let [name, address, landmark] = at;
        let site = Site { id: site_id, name, address, landmark, position: None, radius_m: RADIUS_M };
        CustomerRow {
            customer: Customer {
                id: cells.needed("id"),
                name: cells.needed("name"),
                contact: cells.text("contact"),
                phone: cells.text("phone"),
                second_phone: cells.text("second_phone"),
            },
            phase: cells.choice("phase", &PHASES),
            site: Some(site).filter(|site| !site.id.is_empty()),
        }
    })?;
    // Several sites are several rows, which must agree on the customer.
    let mut seen: BTreeMap<&str, &Customer> = BTreeMap::new();
    let mut faults = Vec::new();
    for (row, CustomerRow { customer, .. }) in &rows {
        if *seen.entry(&customer.id).or_insert(customer) != customer {
            faults.push(TableFault { row: *row, column: "id".to_owned(), wrong: Wrong::Twice });
        }
    }
    let sites = rows.iter().filter_map(|(row, one)| Some((*row, one.site.as_ref()?.id.as_str())));
    faults.extend(twice(sites, "site_id"));
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

/// Within this many metres of a site's position one has arrived, unless somebody says otherwise.
pub const RADIUS_M: u32 = 150;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EquipmentRow {
    /// Id of whose it is.
    pub customer: String,
    pub owned: Owned,
    /// Nothing where the file does not say: then it stays as it is known.
    pub confidential: Option<bool>,
}

pub fn equipment(table: &Table) -> Result<Vec<(u32, EquipmentRow)>, Vec<TableFault>> {
    let rows = table.read(|cells| {
        let (en, zh) = (cells.text("name_en"), cells.text("name_zh"));
        if en.is_empty() && zh.is_empty() {
            cells.wrong("name_zh", Wrong::Needed);
        }
        let confidential = cells.choice("confidential", &[("yes", true), ("no", false)]);
        let equipment = Equipment {
            id: cells.needed("id"),
            name: both(en, zh),
            model: cells.text("model"),
            serial: cells.text("serial"),
            purchased: cells.date("purchased"),
            warranty_until: cells.date("warranty_until"),
            confidential: confidential.unwrap_or_default(),
        };
        let owned = Owned { site: cells.text("site"), kind: cells.text("kind"), equipment };
        EquipmentRow { customer: cells.needed("customer"), owned, confidential }
    })?;
    let faults: Vec<TableFault> =
        twice(rows.iter().map(|(row, one)| (*row, one.owned.equipment.id.as_str())), "id").collect();
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

pub fn parts(table: &Table) -> Result<Vec<(u32, Part)>, Vec<TableFault>> {
    let rows = table.read(|cells| {
        let (en, zh) = (cells.text("name_en"), cells.text("name_zh"));
        if en.is_empty() && zh.is_empty() {
            cells.wrong("name_zh", Wrong::Needed);
        }
        Part {
            number: cells.needed("number"),
            name: both(en, zh),
            initials: cells.text("initials").to_lowercase(),
            unit: both(cells.text("unit_en"), cells.text("unit_zh")),
            price: cells.amount(),
            serialised: cells.choice("serialised", &[("yes", true), ("no", false)]).unwrap_or_default(),
        }
    })?;
    let faults: Vec<TableFault> =
        twice(rows.iter().map(|(row, one)| (*row, one.number.as_str())), "number").collect();
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

/// What a work order is made of: names of what is in the register, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    pub customer: String,
    pub site: String,
    pub equipment: String,
    /// Key of a channel; empty for the telephone.
    pub channel: String,
    pub symptom: String,
    pub symptom_kind: String,
    pub problem_type: String,
}

pub fn work_orders(table: &Table) -> Result<Vec<(u32, OrderRow)>, Vec<TableFault>> {
    table.read(|cells| OrderRow {
        customer: cells.needed("customer"),
        site: cells.needed("site"),
        equipment: cells.text("equipment"),
        channel: cells.text("channel"),
        symptom: cells.needed("symptom"),
        symptom_kind: cells.text("symptom_kind"),
        problem_type: cells.text("problem_type"),
    })
}

/// The request that such a row is; none when its channel is none.
pub fn intake(row: &OrderRow, customer: &Customer, site: &Site, owned: Option<&Owned>) -> Option<Intake> {
    let channel = if row.channel.is_empty() { "phone" } else { row.channel.as_str() };
    let channel = serde_json::from_value(channel.into()).ok()?;
    let equipment = owned.map(|Owned { kind, equipment, .. }| Machine {
        id: equipment.id.clone(),
        kind: kind.clone(),
        name: String::new(),
        model: equipment.model.clone(),
        serial: equipment.serial.clone(),
        purchased: equipment.purchased,
    });
    Some(Intake {
        channel,
        customer: customer.clone(),
        site: Place {
            id: site.id.clone(),
            name: site.name.clone(),
            address: site.address.clone(),
            landmark: site.landmark.clone(),
        },
        equipment: equipment.unwrap_or_default(),
        reference: String::new(),
        problem_type: row.problem_type.clone(),
        symptom_kind: row.symptom_kind.clone(),
        symptom: row.symptom.clone(),
        answers: BTreeMap::new(),
        occurred_at: None,
        impact: None,
        tried: String::new(),
        wants: None,
        criteria: BTreeSet::new(),
        level: String::new(),
        level_reason: String::new(),
        appointment: None,
        // Nobody can be asked while a table is read.
        without: "CSV".to_owned(),
        photos: Vec::new(),
        wished: None,
        // As the register has it: it is asked when the work order is made.
        confidential: false,
        declared: None,
    })
}

/// One language stands for both where there is only one.
fn both(en: String, zh: String) -> Text {
    match (en.is_empty(), zh.is_empty()) {
        (true, _) => Text { en: zh.clone(), zh },
        (_, true) => Text { zh: en.clone(), en },
        _ => Text { en, zh },
    }
}

fn twice<'a>(names: impl Iterator<Item = (u32, &'a str)>, column: &str) -> impl Iterator<Item = TableFault> {
    let mut seen = BTreeMap::new();
    let mut faults = Vec::new();
    for (row, name) in names.filter(|(_, name)| !name.is_empty()) {
        if seen.insert(name, row).is_some() {
            faults.push(TableFault { row, column: column.to_owned(), wrong: Wrong::Twice });
        }
    }
    faults.into_iter()
}

// --- Out -------------------------------------------------------------------------------------------

/// A customer's rows, one for each of its sites.
pub fn customer_rows(file: &CustomerFile) -> Vec<Vec<String>> {
    let Customer { id, name, contact, phone, second_phone } = file.customer.clone();
    let phase = PHASES.iter().find(|(_, phase)| *phase == file.phase).map_or("", |(word, _)| word);
    let own = [id, name, contact, phone, second_phone, phase.to_owned()];
    let sites: Vec<[String; 4]> = match file.sites.is_empty() {
        true => vec![Default::default()],
        false => {
            file.sites.iter().cloned().map(|site| [site.id, site.name, site.address, site.landmark]).collect()
        }
    };
    sites.into_iter().map(|site| own.iter().cloned().chain(site).collect()).collect()
}

pub fn equipment_rows(file: &CustomerFile) -> Vec<Vec<String>> {
    let row = |Owned { site, kind, equipment }: &Owned| {
        let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        let Equipment { id, name, model, serial, purchased, warranty_until, confidential } =
            equipment.clone();
        let (customer, site, kind) = (file.customer.id.clone(), site.clone(), kind.clone());
        let confidential = if confidential { "yes" } else { "no" }.to_owned();
        let (purchased, warranty_until) = (date(purchased), date(warranty_until));
        let (en, zh) = (name.en, name.zh);
        vec![id, customer, site, kind, en, zh, model, serial, purchased, warranty_until, confidential]
    };
    file.equipment.iter().map(row).collect()
}

pub fn part_row(part: &Part) -> Vec<String> {
    let Part { number, name, initials, unit, price, serialised } = part.clone();
    let (amount, currency) = price.map(|price| (price.decimal(), price.currency)).unwrap_or_default();
    let serialised = if serialised { "yes" } else { "no" }.to_owned();
    vec![number, name.en, name.zh, initials, unit.en, unit.zh, amount, currency, serialised]
}

/// A cell as a spreadsheet shows it and nothing else: what would be a formula there is text (CSV injection).
pub fn guarded(cell: &str) -> String {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\'') => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}

/// What was guarded, as it was.
fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(register: Register, lines: &[&[&str]]) -> Result<Table, Vec<TableFault>> {
        let owned = |line: &&[&str]| line.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let mut lines = lines.iter().map(owned);
        let heading = lines.next().unwrap();
        Table::new(register, &heading, lines.collect())
    }

    fn faults<T>(found: Result<T, Vec<TableFault>>) -> Vec<(u32, String, Wrong)> {
        found.err().unwrap().into_iter().map(|fault| (fault.row, fault.column, fault.wrong)).collect()
    }

    #[test]
    fn a_heading_says_which_column_is_which_and_none_is_lost() {
        let found = table(Register::Customers, &[&["Name", "id ", "telephone", "id"], &["a", "b", "c", "d"]]);
        assert_eq!(
            faults(found),
            [(1, "telephone".to_owned(), Wrong::UnknownColumn), (1, "id".to_owned(), Wrong::ColumnTwice),]
        );
        assert_eq!(faults(table(Register::Parts, &[&["name_en"]])).len(), 2, "no number, no row");
        let found = table(Register::Parts, &[&["number", "name_en"], &["1"], &["1", "a"]]);
        assert_eq!(faults(found), [(2, String::new(), Wrong::Cells)]);
    }

    #[test]
    fn every_fault_is_named_by_row_and_column() {
        let rows = table(
            Register::Equipment,
            &[
                &["id", "customer", "name_en", "purchased", "warranty_until"],
                &["E1", "C1", "Chiller", "2025-03-01", ""],
                &["", "C1", "", "1 March", "2027-02-30"],
                &["E1", "", "Fan", "", ""],
            ],
        );
        let said = faults(equipment(&rows.unwrap()));
        let named: Vec<_> = said.iter().map(|(row, column, wrong)| (*row, column.as_str(), *wrong)).collect();
        assert_eq!(
            named,
            [
                (3, "name_zh", Wrong::Needed),
                (3, "id", Wrong::Needed),
                (3, "purchased", Wrong::NotADate),
                (3, "warranty_until", Wrong::NotADate),
                (4, "customer", Wrong::Needed),
            ]
        );
        let twice = table(Register::Parts, &[&["number", "name_en"], &["1", "a"], &["1", "b"]]).unwrap();
        assert_eq!(faults(parts(&twice)), [(3, "number".to_owned(), Wrong::Twice)]);
    }

    #[test]
    fn amounts_are_whole_cents() {
        for (text, minor) in [("486", Some(48600)), ("486.5", Some(48650)), ("0.05", Some(5)), ("", None)] {
            let rows =
                table(Register::Parts, &[&["number", "name_zh", "price"], &["1", "轴承", text]]).unwrap();
            let price = parts(&rows).unwrap().remove(0).1.price;
            assert_eq!(price, minor.map(|minor| Money::new(minor, "CNY")), "{text}");
        }
        for text in ["1,5", "-1", "1.234", "1e3", ".5", "12345678901234"] {
            let rows =
                table(Register::Parts, &[&["number", "name_zh", "price"], &["1", "轴承", text]]).unwrap();
            assert_eq!(faults(parts(&rows)), [(2, "price".to_owned(), Wrong::NotAnAmount)], "{text}");
        }
    }

    #[test]
    fn what_a_spreadsheet_would_calculate_is_text_and_comes_back_as_it_was() {
        for cell in ["=1+1", "+86 139", "-5", "@SUM(A1)", "\tx", "'=x", "'plain", "plain", "", "轴承"] {
            let out = guarded(cell);
            assert!(!out.starts_with(['=', '+', '-', '@', '\t', '\r']), "{out}");
            assert_eq!(unguarded(&out), cell);
        }
    }

    #[test]
    fn what_goes_out_comes_in_again() {
        let site = |id: &str| Site {
            id: id.into(),
            name: "Roof".into(),
            address: "8 Erxianqiao".into(),
            landmark: String::new(),
            position: None,
            radius_m: RADIUS_M,
        };
        let customer = Customer {
            id: "C1".into(),
            name: "=East".into(),
            contact: String::new(),
            phone: "+86 28 8555".into(),
            second_phone: String::new(),
        };
        let file = CustomerFile {
            customer: customer.clone(),
            phase: Phase::Maintained,
            sites: vec![site("S1"), site("S2")],
            equipment: Vec::new(),
            contracts: Vec::new(),
        };
        let rows: Vec<Vec<String>> = customer_rows(&file)
            .into_iter()
            .map(|row| row.iter().map(|cell| guarded(cell)).collect())
            .collect();
        let heading: Vec<String> = Register::Customers.columns().iter().map(ToString::to_string).collect();
        let read = customers(&Table::new(Register::Customers, &heading, rows).unwrap()).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(
            read[1].1,
            CustomerRow { customer, phase: Some(Phase::Maintained), site: Some(site("S2")) }
        );
    }
}
