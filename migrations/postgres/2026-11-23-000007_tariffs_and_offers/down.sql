-- Only the latest of several open offers can stay one.
UPDATE quotes SET state = 'replaced' WHERE state = 'declined';
UPDATE quotes SET state = 'replaced' WHERE state = 'offered' AND EXISTS (SELECT 1 FROM quotes later
    WHERE later.order_id = quotes.order_id AND later.state IN ('offered', 'accepted') AND later.id > quotes.id);
DROP INDEX one_accepted_quote;
CREATE UNIQUE INDEX one_live_quote ON quotes (order_id) WHERE state IN ('offered', 'accepted');
ALTER TABLE quotes DROP CONSTRAINT quotes_state_check;
ALTER TABLE quotes ADD CONSTRAINT quotes_state_check CHECK (state IN ('offered', 'accepted', 'expired', 'replaced'));

DROP TRIGGER tariffs_no_truncate ON tariffs;
DROP TRIGGER tariffs_no_delete ON tariffs;
DROP TRIGGER tariffs_no_update ON tariffs;
ALTER TABLE tariffs
    DROP COLUMN from_branch, DROP COLUMN to_branch, DROP COLUMN mode, DROP COLUMN category,
    DROP COLUMN weight_steps, DROP COLUMN density_bands, DROP COLUMN volumetric_divisor, DROP COLUMN weight_rounding_g,
    DROP COLUMN storage_fee_tyiyn, DROP COLUMN service_fee_min_tyiyn, DROP COLUMN valid_until;
