//! The customer's photos: brought in, named by a request, seen by whoever goes there, and removed when nobody named them.

use crate::{
    console::OWN,
    requests::{Desk, whole},
    world::{Answer, World, on_a_server},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use chrono::TimeDelta;
use jobsheet_model::{
    Digest,
    change::{KnownWhat, PhotoSubject},
    ids::RequestId,
    intake::{MOST_PHOTOS, RequestAct},
    view::{PhotoKept, RequestTaken},
    wire::MAX_PHOTO,
    work_order::{CustomerPhoto, Visit},
};
use serde_json::{Value, json};
use std::io::Cursor;

const PART: &[u8] = include_bytes!("../../../tests/photos/part.jpg");
const BEFORE: &[u8] = include_bytes!("../../../tests/photos/before.jpg");

impl Desk<'_> {
    async fn brings(&self, picture: &[u8]) -> Answer {
        let request = Request::post("/console/api/photos")
            .header("host", "office.test")
            .header("origin", OWN)
            .header("cookie", &self.cookie);
        self.world.send(request.body(Body::from(picture.to_vec())).unwrap()).await
    }

    async fn edits(&self, id: RequestId, version: u32, intake: &Value) -> Answer {
        let seen = format!("\"{version}\"");
        self.asks(Method::PUT, &format!("/requests/{id}"), &[("if-match", &seen)], intake).await
    }

    async fn brought(&self, picture: &[u8]) -> Digest {
        let answer = self.brings(picture).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        answer.json::<PhotoKept>().digest
    }

    async fn has(&self, photos: &[&Digest]) -> Vec<bool> {
        let mut has = Vec::new();
        for photo in photos {
            has.push(self.sees(photo).await.status == StatusCode::OK);
        }
        has
    }

    async fn sees(&self, photo: &Digest) -> Answer {
        self.asks(Method::GET, &format!("/photos/{photo}"), &[], &json!(null)).await
    }
}

fn with_photos(photos: &[&Digest]) -> Value {
    let mut intake = whole();
    intake["photos"] = json!(photos);
    intake
}

/// A picture of another kind.
fn drawn(format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = Vec::new();
    let hue = if format == image::ImageFormat::Png { 40 } else { 120 };
    let picture = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([x as u8 * 4, y as u8 * 5, hue]));
    picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

/// A PNG that says how large it is, and has no pixels.
fn png_saying(width: u32, height: u32) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8)
                .fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xedb8_8320 } else { c >> 1 })
        })
    };
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    png.extend(&header);
    png.extend(crc(&header).to_be_bytes());
    png.extend(b"\0\0\0\0IDAT");
    png.extend(crc(b"IDAT").to_be_bytes());
    png
}

fn has(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|w| w == needle)
}

#[tokio::test]
async fn d2_what_the_customer_sent_goes_with_the_work_order_to_whoever_has_it_and_to_nobody_else() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    assert!(has(PART, b"Exif\0\0") && has(PART, b"Test Camera"), "no longer a test of this");
    let part = desk.brought(PART).await;
    assert_eq!(desk.brought(PART).await, part, "sent again after a cut it is the same");
    let png = desk.brought(&drawn(image::ImageFormat::Png)).await;
    let webp = desk.brought(&drawn(image::ImageFormat::WebP)).await;
    let kept = desk.sees(&part).await;
    assert_eq!((kept.status.as_u16(), kept.header("content-type")), (200, "image/jpeg"));
    assert_eq!(Digest::of(&kept.body), part);
    for secret in [b"Exif\0\0".as_slice(), b"Test Camera"] {
        assert!(!has(&kept.body, secret), "{secret:?}");
    }

    // One of them twice, and one that was a mistake.
    let taken = desk.takes("k1", &with_photos(&[&part, &png, &part, &webp])).await;
    let taken: RequestTaken = taken.json();
    let again: RequestTaken = desk.takes("k1", &with_photos(&[&part, &png, &part, &webp])).await.json();
    assert_eq!(again, taken);
    let read = desk.reads(taken.id).await;
    assert_eq!(read.intake.photos, [part.clone(), png.clone(), webp.clone()]);
    let mut edited = serde_json::to_value(&read.intake).unwrap();
    edited["photos"] = json!([part, webp]);
    let photos = desk.edits(taken.id, read.version, &edited).await;
    assert_eq!(photos.status, StatusCode::OK);
    let acts: Vec<_> = desk.reads(taken.id).await.journal.into_iter().map(|entry| entry.act).collect();
    let all = vec![part.clone(), png.clone(), webp.clone()];
    assert!(acts.contains(&RequestAct::PhotosChanged { added: all, removed: Vec::new() }));
    assert!(acts.contains(&RequestAct::PhotosChanged { added: Vec::new(), removed: vec![png.clone()] }));
    assert!(!acts.iter().any(|act| matches!(act, RequestAct::Edited { .. })), "nothing else was changed");

    let visit: Visit = desk.makes(taken.id, "o1").await.json();
    let order = world.office.work_order(visit.work_order).unwrap().unwrap();
    let bytes = u32::try_from(kept.body.len()).unwrap();
    assert_eq!(order.request.photos[0], CustomerPhoto { digest: part.clone(), bytes });
    assert_eq!(order.request.photos.len(), 2);
    // From here on the request stands as it is.
    let version = desk.reads(taken.id).await.version;
    let late = desk.edits(taken.id, version, &with_photos(&[&part])).await;
    assert_eq!((late.status, late.problem()), (StatusCode::CONFLICT, "/problems/request-settled".into()));

    let (wang, chen) = (world.phone("wang.lei").await, world.phone("chen.chen").await);
    let looks = async |phone: &crate::world::Phone<'_>, photo: &Digest, small: &str| {
        world.app(Method::GET, &format!("/v1/photos/{photo}{small}"), &phone.token, "").await
    };
    assert_eq!(looks(&wang, &part, "").await.status, 404, "it is nobody's yet");
    world.office.offer(visit.work_order, "wang.lei", "周莉").unwrap();
    assert_eq!(looks(&wang, &part, "").await.body, kept.body);
    let small = looks(&wang, &part, "/thumb").await;
    assert!(small.status == 200 && small.body.len() * 4 < kept.body.len());
    for small in ["", "/thumb"] {
        assert_eq!(looks(&wang, &png, small).await.status, 404, "what was taken away went with nobody");
        let foreign = looks(&chen, &part, small).await;
        let absent = looks(&chen, &Digest::of(b"none"), small).await;
        assert_eq!((foreign.status.as_u16(), &foreign.body), (404, &absent.body));
    }
}

#[tokio::test]
async fn what_is_no_picture_or_too_much_of_one_is_refused_and_nothing_of_it_kept() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let whole = drawn(image::ImageFormat::Png);
    for (bad, status, problem) in [
        (b"".to_vec(), 422, "not-a-picture"),
        (b"<svg onload=alert(1)>".to_vec(), 422, "not-a-picture"),
        (b"GIF89a..........".to_vec(), 422, "not-a-picture"),
        (whole[..whole.len() / 2].to_vec(), 422, "not-a-picture"),
        (PART[..200].to_vec(), 422, "not-a-picture"),
        (png_saying(10, 10), 422, "not-a-picture"),
        (png_saying(20_000, 10_000), 413, "photo-too-large"),
        (png_saying(4_000_000_000, 4_000_000_000), 413, "photo-too-large"),
        (vec![0xff; usize::try_from(MAX_PHOTO).unwrap() + 1], 413, "too-large"),
    ] {
        let answer = desk.brings(&bad).await;
        let said = (answer.status.as_u16(), answer.problem());
        assert_eq!(said, (status, format!("/problems/{problem}")), "{} bytes", bad.len());
    }
    assert_eq!(world.office.drop_spare_photos().unwrap(), 0);
    world.clock.advance(TimeDelta::days(40));
    assert_eq!(world.office.drop_spare_photos().unwrap(), 0, "nothing was kept");
}

#[tokio::test]
async fn a_request_names_photos_that_were_brought_in_and_no_others() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let mut wang = world.phone("wang.lei").await;
    let order = wang.a_job().await;
    let his = Digest::of(PART);
    let taken = KnownWhat::PhotoTaken {
        digest: his.clone(),
        subject: PhotoSubject::Before,
        step: None,
        bytes: u32::try_from(PART.len()).unwrap(),
        drawn_on: None,
    };
    let changes = [wang.change(&order, taken)];
    wang.sync(&changes).await;
    world.app(Method::PUT, &format!("/v1/photos/{his}"), &wang.token, PART.to_vec()).await;
    let nowhere = Digest::of(b"nowhere");
    for bad in [&his, &nowhere] {
        let refused = desk.takes("k1", &with_photos(&[bad])).await;
        assert_eq!(refused.problem(), "/problems/unfit-request");
        let fields: Value = refused.json();
        assert_eq!(fields["fields"][0]["path"], format!("photos.{bad}"));
    }
    let mut many = Vec::new();
    for n in 0..=MOST_PHOTOS {
        let mut bytes = Vec::new();
        let picture = image::RgbImage::from_pixel(8, 8, image::Rgb([n as u8 * 16, 0, 0]));
        picture.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
        many.push(desk.brought(&bytes).await);
    }
    let many: Vec<_> = many.iter().collect();
    let refused: Value = desk.takes("k1", &with_photos(&many)).await.json();
    assert_eq!(refused["fields"][0]["path"], "photos");
    assert_eq!(desk.takes("k1", &with_photos(&many[1..])).await.status, StatusCode::CREATED);
}

/// Nothing that a request or a sheet names goes, whatever else happens.
#[tokio::test]
async fn a_photo_that_nobody_named_for_five_weeks_goes_and_the_others_stay() {
    let world = World::new();
    let desk = Desk::of(&world).await;
    let (part, before) = (desk.brought(PART).await, desk.brought(BEFORE).await);
    let spare = desk.brought(&drawn(image::ImageFormat::Png)).await;
    let shared = desk.brought(&drawn(image::ImageFormat::WebP)).await;
    let taken: RequestTaken = desk.takes("k1", &with_photos(&[&part, &before])).await.json();
    // A technician's photo that happens to be the very same.
    let mut wang = world.phone("wang.lei").await;
    let order = wang.a_job().await;
    let photo = KnownWhat::PhotoTaken {
        digest: shared.clone(),
        subject: PhotoSubject::Before,
        step: None,
        bytes: 1000,
        drawn_on: None,
    };
    let changes = [wang.change(&order, photo)];
    wang.sync(&changes).await;
    let drops = || world.office.drop_spare_photos().unwrap();

    world.clock.advance(TimeDelta::days(34));
    let desk = Desk::of(&world).await;
    assert_eq!((drops(), desk.has(&[&part, &before, &spare, &shared]).await), (0, vec![true; 4]));
    // The draft is open still: the same picture, chosen again, is looked for anew.
    desk.brought(&drawn(image::ImageFormat::Png)).await;
    let version = desk.reads(taken.id).await.version;
    assert_eq!(desk.edits(taken.id, version, &with_photos(&[&part])).await.status, StatusCode::OK);
    world.clock.advance(TimeDelta::days(2));
    assert_eq!(drops(), 0);
    world.clock.advance(TimeDelta::days(34));
    let desk = Desk::of(&world).await;
    assert_eq!(drops(), 2, "the spare one, and the one that was taken away again");
    assert_eq!(desk.has(&[&part, &before, &spare, &shared]).await, [true, false, false, true]);
    assert_eq!(drops(), 0);
    let gone = desk.takes("k2", &with_photos(&[&spare])).await;
    assert_eq!(gone.problem(), "/problems/unfit-request");
    // Brought in again it is there again.
    assert_eq!(desk.brought(&drawn(image::ImageFormat::Png)).await, spare);
    assert_eq!(desk.takes("k3", &with_photos(&[&spare])).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_backup_has_the_customers_photos_too() {
    if on_a_server() {
        return; // It is pg_dump's there.
    }
    let world = World::new();
    let desk = Desk::of(&world).await;
    let part = desk.brought(PART).await;
    desk.takes("k1", &with_photos(&[&part])).await;
    let folder = tempfile::tempdir().unwrap();
    let made = world.office.back_up(&folder.path().join("backup")).unwrap();
    assert!(made.photos >= 1);
    let copy = folder.path().join(format!("backup/photos/{}/{part}", &part.as_str()[..2]));
    assert_eq!(Digest::of(&std::fs::read(copy).unwrap()), part);
}
