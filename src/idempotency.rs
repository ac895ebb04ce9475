//! One effect for one intention: the key is stored in the same transaction as the effect, for ever.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::idempotency_keys as keys;
use crate::db::{Tx, contains};
use crate::error::{Problem, Result, Slug};

/// A request as far as repetition is concerned.
#[derive(Clone, Debug)]
pub struct Intention {
    /// Who asks; two people may use the same key.
    pub scope: String,
    /// The `Idempotency-Key` header.
    pub key: String,
    /// SHA-256 over method, path and body, hexadecimal.
    pub request_hash: String,
}

/// An answer that can be given again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Location` header.
    pub location: Option<String>,
    /// JSON text.
    pub body: String,
}

/// What is known of an intention.
#[derive(Debug)]
pub enum Claim {
    /// Nothing was answered yet: its work is to be done, or to be gone on with.
    Open,
    /// It was fulfilled before.
    Answered(Answer),
}

/// Takes the key of an intention.
///
/// # Errors
/// `idempotency_key_reused` when the key belongs to another request.
pub fn claim(tx: &mut Tx, intention: &Intention) -> Result<Claim> {
    // The row is written first: on PostgreSQL a second process with the same key waits here until the first commits.
    let claimed = diesel::sql_query(
        "INSERT INTO idempotency_keys (scope, key, request_hash, status, body, created_at) \
         VALUES ($1, $2, $3, 0, '', $4) ON CONFLICT DO NOTHING",
    )
    .bind::<diesel::sql_types::Text, _>(&intention.scope)
    .bind::<diesel::sql_types::Text, _>(&intention.key)
    .bind::<diesel::sql_types::Text, _>(&intention.request_hash)
    .bind::<diesel::sql_types::Timestamp, _>(tx.now)
    .execute(tx.conn)?;
    if claimed == 1 { Ok(Claim::Open) } else { known(tx, intention) }
}

/// An intention whose key is in the database: one that was begun and not ended has no status yet.
fn known(tx: &mut Tx, intention: &Intention) -> Result<Claim> {
    let (hash, status, body): (String, i32, String) = keys::table
        .find((&intention.scope, &intention.key))
        .select((keys::request_hash, keys::status, keys::body))
        .first(tx.conn)?;
    if hash != intention.request_hash {
        return Problem::new(
            Slug::IdempotencyKeyReused,
            "This Idempotency-Key was used for another request. Use a fresh key for a new intention.",
        )
        .fail();
    }
    Ok(if status == 0 { Claim::Open } else { Claim::Answered(Answer::restore(status, &body)) })
}

/// The answer of an intention that was fulfilled before; only reads.
///
/// # Errors
/// `idempotency_key_reused` when the key belongs to another request.
pub fn answered(tx: &mut Tx, intention: &Intention) -> Result<Option<Answer>> {
    let row = keys::table.find((&intention.scope, &intention.key));
    if !diesel::select(diesel::dsl::exists(row)).get_result::<bool>(tx.conn)? {
        return Ok(None);
    }
    match known(tx, intention)? {
        Claim::Answered(answer) => Ok(Some(answer)),
        Claim::Open => Ok(None),
    }
}

/// Keeps the answer of a claimed intention, and gives the one that counts: another process that worked at the same
/// intention may have answered first. The flag tells whether it did.
///
/// # Errors
/// Those of the database.
pub fn keep(tx: &mut Tx, intention: &Intention, answer: Answer) -> Result<(Answer, bool)> {
    let open = keys::table.find((&intention.scope, &intention.key)).filter(keys::status.eq(0));
    let kept = diesel::update(open)
        .set((keys::status.eq(i32::from(answer.status)), keys::body.eq(answer.store())))
        .execute(tx.conn)?;
    match kept {
        0 => match known(tx, intention)? {
            Claim::Answered(first) => Ok((first, true)),
            Claim::Open => Ok((answer, false)),
        },
        _ => Ok((answer, false)),
    }
}

/// Runs `work` unless this intention was fulfilled before; the flag tells whether the answer is a replay.
///
/// # Errors
/// `idempotency_key_reused` when the key belongs to another request, and those of `work`.
pub fn once(
    tx: &mut Tx,
    intention: &Intention,
    work: impl FnOnce(&mut Tx) -> Result<Answer>,
) -> Result<(Answer, bool)> {
    match claim(tx, intention)? {
        Claim::Answered(answer) => Ok((answer, true)),
        Claim::Open => {
            let answer = work(tx)?;
            keep(tx, intention, answer)
        }
    }
}

/// Takes a person out of every answer that is kept and holds one of `marks`: a member whose value is one of these texts
/// is empty there. All answers are looked through, which is slow and rare.
///
/// # Errors
/// Those of the database.
pub fn forget(tx: &mut Tx, marks: &[String], texts: &[String]) -> Result<()> {
    let mut query = keys::table.filter(keys::body.eq("no answer at all")).into_boxed();
    for mark in marks {
        query = query.or_filter(keys::body.like(contains(mark)).escape('\\'));
    }
    let told: Vec<(String, String, String)> = query.select((keys::scope, keys::key, keys::body)).load(tx.conn)?;
    let members: Vec<String> =
        texts.iter().map(|text| format!(":{}", serde_json::Value::from(text.as_str()))).collect();
    for (scope, key, body) in told {
        let erased = members.iter().fold(body, |body, member| body.replace(member, ":\"\""));
        diesel::update(keys::table.find((scope, key))).set(keys::body.eq(erased)).execute(tx.conn)?;
    }
    Ok(())
}

impl Answer {
    /// The location on the first line, the body after it.
    fn store(&self) -> String {
        format!("{}\n{}", self.location.as_deref().unwrap_or_default(), self.body)
    }

    fn restore(status: i32, stored: &str) -> Self {
        let (location, body) = stored.split_once('\n').unwrap_or(("", stored));
        Self {
            status: u16::try_from(status).unwrap_or(200),
            location: (!location.is_empty()).then(|| location.to_owned()),
            body: body.to_owned(),
        }
    }
}
