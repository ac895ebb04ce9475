-- A truck may begin at a pickup point (onward transfer), has limits and a seal, and remembers that its unloading as a
-- whole has begun and not ended.
ALTER TABLE shipments ADD COLUMN from_branch_id TEXT REFERENCES branches (id);
ALTER TABLE shipments ADD COLUMN capacity_weight_g BIGINT CHECK (capacity_weight_g > 0);
ALTER TABLE shipments ADD COLUMN capacity_volume_cm3 BIGINT CHECK (capacity_volume_cm3 > 0);
ALTER TABLE shipments ADD COLUMN seal_number TEXT;
ALTER TABLE shipments ADD COLUMN unloading_at TIMESTAMP;

-- Which parcels are to go with a truck. Loading is free to differ from it, and is compared with it.
CREATE TABLE planned_parcels (
    shipment_id TEXT NOT NULL REFERENCES shipments (id),
    parcel_id   TEXT NOT NULL REFERENCES parcels (id),
    PRIMARY KEY (shipment_id, parcel_id)
);

-- The places a truck passes, how many hours after its departure, and when it should. When it did, and when it will, follows from its checkpoints.
CREATE TABLE stations (
    shipment_id TEXT NOT NULL REFERENCES shipments (id),
    position    INTEGER NOT NULL CHECK (position >= 0),
    code        TEXT NOT NULL,
    place       TEXT NOT NULL,
    hours       BIGINT CHECK (hours >= 0),
    planned_at  TIMESTAMP,
    PRIMARY KEY (shipment_id, position),
    UNIQUE (shipment_id, code)
);

-- A delay moves the estimates of what lies ahead; a correction is another checkpoint that names the wrong one.
ALTER TABLE checkpoints ADD COLUMN reason TEXT;
ALTER TABLE checkpoints ADD COLUMN delay_minutes BIGINT;
ALTER TABLE checkpoints ADD COLUMN expected_at TIMESTAMP;
ALTER TABLE checkpoints ADD COLUMN corrects TEXT REFERENCES checkpoints (id);

-- One scan of one scanner, by the identifier the scanner gave it: sent again, it has its answer already. The scan of a
-- bag has a row for each parcel in it.
CREATE TABLE scans (
    scope       TEXT NOT NULL,
    scan_id     TEXT NOT NULL,
    position    INTEGER NOT NULL CHECK (position >= 0),
    shipment_id TEXT NOT NULL REFERENCES shipments (id),
    action      TEXT NOT NULL CHECK (action IN ('load', 'unload', 'arrive')),
    barcode     TEXT NOT NULL,
    parcel_id   TEXT REFERENCES parcels (id),
    outcome     TEXT NOT NULL,
    reason      TEXT,
    at          TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    PRIMARY KEY (scope, scan_id, position)
);

-- A sack of parcels that is scanned as one. Its code is drawn like a parcel's barcode.
CREATE TABLE bags (
    id          TEXT PRIMARY KEY NOT NULL,
    code        TEXT NOT NULL UNIQUE,
    branch_id   TEXT NOT NULL REFERENCES branches (id),
    status      TEXT NOT NULL CHECK (status IN ('open', 'closed')),
    seal_number TEXT,
    note        TEXT,
    created_at  TIMESTAMP NOT NULL,
    created_by  TEXT NOT NULL,
    closed_at   TIMESTAMP,
    CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);

-- A parcel is in one bag at a time.
CREATE TABLE bag_parcels (
    parcel_id TEXT PRIMARY KEY NOT NULL REFERENCES parcels (id),
    bag_id    TEXT NOT NULL REFERENCES bags (id),
    added_at  TIMESTAMP NOT NULL
);
CREATE INDEX bag_parcels_by_bag ON bag_parcels (bag_id, parcel_id);
CREATE TRIGGER scans_no_update BEFORE UPDATE ON scans BEGIN SELECT RAISE(ABORT, 'a scan is never edited'); END;
CREATE TRIGGER scans_no_delete BEFORE DELETE ON scans BEGIN SELECT RAISE(ABORT, 'a scan is never edited'); END;
