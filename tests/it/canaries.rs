//! Secrets of the settings and data of people are planted like canaries; no log, error, figure or debug print sings of them.

use std::path::Path;

use secrecy::SecretString;
use serde_json::{Value, json};
use torugart::config::Config;

use crate::harness::program::Shell;

/// What no secret of the settings may show of itself: part of every value below.
const CANARY: &str = "canary0123456789abcdef0123456789ab";

/// Every secret of the settings and its variable in the environment.
fn secrets(config: &mut Config) -> Vec<(&'static str, &mut SecretString)> {
    let acquirers = &mut config.acquirers;
    vec![
        ("DATABASE__URL", &mut config.database.url),
        ("AUTH__JWT_KEYS", &mut config.auth.jwt_keys),
        ("SMS__PASSWORD", &mut config.sms.password),
        ("SMS__REPORT_SECRET", &mut config.sms.report_secret),
        ("EMAIL__URL", &mut config.email.url),
        ("EMAIL__DKIM_KEY", &mut config.email.dkim_key),
        ("TELEGRAM__TOKEN", &mut config.telegram.token),
        ("TELEGRAM__WEBHOOK_SECRET", &mut config.telegram.webhook_secret),
        ("PHOTOS__ACCESS_KEY_ID", &mut config.photos.access_key_id),
        ("PHOTOS__SECRET_ACCESS_KEY", &mut config.photos.secret_access_key),
        ("BACKUP__ACCESS_KEY_ID", &mut config.backup.access_key_id),
        ("BACKUP__SECRET_ACCESS_KEY", &mut config.backup.secret_access_key),
        ("ACQUIRERS__FREEDOM_PAY__SECRET_KEY", &mut acquirers.freedom_pay.secret_key),
        ("ACQUIRERS__ODENGI__PASSWORD", &mut acquirers.odengi.password),
        ("ACQUIRERS__MKASSA__API_KEY", &mut acquirers.mkassa.api_key),
        ("ACQUIRERS__MKASSA__CALLBACK_SECRET", &mut acquirers.mkassa.callback_secret),
        ("ACQUIRERS__FINIK__API_KEY", &mut acquirers.finik.api_key),
        ("ACQUIRERS__FINIK__PRIVATE_KEY", &mut acquirers.finik.private_key),
    ]
}

#[test]
fn settings_that_are_printed_tell_no_secret() {
    let mut config = Config::defaults().unwrap();
    let planted = secrets(&mut config);
    let count = planted.len();
    for (_, secret) in planted {
        *secret = SecretString::from(CANARY);
    }
    assert!(!format!("{config:?}{config:#?}").contains("canary"));
    // A secret that is added to the settings is added above.
    let mut declared = 0;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let parts = std::fs::read_dir(source.join("config")).unwrap().map(|file| file.unwrap().path());
    for file in parts.chain([source.join("config.rs")]) {
        let text = std::fs::read_to_string(&file).unwrap();
        declared += text.matches(": SecretString,").count();
        let open = |line: &&str| {
            let name = line.trim_start().strip_prefix("pub ").unwrap_or_default();
            let is_secret = ["password", "secret", "key", "token"]
                .iter()
                .any(|word| name.split(':').next().unwrap_or_default().contains(word));
            is_secret && name.ends_with(": String,") && !name.starts_with("public_key")
        };
        assert_eq!(text.lines().filter(open).collect::<Vec<_>>(), [""; 0], "{}", file.display());
    }
    assert_eq!(declared, count, "a secret of the settings is not planted here");
}

#[test]
fn complaints_about_settings_quote_no_secret() {
    let mut config = Config::defaults().unwrap();
    let names: Vec<_> = secrets(&mut config).into_iter().map(|(name, _)| name).collect();
    let shell = names.iter().fold(Shell::new(), |shell, name| shell.set(&format!("TORUGART__{name}"), CANARY));
    for environment in ["development", "production"] {
        let shell = names.iter().fold(Shell::new().set("TORUGART_ENV", environment), |shell, name| {
            shell.set(&format!("TORUGART__{name}"), CANARY)
        });
        let outcome = shell.run(&["check-config"]);
        assert!(outcome.failed().contains("database.url") && !outcome.err.contains("canary"), "{}", outcome.err);
    }
    assert!(!shell.run(&["serve"]).err.contains("canary"));
}

/// What people are and type.
const PERSONAL: [&str; 6] =
    ["Канарейкина", "700987654", "canary@example.kg", "a quiet canary sings", "canary street", "wrong canary word"];

struct Visitor {
    agent: ureq::Agent,
    url: String,
    heard: Vec<String>,
}

impl Visitor {
    fn send(&mut self, method: &str, path: &str, bearer: &str, body: &str) -> (u16, Value) {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if !bearer.is_empty() {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        let request = request.header("content-type", "application/json").body(body.to_owned()).unwrap();
        let mut answer = self.agent.run(request).expect("an answer");
        let text = answer.body_mut().read_to_string().unwrap();
        let status = answer.status().as_u16();
        if status >= 400 {
            self.heard.push(text.clone());
        }
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    fn post(&mut self, path: &str, bearer: &str, body: Value) -> (u16, Value) {
        self.send("POST", path, bearer, &body.to_string())
    }
}

/// What somebody does who signs in, takes an order, mistypes, and is curious.
fn a_day(visitor: &mut Visitor, setup_token: &str) {
    let password = "a quiet canary sings";
    let first = json!({"token": setup_token, "login": "nurlan", "password": password});
    assert_eq!(visitor.post("/v1/auth/setup", "", first.clone()).0, 201);
    assert_eq!(visitor.post("/v1/auth/setup", "", first).0, 401);
    let (status, tokens) = visitor.post("/v1/auth/login", "", json!({"login": "nurlan", "password": password}));
    assert_eq!(status, 200);
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    visitor.post("/v1/auth/login", "", json!({"login": "nurlan", "password": "wrong canary word"}));
    visitor.post("/v1/auth/login", "", json!({"login": "wrong canary word", "password": "wrong canary word"}));
    visitor.post("/v1/auth/refresh", "", json!({"refresh_token": "wrong canary word"}));
    visitor.send("GET", "/v1/me", "wrong.canary.word", "");
    let order = json!({
        "customer": {"name": "Канарейкина", "phone": "0700 987 654", "email": "canary@example.kg", "language": "ky"},
        "items": [{"description": "lamp", "quantity": 1, "note": "canary street"}],
    });
    let (status, placed) = visitor.post("/v1/orders", "", order.clone());
    assert_eq!(status, 201, "{placed}");
    let code = placed["code"].as_str().unwrap().to_owned();
    for path in [format!("/v1/orders/{code}"), "/v1/orders?phone=0700987654".to_owned(), format!("/t/{code}")] {
        assert_eq!(visitor.send("GET", &path, &token, "").0, 200, "{path}");
    }
    let mut wrong = order;
    wrong["customer"]["phone"] = json!("0700 987 654 000 000 000");
    visitor.post("/v1/orders", "", wrong);
    visitor.send("POST", "/v1/orders", "", "{\"customer\": Канарейкина");
    visitor.send("GET", "/no/canary%20street?phone=0700987654", "", "");
    visitor.send("GET", "/v1/orders?cursor=canary", &token, "");
    visitor.post(&format!("/v1/orders/{code}/cancel"), &token, json!({"reason": "canary street"}));
}

#[test]
fn neither_log_nor_error_nor_figure_tells_a_secret_or_a_person() {
    let keys = format!("2026-11:{CANARY}");
    let shell = [
        ("TORUGART__AUTH__JWT_KEYS", keys.as_str()),
        ("TORUGART__SMS__PASSWORD", CANARY),
        ("TORUGART__SMS__REPORT_SECRET", CANARY),
        ("TORUGART__EMAIL__URL", "smtp://canary:canary0123456789@127.0.0.1:1"),
        ("TORUGART__PHOTOS__SECRET_ACCESS_KEY", CANARY),
        ("TORUGART__LOG__LEVEL", "debug,torugart=trace"),
    ]
    .into_iter()
    .fold(Shell::new(), |shell, (name, value)| shell.set(name, value));
    let server = shell.start(&["serve", "--no-worker"]);
    let setup_token = server.logged("nobody has an account")["setup_token"].as_str().expect("a token").to_owned();
    let agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let mut visitor = Visitor { agent, url: server.url(), heard: Vec::new() };
    a_day(&mut visitor, &setup_token);
    let figures = visitor.send("GET", "/metrics", "", "").1.to_string();
    let heard = visitor.heard.join("\n");
    assert!(visitor.heard.len() >= 8, "{heard}");
    let log = server.last_words();
    assert!(log.contains("listening") && log.contains("/v1/orders"), "a log that says nothing proves nothing");
    for canary in PERSONAL.into_iter().chain(["canary0123456789", "0700 987 654", "996700987654"]) {
        assert!(!log.contains(canary), "the log tells {canary}");
        assert!(!figures.contains(canary), "the figures tell {canary}");
        // An error may quote to somebody what they typed a moment ago, but no secret.
        assert!(PERSONAL.contains(&canary) || !heard.contains("canary0123456789"), "an error tells {canary}");
    }
    assert!(
        !heard.contains("a quiet canary sings") && !heard.contains("wrong canary word"),
        "an error tells a password"
    );
}
