-- The ledger: changes that arrive out of order, phones that were copied, an office that was restored.
-- An older office does not know these tables and is not to be started on this database (crates/sqlite).

-- Where the counter stood at the end of a transaction, and a name that only that transaction gave it. A cursor
-- carries the name: an office restored from a backup counts on from the backup and gives other names, so that a
-- phone which has seen more is noticed, whatever the numbers say (I12).
CREATE TABLE marker (
    n  INTEGER NOT NULL PRIMARY KEY,        -- the counter
    id TEXT    NOT NULL                     -- random
) STRICT;

-- The chain of each phone's changes, link by link; device.sequence says how far it is whole. A link may come
-- before the one it follows.
CREATE TABLE link (
    device    TEXT    NOT NULL REFERENCES device (id),
    sequence  INTEGER NOT NULL,
    digest    TEXT    NOT NULL,             -- of the exact bytes
    previous  TEXT,                         -- digest of the one before, as this one says; NULL for the first
    change_id TEXT,                         -- NULL when it could not be read
    PRIMARY KEY (device, sequence)
) STRICT, WITHOUT ROWID;

INSERT INTO link (device, sequence, digest, change_id) SELECT device, sequence, digest, id FROM change;

-- Handed out with the answer to a push and presented with the next; the one before is good too, for an answer
-- that was lost. A phone that presents an older one is a copy.
ALTER TABLE device ADD COLUMN incarnation TEXT;
ALTER TABLE device ADD COLUMN incarnation_before TEXT;
-- Its changes up to here are in the last verified backup.
ALTER TABLE device ADD COLUMN safe_sequence INTEGER NOT NULL DEFAULT 0;
