//! What comes in as a photo becomes two small JPEGs of ours, or a refusal. Nothing of the file but its pixels remains:
//! no place where it was taken, no second file behind the first, no name.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use sha2::{Digest, Sha256};

use super::jpeg;
use crate::error::{Error, Problem, Result, Slug};

/// The largest file, bytes.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;
/// The most pixels of a picture: what phones make of themselves, 24 megapixels, and a little more.
pub const MOST_PIXELS: u64 = 25_000_000;
/// No side is longer, pixels.
const MOST_SIDE_PX: u32 = 20_000;
/// The most memory that the pixels of one JPEG may take, bytes: three for each.
const MOST_JPEG_BYTES: u64 = 3 * MOST_PIXELS;
/// The same of a PNG or WebP. Cameras make neither: these are screens, and a few hundred bytes of them can claim anything.
const MOST_SCREEN_BYTES: u64 = 48 * 1024 * 1024;

/// The longest side that is kept, pixels: the small print of a receipt can be read.
const KEPT_SIDE_PX: u32 = 2000;
/// The longest side of the small picture for lists, pixels.
const THUMB_SIDE_PX: u32 = 320;
const KEPT_QUALITY: u8 = 85;
const THUMB_QUALITY: u8 = 75;

/// Steps of grey that the difference hash takes for none: paper and screens are even, and their noise means nothing.
const NOISE: u8 = 3;

/// A photo ready to be kept.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Of the bytes as they came, hexadecimal.
    pub sha256: String,
    /// Difference hash: for each of 8 x 8 places whether it is darker than the one to its left.
    pub dhash: i64,
    /// Width of `full`, pixels.
    pub width_px: u32,
    /// Height of `full`, pixels.
    pub height_px: u32,
    /// The picture, JPEG.
    pub full: Vec<u8>,
    /// The same, small.
    pub thumb: Vec<u8>,
}

/// Refuses by its head what is no photo or too large, before there is room for a single pixel: cheap enough to be asked
/// of everything that comes.
///
/// # Errors
/// `body_too_large`; `photo_refused` with what is wrong.
pub fn glance(file: &[u8]) -> Result<()> {
    if file.len() > MOST_BYTES {
        return Problem::new(Slug::BodyTooLarge, format!("A photo has at most {MOST_BYTES} bytes.")).fail();
    }
    open(file, format_of(file)?).map(drop)
}

/// Makes a photo of a file. Takes a core for a while and up to some 200 MB, so it runs in `App::compute_alone`.
///
/// # Errors
/// `body_too_large`; `photo_refused` with what is wrong.
pub fn prepare(file: &[u8]) -> Result<Prepared> {
    glance(file)?;
    let picture = decode(file, format_of(file)?)?;
    let full = on_white(within(picture, KEPT_SIDE_PX));
    let thumb = on_white(within(DynamicImage::ImageRgb8(full.clone()), THUMB_SIDE_PX));
    Ok(Prepared {
        sha256: Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect(),
        dhash: difference_hash(&thumb),
        width_px: full.width(),
        height_px: full.height(),
        full: encode(&full, KEPT_QUALITY)?,
        thumb: encode(&thumb, THUMB_QUALITY)?,
    })
}

/// The kind of a file by its first bytes; its name and media type are only what the sender says.
fn format_of(file: &[u8]) -> Result<ImageFormat> {
    let follows = |at: usize, word: &[u8]| file.get(at..).is_some_and(|rest| rest.starts_with(word));
    if follows(0, b"\xFF\xD8\xFF") {
        return Ok(ImageFormat::Jpeg);
    }
    if follows(0, b"\x89PNG\r\n\x1A\n") {
        return Ok(ImageFormat::Png);
    }
    if follows(0, b"RIFF") && follows(8, b"WEBP") {
        return Ok(ImageFormat::WebP);
    }
    let is_text = file.trim_ascii_start().strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file).trim_ascii_start();
    let what = if file.is_empty() {
        "nothing at all"
    } else if follows(0, b"GIF8") {
        "a GIF"
    } else if follows(0, b"%PDF") {
        "a PDF"
    } else if follows(4, b"ftyp") {
        return refuse(
            "This is a HEIC or AVIF picture, or a video; a photo is a JPEG, PNG or WebP. An iPhone makes JPEGs when \
             Settings, Camera, Formats says \"Most Compatible\"; a screenshot of the picture will do, too.",
        );
    } else if is_text.starts_with(b"<") {
        "an SVG or a web page"
    } else {
        "something else"
    };
    refuse(&format!("This is {what}; a photo is a JPEG, PNG or WebP."))
}

fn refuse<T>(detail: &str) -> Result<T> {
    Problem::new(Slug::PhotoRefused, detail).fail()
}

fn broken(_: ImageError) -> Error {
    Problem::new(Slug::PhotoRefused, "The picture is damaged or was cut off.").into()
}

/// Reads the head, and the size in it.
fn open(file: &[u8], format: ImageFormat) -> Result<impl ImageDecoder> {
    let most_bytes = match format {
        ImageFormat::Jpeg => MOST_JPEG_BYTES,
        _ => MOST_SCREEN_BYTES,
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(most_bytes);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let is_too_large = width.max(height) > MOST_SIDE_PX
        || u64::from(width) * u64::from(height) > MOST_PIXELS
        || decoder.total_bytes() > most_bytes;
    if is_too_large {
        return refuse(&format!(
            "The picture has {width} x {height} pixels; {} megapixels are the most ({} of a PNG or WebP), and \
             {MOST_SIDE_PX} on a side.",
            MOST_PIXELS / 1_000_000,
            MOST_SCREEN_BYTES / 4_000_000
        ));
    }
    Ok(decoder)
}

/// The pixels, upright.
fn decode(file: &[u8], format: ImageFormat) -> Result<DynamicImage> {
    let mut decoder = open(file, format)?;
    if format == ImageFormat::Jpeg && !jpeg::is_whole(file) {
        return refuse("The picture was cut off: its end is missing.");
    }
    // A picture that does not say which way is up stands as it is.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = within(DynamicImage::from_decoder(decoder).map_err(broken)?, KEPT_SIDE_PX);
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// The same picture, no side longer than `most_px`; a smaller one stays as it is.
fn within(picture: DynamicImage, most_px: u32) -> DynamicImage {
    let longest = picture.width().max(picture.height());
    if longest <= most_px {
        return picture;
    }
    let scaled = |side: u32| (u64::from(side) * u64::from(most_px) / u64::from(longest)).max(1);
    let side = |side: u32| u32::try_from(scaled(side)).unwrap_or(most_px);
    picture.thumbnail_exact(side(picture.width()), side(picture.height()))
}

/// JPEG has no transparency; what can be seen through lies on white, as on a screen.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let seen = picture.into_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0;
        let mixed = |channel: u8| {
            let (channel, alpha) = (u16::from(channel), u16::from(alpha));
            u8::try_from((channel * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        Rgb([mixed(red), mixed(green), mixed(blue)])
    })
}

fn difference_hash(picture: &RgbImage) -> i64 {
    let grey = imageops::thumbnail(&imageops::grayscale(picture), 9, 8);
    let is_darker = |x: u32, y: u32| grey.get_pixel(x + 1, y).0[0].saturating_add(NOISE) < grey.get_pixel(x, y).0[0];
    let places = (0..8).flat_map(|y| (0..8).map(move |x| (x, y)));
    places.fold(0, |hash, (x, y)| hash << 1 | i64::from(is_darker(x, y)))
}

fn encode(picture: &RgbImage, quality: u8) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality)
        .encode_image(picture)
        .map_err(|error| Error::Startup(format!("a photo cannot be encoded: {error}")))?;
    Ok(bytes)
}
