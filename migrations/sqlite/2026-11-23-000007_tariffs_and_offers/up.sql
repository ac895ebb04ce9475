-- For which way and which goods a tariff is; null means any. Of several that fit, the most specific one is taken.
ALTER TABLE tariffs ADD COLUMN from_branch TEXT REFERENCES branches (code);
ALTER TABLE tariffs ADD COLUMN to_branch TEXT REFERENCES branches (code);
ALTER TABLE tariffs ADD COLUMN mode TEXT CHECK (mode IN ('truck', 'air'));
ALTER TABLE tariffs ADD COLUMN category TEXT;
-- [{"from_g", "price_minor"}] and [{"from_kg_m3", "to_kg_m3", "price_minor"}], checked before they are written.
ALTER TABLE tariffs ADD COLUMN weight_steps TEXT NOT NULL DEFAULT '[]';
ALTER TABLE tariffs ADD COLUMN density_bands TEXT NOT NULL DEFAULT '[]';
ALTER TABLE tariffs ADD COLUMN volumetric_divisor BIGINT CHECK (volumetric_divisor > 0);
ALTER TABLE tariffs ADD COLUMN weight_rounding_g BIGINT NOT NULL DEFAULT 1 CHECK (weight_rounding_g > 0);
ALTER TABLE tariffs ADD COLUMN storage_fee_tyiyn BIGINT NOT NULL DEFAULT 0 CHECK (storage_fee_tyiyn >= 0);
ALTER TABLE tariffs ADD COLUMN service_fee_min_tyiyn BIGINT NOT NULL DEFAULT 0 CHECK (service_fee_min_tyiyn >= 0);
ALTER TABLE tariffs ADD COLUMN valid_until TIMESTAMP;
CREATE TRIGGER tariffs_no_update BEFORE UPDATE ON tariffs BEGIN SELECT RAISE(ABORT, 'a tariff is followed, never edited'); END;
CREATE TRIGGER tariffs_no_delete BEFORE DELETE ON tariffs BEGIN SELECT RAISE(ABORT, 'a tariff is followed, never edited'); END;

-- An order may have several offers beside each other. A CHECK cannot be changed in place, so the table is made anew.
CREATE TABLE quotes_with_offers (
    id                TEXT PRIMARY KEY NOT NULL,
    order_id          TEXT NOT NULL REFERENCES orders (id),
    state             TEXT NOT NULL CHECK (state IN ('offered', 'accepted', 'expired', 'replaced', 'declined')),
    goods_tyiyn       BIGINT NOT NULL,
    domestic_tyiyn    BIGINT NOT NULL,
    service_fee_tyiyn BIGINT NOT NULL,
    freight_tyiyn     BIGINT NOT NULL,
    total_tyiyn       BIGINT NOT NULL,
    prepayment_tyiyn  BIGINT NOT NULL,
    body              TEXT NOT NULL,
    valid_until       TIMESTAMP NOT NULL,
    created_at        TIMESTAMP NOT NULL,
    created_by        TEXT NOT NULL,
    CHECK (goods_tyiyn + domestic_tyiyn + service_fee_tyiyn + freight_tyiyn = total_tyiyn)
);
INSERT INTO quotes_with_offers SELECT id, order_id, state, goods_tyiyn, domestic_tyiyn, service_fee_tyiyn, freight_tyiyn,
    total_tyiyn, prepayment_tyiyn, body, valid_until, created_at, created_by FROM quotes;
DROP TABLE quotes;
ALTER TABLE quotes_with_offers RENAME TO quotes;
CREATE INDEX quotes_by_order ON quotes (order_id, id);
CREATE UNIQUE INDEX one_accepted_quote ON quotes (order_id) WHERE state = 'accepted';
