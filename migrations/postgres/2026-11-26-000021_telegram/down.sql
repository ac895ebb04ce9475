DROP TABLE notification_attempts;
DROP TABLE parked_recipients;
DROP TABLE telegram_turns;
DROP TABLE telegram_updates;
DROP TABLE telegram_links;
DROP TABLE telegram_chats;
DELETE FROM message_texts WHERE channel = 'telegram';
DELETE FROM gates WHERE channel = 'telegram';
DELETE FROM notifications WHERE channel = 'telegram';
ALTER TABLE notifications
    DROP CONSTRAINT notifications_channel_check,
    ADD CONSTRAINT notifications_channel_check CHECK (channel IN ('sms', 'email'));
ALTER TABLE gates
    DROP CONSTRAINT gates_channel_check,
    ADD CONSTRAINT gates_channel_check CHECK (channel IN ('sms', 'email'));
ALTER TABLE message_texts
    DROP CONSTRAINT message_texts_channel_check,
    ADD CONSTRAINT message_texts_channel_check CHECK (channel IN ('sms', 'email'));
