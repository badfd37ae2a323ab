-- Thumbnails go ahead of photos. A table of its own: a column behind a photo's bytes would be read through them. An
-- older app refuses this database (crates/sqlite).
CREATE TABLE thumb_ahead (
    photo TEXT PRIMARY KEY NOT NULL REFERENCES photo (digest) ON DELETE CASCADE,
    -- times that it was sent without hearing that the office got it; 3 when it is not sent any more
    tries INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
