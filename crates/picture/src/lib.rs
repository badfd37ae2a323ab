//! Pixels: what comes from a camera or a customer becomes an upright JPEG of a modest size, with nothing in it but the
//! picture. Place, time and make of the camera stay out: what the office needs of them is in the change.

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder,
    imageops::FilterType, metadata::Orientation,
};
use jobsheet_model::{Digest, wire::MAX_PHOTO};
use std::io::Cursor;

/// Of a picture as the screens show it in a row.
pub const SHOWN_EDGE: u32 = 320;

/// What is looked at at most, before a single pixel is made room for.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    pub bytes: usize,
    pub pixels: u64,
}

impl Most {
    /// Of what a camera makes.
    pub const CAMERA: Self = Self { bytes: 40 * 1024 * 1024, pixels: 100_000_000 };
}

/// Why it is not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    #[error("the picture is too large")]
    TooLarge,
    #[error("it is no JPEG, PNG or WebP that can be read")]
    NotAPicture,
    #[error("a JPEG could not be made")]
    Failed(#[source] ImageError),
}

pub struct Developed {
    /// Of `bytes`.
    pub digest: Digest,
    pub bytes: Vec<u8>,
    pub thumb: Vec<u8>,
}

/// Turned upright, no edge longer than `edge`, without metadata. The same bytes give the same photo.
pub fn develop(bytes: &[u8], edge: u32, most: Most) -> Result<Developed, NotTaken> {
    let picture = upright(bytes, edge.clamp(SHOWN_EDGE, 8192), most)?;
    let bytes = jpeg(&picture, 85)?;
    if bytes.len() as u64 > MAX_PHOTO {
        return Err(NotTaken::TooLarge);
    }
    let thumb = jpeg(&smaller(picture, SHOWN_EDGE), 75)?;
    Ok(Developed { digest: Digest::of(&bytes), bytes, thumb })
}

/// The picture as it is to be seen, in three colours, no edge longer than `edge`.
pub fn upright(bytes: &[u8], edge: u32, most: Most) -> Result<DynamicImage, NotTaken> {
    if bytes.len() > most.bytes {
        return Err(NotTaken::TooLarge);
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let reader = reader.map_err(|why| NotTaken::Failed(ImageError::IoError(why)))?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(NotTaken::NotAPicture);
    }
    let mut decoder = reader.into_decoder().map_err(undecodable)?;
    let (width, height) = decoder.dimensions();
    // Before a single pixel is made room for.
    if u64::from(width) * u64::from(height) > most.pixels {
        return Err(NotTaken::TooLarge);
    }
    if width == 0 || height == 0 {
        return Err(NotTaken::NotAPicture);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(most.pixels * 4 + 64 * 1024 * 1024);
    decoder.set_limits(limits).map_err(undecodable)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(undecodable)?;

    let mut picture = opaque(smaller(picture, edge));
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// Never larger than it was. A big step is made in two, the first one rough: four times as fast, alike to the eye.
pub fn smaller(picture: DynamicImage, edge: u32) -> DynamicImage {
    let longest = picture.width().max(picture.height());
    if longest <= edge {
        return picture;
    }
    let rough = if longest > edge.saturating_mul(3) {
        picture.thumbnail(edge.saturating_mul(2), edge.saturating_mul(2))
    } else {
        picture
    };
    rough.resize(edge, edge, FilterType::CatmullRom)
}

/// Eight bits and three colours; what was see-through is white.
fn opaque(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return DynamicImage::ImageRgb8(picture.into_rgb8());
    }
    let rgba = picture.into_rgba8();
    let rgb = image::RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0;
        let over = |c: u8| ((u32::from(c) * u32::from(a) + 255 * (255 - u32::from(a))) / 255) as u8;
        image::Rgb([over(r), over(g), over(b)])
    });
    DynamicImage::ImageRgb8(rgb)
}

pub fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, NotTaken> {
    let mut bytes = Vec::new();
    let encoded = JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture);
    encoded.map(|()| bytes).map_err(NotTaken::Failed)
}

fn undecodable(why: ImageError) -> NotTaken {
    match why {
        ImageError::Limits(_) => NotTaken::TooLarge,
        _ => NotTaken::NotAPicture,
    }
}
