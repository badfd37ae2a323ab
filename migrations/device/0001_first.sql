-- The phone's own small database: who has signed in here, and how the app looks. Nothing of record is in
-- here; what technicians record stands in one database each (`phone/`), so that none sees another's (P18).
CREATE TABLE setting (
    -- 'settings' (JSON of `view::Settings`) or 'office' (the address last used)
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE account (
    -- the technician's id at the office
    technician TEXT PRIMARY KEY NOT NULL,
    -- as typed when signing in
    login TEXT NOT NULL,
    -- address of the office, without a slash at the end
    office TEXT NOT NULL,
    -- JSON of `work_order::Technician`
    profile TEXT NOT NULL,
    company TEXT NOT NULL,
    -- name of this technician's database under `technicians/`
    file TEXT NOT NULL,
    -- argon2id of the password, for signing in without a network (P16); the password itself is never kept
    verifier TEXT NOT NULL,
    -- what the office knows this sign-in by; dropped when signing out
    token TEXT,
    -- 1 for the one who is signed in
    current INTEGER NOT NULL DEFAULT 0,
    signed_in_at TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX account_current ON account (current) WHERE current = 1;
