DROP TABLE notification_attempts;
DROP TABLE parked_recipients;
DROP TABLE telegram_turns;
DROP TABLE telegram_updates;
DROP TABLE telegram_links;
DROP TABLE telegram_chats;
DELETE FROM message_texts WHERE channel = 'telegram';
DELETE FROM gates WHERE channel = 'telegram';
DELETE FROM notifications WHERE channel = 'telegram';
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
    state           TEXT NOT NULL CHECK (state IN ('pending', 'waiting', 'held', 'sending', 'sent', 'delivered',
                                                   'undelivered', 'failed', 'expired', 'cancelled')),
    attempts        INTEGER NOT NULL,
    next_attempt_at TIMESTAMP NOT NULL,
    last_error      TEXT,
    provider_note   TEXT,
    created_at      TIMESTAMP NOT NULL,
    sent_at         TIMESTAMP,
    secret          TEXT,
    priority        INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2),
    due_at          TIMESTAMP NOT NULL,
    useful_until    TIMESTAMP NOT NULL,
    parts           INTEGER NOT NULL CHECK (parts >= 0),
    cost_tyiyn      BIGINT NOT NULL CHECK (cost_tyiyn >= 0),
    delivered_at    TIMESTAMP,
    report_due_at   TIMESTAMP,
    instead_of      TEXT,
    released_at     TIMESTAMP
);
INSERT INTO notifications_old SELECT * FROM notifications;
DROP TABLE notifications;
ALTER TABLE notifications_old RENAME TO notifications;
CREATE INDEX notifications_due ON notifications (channel, priority, next_attempt_at, id) WHERE state IN ('pending', 'sending');
CREATE INDEX notifications_queue ON notifications (channel, recipient, id) WHERE state IN ('pending', 'sending');
CREATE INDEX notifications_fresh ON notifications (channel, due_at) WHERE state = 'pending';
CREATE INDEX notifications_useful ON notifications (channel, useful_until) WHERE state IN ('pending', 'sending');
CREATE INDEX notifications_waiting ON notifications (next_attempt_at) WHERE state = 'waiting';
CREATE INDEX notifications_reports ON notifications (report_due_at) WHERE report_due_at IS NOT NULL;
CREATE INDEX notifications_sent ON notifications (channel, recipient, sent_at);
CREATE INDEX notifications_by_day ON notifications (sent_at, channel, event);
CREATE INDEX notifications_by_order ON notifications (order_id, id);
CREATE INDEX notifications_by_state ON notifications (state, id);
CREATE TABLE gates_old (
    channel      TEXT PRIMARY KEY NOT NULL CHECK (channel IN ('sms', 'email')),
    failures     INTEGER NOT NULL,
    rests_until  TIMESTAMP,
    next_slot_at TIMESTAMP NOT NULL,
    turns        BIGINT NOT NULL,
    day          DATE NOT NULL,
    day_parts    BIGINT NOT NULL
);
INSERT INTO gates_old SELECT * FROM gates;
DROP TABLE gates;
ALTER TABLE gates_old RENAME TO gates;
CREATE TABLE message_texts_old (
    event      TEXT NOT NULL,
    channel    TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    language   TEXT NOT NULL CHECK (language IN ('ky', 'ru', 'en')),
    subject    TEXT,
    body       TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    updated_by TEXT NOT NULL,
    PRIMARY KEY (event, channel, language)
);
INSERT INTO message_texts_old SELECT * FROM message_texts;
DROP TABLE message_texts;
ALTER TABLE message_texts_old RENAME TO message_texts;
