-- Work orders are offered by rule: what technicians can do and where, the areas, who is on duty beyond the hours, and how
-- each work order finds its technician. An older office is not to be started on this database (crates/sqlite).

CREATE TABLE profile (
    technician TEXT    NOT NULL PRIMARY KEY REFERENCES technician (id),
    version    INTEGER NOT NULL,            -- grows by one each time it is changed
    body       TEXT    NOT NULL             -- JSON: model::dispatch::Profile
) STRICT;

CREATE TABLE area (
    key  TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL                      -- JSON: model::area::Area
) STRICT;

-- The rota (E17).
CREATE TABLE turn (
    id         TEXT NOT NULL PRIMARY KEY,
    technician TEXT NOT NULL REFERENCES technician (id),
    kind       TEXT NOT NULL CHECK (kind IN ('on_call', 'desk')),
    starts     TEXT NOT NULL,
    ends       TEXT NOT NULL
) STRICT;
CREATE INDEX turn_ends ON turn (ends);

-- What people changed of the above, never changed itself.
CREATE TABLE crew_entry (
    n     INTEGER NOT NULL PRIMARY KEY,     -- of the one counter
    at    TEXT    NOT NULL,
    actor TEXT    NOT NULL,                 -- name of the person
    body  TEXT    NOT NULL                  -- JSON: model::dispatch::CrewAct
) STRICT;

-- How a work order finds its technician, where that is not as its level says.
CREATE TABLE dispatch (
    work_order TEXT NOT NULL PRIMARY KEY REFERENCES work_order (id),
    how        TEXT NOT NULL CHECK (how IN ('rule', 'desk', 'in_turn', 'hand')),
    people     TEXT NOT NULL                -- JSON: ids of technicians who are still to be asked, in turn
) STRICT;

-- When somebody was last offered a work order: without going through all there ever were.
CREATE TABLE last_offer (
    technician TEXT NOT NULL PRIMARY KEY REFERENCES technician (id),
    at         TEXT NOT NULL
) STRICT;
INSERT INTO last_offer (technician, at) SELECT technician, max(at) FROM access WHERE offered = 1 GROUP BY technician;
