//! Letters as others read them: every part, the signature of the firm's domain, and those that come back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use mail_parser::{MessageParser, MimeHeaders, PartType};
use ring::digest::{SHA256, digest};
use ring::rsa::PublicKeyComponents;
use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair};
use secrecy::SecretString;
use serde_json::{Value, json};
use torugart::ids::Actor;
use torugart::notifications::{DkimSettings, Gateways, Message, Outcome, Smtp, SmtpConfig, Worked};
use torugart::notifications::{bounced, read_bounce};

use crate::harness::gateway::Gateway;
use crate::harness::outbox::*;
use crate::harness::program::{Shell, file};
use crate::harness::server::*;
use crate::harness::smtp::{MailServer, Received};
use crate::harness::warehouse::words;

/// A name and goods that try to be more than words.
fn hostile() -> Value {
    let mut body = request();
    body["customer"]["name"] = json!(format!("Айгуль <b>Садыкова</b> =?utf-8?q?Bcc=3A?= {}", "ө".repeat(60)));
    body
}

/// The one letter of a server that was told of a quote.
fn sent(s: &Server, mail: &MailServer, body: Value) -> (String, Received) {
    let code = s.order_of(body, Until::Quoted).code;
    turn(s, &ways_out(&Gateway::start(), mail));
    (code, mail.wait_until(|seen| !seen.is_empty()).remove(0))
}

on_both! {
    fn every_part_of_a_letter_is_as_others_want_it(s: &Server) {
        let mail = MailServer::start();
        let (code, received) = sent(s, &mail, hostile());
        assert_eq!((received.from.as_str(), received.to.as_slice()), ("cargo@example.kg", &["aigul@example.kg".to_owned()][..]));
        keeps_to_the_wire(&received.raw);
        let letter = MessageParser::default().parse(&received.raw).unwrap();
        let head: Vec<_> = letter.headers().iter().map(|header| header.name()).collect();
        let mut sorted = head.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"]);
        let id = s.messages(&code)[1]["message_id"].as_str().unwrap().to_owned();
        assert_eq!(letter.message_id(), Some(format!("{id}@example.kg").as_str()));
        assert!(letter.date().is_some_and(|date| date.is_valid() && date.year >= 2024), "{:?}", letter.date());
        assert_eq!(letter.from().unwrap().first().unwrap().name(), Some("Torugart Cargo"));
        assert_eq!(letter.to().unwrap().iter().count(), 1);
        assert_eq!(letter.subject(), s.messages(&code)[1]["subject"].as_str());
        let kinds: Vec<_> = letter.parts.iter().map(|part| {
            let kind = part.content_type().unwrap();
            (format!("{}/{}", kind.ctype(), kind.subtype().unwrap()), kind.attribute("charset").map(str::to_lowercase))
        }).collect();
        let utf8 = Some("utf-8".to_owned());
        assert_eq!(kinds, [
            ("multipart/alternative".to_owned(), None),
            ("text/plain".to_owned(), utf8.clone()),
            ("text/html".to_owned(), utf8),
        ]);
        let (PartType::Text(text), PartType::Html(html)) = (&letter.parts[1].body, &letter.parts[2].body) else {
            panic!("{:?}", letter.parts);
        };
        assert!(text.contains("Айгуль <b>Садыкова</b> =?utf-8?q?Bcc=3A?= ө"), "{text}");
        assert!(html.contains("Айгуль &#60;b&#62;Садыкова&#60;/b&#62; =?utf-8?q?Bcc=3A?= ө"), "{html}");
        assert!(text.contains(&format!("/t/{code}")) && html.contains(&format!("/t/{code}\"")), "{html}");
    }

    fn one_click_in_a_reminder_ends_the_mail(s: &Server) {
        let s = &beside(s, |config| config.business.public_url = "https://cargo.example.kg".to_owned());
        let mail = MailServer::start();
        let mut config = ways_config(&Gateway::start(), &mail);
        config.business.public_url = "https://cargo.example.kg".to_owned();
        let ways = Gateways::from_config(&config).unwrap();
        let code = s.order(Until::Arrived).code;
        s.advance(TimeDelta::days(11));
        s.post(OPERATOR, "/v1/storage/sweep", json!({"dry_run": false})).expect(200);
        while turn(s, &ways) != Worked::default() {}
        let id = s.messages(&code).iter().rev().find(|row| row["event"] == "uncollected" && row["channel"] == "email").unwrap()["message_id"].clone();
        let raw = mail.received().into_iter().find(|letter| String::from_utf8_lossy(&letter.raw).contains(id.as_str().unwrap())).unwrap().raw;
        keeps_to_the_wire(&raw);
        let letter = MessageParser::default().parse(&raw).unwrap();
        let raw = |name: &str| letter.header_raw(name).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        let path = format!("/unsubscribe/{}", id.as_str().unwrap());
        assert_eq!(raw("List-Unsubscribe"), format!("<https://cargo.example.kg{path}>, <mailto:cargo@example.kg?subject=unsubscribe>"));
        assert_eq!(raw("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        // Whoever only looks changes nothing.
        let page = s.unchanged_by(|| s.get(ANYONE, &path));
        assert!(page.status == 200 && page.text.contains("<form method=\"post\">") && page.text.contains("lang=\"ky\""), "{}", page.text);
        let click = |path: &str| {
            s.send("POST", ANYONE, path, &[("content-type", "application/x-www-form-urlencoded")], "List-Unsubscribe=One-Click")
        };
        s.unchanged_by(|| click("/unsubscribe/A1B2C3D4E5F6")).expect_problem(404, "not_found");
        assert_eq!((click(&path).status, click(&path).status), (200, 200));
        let client = s.see(&code)["customer"]["client_code"].as_str().unwrap().to_owned();
        let choice = s.get(CASHIER, &format!("/v1/customers/{client}/messages")).expect(200);
        assert_eq!(choice["channels"], json!(["telegram", "sms"]));
        let next = s.order(Until::Requested).code;
        s.post(OPERATOR, &format!("/v1/orders/{next}/cancel"), json!({"reason": "changed their mind"})).expect(200);
        assert_eq!(words(&json!(s.messages(&next)), "channel"), ["sms"]);
        // Where nothing but mail was chosen, nothing is left.
        s.put(CASHIER, &format!("/v1/customers/{client}/messages"), json!({"channels": ["email"]})).expect(200);
        click(&path);
        let choice = s.get(CASHIER, &format!("/v1/customers/{client}/messages")).expect(200);
        assert_eq!(choice, json!({"language": null, "channels": null, "opted_out": true}));
    }

    fn a_letter_that_came_back_lets_another_channel_speak(s: &Server) {
        let s = &beside(s, |config| {
            config.business.messages.channels = vec!["email".to_owned(), "sms".to_owned()];
            config.business.messages.fallback_minutes = 30;
        });
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        let code = s.order(Until::Quoted).code;
        turn(s, &ways);
        turn(s, &ways);
        assert_eq!(states(s, &code), ["sent", "cancelled"]);
        s.advance(TimeDelta::minutes(3));
        let returned = came_back(&s.messages(&code)[0], "5.1.1", "smtp; 550 5.1.1 <aigul@example.kg>: no such user");
        let bounce = read_bounce(returned.as_bytes()).expect("a bounce");
        let heard = |s: &Server| s.app.write_now(&Actor::System, |tx| bounced(tx, &bounce)).unwrap().is_some();
        assert!(heard(s));
        s.unchanged_by(|| {
            assert!(!heard(s), "known by now");
            s.get(ANYONE, "/healthz")
        });
        assert_eq!(turn(s, &ways), Worked { tried: 1, sent: 1 });
        assert_eq!(states(s, &code), ["undelivered", "sent"]);
        assert_eq!((sms.received().len(), mail.received().len()), (1, 1));
        let error = s.messages(&code)[0]["last_error"].as_str().unwrap().to_owned();
        assert_eq!(error, "came back: smtp; 550 5.1.1 <***>: no such user");
        let next = s.order(Until::Quoted).code;
        assert_eq!(words(&json!(s.messages(&next)), "channel"), ["sms"], "nothing more goes to that address");
        // Another address is another address.
        let mut body = request();
        body["customer"]["email"] = json!("aigul.new@example.kg");
        let moved = s.order_of(body, Until::Quoted).code;
        assert_eq!(words(&json!(s.messages(&moved)), "channel"), ["email", "sms"]);
    }

    fn a_letter_that_came_back_for_another_reason_parks_nobody(s: &Server) {
        let mail = MailServer::start();
        let (code, _) = sent(s, &mail, request());
        let message = s.messages(&code).remove(1);
        for (status, returned) in [
            ("4.4.1", came_back(&message, "4.4.1", "smtp; 451 try later").replace("failed", "delayed")),
            ("5.1.1", came_back(&json!({"message_id": "A1B2C3D4E5F6"}), "5.1.1", "smtp; 550 no such user")),
        ] {
            let bounce = read_bounce(returned.as_bytes());
            let heard = bounce.map(|bounce| s.app.write_now(&Actor::System, |tx| bounced(tx, &bounce)).unwrap().is_some());
            assert_ne!(heard, Some(true), "{status}");
        }
        assert_eq!(states(s, &code)[1], "sent");
        let full = read_bounce(came_back(&message, "5.2.2", "smtp; 552 5.2.2 mailbox full").as_bytes()).unwrap();
        assert!(s.app.write_now(&Actor::System, |tx| bounced(tx, &full)).unwrap().is_some());
        assert_eq!(states(s, &code)[1], "undelivered");
        assert_eq!(s.messages(&s.order(Until::Quoted).code).len(), 2);
    }

    fn an_address_that_the_server_does_not_know_is_left_alone(s: &Server) {
        let (sms, mail) = (Gateway::start(), MailServer::start());
        let ways = ways_out(&sms, &mail);
        mail.refuse_recipient("aigul@example.kg");
        let code = s.order(Until::Quoted).code;
        let waiting = s.order(Until::Quoted).code;
        turn(s, &ways);
        turn(s, &ways);
        assert_eq!(states(s, &code), ["sent", "failed"]);
        assert_eq!(states(s, &waiting), ["sent", "failed"]);
        assert_eq!(mail.received().len(), 0);
        assert_eq!(words(&json!(s.messages(&s.order(Until::Quoted).code)), "channel"), ["sms"]);
        let client = s.see(&code)["customer"]["client_code"].as_str().unwrap().to_owned();
        let ways = s.get(CASHIER, &format!("/v1/customers/{client}/channels")).expect(200);
        assert!(ways["items"][1]["reason"].as_str().unwrap().contains("550"), "{ways}");
        assert_eq!(ways["items"][1]["parked_at"], MORNING);
        let trail = s.get(AUDITOR, "/v1/audit?object=***@example.kg").expect(200);
        assert_eq!(words(&trail["items"], "action"), ["recipient.parked"]);
    }
}

fn states(s: &Server, code: &str) -> Vec<String> {
    words(&json!(s.messages(code)), "state").into_iter().map(str::to_owned).collect()
}

/// What a mail server sends when it gave one of our letters up.
fn came_back(message: &Value, status: &str, words: &str) -> String {
    let id = message["message_id"].as_str().unwrap();
    format!(
        "From: MAILER-DAEMON@mx.example.kg\nTo: cargo@example.kg\nSubject: Undelivered Mail Returned to Sender\n\
         Auto-Submitted: auto-replied\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b/mx\"\n\nThis is a MIME message.\n\n\
         --b/mx\nContent-Type: text/plain; charset=us-ascii\n\nI am sorry.\n\n\
         --b/mx\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.kg\n\n\
         Final-Recipient: rfc822; aigul@example.kg\nAction: failed\nStatus: {status}\nDiagnostic-Code: {words}\n\n\
         --b/mx\nContent-Type: message/rfc822\n\nFrom: cargo@example.kg\nMessage-ID: <{id}@example.kg>\nSubject: x\n\n\
         Salam\n\n--b/mx--\n"
    )
}

/// RFC 5321 and 5322: lines end with CRLF and have 998 signs at most, heads 78 where they can be folded; nothing but ASCII.
fn keeps_to_the_wire(raw: &[u8]) {
    assert!(raw.is_ascii());
    let text = std::str::from_utf8(raw).unwrap();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert_eq!(text.matches('\r').count(), text.matches("\r\n").count());
    assert!(text.lines().all(|line| line.len() <= 998));
    let head = text.split("\r\n\r\n").next().unwrap();
    assert!(head.lines().all(|line| line.len() <= 78), "{head}");
}

fn letter(is_reminder: bool) -> Message {
    Message {
        message_id: "A1B2C3D4E5F6".to_owned(),
        recipient: "aibek@example.kg".to_owned(),
        subject: Some(
            "Буйрутма   TG-7K4M9-2QX8C-5 келди: төлөм 1245 сом, сураныч, ушул жумада алып кетиңиз".to_owned(),
        ),
        text: "Салам,  Айбек! \n\n  Жери:\nhttps://torugart.kg/t/TG-7K4M9\n.\n\n\n".to_owned(),
        language: "ky".to_owned(),
        is_reminder,
    }
}

fn finik(name: &str) -> String {
    data("finik").join(name).display().to_string()
}

fn config(server: &MailServer, key: &str) -> SmtpConfig {
    let dkim = DkimSettings { selector: "s2026".to_owned(), domain: "torugart.example".to_owned(), key: key.into() };
    let from = "Торугарт Карго <cargo@torugart.example>".to_owned();
    SmtpConfig { dkim: Some(dkim), ..SmtpConfig::new(SecretString::from(server.url()), from) }
}

#[test]
fn a_repeat_has_the_same_identifier() {
    let server = MailServer::start();
    let smtp = Smtp::new(&SmtpConfig { dkim: None, ..config(&server, "") }).unwrap();
    for _ in 0..2 {
        assert_eq!(smtp.send(&letter(false)), Outcome::Accepted { note: None });
    }
    let ids: Vec<_> = server
        .wait_until(|seen| seen.len() == 2)
        .iter()
        .map(|received| MessageParser::default().parse(&received.raw).unwrap().message_id().unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["A1B2C3D4E5F6@torugart.example"; 2]);
}

#[test]
fn a_letter_is_signed_by_the_firms_domain() {
    let server = MailServer::start();
    // The key as a file and as text, as either program of OpenSSL writes it.
    let keys = [finik("ours.pem"), finik("ours.pkcs1.pem"), std::fs::read_to_string(finik("ours.pem")).unwrap()];
    for (round, key) in keys.iter().enumerate() {
        let smtp = Smtp::new(&config(&server, key)).unwrap();
        assert_eq!(smtp.send(&letter(round > 0)), Outcome::Accepted { note: None });
        assert!(!format!("{smtp:?}").contains("PRIVATE") && !format!("{smtp:?}").contains("RsaPrivateKey"));
    }
    let received = server.wait_until(|seen| seen.len() == keys.len());
    for letter in &received {
        assert_eq!(verified(&letter.raw), Ok(()));
        let altered = String::from_utf8(letter.raw.clone()).unwrap();
        assert_eq!(verified(altered.replace("To: aibek@", "To: other@").as_bytes()), Err("signature"));
        assert_eq!(verified(altered.replacen("\r\n\r\n", "\r\n\r\nX", 1).as_bytes()), Err("body"));
    }
}

/// RFC 6376, as far as `relaxed/relaxed` and `rsa-sha256` need it.
fn verified(raw: &[u8]) -> Result<(), &'static str> {
    let text = std::str::from_utf8(raw).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let one_space = |text: &str| text.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let headers: Vec<(String, String)> = unfolded
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), one_space(value)))
        .collect();
    let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let signature = header("dkim-signature").expect("a signature");
    let tag = |name: &str| {
        let mut tags = signature.split(';').filter_map(|tag| tag.trim().split_once('='));
        tags.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned()).expect(name)
    };
    assert_eq!((tag("v"), tag("a"), tag("c")), ("1".into(), "rsa-sha256".into(), "relaxed/relaxed".into()));
    assert_eq!((tag("d"), tag("s")), ("torugart.example".into(), "s2026".into()));
    for must in ["from", "to", "subject", "date", "message-id", "mime-version", "list-unsubscribe"] {
        assert!(tag("h").split(':').any(|signed| signed.trim() == must), "{must}");
    }
    let lines = body.split("\r\n").map(|line| {
        let spaced = line.replace('\t', " ");
        let mut words: Vec<&str> = spaced.split(' ').collect();
        let leads = words.first().is_some_and(|word| word.is_empty()) && words.len() > 1;
        words.retain(|word| !word.is_empty());
        if leads && !words.is_empty() { format!(" {}", words.join(" ")) } else { words.join(" ") }
    });
    let body = format!("{}\r\n", lines.collect::<Vec<_>>().join("\r\n").trim_end_matches("\r\n"));
    if STANDARD.encode(digest(&SHA256, body.as_bytes())) != tag("bh") {
        return Err("body");
    }
    let mut signed = String::new();
    for name in tag("h").split(':').map(str::trim) {
        signed += &header(name).map_or(String::new(), |value| format!("{name}:{value}\r\n"));
    }
    let (unsigned, _) = signature.rsplit_once("; b=").unwrap();
    signed += &format!("dkim-signature:{unsigned}; b=");
    let pem = std::fs::read_to_string(finik("ours.pem")).unwrap();
    let der = STANDARD.decode(pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap();
    let pair = RsaKeyPair::from_pkcs8(&der).unwrap();
    let public: PublicKeyComponents<Vec<u8>> = pair.public_key().into();
    let bytes = STANDARD.decode(tag("b").replace(' ', "")).unwrap();
    public.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &bytes).map_err(|_| "signature")
}

/// Of 768 bits.
const SHORT_KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
                         MIIB5QIBADANBgkqhkiG9w0BAQEFAASCAc8wggHLAgEAAmEAntiz5zgcioqrrbqv\n\
                         9wuuSim3wItvwKHo2Tmdt7cve2cQy8B0mdCjIUS3z5yAeBnjVSyMas4yL1YT8qW6\n\
                         +GxyC/gTbEZ99zMIkY5HoSOUgf3UcfOQQvhnsQnoEtfN7n41AgMBAAECYFrHodkM\n\
                         mlMa+Q5qWNIpHMxJlzg0+ALxBS/P27D4wewWdOTc8kZNlE0ZBqth15HLyNd/L6f5\n\
                         q+KbiY0R3/0kVAnUplDugqG8sLAxsODL7J1yLCAudX+wsJ5/JxiEQ0W4aQIxAM6V\n\
                         vMrc6CfXyYsBiaCPihCrfDg+LCOIMgDKUctwJentpMNZriaPNfSqKvjBZqP7+wIx\n\
                         AMTXsfPlLazyTsZvDMFMWbc+pWjLHx9rAnDC2/60qpUsZ36g8++O2nGyHhRyNpyn\n\
                         jwIxAIbBijtSSmXjDucMA7imqUsicY9GjwhGiUeWsjBgYXrst7NuRnmEpY+JiSpn\n\
                         DgseDQIxALOJRG7/JkTrEPyehxS7Tcz8H6RQN8fRM32jzUIoiLncsVzm8vcZ5ZXz\n\
                         7smZTsRdcwIwTF4GyF5cPb9Ss24CXNQX2EcxwmAiialfjwM8FX9nIjNQJCDuo7Bx\n\
                         277liDI5li48\n\
                         -----END PRIVATE KEY-----";

#[test]
fn a_signature_that_cannot_be_is_named_at_start() {
    let server = MailServer::start();
    let refused = |change: &dyn Fn(&mut DkimSettings)| {
        let mut config = config(&server, &finik("ours.pem"));
        change(config.dkim.as_mut().unwrap());
        let error = Smtp::new(&config).unwrap_err();
        (error.key, error.reason)
    };
    assert_eq!(refused(&|dkim| dkim.selector = String::new()).0, "email.dkim_selector");
    assert_eq!(refused(&|dkim| dkim.domain = "torugart example".to_owned()).0, "email.dkim_domain");
    for (key, words) in [
        ("", "no PEM and no file"),
        ("/nowhere/key.pem", "no PEM and no file"),
        (finik("ours.pub.pem").as_str(), "no private key of RSA"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "no private key of RSA"),
        (SHORT_KEY, "fewer than 1024 bits"),
    ] {
        let (setting, reason) = refused(&|dkim| dkim.key = key.into());
        assert!(setting == "email.dkim_key" && reason.contains(words), "{key}: {setting}: {reason}");
    }
}

#[test]
fn a_certificate_that_cannot_be_is_named_at_start() {
    let shell = Shell::new();
    let (empty, odd) = (file(&shell, "empty.pem", ""), file(&shell, "odd.pem", "-----BEGIN CERTIFICATE-----\n!\n"));
    for ca_file in ["/nowhere/ca.pem", &empty, &odd] {
        let url = SecretString::from("smtp://mail.example.kg");
        let config = SmtpConfig { ca_file: Some(ca_file.into()), ..SmtpConfig::new(url, "a@b.kg".to_owned()) };
        assert_eq!(Smtp::new(&config).unwrap_err().key, "email.ca_file", "{ca_file}");
    }
}

#[test]
fn half_a_signature_is_refused_before_anything_starts() {
    let mut config = settings("sqlite://never/opened.db");
    config.email.transport = torugart::config::EmailTransportName::Smtp;
    config.email.url = "smtp://mail.example.kg".into();
    assert!(Gateways::from_config(&config).is_ok());
    config.email.dkim_domain = "example.kg".to_owned();
    let error = Gateways::from_config(&config).err().expect("a refusal").to_string();
    assert!(error.contains("email.dkim_selector") && error.contains("go together"), "{error}");
}

#[test]
fn a_shell_is_told_what_became_of_a_letter_that_came_back() {
    let shell = Shell::new();
    let note = shell.run_typing(&["bounces", "-"], "Subject: I am on holiday\n\nUntil Monday\n");
    assert_eq!(note.code, Some(0), "{note:?}");
    assert!(note.out.contains("no report"), "{note:?}");
    let returned = came_back(&json!({"message_id": "A1B2C3D4E5F6"}), "5.1.1", "smtp; 550 no such user");
    let unknown = shell.run(&["bounces", &file(&shell, "returned.eml", &returned)]);
    assert_eq!(unknown.code, Some(0), "{unknown:?}");
    assert!(unknown.out.contains("A1B2C3D4E5F6 is not ours"), "{unknown:?}");
    assert_eq!(shell.run(&["bounces", "nowhere.eml"]).code, Some(1));
}
