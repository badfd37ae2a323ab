-- Photos that only the office had and that somebody wanted to see here. An older app refuses this database.

-- whose bytes came back from the office: this phone may give them up whenever it is told to
CREATE TABLE fetched (
    photo TEXT PRIMARY KEY NOT NULL REFERENCES photo (digest) ON DELETE CASCADE
) STRICT;
