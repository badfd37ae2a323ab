-- Phones have keys: they are enrolled by a one-time code or by password, get short sessions for a signed
-- challenge, and can be revoked or told to empty themselves. An older app is asked to sign in and cannot; it
-- keeps what it recorded.
CREATE TABLE phone (
    id          TEXT NOT NULL PRIMARY KEY,
    technician  TEXT NOT NULL REFERENCES technician (id),
    key         TEXT NOT NULL,              -- Ed25519, public, base64url
    name        TEXT NOT NULL,              -- as it calls itself
    enrolled_at TEXT NOT NULL,
    last_seen   TEXT NOT NULL,              -- when it last got a session
    revoked_at  TEXT,
    wipe        TEXT CHECK (wipe IN ('leaver', 'thief')),
    wiped_at    TEXT,                       -- when it said that it is empty
    UNIQUE (technician, key)
) STRICT;

CREATE TABLE enrolment (
    code       TEXT NOT NULL PRIMARY KEY,   -- SHA-256 of the one-time code; the code itself is kept nowhere
    technician TEXT NOT NULL REFERENCES technician (id),
    made_by    TEXT NOT NULL,               -- name of who made it
    made_at    TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at    TEXT
) STRICT;

-- 32 random bytes, base64url: the office's half of what opens a technician's database on a phone when PIN and
-- password are forgotten. The other half never leaves the phone.
ALTER TABLE technician ADD COLUMN recovery TEXT;

-- The phone of a technician's session. Sessions from before phones had keys end here.
ALTER TABLE session ADD COLUMN phone TEXT REFERENCES phone (id);
DELETE FROM session WHERE kind = 'technician';
