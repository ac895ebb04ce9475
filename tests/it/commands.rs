//! The commands, run as somebody at a shell would run them.

use serde_json::{Value, json};
use torugart::clock::Clock;
use torugart::db::Db;
use torugart::ids::Actor;
use torugart::money::Currency;
use torugart::rates;
use torugart::state::App;

use crate::harness::program::{Outcome, Shell, file};
use crate::harness::server::{data, settings};

/// What a shell that runs in production must be told at least.
const PRODUCTION: [(&str, &str); 9] = [
    ("TORUGART_ENV", "production"),
    ("TORUGART__AUTH__JWT_KEYS", "2026-11:a secret of thirty-two bytes or more"),
    ("TORUGART__BUSINESS__PUBLIC_URL", "https://cargo.example.kg"),
    ("TORUGART__SMS__TRANSPORT", "smspro"),
    ("TORUGART__SMS__URL", "https://smspro.nikita.kg/api"),
    ("TORUGART__SMS__LOGIN", "cargo"),
    ("TORUGART__SMS__PASSWORD", "a password"),
    ("TORUGART__EMAIL__TRANSPORT", "smtp"),
    ("TORUGART__EMAIL__URL", "smtp://mail.example.kg"),
];

fn production() -> Shell {
    PRODUCTION.iter().fold(Shell::new(), |shell, (name, value)| shell.set(name, value))
}

fn complaints(outcome: &Outcome) -> Vec<&str> {
    outcome.failed().trim_start_matches("torugart: ").lines().collect()
}

fn login(url: &str, login: &str, password: &str) -> u16 {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let body = json!({"login": login, "password": password}).to_string();
    let request = agent.post(format!("{url}/v1/auth/login")).header("content-type", "application/json");
    request.send(body).expect("an answer").status().as_u16()
}

fn status(url: &str) -> u16 {
    ureq::get(url).call().map(|response| response.status().as_u16()).expect("an answer")
}

#[test]
fn serve_answers_until_it_is_told_to_stop() {
    for signal in ["TERM", "INT"] {
        let shell = Shell::new();
        let server = shell.start(&["serve"]);
        assert_eq!(status(&format!("{}/readyz", server.url())), 200);
        assert_eq!(server.stop(signal).code(), Some(0), "SIG{signal}");
    }
}

#[test]
fn the_demonstration_tells_how_to_enter_and_leaves_nothing_behind() {
    for signal in ["TERM", "INT"] {
        let shell = Shell::new();
        let demo = shell.start(&["serve", "--demo"]);
        let url = demo.url();
        let said = demo.printed("torugart tour --url");
        assert!(said.contains(&format!("{url}/docs/")), "{said}");
        for role in ["admin", "operator", "cashier", "warehouse", "auditor"] {
            assert!(said.contains(&format!("demo-{role}")), "{said}");
            assert_eq!(login(&url, role, &format!("demo-{role}")), 200, "{role}");
        }
        assert_eq!(shell.left_over().len(), 1, "the demonstration's folder is where temporary files belong");
        assert_eq!(demo.stop(signal).code(), Some(0), "SIG{signal}");
        assert_eq!(shell.left_over(), Vec::<std::path::PathBuf>::new(), "SIG{signal}");
        assert!(!shell.path("data").exists(), "a demonstration touches no database but its own");
    }
}

#[test]
fn every_code_the_demonstration_prints_can_be_tracked() {
    let shell = Shell::new();
    let demo = shell.start(&["serve", "--demo"]);
    let (url, said) = (demo.url(), demo.printed("torugart tour --url"));
    let lines = said.lines().map(str::split_whitespace).map(Iterator::collect::<Vec<_>>);
    let codes: Vec<_> = lines.filter(|words| words.len() == 2 && words[0].starts_with("TG-")).collect();
    assert_eq!(codes.len(), 12, "{said}");
    for words in codes {
        let answer = ureq::get(format!("{url}/v1/track/{}", words[0])).call().expect("an answer");
        let track: Value = serde_json::from_reader(answer.into_body().into_reader()).expect("JSON");
        assert_eq!(track["status"], words[1], "{words:?}");
    }
}

#[test]
fn the_messages_of_a_demonstrations_past_were_sent() {
    let shell = Shell::new();
    let demo = shell.start(&["serve", "--demo"]);
    let url = demo.url();
    let body = json!({"login": "auditor", "password": "demo-auditor"}).to_string();
    let request = ureq::post(format!("{url}/v1/auth/login")).header("content-type", "application/json");
    let read = |answer: ureq::http::Response<ureq::Body>| -> Value {
        serde_json::from_reader(answer.into_body().into_reader()).expect("JSON")
    };
    let token = read(request.send(body).expect("a login"))["access_token"].as_str().unwrap().to_owned();
    let count = |state: &str| {
        let list = ureq::get(format!("{url}/v1/notifications?limit=100&state={state}"));
        let list = read(list.header("authorization", format!("Bearer {token}")).call().expect("a list"));
        list["items"].as_array().unwrap().len()
    };
    assert!(count("sent") >= 20);
    assert_eq!(count("expired"), 0);
}

#[test]
fn the_demonstration_does_not_run_in_production() {
    let outcome = production().run(&["serve", "--demo"]);
    assert!(outcome.failed().contains("--demo"), "{}", outcome.err);
}

#[test]
fn the_worker_stops_cleanly() {
    for signal in ["TERM", "INT"] {
        let shell = Shell::new();
        let worker = shell.start(&["worker"]);
        worker.logged("sending messages");
        assert_eq!(worker.stop(signal).code(), Some(0), "SIG{signal}");
    }
}

#[test]
fn a_log_that_is_no_terminal_has_no_colours() {
    let shell = Shell::new().set("TORUGART__LOG__FORMAT", "text");
    let outcome = shell.run(&["serve", "--demo", "--no-such-option"]);
    assert_eq!(outcome.code, Some(2), "clap's own code for a wrong call");
    let shell = shell.set("TORUGART__SERVER__HOST", "no.such.host.invalid");
    let outcome = shell.run(&["serve"]);
    let log = outcome.failed();
    assert!(log.contains("database migrated") && !log.contains('\x1b'), "{log}");
}

#[test]
fn migrate_makes_the_database_once() {
    let shell = Shell::new();
    let first = shell.run(&["migrate"]);
    assert!(first.succeeded().lines().all(|line| line.ends_with(" done")), "{}", first.out);
    assert!(first.out.lines().count() > 1 && shell.path("data/torugart.db").exists());
    assert_eq!(shell.run(&["migrate"]).succeeded(), "The sqlite database is up to date.\n");
}

#[test]
fn staff_are_added_with_a_password_from_the_command_line_or_from_standard_input() {
    let shell = Shell::new();
    let typed =
        shell.run(&["staff", "add", "--login", "aida", "--role", "operator", "--password", "three quiet words"]);
    assert_eq!(typed.succeeded(), "aida can log in as operator.\n");
    let add = ["staff", "add", "--login", "boss", "--role", "admin", "--name", "Нурлан", "--password-stdin"];
    shell.run_typing(&add, "four rather loud words\n").succeeded();
    let server = shell.start(&["serve"]);
    let url = server.url();
    assert_eq!(login(&url, "aida", "three quiet words"), 200);
    assert_eq!(login(&url, "boss", "four rather loud words"), 200);
    assert_eq!(login(&url, "boss", "four rather loud words\n"), 401);
}

#[test]
fn staff_who_cannot_be_added_are_refused_with_a_sentence() {
    let shell = Shell::new();
    let add = |login: &str, role: &str, password: &str| {
        shell.run(&["staff", "add", "--login", login, "--role", role, "--password", password])
    };
    add("boss", "admin", "three quiet words").succeeded();
    assert!(add("boss", "auditor", "three quiet words").failed().contains("The login boss is taken"));
    assert!(add("bakyt", "cashier", "short").failed().contains("8 to 256 characters"));
    assert!(add("Bakyt Б", "cashier", "three quiet words").failed().contains("/login"));
    assert_eq!(add("bakyt", "director", "three quiet words").code, Some(2));
    let both = ["staff", "add", "--login", "bakyt", "--role", "cashier", "--password", "three quiet words"];
    assert_eq!(shell.run(&[&both[..], &["--password-stdin"]].concat()).code, Some(2));
    assert_eq!(shell.run(&both[..6]).code, Some(2), "no password at all");
    assert!(
        shell.run_typing(&["staff", "add", "--login", "bakyt", "--role", "cashier", "--password-stdin"], "\n").code
            == Some(1)
    );
    let server = shell.start(&["serve"]);
    assert_eq!(login(&server.url(), "bakyt", "three quiet words"), 401);
}

/// The bank's recorded daily file, as if it were today's.
fn todays_rates() -> String {
    let recorded = std::fs::read(data("nbkr/daily-2026-05-24.xml")).expect("a recorded answer");
    let today = chrono::Utc::now().format("%d.%m.%Y").to_string();
    String::from_utf8(recorded).expect("ASCII").replace("24.05.2026", &today)
}

fn yuan(shell: &Shell) -> Option<String> {
    let url = shell.database_url();
    let db = Db::open(&url.parse().expect("a URL"), 1).expect("an open database");
    let app = App::new(settings(&url), db, Clock::System).expect("an application");
    let rate = app.write_now(&Actor::System, |tx| Ok(rates::today(tx, Currency::Cny).ok()));
    rate.expect("an answer").map(|rate| rate.rate.to_string())
}

#[test]
fn rates_come_from_a_folder_or_a_file() {
    let shell = Shell::new();
    let daily = file(&shell, "nbkr/daily.xml", &todays_rates());
    let fetched = shell.run(&["rates", "fetch", "--from", &daily]);
    assert!(fetched.succeeded().contains("stored"), "{}", fetched.out);
    assert_eq!(yuan(&shell).as_deref(), Some("12.8707"));
    let weekly = std::fs::read(data("nbkr/weekly-2026-05-23.xml")).expect("a recorded answer");
    std::fs::write(shell.path("nbkr/weekly.xml"), weekly).expect("a file");
    let again = shell.run(&["rates", "fetch", "--from", "nbkr"]);
    let lines: Vec<_> = again.succeeded().lines().collect();
    assert!(lines[0].contains("daily.xml") && lines[0].contains("stored already"), "{lines:?}");
    assert!(lines[1].contains("weekly.xml") && lines[1].contains("stored"), "{lines:?}");
}

#[test]
fn bad_rates_are_refused_and_the_last_good_ones_stay() {
    let shell = Shell::new();
    let good = file(&shell, "good.xml", &todays_rates());
    shell.run(&["rates", "fetch", "--from", &good]).succeeded();
    let page = file(&shell, "page.xml", "<!DOCTYPE html><html><body>Технические работы</body></html>");
    let zero = file(&shell, "zero.xml", &todays_rates().replace("12,8707", "0,0000"));
    let missing = shell.path("missing.xml").display().to_string();
    for bad in [page, zero, missing, "no-such-folder".to_owned()] {
        let outcome = shell.run(&["rates", "fetch", "--from", &bad]);
        assert!(outcome.failed().contains("stay in force"), "{bad}: {}", outcome.err);
        assert_eq!(yuan(&shell).as_deref(), Some("12.8707"), "{bad}");
    }
    assert!(shell.run(&["rates", "fetch"]).failed().contains("--from"), "no source is configured");
}

#[test]
fn settings_that_suit_production_are_accepted() {
    let outcome = production().run(&["check-config"]);
    assert_eq!(outcome.succeeded(), "The settings of environment \"production\" can be used.\n");
}

#[test]
fn production_names_everything_that_is_missing_a_line_each() {
    let shell = Shell::new().set("TORUGART_ENV", "production");
    for command in [&["check-config"][..], &["serve"], &["worker"], &["migrate"]] {
        let outcome = shell.run(command);
        let complaints = complaints(&outcome);
        let about: Vec<_> = complaints.iter().map(|line| line.split(' ').next().unwrap_or_default()).collect();
        assert_eq!(about, ["auth.jwt_keys", "business.public_url"], "{command:?}");
    }
    assert!(!shell.path("data").exists(), "a refused command touches no database");
}

#[test]
fn production_refuses_each_unfit_setting_alone() {
    for (name, value, complaint) in [
        ("TORUGART__SMS__TRANSPORT", "log", "sms.transport"),
        ("TORUGART__SMS__TRANSPORT", "memory", "sms.transport"),
        ("TORUGART__EMAIL__TRANSPORT", "log", "email.transport"),
        ("TORUGART__EMAIL__TRANSPORT", "memory", "email.transport"),
        ("TORUGART__AUTH__JWT_KEYS", "", "auth.jwt_keys"),
        ("TORUGART__AUTH__JWT_KEYS", "2026-11:short", "auth.jwt_keys"),
        ("TORUGART__AUTH__JWT_KEYS", "a secret of thirty-two bytes or more", "auth.jwt_keys"),
        ("TORUGART__BUSINESS__PUBLIC_URL", "http://cargo.example.kg", "business.public_url"),
        ("TORUGART__EMAIL__URL", "", "email.url"),
        ("TORUGART__SMS__URL", "", "sms.url"),
    ] {
        let outcome = production().set(name, value).run(&["check-config"]);
        let complaints = complaints(&outcome);
        assert_eq!(complaints.len(), 1, "{name}={value}: {complaints:?}");
        assert!(complaints[0].starts_with(complaint), "{name}={value}: {complaints:?}");
        assert!(
            !outcome.err.contains("short\"") && !outcome.err.contains("thirty-two bytes or more"),
            "{}",
            outcome.err
        );
    }
}

#[test]
fn a_mistyped_database_address_does_not_become_an_empty_file() {
    for url in ["sqlit://data/torugart.db", "torugart.db", "mysql://localhost/torugart", "sqlite://", ""] {
        let shell = Shell::new().set("TORUGART__DATABASE__URL", url);
        for command in [&["check-config"][..], &["migrate"]] {
            assert!(shell.run(command).failed().contains("database.url must be"), "{url}");
        }
        let entries = std::fs::read_dir(shell.path("")).expect("the folder").count();
        assert_eq!(entries, 1, "{url}: only the folder of temporary files is there");
    }
}

#[test]
fn a_misspelt_setting_is_named() {
    let outcome = Shell::new().set("TORUGART__SMS__TRANSPORTT", "log").run(&["check-config"]);
    assert!(outcome.failed().contains("transportt"), "{}", outcome.err);
    let outcome = Shell::new().set("TORUGART__SERVER__PORT", "eighty").run(&["check-config"]);
    assert!(outcome.failed().contains("port"), "{}", outcome.err);
}
