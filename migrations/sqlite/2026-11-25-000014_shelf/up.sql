-- Places on the shelves of a branch. The version grows with every change, which also locks the row.
CREATE TABLE cells (
    id         TEXT PRIMARY KEY NOT NULL,
    branch_id  TEXT NOT NULL REFERENCES branches (id),
    address    TEXT NOT NULL,
    capacity   BIGINT CHECK (capacity > 0),
    version    BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    UNIQUE (branch_id, address)
);

-- The address of the cell at the parcel's branch. Whoever takes the parcel away, and however, empties its place.
ALTER TABLE parcels ADD COLUMN cell TEXT;
CREATE INDEX parcels_by_cell ON parcels (branch_id, cell) WHERE cell IS NOT NULL;
CREATE TRIGGER parcels_leave_their_cell AFTER UPDATE OF status, branch_id ON parcels
WHEN NEW.cell IS NOT NULL AND (NEW.status <> 'arrived' OR NEW.branch_id IS NOT OLD.branch_id)
BEGIN UPDATE parcels SET cell = NULL WHERE id = NEW.id; END;

-- Days of storage that were charged, each of a parcel once for ever, also when its journal was taken back.
CREATE TABLE storage_fees (
    parcel_id    TEXT NOT NULL REFERENCES parcels (id),
    from_day     DATE NOT NULL,
    through_day  DATE NOT NULL,
    order_id     TEXT NOT NULL REFERENCES orders (id),
    journal_id   TEXT NOT NULL UNIQUE REFERENCES journals (id),
    amount_tyiyn BIGINT NOT NULL CHECK (amount_tyiyn > 0),
    PRIMARY KEY (parcel_id, from_day),
    CHECK (through_day >= from_day)
);
CREATE INDEX storage_fees_by_order ON storage_fees (order_id);
CREATE TRIGGER storage_fees_no_update BEFORE UPDATE ON storage_fees BEGIN SELECT RAISE(ABORT, 'a day of storage is charged once'); END;
CREATE TRIGGER storage_fees_no_delete BEFORE DELETE ON storage_fees BEGIN SELECT RAISE(ABORT, 'a day of storage is charged once'); END;

-- Since when an order waits although not all of it is here, and since when it counts as not collected.
ALTER TABLE orders ADD COLUMN released_at TIMESTAMP;
ALTER TABLE orders ADD COLUMN uncollected_at TIMESTAMP;

-- What whoever picks an order up is recognised by, and how often it was guessed wrong.
CREATE TABLE pickup_proofs (
    order_id    TEXT PRIMARY KEY NOT NULL REFERENCES orders (id),
    pin_hash    TEXT,
    wrong_tries BIGINT NOT NULL CHECK (wrong_tries >= 0)
);

-- A word of a message that staff do not see; gone when the gateway has it.
ALTER TABLE notifications ADD COLUMN secret TEXT;

-- When a piece of work that several processes could do is due again.
CREATE TABLE sweeps (
    name   TEXT PRIMARY KEY NOT NULL,
    due_at TIMESTAMP NOT NULL
);
INSERT INTO sweeps (name, due_at) VALUES ('storage', '2026-01-01 00:00:00');
