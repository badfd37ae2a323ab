-- Photos that come with a request. An older office is not to be started on this database (crates/sqlite).

CREATE TABLE request_photo (
    request TEXT NOT NULL REFERENCES request (id),
    digest  TEXT NOT NULL REFERENCES photo (digest),
    PRIMARY KEY (request, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX request_photo_by_digest ON request_photo (digest);

-- Photos that somebody of the office brought in and that belong to no request yet, or not any more: they are removed
-- when nobody has come back to them.
CREATE TABLE photo_spare (
    digest TEXT NOT NULL PRIMARY KEY,
    at     TEXT NOT NULL
) STRICT;
CREATE INDEX photo_spare_at ON photo_spare (at);

-- Who has a work order may see what the customer sent with its request.
CREATE INDEX work_order_of_request ON work_order (request);
