//! What the firm promises changes, and yesterday's promises stand: He Ping, the supervisor, publishes new ones while Wang
//! Lei has a job under the old.

use crate::{
    field::alone,
    intake::{arrives, once, takes, the_cold_store_calls},
};
use chrono::TimeDelta;
use jobsheet_model::{
    calendar::Budget,
    standard::{Under, shipped_one},
};
use jobsheet_office::Unpublished;

const HE_PING: &str = "何平";

#[tokio::test(flavor = "multi_thread")]
async fn x2_x3_the_supervisor_publishes_new_promises_and_yesterdays_job_keeps_the_old_ones() {
    let field = alone().await;
    let office = field.office();
    let orders = |key: &str| {
        let taken = takes(office, key, &the_cold_store_calls());
        let made = office.make_work_order(taken.id, &once(&format!("order {key}")), "周莉").expect("made");
        office.work_order(made.work_order).expect("a store").expect("a work order")
    };
    let yesterdays = arrives(&field, &orders("before")).await;

    // He promises an hour where it was two, and mistypes at first: it is not published.
    let mut draft = shipped_one("A").expect("it ships");
    draft.levels[0].clocks[0].within = Budget::Minutes(60);
    draft.accept_minutes = 0;
    let saved = office.save_standard(&draft, 0, HE_PING).expect("kept, faults and all");
    assert_eq!(saved.look.findings[0].path, "accept_minutes");
    let refused = office.publish_standard("A", saved.version, true, true, HE_PING);
    assert!(matches!(refused, Err(Unpublished::Unfit(_))), "{refused:?}");
    draft.accept_minutes = 5;
    let saved = office.save_standard(&draft, saved.version, HE_PING).expect("kept");
    let changes: Vec<_> = saved.look.differences.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(changes, ["accept_minutes", "levels[0].clocks[0].within"]);
    let published = office.publish_standard("A", saved.version, false, true, HE_PING).expect("published");
    assert_eq!(published, Under { standard: "A".into(), version: 2 });

    // The job of yesterday is promised, offered and judged as it was; the next caller has the new promise.
    let todays = arrives(&field, &orders("after")).await;
    let promised = |order: &jobsheet_model::WorkOrder| {
        (order.level.respond, order.level.accept, order.under.as_ref().map(|under| under.version))
    };
    assert_eq!(promised(&yesterdays), (120, 10, Some(1)));
    assert_eq!(promised(&todays), (60, 5, Some(2)));
    let length = |order: &jobsheet_model::WorkOrder| order.ceiling - order.respond_by;
    assert_eq!((length(&yesterdays), length(&todays)), (TimeDelta::minutes(60), TimeDelta::minutes(30)));
    field.sends().await;
    let on_the_phone = field.phone.job(yesterdays.id).expect("a job").order;
    assert_eq!(promised(&on_the_phone), promised(&yesterdays), "also after the phone has asked again");

    // Who did what stands in the office's own journal, and nobody writes over a draft that he did not see.
    let stale = office.save_standard(&draft, saved.version, "林娜");
    assert!(matches!(stale, Err(Unpublished::Changed)), "{stale:?}");
}
