CREATE TABLE notifications (
    id              TEXT PRIMARY KEY NOT NULL,
    message_id      TEXT NOT NULL UNIQUE,
    dedupe_key      TEXT NOT NULL UNIQUE,
    order_id        TEXT NOT NULL REFERENCES orders (id),
    event           TEXT NOT NULL,
    channel         TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    recipient       TEXT NOT NULL,
    language        TEXT NOT NULL,
    subject         TEXT,
    body            TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'failed')),
    attempts        INTEGER NOT NULL,
    next_attempt_at TIMESTAMP NOT NULL,
    last_error      TEXT,
    provider_note   TEXT,
    created_at      TIMESTAMP NOT NULL,
    sent_at         TIMESTAMP
);
CREATE INDEX notifications_due ON notifications (next_attempt_at, id) WHERE state IN ('pending', 'sending');
CREATE INDEX notifications_by_order ON notifications (order_id, id);
CREATE INDEX notifications_by_state ON notifications (state, id);
