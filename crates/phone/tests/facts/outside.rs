//! What comes from outside the app's own screens, and what goes there.

use crate::{Pocket, id, stub::*};
use chrono::TimeDelta;
use jobsheet_model::{
    Language,
    change::KnownWhat,
    link,
    notice::Notice,
    view::{Event, Opens, Settings},
    wire::Gone,
};
use serde_json::json;
use std::time::Duration;

fn told(pocket: &Pocket, n: u128) -> Option<Notice> {
    pocket.phone.notice(&Event::Offered { work_order: id(n) })
}

#[tokio::test]
async fn an_offer_is_told_of_once_however_often_it_is_delivered() {
    let office = Stub::open([]).await;
    let pocket = Pocket::at(&office).await;
    let mut events = pocket.phone.events();
    let mut order = offered(1);
    office.office().orders.insert(id(1), order.clone());
    let mut said = Vec::new();
    let mut delivered = async |said: &mut Vec<Notice>| {
        office.office().pages = true;
        pocket.phone.sync_once().await.unwrap();
        while let Ok(event) = events.try_recv() {
            // As a shell does whose window is behind another, twice, as if it had two.
            said.extend(pocket.phone.notice(&event));
            said.extend(pocket.phone.notice(&event));
        }
    };
    delivered(&mut said).await;
    delivered(&mut said).await;
    assert_eq!(said.len(), 1, "{said:?}");
    assert_eq!(told(&pocket, 1), None, "the same offer again");
    // Made anew, it is another offer.
    order.assignment.offered_at += TimeDelta::minutes(30);
    office.office().orders.insert(id(1), order);
    delivered(&mut said).await;
    assert_eq!(said.len(), 2);
}

#[tokio::test]
async fn a_notice_says_how_soon_and_nothing_of_the_customer_in_the_language_of_the_phone() {
    let office = Stub::open([offered(1), offered(2)]).await;
    let pocket = Pocket::at(&office).await;
    let mut texts = Vec::new();
    for (n, language) in [(1, Language::En), (2, Language::Zh)] {
        pocket.phone.save_settings(Settings { language, ..Settings::default() }).unwrap();
        let job = pocket.phone.job(id(n)).unwrap();
        let until = job.card.offer.unwrap().expires + TimeDelta::hours(8);
        let notice = told(&pocket, n).unwrap();
        assert_eq!(notice.work_order, id(n));
        assert!(notice.body.contains(&until.format("%H:%M").to_string()), "{notice:?}");
        assert!(notice.body.contains(&job.order.number), "{notice:?}");
        assert!(notice.title.contains(job.order.level.name.get(language)), "{notice:?}");
        for theirs in [
            &job.order.customer.name,
            &job.order.customer.contact,
            &job.order.site.address,
            &job.order.request.symptom,
        ] {
            assert!(theirs.len() > 1 && !format!("{notice:?}").contains(theirs), "{theirs}: {notice:?}");
        }
        texts.push(notice.title.chars().any(|c| c > '\u{2e80}'));
    }
    assert_eq!(texts, [false, true], "English, then Chinese");
}

#[tokio::test]
async fn what_needs_no_answer_any_more_is_not_told() {
    let office = Stub::open([offered(1), offered(2), offered(3), offered(4)]).await;
    let pocket = Pocket::at(&office).await;
    for event in [Event::Sync {}, Event::Session {}, Event::Job { work_order: id(1) }] {
        assert_eq!(pocket.phone.notice(&event), None, "{event:?}");
    }
    assert_eq!(told(&pocket, 77), None, "a job that is not here");
    pocket.phone.record(id(1), KnownWhat::OfferAccepted {}.into()).unwrap();
    assert_eq!(told(&pocket, 1), None, "it is answered");
    // The phone is in a customer's hands.
    pocket.phone.save_draft("customer", &json!(id(1))).unwrap();
    assert_eq!(told(&pocket, 2), None);
    pocket.phone.save_draft("customer", &json!(null)).unwrap();
    assert!(told(&pocket, 2).is_some(), "and back");
    pocket.clock.pass(Duration::from_secs(2 * 60 * 60));
    assert_eq!(told(&pocket, 3), None, "it is too late");
    pocket.phone.sign_out().unwrap();
    assert_eq!(told(&pocket, 4), None, "nobody is at work");
}

#[tokio::test]
async fn a_start_is_told_who_is_at_work_whether_a_customer_has_the_phone_and_the_day_in_one_answer() {
    let office = Stub::open([offered(1), offered(2)]).await;
    let pocket = Pocket::at(&office).await;
    let opening = pocket.phone.opening().unwrap();
    assert_eq!(opening.session.technician, pocket.phone.session().unwrap().technician);
    assert_eq!(opening.customer, None);
    assert_eq!(opening.today.unwrap().jobs.len(), 2);
    pocket.phone.save_draft("customer", &json!(id(1))).unwrap();
    assert_eq!(pocket.phone.opening().unwrap().customer, Some(id(1)));

    pocket.phone.sign_out().unwrap();
    let nobody = pocket.phone.opening().unwrap();
    assert!(nobody.session.technician.is_none());
    assert_eq!((nobody.customer, nobody.today.is_none()), (None, true), "nothing of a job is told");
}

#[tokio::test]
async fn a_link_opens_a_job_that_is_here_and_says_so_when_it_is_not() {
    let office = Stub::open([offered(1), offered(2)]).await;
    let pocket = Pocket::at(&office).await;
    let follow = |link: &str| pocket.phone.follow(link).unwrap();
    let offer = Opens::Job { work_order: id(1), offer: true };
    assert_eq!(follow("jobsheet:job/js-2611-0001"), offer);
    assert_eq!(follow(&link::to_job(id(1))), offer);
    pocket.phone.record(id(1), KnownWhat::OfferAccepted {}.into()).unwrap();
    assert_eq!(follow("jobsheet:job/JS-2611-0001"), Opens::Job { work_order: id(1), offer: false });

    let not_here = |number: &str| Opens::NotHere { number: number.into() };
    assert_eq!(follow("jobsheet:job/JS-2611-0099"), not_here("JS-2611-0099"));
    assert_eq!(follow(&link::to_job(id(99))), not_here(""));
    assert_eq!(follow("jobsheet:job/JS-2611-000_"), Opens::Nothing {}, "no pattern of SQL");
    office.office().gone.push(Gone {
        work_order: id(2),
        to: "Omar".into(),
        reason: String::new(),
        at: NOON.parse().unwrap(),
        closed: false,
    });
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(follow("jobsheet:job/JS-2611-0002"), not_here("JS-2611-0002"), "it is another's now");
}

#[tokio::test]
async fn a_link_tells_nothing_of_what_is_locked_and_enrols_nobody_by_itself() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    let enrol = "jobsheet:enrol?office=https%3A%2F%2Foffice.test&code=K7QF92MDXP4T8WVA";
    let asks = Opens::SignIn { office: "https://office.test".into(), code: "K7QF92MDXP4T8WVA".into() };
    let before = serde_json::to_value(pocket.phone.session().unwrap()).unwrap();
    assert_eq!(pocket.phone.follow(enrol).unwrap(), asks);
    assert_eq!(serde_json::to_value(pocket.phone.session().unwrap()).unwrap(), before);
    pocket.phone.sign_out().unwrap();
    for link in ["jobsheet:job/JS-2611-0001".to_owned(), link::to_job(id(1)), link::to_job(id(99))] {
        assert_eq!(pocket.phone.follow(&link).unwrap(), Opens::Locked {}, "{link}");
    }
    assert_eq!(pocket.phone.follow(enrol).unwrap(), asks);
    assert_eq!(pocket.phone.follow("jobsheet:me").unwrap(), Opens::Nothing {});
}
