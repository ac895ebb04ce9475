DROP TABLE message_choices;
DROP TABLE message_texts;
DROP TABLE gates;
CREATE TABLE notifications_old (
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
    sent_at         TIMESTAMP,
    secret          TEXT
);
INSERT INTO notifications_old
SELECT id, message_id, dedupe_key, order_id, event, channel, recipient, language, subject, body,
    CASE WHEN state IN ('delivered', 'undelivered') THEN 'sent'
         WHEN state IN ('waiting', 'held', 'expired', 'cancelled') THEN 'failed' ELSE state END,
    attempts, next_attempt_at, last_error, provider_note, created_at, sent_at, secret
FROM notifications;
DROP TABLE notifications;
ALTER TABLE notifications_old RENAME TO notifications;
CREATE INDEX notifications_due ON notifications (next_attempt_at, id) WHERE state IN ('pending', 'sending');
CREATE INDEX notifications_by_order ON notifications (order_id, id);
CREATE INDEX notifications_by_state ON notifications (state, id);
