-- A record writes what was recorded, and not the whole sheet each time: the sheet's row is renewed once in a while, and what
-- came later is laid on it when it is read. An older app refuses this database (crates/sqlite).

-- 1: recorded since the sheet's row was written, and not in it
ALTER TABLE outbox ADD COLUMN later INTEGER NOT NULL DEFAULT 0;

-- each look at a job: what is laid on its sheet's row, and how much of what waits
DROP INDEX outbox_tally;
CREATE INDEX outbox_tally ON outbox (work_order, state, again, later, what, octet_length(body));
