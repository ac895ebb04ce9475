//! What the database holds, in a form that two moments can be compared in.

use diesel::prelude::*;
use diesel::sql_types::Text;
use torugart::error::Error;

use super::server::{Answer, Server};

/// Tables, and what of a row can change. Where rows are only ever added, it is enough to name them.
const TABLES: &[(&str, &str)] = &[
    ("acquirer_callbacks", "id || verdict || CAST(attempts AS TEXT)"),
    ("acquirer_invoices", "id || state || COALESCE(provider_invoice_id, '') || COALESCE(pay_url, '')"),
    ("acquirer_payments", "provider || ' ' || payment_key"),
    ("audit", "id"),
    ("backups", "name"),
    ("bag_parcels", "bag_id || parcel_id"),
    ("bags", "code || status || COALESCE(seal_number, '')"),
    ("branches", "code || name || city || address || phone || hours"),
    ("cash_moves", "id"),
    ("cash_shifts", "id || CAST(version AS TEXT) || COALESCE(CAST(closed_at AS TEXT), '')"),
    ("cells", "address || CAST(version AS TEXT) || ' ' || CAST(COALESCE(capacity, 0) AS TEXT)"),
    ("checkpoints", "id"),
    ("company_rates", "currency || CAST(COALESCE(kgs_per_unit_e8, 0) AS TEXT) || ' ' || CAST(margin_bp AS TEXT)"),
    ("counters", "name || ' ' || CAST(value AS TEXT)"),
    ("customer_sessions", "id || CAST(expires_at AS TEXT) || COALESCE(CAST(ended_at AS TEXT), '')"),
    ("customers", "client_code || name || phone || COALESCE(email, '') || CAST(credit_tyiyn AS TEXT)"),
    ("customs_rules", "id"),
    ("events", "id"),
    ("idempotency_keys", "scope || ' ' || key"),
    ("intake_scans", "id"),
    ("journal_seals", "journal_id"),
    ("journals", "id"),
    ("manifest_blocks", "manifest_id || CAST(n AS TEXT) || lines"),
    ("manifest_files", "manifest_id"),
    ("manifest_profiles", "branch_id || shape || layout"),
    ("manifests", "id || state"),
    (
        "message_choices",
        "phone || COALESCE(language, '') || COALESCE(channels, '') || COALESCE(CAST(opted_out_at AS TEXT), '')",
    ),
    ("message_texts", "event || channel || language || COALESCE(subject, '') || body"),
    ("notification_attempts", "id"),
    ("notifications", "id || state"),
    ("order_items", "order_id || CAST(position AS TEXT)"),
    ("orders", "code || status || CAST(version AS TEXT) || ' ' || CAST(balance_tyiyn AS TEXT) || pickup_point_id"),
    (
        "parcels",
        "id || status || COALESCE(order_id, '') || COALESCE(shipment_id, '') || CAST(COALESCE(weight_g, 0) AS TEXT) \
         || COALESCE(mark, '') || COALESCE(CAST(seen_at AS TEXT), '') || CAST(photos_taken AS TEXT) || COALESCE(cell, '')",
    ),
    ("parked_recipients", "channel || recipient"),
    ("payments", "id || CAST(refunded_tyiyn AS TEXT) || ' ' || CAST(kept_tyiyn AS TEXT)"),
    ("photos", "id"),
    ("phone_guesses", "CAST(drawer AS TEXT) || ' ' || CAST(wrong AS TEXT)"),
    ("pickup_proofs", "order_id || COALESCE(pin_hash, '') || CAST(wrong_tries AS TEXT)"),
    ("planned_parcels", "shipment_id || parcel_id"),
    ("postings", "journal_id || CAST(position AS TEXT)"),
    ("quotes", "id || state"),
    ("rates", "currency || CAST(effective_on AS TEXT) || ' ' || CAST(kgs_per_unit_e8 AS TEXT)"),
    ("scans", "scope || scan_id || CAST(position AS TEXT)"),
    ("sessions", "id || refresh_hash || CAST(expires_at AS TEXT) || COALESCE(CAST(revoked_at AS TEXT), '')"),
    ("setup_tokens", "hash"),
    ("shipments", "code || status || COALESCE(seal_number, '') || COALESCE(CAST(unloading_at AS TEXT), '')"),
    ("sign_in_codes", "phone || seal || CAST(tries AS TEXT)"),
    ("sign_in_tries", "login || network || CAST(tries AS TEXT)"),
    ("spent_refresh_tokens", "hash"),
    (
        "staff",
        "login || name || role || COALESCE(branch_id, '') || COALESCE(CAST(disabled_at AS TEXT), '') || password_hash \
         || COALESCE(totp_sealed, '') || COALESCE(CAST(totp_last_step AS TEXT), '')",
    ),
    ("stations", "shipment_id || code || COALESCE(CAST(planned_at AS TEXT), '')"),
    ("statement_lines", "fingerprint || state || COALESCE(order_code, '') || COALESCE(payment_id, '')"),
    ("statements", "id"),
    ("storage_fees", "parcel_id || CAST(from_day AS TEXT)"),
    ("sweeps", "name || CAST(due_at AS TEXT)"),
    ("tallies", "what || who || CAST(count AS TEXT)"),
    ("tariffs", "id"),
    ("telegram_chats", "phone || ' ' || CAST(chat_id AS TEXT)"),
    ("telegram_links", "token_hash"),
    ("telegram_updates", "CAST(update_id AS TEXT)"),
    ("transfer_claims", "id || state || COALESCE(photo_id, '')"),
    ("wanted_numbers", "tracking_number || order_id"),
];

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Server {
    /// Every row of every table, as far as it can change.
    pub fn state(&self) -> Vec<String> {
        let lines = |table: &str, line: &str| {
            let query = format!("SELECT {line} AS line FROM {table} ORDER BY 1");
            let rows: Vec<Row> = self.app.db.read(|conn| Ok(diesel::sql_query(query).load(conn)?)).expect("rows");
            rows.into_iter().map(|row| format!("{table}: {}", row.line)).collect::<Vec<_>>()
        };
        TABLES.iter().flat_map(|(table, line)| lines(table, line)).collect()
    }

    /// The answer of a call that must leave everything in the database as it is.
    #[track_caller]
    pub fn unchanged_by(&self, call: impl FnOnce() -> Answer) -> Answer {
        let before = self.state();
        let answer = call();
        let after = self.state();
        let added: Vec<_> = after.iter().filter(|line| !before.contains(line)).collect();
        let gone: Vec<_> = before.iter().filter(|line| !after.contains(line)).collect();
        assert!(before == after, "gone: {gone:#?}\nadded: {added:#?}\nafter {}", answer.text);
        answer
    }

    /// The same for a call that may add to these tables.
    #[track_caller]
    pub fn unchanged_by_but(&self, tables: &[&str], call: impl FnOnce() -> Answer) -> Answer {
        let seen = || {
            let mut lines = self.state();
            lines.retain(|line| !tables.iter().any(|table| line.starts_with(&format!("{table}: "))));
            lines
        };
        let before = seen();
        let answer = call();
        assert_eq!(before, seen(), "after {}", answer.text);
        answer
    }

    /// Tries statements in one transaction, of which nothing may remain, and gives the database's word against them.
    #[track_caller]
    pub fn refused_by_database(&self, statements: &[&str]) -> String {
        let before = self.state();
        let outcome = self.app.db.write(|conn| {
            for statement in statements {
                diesel::sql_query(*statement).execute(conn)?;
            }
            Ok(())
        });
        assert!(before == self.state(), "{statements:?} left something behind");
        match outcome {
            Err(Error::Database(error)) => error.to_string(),
            other => panic!("{other:?} instead of a refusal of {statements:?}"),
        }
    }
}

/// Text in an address.
pub fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
