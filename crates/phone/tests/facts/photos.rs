//! Photos: after their change, from where they broke off, never twice, and none holds up another.

use crate::{Pocket, id, picture, stub::*};
use jobsheet_model::{
    Language,
    change::{KnownWhat, PhotoSubject, Rating, SignOffAct},
    view::Standing,
    wire::{MAX_THUMB, THUMB_EDGE},
};
use std::time::Duration;

#[tokio::test]
async fn photos_follow_their_change_and_go_on_where_they_broke_off() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    for seed in 1..=3 {
        pocket.phone.add_photo(id(1), PhotoSubject::During, None, &picture(seed)).unwrap();
    }
    let size = pocket.phone.outbox().unwrap().groups[0].photos[0].bytes;
    assert!(size > 64 * 1024, "{size}: too small for this test");
    office.office().segments_left = Some(1);
    assert_eq!(pocket.phone.sync_once().await.unwrap_err().code, "office_unreachable");
    let outbox = pocket.phone.outbox().unwrap();
    assert_eq!((outbox.sync.waiting_changes, outbox.sync.waiting_photos), (0, 3));
    assert_eq!(outbox.groups[0].photos[0].sent, 64 * 1024);
    assert_eq!(outbox.groups[0].standing, Standing::ReceivedPart { photos: 3 });

    office.office().segments_left = None;
    let pocket = pocket.reopen();
    pocket.phone.sync_once().await.unwrap();
    assert_eq!((office.office().whole.len(), pocket.phone.outbox().unwrap().groups.len()), (3, 0));
    let sheet = office.sheet(id(1));
    for photo in &sheet.photos {
        assert_eq!(office.office().photos[&photo.digest], pocket.phone.photo(&photo.digest, false).unwrap());
    }
    // An office restored from a backup asks again, and gets it.
    let lost = sheet.photos[0].digest.clone();
    {
        let mut office = office.office();
        office.photos.remove(&lost);
        office.whole.remove(&lost);
        office.missing = vec![lost.clone()];
    }
    pocket.phone.sync_once().await.unwrap();
    assert!(office.office().whole.contains(&lost));
}

/// A job with one photo of two segments or more, whose change the office has.
async fn with_a_photo(office: &Stub) -> Pocket {
    let pocket = Pocket::at(office).await;
    office.office().elsewhere = Mood::Failing;
    pocket.phone.add_photo(id(1), PhotoSubject::During, None, &picture(1)).unwrap();
    assert_eq!(pocket.phone.sync_once().await.unwrap_err().code, "office_error");
    assert_eq!((pocket.waiting(), pocket.phone.outbox().unwrap().sync.waiting_photos), (0, 1));
    pocket
}

#[tokio::test]
async fn i9_an_answer_about_a_photo_that_is_not_the_offices_changes_nothing() {
    for mood in [Mood::Portal, Mood::BadGateway, Mood::NoHeader, Mood::Other, Mood::Truncated] {
        let office = Stub::open([offered(1)]).await;
        let pocket = with_a_photo(&office).await;
        office.office().elsewhere = mood;
        assert_eq!(pocket.phone.sync_once().await.unwrap_err().code, "not_an_office", "{mood:?}");
        let outbox = pocket.phone.outbox().unwrap();
        assert_eq!((outbox.sync.waiting_photos, outbox.groups[0].photos[0].sent), (1, 0), "{mood:?}");
        office.office().elsewhere = Mood::Honest;
        pocket.phone.sync_once().await.unwrap();
        assert_eq!(
            (office.office().whole.len(), pocket.phone.outbox().unwrap().groups.len()),
            (1, 0),
            "{mood:?}"
        );
    }
}

#[tokio::test]
async fn p11_a_photo_whose_answers_are_lost_or_late_arrives_all_the_same_and_once() {
    let office = Stub::open([offered(1)]).await;
    let pocket = with_a_photo(&office).await;
    let size = pocket.phone.outbox().unwrap().groups[0].photos[0].bytes as usize;
    office.office().elsewhere = Mood::LostReply;
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(office.office().whole.len(), 1);
    let puts = office.office().asked.iter().filter(|asked| asked.starts_with("PUT")).count();
    assert_eq!(
        puts,
        1 + size.div_ceil(64 * 1024),
        "one was refused at first; then each segment is sent once"
    );

    let office = Stub::open([offered(1)]).await;
    let pocket = with_a_photo(&office).await;
    office.office().elsewhere = Mood::Honest;
    office.office().segments_left = Some(1);
    pocket.phone.sync_once().await.unwrap_err();
    office.office().segments_left = None;
    office.office().elsewhere = Mood::Late;
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(office.office().whole.len(), 1, "the office said where it really goes on");
}

#[tokio::test]
async fn p20_each_photo_says_how_much_of_it_the_office_has() {
    let office = Stub::open([offered(1)]).await;
    let pocket = with_a_photo(&office).await;
    office.office().elsewhere = Mood::Honest;
    let shown = || {
        let outbox = pocket.phone.outbox().unwrap();
        outbox.groups.first().map(|group| (group.photos[0].sent, group.photos[0].bytes))
    };
    let (mut before, size) = shown().unwrap();
    assert_eq!(before, 0);
    for _ in 0..size / (16 * 1024) {
        office.office().segments_left = Some(1);
        let ended = pocket.phone.sync_once().await;
        let Some((sent, bytes)) = shown() else {
            assert!(before > 0 && ended.is_ok(), "it was seen half sent");
            return;
        };
        assert!(before < sent && sent < bytes && bytes == size, "{before} {sent} {bytes}");
        assert_eq!(sent as usize, office.office().photos.values().next().unwrap().len());
        before = sent;
    }
    panic!("{before} of {size}: it does not end");
}

#[tokio::test]
async fn photos_of_signed_sheets_go_first() {
    let office = Stub::open([offered(1), offered(2)]).await;
    let pocket = Pocket::at(&office).await;
    let taken = |n, seed| {
        let job = pocket.phone.add_photo(id(n), PhotoSubject::During, None, &picture(seed)).unwrap();
        job.sheet.photos.last().unwrap().digest.clone()
    };
    let first = taken(1, 1);
    pocket.clock.pass(Duration::from_secs(60));
    let signed = taken(2, 2);
    let review = pocket.phone.review(id(2), Language::En).unwrap();
    let act = SignOffAct {
        digest: review.digest,
        language: Language::En,
        ink: None,
        signatory: "Ms Lin".into(),
        capacity: "manager".into(),
        saw_it_work: true,
        rating: Rating::Satisfied,
        rating_reasons: Vec::new(),
        remark: String::new(),
    };
    let ink = vec![vec![[0, 0, 0, 500], [300, 200, 90, 500]]];
    pocket.phone.record(id(2), KnownWhat::SignedOff { act, ink, phone: None }.into()).unwrap();
    pocket.phone.sync_once().await.unwrap();
    let asked = office.office().asked.clone();
    let place = |digest| asked.iter().position(|asked| *asked == format!("PUT /v1/photos/{digest}")).unwrap();
    assert!(place(signed) < place(first), "{asked:?}");
}

#[tokio::test]
async fn thumbnails_go_after_the_records_and_ahead_of_the_photos_and_once() {
    let office = Stub::open([offered(1)]).await;
    office.office().knows_thumbs = true;
    let pocket = Pocket::at(&office).await;
    for seed in 1..=9 {
        pocket.phone.add_photo(id(1), PhotoSubject::During, None, &picture(seed)).unwrap();
        pocket.clock.pass(Duration::from_secs(1));
    }
    let before = office.office().asked.len();
    pocket.phone.sync_once().await.unwrap();
    let asked = office.office().asked.split_off(before);
    let kinds: Vec<&str> = asked.iter().map(|asked| &asked[..asked.len().min(14)]).collect();
    assert_eq!(kinds[..3], ["POST /v1/sync", "POST /v1/thumb", "POST /v1/thumb"], "{kinds:?}");
    assert!(kinds[3..].iter().all(|kind| *kind == "PUT /v1/photos"), "{kinds:?}");
    let thumbs = office.office().thumbs.clone();
    let ahead: Vec<_> = thumbs.iter().flatten().map(|(photo, _)| photo.clone()).collect();
    let taken = pocket.phone.job(id(1)).unwrap().sheet.photos;
    assert_eq!(ahead, taken.iter().map(|photo| photo.digest.clone()).collect::<Vec<_>>());
    for (_, jpeg) in thumbs.iter().flatten() {
        assert!(jpeg.len() <= MAX_THUMB, "{}", jpeg.len());
        let small = image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg).unwrap();
        assert_eq!((small.width(), small.height()), (THUMB_EDGE, THUMB_EDGE * 3 / 4));
    }
    // One that the office lost is sent again, and so is what is on it.
    office.office().missing = vec![ahead[0].clone()];
    office.office().whole.remove(&ahead[0]);
    office.office().photos.remove(&ahead[0]);
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(office.office().thumbs.last().unwrap()[0].0, ahead[0]);
}

#[tokio::test]
async fn no_photo_waits_for_a_thumbnail() {
    // An office that does not know them is asked once.
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.phone.add_photo(id(1), PhotoSubject::During, None, &picture(1)).unwrap();
    office.office().segments_left = Some(1);
    pocket.phone.sync_once().await.unwrap_err();
    office.office().segments_left = None;
    pocket.phone.sync_once().await.unwrap();
    let count = |office: &Stub| office.office().asked.iter().filter(|a| *a == "POST /v1/thumbs").count();
    assert_eq!((count(&office), office.office().whole.len()), (1, 1));

    // A link that takes no answer through is tried with them three times in all.
    let office = Stub::open([offered(1)]).await;
    office.office().knows_thumbs = true;
    let pocket = Pocket::at(&office).await;
    office.office().elsewhere = Mood::LostReply;
    pocket.phone.add_photo(id(1), PhotoSubject::During, None, &picture(1)).unwrap();
    for _ in 0..3 {
        office.office().segments_left = Some(0);
        pocket.phone.sync_once().await.unwrap_err();
    }
    assert_eq!(count(&office), 3);
    office.office().segments_left = None;
    office.office().elsewhere = Mood::Honest;
    pocket.phone.sync_once().await.unwrap();
    assert_eq!((count(&office), office.office().whole.len()), (3, 1));
}

#[tokio::test]
async fn i5_a_photo_the_office_does_not_want_holds_up_no_other() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    for seed in 1..=3 {
        pocket.phone.add_photo(id(1), PhotoSubject::During, None, &picture(seed)).unwrap();
    }
    let bad = pocket.phone.job(id(1)).unwrap().sheet.photos[0].digest.clone();
    office.office().spurned.insert(bad.clone());
    assert_eq!(pocket.phone.sync_once().await.unwrap_err().code, "office_error");
    assert_eq!(office.office().whole.len(), 2);
    assert_eq!(pocket.phone.outbox().unwrap().groups[0].photos.len(), 1);
    assert!(pocket.phone.photo(&bad, false).is_ok());
    office.office().spurned.clear();
    pocket.clock.pass(Duration::from_secs(120));
    pocket.phone.sync_once().await.unwrap();
    assert_eq!(office.office().whole.len(), 3);
}
