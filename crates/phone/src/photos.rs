//! Pictures on the phone. What is done to them is `jobsheet_picture`; here are the words of its problems, and what only
//! a phone does.

use crate::error::Result;
use image::{DynamicImage, ImageFormat};
use jobsheet_model::{
    Digest, Problem,
    wire::{MAX_PHOTO, MAX_THUMB, THUMB_EDGE},
};
pub(crate) use jobsheet_picture::Developed;
use jobsheet_picture::{Most, NotTaken, SHOWN_EDGE, jpeg, smaller};

/// Turned upright, no edge longer than `edge`, without metadata. The same bytes give the same photo.
pub(crate) fn develop(bytes: &[u8], edge: u32) -> Result<Developed> {
    Ok(jobsheet_picture::develop(bytes, edge, Most::CAMERA)?)
}

/// The picture as it is to be seen, in three colours, no edge longer than `edge`.
pub(crate) fn upright(bytes: &[u8], edge: u32) -> Result<DynamicImage> {
    Ok(jobsheet_picture::upright(bytes, edge, Most::CAMERA)?)
}

/// What goes ahead of the photo, made of the thumbnail that the phone shows; `None` when it does not get small enough.
pub(crate) fn to_send_ahead(shown: &[u8]) -> Option<Vec<u8>> {
    let picture = image::load_from_memory_with_format(shown, ImageFormat::Jpeg).ok()?;
    let picture = smaller(picture, THUMB_EDGE);
    [60, 40, 20].into_iter().find_map(|quality| jpeg(&picture, quality).ok().filter(|b| b.len() <= MAX_THUMB))
}

/// The small picture of one that came from elsewhere; what is no picture is refused.
pub(crate) fn shown(bytes: &[u8]) -> Result<Vec<u8>> {
    Ok(jpeg(&upright(bytes, SHOWN_EDGE)?, 75)?)
}

/// A picture that is not to be touched.
pub(crate) fn as_given(bytes: Vec<u8>) -> Result<Developed> {
    if bytes.len() as u64 > MAX_PHOTO {
        return Err(too_large());
    }
    Ok(Developed { digest: Digest::of(&bytes), bytes, thumb: Vec::new() })
}

impl From<NotTaken> for crate::error::Error {
    fn from(why: NotTaken) -> Self {
        match why {
            NotTaken::TooLarge => too_large(),
            NotTaken::NotAPicture => not_an_image(),
            NotTaken::Failed(why) => anyhow::Error::new(why).context("encoding a photo").into(),
        }
    }
}

fn too_large() -> crate::error::Error {
    Problem::new("photo_too_large", "This picture is too large. Take it again with the camera.").into()
}

fn not_an_image() -> crate::error::Error {
    Problem::new("photo_not_an_image", "This is not a picture that the app can read. Take it again.").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{io::Cursor, path::PathBuf};

    fn code(result: Result<Developed>) -> String {
        Problem::from(result.err().unwrap()).code
    }

    fn open(bytes: &[u8]) -> DynamicImage {
        image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap()
    }

    fn has(bytes: &[u8], needle: &[u8]) -> bool {
        bytes.windows(needle.len()).any(|w| w == needle)
    }

    /// A PNG that says it is `width` x `height` and has no pixels.
    fn png_saying(width: u32, height: u32) -> Vec<u8> {
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

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8)
                .fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xedb8_8320 } else { c >> 1 })
        })
    }

    #[test]
    fn real_photos_are_turned_upright_shrunk_and_stripped() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/photos");
        for (name, width, height) in [
            ("before.jpg", 1536, 2048),
            ("during.jpg", 1600, 1200),
            ("after.jpg", 1200, 1600),
            ("part.jpg", 1280, 960),
        ] {
            let raw = std::fs::read(folder.join(name)).unwrap();
            assert!(has(&raw, b"Exif\0\0"), "{name} is no longer a test of this");
            let developed = develop(&raw, 2048).unwrap();
            let picture = open(&developed.bytes);
            assert_eq!((picture.width(), picture.height()), (width, height), "{name}");
            for made in [&developed.bytes, &developed.thumb] {
                for secret in [b"Exif\0\0".as_slice(), b"Jobsheet", b"Test Camera", b"GPS"] {
                    assert!(!has(made, secret), "{name}: {secret:?}");
                }
            }
            let thumb = open(&developed.thumb);
            assert_eq!(thumb.width().max(thumb.height()), 320, "{name}");
            assert!(developed.bytes.len() < 2_000_000 && developed.thumb.len() < 60_000, "{name}");
        }
    }

    #[test]
    fn a_turned_photo_has_its_corners_where_they_belong() {
        // Red in the stored top left; the tag says "turn right", so it belongs to the top right.
        let mut picture = image::RgbImage::from_pixel(64, 32, image::Rgb([0, 0, 255]));
        for (x, y) in (0..16).flat_map(|x| (0..16).map(move |y| (x, y))) {
            picture.put_pixel(x, y, image::Rgb([255, 0, 0]));
        }
        let plain = jpeg(&DynamicImage::ImageRgb8(picture), 95).unwrap();
        let mut tagged = plain[..2].to_vec();
        tagged.extend(
            b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
        );
        tagged.extend(&plain[2..]);
        let upright = open(&develop(&tagged, 2048).unwrap().bytes).into_rgb8();
        assert_eq!(develop(&tagged, 2048).unwrap().digest, develop(&tagged, 2048).unwrap().digest);
        assert_eq!(upright.dimensions(), (32, 64));
        assert!(upright.get_pixel(28, 4)[0] > 200 && upright.get_pixel(4, 4)[2] > 200);
    }

    #[test]
    fn a_bomb_is_refused_before_it_goes_off() {
        assert_eq!(code(develop(&png_saying(20_000, 10_001), 2048)), "photo_too_large");
        assert_eq!(code(develop(&png_saying(4_000_000_000, 4_000_000_000), 2048)), "photo_too_large");
        assert_eq!(code(develop(&vec![0; Most::CAMERA.bytes + 1], 2048)), "photo_too_large");
        // A JPEG that says it is 65,000 x 65,000.
        let mut jpeg = jpeg(&DynamicImage::new_rgb8(16, 16), 85).unwrap();
        let frame = jpeg.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
        jpeg[frame + 5..frame + 9].copy_from_slice(&[0xfd, 0xe8, 0xfd, 0xe8]);
        assert_eq!(code(develop(&jpeg, 2048)), "photo_too_large");
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let whole = jpeg(&DynamicImage::new_rgb8(64, 64), 85).unwrap();
        for bad in [&b""[..], b"hello", b"GIF89a..........", b"<svg/>", &whole[..20], &png_saying(10, 10)] {
            assert_eq!(code(develop(bad, 2048)), "photo_not_an_image", "{bad:?}");
        }
    }

    #[test]
    fn a_small_picture_is_not_made_larger_and_see_through_becomes_white() {
        let mut png = Vec::new();
        DynamicImage::new_rgba8(10, 20).write_to(&mut Cursor::new(&mut png), ImageFormat::Png).unwrap();
        let picture = open(&develop(&png, 2048).unwrap().bytes).into_rgb8();
        assert_eq!(picture.dimensions(), (10, 20));
        assert!(picture.get_pixel(5, 5).0.iter().all(|c| *c > 250));
    }
}
