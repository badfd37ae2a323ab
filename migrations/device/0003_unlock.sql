-- Opening by telephone (docs/adr/0014): the database's key, locked once for each code that the office can give, so that
-- a code opens without signal. Which code a lock wants is its number; none is used twice. An older app does not look
-- here. Accounts from before have none until they are enrolled again.
CREATE TABLE unlock (
    technician TEXT    NOT NULL,
    number     INTEGER NOT NULL,
    lock       TEXT    NOT NULL,
    -- wrong codes; too many, and the next number is asked for
    tries      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (technician, number)
) STRICT;

-- the number that the next enrolment goes on from: also codes that were never asked for are not made twice
ALTER TABLE account ADD COLUMN unlock_next INTEGER NOT NULL DEFAULT 1;
