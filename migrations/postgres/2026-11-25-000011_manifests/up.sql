-- A warehouse's list of received parcels: previewed until somebody commits it. `sheets` is what was recognised,
-- `said` what a person corrected, both as JSON; the counts are those of the preview, then those of the commit.
CREATE TABLE manifests (
    id              TEXT PRIMARY KEY NOT NULL,
    branch_id       TEXT NOT NULL REFERENCES branches (id),
    file_name       TEXT,
    state           TEXT NOT NULL CHECK (state IN ('previewed', 'committed')),
    sheets          TEXT NOT NULL,
    said            TEXT NOT NULL,
    rows_created    BIGINT NOT NULL CHECK (rows_created >= 0),
    rows_updated    BIGINT NOT NULL CHECK (rows_updated >= 0),
    rows_unchanged  BIGINT NOT NULL CHECK (rows_unchanged >= 0),
    rows_skipped    BIGINT NOT NULL CHECK (rows_skipped >= 0),
    rows_error      BIGINT NOT NULL CHECK (rows_error >= 0),
    uploaded_at     TIMESTAMP NOT NULL,
    uploaded_by     TEXT NOT NULL,
    committed_at    TIMESTAMP,
    committed_by    TEXT,
    CHECK ((state = 'committed') = (committed_at IS NOT NULL))
);

-- The file itself, to be read anew when its columns are corrected.
CREATE TABLE manifest_files (
    manifest_id TEXT PRIMARY KEY NOT NULL REFERENCES manifests (id),
    bytes       BYTEA NOT NULL
);

-- Its rows in blocks of JSON: they are only ever written and read as a list, and a block costs as much as a row would.
CREATE TABLE manifest_blocks (
    manifest_id TEXT NOT NULL REFERENCES manifests (id),
    n           INTEGER NOT NULL CHECK (n >= 0),
    lines       TEXT NOT NULL,
    PRIMARY KEY (manifest_id, n)
);

-- Columns that a person named once for headings of this shape, for the next file of the same warehouse.
CREATE TABLE manifest_profiles (
    branch_id     TEXT NOT NULL REFERENCES branches (id),
    shape         TEXT NOT NULL,
    layout        TEXT NOT NULL,
    remembered_at TIMESTAMP NOT NULL,
    remembered_by TEXT NOT NULL,
    PRIMARY KEY (branch_id, shape)
);

CREATE TRIGGER manifests_committed_stay BEFORE UPDATE ON manifests FOR EACH ROW WHEN (OLD.state = 'committed')
    EXECUTE FUNCTION refuse('a committed manifest stays as it is');
CREATE TRIGGER manifests_no_delete BEFORE DELETE ON manifests FOR EACH ROW EXECUTE FUNCTION refuse('a manifest is never deleted');
