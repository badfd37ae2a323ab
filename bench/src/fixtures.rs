//! The workload's files, and what they are in Jobsheet: work orders become work orders, steps steps, earlier
//! visits past visits, records changes.
//!
//! Everything the files say travels, in the field that fits best, so that no peer is given less to carry.

use anyhow::{Context, Result};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use jobsheet_model::{
    Digest, LineId, Money, StepKey, Text, WorkOrderId,
    change::{KnownWhat, OldPart, PartBrief, PartSource},
    ids::RequestId,
    place::Position,
    reference::Part,
    step::{Answer, KnownAnswer, KnownStepKind, Step, StepKind, Template, Verdict},
    work_order::{
        Assignment, AssignmentState, Channel, Colour, Customer, Equipment, Impact, Level, PastVisit, Request,
        Site, Tariff, Technician, Wants, WorkOrder,
    },
};
use rust_decimal::Decimal;
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};
use uuid::Uuid;

/// The office takes only what begins like a JPEG: these bytes stand before each blob.
const JPEG: [u8; 3] = [0xff, 0xd8, 0xff];
/// Work orders of each phone of `multi.jsonl`.
const OWN: usize = 4;

#[derive(Deserialize)]
pub struct Order {
    pub id: String,
    number: String,
    priority: String,
    title: String,
    description: String,
    window: Window,
    customer: FixtureCustomer,
    equipment: FixtureEquipment,
    steps: Vec<FixtureStep>,
    history: Vec<Visit>,
}

#[derive(Deserialize)]
struct Window {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

#[derive(Deserialize)]
struct FixtureCustomer {
    id: String,
    name: String,
    phone: String,
    address: Address,
    contact: String,
    access: String,
}

#[derive(Deserialize)]
struct Address {
    street: String,
    zip: String,
    city: String,
}

#[derive(Deserialize)]
struct FixtureEquipment {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    serial: String,
    installed: NaiveDate,
    manual: String,
}

#[derive(Deserialize)]
struct FixtureStep {
    id: String,
    title: String,
    kind: String,
    required: bool,
}

#[derive(Deserialize)]
struct Visit {
    at: NaiveDate,
    tech: String,
    note: String,
}

#[derive(Clone, Deserialize)]
pub struct FixturePart {
    id: String,
    sku: String,
    name: String,
    unit: String,
    price: i64,
    bin: String,
    supplier: String,
}

#[derive(Clone, Deserialize)]
pub struct Record {
    pub id: Uuid,
    pub job: String,
    #[serde(flatten)]
    pub what: Recorded,
}

#[derive(Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Recorded {
    StepDone { step: String, value: f64 },
    PartUsed { part: String, qty: u32 },
    Note { text: String },
}

#[derive(Deserialize)]
pub struct Many {
    pub dev: String,
    pub changes: Vec<Record>,
}

#[derive(Deserialize)]
pub struct Blob {
    id: String,
    pub job: String,
}

pub struct Fixtures {
    folder: PathBuf,
    pub orders: Vec<Order>,
    parts: Vec<FixturePart>,
    part: HashMap<String, usize>,
    /// Kind of each step, by its id.
    steps: HashMap<String, String>,
}

fn lines<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>> {
    let open = std::fs::File::open(file).with_context(|| format!("Opening {}", file.display()))?;
    BufReader::new(open)
        .lines()
        .map(|line| serde_json::from_str(&line?).with_context(|| format!("Reading {}", file.display())))
        .collect()
}

/// The same name gives the same id, here and in every other run.
fn id_of(name: &str) -> Uuid {
    let digest = Digest::of(name.as_bytes());
    let number = u128::from_str_radix(&digest.as_str()[..32], 16).unwrap_or_default();
    uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid()
}

/// The work order of `login` that is made from an order of the files.
pub fn work_order_id(login: &str, order: &str) -> WorkOrderId {
    WorkOrderId(id_of(&format!("{login}/{order}")))
}

impl Fixtures {
    pub fn read(folder: &Path) -> Result<Self> {
        let orders: Vec<Order> = lines(&folder.join("orders.jsonl"))?;
        let parts: Vec<FixturePart> = lines(&folder.join("parts.jsonl"))?;
        let part = parts.iter().enumerate().map(|(place, part)| (part.id.clone(), place)).collect();
        let steps = orders.iter().flat_map(|order| &order.steps);
        let steps = steps.map(|step| (step.id.clone(), step.kind.clone())).collect();
        Ok(Self { folder: folder.to_owned(), orders, parts, part, steps })
    }

    /// What the one technician records over the day, in order.
    pub fn changes(&self) -> Result<Vec<Record>> {
        lines(&self.folder.join("changes.jsonl"))
    }

    /// What was recorded before that day, where the workload has such a file.
    pub fn before(&self) -> Result<Vec<Record>> {
        let file = self.folder.join("before.jsonl");
        if file.exists() { lines(&file) } else { Ok(Vec::new()) }
    }

    pub fn multi(&self) -> Result<Vec<Many>> {
        lines(&self.folder.join("multi.jsonl"))
    }

    pub fn blobs(&self) -> Result<Vec<Blob>> {
        lines(&self.folder.join("blobs.jsonl"))
    }

    /// A blob as it travels.
    pub fn bytes(&self, blob: &Blob) -> Result<Vec<u8>> {
        let file = self.folder.join("blobs").join(&blob.id);
        let bytes = std::fs::read(&file).with_context(|| format!("Reading {}", file.display()))?;
        Ok([JPEG.as_slice(), &bytes].concat())
    }

    pub fn parts(&self) -> Vec<Part> {
        self.parts.iter().map(FixturePart::part).collect()
    }

    /// The work orders of the one technician: all of them.
    pub fn day(&self, to: &Technician) -> Vec<WorkOrder> {
        self.orders.iter().map(|order| order.work_order(to)).collect()
    }

    /// Four work orders for the phone at `place` in `multi.jsonl`, whose technician is `to`: nobody writes on
    /// another's work order.
    pub fn own(&self, place: usize, to: &Technician) -> Vec<WorkOrder> {
        let of = |nth: usize| self.orders.get((place * OWN + nth) % self.orders.len().max(1));
        (0..OWN).filter_map(of).enumerate().map(|(nth, order)| order.own_work_order(to, nth)).collect()
    }

    /// A record of one of `own`'s work orders: where the file names any of all orders, it is one of four.
    pub fn own_record(
        &self,
        place: usize,
        to: &Technician,
        nth: usize,
        record: &Record,
    ) -> Option<(WorkOrderId, KnownWhat)> {
        let own = self.own(place, to);
        let order = own.get(nth % own.len().max(1))?;
        let mut record = record.clone();
        if let Recorded::StepDone { step, .. } = &mut record.what {
            let steps = &order.template.steps;
            *step = steps.get(nth / OWN % steps.len().max(1))?.key.to_string();
        }
        Some((order.id, self.what(&record)?))
    }

    /// A record as Jobsheet knows it. `None`: the files name a part or step that is not in them.
    pub fn what(&self, record: &Record) -> Option<KnownWhat> {
        Some(match &record.what {
            Recorded::StepDone { step, value } => {
                let (answer, note) = self.answer(step, *value)?;
                let step = StepKey::new(step.clone());
                KnownWhat::StepAnswered { step, answer: Answer::Known(answer), verdict: None, note }
            }
            Recorded::PartUsed { part, qty } => {
                let Part { number, name, price, .. } = self.part_named(part)?.part();
                KnownWhat::PartFitted {
                    line: LineId(record.id),
                    part: PartBrief { number, name, price },
                    quantity: *qty,
                    serial_in: None,
                    serial_out: None,
                    from: PartSource::Van,
                    old_part: OldPart::None,
                    on_van: None,
                }
            }
            Recorded::Note { text } => KnownWhat::NoteWritten { text: text.clone() },
        })
    }

    /// A small profile names more parts than it has: those stand for others.
    fn part_named(&self, id: &str) -> Option<&FixturePart> {
        let other = || Some(id.rsplit('-').next()?.parse::<usize>().ok()? % self.parts.len().max(1));
        self.parts.get(self.part.get(id).copied().or_else(other)?)
    }

    /// The files answer every step with a number; a check is passed or failed and keeps it as its note.
    fn answer(&self, step: &str, value: f64) -> Option<(KnownAnswer, String)> {
        let value: Decimal = value.to_string().parse().ok()?;
        Some(match self.steps.get(step)?.as_str() {
            "measure" => (KnownAnswer::Number { value }, String::new()),
            "check" => {
                let passed = value >= Decimal::ONE;
                let result = if passed { Verdict::Pass } else { Verdict::Fail };
                (KnownAnswer::Check { result }, value.to_string())
            }
            _ => (KnownAnswer::Text { text: value.to_string() }, String::new()),
        })
    }
}

impl FixturePart {
    fn part(&self) -> Part {
        Part {
            number: self.sku.clone(),
            name: Text::new(self.name.clone(), self.supplier.clone()),
            initials: self.bin.clone(),
            unit: Text::new(self.unit.clone(), String::new()),
            price: Some(Money::new(self.price, "EUR")),
            serialised: false,
        }
    }
}

impl Order {
    fn own_work_order(&self, to: &Technician, nth: usize) -> WorkOrder {
        let order = self.work_order(to);
        WorkOrder {
            id: work_order_id(&to.login, &nth.to_string()),
            number: format!("{}-{}-{nth}", self.number, to.login),
            ..order
        }
    }

    pub fn work_order(&self, to: &Technician) -> WorkOrder {
        let id = work_order_id(&to.login, &self.id);
        let Window { from, to: until } = self.window;
        let received = from - TimeDelta::hours(12);
        let text = |en: &str| Text::new(en, String::new());
        let (customer, equipment) = (&self.customer, &self.equipment);
        let address = &customer.address;
        WorkOrder {
            id,
            number: self.number.clone(),
            version: 1,
            request: Request {
                id: RequestId(id.0),
                number: String::new(),
                received_at: received,
                channel: Channel::Phone,
                problem_type: text(&self.title),
                symptom: self.description.clone(),
                occurred_at: None,
                impact: Impact::Partial,
                safety_risk: false,
                tried: String::new(),
                wants: Wants::Visit,
                asked: Vec::new(),
                reference: String::new(),
                pauses: Vec::new(),
                photos: Vec::new(),
                wished: None,
                confidential: false,
                declared: None,
            },
            customer: Customer {
                id: customer.id.clone(),
                name: customer.name.clone(),
                contact: customer.contact.clone(),
                phone: customer.phone.clone(),
                second_phone: String::new(),
            },
            site: Site {
                id: String::new(),
                name: String::new(),
                address: format!("{}, {} {}", address.street, address.zip, address.city),
                landmark: customer.access.clone(),
                position: None,
                radius_m: 150,
            },
            equipment: Some(Equipment {
                id: equipment.id.clone(),
                name: text(&equipment.kind),
                model: equipment.manual.clone(),
                serial: equipment.serial.clone(),
                purchased: Some(equipment.installed),
                warranty_until: equipment.installed.checked_add_days(Days::new(730)),
                confidential: false,
            }),
            contract: None,
            level: level(&self.priority),
            under: None,
            from,
            to: until,
            respond_by: until,
            ceiling: until + TimeDelta::hours(6),
            estimate: 60,
            template: Template {
                id: self.id.clone(),
                version: 1,
                name: text(&equipment.kind),
                steps: self.steps.iter().map(FixtureStep::step).collect(),
            },
            tools: Vec::new(),
            bring: Vec::new(),
            tariff: tariff(),
            introduction: text("Hello, I am your service engineer. I will first check the fault with you."),
            consent: text("I have seen the work described above and accept it."),
            assignment: Assignment {
                technician: to.id,
                technician_name: to.name.clone(),
                state: AssignmentState::Assigned,
                offered_at: received,
            },
            history: self.history.iter().map(Visit::past).collect(),
            cancelled: None,
            follows: None,
            edited: None,
            followed_by: None,
            parts_decided: Vec::new(),
            rules: Default::default(),
            asked_at: None,
        }
    }
}

impl FixtureStep {
    fn step(&self) -> Step {
        Step {
            key: StepKey::new(self.id.clone()),
            title: Text::new(self.title.clone(), String::new()),
            hint: None,
            required: self.required,
            safety: false,
            photo_on_fail: false,
            when: Vec::new(),
            kind: StepKind::Known(match self.kind.as_str() {
                "measure" => KnownStepKind::Number { unit: "bar".into(), min: None, max: None },
                "check" => KnownStepKind::Check {},
                // The files answer a step of the kind "photo" with a number, which no photo is.
                _ => KnownStepKind::Text {},
            }),
        }
    }
}

impl Visit {
    fn past(&self) -> PastVisit {
        PastVisit {
            on: self.at,
            number: String::new(),
            technician: self.tech.clone(),
            summary: self.note.clone(),
        }
    }
}

fn level(priority: &str) -> Level {
    let (rank, colour, respond) = match priority {
        "high" => (1, Colour::Red, 120),
        "normal" => (2, Colour::Yellow, 240),
        _ => (3, Colour::Green, 480),
    };
    let name = Text::new(priority, String::new());
    Level { key: priority.to_owned(), rank, name, colour, respond, accept: 10 }
}

fn tariff() -> Tariff {
    Tariff {
        version: "1".into(),
        currency: "EUR".into(),
        labour_per_hour: 9_000,
        labour_step: 15,
        call_out: 6_000,
        out_of_hours_percent: 50,
        opens: 480,
        closes: 1_080,
    }
}

/// Where every technician of the workload starts.
pub fn base() -> Position {
    Position::new(52.52, 13.405)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jobsheet_model::{Sheet, TechnicianId, prepare::prepare};

    fn somebody() -> Technician {
        let id = TechnicianId(Uuid::from_u128(1));
        Technician { id, login: "a".into(), name: "A".into(), phone: String::new(), base: base() }
    }

    const ORDER: &str = r#"{"id":"wo-1","number":"WO-1","status":"assigned","priority":"high","title":"t",
        "description":"d","window":{"from":"2026-11-01T08:00:00Z","to":"2026-11-01T12:00:00Z"},
        "customer":{"id":"c","name":"n","phone":"p","address":{"street":"s","zip":"z","city":"y"},"contact":"k","access":"a"},
        "equipment":{"id":"e","type":"t","serial":"S","installed":"2012-01-15","manual":"m"},
        "steps":[{"id":"s1","n":0,"title":"x","kind":"check","required":true,"done":null},
                 {"id":"s2","n":1,"title":"x","kind":"measure","required":true,"done":null},
                 {"id":"s3","n":2,"title":"x","kind":"photo","required":true,"done":null}],
        "history":[{"at":"2025-02-24","tech":"v","note":"w"}]}"#;
    const PART: &str =
        r#"{"id":"p-0","sku":"1","name":"n","unit":"pc","price":5,"bin":"b","vat":19,"supplier":"s"}"#;

    #[test]
    fn every_record_of_the_files_is_a_change_that_its_work_order_takes() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("orders.jsonl"), ORDER.replace('\n', " ")).unwrap();
        std::fs::write(folder.path().join("parts.jsonl"), PART).unwrap();
        let id = Uuid::from_u128(7);
        let records = [
            r#""kind":"step_done","step":"s1","value":0.5"#,
            r#""kind":"step_done","step":"s2","value":8.21"#,
            r#""kind":"step_done","step":"s3","value":8.21"#,
            r#""kind":"part_used","part":"p-0","qty":3"#,
            r#""kind":"note","text":"n""#,
        ]
        .map(|what| format!(r#"{{"id":"{id}","job":"wo-1","dev":"a","seq":0,"at":"x",{what}}}"#));
        std::fs::write(folder.path().join("changes.jsonl"), records.join("\n")).unwrap();

        let fixtures = Fixtures::read(folder.path()).unwrap();
        let order = fixtures.day(&somebody()).remove(0);
        assert_eq!(order.id, work_order_id("a", "wo-1"));
        let sheet = Sheet::empty(order.id);
        for record in fixtures.changes().unwrap() {
            let what = fixtures.what(&record).unwrap();
            prepare(&order, &sheet, what.into()).unwrap();
        }
        assert_eq!(fixtures.changes().unwrap().len(), 5);
        for nth in 0..12 {
            let record = &fixtures.changes().unwrap()[nth % 5];
            let (own, what) = fixtures.own_record(0, &somebody(), nth, record).unwrap();
            let orders = fixtures.own(0, &somebody());
            let order = orders.iter().find(|order| order.id == own).unwrap();
            prepare(order, &Sheet::empty(own), what.into()).unwrap();
        }
    }
}
