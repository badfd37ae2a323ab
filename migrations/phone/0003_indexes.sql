-- What is asked at each pass and each tap is found without reading every work order and every waiting change, with
-- the long texts in them. Nothing changes for any app.

-- each pass: what is stale, gone, or ours
CREATE INDEX work_order_stale ON work_order (id) WHERE stale = 1;
CREATE INDEX work_order_gone ON work_order (id) WHERE gone IS NOT NULL;
CREATE INDEX work_order_scope ON work_order (n, gone) WHERE n > 0 AND gone IS NULL;
-- each tap: how much waits, by job
CREATE INDEX outbox_tally ON outbox (work_order, state, again, octet_length(body));
DROP INDEX outbox_work_order; -- the beginning of the one above

-- each pass: photos whose bytes may be given up
CREATE INDEX photo_of_work_order ON photo (work_order, held_at) WHERE held_at IS NOT NULL;
CREATE INDEX photo_kept ON photo (held_at) WHERE held_at IS NOT NULL AND kept = 1;

-- each look at the outbox: what the office received today
CREATE INDEX work_order_received ON work_order (received_at) WHERE received_at IS NOT NULL;
