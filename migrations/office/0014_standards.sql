-- Standards as data: each published version for ever, one draft of each, and what was done with them. An older office knows
-- only the ones that it ships with and is not to be started on this database (crates/sqlite).

CREATE TABLE standard (
    key          TEXT    NOT NULL,
    version      INTEGER NOT NULL,          -- grows by one each time it is published
    digest       TEXT    NOT NULL,          -- of body: what is read once need not be read again
    body         TEXT    NOT NULL,          -- JSON: model::standard::Standard; never changed
    published_at TEXT    NOT NULL,
    actor        TEXT    NOT NULL,          -- name of the person, '' for one that came with the office
    PRIMARY KEY (key, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE standard_draft (
    key     TEXT    NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,               -- grows by one each time it is saved
    body    TEXT    NOT NULL,               -- JSON: model::standard::Standard
    at      TEXT    NOT NULL,
    actor   TEXT    NOT NULL                -- name of the person
) STRICT, WITHOUT ROWID;

-- What was done with a standard, never changed.
CREATE TABLE standard_entry (
    n        INTEGER NOT NULL PRIMARY KEY,  -- of the one counter
    standard TEXT    NOT NULL,              -- standard.key
    at       TEXT    NOT NULL,
    actor    TEXT    NOT NULL,              -- name of the person
    body     TEXT    NOT NULL               -- JSON: model::standard::StandardAct
) STRICT;
CREATE INDEX standard_entry_of_standard ON standard_entry (standard, n);
