//! Double entry: journals of postings in tyiyn that sum to zero, never changed, never deleted.
//! The database holds the same rules: a journal without its seal cannot be committed, and only a balanced one is sealed.

mod store;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{JournalId, OrderId};

pub use store::{Journal, Posting};

words! {
    /// What a journal records.
    Kind as JournalKind {
        /// A confirmed quote: the customer owes goods, delivery in China and the service fee.
        Charge = "charge",
        /// Money came in.
        Payment = "payment",
        /// Money went back.
        Refund = "refund",
        /// Freight by actual weight.
        Freight = "freight",
        /// A charge taken back because the order was cancelled.
        Cancellation = "cancellation",
    }
}

/// An account: what the money is, or where it is. Debits are positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// What the customer of an order owes us.
    Receivable(String),
    /// Cash at a branch, by its code.
    Cash(String),
    /// The bank account.
    Bank,
    /// An e-wallet, by its name.
    EWallet(Option<String>),
    /// Goods bought for customers.
    Goods,
    /// Delivery inside China.
    DomesticDelivery,
    /// Our service fee.
    Service,
    /// Freight to the pickup point.
    Freight,
}

impl std::fmt::Display for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Account::Receivable(code) => write!(f, "receivable:{code}"),
            Account::Cash(branch) => write!(f, "cash:{branch}"),
            Account::Bank => f.write_str("bank"),
            Account::EWallet(None) => f.write_str("e_wallet"),
            Account::EWallet(Some(wallet)) => write!(f, "e_wallet:{wallet}"),
            Account::Goods => f.write_str("goods"),
            Account::DomesticDelivery => f.write_str("domestic_delivery"),
            Account::Service => f.write_str("service"),
            Account::Freight => f.write_str("freight"),
        }
    }
}

/// A journal to be posted.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// For which order.
    pub order_id: &'a OrderId,
    /// What it records.
    pub kind: Kind,
    /// Unique for ever: the fact it records, such as `freight:<parcel>`.
    pub idempotency_key: String,
    /// The journal it takes back.
    pub reverses: Option<JournalId>,
    /// Accounts by name and tyiyn; zero amounts are left out.
    pub postings: Vec<(String, i64)>,
}

/// Posts a journal.
///
/// # Errors
/// [`Error::Startup`] when the postings do not sum to zero, which is a bug; a repeated key is a database error.
pub fn post(tx: &mut Tx, entry: Entry) -> Result<JournalId> {
    let postings: Vec<_> = entry.postings.iter().filter(|(_, amount)| *amount != 0).collect();
    let sum = postings.iter().try_fold(0_i64, |sum, (_, amount)| sum.checked_add(*amount));
    if sum != Some(0) || postings.is_empty() {
        return Err(Error::Startup(format!("the journal {} does not sum to zero", entry.idempotency_key)));
    }
    let id = store::insert_journal(tx, &entry)?;
    for (position, (account, amount_tyiyn)) in (0..).zip(postings) {
        store::insert_posting(tx, &id, position, account, *amount_tyiyn)?;
    }
    store::seal(tx, &id)?;
    Ok(id)
}

/// The journals of an order, oldest first, with their postings.
///
/// # Errors
/// Those of the database.
pub fn of_order(tx: &mut Tx, order_id: &OrderId) -> Result<Vec<(Journal, Vec<Posting>)>> {
    let journals = store::journals_of(tx, order_id)?;
    journals
        .into_iter()
        .map(|journal| {
            let postings = store::postings_of(tx, &journal.id)?;
            Ok((journal, postings))
        })
        .collect()
}
