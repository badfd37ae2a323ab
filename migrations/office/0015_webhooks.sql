-- Others who want to hear what happens (docs/OPERATIONS.md). An older office adds no messages and sends none.

CREATE TABLE webhook (
    id      TEXT NOT NULL PRIMARY KEY,      -- UUIDv7
    url     TEXT NOT NULL,
    secret  BLOB NOT NULL,                  -- what messages are signed with: needed as it is, shown once
    events  TEXT NOT NULL,                  -- JSON: [model::webhook::HookEvent]
    made_at TEXT NOT NULL,
    made_by TEXT NOT NULL,
    tried   TEXT                            -- JSON: model::webhook::HookTry, the latest; NULL before the first
) STRICT;

-- What is to be said, written in the transaction in which it happened. What arrived or was given up is dropped after a while.
CREATE TABLE webhook_message (
    id       TEXT    NOT NULL PRIMARY KEY,  -- the header webhook-id, the same in each try; in the order of time
    webhook  TEXT    NOT NULL REFERENCES webhook (id),
    body     TEXT    NOT NULL,              -- the exact bytes that are signed
    tries    INTEGER NOT NULL DEFAULT 0,    -- begun
    due      TEXT,                          -- of the next try; NULL once it arrived or was given up
    ended_at TEXT,
    given_up INTEGER NOT NULL DEFAULT 0 CHECK (given_up IN (0, 1))
) STRICT;
CREATE INDEX webhook_message_due ON webhook_message (due) WHERE due IS NOT NULL;
CREATE INDEX webhook_message_of ON webhook_message (webhook, given_up);
CREATE INDEX webhook_message_ended ON webhook_message (ended_at) WHERE ended_at IS NOT NULL;
