//! What must be true of the data, as questions whose answers name the rows where it is not. Both databases understand them.

/// One promise.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Which part of the house.
    pub part: &'static str,
    /// What is promised, as a sentence.
    pub promise: &'static str,
    /// Names each row that breaks it, in a column `line`.
    pub query: &'static str,
}

const fn check(part: &'static str, promise: &'static str, query: &'static str) -> Check {
    Check { part, promise, query }
}

/// The books: what `ledger_imbalance_tyiyn` counts, too.
pub const BOOKS: &[Check] = &[
    check(
        "ledger",
        "every journal sums to zero",
        "SELECT 'journal ' || journal_id || ' sums to ' || CAST(SUM(amount_tyiyn) AS TEXT) || ' tyiyn' AS line \
         FROM postings GROUP BY journal_id HAVING SUM(amount_tyiyn) <> 0",
    ),
    check(
        "ledger",
        "every journal has its seal",
        "SELECT 'journal ' || id || ' has none' AS line FROM journals \
         WHERE NOT EXISTS (SELECT 1 FROM journal_seals WHERE journal_id = journals.id)",
    ),
    check(
        "ledger",
        "every journal has postings",
        "SELECT 'journal ' || id || ' has none' AS line FROM journals \
         WHERE NOT EXISTS (SELECT 1 FROM postings WHERE journal_id = journals.id)",
    ),
    check(
        "ledger",
        "an order's balance is the sum of its postings",
        "SELECT orders.code || ' says ' || CAST(balance_tyiyn AS TEXT) || ' tyiyn, its postings ' \
         || CAST(COALESCE(posted, 0) AS TEXT) AS line FROM orders LEFT JOIN (SELECT account, SUM(amount_tyiyn) AS posted \
         FROM postings WHERE account LIKE 'receivable:%' GROUP BY account) AS sums ON account = 'receivable:' || orders.code \
         WHERE balance_tyiyn <> COALESCE(posted, 0)",
    ),
    check(
        "ledger",
        "what is owed is owed for an order",
        "SELECT DISTINCT account AS line FROM postings WHERE account LIKE 'receivable:%' \
         AND NOT EXISTS (SELECT 1 FROM orders WHERE code = SUBSTR(account, LENGTH('receivable:') + 1))",
    ),
    check(
        "ledger",
        "a customer's credit is the sum of its postings",
        "SELECT client_code || ' has ' || CAST(credit_tyiyn AS TEXT) || ' tyiyn, by its postings ' \
         || CAST(COALESCE(posted, 0) AS TEXT) AS line FROM customers LEFT JOIN (SELECT account, -SUM(amount_tyiyn) AS posted \
         FROM postings WHERE account LIKE 'credit:%' GROUP BY account) AS sums ON account = 'credit:' || client_code \
         WHERE credit_tyiyn <> COALESCE(posted, 0)",
    ),
    check(
        "ledger",
        "a drawer that was closed is empty",
        "SELECT cash_shifts.account || ' still holds ' || CAST(SUM(amount_tyiyn) AS TEXT) || ' tyiyn' AS line FROM cash_shifts \
         JOIN postings ON postings.account = cash_shifts.account WHERE closed_at IS NOT NULL \
         GROUP BY cash_shifts.account HAVING SUM(amount_tyiyn) <> 0",
    ),
    // By the journal, which has a few postings: the index of an account like the bank's has hundreds of thousands.
    check(
        "payments",
        "a payment is what its journal says",
        "SELECT 'receipt ' || receipt_no AS line FROM payments WHERE NOT EXISTS (SELECT 1 FROM postings \
         WHERE postings.journal_id = payments.journal_id AND postings.account || '' = payments.account \
         AND postings.amount_tyiyn = payments.amount_tyiyn)",
    ),
    check(
        "payments",
        "what was refunded is what its journals say",
        "SELECT 'receipt ' || receipt_no || ' says ' || CAST(refunded_tyiyn AS TEXT) || ' tyiyn, the ledger ' \
         || CAST(COALESCE(refunded, 0) AS TEXT) AS line FROM payments LEFT JOIN (SELECT reverses, SUM(amount_tyiyn) AS refunded \
         FROM journals JOIN postings ON journal_id = journals.id WHERE journals.kind = 'refund' AND amount_tyiyn > 0 \
         GROUP BY reverses) AS sums ON reverses = payments.journal_id WHERE refunded_tyiyn <> COALESCE(refunded, 0)",
    ),
    check(
        "payments",
        "no more goes back than came in",
        "SELECT 'receipt ' || receipt_no AS line FROM payments WHERE refunded_tyiyn + kept_tyiyn > amount_tyiyn",
    ),
    check(
        "payments",
        "a provider's payment has its journal",
        "SELECT provider || ' ' || payment_key AS line FROM acquirer_payments WHERE NOT EXISTS (SELECT 1 FROM acquirer_invoices \
         WHERE acquirer_invoices.id = acquirer_payments.invoice_id AND acquirer_invoices.state = 'paid')",
    ),
];

/// Goods, trail and outbox.
pub const HOUSE: &[Check] = &[
    check(
        "status",
        "an order is where its timeline ends",
        "SELECT orders.code || ' is ' || orders.status || ', its timeline ends with ' || events.status AS line FROM orders \
         JOIN events ON events.id = (SELECT id FROM events WHERE order_id = orders.id ORDER BY order_version DESC, id DESC LIMIT 1) \
         WHERE events.status <> orders.status",
    ),
    check(
        "status",
        "every order has a timeline",
        "SELECT code AS line FROM orders WHERE NOT EXISTS (SELECT 1 FROM events WHERE order_id = orders.id)",
    ),
    check(
        "status",
        "a parcel that was handed over says when",
        "SELECT barcode AS line FROM parcels WHERE status = 'picked_up' AND picked_up_at IS NULL",
    ),
    check(
        "status",
        "nothing that was handed over lies in a cell or on a truck",
        "SELECT barcode AS line FROM parcels WHERE status = 'picked_up' AND cell IS NOT NULL",
    ),
    check(
        "audit",
        "every payment has its line",
        "SELECT orders.code || ' has ' || CAST(COUNT(*) AS TEXT) || ' payments' AS line FROM payments \
         JOIN orders ON orders.id = order_id GROUP BY orders.code HAVING COUNT(*) <> (SELECT COUNT(*) FROM audit \
         WHERE action = 'payment.recorded' AND object = orders.code)",
    ),
    check(
        "audit",
        "every refund has its line",
        "SELECT orders.code || ' has ' || CAST(COUNT(*) AS TEXT) || ' refunds' AS line FROM journals \
         JOIN orders ON orders.id = order_id WHERE journals.kind = 'refund' GROUP BY orders.code HAVING COUNT(*) <> \
         (SELECT COUNT(*) FROM audit WHERE action = 'payment.refunded' AND object = orders.code)",
    ),
    check(
        "audit",
        "every closed drawer has its line",
        "SELECT account AS line FROM cash_shifts WHERE closed_at IS NOT NULL AND (SELECT COUNT(*) FROM audit \
         WHERE action = 'shift.closed' AND object = cash_shifts.id) <> 1",
    ),
    check(
        "outbox",
        "a message that went says when",
        "SELECT 'message ' || message_id AS line FROM notifications \
         WHERE state IN ('sent', 'delivered', 'undelivered') AND sent_at IS NULL",
    ),
    check(
        "outbox",
        "a message that went has forgotten its secret",
        "SELECT 'message ' || message_id AS line FROM notifications \
         WHERE state IN ('sent', 'delivered') AND secret IS NOT NULL",
    ),
    check(
        "outbox",
        "what stands in for a message stands in for one that is there",
        "SELECT 'message ' || message_id AS line FROM notifications AS mine WHERE instead_of IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM notifications WHERE notifications.id = mine.instead_of)",
    ),
];
