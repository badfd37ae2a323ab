use crate::world::{Answer, Phone, World};
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
    wire::{PROTOCOL, PROTOCOL_HEADER, UPLOAD_COMPLETE, UPLOAD_OFFSET},
};

fn picture(size: usize) -> (Vec<u8>, Digest) {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
    bytes.extend((0..size).map(|n| (n * 31 % 251) as u8));
    let digest = Digest::of(&bytes);
    (bytes, digest)
}

async fn put(phone: &Phone<'_>, digest: &Digest, offset: u64, complete: bool, bytes: &[u8]) -> Answer {
    let request = Request::put(format!("/v1/photos/{digest}"))
        .header(PROTOCOL_HEADER, PROTOCOL)
        .header("authorization", format!("Bearer {}", phone.token))
        .header(UPLOAD_OFFSET, offset)
        .header(UPLOAD_COMPLETE, if complete { "?1" } else { "?0" });
    phone.world.send(request.body(Body::from(bytes.to_vec())).unwrap()).await
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
    let signed = prepare(&job, &sheet, KnownWhat::SignedOff { act, ink }.into()).unwrap();
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
