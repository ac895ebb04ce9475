//! `torugart verify` finds nothing where all is well, and names what is not.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::json;
use torugart::db::Conn;
use torugart::verify::{self, Finding};

use crate::harness::program::Shell;
use crate::harness::server::*;

fn found(s: &Server) -> Vec<Finding> {
    s.app.db.snapshot(verify::everything).expect("findings")
}

/// The promises that are broken, each with its first example.
fn broken(s: &Server) -> Vec<(&'static str, String)> {
    let broken = found(s).into_iter().filter(|finding| finding.wrong > 0);
    broken.map(|finding| (finding.promise, finding.examples[0].clone())).collect()
}

/// Changes the database behind the back of the service, as nobody may.
fn tamper(s: &Server, sql: &str) {
    let tampered = s.app.db.write(|conn| match conn {
        Conn::Pg(conn) => Ok(conn.batch_execute(sql)?),
        Conn::Sqlite(conn) => Ok(conn.batch_execute(sql)?),
    });
    tampered.expect(sql);
}

on_both! {
    fn a_house_in_order_is_found_in_order(s: &Server) {
        let paid = s.order(Until::PickedUp).code;
        let part = s.order(Until::Confirmed).code;
        let body = json!({"method": "cash", "amount": som(50_000)});
        let payment = s.post(CASHIER, &format!("/v1/orders/{part}/payments"), body).expect(201);
        let body = json!({"payment_id": payment["id"], "amount": som(20_000), "reason": "too much"});
        s.post(CASHIER, &format!("/v1/orders/{part}/refunds"), body).expect(201);
        s.post(OPERATOR, &format!("/v1/orders/{part}/cancel"), json!({"reason": "changed their mind"})).expect(200);
        s.post(CASHIER, &format!("/v1/orders/{part}/refunds"),
            json!({"payment_id": payment["id"], "amount": som(30_000), "reason": "cancelled"})).expect(201);
        s.order(Until::Departed);
        assert_eq!(broken(s), Vec::<(&str, String)>::new(), "{paid}");
        assert!(found(s).len() > 15);
    }

    fn steps_follow_one_another_though_the_clock_went_back(s: &Server) {
        let code = s.order(Until::Requested).code;
        // An instance whose clock was years ahead wrote something down, and then its battery was changed.
        tamper(s, &format!(
            "INSERT INTO events (id, order_id, at, recorded_at, actor, kind, status, place, data, order_version) \
             SELECT 'ffffffff-ffff-7fff-bfff-ffffffffffff', order_id, at, recorded_at, actor, kind, status, place, data, order_version \
             FROM events WHERE order_id = (SELECT id FROM orders WHERE code = '{code}')"
        ));
        s.post(OPERATOR, &format!("/v1/orders/{code}/quote"), offer()).expect(200);
        s.post(OPERATOR, &format!("/v1/orders/{code}/confirm"), json!({})).expect(200);
        let told = s.get(OPERATOR, &format!("/v1/orders/{code}")).expect(200);
        let kinds: Vec<_> = told["timeline"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["order_requested", "order_requested", "order_quoted", "order_confirmed"], "{told}");
        assert_eq!(broken(s), Vec::<(&str, String)>::new());
    }

    fn what_was_changed_behind_our_back_is_named(s: &Server) {
        let code = s.order(Until::Arrived).code;
        let other = s.order(Until::Paid).code;
        tamper(s, &format!("UPDATE orders SET balance_tyiyn = balance_tyiyn + 1 WHERE code = '{code}'"));
        tamper(s, &format!("UPDATE orders SET status = 'purchased' WHERE code = '{other}'"));
        tamper(s, "UPDATE notifications SET state = 'sent', sent_at = NULL WHERE id = (SELECT MIN(id) FROM notifications)");
        let broken = broken(s);
        let promises: Vec<_> = broken.iter().map(|(promise, _)| *promise).collect();
        assert_eq!(promises, [
            "an order's balance is the sum of its postings",
            "an order is where its timeline ends",
            "a message that went says when",
        ], "{broken:?}");
        assert!(broken[0].1.starts_with(&code) && broken[1].1.starts_with(&other), "{broken:?}");
        assert_eq!(s.app.db.snapshot(verify::imbalance_tyiyn).unwrap(), 1);
        tamper(s, &format!("UPDATE orders SET balance_tyiyn = balance_tyiyn - 1 WHERE code = '{code}'"));
        assert_eq!(s.app.db.snapshot(verify::imbalance_tyiyn).unwrap(), 0);
    }
}

#[test]
fn a_posting_that_was_changed_and_a_row_that_names_nothing_are_named_on_sqlite() {
    let (_folder, url) = sqlite_database();
    let s = Server::start(&url);
    let code = s.order(Until::Paid).code;
    tamper(
        &s,
        "DROP TRIGGER postings_no_update; UPDATE postings SET amount_tyiyn = amount_tyiyn + 7 \
                WHERE position = 0 AND journal_id = (SELECT MAX(id) FROM journals)",
    );
    let promises: Vec<_> = broken(&s).into_iter().map(|(promise, _)| promise).collect();
    assert!(promises.contains(&"every journal sums to zero"), "{promises:?}");
    assert_eq!(s.app.db.snapshot(verify::imbalance_tyiyn).unwrap(), 7);
    let file = url.trim_start_matches("sqlite://");
    let mut raw = SqliteConnection::establish(file).unwrap();
    raw.batch_execute(&format!(
        "PRAGMA foreign_keys = OFF; UPDATE orders SET pickup_point_id = 'nowhere' WHERE code = '{code}'"
    ))
    .unwrap();
    assert!(
        broken(&s)
            .iter()
            .any(|(promise, row)| *promise == "every row that is named is there" && row.contains("branches"))
    );
}

#[test]
fn the_command_ends_with_an_error_and_names_what_is_wrong() {
    let shell = Shell::new();
    let missing = shell.run(&["verify"]);
    assert!(missing.failed().contains("there is no database"), "{}", missing.err);
    assert!(!shell.path("data/torugart.db").exists(), "looking makes nothing");
    shell.run(&["staff", "add", "--login", "aida", "--role", "admin", "--password", "three quiet words"]).succeeded();
    assert!(shell.run(&["verify"]).succeeded().ends_with("promises, all kept\n"));
    let mut raw = SqliteConnection::establish(&shell.path("data/torugart.db").display().to_string()).unwrap();
    raw.batch_execute(
        "PRAGMA foreign_keys = OFF; \
         INSERT INTO journals (id, kind, idempotency_key, at, actor) VALUES ('j', 'payment', 'x', '2026-01-01', 'x'); ",
    )
    .unwrap();
    let wrong = shell.run(&["verify"]);
    assert!(
        wrong.failed().contains("every journal has its seal") && wrong.out.contains("journal j has none"),
        "{wrong:?}"
    );
    let json = shell.run(&["verify", "--json"]);
    let findings: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert!(findings.as_array().unwrap().iter().any(|finding| finding["wrong"] == 1), "{findings}");
}
