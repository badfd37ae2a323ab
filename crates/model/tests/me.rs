//! Working hours, a machine's history, what the office changed, and the diagnostics: as pure rules.

#[allow(dead_code, reason = "rules.rs uses the rest")]
mod cast;

use cast::{change, one_of_each, order};
use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::asset::{MOST_VISITS, asset};
use jobsheet_model::change::*;
use jobsheet_model::changed::{Field, Told, changed_fields};
use jobsheet_model::diagnostics::note;
use jobsheet_model::hours::{Worked, hours, week_begins};
use jobsheet_model::times::{Span, SpanKind};
use jobsheet_model::work_order::{Cancelled, PastVisit};
use jobsheet_model::{ChangeId, Digest, LineId, Sheet, Stage, Text, WorkOrderId, apply};
use uuid::Uuid;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("instant")
}

/// In Chengdu; an open one runs.
fn span(kind: SpanKind, from: &str, to: Option<&str>) -> Span {
    Span {
        id: ChangeId(Uuid::from_u128(1)),
        kind,
        from: at(from),
        to: to.map(at),
        offset: 480,
        pause: None,
        corrected: None,
    }
}

fn worked(travel: u32, work: u32, pause: u32) -> Worked {
    Worked { travel, work, pause }
}

#[test]
fn hours_of_the_day_and_the_week_are_added_up_from_the_taps_of_every_job() {
    use SpanKind::*;
    // Wednesday in Chengdu.
    let now = at("2026-11-25T08:00:00Z");
    let monday = [span(Work, "2026-11-23T01:00:00Z", Some("2026-11-23T03:00:00Z"))];
    let one = [
        span(Travel, "2026-11-25T01:00:00Z", Some("2026-11-25T01:30:00Z")),
        span(Work, "2026-11-25T01:30:00Z", Some("2026-11-25T02:45:00Z")),
    ];
    let other = [span(Work, "2026-11-25T07:00:00Z", None)];
    let sunday = [span(Work, "2026-11-22T01:00:00Z", Some("2026-11-22T09:00:00Z"))];
    let all = monday.iter().chain(&one).chain(&other).chain(&sunday);
    let told = hours(all, now, 480);
    assert_eq!((told.today, told.week), (worked(30, 135, 0), worked(30, 255, 0)));
    let days: Vec<String> = told.days.iter().map(|day| day.day.to_string()).collect();
    assert_eq!(days, ["2026-11-23", "2026-11-24", "2026-11-25"]);
    assert_eq!(week_begins(now, 480), at("2026-11-22T16:00:00Z"), "Monday's midnight, and not Sunday's");
    assert_eq!(week_begins(at("2026-11-22T15:59:00Z"), 480), at("2026-11-15T16:00:00Z"));
}

#[test]
fn a_minute_counts_once_and_work_counts_before_the_pause_of_another_job() {
    use SpanKind::*;
    let now = at("2026-11-25T08:00:00Z");
    let taps = [
        // Paused for another job, to which he drives and at which he works.
        span(Pause, "2026-11-25T01:00:00Z", Some("2026-11-25T03:00:00Z")),
        span(Travel, "2026-11-25T01:00:00Z", Some("2026-11-25T01:20:00Z")),
        span(Work, "2026-11-25T01:20:00Z", Some("2026-11-25T02:50:00Z")),
        // Forgotten on a job while he drove to the next.
        span(Work, "2026-11-25T02:30:00Z", Some("2026-11-25T02:40:00Z")),
    ];
    assert_eq!(hours(&taps, now, 480).today, worked(20, 90, 10));
}

#[test]
fn a_stretch_over_midnight_is_of_both_days_and_one_that_was_never_ended_of_the_first_alone() {
    use SpanKind::*;
    let now = at("2026-11-25T08:00:00Z");
    let night = [span(Work, "2026-11-24T15:00:00Z", Some("2026-11-24T17:30:00Z"))];
    let told = hours(&night, now, 480);
    let by_day: Vec<u32> = told.days.iter().map(|day| day.worked.work).collect();
    assert_eq!((by_day, told.today), (vec![0, 60, 90], worked(0, 90, 0)));
    let forgotten = [span(Pause, "2026-11-24T14:00:00Z", None)];
    let told = hours(&forgotten, now, 480);
    assert_eq!((told.week, told.today), (worked(0, 0, 120), worked(0, 0, 0)));
    let backwards = [span(Work, "2026-11-25T03:00:00Z", Some("2026-11-25T02:00:00Z"))];
    assert_eq!(hours(&backwards, now, 480).week, worked(0, 0, 0));
}

fn sheet_with(changes: impl IntoIterator<Item = KnownWhat>) -> Sheet {
    let mut sheet = Sheet::empty(order().id);
    for (n, known) in changes.into_iter().enumerate() {
        apply(&mut sheet, &change(n as u64 + 1, known.into())).expect("fits");
    }
    sheet
}

#[test]
fn what_the_office_changed_is_told_beside_what_was_recorded_of_it() {
    let before = order();
    let mut now = before.clone();
    assert_eq!(changed_fields(&before, &now, &Sheet::empty(before.id)), []);
    // What his own answer changes, and what grows by itself, is nothing to be told of.
    now.assignment.technician_name = "somebody".into();
    now.version += 3;
    now.history.push(past(1));
    assert_eq!(changed_fields(&before, &now, &Sheet::empty(before.id)), []);
    now.from += TimeDelta::hours(2);
    now.to += TimeDelta::hours(2);
    now.request.symptom = "Chiller 2 stops".into();
    now.site.landmark = "Gate 3".into();
    now.template.version += 1;
    now.cancelled = Some(Cancelled { at: now.from, reason: String::new() });
    let sheet = sheet_with(one_of_each().into_iter().filter(|what| {
        matches!(what, KnownWhat::CustomerContacted { .. } | KnownWhat::FaultConfirmed { .. })
    }));
    let fields = changed_fields(&before, &now, &sheet);
    let names: Vec<Field> = fields.iter().map(|one| one.field).collect();
    assert_eq!(
        names,
        [Field::Cancelled, Field::Window, Field::Landmark, Field::Symptom, Field::Checklist],
        "the heaviest first"
    );
    let of = |field| fields.iter().find(|one| one.field == field).expect("told");
    assert_eq!(of(Field::Window).now, Told::Window { from: now.from, to: now.to });
    assert_eq!(of(Field::Window).yours, Some(Told::Moment { at: cast::at(cast::seconds(900)) }));
    assert_eq!(of(Field::Symptom).before, Told::Typed { text: "Chiller 2 low flow".into() });
    assert_eq!(of(Field::Symptom).yours, Some(Told::Typed { text: "流量低报警".into() }));
    assert_eq!((&of(Field::Landmark).before, &of(Field::Landmark).yours), (&Told::Nothing {}, &None));
}

fn past(n: u32) -> PastVisit {
    PastVisit {
        on: format!("2026-{:02}-01", n % 12 + 1).parse().expect("day"),
        number: format!("JS-26{n:02}-0001"),
        technician: "李强".into(),
        summary: "Cleaned".into(),
    }
}

fn fitted() -> KnownWhat {
    KnownWhat::PartFitted {
        line: LineId(Uuid::from_u128(8)),
        part: PartBrief { number: "FS".into(), name: Text::new("Sensor", "传感器"), price: None },
        quantity: 2,
        serial_in: None,
        serial_out: None,
        from: PartSource::Van,
        old_part: OldPart::None,
        on_van: None,
    }
}

#[test]
fn a_machines_history_is_the_offices_with_what_the_phone_holds_of_it() {
    let mut now = order();
    now.history = vec![past(6), past(5)];
    let photo = Digest::of(b"photo");
    let visit = |number: &str, id: u128| {
        let mut one = order();
        (one.id, one.number) = (WorkOrderId(Uuid::from_u128(id)), number.to_owned());
        let taken = KnownWhat::PhotoTaken {
            digest: photo.clone(),
            subject: PhotoSubject::After,
            step: None,
            bytes: 1,
            drawn_on: None,
        };
        let mut sheet = sheet_with([fitted(), taken]);
        sheet.work_order = one.id;
        sheet.stage = Stage::SignOffRefused;
        sheet.sign_off_refused = Some(jobsheet_model::sheet::SignOffRefused {
            at: at("2026-11-20T20:00:00Z"),
            reason: RefusalReason::Price,
            note: String::new(),
        });
        (one, sheet)
    };
    let mut declined = visit("JS-2611-0003", 73);
    (declined.1.stage, declined.1.sign_off_refused) = (Stage::Declined, None);
    let held = [
        visit("JS-2606-0001", 71),
        visit("JS-2611-0002", 72),
        declined,
        (now.clone(), sheet_with([fitted()])),
    ];
    let told = asset(&now, &held, 480, |digest| *digest == photo);
    let numbers: Vec<&str> = told.visits.iter().map(|visit| visit.number.as_str()).collect();
    assert_eq!(
        numbers,
        ["JS-2611-0002", "JS-2606-0001", "JS-2605-0001"],
        "newest first, not this one itself"
    );
    assert_eq!(told.visits[0].on.to_string(), "2026-11-21", "by the day where the phone is");
    let sheet = told.visits[1].sheet.as_ref().expect("on this phone");
    assert_eq!((sheet.parts[0].quantity, sheet.photos[0].here), (2, true));
    assert_eq!(told.visits[2].sheet, None, "the office alone knows");

    now.history = (1..=12).map(past).collect();
    assert_eq!(asset(&now, &[], 480, |_| false).visits.len(), MOST_VISITS);
    now.history.clear();
    assert_eq!(asset(&now, &[], 480, |_| false).visits, [], "the first visit");
}

#[test]
fn what_went_wrong_is_counted_by_its_code_and_nothing_else_is_kept() {
    let mut troubles = Vec::new();
    let later = |n| at("2026-11-25T08:00:00Z") + TimeDelta::seconds(n);
    for (n, code) in ["office_unreachable", "storage", "office_unreachable", "Ms Lin, 1 Jinli Road", ""]
        .into_iter()
        .enumerate()
    {
        note(&mut troubles, code, later(n as i64));
    }
    let told: Vec<(&str, u32, DateTime<Utc>)> =
        troubles.iter().map(|one| (one.code.as_str(), one.times, one.last)).collect();
    assert_eq!(told, [("storage", 1, later(1)), ("office_unreachable", 2, later(2)), ("other", 2, later(4))]);
    for n in 0..100 {
        let code: String = "abcdefghij".chars().cycle().skip(n % 10).take(n / 10 + 1).collect();
        note(&mut troubles, &code, later(9));
    }
    assert_eq!(troubles.len(), 20, "no more than somebody reads");
}
