-- What is over for the firm is closed, and found again by words: customers, machines, serials, faults, what was done.
-- What waits for a decision is read in pages, and may be somebody's until a deadline. A customer's file keeps each of its
-- versions. An older office is not to be started on this database (crates/sqlite).

ALTER TABLE work_order ADD COLUMN closed TEXT;      -- when it was closed; NULL while it is not
ALTER TABLE work_order ADD COLUMN kept_open INTEGER NOT NULL DEFAULT 0; -- a person opened it again: only a person closes it
-- As they stand in its body.
ALTER TABLE work_order ADD COLUMN customer TEXT NOT NULL DEFAULT '';
ALTER TABLE work_order ADD COLUMN planned TEXT NOT NULL DEFAULT '';
CREATE INDEX work_order_closed ON work_order (closed);
CREATE INDEX work_order_of_customer ON work_order (customer, planned, id);

CREATE TABLE archive (
    n          INTEGER NOT NULL PRIMARY KEY,        -- number of the entry that closed it
    work_order TEXT    NOT NULL UNIQUE REFERENCES work_order (id),
    closed_at  TEXT    NOT NULL,
    visited_at TEXT    NOT NULL,
    technician TEXT    NOT NULL,
    level      TEXT    NOT NULL,
    outcome    TEXT    NOT NULL                     -- model::archive::Outcome
) STRICT;
CREATE INDEX archive_visited ON archive (visited_at);

-- Words under which a closed work order is found (model::search), both ways round.
CREATE TABLE archive_term (
    term TEXT    NOT NULL,
    n    INTEGER NOT NULL REFERENCES archive (n),
    PRIMARY KEY (term, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_term_of ON archive_term (n, term);

-- What was raised, as its entry says, for reading it in order; and whose it is until when.
ALTER TABLE attention ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE attention ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attention ADD COLUMN person TEXT;
ALTER TABLE attention ADD COLUMN until TEXT;
CREATE INDEX attention_urgent ON attention (urgency, n) WHERE decided IS NULL;
CREATE INDEX attention_of_kind ON attention (kind, urgency, n) WHERE decided IS NULL;
CREATE INDEX attention_until ON attention (until) WHERE decided IS NULL;

ALTER TABLE customer ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
-- Every version of a customer's file that a person wrote over, and who did.
CREATE TABLE customer_version (
    customer TEXT    NOT NULL REFERENCES customer (id),
    version  INTEGER NOT NULL,
    at       TEXT    NOT NULL,
    actor    TEXT    NOT NULL,
    body     TEXT    NOT NULL,                      -- JSON: model::customer::CustomerFile, as it was before
    PRIMARY KEY (customer, version)
) STRICT, WITHOUT ROWID;

-- Parts that were taken from a van, as phones reported them.
CREATE TABLE van_part (
    work_order TEXT    NOT NULL REFERENCES work_order (id),
    line       TEXT    NOT NULL,
    technician TEXT    NOT NULL REFERENCES technician (id),
    part       TEXT    NOT NULL,
    quantity   INTEGER NOT NULL,
    on_van     INTEGER,                             -- what the phone knew to be there then
    n          INTEGER NOT NULL,                    -- where the counter stood
    PRIMARY KEY (work_order, line)
) STRICT, WITHOUT ROWID;
CREATE INDEX van_part_of ON van_part (technician, part, n);
-- Where the counter stood when it was kept: what was fitted since is not in it.
ALTER TABLE reference_set ADD COLUMN n INTEGER NOT NULL DEFAULT 0;
