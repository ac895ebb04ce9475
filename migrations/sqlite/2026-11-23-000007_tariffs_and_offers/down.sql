CREATE TABLE quotes_before (
    id                TEXT PRIMARY KEY NOT NULL,
    order_id          TEXT NOT NULL REFERENCES orders (id),
    state             TEXT NOT NULL CHECK (state IN ('offered', 'accepted', 'expired', 'replaced')),
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
-- Only the latest of several open offers can stay one.
INSERT INTO quotes_before SELECT id, order_id,
    CASE WHEN state = 'declined' THEN 'replaced'
         WHEN state = 'offered' AND EXISTS (SELECT 1 FROM quotes later WHERE later.order_id = quotes.order_id
             AND later.state IN ('offered', 'accepted') AND later.id > quotes.id) THEN 'replaced'
         ELSE state END,
    goods_tyiyn, domestic_tyiyn, service_fee_tyiyn, freight_tyiyn, total_tyiyn, prepayment_tyiyn, body, valid_until,
    created_at, created_by FROM quotes;
DROP TABLE quotes;
ALTER TABLE quotes_before RENAME TO quotes;
CREATE INDEX quotes_by_order ON quotes (order_id, id);
CREATE UNIQUE INDEX one_live_quote ON quotes (order_id) WHERE state IN ('offered', 'accepted');

-- SQLite drops no column that refers to another table, so this one is made anew as well.
CREATE TABLE tariffs_before (
    id                       TEXT PRIMARY KEY NOT NULL,
    valid_from               TIMESTAMP NOT NULL,
    price_per_kg_minor       BIGINT NOT NULL CHECK (price_per_kg_minor > 0),
    price_currency           TEXT NOT NULL CHECK (price_currency IN ('USD', 'KGS')),
    min_weight_g             BIGINT NOT NULL CHECK (min_weight_g >= 0),
    free_storage_days        INTEGER NOT NULL CHECK (free_storage_days >= 0),
    service_fee_bp           INTEGER NOT NULL CHECK (service_fee_bp BETWEEN 0 AND 10000),
    created_at               TIMESTAMP NOT NULL,
    created_by               TEXT NOT NULL
);
INSERT INTO tariffs_before SELECT id, valid_from, price_per_kg_minor, price_currency, min_weight_g, free_storage_days,
    service_fee_bp, created_at, created_by FROM tariffs;
DROP TRIGGER tariffs_no_update;
DROP TRIGGER tariffs_no_delete;
DROP TABLE tariffs;
ALTER TABLE tariffs_before RENAME TO tariffs;
