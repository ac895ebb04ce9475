-- A journal becomes part of history only with its seal, and a seal is only given to postings that sum to zero.
-- The deferred reference makes the commit fail when the seal is missing.
CREATE TABLE journals (
    id              TEXT PRIMARY KEY NOT NULL,
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

ALTER TABLE journals ADD CONSTRAINT journals_are_sealed
    FOREIGN KEY (id) REFERENCES journal_seals (journal_id) DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF COALESCE((SELECT SUM(amount_tyiyn) FROM postings WHERE journal_id = NEW.journal_id), 1) <> 0 THEN
        RAISE EXCEPTION 'a journal must sum to zero';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER seal_only_a_balanced_journal BEFORE INSERT ON journal_seals FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced();

CREATE FUNCTION refuse_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM journal_seals WHERE journal_id = NEW.journal_id) THEN
        RAISE EXCEPTION 'the journal is closed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER no_posting_after_the_seal BEFORE INSERT ON postings FOR EACH ROW EXECUTE FUNCTION refuse_sealed();
CREATE TRIGGER journals_no_update BEFORE UPDATE ON journals FOR EACH ROW EXECUTE FUNCTION refuse('the ledger is append-only');
CREATE TRIGGER journals_no_delete BEFORE DELETE ON journals FOR EACH ROW EXECUTE FUNCTION refuse('the ledger is append-only');
CREATE TRIGGER journals_no_truncate BEFORE TRUNCATE ON journals FOR EACH STATEMENT EXECUTE FUNCTION refuse('the ledger is append-only');
CREATE TRIGGER postings_no_update BEFORE UPDATE ON postings FOR EACH ROW EXECUTE FUNCTION refuse('the ledger is append-only');
CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings FOR EACH ROW EXECUTE FUNCTION refuse('the ledger is append-only');
CREATE TRIGGER postings_no_truncate BEFORE TRUNCATE ON postings FOR EACH STATEMENT EXECUTE FUNCTION refuse('the ledger is append-only');
CREATE TRIGGER seals_no_update BEFORE UPDATE ON journal_seals FOR EACH ROW EXECUTE FUNCTION refuse('the ledger is append-only');
CREATE TRIGGER seals_no_delete BEFORE DELETE ON journal_seals FOR EACH ROW EXECUTE FUNCTION refuse('the ledger is append-only');
CREATE TRIGGER journal_seals_no_truncate BEFORE TRUNCATE ON journal_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse('the ledger is append-only');

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
