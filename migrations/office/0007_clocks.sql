-- The office looks at its clocks every few seconds: it finds the work orders that are open without going through all
-- there ever were, and knows when a phone was last heard of that had nothing to say. An older office is not to be
-- started on this database (crates/sqlite).

-- Its sheet is not back, and it is not cancelled.
ALTER TABLE work_order ADD COLUMN open INTEGER NOT NULL DEFAULT 1 CHECK (open IN (0, 1));
-- SQLite alone:
UPDATE work_order SET open = 0 WHERE returned > 0 OR json_extract(body, '$.cancelled') IS NOT NULL;
CREATE INDEX work_order_open ON work_order (id) WHERE open = 1;

-- When it was heard of again after it had been out of reach for a while.
ALTER TABLE device ADD COLUMN heard_again TEXT;
