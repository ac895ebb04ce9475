-- A journal becomes part of history only with its seal, and a seal is only given to postings that sum to zero.
-- The deferred reference makes the commit fail when the seal is missing.
CREATE TABLE journals (
    id              TEXT PRIMARY KEY NOT NULL REFERENCES journal_seals (journal_id) DEFERRABLE INITIALLY DEFERRED,
    order_id        TEXT NOT NULL REFERENCES orders (id),
    kind            TEXT NOT NULL CHECK (kind IN ('charge', 'payment', 'refund', 'freight', 'cancellation')),
    idempotency_key TEXT NOT NULL UNIQUE,
    reverses        TEXT REFERENCES journals (id),
    at              TIMESTAMP NOT NULL,
    actor           TEXT NOT NULL
);
CREATE INDEX journals_by_order ON journals (order_id, id);

CREATE TABLE postings (
    journal_id   TEXT NOT NULL REFERENCES journals (id),
    position     INTEGER NOT NULL,
    account      TEXT NOT NULL,
    amount_tyiyn BIGINT NOT NULL CHECK (amount_tyiyn <> 0),
    PRIMARY KEY (journal_id, position)
);
CREATE INDEX postings_by_account ON postings (account, amount_tyiyn);

CREATE TABLE journal_seals (
    journal_id TEXT PRIMARY KEY NOT NULL REFERENCES journals (id)
);

CREATE TRIGGER seal_only_a_balanced_journal BEFORE INSERT ON journal_seals
WHEN COALESCE((SELECT SUM(amount_tyiyn) FROM postings WHERE journal_id = NEW.journal_id), 1) <> 0
BEGIN SELECT RAISE(ABORT, 'a journal must sum to zero'); END;
CREATE TRIGGER no_posting_after_the_seal BEFORE INSERT ON postings
WHEN EXISTS (SELECT 1 FROM journal_seals WHERE journal_id = NEW.journal_id)
BEGIN SELECT RAISE(ABORT, 'the journal is closed'); END;
CREATE TRIGGER journals_no_update BEFORE UPDATE ON journals BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER journals_no_delete BEFORE DELETE ON journals BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER postings_no_update BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER seals_no_update BEFORE UPDATE ON journal_seals BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER seals_no_delete BEFORE DELETE ON journal_seals BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TABLE payments (
    id             TEXT PRIMARY KEY NOT NULL,
    order_id       TEXT NOT NULL REFERENCES orders (id),
    journal_id     TEXT NOT NULL UNIQUE REFERENCES journals (id),
    method         TEXT NOT NULL CHECK (method IN ('cash', 'bank_transfer', 'e_wallet')),
    account        TEXT NOT NULL,
    amount_tyiyn   BIGINT NOT NULL CHECK (amount_tyiyn > 0),
    refunded_tyiyn BIGINT NOT NULL CHECK (refunded_tyiyn BETWEEN 0 AND amount_tyiyn),
    reference      TEXT,
    note           TEXT,
    receipt_no     TEXT NOT NULL UNIQUE,
    at             TIMESTAMP NOT NULL,
    actor          TEXT NOT NULL
);
CREATE INDEX payments_by_order ON payments (order_id, id);
