//! Bytes and requests over bad links.

use crate::job;
use jobsheet_model::change::PhotoSubject;
use jobsheet_model::{Digest, Language, Sheet, WorkOrderId};
use jobsheet_phone::{Options, Phone};
use jobsheet_tests::company::Company;
use jobsheet_tests::slow_link::{Conditions, Count, SlowLink};
use serde_json::Value;
use std::time::Duration;

/// Passes that a phone may need; more is standing still.
const PASSES: u32 = 12;

struct Scene {
    company: Company,
    link: SlowLink,
    phone: Phone,
    _folder: tempfile::TempDir,
    /// The first job of the day.
    job: WorkOrderId,
}

impl Scene {
    /// Wang Lei has signed in and pulled the day over a fair link.
    async fn in_the_morning() -> Scene {
        let company = Company::opens().await;
        let link = SlowLink::to(company.address).await.expect("a link");
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options::new(folder.path().into(), None, "test".into());
        let phone = Phone::open(options).expect("the phone opens");
        phone.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
        phone.sync_once().await.expect("the day");
        let today = phone.today().expect("today");
        let job = today.jobs.iter().find(|job| job.offer.is_none()).expect("a job").id;
        Scene { company, link, phone, _folder: folder, job }
    }

    fn shown(&self) -> Value {
        serde_json::to_value(self.phone.job(self.job).expect("the job")).expect("JSON")
    }

    fn records(&self, what: Value) {
        let what = serde_json::from_value(what).expect("something to record");
        self.phone.record(self.job, what).expect("recorded");
    }

    fn signs(&self) {
        let review = self.phone.review(self.job, Language::Zh).expect("a review");
        self.records(job::signature(&serde_json::to_value(review).expect("JSON")));
    }

    /// Passes until nothing waits.
    /// The link is like this from now on. The connection of before has ended, which the phone may not have noticed yet:
    /// that is not what is looked at here.
    async fn becomes(&self, conditions: Conditions) {
        self.link.becomes(conditions);
        let _ = self.phone.sync_once().await;
    }

    async fn sends_all(&self) -> u32 {
        for pass in 1..=PASSES {
            let _ = self.phone.sync_once().await;
            let sync = self.phone.outbox().expect("an outbox").sync;
            if sync.waiting_changes + sync.waiting_photos == 0 {
                return pass;
            }
        }
        panic!("after {PASSES} passes something still waits: {:?}", self.link.count());
    }

    fn sheet_at_office(&self) -> Sheet {
        self.company.office.sheet(self.job).expect("a store").expect("a sheet")
    }

    fn is_whole(&self) {
        let sheet = self.sheet_at_office();
        assert_eq!(sheet, self.phone.job(self.job).expect("the job").sheet);
        for photo in &sheet.photos {
            let bytes = self.company.office.photo(&photo.digest).expect("the photo is at the office");
            assert_eq!(Digest::of(&bytes), photo.digest);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_job_with_its_signature_is_one_request_under_six_kilobytes() {
    let scene = Scene::in_the_morning().await;
    scene.becomes(Conditions { cut_percent: 0, ..Conditions::basement(0) }).await;
    for what in job::work(&scene.shown()) {
        scene.records(what);
    }
    scene.signs();
    let before = scene.link.count();
    assert_eq!(scene.sends_all().await, 1);
    let mut count = scene.link.count();
    (count.up, count.down) = (count.up - before.up, count.down - before.down);
    count.requests -= before.requests;
    let sheet = scene.sheet_at_office();
    assert!(sheet.sign_off.is_some() && sheet.changes > 15, "a whole job: {} changes", sheet.changes);
    assert_eq!(count.requests, 1, "{count:?}");
    let total = count.up + count.down;
    println!("{} changes: {} bytes up, {} down", sheet.changes, count.up, count.down);
    assert!(total < 6 * 1024, "{total} bytes: {count:?}");
    scene.is_whole();
}

/// Ten photos of about 250 KB over a bad link; what crossed it, how large they are, and in how many passes.
async fn ten_photos(scene: &Scene, conditions: Conditions) -> (Count, u64, u32) {
    scene.becomes(conditions).await;
    for n in 0..10 {
        let picture = job::picture(conditions.seed * 100 + n, 397);
        scene.phone.add_photo(scene.job, PhotoSubject::During, None, &picture).expect("a photo");
    }
    let waiting = scene.phone.outbox().expect("an outbox");
    let sizes: Vec<u32> = waiting.groups[0].photos.iter().map(|photo| photo.bytes).collect();
    assert!(sizes.iter().all(|size| (230_000..270_000).contains(size)), "{sizes:?}");
    let payload = sizes.iter().map(|size| u64::from(*size)).sum();
    let passes = scene.sends_all().await;
    let count = scene.link.count();
    scene.is_whole();
    let percent = count.photo as f64 * 100.0 / payload as f64;
    println!("{passes} passes, {percent:.2} % of the photos' bytes, {count:?}");
    assert!(count.photo >= payload, "what arrived was counted");
    let twice = count.photo - payload;
    assert!(twice * 100 <= payload * 3, "{twice} of {payload} bytes sent twice: {conditions:?} {count:?}");
    (count, payload, passes)
}

#[tokio::test(flavor = "multi_thread")]
async fn p20_photos_get_through_a_slow_link_that_is_cut_now_and_then() {
    let scene = Scene::in_the_morning().await;
    let (mut before, mut after) = (0, 0);
    for seed in 1..=6 {
        let (count, ..) = ten_photos(&scene, Conditions::basement(seed)).await;
        before += count.cut_before;
        after += count.cut_after;
    }
    assert!(before > 0 && after > 0, "the link was cut ({before} and {after} times)");
    // Cut as often as not, it still gets through.
    let (count, ..) = ten_photos(&scene, Conditions { cut_percent: 25, ..Conditions::basement(7) }).await;
    assert!(count.cut_before > 0 && count.cut_after > 0, "{count:?}");
}

/// Connections end after so many bytes.
fn short_lived(lasts: u64) -> Conditions {
    let round_trip = Duration::from_millis(60);
    Conditions { lasts: Some(lasts), cut_percent: 0, round_trip, hurry: 20, ..Conditions::basement(lasts) }
}

#[tokio::test(flavor = "multi_thread")]
async fn p20_photos_get_through_in_one_pass_when_no_connection_outlives_200_kilobytes() {
    let (count, payload, passes) = ten_photos(&Scene::in_the_morning().await, short_lived(200_000)).await;
    assert_eq!(passes, 1);
    assert!(u64::from(count.worn_out) >= payload / 200_000, "{count:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn p20_photos_get_through_in_one_pass_when_no_connection_outlives_32_kilobytes() {
    let (count, payload, passes) = ten_photos(&Scene::in_the_morning().await, short_lived(32_000)).await;
    assert_eq!(passes, 1);
    assert!(u64::from(count.worn_out) >= payload / 32_000, "{count:?}");
}
