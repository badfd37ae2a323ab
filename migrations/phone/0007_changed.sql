-- What the office changed in a plan that the technician had seen (P14). An older app refuses this database.

-- JSON of `WorkOrder`: the plan as it was last seen, while the office's changes of it were not
ALTER TABLE work_order ADD COLUMN seen_plan TEXT;
-- when this phone heard of the last of them
ALTER TABLE work_order ADD COLUMN changed_at TEXT;
