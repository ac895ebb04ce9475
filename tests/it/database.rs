//! The two databases have the shape that the code believes in.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::json;
use torugart::db::schema::*;
use torugart::db::{Url, migrate};

use crate::harness::server::*;

/// Asks a database for every column of a table. PostgreSQL's quoting is good SQL for SQLite too.
macro_rules! ask_for {
    ($conn:expr, $($table:ident),+ $(,)?) => {
        $(
            let all = diesel::debug_query::<diesel::pg::Pg, _>(&$table::table.select($table::all_columns)).to_string();
            let sql = format!("{} WHERE 1 = 0", all.split(" -- ").next().unwrap());
            diesel::sql_query(&sql).execute($conn).unwrap_or_else(|error| panic!("{sql}: {error}"));
        )+
    };
}

on_both! {
    fn every_column_of_the_schema_is_there(s: &Server) {
        s.app
            .db
            .read(|conn| {
                ask_for!(
                    conn, acquirer_callbacks, acquirer_invoices, acquirer_payments, audit, backups, bag_parcels, bags, branches, cash_moves,
                    cash_shifts, cells, checkpoints, company_rates, counters, customers, customs_rules, events, gates, idempotency_keys,
                    journal_seals, journals, message_choices, message_texts, notification_attempts, parked_recipients, telegram_chats,
                    telegram_links, telegram_turns, telegram_updates, notifications, order_items, orders, public_views, parcels, payments, photos, postings,
                    quotes, rates, sessions, shipments, spent_refresh_tokens, staff, statement_lines, statements,
                    tariffs, transfer_claims, intake_scans, wanted_numbers, pickup_proofs, phone_guesses, storage_fees, sweeps,
                    planned_parcels, scans, stations, manifest_blocks, manifest_files, manifest_profiles, manifests,
                    customer_sessions, sign_in_codes, tallies, sign_in_tries, setup_tokens,
                );
                Ok(())
            })
            .unwrap();
    }

    fn what_is_kept_ready_for_everybody_can_be_made_anew(s: &Server) {
        s.order(Until::Departed);
        s.order(Until::Quoted);
        let step = |way: &str| {
            let kind = if s.app.db.is_in_process() { "sqlite" } else { "postgres" };
            let file = format!("{}/migrations/{kind}/2026-11-26-000025_public_views/{way}.sql", env!("CARGO_MANIFEST_DIR"));
            let statements = std::fs::read_to_string(file).unwrap();
            s.app.db.write(|conn| Ok(conn.batch_execute(&statements)?)).unwrap();
        };
        step("down");
        step("up");
        s.assert_views_are_true();
    }

    /// SQLite alone can be told to be full; PostgreSQL's words for it are those of its system.
    fn a_full_disk_refuses_and_says_so_until_there_is_room(s: &Server) {
        if s.app.db.kind() != "sqlite" {
            return;
        }
        let most_pages = |most: &str| {
            let sql = format!("PRAGMA max_page_count = {most}");
            s.app.db.write(|conn| Ok(diesel::connection::SimpleConnection::batch_execute(conn, &sql)?)).unwrap();
        };
        let code = s.order(Until::Requested).code;
        let seen = s.see(&code);
        let many: Vec<_> = (0..90).map(|n| json!({"description": "x".repeat(400), "quantity": n + 1})).collect();
        let request = json!({"customer": {"name": "Айгуль", "phone": "0700123456"}, "items": many});
        // Fewer than there are already means as many as there are.
        most_pages("1");
        let refused = s.post(ANYONE, "/v1/orders", request.clone()).expect_problem(503, "unavailable");
        assert!(refused["detail"].as_str().unwrap().contains("no room left"), "{refused}");
        assert_eq!(s.see(&code), seen);
        most_pages("1000000");
        s.post(ANYONE, "/v1/orders", request).expect(201);
    }

    fn migrations_are_current_and_run_only_once(s: &Server) {
        assert_eq!(migrate::run(&s.app.db).unwrap(), Vec::<String>::new());
        s.get(ANYONE, "/readyz").expect(200);
    }
}

#[test]
fn both_databases_have_steps_of_the_same_names() {
    let steps = |kind: &str| {
        let folder = format!("{}/migrations/{kind}", env!("CARGO_MANIFEST_DIR"));
        let mut names: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(steps("sqlite"), steps("postgres"));
}

#[test]
fn a_mistyped_address_is_refused_instead_of_becoming_a_new_file() {
    for url in ["", "torugart.db", "sqlite:torugart.db", "sqlite://", "sqlite://:memory:", "postgre://x", "mysql://x/y"]
    {
        assert!(url.parse::<Url>().is_err(), "{url}");
    }
    assert_eq!("sqlite://a/b.db".parse(), Ok(Url::Sqlite("a/b.db".to_owned())));
    assert!("postgresql://x/y".parse::<Url>().is_ok());
}
