DELETE FROM notifications WHERE order_id IS NULL;
ALTER TABLE notifications ALTER COLUMN order_id SET NOT NULL;
ALTER TABLE customers DROP COLUMN erased_at;
DROP TABLE customer_sessions;
DROP TABLE sign_in_codes;
DROP TABLE tallies;
