-- A box is seen by a scan before it is weighed. `mark` is what is written on it, as it was typed; `search` is the
-- lower-cased text by which a box of nobody is found.
ALTER TABLE parcels ADD COLUMN seen_at TIMESTAMP;
ALTER TABLE parcels ADD COLUMN mark TEXT;
ALTER TABLE parcels ADD COLUMN search TEXT;
ALTER TABLE parcels ADD COLUMN photos_taken INTEGER NOT NULL DEFAULT 0 CHECK (photos_taken >= 0);
UPDATE parcels SET seen_at = received_at;
UPDATE parcels SET search = LOWER(COALESCE(tracking_number, '') || ' ' || barcode || ' ' || COALESCE(note, ''))
    WHERE status = 'unclaimed';

-- Every scan at the door. A scanner that lost the network sends its scans again, under the identifiers it gave them.
CREATE TABLE intake_scans (
    id          TEXT PRIMARY KEY NOT NULL,
    scanner     TEXT NOT NULL,
    scan_id     TEXT,
    barcode     TEXT NOT NULL,
    outcome     TEXT NOT NULL CHECK (outcome IN ('seen', 'already_seen', 'unclaimed', 'already_received', 'refused')),
    reason      TEXT,
    parcel_id   TEXT REFERENCES parcels (id),
    at          TIMESTAMP NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    actor       TEXT NOT NULL
);
CREATE UNIQUE INDEX one_scan_per_identifier ON intake_scans (scanner, scan_id);
CREATE TRIGGER intake_scans_no_update BEFORE UPDATE ON intake_scans BEGIN SELECT RAISE(ABORT, 'a scan is never edited'); END;
CREATE TRIGGER intake_scans_no_delete BEFORE DELETE ON intake_scans BEGIN SELECT RAISE(ABORT, 'a scan is never edited'); END;

-- Numbers that somebody without a login named for their order while another parcel had them: a wish, no proof.
CREATE TABLE wanted_numbers (
    tracking_number TEXT NOT NULL,
    order_id        TEXT NOT NULL REFERENCES orders (id),
    noted_at        TIMESTAMP NOT NULL,
    PRIMARY KEY (tracking_number, order_id)
);
INSERT OR IGNORE INTO wanted_numbers (tracking_number, order_id, noted_at)
    SELECT json_extract(data, '$.tracking_number'), order_id, recorded_at FROM events
    WHERE kind = 'parcel_registered' AND json_extract(data, '$.is_taken');

-- Photos of further kinds, each of one parcel, one order, or (by the claim's own row) one transfer. SQLite cannot change
-- a column, so the table is made anew; dropping it leaves its children without parents until the copy is back, which
-- the deferred check allows.
PRAGMA defer_foreign_keys = ON;
CREATE TEMP TABLE photos_before AS SELECT * FROM photos;
DROP TABLE photos;
CREATE TABLE photos (
    id         TEXT PRIMARY KEY NOT NULL,
    sha256     TEXT NOT NULL CHECK (LENGTH(sha256) = 64),
    dhash      BIGINT NOT NULL,
    width_px   INTEGER NOT NULL CHECK (width_px > 0),
    height_px  INTEGER NOT NULL CHECK (height_px > 0),
    bytes      BIGINT NOT NULL CHECK (bytes > 0),
    kind       TEXT NOT NULL CHECK (kind IN ('transfer_receipt', 'item', 'mark', 'damage', 'scale')),
    created_at TIMESTAMP NOT NULL,
    created_by TEXT NOT NULL,
    parcel_id  TEXT REFERENCES parcels (id),
    order_id   TEXT REFERENCES orders (id),
    CHECK ((kind = 'transfer_receipt') = (parcel_id IS NULL AND order_id IS NULL)),
    CHECK (parcel_id IS NULL OR order_id IS NULL),
    CHECK (order_id IS NULL OR kind = 'item')
);
INSERT INTO photos SELECT *, NULL, NULL FROM photos_before ORDER BY id;
DROP TABLE photos_before;
CREATE INDEX photos_by_sha256 ON photos (sha256);
CREATE INDEX photos_by_parcel ON photos (parcel_id, id) WHERE parcel_id IS NOT NULL;
CREATE INDEX photos_by_order ON photos (order_id, id) WHERE order_id IS NOT NULL;
CREATE TRIGGER photos_no_update BEFORE UPDATE ON photos BEGIN SELECT RAISE(ABORT, 'a photo is never edited'); END;
CREATE TRIGGER photos_no_delete BEFORE DELETE ON photos BEGIN SELECT RAISE(ABORT, 'a photo is never edited'); END;
