CREATE TABLE rates (
    currency         TEXT NOT NULL,
    effective_on     DATE NOT NULL,
    kgs_per_unit_e8  BIGINT NOT NULL CHECK (kgs_per_unit_e8 > 0),
    valid_days       INTEGER NOT NULL CHECK (valid_days > 0),
    fetched_at       TIMESTAMP NOT NULL,
    PRIMARY KEY (currency, effective_on)
);

-- What the firm itself says about a currency: its own rate, or a margin on the bank's.
CREATE TABLE company_rates (
    currency        TEXT PRIMARY KEY NOT NULL,
    kgs_per_unit_e8 BIGINT CHECK (kgs_per_unit_e8 > 0),
    margin_bp       INTEGER NOT NULL CHECK (margin_bp BETWEEN -5000 AND 5000),
    set_at          TIMESTAMP NOT NULL,
    set_by          TEXT NOT NULL
);

CREATE TABLE tariffs (
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

CREATE TABLE orders (
    id                   TEXT PRIMARY KEY NOT NULL,
    code                 TEXT NOT NULL UNIQUE,
    kind                 TEXT NOT NULL CHECK (kind IN ('purchase', 'forwarding')),
    status               TEXT NOT NULL CHECK (status IN ('requested', 'quoted', 'confirmed', 'paid', 'purchased', 'awaiting_parcel',
                             'received_in_china', 'in_transit', 'ready_for_pickup', 'picked_up', 'cancelled')),
    version              BIGINT NOT NULL,
    placed_by            TEXT NOT NULL,
    customer_id          TEXT NOT NULL REFERENCES customers (id),
    name                 TEXT NOT NULL,
    phone                TEXT NOT NULL,
    email                TEXT,
    language             TEXT NOT NULL CHECK (language IN ('ky', 'ru', 'en')),
    pickup_point_id      TEXT NOT NULL REFERENCES branches (id),
    balance_tyiyn        BIGINT NOT NULL,
    marketplace          TEXT,
    marketplace_order_no TEXT,
    announced_at         TIMESTAMP,
    free_storage_until   TIMESTAMP,
    search               TEXT NOT NULL,
    created_at           TIMESTAMP NOT NULL,
    updated_at           TIMESTAMP NOT NULL
);
CREATE INDEX orders_by_status ON orders (status, id);
CREATE INDEX orders_by_phone ON orders (phone, id);
CREATE INDEX orders_by_customer ON orders (customer_id, id);
CREATE INDEX orders_by_pickup_point ON orders (pickup_point_id, id);

CREATE TABLE order_items (
    order_id        TEXT NOT NULL REFERENCES orders (id),
    position        INTEGER NOT NULL,
    description     TEXT NOT NULL,
    link            TEXT,
    quantity        INTEGER NOT NULL CHECK (quantity > 0),
    budget_minor    BIGINT,
    budget_currency TEXT,
    note            TEXT,
    PRIMARY KEY (order_id, position)
);

CREATE TABLE quotes (
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
CREATE INDEX quotes_by_order ON quotes (order_id, id);
-- An order has one live offer or one accepted one, never both.
CREATE UNIQUE INDEX one_live_quote ON quotes (order_id) WHERE state IN ('offered', 'accepted');

CREATE TABLE events (
    id          TEXT PRIMARY KEY NOT NULL,
    order_id    TEXT NOT NULL REFERENCES orders (id),
    at          TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    actor       TEXT NOT NULL,
    kind        TEXT NOT NULL,
    status      TEXT NOT NULL,
    place       TEXT,
    data        TEXT NOT NULL
);
CREATE INDEX events_by_order ON events (order_id, id);
CREATE TRIGGER events_no_update BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION refuse('a timeline is never edited');
CREATE TRIGGER events_no_delete BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse('a timeline is never edited');
CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse('a timeline is never edited');
