-- How often something was done in a stretch of time, over all processes: what holds abuse within bounds.
CREATE TABLE tallies (
    what  TEXT NOT NULL,
    who   TEXT NOT NULL,
    since TIMESTAMP NOT NULL,
    count BIGINT NOT NULL CHECK (count > 0),
    PRIMARY KEY (what, who, since)
);
CREATE INDEX tallies_by_age ON tallies (since);

-- The one-time code that a phone was sent, sealed: one for each phone, and a new one takes the place of the old.
CREATE TABLE sign_in_codes (
    phone      TEXT PRIMARY KEY NOT NULL,
    seal       TEXT NOT NULL,
    sent_at    TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    tries      BIGINT NOT NULL CHECK (tries >= 0)
);
CREATE INDEX sign_in_codes_by_age ON sign_in_codes (expires_at);

-- One row is one sign-in of a customer on one device. The token itself is never stored, only its hash.
CREATE TABLE customer_sessions (
    id          TEXT PRIMARY KEY NOT NULL,
    customer_id TEXT NOT NULL REFERENCES customers (id),
    token_hash  TEXT NOT NULL UNIQUE,
    created_at  TIMESTAMP NOT NULL,
    expires_at  TIMESTAMP NOT NULL,
    ended_at    TIMESTAMP
);
CREATE INDEX customer_sessions_by_customer ON customer_sessions (customer_id);

-- Since when a customer is nobody any more: the row stays for the books, the person is gone from it.
ALTER TABLE customers ADD COLUMN erased_at TIMESTAMP;

-- A one-time code is about no order.
ALTER TABLE notifications ALTER COLUMN order_id DROP NOT NULL;
