//! Recording: durable at once, without any network, whole or not at all.

use crate::{Pocket, id, open, picture, stub::*};
use jobsheet_model::{
    Language, LineId, Stage, Text,
    asked::Asked,
    change::*,
    charges::Cover,
    step::{Answer, KnownAnswer, Verdict},
    view::{Session, Settings, Standing},
};
use jobsheet_phone::SignedPaper;
use serde_json::json;
use std::time::Duration;

fn fitted(quantity: u32) -> KnownWhat {
    KnownWhat::PartFitted {
        line: LineId(uuid::Uuid::from_u128(77)),
        part: PartBrief { number: "6205".into(), name: Text::new("Bearing", "轴承"), price: None },
        quantity,
        serial_in: None,
        serial_out: None,
        from: PartSource::Van,
        old_part: OldPart::Scrapped,
        on_van: None,
    }
}

#[tokio::test]
async fn a_change_is_there_after_the_app_was_closed() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "Leak at the pump");
    let before = pocket.phone.job(id(1)).unwrap().sheet;
    let pocket = pocket.reopen();
    assert_eq!(pocket.phone.session().unwrap().technician.unwrap().name, "Ines Weber");
    assert_eq!(pocket.phone.job(id(1)).unwrap().sheet, before);
    assert_eq!(pocket.waiting(), 1);
}

#[tokio::test]
async fn i7_recording_needs_no_network() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    let asked = office.office().asked.len();
    for what in [KnownWhat::OfferAccepted {}, KnownWhat::Departed {}, KnownWhat::WorkStarted {}] {
        pocket.phone.record(id(1), what.into()).unwrap();
    }
    let job = pocket.phone.job(id(1)).unwrap();
    assert_eq!((job.sheet.stage, job.sheet.changes), (Stage::Working, 3));
    assert_eq!(job.card.standing, Standing::Local { changes: 3, photos: 0 });
    assert_eq!(office.office().asked.len(), asked);
}

#[tokio::test]
async fn e3_what_a_part_will_cost_is_what_it_costs_once_it_is_added() {
    let mut order = offered(1);
    let until = order.from.date_naive();
    order.equipment.as_mut().unwrap().warranty_until = Some(until);
    let office = Stub::open([order]).await;
    let mut pocket = Pocket::at(&office).await;
    // Planned on the last day of the warranty, opened the day after.
    pocket.clock.pass(Duration::from_secs(86_400));
    for (begin, cover) in [
        (None, Cover::Warranty { until }),
        (Some(KnownWhat::Departed {}), Cover::Customer { warranty_ended: Some(until) }),
    ] {
        if let Some(begin) = begin {
            pocket.phone.record(id(1), KnownWhat::OfferAccepted {}.into()).unwrap();
            pocket.phone.record(id(1), begin.into()).unwrap();
        }
        let job = pocket.phone.job(id(1)).unwrap();
        assert_eq!(
            job.service_day <= until,
            cover == Cover::Warranty { until },
            "what the job's screen says"
        );
        let before = job.part_cover;
        assert_eq!(before.len(), PartSource::ALL.len());
        assert_eq!(before[&PartSource::Van], cover);
        assert_eq!(before[&PartSource::Customer], Cover::CustomersOwn {});
        let added = pocket.phone.record(id(1), fitted(2).into()).unwrap();
        assert_eq!(added.charges.lines.last().unwrap().cover, cover);
        pocket = pocket.reopen();
    }
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    let before = pocket.phone.job(id(1)).unwrap().sheet;
    for (what, code) in [
        (fitted(0), "refusal_quantity"),
        (KnownWhat::NoteWritten { text: "  ".into() }, "refusal_empty"),
        (KnownWhat::Amended { reason: "x".into() }, "refusal_not_signed"),
        (
            KnownWhat::StepAnswered {
                step: jobsheet_model::StepKey::new("nope"),
                answer: Answer::Known(KnownAnswer::Skipped {}),
                verdict: None,
                note: String::new(),
            },
            "refusal_no_such_step",
        ),
    ] {
        assert_eq!(pocket.phone.record(id(1), what.into()).unwrap_err().code, code);
    }
    assert_eq!(pocket.phone.record(id(404), KnownWhat::Departed {}.into()).unwrap_err().code, "no_such_job");
    assert_eq!(pocket.phone.job(id(1)).unwrap().sheet, before);
    assert_eq!(pocket.waiting(), 0);
    pocket.phone.record(id(1), fitted(2).into()).unwrap();
    assert_eq!(pocket.waiting(), 1);
}

#[tokio::test]
async fn a_sheet_can_be_opened_on_site_and_reaches_the_office() {
    let office = Stub::open([]).await;
    let pocket = Pocket::at(&office).await;
    let opened = OpenedSheet {
        customer: "Walk-in".into(),
        contact: String::new(),
        phone: String::new(),
        address: "Somewhere".into(),
        equipment: "Pump".into(),
        serial: String::new(),
        symptom: "Noise".into(),
    };
    let empty = OpenedSheet { customer: " ".into(), ..opened.clone() };
    let refused = pocket.phone.record(id(5), KnownWhat::SheetOpened { opened: empty }.into());
    assert_eq!(refused.unwrap_err().code, "refusal_empty");
    assert!(pocket.phone.today().unwrap().jobs.is_empty());

    let job = pocket.phone.record(id(5), KnownWhat::SheetOpened { opened: opened.clone() }.into()).unwrap();
    assert_eq!((job.sheet.stage, job.order.customer.name.as_str()), (Stage::Accepted, "Walk-in"));
    let again = pocket.phone.record(id(5), KnownWhat::SheetOpened { opened }.into());
    assert_eq!(again.unwrap_err().code, "refusal_already_opened");
    assert_eq!(pocket.phone.today().unwrap().jobs.len(), 1);
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(pocket.waiting(), 0);
    assert_eq!(pocket.phone.job(id(5)).unwrap().sheet, office.sheet(id(5)));
}

#[tokio::test]
async fn i1_a_photo_and_its_change_are_stored_together_and_once() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    let job = pocket.phone.add_photo(id(1), PhotoSubject::Before, None, &picture(1)).unwrap();
    let again = pocket.phone.add_photo(id(1), PhotoSubject::Before, None, &picture(1)).unwrap();
    assert_eq!((job.sheet.photos.len(), again.sheet.photos.len()), (1, 1));
    assert_eq!(pocket.waiting(), 1);
    assert_eq!(again.card.standing, Standing::Local { changes: 1, photos: 1 });
    assert!(!again.missing.before_photo && again.missing.after_photo);

    let digest = &job.sheet.photos[0].digest;
    let pocket = pocket.reopen();
    let bytes = pocket.phone.photo(digest, false).unwrap();
    assert_eq!(&jobsheet_model::Digest::of(&bytes), digest);
    assert_eq!(job.sheet.photos[0].bytes as usize, bytes.len());
    assert!(pocket.phone.photo(digest, true).unwrap().len() < bytes.len());
    for (bytes, code) in [(&b"hello"[..], "photo_not_an_image"), (b"", "photo_not_an_image")] {
        assert_eq!(pocket.phone.add_photo(id(1), PhotoSubject::After, None, bytes).unwrap_err().code, code);
    }
    assert_eq!(
        pocket.phone.add_photo(id(404), PhotoSubject::After, None, &picture(2)).unwrap_err().code,
        "no_such_job"
    );
    assert_eq!(pocket.waiting(), 1);
}

#[tokio::test]
async fn what_is_drawn_on_a_photo_stands_beside_it_for_the_same_purpose() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    let job = pocket.phone.add_photo(id(1), PhotoSubject::After, None, &picture(1)).unwrap();
    let below = job.sheet.photos[0].clone();
    let job = pocket.phone.add_drawing(id(1), &below.digest, &picture(2), SignedPaper::Stands).unwrap();
    assert_eq!(job.sheet.photos.len(), 2);
    let drawn = &job.sheet.photos[1];
    assert_eq!((drawn.subject, drawn.drawn_on.as_ref()), (PhotoSubject::After, Some(&below.digest)));
    assert_eq!(job.sheet.photos[0], below);

    let unknown = jobsheet_model::Digest::of(b"of another job");
    assert_eq!(
        pocket.phone.add_drawing(id(1), &unknown, &picture(3), SignedPaper::Stands).unwrap_err().code,
        "no_such_photo"
    );
    // Drawn without a single mark, it is the photo that is there already.
    let same = pocket.phone.add_drawing(id(1), &below.digest, &picture(1), SignedPaper::Stands).unwrap();
    assert_eq!(same.sheet.photos.len(), 2);
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(pocket.waiting(), 0);
    assert_eq!(pocket.phone.job(id(1)).unwrap().sheet, office.sheet(id(1)));
}

#[tokio::test]
async fn e11_what_would_void_a_signed_paper_is_recorded_on_a_screen_only_when_somebody_said_so() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    let phone = &pocket.phone;
    let note = || KnownWhat::NoteWritten { text: "one more valve".into() }.into();
    phone.record_of(id(1), note(), SignedPaper::Stands).expect("nothing is signed yet");
    let job = phone.add_photo(id(1), PhotoSubject::Document, None, &picture(1)).unwrap();
    let pages = vec![job.sheet.photos[0].digest.clone()];
    let below =
        phone.add_photo(id(1), PhotoSubject::After, None, &picture(2)).unwrap().sheet.photos[1].clone();
    let signed = KnownWhat::SignedOnPaper { signatory: "何主管".into(), capacity: String::new(), pages };
    let before = phone.record_of(id(1), signed.into(), SignedPaper::Stands).unwrap().sheet;

    let refused = [
        phone.record_of(id(1), note(), SignedPaper::Stands),
        phone.add_photo_of(id(1), PhotoSubject::After, None, &picture(3), SignedPaper::Stands),
        phone.add_drawing(id(1), &below.digest, &picture(4), SignedPaper::Stands),
    ];
    for problem in refused.map(|one| one.expect_err("it is asked first")) {
        assert_eq!((problem.code.as_str(), problem.params["name"].as_str()), ("voids_paper", "何主管"));
    }
    assert_eq!(phone.job(id(1)).unwrap().sheet, before);
    // Another page of it, and what comes after a visit, need no word.
    let suggested = KnownWhat::FollowUpSuggested { kind: FollowUpKind::Contract, text: "in March".into() };
    phone.record_of(id(1), suggested.into(), SignedPaper::Stands).unwrap();
    phone.add_photo_of(id(1), PhotoSubject::Document, None, &picture(5), SignedPaper::Stands).unwrap();
    assert_eq!(phone.job(id(1)).unwrap().sheet.stage, Stage::SignedOnPaper);

    let sheet = phone.record_of(id(1), note(), SignedPaper::MayBeVoided).unwrap().sheet;
    assert_eq!(
        (sheet.stage, sheet.on_paper, &sheet.voided[0].paper.signatory[..]),
        (Stage::WorkDone, None, "何主管")
    );
    phone.record_of(id(1), note(), SignedPaper::Stands).expect("there is none that counts");
}

#[tokio::test]
async fn the_customer_signs_exactly_what_was_shown() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.phone.record(id(1), KnownWhat::WorkStarted {}.into()).unwrap();
    pocket.clock.pass(Duration::from_secs(1800));
    let review = pocket.phone.review(id(1), Language::Zh).unwrap();
    assert_eq!(pocket.phone.job(id(1)).unwrap().sheet.stage, Stage::WorkDone);
    assert_eq!(review.document.work, "30 分钟");
    assert_eq!(review.missing.steps.len(), 1);
    assert_eq!(review.missing.too_new.len(), 1);

    let act = SignOffAct {
        digest: review.digest.clone(),
        language: Language::Zh,
        ink: None,
        signatory: "Ms Lin".into(),
        capacity: "manager".into(),
        saw_it_work: true,
        rating: Rating::Satisfied,
        rating_reasons: Vec::new(),
        remark: String::new(),
    };
    let ink = vec![vec![[0, 0, 0, 500], [300, 200, 90, 500]]];
    pocket.note(id(1), "one more thing");
    let stale = pocket
        .phone
        .record(id(1), KnownWhat::SignedOff { act: act.clone(), ink: ink.clone(), phone: None }.into());
    assert_eq!(stale.unwrap_err().code, "refusal_digest_differs");
    let act = SignOffAct { digest: pocket.phone.review(id(1), Language::Zh).unwrap().digest, ..act };
    let job = pocket.phone.record(id(1), KnownWhat::SignedOff { act, ink, phone: None }.into()).unwrap();
    assert_eq!(job.sheet.stage, Stage::SignedOff);
    let late = pocket.phone.record(id(1), fitted(1).into());
    assert_eq!(late.unwrap_err().code, "refusal_locked");
    assert_eq!(pocket.phone.today().unwrap().jobs.len(), 1, "done today, still on the list");
    assert!(pocket.phone.outbox().unwrap().groups[0].signature);
}

#[tokio::test]
async fn an_answer_carries_its_verdict() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    let what =
        json!({"what":"step_answered","step":"temp","answer":{"kind":"number","value":"15.5"},"note":""});
    let job = pocket.phone.record(id(1), serde_json::from_value(what).unwrap()).unwrap();
    assert_eq!(job.sheet.answers.values().next().unwrap().verdict, Verdict::Fail);
}

#[tokio::test]
async fn an_offers_minutes_run_from_when_it_was_here() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::fresh();
    office.office().clock = Some(pocket.clock.clone());
    pocket.clock.pass(Duration::from_secs(3600));
    pocket.phone.sign_in(&office.address, "ines", "cellar").await.unwrap();
    assert!(pocket.phone.today().unwrap().loading);
    pocket.phone.sync_once().await.unwrap();
    pocket.clock.pass(Duration::from_secs(120));
    let today = pocket.phone.today().unwrap();
    assert!(!today.loading);
    let offer = today.jobs[0].offer.clone().unwrap();
    assert_eq!((offer.left, offer.length), (480, 600));
    let job = pocket.phone.record(id(1), KnownWhat::MoreTimeAsked { minutes: 10 }.into()).unwrap();
    assert_eq!(job.card.offer.map(|o| (o.left, o.length)), Some((1080, 1200)));
    let job = pocket.phone.record(id(1), KnownWhat::OfferAccepted {}.into()).unwrap();
    assert!(job.card.offer.is_none());
}

#[tokio::test]
async fn the_days_list_holds_what_the_day_needs() {
    let day = |n: u128, from: &str| {
        let mut order = offered(n);
        order.from = from.parse().unwrap();
        order.assignment.state = jobsheet_model::work_order::AssignmentState::Assigned;
        order
    };
    let mut cancelled_before = day(6, "2026-11-20T02:00:00Z");
    cancelled_before.cancelled =
        Some(jobsheet_model::work_order::Cancelled { at: NOON.parse().unwrap(), reason: "x".into() });
    let mut offered_tomorrow = offered(5);
    offered_tomorrow.from = "2026-11-23T02:00:00Z".parse().unwrap();
    let office = Stub::open([
        day(1, "2026-11-22T09:00:00Z"),
        day(2, "2026-11-22T02:00:00Z"),
        day(3, "2026-11-23T02:00:00Z"),
        day(4, "2026-11-20T02:00:00Z"),
        offered_tomorrow,
        cancelled_before,
    ])
    .await;
    let pocket = Pocket::at(&office).await;
    let what = KnownWhat::CouldNotFinish {
        reason: UnfinishedReason::NoAccess,
        parts: Vec::new(),
        next: String::new(),
        note: String::new(),
    };
    pocket.phone.record(id(2), what.into()).unwrap();
    let list: Vec<_> = pocket.phone.today().unwrap().jobs.iter().map(|j| j.id).collect();
    assert_eq!(list, [id(5), id(4), id(1), id(2)]);
    assert_eq!(pocket.phone.today().unwrap().jobs[0].distance_m.map(|m| m / 100), Some(20));
}

#[tokio::test]
async fn an_empty_day_names_the_next_one() {
    let mut order = offered(1);
    order.from = "2026-11-24T17:00:00Z".parse().unwrap();
    order.assignment.state = jobsheet_model::work_order::AssignmentState::Assigned;
    let office = Stub::open([order]).await;
    let today = Pocket::at(&office).await.phone.today().unwrap();
    assert!(today.jobs.is_empty());
    assert_eq!(today.next_day.unwrap().to_string(), "2026-11-25");
}

#[tokio::test]
async fn drafts_and_settings_outlive_the_app() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.phone.save_draft("note/1", &json!({"text":"half a"})).unwrap();
    assert!(pocket.phone.session().unwrap().fresh, "nobody has chosen a language yet");
    pocket
        .phone
        .save_settings(Settings { language: Language::Zh, photo_edge: 9, ..Settings::default() })
        .unwrap();
    let pocket = pocket.reopen();
    assert_eq!(pocket.phone.draft("note/1").unwrap(), Some(json!({"text":"half a"})));
    let Session { settings, fresh, .. } = pocket.phone.session().unwrap();
    assert_eq!((settings.language, settings.photo_edge, fresh), (Language::Zh, 640, false));
    pocket.phone.save_draft("note/1", &json!(null)).unwrap();
    assert_eq!(pocket.phone.draft("note/1").unwrap(), None);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_not_opened() {
    let office = Stub::open([]).await;
    let Pocket { phone, clock, folder } = Pocket::at(&office).await;
    drop(phone);
    let made_by = |version: i64| {
        let db = rusqlite::Connection::open(folder.path().join("device.db")).unwrap();
        let was = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        db.pragma_update(None, "user_version", version).unwrap();
        was
    };
    let ours = made_by(99);
    let options = jobsheet_phone::Options {
        data: folder.path().to_owned(),
        office: None,
        version: "0.1.0".into(),
        clock: clock.clone(),
    };
    assert_eq!(jobsheet_phone::Phone::open(options).err().unwrap().code, "database_newer");
    assert_eq!(made_by(ours), 99);
    assert!(open(folder.path(), &clock).session().unwrap().technician.is_some());
}

#[tokio::test]
async fn p18_another_technician_sees_nothing_of_it() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "Ines was here");
    assert_eq!(pocket.phone.sign_out().unwrap().waiting, 1);
    for code in [
        pocket.phone.today().unwrap_err().code,
        pocket.phone.record(id(1), KnownWhat::Departed {}.into()).unwrap_err().code,
    ] {
        assert_eq!(code, "signed_out");
    }
    office.office().orders.clear();
    pocket.phone.sign_in(&office.address, "omar", "attic").await.unwrap();
    assert!(pocket.phone.today().unwrap().jobs.is_empty());
    assert_eq!(pocket.phone.job(id(1)).unwrap_err().code, "no_such_job");
    assert_eq!(pocket.waiting(), 0);
    pocket.phone.sign_in(&office.address, "ines", "cellar").await.unwrap();
    assert_eq!(pocket.notes(id(1)), ["Ines was here"]);
    assert_eq!(pocket.phone.session().unwrap().known, ["ines", "omar"]);
}

#[tokio::test]
async fn p16_who_was_here_before_can_sign_in_without_a_network() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.phone.sign_out().unwrap();
    office.is(Mood::Portal);
    let wrong = pocket.phone.sign_in(&office.address, "ines", "attic").await;
    assert_eq!(wrong.unwrap_err().code, "wrong_password");
    let unknown = pocket.phone.sign_in(&office.address, "omar", "attic").await;
    assert_eq!(unknown.unwrap_err().code, "not_an_office");
    pocket.phone.sign_in(&office.address, "ines", "cellar").await.unwrap();
    pocket.note(id(1), "in the cellar");
    assert_eq!(pocket.phone.sync_once().await.unwrap_err().code, "not_an_office");
    assert_eq!(pocket.waiting(), 1);
    let database = std::fs::read(pocket.folder.path().join("device.db")).unwrap();
    assert!(!database.windows(6).any(|w| w == b"cellar"), "the password is not kept");
}

#[tokio::test]
async fn signing_in_says_what_is_wrong() {
    let office = Stub::open([]).await;
    let pocket = Pocket::fresh();
    for (address, mood, code) in [
        (office.address.as_str(), Mood::Honest, "wrong_password"),
        (&office.address, Mood::BadGateway, "not_an_office"),
        (&office.address, Mood::TooOld, "app_too_old"),
        ("http://127.0.0.1:1", Mood::Honest, "office_unreachable"),
        ("not an address", Mood::Honest, "bad_address"),
    ] {
        office.is(mood);
        assert_eq!(pocket.phone.sign_in(address, "ines", "wrong").await.unwrap_err().code, code);
    }
    assert!(pocket.phone.session().unwrap().technician.is_none());
}

#[tokio::test]
async fn p25_a_checklist_that_is_too_new_is_said_and_holds_up_nothing() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;

    let missing = pocket.phone.job(id(1)).unwrap().missing;
    let keys = |steps: &[jobsheet_model::StepKey]| steps.iter().map(|s| s.to_string()).collect::<Vec<_>>();
    assert_eq!(keys(&missing.too_new), ["holo"]);
    assert!(!keys(&missing.steps).contains(&"holo".to_owned()), "it does not stand in the way");

    let answer =
        json!({"what":"step_answered","step":"temp","answer":{"kind":"number","value":"5"},"note":""});
    pocket.phone.record(id(1), serde_json::from_value(answer).unwrap()).unwrap();
    let kept = pocket.reopen().phone.job(id(1)).unwrap().order.template;
    let kind = |template: &jobsheet_model::step::Template| {
        let step = template.steps.iter().find(|s| s.key.as_str() == "holo").unwrap();
        serde_json::to_value(&step.kind).unwrap()
    };
    assert_eq!(kind(&kept), kind(&offered(1).template), "kept whole");
}

/// D10: what is not asked is never required, and what was said of it before counts for nothing.
#[tokio::test]
async fn d10_a_question_that_is_not_asked_is_never_required_and_its_answer_is_kept_aside() {
    let mut order = offered(1);
    let why = json!({"key":"why","title":{"en":"Why?","zh":"原因"},"required":true,
        "when":[{"test":"is","step":"power","value":"fail"}],"kind":{"kind":"text"}});
    order.template.steps.push(serde_json::from_value(why).unwrap());
    let office = Stub::open([order]).await;
    let pocket = Pocket::at(&office).await;
    let says = |step: &str, answer: serde_json::Value| {
        let what = json!({"what":"step_answered","step":step,"answer":answer,"note":""});
        pocket.phone.record(id(1), serde_json::from_value(what).unwrap()).unwrap()
    };
    let power = |result: &str| says("power", json!({"kind":"check","result":result}));
    let state = |job: &jobsheet_model::view::Job| {
        let asked = job.asked.iter().find(|one| one.step.as_str() == "why").unwrap().asked;
        (asked, job.missing.steps.iter().any(|step| step.as_str() == "why"))
    };
    let shows_why = || {
        let review = pocket.phone.review(id(1), Language::En).unwrap();
        review.document.steps.iter().any(|line| line.title == "Why?")
    };
    assert_eq!(state(&pocket.phone.job(id(1)).unwrap()), (Asked::No, false));
    assert_eq!(state(&power("fail")), (Asked::Yes, true));
    assert_eq!(state(&says("why", json!({"kind":"text","text":"No fuse"}))), (Asked::Yes, false));
    assert!(shows_why());
    let job = power("pass");
    assert_eq!(state(&job), (Asked::No, false));
    assert_eq!(job.sheet.answers.len(), 2, "kept");
    assert!(!shows_why());
    // And what was kept is there again when it is asked again.
    assert_eq!(state(&power("fail")), (Asked::Yes, false));
    assert!(shows_why());
}

#[tokio::test]
async fn a_part_is_asked_for_without_signal_and_says_when_the_office_has_it() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    let request = uuid::Uuid::from_u128(9);
    let part = json!({"number":"6205","name":{"en":"Bearing","zh":"轴承"},"quantity":2});
    let wanted = json!({"what":"part_requested","request":request,"part":part,"note":""});
    let wanted: jobsheet_model::What = serde_json::from_value(wanted).unwrap();
    let job = pocket.phone.record(id(1), wanted.clone()).unwrap();
    assert_eq!((job.sheet.requests.len(), job.waiting.requests), (1, vec![LineId(request)]));
    pocket.phone.sync_once().await.unwrap();
    let job = pocket.phone.job(id(1)).unwrap();
    assert_eq!((job.sheet.requests.len(), job.waiting.requests.len()), (1, 0));
    // Withdrawn, and the withdrawal taken back.
    let withdrawn = json!({"what":"part_request_withdrawn","request":request});
    let job = pocket.phone.record(id(1), serde_json::from_value(withdrawn).unwrap()).unwrap();
    assert!(job.sheet.requests.is_empty());
    let job = pocket.phone.record(id(1), wanted).unwrap();
    assert_eq!((job.sheet.requests.len(), job.waiting.requests.len()), (1, 1));
}

#[tokio::test]
async fn each_note_is_known_to_be_here_or_at_the_office() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    let waiting = |job: &jobsheet_model::view::Job| {
        (job.sheet.notes.len(), job.waiting.notes, job.sheet.follow_ups.len(), job.waiting.follow_ups)
    };
    let says = |what: serde_json::Value| pocket.phone.record(id(1), serde_json::from_value(what).unwrap());
    says(json!({"what":"note_written","text":"one"})).unwrap();
    says(json!({"what":"follow_up_suggested","kind":"sale","text":"a new one"})).unwrap();
    let job = says(json!({"what":"note_written","text":"two"})).unwrap();
    assert_eq!(waiting(&job), (2, 2, 1, 1));
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(waiting(&pocket.phone.job(id(1)).unwrap()), (2, 0, 1, 0));
    let job = says(json!({"what":"note_written","text":"three"})).unwrap();
    assert_eq!(waiting(&job), (3, 1, 1, 0), "the last alone waits");
}
