-- Where a work order stands is found without reading it: each sync asks it of every work order of its technician,
-- and the column lies behind two long texts. Nothing changes for any app.
CREATE INDEX work_order_position ON work_order (id, n);

-- Each sync asks what moved, what was delivered and what is missing: found without going through everything that was
-- ever this technician's.
CREATE INDEX work_order_moved ON work_order (n);
CREATE INDEX access_undelivered ON access (technician) WHERE active = 1 AND offered = 1 AND delivered_at IS NULL;
CREATE INDEX photo_missing ON photo (digest) WHERE whole_at IS NULL;

-- A number of the counter: whoever has seen it has this version of the work order. Such a phone is sent the sheet alone.
ALTER TABLE work_order ADD COLUMN body_n INTEGER NOT NULL DEFAULT 0;
UPDATE work_order SET body_n = n;
