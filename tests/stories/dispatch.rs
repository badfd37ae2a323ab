//! A machine stands still in the High-tech Zone, and nobody at the desk has to think of whom to send: real phones, the
//! real office, and a Monday whose hours are moved by hand.

use chrono::{DateTime, TimeDelta, Utc};
use jobsheet_model::{
    Stage, WorkOrderId,
    act::Attention,
    change::{DeclineReason, KnownWhat},
    dispatch::KeptOut,
    view::Raised,
    work_order::AssignmentState,
};
use jobsheet_office::{HandClock, Office, Options, Role};
use jobsheet_phone::{Phone, TestClock};
use jobsheet_tests::carry::pass;
use std::sync::Arc;
use tokio::net::TcpListener;

const ZHOU_LI: &str = "周莉";

/// Half past nine on a Monday in Chengdu.
fn monday() -> DateTime<Utc> {
    "2026-11-23T01:30:00Z".parse().expect("an instant")
}

struct Town {
    office: Office,
    clock: HandClock,
    address: String,
    _folder: tempfile::TempDir,
}

struct Pocket {
    phone: Phone,
    clock: Arc<TestClock>,
    _folder: tempfile::TempDir,
}

impl Town {
    async fn wakes() -> Town {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = HandClock::at(monday());
        let options = Options { demo: true, clock: clock.clock(), ..Options::in_tests(folder.path()) };
        let office = Office::open(options).expect("the office opens");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let served = office.clone();
        tokio::spawn(async move { served.serve(listener, std::future::pending()).await });
        Town { office, clock, address, _folder: folder }
    }

    async fn phone_of(&self, login: &str) -> Pocket {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(TestClock::at(&self.clock.now().to_rfc3339()));
        let options = jobsheet_phone::Options {
            data: folder.path().into(),
            office: None,
            version: "test".into(),
            clock: clock.clone(),
        };
        let phone = Phone::open(options).expect("the phone opens");
        let password = format!("demo-{}", login.replace('.', "-"));
        phone.sign_in(&self.address, login, &password).await.expect("signed in");
        Pocket { phone, clock, _folder: folder }
    }

    /// Time goes by for everybody, and the office looks at its clocks.
    fn minutes_pass(&self, minutes: i64, pockets: &[&Pocket]) {
        self.clock.advance(TimeDelta::minutes(minutes));
        for pocket in pockets {
            pocket.clock.set(self.clock.now());
        }
        while self.office.tick().expect("a look at the clocks") > 0 {}
    }

    fn has(&self, id: WorkOrderId) -> String {
        let order = self.office.work_order(id).expect("a store").expect("a work order");
        match order.assignment.state {
            AssignmentState::Offered => order.assignment.technician_name,
            _ => String::new(),
        }
    }

    fn raised(&self, id: WorkOrderId, what: Attention) -> Vec<Raised> {
        let raised = self.office.raised(id).expect("a store");
        raised.into_iter().filter(|one| one.attention == what).collect()
    }
}

impl Pocket {
    async fn is_in_reach(&self, town: &Town) {
        for _ in 0..2 {
            pass(&self.phone, &town.office, &*self.clock, |_, heard| heard).await.expect("a pass");
        }
    }

    fn shows(&self, id: WorkOrderId) -> bool {
        self.phone.job(id).is_ok_and(|job| job.sheet.stage == Stage::Offered && job.card.gone.is_none())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a11_a13_a14_a15_a_chiller_stands_still_and_the_office_asks_one_after_the_other_until_zhou_li_decides()
 {
    let town = Town::wakes().await;
    let (ana, zhao, wang) =
        (town.phone_of("ana.li").await, town.phone_of("zhao.min").await, town.phone_of("wang.lei").await);
    let orders = town.office.work_orders().expect("a store");
    let waits = |one: &&jobsheet_model::WorkOrder| {
        one.assignment.state == AssignmentState::Withdrawn && one.level.rank == 1
    };
    let id = orders.iter().find(waits).expect("an urgent request that waits").id;
    // A quiet Monday: nothing else is planned.
    for other in orders.iter().filter(|one| one.id != id) {
        town.office.cancel(other.id, "Another day", ZHOU_LI).expect("cancelled");
    }
    for pocket in [&ana, &zhao, &wang] {
        pocket.is_in_reach(&town).await;
    }

    // Zhou Li has switched the rule on. It is Ana Li's area.
    town.office.set_by_rule(true, ZHOU_LI).expect("switched on");
    town.minutes_pass(0, &[&ana, &zhao, &wang]);
    assert_eq!(town.has(id), "Ana Li");
    ana.is_in_reach(&town).await;
    assert!(ana.shows(id));

    // Ana Li is on a roof and does not hear it. After ten minutes it is Zhao Min's, and Ana Li's phone knows.
    town.minutes_pass(10, &[&ana, &zhao, &wang]);
    assert_eq!(town.has(id), "赵敏");
    ana.is_in_reach(&town).await;
    assert!(!ana.shows(id));
    zhao.is_in_reach(&town).await;
    assert!(zhao.shows(id));

    // Zhao Min has her hands full, and knows who has not.
    let declined = KnownWhat::OfferDeclined {
        reason: DeclineReason::OnAnotherJob,
        note: String::new(),
        suggested: Some("王磊".into()),
    };
    zhao.phone.record(id, declined.into()).expect("recorded");
    zhao.is_in_reach(&town).await;
    town.minutes_pass(0, &[&ana, &zhao, &wang]);
    assert_eq!(town.has(id), "王磊");

    // Wang Lei is in a basement: his phone has not heard of it for three minutes. Nobody else may be sent, so it stays
    // his, and the office is told.
    town.minutes_pass(3, &[&ana, &zhao, &wang]);
    assert_eq!((town.has(id).as_str(), town.raised(id, Attention::Undelivered).len()), ("王磊", 1));
    wang.is_in_reach(&town).await;
    assert!(wang.shows(id));
    town.minutes_pass(10, &[&ana, &zhao, &wang]);

    // Nobody is left. Zhou Li sees it at once, with who said what, and she has thirty minutes.
    assert_eq!(town.has(id), "");
    let nobody = town.raised(id, Attention::NobodyFits);
    assert_eq!(nobody.len(), 1);
    assert!(nobody[0].decided.is_none());
    let found = town.office.candidates(id, Role::Supervisor).expect("a store").expect("a work order");
    let kept_out = |login: &str| {
        let one = found.candidates.iter().find(|one| one.login == login).expect("a technician");
        one.kept_out.first().copied()
    };
    assert_eq!(kept_out("ana.li"), Some(KeptOut::Expired));
    assert_eq!(kept_out("zhao.min"), Some(KeptOut::Declined));
    assert_eq!(kept_out("wang.lei"), Some(KeptOut::Expired));
    assert_eq!((found.suggested[0].by.as_str(), found.suggested[0].text.as_str()), ("赵敏", "王磊"));
    town.minutes_pass(29, &[&ana, &zhao, &wang]);
    assert_eq!(town.raised(id, Attention::Unassigned).len(), 0);

    // She telephones Ana Li, who is off the roof.
    town.office.offer_ranked(id, "ana.li", "On the telephone: she is free now", ZHOU_LI).expect("offered");
    ana.is_in_reach(&town).await;
    ana.phone.record(id, KnownWhat::OfferAccepted {}.into()).expect("recorded");
    ana.is_in_reach(&town).await;
    town.minutes_pass(60, &[&ana, &zhao, &wang]);
    let order = town.office.work_order(id).expect("a store").expect("a work order");
    assert_eq!(order.assignment.state, AssignmentState::Assigned);
    assert_eq!(order.assignment.technician_name, "Ana Li");
    assert_eq!(town.raised(id, Attention::Unassigned).len(), 0);
    assert_eq!(town.raised(id, Attention::NobodyFits)[0].decided.as_ref().expect("decided").by, ZHOU_LI);
}
