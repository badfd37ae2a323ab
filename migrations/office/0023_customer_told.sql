-- What the customer was told last of a visit that lies ahead: who comes and when (A14, A16).
CREATE TABLE customer_told (
    work_order TEXT NOT NULL PRIMARY KEY REFERENCES work_order (id),
    expected   TEXT NOT NULL,   -- JSON
    at         TEXT NOT NULL,
    actor      TEXT NOT NULL,
    told_by    TEXT NOT NULL
) STRICT;
