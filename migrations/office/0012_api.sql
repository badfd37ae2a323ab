-- Accounts that can be closed, and what was done with them.

ALTER TABLE staff ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE staff ADD COLUMN version  INTEGER NOT NULL DEFAULT 1;

-- What people of the office did, in the transaction in which it was done; and what they were refused. Never changed.
CREATE TABLE audit (
    id      TEXT    NOT NULL PRIMARY KEY,   -- UUIDv7: in the order of time
    at      TEXT    NOT NULL,
    actor   TEXT    NOT NULL,               -- staff.login
    role    TEXT    NOT NULL,
    act     TEXT    NOT NULL,               -- method and path, which name things only by their ids
    refused INTEGER NOT NULL DEFAULT 0
) STRICT;
