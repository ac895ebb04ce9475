//! Photos of parcels and of what orders ask for.

use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};
use torugart::photos::MOST_PHOTOS;

use crate::harness::pictures::*;
use crate::harness::s3::{ACCESS_KEY_ID, BUCKET, ObjectServer, SECRET_ACCESS_KEY};
use crate::harness::server::*;
use crate::harness::warehouse::words;

fn path(parcel: &Value, kind: &str) -> String {
    format!("/v1/parcels/{}/photos?kind={kind}", parcel["id"].as_str().unwrap())
}

fn send(s: &Server, path: &str, file: &[u8]) -> Answer {
    s.upload("POST", WAREHOUSE, path, "image/jpeg", file)
}

on_both! {
    fn a_parcel_has_photos_of_every_kind(s: &Server) {
        let parcel = s.receive("ZT5200000001");
        for (kind, seed) in [("item", 1), ("mark", 2), ("damage", 3), ("scale", 4)] {
            let photo = send(s, &path(&parcel, kind), &receipt(seed)).expect(201);
            assert_eq!((&photo["kind"], &photo["by"]), (&json!(kind), &json!("warehouse")));
            assert_eq!(photo["url"], format!("/v1/photos/{}", photo["id"].as_str().unwrap()));
            assert_eq!(&s.download(CASHIER, &format!("{}?size=thumb", photo["url"].as_str().unwrap())).1[..2], [0xFF, 0xD8]);
        }
        let kinds = ["item", "mark", "damage", "scale"];
        let listed = s.get(AUDITOR, &format!("/v1/parcels/{}/photos", parcel["id"].as_str().unwrap())).expect(200);
        assert_eq!(words(&listed["items"], "kind"), kinds);
        assert_eq!(words(&s.parcel("ZT5200000001")["photos"], "kind"), kinds, "in the list of parcels");
        let one = s.get(CASHIER, &format!("/v1/parcels/{}", parcel["id"].as_str().unwrap())).expect(200);
        assert_eq!(one["photos"], listed["items"]);
        let code = s.buy(request(), &["ZT5200000001"]);
        assert_eq!(words(&s.see(&code)["parcels"][0]["photos"], "kind"), kinds, "with its order");
    }

    fn an_order_has_photos_of_its_items_that_nobody_sees_without_a_login(s: &Server) {
        let code = s.order(Until::Requested).code;
        let at = format!("/v1/orders/{code}/photos");
        let photo = s.upload("POST", OPERATOR, &at, "image/jpeg", &receipt(5)).expect(201);
        assert_eq!(photo["kind"], "item");
        assert_eq!(words(&s.see(&code)["photos"], "id"), [photo["id"].as_str().unwrap()]);
        assert_eq!(s.get(CASHIER, &at).expect(200)["items"].as_array().unwrap().len(), 1);
        s.upload("POST", OPERATOR, &format!("{at}?kind=damage"), "image/jpeg", &receipt(5))
            .expect_problem(422, "validation_failed");
        s.upload("POST", AUDITOR, &at, "image/jpeg", &receipt(6)).expect_problem(403, "forbidden");
        s.upload("POST", ANYONE, &at, "image/jpeg", &receipt(6)).expect_problem(401, "unauthenticated");
        let public = s.get(ANYONE, &format!("/v1/track/{code}")).text + &s.get(ANYONE, &format!("/t/{code}")).text;
        assert!(!public.contains("photo"), "{public}");
    }

    fn the_same_picture_again_is_the_same_photo(s: &Server) {
        let (parcel, other) = (s.receive("ZT5200000002"), s.receive("ZT5200000003"));
        let first = send(s, &path(&parcel, "mark"), &receipt(7)).expect(201);
        let again = s.unchanged_by(|| send(s, &path(&parcel, "mark"), &receipt(7))).expect(200);
        assert_eq!(again, first);
        assert_ne!(send(s, &path(&parcel, "damage"), &receipt(7)).expect(201)["id"], first["id"], "it shows something else");
        assert_ne!(send(s, &path(&other, "mark"), &receipt(7)).expect(201)["id"], first["id"], "of another parcel");
        let audit = s.get(AUDITOR, &format!("/v1/audit?object={}", parcel["id"].as_str().unwrap())).expect(200);
        assert_eq!(words(&audit["items"], "action"), ["photo.added", "photo.added", "parcel.received"]);
    }

    fn a_parcel_has_no_endless_photos(s: &Server) {
        let parcel = s.receive("ZT5200000004");
        for seed in 0..u32::try_from(MOST_PHOTOS).unwrap() {
            send(s, &path(&parcel, "item"), &jpeg(&drawn(seed + 1, 40, 40), 80)).expect(201);
        }
        let refused = s.unchanged_by(|| send(s, &path(&parcel, "item"), &receipt(900)));
        refused.expect_problem(422, "photo_refused");
    }

    fn what_is_no_photo_of_a_parcel_is_refused_and_nothing_stays(s: &Server) {
        let parcel = s.receive("ZT5200000005");
        let png = encoded(&DynamicImage::ImageRgb8(drawn(5, 64, 64)), ImageFormat::Png);
        for (file, word) in [
            (&png_that_claims(30_000, 30_000)[..], "30000 x 30000"),
            (&png[..png.len() / 2], "damaged"),
            (&receipt(5)[..500], "cut off"),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG"),
            (b"GIF89a\x01\0\x01\0\0\0\0;", "GIF"),
            (b"\0\0\0\x18ftypheic\0\0\0\0", "Most Compatible"),
        ] {
            let begun = Instant::now();
            let answer = s.unchanged_by(|| send(s, &path(&parcel, "item"), file));
            let detail = answer.expect_problem(422, "photo_refused")["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(word), "{word}: {detail}");
            assert!(begun.elapsed() < Duration::from_secs(2), "{word}: {:?}", begun.elapsed());
        }
        for kind in ["transfer_receipt", "selfie"] {
            let answer = s.unchanged_by(|| send(s, &path(&parcel, kind), &receipt(5)));
            assert!([400, 422].contains(&answer.status), "{kind}: {}", answer.text);
        }
        let nowhere = format!("/v1/parcels/{}/photos?kind=item", uuid::Uuid::now_v7());
        s.unchanged_by(|| send(s, &nowhere, &receipt(5))).expect_problem(404, "not_found");
    }

    fn the_database_gives_a_photo_to_exactly_one_thing(s: &Server) {
        let parcel = s.receive("ZT5200000006");
        let code = s.order(Until::Requested).code;
        let id = parcel["id"].as_str().unwrap();
        let insert = |kind: &str, parcel: &str, order: &str| {
            format!(
                "INSERT INTO photos (id, sha256, dhash, width_px, height_px, bytes, kind, created_at, created_by, \
                 parcel_id, order_id) SELECT '0', '{}', 0, 1, 1, 1, '{kind}', created_at, 'x', {parcel}, \
                 {order} FROM orders WHERE code = '{code}'",
                "0".repeat(64)
            )
        };
        let own = format!("'{id}'");
        for (kind, parcel, order) in [
            ("item", "NULL", "NULL"),
            ("item", own.as_str(), "id"),
            ("transfer_receipt", own.as_str(), "NULL"),
            ("damage", "NULL", "id"),
            ("portrait", own.as_str(), "NULL"),
        ] {
            let refusal = s.refused_by_database(&[&insert(kind, parcel, order)]).to_lowercase();
            assert!(refusal.contains("check"), "{kind} {parcel} {order}: {refusal}");
        }
    }
}

/// The folder after photos of a parcel: two files for each, none for a refusal, none for a repetition.
#[test]
fn a_folder_holds_what_was_taken_and_nothing_else() {
    let (_database, url) = sqlite_database();
    let folder = tempfile::tempdir().unwrap();
    let s = Server::start_with(&url, |config| config.photos.url = format!("file://{}", folder.path().display()));
    let parcel = s.receive("ZT5200000007");
    let count = || std::fs::read_dir(folder.path()).unwrap().count();
    send(&s, &path(&parcel, "mark"), &receipt(1)).expect(201);
    send(&s, &path(&parcel, "mark"), &receipt(1)).expect(200);
    send(&s, &path(&parcel, "mark"), b"<svg/>").expect_problem(422, "photo_refused");
    assert_eq!(count(), 2);
    // One key for two pictures: the second is refused after its picture was kept, and taken away again.
    let keyed = |file: &[u8]| {
        let request = ureq::post(format!("{}{}", s.url, path(&parcel, "item")));
        let token = s.token(torugart::ids::Role::Warehouse);
        let request = request.header("authorization", format!("Bearer {token}")).header("content-type", "image/jpeg");
        let request = request.header("idempotency-key", "k").config().http_status_as_error(false).build();
        request.send(file).unwrap().status().as_u16()
    };
    assert_eq!((keyed(&receipt(2)), keyed(&receipt(2)), keyed(&receipt(3))), (201, 200, 422));
    assert_eq!(count(), 4);
}

/// A server whose photos lie in a bucket.
fn in_bucket(store: &ObjectServer, url: &str, secret: &str) -> Server {
    Server::start_with(url, |config| {
        config.photos.url = store.url("shelf/1");
        config.photos.access_key_id = ACCESS_KEY_ID.into();
        config.photos.secret_access_key = secret.into();
    })
}

#[test]
fn photos_lie_in_a_bucket() {
    let (_database, url) = sqlite_database();
    let store = ObjectServer::start();
    let s = in_bucket(&store, &url, SECRET_ACCESS_KEY);
    let parcel = s.receive("ZT5200000008");
    let photo = send(&s, &path(&parcel, "scale"), &receipt(1)).expect(201);
    let id = photo["id"].as_str().unwrap();
    assert_eq!(store.objects("shelf/1"), [format!("{id}.jpg"), format!("{id}.thumb.jpg")]);
    let kept = std::fs::read(store.folder.path().join(BUCKET).join(format!("shelf/1/{id}.jpg"))).unwrap();
    assert_eq!(s.download(CASHIER, photo["url"].as_str().unwrap()).1, kept);
    send(&s, &path(&parcel, "scale"), &png_that_claims(30_000, 30_000)).expect_problem(422, "photo_refused");
    assert_eq!(store.objects("shelf/1").len(), 2);
}

#[test]
fn a_bucket_that_does_not_know_us_takes_nothing_and_no_row_is_written() {
    let (_database, url) = sqlite_database();
    let store = ObjectServer::start();
    let s = in_bucket(&store, &url, "another secret");
    let parcel = s.receive("ZT5200000009");
    s.unchanged_by(|| send(&s, &path(&parcel, "scale"), &receipt(1))).expect_problem(503, "unavailable");
    assert_eq!(store.objects("shelf/1"), Vec::<String>::new());
}

#[test]
fn a_picture_whose_row_is_refused_is_taken_out_of_the_bucket_again() {
    let (_database, url) = sqlite_database();
    let store = ObjectServer::start();
    let s = in_bucket(&store, &url, SECRET_ACCESS_KEY);
    let app = s.app.clone();
    let picture = torugart::photos::prepare(&receipt(2)).unwrap();
    let refused = actix_web::rt::System::new().block_on(async move {
        torugart::photos::keep(app, picture, |photo| async move {
            Err::<(), _>(torugart::error::Problem::not_found(format!("use for photo {}", photo.id)).into())
        })
        .await
    });
    assert!(refused.is_err());
    assert_eq!(store.objects("shelf/1"), Vec::<String>::new());
}
