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
CREATE TRIGGER intake_scans_no_update BEFORE UPDATE ON intake_scans FOR EACH ROW EXECUTE FUNCTION refuse('a scan is never edited');
CREATE TRIGGER intake_scans_no_delete BEFORE DELETE ON intake_scans FOR EACH ROW EXECUTE FUNCTION refuse('a scan is never edited');
CREATE TRIGGER intake_scans_no_truncate BEFORE TRUNCATE ON intake_scans FOR EACH STATEMENT EXECUTE FUNCTION refuse('a scan is never edited');

-- Numbers that somebody without a login named for their order while another parcel had them: a wish, no proof.
CREATE TABLE wanted_numbers (
    tracking_number TEXT NOT NULL,
    order_id        TEXT NOT NULL REFERENCES orders (id),
    noted_at        TIMESTAMP NOT NULL,
    PRIMARY KEY (tracking_number, order_id)
);
INSERT INTO wanted_numbers (tracking_number, order_id, noted_at)
    SELECT data::json ->> 'tracking_number', order_id, MIN(recorded_at) FROM events
    WHERE kind = 'parcel_registered' AND data::json ->> 'is_taken' = 'true' GROUP BY 1, 2;

-- Photos of further kinds, each of one parcel, one order, or (by the claim's own row) one transfer.
ALTER TABLE photos ADD COLUMN parcel_id TEXT REFERENCES parcels (id);
ALTER TABLE photos ADD COLUMN order_id TEXT REFERENCES orders (id);
ALTER TABLE photos DROP CONSTRAINT photos_kind_check;
ALTER TABLE photos ADD CONSTRAINT photos_kind_check
    CHECK (kind IN ('transfer_receipt', 'item', 'mark', 'damage', 'scale'));
ALTER TABLE photos ADD CONSTRAINT photos_owner_check
    CHECK ((kind = 'transfer_receipt') = (parcel_id IS NULL AND order_id IS NULL));
ALTER TABLE photos ADD CONSTRAINT photos_one_owner_check CHECK (parcel_id IS NULL OR order_id IS NULL);
ALTER TABLE photos ADD CONSTRAINT photos_of_order_check CHECK (order_id IS NULL OR kind = 'item');
CREATE INDEX photos_by_parcel ON photos (parcel_id, id) WHERE parcel_id IS NOT NULL;
CREATE INDEX photos_by_order ON photos (order_id, id) WHERE order_id IS NOT NULL;
