//! What waits on the shelves: storage is charged day by day and once, customers are reminded, nothing leaves by itself.

use chrono::TimeDelta;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use torugart::config::Config;
use torugart::storage;

use crate::harness::program::Shell;
use crate::harness::server::*;
use crate::harness::warehouse::{plain, words};

/// A day of storage of one parcel, from the second of June on: what arrives on the 25th of May is free for a week.
const FEE: i64 = 5_000;

/// A tariff with a storage fee.
fn tariff(s: &Server) {
    let tariff = json!({
        "price_per_kg": {"amount": 300, "currency": "USD"}, "min_weight_g": 100, "free_storage_days": 7,
        // Customers pay whole som.
        "storage_fee_per_day": som(FEE + 40),
    });
    s.put(ADMIN, "/v1/tariffs", tariff).expect(200);
}

/// A paid order of one parcel that arrived today.
fn waiting(s: &Server) -> String {
    let code = s.order(Until::Arrived).code;
    s.pay_balance(&code);
    code
}

fn configured(s: &Server, change: impl FnOnce(&mut Config)) -> Server {
    Server::start_with(s.app.config.database.url.expose_secret(), change)
}

fn days(s: &Server, days: i64) {
    s.advance(TimeDelta::days(days));
}

fn sweep(s: &Server, body: Value) -> Value {
    s.post(OPERATOR, "/v1/storage/sweep", body).expect(200)
}

/// A dry run, which leaves everything as it is.
fn dry(s: &Server) -> Value {
    let headers = [("content-type", "application/json")];
    s.unchanged_by(|| s.send("POST", OPERATOR, "/v1/storage/sweep", &headers, r#"{"dry_run": true}"#)).expect(200)
}

fn balance(s: &Server, code: &str) -> Value {
    s.see(code)["balance"].clone()
}

fn journals(s: &Server, code: &str, kind: &str) -> Vec<Value> {
    let ledger = s.get(AUDITOR, &format!("/v1/orders/{code}/ledger")).expect(200);
    ledger["journals"].as_array().unwrap().iter().filter(|journal| journal["kind"] == kind).cloned().collect()
}

fn hand_over(s: &Server, code: &str) -> Answer {
    s.post(CASHIER, &format!("/v1/orders/{code}/hand-over"), json!({}))
}

on_both! {
    fn a_day_of_storage_is_charged_once(s: &Server) {
        tariff(s);
        let code = waiting(s);
        days(s, 7);
        assert_eq!((balance(s, &code), dry(s)["counts"]["fees"].clone()), (som(0), json!(0)), "the last free day");
        days(s, 2);
        assert_eq!(balance(s, &code), som(2 * FEE), "owed although no sweep came");
        assert_eq!(s.see(&code)["storage"], som(2 * FEE));
        assert_eq!(s.get(ANYONE, &format!("/v1/track/{code}")).expect(200)["balance_due"], som(2 * FEE));
        assert_eq!(journals(s, &code, "storage").len(), 0);
        let swept = sweep(s, json!({}));
        assert_eq!((&swept["counts"]["fees"], &swept["counts"]["amount"]), (&json!(1), &som(2 * FEE)));
        let fee = &swept["items"][0]["fees"][0];
        assert_eq!((&fee["from_day"], &fee["through_day"], &fee["days"]), (&json!("2026-06-02"), &json!("2026-06-03"), &json!(2)));
        assert_eq!(sweep(s, json!({}))["counts"]["orders"], 0, "the same day again");
        assert_eq!((balance(s, &code), journals(s, &code, "storage").len()), (som(2 * FEE), 1));
        days(s, 1);
        sweep(s, json!({}));
        assert_eq!((balance(s, &code), journals(s, &code, "storage").len()), (som(3 * FEE), 2));
        assert_eq!(s.kinds(&code).iter().filter(|kind| *kind == "storage_charged").count(), 2);
    }

    fn the_desk_asks_for_what_is_due_up_to_now(s: &Server) {
        tariff(s);
        let code = waiting(s);
        days(s, 10);
        let problem = hand_over(s, &code).expect_problem(409, "balance_due");
        assert_eq!(problem["balance"], som(3 * FEE));
        assert_eq!(journals(s, &code, "storage").len(), 0, "a refusal leaves nothing");
        let paid = s.pay_balance(&code);
        assert_eq!((&paid["amount"], &paid["balance"]), (&som(3 * FEE), &som(0)));
        assert_eq!(journals(s, &code, "storage").len(), 1);
        assert_eq!(hand_over(s, &code).expect(200)["status"], "picked_up");
        days(s, 10);
        assert_eq!((balance(s, &code), sweep(s, json!({}))["counts"]["orders"].clone()), (som(0), json!(0)));
        let act = s.get(CASHIER, &format!("/v1/orders/{code}/hand-over-act")).expect(200);
        assert_eq!(act["storage"], som(3 * FEE));
    }

    fn a_fee_can_be_let_off_and_stays_let_off(s: &Server) {
        tariff(s);
        let code = waiting(s);
        days(s, 9);
        sweep(s, json!({}));
        let journal = journals(s, &code, "storage")[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/orders/{code}/journals/{journal}/reverse");
        let back = s.post(OPERATOR, &path, json!({"reason": "the branch was closed"})).expect(201);
        assert_eq!((&back["balance"], balance(s, &code)), (&som(0), som(0)));
        assert_eq!(sweep(s, json!({}))["counts"]["orders"], 0);
        days(s, 1);
        assert_eq!(balance(s, &code), som(FEE), "only the day that follows");
        s.post(ADMIN, &format!("/v1/orders/{code}/cancel"), json!({"reason": "abandoned"})).expect(200);
        days(s, 5);
        let paid: i64 = journals(s, &code, "payment").iter().map(|journal| journal["postings"][0]["amount"]["amount"].as_i64().unwrap()).sum();
        assert_eq!(balance(s, &code), som(-paid), "a cancelled order owes no storage");
    }

    fn each_parcel_costs_and_only_what_the_customer_was_told_of(s: &Server) {
        tariff(s);
        let numbers = ["YT7000000000001", "YT7000000000002", "YT7000000000003"];
        let code = s.buy(request(), &numbers);
        numbers.iter().for_each(|number| { s.receive(number); });
        let truck = s.departed_with(&numbers);
        s.ship(&truck, "arrive", json!({"barcodes": numbers[..2]})).expect(200);
        days(s, 30);
        let before = balance(s, &code);
        assert_eq!(dry(s)["counts"]["orders"], 0, "who was told of nothing pays for nothing");
        s.post(OPERATOR, &format!("/v1/orders/{code}/release"), json!({})).expect(200);
        days(s, 8);
        let due = before["amount"].as_i64().unwrap() + 2 * FEE;
        assert_eq!(balance(s, &code), som(due), "two parcels, one day");
        sweep(s, json!({}));
        s.ship(&truck, "arrive", json!({"barcodes": numbers[2..]})).expect(200);
        let with_freight = balance(s, &code);
        days(s, 7);
        assert_eq!(balance(s, &code), with_freight, "the message of the rest named new free days");
        days(s, 1);
        assert_eq!(balance(s, &code), som(with_freight["amount"].as_i64().unwrap() + 3 * FEE));
    }

    fn who_wants_to_be_left_alone_is_not_reminded(s: &Server) {
        tariff(s);
        let code = waiting(s);
        let client_code = s.see(&code)["customer"]["client_code"].as_str().unwrap().to_owned();
        let path = format!("/v1/customers/{client_code}/messages");
        s.put(CASHIER, &path, json!({"opted_out": true})).expect(200);
        days(s, 5);
        assert_eq!(dry(s)["items"], json!([]), "no sweep lists for ever what is never told");
        // One message is enough, whichever way it goes.
        s.put(CASHIER, &path, json!({"channels": ["email"], "opted_out": false})).expect(200);
        assert_eq!(sweep(s, json!({}))["items"][0]["reminders"], json!(["storage-reminder"]));
        assert_eq!((s.told("storage-reminder", "sms").len(), s.told("storage-reminder", "email").len()), (0, 1));
        assert_eq!(sweep(s, json!({}))["items"], json!([]));
    }

    fn a_dry_run_lists_exactly_what_the_sweep_then_does(s: &Server) {
        tariff(s);
        let codes: Vec<_> = (0..3).map(|_| waiting(s)).collect();
        days(s, 3);
        let later = waiting(s);
        days(s, 7);
        let listed = dry(s);
        assert_eq!(listed["dry_run"], true);
        assert_eq!(words(&listed["items"], "order_code"), codes.iter().chain([&later]).collect::<Vec<_>>());
        let counts = json!({"orders": 4, "fees": 3, "reminders": 4, "uncollected": 3, "amount": som(9 * FEE)});
        assert_eq!(listed["counts"], counts);
        // Part by part, and all of it.
        let first = sweep(s, json!({"limit": 3}));
        let rest = sweep(s, json!({"limit": 3, "cursor": first["next_cursor"]}));
        let done: Vec<_> = [&first, &rest].iter().flat_map(|part| part["items"].as_array().unwrap().clone()).collect();
        assert_eq!((json!(done), &rest["next_cursor"]), (listed["items"].clone(), &Value::Null));
        assert_eq!(dry(s)["items"], json!([]), "nothing is left to do");
        for (code, item) in codes.iter().zip(&done) {
            assert_eq!(balance(s, code), item["balance"]);
        }
    }

    fn a_customer_is_reminded_once_before_it_costs_and_once_when_nobody_came(s: &Server) {
        tariff(s);
        let code = waiting(s);
        days(s, 4);
        sweep(s, json!({}));
        assert_eq!(s.told("storage-reminder", "sms").len(), 0, "three days are left");
        for _ in 0..4 {
            days(s, 1);
            sweep(s, json!({}));
        }
        let told: Vec<_> = s.told("storage-reminder", "sms").iter().map(|text| plain(text)).collect();
        assert_eq!((told.len(), s.told("storage-reminder", "email").len()), (1, 1));
        assert!(told[0].contains("01.06.2026") && told[0].contains("50 сом") && told[0].contains(&code), "{told:?}");
        assert_eq!(s.get(OPERATOR, "/v1/orders?uncollected=true").expect(200)["items"], json!([]));
        days(s, 2);
        let swept = sweep(s, json!({}));
        assert_eq!((&swept["items"][0]["uncollected"], &swept["items"][0]["reminders"]), (&json!(true), &json!(["uncollected"])));
        days(s, 1);
        sweep(s, json!({}));
        assert_eq!((s.told("uncollected", "sms").len(), s.told("uncollected", "email").len()), (1, 1));
        let list = s.get(OPERATOR, "/v1/orders?uncollected=true").expect(200);
        assert_eq!(words(&list["items"], "code"), [&code]);
        assert_eq!(s.kinds(&code).iter().filter(|kind| *kind == "order_uncollected").count(), 1);
        let standing = s.get(CASHIER, "/v1/storage").expect(200)["items"][0].clone();
        let expected = json!({"branch": "BISH", "parcels": 1, "orders": 1, "uncollected": 1, "charged": som(4 * FEE), "oldest_at": standing["oldest_at"]});
        assert_eq!(standing, expected);
        // It still lies there, and whoever comes gets it.
        assert_eq!(s.status(&code), "ready_for_pickup");
        s.pay_balance(&code);
        assert_eq!(hand_over(s, &code).expect(200)["status"], "picked_up");
        assert_eq!(s.get(OPERATOR, "/v1/orders?uncollected=true").expect(200)["items"], json!([]));
    }

    fn who_was_never_told_is_neither_reminded_nor_charged(s: &Server) {
        use diesel::prelude::*;
        tariff(s);
        let (told, untold) = (waiting(s), waiting(s));
        let forget = diesel::sql_query("UPDATE orders SET announced_at = NULL WHERE code = $1");
        s.app.db.write(|conn| Ok(forget.clone().bind::<diesel::sql_types::Text, _>(&untold).execute(conn)?)).unwrap();
        days(s, 20);
        let swept = sweep(s, json!({}));
        assert_eq!(words(&swept["items"], "order_code"), [&told]);
        assert_eq!((balance(s, &untold), s.see(&untold)["uncollected_at"].clone()), (som(0), Value::Null));
    }

    fn where_storage_costs_nothing_nobody_is_told_that_it_will(s: &Server) {
        let code = waiting(s);
        for _ in 0..9 {
            days(s, 1);
            assert_eq!(sweep(s, json!({}))["counts"]["orders"], 0);
        }
        days(s, 1);
        assert_eq!(sweep(s, json!({}))["counts"], json!({"orders": 1, "fees": 0, "reminders": 1, "uncollected": 1, "amount": som(0)}));
        assert_eq!((balance(s, &code), s.told("storage-reminder", "sms").len()), (som(0), 0));
    }

    fn a_parcel_that_nobody_takes_does_not_cost_without_end(s: &Server) {
        let s = &configured(s, |config| config.business.storage_fee_most_days = 3);
        tariff(s);
        let code = waiting(s);
        days(s, 9);
        sweep(s, json!({}));
        days(s, 100);
        sweep(s, json!({}));
        assert_eq!(balance(s, &code), som(3 * FEE));
    }

    fn of_several_processes_one_sweeps_once_an_hour(s: &Server) {
        tariff(s);
        let other = configured(s, |_| {});
        let code = waiting(s);
        for server in [s, &other] {
            days(server, 9);
        }
        let swept = storage::step(&s.app).unwrap().expect("the first takes the turn");
        assert_eq!(swept.iter().map(|swept| &swept.code).collect::<Vec<_>>(), [&code]);
        assert!(storage::step(&other.app).unwrap().is_none());
        other.advance(TimeDelta::minutes(59));
        assert!(storage::step(&other.app).unwrap().is_none());
        other.advance(TimeDelta::minutes(1));
        assert_eq!(storage::step(&other.app).unwrap().map(|swept| swept.len()), Some(0));
        let audit = s.get(AUDITOR, &format!("/v1/audit?object={code}")).expect(200);
        let line = audit["items"].as_array().unwrap().iter().find(|line| line["action"] == "storage.swept").unwrap();
        assert_eq!((&line["by"], &line["detail"]["fees"][0]["days"]), (&json!("system"), &json!(2)));
    }

    fn a_sweep_is_for_the_desk(s: &Server) {
        for by in [CASHIER, WAREHOUSE, AUDITOR] {
            s.post(by, "/v1/storage/sweep", json!({})).expect_problem(403, "forbidden");
        }
        s.post(OPERATOR, "/v1/storage/sweep", json!({"limit": 201})).expect_problem(422, "validation_failed");
        s.post(OPERATOR, "/v1/storage/sweep", json!({"dry": true})).expect_problem(422, "validation_failed");
    }
}

#[test]
fn the_command_sweeps_or_tells_what_it_would_do() {
    let shell = Shell::new();
    let listed = shell.run(&["sweep", "--dry-run", "--json"]);
    let listed: Value = serde_json::from_str(listed.succeeded()).expect("JSON");
    assert_eq!((&listed["dry_run"], &listed["items"]), (&json!(true), &json!([])));
    assert_eq!(shell.run(&["sweep"]).succeeded(), "0 orders: done.\n");
}
