-- The version of the order after the step. Versions grow while the order is held, whatever a clock says, so steps are told in
-- their sequence; what was written before this column came stands first, by identifier.
ALTER TABLE events ADD COLUMN order_version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX events_by_step ON events (order_id, order_version, id);
DROP INDEX events_by_order;
