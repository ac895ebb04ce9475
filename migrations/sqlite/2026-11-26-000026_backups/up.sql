-- Which backups were taken, as far as the database that was backed up knows.
CREATE TABLE backups (
    name        TEXT PRIMARY KEY NOT NULL,
    taken_at    TIMESTAMP NOT NULL,
    bytes       BIGINT NOT NULL CHECK (bytes > 0),
    sha256      TEXT NOT NULL,
    recorded_at TIMESTAMP NOT NULL
);
CREATE INDEX backups_newest ON backups (taken_at);
