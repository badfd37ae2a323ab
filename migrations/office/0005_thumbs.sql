-- Thumbnails of photos that are still on their way, a few kilobytes each; gone when the photo is here. An older office
-- is not to be started on this database (crates/sqlite).
CREATE TABLE thumb (
    photo TEXT NOT NULL PRIMARY KEY REFERENCES photo (digest),
    bytes BLOB NOT NULL
) STRICT;
