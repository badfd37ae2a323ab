-- Where a work order stands is found without reading it: each sync asks it of every work order of its technician,
-- and the column lies behind two long texts. Nothing changes for any app.
CREATE INDEX work_order_position ON work_order (id, n);
