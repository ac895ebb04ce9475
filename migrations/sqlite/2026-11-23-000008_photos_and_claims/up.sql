-- What a photo is; its picture lies in the object store under names made from the identifier, and was there first.
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
CREATE INDEX photos_by_sha256 ON photos (sha256);
CREATE TRIGGER photos_no_update BEFORE UPDATE ON photos BEGIN SELECT RAISE(ABORT, 'a photo is never edited'); END;
CREATE TRIGGER photos_no_delete BEFORE DELETE ON photos BEGIN SELECT RAISE(ABORT, 'a photo is never edited'); END;

-- "I paid by transfer": waits, until a cashier decides once and for all.
CREATE TABLE transfer_claims (
    id              TEXT PRIMARY KEY NOT NULL,
    order_code      TEXT NOT NULL REFERENCES orders (code),
    branch_id       TEXT NOT NULL REFERENCES branches (id),
    amount_tyiyn    BIGINT NOT NULL CHECK (amount_tyiyn > 0),
    bank            TEXT NOT NULL,
    paid_at         TIMESTAMP NOT NULL,
    payer           TEXT,
    reference       TEXT,
    reference_key   TEXT,
    photo_id        TEXT REFERENCES photos (id),
    photos_taken    INTEGER NOT NULL CHECK (photos_taken >= 0),
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'rejected')),
    created_at      TIMESTAMP NOT NULL,
    created_by      TEXT NOT NULL,
    decided_at      TIMESTAMP,
    decided_by      TEXT,
    approved_tyiyn  BIGINT CHECK (approved_tyiyn > 0),
    payment_id      TEXT UNIQUE REFERENCES payments (id),
    override_reason TEXT,
    reject_reason   TEXT,
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
    CHECK ((state = 'approved') = (payment_id IS NOT NULL)),
    CHECK ((state = 'approved') = (approved_tyiyn IS NOT NULL)),
    CHECK ((state = 'rejected') = (reject_reason IS NOT NULL))
);
CREATE INDEX transfer_claims_by_state ON transfer_claims (state, id);
CREATE INDEX transfer_claims_by_order ON transfer_claims (order_code, id);
CREATE INDEX transfer_claims_by_amount ON transfer_claims (amount_tyiyn, created_at);
CREATE INDEX transfer_claims_by_approved ON transfer_claims (approved_tyiyn, created_at) WHERE approved_tyiyn IS NOT NULL;
CREATE INDEX transfer_claims_by_reference ON transfer_claims (reference_key) WHERE reference_key IS NOT NULL;
CREATE INDEX transfer_claims_by_photo ON transfer_claims (photo_id) WHERE photo_id IS NOT NULL;
CREATE TRIGGER transfer_claims_decided_once BEFORE UPDATE ON transfer_claims WHEN OLD.state <> 'waiting'
BEGIN SELECT RAISE(ABORT, 'a decided claim is never edited'); END;
CREATE TRIGGER transfer_claims_no_delete BEFORE DELETE ON transfer_claims
BEGIN SELECT RAISE(ABORT, 'a claim is never deleted'); END;
