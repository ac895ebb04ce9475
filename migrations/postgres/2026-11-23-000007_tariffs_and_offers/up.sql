-- For which way and which goods a tariff is; null means any. Of several that fit, the most specific one is taken.
ALTER TABLE tariffs
    ADD COLUMN from_branch TEXT REFERENCES branches (code),
    ADD COLUMN to_branch TEXT REFERENCES branches (code),
    ADD COLUMN mode TEXT CHECK (mode IN ('truck', 'air')),
    ADD COLUMN category TEXT,
    -- [{"from_g", "price_minor"}] and [{"from_kg_m3", "to_kg_m3", "price_minor"}], checked before they are written.
    ADD COLUMN weight_steps TEXT NOT NULL DEFAULT '[]',
    ADD COLUMN density_bands TEXT NOT NULL DEFAULT '[]',
    ADD COLUMN volumetric_divisor BIGINT CHECK (volumetric_divisor > 0),
    ADD COLUMN weight_rounding_g BIGINT NOT NULL DEFAULT 1 CHECK (weight_rounding_g > 0),
    ADD COLUMN storage_fee_tyiyn BIGINT NOT NULL DEFAULT 0 CHECK (storage_fee_tyiyn >= 0),
    ADD COLUMN service_fee_min_tyiyn BIGINT NOT NULL DEFAULT 0 CHECK (service_fee_min_tyiyn >= 0),
    ADD COLUMN valid_until TIMESTAMP;
CREATE TRIGGER tariffs_no_update BEFORE UPDATE ON tariffs FOR EACH ROW EXECUTE FUNCTION refuse('a tariff is followed, never edited');
CREATE TRIGGER tariffs_no_delete BEFORE DELETE ON tariffs FOR EACH ROW EXECUTE FUNCTION refuse('a tariff is followed, never edited');
CREATE TRIGGER tariffs_no_truncate BEFORE TRUNCATE ON tariffs FOR EACH STATEMENT EXECUTE FUNCTION refuse('a tariff is followed, never edited');

-- An order may have several offers beside each other.
ALTER TABLE quotes DROP CONSTRAINT quotes_state_check;
ALTER TABLE quotes ADD CONSTRAINT quotes_state_check
    CHECK (state IN ('offered', 'accepted', 'expired', 'replaced', 'declined'));
DROP INDEX one_live_quote;
CREATE UNIQUE INDEX one_accepted_quote ON quotes (order_id) WHERE state = 'accepted';
