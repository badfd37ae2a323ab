//! Phones, their keys, and the office's hand over them.

use crate::console::{OWN, ask, sign_in};
use crate::roles::{signs_in, staff};
use crate::world::{World, a_key};
use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use jobsheet_model::{
    enrol::{Enrol, EnrolBy, Enrolled, Given, LINK, PhoneId, SessionAsked, Wipe, WipeOrder, Wiped},
    unlock,
    view::{AuditEntry, ConsolePhone, EnrolmentCode, Page, UnlockCode},
};
use jobsheet_office::{NewStaff, Role};
use serde_json::{Value, json};

fn code(code: &str) -> EnrolBy {
    EnrolBy::Code { code: code.into() }
}

#[tokio::test]
async fn a_code_enrols_one_phone_once() {
    let world = World::new();
    let (made, _) = world.office.code_for("wang.lei").unwrap();
    let typed = made.to_lowercase().replace('-', " ");
    let enrolled: Enrolled = world.try_enrol(code(&typed), &a_key()).await.json();
    assert_eq!((enrolled.technician.name.as_str(), enrolled.company.is_empty()), ("王磊", false));
    assert_eq!(world.app(Method::POST, "/v1/sync", &enrolled.session.token, "{").await.status, 400);
    // Whoever has a code that was right may know that it is used: they have not guessed it.
    let again = world.try_enrol(code(&made), &a_key()).await;
    assert_eq!((again.status, again.problem().as_str()), (StatusCode::GONE, "/problems/old-code"));
}

#[tokio::test]
async fn a_code_is_good_for_a_quarter_of_an_hour() {
    let world = World::new();
    let (in_time, _) = world.office.code_for("wang.lei").unwrap();
    let (late, until) = world.office.code_for("chen.chen").unwrap();
    assert_eq!(until - world.clock.now(), TimeDelta::minutes(15));
    world.clock.advance(TimeDelta::seconds(15 * 60 - 1));
    assert_eq!(world.try_enrol(code(&in_time), &a_key()).await.status, StatusCode::OK);
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.try_enrol(code(&late), &a_key()).await.problem(), "/problems/old-code");
    // One letter off, it is wrong, and nothing says how near it was. Old ones are counted like wrong ones.
    let last = if late.ends_with('2') { "3" } else { "2" };
    let near = format!("{}{last}", &late[..late.len() - 1]);
    for n in 0..4 {
        let typed = if n == 0 { &near } else { &late };
        let expected = if n == 0 { "/problems/wrong-code" } else { "/problems/old-code" };
        assert_eq!(world.try_enrol(code(typed), &a_key()).await.problem(), expected);
    }
    assert_eq!(world.try_enrol(code(&late), &a_key()).await.problem(), "/problems/too-many-tries");
}

#[tokio::test]
async fn guessing_a_code_takes_ever_longer_and_holds_up_nobody_elses() {
    let world = World::new();
    let (made, _) = world.office.code_for("wang.lei").unwrap();
    let (other, _) = world.office.code_for("chen.chen").unwrap();
    for n in 0..5 {
        let guess = format!("{}-0000-0000-000{n}", &made[..4]);
        assert_eq!(world.try_enrol(code(&guess), &a_key()).await.problem(), "/problems/wrong-code");
    }
    let answer = world.try_enrol(code(&made), &a_key()).await;
    assert_eq!((answer.problem().as_str(), answer.header("retry-after")), ("/problems/too-many-tries", "11"));
    assert_eq!(world.try_enrol(code(&other), &a_key()).await.status, StatusCode::OK);
    world.clock.advance(TimeDelta::seconds(11));
    assert_eq!(world.try_enrol(code(&made), &a_key()).await.status, StatusCode::OK);
    assert_eq!(world.try_enrol(code("no code at all"), &a_key()).await.problem(), "/problems/wrong-code");
}

#[tokio::test]
async fn a_key_is_enrolled_only_by_who_has_it() {
    let world = World::new();
    let by = EnrolBy::Password { login: "wang.lei".into(), password: "demo-wang-lei".into() };
    let mut asked = Enrol::signed(by, "A phone".into(), &a_key());
    asked.key = a_key().public();
    assert_eq!(world.post("/v1/enrol", &asked).await.problem(), "/problems/not-genuine");
    assert_eq!(world.office.phones().unwrap().len(), 0);
}

#[tokio::test]
async fn signing_in_again_with_the_same_key_is_the_same_phone() {
    let world = World::new();
    let phone = world.phone("wang.lei").await;
    let by = EnrolBy::Password { login: "wang.lei".into(), password: "demo-wang-lei".into() };
    let again: Enrolled = world.try_enrol(by, &phone.key).await.json();
    assert_eq!(again.phone, phone.id);
    assert_eq!(world.office.phones().unwrap().len(), 1);
}

#[tokio::test]
async fn p17_a_session_lasts_an_hour_and_the_401_carries_what_to_answer_for_the_next() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    world.clock.advance(TimeDelta::seconds(3599));
    assert_eq!(phone.try_sync(&[]).await.status, StatusCode::OK);
    world.clock.advance(TimeDelta::seconds(1));
    let ended = phone.try_sync(&[]).await;
    assert_eq!(ended.problem(), "/problems/signed-out");
    let given: Given = phone.answer(&ended.json::<Value>()["challenge"]).await.json();
    assert_eq!(given.expires - world.clock.now(), TimeDelta::minutes(60));
    phone.token = given.token;
    assert_eq!(phone.try_sync(&[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_challenge_is_good_once_for_two_minutes_for_one_phone_and_one_key() {
    let world = World::new();
    let (phone, other) = (world.phone("wang.lei").await, world.phone("chen.chen").await);
    let challenge = async |id: PhoneId| {
        let asked = world.post("/v1/session", &SessionAsked::challenge(id)).await;
        asked.json::<Value>()["challenge"].clone()
    };
    let once = challenge(phone.id).await;
    assert_eq!(phone.answer(&once).await.status, StatusCode::OK);
    assert_eq!(phone.answer(&once).await.problem(), "/problems/not-genuine", "replayed");

    let late = challenge(phone.id).await;
    world.clock.advance(TimeDelta::minutes(2));
    assert_eq!(phone.answer(&late).await.problem(), "/problems/not-genuine", "late");

    let theirs = challenge(other.id).await;
    assert_eq!(phone.answer(&theirs).await.problem(), "/problems/not-genuine", "somebody else's");

    let ours = challenge(phone.id).await.as_str().unwrap().to_owned();
    let forged = SessionAsked::answered(phone.id, &other.key, &phone.office_key, ours);
    assert_eq!(world.post("/v1/session", &forged).await.problem(), "/problems/not-genuine", "forged");

    // Whether a phone is enrolled is not to be found out.
    let nobody = challenge(PhoneId(uuid::Uuid::from_u128(1))).await;
    assert_eq!(nobody.as_str().unwrap().len(), once.as_str().unwrap().len());
    assert_eq!(phone.answer(&nobody).await.problem(), "/problems/not-genuine");
}

#[tokio::test]
async fn a_revoked_phone_is_out_at_once_and_comes_back_only_with_a_new_key() {
    let world = World::new();
    let phone = world.phone("wang.lei").await;
    assert!(world.office.revoke(phone.id, None).unwrap());
    assert_eq!(phone.try_sync(&[]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(phone.try_session().await.problem(), "/problems/phone-revoked");
    let by = EnrolBy::Password { login: "wang.lei".into(), password: "demo-wang-lei".into() };
    assert_eq!(world.try_enrol(by.clone(), &phone.key).await.problem(), "/problems/phone-revoked");
    assert_eq!(world.try_enrol(by, &a_key()).await.status, StatusCode::OK);
    assert_eq!(phone.try_session().await.problem(), "/problems/phone-revoked");
}

#[tokio::test]
async fn a_thiefs_phone_gets_nothing_but_the_order_to_empty_itself() {
    let world = World::new();
    let phone = world.phone("wang.lei").await;
    world.office.revoke(phone.id, Some(Wipe::Thief)).unwrap();
    let refused = phone.try_session().await;
    assert_eq!((refused.status.as_u16(), refused.problem().as_str()), (403, "/problems/phone-wiped"));
    let order: WipeOrder = serde_json::from_value(refused.json::<Value>()["wipe"].clone()).unwrap();
    assert!(order.kind == Wipe::Thief && order.is_genuine(phone.id, &phone.office_key));

    let forged = Wiped::signed(phone.id, &a_key());
    assert_eq!(world.post("/v1/wiped", &forged).await.problem(), "/problems/not-genuine");
    assert_eq!(world.office.phones().unwrap()[0].wiped_at, None);
    let done = Wiped::signed(phone.id, &phone.key);
    assert_eq!(world.post("/v1/wiped", &done).await.status, StatusCode::NO_CONTENT);
    assert_eq!(world.post("/v1/wiped", &done).await.status, StatusCode::NO_CONTENT, "said twice");
    assert_eq!(world.office.phones().unwrap()[0].wiped_at, Some(world.clock.now()));
}

#[tokio::test]
async fn a_leavers_phone_may_still_send_and_nothing_else() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    world.office.revoke(phone.id, Some(Wipe::Leaver)).unwrap();
    let given: Given = phone.try_session().await.json();
    assert_eq!(given.wipe.map(|order| order.is_genuine(phone.id, &phone.office_key)), Some(true));
    phone.token = given.token;
    let order = phone.a_job().await;
    let change = phone.change(&order, crate::world::note("the last of it"));
    assert_eq!(phone.sync(&[change]).await.results.len(), 1);
    let digest = "0".repeat(64);
    for (method, path, status) in [
        (Method::HEAD, format!("/v1/photos/{digest}"), 404),
        (Method::GET, "/v1/events".into(), 403),
        (Method::GET, format!("/v1/reference/{digest}"), 404),
    ] {
        assert_eq!(world.app(method, &path, &phone.token, "").await.status, status, "{path}");
    }
}

#[tokio::test]
async fn i10_the_office_looks_after_phones_and_only_supervisors_wipe() {
    let world = World::new();
    let dispatcher = NewStaff {
        login: "dispatch".into(),
        name: "He Ping".into(),
        role: Role::Dispatcher,
        password: "demo-dispatch".into(),
    };
    world.office.add_staff(dispatcher).unwrap();
    let body = r#"{"login":"dispatch","password":"demo-dispatch"}"#;
    let signed = ask(&world, Method::POST, "/sign-in", "", body, OWN).await;
    let night = signed.header("set-cookie").split(';').next().unwrap().to_owned();
    let supervisor = sign_in(&world).await;

    let wang = world.office.technicians().unwrap().into_iter().find(|t| t.login == "wang.lei").unwrap();
    let path = format!("/technicians/{}/code", wang.id);
    let made: EnrolmentCode = ask(&world, Method::POST, &path, &night, "", OWN).await.json();
    let link = format!("{LINK}office=http%3A%2F%2Foffice.test&code={}", made.code.replace('-', ""));
    assert_eq!(made.link, link);
    assert!(made.qr.contains("<svg") && !made.qr.contains("<script"));
    assert_eq!(world.try_enrol(code(&made.code), &a_key()).await.status, StatusCode::OK);

    let phones: Vec<ConsolePhone> = ask(&world, Method::GET, "/phones", &night, "", "").await.json();
    assert_eq!((phones.len(), phones[0].technician_name.as_str()), (1, "王磊"));
    let id = phones[0].id;
    let wipe = json!({"kind": "thief"}).to_string();
    for (cookie, path, body, status) in [
        (&night, format!("/phones/{id}/wipe"), wipe.as_str(), 403),
        (&night, format!("/phones/{id}/revoke"), "", 204),
        (&supervisor, format!("/phones/{id}/wipe"), wipe.as_str(), 204),
        (&supervisor, format!("/phones/{id}/wipe"), r#"{"kind":"whim"}"#, 400),
        (&supervisor, format!("/phones/{}/wipe", wang.id), wipe.as_str(), 404),
        (&supervisor, "/phones/nonsense/revoke".to_owned(), "", 404),
        (&supervisor, format!("/technicians/{id}/code"), "", 404),
        (&supervisor, "/technicians/nonsense/code".to_owned(), "", 404),
    ] {
        let answer = ask(&world, Method::POST, &path, cookie, body, OWN).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
    }
    let phones: Vec<ConsolePhone> = ask(&world, Method::GET, "/phones", &night, "", "").await.json();
    assert_eq!((phones[0].wipe, phones[0].revoked_at), (Some(Wipe::Thief), Some(world.clock.now())));
}

#[tokio::test]
async fn codes_and_tokens_are_not_in_the_offices_files() {
    let world = World::new();
    let (made, _) = world.office.code_for("wang.lei").unwrap();
    let phone = world.phone("wang.lei").await;
    let plain = made.replace('-', "");
    for file in
        std::fs::read_dir(world.folder.path()).unwrap().filter_map(|f| std::fs::read(f.unwrap().path()).ok())
    {
        for secret in [&plain, &made, &phone.token] {
            assert!(!file.windows(secret.len()).any(|w| w == secret.as_bytes()));
        }
    }
}

#[tokio::test]
async fn a_locked_phones_question_is_answered_by_a_supervisor_with_a_reason_thrice_a_day_and_noted() {
    let world = World::new();
    let (phone, other) = (world.phone("wang.lei").await, world.phone("chen.chen").await);
    let supervisor = staff(&world, Role::Supervisor).await;
    let night = staff(&world, Role::Dispatcher).await;
    let asks = async |cookie: &str, id: PhoneId, question: &str, reason: &str| {
        let body = json!({"question": question, "reason": reason}).to_string();
        ask(&world, Method::POST, &format!("/phones/{id}/unlock"), cookie, &body, OWN).await
    };
    let given = async |number: u32, reason: &str| {
        let answer = asks(&supervisor, phone.id, &unlock::question(phone.id, number), reason).await;
        answer.json::<UnlockCode>()
    };
    let refused = async |id: PhoneId, question: String, reason: &str| {
        asks(&supervisor, id, &question, reason).await.problem()
    };

    let first = unlock::question(phone.id, 1);
    assert_eq!(asks(&night, phone.id, &first, "Forgot the PIN").await.status, StatusCode::FORBIDDEN);
    assert_eq!(refused(phone.id, first.clone(), " ").await, "/problems/reason-needed");
    assert_eq!(refused(phone.id, first.clone(), &"x".repeat(501)).await, "/problems/reason-too-long");
    assert_eq!(refused(other.id, first.clone(), "Forgot the PIN").await, "/problems/not-its-question");
    assert_eq!(refused(phone.id, "3K7Q-F92M".into(), "Forgot the PIN").await, "/problems/not-its-question");
    let nobody = PhoneId("01890000-0000-7000-8000-000000000001".parse().unwrap());
    assert_eq!(refused(nobody, first.clone(), "Forgot the PIN").await, "/problems/not-found");

    let code = given(1, " Forgot the PIN, called back ").await;
    assert_eq!((code.left, code.code.len()), (2, 19));
    assert_eq!(given(1, "Misheard").await.code, code.code, "read out once more");
    world.clock.advance(TimeDelta::hours(11));
    let second = given(3, "Forgot it again").await;
    assert!(second.left == 0 && second.code != code.code);
    let enough = refused(phone.id, unlock::question(phone.id, 4), "And again").await;
    assert_eq!(enough, "/problems/enough-codes");
    // What was answered may have been used; what is asked for now is the next.
    world.clock.advance(TimeDelta::hours(14));
    let supervisor = signs_in(&world, "a.supervisor", "eight or more").await;
    let older = asks(&supervisor, phone.id, &unlock::question(phone.id, 2), "Old").await;
    assert_eq!(older.problem(), "/problems/not-its-question");
    let monday = asks(&supervisor, phone.id, &unlock::question(phone.id, 4), "Monday").await;
    assert_eq!(monday.json::<UnlockCode>().left, 1);

    let phones: Vec<ConsolePhone> = ask(&world, Method::GET, "/phones", &supervisor, "", "").await.json();
    let codes = &phones.iter().find(|one| one.id == phone.id).unwrap().codes;
    let said: Vec<_> = codes.iter().map(|one| (one.by.as_str(), one.reason.as_str())).collect();
    let by = "A supervisor";
    let expected =
        [(by, "Monday"), (by, "Forgot it again"), (by, "Misheard"), (by, "Forgot the PIN, called back")];
    assert_eq!(said, expected);
    assert!(phones.iter().find(|one| one.id == other.id).unwrap().codes.is_empty());
    let page: Page<AuditEntry> = ask(&world, Method::GET, "/audit", &supervisor, "", "").await.json();
    let path = format!("POST /console/api/phones/{}/unlock", phone.id);
    let noted = |refused| page.items.iter().filter(|one| one.act == path && one.refused == refused).count();
    assert_eq!((noted(false), noted(true)), (4, 1));
    assert!(!said.iter().any(|(_, reason)| reason.contains(&code.code)));

    // Whoever revoked the phone did so because somebody else may hold it.
    assert!(world.office.revoke(phone.id, None).unwrap());
    world.office.revoke(other.id, Some(Wipe::Leaver)).unwrap();
    for (id, number) in [(phone.id, 5), (other.id, 1)] {
        let answer = asks(&supervisor, id, &unlock::question(id, number), "Please").await;
        assert_eq!(answer.problem(), "/problems/phone-revoked");
    }
}
