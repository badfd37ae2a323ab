-- A phone in an unexpected time zone is told of it (P23). An older app refuses this database (crates/sqlite).

-- offset from UTC in minutes of the last change recorded
ALTER TABLE device ADD COLUMN zone INTEGER;
-- the office's, when it said that it is not ours
ALTER TABLE device ADD COLUMN office_zone INTEGER;
