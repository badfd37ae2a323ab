-- What a person at the office still has to look at is found without reading every journal. The journal stays the
-- truth: each row stands for one of its entries, and a decision is an entry too. An older office is not to be started
-- on this database (crates/sqlite).
CREATE TABLE attention (
    n          INTEGER NOT NULL PRIMARY KEY REFERENCES journal (n),
    work_order TEXT    NOT NULL REFERENCES work_order (id),
    decided    INTEGER REFERENCES journal (n) -- the decision; NULL while there is none
) STRICT;
CREATE INDEX attention_open ON attention (n) WHERE decided IS NULL;
CREATE INDEX attention_of_work_order ON attention (work_order);

-- SQLite alone:
INSERT INTO attention (n, work_order)
SELECT n, work_order FROM journal WHERE kind = 'act' AND json_extract(body, '$.act') = 'raised';
