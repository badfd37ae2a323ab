use super::*;
use crate::{Moment, closing::Acceptance, visit_rules::Call};
use serde_json::{Value, json};

fn one(key: &str) -> Standard {
    shipped_one(key).unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Friday evening in Shanghai, 17:59.
const FRIDAY: &str = "2026-11-20T09:59:00Z";

fn due(standard: &Standard, level: &str, duty: Duty) -> Reckoned {
    standard.reckon(level, duty, at(FRIDAY), &[], at(FRIDAY)).unwrap()
}

#[test]
fn a7_a17_standard_a_promises_two_four_and_eight_hours_and_half_as_much_again_as_the_ceiling() {
    let a = one("A");
    for (level, hours) in [("level_1", 2), ("level_2", 4), ("level_3", 8)] {
        let reckoned = due(&a, level, Duty::Arrive);
        assert_eq!(reckoned.due - at(FRIDAY), TimeDelta::hours(hours));
        assert_eq!(reckoned.ceiling - at(FRIDAY), TimeDelta::minutes(hours * 90));
        assert!(!reckoned.provisional);
        let snapshot = a.on_a_work_order(level).unwrap();
        assert_eq!((i64::from(snapshot.respond), snapshot.accept), (hours * 60, 10));
    }
    assert_eq!((a.dispatch_minutes, a.progress_percent), (30, 50));
    assert_eq!(
        a.levels.iter().map(|l| l.colour).collect::<Vec<_>>(),
        [Colour::Red, Colour::Yellow, Colour::Green]
    );
}

#[test]
fn a17_a_later_window_that_was_agreed_is_the_promise() {
    let a = one("A");
    let received = at("2026-11-20T01:00:00Z");
    let none = a.promise("level_1", received, received).unwrap();
    assert_eq!((none.due, none.ceiling), (at("2026-11-20T03:00:00Z"), at("2026-11-20T04:00:00Z")));
    let later = a.promise("level_1", received, at("2026-11-20T05:00:00Z")).unwrap();
    assert_eq!((later.due, later.ceiling), (at("2026-11-20T05:00:00Z"), at("2026-11-20T07:00:00Z")));
    // Agreed for after closing time: the ceiling is never before the promise.
    let night = one("B").promise("p3", received, at("2026-11-23T12:00:00Z")).unwrap();
    assert!(night.ceiling >= night.due && night.due == at("2026-11-23T12:00:00Z"));
    assert_eq!(a.promise("p1", received, received), None);
}

#[test]
fn b4_b5_standard_b_has_a_first_response_and_a_start_of_work() {
    let b = one("B");
    for (level, first, start) in [
        ("p1", "2026-11-20T10:14:00Z", "2026-11-20T11:59:00Z"),
        ("p2", "2026-11-20T10:59:00Z", "2026-11-20T13:59:00Z"),
        // Tuesday and Monday at closing time.
        ("p3", "2026-11-24T10:00:00Z", "2026-11-23T10:00:00Z"),
    ] {
        assert_eq!(due(&b, level, Duty::FirstResponse).due, at(first), "{level}");
        assert_eq!(due(&b, level, Duty::Start).due, at(start), "{level}");
        assert_eq!(due(&b, level, Duty::Plan).due, at("2026-11-20T10:59:00Z"), "{level}");
        assert_eq!(b.reckon(level, Duty::Solve, at(FRIDAY), &[], at(FRIDAY)), None);
    }
    assert_eq!(b.on_a_work_order("p3").unwrap().respond, 9 * 60);
}

#[test]
fn x3_what_ships_can_be_published_and_the_oddity_of_its_source_is_said() {
    assert_eq!(shipped().len(), 2);
    assert_eq!(one("A").check(), []);
    let found = one("B").check();
    let paths: Vec<_> = found.iter().map(|one| (one.path.as_str(), one.is_error)).collect();
    // B's surveys and reports are kept, and nothing acts on them yet (X17, X19).
    let all = [("levels[2].clocks[2].within", false), ("surveys", false), ("reports", false)];
    assert_eq!(paths, all);
    assert_eq!(
        found[0].text.en,
        "P3 general: “Start of work” may fall due before “First response”, which comes first."
    );
    assert!(found[0].text.zh.contains("开始处理"));
    assert!(!chinese_holidays().source.is_empty());
}

#[test]
fn x3_each_mistake_is_said_by_its_path() {
    let mistakes: [(&str, Value, &str); 55] = [
        ("/key", json!("B c"), "key"),
        ("/channels/1/channel", json!("phone"), "channels[1].channel"),
        ("/channels/0/promise/zh", json!(""), "channels[0].promise"),
        ("/problem_types/0/name/en", json!(""), "problem_types[0].name"),
        ("/symptoms/0/name/zh", json!(" "), "symptoms[0].name"),
        ("/symptoms/2/questions/1/options/0/text/en", json!(""), "symptoms[2].questions[1].options[0].text"),
        ("/holidays/0/to", json!("2020-01-01"), "holidays[0].to"),
        ("/holidays/0/work", json!(["2026-10-01"]), "holidays[0].work"),
        ("/name/zh", json!(""), "name"),
        ("/accept_minutes", json!(0), "accept_minutes"),
        ("/dispatch_minutes", json!(9999), "dispatch_minutes"),
        ("/ceiling_percent", json!(99), "ceiling_percent"),
        ("/progress_percent", json!(0), "progress_percent"),
        ("/calendars/1/zone", json!("+08:00"), "calendars[1].zone"),
        ("/calendars/1/holidays", json!("fr"), "calendars[1].holidays"),
        ("/calendars/1/week/0/open", json!([]), "calendars[1].week"),
        ("/calendars/1/week/0/days", json!(["Mon", "Mon"]), "calendars[1].week[0].days"),
        ("/calendars/1/week/0/open/0", json!(["9:00", "18:00"]), "calendars[1].week[0].open[0]"),
        ("/calendars/1/week/0/open/0", json!(["18:00", "09:00"]), "calendars[1].week[0].open[0]"),
        ("/levels/1/key", json!("p1"), "levels[1].key"),
        ("/levels/2/criteria/0/key", json!("safety"), "levels[2].criteria[0].key"),
        ("/levels/0/clocks/0/calendar", json!("lunar"), "levels[0].clocks[0].calendar"),
        ("/levels/0/clocks/0/within", json!({ "minutes": 0 }), "levels[0].clocks[0].within"),
        ("/channels/1/calendar", json!("lunar"), "channels[1].calendar"),
        ("/impacts/partial", json!("moon"), "impacts.partial"),
        ("/problem_types/2/key", json!("guidance"), "problem_types[2].key"),
        ("/symptoms/0/problem_type", json!("weather"), "symptoms[0].problem_type"),
        (
            "/symptoms/2/questions/1/options/0/ticks",
            json!("moon"),
            "symptoms[2].questions[1].options[0].ticks",
        ),
        ("/dispatch/calendar", json!("lunar"), "dispatch.calendar"),
        ("/dispatch/order", json!(["area", "area"]), "dispatch.order"),
        ("/dispatch/day_minutes", json!(0), "dispatch.day_minutes"),
        ("/dispatch/levels/1/level", json!("p1"), "dispatch.levels[1].level"),
        ("/dispatch/levels/0/grade", json!(9), "dispatch.levels[0].grade"),
        ("/dispatch/levels/0/how", json!("in_turn"), "dispatch.levels[0].how"),
        (
            "/dispatch/weights",
            json!([{"measure": "last_offered", "points": 1}]),
            "dispatch.weights[0].measure",
        ),
        ("/dispatch/weights", json!([{"measure": "area", "points": 0}]), "dispatch.weights[0].points"),
        (
            "/dispatch/weights",
            json!([{"measure": "area", "points": 1}, {"measure": "area", "points": 2}]),
            "dispatch.weights",
        ),
        ("/level_sets/0/name/en", json!(""), "level_sets[0].name"),
        ("/level_sets/1/key", json!("three"), "level_sets[1].key"),
        ("/level_sets/1/levels", json!([]), "level_sets[1].levels"),
        ("/level_sets/1/levels/0/level", json!("level_1"), "level_sets[1].levels[0].level"),
        ("/level_sets/1/levels/1/key", json!("urgent"), "level_sets[1].levels[1].key"),
        ("/jobs/0/name/zh", json!(""), "jobs[0].name"),
        ("/jobs/0/problem_types", json!(["moon"]), "jobs[0].problem_types"),
        ("/jobs/1/problem_types", json!(["fault"]), "jobs[1].problem_types"),
        ("/jobs/1/problem_types", json!([]), "jobs[2].problem_types"),
        ("/jobs/1/calls", json!(["before_leaving", "before_leaving"]), "jobs[1].calls"),
        ("/scale", json!([{"rating": "satisfied", "name": {"en": "Yes", "zh": "是"}, "points": 1}]), "scale"),
        ("/scale/0/name/en", json!(""), "scale[0].name"),
        ("/scale/0/points", json!(101), "scale[0].points"),
        ("/scale/2/points", json!(3), "scale[2].points"),
        ("/closing/director", json!("长".repeat(101)), "closing.director"),
        ("/surveys/0/open_hours", json!(0), "surveys[0].open_hours"),
        ("/surveys/0/dimensions/1/percent", json!(31), "surveys[0].dimensions"),
        ("/reports/1/sample_percent", json!(101), "reports[1].sample_percent"),
    ];
    for (pointer, value, path) in mistakes {
        let mut written = serde_json::to_value(one("B")).unwrap();
        if !pointer.starts_with("/dispatch/") {
            written["dispatch"] = Value::Null; // it names the levels too
        }
        if !pointer.starts_with("/level_sets/") {
            written["level_sets"] = json!([]); // and so do these
        }
        *written.pointer_mut(pointer).unwrap() = value;
        let found = read(&written.to_string()).unwrap().check();
        let errors: Vec<_> = found.iter().filter(|f| f.is_error).map(|f| f.path.as_str()).collect();
        assert_eq!(errors, [path], "{pointer}");
        assert!(found.iter().all(|f| !f.text.en.is_empty() && !f.text.zh.is_empty()));
    }
    let mut none_shown = one("B");
    none_shown.shown = Duty::Solve;
    assert_eq!(none_shown.check().iter().filter(|one| one.is_error).count(), 3);
    none_shown.levels.clear();
    assert_eq!(none_shown.check()[0].path, "levels");
}

#[test]
fn x1_what_others_call_a_level_stands_for_one_of_this_standard() {
    let said = |set: &str, level: &str| Declared { set: set.into(), level: level.into() };
    for (key, high, low) in [("A", "level_1", "level_3"), ("B", "p1", "p3")] {
        let standard = one(key);
        let proposed = |ticked: &[&str], declared: &Declared| {
            let ticked = ticked.iter().map(|key| (*key).to_owned()).collect();
            standard.proposed(&ticked, Some(declared)).unwrap().key.clone()
        };
        // D's two levels and C's three, each in its own words.
        assert_eq!(proposed(&[], &said("two", "urgent")), high);
        assert_eq!(proposed(&[], &said("two", "ordinary")), low);
        assert_eq!(proposed(&[], &said("three", "medium")), standard.levels[1].key);
        // What is the case counts for more than what it is called (A8, B3).
        let least = &standard.levels[2].criteria[0].key;
        assert_eq!(proposed(&[least], &said("two", "urgent")), low);
        assert_eq!(proposed(&[], &said("two", "medium")), low, "no such level");
    }
}

#[test]
fn a10_x13_x14_the_type_of_problem_leads_to_a_kind_of_job_and_what_that_asks() {
    let a = one("A");
    let job = |of: &Standard, key: &str| of.visit_rules(key).job.map(|name| name.en);
    for (problem, kind) in [
        ("fault", "Technical support"),
        ("guidance", "Technical support"),
        ("installation", "Installation"),
        ("complaint", "Complaint"),
        ("", "General service"),
    ] {
        assert_eq!(job(&a, problem).as_deref(), Some(kind));
        assert_eq!(a.visit_rules(problem).calls, [Call::BeforeArriving], "{problem}");
    }
    assert_eq!(job(&one("B"), "logistics").as_deref(), Some("Complaint"));
    let mut own = one("A");
    own.jobs[1].accepted = vec![Acceptance::Signed];
    own.progress_percent = 70;
    let rules = own.visit_rules("installation");
    assert_eq!((rules.accepted, rules.progress_percent), (vec![Acceptance::Signed], 70));
    assert_eq!(own.visit_rules("fault").accepted, own.closing.accepted, "as the close rule says");
    own.jobs.clear();
    assert_eq!((job(&own, "fault"), own.visit_rules("fault").calls), (None, vec![]));
}

#[test]
fn x16_b13_e14_each_standard_has_its_own_scale_with_points() {
    let marks = |key: &str| {
        let scale = one(key).visit_rules("fault").scale;
        scale.iter().map(|mark| (mark.name.zh.clone(), mark.points)).collect::<Vec<_>>()
    };
    let said = |all: &[(&str, u32)]| all.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect::<Vec<_>>();
    assert_eq!(marks("A"), said(&[("很满意", 5), ("满意", 3), ("一般", 2), ("不满意", 0)]));
    assert_eq!(marks("B"), said(&[("满意", 3), ("基本满意", 2), ("不满意", 0)]));
}

#[test]
fn e18_a_tariff_that_charges_nonsense_is_not_published() {
    let good = json!({"version": "", "currency": "CNY", "labour_per_hour": 18_000, "labour_step": 30,
        "call_out": 0, "out_of_hours_percent": 100, "opens": 510, "closes": 1080});
    for (field, value, path) in [
        ("currency", json!("yuan"), "tariff.currency"),
        ("labour_per_hour", json!(-1), "tariff.labour_per_hour"),
        ("labour_per_hour", json!(100_000_001), "tariff.labour_per_hour"),
        ("call_out", json!(-1), "tariff.call_out"),
        ("labour_step", json!(0), "tariff.labour_step"),
        ("out_of_hours_percent", json!(401), "tariff.out_of_hours_percent"),
        ("opens", json!(1080), "tariff.opens"),
        ("closes", json!(1441), "tariff.opens"),
    ] {
        let mut written = serde_json::to_value(one("A")).unwrap();
        let odd = read(&written.to_string()).unwrap().check().len();
        written["tariff"] = good.clone();
        assert_eq!(read(&written.to_string()).unwrap().check().len(), odd);
        written["tariff"][field] = value;
        let found = read(&written.to_string()).unwrap().check();
        let errors: Vec<_> = found.iter().filter(|f| f.is_error).map(|f| f.path.as_str()).collect();
        assert_eq!(errors, [path], "{field}");
    }
}

#[test]
fn x3_what_cannot_be_read_is_said_by_its_path() {
    for (pointer, value, path) in [
        ("/levels/1/clocks/0/duty", json!("dance"), "levels[1].clocks[0].duty"),
        ("/accept_minutes", json!("ten"), "accept_minutes"),
        ("/calendars/0/week/0/days", json!(["Someday"]), "calendars[0].week[0].days[0]"),
        ("/holidays/0/off", json!(["2026-02-30"]), "holidays[0].off[0]"),
    ] {
        let mut written = serde_json::to_value(one("B")).unwrap();
        *written.pointer_mut(pointer).unwrap() = value;
        let finding = read(&written.to_string()).unwrap_err();
        assert_eq!(finding.path, path);
        assert!(finding.is_error && !finding.text.zh.is_empty());
    }
    let twice = format!("{0}{0}", serde_json::to_string(&one("A")).unwrap());
    assert!(read(&twice).unwrap_err().text.en.contains("follows"));
    assert!(read("").is_err());
}

#[test]
fn a8_b3_the_most_urgent_criterion_that_was_ticked_proposes_the_level() {
    let a = one("A");
    let proposed = |keys: &[&str]| {
        let ticked = keys.iter().map(|key| (*key).to_owned()).collect();
        a.proposed(&ticked, None).unwrap().key.clone()
    };
    assert_eq!(proposed(&["consumables", "hazard", "partial"]), "level_1");
    assert_eq!(proposed(&["parameter_off", "how_to"]), "level_2");
    assert_eq!(proposed(&["introduction"]), "level_3");
    assert_eq!(proposed(&[]), "level_3");
    assert_eq!(proposed(&["never heard of"]), "level_3");
}

#[test]
fn p23_a_promise_is_met_breached_or_a_person_decides() {
    let due = Some(at("2026-11-20T12:00:00Z"));
    let (before, after) = (at("2026-11-20T11:00:00Z"), at("2026-11-20T13:00:00Z"));
    let between = Happened { earliest: before, latest: after };
    for (due, happened, paused, now, expected) in [
        (due, None, false, before, Verdict::Running),
        (due, None, true, before, Verdict::Paused),
        (due, None, false, after, Verdict::Breached),
        (due, Some(Happened::at(before)), false, after, Verdict::Met),
        (due, Some(Happened::at(at("2026-11-20T12:00:00Z"))), false, after, Verdict::Met),
        (due, Some(Happened::at(after)), false, after, Verdict::Breached),
        (due, Some(between), false, after, Verdict::Undetermined),
        (None, Some(Happened::at(before)), false, after, Verdict::Undetermined),
        (None, None, false, before, Verdict::Undetermined),
    ] {
        assert_eq!(verdict(due, happened, paused, now), expected, "{happened:?} {now}");
    }
}

#[test]
fn p23_a_phone_whose_clock_was_never_compared_proves_only_what_its_message_does() {
    let (after, received) = (at("2026-11-20T09:00:00Z"), at("2026-11-20T13:00:00Z"));
    let said = |utc: &str, ahead| {
        let moment = Moment { utc: at(utc), offset: 480, elapsed: 1, boot: "b".into(), ahead };
        Happened::said(&moment, after, received)
    };
    let known = said("2026-11-20T11:00:00Z", Some(3_600_000));
    assert_eq!(known, Happened::at(at("2026-11-20T10:00:00Z")));
    let range = Happened { earliest: after, latest: received };
    assert_eq!(said("2026-11-20T11:00:00Z", None), range);
    // Before it was sent there, or after it came back: its clock is wrong whatever it believes.
    assert_eq!(said("2026-11-20T08:00:00Z", Some(0)), range);
    assert_eq!(said("2026-11-20T13:00:01Z", Some(0)), range);
}

#[test]
fn x3_what_differs_between_two_versions_is_said_place_by_place() {
    let before = one("B");
    assert_eq!(before.differences(&before), []);
    let mut json = serde_json::to_value(&before).unwrap();
    let zero = |list: &mut Value| list.as_array_mut().unwrap().remove(0);
    *json.pointer_mut("/version").unwrap() = json!(2);
    *json.pointer_mut("/accept_minutes").unwrap() = json!(5);
    *json.pointer_mut("/levels/0/name/en").unwrap() = json!("P1 now");
    *json.pointer_mut("/levels/0/clocks/0/within").unwrap() = json!({"minutes": 10});
    *json.pointer_mut("/impacts").unwrap() = json!({});
    // The list is in another order, one of it is gone and one is new.
    let types = json.pointer_mut("/problem_types").unwrap();
    let gone = zero(types);
    let last = zero(types);
    types.as_array_mut().unwrap().extend([last, json!({"key": "new", "name": {"en": "New", "zh": "新"}})]);
    let after: Standard = serde_json::from_value(json).unwrap();
    let found = after.differences(&before);
    let path = |of: &str| found.iter().find(|one| one.path == of);
    let minutes = path("levels[0].clocks[0].within").unwrap();
    assert_eq!(minutes.before, Some(json!({"minutes": 15})));
    assert_eq!(minutes.after, Some(json!({"minutes": 10})));
    assert_eq!(minutes.names, [Text::new("P1 now", &before.levels[0].name.zh), Duty::FirstResponse.text()]);
    assert_eq!(path("levels[0].name").unwrap().after.as_ref().unwrap()["en"], "P1 now");
    assert_eq!(path("accept_minutes").unwrap().before, Some(json!(before.accept_minutes)));
    let gone_one = found.iter().find(|one| one.path == "problem_types[0]").unwrap();
    assert_eq!((gone_one.before.as_ref(), &gone_one.after), (Some(&gone), &None));
    assert!(found.iter().any(|one| one.before.is_none() && one.names == [Text::new("New", "新")]));
    assert!(path("problem_types").is_some(), "the order");
    assert!(path("impacts.partial").is_some_and(|one| one.after.is_none()));
}
