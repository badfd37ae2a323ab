use crate::{
    console,
    world::{self, Answer, Phone, World, on_a_server, send_to},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use jobsheet_model::{
    Digest, Language, Stage, WorkOrder,
    act::{Act, Entry},
    change::{KnownWhat, PhotoSubject, Rating, SignOffAct},
    document::document,
    prepare::prepare,
    wire::{MAX_THUMB, MAX_THUMBS, PROTOCOL, PROTOCOL_HEADER, Thumb, Thumbs, UPLOAD_COMPLETE, UPLOAD_OFFSET},
};
use jobsheet_office::{Office, Options};

fn picture(size: usize) -> (Vec<u8>, Digest) {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
    bytes.extend((0..size).map(|n| (n * 31 % 251) as u8));
    let digest = Digest::of(&bytes);
    (bytes, digest)
}

async fn put(phone: &Phone<'_>, digest: &Digest, offset: u64, complete: bool, bytes: &[u8]) -> Answer {
    put_at(&phone.world.office, phone, digest, offset, complete, bytes).await
}

async fn put_at(
    office: &Office,
    phone: &Phone<'_>,
    digest: &Digest,
    offset: u64,
    complete: bool,
    bytes: &[u8],
) -> Answer {
    let request = Request::put(format!("/v1/photos/{digest}"))
        .header(PROTOCOL_HEADER, PROTOCOL)
        .header("authorization", format!("Bearer {}", phone.token))
        .header(UPLOAD_OFFSET, offset)
        .header(UPLOAD_COMPLETE, if complete { "?1" } else { "?0" });
    send_to(office, request.body(Body::from(bytes.to_vec())).unwrap()).await
}

async fn head(phone: &Phone<'_>, digest: &Digest) -> (u16, String, String) {
    let answer = phone.world.app(Method::HEAD, &format!("/v1/photos/{digest}"), &phone.token, "").await;
    (answer.status.as_u16(), answer.header(UPLOAD_OFFSET).into(), answer.header(UPLOAD_COMPLETE).into())
}

async fn take(phone: &mut Phone<'_>, job: &WorkOrder, digest: &Digest, bytes: usize) {
    let taken = KnownWhat::PhotoTaken {
        digest: digest.clone(),
        subject: PhotoSubject::Before,
        step: None,
        bytes: bytes as u32,
        drawn_on: None,
    };
    let change = phone.change(job, taken);
    let response = phone.sync(&[change]).await;
    assert_eq!(response.photos_missing, std::slice::from_ref(digest));
}

#[tokio::test]
async fn an_upload_goes_on_where_it_stopped() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let (bytes, digest) = picture(100_000);
    take(&mut phone, &job, &digest, bytes.len()).await;
    assert_eq!(head(&phone, &digest).await, (204, "0".into(), "?0".into()));

    let answer = put(&phone, &digest, 0, false, &bytes[..40_000]).await;
    assert_eq!((answer.status.as_u16(), answer.header(UPLOAD_OFFSET)), (204, "40000"));
    let answer = put(&phone, &digest, 10, true, &bytes[10..]).await;
    assert_eq!((answer.status, answer.header(UPLOAD_OFFSET)), (StatusCode::CONFLICT, "40000"));
    assert_eq!(answer.problem(), "/problems/wrong-offset");
    assert_eq!(head(&phone, &digest).await, (204, "40000".into(), "?0".into()));
    assert_eq!(world.office.photo(&digest), None);

    let answer = put(&phone, &digest, 40_000, true, &bytes[40_000..]).await;
    assert_eq!((answer.status.as_u16(), answer.header(UPLOAD_COMPLETE)), (204, "?1"));
    assert_eq!(world.office.photo(&digest), Some(bytes.clone()));
    let response = phone.sync(&[]).await;
    assert!(response.photos_missing.is_empty());
    assert_eq!(response.bases[0].photos_held, std::slice::from_ref(&digest));

    // Again is once.
    let answer = put(&phone, &digest, 0, true, &bytes).await;
    assert_eq!((answer.status.as_u16(), answer.header(UPLOAD_COMPLETE)), (204, "?1"));
}

#[tokio::test]
async fn what_arrived_before_the_link_was_cut_stays() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let (bytes, digest) = picture(50_000);
    take(&mut phone, &job, &digest, bytes.len()).await;
    let chunks = [Ok(bytes[..30_000].to_vec()), Err(std::io::Error::other("cut"))];
    let request = Request::put(format!("/v1/photos/{digest}"))
        .header(PROTOCOL_HEADER, PROTOCOL)
        .header("authorization", format!("Bearer {}", phone.token))
        .body(Body::from_stream(futures_util::stream::iter(chunks)))
        .unwrap();
    world.send(request).await;
    assert_eq!(head(&phone, &digest).await, (204, "30000".into(), "?0".into()));
}

#[tokio::test]
async fn an_upload_goes_on_at_another_office_that_shares_the_bucket() {
    let world = World::new();
    let theirs = Options::in_tests(world.folder.path());
    if !on_a_server() || theirs.photos.is_none() {
        return; // scripts/with-postgres and scripts/with-s3 give them what to share
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().into();
    let other = Office::open(Options { data, clock: world.clock.clock(), ..theirs }).unwrap();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let (bytes, digest) = picture(90_000);
    take(&mut phone, &job, &digest, bytes.len()).await;
    put(&phone, &digest, 0, false, &bytes[..30_000]).await;
    // Two that know nothing of each other take the same bytes: one of them more.
    let (one, two) = tokio::join!(
        put_at(&other, &phone, &digest, 30_000, false, &bytes[30_000..50_000]),
        put(&phone, &digest, 30_000, false, &bytes[30_000..40_000]),
    );
    assert!([one.status.as_u16(), two.status.as_u16()].contains(&204));
    let (_, reached, _) = head(&phone, &digest).await;
    let reached: usize = reached.parse().unwrap();
    assert!([40_000, 50_000].contains(&reached), "{reached}");
    let last = put_at(&other, &phone, &digest, reached as u64, true, &bytes[reached..]).await;
    assert_eq!((last.status.as_u16(), last.header(UPLOAD_COMPLETE)), (204, "?1"));
    assert_eq!(world.office.photo(&digest), Some(bytes.clone()));
    assert_eq!(other.photo(&digest), Some(bytes));
}

#[tokio::test]
async fn two_uploads_of_one_photo_at_once_end_as_one() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let (bytes, digest) = picture(300_000);
    take(&mut phone, &job, &digest, bytes.len()).await;
    let (one, two) =
        tokio::join!(put(&phone, &digest, 0, true, &bytes), put(&phone, &digest, 0, true, &bytes));
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (204, 204));
    assert_eq!(world.office.photo(&digest), Some(bytes));
}

#[tokio::test]
async fn bytes_that_are_not_the_photo_are_refused_and_forgotten() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let (bytes, digest) = picture(5_000);
    take(&mut phone, &job, &digest, bytes.len()).await;
    let mut wrong = bytes.clone();
    wrong[2_000] ^= 1;
    let answer = put(&phone, &digest, 0, true, &wrong).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (422, "/problems/wrong-digest"));
    assert_eq!(head(&phone, &digest).await, (204, "0".into(), "?0".into()));
    assert_eq!(put(&phone, &digest, 0, true, &bytes).await.status, 204);

    let text = b"<script>alert(1)</script>".to_vec();
    let digest = Digest::of(&text);
    take(&mut phone, &job, &digest, text.len()).await;
    assert_eq!(put(&phone, &digest, 0, true, &text).await.problem(), "/problems/not-a-jpeg");
}

#[tokio::test]
async fn i10_a_foreign_photo_reads_as_absent() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let (bytes, digest) = picture(5_000);
    take(&mut phone, &job, &digest, bytes.len()).await;
    put(&phone, &digest, 0, true, &bytes).await;
    let path = format!("/v1/photos/{digest}");
    assert_eq!(world.app(Method::GET, &path, &phone.token, "").await.body, bytes);

    let other = world.phone("ana.li").await;
    let absent = format!("/v1/photos/{}", "a".repeat(64));
    let foreign = world.app(Method::GET, &path, &other.token, "").await;
    let absent = world.app(Method::GET, &absent, &other.token, "").await;
    assert_eq!((foreign.status, foreign.body), (StatusCode::NOT_FOUND, absent.body));
    assert_eq!(head(&other, &digest).await.0, 404);
    assert_eq!(put(&other, &digest, 0, true, &bytes).await.status, 404);
}

#[tokio::test]
async fn e10_a_signed_sheet_is_returned_once_when_its_last_photo_is_here() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let (bytes, digest) = picture(5_000);
    take(&mut phone, &job, &digest, bytes.len()).await;
    let sheet = world.office.sheet(job.id).unwrap().unwrap();
    let act = SignOffAct {
        digest: document(&job, &sheet, Language::Zh).digest(),
        language: Language::Zh,
        ink: None,
        signatory: "陈主任".into(),
        capacity: "检验科主任".into(),
        saw_it_work: true,
        rating: Rating::VerySatisfied,
        rating_reasons: Vec::new(),
        remark: String::new(),
    };
    let ink = vec![vec![[0, 0, 0, 500], [300, 100, 90, 500]]];
    let signed = prepare(&job, &sheet, KnownWhat::SignedOff { act, ink, phone: None }.into()).unwrap();
    let change = phone.change(&job, signed);
    let base = phone.sync(&[change]).await.bases.remove(0);
    assert_eq!(base.sheet.stage, Stage::SignedOff);
    let returned = || {
        let journal = world.office.journal(job.id).unwrap();
        journal.iter().filter(|line| line.entry == Entry::Act(Act::Returned {})).count()
    };
    assert_eq!(returned(), 0);
    put(&phone, &digest, 0, true, &bytes).await;
    put(&phone, &digest, 0, true, &bytes).await;
    assert_eq!(returned(), 1);
    assert!(world.office.raised(job.id).unwrap().is_empty());
}

/// A picture that packs well.
fn small(width: u32, height: u32, quality: u8) -> Vec<u8> {
    let pixels = image::RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
    let mut jpeg = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, quality).encode_image(&pixels).unwrap();
    jpeg
}

async fn send_thumbs(phone: &Phone<'_>, thumbs: &[(&Digest, &[u8])]) -> Answer {
    let thumbs = thumbs.iter().map(|(photo, jpeg)| Thumb { photo: (*photo).clone(), jpeg: jpeg.to_vec() });
    let thumbs = serde_json::to_string(&Thumbs { thumbs: thumbs.collect() }).unwrap();
    phone.world.app(Method::POST, "/v1/thumbs", &phone.token, thumbs).await
}

#[tokio::test]
async fn the_console_shows_a_thumbnail_until_the_photo_is_there() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let (bytes, digest) = picture(50_000);
    take(&mut phone, &job, &digest, bytes.len()).await;
    let cookie = console::sign_in(&world).await;
    let shown = async |path: &str| console::ask(&world, Method::GET, path, &cookie, "", "").await;
    let thumb = format!("/photos/{digest}/thumb");
    let ahead = async || {
        let job: serde_json::Value = shown(&format!("/work-orders/{}", job.id)).await.json();
        job["photos"][0]["thumb"].as_bool().unwrap()
    };
    assert!(!ahead().await && shown(&thumb).await.status == StatusCode::NOT_FOUND);
    phone.pull().await;
    let jpeg = small(160, 120, 60);
    for _ in 0..2 {
        assert_eq!(send_thumbs(&phone, &[(&digest, &jpeg)]).await.status, StatusCode::NO_CONTENT);
    }
    assert!(ahead().await && shown(&thumb).await.body == jpeg);
    assert_eq!(console::ask(&world, Method::GET, &thumb, "", "", "").await.status, StatusCode::UNAUTHORIZED);
    assert!(phone.pull().await.is_empty(), "no phone fetches anything for it");

    put(&phone, &digest, 0, true, &bytes).await;
    assert!(!ahead().await && shown(&thumb).await.status == StatusCode::NOT_FOUND);
    send_thumbs(&phone, &[(&digest, &jpeg)]).await;
    assert!(!ahead().await, "one that comes late is of no use");
}

#[tokio::test]
async fn what_is_no_thumbnail_of_ones_own_photo_is_not_kept() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let (bytes, digest) = picture(50_000);
    take(&mut phone, &job, &digest, bytes.len()).await;
    let good = small(160, 160, 60);
    assert!(good.len() < MAX_THUMB);
    let mut huge = good.clone();
    let frame = huge.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    huge[frame + 5..frame + 9].copy_from_slice(&[0xfd, 0xe8, 0xfd, 0xe8]);
    let wide = small(161, 20, 60);
    let heavy = [small(160, 160, 60), vec![0; MAX_THUMB]].concat();
    for bad in [&b""[..], b"<svg onload='alert(1)'/>", &bytes, &huge, &wide, &heavy, &good[..40]] {
        assert_eq!(send_thumbs(&phone, &[(&digest, bad)]).await.status, StatusCode::NO_CONTENT);
        assert_eq!(world.office.thumb(&digest), None, "{} bytes", bad.len());
    }
    // Somebody else's, one that nobody has named, and too many.
    let other = world.phone("chen.chen").await;
    send_thumbs(&other, &[(&digest, &good)]).await;
    let unnamed = Digest::of(b"unnamed");
    send_thumbs(&phone, &[(&unnamed, &good)]).await;
    assert_eq!((world.office.thumb(&digest), world.office.thumb(&unnamed)), (None, None));
    let many = vec![(&digest, &good[..]); MAX_THUMBS + 1];
    assert_eq!(send_thumbs(&phone, &many).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send_thumbs(&phone, &[(&digest, &vec![0; 500_000])]).await.status, 413);
    assert_eq!(world.app(Method::POST, "/v1/thumbs", &phone.token, "{").await.status, 400);
    // A bad one keeps no other from being seen.
    send_thumbs(&phone, &[(&unnamed, b"bad"), (&digest, &good)]).await;
    assert!(world.office.thumb(&digest) == Some(good));
}

#[tokio::test]
async fn an_upload_that_nobody_came_back_to_is_removed_after_five_weeks() {
    let world = World::new();
    let mut phone = world.phone("wang.lei").await;
    let job = phone.a_job().await;
    let (bytes, digest) = picture(50_000);
    take(&mut phone, &job, &digest, bytes.len()).await;
    put(&phone, &digest, 0, false, &bytes[..20_000]).await;
    if Options::in_tests("").photos.is_some() {
        return; // in a bucket time cannot be moved; the bucket's own tests tell it
    }
    let partial = world.folder.path().join("photos/partial").join(digest.as_str());
    let aged = |days: u64| {
        let then = std::time::SystemTime::now() - std::time::Duration::from_secs(days * 24 * 60 * 60);
        std::fs::File::options().append(true).open(&partial).unwrap().set_modified(then).unwrap();
    };
    aged(34);
    drop(world::open(&world.folder, &world.clock));
    assert_eq!(head(&phone, &digest).await, (204, "20000".into(), "?0".into()));
    aged(36);
    drop(world::open(&world.folder, &world.clock));
    assert!(!partial.exists());
    assert_eq!(head(&phone, &digest).await, (204, "0".into(), "?0".into()));
    put(&phone, &digest, 0, true, &bytes).await;
    assert_eq!(world.office.photo(&digest), Some(bytes));
}
