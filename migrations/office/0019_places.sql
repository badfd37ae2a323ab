-- What a technician has, and what is gone, each by itself: what went in all the years before is not read to find what is
-- there now.

CREATE INDEX access_place ON access (technician, active, released, n);
