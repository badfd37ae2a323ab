-- The office's first schema: people, work orders, the journal, photos, what cannot be read.
-- There is no older app: this is where it begins.

CREATE TABLE office (
    -- 'epoch' (random, made with this database: phones notice an office that is not the one they knew),
    -- 'company', 'demo_day'
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- The one order of everything: each journal entry, grant, revocation and photo that became whole takes the
-- next number, in the same transaction as its row. Gap-free, so `n > cursor` never misses one.
CREATE TABLE counter (
    stream TEXT    NOT NULL PRIMARY KEY,
    n      INTEGER NOT NULL
) STRICT;
INSERT INTO counter (stream, n) VALUES ('office', 0);

CREATE TABLE technician (
    id       TEXT NOT NULL PRIMARY KEY,
    login    TEXT NOT NULL UNIQUE,
    name     TEXT NOT NULL,
    password TEXT NOT NULL, -- Argon2id, PHC string
    body     TEXT NOT NULL  -- JSON: model::work_order::Technician
) STRICT;

CREATE TABLE staff (
    login    TEXT NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL,
    role     TEXT NOT NULL DEFAULT 'dispatcher' CHECK (role IN ('dispatcher', 'supervisor', 'admin')),
    password TEXT NOT NULL  -- Argon2id, PHC string
) STRICT;

CREATE TABLE session (
    token     TEXT NOT NULL PRIMARY KEY,    -- SHA-256 of the token; the token itself is kept nowhere
    kind      TEXT NOT NULL CHECK (kind IN ('technician', 'staff')),
    account   TEXT NOT NULL,                -- technician.id or staff.login
    made_at   TEXT NOT NULL,
    last_used TEXT NOT NULL                 -- written at most once an hour
) STRICT;

-- Wrong passwords, also for logins that do not exist (so that names cannot be told apart).
CREATE TABLE wrong_password (
    login TEXT    NOT NULL PRIMARY KEY,     -- 'technician/...' or 'staff/...'
    tries INTEGER NOT NULL,
    last  TEXT    NOT NULL,
    until TEXT    NOT NULL                  -- no try is looked at before
) STRICT;

CREATE TABLE device (
    id         TEXT    NOT NULL PRIMARY KEY,
    technician TEXT    NOT NULL REFERENCES technician (id),
    sequence   INTEGER NOT NULL DEFAULT 0,  -- of the last change held, accepted or refused
    hash       TEXT,                        -- its digest; NULL while there is none
    app        TEXT    NOT NULL DEFAULT '',
    last_seen  TEXT    NOT NULL
) STRICT;

CREATE TABLE work_order (
    id         TEXT    NOT NULL PRIMARY KEY,
    number     TEXT    NOT NULL,            -- as people say it; two sheets opened on site may share one
    version    INTEGER NOT NULL,
    body       TEXT    NOT NULL,            -- JSON: model::WorkOrder, this version
    sheet      TEXT    NOT NULL,            -- JSON: model::Sheet, the fold of the entries with folded = 1
    n          INTEGER NOT NULL,            -- number of the latest entry that changed what its technician is sent
    returned   INTEGER NOT NULL DEFAULT 0,  -- revision of the sheet that is back, complete (E10); 0 for none
    last_word  TEXT                         -- when the technician was last heard of
) STRICT;

-- Every version is kept: a change says which one its technician saw.
CREATE TABLE work_order_version (
    work_order TEXT    NOT NULL REFERENCES work_order (id),
    version    INTEGER NOT NULL,
    body       TEXT    NOT NULL,
    PRIMARY KEY (work_order, version)
) STRICT, WITHOUT ROWID;

-- Who may read and write a work order (I10), and who could: a row is never deleted. The position of a
-- work order for a technician is max(work_order.n, access.n), so one given later arrives whole.
CREATE TABLE access (
    work_order   TEXT    NOT NULL REFERENCES work_order (id),
    technician   TEXT    NOT NULL REFERENCES technician (id),
    n            INTEGER NOT NULL,          -- number of the grant or revocation
    active       INTEGER NOT NULL CHECK (active IN (0, 1)),
    at           TEXT    NOT NULL,
    reason       TEXT    NOT NULL DEFAULT '', -- why it ended
    given_to     TEXT    NOT NULL DEFAULT '', -- name of who has it now; '' for nobody
    offered      INTEGER NOT NULL DEFAULT 0 CHECK (offered IN (0, 1)), -- granted as an offer to be answered
    delivered_at TEXT,                      -- the phone has the offer (A15)
    PRIMARY KEY (work_order, technician)
) STRICT, WITHOUT ROWID;
CREATE INDEX access_of_technician ON access (technician, n);

-- What happened to a work order, never changed: technicians' changes and the office's acts.
CREATE TABLE journal (
    n           INTEGER NOT NULL PRIMARY KEY,
    work_order  TEXT    NOT NULL REFERENCES work_order (id),
    at          TEXT    NOT NULL,           -- by the phone's moment or the office's clock
    received_at TEXT    NOT NULL,
    actor       TEXT    NOT NULL,           -- name of the person
    kind        TEXT    NOT NULL CHECK (kind IN ('change', 'act')),
    body        TEXT    NOT NULL,           -- JSON: model::What or model::act::Act
    change_id   TEXT,                       -- the whole change, as received, is in table change
    base        INTEGER,                    -- version of the work order that the technician saw
    folded      INTEGER NOT NULL DEFAULT 0 CHECK (folded IN (0, 1)) -- part of the sheet
) STRICT;
CREATE INDEX journal_of_work_order ON journal (work_order, n);

-- Every change that could be told from another, as received, accepted or refused. Never changed, never deleted.
CREATE TABLE change (
    id          TEXT    NOT NULL PRIMARY KEY,
    digest      TEXT    NOT NULL,           -- of the exact bytes
    device      TEXT    NOT NULL REFERENCES device (id),
    sequence    INTEGER NOT NULL,
    technician  TEXT    NOT NULL REFERENCES technician (id), -- who sent it
    work_order  TEXT,                       -- NULL when it could not be read
    received_at TEXT    NOT NULL,
    refused     TEXT,                       -- model::Refusal; NULL when accepted
    body        TEXT    NOT NULL            -- the exact bytes
) STRICT;
CREATE INDEX change_refused ON change (received_at) WHERE refused IS NOT NULL;

-- What could not become a change: unreadable bytes, a known id with another body, somebody else's change.
CREATE TABLE quarantine (
    digest      TEXT NOT NULL PRIMARY KEY,
    technician  TEXT NOT NULL REFERENCES technician (id), -- who sent it
    received_at TEXT NOT NULL,
    reason      TEXT NOT NULL CHECK (reason IN ('sent', 'malformed', 'same_id_other_body', 'not_yours')),
    body        BLOB NOT NULL
) STRICT;

-- A photo that a held change names; its bytes are a file, photos/ab/abcd...
CREATE TABLE photo (
    digest     TEXT    NOT NULL PRIMARY KEY,
    bytes      INTEGER NOT NULL,            -- as the change says
    whole_at   TEXT                         -- when its last byte was checked and kept
) STRICT;

CREATE TABLE photo_use (
    digest     TEXT NOT NULL REFERENCES photo (digest),
    technician TEXT NOT NULL REFERENCES technician (id),
    work_order TEXT NOT NULL,               -- may be one the office refused
    PRIMARY KEY (digest, technician, work_order)
) STRICT, WITHOUT ROWID;
CREATE INDEX photo_use_of_technician ON photo_use (technician);
CREATE INDEX photo_use_of_work_order ON photo_use (work_order);

-- Reference data that phones keep whole: 'parts' and 'faults' for all, 'van' for one technician.
CREATE TABLE reference_set (
    name       TEXT    NOT NULL,
    technician TEXT    NOT NULL DEFAULT '', -- '' for all
    digest     TEXT    NOT NULL,            -- of the uncompressed JSON
    bytes      INTEGER NOT NULL,            -- uncompressed
    body       BLOB    NOT NULL,            -- JSON, zstd
    PRIMARY KEY (name, technician)
) STRICT;
CREATE INDEX reference_set_by_digest ON reference_set (digest);
