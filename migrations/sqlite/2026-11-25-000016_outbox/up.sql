-- SQLite cannot change a CHECK, so the table is made anew.
CREATE TABLE notifications_new (
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
-- A message that waits while the step runs is as young as its writing; one that was sent before it has no known parts.
INSERT INTO notifications_new (id, message_id, dedupe_key, order_id, event, channel, recipient, language, subject, body,
    state, attempts, next_attempt_at, last_error, provider_note, created_at, sent_at, secret,
    priority, due_at, useful_until, parts, cost_tyiyn)
SELECT id, message_id, dedupe_key, order_id, event, channel, recipient, language, subject, body,
    state, attempts, next_attempt_at, last_error, provider_note, created_at, sent_at, secret,
    1, created_at, datetime(created_at, '+2 days'), 0, 0
FROM notifications;
DROP TABLE notifications;
ALTER TABLE notifications_new RENAME TO notifications;
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

-- What every worker of every process knows of a gateway: how fast it may be asked, and whether it is asked at all.
CREATE TABLE gates (
    channel      TEXT PRIMARY KEY NOT NULL CHECK (channel IN ('sms', 'email')),
    failures     INTEGER NOT NULL,
    rests_until  TIMESTAMP,
    next_slot_at TIMESTAMP NOT NULL,
    turns        BIGINT NOT NULL,
    day          DATE NOT NULL,
    day_parts    BIGINT NOT NULL
);
INSERT INTO gates (channel, failures, next_slot_at, turns, day, day_parts)
VALUES ('sms', 0, '1970-01-01 00:00:00', 0, '1970-01-01', 0), ('email', 0, '1970-01-01 00:00:00', 0, '1970-01-01', 0);

-- The firm's own texts.
CREATE TABLE message_texts (
    event      TEXT NOT NULL,
    channel    TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    language   TEXT NOT NULL CHECK (language IN ('ky', 'ru', 'en')),
    subject    TEXT,
    body       TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    updated_by TEXT NOT NULL,
    PRIMARY KEY (event, channel, language)
);

-- What customers chose, by phone.
CREATE TABLE message_choices (
    phone        TEXT PRIMARY KEY NOT NULL,
    language     TEXT CHECK (language IN ('ky', 'ru', 'en')),
    channels     TEXT,
    opted_out_at TIMESTAMP,
    updated_at   TIMESTAMP NOT NULL
);
