//! Backups of the embedded database, and what a restore makes of them.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use secrecy::ExposeSecret;
use serde_json::json;
use tempfile::TempDir;
use torugart::backup::{self, Label, Restore, Restored, Retention, Shelf, Unwatched};
use torugart::config::{Backup, Config};
use torugart::error::Result;
use torugart::ids::Actor;
use torugart::notifications::{self, Channel, Verdict};
use torugart::verify;

use crate::harness::gateway::Gateway;
use crate::harness::outbox::{beside, turn, ways_out};
use crate::harness::pictures::receipt;
use crate::harness::program::Shell;
use crate::harness::s3::{ACCESS_KEY_ID, ObjectServer, SECRET_ACCESS_KEY};
use crate::harness::server::*;
use crate::harness::smtp::MailServer;

/// A firm on SQLite, and a folder for its backups.
struct Firm {
    s: Server,
    folder: TempDir,
    _database: TempDir,
}

impl Firm {
    fn new() -> Self {
        let ((_database, url), folder) = (sqlite_database(), tempfile::tempdir().unwrap());
        let photos = format!("file://{}", folder.path().join("photos").display());
        let s = Server::start_with(&url, |config| config.photos.url = photos);
        Self { s, folder, _database }
    }

    fn settings(&self) -> Backup {
        let url = format!("file://{}", self.folder.path().join("backups").display());
        Backup { url, ..self.s.app.config.backup.clone() }
    }

    fn shelf(&self) -> Shelf {
        Shelf::open(&self.settings()).unwrap()
    }

    fn take(&self, keep: usize) -> Result<(Label, Vec<String>)> {
        let retention = Retention { count: keep, days: 0 };
        backup::take(&self.s.app, &self.shelf(), retention, Some(&self.s.app.objects), &Unwatched)
    }

    /// The settings of the place to restore into.
    fn elsewhere(&self) -> Config {
        let mut config = self.s.app.config.clone();
        config.database.url = format!("sqlite://{}", self.folder.path().join("new/torugart.db").display()).into();
        config.photos.url = format!("file://{}", self.folder.path().join("new/photos").display());
        config
    }

    fn restore(&self, name: Option<String>) -> Result<Restored> {
        let lost_at = Some(self.s.now().naive_utc());
        let wanted = Restore { name, at: None, lost_at, skip: 1000, with_photos: true };
        backup::restore(&self.elsewhere(), &self.shelf(), &wanted, &Unwatched)
    }

    /// A server on what was restored, at the same moment.
    fn restored(&self) -> Server {
        let elsewhere = self.elsewhere();
        Server::start_with(elsewhere.database.url.expose_secret(), |config| config.photos = elsewhere.photos)
    }
}

fn states(s: &Server) -> Vec<(String, String)> {
    let list = s.get(OPERATOR, "/v1/notifications?limit=200").expect(200);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(|item| (text(&item["message_id"]), text(&item["state"]))).collect()
}

#[test]
fn everything_before_it_is_in_a_backup_and_a_restore_is_safe_to_serve() {
    let firm = Firm::new();
    let s = &firm.s;
    let code = s.order(Until::Confirmed).code;
    let receipt_no = |s: &Server| s.pay_balance(&code)["receipt_no"].as_str().unwrap().to_owned();
    let first = receipt_no(s);
    let photo = s.upload("POST", OPERATOR, &format!("/v1/orders/{code}/photos"), "image/jpeg", &receipt(1)).expect(201);
    let (sms, mail) = (Gateway::start(), MailServer::start());
    let ways = ways_out(&sms, &mail);
    let waiting = states(s).iter().filter(|(_, state)| state == "pending").count();
    assert!(waiting > 0);
    let (label, removed) = firm.take(3).unwrap();
    assert_eq!((removed, label.photos), (vec![], Some(2)));
    // What comes after it is lost, and so is that messages went.
    let lost = s.order(Until::Requested).code;
    while turn(s, &ways).tried > 0 {}
    let before = sms.received().len();
    assert!(before > 0);

    let done = firm.restore(None).unwrap();
    assert_eq!((done.label.clone(), done.photos), (label, 2));
    assert_eq!(done.reconciled.messages_held, waiting);
    assert!(done.reconciled.sessions_ended >= 5 && done.reconciled.series_moved >= 2, "{done:?}");
    let file = firm.folder.path().join("new/torugart.db");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let old_token = s.token(torugart::ids::Role::Cashier);
    let new = firm.restored();
    assert!(new.app.db.snapshot(verify::everything).unwrap().iter().all(|finding| finding.wrong == 0));
    let order = new.get(OPERATOR, &format!("/v1/orders/{code}")).expect(200);
    assert_eq!(order["payments"][0]["receipt_no"], first.as_str());
    new.get(OPERATOR, &format!("/v1/orders/{lost}")).expect_problem(404, "not_found");
    assert!(!new.download(OPERATOR, photo["url"].as_str().unwrap()).1.is_empty());
    let bearer = format!("Bearer {old_token}");
    assert_eq!(
        new.send("GET", ANYONE, "/v1/me", &[("authorization", bearer.as_str())], "").status,
        401,
        "sessions end"
    );
    // Nothing goes by itself, numbers go on beyond what may be on paper.
    assert_eq!(turn(&new, &ways).tried, 0);
    let next = new.order(Until::Confirmed).code;
    let body = json!({"method": "bank_transfer", "amount": som(10_000)});
    let paid = new.post(CASHIER, &format!("/v1/orders/{next}/payments"), body).expect(201);
    let number = |receipt_no: &str| receipt_no.rsplit('-').next().unwrap().parse::<u32>().unwrap();
    assert_eq!(number(paid["receipt_no"].as_str().unwrap()), number(&first) + 1001);
    while turn(&new, &ways).tried > 0 {}
    // A person lets them go; the gateway knows them by their identifiers.
    let released =
        |channel| new.app.write_now(&Actor::System, |tx| notifications::decide_restored(tx, Verdict::Release, channel));
    let went_before: Vec<_> = sms.received()[..before].iter().map(|message| message.id.clone()).collect();
    assert!(released(Some(Channel::Sms)).unwrap() > 0);
    while turn(&new, &ways).tried > 0 {}
    let all = sms.received();
    let again: Vec<_> = all[before..].iter().filter(|message| went_before.contains(&message.id)).collect();
    assert!(!again.is_empty(), "they bear the identifiers that they always had");
    assert_eq!(released(Some(Channel::Sms)).unwrap(), 0, "once");
}

#[test]
fn the_gateway_is_asked_which_of_the_held_messages_went() {
    let firm = Firm::new();
    let s = &firm.s;
    s.order(Until::Confirmed);
    s.order(Until::Confirmed);
    firm.take(0).unwrap();
    let (sms, mail) = (Gateway::start(), MailServer::start());
    let ways = ways_out(&sms, &mail);
    while turn(s, &ways).tried > 0 {}
    firm.restore(None).unwrap();
    let new = firm.restored();
    let received = sms.received();
    assert!(received.len() >= 2);
    sms.report(&received[0].id, "3");
    sms.report(&received[1].id, "4");
    let asked = notifications::ask_restored(&new.app, &ways).unwrap();
    assert_eq!(asked.went, 2, "{asked:?}");
    let state = |id: &str| states(&new).into_iter().find(|(known, _)| known == id).unwrap().1;
    assert_eq!((state(&received[0].id).as_str(), state(&received[1].id).as_str()), ("delivered", "undelivered"));
    let cancelled =
        new.app.write_now(&Actor::System, |tx| notifications::decide_restored(tx, Verdict::Cancel, None)).unwrap();
    assert_eq!(states(&new).iter().filter(|(_, state)| state == "held").count(), 0);
    assert!(cancelled + 2 >= asked.asked);
}

#[test]
fn nothing_is_overwritten_and_nothing_damaged_is_restored() {
    let firm = Firm::new();
    firm.s.order(Until::Paid);
    let (old, _) = firm.take(0).unwrap();
    firm.s.advance(chrono::TimeDelta::seconds(1));
    let (new, _) = firm.take(0).unwrap();
    let backups = firm.folder.path().join("backups");
    for name in [&old.name, &new.name] {
        assert_eq!(std::fs::metadata(backups.join(name)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let mut bytes = std::fs::read(backups.join(&new.name)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(backups.join(&new.name), &bytes).unwrap();
    let damaged = firm.restore(None).unwrap_err().to_string();
    assert!(damaged.contains("damaged") && damaged.contains("--name"), "{damaged}");
    assert!(!firm.folder.path().join("new/torugart.db").exists());
    // A file without its label is the rest of a backup that broke off.
    std::fs::remove_file(backups.join(format!("{}.json", new.name))).unwrap();
    assert_eq!(firm.restore(None).unwrap().label, old);
    let refused = firm.restore(None).unwrap_err().to_string();
    assert!(refused.contains("nothing is overwritten") && refused.contains("stop the service"), "{refused}");
    let unknown = Restore { name: Some("x".to_owned()), at: None, lost_at: None, skip: 0, with_photos: false };
    let mut config = firm.elsewhere();
    config.database.url = format!("sqlite://{}", firm.folder.path().join("third.db").display()).into();
    let unknown = backup::restore(&config, &firm.shelf(), &unknown, &Unwatched).unwrap_err().to_string();
    assert!(unknown.contains(&old.name), "it says what there is: {unknown}");
}

#[test]
fn what_is_broken_is_not_kept_as_a_backup() {
    let firm = Firm::new();
    let code = firm.s.order(Until::Paid).code;
    let file = firm.s.app.config.database.url.expose_secret().trim_start_matches("sqlite://").to_owned();
    let mut raw = SqliteConnection::establish(&file).unwrap();
    raw.batch_execute(&format!("UPDATE orders SET balance_tyiyn = 1 WHERE code = '{code}'")).unwrap();
    let refused = firm.take(0).unwrap_err().to_string();
    assert!(refused.contains("an order's balance is the sum of its postings"), "{refused}");
    assert_eq!(firm.shelf().labels().unwrap(), Vec::<Label>::new());
    let left: Vec<_> =
        std::fs::read_dir(firm.folder.path().join("backups")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, Vec::<std::path::PathBuf>::new());
    raw.batch_execute(&format!("UPDATE orders SET balance_tyiyn = 0 WHERE code = '{code}'")).unwrap();
}

#[test]
fn a_bucket_keeps_backups_and_old_ones_go() {
    let (firm, store) = (Firm::new(), ObjectServer::start());
    let code = firm.s.order(Until::Paid).code;
    let settings = Backup {
        url: store.url("night"),
        access_key_id: ACCESS_KEY_ID.into(),
        secret_access_key: SECRET_ACCESS_KEY.into(),
        ..firm.settings()
    };
    let shelf = Shelf::open(&settings).unwrap();
    let take = || {
        firm.s.advance(chrono::TimeDelta::seconds(1));
        backup::take(&firm.s.app, &shelf, Retention { count: 2, days: 0 }, None, &Unwatched).unwrap()
    };
    let (first, _) = take();
    let (second, _) = take();
    let (third, removed) = take();
    assert_eq!(removed, [first.name]);
    let mut kept: Vec<_> =
        [&second, &third].iter().flat_map(|one| [one.name.clone(), format!("{}.json", one.name)]).collect();
    kept.sort();
    assert_eq!(store.objects("night"), kept);
    let wanted = Restore { name: None, at: Some(second.taken_at), lost_at: None, skip: 1, with_photos: false };
    let done = backup::restore(&firm.elsewhere(), &shelf, &wanted, &Unwatched).unwrap();
    assert_eq!(done.label, second);
    firm.restored().get(OPERATOR, &format!("/v1/orders/{code}")).expect(200);
}

#[test]
fn a_database_with_two_hundred_writers_is_backed_up_without_keeping_them_waiting() {
    let firm = Firm::new();
    let s = &firm.s;
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| (0..25).map(|_| s.order(Until::Requested).code).collect::<Vec<_>>()))
            .collect();
        for _ in 0..3 {
            s.advance(chrono::TimeDelta::seconds(1));
            let (label, _) = firm.take(0).unwrap();
            assert!(label.promises > 15);
        }
        let codes: Vec<_> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
        assert_eq!(codes.len(), 200);
    });
}

#[test]
fn the_commands_back_up_list_and_restore() {
    let shell = Shell::new();
    shell.run(&["staff", "add", "--login", "aida", "--role", "admin", "--password", "three quiet words"]).succeeded();
    let folder = shell.path("safe").display().to_string();
    let taken = shell.run(&["backup", "--to", &folder]);
    assert!(taken.succeeded().contains("promises verified on the copy"), "{}", taken.out);
    assert!(shell.run(&["backup", "--to", &folder, "--list"]).succeeded().ends_with("1 backups\n"));
    let refused = shell.run(&["restore", "--from", &folder]);
    assert!(refused.failed().contains("nothing is overwritten"), "{}", refused.err);
    let moved: &Path = &shell.path("data");
    std::fs::rename(moved, shell.path("old")).unwrap();
    let restored = shell.run(&["restore", "--from", &folder]);
    assert!(restored.succeeded().contains("is restored and verified"), "{}", restored.out);
    assert_eq!(
        std::fs::read_dir(moved)
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name().into_string().unwrap();
                name != "torugart.db" && name != "photos" && name != "backups"
            })
            .count(),
        0,
        "nothing unfinished is left"
    );
    shell.run(&["verify"]).succeeded();
    assert!(
        shell.run(&["outbox", "ask", "--channel", "email"]).failed().contains("only the gateway for short messages")
    );
    assert_eq!(shell.run(&["outbox", "cancel"]).succeeded(), "0 messages\n");
    shell.run(&["reconcile"]).succeeded();
    let server =
        shell.set("TORUGART__BACKUP__EVERY_SECONDS", "1").set("TORUGART__BACKUP__URL", &format!("file://{folder}"));
    let server = server.start(&["serve"]);
    server.logged("backed up and verified");
    // Told to stop before it listens, it would end without a word, like any other program.
    server.logged("listening");
    assert!(server.stop("TERM").success());
}

on_both! {
    fn after_a_restore_by_other_means_the_same_is_done(s: &Server) {
        s.order(Until::Confirmed);
        let waiting = states(s).iter().filter(|(_, state)| state == "pending").count();
        let lost_at = s.now().naive_utc();
        let done = s.app.write_now(&Actor::System, |tx| backup::reconcile(tx, lost_at, 7)).unwrap();
        assert_eq!(done.messages_held, waiting);
        assert!(done.sessions_ended >= 5);
        let again = beside(s, |_| {});
        assert_eq!(states(&again).iter().filter(|(_, state)| state == "held").count(), waiting);
        let trail = again.get(AUDITOR, "/v1/audit?limit=200").expect(200);
        assert!(trail["items"].as_array().unwrap().iter().any(|line| line["action"] == "database.restored"));
    }
}

#[test]
fn postgresql_is_told_to_use_its_own_tools() {
    let Some(url) = postgres_database("postgresql_is_told_to_use_its_own_tools") else { return };
    let folder = tempfile::tempdir().unwrap();
    let shell = Shell::new().set("TORUGART__DATABASE__URL", &url);
    let outcome = shell.run(&["backup", "--to", &folder.path().display().to_string()]);
    assert!(outcome.failed().contains("pg_basebackup"), "{}", outcome.err);
    let outcome = shell.run(&["restore", "--from", &folder.path().display().to_string()]);
    assert!(outcome.failed().contains("torugart reconcile"), "{}", outcome.err);
    shell.run(&["verify"]).succeeded();
}
