//! Photos that only the office has, seen on a phone that did not take them.

use jobsheet_model::{change::PhotoSubject, view::PhotoPlace};
use jobsheet_phone::{Options, Phone};
use jobsheet_tests::company::Company;
use jobsheet_tests::link::{Break, Link};
use jobsheet_tests::photo;

fn phone_in(folder: &tempfile::TempDir) -> Phone {
    Phone::open(Options::new(folder.path().into(), None, "test".into())).expect("a phone")
}

/// A new phone of the same technician holds the sheet, and none of its pictures.
#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_only_the_office_has_is_seen_small_then_whole_and_can_be_removed_again() {
    let company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let (old, new) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let first = phone_in(&old);
    first.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
    first.sync_once().await.expect("the day");
    let id = first.today().expect("today").jobs[0].id;
    let bytes = std::fs::read(photo("before")).expect("a picture");
    let job = first.add_photo(id, PhotoSubject::Before, None, &bytes).expect("kept");
    let digest = job.sheet.photos[0].digest.clone();
    first.sync_once().await.expect("sent");
    let whole = first.photo(&digest, false).expect("it is here");
    assert_eq!(first.photo_place(&digest).expect("known"), PhotoPlace::Here);
    // What was taken here is given up by no tap.
    assert_eq!(first.drop_photo(&digest).expect("nothing"), PhotoPlace::Here);

    let second = phone_in(&new);
    second.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
    second.sync_once().await.expect("the day");
    assert_eq!(second.job(id).expect("a job").sheet.photos.len(), 1);
    assert_eq!(second.photo(&digest, true).expect_err("not here").code, "no_such_photo");
    let counted = || second.diagnostics().expect("counts").records.expect("records").photo_bytes;
    assert_eq!(counted(), 0);

    let small = second.fetch_photo(id, digest.clone(), true).await.expect("the small one");
    assert!(small.len() < whole.len() / 4, "{} of {}", small.len(), whole.len());
    assert_eq!((second.photo_place(&digest).expect("known"), counted()), (PhotoPlace::Away, 0));
    // Without a way to the office the small one is here, the whole one is not, and it says so.
    link.set(Break::Now);
    assert_eq!(second.fetch_photo(id, digest.clone(), true).await.expect("here"), small);
    let far = second.fetch_photo(id, digest.clone(), false).await.expect_err("no way");
    assert_eq!(far.code, "office_unreachable");
    link.set(Break::Never);

    assert_eq!(second.fetch_photo(id, digest.clone(), false).await.expect("the whole one"), whole);
    assert_eq!(second.photo_place(&digest).expect("known"), PhotoPlace::Fetched);
    assert_eq!(counted(), whole.len() as u64);
    assert_eq!(second.outbox().expect("an outbox").sync.waiting_photos, 0, "nothing of it is sent back");
    // Sealed as everything: its bytes are in no file.
    let mut files = vec![new.path().to_path_buf()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).expect("a folder").flatten().map(|entry| entry.path()));
        } else {
            let content = std::fs::read(&path).expect("a file");
            assert!(!content.windows(64).any(|w| w == &whole[1000..1064]), "{}", path.display());
        }
    }

    assert_eq!(second.drop_photo(&digest).expect("dropped"), PhotoPlace::Away);
    assert_eq!((counted(), second.photo(&digest, true).expect("the small one stays")), (0, small));
    // A photo that is on no sheet of this job is asked of nobody.
    let other = jobsheet_model::Digest::of(b"something else");
    assert_eq!(second.fetch_photo(id, other, false).await.expect_err("none").code, "no_such_photo");
}

/// Foreign and absent ones are alike (I10).
#[tokio::test(flavor = "multi_thread")]
async fn nobody_fetches_a_photo_of_a_job_that_is_not_theirs() {
    let company = Company::opens().await;
    let link = Link::to(company.address).await.expect("a link");
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    let (his, hers) = (phone_in(&folders[0]), phone_in(&folders[1]));
    his.sign_in(&link.url(), "wang.lei", "demo-wang-lei").await.expect("signed in");
    his.sync_once().await.expect("the day");
    let id = his.today().expect("today").jobs[0].id;
    let bytes = std::fs::read(photo("before")).expect("a picture");
    let job = his.add_photo(id, PhotoSubject::Before, None, &bytes).expect("kept");
    his.sync_once().await.expect("sent");
    hers.sign_in(&link.url(), "chen.chen", "demo-chen-chen").await.expect("signed in");
    hers.sync_once().await.expect("the day");
    for thumb in [true, false] {
        let asked = hers.fetch_photo(id, job.sheet.photos[0].digest.clone(), thumb).await;
        assert_eq!(asked.expect_err("not hers").code, "no_such_job");
    }
}
