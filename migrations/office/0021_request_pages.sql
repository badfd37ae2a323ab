-- Requests are read page by page, also those of one state alone.
CREATE INDEX request_of_state ON request (state, n);
