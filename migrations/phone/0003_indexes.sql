-- What is asked at each pass and each tap is found without reading every work order and every waiting change, with
-- the long texts in them. Nothing changes for any app.

-- each pass: what is stale, gone, or ours
CREATE INDEX work_order_stale ON work_order (id) WHERE stale = 1;
CREATE INDEX work_order_gone ON work_order (id) WHERE gone IS NOT NULL;
CREATE INDEX work_order_scope ON work_order (n, gone) WHERE n > 0 AND gone IS NULL;
-- each tap: how much waits, by job
CREATE INDEX outbox_tally ON outbox (work_order, state, octet_length(body));
