-- A message that waits while the step runs is as young as its writing; one that was sent before it has no known parts.
ALTER TABLE notifications
    DROP CONSTRAINT notifications_state_check,
    ADD CONSTRAINT notifications_state_check
        CHECK (state IN ('pending', 'waiting', 'held', 'sending', 'sent', 'delivered',
                         'undelivered', 'failed', 'expired', 'cancelled')),
    ADD COLUMN priority INTEGER NOT NULL DEFAULT 1 CHECK (priority BETWEEN 0 AND 2),
    ADD COLUMN due_at TIMESTAMP,
    ADD COLUMN useful_until TIMESTAMP,
    ADD COLUMN parts INTEGER NOT NULL DEFAULT 0 CHECK (parts >= 0),
    ADD COLUMN cost_tyiyn BIGINT NOT NULL DEFAULT 0 CHECK (cost_tyiyn >= 0),
    ADD COLUMN delivered_at TIMESTAMP,
    ADD COLUMN report_due_at TIMESTAMP,
    ADD COLUMN instead_of TEXT,
    ADD COLUMN released_at TIMESTAMP;
UPDATE notifications SET due_at = created_at, useful_until = created_at + INTERVAL '2 days';
ALTER TABLE notifications
    ALTER COLUMN priority DROP DEFAULT,
    ALTER COLUMN due_at SET NOT NULL,
    ALTER COLUMN useful_until SET NOT NULL,
    ALTER COLUMN parts DROP DEFAULT,
    ALTER COLUMN cost_tyiyn DROP DEFAULT;
DROP INDEX notifications_due;
CREATE INDEX notifications_due ON notifications (channel, priority, next_attempt_at, id) WHERE state IN ('pending', 'sending');
CREATE INDEX notifications_queue ON notifications (channel, recipient, id) WHERE state IN ('pending', 'sending');
CREATE INDEX notifications_fresh ON notifications (channel, due_at) WHERE state = 'pending';
CREATE INDEX notifications_useful ON notifications (channel, useful_until) WHERE state IN ('pending', 'sending');
CREATE INDEX notifications_waiting ON notifications (next_attempt_at) WHERE state = 'waiting';
CREATE INDEX notifications_reports ON notifications (report_due_at) WHERE report_due_at IS NOT NULL;
CREATE INDEX notifications_sent ON notifications (channel, recipient, sent_at);
CREATE INDEX notifications_by_day ON notifications (sent_at, channel, event);

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
