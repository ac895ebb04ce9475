-- From where a session was opened: a network that a login is known from is not held back by what strangers try.
ALTER TABLE sessions ADD COLUMN network TEXT NOT NULL DEFAULT '';

-- The second factor: its key, sealed; since when it is asked for; the last half minute whose code was used.
ALTER TABLE staff ADD COLUMN totp_sealed TEXT;
ALTER TABLE staff ADD COLUMN totp_confirmed_at TIMESTAMP;
ALTER TABLE staff ADD COLUMN totp_last_step BIGINT;

-- Tries to sign in since the last right one, by a keyed hash of the login as it was typed (it may be no login at all)
-- and of the network; the network '' counts those from networks that the login is not known from.
CREATE TABLE sign_in_tries (
    login   TEXT NOT NULL,
    network TEXT NOT NULL,
    tries   BIGINT NOT NULL,
    last_at TIMESTAMP NOT NULL,
    PRIMARY KEY (login, network)
);
CREATE INDEX sign_in_tries_by_age ON sign_in_tries (last_at);

-- What the first admin of an empty database is made with. The token itself is in the log of `serve` alone.
CREATE TABLE setup_tokens (
    hash       TEXT PRIMARY KEY NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
