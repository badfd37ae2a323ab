//! The rescue file: whatever the office says or does not say, what waits can be carried out of the phone.

use crate::{Pocket, id, picture, stub::*};
use jobsheet_model::{
    Digest,
    change::{KnownWhat, PhotoSubject},
    rescue::{Piece, Reader},
};
use std::fs::File;

fn pieces(office: &Stub, path: &str) -> (Vec<String>, Vec<Vec<u8>>) {
    let key = office.office().key();
    let phone = office.office().phones[0];
    let mut reader = Reader::open(File::open(path).unwrap(), &key).unwrap();
    let (mut changes, mut photos) = (Vec::new(), Vec::new());
    while let Some(piece) = reader.next(&phone).unwrap() {
        match piece {
            Piece::Change { body, device } => {
                assert_eq!(device, reader.head().device);
                changes.push(body);
            }
            Piece::Photo(bytes) => photos.push(bytes),
        }
    }
    (changes, photos)
}

#[tokio::test]
async fn everything_that_waits_or_is_kept_is_in_the_file_in_order_and_byte_for_byte() {
    let office = Stub::open([offered(1), offered(2)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "received");
    pocket.phone.sync_once().await.unwrap();
    pocket.note(id(2), "waits");
    pocket.phone.add_photo(id(1), PhotoSubject::During, None, &picture(1)).unwrap();
    let digest = pocket.phone.job(id(1)).unwrap().sheet.photos[0].digest.clone();
    office.is(Mood::SignInLapsed);
    assert!(pocket.phone.sync_once().await.is_err());

    let file = pocket.phone.rescue_export().unwrap();
    assert_eq!((file.waiting, file.kept, file.photos), (2, 1, 1));
    assert_eq!(std::fs::metadata(&file.path).unwrap().len(), file.bytes);
    let (changes, photos) = pieces(&office, &file.path);
    let sequences: Vec<_> = changes
        .iter()
        .map(|body| serde_json::from_str::<jobsheet_model::Change>(body).unwrap().sequence)
        .collect();
    assert_eq!(sequences, [1, 2, 3]);
    let links: Vec<_> = changes
        .iter()
        .map(|body| serde_json::from_str::<jobsheet_model::Change>(body).unwrap().previous)
        .collect();
    let digests: Vec<_> = changes.iter().map(|body| Digest::of(body.as_bytes())).collect();
    assert_eq!(links[1..], [Some(digests[0].clone()), Some(digests[1].clone())]);
    assert_eq!(photos.iter().map(|bytes| Digest::of(bytes)).collect::<Vec<_>>(), [digest]);

    // It is no receipt: all is still here, and is sent.
    assert_eq!(pocket.waiting(), 2);
    office.is(Mood::Honest);
    pocket.phone.sync_once().await.unwrap();
    assert_eq!((pocket.waiting(), pocket.ledger()), (0, (3, 3, 3)));
    assert_eq!(pocket.phone.rescue_export().unwrap().photos, 0, "the office has the photo");
}

#[tokio::test]
async fn the_newest_file_takes_the_place_of_the_one_before_and_only_its_owner_may_read_it() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    pocket.note(id(1), "a");
    let first = pocket.phone.rescue_export().unwrap();
    pocket.clock.pass(std::time::Duration::from_secs(1));
    let second = pocket.phone.rescue_export().unwrap();
    assert_ne!(first.name, second.name);
    let folder = pocket.folder.path().join("rescue");
    let names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert_eq!(names, [second.name.as_str()]);
    assert!(second.name.starts_with("jobsheet-ines-") && second.name.ends_with(".rescue"));
    assert_eq!(pocket.phone.rescue_file(&second.name), Some(second.path.clone().into()));
    for bad in ["", ".", "..", "../device.db", &first.name, &second.path] {
        assert_eq!(pocket.phone.rescue_file(bad), None, "{bad}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(second.path.as_ref())), (0o700, 0o600));
    }
}

#[tokio::test]
async fn with_nothing_to_carry_there_is_no_file_and_without_room_there_is_none_either() {
    let office = Stub::open([offered(1)]).await;
    let pocket = Pocket::at(&office).await;
    assert_eq!(pocket.phone.rescue_export().unwrap_err().code, "nothing_to_rescue");
    let folder = pocket.folder.path().join("rescue");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    pocket.phone.record(id(1), KnownWhat::OfferAccepted {}.into()).unwrap();
    std::fs::remove_dir(&folder).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    assert_eq!(pocket.phone.rescue_export().unwrap_err().code, "storage");
    assert_eq!(pocket.waiting(), 1);
    pocket.phone.sign_out().unwrap();
    assert_eq!(pocket.phone.rescue_export().unwrap_err().code, "signed_out");
}
