-- Photos of parcels and orders have no place in the table before.
PRAGMA defer_foreign_keys = ON;
CREATE TEMP TABLE photos_after AS SELECT * FROM photos WHERE kind = 'transfer_receipt';
DROP TABLE photos;
CREATE TABLE photos (
    id         TEXT PRIMARY KEY NOT NULL,
    sha256     TEXT NOT NULL CHECK (LENGTH(sha256) = 64),
    dhash      BIGINT NOT NULL,
    width_px   INTEGER NOT NULL CHECK (width_px > 0),
    height_px  INTEGER NOT NULL CHECK (height_px > 0),
    bytes      BIGINT NOT NULL CHECK (bytes > 0),
    kind       TEXT NOT NULL CHECK (kind IN ('transfer_receipt')),
    created_at TIMESTAMP NOT NULL,
    created_by TEXT NOT NULL
);
INSERT INTO photos SELECT id, sha256, dhash, width_px, height_px, bytes, kind, created_at, created_by FROM photos_after
    ORDER BY id;
DROP TABLE photos_after;
CREATE INDEX photos_by_sha256 ON photos (sha256);
CREATE TRIGGER photos_no_update BEFORE UPDATE ON photos BEGIN SELECT RAISE(ABORT, 'a photo is never edited'); END;
CREATE TRIGGER photos_no_delete BEFORE DELETE ON photos BEGIN SELECT RAISE(ABORT, 'a photo is never edited'); END;
DROP TABLE wanted_numbers;
DROP TABLE intake_scans;
ALTER TABLE parcels DROP COLUMN photos_taken;
ALTER TABLE parcels DROP COLUMN search;
ALTER TABLE parcels DROP COLUMN mark;
ALTER TABLE parcels DROP COLUMN seen_at;
