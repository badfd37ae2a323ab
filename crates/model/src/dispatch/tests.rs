use super::*;
use crate::{area::Area, standard};
use chrono::TimeDelta;
use uuid::Uuid;

fn noon() -> DateTime<Utc> {
    "2026-11-23T04:00:00Z".parse().expect("an instant")
}

fn keys(keys: &[&str]) -> BTreeSet<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

/// Middle touches north and south, far touches only north.
fn areas() -> Vec<Area> {
    let area = |key: &str, neighbours: &[&str]| Area {
        key: key.into(),
        name: crate::Text::new(key, key),
        words: Vec::new(),
        shape: Vec::new(),
        neighbours: neighbours.iter().map(|one| (*one).to_owned()).collect(),
    };
    vec![
        area("far", &["north"]),
        area("middle", &["north", "south"]),
        area("north", &["far", "middle"]),
        area("south", &["middle"]),
    ]
}

fn rules() -> Rules {
    standard::shipped_one("A").and_then(|a| a.dispatch).expect("rules")
}

fn number(login: &str) -> TechnicianId {
    TechnicianId(Uuid::from_u128(login.bytes().fold(1, |n, b| n * 256 + u128::from(b))))
}

/// Fits in every way.
fn person(login: &str) -> Person {
    Person {
        technician: number(login),
        login: login.into(),
        name: login.to_uppercase(),
        skills: keys(&["chiller", "ups"]),
        grade: 2,
        areas: keys(&["middle"]),
        position: Some(Position::new(30.65, 104.06)),
        away: false,
        on_duty: true,
        on_duty_then: true,
        on_desk: true,
        open_minutes: 120,
        parts_missing: 0,
        last_offered: Some(noon() - TimeDelta::hours(1)),
        before: None,
    }
}

fn ranked(people: &[Person], rules: &Rules) -> Vec<Candidate> {
    let (areas, place) = (areas(), Place::In(keys(&["middle"])));
    rank(&wanted(&place), people, rules, &Map::new(&areas))
}

fn wanted(place: &Place) -> Wanted<'_> {
    Wanted {
        skill: Some("chiller"),
        grade: 2,
        place,
        position: Some(Position::new(30.66, 104.07)),
        estimate: 90,
        desk: false,
    }
}

fn logins(candidates: &[Candidate]) -> Vec<&str> {
    candidates.iter().map(|one| one.login.as_str()).collect()
}

type Change = fn(&mut Person);

#[test]
fn a11_a15_d7_d8_e5_e17_each_rule_keeps_somebody_out_by_its_name() {
    let table: [(Change, &[KeptOut]); 14] = [
        (|_| {}, &[]),
        (|one| one.skills = keys(&["ups"]), &[KeptOut::Skill]),
        (|one| one.grade = 1, &[KeptOut::Grade]),
        (|one| one.on_duty = false, &[KeptOut::OffDuty]),
        (|one| one.on_duty_then = false, &[KeptOut::OffDutyThen]),
        // Being away says it all.
        (
            |one| {
                one.away = true;
                one.on_duty = false;
            },
            &[KeptOut::Away],
        ),
        (|one| one.areas = keys(&["south"]), &[]),
        (|one| one.areas = keys(&["far"]), &[KeptOut::Area]),
        (|one| one.areas = keys(&[]), &[KeptOut::Area]),
        (|one| one.open_minutes = 630, &[]),
        (|one| one.open_minutes = 631, &[KeptOut::Full]),
        (|one| one.before = Some(KeptOut::Declined), &[KeptOut::Declined]),
        (|one| one.before = Some(KeptOut::Expired), &[KeptOut::Expired]),
        (
            |one| {
                one.skills = keys(&[]);
                one.areas = keys(&["far"]);
            },
            &[KeptOut::Skill, KeptOut::Area],
        ),
    ];
    for (change, why) in table {
        let mut one = person("one");
        change(&mut one);
        let found = ranked(&[one], &rules());
        assert_eq!(found[0].kept_out, why);
        assert_eq!(found[0].fits(), why.is_empty());
    }
}

#[test]
fn a12_at_the_desk_only_those_whose_turn_it_is() {
    let (areas, place) = (areas(), Place::In(keys(&["middle"])));
    let mut off = person("off");
    off.on_desk = false;
    let asked = Wanted { desk: true, ..wanted(&place) };
    let found = rank(&asked, &[off, person("on")], &rules(), &Map::new(&areas));
    assert_eq!(logins(&found), ["on", "off"]);
    assert_eq!(found[1].kept_out, [KeptOut::NotAtDesk]);
}

/// In each case `b` is better in one measure and worse in all that follow: the first difference decides.
#[test]
fn a11_d7_why_him_is_the_first_measure_that_differs() {
    let worse_after: [(Change, Measure); 6] = [
        (|a| a.areas = keys(&["north"]), Measure::Area),
        (|a| a.grade = 3, Measure::Grade),
        (|a| a.open_minutes = 121, Measure::Work),
        (|a| a.parts_missing = 1, Measure::Parts),
        (|a| a.position = Some(Position::new(30.5, 104.0)), Measure::Travel),
        (|a| a.last_offered = Some(noon()), Measure::LastOffered),
    ];
    for (i, (worsen, by)) in worse_after.iter().enumerate() {
        let (mut a, mut b) = (person("a"), person("b"));
        worsen(&mut a);
        for (worsen, _) in &worse_after[i + 1..] {
            worsen(&mut b);
        }
        let found = ranked(&[a, b], &rules());
        assert_eq!((logins(&found), found[0].ahead), (vec!["b", "a"], Some(*by)));
        assert_eq!(found[1].ahead, None, "nobody follows");
    }
}

#[test]
fn a11_same_area_before_neighbour_and_same_grade_before_senior() {
    let mut neighbour = person("neighbour");
    neighbour.areas = keys(&["north"]);
    neighbour.open_minutes = 0;
    let mut senior = person("senior");
    senior.grade = 5;
    senior.open_minutes = 0;
    let found = ranked(&[neighbour, senior, person("same")], &rules());
    assert_eq!(logins(&found), ["same", "senior", "neighbour"]);
    assert_eq!((found[0].grade_excess, found[1].grade_excess), (0, 3));
    assert_eq!(found[2].area_steps, Some(1));
}

#[test]
fn x10_another_standard_compares_in_another_order() {
    let b = standard::shipped_one("B").and_then(|b| b.dispatch).expect("rules");
    let mut idle = person("idle");
    (idle.grade, idle.open_minutes) = (4, 0);
    let both = [idle, person("same")];
    assert_eq!(logins(&ranked(&both, &rules())), ["same", "idle"]);
    assert_eq!(logins(&ranked(&both, &b)), ["idle", "same"]);
}

#[test]
fn x10_with_weights_the_fewest_points_go_first_and_the_measure_that_tells_most_is_why() {
    let weigh = |weights: &[(Measure, u32)]| Rules {
        weights: weights.iter().map(|&(measure, points)| Weight { measure, points }).collect(),
        ..rules()
    };
    // Across a border and idle, against here and four hours at work.
    let mut neighbour = person("neighbour");
    (neighbour.areas, neighbour.open_minutes) = (keys(&["north"]), 0);
    let mut here = person("here");
    here.open_minutes = 240;
    let both = [neighbour, here];
    assert_eq!(logins(&ranked(&both, &rules())), ["here", "neighbour"], "by the order, the area decides");
    for (weights, expected, why, points) in [
        (&[(Measure::Area, 3), (Measure::Work, 1)][..], ["neighbour", "here"], Measure::Work, [300, 400]),
        (&[(Measure::Area, 5), (Measure::Work, 1)][..], ["here", "neighbour"], Measure::Area, [400, 500]),
        // Alike in points, the order decides.
        (&[(Measure::Area, 4), (Measure::Work, 1)][..], ["here", "neighbour"], Measure::Area, [400, 400]),
    ] {
        let found = ranked(&both, &weigh(weights));
        assert_eq!((logins(&found), found[0].ahead), (expected.to_vec(), Some(why)), "{weights:?}");
        assert_eq!([found[0].points, found[1].points], points.map(Some));
    }
    // Where nobody knows how far somebody is, he counts like the farthest.
    let (mut near, mut far, mut lost) = (person("near"), person("far"), person("lost"));
    near.position = Some(Position::new(30.661, 104.071));
    far.position = Some(Position::new(30.70, 104.15));
    lost.position = None;
    let found = ranked(&[near, far, lost], &weigh(&[(Measure::Travel, 1)]));
    assert_eq!(logins(&found), ["near", "far", "lost"]);
    assert_eq!(found[1].points, found[2].points);
    // Who is kept out comes last, however few the points.
    let mut out = person("out");
    (out.open_minutes, out.skills) = (0, keys(&[]));
    assert_eq!(logins(&ranked(&[out, person("fits")], &weigh(&[(Measure::Work, 9)]))), ["fits", "out"]);
}

#[test]
fn a11_who_is_alike_in_everything_comes_in_the_same_order_each_time() {
    let people = ["c", "a", "b"].map(person);
    let found = ranked(&people, &rules());
    assert_eq!(logins(&found), ["a", "b", "c"]);
    assert_eq!(found[0].ahead, None);
    let mut turned = people.clone();
    turned.reverse();
    assert_eq!(ranked(&turned, &rules()), found);
    // Who was never asked comes before who was.
    let mut never = person("z");
    never.last_offered = None;
    assert_eq!(logins(&ranked(&[person("a"), never], &rules())), ["z", "a"]);
}

#[test]
fn a13_where_the_place_is_not_known_a_person_decides() {
    let areas = areas();
    for (place, fits, chosen) in [
        (Place::In(keys(&["middle"])), true, true),
        (Place::Anywhere, true, true),
        (Place::Unknown, true, false),
        (Place::Outside, false, false),
    ] {
        let asked = wanted(&place);
        let found = rank(&asked, &[person("one")], &rules(), &Map::new(&areas));
        assert_eq!((found[0].fits(), choose(&asked, &found).is_some()), (fits, chosen), "{place:?}");
    }
    let place = Place::In(keys(&["far"]));
    assert_eq!(choose(&wanted(&place), &rank(&wanted(&place), &[], &rules(), &Map::new(&areas))), None);
}

#[test]
fn a16_the_nearest_who_may_be_sent() {
    let mut near = person("near");
    near.position = Some(Position::new(30.661, 104.071));
    near.open_minutes = 400;
    let mut nearest_but_busy = person("busy");
    nearest_but_busy.position = Some(Position::new(30.66, 104.07));
    nearest_but_busy.open_minutes = 700;
    let mut nowhere = person("nowhere");
    nowhere.position = None;
    let found = ranked(&[person("far"), near, nearest_but_busy, nowhere], &rules());
    let near: Vec<_> = nearest(&found).iter().map(|one| one.login.as_str()).collect();
    assert_eq!(near, ["near", "far"]);
    for (metres, minutes) in [(0, 0), (1, 1), (500, 2), (10_000, 26), (u32::MAX, 11_166_915)] {
        assert_eq!(travel_minutes(metres), minutes, "{metres}");
    }
}

#[test]
fn e17_beyond_the_hours_only_those_on_the_rota_are_on_duty() {
    let a = standard::shipped_one("A").expect("A");
    let (wang, chen) = (number("wang"), number("chen"));
    let night: DateTime<Utc> = "2026-11-23T16:00:00Z".parse().expect("midnight in Chengdu");
    let hours = a.hours(&rules().calendar, noon(), night);
    let turn = Turn {
        id: TurnId(Uuid::nil()),
        technician: wang,
        kind: TurnKind::OnCall,
        from: night,
        to: night + TimeDelta::hours(8),
    };
    for (who, at, expected) in [
        (wang, noon(), true),
        (chen, noon(), true),
        (wang, night, true),
        (chen, night, false),
        (wang, night + TimeDelta::hours(8), true), // at eight the day begins
        (wang, night - TimeDelta::milliseconds(1), false),
    ] {
        assert_eq!(on_duty(who, hours.as_ref(), std::slice::from_ref(&turn), at), expected, "{at}");
    }
    assert!(has_turn(wang, Some(TurnKind::OnCall), std::slice::from_ref(&turn), night));
    assert!(!has_turn(wang, Some(TurnKind::Desk), std::slice::from_ref(&turn), night));
}

#[test]
fn e17_nobody_is_twice_on_the_rota_at_once() {
    let turn = |id: u128, kind, from: i64, hours: i64| Turn {
        id: TurnId(Uuid::from_u128(id)),
        technician: number("wang"),
        kind,
        from: noon() + TimeDelta::hours(from),
        to: noon() + TimeDelta::hours(from + hours),
    };
    let there = [turn(1, TurnKind::OnCall, 0, 8)];
    for (one, expected) in [
        (turn(2, TurnKind::OnCall, 8, 8), Ok(())),
        (turn(2, TurnKind::OnCall, 7, 8), Err(Unfit::Overlaps)),
        (turn(1, TurnKind::OnCall, 7, 8), Ok(())),
        (turn(2, TurnKind::Desk, 7, 8), Ok(())),
        (turn(2, TurnKind::Desk, 7, 0), Err(Unfit::Length)),
        (turn(2, TurnKind::Desk, 7, -1), Err(Unfit::Length)),
        (turn(2, TurnKind::Desk, 7, 24 * 9), Err(Unfit::Length)),
    ] {
        assert_eq!(fits(&one, &there), expected, "{one:?}");
    }
}

#[test]
fn e17_who_is_away_is_so_through_the_last_day() {
    let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
    let away = |until| Profile { away: Some(Away { until, reason: "leave".into() }), ..Profile::default() };
    assert!(!Profile::default().is_away(day("2026-11-23")));
    assert!(away(None).is_away(day("2026-11-23")));
    assert!(away(Some(day("2026-11-23"))).is_away(day("2026-11-23")));
    assert!(!away(Some(day("2026-11-22"))).is_away(day("2026-11-23")));
}

#[test]
fn a13_whom_the_customer_wants_comes_first_and_the_others_stay_in_order() {
    let people: Vec<_> = ["ana", "bo", "chen", "dong"].map(person).into();
    let mut ranked = ranked(&people, &rules());
    let before: Vec<_> = ranked.iter().map(|one| one.login.clone()).collect();
    wished_first(&mut ranked, number("chen"));
    let logins = |ranked: &[Candidate]| ranked.iter().map(|one| one.login.clone()).collect::<Vec<_>>();
    assert_eq!(logins(&ranked), ["chen", "ana", "bo", "dong"]);
    wished_first(&mut ranked, number("nobody"));
    assert_eq!(logins(&ranked), ["chen", "ana", "bo", "dong"]);
    assert_eq!(before, ["ana", "bo", "chen", "dong"]);
}

#[test]
fn x12_a_standard_says_what_is_a_persons_to_give_and_whose() {
    use ByHand::{Confidential, NobodyFits, Wished};
    let a = rules().by_hand;
    assert_eq!((a.role, a.reasons.as_slice()), (Role::Supervisor, &[Wished, Confidential, NobodyFits][..]));
    // Where it says nothing, a person decides all the same.
    let b = standard::shipped_one("B").and_then(|b| b.dispatch).expect("rules").by_hand;
    assert_eq!((b.role, b.reasons.as_slice()), (Role::Dispatcher, &[Wished, Confidential][..]));
}
