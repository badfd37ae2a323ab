-- Codes that opened a locked phone by telephone (docs/adr/0014): which was given, to whom of the office, and why. The
-- codes themselves stand nowhere. Never changed.
CREATE TABLE unlock_code (
    id       TEXT    NOT NULL PRIMARY KEY,   -- UUIDv7: in the order of time
    phone    TEXT    NOT NULL REFERENCES phone (id),
    number   INTEGER NOT NULL,               -- of the phone's codes; none is given below the last one
    at       TEXT    NOT NULL,
    given_by TEXT    NOT NULL,               -- name of who read it out
    reason   TEXT    NOT NULL
) STRICT;

CREATE INDEX unlock_code_by_phone ON unlock_code (phone, number);
