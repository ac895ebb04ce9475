-- Journals that belong to no order (a drawer is opened, a credit is paid out) and of further kinds.
ALTER TABLE journals ALTER COLUMN order_id DROP NOT NULL;
ALTER TABLE journals DROP CONSTRAINT journals_kind_check;
ALTER TABLE journals ADD CONSTRAINT journals_kind_check CHECK (kind IN ('charge', 'payment', 'refund', 'freight',
    'cancellation', 'correction', 'reversal', 'write_off', 'credit', 'cash_shift', 'storage', 'customs'));

-- The drawer of one cashier from one count to the next. Opened without a count by the first cash that moved,
-- `opening_tyiyn` is null; closed without a count, `counted_tyiyn` is.
CREATE TABLE cash_shifts (
    id             TEXT PRIMARY KEY NOT NULL,
    branch_id      TEXT NOT NULL REFERENCES branches (id),
    number         BIGINT NOT NULL,
    till           TEXT NOT NULL,
    staff_id       TEXT NOT NULL REFERENCES staff (id),
    cashier        TEXT NOT NULL,
    account        TEXT NOT NULL UNIQUE,
    version        BIGINT NOT NULL,
    opening_tyiyn  BIGINT CHECK (opening_tyiyn >= 0),
    opened_at      TIMESTAMP NOT NULL,
    expected_tyiyn BIGINT,
    counted_tyiyn  BIGINT CHECK (counted_tyiyn >= 0),
    counts         TEXT,
    explanation    TEXT,
    closed_at      TIMESTAMP,
    closed_by      TEXT,
    UNIQUE (branch_id, number),
    CHECK ((closed_at IS NULL) = (expected_tyiyn IS NULL)),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CHECK (closed_at IS NOT NULL OR counted_tyiyn IS NULL)
);
CREATE UNIQUE INDEX one_open_shift_per_cashier ON cash_shifts (staff_id, branch_id) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX one_open_shift_per_till ON cash_shifts (branch_id, till) WHERE closed_at IS NULL;
CREATE TRIGGER closed_shifts_no_update BEFORE UPDATE ON cash_shifts FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL)
    EXECUTE FUNCTION refuse('a closed shift is never changed');
CREATE TRIGGER cash_shifts_no_delete BEFORE DELETE ON cash_shifts FOR EACH ROW EXECUTE FUNCTION refuse('a shift is never deleted');
CREATE TRIGGER cash_shifts_no_truncate BEFORE TRUNCATE ON cash_shifts FOR EACH STATEMENT EXECUTE FUNCTION refuse('a shift is never deleted');

-- Cash put into a drawer or taken out of it otherwise than by a customer: change, encashment.
CREATE TABLE cash_moves (
    id           TEXT PRIMARY KEY NOT NULL,
    shift_id     TEXT NOT NULL REFERENCES cash_shifts (id),
    journal_id   TEXT NOT NULL UNIQUE REFERENCES journals (id),
    amount_tyiyn BIGINT NOT NULL CHECK (amount_tyiyn <> 0),
    reason       TEXT NOT NULL,
    at           TIMESTAMP NOT NULL,
    actor        TEXT NOT NULL
);
CREATE INDEX cash_moves_by_shift ON cash_moves (shift_id, id);
CREATE TRIGGER cash_moves_no_update BEFORE UPDATE ON cash_moves FOR EACH ROW EXECUTE FUNCTION refuse('a cash movement is never edited');
CREATE TRIGGER cash_moves_no_delete BEFORE DELETE ON cash_moves FOR EACH ROW EXECUTE FUNCTION refuse('a cash movement is never edited');
CREATE TRIGGER cash_moves_no_truncate BEFORE TRUNCATE ON cash_moves FOR EACH STATEMENT EXECUTE FUNCTION refuse('a cash movement is never edited');

-- During which shift a payment was taken, and how much of it became credit of the customer.
ALTER TABLE payments ADD COLUMN shift_id TEXT REFERENCES cash_shifts (id);
ALTER TABLE payments ADD COLUMN kept_tyiyn BIGINT NOT NULL DEFAULT 0
    CHECK (kept_tyiyn >= 0 AND refunded_tyiyn + kept_tyiyn <= amount_tyiyn);
CREATE INDEX payments_by_shift ON payments (shift_id, id);

-- What we keep for a customer beside their orders: always the sum of the ledger's credit account, with the sign turned.
ALTER TABLE customers ADD COLUMN credit_tyiyn BIGINT NOT NULL DEFAULT 0 CHECK (credit_tyiyn >= 0);
