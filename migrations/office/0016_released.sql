-- A visit that is over leaves its technician's phone after a while. An older office leaves it there.

ALTER TABLE access ADD COLUMN closed TEXT;  -- since when the visit is over, while its technician still has it
-- It left because it was over: nobody else has it, and nobody needs to be told. Opened again it is given back.
ALTER TABLE access ADD COLUMN released INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1));
CREATE INDEX access_closed ON access (closed) WHERE closed IS NOT NULL;

UPDATE access SET closed = (SELECT w.closed FROM work_order w WHERE w.id = access.work_order) WHERE active = 1;
