use super::*;

macro_rules! data {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/finik/", $name))
    };
}

const PATH: &str = "https://cargo.example/v1/acquirers/finik/callback";
/// 2026-01-01T00:00:00Z
const SIGNED_MS: i64 = 1_767_225_600_000;

fn settings() -> config::Finik {
    config::Finik {
        url: "https://api.acquiring.averspay.kg".to_owned(),
        api_key: "key-1".into(),
        account_id: "acc-1".to_owned(),
        mcc: "4215".to_owned(),
        name: "Torugart".to_owned(),
        private_key: data!("ours.pem").into(),
        public_key: data!("theirs.pub.pem").to_owned(),
    }
}

fn finik() -> Finik {
    Finik::new(&settings(), Outside::new(1), PATH.to_owned(), "https://cargo.example/t".to_owned()).unwrap()
}

fn callback(body: &str, after_s: i64) -> Callback {
    let headers = BTreeMap::from([("x-api-timestamp".to_owned(), SIGNED_MS.to_string())]);
    let sorted: Value = serde_json::from_str(body).unwrap();
    let text = canonical(PATH, &headers, &sorted.to_string()).unwrap();
    let theirs = Finik { ours: Arc::new(pem::private(data!("theirs.pem")).unwrap()), ..finik() };
    let mut headers = headers;
    headers.insert("signature".to_owned(), theirs.sign(&text).unwrap());
    headers.insert("content-type".to_owned(), "application/json".to_owned());
    let signed_at = DateTime::from_timestamp_millis(SIGNED_MS).unwrap().naive_utc();
    Callback { body: body.as_bytes().to_vec(), headers, received_at: signed_at + TimeDelta::seconds(after_s) }
}

const PAID: &str = r#"{"id": "trx-1_DEBIT", "transactionId": "trx-1", "status": "SUCCEEDED", "amount": 100.5,
    "fields": {"paymentId": "ref", "amount": 100.5}, "transactionDate": 1781697937466}"#;

#[test]
fn the_canonical_text_and_its_signature_are_those_of_another_program() {
    let headers = BTreeMap::from([
        ("x-api-timestamp".to_owned(), SIGNED_MS.to_string()),
        ("content-type".to_owned(), "application/json".to_owned()),
        ("x-api-key".to_owned(), "key-1".to_owned()),
    ]);
    let rest = json!({"PaymentId": "x", "Data": {"name_en": "Торугарт / ₸"}, "CardType": "FINIK_QR"});
    let text =
        canonical("https://api.acquiring.averspay.kg/v1/payment", &headers, &with_amount(10_050, &rest)).unwrap();
    assert_eq!(text, data!("signed.txt"));
    assert_eq!(finik().sign(&text).unwrap(), data!("signed.txt.sig"), "PKCS#1 v1.5 signs the same text the same way");
}

#[test]
fn keys_are_read_in_each_of_their_forms() {
    for private in [data!("ours.pem"), data!("ours.pkcs1.pem"), &data!("ours.pem").replace('\n', "\\n")] {
        let key = pem::private(private).unwrap();
        assert_eq!(key.public().modulus_len(), 256);
    }
    assert_eq!(pem::public(data!("theirs.pub.pem")).unwrap(), pem::public(data!("theirs.pkcs1.pub.pem")).unwrap());
    for wrong in ["", "key", data!("theirs.pub.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"] {
        assert!(pem::private(wrong).is_err(), "{wrong}");
    }
    for wrong in ["", data!("ours.pem"), "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----"] {
        assert!(pem::public(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_signed_callback_is_read_whatever_the_order_of_its_keys() {
    let told = finik().read(&callback(PAID, 0)).unwrap();
    assert_eq!((told.reference.as_str(), told.payment_id.as_str()), ("ref", "trx-1"));
    assert_eq!((told.amount_tyiyn, told.is_paid), (Some(10_050), true));
    let failed = PAID.replace("SUCCEEDED", "failed");
    assert!(!finik().read(&callback(&failed, 0)).unwrap().is_paid);
}

#[test]
fn a_changed_callback_is_not_read() {
    for (from, to) in [("100.5", "99"), ("trx-1\"", "trx-2\""), ("\"ref\"", "\"fer\"")] {
        let mut changed = callback(PAID, 0);
        changed.body = PAID.replace(from, to).into_bytes();
        assert_eq!(finik().read(&changed), None, "{from}");
    }
    let mut moved = callback(PAID, 0);
    moved.headers.insert("x-api-timestamp".to_owned(), (SIGNED_MS + 1).to_string());
    assert_eq!(finik().read(&moved), None);
    let own = Finik { theirs: pem::public(data!("ours.pub.pem")).unwrap(), ..finik() };
    assert_eq!(own.read(&callback(PAID, 0)), None, "another key");
}

#[test]
fn a_signature_is_good_for_five_minutes() {
    for (seconds, is_read) in [(299, true), (300, true), (301, false), (-299, true), (-301, false)] {
        assert_eq!(finik().read(&callback(PAID, seconds)).is_some(), is_read, "{seconds}");
    }
}

#[test]
fn two_sums_that_differ_are_none() {
    let body = PAID.replacen("100.5", "100", 1);
    assert_eq!(finik().read(&callback(&body, 0)).unwrap().amount_tyiyn, None);
}

#[test]
fn a_key_that_cannot_be_used_is_said_without_being_shown() {
    let bad = config::Finik { private_key: "secret stuff".into(), ..settings() };
    let error = Finik::new(&bad, Outside::new(1), String::new(), String::new()).err().unwrap().to_string();
    assert!(error.contains("acquirers.finik.private_key") && !error.contains("stuff"), "{error}");
}
