//! What the database says of one sequence, in the model's terms.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use torugart::db::Conn;
use torugart::db::schema::{cash_shifts, customers, journals, orders, parcels as parcel_rows, payments, postings};
use torugart::error::Result;
use torugart::ids::{ParcelId, PaymentId};
use torugart::parcels;
use torugart::shifts;
use torugart::state::App;

use super::ledger::{Journal, Legs, Payment, Shift, Shown};
use super::world::{World, staff_id};

/// Identifier, barcode, status and freight of a parcel.
type ParcelRow = (ParcelId, String, parcels::Status, Option<i64>);

impl World<'_> {
    /// What the database says now.
    pub fn shown(&mut self) -> Result<Shown> {
        let app = self.app;
        app.db.read(|conn| {
            self.read_journals(conn)?;
            let shifts = self.read_shifts(conn)?;
            let parcels = self.read_parcels(conn)?;
            let mut shown = Shown { shifts, parcels, payments: self.read_payments(conn)?, ..Shown::default() };
            shown.orders = orders::table
                .filter(orders::id.eq_any(&self.order_ids))
                .order(orders::id)
                .select((orders::balance_tyiyn, orders::status))
                .load(conn)?;
            shown.credit = customers::table
                .filter(customers::client_code.eq_any(&self.customers))
                .order(customers::id)
                .select(customers::credit_tyiyn)
                .load(conn)?;
            shown.journals = self.journals.iter().map(|(_, journal)| journal.clone()).collect();
            for (account, tyiyn) in shown.journals.iter().flat_map(|journal| &journal.legs) {
                *shown.accounts.entry(account.clone()).or_default() += tyiyn;
            }
            Ok(shown)
        })
    }

    /// Nothing is ever changed in the ledger, so it is enough to read what is new.
    fn read_journals(&mut self, conn: &mut Conn) -> Result<()> {
        let new: Vec<(String, Option<String>, String, Option<String>)> = journals::table
            .filter(journals::id.gt(&self.last_journal))
            .order(journals::id)
            .select((journals::id, journals::order_id, journals::kind, journals::reverses))
            .load(conn)?;
        for (id, order, kind, reverses) in new {
            let rows: Vec<(String, i64)> = postings::table
                .filter(postings::journal_id.eq(&id))
                .select((postings::account, postings::amount_tyiyn))
                .load(conn)?;
            let mut legs = Legs::new();
            for (account, tyiyn) in rows {
                *legs.entry(account).or_default() += tyiyn;
            }
            let order = order.map(|id| self.order_ids.iter().position(|known| *known == id).expect("a known order"));
            let reverses = reverses.map(|id| self.journal(&id));
            self.last_journal.clone_from(&id);
            self.journals.push((id, Journal { kind, order, reverses, legs }));
        }
        Ok(())
    }

    fn journal(&self, id: &str) -> usize {
        self.journals.iter().position(|(known, _)| known == id).expect("a known journal")
    }

    fn read_payments(&mut self, conn: &mut Conn) -> Result<Vec<Payment>> {
        type Row = (PaymentId, String, String, String, i64, i64, i64);
        let rows: Vec<Row> = payments::table
            .filter(payments::order_id.eq_any(&self.order_ids))
            .order(payments::id)
            .select((
                payments::id,
                payments::order_id,
                payments::account,
                payments::journal_id,
                payments::amount_tyiyn,
                payments::refunded_tyiyn,
                payments::kept_tyiyn,
            ))
            .load(conn)?;
        self.payments = rows.iter().map(|row| row.0.clone()).collect();
        let payment = |(_, order, account, journal, amount, refunded, kept): Row| {
            let order = self.order_ids.iter().position(|known| *known == order).expect("a known order");
            Payment { order, account, journal: self.journal(&journal), amount, refunded, kept }
        };
        Ok(rows.into_iter().map(payment).collect())
    }

    fn read_shifts(&mut self, conn: &mut Conn) -> Result<Vec<Shift>> {
        let staff: Vec<_> = self.actors.iter().filter_map(staff_id).collect();
        let rows: Vec<shifts::Shift> =
            cash_shifts::table.filter(cash_shifts::staff_id.eq_any(&staff)).order(cash_shifts::number).load(conn)?;
        self.shifts = rows.iter().map(|row| row.id.clone()).collect();
        let shift = |row: shifts::Shift| Shift {
            cashier: staff.iter().position(|id| *id == row.staff_id.as_str()).expect("one of them"),
            till: row.till,
            account: row.account,
            opening: row.opening_tyiyn,
            expected: row.expected_tyiyn,
            counted: row.counted_tyiyn,
            is_open: row.closed_at.is_none(),
        };
        Ok(rows.into_iter().map(shift).collect())
    }

    pub fn parcel_rows(&self, conn: &mut Conn) -> Result<Vec<ParcelRow>> {
        Ok(parcel_rows::table
            .filter(parcel_rows::order_id.eq_any(&self.order_ids))
            .order(parcel_rows::id)
            .select((parcel_rows::id, parcel_rows::barcode, parcel_rows::status, parcel_rows::freight_tyiyn))
            .load(conn)?)
    }

    fn read_parcels(&mut self, conn: &mut Conn) -> Result<Vec<(parcels::Status, bool)>> {
        let rows = self.parcel_rows(conn)?;
        self.parcels = rows.iter().map(|row| row.0.clone()).collect();
        self.barcodes = rows.iter().map(|row| row.1.clone()).collect();
        Ok(rows.into_iter().map(|(_, _, status, freight)| (status, freight.is_some())).collect())
    }
}

/// The sum of every account of the whole database.
pub fn accounts(app: &App) -> Result<Legs> {
    #[derive(QueryableByName)]
    struct Sum {
        #[diesel(sql_type = Text)]
        account: String,
        #[diesel(sql_type = BigInt)]
        tyiyn: i64,
    }
    app.db.read(|conn| {
        let sums: Vec<Sum> = diesel::sql_query(
            "SELECT account, CAST(SUM(amount_tyiyn) AS BIGINT) AS tyiyn FROM postings GROUP BY account",
        )
        .load(conn)?;
        Ok(sums.into_iter().map(|sum| (sum.account, sum.tyiyn)).collect())
    })
}
