-- The sheet as it stands now apart from what the office sent: a record writes it anew, and no more than it. An older
-- app refuses this database (crates/sqlite).
CREATE TABLE sheet (
    work_order TEXT PRIMARY KEY NOT NULL REFERENCES work_order (id),
    -- JSON of `Sheet`: the base with the waiting changes laid on it (I4)
    body TEXT NOT NULL
) STRICT;

INSERT INTO sheet (work_order, body) SELECT id, sheet FROM work_order;

ALTER TABLE work_order DROP COLUMN sheet;

-- each look at the day: all that its list is chosen by
CREATE INDEX work_order_day ON work_order (starts, stage, offered, cancelled, over_at, dismissed, gone, id);
DROP INDEX work_order_starts; -- the beginning of the one above
