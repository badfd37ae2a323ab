//! What is handed over arrives whole or not at all.

use super::*;
use proptest::prelude::*;

fn office() -> SecretKey {
    SecretKey::from_bytes([1; 32])
}

fn phone() -> SecretKey {
    SecretKey::from_bytes([2; 32])
}

fn id() -> PhoneId {
    PhoneId(Uuid::from_u128(7))
}

fn head() -> Head {
    let at = Moment { utc: Default::default(), offset: 480, elapsed: 1, boot: "b".into(), ahead: None };
    let (device, technician) = (DeviceId(Uuid::from_u128(8)), TechnicianId(Uuid::from_u128(9)));
    Head { device, technician, app: "test".into(), at }
}

fn change(n: u128, body: &str) -> Piece {
    Piece::Change { device: DeviceId(Uuid::from_u128(n)), body: body.into() }
}

fn written(pieces: &[Piece], office: &PublicKey) -> Vec<u8> {
    let mut writer = Writer::begin(Vec::new(), office, id(), &head(), &mut rand::rng()).unwrap();
    for piece in pieces {
        match piece {
            Piece::Change { device, body } => writer.change(*device, body).unwrap(),
            Piece::Photo(bytes) => writer.photo(bytes).unwrap(),
        }
    }
    writer.end(&phone()).unwrap()
}

fn read_by(file: &[u8], office: &SecretKey, phone: &SecretKey) -> Result<Vec<Piece>, Unreadable> {
    let mut reader = Reader::open(file, office)?;
    assert_eq!((reader.phone(), reader.head()), (id(), &head()));
    let mut pieces = Vec::new();
    while let Some(piece) = reader.next(&phone.public())? {
        pieces.push(piece);
    }
    assert!(reader.next(&phone.public()).unwrap().is_none());
    Ok(pieces)
}

fn read(file: &[u8]) -> Result<Vec<Piece>, Unreadable> {
    read_by(file, &office(), &phone())
}

fn some() -> Vec<Piece> {
    let photo: Vec<u8> = (0..6000_u32).flat_map(|n| Sha256::digest(n.to_be_bytes())).collect();
    vec![change(1, "{\"note\":\"电\"}"), change(1, ""), change(2, "no JSON"), Piece::Photo(photo)]
}

/// Frames as they are, sealed to the office: what somebody may make who knows nothing but the office's key.
fn sealed(frames: &[u8]) -> Vec<u8> {
    let label = serde_json::to_vec(&Label { office: fingerprint(&office().public()), phone: id() }).unwrap();
    let mut file = [MAGIC.as_slice(), &[VERSION], &(label.len() as u16).to_be_bytes(), &label].concat();
    let mut sealer = Sealer::begin(&mut file, &office().public(), &label, &mut rand::rng()).unwrap();
    sealer.write_all(&zstd::encode_all(frames, 1).unwrap()).unwrap();
    sealer.end().unwrap();
    file
}

fn raw_frame(tag: u8, length: u32, body: &[u8]) -> Vec<u8> {
    [&[tag][..], length.to_be_bytes().as_slice(), body].concat()
}

fn a_head() -> Vec<u8> {
    let head = serde_json::to_vec(&head()).unwrap();
    raw_frame(HEAD, head.len() as u32, &head)
}

#[test]
fn what_is_handed_over_comes_back_byte_for_byte() {
    for pieces in [vec![], some()] {
        assert_eq!(read(&written(&pieces, &office().public())).unwrap(), pieces);
    }
}

#[test]
fn only_the_office_it_is_for_opens_it_and_only_the_phone_that_made_it_signs_it() {
    let file = written(&some(), &office().public());
    assert!(matches!(read_by(&file, &phone(), &phone()), Err(Unreadable::OtherOffice)));
    assert!(matches!(read_by(&file, &office(), &office()), Err(Unreadable::NotGenuine)));
    // The label alone does not open it either.
    let other = written(&some(), &phone().public());
    let label = |file: &[u8]| 19 + usize::from(u16::from_be_bytes([file[17], file[18]]));
    let mixed = [&file[..label(&file)], &other[label(&other)..]].concat();
    assert!(matches!(read(&mixed), Err(Unreadable::Damaged)));
    let words = b"\"note\"";
    assert!(!file.windows(words.len()).any(|part| part == words));
}

#[test]
fn a_file_that_ends_early_or_goes_on_is_not_taken() {
    let file = written(&some(), &office().public());
    for end in (0..file.len()).step_by(997).chain([file.len() - 1]) {
        let why = read(&file[..end]).unwrap_err();
        assert!(matches!(why, Unreadable::Damaged | Unreadable::NotOne), "{end}: {why}");
    }
    assert!(matches!(read(&[&file[..], b"x"].concat()), Err(Unreadable::Damaged)));
}

#[test]
fn a_newer_file_and_no_file_are_told_apart() {
    let mut file = written(&[], &office().public());
    file[16] = 2;
    assert!(matches!(read(&file), Err(Unreadable::Newer)));
    for none in [&b""[..], b"jobsheet", b"\xff\xd8\xff\xe0 a picture, say"] {
        assert!(matches!(read(none), Err(Unreadable::NotOne)));
    }
}

#[test]
fn chunks_are_neither_left_out_nor_changed_about() {
    let file = written(&some(), &office().public());
    let first = 19 + usize::from(u16::from_be_bytes([file[17], file[18]])) + 32;
    let chunk = 4 + seal::CHUNK + 16;
    assert!(file.len() > first + 2 * chunk, "at least three chunks");
    let (head, rest) = file.split_at(first);
    let left_out = [head, &rest[chunk..]].concat();
    let swapped = [head, &rest[chunk..2 * chunk], &rest[..chunk], &rest[2 * chunk..]].concat();
    for bad in [left_out, swapped] {
        assert!(matches!(read(&bad), Err(Unreadable::Damaged)));
    }
}

#[test]
fn a_small_file_cannot_ask_for_much_memory() {
    let mut bomb = a_head();
    bomb.extend(raw_frame(CHANGE, MAX_CHANGE + 1, &[]));
    assert!(matches!(read(&sealed(&bomb)), Err(Unreadable::TooLarge)));
    let mut short = a_head();
    short.extend(raw_frame(PHOTO, MAX_PHOTO as u32, b"few"));
    assert!(matches!(read(&sealed(&short)), Err(Unreadable::Damaged)));
    let body = vec![b'0'; MAX_CHANGE as usize];
    let mut many = a_head();
    for _ in 0..=(MAX_CHANGES_BYTES / u64::from(MAX_CHANGE)) {
        many.extend(raw_frame(CHANGE, MAX_CHANGE, &body));
    }
    let many = sealed(&many);
    assert!(many.len() < 100_000, "{}", many.len());
    assert!(matches!(read(&many), Err(Unreadable::TooLarge)));
}

#[test]
fn what_nobody_signed_is_not_taken() {
    for unsigned in [a_head(), [a_head(), raw_frame(SIGNATURE, 64, &[0; 64])].concat()] {
        let why = read(&sealed(&unsigned)).unwrap_err();
        assert!(matches!(why, Unreadable::Damaged | Unreadable::NotGenuine), "{why}");
    }
}

fn read_anything(file: &[u8]) -> Result<(), Unreadable> {
    let mut reader = Reader::open(file, &office())?;
    while reader.next(&phone().public())?.is_some() {}
    Ok(())
}

proptest! {
    #[test]
    fn any_pieces_come_back(
        changes in prop::collection::vec((any::<u128>(), ".{0,300}"), 0..8),
        photos in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 0..4),
    ) {
        let mut pieces: Vec<_> = changes.iter().map(|(n, body)| change(*n, body)).collect();
        pieces.extend(photos.into_iter().map(Piece::Photo));
        prop_assert_eq!(read(&written(&pieces, &office().public())).unwrap(), pieces);
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read_anything(&bytes).is_err());
        prop_assert!(read_anything(&[MAGIC.as_slice(), &[VERSION], &bytes].concat()).is_err());
    }

    #[test]
    fn no_sealed_bytes_are_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read_anything(&sealed(&bytes)).is_err());
        prop_assert!(read_anything(&sealed(&[a_head(), bytes].concat())).is_err());
    }

    #[test]
    fn one_changed_bit_is_an_error(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut file = written(&[change(1, "a"), Piece::Photo(vec![7; 300])], &office().public());
        file[at.index(file.len())] ^= 1 << bit;
        prop_assert!(read_anything(&file).is_err());
    }
}
