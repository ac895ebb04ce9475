//! Payment providers: invoices made there, callbacks taken in, and money booked once.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use diesel::prelude::*;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use torugart::acquirers::{Provider, Worked, step};
use torugart::db::{self, schema::acquirer_callbacks};
use torugart::ids::Actor;

use crate::harness::acquirers::{Fake, Mood, Notice, SECRET, form, freedom_pay_signature, write_form};
use crate::harness::server::*;

/// The balance of a confirmed example.
const DUE: i64 = 1_230_400;

/// A server on the same database with this provider switched on.
fn with(s: &Server, provider: Provider) -> (Server, Fake) {
    let fake = Fake::start(provider);
    let server = Server::start_with(s.app.config.database.url.expose_secret(), |config| fake.configure(config));
    (server, fake)
}

fn each(s: &Server, test: impl Fn(&Server, &Fake)) {
    for provider in Provider::ALL {
        let (server, fake) = with(s, *provider);
        test(&server, &fake);
    }
}

fn ask_for(s: &Server, code: &str, provider: Provider) -> Answer {
    s.post(CASHIER, &format!("/v1/orders/{code}/acquiring"), json!({"provider": provider}))
}

/// A confirmed order with an open invoice.
fn invoiced(s: &Server, fake: &Fake) -> (String, Value) {
    let code = s.order(Until::Confirmed).code;
    let invoice = ask_for(s, &code, fake.provider).expect(201);
    (code, invoice)
}

fn deliver(s: &Server, fake: &Fake, notice: &Notice) -> Answer {
    let answer = fake.message(notice, &s.app.config.business.public_url, s.now()).send(s);
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

/// Turns of the worker until nothing is due.
fn work(s: &Server) -> Worked {
    let mut all = Worked::default();
    loop {
        let worked = step(&s.app).expect("a turn");
        all.looked_at += worked.looked_at;
        all.paid += worked.paid;
        if worked.looked_at == 0 {
            return all;
        }
    }
}

/// The verdicts of all callbacks, oldest first.
fn verdicts(s: &Server) -> Vec<String> {
    let query = acquirer_callbacks::table.select(acquirer_callbacks::verdict).order(acquirer_callbacks::id);
    s.app.db.read(|conn| Ok(query.load(conn)?)).expect("verdicts")
}

fn last_verdict(s: &Server) -> String {
    verdicts(s).pop().expect("a callback")
}

/// The amounts of an order's payments, oldest first, all of them into this provider's account.
fn booked(s: &Server, code: &str, provider: Provider) -> Vec<i64> {
    let order = s.see(code);
    let payments = order["payments"].as_array().unwrap();
    assert!(payments.iter().all(|payment| payment["account"] == format!("e_wallet:{provider}")), "{payments:?}");
    payments.iter().map(|payment| payment["amount"]["amount"].as_i64().unwrap()).collect()
}

/// How many audit lines of an object tell this.
fn audited(s: &Server, object: &str, action: &str) -> usize {
    let trail = s.get(AUDITOR, &format!("/v1/audit?object={object}&limit=200")).expect(200);
    trail["items"].as_array().unwrap().iter().filter(|line| line["action"] == action).count()
}

fn status_word(answer: &Answer) -> &str {
    answer.text.split("<pg_status>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or(&answer.text)
}

on_both! {
    fn an_invoice_is_made_and_shown(s: &Server) {
        each(s, |s, fake| {
            let code = s.order(Until::Confirmed).code;
            let invoice = ask_for(s, &code, fake.provider).expect(201);
            let known = fake.known().pop().expect("the provider was asked");
            assert_eq!(known.tyiyn, DUE, "{}", fake.provider);
            assert_eq!((&invoice["amount"], &invoice["state"]), (&som(DUE), &json!("open")));
            assert_eq!((&invoice["order_code"], &invoice["provider"]), (&json!(code), &json!(fake.provider)));
            assert!(invoice["pay_url"].as_str().unwrap().starts_with("https://"), "{invoice}");
            assert!(invoice["provider_invoice_id"].is_string() && invoice["error"].is_null(), "{invoice}");
            assert_eq!(uuid::Uuid::parse_str(&known.reference).unwrap().get_version_num(), 4);
            let part = json!({"provider": fake.provider, "amount": som(12_345)});
            let second = s.post(OPERATOR, &format!("/v1/orders/{code}/acquiring"), part).expect(201);
            assert_eq!(fake.known().pop().unwrap().tyiyn, 12_345, "{}", fake.provider);
            let list = s.get(AUDITOR, &format!("/v1/orders/{code}/acquiring")).expect(200);
            assert_eq!(list["items"], json!([second, invoice]));
            assert_eq!(audited(s, &code, "acquiring.opened"), 2);
            assert_eq!(s.see(&code)["balance"], som(DUE), "an invoice is no money");
        });
    }

    fn a_callback_is_booked_once(s: &Server) {
        each(s, |s, fake| {
            let (code, invoice) = invoiced(s, fake);
            let paid = fake.pay();
            let asked = fake.asked();
            deliver(s, fake, &paid);
            assert_eq!((last_verdict(s), fake.asked()), ("received".to_owned(), asked), "stored, not worked on");
            assert_eq!(work(s), Worked { looked_at: 1, paid: 1 });
            assert_eq!(last_verdict(s), "paid");
            assert_eq!(booked(s, &code, fake.provider), [DUE]);
            let order = s.see(&code);
            assert_eq!((&order["status"], &order["balance"]), (&json!("paid"), &som(0)));
            for _ in 0..3 {
                deliver(s, fake, &paid);
                assert_eq!(work(s), Worked { looked_at: 1, paid: 0 });
                assert_eq!(last_verdict(s), "duplicate");
            }
            assert_eq!(booked(s, &code, fake.provider), [DUE]);
            assert_eq!((audited(s, &code, "acquiring.paid"), audited(s, &code, "acquiring.duplicate")), (1, 3));
            let shown = s.get(CASHIER, &format!("/v1/orders/{code}/acquiring")).expect(200)["items"][0].clone();
            assert_eq!((&shown["id"], &shown["state"]), (&invoice["id"], &json!("paid")));
        });
    }

    fn what_is_forged_or_altered_moves_nothing(s: &Server) {
        each(s, |s, fake| {
            let (code, _) = invoiced(s, fake);
            let paid = fake.pay();
            let elsewhere = uuid::Uuid::now_v7().to_string();
            let is_merchant_named = fake.provider != Provider::MKassa;
            let is_currency_named = matches!(fake.provider, Provider::FreedomPay | Provider::ODengi);
            let mut cases = vec![
                (Notice { is_genuine: false, ..paid.clone() }, "forged", fake.provider.as_str()),
                (Notice { tyiyn: DUE + 1, ..paid.clone() }, "wrong_amount", code.as_str()),
                (Notice { tyiyn: DUE / 100, ..paid.clone() }, "wrong_amount", code.as_str()),
                (Notice { reference: elsewhere, ..paid.clone() }, "unknown_invoice", fake.provider.as_str()),
                (Notice { reference: "x'\u{0}".to_owned(), ..paid.clone() }, "unknown_invoice", fake.provider.as_str()),
                (Notice { is_paid: false, ..paid.clone() }, "not_paid", code.as_str()),
            ];
            if is_merchant_named {
                cases.push((Notice { merchant: "541001", ..paid.clone() }, "foreign_merchant", code.as_str()));
            }
            if is_currency_named {
                cases.push((Notice { currency: "KZT", ..paid.clone() }, "wrong_amount", code.as_str()));
            }
            let before = s.see(&code);
            for (notice, verdict, object) in cases {
                let action = format!("acquiring.{verdict}");
                let lines = audited(s, object, &action);
                deliver(s, fake, &notice);
                assert_eq!(work(s), Worked { looked_at: 1, paid: 0 }, "{notice:?}");
                assert_eq!(last_verdict(s), verdict, "{notice:?}");
                assert_eq!(audited(s, object, &action), lines + 1, "{notice:?}");
                assert_eq!(s.see(&code), before, "{notice:?}");
            }
            // None of it stands in the way of the true one.
            deliver(s, fake, &paid);
            assert_eq!(work(s).paid, 1);
            assert_eq!(booked(s, &code, fake.provider), [DUE]);
        });
    }

    fn a_failure_before_the_payment_does_not_matter_and_after_it_neither(s: &Server) {
        each(s, |s, fake| {
            let (code, _) = invoiced(s, fake);
            let paid = fake.pay();
            let failed = Notice { is_paid: false, ..paid.clone() };
            for notice in [&failed, &paid, &failed] {
                deliver(s, fake, notice);
                work(s);
            }
            let all = verdicts(s);
            assert_eq!(&all[all.len() - 3..], ["not_paid", "paid", "not_paid"]);
            assert_eq!(booked(s, &code, fake.provider), [DUE]);
        });
    }

    fn ten_at_once_are_one_payment(s: &Server) {
        each(s, |s, fake| {
            let (code, _) = invoiced(s, fake);
            let paid = fake.pay();
            let start = Barrier::new(10);
            let booked_by: usize = std::thread::scope(|threads| {
                let calls: Vec<_> = (0..10)
                    .map(|_| {
                        threads.spawn(|| {
                            start.wait();
                            deliver(s, fake, &paid);
                            start.wait();
                            work(s).paid
                        })
                    })
                    .collect();
                calls.into_iter().map(|call| call.join().unwrap()).sum()
            });
            assert_eq!(booked_by, 1);
            assert_eq!(booked(s, &code, fake.provider), [DUE]);
            let all = verdicts(s);
            let count = |verdict| all[all.len() - 10..].iter().filter(|known| *known == verdict).count();
            assert_eq!((count("paid"), count("duplicate")), (1, 9), "{all:?}");
            assert_eq!(audited(s, &code, "acquiring.paid"), 1);
        });
    }

    fn a_provider_that_cannot_be_asked_back_is_asked_later(s: &Server) {
        for provider in [Provider::FreedomPay, Provider::ODengi, Provider::MKassa] {
            let (s, fake) = with(s, provider);
            for mood in [Mood::Broken, Mood::Html, Mood::HangsUp, Mood::Hangs, Mood::Forges] {
                let (code, _) = invoiced(&s, &fake);
                let paid = fake.pay();
                fake.set(mood);
                deliver(&s, &fake, &paid);
                deliver(&s, &fake, &paid);
                let asked = fake.asked();
                assert_eq!(work(&s), Worked { looked_at: 2, paid: 0 }, "{provider} {mood:?}");
                assert_eq!(fake.asked(), asked + 1, "one question finds out that {provider} is away: {mood:?}");
                assert_eq!(last_verdict(&s), "unreachable", "{provider} {mood:?}");
                assert_eq!(booked(&s, &code, provider), [] as [i64; 0]);
                s.advance(TimeDelta::seconds(29));
                assert_eq!(work(&s), Worked::default());
                s.advance(TimeDelta::seconds(1));
                work(&s);
                assert_eq!(audited(&s, &code, "acquiring.unreachable"), 2, "one line each, not one a try");
                fake.set(Mood::Fine);
                s.advance(TimeDelta::seconds(60));
                assert_eq!(work(&s), Worked { looked_at: 2, paid: 1 }, "{provider} {mood:?}");
                assert_eq!(booked(&s, &code, provider), [DUE]);
            }
        }
    }

    fn a_callback_is_believed_only_when_the_provider_confirms_it(s: &Server) {
        for provider in [Provider::FreedomPay, Provider::ODengi, Provider::MKassa] {
            let (s, fake) = with(s, provider);
            let (code, _) = invoiced(&s, &fake);
            let claimed = fake.notice(&fake.known()[0]);
            deliver(&s, &fake, &claimed);
            assert_eq!(work(&s), Worked { looked_at: 1, paid: 0 });
            assert_eq!((last_verdict(&s).as_str(), booked(&s, &code, provider).len()), ("not_paid", 0), "{provider}");
            assert_eq!(audited(&s, &code, "acquiring.not_paid"), 1);
            // It is looked at again for some hours, since a provider's left hand may be slower than its right one.
            let mut looks = 1;
            for _ in 0..24 {
                s.advance(TimeDelta::hours(1));
                looks += work(&s).looked_at;
            }
            assert_eq!((looks, last_verdict(&s).as_str()), (8, "not_paid"));
            let paid = fake.pay();
            assert_eq!(work(&s), Worked::default(), "settled");
            deliver(&s, &fake, &paid);
            assert_eq!(work(&s).paid, 1);
            assert_eq!(booked(&s, &code, provider), [DUE]);
        }
    }

    fn a_late_confirmation_is_still_found(s: &Server) {
        let (s, fake) = with(s, Provider::ODengi);
        let (code, _) = invoiced(&s, &fake);
        deliver(&s, &fake, &fake.notice(&fake.known()[0]));
        work(&s);
        fake.pay();
        s.advance(TimeDelta::seconds(30));
        assert_eq!(work(&s).paid, 1);
        assert_eq!(booked(&s, &code, fake.provider), [DUE]);
    }

    fn another_sum_when_asked_back_is_not_booked(s: &Server) {
        for provider in [Provider::FreedomPay, Provider::ODengi, Provider::MKassa] {
            let (s, fake) = with(s, provider);
            let (code, invoice) = invoiced(&s, &fake);
            let paid = fake.pay();
            fake.set(Mood::OtherSum);
            deliver(&s, &fake, &paid);
            work(&s);
            assert_eq!((last_verdict(&s).as_str(), booked(&s, &code, provider).len()), ("wrong_amount", 0), "{provider}");
            let check = format!("/v1/acquiring/{}/check", invoice["id"].as_str().unwrap());
            s.unchanged_by(|| s.post(CASHIER, &check, json!({}))).expect_problem(502, "acquirer_failed");
        }
    }

    fn a_hanging_provider_delays_no_answer_to_a_callback(s: &Server) {
        let (s, fake) = with(s, Provider::FreedomPay);
        let (code, _) = invoiced(&s, &fake);
        let paid = fake.pay();
        fake.set(Mood::Hangs);
        deliver(&s, &fake, &paid);
        std::thread::scope(|threads| {
            let worker = threads.spawn(|| step(&s.app).unwrap());
            for _ in 0..20 {
                let began = Instant::now();
                assert_eq!(status_word(&deliver(&s, &fake, &paid)), "ok");
                assert!(began.elapsed() < Duration::from_millis(900), "{:?}", began.elapsed());
            }
            assert_eq!(worker.join().unwrap().paid, 0);
        });
        fake.set(Mood::Fine);
        s.advance(TimeDelta::minutes(1));
        assert_eq!(work(&s).paid, 1);
        assert_eq!(booked(&s, &code, fake.provider), [DUE]);
    }

    fn a_worker_that_dies_leaves_its_callbacks_to_another(s: &Server) {
        let (s, fake) = with(s, Provider::MKassa);
        let (code, _) = invoiced(&s, &fake);
        deliver(&s, &fake, &fake.pay());
        let take = |tx: &mut db::Tx| db::claim_callbacks(tx.conn, tx.now, tx.now + TimeDelta::minutes(15), 20);
        assert_eq!(s.app.write_now(&Actor::System, take).unwrap().len(), 1);
        assert_eq!(work(&s), Worked::default(), "the other worker may still live");
        s.advance(TimeDelta::minutes(15));
        assert_eq!(work(&s), Worked { looked_at: 1, paid: 1 });
        assert_eq!(booked(&s, &code, fake.provider), [DUE]);
    }

    fn freedom_pay_hears_what_to_do_with_the_money(s: &Server) {
        let (s, fake) = with(s, Provider::FreedomPay);
        invoiced(&s, &fake);
        let paid = fake.pay();
        let wrong = Notice { tyiyn: 1, ..paid.clone() };
        let unknown = Notice { reference: uuid::Uuid::now_v7().to_string(), ..paid.clone() };
        for (notice, word) in [
            (paid.clone(), "ok"),
            (Notice { is_paid: false, ..paid.clone() }, "ok"),
            (Notice { can_reject: true, ..paid.clone() }, "ok"),
            (wrong.clone(), "error"),
            (Notice { can_reject: true, ..wrong }, "rejected"),
            (unknown.clone(), "error"),
            (Notice { can_reject: true, ..unknown }, "rejected"),
            (Notice { merchant: "1", can_reject: true, ..paid.clone() }, "error"),
        ] {
            let answer = deliver(&s, &fake, &notice);
            assert_eq!(answer.header("content-type"), Some("text/xml; charset=utf-8"));
            assert_eq!(status_word(&answer), word, "{notice:?}");
            let part = |name: &str| answer.text.split(&format!("<{name}>")).nth(1).unwrap().split('<').next().unwrap();
            let said = ["pg_description", "pg_salt", "pg_status"].map(|name| (name.to_owned(), part(name).to_owned()));
            assert_eq!(part("pg_salt"), "s4lt");
            assert_eq!(part("pg_sig"), freedom_pay_signature("callback", &said.into(), SECRET));
        }
        let stranger = deliver(&s, &fake, &Notice { is_genuine: false, can_reject: true, ..paid });
        assert_eq!(status_word(&stranger), "error");
        assert!(!stranger.text.contains("pg_sig") && !stranger.text.contains("s4lt"), "{}", stranger.text);
    }

    fn a_signature_covers_every_field_of_freedom_pay(s: &Server) {
        let (s, fake) = with(s, Provider::FreedomPay);
        let (code, _) = invoiced(&s, &fake);
        let good = fake.message(&fake.pay(), "", s.now());
        let fields = form(good.body.as_bytes());
        for name in fields.keys() {
            let mut changed = fields.clone();
            changed.insert(name.clone(), format!("{}0", fields[name]));
            let mut left_out = fields.clone();
            left_out.remove(name);
            for fields in [changed, left_out] {
                let mut message = good.clone();
                message.body = write_form(&fields);
                assert_eq!(status_word(&message.send(&s)), "error", "{name}");
            }
        }
        work(&s);
        assert!(verdicts(&s).iter().all(|verdict| verdict == "forged"), "{:?}", verdicts(&s));
        assert_eq!(booked(&s, &code, fake.provider), [] as [i64; 0]);
    }

    fn a_cashier_asks_without_waiting_for_a_callback(s: &Server) {
        for provider in [Provider::FreedomPay, Provider::ODengi, Provider::MKassa] {
            let (s, fake) = with(s, provider);
            let (code, invoice) = invoiced(&s, &fake);
            let check = format!("/v1/acquiring/{}/check", invoice["id"].as_str().unwrap());
            assert_eq!(s.post(CASHIER, &check, json!({})).expect(200), invoice, "{provider}");
            let paid = fake.pay();
            let checked = s.post(CASHIER, &check, json!({})).expect(200);
            assert_eq!((&checked["state"], booked(&s, &code, provider)), (&json!("paid"), vec![DUE]), "{provider}");
            assert_eq!(s.post(CASHIER, &check, json!({})).expect(200), checked);
            deliver(&s, &fake, &paid);
            assert_eq!(work(&s).paid, 0);
            assert_eq!((last_verdict(&s).as_str(), booked(&s, &code, provider)), ("duplicate", vec![DUE]), "{provider}");
            assert_eq!(audited(&s, &code, "acquiring.paid"), 1);
            for mood in [Mood::Hangs, Mood::Html, Mood::Refuses] {
                fake.set(mood);
                s.unchanged_by(|| s.post(CASHIER, &check, json!({}))).expect_problem(502, "acquirer_failed");
                fake.set(Mood::Fine);
            }
        }
        let (s, fake) = with(s, Provider::Finik);
        let (_, invoice) = invoiced(&s, &fake);
        let check = format!("/v1/acquiring/{}/check", invoice["id"].as_str().unwrap());
        s.unchanged_by(|| s.post(CASHIER, &check, json!({}))).expect_problem(409, "acquirer_silent");
        let unknown = format!("/v1/acquiring/{}/check", uuid::Uuid::now_v7());
        s.unchanged_by(|| s.post(CASHIER, &unknown, json!({}))).expect_problem(404, "not_found");
    }

    fn money_is_booked_whatever_became_of_the_order(s: &Server) {
        each(s, |s, fake| {
            let (cancelled, _) = invoiced(s, fake);
            deliver(s, fake, &fake.pay());
            s.post(OPERATOR, &format!("/v1/orders/{cancelled}/cancel"), json!({"reason": "no"})).expect(200);
            assert_eq!(work(s).paid, 1);
            let order = s.see(&cancelled);
            assert_eq!((&order["status"], &order["balance"]), (&json!("cancelled"), &som(-DUE)));
            let arrived = s.order(Until::Arrived).code;
            ask_for(s, &arrived, fake.provider).expect(201);
            let paid = fake.pay();
            s.pay_balance(&arrived);
            s.post(CASHIER, &format!("/v1/orders/{arrived}/hand-over"), json!({})).expect(200);
            deliver(s, fake, &paid);
            assert_eq!(work(s).paid, 1);
            let order = s.see(&arrived);
            assert_eq!((&order["status"], &order["balance"]), (&json!("picked_up"), &som(-paid.tyiyn)));
        });
    }

    fn an_invoice_that_the_provider_does_not_make_says_why(s: &Server) {
        each(s, |s, fake| {
            for mood in [Mood::Broken, Mood::Html, Mood::HangsUp, Mood::Hangs, Mood::Refuses, Mood::Forges] {
                let code = s.order(Until::Confirmed).code;
                let path = format!("/v1/orders/{code}/acquiring");
                fake.set(mood);
                let key = uuid::Uuid::now_v7().to_string();
                let body = json!({"provider": fake.provider});
                let problem = s.post_keyed(CASHIER, &path, &key, body.clone()).expect_problem(502, "acquirer_failed");
                fake.set(Mood::Fine);
                let failed = s.get(CASHIER, &path).expect(200)["items"][0].clone();
                assert_eq!((&failed["state"], &failed["id"]), (&json!("failed"), &problem["invoice"]), "{mood:?}");
                assert!(failed["error"].is_string() && failed["pay_url"].is_null(), "{failed}");
                assert_eq!(audited(s, &code, "acquiring.failed"), 1);
                // The same intention has the same end; a fresh key is a fresh one.
                s.unchanged_by(|| s.post_keyed(CASHIER, &path, &key, body)).expect_problem(502, "acquirer_failed");
                ask_for(s, &code, fake.provider).expect(201);
            }
        });
    }

    fn money_that_comes_for_an_invoice_whose_answer_was_lost_is_booked(s: &Server) {
        for provider in [Provider::FreedomPay, Provider::ODengi, Provider::MKassa] {
            let (s, fake) = with(s, provider);
            let code = s.order(Until::Confirmed).code;
            fake.set(Mood::Hangs);
            ask_for(&s, &code, provider).expect_problem(502, "acquirer_failed");
            // The question arrived all the same: the provider goes on with it when it wakes up.
            fake.set(Mood::Fine);
            let began = Instant::now();
            while fake.known().is_empty() {
                assert!(began.elapsed() < Duration::from_secs(20), "the fake never woke up");
                std::thread::yield_now();
            }
            deliver(&s, &fake, &fake.pay());
            assert_eq!(work(&s).paid, 1, "{provider}");
            assert_eq!(booked(&s, &code, provider), [DUE]);
        }
    }

    fn one_intention_is_one_invoice(s: &Server) {
        let (s, fake) = with(s, Provider::FreedomPay);
        let code = s.order(Until::Confirmed).code;
        let path = format!("/v1/orders/{code}/acquiring");
        let body = json!({"provider": "freedom_pay"});
        let first = s.post_keyed(CASHIER, &path, "once", body.clone());
        let again = s.unchanged_by(|| s.post_keyed(CASHIER, &path, "once", body));
        assert_eq!(first.expect(201), again.expect(201));
        assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), (None, Some("true")));
        assert_eq!(fake.known().len(), 1);
        let other = json!({"provider": "freedom_pay", "amount": som(100)});
        let reused = s.unchanged_by(|| s.post_keyed(CASHIER, &path, "once", other));
        reused.expect_problem(422, "idempotency_key_reused");
    }

    fn what_cannot_be_invoiced_is_refused(s: &Server) {
        let (s, fake) = with(s, Provider::ODengi);
        let code = s.order(Until::Confirmed).code;
        let path = format!("/v1/orders/{code}/acquiring");
        let post = |by: As, path: &str, body: Value| s.unchanged_by(|| s.post(by, path, body));
        for (pointer, body) in [
            ("/provider", json!({"provider": "megapay"})),
            ("/provider", json!({})),
            ("/amount", json!({"provider": "odengi", "amount": som(DUE + 1)})),
            ("/amount", json!({"provider": "odengi", "amount": som(0)})),
            ("/amount", json!({"provider": "odengi", "amount": {"amount": 100, "currency": "USD"}})),
            ("/amount/amount", json!({"provider": "odengi", "amount": {"amount": 0.5, "currency": "KGS"}})),
            ("/wallet", json!({"provider": "odengi", "wallet": "x"})),
        ] {
            let problem = post(CASHIER, &path, body).expect_problem(422, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        }
        let off = post(CASHIER, &path, json!({"provider": "mkassa"})).expect_problem(409, "acquirer_not_configured");
        assert!(off["detail"].as_str().unwrap().contains("acquirers.mkassa"), "{off}");
        post(WAREHOUSE, &path, json!({"provider": "odengi"})).expect_problem(403, "forbidden");
        let requested = format!("/v1/orders/{}/acquiring", s.order(Until::Requested).code);
        post(CASHIER, &requested, json!({"provider": "odengi"})).expect_problem(409, "nothing_due");
        assert_eq!(fake.known(), [], "nothing was asked of the provider");
    }

    fn a_callback_to_nobody_is_not_stored(s: &Server) {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        for path in [
            "/v1/acquirers/freedom_pay/callback",
            "/v1/acquirers/odengi/callback",
            "/v1/acquirers/mkassa/callback/guess",
            "/v1/acquirers/megapay/callback",
        ] {
            s.unchanged_by(|| s.send("POST", ANYONE, path, &form, "a=1")).expect_problem(404, "not_found");
        }
        let (s, _fake) = with(s, Provider::MKassa);
        for path in ["/v1/acquirers/mkassa/callback", "/v1/acquirers/finik/callback"] {
            s.unchanged_by(|| s.send("POST", ANYONE, path, &form, "a=1")).expect_problem(404, "not_found");
        }
    }

    fn a_callback_is_kept_as_it_came_up_to_a_limit(s: &Server) {
        let (s, _fake) = with(s, Provider::FreedomPay);
        let path = "/v1/acquirers/freedom_pay/callback";
        let largest = format!("pg_sig={}", "x".repeat(64 * 1024 - 7));
        assert_eq!(s.send("POST", ANYONE, path, &[("signature", "a"), ("cookie", "b")], &largest).status, 200);
        let too_large = format!("{largest}x");
        s.unchanged_by(|| s.send("POST", ANYONE, path, &[], &too_large)).expect_problem(413, "body_too_large");
        for nonsense in ["", "\u{0}", "{\"a\": 1}", "<xml/>", "pg_sig=%ff"] {
            assert_eq!(s.send("POST", ANYONE, path, &[("content-type", "text/xml")], nonsense).status, 200);
        }
        assert_eq!(work(&s), Worked { looked_at: 6, paid: 0 });
        assert_eq!(verdicts(&s), ["forged"; 6]);
        let query = acquirer_callbacks::table
            .select((acquirer_callbacks::body, acquirer_callbacks::headers))
            .order(acquirer_callbacks::id);
        let (body, headers): (Vec<u8>, String) = s.app.db.read(|conn| Ok(query.first(conn)?)).unwrap();
        assert_eq!((body, headers.as_str()), (largest.into_bytes(), r#"{"signature":"a"}"#));
        for statement in [
            "UPDATE acquirer_callbacks SET headers = '{}'",
            "UPDATE acquirer_callbacks SET provider = 'finik'",
            "DELETE FROM acquirer_callbacks",
        ] {
            let word = s.refused_by_database(&[statement]);
            assert!(word.contains("a callback is kept as it came"), "{word}");
        }
    }

    fn a_booked_payment_stays_in_the_list(s: &Server) {
        let (s, fake) = with(s, Provider::MKassa);
        invoiced(&s, &fake);
        deliver(&s, &fake, &fake.pay());
        assert_eq!(work(&s).paid, 1);
        for statement in ["UPDATE acquirer_payments SET amount_tyiyn = 1", "DELETE FROM acquirer_payments"] {
            let word = s.refused_by_database(&[statement]);
            assert!(word.contains("a payment stays"), "{word}");
        }
    }

    fn finiks_signature_is_good_for_five_minutes(s: &Server) {
        let (s, fake) = with(s, Provider::Finik);
        let (code, _) = invoiced(&s, &fake);
        let message = fake.message(&fake.pay(), &s.app.config.business.public_url, s.now());
        s.advance(TimeDelta::seconds(301));
        assert_eq!(message.send(&s).status, 200);
        work(&s);
        assert_eq!((last_verdict(&s).as_str(), booked(&s, &code, fake.provider).len()), ("forged", 0));
        s.advance(TimeDelta::seconds(-2));
        assert_eq!(message.send(&s).status, 200);
        // It is judged by the time when it came, however late the worker is.
        s.advance(TimeDelta::hours(1));
        assert_eq!(work(&s).paid, 1);
    }

    fn the_payment_of_one_invoice_is_not_that_of_another(s: &Server) {
        each(s, |s, fake| {
            if matches!(fake.provider, Provider::Finik | Provider::ODengi) {
                return; // One cannot be asked; the other knows a payment by its invoice alone.
            }
            let (victim, _) = invoiced(s, fake);
            let unpaid = fake.known().pop().unwrap().reference;
            invoiced(s, fake);
            // Signed as it must be, and about the same sum: only the invoice is another one.
            deliver(s, fake, &Notice { reference: unpaid, ..fake.pay() });
            assert_eq!(work(s), Worked { looked_at: 1, paid: 0 }, "{}", fake.provider);
            assert_eq!(booked(s, &victim, fake.provider), Vec::<i64>::new(), "{}", fake.provider);
        });
    }
}
