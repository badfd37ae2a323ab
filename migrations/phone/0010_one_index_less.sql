-- Each record writes a page less: that no two changes have one id is for the office to keep (its table of changes is keyed
-- by it), and no phone looks for a change by its id. Every row is moved as it is. An older app refuses this database
-- (crates/sqlite).
CREATE TABLE waits (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    work_order TEXT NOT NULL REFERENCES work_order (id),
    -- the change's name: 'part_fitted'
    what TEXT NOT NULL,
    -- the change, as the exact bytes that were hashed
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    -- digest of the photo, for 'photo_taken'
    photo TEXT,
    -- 'refused' ones are kept until a person at the office has decided
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'refused')),
    -- why it was refused
    reason TEXT,
    -- 1: the base holds it already, but no receipt has matched yet; not laid on the base again
    in_base INTEGER NOT NULL DEFAULT 0,
    -- 1: the office has said that it holds it, and the base does too; only a receipt is waited for. Not sent again
    held INTEGER NOT NULL DEFAULT 0,
    -- the bytes as first recorded, when the phone took a new identity and numbered anew what waited
    recorded TEXT,
    -- 1: sent once more, because the office may have lost it; what it said to it first stands until it signs for it or refuses
    again INTEGER NOT NULL DEFAULT 0,
    -- 1: recorded since the sheet's row was written, and not in it
    later INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO waits
    (sequence, id, work_order, what, body, hash, photo, state, reason, in_base, held, recorded, again, later)
SELECT sequence, id, work_order, what, body, hash, photo, state, reason, in_base, held, recorded, again, later FROM outbox;

DROP TABLE outbox;
ALTER TABLE waits RENAME TO outbox;

CREATE INDEX outbox_photo ON outbox (photo) WHERE photo IS NOT NULL;
-- each look at a job: what is laid on its sheet's row, and how much of what waits
CREATE INDEX outbox_tally ON outbox (work_order, state, again, later, what, octet_length(body));
