-- What is asked of JSON stands in columns: the same SQL is understood by SQLite and PostgreSQL. An older office is not to
-- be started on this database (crates/sqlite).

-- Which act or change it is: `act` or `what` of the body.
ALTER TABLE journal ADD COLUMN what TEXT NOT NULL DEFAULT '';
-- equipment.id and request.number of the body; '' for none
ALTER TABLE work_order ADD COLUMN equipment TEXT NOT NULL DEFAULT '';
ALTER TABLE work_order ADD COLUMN request TEXT NOT NULL DEFAULT '';

-- SQLite alone:
UPDATE journal SET what = coalesce(json_extract(body, '$.act'), json_extract(body, '$.what'), '');
-- SQLite alone:
UPDATE work_order SET equipment = coalesce(json_extract(body, '$.equipment.id'), ''),
    request = coalesce(json_extract(body, '$.request.number'), '');
-- SQLite alone:
DROP INDEX work_order_equipment;

-- Without n, which moves with each record.
CREATE INDEX work_order_of_equipment ON work_order (equipment);

-- What a phone was asked to sign, and has not yet: any office of the database may be the one that is answered.
CREATE TABLE challenge (
    challenge TEXT    NOT NULL PRIMARY KEY,
    phone     TEXT    NOT NULL REFERENCES phone (id),
    nth       INTEGER NOT NULL,             -- of this phone: the latest few are good
    until     TEXT    NOT NULL
) STRICT;
CREATE INDEX challenge_of_phone ON challenge (phone, nth);
CREATE INDEX challenge_until ON challenge (until);
