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

/// A journal to be posted. Its postings must sum to zero; an amount of zero leaves no posting.
#[derive(Clone, Debug)]
pub struct Entry {
    order_id: Option<OrderId>,
    kind: Kind,
    idempotency_key: String,
    reverses: Option<JournalId>,
    postings: Vec<(String, i64)>,
}

impl Entry {
    /// A journal of a kind. `fact` is what it records, such as `freight:<parcel>`: unique for ever.
    pub fn new(kind: Kind, fact: impl Into<String>) -> Self {
        Self { order_id: None, kind, idempotency_key: fact.into(), reverses: None, postings: Vec::new() }
    }

    /// For which order.
    #[must_use]
    pub fn of_order(mut self, order: &OrderId) -> Self {
        self.order_id = Some(order.clone());
        self
    }

    /// The journal that it takes back, wholly or in part.
    #[must_use]
    pub fn reversing(mut self, journal: &JournalId) -> Self {
        self.reverses = Some(journal.clone());
        self
    }

    /// Adds a posting on the debit side: more is owed to us, or lies with us.
    #[must_use]
    pub fn debit(mut self, account: impl ToString, tyiyn: i64) -> Self {
        if tyiyn != 0 {
            self.postings.push((account.to_string(), tyiyn));
        }
        self
    }

    /// Adds a posting on the credit side.
    #[must_use]
    pub fn credit(self, account: impl ToString, tyiyn: i64) -> Self {
        self.debit(account, -tyiyn)
    }

    /// What it changes on an account, tyiyn.
    pub fn change_of(&self, account: &Account) -> i64 {
        let name = account.to_string();
        self.postings.iter().filter(|(account, _)| *account == name).map(|(_, tyiyn)| tyiyn).sum()
    }

    /// Whether it moves nothing, and so is no journal.
    pub fn is_empty(&self) -> bool {
        self.postings.is_empty()
    }
}

/// A journal that takes another back, whole. It can be posted once: a journal taken back stays taken back.
pub fn taking_back(kind: Kind, journal: &Journal, postings: &[Posting]) -> Entry {
    let entry = Entry::new(kind, format!("taken_back:{}", journal.id)).reversing(&journal.id);
    postings.iter().fold(entry, |entry, leg| entry.credit(&leg.account, leg.amount_tyiyn))
}

/// Posts a journal.
///
/// # Errors
/// [`Error::Startup`] when the postings do not sum to zero, which is a bug; a repeated fact is a database error.
pub fn post(tx: &mut Tx, entry: &Entry) -> Result<JournalId> {
    let sum = entry.postings.iter().try_fold(0_i64, |sum, (_, tyiyn)| sum.checked_add(*tyiyn));
    if sum != Some(0) || entry.is_empty() {
        return Err(Error::Startup(format!("the journal {} does not sum to zero", entry.idempotency_key)));
    }
    let id = store::insert_journal(tx, entry)?;
    for (position, (account, tyiyn)) in (0..).zip(&entry.postings) {
        store::insert_posting(tx, &id, position, account, *tyiyn)?;
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
