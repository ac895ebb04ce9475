//! What each transport puts on the wire, and what it makes of every answer.

use std::io::Write;
use std::sync::{Arc, Mutex};

use mail_parser::{MessageParser, MimeHeaders};
use secrecy::SecretString;
use torugart::notifications::{EmailTransport, Message, Outcome, Sent, SmsTransport};
use torugart::notifications::{HttpGateway, HttpGatewayConfig};
use torugart::notifications::{Smspro, SmsproConfig};
use torugart::notifications::{Smtp, SmtpConfig};

use crate::harness::gateway::{self, Behaviour, Gateway};
use crate::harness::http::{HttpServer, Request, Response};
use crate::harness::record::Record;
use crate::harness::smtp::MailServer;

const KYRGYZ: &str = "Үйүңүзгө <жакын> & \"Ош\" бөлүмүнө KG-1024 келди.\nТөлөм 1245 сом №7 — ]]> &amp;";

fn message(recipient: &str, text: &str) -> Message {
    Message {
        message_id: "A1B2C3D4E5F6".to_owned(),
        recipient: recipient.to_owned(),
        subject: None,
        text: text.to_owned(),
        language: "ky".to_owned(),
        is_reminder: false,
    }
}

fn sms(text: &str) -> Message {
    message("+996700123456", text)
}

fn accepted() -> Outcome {
    Outcome::Accepted { note: None }
}

/// The kind of an outcome, and its words.
fn told(outcome: Outcome) -> (&'static str, String) {
    match outcome {
        Outcome::Accepted { note } => ("accepted", note.unwrap_or_default()),
        Outcome::Retry { reason } => ("retry", reason),
        Outcome::Later { reason } => ("later", reason),
        Outcome::Refused { reason } => ("refused", reason),
        Outcome::Gone { reason } => ("gone", reason),
        Outcome::Wait { reason, .. } => ("wait", reason),
        Outcome::Stop { reason } => ("stop", reason),
    }
}

// --- log and memory ---------------------------------------------------------------------------------------

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn logged(work: impl FnOnce()) -> String {
    let lines = Lines::default();
    let kept = lines.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || lines.clone()).finish();
    tracing::subscriber::with_default(subscriber, work);
    let bytes = kept.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_log_shows_the_text_on_one_line_and_hides_the_recipient() {
    let log = logged(|| {
        let outcome = SmsTransport::Log.send(&sms("Заказ келди\r\nсом \u{1b}[31m"));
        assert_eq!(told(outcome).0, "accepted");
        EmailTransport::Log.send(&message("aibek@example.kg", "письмо"));
    });
    assert_eq!(log.lines().count(), 2, "{log}");
    assert!(log.contains(r"Заказ келди\r\nсом \u{1b}[31m"), "{log}");
    assert!(log.contains("***3456") && !log.contains("700123456"), "{log}");
    assert!(log.contains("***@example.kg") && !log.contains("aibek"), "{log}");
}

#[test]
fn memory_keeps_what_was_sent_and_clones_share_it() {
    let sent = Sent::default();
    let (phone, mail) = (SmsTransport::Memory(sent.clone()), EmailTransport::Memory(sent.clone()));
    assert_eq!(phone.send(&sms("бир")), accepted());
    assert_eq!(mail.send(&message("a@b.kg", "эки")), accepted());
    assert_eq!(sent.all(), [sms("бир"), message("a@b.kg", "эки")]);
}

// --- SMSPRO -----------------------------------------------------------------------------------------------

fn smspro_config(url: String) -> SmsproConfig {
    SmsproConfig {
        url,
        login: gateway::LOGIN.to_owned(),
        password: SecretString::from(gateway::PASSWORD),
        sender: "Torugart.kg".to_owned(),
    }
}

fn smspro(gateway: &Gateway) -> SmsTransport {
    SmsTransport::Smspro(Smspro::new(smspro_config(gateway.url())).unwrap())
}

#[test]
fn smspro_receives_kyrgyz_text_and_markup_unchanged() {
    let gateway = Gateway::start();
    assert_eq!(smspro(&gateway).send(&sms(KYRGYZ)), accepted());
    let received = gateway.wait_until(|seen| !seen.is_empty());
    assert_eq!(
        received,
        [gateway::Received {
            id: "A1B2C3D4E5F6".to_owned(),
            phone: "996700123456".to_owned(),
            text: KYRGYZ.to_owned(),
            login: gateway::LOGIN.to_owned(),
            password: gateway::PASSWORD.to_owned(),
            sender: "Torugart.kg".to_owned(),
            accepted: true,
        }]
    );
}

#[test]
fn a_slash_at_the_end_of_the_base_does_no_harm() {
    let gateway = Gateway::start();
    let smspro = Smspro::new(smspro_config(format!("{}/", gateway.url()))).unwrap();
    assert_eq!(smspro.send(&sms("текст")), accepted());
}

#[test]
fn smspro_never_sees_control_characters() {
    let gateway = Gateway::start();
    let outcome = smspro(&gateway).send(&sms("Айбек\r\nBcc: x\u{0}\u{8}\u{1b}[31m\u{ffff}!"));
    assert_eq!(outcome, accepted());
    assert_eq!(gateway.received()[0].text, "Айбек\nBcc: x[31m!");
}

#[test]
fn every_smspro_status_has_its_meaning() {
    let gateway = Gateway::start();
    let transport = smspro(&gateway);
    let kinds = [
        (0, "accepted"),
        (1, "refused"),
        (2, "stop"),
        (3, "stop"),
        (4, "stop"),
        (5, "stop"),
        (6, "refused"),
        (7, "refused"),
        (8, "refused"),
        (9, "later"),
        (10, "accepted"),
        (11, "accepted"),
        (12, "retry"),
        (255, "retry"),
    ];
    for (status, kind) in kinds {
        gateway.script([Behaviour::Status(status)]);
        let (told_kind, words) = told(transport.send(&sms("текст")));
        assert_eq!(told_kind, kind, "status {status}: {words}");
        let names_it = words.starts_with(&format!("SMSPRO status {status}: "));
        assert_eq!(names_it, status != 0, "status {status}: {words}");
    }
}

#[test]
fn a_lost_answer_is_repeated_with_the_same_id_and_taken_once() {
    let gateway = Gateway::start();
    let transport = smspro(&gateway);
    gateway.script([Behaviour::CutAnswer]);
    assert_eq!(told(transport.send(&sms(KYRGYZ))).0, "retry");
    let (kind, note) = told(transport.send(&sms(KYRGYZ)));
    assert_eq!(kind, "accepted");
    assert!(note.contains("saw this id before"), "{note}");
    let received = gateway.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].id, received[1].id);
    assert_eq!(received.iter().filter(|one| one.accepted).count(), 1);
}

#[test]
fn without_deduplication_the_repeat_is_an_ordinary_message() {
    let gateway = Gateway::start();
    gateway.deduplicate(false);
    let transport = smspro(&gateway);
    assert_eq!(transport.send(&sms("бир")), accepted());
    assert_eq!(transport.send(&sms("бир")), accepted());
}

#[test]
fn answers_that_are_not_the_gateways_are_retried() {
    let gateway = Gateway::start();
    let transport = smspro(&gateway);
    gateway.script([Behaviour::Html, Behaviour::Http500]);
    let (kind, reason) = told(transport.send(&sms("текст")));
    assert_eq!((kind, reason.as_str()), ("retry", "SMSPRO: answer with a DOCTYPE"));
    let (kind, reason) = told(transport.send(&sms("текст")));
    assert_eq!((kind, reason.as_str()), ("retry", "SMSPRO: answered HTTP 500"));
    assert_eq!(transport.send(&sms("текст")), accepted());
}

#[test]
fn an_answer_beyond_64_kib_is_not_read() {
    let attributes = " a=\"1\"".repeat(80_000);
    let server = HttpServer::start(move |_| {
        Some(Response {
            status: 200,
            headers: Vec::new(),
            body: format!("<response{attributes}><status>0</status></response>"),
        })
    });
    let smspro = Smspro::new(smspro_config(server.url())).unwrap();
    let (kind, reason) = told(smspro.send(&sms("текст")));
    assert_eq!(kind, "retry");
    assert!(reason.starts_with("SMSPRO: answer not read"), "{reason}");
}

#[test]
fn a_gateway_that_is_down_is_retried() {
    let gateway = Gateway::start();
    let transport = smspro(&gateway);
    drop(gateway);
    let (kind, reason) = told(transport.send(&sms("текст")));
    assert_eq!(kind, "retry");
    assert!(reason.starts_with("SMSPRO: not reached"), "{reason}");
}

#[test]
fn a_wrong_password_stops_the_channel_and_is_told_to_nobody() {
    let gateway = Gateway::start();
    let mut config = smspro_config(gateway.url());
    config.password = SecretString::from("canary-5791");
    let smspro = Smspro::new(config.clone()).unwrap();
    let debug = format!("{config:?} {smspro:?}");
    let (kind, reason) = told(smspro.send(&sms("текст")));
    assert_eq!(kind, "stop");
    assert_eq!(gateway.received()[0].password, "canary-5791");
    assert!(!debug.contains("canary") && !reason.contains("canary"), "{debug} {reason}");
}

#[test]
fn what_smspro_cannot_take_is_refused_without_asking() {
    let gateway = Gateway::start();
    let transport = smspro(&gateway);
    for phone in ["+77011234567", "+8613800138000", "996700123456", "+99670012345", "+9967001234567", "+99670012345x"] {
        assert_eq!(told(transport.send(&message(phone, "текст"))).0, "refused", "{phone}");
    }
    assert_eq!(told(transport.send(&sms(&"ө".repeat(801)))).0, "refused");
    let mut long_id = sms("текст");
    long_id.message_id = "A1B2C3D4E5F67".to_owned();
    assert_eq!(told(transport.send(&long_id)).0, "refused");
    assert_eq!(gateway.received(), []);
    assert_eq!(transport.send(&sms(&"ө".repeat(800))), accepted());
}

#[test]
fn a_wrong_gateway_configuration_is_named_at_start() {
    let wrong_url = ["", "smspro.nikita.kg/api", "ftp://host/api", "https://me:secret@host/api"];
    for url in wrong_url {
        let error = Smspro::new(smspro_config(url.to_owned())).unwrap_err();
        assert_eq!(error.key, "sms.url", "{url}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    for sender in ["", "Торугарт", "Torugart Cargo", "twelve-chars", "1234567890123"] {
        let mut config = smspro_config("https://host/api".to_owned());
        config.sender = sender.to_owned();
        assert_eq!(Smspro::new(config).unwrap_err().key, "sms.sender", "{sender}");
    }
    let mut config = smspro_config("https://host/api/".to_owned());
    config.sender = "12345678901234".to_owned();
    assert!(Smspro::new(config).is_ok());
}

// --- the generic gateway ----------------------------------------------------------------------------------

/// A server that records requests and always answers with one status.
fn json_gateway(status: u16) -> (Arc<Record<Request>>, HttpServer) {
    let requests = Arc::new(Record::new());
    let kept = Arc::clone(&requests);
    let server = HttpServer::start(move |request| {
        kept.push(request.clone());
        Some(Response { status, headers: vec![("content-type", "application/json".to_owned())], body: "{}".to_owned() })
    });
    (requests, server)
}

fn http_gateway(url: String) -> HttpGateway {
    HttpGateway::new(HttpGatewayConfig {
        url,
        login: "torugart".to_owned(),
        password: SecretString::from("canary: a rather long pass phrase, to be wrapped by a mail encoder"),
        sender: "Torugart".to_owned(),
    })
    .unwrap()
}

#[test]
fn the_generic_gateway_receives_json_and_the_login() {
    let (requests, server) = json_gateway(202);
    let gateway = http_gateway(format!("{}/sms?v=1", server.url()));
    // The login and the password as they stand in the header.
    assert!(!format!("{gateway:?}").contains("dG9ydWdhcnQ6"), "{gateway:?}");
    let transport = SmsTransport::Http(gateway);
    assert_eq!(transport.send(&message("+77011234567", KYRGYZ)), accepted());
    let request = requests.all().remove(0);
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/sms?v=1"));
    assert_eq!(
        request.header("authorization"),
        Some(concat!(
            "Basic dG9ydWdhcnQ6Y2FuYXJ5OiBhIHJhdGhlciBsb25nIHBhc3MgcGhyYXNlLCB0",
            "byBiZSB3cmFwcGVkIGJ5IGEgbWFpbCBlbmNvZGVy"
        ))
    );
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&request.body).unwrap(),
        serde_json::json!({"id": "A1B2C3D4E5F6", "to": "+77011234567", "from": "Torugart", "text": KYRGYZ})
    );
}

#[test]
fn every_http_status_of_the_generic_gateway_has_its_meaning() {
    let kinds = [
        (200, "accepted"),
        (201, "accepted"),
        (204, "accepted"),
        (302, "retry"),
        (400, "refused"),
        (401, "stop"),
        (403, "stop"),
        (408, "retry"),
        (422, "refused"),
        (429, "retry"),
        (500, "retry"),
        (503, "retry"),
    ];
    for (status, kind) in kinds {
        let (_, server) = json_gateway(status);
        let outcome = http_gateway(server.url()).send(&sms("текст"));
        assert_eq!(told(outcome).0, kind, "HTTP {status}");
    }
    let hanging_up = HttpServer::start(|_| None);
    assert_eq!(told(http_gateway(hanging_up.url()).send(&sms("текст"))).0, "retry");
}

#[test]
fn a_redirect_is_not_followed() {
    let (elsewhere, other) = json_gateway(200);
    let target = other.url();
    let server = HttpServer::start(move |_| {
        Some(Response { status: 302, headers: vec![("location", target.clone())], body: String::new() })
    });
    assert_eq!(told(http_gateway(server.url()).send(&sms("текст"))).0, "retry");
    assert!(elsewhere.all().is_empty());
}

#[test]
fn the_generic_gateway_never_sees_control_characters() {
    let (requests, server) = json_gateway(200);
    let outcome = http_gateway(server.url()).send(&sms("Айбек\r\nBcc: x\u{0}\u{1b}[31m"));
    assert_eq!(outcome, accepted());
    let body: serde_json::Value = serde_json::from_slice(&requests.all()[0].body).unwrap();
    assert_eq!(body["text"], "Айбек\nBcc: x[31m");
}

#[test]
fn a_login_with_a_colon_cannot_be_used() {
    let error = HttpGateway::new(HttpGatewayConfig {
        url: "https://host/".to_owned(),
        login: "a:b".to_owned(),
        password: SecretString::from("x"),
        sender: "Torugart".to_owned(),
    });
    assert_eq!(error.unwrap_err().key, "sms.login");
}

// --- SMTP -------------------------------------------------------------------------------------------------

fn smtp(url: &str) -> Smtp {
    let from = "Торугарт Карго <cargo@torugart.example>".to_owned();
    Smtp::new(&SmtpConfig::new(SecretString::from(url), from)).unwrap()
}

fn letter(subject: &str) -> Message {
    Message { subject: Some(subject.to_owned()), ..message("aibek@example.kg", KYRGYZ) }
}

#[test]
fn a_letter_arrives_as_it_was_written() {
    let server = MailServer::start();
    let transport = EmailTransport::Smtp(smtp(&server.url()));
    let subject = "Заказ TG-7K4M9 келди: төлөм 1245 сом, сураныч, ушул жумада алып кетиңиз";
    assert_eq!(transport.send(&letter(subject)), accepted());
    let received = server.wait_until(|seen| !seen.is_empty()).remove(0);
    assert_eq!(received.from, "cargo@torugart.example");
    assert_eq!(received.to, ["aibek@example.kg"]);
    assert!(received.raw.is_ascii(), "needs no 8-bit way");
    let parsed = MessageParser::default().parse(&received.raw).unwrap();
    assert_eq!(parsed.subject(), Some(subject));
    assert_eq!(parsed.message_id(), Some("A1B2C3D4E5F6@torugart.example"));
    let from = parsed.from().unwrap().first().unwrap();
    assert_eq!(from.name(), Some("Торугарт Карго"));
    assert_eq!(from.address(), Some("cargo@torugart.example"));
    assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("aibek@example.kg"));
    let body = parsed.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(body.trim_end(), KYRGYZ);
    assert_eq!((parsed.text_body_count(), parsed.html_body_count(), parsed.attachment_count()), (1, 1, 0));
    assert!(parsed.root_part().content_type().is_some_and(|kind| kind.subtype() == Some("alternative")));
    let html = parsed.body_html(0).unwrap();
    assert!(html.contains("<html lang=\"ky\">") && html.contains("Торугарт Карго"), "{html}");
    assert!(html.contains("Үйүңүзгө &#60;жакын&#62;") && !html.contains("<жакын>"), "{html}");
    assert_eq!(parsed.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    assert!(parsed.list_unsubscribe().as_address().is_none(), "nobody can do without this one");
}

#[test]
fn a_reminder_says_how_to_get_no_more_of_them() {
    let server = MailServer::start();
    assert_eq!(smtp(&server.url()).send(&Message { is_reminder: true, ..letter("бир") }), accepted());
    let received = server.received().remove(0);
    let parsed = MessageParser::default().parse(&received.raw).unwrap();
    let way = parsed.header_raw("List-Unsubscribe").unwrap().trim().to_owned();
    assert_eq!(way, "<mailto:cargo@torugart.example?subject=unsubscribe>");
    assert!(parsed.header_raw("List-Unsubscribe-Post").is_none(), "there is no address for a click");
}

#[test]
fn a_line_with_a_single_dot_does_not_end_the_letter() {
    let server = MailServer::start();
    let dots = message("aibek@example.kg", "one\n.\n..two\nQUIT");
    assert_eq!(smtp(&server.url()).send(&dots), accepted());
    let received = server.received().remove(0);
    let parsed = MessageParser::default().parse(&received.raw).unwrap();
    let body = parsed.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(body.trim_end(), "one\n.\n..two\nQUIT");
}

#[test]
fn nothing_can_be_injected_into_a_letter() {
    let server = MailServer::start();
    let smtp = smtp(&server.url());
    let hostile = Message {
        text: "Айбек\r\nBcc: text@evil.kg\u{1b}[31m".to_owned(),
        ..letter("Hello\r\nBcc: subject@evil.kg\n\n<html>\u{1b}[31m\u{0}")
    };
    assert_eq!(smtp.send(&hostile), accepted());
    let received = server.received().remove(0);
    assert_eq!(received.to, ["aibek@example.kg"]);
    assert!(!received.raw.contains(&0x1b));
    let parsed = MessageParser::default().parse(&received.raw).unwrap();
    assert!(parsed.bcc().is_none());
    let subject = parsed.subject().unwrap();
    assert_eq!(subject.trim_end(), "Hello  Bcc: subject@evil.kg  <html> [31m");
    assert!(parsed.body_text(0).unwrap().contains("Bcc: text@evil.kg[31m"));
}

#[test]
fn what_is_no_address_is_refused_without_asking() {
    let server = MailServer::start();
    let smtp = smtp(&server.url());
    for recipient in [
        "",
        "aibek",
        "a@b.kg, c@d.kg",
        "Aibek <a@b.kg>",
        "a@b.kg>\r\nRCPT TO:<x@evil.kg",
        "\"a\r\nRCPT TO:<x@evil.kg>\"@b.kg",
    ] {
        assert_eq!(told(smtp.send(&message(recipient, "текст"))).0, "refused", "{recipient:?}");
    }
    assert_eq!(server.received(), []);
}

#[test]
fn an_unknown_mailbox_is_gone_and_the_next_letter_goes() {
    let server = MailServer::start();
    let smtp = smtp(&server.url());
    server.refuse_recipient("gone@example.kg");
    let (kind, reason) = told(smtp.send(&message("gone@example.kg", "текст")));
    assert_eq!(kind, "gone");
    assert!(reason.contains("550") && !reason.contains("gone@"), "{reason}");
    assert_eq!(smtp.send(&letter("дагы")), accepted());
}

#[test]
fn a_transient_answer_is_retried_with_the_same_message_id() {
    let server = MailServer::start();
    let smtp = smtp(&server.url());
    server.answer_letters([451]);
    let (kind, reason) = told(smtp.send(&letter("бир")));
    assert_eq!(kind, "later");
    assert!(reason.contains("451"), "{reason}");
    assert_eq!(smtp.send(&letter("бир")), accepted());
    assert_eq!(server.received().len(), 1);
}

#[test]
fn a_server_that_turns_us_away_stops_the_channel() {
    let server = MailServer::start();
    let smtp = smtp(&server.url());
    for (code, kind) in [(554, "stop"), (535, "stop"), (530, "stop"), (421, "retry"), (451, "retry")] {
        server.answer_hello(Some(code));
        assert_eq!(told(smtp.send(&letter("бир"))).0, kind, "{code}");
    }
    server.answer_hello(None);
    assert_eq!(smtp.send(&letter("бир")), accepted());
}

#[test]
fn a_letter_refused_after_the_door_was_open_is_only_that_letter() {
    let server = MailServer::start();
    let smtp = smtp(&server.url());
    server.answer_letters([554, 535]);
    assert_eq!(told(smtp.send(&letter("бир"))).0, "refused");
    assert_eq!(told(smtp.send(&letter("эки"))).0, "stop");
}

#[test]
fn missing_encryption_or_login_at_the_server_stops_the_channel() {
    let server = MailServer::start();
    let login = server.url().replace("smtp://", "smtp://me:canary-5791@");
    let smtp_with_login = smtp(&login);
    let (kind, reason) = told(smtp_with_login.send(&letter("бир")));
    assert_eq!(kind, "stop", "{reason}");
    let debug = format!("{smtp_with_login:?}");
    assert!(!debug.contains("canary") && !reason.contains("canary"), "{debug} {reason}");
    let encrypted = smtp(&server.url().replace("tls=none", "tls=required"));
    assert_eq!(told(encrypted.send(&letter("бир"))).0, "stop");
    assert_eq!(server.received(), []);
}

#[test]
fn an_address_outside_ascii_stops_nobody_else() {
    let server = MailServer::start();
    let smtp = smtp(&server.url());
    assert_eq!(told(smtp.send(&message("айбек@example.kg", "текст"))).0, "refused");
    assert_eq!(smtp.send(&letter("бир")), accepted());
}

#[test]
fn a_mail_server_that_is_down_is_retried() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(told(smtp(&format!("smtp://{port}")).send(&letter("бир"))).0, "retry");
}

#[test]
fn a_wrong_mail_configuration_is_named_at_start() {
    let new = |url: &str, from: &str| {
        let (url, from) = (SecretString::from(url), from.to_owned());
        Smtp::new(&SmtpConfig::new(url, from)).map(|_| ()).map_err(|error| error.key)
    };
    assert_eq!(new("http://host", "a@b.kg"), Err("email.url"));
    assert_eq!(new("smtp://host?tls=maybe", "a@b.kg"), Err("email.url"));
    assert_eq!(new("smtp://host", "nobody"), Err("email.from"));
    assert_eq!(new("smtps://me:secret@host", "Cargo <a@b.kg>"), Ok(()));
}
