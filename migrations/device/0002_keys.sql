-- Phones have keys and databases are encrypted: what would let somebody in no longer stands here. Secrets are in
-- the key store; the locks below open only with a secret from there and something a person knows or the office
-- has. An older app cannot open this. Who was signed out before signs in once with the office.
PRAGMA secure_delete = ON;

ALTER TABLE account DROP COLUMN token;
ALTER TABLE account DROP COLUMN verifier;

-- this technician's phone at the office, and whose signature counts
ALTER TABLE account ADD COLUMN phone TEXT;
ALTER TABLE account ADD COLUMN office_key TEXT;
-- the database's key, locked three ways: with the office's half, the password, the PIN
ALTER TABLE account ADD COLUMN by_office TEXT;
ALTER TABLE account ADD COLUMN by_password TEXT;
ALTER TABLE account ADD COLUMN by_pin TEXT;
-- when the office last gave a session; the lease runs from here
ALTER TABLE account ADD COLUMN heard_at TEXT;
-- wrong PINs and passwords in a row; the milliseconds to wait, counted from `wait_from` of the start `wait_boot`
-- of the phone: by a counter that nobody can set
ALTER TABLE account ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN wait INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN wait_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN wait_boot TEXT NOT NULL DEFAULT '';
-- JSON of `enrol::Wiped`: this technician's things are being removed, and that is what the office will be told
ALTER TABLE account ADD COLUMN wiping TEXT;

-- What the office is still to be told of phones that were emptied.
CREATE TABLE wiped (
    -- JSON of `enrol::Wiped`
    body TEXT PRIMARY KEY NOT NULL,
    -- address of the office
    office TEXT NOT NULL
) STRICT;
