ALTER TABLE notifications
    DROP CONSTRAINT notifications_channel_check,
    ADD CONSTRAINT notifications_channel_check CHECK (channel IN ('telegram', 'sms', 'email'));
ALTER TABLE gates
    DROP CONSTRAINT gates_channel_check,
    ADD CONSTRAINT gates_channel_check CHECK (channel IN ('telegram', 'sms', 'email'));
ALTER TABLE message_texts
    DROP CONSTRAINT message_texts_channel_check,
    ADD CONSTRAINT message_texts_channel_check CHECK (channel IN ('telegram', 'sms', 'email'));
INSERT INTO gates (channel, failures, next_slot_at, turns, day, day_parts)
VALUES ('telegram', 0, '1970-01-01 00:00:00', 0, '1970-01-01', 0);

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
