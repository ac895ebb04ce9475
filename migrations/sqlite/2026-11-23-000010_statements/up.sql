-- A statement of the bank account as it was imported. Only money that came in has lines here, each line once for ever:
-- its fingerprint is unique over all statements.
CREATE TABLE statements (
    id           TEXT PRIMARY KEY NOT NULL,
    file_name    TEXT,
    bank_account TEXT,
    period_from  DATE,
    period_to    DATE,
    debits       INTEGER NOT NULL CHECK (debits >= 0),
    duplicates   INTEGER NOT NULL CHECK (duplicates >= 0),
    imported_at  TIMESTAMP NOT NULL,
    actor        TEXT NOT NULL
);

-- A line waits (proposed, unmatched) until it is confirmed, which is a payment, or ignored. One without a sum cannot be
-- confirmed; what was confirmed stays so.
CREATE TABLE statement_lines (
    statement_id  TEXT NOT NULL REFERENCES statements (id),
    n             INTEGER NOT NULL CHECK (n > 0),
    file_row      BIGINT NOT NULL,
    fingerprint   TEXT NOT NULL UNIQUE,
    day           DATE,
    amount_tyiyn  BIGINT CHECK (amount_tyiyn > 0),
    document_no   TEXT,
    payer         TEXT,
    purpose       TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('proposed', 'unmatched', 'confirmed', 'ignored')),
    order_code    TEXT,
    reason        TEXT,
    payment_id    TEXT UNIQUE REFERENCES payments (id),
    decided_at    TIMESTAMP,
    decided_by    TEXT,
    CHECK (state IN ('unmatched', 'ignored') OR (order_code IS NOT NULL AND amount_tyiyn IS NOT NULL)),
    PRIMARY KEY (statement_id, n)
);

CREATE TRIGGER statements_no_update BEFORE UPDATE ON statements BEGIN SELECT RAISE(ABORT, 'a statement is never edited'); END;
CREATE TRIGGER statements_no_delete BEFORE DELETE ON statements BEGIN SELECT RAISE(ABORT, 'a statement is never edited'); END;
CREATE TRIGGER paid_lines_no_update BEFORE UPDATE ON statement_lines WHEN OLD.payment_id IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a confirmed line stays confirmed'); END;
CREATE TRIGGER lines_keep_what_the_bank_said BEFORE UPDATE OF statement_id, n, file_row, fingerprint, day, amount_tyiyn, document_no, payer, purpose ON statement_lines
BEGIN SELECT RAISE(ABORT, 'a statement is never edited'); END;
CREATE TRIGGER statement_lines_no_delete BEFORE DELETE ON statement_lines BEGIN SELECT RAISE(ABORT, 'a statement is never edited'); END;
