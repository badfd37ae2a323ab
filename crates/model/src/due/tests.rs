use super::*;
use crate::{
    change::{ContactOutcome, OpenedSheet},
    place::Position,
    sheet::{Arrival, Contact},
    standard::shipped_one,
    times::Span,
    work_order::Technician,
};
use uuid::Uuid;

fn at(minutes: i64) -> DateTime<Utc> {
    "2026-11-23T01:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

const BLINK: TimeDelta = TimeDelta::milliseconds(1);

fn me() -> TechnicianId {
    TechnicianId(Uuid::from_u128(3))
}

/// Registered at minute 0 under a shipped standard; the promise that is shown is due after two hours.
fn order(standard: &Standard, level: &str) -> WorkOrder {
    let nothing = String::new;
    let opened = OpenedSheet {
        customer: "Greenleaf Hotel".into(),
        contact: nothing(),
        phone: nothing(),
        address: nothing(),
        equipment: nothing(),
        serial: nothing(),
        symptom: "No cooling".into(),
    };
    let by = Technician {
        id: me(),
        login: "wang.lei".into(),
        name: "王磊".into(),
        phone: nothing(),
        base: Position::new(30.0, 104.0),
    };
    let mut order = WorkOrder::opened_on_site(crate::WorkOrderId(Uuid::from_u128(1)), &opened, &by, at(0));
    order.under = Some(standard.under());
    order.level = standard.on_a_work_order(level).unwrap();
    (order.respond_by, order.ceiling) = (at(120), at(180));
    order
}

struct World {
    standard: Standard,
    order: WorkOrder,
    sheet: Sheet,
    holder: Option<Holder>,
    dark: Option<Entered>,
    heard: Option<Heard>,
    raised: Vec<Said>,
}

/// Accepted by somebody, or still an offer that was made in minute 0.
fn world(key: &str, level: &str) -> World {
    let standard = shipped_one(key).unwrap();
    let order = order(&standard, level);
    let mut sheet = Sheet::empty(order.id);
    sheet.stage = Stage::Accepted;
    let given = Entered { n: 7, at: at(0) };
    let holder = Some(Holder { technician: me(), given, delivered_at: Some(at(1)) });
    World { standard, order, sheet, holder, dark: None, heard: None, raised: Vec::new() }
}

impl World {
    fn look(&self, now: DateTime<Utc>) -> Look {
        look(
            &Case {
                order: &self.order,
                sheet: &self.sheet,
                standard: Some(&self.standard),
                holder: self.holder,
                changed_hands: self.holder.map(|holder| holder.given),
                dark: self.dark,
                heard: self.heard,
                raised: &self.raised,
                judged: &[],
            },
            now,
        )
    }

    /// What falls due from `from` on, each at the very moment that was announced for it, and said when it does.
    fn lives(&mut self, from: DateTime<Utc>) -> Vec<(DateTime<Utc>, Falls)> {
        let (mut now, mut all) = (from, Vec::new());
        loop {
            let look = self.look(now);
            for one in look.fallen {
                assert_eq!(one.since, now, "neither before nor after: {one:?}");
                if let Falls::Raised { attention, about } = &one.what {
                    let n = 100 + all.len() as u64;
                    self.raised.push(Said { n, attention: *attention, about: about.clone() });
                } else {
                    self.order.assignment.state = AssignmentState::Withdrawn;
                    self.holder = None;
                }
                all.push((now, one.what));
            }
            // What was done changes what comes.
            match self.look(now).next {
                Some(next) => now = next,
                None => return all,
            }
        }
    }
}

/// `solve` within a day, on top of what the standard promises.
fn promises_solution(w: &mut World) {
    let level = w.standard.levels.iter_mut().find(|level| level.key == w.order.level.key).unwrap();
    let calendar = level.clocks[0].calendar.clone();
    let within = crate::calendar::Budget::Minutes(24 * 60);
    level.clocks.push(crate::standard::Promise {
        duty: Duty::Solve,
        from: Begins::Registered,
        within,
        calendar,
    });
}

#[test]
fn x2_a_promised_solution_runs_to_the_signature_and_through_another_visit() {
    let mut w = world("B", "p1");
    promises_solution(&mut w);
    // On site and at work in time: all that is left is to solve it.
    w.sheet.stage = Stage::Working;
    w.sheet.spans.push(span(SpanKind::Work, 60, None));
    w.order.estimate = 10_000;
    assert_eq!(w.lives(at(61))[0], (at(24 * 60) + BLINK, raised(Attention::Breached, "solve")));
    // The signature settles it, by when it was given.
    let mut signed = w.sheet.clone();
    signed.stage = Stage::SignedOff;
    for (minute, verdict) in [(24 * 60, Verdict::Met), (24 * 60 + 1, Verdict::Breached)] {
        let moment = Moment { utc: at(minute), offset: 480, elapsed: 1, boot: "b".into(), ahead: Some(0) };
        let settled = settled(&w.order, &w.standard, None, (&w.sheet, &signed), &moment, at(minute + 9));
        let settled: Vec<_> = settled.into_iter().filter(|one| one.duty == Duty::Solve).collect();
        assert_eq!(settled, [Settled { duty: Duty::Solve, due: at(24 * 60), verdict }]);
    }
    // Not finished: the next visit goes on with the same promise, while the others begin anew.
    let past = crate::work_order::PastVisit {
        on: at(0).date_naive(),
        number: "JS-1".into(),
        technician: String::new(),
        summary: String::new(),
    };
    let earlier = crate::work_order::Earlier::of(&w.order, &w.sheet, "Valve", at(600));
    let next = |order: &WorkOrder, n| {
        let id = crate::WorkOrderId(Uuid::from_u128(n));
        order.another_visit(id, "JS-2".into(), (past.clone(), earlier.clone()), at(600), None)
    };
    let second = next(&w.order, 2);
    assert_eq!(second.request.received_at, at(600));
    for order in [second.clone(), next(&second, 3)] {
        assert_eq!(due(&order, &w.standard, Duty::Solve, None, at(600)), Some(at(24 * 60)));
        assert_eq!(due(&order, &w.standard, Duty::FirstResponse, None, at(600)), Some(at(615)));
    }
}

fn raised(attention: Attention, about: &str) -> Falls {
    Falls::Raised { attention, about: about.into() }
}

#[test]
fn a15_a14_an_offer_nobody_answers_expires_and_then_nobody_has_it() {
    let mut w = world("A", "level_1");
    w.order.assignment.state = AssignmentState::Offered;
    w.sheet.stage = Stage::Offered;
    w.sheet.more_time = 5;
    let all = w.lives(at(1));
    let expected = [
        (at(16), Falls::Expired { technician: me() }),
        (at(30), raised(Attention::Unassigned, "")),
        (at(120) + BLINK, raised(Attention::Breached, "")),
        (at(180) + BLINK, raised(Attention::CeilingPassed, "")),
    ];
    assert_eq!(all, expected);

    let mut w = world("A", "level_1");
    w.order.assignment.state = AssignmentState::Offered;
    w.sheet.stage = Stage::Offered;
    w.holder.as_mut().unwrap().delivered_at = None;
    assert_eq!(w.lives(at(0))[0], (at(3), raised(Attention::Undelivered, "王磊")));
    // Offered again to the same one, it is another offer.
    w.holder.as_mut().unwrap().given = Entered { n: 900, at: at(200) };
    assert_eq!(w.look(at(203)).fallen[0].what, raised(Attention::Undelivered, "王磊"));
}

#[test]
fn b4_b9_b5_standard_b_asks_for_a_first_response_a_plan_and_a_start() {
    let mut w = world("B", "p1");
    let expected = [
        (at(15) + BLINK, raised(Attention::Breached, "first_response")),
        (at(61) + BLINK, raised(Attention::Breached, "plan")),
        (at(120) + BLINK, raised(Attention::Breached, "")),
        (at(180) + BLINK, raised(Attention::CeilingPassed, "")),
    ];
    assert_eq!(w.lives(at(0)), expected);
    // The plan counts from its owner's having received it, the rest does not.
    let mut w = world("B", "p1");
    w.holder.as_mut().unwrap().delivered_at = None;
    assert!(w.lives(at(0)).iter().all(|(_, falls)| *falls != raised(Attention::Breached, "plan")));
    // Spoken with the customer and agreed; being there is no start.
    let mut w = world("B", "p1");
    let agreed = Some(at(100));
    w.sheet.contacts.push(Contact {
        at: at(5),
        outcome: ContactOutcome::Reached,
        agreed,
        note: String::new(),
    });
    w.sheet.arrival =
        Some(Arrival { at: at(90), position: None, distance_m: None, on_site: None, note: String::new() });
    w.sheet.stage = Stage::OnSite;
    assert_eq!(w.lives(at(0)).len(), 2, "the start and its ceiling");
    w.raised.clear();
    w.sheet.spans.push(span(SpanKind::Work, 100, None));
    w.sheet.stage = Stage::Working;
    w.order.estimate = 10_000;
    let all = w.lives(at(0));
    assert!(all.iter().all(|(_, falls)| *falls == raised(Attention::ProgressDue, "")), "{all:?}");
}

fn span(kind: SpanKind, from: i64, to: Option<i64>) -> Span {
    Span {
        id: crate::ChangeId(Uuid::from_u128(u128::from(from.unsigned_abs()))),
        kind,
        from: at(from),
        to: to.map(at),
        offset: 480,
        pause: None,
        corrected: None,
    }
}

#[test]
fn b11_half_of_the_estimate_is_told_to_the_moment_and_pauses_do_not_count() {
    let mut w = world("A", "level_1");
    w.order.estimate = 60;
    w.sheet.stage = Stage::Working;
    w.sheet.spans = vec![
        span(SpanKind::Travel, 0, Some(30)),
        span(SpanKind::Work, 30, Some(50)),
        span(SpanKind::Pause, 50, Some(80)),
        span(SpanKind::Work, 80, None),
    ];
    assert_eq!(w.look(at(81)).next, Some(at(90) + BLINK));
    assert_eq!(w.lives(at(81)), [(at(90) + BLINK, raised(Attention::ProgressDue, ""))]);
    // Told since, it is not raised: nobody need say it again.
    w.raised.clear();
    let called = |minute| Contact {
        at: at(minute),
        outcome: ContactOutcome::Reached,
        agreed: None,
        note: String::new(),
    };
    w.sheet.contacts = vec![called(89)];
    assert_eq!(w.look(at(81)).next, Some(at(90) + BLINK), "before it was due: that was something else");
    w.sheet.contacts.push(called(90));
    assert_eq!(w.look(at(600)), Look::default());
    w.sheet.contacts.clear();
    // Paused before half, nothing runs.
    w.raised.clear();
    w.sheet.spans.pop();
    w.sheet.stage = Stage::Paused;
    assert_eq!(w.look(at(600)), Look::default());
}

#[test]
fn a_phone_that_is_back_and_says_nothing_gives_no_alarm() {
    // Gone dark in minute 10, back by minute 40.
    let dark = |heard: &[i64]| {
        let mut w = world("A", "level_1");
        w.sheet.dark_until = Some(at(40));
        w.dark = Some(Entered { n: 50, at: at(10) });
        w.heard =
            [9, 10].iter().chain(heard).fold(None, |before, minute| Some(Heard::next(before, at(*minute))));
        w.sheet.stage = Stage::OnSite;
        w.lives(at(10)).first().map(|(at, _)| *at)
    };
    let alarm = |minute| Some(at(minute) + BLINK);
    assert_eq!(dark(&[]), alarm(40));
    assert_eq!(dark(&[12, 14]), alarm(40), "on the stairs");
    assert_eq!(dark(&[12, 25]), None, "back early");
    assert_eq!(dark(&[41]), None, "back when he said");
    assert_eq!(dark(&[12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38]), alarm(43), "never gone yet");
}

#[test]
fn p23_a_late_arrival_is_judged_by_the_phones_corrected_clock() {
    let w = world("A", "level_1");
    let mut there = w.sheet.clone();
    there.stage = Stage::OnSite;
    let judge = |utc: i64, ahead: Option<i64>, received: i64| {
        let moment = Moment { utc: at(utc), offset: 480, elapsed: 1, boot: "b".into(), ahead };
        let settled = settled(&w.order, &w.standard, Some(at(1)), (&w.sheet, &there), &moment, at(received));
        assert_eq!(settled.len(), 1);
        (settled[0].duty, settled[0].due, settled[0].verdict)
    };
    let of = |verdict| (Duty::Arrive, at(120), verdict);
    assert_eq!(judge(119, Some(0), 300), of(Verdict::Met), "heard of three hours later");
    assert_eq!(judge(121, Some(0), 300), of(Verdict::Breached));
    assert_eq!(judge(121, Some(120_000), 300), of(Verdict::Met), "the clock was two minutes fast");
    assert_eq!(judge(119, Some(-120_000), 300), of(Verdict::Breached), "or slow");
    assert_eq!(judge(119, None, 300), of(Verdict::Undetermined), "never compared with the office's");
    assert_eq!(judge(119, None, 120), of(Verdict::Met), "but it is here in time");
    assert_eq!(judge(400, Some(0), 300), of(Verdict::Undetermined), "not yet by the office's clock");
    // What was shown before is not settled again.
    let moment = Moment { utc: at(90), offset: 480, elapsed: 1, boot: "b".into(), ahead: Some(0) };
    assert!(settled(&w.order, &w.standard, None, (&there, &there), &moment, at(90)).is_empty());
}
