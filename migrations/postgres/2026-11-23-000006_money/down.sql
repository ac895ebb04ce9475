ALTER TABLE customers DROP COLUMN credit_tyiyn;
DROP INDEX payments_by_shift;
ALTER TABLE payments DROP COLUMN kept_tyiyn;
ALTER TABLE payments DROP COLUMN shift_id;
DROP TABLE cash_moves;
DROP TABLE cash_shifts;
ALTER TABLE journals DROP CONSTRAINT journals_kind_check;
ALTER TABLE journals ADD CONSTRAINT journals_kind_check
    CHECK (kind IN ('charge', 'payment', 'refund', 'freight', 'cancellation'));
ALTER TABLE journals ALTER COLUMN order_id SET NOT NULL;
