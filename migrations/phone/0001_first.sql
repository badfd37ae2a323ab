-- One technician's database on one phone: the work orders, what was recorded and waits, the photos, and the
-- reference data. A change, its sheet and its photo are always written in one transaction (I1).
CREATE TABLE device (
    -- there is one row
    one INTEGER PRIMARY KEY CHECK (one = 1),
    -- the source of a gap-free sequence of changes; made with this database
    id TEXT NOT NULL,
    -- sequence and hash of the last change recorded
    sequence INTEGER NOT NULL DEFAULT 0,
    hash TEXT,
    -- the office's, opaque; null asks for everything
    cursor TEXT,
    -- 1 once everything was pulled for the first time
    complete INTEGER NOT NULL DEFAULT 0,
    -- digest of the list of reference sets that are held whole
    reference TEXT,
    -- the office's time when the van's stock was fetched
    van_as_of TEXT,
    -- the last receipt that matched our chain
    receipt_sequence INTEGER NOT NULL DEFAULT 0,
    receipt_hash TEXT,
    receipt_at TEXT,
    -- 1 while the office's receipt does not match what was recorded here: nothing is deleted
    receipt_mismatch INTEGER NOT NULL DEFAULT 0,
    -- milliseconds that this phone's clock is ahead of the office's, and in which start of the phone that was
    ahead INTEGER,
    ahead_boot TEXT,
    -- last complete pass, by the corrected clock
    last_sync TEXT,
    -- last known position (JSON)
    position TEXT
) STRICT;

CREATE TABLE work_order (
    id TEXT PRIMARY KEY NOT NULL,
    -- JSON of `WorkOrder`, as the office last sent it or as it was opened on site
    plan TEXT NOT NULL,
    -- JSON of `Sheet`, as the office last sent it
    base TEXT NOT NULL,
    -- JSON of `Sheet`: the base with the waiting changes laid on it (I4)
    sheet TEXT NOT NULL,
    -- taken out of plan and sheet for the day's list
    number TEXT NOT NULL,
    customer TEXT NOT NULL,
    starts TEXT NOT NULL,
    stage TEXT NOT NULL,
    -- an offer that waits for an answer
    offered INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    -- when the visit ended, if it has
    over_at TEXT,
    -- when this offer was first on this phone; its minutes run from here (A15)
    seen_at TEXT NOT NULL,
    -- when the office last gave a receipt for something recorded here
    received_at TEXT,
    -- JSON of `wire::Gone`: the office took it away
    gone TEXT,
    -- 1: the notice of that was seen
    dismissed INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX work_order_starts ON work_order (starts);

-- Parts fitted from the van, taken out of the sheets.
CREATE TABLE fitted (
    work_order TEXT NOT NULL REFERENCES work_order (id),
    line TEXT NOT NULL,
    number TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (work_order, line)
) STRICT, WITHOUT ROWID;

-- What was recorded here and has no receipt yet. A row leaves only with a receipt that was checked (I2).
CREATE TABLE outbox (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    work_order TEXT NOT NULL REFERENCES work_order (id),
    -- the change's name: 'part_fitted'
    what TEXT NOT NULL,
    -- the change, as the exact bytes that were hashed
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    -- digest of the photo, for 'photo_taken'
    photo TEXT,
    -- 'refused' ones are kept until a person at the office has decided
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'refused')),
    -- why it was refused
    reason TEXT,
    -- 1: the base holds it already, but no receipt has matched yet; not laid on the base again
    in_base INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX outbox_work_order ON outbox (work_order);
CREATE INDEX outbox_photo ON outbox (photo) WHERE photo IS NOT NULL;

CREATE TABLE photo (
    digest TEXT PRIMARY KEY NOT NULL,
    work_order TEXT NOT NULL REFERENCES work_order (id),
    -- in bytes
    size INTEGER NOT NULL,
    taken_at TEXT NOT NULL,
    -- bytes the office has said it holds
    sent INTEGER NOT NULL DEFAULT 0,
    -- when the office said it holds the whole photo
    held_at TEXT,
    -- the office's answer that it does not want it as it is, how often, and when to ask again
    trouble TEXT,
    tries INTEGER NOT NULL DEFAULT 0,
    retry_at TEXT,
    -- 0 once the bytes were given up, because the office's backup has them
    kept INTEGER NOT NULL DEFAULT 1
) STRICT;

-- What is on it, apart: a row is written whole, and how far a photo has been sent is written again and again. The
-- bytes stand last, so that reading the thumbnail does not read them.
CREATE TABLE picture (
    digest TEXT PRIMARY KEY NOT NULL REFERENCES photo (digest) ON DELETE CASCADE,
    thumb BLOB NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

-- Holds all that counting needs.
CREATE INDEX photo_waiting ON photo (work_order, size, sent) WHERE held_at IS NULL;

-- Reference data that is held whole, by name: 'parts', 'faults', 'van'.
CREATE TABLE reference_set (
    name TEXT PRIMARY KEY NOT NULL,
    digest TEXT NOT NULL
) STRICT;

-- The catalogue, in the order of its numbers.
CREATE TABLE part (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    -- JSON of `reference::Part`
    body TEXT NOT NULL
) STRICT;

-- Words that a part is found by (`model::search`).
CREATE TABLE term (
    term TEXT NOT NULL,
    part INTEGER NOT NULL,
    PRIMARY KEY (term, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE fault (
    code TEXT PRIMARY KEY NOT NULL,
    -- JSON of `reference::FaultCode`
    body TEXT NOT NULL
) STRICT;

-- What the technician carries.
CREATE TABLE van (
    number TEXT PRIMARY KEY NOT NULL,
    quantity INTEGER NOT NULL
) STRICT;

-- Unfinished input, so that a kill loses nothing: a half-drawn signature, a note.
CREATE TABLE draft (
    key TEXT PRIMARY KEY NOT NULL,
    -- JSON
    value TEXT NOT NULL
) STRICT;
