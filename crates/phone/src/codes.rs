//! Codes on still photos, where the screens cannot read them from the camera's view themselves: the engine is too
//! old for it, or only the phone's own camera may be used.

use crate::error::Result;
use crate::photos::upright;
use image::{DynamicImage, imageops::FilterType};
use rxing::{BarcodeFormat, DecodeHints, helpers::detect_in_luma_with_hints};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Longest edges at which a photo is looked at: bars across half of it are wide enough in the first, and a large
/// code with blur or noise is found in the second.
const EDGES: [u32; 2] = [1600, 640];
/// As the scanner's (ui/src/camera/reader.worker.ts): no formats without any check.
const FORMATS: [BarcodeFormat; 9] = [
    BarcodeFormat::QR_CODE,
    BarcodeFormat::DATA_MATRIX,
    BarcodeFormat::CODE_128,
    BarcodeFormat::CODE_39,
    BarcodeFormat::CODE_93,
    BarcodeFormat::EAN_13,
    BarcodeFormat::EAN_8,
    BarcodeFormat::UPC_A,
    BarcodeFormat::AZTEC,
];
/// No code for people is longer.
const MAX_CHARS: usize = 1000;

/// What the code on this photo says; `None` where none is found.
pub(crate) fn read(bytes: &[u8]) -> Result<Option<String>> {
    let picture = upright(bytes, EDGES[0])?;
    let found = EDGES.iter().find_map(|edge| {
        let fits = picture.width().max(picture.height()) <= *edge;
        let grey = if fits {
            picture.to_luma8()
        } else {
            picture.resize(*edge, *edge, FilterType::Triangle).to_luma8()
        };
        look(&DynamicImage::ImageLuma8(grey.clone()))
            .or_else(|| look(&DynamicImage::ImageLuma8(image::imageops::rotate90(&grey))))
    });
    Ok(found.map(|text| text.chars().take(MAX_CHARS).collect()))
}

fn look(picture: &DynamicImage) -> Option<String> {
    let grey = picture.to_luma8();
    let (width, height) = grey.dimensions();
    let mut hints = DecodeHints {
        PossibleFormats: Some(HashSet::from(FORMATS)),
        TryHarder: Some(true),
        ..Default::default()
    };
    // What is on a photo is anybody's; a reader that trips over it has found nothing.
    let read = catch_unwind(AssertUnwindSafe(|| {
        detect_in_luma_with_hints(grey.into_raw(), width, height, None, &mut hints)
            .ok()
            .map(|found| found.getText().to_owned())
    }));
    read.ok().flatten().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, ImageFormat, Luma};
    use jobsheet_model::Problem;
    use std::io::Cursor;

    /// Code 39 of a few letters: bars and gaps in turn, narrow or wide.
    fn bars(text: &str) -> Vec<u32> {
        let widths = |letter| match letter {
            '*' => "nwnnwnwnn",
            'A' => "wnnnnwnnw",
            'S' => "nnwnnnwwn",
            'N' => "nnnnwnnww",
            '8' => "wnnwnnwnn",
            other => unreachable!("no bars for {other}"),
        };
        format!("*{text}*")
            .chars()
            .flat_map(|letter| format!("{}n", widths(letter)).chars().collect::<Vec<_>>())
            .map(|width| if width == 'w' { 3 } else { 1 })
            .collect()
    }

    fn photo(text: &str, turned: bool) -> Vec<u8> {
        let (module, height) = (5, 300);
        let widths = bars(text);
        let wide = widths.iter().sum::<u32>() * module;
        let mut picture = GrayImage::from_pixel(wide + 200, height + 200, Luma([230]));
        let mut left = 100;
        for (i, width) in widths.iter().enumerate() {
            for x in left..left + width * module {
                for y in 100..100 + height {
                    picture.put_pixel(x, y, Luma([if i % 2 == 0 { 20 } else { 230 }]));
                }
            }
            left += width * module;
        }
        let picture = DynamicImage::ImageLuma8(picture);
        let picture = if turned { picture.rotate90() } else { picture };
        let mut bytes = Cursor::new(Vec::new());
        picture.to_rgb8().write_to(&mut bytes, ImageFormat::Jpeg).expect("a JPEG");
        bytes.into_inner()
    }

    #[test]
    fn a_code_on_a_photo_is_read_whichever_way_the_phone_was_held() {
        for turned in [false, true] {
            assert_eq!(read(&photo("SN88A", turned)).ok().flatten().as_deref(), Some("SN88A"), "{turned}");
        }
    }

    #[test]
    fn a_photo_without_a_code_says_so_and_what_is_no_photo_is_a_problem() {
        let mut bytes = Cursor::new(Vec::new());
        image::RgbImage::from_fn(400, 300, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 90]))
            .write_to(&mut bytes, ImageFormat::Png)
            .expect("a PNG");
        assert_eq!(read(bytes.get_ref()).ok(), Some(None));
        let code = |bytes: &[u8]| Problem::from(read(bytes).map(drop).expect_err("no photo")).code;
        assert_eq!(code(b"no photo at all"), "photo_not_an_image");
        assert_eq!(code(&vec![0; 41 * 1024 * 1024]), "photo_too_large");
    }
}
