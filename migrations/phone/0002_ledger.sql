-- The ledger: what the office has signed for is kept until a backup of the office holds it, so that an office
-- restored from an older one gets it again (I12). An older app refuses this database (crates/sqlite).

-- handed out by the office, presented with the next push
ALTER TABLE device ADD COLUMN incarnation TEXT;
-- the office's last verified backup: its position, our sequence in it, when it was made
ALTER TABLE device ADD COLUMN safe_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN safe_sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE device ADD COLUMN safe_at TEXT;
-- 1: what we hold was not what the office says we have; everything is asked for again
ALTER TABLE device ADD COLUMN differed INTEGER NOT NULL DEFAULT 0;

-- the base's place in the office's order of everything; 0 for a sheet opened here that is not there yet
ALTER TABLE work_order ADD COLUMN n INTEGER NOT NULL DEFAULT 0;
-- 1 while everything is fetched afresh and this one has not come yet
ALTER TABLE work_order ADD COLUMN stale INTEGER NOT NULL DEFAULT 0;
-- of one that is gone: 1 when the customer's data but the name is removed, 2 when that is too
ALTER TABLE work_order ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;

-- 1: the office has said that it holds it, and the base does too; only a receipt is waited for. Not sent again
ALTER TABLE outbox ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
-- the bytes as first recorded, when the phone took a new identity and numbered anew what waited
ALTER TABLE outbox ADD COLUMN recorded TEXT;
-- 1: sent once more, because the office may have lost it; what it said to it first stands until it signs for it or refuses
ALTER TABLE outbox ADD COLUMN again INTEGER NOT NULL DEFAULT 0;

-- Changes that the office holds and has signed for.
CREATE TABLE kept (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    work_order TEXT NOT NULL,
    what TEXT NOT NULL,
    -- the change, as the exact bytes that were hashed
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    -- digest of the photo, for 'photo_taken'
    photo TEXT,
    -- the bytes as first recorded, when the phone took a new identity since
    recorded TEXT,
    -- when the office signed for it
    at TEXT NOT NULL
) STRICT;

CREATE INDEX kept_at ON kept (at);
