DROP TABLE message_choices;
DROP TABLE message_texts;
DROP TABLE gates;
DROP INDEX notifications_due;
DROP INDEX notifications_queue;
DROP INDEX notifications_fresh;
DROP INDEX notifications_useful;
DROP INDEX notifications_waiting;
DROP INDEX notifications_reports;
DROP INDEX notifications_sent;
DROP INDEX notifications_by_day;
ALTER TABLE notifications DROP CONSTRAINT notifications_state_check;
UPDATE notifications SET state = CASE
    WHEN state IN ('delivered', 'undelivered') THEN 'sent'
    WHEN state IN ('waiting', 'held', 'expired', 'cancelled') THEN 'failed' ELSE state END;
ALTER TABLE notifications
    ADD CONSTRAINT notifications_state_check CHECK (state IN ('pending', 'sending', 'sent', 'failed')),
    DROP COLUMN priority,
    DROP COLUMN due_at,
    DROP COLUMN useful_until,
    DROP COLUMN parts,
    DROP COLUMN cost_tyiyn,
    DROP COLUMN delivered_at,
    DROP COLUMN report_due_at,
    DROP COLUMN instead_of,
    DROP COLUMN released_at;
CREATE INDEX notifications_due ON notifications (next_attempt_at, id) WHERE state IN ('pending', 'sending');
