//! Reading a workbook that somebody gives. Nothing of it is believed: it is unpacked once to see that it fits into memory and
//! says nothing untrue of its size, and only then read cell by cell.

use calamine::{DataRef, Reader, Xlsx};
use jobsheet_model::{
    Text,
    standard::Finding,
    xlsform::{Cells, Workbook, cell_name},
};
use std::{
    io::{Cursor, Read},
    panic::{AssertUnwindSafe, catch_unwind},
};
use zip::ZipArchive;

/// Largest workbook, packed.
pub const MAX_WORKBOOK: usize = 2 * 1024 * 1024;
/// All parts of it, unpacked.
const MAX_UNPACKED: u64 = 24 * 1024 * 1024;
const MOST_PARTS: usize = 500;
/// What its list of texts may say of its own length: memory is asked for that many before they are read.
const MOST_TEXTS: usize = 200_000;
const MOST_ROWS: u32 = 5000;
const MOST_COLUMNS: u32 = 200;
/// All texts of all cells, in bytes: one text may be said to stand in many cells.
const MAX_TEXT: usize = 4 * 1024 * 1024;

fn finding(place: &str, en: &str, zh: &str) -> Finding {
    Finding {
        path: place.to_owned(),
        is_error: true,
        text: Text::new(format!("{place}: {en}"), format!("{place}：{zh}")),
    }
}

fn none(en: &str, zh: &str) -> Vec<Finding> {
    vec![Finding { path: "workbook".into(), is_error: true, text: Text::new(en, zh) }]
}

fn unreadable() -> Vec<Finding> {
    none(
        "This is no Excel workbook (.xlsx), or it is damaged.",
        "该文件不是 Excel 工作簿（.xlsx），或已损坏。",
    )
}

fn too_large() -> Vec<Finding> {
    none("There is more in this workbook than in a checklist.", "该工作簿内容过多，不像检查表。")
}

/// The sheets of a checklist, as text.
pub fn read_workbook(file: &[u8]) -> Result<Workbook, Vec<Finding>> {
    if file.starts_with(b"\xD0\xCF\x11\xE0") {
        let (en, zh) = (
            "This workbook is of an old format or has a password. Save it as .xlsx without one.",
            "该工作簿为旧格式或已加密，请另存为不加密的 .xlsx。",
        );
        return Err(none(en, zh));
    }
    if !file.starts_with(b"PK\x03\x04") {
        return Err(unreadable());
    }
    fits(file)?;
    // A library reads it, and what it does with the strangest of files is its own: that must not end anything else.
    catch_unwind(AssertUnwindSafe(|| sheets(file))).unwrap_or_else(|_| Err(unreadable()))
}

/// Unpacks each part once, to count it. What it says of its own size counts for nothing.
fn fits(file: &[u8]) -> Result<(), Vec<Finding>> {
    let mut zip = ZipArchive::new(Cursor::new(file)).map_err(|_| unreadable())?;
    if zip.len() > MOST_PARTS {
        return Err(too_large());
    }
    let mut left = MAX_UNPACKED;
    let mut part = Vec::new();
    for n in 0..zip.len() {
        part.clear();
        let inside = zip.by_index(n).map_err(|_| unreadable())?;
        let size = inside.take(left + 1).read_to_end(&mut part).map_err(|_| unreadable())?;
        left = left.checked_sub(size as u64).ok_or_else(too_large)?;
        if !is_plain(&part) {
            return Err(unreadable());
        }
    }
    Ok(())
}

/// Pictures and other things aside, a part is XML in UTF-8 whose counts can be true.
fn is_plain(part: &[u8]) -> bool {
    let text = part.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(part);
    if !text.trim_ascii_start().starts_with(b"<") {
        // What is read as XML must begin so; in another encoding it does not.
        let is_wide = [b"\xFF\xFE".as_slice(), b"\xFE\xFF".as_slice(), b"\0".as_slice()]
            .iter()
            .any(|mark| part.starts_with(mark));
        return !is_wide && !contains(part, b"niqueCount");
    }
    let head = text.get(..200).unwrap_or(text);
    let declared = find(head, b"encoding").map(|at| head[at..].to_ascii_lowercase());
    if declared.is_some_and(|declared| !contains(&declared, b"utf-8")) || text.contains(&0) {
        return false;
    }
    let mut rest = text;
    while let Some(at) = find(rest, b"niqueCount") {
        rest = &rest[at + b"niqueCount".len()..];
        let digits = rest.iter().skip_while(|c| !c.is_ascii_digit()).take_while(|c| c.is_ascii_digit());
        let count = digits.fold(0_usize, |n, c| n.saturating_mul(10).saturating_add(usize::from(c - b'0')));
        if count > MOST_TEXTS {
            return false;
        }
    }
    true
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn contains(text: &[u8], what: &[u8]) -> bool {
    find(text, what).is_some()
}

fn sheets(file: &[u8]) -> Result<Workbook, Vec<Finding>> {
    let mut book = Xlsx::new(Cursor::new(file)).map_err(|_| unreadable())?;
    let (mut workbook, mut found, mut left) = (Workbook::default(), Vec::new(), MAX_TEXT);
    for name in book.sheet_names() {
        let known = name.trim().to_lowercase();
        let cells = cells(&mut book, &name, &mut left, &mut found)?;
        match known.as_str() {
            "survey" => workbook.survey = cells,
            "choices" => workbook.choices = cells,
            "settings" => workbook.settings = cells,
            _ if cells.is_empty() => {}
            _ => workbook.others.push(name),
        }
    }
    if found.is_empty() { Ok(workbook) } else { Err(found) }
}

fn cells(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    left: &mut usize,
    found: &mut Vec<Finding>,
) -> Result<Cells, Vec<Finding>> {
    let mut reader = book.worksheet_cells_reader(name).map_err(|_| unreadable())?;
    let mut cells = Cells::new();
    while let Some(cell) = reader.next_cell().map_err(|_| unreadable())? {
        let (row, column) = cell.get_position();
        let place = || format!("{name}!{}", cell_name(column as usize, row as usize));
        let text = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::SharedString(text) => *text,
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.as_str(),
            DataRef::Int(n) => &n.to_string(),
            DataRef::Float(n) => &number(*n),
            DataRef::Bool(true) => "true",
            DataRef::Bool(false) => "false",
            DataRef::DateTime(_) => {
                let (en, zh) = ("a date or a time; write it as text.", "日期或时间，请改为文本。");
                found.push(finding(&place(), en, zh));
                continue;
            }
            DataRef::Error(error) => {
                found.push(finding(
                    &place(),
                    &format!("its formula gives {error}."),
                    &format!("公式结果为 {error}。"),
                ));
                continue;
            }
        };
        if text.trim().is_empty() {
            continue;
        }
        if row >= MOST_ROWS || column >= MOST_COLUMNS {
            let (en, zh) = ("too far out for a checklist.", "超出检查表的范围。");
            return Err(vec![finding(&place(), en, zh)]);
        }
        *left = left.checked_sub(text.len()).ok_or_else(too_large)?;
        let (row, column) = (row as usize, column as usize);
        if cells.len() <= row {
            cells.resize_with(row + 1, Vec::new);
        }
        if let Some(line) = cells.get_mut(row) {
            if line.len() <= column {
                line.resize_with(column + 1, String::new);
            }
            if let Some(cell) = line.get_mut(column) {
                text.clone_into(cell);
            }
        }
    }
    Ok(cells)
}

/// As it is typed: `3`, `0.5`.
fn number(n: f64) -> String {
    if n.fract() == 0.0 && n.abs() < 1e15 { format!("{n:.0}") } else { n.to_string() }
}
