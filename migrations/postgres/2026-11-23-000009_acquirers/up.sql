CREATE TABLE acquirer_invoices (
    id                  TEXT PRIMARY KEY NOT NULL,
    provider            TEXT NOT NULL CHECK (provider IN ('freedom_pay', 'odengi', 'mkassa', 'finik')),
    order_id            TEXT NOT NULL REFERENCES orders (id),
    order_code          TEXT NOT NULL,
    reference           TEXT NOT NULL UNIQUE,
    amount_tyiyn        BIGINT NOT NULL CHECK (amount_tyiyn > 0),
    state               TEXT NOT NULL CHECK (state IN ('creating', 'open', 'paid', 'failed')),
    provider_invoice_id TEXT,
    pay_url             TEXT,
    error               TEXT,
    created_at          TIMESTAMP NOT NULL,
    paid_at             TIMESTAMP,
    actor               TEXT NOT NULL
);
CREATE INDEX acquirer_invoices_by_order ON acquirer_invoices (order_id, id);

-- The inbox: what came is kept as it came; only what we make of it changes. No next attempt: it is settled.
CREATE TABLE acquirer_callbacks (
    id              TEXT PRIMARY KEY NOT NULL,
    provider        TEXT NOT NULL CHECK (provider IN ('freedom_pay', 'odengi', 'mkassa', 'finik')),
    received_at     TIMESTAMP NOT NULL,
    body            BYTEA NOT NULL,
    headers         TEXT NOT NULL,
    verdict         TEXT NOT NULL CHECK (verdict IN ('received', 'paid', 'duplicate', 'forged', 'foreign_merchant',
                                                     'wrong_amount', 'unknown_invoice', 'not_paid', 'unreachable')),
    reason          TEXT,
    invoice_id      TEXT REFERENCES acquirer_invoices (id),
    attempts        INTEGER NOT NULL,
    next_attempt_at TIMESTAMP,
    settled_at      TIMESTAMP
);
CREATE INDEX acquirer_callbacks_due ON acquirer_callbacks (next_attempt_at, id) WHERE next_attempt_at IS NOT NULL;
CREATE TRIGGER acquirer_callbacks_stay BEFORE UPDATE OF id, provider, received_at, body, headers ON acquirer_callbacks
FOR EACH ROW EXECUTE FUNCTION refuse('a callback is kept as it came');
CREATE TRIGGER acquirer_callbacks_no_delete BEFORE DELETE ON acquirer_callbacks
FOR EACH ROW EXECUTE FUNCTION refuse('a callback is kept as it came');
CREATE TRIGGER acquirer_callbacks_no_truncate BEFORE TRUNCATE ON acquirer_callbacks
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a callback is kept as it came');

-- One row for each payment of a provider, for ever.
CREATE TABLE acquirer_payments (
    provider     TEXT NOT NULL CHECK (provider IN ('freedom_pay', 'odengi', 'mkassa', 'finik')),
    payment_key  TEXT NOT NULL,
    invoice_id   TEXT NOT NULL REFERENCES acquirer_invoices (id),
    amount_tyiyn BIGINT NOT NULL CHECK (amount_tyiyn > 0),
    at           TIMESTAMP NOT NULL,
    PRIMARY KEY (provider, payment_key)
);
CREATE TRIGGER acquirer_payments_no_update BEFORE UPDATE ON acquirer_payments
FOR EACH ROW EXECUTE FUNCTION refuse('a payment stays');
CREATE TRIGGER acquirer_payments_no_delete BEFORE DELETE ON acquirer_payments
FOR EACH ROW EXECUTE FUNCTION refuse('a payment stays');
CREATE TRIGGER acquirer_payments_no_truncate BEFORE TRUNCATE ON acquirer_payments
FOR EACH STATEMENT EXECUTE FUNCTION refuse('a payment stays');
