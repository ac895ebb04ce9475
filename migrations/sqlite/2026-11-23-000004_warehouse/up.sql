CREATE TABLE shipments (
    id           TEXT PRIMARY KEY NOT NULL,
    code         TEXT NOT NULL UNIQUE,
    route        TEXT NOT NULL,
    vehicle      TEXT NOT NULL,
    cmr_number   TEXT,
    to_branch_id TEXT NOT NULL REFERENCES branches (id),
    status       TEXT NOT NULL CHECK (status IN ('loading', 'departed', 'arrived')),
    created_at   TIMESTAMP NOT NULL,
    departed_at  TIMESTAMP,
    arrived_at   TIMESTAMP
);

CREATE TABLE checkpoints (
    id          TEXT PRIMARY KEY NOT NULL,
    shipment_id TEXT NOT NULL REFERENCES shipments (id),
    place       TEXT NOT NULL,
    status      TEXT NOT NULL,
    note        TEXT,
    at          TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    actor       TEXT NOT NULL
);
CREATE INDEX checkpoints_by_shipment ON checkpoints (shipment_id, id);
CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints BEGIN SELECT RAISE(ABORT, 'a checkpoint is never edited'); END;
CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints BEGIN SELECT RAISE(ABORT, 'a checkpoint is never edited'); END;

CREATE TABLE parcels (
    id              TEXT PRIMARY KEY NOT NULL,
    barcode         TEXT NOT NULL UNIQUE,
    tracking_number TEXT,
    order_id        TEXT REFERENCES orders (id),
    client_code     TEXT,
    status          TEXT NOT NULL CHECK (status IN ('expected', 'received', 'packed', 'in_transit', 'arrived', 'picked_up',
                        'unclaimed', 'damaged', 'lost', 'returned', 'held_by_customs')),
    condition       TEXT,
    weight_g        BIGINT CHECK (weight_g > 0),
    length_mm       BIGINT CHECK (length_mm > 0),
    width_mm        BIGINT CHECK (width_mm > 0),
    height_mm       BIGINT CHECK (height_mm > 0),
    note            TEXT,
    shipment_id     TEXT REFERENCES shipments (id),
    branch_id       TEXT REFERENCES branches (id),
    freight_tyiyn   BIGINT,
    received_at     TIMESTAMP,
    arrived_at      TIMESTAMP,
    picked_up_at    TIMESTAMP,
    created_at      TIMESTAMP NOT NULL,
    updated_at      TIMESTAMP NOT NULL,
    CHECK (order_id IS NOT NULL OR status IN ('unclaimed', 'damaged', 'lost', 'returned'))
);
CREATE INDEX parcels_by_order ON parcels (order_id, id);
CREATE INDEX parcels_by_shipment ON parcels (shipment_id, id);
CREATE INDEX parcels_by_status ON parcels (status, id);
-- A courier's number belongs to one parcel at a time; couriers reuse numbers after years.
CREATE UNIQUE INDEX one_active_parcel_per_tracking_number ON parcels (tracking_number)
    WHERE status NOT IN ('picked_up', 'lost', 'returned');
CREATE INDEX parcels_by_tracking_number ON parcels (tracking_number, id);
