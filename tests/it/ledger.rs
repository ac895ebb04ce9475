//! Double entry: the shape of each journal, and a database that refuses a wrong one by itself.

use serde_json::{Value, json};
use torugart::error::Error;
use torugart::ids::Actor;
use torugart::ledger::{self, Account, Entry, Kind};

use crate::harness::server::*;

fn journals_of(s: &Server, code: &str) -> Value {
    s.get(AUDITOR, &format!("/v1/orders/{code}/ledger")).expect(200)
}

fn legs(journal: &Value) -> Vec<(String, i64)> {
    let leg = |leg: &Value| {
        assert_eq!(leg["amount"]["currency"], "KGS");
        (leg["account"].as_str().unwrap().to_owned(), leg["amount"]["amount"].as_i64().unwrap())
    };
    journal["postings"].as_array().unwrap().iter().map(leg).collect()
}

/// Ids of the only journal and of the order of a database with one confirmed order.
fn sealed_journal(s: &Server) -> (String, String) {
    use diesel::prelude::*;
    use torugart::db::schema::journals;
    s.order(Until::Confirmed);
    let row = |conn: &mut torugart::db::Conn| {
        Ok(journals::table.select((journals::id, journals::order_id.assume_not_null())).first(conn)?)
    };
    s.app.db.read(row).unwrap()
}

fn new_journal(order: &str) -> String {
    format!(
        "INSERT INTO journals (id, order_id, kind, idempotency_key, at, actor) \
         VALUES ('j', '{order}', 'payment', 'k', '2026-05-25 09:00:00', 'nobody')"
    )
}

fn posting(journal: &str, position: i32, tyiyn: i64) -> String {
    format!(
        "INSERT INTO postings (journal_id, position, account, amount_tyiyn) VALUES ('{journal}', {position}, 'bank', {tyiyn})"
    )
}

const SEAL: &str = "INSERT INTO journal_seals (journal_id) VALUES ('j')";

on_both! {
    fn an_order_leaves_journals_of_these_shapes(s: &Server) {
        let code = s.order(Until::PickedUp).code;
        let ledger = journals_of(s, &code);
        assert_eq!(ledger["balance"], som(0));
        let customer = format!("receivable:{code}");
        let owner = |account: &str| account.replace("customer", &customer);
        let expected = [
            (
                "charge",
                "operator",
                vec![("customer", 1_230_400), ("goods", -1_157_100), ("domestic_delivery", -15_400), ("service", -57_900)],
            ),
            ("payment", "cashier", vec![("cash:BISH:1", 1_230_400), ("customer", -1_230_400)]),
            // 4.3 kg x 3.00 USD x 87.45 = 1 128.105 som
            ("freight", "warehouse", vec![("customer", 112_800), ("freight", -112_800)]),
            ("payment", "cashier", vec![("cash:BISH:1", 112_800), ("customer", -112_800)]),
        ];
        let journals = ledger["journals"].as_array().unwrap();
        assert_eq!(journals.len(), expected.len(), "{journals:#?}");
        for (journal, (kind, by, shape)) in journals.iter().zip(expected) {
            assert_eq!((&journal["kind"], &journal["by"], &journal["reverses"]), (&json!(kind), &json!(by), &Value::Null));
            let shape: Vec<_> = shape.iter().map(|(account, tyiyn)| (owner(account), *tyiyn)).collect();
            assert_eq!(legs(journal), shape, "{kind}");
        }
    }

    fn money_goes_back_to_where_it_came_from(s: &Server) {
        for (method, account) in [("cash", "cash:BISH:1"), ("bank_transfer", "bank"), ("e_wallet", "e_wallet")] {
            let code = s.order(Until::Confirmed).code;
            let body = json!({"method": method, "amount": som(500), "reference": "ref 1", "note": "by the son"});
            let payment = s.post(CASHIER, &format!("/v1/orders/{code}/payments"), body).expect(201)["id"].clone();
            let body = json!({"payment_id": payment, "amount": som(200), "reason": "too much"});
            s.post(CASHIER, &format!("/v1/orders/{code}/refunds"), body).expect(201);
            let ledger = journals_of(s, &code);
            let (paid, back) = (&ledger["journals"][1], &ledger["journals"][2]);
            assert_eq!(legs(paid)[0], (account.to_owned(), 500));
            assert_eq!(back["reverses"], paid["id"]);
            assert_eq!(legs(back), [(format!("receivable:{code}"), 200), (account.to_owned(), -200)]);
        }
    }

    fn a_cancellation_takes_each_charge_back_in_a_journal_of_its_own(s: &Server) {
        let code = s.order(Until::Arrived).code;
        s.post(ADMIN, &format!("/v1/orders/{code}/cancel"), json!({"reason": "burnt"})).expect(200);
        let ledger = journals_of(s, &code);
        let journals = ledger["journals"].as_array().unwrap();
        let kinds: Vec<_> = journals.iter().map(|journal| journal["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["charge", "payment", "freight", "cancellation", "cancellation"]);
        for (back, charge) in [(3, 0), (4, 2)] {
            assert_eq!(journals[back]["reverses"], journals[charge]["id"]);
            let negated: Vec<_> = legs(&journals[charge]).into_iter().map(|(account, tyiyn)| (account, -tyiyn)).collect();
            assert_eq!(legs(&journals[back]), negated);
        }
        assert_eq!(ledger["balance"], som(-1_230_400));
    }

    fn the_database_refuses_a_journal_that_does_not_sum_to_zero(s: &Server) {
        let (_, order) = sealed_journal(s);
        let journal = new_journal(&order);
        let word = s.refused_by_database(&[&journal, &posting("j", 0, 100), &posting("j", 1, -99), SEAL]);
        assert!(word.contains("a journal must sum to zero"), "{word}");
        let word = s.refused_by_database(&[&journal, SEAL]);
        assert!(word.contains("a journal must sum to zero"), "{word}");
        s.refused_by_database(&[&journal, &posting("j", 0, 0)]);
    }

    fn a_journal_that_does_not_sum_to_zero_is_refused_before_the_database_is_asked(s: &Server) {
        let (_, order) = sealed_journal(s);
        let entry = || Entry::new(Kind::Correction, "test");
        for wrong in [
            entry(),
            entry().debit(Account::Bank, 0).credit(Account::Freight, 0),
            entry().debit(Account::Bank, 100).credit(Account::Freight, 99),
            entry().debit(Account::Bank, i64::MAX).debit(Account::Freight, i64::MAX).debit(Account::Goods, 2),
        ] {
            let one = s.app.write_now(&Actor::System, |tx| ledger::post(tx, &wrong).map(drop));
            let many = s.app.write_now(&Actor::System, |tx| ledger::post_all(tx, std::slice::from_ref(&wrong)));
            for outcome in [one, many] {
                let Err(Error::Startup(said)) = outcome else { panic!("{outcome:?} for {wrong:?}") };
                assert_eq!(said, "the journal test does not sum to zero");
            }
        }
        let right = entry().debit(Account::Bank, 100).credit(Account::Freight, 100);
        s.app.write_now(&Actor::System, |tx| ledger::post(tx, &right).map(drop)).unwrap();
        let is_posted = |fact: &str| s.app.read_now(&Actor::System, |tx| ledger::is_posted(tx, fact)).unwrap();
        assert!(is_posted("test") && !is_posted("another"));
        let order = [serde_json::from_value(json!(order)).unwrap()];
        let three = Entry::new(Kind::Correction, "three legs").of_order(&order[0]);
        let three = three.debit(Account::Bank, 3).credit(Account::Goods, 1).credit(Account::Goods, 2);
        s.app.write_now(&Actor::System, |tx| ledger::post_all(tx, std::slice::from_ref(&three))).unwrap();
        let facts = |kind| s.app.read_now(&Actor::System, |tx| ledger::facts_of(tx, &order, kind)).unwrap();
        assert_eq!((facts(Kind::Correction), facts(Kind::Freight)), (vec!["three legs".to_owned()], Vec::new()));
        let balance = |account: &str| s.app.read_now(&Actor::System, |tx| ledger::balance(tx, account)).unwrap();
        assert_eq!((balance("bank"), balance("freight")), (103, -100));
    }

    fn the_database_refuses_a_journal_without_a_seal_when_it_is_committed(s: &Server) {
        let (_, order) = sealed_journal(s);
        let word = s.refused_by_database(&[&new_journal(&order), &posting("j", 0, 100), &posting("j", 1, -100)]);
        assert!(word.to_lowercase().contains("foreign key"), "{word}");
        // The connection that failed to commit is as good as new.
        s.order(Until::Paid);
    }

    fn the_database_takes_a_balanced_and_sealed_journal(s: &Server) {
        let (_, order) = sealed_journal(s);
        let statements = [new_journal(&order), posting("j", 0, 100), posting("j", 1, -100), SEAL.to_owned()];
        s.app
            .db
            .write(|conn| {
                for statement in &statements {
                    diesel::RunQueryDsl::execute(diesel::sql_query(statement), conn)?;
                }
                Ok(())
            })
            .expect("what the refusals above lack");
    }

    fn the_database_refuses_a_posting_to_a_closed_journal(s: &Server) {
        let (journal, _) = sealed_journal(s);
        let word = s.refused_by_database(&[&posting(&journal, 7, 100), &posting(&journal, 8, -100)]);
        assert!(word.contains("the journal is closed"), "{word}");
    }

    fn the_database_refuses_to_change_or_to_forget(s: &Server) {
        let (journal, _) = sealed_journal(s);
        for (statement, reason) in [
            ("UPDATE journals SET kind = 'payment'", "the ledger is append-only"),
            ("DELETE FROM journals", "the ledger is append-only"),
            ("UPDATE postings SET amount_tyiyn = -amount_tyiyn", "the ledger is append-only"),
            ("DELETE FROM postings", "the ledger is append-only"),
            ("UPDATE journal_seals SET journal_id = 'j'", "the ledger is append-only"),
            ("DELETE FROM journal_seals", "the ledger is append-only"),
            ("UPDATE events SET actor = 'nobody'", "a timeline is never edited"),
            ("DELETE FROM events", "a timeline is never edited"),
            ("UPDATE audit SET actor = 'nobody'", "the audit trail is append-only"),
            ("DELETE FROM audit", "the audit trail is append-only"),
        ] {
            let word = s.refused_by_database(&[statement]);
            assert!(word.contains(reason), "{statement}: {word}");
        }
        let repeated_key = "INSERT INTO journals (id, order_id, kind, idempotency_key, at, actor) \
             SELECT 'j', order_id, kind, idempotency_key, at, actor FROM journals";
        s.refused_by_database(&[repeated_key]);
        if s.app.db.kind() == "sqlite" {
            // What looks like an insert deletes the row in its way.
            let replaced = format!(
                "INSERT OR REPLACE INTO postings (journal_id, position, account, amount_tyiyn) \
                 VALUES ('{journal}', 0, 'bank', 1)"
            );
            s.refused_by_database(&[&replaced]);
        } else {
            for table in ["journals", "postings", "journal_seals", "events", "audit"] {
                s.refused_by_database(&[&format!("TRUNCATE {table} CASCADE")]);
            }
        }
    }
}
