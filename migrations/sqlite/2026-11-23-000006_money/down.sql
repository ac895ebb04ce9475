ALTER TABLE customers DROP COLUMN credit_tyiyn;
DROP INDEX payments_by_shift;
ALTER TABLE payments DROP COLUMN kept_tyiyn;
ALTER TABLE payments DROP COLUMN shift_id;
DROP TABLE cash_moves;
DROP TABLE cash_shifts;
PRAGMA defer_foreign_keys = ON;
CREATE TEMP TABLE journals_after AS SELECT * FROM journals;
DROP TABLE journals;
CREATE TABLE journals (
    id              TEXT PRIMARY KEY NOT NULL REFERENCES journal_seals (journal_id) DEFERRABLE INITIALLY DEFERRED,
    order_id        TEXT NOT NULL REFERENCES orders (id),
    kind            TEXT NOT NULL CHECK (kind IN ('charge', 'payment', 'refund', 'freight', 'cancellation')),
    idempotency_key TEXT NOT NULL UNIQUE,
    reverses        TEXT REFERENCES journals (id),
    at              TIMESTAMP NOT NULL,
    actor           TEXT NOT NULL
);
INSERT INTO journals SELECT * FROM journals_after ORDER BY id;
DROP TABLE journals_after;
CREATE INDEX journals_by_order ON journals (order_id, id);
CREATE TRIGGER journals_no_update BEFORE UPDATE ON journals BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER journals_no_delete BEFORE DELETE ON journals BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
