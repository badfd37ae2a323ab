//! Checklists from workbooks: what the office makes of real ones, of broken ones, and of those meant to break it.

use crate::{
    console::OWN,
    requests::whole,
    roles::staff,
    world::{Answer, World},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use jobsheet_model::{
    WorkOrder,
    role::Role,
    standard::{Finding, Standard, Under, shipped_one},
    step::Template,
    view::{ConsoleStandard, RequestTaken, StandardLook, StandardSaved},
    work_order::Visit,
    xlsform::ReadChecklist,
};
use rust_xlsxwriter::{Format, Formula, Workbook};
use std::io::{Cursor, Write};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

struct Desk<'a> {
    world: &'a World,
    cookie: String,
}

impl<'a> Desk<'a> {
    async fn of(world: &'a World) -> Self {
        Self { world, cookie: staff(world, Role::Supervisor).await }
    }

    async fn asks(&self, method: Method, path: &str, header: (&str, &str), body: impl Into<Body>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/console/api{path}"))
            .header("host", "office.test")
            .header("origin", OWN)
            .header("cookie", &self.cookie)
            .header(header.0, header.1);
        self.world.send(request.body(body.into()).unwrap()).await
    }

    async fn gives(&self, file: Vec<u8>) -> Answer {
        self.asks(Method::POST, "/checklists/chiller", ("accept", "*/*"), file).await
    }

    async fn reads(&self, file: Vec<u8>) -> ReadChecklist {
        self.gives(file).await.json()
    }

    /// What is wrong with a file.
    async fn places(&self, file: Vec<u8>) -> Vec<String> {
        let read = self.reads(file).await;
        assert_eq!(read.checklist, None);
        read.findings.into_iter().map(|one| one.path).collect()
    }

    async fn draft(&self) -> (Standard, u32) {
        let page: ConsoleStandard =
            self.asks(Method::GET, "/standards/A/draft", ("accept", "*/*"), "").await.json();
        (page.body, page.draft.map_or(0, |draft| draft.version))
    }

    /// Publishes standard A with this checklist and puts it to use.
    async fn publishes(&self, checklist: Template) -> Under {
        let (mut body, seen) = self.draft().await;
        body.checklists = vec![checklist];
        let (seen, body) = (format!("\"{seen}\""), serde_json::to_string(&body).unwrap());
        let saved: StandardSaved =
            self.asks(Method::PUT, "/standards/A/draft", ("if-match", &seen), body).await.json();
        let changes: Vec<_> = saved.look.differences.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(changes, ["checklists[0]"]);
        let seen = format!("\"{}\"", saved.version);
        let body = r#"{"confirmed":true,"use_now":true}"#;
        self.asks(Method::POST, "/standards/A/draft/publish", ("if-match", &seen), body).await.json()
    }

    async fn takes(&self, key: &str) -> RequestTaken {
        let body = whole().to_string();
        self.asks(Method::POST, "/requests", ("idempotency-key", key), body).await.json()
    }

    async fn orders(&self, taken: &RequestTaken) -> WorkOrder {
        let path = format!("/requests/{}/work-order", taken.id);
        let made = self.asks(Method::POST, &path, ("idempotency-key", &path), "").await;
        let visit: Visit = made.json();
        self.world.office.work_order(visit.work_order).unwrap().unwrap()
    }
}

/// A workbook with these sheets, each a line with cells between bars.
fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, lines) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, line) in lines.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
            for (column, cell) in line.trim_matches('|').split('|').map(str::trim).enumerate() {
                let (row, column) = (u32::try_from(row).unwrap(), u16::try_from(column).unwrap());
                match cell.parse::<f64>() {
                    Ok(n) => sheet.write_number(row, column, n).unwrap(),
                    Err(_) => sheet.write_string(row, column, cell).unwrap(),
                };
            }
        }
    }
    book.save_to_buffer().unwrap()
}

const SURVEY: &str = "
    | type             | name    | label::English (en) | label::中文 (zh) | required | constraint | unit | relevant      | photos |
    | check            | power   | Power is off        | 已断电           | yes      |            |      |               |        |
    | decimal          | suction | Suction pressure    | 吸气压力         | true()   | . >= 2.5   | bar  |               |        |
    | select_one oil   | oil     | Oil                 | 油位             |          |            |      |               |        |
    | image            | plate   | Name plate          | 铭牌             | 1        |            |      | ${oil} = 2    | 2      |";
const CHOICES: &str = "
    | list_name | name | label::English (en) | label::中文 (zh) | fails |
    | oil       | 1    | Enough              | 足够             |       |
    | oil       | 2    | Low                 | 偏低             | yes   |";

fn good() -> Vec<u8> {
    workbook(&[("survey", SURVEY), ("choices", CHOICES)])
}

#[tokio::test]
async fn a_checklist_from_a_workbook_is_published_and_what_began_before_keeps_its_own() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let (before, waits) = (desk.takes("k1").await, desk.takes("k2").await);
    let before = desk.orders(&before).await;
    assert_eq!((before.template.version, before.template.steps.len()), (4, 17));

    let read = desk.reads(good()).await;
    assert_eq!(read.findings, []);
    let list = read.checklist.unwrap();
    let keys: Vec<_> = list.steps.iter().map(|step| step.key.to_string()).collect();
    assert_eq!(
        (list.id.as_str(), keys),
        ("chiller", ["power", "suction", "oil", "plate"].map(String::from).to_vec())
    );
    // Reading keeps nothing.
    assert_eq!(desk.draft().await, (Standard { version: 2, ..shipped_one("A").unwrap() }, 0));
    assert_eq!(desk.publishes(list.clone()).await, Under { standard: "A".into(), version: 2 });

    let after = desk.takes("k3").await;
    let after = desk.orders(&after).await;
    assert_eq!((after.template.version, after.template.steps), (5, list.steps.clone()));
    let waited = desk.orders(&waits).await;
    assert_eq!((waited.template.version, waited.template.steps.len()), (4, 17), "its request began before");
    let kept = world.office.work_order(before.id).unwrap().unwrap();
    assert_eq!(kept.template, before.template);

    // As it is, it stays the same version; changed, it is the next.
    let (body, _) = desk.draft().await;
    assert_eq!(body.checklists[0].version, 5);
    let mut shorter = list;
    shorter.steps.pop();
    desk.publishes(shorter).await;
    assert_eq!(desk.draft().await.0.checklists[0].version, 6);
}

#[tokio::test]
async fn a_checklist_that_would_not_ask_what_it_means_is_not_published() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let list = desk.reads(good()).await.checklist.unwrap();
    let (mut body, _) = desk.draft().await;
    let mut twice = list.clone();
    twice.steps.push(list.steps[0].clone());
    let empty = Template { id: "ups".into(), steps: Vec::new(), ..list.clone() };
    body.checklists = vec![list, twice, empty];
    let look = desk
        .asks(Method::POST, "/standards/look", ("accept", "*/*"), serde_json::to_string(&body).unwrap())
        .await
        .json::<StandardLook>();
    let paths: Vec<_> = look.findings.iter().map(|one: &Finding| one.path.as_str()).collect();
    assert_eq!(paths, ["checklists[1]", "checklists[1]", "checklists[2]"]);
}

#[tokio::test]
async fn what_a_workbook_says_that_a_checklist_cannot_carry_is_named_by_its_cell() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let survey = "
        | type            | name | label | appearance | constraint |
        | select_multiple | a    | A     |            |            |
        | text            | b    | B     | multiline  | . > 3      |
        | begin_repeat    | c    | C     |            |            |";
    let wanted = ["survey!D3", "survey!A2", "survey!E3", "survey!A4"];
    assert_eq!(desk.places(workbook(&[("Survey", survey)])).await, wanted);
    assert_eq!(desk.places(workbook(&[("Sheet1", "|type|name|")])).await.last().unwrap(), "survey!A1");

    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("survey").unwrap();
    sheet.write_row(0, 0, ["type", "name", "label"]).unwrap();
    sheet.write_with_format(1, 2, 46000, &Format::new().set_num_format("yyyy-mm-dd")).unwrap();
    sheet.write_formula(2, 1, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    assert_eq!(desk.places(book.save_to_buffer().unwrap()).await, ["survey!C2", "survey!B3"]);

    let none = desk.asks(Method::POST, "/checklists/none", ("accept", "*/*"), good()).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND, "a kind that there is not");
}

/// The same workbook with one part written anew.
fn with_part(name: &str, content: &[u8]) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(good())).unwrap();
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for n in 0..from.len() {
        let mut part = from.by_index(n).unwrap();
        let own = part.name().unwrap().into_owned();
        if own != name {
            to.start_file(own, SimpleFileOptions::default()).unwrap();
            std::io::copy(&mut part, &mut to).unwrap();
        }
    }
    to.start_file(name, SimpleFileOptions::default()).unwrap();
    to.write_all(content).unwrap();
    to.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_hostile_workbook_is_refused_in_words_and_takes_no_more_memory_than_a_good_one() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let texts = |count: &str, text: &str| {
        let xml = format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="{count}"><si><t>{text}</t></si></sst>"#
        );
        with_part("xl/sharedStrings.xml", xml.as_bytes())
    };
    let cells = |cells: &str| {
        let xml = format!(
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>"#
        );
        with_part("xl/worksheets/sheet1.xml", xml.as_bytes())
    };
    let wide: Vec<u8> = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><sst uniqueCount=\"9\"/>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let text = "x".repeat(500_000);
    let many: String =
        (1..20).map(|n| format!(r#"<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>"#)).collect();
    let repeated = {
        let strings = texts("1", &text);
        // Both parts are hostile together: one long text, which nineteen cells say they hold.
        let mut from = ZipArchive::new(Cursor::new(strings)).unwrap();
        let mut to = ZipWriter::new(Cursor::new(Vec::new()));
        for n in 0..from.len() {
            let mut part = from.by_index(n).unwrap();
            let own = part.name().unwrap().into_owned();
            to.start_file(own.clone(), SimpleFileOptions::default()).unwrap();
            if own == "xl/worksheets/sheet1.xml" {
                write!(to, "<worksheet><sheetData>{many}</sheetData></worksheet>").unwrap();
            } else {
                std::io::copy(&mut part, &mut to).unwrap();
            }
        }
        to.finish().unwrap().into_inner()
    };
    for (what, file, place) in [
        ("nothing", Vec::new(), "workbook"),
        ("text", b"type,name,label".to_vec(), "workbook"),
        ("an old workbook", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".repeat(64), "workbook"),
        ("a zip of nothing", b"PK\x03\x04".repeat(9), "workbook"),
        ("a bomb", with_part("xl/media/bomb.png", &vec![0x20; 32 * 1024 * 1024]), "workbook"),
        ("a count that asks for all memory", texts("18446744073709551615", "x"), "workbook"),
        ("a count that asks for much", texts("99999999999", "x"), "workbook"),
        ("a count behind blanks", texts("  +999999999", "x"), "workbook"),
        ("another encoding", with_part("xl/sharedStrings.xml", &wide), "workbook"),
        ("no XML", with_part("xl/workbook.xml", b"<workbook"), "workbook"),
        ("a text that is not there", cells(r#"<row r="1"><c r="A1" t="s"><v>99999</v></c></row>"#), ""),
        (
            "the last cell of all",
            cells(r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#),
            "survey!XFD1048576",
        ),
        (
            "a cell beyond all",
            cells(r#"<row r="99999999999"><c r="ZZZZZZZ99999999999"><v>1</v></c></row>"#),
            "workbook",
        ),
        ("one text in many cells", repeated, "workbook"),
    ] {
        let places = desk.places(file).await;
        assert!(!places.is_empty(), "{what}");
        assert!(place.is_empty() || places == [place], "{what}: {places:?}");
    }
    let huge = desk.gives(vec![b'x'; 3 * 1024 * 1024]).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_workbook_that_was_cut_or_bent_anywhere_is_answered() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let file = good();
    for length in (0..file.len()).step_by(97) {
        let answer = desk.gives(file[..length].to_vec()).await;
        assert_eq!(answer.status, StatusCode::OK, "cut at {length}");
    }
    // Bent where it counts: in the parts, packed anew.
    let mut seed: u64 = 7;
    let mut next = |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % most
    };
    let mut archive = ZipArchive::new(Cursor::new(&file)).unwrap();
    for n in 0..archive.len() {
        let mut part = archive.by_index(n).unwrap();
        let (name, mut content) = (part.name().unwrap().into_owned(), Vec::new());
        std::io::copy(&mut part, &mut content).unwrap();
        for _ in 0..8 {
            let mut bent = content.clone();
            for _ in 0..3 {
                let at = next(bent.len());
                bent[at] = u8::try_from(next(256)).unwrap();
            }
            let answer = desk.gives(with_part(&name, &bent)).await;
            assert_eq!(answer.status, StatusCode::OK, "{name}: {}", String::from_utf8_lossy(&bent));
        }
    }
}
