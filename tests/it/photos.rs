//! What becomes of a file that is said to be a photo.

use std::path::Path;
use std::time::{Duration, Instant};

use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::{Value, json};
use torugart::error::Slug;
use torugart::photos::{self, MOST_BYTES};

use crate::harness::pictures::*;
use crate::harness::server::*;

/// A claim that waits, and where its photo goes.
fn claim(s: &Server) -> (Value, String) {
    let code = s.order(Until::Confirmed).code;
    let body = json!({"amount": som(1_230_400), "bank": "MBank", "paid_at": "2026-05-25T08:30:00Z"});
    let claim = s.post(OPERATOR, &format!("/v1/orders/{code}/transfer-claims"), body).expect(201);
    let path = format!("/v1/orders/{code}/transfer-claims/{}/photo", claim["id"].as_str().unwrap());
    (claim, path)
}

fn send(s: &Server, path: &str, media_type: &str, file: &[u8]) -> Answer {
    s.upload("PUT", OPERATOR, path, media_type, file)
}

/// What is kept of a file that is taken: the picture and its small one.
fn kept(s: &Server, file: &[u8], media_type: &str) -> (Vec<u8>, Vec<u8>) {
    let (_, path) = claim(s);
    let address = send(s, &path, media_type, file).expect(200)["photo"].as_str().unwrap().to_owned();
    (s.download(CASHIER, &address).1, s.download(CASHIER, &format!("{address}?size=thumb")).1)
}

fn decoded(jpeg: &[u8]) -> DynamicImage {
    image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).expect("a JPEG")
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn is_near(pixel: Rgba<u8>, expected: [u8; 3]) -> bool {
    pixel.0.iter().zip(expected).all(|(a, b)| a.abs_diff(b) < 24)
}

/// Red on the left, blue on the right.
fn two_halves(width_px: u32, height_px: u32) -> RgbImage {
    RgbImage::from_fn(
        width_px,
        height_px,
        |x, _| if x < width_px / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) },
    )
}

on_both! {
    fn a_photo_is_a_jpeg_of_ours_whatever_came(s: &Server) {
        let picture = DynamicImage::ImageRgb8(drawn(3, 400, 100));
        for (format, media_type) in
            [(ImageFormat::Jpeg, "image/jpeg"), (ImageFormat::Png, "image/png"), (ImageFormat::WebP, "image/webp")]
        {
            let (full, thumb) = kept(s, &encoded(&picture, format), media_type);
            assert_eq!(decoded(&full).dimensions(), (400, 100), "{media_type}");
            assert_eq!(decoded(&thumb).dimensions(), (320, 80), "{media_type}");
        }
        // What it is called does not matter: a PNG that is called a JPEG is a PNG.
        let (full, _) = kept(s, &encoded(&picture, ImageFormat::Png), "image/jpeg");
        assert_eq!(decoded(&full).dimensions(), (400, 100));
    }

    fn a_photo_is_shown_to_staff_alone_and_stays_in_no_cache(s: &Server) {
        let (_, path) = claim(s);
        let address = send(s, &path, "image/jpeg", &receipt(1)).expect(200)["photo"].as_str().unwrap().to_owned();
        let id = address.strip_prefix("/v1/photos/").unwrap();
        let (headers, _) = s.download(AUDITOR, &format!("{address}?size=full"));
        for (name, value) in [
            ("content-type", "image/jpeg"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "private, no-store"),
            ("content-disposition", &format!("inline; filename=\"{id}.jpg\"")),
        ] {
            assert_eq!(headers.get(name).map(|value| value.to_str().unwrap()), Some(value), "{name}");
        }
        s.get(ANYONE, &address).expect_problem(401, "unauthenticated");
        s.get(CASHIER, &format!("{address}?size=huge")).expect_problem(400, "malformed_request");
        s.get(CASHIER, &format!("/v1/photos/{}", uuid::Uuid::now_v7())).expect_problem(404, "not_found");
        for elsewhere in ["..%2F..%2Fetc%2Fpasswd", "..", &format!("{id}.jpg")] {
            assert!([400, 404].contains(&s.get(CASHIER, &format!("/v1/photos/{elsewhere}")).status), "{elsewhere}");
        }
    }

    fn neither_the_place_nor_a_second_file_nor_the_tilt_remains(s: &Server) {
        let plain = jpeg(&two_halves(300, 200), 95);
        let mut polyglot = with_exif(&plain);
        polyglot.extend(b"<script>alert(1)</script>PK\x03\x04");
        assert!(contains(&polyglot, b"42.8746N"), "the test shows nothing without the place");
        let (full, thumb) = kept(s, &polyglot, "image/jpeg");
        for bytes in [&full, &thumb] {
            for word in [&b"42.8746N"[..], b"Exif", b"script", b"PK\x03\x04"] {
                assert!(!contains(bytes, word), "{}", String::from_utf8_lossy(word));
            }
            assert_eq!(&bytes[bytes.len() - 2..], [0xFF, 0xD9], "nothing follows the picture");
        }
        // Turned a quarter to the right: what was on the left is above.
        let upright = decoded(&full);
        assert_eq!(upright.dimensions(), (200, 300));
        assert!(is_near(upright.get_pixel(100, 30), [220, 20, 20]), "{:?}", upright.get_pixel(100, 30));
        assert!(is_near(upright.get_pixel(100, 270), [20, 20, 220]), "{:?}", upright.get_pixel(100, 270));
    }

    fn what_is_no_photo_leaves_nothing_behind(s: &Server) {
        let (_, path) = claim(s);
        let cut_jpeg = &receipt(5)[..receipt(5).len() - 100];
        let png = encoded(&DynamicImage::ImageRgb8(drawn(5, 64, 64)), ImageFormat::Png);
        let webp = encoded(&DynamicImage::ImageRgb8(drawn(5, 64, 64)), ImageFormat::WebP);
        let inside_exif = with_exif(&[&receipt(5)[..2], &[0xFF, 0xE2, 0, 6, 0xFF, 0xD8, 0xFF, 0xD9], cut_jpeg].concat());
        for (what, file) in [
            ("a JPEG that was cut off", cut_jpeg),
            ("one whose only end is that of its thumbnail", &inside_exif[..]),
            ("a PNG that was cut off", &png[..png.len() / 2]),
            ("a WebP that was cut off", &webp[..webp.len() / 2]),
            ("the head of a JPEG alone", b"\xFF\xD8\xFF\xE0"),
            ("a web page", b"<!DOCTYPE html><html><script>alert(1)</script></html>"),
            ("an SVG", b"\xEF\xBB\xBF <svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"),
            ("a GIF", b"GIF89a\x01\0\x01\0\0\0\0;"),
            ("a PDF", b"%PDF-1.7\n%%EOF"),
            ("a HEIC", b"\0\0\0\x18ftypheic\0\0\0\0"),
            ("a program", b"\x7FELF\x02\x01\x01"),
        ] {
            let answer = s.unchanged_by(|| send(s, &path, "image/jpeg", file));
            let detail = answer.expect_problem(422, "photo_refused")["detail"].as_str().unwrap().to_owned();
            assert!(detail.len() > 20 && detail.ends_with('.'), "{what}: {detail}");
        }
        assert_eq!(s.unchanged_by(|| send(s, &path, "image/jpeg", b"")).status, 400);
        for media_type in ["text/html", "image/svg+xml", "application/json"] {
            let answer = s.unchanged_by(|| send(s, &path, media_type, &receipt(5)));
            answer.expect_problem(415, "unsupported_media_type");
        }
    }

    fn a_file_at_the_limit_is_read_and_one_byte_more_is_not(s: &Server) {
        let (_, path) = claim(s);
        let mut file = receipt(6);
        file.resize(MOST_BYTES, 0);
        send(s, &path, "image/jpeg", &file).expect(200);
        file.push(0);
        s.unchanged_by(|| send(s, &path, "image/jpeg", &file)).expect_problem(413, "body_too_large");
    }

    fn a_picture_that_would_fill_the_memory_is_refused_by_its_head(s: &Server) {
        let (_, path) = claim(s);
        for (width, height) in [(30_000, 30_000), (20_001, 100), (5001, 5000), (1_000_000, 1)] {
            let begun = Instant::now();
            let answer = s.unchanged_by(|| send(s, &path, "image/png", &png_that_claims(width, height)));
            let detail = answer.expect_problem(422, "photo_refused")["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(&format!("{width} x {height} pixels")), "{detail}");
            assert!(begun.elapsed() < Duration::from_secs(5), "{width} x {height}: {:?}", begun.elapsed());
        }
    }
}

#[test]
fn a_head_that_lies_is_refused_at_once() {
    let file = png_that_claims(30_000, 30_000);
    let begun = Instant::now();
    let refused = photos::prepare(&file).expect_err("a refusal").to_problem();
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(refused.slug, Slug::PhotoRefused);
    assert!(refused.detail.contains("30000 x 30000"), "{}", refused.detail);
}

#[test]
fn a_large_picture_becomes_smaller_and_a_small_one_stays() {
    for ((width, height), full, thumb) in [
        ((2400, 600), (2000, 500), (320, 80)),
        ((10, 4000), (5, 2000), (1, 320)),
        ((2001, 1), (2000, 1), (320, 1)),
        ((64, 48), (64, 48), (64, 48)),
    ] {
        let file = encoded(&DynamicImage::ImageRgb8(drawn(1, width, height)), ImageFormat::Png);
        let photo = photos::prepare(&file).unwrap();
        assert_eq!(decoded(&photo.full).dimensions(), full, "{width} x {height}");
        assert_eq!((photo.width_px, photo.height_px), full, "{width} x {height}");
        assert_eq!(decoded(&photo.thumb).dimensions(), thumb, "{width} x {height}");
    }
}

#[test]
fn what_can_be_seen_through_lies_on_white() {
    let half = RgbaImage::from_fn(64, 64, |_, y| if y < 32 { Rgba([0, 0, 0, 0]) } else { Rgba([0, 0, 0, 128]) });
    let photo = photos::prepare(&encoded(&DynamicImage::ImageRgba8(half), ImageFormat::Png)).unwrap();
    let shown = decoded(&photo.full);
    assert!(is_near(shown.get_pixel(32, 8), [255, 255, 255]), "{:?}", shown.get_pixel(32, 8));
    assert!(is_near(shown.get_pixel(32, 56), [127, 127, 127]), "{:?}", shown.get_pixel(32, 56));
}

#[test]
fn a_picture_is_recognised_by_its_looks_and_a_file_by_its_bytes() {
    let bits_apart = |a: i64, b: i64| (a ^ b).count_ones();
    let first = photos::prepare(&receipt(7)).unwrap();
    let again = photos::prepare(&jpeg(&drawn(7, 240, 480), 45)).unwrap();
    assert_ne!(again.sha256, first.sha256);
    assert!(bits_apart(first.dhash, again.dhash) <= 4, "{:064b} {:064b}", first.dhash, again.dhash);
    for seed in 8..20 {
        let other = photos::prepare(&receipt(seed)).unwrap();
        assert!(bits_apart(first.dhash, other.dhash) > 8, "{seed}: {:064b} {:064b}", first.dhash, other.dhash);
    }
    // Even paper has no looks, however noisy: every empty sheet is the same.
    let noisy = RgbImage::from_fn(64, 64, |x, y| Rgb([253 + u8::try_from((x * 7 + y * 3) % 3).unwrap(); 3]));
    assert_eq!(photos::prepare(&jpeg(&noisy, 60)).unwrap().dhash, 0);
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_folder_holds_two_files_for_a_photo_and_none_for_a_refusal() {
    let (_database, url) = sqlite_database();
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    let s = Server::start_with(&url, |config| config.photos.url = format!("file://{}", photos.display()));
    let (claim, path) = claim(&s);
    for refused in [&b"<svg/>"[..], &png_that_claims(30_000, 30_000)] {
        send(&s, &path, "image/png", refused).expect_problem(422, "photo_refused");
    }
    assert_eq!(files(&photos), Vec::<String>::new());
    let address = send(&s, &path, "image/jpeg", &receipt(9)).expect(200)["photo"].as_str().unwrap().to_owned();
    let id = address.strip_prefix("/v1/photos/").unwrap();
    assert_eq!(files(&photos), [format!("{id}.jpg"), format!("{id}.thumb.jpg")]);
    assert_eq!(s.download(CASHIER, &address).1, std::fs::read(photos.join(format!("{id}.jpg"))).unwrap());
    // The same file again is the same photo, and a decided claim takes none.
    assert_eq!(send(&s, &path, "image/jpeg", &receipt(9)).expect(200)["photo"], address);
    let reject = format!("/v1/transfer-claims/{}/reject", claim["id"].as_str().unwrap());
    s.post(CASHIER, &reject, json!({"reason": "not on the statement"})).expect(200);
    send(&s, &path, "image/jpeg", &receipt(10)).expect_problem(409, "wrong_status");
    assert_eq!(files(&photos).len(), 2);
}

#[test]
fn a_picture_whose_row_is_refused_is_taken_away_again() {
    let (_database, url) = sqlite_database();
    let folder = tempfile::tempdir().unwrap();
    let s = Server::start_with(&url, |config| config.photos.url = format!("file://{}", folder.path().display()));
    let app = s.app.clone();
    let picture = photos::prepare(&receipt(11)).unwrap();
    let refused = actix_web::rt::System::new().block_on(async move {
        photos::keep(app, picture, |photo| async move {
            Err::<(), _>(torugart::error::Problem::not_found(format!("use for photo {}", photo.id)).into())
        })
        .await
    });
    assert_eq!(refused.expect_err("a refusal").to_problem().slug, Slug::NotFound);
    assert_eq!(files(folder.path()), Vec::<String>::new());
}

#[test]
fn only_a_folder_a_bucket_or_memory_is_a_place_for_photos() {
    let mut config = settings("sqlite://a.db");
    config.photos.access_key_id = "key".into();
    config.photos.secret_access_key = "secret".into();
    for (url, good) in [
        ("file://data/photos", true),
        ("file:///var/lib/torugart", true),
        ("memory:", true),
        ("", false),
        ("file://", false),
        ("data/photos", false),
        ("s3://bucket", true),
        ("s3://bucket?endpoint=objects:7070", false),
        ("s3:/bucket", false),
    ] {
        config.photos.url = url.to_owned();
        assert_eq!(config.check().is_ok(), good, "{url}");
    }
}
