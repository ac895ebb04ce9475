CREATE INDEX events_by_order ON events (order_id, id);
DROP INDEX events_by_step;
ALTER TABLE events DROP COLUMN order_version;
