//! A checklist from a workbook: the part of XLSForm that a [`Template`] can carry, sheets `survey`, `choices` and
//! `settings`. What it cannot carry is named by its cell and never dropped in silence; while there is an error nothing is
//! taken over. docs/CHECKLISTS.md says what may stand where.

use crate::{
    StepKey, Text,
    asked::{Condition, Flaw, KnownCondition},
    standard::Finding,
    step::{ChoiceOption, KnownStepKind, Step, StepKind, Template},
    text::tidy,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::TS;

/// The cells of a sheet as text, by row and column from its first cell on; the heading is the first row.
pub type Cells = Vec<Vec<String>>;

/// What was read of a workbook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workbook {
    pub survey: Cells,
    pub choices: Cells,
    pub settings: Cells,
    /// Names of sheets that are none of these and say something.
    pub others: Vec<String>,
}

/// What a workbook came to: a checklist without errors, and what is to be said of it in any case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadChecklist {
    /// Nothing while there is an error.
    pub checklist: Option<Template>,
    pub findings: Vec<Finding>,
}

/// Longest checklist.
pub const MOST_STEPS: usize = 300;
/// Longest text of one cell that is taken over, in characters.
const MOST_TEXT: usize = 1000;
/// No more is said at once.
const MOST_FINDINGS: usize = 200;

/// What the phone records by itself, question or not.
const BY_ITSELF: [&str; 7] = ["start", "end", "today", "deviceid", "username", "phonenumber", "audit"];

/// Columns that are read. The second half is ours.
const SURVEY: [&str; 18] = [
    "type",
    "name",
    "label",
    "label::en",
    "label::zh",
    "hint",
    "hint::en",
    "hint::zh",
    "required",
    "relevant",
    "constraint",
    "unit",
    "safety",
    "photo_on_fail",
    "photos",
    "say",
    "say::en",
    "say::zh",
];
/// The app has words of its own for these.
const SAID_BY_THE_APP: [&str; 2] = ["constraint_message", "required_message"];
const CHOICES: [&str; 6] = ["list_name", "name", "label", "label::en", "label::zh", "fails"];
const SETTINGS: [&str; 3] = ["form_title", "form_title::en", "form_title::zh"];
/// The office has these of its own: which kind of equipment it is for, how often it was published, both languages.
const OF_THE_OFFICE: [&str; 3] = ["form_id", "version", "default_language"];

struct Sheet<'a> {
    name: &'static str,
    columns: BTreeMap<String, usize>,
    rows: &'a Cells,
}

#[derive(Default)]
struct Reading {
    found: Vec<Finding>,
}

/// `C5`
pub fn cell_name(column: usize, row: usize) -> String {
    let mut letters = String::new();
    let mut n = column + 1;
    while n > 0 {
        letters.insert(0, char::from(b'A' + u8::try_from((n - 1) % 26).unwrap_or(0)));
        n = (n - 1) / 26;
    }
    format!("{letters}{}", row + 1)
}

impl Reading {
    fn say(&mut self, is_error: bool, place: String, en: &str, zh: &str) {
        let text = Text::new(format!("{place}: {en}"), format!("{place}：{zh}"));
        match self.found.len() {
            ..MOST_FINDINGS => self.found.push(Finding { path: place, is_error, text }),
            MOST_FINDINGS => {
                let text = Text::new("There is more that is not said here.", "其余问题未列出。");
                self.found.push(Finding { path: "workbook".into(), is_error: true, text });
            }
            _ => {}
        }
    }

    fn wrong(&mut self, sheet: &Sheet<'_>, (row, column): (usize, &str), en: &str, zh: &str) {
        self.say(true, sheet.place(row, column), en, zh);
    }

    fn odd(&mut self, sheet: &Sheet<'_>, (row, column): (usize, &str), en: &str, zh: &str) {
        self.say(false, sheet.place(row, column), en, zh);
    }
}

impl<'a> Sheet<'a> {
    fn of(name: &'static str, rows: &'a Cells) -> Self {
        let heading = rows.first().map(Vec::as_slice).unwrap_or_default();
        let mut columns = BTreeMap::new();
        for (n, title) in heading.iter().enumerate() {
            columns.entry(column_name(title)).or_insert(n);
        }
        Self { name, columns, rows }
    }

    /// `survey!C5`: where the column stands, in whichever language it is; the first one where it does not.
    fn place(&self, row: usize, column: &str) -> String {
        let of_a_language = || {
            let mut known = self.columns.iter();
            known.find(|(name, _)| name.split_once("::").is_some_and(|(name, _)| name == column))
        };
        let n = self.columns.get(column).or_else(|| of_a_language().map(|(_, n)| n));
        format!("{}!{}", self.name, cell_name(n.copied().unwrap_or(0), row))
    }

    /// Rows below the heading that say something.
    fn lines(&self) -> impl Iterator<Item = usize> {
        (1..self.rows.len()).filter(|row| !self.is_blank(*row))
    }

    fn get(&self, row: usize, column: &str) -> String {
        let found = self.columns.get(column).and_then(|n| self.rows.get(row)?.get(*n));
        found.map(|text| tidy(text)).unwrap_or_default()
    }

    fn is_blank(&self, row: usize) -> bool {
        self.rows.get(row).is_none_or(|cells| cells.iter().all(|cell| cell.trim().is_empty()))
    }

    /// A text in both languages; one without a language is both.
    fn text(&self, row: usize, column: &str) -> Text {
        let plain = self.get(row, column);
        let of = |language: &str| {
            let said = self.get(row, &format!("{column}::{language}"));
            if said.is_empty() { plain.clone() } else { said }
        };
        Text::new(of("en"), of("zh"))
    }
}

/// `label::English (en)` is `label::en`, `label::中文` is `label::zh`; case and blanks do not matter.
fn column_name(title: &str) -> String {
    let title = title.trim().to_lowercase();
    let Some((column, language)) = title.split_once("::") else { return title.replace(' ', "_") };
    let language = language.trim();
    let code = language.rsplit_once('(').and_then(|(_, code)| code.strip_suffix(')')).unwrap_or(language);
    let code = match code.trim() {
        "en" | "english" | "英文" | "英语" => "en",
        "zh" | "zh-cn" | "zh-hans" | "chinese" | "中文" | "汉语" | "简体中文" => "zh",
        other => other,
    };
    format!("{}::{code}", column.trim())
}

fn is_yes(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "true" | "true()" | "1" | "是" => Some(true),
        "" | "no" | "false" | "false()" | "0" | "否" => Some(false),
        _ => None,
    }
}

/// Reads a checklist of the kind of equipment `id`, which is called `name` unless the workbook says otherwise.
pub fn read_checklist(id: &str, name: Text, workbook: &Workbook) -> ReadChecklist {
    let survey = Sheet::of("survey", &workbook.survey);
    let choices = Sheet::of("choices", &workbook.choices);
    let settings = Sheet::of("settings", &workbook.settings);
    let mut reading = Reading::default();
    for other in &workbook.others {
        reading.say(false, other.clone(), "this sheet is not read.", "不读取此工作表。");
    }
    for column in ["type", "name"] {
        if !survey.columns.contains_key(column) {
            let (en, zh) = (format!("the column “{column}” is missing."), format!("缺少“{column}”列。"));
            reading.wrong(&survey, (0, column), &en, &zh);
        }
    }
    reading.columns(
        &survey,
        &SURVEY,
        &SAID_BY_THE_APP,
        ("the app says this in its own words.", "应用使用自己的提示语。"),
    );
    reading.columns(&choices, &CHOICES, &[], ("", ""));
    reading.columns(
        &settings,
        &SETTINGS,
        &OF_THE_OFFICE,
        ("the office keeps this itself.", "由系统自行管理。"),
    );
    let lists = reading.lists(&choices);
    let (steps, rows) = reading.steps(&survey, &lists);
    let name = reading.title(&settings, name);
    let checklist = Template { id: id.to_owned(), version: 1, name, steps };
    reading.flaws(&survey, &checklist, &rows);
    let is_good = reading.found.iter().all(|one| !one.is_error);
    ReadChecklist { checklist: is_good.then_some(checklist), findings: reading.found }
}

impl Reading {
    /// Each cell that is not read, and each heading that stands there twice.
    fn columns(&mut self, sheet: &Sheet<'_>, known: &[&str], left_out: &[&str], why: (&str, &str)) {
        let heading = sheet.rows.first().map(Vec::as_slice).unwrap_or_default();
        let widest = sheet.rows.iter().map(Vec::len).max().unwrap_or(0);
        for n in 0..widest {
            let column = heading.get(n).map(|title| column_name(title)).unwrap_or_default();
            let is_first = sheet.columns.get(&column) == Some(&n);
            if is_first && known.contains(&column.as_str()) {
                continue;
            }
            for (row, cells) in sheet.rows.iter().enumerate().skip(1) {
                if cells.get(n).is_none_or(|cell| cell.trim().is_empty()) {
                    continue;
                }
                let place = format!("{}!{}", sheet.name, cell_name(n, row));
                if is_first && left_out.contains(&column.as_str()) {
                    let (en, zh) = (format!("left out: {}", why.0), format!("不导入：{}", why.1));
                    self.say(false, place, &en, &zh);
                } else if column.is_empty() {
                    self.say(true, place, "its column has no heading.", "该列没有标题。");
                } else if !is_first {
                    let (en, zh) = (format!("a second column “{column}”."), format!("“{column}”列重复。"));
                    self.say(true, place, &en, &zh);
                } else {
                    let en = format!("what stands in the column “{column}” cannot be carried over.");
                    let zh = format!("无法导入“{column}”列的内容。");
                    self.say(true, place, &en, &zh);
                }
            }
        }
    }

    fn title(&mut self, sheet: &Sheet<'_>, usual: Text) -> Text {
        let said = self.text(sheet, 1, "form_title");
        for row in sheet.lines().filter(|row| *row > 1) {
            self.wrong(sheet, (row, "form_title"), "settings have one line.", "settings 只有一行内容。");
        }
        match (said.en.is_empty(), said.zh.is_empty()) {
            (true, true) => usual,
            (false, false) => said,
            _ => {
                self.wrong(
                    sheet,
                    (1, "form_title"),
                    "needed in English and in Chinese.",
                    "需要中英文两种文字。",
                );
                usual
            }
        }
    }

    fn text(&mut self, sheet: &Sheet<'_>, row: usize, column: &str) -> Text {
        let text = sheet.text(row, column);
        if text.en.chars().count().max(text.zh.chars().count()) > MOST_TEXT {
            let (en, zh) =
                (format!("longer than {MOST_TEXT} characters."), format!("超过 {MOST_TEXT} 个字符。"));
            self.wrong(sheet, (row, column), &en, &zh);
        }
        text
    }

    fn both(&mut self, sheet: &Sheet<'_>, row: usize, column: &str) -> Text {
        let text = self.text(sheet, row, column);
        if text.en.is_empty() || text.zh.is_empty() {
            self.wrong(sheet, (row, column), "needed in English and in Chinese.", "需要中英文两种文字。");
        }
        text
    }

    fn yes(&mut self, sheet: &Sheet<'_>, row: usize, column: &str) -> bool {
        let said = is_yes(&sheet.get(row, column));
        if said.is_none() {
            self.wrong(sheet, (row, column), "yes or no.", "请填写 yes 或 no。");
        }
        said.unwrap_or(false)
    }

    fn lists(&mut self, sheet: &Sheet<'_>) -> Lists {
        let mut lists = Lists::new();
        for row in sheet.lines() {
            let (list, value) = (sheet.get(row, "list_name"), sheet.get(row, "name"));
            if list.is_empty() || value.is_empty() {
                let (en, zh) = ("an option needs list_name and name.", "选项需要 list_name 和 name。");
                self.wrong(sheet, (row, "list_name"), en, zh);
                continue;
            }
            let (label, fails) = (self.both(sheet, row, "label"), self.yes(sheet, row, "fails"));
            let (_, options) = lists.entry(list).or_insert_with(|| (row, Vec::new()));
            if options.iter().any(|one| one.value == value) {
                let (en, zh) = ("this option stands in its list twice.", "该选项在列表中重复。");
                self.wrong(sheet, (row, "name"), en, zh);
            }
            options.push(ChoiceOption { value, label, fails });
        }
        lists
    }

    /// The questions, and the row of each.
    fn steps(&mut self, sheet: &Sheet<'_>, lists: &Lists) -> (Vec<Step>, Vec<usize>) {
        let (mut steps, mut rows) = (Vec::new(), Vec::new());
        let mut groups: Vec<(usize, Vec<Condition>)> = Vec::new();
        let mut note: Option<(usize, Text)> = None;
        let mut used = BTreeSet::new();
        for row in sheet.lines() {
            let kind = sheet.get(row, "type");
            let (word, list) = kind.split_once(char::is_whitespace).unwrap_or((&kind, ""));
            let (word, list) = (word, list.trim());
            match (word, list) {
                ("begin_group", "") | ("begin", "group") => {
                    if !sheet.text(row, "label").en.is_empty() {
                        let (en, zh) = ("left out: a group has no heading.", "不导入：分组没有标题。");
                        self.odd(sheet, (row, "label"), en, zh);
                    }
                    self.has_none(
                        sheet,
                        row,
                        &[
                            "hint",
                            "required",
                            "constraint",
                            "unit",
                            "safety",
                            "photo_on_fail",
                            "photos",
                            "say",
                        ],
                    );
                    groups.push((row, self.conditions(sheet, row)));
                    continue;
                }
                ("end_group", "") | ("end", "group") => {
                    if groups.pop().is_none() {
                        self.wrong(
                            sheet,
                            (row, "type"),
                            "no group begins before this.",
                            "前面没有分组开始。",
                        );
                    }
                    continue;
                }
                ("note", "") => {
                    self.has_none(
                        sheet,
                        row,
                        &[
                            "hint",
                            "relevant",
                            "required",
                            "constraint",
                            "unit",
                            "safety",
                            "photo_on_fail",
                            "photos",
                            "say",
                        ],
                    );
                    let said = self.both(sheet, row, "label");
                    let before = note.take().map(|(_, text)| text).unwrap_or_default();
                    note = Some((row, joined(&before, &said)));
                    continue;
                }
                (by_itself, "") if BY_ITSELF.contains(&by_itself) => {
                    let (en, zh) =
                        ("left out: the phone records this by itself.", "不导入：手机会自动记录此项。");
                    self.odd(sheet, (row, "type"), en, zh);
                    continue;
                }
                _ => {}
            }
            let kind = match (word, list) {
                ("text", "") => KnownStepKind::Text {},
                ("integer" | "decimal", "") => self.number(sheet, row, word == "integer"),
                ("acknowledge" | "trigger" | "check", "") => KnownStepKind::Check {},
                ("image", "") => KnownStepKind::Photo { at_least: self.photos(sheet, row) },
                ("barcode", "") => KnownStepKind::Serial { expected: None },
                ("script", "") => KnownStepKind::Script { text: self.both(sheet, row, "say") },
                ("select_one", list) if !list.is_empty() => match lists.get(list) {
                    Some((_, options)) => {
                        used.insert(list.to_owned());
                        KnownStepKind::Choice { options: options.clone() }
                    }
                    None => {
                        let en = format!("there is no list “{list}” in the sheet choices.");
                        let zh = format!("choices 表中没有列表“{list}”。");
                        self.wrong(sheet, (row, "type"), &en, &zh);
                        continue;
                    }
                },
                _ => {
                    let en = format!("a checklist has no question of type “{kind}”.");
                    let zh = format!("检查表不支持“{kind}”类型的问题。");
                    self.wrong(sheet, (row, "type"), &en, &zh);
                    continue;
                }
            };
            let mut none = Vec::new();
            if !matches!(kind, KnownStepKind::Number { .. }) {
                none.extend(["constraint", "unit"]);
            }
            if !matches!(kind, KnownStepKind::Photo { .. }) {
                none.push("photos");
            }
            if !matches!(kind, KnownStepKind::Script { .. }) {
                none.push("say");
            }
            self.has_none(sheet, row, &none);
            let groups = groups.iter().flat_map(|(_, when)| when).cloned().collect();
            steps.push(self.step(sheet, row, kind, (groups, note.take())));
            rows.push(row);
        }
        if let Some((row, _)) = note {
            self.wrong(sheet, (row, "type"), "no question follows this note.", "说明之后没有问题。");
        }
        for (row, _) in groups {
            self.wrong(sheet, (row, "type"), "this group does not end.", "此分组没有结束。");
        }
        if steps.is_empty() || steps.len() > MOST_STEPS {
            let (en, zh) = (
                format!("a checklist has 1 to {MOST_STEPS} questions."),
                format!("检查表应有 1 到 {MOST_STEPS} 个问题。"),
            );
            self.wrong(sheet, (0, "type"), &en, &zh);
        }
        for (list, (row, _)) in lists.iter().filter(|(list, _)| !used.contains(*list)) {
            let (en, zh) = (
                format!("left out: no question has the list “{list}”."),
                format!("不导入：没有问题使用列表“{list}”。"),
            );
            self.say(false, format!("choices!{}", cell_name(0, *row)), &en, &zh);
        }
        (steps, rows)
    }

    /// What a row of this type cannot have.
    fn has_none(&mut self, sheet: &Sheet<'_>, row: usize, columns: &[&str]) {
        for column in columns {
            let text = sheet.text(row, column);
            if !text.en.is_empty() || !text.zh.is_empty() {
                let kind = sheet.get(row, "type");
                let (en, zh) = (format!("“{kind}” has no {column}."), format!("“{kind}”不能设置 {column}。"));
                self.wrong(sheet, (row, column), &en, &zh);
            }
        }
    }

    fn photos(&mut self, sheet: &Sheet<'_>, row: usize) -> u32 {
        let said = sheet.get(row, "photos");
        match said.parse() {
            _ if said.is_empty() => 1,
            Ok(n @ 1..=20) => n,
            _ => {
                self.wrong(sheet, (row, "photos"), "how many at least: 1 to 20.", "至少几张：1 到 20。");
                1
            }
        }
    }

    fn step(
        &mut self,
        sheet: &Sheet<'_>,
        row: usize,
        kind: KnownStepKind,
        (mut when, note): (Vec<Condition>, Option<(usize, Text)>),
    ) -> Step {
        let key = sheet.get(row, "name");
        let odd = |c: char| c.is_whitespace() || matches!(c, '{' | '}' | '$');
        if key.is_empty() || key.chars().count() > 100 || key.contains(odd) {
            let (en, zh) = ("a name without blanks is needed.", "需要不含空格的名称。");
            self.wrong(sheet, (row, "name"), en, zh);
        }
        let title = self.both(sheet, row, "label");
        let mut hint = self.text(sheet, row, "hint");
        if hint.en.is_empty() != hint.zh.is_empty() {
            self.wrong(sheet, (row, "hint"), "needed in English and in Chinese.", "需要中英文两种文字。");
        }
        if let Some((_, note)) = note {
            hint = joined(&note, &hint);
        }
        let [required, safety, photo_on_fail] =
            ["required", "safety", "photo_on_fail"].map(|column| self.yes(sheet, row, column));
        when.extend(self.conditions(sheet, row));
        Step {
            key: StepKey(key),
            title,
            hint: (!hint.en.is_empty()).then_some(hint),
            required,
            safety,
            photo_on_fail,
            when,
            kind: StepKind::Known(kind),
        }
    }

    /// A condition or a limit; one that is too long is not even looked at.
    fn rule(&mut self, sheet: &Sheet<'_>, row: usize, column: &str) -> String {
        let said = sheet.get(row, column);
        if said.chars().count() <= MOST_TEXT {
            return said;
        }
        let (en, zh) = (format!("longer than {MOST_TEXT} characters."), format!("超过 {MOST_TEXT} 个字符。"));
        self.wrong(sheet, (row, column), &en, &zh);
        String::new()
    }

    /// `. >= 2 and . <= 12`; limits are inclusive, so that `>` can be said of whole numbers only.
    fn number(&mut self, sheet: &Sheet<'_>, row: usize, is_whole: bool) -> KnownStepKind {
        let (mut min, mut max) = (None, None);
        let constraint = self.rule(sheet, row, "constraint");
        for part in split_words(&constraint, "and") {
            let read = part.strip_prefix('.').map(str::trim_start).and_then(|rest| {
                ["<=", ">=", "<", ">"].iter().find_map(|sign| Some((*sign, rest.strip_prefix(sign)?)))
            });
            let read = read.and_then(|(sign, limit)| Some((sign, limit.trim().parse::<Decimal>().ok()?)));
            // The next whole number on the other side, for whole numbers; there is one but for the largest.
            let read = read.and_then(|(sign, limit)| match sign {
                ">" if is_whole => Some((">=", limit.floor().checked_add(Decimal::ONE)?)),
                "<" if is_whole => Some(("<=", limit.ceil().checked_sub(Decimal::ONE)?)),
                _ => Some((sign, limit)),
            });
            match read {
                Some((">=", limit)) if min.is_none() => min = Some(limit),
                Some(("<=", limit)) if max.is_none() => max = Some(limit),
                _ => {
                    let en = format!("“{part}” is no limit such as “. >= 2 and . <= 12”.");
                    let zh = format!("“{part}”不是“. >= 2 and . <= 12”这样的范围。");
                    self.wrong(sheet, (row, "constraint"), &en, &zh);
                }
            }
        }
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            self.wrong(
                sheet,
                (row, "constraint"),
                "nothing is within these limits.",
                "没有符合该范围的数值。",
            );
        }
        KnownStepKind::Number { unit: sheet.get(row, "unit"), min, max }
    }

    fn conditions(&mut self, sheet: &Sheet<'_>, row: usize) -> Vec<Condition> {
        let relevant = self.rule(sheet, row, "relevant");
        let mut all = Vec::new();
        for part in split_words(&relevant, "and") {
            match condition(part.trim()) {
                Some(condition) => all.push(Condition::Known(condition)),
                None => {
                    let en = format!("“{part}” is no condition that a checklist can have.");
                    let zh = format!("检查表无法使用条件“{part}”。");
                    self.wrong(sheet, (row, "relevant"), &en, &zh);
                }
            }
        }
        all
    }

    /// What the rules of checklists say of it, at the cell that it comes from.
    fn flaws(&mut self, sheet: &Sheet<'_>, checklist: &Template, rows: &[usize]) {
        let row_of = |key: &StepKey, last: bool| {
            let mut named = checklist.steps.iter().zip(rows).filter(|(step, _)| step.key == *key);
            let found = if last { named.next_back() } else { named.next() };
            found.map_or(0, |(_, row)| *row)
        };
        for flaw in checklist.flaws() {
            let (row, column, en, zh) = match &flaw {
                Flaw::Twice(key) => (
                    row_of(key, true),
                    "name",
                    "two questions have this name.".to_owned(),
                    "两个问题名称相同。".to_owned(),
                ),
                Flaw::NotBefore(key, on) => (
                    row_of(key, false),
                    "relevant",
                    format!("“{on}” is not asked before this."),
                    format!("“{on}”不在此问题之前。"),
                ),
                Flaw::Never(key, on) => (
                    row_of(key, false),
                    "relevant",
                    format!("“{on}” is never answered so."),
                    format!("“{on}”不会有这样的答案。"),
                ),
            };
            self.wrong(sheet, (row, column), &en, &zh);
        }
    }
}

/// The options of each list, and the row in which it begins.
type Lists = BTreeMap<String, (usize, Vec<ChoiceOption>)>;

/// One text after the other.
fn joined(first: &Text, second: &Text) -> Text {
    let both = |first: &str, second: &str| tidy(&format!("{first} {second}"));
    Text::new(both(&first.en, &second.en), both(&first.zh, &second.zh))
}

/// Parts around a word that stands by itself and not between quotes.
fn split_words<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let (mut parts, mut from, mut quote) = (Vec::new(), 0, None);
    for (n, c) in text.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None if c.is_whitespace() => {
                let rest = text[n..].trim_start();
                if let Some(after) = rest.strip_prefix(word)
                    && after.starts_with(char::is_whitespace)
                    && n >= from
                {
                    parts.push(text[from..n].trim());
                    from = text.len() - after.len();
                }
            }
            None => {}
        }
    }
    parts.push(text[from..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

fn condition(part: &str) -> Option<KnownCondition> {
    let parts = split_words(part.strip_prefix('(').and_then(|p| p.strip_suffix(')')).unwrap_or(part), "or");
    if let [one] = parts.as_slice() {
        return comparison(one);
    }
    // Several answers that would do, all of one question.
    let mut values = Vec::new();
    let mut of = None;
    for part in parts {
        let KnownCondition::Is { step, value } = comparison(part)? else { return None };
        if of.get_or_insert_with(|| step.clone()) != &step {
            return None;
        }
        values.push(value);
    }
    Some(KnownCondition::OneOf { step: of?, values })
}

/// `${oil} = 'low'`, `selected(${oil}, 'low')`, `${rpm} > 3000`
fn comparison(text: &str) -> Option<KnownCondition> {
    let unquoted = |text: &str| {
        let text = text.trim();
        let inner = ['\'', '"'].iter().find_map(|q| text.strip_prefix(*q)?.strip_suffix(*q));
        match inner {
            Some(inner) if !inner.contains(['\'', '"']) => Some(inner.to_owned()),
            Some(_) => None,
            None => text.parse::<Decimal>().ok().map(|_| text.to_owned()),
        }
    };
    let step = |text: &str| {
        let name = text.trim().strip_prefix("${")?.strip_suffix('}')?;
        (!name.is_empty() && !name.contains(['{', '}', '$'])).then(|| StepKey(name.to_owned()))
    };
    if let Some(inner) = text.trim().strip_prefix("selected(").and_then(|rest| rest.strip_suffix(')')) {
        let (name, value) = inner.split_once(',')?;
        return Some(KnownCondition::Is { step: step(name)?, value: unquoted(value)? });
    }
    let end = text.find('}')? + 1;
    let (name, rest) = text.split_at(end);
    let (step, rest) = (step(name)?, rest.trim());
    let sign = ["!=", ">=", "<=", "=", ">", "<"].into_iter().find(|sign| rest.starts_with(sign))?;
    let value = unquoted(rest.strip_prefix(sign)?)?;
    match sign {
        "=" => Some(KnownCondition::Is { step, value }),
        "!=" => Some(KnownCondition::IsNot { step, value }),
        ">" => Some(KnownCondition::Above { step, limit: value.parse().ok()? }),
        "<" => Some(KnownCondition::Below { step, limit: value.parse().ok()? }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
