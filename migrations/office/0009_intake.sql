-- Requests are taken at the office: with the register of customers that is searched while typing, how a visit to each
-- kind of equipment is prepared, and the keys by which something that is sent twice is done once. An older office is
-- not to be started on this database (crates/sqlite).

CREATE TABLE customer (
    id    TEXT NOT NULL PRIMARY KEY,
    body  TEXT NOT NULL,                    -- JSON: model::work_order::Customer
    phase TEXT NOT NULL DEFAULT 'followed_up' -- model::customer::Phase (E1)
        CHECK (phase IN ('signing', 'acceptance', 'maintained', 'followed_up'))
) STRICT;

CREATE TABLE site (
    id       TEXT NOT NULL PRIMARY KEY,
    customer TEXT NOT NULL REFERENCES customer (id),
    body     TEXT NOT NULL                  -- JSON: model::work_order::Site
) STRICT;
CREATE INDEX site_of_customer ON site (customer);

CREATE TABLE equipment (
    id       TEXT NOT NULL PRIMARY KEY,
    customer TEXT NOT NULL REFERENCES customer (id),
    site     TEXT NOT NULL DEFAULT '',      -- site.id, '' when nobody said
    kind     TEXT NOT NULL DEFAULT '',      -- kind.key, '' for none of them
    body     TEXT NOT NULL                  -- JSON: model::work_order::Equipment
) STRICT;
CREATE INDEX equipment_of_customer ON equipment (customer);

CREATE TABLE contract (
    number   TEXT NOT NULL PRIMARY KEY,
    customer TEXT NOT NULL REFERENCES customer (id),
    body     TEXT NOT NULL                  -- JSON: model::work_order::Contract
) STRICT;
CREATE INDEX contract_of_customer ON contract (customer);

-- Words under which a customer is found (model::search): names, telephones, addresses, serials, contracts.
CREATE TABLE customer_term (
    term     TEXT NOT NULL,
    customer TEXT NOT NULL REFERENCES customer (id),
    PRIMARY KEY (term, customer)
) STRICT, WITHOUT ROWID;

CREATE TABLE kind (
    key  TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,                     -- JSON: model::Text
    plan TEXT NOT NULL                      -- JSON: model::work_order::Plan
) STRICT;

CREATE TABLE request (
    id          TEXT    NOT NULL PRIMARY KEY,
    number      TEXT    NOT NULL UNIQUE,
    version     INTEGER NOT NULL,           -- grows by one each time it is written down anew
    received_at TEXT    NOT NULL,
    state       TEXT    NOT NULL            -- what its entries add up to
        CHECK (state IN ('new', 'awaiting_info', 'solved', 'order_made', 'withdrawn')),
    standard    TEXT    NOT NULL,           -- JSON: model::standard::Under
    body        TEXT    NOT NULL,           -- JSON: model::intake::Intake
    n           INTEGER NOT NULL            -- number of its latest entry
) STRICT;
CREATE INDEX request_open ON request (n) WHERE state IN ('new', 'awaiting_info');
CREATE INDEX request_latest ON request (n);

-- What was done with a request, never changed.
CREATE TABLE request_entry (
    n       INTEGER NOT NULL PRIMARY KEY,   -- of the one counter
    request TEXT    NOT NULL REFERENCES request (id),
    at      TEXT    NOT NULL,
    actor   TEXT    NOT NULL,               -- name of the person
    body    TEXT    NOT NULL                -- JSON: model::intake::RequestAct
) STRICT;
CREATE INDEX request_entry_of_request ON request_entry (request, n);

-- Sent again with the same key, the same is answered and nothing done. Forgotten after a day.
CREATE TABLE idempotency (
    actor  TEXT NOT NULL,
    key    TEXT NOT NULL,
    digest TEXT NOT NULL,                   -- of what was asked
    answer TEXT NOT NULL,                   -- JSON
    at     TEXT NOT NULL,
    PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_at ON idempotency (at);

-- Earlier visits to a machine are found without going through all there ever were. Without n, which moves with each
-- record: the body would be read for it each time.
-- SQLite alone:
CREATE INDEX work_order_equipment ON work_order (json_extract(body, '$.equipment.id'));
