//! Fake payment providers: each speaks its company's protocol over HTTP, checks our signatures with code of its own,
//! and can send callbacks, good and bad.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde_json::{Value, json};
use torugart::acquirers::Provider;
use torugart::config::Config;

use super::http::{HttpServer, Request, Response};
use super::server::{ANYONE, Answer, Server, data};
use super::state::escaped;

pub const MERCHANT: &str = "541000";
pub const SECRET: &str = "k;e&y";
pub const ADDRESS_SECRET: &str = "an-address-that-only-mkassa-knows-1";

/// How the provider treats what it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// By the book.
    Fine,
    /// HTTP 500.
    Broken,
    /// HTTP 200 with a web page, as a proxy in between shows it.
    Html,
    /// Hangs up without an answer.
    HangsUp,
    /// Does not answer while it lasts.
    Hangs,
    /// Says no, in its own form.
    Refuses,
    /// Signs with another key; where answers are not signed, leaves out what matters.
    Forges,
    /// Tells of another sum than it was asked for.
    OtherSum,
}

/// What the provider knows of one invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Our name of it.
    pub reference: String,
    /// The provider's.
    pub id: String,
    pub tyiyn: i64,
    pub is_paid: bool,
}

struct State {
    provider: Provider,
    known: Mutex<Vec<Known>>,
    mood: Mutex<Mood>,
    changed: Condvar,
    asked: Mutex<usize>,
}

/// One provider; its port closes when it is dropped.
pub struct Fake {
    pub provider: Provider,
    state: Arc<State>,
    server: HttpServer,
}

/// What a callback is to say.
#[derive(Clone, Debug)]
pub struct Notice {
    pub reference: String,
    pub payment_id: String,
    pub tyiyn: i64,
    pub currency: &'static str,
    pub merchant: &'static str,
    pub is_paid: bool,
    pub can_reject: bool,
    /// The secret or key it is signed with is the right one.
    pub is_genuine: bool,
}

/// A callback on its way.
#[derive(Clone, Debug)]
pub struct Message {
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Message {
    pub fn send(&self, s: &Server) -> Answer {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        s.send("POST", ANYONE, &self.path, &headers, &self.body)
    }
}

impl Fake {
    pub fn start(provider: Provider) -> Self {
        let state = Arc::new(State {
            provider,
            known: Mutex::default(),
            mood: Mutex::new(Mood::Fine),
            changed: Condvar::new(),
            asked: Mutex::default(),
        });
        let behind = Arc::clone(&state);
        let server = HttpServer::start(move |request| behind.answer(request));
        Self { provider, state, server }
    }

    /// Switches the provider on.
    pub fn configure(&self, config: &mut Config) {
        let url = self.server.url();
        let all = &mut config.acquirers;
        all.time_out_s = 1;
        match self.provider {
            Provider::FreedomPay => {
                all.freedom_pay.url = url;
                all.freedom_pay.merchant_id = MERCHANT.to_owned();
                all.freedom_pay.secret_key = SECRET.into();
            }
            Provider::ODengi => {
                all.odengi.url = format!("{url}/api/json/json.php");
                all.odengi.sid = MERCHANT.to_owned();
                all.odengi.password = SECRET.into();
            }
            Provider::MKassa => {
                all.mkassa.url = url;
                all.mkassa.api_key = SECRET.into();
                all.mkassa.callback_secret = ADDRESS_SECRET.into();
            }
            Provider::Finik => {
                all.finik.url = url;
                all.finik.api_key = SECRET.into();
                all.finik.account_id = MERCHANT.to_owned();
                all.finik.mcc = "4215".to_owned();
                all.finik.name = "Torugart".to_owned();
                all.finik.private_key = key("ours.pem").into();
                all.finik.public_key = key("theirs.pub.pem");
            }
        }
        config.check().expect("good settings");
    }

    pub fn set(&self, mood: Mood) {
        *self.state.mood.lock().unwrap() = mood;
        self.state.changed.notify_all();
    }

    /// How many questions about a payment came.
    pub fn asked(&self) -> usize {
        *self.state.asked.lock().unwrap()
    }

    /// Every invoice that was made here, oldest first.
    pub fn known(&self) -> Vec<Known> {
        self.state.known.lock().unwrap().clone()
    }

    /// The provider learns of an invoice without being asked for it over HTTP.
    pub fn learn(&self, reference: &str, tyiyn: i64) -> Known {
        self.state.learn(reference, tyiyn)
    }

    /// The customer pays the latest invoice; what the provider would report.
    pub fn pay(&self) -> Notice {
        let mut known = self.state.known.lock().unwrap();
        let latest = known.last_mut().expect("an invoice");
        latest.is_paid = true;
        self.notice(latest)
    }

    /// The customer has paid the invoice of this name.
    pub fn confirm(&self, reference: &str) {
        let mut known = self.state.known.lock().unwrap();
        known.iter_mut().filter(|known| known.reference == reference).for_each(|known| known.is_paid = true);
    }

    /// What the provider reports about an invoice that was paid.
    pub fn notice(&self, known: &Known) -> Notice {
        Notice {
            reference: known.reference.clone(),
            payment_id: known.id.clone(),
            tyiyn: known.tyiyn,
            currency: "KGS",
            merchant: MERCHANT,
            is_paid: true,
            can_reject: false,
            is_genuine: true,
        }
    }

    /// Writes and signs a callback.
    pub fn message(&self, notice: &Notice, public_url: &str, now: DateTime<Utc>) -> Message {
        let path = format!("/v1/acquirers/{}/callback", self.provider);
        let form = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        let json = vec![("content-type", "application/json".to_owned())];
        match self.provider {
            Provider::FreedomPay => Message { path, headers: form, body: freedom_pay_callback(notice) },
            Provider::ODengi => Message { path, headers: form, body: odengi_callback(notice) },
            Provider::MKassa => {
                let secret = if notice.is_genuine { ADDRESS_SECRET } else { "a-guess" };
                Message { path: format!("{path}/{secret}"), headers: json, body: mkassa_callback(notice) }
            }
            Provider::Finik => finik_callback(notice, path, public_url, now),
        }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.set(Mood::Fine);
    }
}

impl State {
    fn learn(&self, reference: &str, tyiyn: i64) -> Known {
        let mut known = self.known.lock().unwrap();
        let number = 987_000 + known.len();
        let id = match self.provider {
            Provider::FreedomPay => number.to_string(),
            Provider::ODengi => format!("Inv{number:09}"),
            Provider::MKassa => format!("MKSA-{number}"),
            Provider::Finik => format!("trx-{number}"),
        };
        known.push(Known { reference: reference.to_owned(), id, tyiyn, is_paid: false });
        known.last().unwrap().clone()
    }

    fn find(&self, is_it: impl Fn(&Known) -> bool) -> Option<Known> {
        self.known.lock().unwrap().iter().find(|known| is_it(known)).cloned()
    }

    fn answer(&self, request: &Request) -> Option<Response> {
        if is_question(request) {
            *self.asked.lock().unwrap() += 1;
        }
        let mood = self.changed.wait_while(self.mood.lock().unwrap(), |mood| *mood == Mood::Hangs).unwrap();
        let mood = *mood;
        match mood {
            Mood::Broken => return Some(page(500)),
            Mood::Html => return Some(page(200)),
            Mood::HangsUp => return None,
            _ => {}
        }
        Some(match self.provider {
            Provider::FreedomPay => self.freedom_pay(request, mood),
            Provider::ODengi => self.odengi(request, mood),
            Provider::MKassa => self.mkassa(request, mood),
            Provider::Finik => self.finik(request, mood),
        })
    }

    fn freedom_pay(&self, request: &Request, mood: Mood) -> Response {
        let script = request.path.trim_start_matches('/').to_owned();
        let fields = form(&request.body);
        let answer = |mut pairs: Vec<(&str, String)>| {
            pairs.push(("pg_salt", "their-salt".to_owned()));
            let secret = if mood == Mood::Forges { "another" } else { SECRET };
            let values = pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            pairs.push(("pg_sig", freedom_pay_signature(&script, &values, secret)));
            let xml: String =
                pairs.iter().map(|(name, value)| format!("<{name}>{}</{name}>", value.replace('&', "&amp;"))).collect();
            text(200, "application/xml", format!("<?xml version=\"1.0\"?><response>{xml}</response>"))
        };
        let error = |code: &str, words: &str| {
            answer(vec![
                ("pg_status", "error".to_owned()),
                ("pg_error_code", code.to_owned()),
                ("pg_error_description", words.to_owned()),
            ])
        };
        if mood == Mood::Refuses {
            return error("340", "the merchant is blocked");
        }
        let mut unsigned = fields.clone();
        let signature = unsigned.remove("pg_sig");
        if signature != Some(freedom_pay_signature(&script, &unsigned, SECRET)) || fields["pg_merchant_id"] != MERCHANT
        {
            return error("9998", "wrong signature");
        }
        match script.as_str() {
            "init_payment.php" => {
                assert_eq!(fields["pg_currency"], "KGS");
                let known = self.learn(&fields["pg_order_id"], two_decimals(&fields["pg_amount"]));
                answer(vec![
                    ("pg_status", "ok".to_owned()),
                    ("pg_payment_id", known.id.clone()),
                    ("pg_redirect_url", format!("https://customer.freedompay.kg/pay.html?customer={}&a=1", known.id)),
                ])
            }
            "get_status2.php" => {
                let is_it = |known: &Known| {
                    fields.get("pg_payment_id") == Some(&known.id)
                        || fields.get("pg_order_id") == Some(&known.reference)
                };
                let Some(known) = self.find(is_it) else { return error("11", "no such payment") };
                let status = if known.is_paid { "ok" } else { "partial" };
                let tyiyn = if mood == Mood::OtherSum { known.tyiyn + 1 } else { known.tyiyn };
                answer(vec![
                    ("pg_status", "ok".to_owned()),
                    ("pg_payment_id", known.id.clone()),
                    ("pg_transaction_status", status.to_owned()),
                    ("pg_amount", som(tyiyn)),
                ])
            }
            _ => page(404),
        }
    }

    fn odengi(&self, request: &Request, mood: Mood) -> Response {
        let body = String::from_utf8(request.body.clone()).unwrap();
        let command: Value = serde_json::from_str(&body).unwrap();
        let (front, hash) = body.rsplit_once(",\"hash\":\"").unwrap();
        let data = &command["data"];
        let answer = |data: Value| {
            json_answer(json!({"cmd": command["cmd"], "version": 1005, "sid": MERCHANT, "mktime": "1", "data": data}))
        };
        let is_signed = hash.trim_end_matches("\"}") == hmac_md5(SECRET, format!("{front}}}").as_bytes());
        if !is_signed || command["sid"] != MERCHANT || mood == Mood::Refuses {
            return answer(json!({"error": 3, "desc": "the shop is closed"}));
        }
        if mood == Mood::Forges {
            return json_answer(json!({"cmd": command["cmd"]}));
        }
        match command["cmd"].as_str().unwrap() {
            "createInvoice" => {
                assert_eq!((&data["currency"], &data["long_term"]), (&json!("KGS"), &json!(0)));
                let known = self.learn(data["order_id"].as_str().unwrap(), data["amount"].as_i64().unwrap());
                answer(json!({"order_id": known.reference, "invoice_id": known.id, "qr": "https://qr.example/1.png"}))
            }
            "statusPayment" => match self.find(|known| data["order_id"] == known.reference.as_str()) {
                Some(known) if known.is_paid => {
                    let tyiyn = if mood == Mood::OtherSum { known.tyiyn + 1 } else { known.tyiyn };
                    let failed = json!({"status": "canceled", "amount": known.tyiyn});
                    answer(json!({"payments": [failed, {"status": "approved", "amount": tyiyn}]}))
                }
                Some(_) => answer(json!({"status": "processing"})),
                None => answer(json!({"error": 7, "desc": "no such invoice"})),
            },
            _ => page(404),
        }
    }

    fn mkassa(&self, request: &Request, mood: Mood) -> Response {
        if request.header("authorization") != Some(&format!("api-key {SECRET}")) || mood == Mood::Refuses {
            return text(403, "application/json", json!({"detail": "the key is blocked"}).to_string());
        }
        if mood == Mood::Forges {
            return json_answer(json!({"status": "paid"}));
        }
        let path = request.path.strip_prefix("/api/partners/transactions/").unwrap();
        if (request.method.as_str(), path) == ("POST", "init_payment/") {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let reference = body["metadata"]["invoice"].as_str().unwrap();
            let known = self.learn(reference, body["amount"].as_i64().unwrap());
            return json_answer(json!({"id": known.id, "amount": known.tyiyn, "status": "inited",
                "payment_token": "https://app.mbank.kg/qr#0002"}));
        }
        match self.find(|known| path == format!("{}/", known.id)) {
            Some(known) => {
                let tyiyn = if mood == Mood::OtherSum { known.tyiyn + 1 } else { known.tyiyn };
                let status = if known.is_paid { "paid" } else { "inited" };
                json_answer(json!({"id": known.id, "amount": tyiyn, "status": status,
                    "metadata": {"invoice": known.reference}}))
            }
            None => text(404, "application/json", json!({"detail": "not found"}).to_string()),
        }
    }

    fn finik(&self, request: &Request, mood: Mood) -> Response {
        let mut named: Vec<_> = request
            .headers
            .iter()
            .filter(|(name, _)| name == "host" || name.starts_with("x-api-"))
            .map(|(name, value)| format!("{name}:{value}"))
            .collect();
        named.sort();
        let body = String::from_utf8(request.body.clone()).unwrap();
        let signed = format!("post\n{}\n{}\n{body}", request.path, named.join("&"));
        let signature = STANDARD.decode(request.header("signature").unwrap()).unwrap();
        let public = pem(&key("ours.pub.pem"));
        // The RSA key itself begins after the 24 bytes that name the algorithm.
        let is_signed = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public[24..])
            .verify(signed.as_bytes(), &signature)
            .is_ok();
        if !is_signed || request.header("x-api-key") != Some(SECRET) || mood == Mood::Refuses {
            return text(403, "application/json", json!({"message": "Forbidden"}).to_string());
        }
        let body: Value = serde_json::from_str(&body).unwrap();
        let amount = body["Amount"].to_string();
        let tyiyn = two_decimals(&if amount.contains('.') { amount } else { format!("{amount}.0") });
        let known = self.learn(body["PaymentId"].as_str().unwrap(), tyiyn);
        let mut moved = text(302, "text/plain", String::new());
        if mood != Mood::Forges {
            moved.headers.push(("location", format!("https://pay.finik.example/{}", known.id)));
        }
        moved
    }
}

fn is_question(request: &Request) -> bool {
    let body = String::from_utf8_lossy(&request.body);
    request.path.contains("get_status2") || body.contains("statusPayment") || request.method == "GET"
}

fn freedom_pay_callback(notice: &Notice) -> String {
    let mut fields = BTreeMap::from(
        [
            ("pg_order_id", notice.reference.clone()),
            ("pg_payment_id", notice.payment_id.clone()),
            ("pg_merchant_id", notice.merchant.to_owned()),
            ("pg_amount", som(notice.tyiyn)),
            ("pg_currency", notice.currency.to_owned()),
            ("pg_description", "Order; paid by card".to_owned()),
            ("pg_result", u8::from(notice.is_paid).to_string()),
            ("pg_can_reject", u8::from(notice.can_reject).to_string()),
            ("pg_payment_date", "2026-05-25 15:00:00".to_owned()),
            ("pg_card_pan", "4169-58XX-XXXX-1234".to_owned()),
            ("pg_failure_code", String::new()),
            ("pg_salt", "s4lt".to_owned()),
            ("own_param", "unchanged".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    let secret = if notice.is_genuine { SECRET } else { "a guess" };
    fields.insert("pg_sig".to_owned(), freedom_pay_signature("callback", &fields, secret));
    write_form(&fields)
}

/// Freedom Pay's signature, of values in the order of their names.
pub fn freedom_pay_signature(script: &str, fields: &BTreeMap<String, String>, secret: &str) -> String {
    let values: Vec<_> = fields.values().map(String::as_str).collect();
    hex(&Md5::digest(format!("{script};{};{secret}", values.join(";")).as_bytes()))
}

fn odengi_callback(notice: &Notice) -> String {
    let values = [
        ("trans_id", format!("T{}", notice.payment_id)),
        ("status_pay", if notice.is_paid { "3" } else { "2" }.to_owned()),
        ("site_id", notice.merchant.to_owned()),
        ("order_id", notice.reference.clone()),
        ("amount", notice.tyiyn.to_string()),
        ("currency", notice.currency.to_owned()),
        ("mktime", "1767225600".to_owned()),
        ("test", "0".to_owned()),
    ];
    let signed = values.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(":::");
    let secret = if notice.is_genuine { SECRET } else { "a guess" };
    let mut fields: BTreeMap<_, _> = values.map(|(name, value)| (name.to_owned(), value)).into();
    fields.insert("hash".to_owned(), hmac_md5(secret, signed.as_bytes()));
    fields.insert("mobile".to_owned(), "996700123456".to_owned());
    write_form(&fields)
}

fn mkassa_callback(notice: &Notice) -> String {
    let status = if notice.is_paid { "paid" } else { "failed" };
    json!({"id": notice.payment_id, "status": status, "amount": notice.tyiyn.to_string(), "paid_at": null,
        "created_at": "2026-05-25T09:00:00Z", "metadata": {"invoice": notice.reference}})
    .to_string()
}

fn finik_callback(notice: &Notice, path: String, public_url: &str, now: DateTime<Utc>) -> Message {
    let whole = json!(notice.tyiyn / 100);
    let amount = if notice.tyiyn % 100 == 0 { whole } else { som(notice.tyiyn).parse::<f64>().unwrap().into() };
    let status = if notice.is_paid { "SUCCEEDED" } else { "FAILED" };
    let body =
        json!({"id": format!("{}_DEBIT", notice.payment_id), "transactionId": notice.payment_id, "status": status,
        "amount": amount, "fields": {"paymentId": notice.reference, "amount": amount, "accountId": notice.merchant}})
        .to_string();
    let timestamp = now.timestamp_millis().to_string();
    let host = public_url.split("://").nth(1).unwrap();
    let signed = format!("post\n{path}\nhost:{host}&x-api-timestamp:{timestamp}\n{body}");
    let pair = RsaKeyPair::from_pkcs8(&pem(&key(if notice.is_genuine { "theirs.pem" } else { "ours.pem" }))).unwrap();
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &ring::rand::SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-api-timestamp", timestamp),
        ("signature", STANDARD.encode(signature)),
    ];
    Message { path, headers, body }
}

/// A form, read by code that is not ours.
pub fn form(body: &[u8]) -> BTreeMap<String, String> {
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let pairs = std::str::from_utf8(body).unwrap().split('&').map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

pub fn write_form(fields: &BTreeMap<String, String>) -> String {
    fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect::<Vec<_>>().join("&")
}

fn key(name: &str) -> String {
    std::fs::read_to_string(data("finik").join(name)).unwrap()
}

fn pem(text: &str) -> Vec<u8> {
    let lines = text.lines().filter(|line| !line.starts_with('-'));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

fn som(tyiyn: i64) -> String {
    format!("{}.{:02}", tyiyn / 100, tyiyn % 100)
}

/// Tyiyn of a sum that must have one point and one or two decimals after it.
fn two_decimals(text: &str) -> i64 {
    let (som, tyiyn) = text.split_once('.').expect("a decimal point");
    assert!((1..=2).contains(&tyiyn.len()), "{text}");
    som.parse::<i64>().unwrap() * 100 + format!("{tyiyn:0<2}").parse::<i64>().unwrap()
}

fn hmac_md5(key: &str, message: &[u8]) -> String {
    hex(&Hmac::<Md5>::new_from_slice(key.as_bytes()).unwrap().chain_update(message).finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn json_answer(body: Value) -> Response {
    text(200, "application/json", body.to_string())
}

fn text(status: u16, kind: &str, body: String) -> Response {
    Response { status, headers: vec![("content-type", kind.to_owned())], body }
}

fn page(status: u16) -> Response {
    text(status, "text/html", "<!DOCTYPE html><html><body><p>Nginx<br>is tired</body></html>".to_owned())
}
