//! Pictures for tests: drawn here, so that every one is known to the pixel.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A sheet with a pattern of its own for every seed: sixteen by sixteen fields of grey.
pub fn drawn(seed: u32, width_px: u32, height_px: u32) -> RgbImage {
    RgbImage::from_fn(width_px, height_px, |x, y| {
        let field = (x * 16 / width_px) + 16 * (y * 16 / height_px);
        let mixed = (field + 1).wrapping_mul(seed.wrapping_mul(2_654_435_761) | 1) ^ (field << 7);
        let grey = u8::try_from(mixed.wrapping_mul(0x9E37_79B1) >> 24).expect("one byte");
        Rgb([grey, grey, 255 - grey / 2])
    })
}

/// The same as a JPEG.
pub fn jpeg(picture: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).expect("a JPEG");
    bytes
}

/// The same in another format.
pub fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

/// The receipt of a transfer, as a phone's screen shows it; another seed is another receipt.
pub fn receipt(seed: u32) -> Vec<u8> {
    jpeg(&drawn(seed, 320, 640), 90)
}

/// The same JPEG, lying on its side by its metadata (EXIF orientation 6) and telling where it was taken.
pub fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08".to_vec();
    // Two entries: orientation 6, and a pointer to the GPS entries behind them.
    tiff.extend([
        0, 2, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0,
    ]);
    // One GPS entry: a text with the place.
    tiff.extend([0, 1, 0, 0x1C, 0, 2, 0, 0, 0, 20, 0, 0, 0, 56, 0, 0, 0, 0]);
    tiff.extend(b"42.8746N, 74.5698E\0\0");
    let length = u16::try_from(2 + 6 + tiff.len()).expect("a short segment").to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, b"Exif\0\0", &tiff, &jpeg[2..]].concat()
}

/// A PNG of a few bytes that says it is this large.
pub fn png_that_claims(width_px: u32, height_px: u32) -> Vec<u8> {
    let mut png = encoded(&DynamicImage::ImageRgb8(drawn(1, 8, 8)), ImageFormat::Png);
    png[16..20].copy_from_slice(&width_px.to_be_bytes());
    png[20..24].copy_from_slice(&height_px.to_be_bytes());
    let crc = crc32(&png[12..29]).to_be_bytes();
    png[29..33].copy_from_slice(&crc);
    png
}

/// CRC-32 of a PNG's chunk (W3C PNG, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 })
    })
}
