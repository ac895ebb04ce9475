//! Double entry: journals of postings in tyiyn that sum to zero, never changed, never deleted.
//! The database holds the same rules: a journal without its seal cannot be committed, and only a balanced one is sealed.

mod store;

use std::collections::{BTreeSet, HashMap};

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::ids::{JournalId, OrderId};

pub use store::{Journal, Posting, Turnover};

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
        /// Storage beyond the free days.
        Storage = "storage",
        /// A charge taken back because the order was cancelled.
        Cancellation = "cancellation",
        /// Something charged or let off beside the quote, by a person with a reason.
        Correction = "correction",
        /// A charge, freight or correction taken back.
        Reversal = "reversal",
        /// A debt given up.
        WriteOff = "write_off",
        /// Money of a customer that is kept for them, used, or paid out.
        Credit = "credit",
        /// Cash that moved between a drawer and the branch.
        CashShift = "cash_shift",
    }
}

/// An account: what the money is, or where it is. Debits are positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// What the customer of an order owes us.
    Receivable(String),
    /// Cash of a branch outside its drawers, by the branch's code.
    Cash(String),
    /// Cash in the drawer of one cash shift, by the branch's code and the shift's number there.
    Drawer(String, i64),
    /// What was found too much or too little when the drawers of a branch were counted.
    CashDifference(String),
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
    /// Storage beyond the free days.
    Storage,
    /// Customs.
    Customs,
    /// What is kept for a customer, by their client code.
    Credit(String),
    /// Debts given up.
    WriteOffs,
    /// Debts below the rounding step given up.
    Rounding,
}

impl std::fmt::Display for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Account::Receivable(code) => write!(f, "receivable:{code}"),
            Account::Cash(branch) => write!(f, "cash:{branch}"),
            Account::Drawer(branch, shift) => write!(f, "cash:{branch}:{shift}"),
            Account::CashDifference(branch) => write!(f, "cash_difference:{branch}"),
            Account::Bank => f.write_str("bank"),
            Account::EWallet(None) => f.write_str("e_wallet"),
            Account::EWallet(Some(wallet)) => write!(f, "e_wallet:{wallet}"),
            Account::Goods => f.write_str("goods"),
            Account::DomesticDelivery => f.write_str("domestic_delivery"),
            Account::Service => f.write_str("service"),
            Account::Freight => f.write_str("freight"),
            Account::Storage => f.write_str("storage"),
            Account::Customs => f.write_str("customs"),
            Account::Credit(client) => write!(f, "credit:{client}"),
            Account::WriteOffs => f.write_str("write_offs"),
            Account::Rounding => f.write_str("rounding"),
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

/// Whether a kind of journal says what is owed, and so can be taken back; money that moved is given back instead.
pub fn can_be_taken_back(kind: Kind) -> bool {
    match kind {
        Kind::Charge | Kind::Freight | Kind::Storage | Kind::Correction | Kind::WriteOff => true,
        Kind::Payment | Kind::Refund | Kind::Cancellation | Kind::Reversal | Kind::Credit | Kind::CashShift => false,
    }
}

/// Those of an order's journals that say what is owed and were not taken back.
///
/// # Errors
/// Those of the database.
pub fn standing(tx: &mut Tx, order_id: &OrderId) -> Result<Vec<(Journal, Vec<Posting>)>> {
    let mut journals = of_order(tx, order_id)?;
    let taken_back: BTreeSet<_> = journals.iter().filter_map(|(journal, _)| journal.reverses.clone()).collect();
    journals.retain(|(journal, _)| can_be_taken_back(journal.kind) && !taken_back.contains(&journal.id));
    Ok(journals)
}

/// A journal that takes another back, whole. It can be posted once: a journal taken back stays taken back.
pub fn taking_back(kind: Kind, journal: &Journal, postings: &[Posting]) -> Entry {
    let entry = Entry::new(kind, format!("taken_back:{}", journal.id)).reversing(&journal.id);
    postings.iter().fold(entry, |entry, leg| entry.credit(&leg.account, leg.amount_tyiyn))
}

/// Whether a fact has its journal.
///
/// # Errors
/// Those of the database.
pub fn is_posted(tx: &mut Tx, fact: &str) -> Result<bool> {
    store::has_fact(tx, fact)
}

/// Posts a journal.
///
/// # Errors
/// [`Error::Startup`] when the postings do not sum to zero, which is a bug; a repeated fact is a database error.
pub fn post(tx: &mut Tx, entry: &Entry) -> Result<JournalId> {
    refuse_unbalanced(entry)?;
    let id = store::insert_journal(tx, entry)?;
    for (position, (account, tyiyn)) in (0..).zip(&entry.postings) {
        store::insert_posting(tx, &id, position, account, *tyiyn)?;
    }
    store::seal(tx, &id)?;
    Ok(id)
}

/// Posts many journals at once.
///
/// # Errors
/// Those of [`post`].
pub fn post_all(tx: &mut Tx, entries: &[Entry]) -> Result<()> {
    entries.iter().try_for_each(refuse_unbalanced)?;
    store::insert_all(tx, entries)
}

fn refuse_unbalanced(entry: &Entry) -> Result<()> {
    let sum = entry.postings.iter().try_fold(0_i64, |sum, (_, tyiyn)| sum.checked_add(*tyiyn));
    if sum != Some(0) || entry.is_empty() {
        return Err(Error::Startup(format!("the journal {} does not sum to zero", entry.idempotency_key)));
    }
    Ok(())
}

/// The facts that journals of one kind record for these orders.
///
/// # Errors
/// Those of the database.
pub fn facts_of(tx: &mut Tx, orders: &[OrderId], kind: Kind) -> Result<Vec<String>> {
    store::facts_of(tx, orders, kind)
}

/// What an order's customer paid and was not given back, tyiyn, by its ledger: payments, refunds, credit.
///
/// # Errors
/// Those of the database.
pub fn paid_tyiyn(tx: &mut Tx, order_id: &OrderId, receivable: &Account) -> Result<i64> {
    store::sum_of_kinds(tx, order_id, &receivable.to_string(), &[Kind::Payment, Kind::Refund, Kind::Credit])
        .map(|owed_tyiyn| -owed_tyiyn)
}

/// What moved on an account, by kind of journal.
///
/// # Errors
/// Those of the database.
pub fn turnover(tx: &mut Tx, account: &str) -> Result<Vec<Turnover>> {
    store::turnover(tx, account)
}

/// The sum of an account, tyiyn.
///
/// # Errors
/// Those of the database.
pub fn balance(tx: &mut Tx, account: &str) -> Result<i64> {
    Ok(store::turnover(tx, account)?.iter().map(|moved| moved.debit_tyiyn - moved.credit_tyiyn).sum())
}

/// The journals of an order, oldest first, with their postings.
///
/// # Errors
/// Those of the database.
pub fn of_order(tx: &mut Tx, order_id: &OrderId) -> Result<Vec<(Journal, Vec<Posting>)>> {
    // Journals first: a reader who is overtaken by a new one then leaves it out whole.
    let journals = store::journals_of(tx, order_id)?.into_iter();
    let mut postings: HashMap<JournalId, Vec<Posting>> = HashMap::new();
    for posting in store::postings_of(tx, order_id)? {
        postings.entry(posting.journal_id.clone()).or_default().push(posting);
    }
    let with_postings = |journal: Journal| {
        let postings = postings.remove(&journal.id).unwrap_or_default();
        (journal, postings)
    };
    Ok(journals.map(with_postings).collect())
}
