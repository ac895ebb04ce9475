//! Orders that contain some text, found without reading them all: by trigrams, which each database keeps in its own way.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};

use super::batch::Among;
use super::schema::orders;
use super::{Conn, contains};
use crate::error::Result;
use crate::ids::OrderId;

/// Shorter texts have no trigram: they are looked for row by row, and mostly found soon.
const GRAM: usize = 3;

/// What is in many orders is in one of so many newest ones; what is not is in few.
const NEWEST: i64 = 20_000;

/// Whether an order contains this text, in lower case, for a look at a few orders: without an index.
pub fn orders_contain(text: &str) -> Among<orders::table> {
    let like = diesel::dsl::sql::<Bool>("orders.search LIKE ");
    Box::new(like.bind::<Text, _>(contains(text)).sql(r" ESCAPE '\'"))
}

/// The same for a look at all of them: by an index where there is one for a condition.
pub fn orders_contain_anywhere(conn: &Conn, text: &str) -> Among<orders::table> {
    match conn {
        Conn::Pg(_) if grams(text).next().is_some() => {
            let has_grams = diesel::dsl::sql::<Bool>("search_grams(orders.search) @> search_grams(");
            let has_grams = has_grams.bind::<Text, _>(text.to_owned()).sql(") AND orders.search LIKE ");
            Box::new(has_grams.bind::<Text, _>(contains(text)).sql(r" ESCAPE '\'"))
        }
        Conn::Pg(_) | Conn::Sqlite(_) => orders_contain(text),
    }
}

/// The order above which the newest ones lie, below one of them, where it pays to look through these first. PostgreSQL takes
/// the letters of a name for independent and so a common name for a rare one: it would fetch all orders of its bearers.
///
/// # Errors
/// Those of the database.
pub fn edge_of_the_newest(conn: &mut Conn, below: Option<&str>) -> Result<Option<OrderId>> {
    if matches!(conn, Conn::Sqlite(_)) {
        return Ok(None);
    }
    let newest = orders::table.filter(orders::id.lt(below.unwrap_or(LAST).to_owned())).order(orders::id.desc());
    Ok(newest.offset(NEWEST).select(orders::id).first(conn).optional()?)
}

/// The newest orders that have all trigrams of this text, below one of them; some of these do not contain the text.
/// `None` where a condition is all that the database needs.
///
/// # Errors
/// Those of the database.
pub fn candidates(conn: &mut Conn, text: &str, below: Option<&str>, limit: i64) -> Result<Option<Vec<String>>> {
    let grams: Vec<_> = grams(text).map(|gram| format!("\"{}\"", gram.replace('"', "\"\""))).collect();
    if grams.is_empty() || matches!(conn, Conn::Pg(_)) {
        return Ok(None);
    }
    let found: Vec<Found> = diesel::sql_query(
        "SELECT order_id AS id FROM order_grams CROSS JOIN order_numbers ON n = order_grams.rowid \
         WHERE order_grams MATCH $1 AND order_grams.rowid < COALESCE((SELECT n FROM order_numbers \
         WHERE order_id >= $2 ORDER BY order_id LIMIT 1), 9223372036854775807) ORDER BY order_grams.rowid DESC LIMIT $3",
    )
    .bind::<Text, _>(grams.join(" "))
    .bind::<Text, _>(below.unwrap_or(LAST))
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    Ok(Some(found.into_iter().map(|found| found.id).collect()))
}

/// After every identifier.
const LAST: &str = "g";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: String,
}

fn grams(text: &str) -> impl Iterator<Item = &str> {
    let starts: Vec<_> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let count = (starts.len() - 1).saturating_sub(GRAM - 1);
    (0..count).map(move |at| &text[starts[at]..starts[at + GRAM]])
}

#[cfg(test)]
mod tests {
    use super::grams;

    #[test]
    fn a_text_has_a_gram_at_each_letter_but_the_last_two() {
        assert_eq!(grams("").count(), 0);
        assert_eq!(grams("ай").count(), 0);
        assert_eq!(grams("айг").collect::<Vec<_>>(), ["айг"]);
        assert_eq!(grams("50%_").collect::<Vec<_>>(), ["50%", "0%_"]);
    }
}
