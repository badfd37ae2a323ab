use super::*;

/// Lines with cells between bars; columns begin at the first bar.
fn sheet(text: &str) -> Cells {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

fn workbook(survey: &str, choices: &str) -> Workbook {
    Workbook { survey: sheet(survey), choices: sheet(choices), ..Workbook::default() }
}

fn reads(workbook: &Workbook) -> ReadChecklist {
    read_checklist("chiller", Text::new("Chiller", "冷水机组"), workbook)
}

/// Where something is said, `!` before what is only odd.
fn places(read: &ReadChecklist) -> Vec<String> {
    let place = |one: &Finding| format!("{}{}", if one.is_error { "" } else { "~" }, one.path);
    read.findings.iter().map(place).collect()
}

/// One question of a checklist that is right otherwise.
fn one(row: &str) -> ReadChecklist {
    let heading = "|type|name|label|hint|required|relevant|constraint|unit|safety|photo_on_fail|photos|say|";
    let before = "|select_one lights|light|Light|||||||||\n|integer|rpm|Speed|||||||||";
    reads(&workbook(
        &format!("{heading}\n{before}\n{row}"),
        "|list_name|name|label|fails|\n|lights|red|Red|yes|\n|lights|green|Green||\n|lights|off|Off|no|",
    ))
}

#[test]
fn a_whole_checklist_is_taken_from_a_workbook_in_both_languages() {
    let mut book = workbook(
        "| type              | name    | label::English (en) | label::中文   | hint::English | hint::中文 | required | relevant                              | constraint              | unit | safety | photo_on_fail | photos | say::en   | say::zh |
         | start             | start   |                     |               |               |            |          |                                       |                         |      |        |               |        |           |         |
         | check             | power   | Power is off        | 已断电        |               |            | yes      |                                       |                         |      | yes    | yes           |        |           |         |
         | note              | n1      | Gauge on the left.  | 表在左侧。    |               |            |          |                                       |                         |      |        |               |        |           |         |
         | decimal           | suction | Suction pressure    | 吸气压力      | Wait a minute | 等一分钟   | true()   |                                       | . >= 2.5 and .<= 5      | bar  |        |               |        |           |         |
         | integer           | starts  | Starts              | 启动次数      |               |            |          |                                       | . > 0 and . < 100       |      |        |               |        |           |         |
         | select_one oil    | oil     | Oil                 | 油位          |               |            | 是       |                                       |                         |      |        | 1             |        |           |         |
         | begin group       | g       |                     |               |               |            |          | ${oil} = 'low' or ${oil} = 'none'     |                         |      |        |               |        |           |         |
         | text              | why     | Where to            | 去向          |               |            | no       | selected(${power}, 'fail') and ${suction} < 3 |                 |      |        |               |        |           |         |
         | end group         |         |                     |               |               |            |          |                                       |                         |      |        |               |        |           |         |
         | image             | plate   | Name plate          | 铭牌          |               |            |          |                                       |                         |      |        |               | 2      |           |         |
         | barcode           | serial  | Serial number       | 序列号        |               |            |          | ${oil} != 'none'                      |                         |      |        |               |        |           |         |
         | script            | bye     | Farewell            | 告别          |               |            |          |                                       |                         |      |        |               |        | Goodbye.  | 再见。  |",
        "| list_name | name | label::English | label::Chinese (zh) | fails |
         | oil       | ok   | Enough         | 足够                |       |
         | oil       | low  | Low            | 偏低                | yes   |
         | oil       | none | None           | 无                  | 是    |",
    );
    book.settings = sheet("|form_title::en|form_title::zh|version|\n|Spring check|春检|7|");
    book.others = vec!["Notes".into()];
    let read = reads(&book);
    assert_eq!(places(&read), ["~Notes", "~settings!C2", "~survey!A2"]);
    let list = read.checklist.unwrap();
    assert_eq!((list.id.as_str(), &list.name), ("chiller", &Text::new("Spring check", "春检")));
    let key = |key: &str| StepKey(key.to_owned());
    let is = |step: &str, value: &str| {
        Condition::Known(KnownCondition::Is { step: key(step), value: value.into() })
    };
    let step = |name: &str| list.steps.iter().find(|one| one.key == key(name)).unwrap();
    let kind = |name: &str| match &step(name).kind {
        StepKind::Known(kind) => kind.clone(),
        StepKind::Unknown(_) => panic!("unknown"),
    };
    let n = |text: &str| Some(text.parse::<Decimal>().unwrap());
    assert_eq!(list.steps.len(), 8);
    let power = step("power");
    assert!(power.required && power.safety && power.photo_on_fail && power.hint.is_none());
    assert_eq!(
        (kind("power"), &power.title),
        (KnownStepKind::Check {}, &Text::new("Power is off", "已断电"))
    );
    assert_eq!(kind("suction"), KnownStepKind::Number { unit: "bar".into(), min: n("2.5"), max: n("5") });
    assert_eq!(
        step("suction").hint,
        Some(Text::new("Gauge on the left. Wait a minute", "表在左侧。 等一分钟"))
    );
    assert_eq!(kind("starts"), KnownStepKind::Number { unit: String::new(), min: n("1"), max: n("99") });
    let KnownStepKind::Choice { options } = kind("oil") else { panic!("a choice") };
    let options: Vec<_> =
        options.iter().map(|one| (one.value.as_str(), one.label.zh.as_str(), one.fails)).collect();
    assert_eq!(options, [("ok", "足够", false), ("low", "偏低", true), ("none", "无", true)]);
    assert!(step("oil").required && step("oil").photo_on_fail);
    let of_group = Condition::Known(KnownCondition::OneOf {
        step: key("oil"),
        values: vec!["low".into(), "none".into()],
    });
    let below = Condition::Known(KnownCondition::Below { step: key("suction"), limit: n("3").unwrap() });
    assert_eq!(step("why").when, [of_group, is("power", "fail"), below]);
    assert_eq!(kind("plate"), KnownStepKind::Photo { at_least: 2 });
    assert_eq!(kind("serial"), KnownStepKind::Serial { expected: None });
    assert!(matches!(&step("serial").when[..], [Condition::Known(KnownCondition::IsNot { .. })]));
    assert_eq!(kind("bye"), KnownStepKind::Script { text: Text::new("Goodbye.", "再见。") });
    assert_eq!(list.flaws(), []);
}

#[test]
fn what_a_checklist_cannot_carry_is_named_by_row_and_column() {
    for (row, wanted) in [
        // Questions that there are none of.
        ("|select_multiple lights|x|X|||||||||", vec!["survey!A4"]),
        ("|select_one lights or_other|x|X|||||||||", vec!["survey!A4"]),
        ("|select_one none|x|X|||||||||", vec!["survey!A4"]),
        ("|begin_repeat|x|X|||||||||\n|end_repeat|||||||||||", vec!["survey!A4", "survey!A5"]),
        ("|geopoint|x|X|||||||||", vec!["survey!A4"]),
        ("|date|x|X|||||||||", vec!["survey!A4"]),
        ("|calculate|x|X|||||||||", vec!["survey!A4"]),
        ("|audio|x|X|||||||||", vec!["survey!A4"]),
        ("||x|X|||||||||", vec!["survey!A4"]),
        // Names and texts.
        ("|text||X|||||||||", vec!["survey!B4"]),
        ("|text|a b|X|||||||||", vec!["survey!B4"]),
        ("|text|rpm|X|||||||||", vec!["survey!B4"]),
        ("|text|x||||||||||", vec!["survey!C4"]),
        ("|script|x|X|||||||||", vec!["survey!L4"]),
        // Yes and no.
        ("|text|x|X||perhaps||||||||", vec!["survey!E4"]),
        ("|text|x|X|||||  |maybe|2|||", vec!["survey!I4", "survey!J4"]),
        ("|text|x|X||${rpm} > 3||||||||", vec!["survey!E4"]),
        // Conditions.
        ("|text|x|X|||${rpm} >= 3|||||||", vec!["survey!F4"]),
        ("|text|x|X|||not(${rpm} = 3)|||||||", vec!["survey!F4"]),
        ("|text|x|X|||${rpm} = 3 or ${light} = 'red'|||||||", vec!["survey!F4"]),
        ("|text|x|X|||${light} = 'blue'|||||||", vec!["survey!F4"]),
        ("|text|x|X|||${light} = 'red' and count(${rpm}) > 1|||||||", vec!["survey!F4"]),
        ("|text|x|X|||${later} = 'red'|||||||", vec!["survey!F4"]),
        ("|text|x|X|||${rpm|||||||", vec!["survey!F4"]),
        // Limits.
        ("|decimal|x|X||||. > 3||||||", vec!["survey!G4"]),
        ("|decimal|x|X||||regex(., '[0-9]')||||||", vec!["survey!G4"]),
        ("|decimal|x|X||||. >= 3 or . <= 1||||||", vec!["survey!G4"]),
        ("|decimal|x|X||||. >= 3 and . <= 1||||||", vec!["survey!G4"]),
        ("|integer|x|X||||. > 79228162514264337593543950335||||||", vec!["survey!G4"]),
        ("|text|x|X||||. >= 3|bar|||||", vec!["survey!G4", "survey!H4"]),
        ("|text|x|X||||||||2|Say.|", vec!["survey!K4", "survey!L4"]),
        ("|image|x|X||||||||0||", vec!["survey!K4"]),
        // Groups and notes.
        ("|begin_group|g|||||||||||\n|text|x|X|||||||||", vec!["survey!A4"]),
        ("|end_group|||||||||||\n|text|x|X|||||||||", vec!["survey!A4"]),
        (
            "|begin_group|g|Heading||yes|||||||\n|text|x|X|||||||||\n|end_group||||||||||||",
            vec!["~survey!C4", "survey!E4"],
        ),
        ("|note|n|Said|||||||||", vec!["survey!A4"]),
        ("|note|n|Said||yes|${rpm} > 3|||||||\n|text|x|X|||||||||", vec!["survey!F4", "survey!E4"]),
    ] {
        let read = one(row);
        assert_eq!(places(&read), wanted, "{row}");
        let is_wrong = wanted.iter().any(|place| !place.starts_with('~'));
        assert_eq!(read.checklist.is_none(), is_wrong, "{row}");
    }
}

#[test]
fn columns_and_sheets_that_are_not_read_are_named_by_each_cell_that_says_something() {
    let book = workbook(
        "| type | name | label | appearance | hint::fr | constraint_message | name | default |  |
         | text | x    | X     | multiline  |          | No!                |      |         |  |
         | text | y    | Y     |            | Oui      |                    | z    |         | lost |",
        "| list_name | name | label | media::image | fails |
         | unused    | a    | A     | a.jpg        |       |
         | unused    | a    |       |              | never |
         |           | b    | B     |              |       |",
    );
    let read = reads(&book);
    let wanted = [
        "survey!D2",
        "survey!E3",
        "~survey!F2",
        "survey!G3",
        "survey!I3",
        "choices!D2",
        "choices!C3",
        "choices!E3",
        "choices!B3",
        "choices!A4",
        "~choices!A2",
    ];
    assert_eq!(places(&read), wanted);
    assert!(read.findings[0].text.en.starts_with("survey!D2: "), "{:?}", read.findings[0]);
    assert!(read.findings[0].text.zh.starts_with("survey!D2："));

    let mut book = workbook("|type|name|label|\n|text|x|X|", "");
    book.settings = sheet("|form_title::en|style|form_id|\n|Only English|pages|f1|\n|Twice|||");
    assert_eq!(places(&reads(&book)), ["settings!B2", "~settings!C2", "settings!A3", "settings!A2"]);
}

#[test]
fn what_is_no_checklist_at_all_is_said_and_much_is_said_in_short() {
    assert_eq!(places(&reads(&Workbook::default())), ["survey!A1", "survey!A1", "survey!A1"]);
    let many = (0..=MOST_STEPS).map(|n| format!("|text|n{n}|X|\n")).collect::<String>();
    assert_eq!(places(&reads(&workbook(&format!("|type|name|label|\n{many}"), ""))), ["survey!A1"]);
    let wrong = "|what||\n".repeat(1000);
    let read = reads(&workbook(&format!("|type|name|label|\n{wrong}"), ""));
    assert_eq!(read.findings.len(), MOST_FINDINGS + 1);
    let long = "x".repeat(MOST_TEXT + 1);
    let read = reads(&workbook(&format!("|type|name|label|\n|text|x|{long}|"), ""));
    assert_eq!(places(&read), ["survey!C2"]);
}
