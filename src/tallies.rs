//! How often something was done lately, counted for all processes together: what keeps abuse within bounds.

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp};

use crate::db::Tx;
use crate::db::schema::tallies;
use crate::error::Result;

/// No stretch that is counted is longer, so that older rows are of no use.
const KEPT: TimeDelta = TimeDelta::days(2);

/// How often something may be done in a stretch of time.
#[derive(Clone, Copy, Debug)]
pub struct Cap {
    /// So often; 0: as often as anybody likes.
    pub most: i64,
    /// In each stretch of this length, the first of which began with 1970.
    pub within: TimeDelta,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Counts one more `what` of `who`, and tells whether it is within the cap. Of transactions at once the second waits for
/// the first, so that no cap is passed; one that is rolled back was not counted.
///
/// # Errors
/// Those of the database.
pub fn take(tx: &mut Tx, what: &str, who: &str, cap: Cap) -> Result<bool> {
    if cap.most == 0 {
        return Ok(true);
    }
    diesel::delete(tallies::table.filter(tallies::since.lt(tx.now - KEPT))).execute(tx.conn)?;
    let counted: Count = diesel::sql_query(
        "INSERT INTO tallies (what, who, since, count) VALUES ($1, $2, $3, 1) \
         ON CONFLICT (what, who, since) DO UPDATE SET count = tallies.count + 1 RETURNING count",
    )
    .bind::<Text, _>(what)
    .bind::<Text, _>(who)
    .bind::<Timestamp, _>(begin_of(tx.now, cap.within))
    .get_result(tx.conn)?;
    Ok(counted.count <= cap.most)
}

/// Forgets what somebody was counted for.
///
/// # Errors
/// Those of the database.
pub fn forget(tx: &mut Tx, who: &str) -> Result<()> {
    diesel::delete(tallies::table.filter(tallies::who.eq(who))).execute(tx.conn)?;
    Ok(())
}

/// When the stretch began that a moment lies in.
fn begin_of(at: NaiveDateTime, within: TimeDelta) -> NaiveDateTime {
    let seconds = at.and_utc().timestamp();
    let begun = seconds - seconds.rem_euclid(within.num_seconds().max(1));
    DateTime::from_timestamp(begun, 0).map_or(at, |begin| begin.naive_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_of_a_length_follow_each_other() {
        let at = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        let hour = |text| begin_of(at(text), TimeDelta::hours(1));
        assert_eq!(hour("2026-05-25T09:00:00"), at("2026-05-25T09:00:00"));
        assert_eq!(hour("2026-05-25T09:59:59.999"), at("2026-05-25T09:00:00"));
        assert_eq!(hour("1969-12-31T23:30:00"), at("1969-12-31T23:00:00"));
    }
}
