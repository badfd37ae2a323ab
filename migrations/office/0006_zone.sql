-- A phone in an unexpected time zone is raised (P23). An older office is not to be started on this database
-- (crates/sqlite).

-- offset from UTC in minutes of the last change that was accepted
ALTER TABLE device ADD COLUMN zone INTEGER;
