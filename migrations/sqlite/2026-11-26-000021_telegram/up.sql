-- SQLite cannot change a CHECK, so the tables are made anew.
CREATE TABLE notifications_new (
    id              TEXT PRIMARY KEY NOT NULL,
    message_id      TEXT NOT NULL UNIQUE,
    dedupe_key      TEXT NOT NULL UNIQUE,
    order_id        TEXT NOT NULL REFERENCES orders (id),
    event           TEXT NOT NULL,
    channel         TEXT NOT NULL CHECK (channel IN ('telegram', 'sms', 'email')),
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
INSERT INTO notifications_new SELECT * FROM notifications;
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

CREATE TABLE gates_new (
    channel      TEXT PRIMARY KEY NOT NULL CHECK (channel IN ('telegram', 'sms', 'email')),
    failures     INTEGER NOT NULL,
    rests_until  TIMESTAMP,
    next_slot_at TIMESTAMP NOT NULL,
    turns        BIGINT NOT NULL,
    day          DATE NOT NULL,
    day_parts    BIGINT NOT NULL
);
INSERT INTO gates_new SELECT * FROM gates;
DROP TABLE gates;
ALTER TABLE gates_new RENAME TO gates;
INSERT INTO gates (channel, failures, next_slot_at, turns, day, day_parts)
VALUES ('telegram', 0, '1970-01-01 00:00:00', 0, '1970-01-01', 0);

CREATE TABLE message_texts_new (
    event      TEXT NOT NULL,
    channel    TEXT NOT NULL CHECK (channel IN ('telegram', 'sms', 'email')),
    language   TEXT NOT NULL CHECK (language IN ('ky', 'ru', 'en')),
    subject    TEXT,
    body       TEXT NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    updated_by TEXT NOT NULL,
    PRIMARY KEY (event, channel, language)
);
INSERT INTO message_texts_new SELECT * FROM message_texts;
DROP TABLE message_texts;
ALTER TABLE message_texts_new RENAME TO message_texts;

-- Where a customer reads their messages in Telegram. A family may share a chat; a customer has one.
CREATE TABLE telegram_chats (
    phone       TEXT PRIMARY KEY NOT NULL,
    client_code TEXT NOT NULL,
    chat_id     BIGINT NOT NULL,
    linked_at   TIMESTAMP NOT NULL
);
CREATE INDEX telegram_chats_by_chat ON telegram_chats (chat_id);

-- The tokens of deep links that are still good, hashed: whoever brings one is the customer.
CREATE TABLE telegram_links (
    token_hash  TEXT PRIMARY KEY NOT NULL,
    phone       TEXT NOT NULL,
    client_code TEXT NOT NULL,
    language    TEXT NOT NULL CHECK (language IN ('ky', 'ru', 'en')),
    expires_at  TIMESTAMP NOT NULL
);
CREATE INDEX telegram_links_by_phone ON telegram_links (phone, expires_at);

-- What the bot has heard: an update that comes again changes nothing. Only those of the last days.
CREATE TABLE telegram_updates (
    update_id   BIGINT PRIMARY KEY NOT NULL,
    received_at TIMESTAMP NOT NULL
);

-- One process at a time asks for updates.
CREATE TABLE telegram_turns (
    name         TEXT PRIMARY KEY NOT NULL,
    leased_until TIMESTAMP NOT NULL
);
INSERT INTO telegram_turns (name, leased_until) VALUES ('updates', '1970-01-01 00:00:00');

-- Addresses and chats that do not exist any more, by the word of whoever was to deliver: nothing more is sent there.
CREATE TABLE parked_recipients (
    channel   TEXT NOT NULL CHECK (channel IN ('telegram', 'sms', 'email')),
    recipient TEXT NOT NULL,
    reason    TEXT NOT NULL,
    parked_at TIMESTAMP NOT NULL,
    PRIMARY KEY (channel, recipient)
);

-- Attempts that did not succeed; the one that did is in the message itself.
CREATE TABLE notification_attempts (
    id              TEXT PRIMARY KEY NOT NULL,
    notification_id TEXT NOT NULL REFERENCES notifications (id),
    at              TIMESTAMP NOT NULL,
    error           TEXT NOT NULL
);
CREATE INDEX notification_attempts_of ON notification_attempts (notification_id, id);
