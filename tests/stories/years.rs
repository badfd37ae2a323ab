//! Weeks later: what is over leaves Wang Lei's phone by itself, with nothing lost of what was on it.

use crate::{
    field::{self, Field},
    intake::ZHOU_LI,
    visit::acceptance,
};
use chrono::{TimeDelta, Utc};
use jobsheet_model::{Stage, act::Attention, change::*};
use jobsheet_office::HandClock;
use jobsheet_phone::Ask;
use jobsheet_tests::{carry::pass, company::Company};
use std::{sync::Arc, time::Duration};

/// His phone and the office, and the clocks of both.
struct Weeks {
    field: Field,
    office: HandClock,
}

impl Weeks {
    async fn begin() -> Weeks {
        let office = HandClock::at(Utc::now());
        let field = field::at(&Arc::new(Company::opens_by(office.clock()).await)).await;
        Weeks { field, office }
    }

    /// Time passes for both, and the office looks at its clocks.
    fn pass(&self, time: TimeDelta) {
        self.office.advance(time);
        self.field.clock.pass(Duration::from_millis(time.num_milliseconds().unsigned_abs()));
        while self.field.office().tick().expect("a tick") > 0 {}
    }

    /// He has been there, the customer has signed, and the office has closed it.
    async fn he_mends_it_and_it_is_closed(&self) {
        let field = &self.field;
        field.picture();
        field.records(KnownWhat::WorkFinished {});
        field.records(acceptance(field, Rating::Satisfied, ""));
        field.sends().await;
        field.all_is_there();
        self.is_closed();
    }

    fn is_closed(&self) {
        let (office, id) = (self.field.office(), self.field.id);
        let is_open = || office.raised(id).expect("a store").into_iter().find(|one| one.decided.is_none());
        while let Some(one) = is_open() {
            let choice = one.attention.choices().last().expect("a choice");
            office.decide(one.n, *choice, "已核对", ZHOU_LI).expect("decided");
        }
        // By the rule, or by her.
        let _ = office.close(id, "已核对", ZHOU_LI);
    }

    /// The customer's data is on the phone no more, nor anything that says so.
    fn it_has_left(&self) {
        let job = self.field.phone.job(self.field.id).expect("a job");
        assert_eq!((job.order.customer.name.as_str(), job.order.site.address.as_str()), ("", ""));
        assert!(job.sheet.photos.is_empty() && job.sheet.notes.is_empty());
        let today = self.field.phone.today().expect("today");
        assert!(today.jobs.iter().all(|card| card.id != self.field.id), "no notice of it");
    }

    fn it_is_there(&self) {
        let job = self.field.phone.job(self.field.id).expect("a job");
        assert_ne!(job.order.customer.name, "");
        assert_eq!(job.sheet.stage, Stage::SignedOff);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_that_was_closed_two_weeks_ago_leaves_the_phone_and_comes_back_when_it_is_opened_again() {
    let weeks = Weeks::begin().await;
    weeks.he_mends_it_and_it_is_closed().await;
    let field = &weeks.field;
    let signed = field.office().sheet(field.id).expect("a store");
    weeks.pass(TimeDelta::days(7));
    field.sends().await;
    weeks.pass(TimeDelta::days(7) - TimeDelta::minutes(1));
    field.sends().await;
    weeks.it_is_there();
    weeks.pass(TimeDelta::minutes(1));
    field.sends().await;
    weeks.it_has_left();
    assert_eq!(field.waiting(), (0, 0));
    assert_eq!(field.office().sheet(field.id).expect("a store"), signed, "the office has all of it");

    // Another phone of his begins without the years before.
    let second = field::at(&field.company).await;
    assert!(second.phone.job(field.id).is_err());

    // The customer calls: Zhou Li opens it again, and he has it as it was.
    field.office().reopen(field.id, "客户称又停机", ZHOU_LI).expect("opened again");
    field.sends().await;
    weeks.it_is_there();
    field.all_is_there();
    let before = signed.expect("a sheet").notes.len();
    field.records(KnownWhat::Amended { reason: "补充".into() });
    field.note("补充：更换了轴封");
    field.sends().await;
    assert_eq!(field.office().sheet(field.id).expect("a store").expect("a sheet").notes.len(), before + 1);
    let raised = field.office().raised(field.id).expect("a store");
    assert!(raised.iter().all(|one| one.attention != Attention::Late), "it is his: {raised:?}");
    // Closed again, it has its two weeks again.
    field.records(acceptance(field, Rating::Satisfied, ""));
    field.sends().await;
    weeks.is_closed();
    weeks.pass(TimeDelta::days(13));
    field.sends().await;
    weeks.it_is_there();
    weeks.pass(TimeDelta::days(1));
    field.sends().await;
    weeks.it_has_left();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_still_on_the_phone_when_the_visit_left_it_reaches_the_office_first() {
    let weeks = Weeks::begin().await;
    weeks.he_mends_it_and_it_is_closed().await;
    let field = &weeks.field;
    weeks.pass(TimeDelta::days(7));
    field.sends().await;
    // He remembers something where there is no signal, and has none until the visit has left him.
    let suggests =
        || KnownWhat::FollowUpSuggested { kind: FollowUpKind::Replacement, text: "明年换轴封".into() };
    field.records(suggests());
    field.fails_to_send().await;
    weeks.pass(TimeDelta::days(7));
    assert_eq!(field.waiting().0, 1);
    weeks.it_is_there();
    // The answer that would take it away is lost on its way: he has it, and so has the office.
    let lost = |ask: &Ask, heard| if ask.path == "/v1/sync" { Err("no signal".into()) } else { heard };
    assert!(pass(&field.phone, field.office(), &*field.clock, lost).await.is_err());
    weeks.it_is_there();
    field.sends().await;
    field.sends().await;
    assert_eq!(field.waiting(), (0, 0));
    weeks.it_has_left();
    let sheet = field.office().sheet(field.id).expect("a store").expect("a sheet");
    assert_eq!(sheet.follow_ups.len(), 1, "nothing recorded goes with it");
    let raised = field.office().raised(field.id).expect("a store");
    let open: Vec<_> = raised.iter().filter(|one| one.decided.is_none()).map(|one| one.attention).collect();
    assert!(open.contains(&Attention::AfterClosing) && !open.contains(&Attention::Late), "{open:?}");
}
