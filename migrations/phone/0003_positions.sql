-- Each pass asks which work orders are stale, gone, or ours; without these it reads every one of them, with the
-- long texts that lie before those columns. Nothing changes for any app.
CREATE INDEX work_order_stale ON work_order (id) WHERE stale = 1;
CREATE INDEX work_order_gone ON work_order (id) WHERE gone IS NOT NULL;
CREATE INDEX work_order_scope ON work_order (n, gone) WHERE n > 0 AND gone IS NULL;
