-- Unambiguous ids, recognised retries, origins, and trimming for each source.
-- This step is short however large the history is. What looks at every message
-- is done after it in short transactions (backfill.go), which report progress
-- and survive a kill: the table filling holds how far they have come.

-- Columns behind data cost nothing where they are NULL or 1: SQLite then finds
-- their value in the row's header.
ALTER TABLE messages ADD COLUMN again  INTEGER; -- 1 where an older message of the source has its id
ALTER TABLE messages ADD COLUMN origin TEXT;    -- the position that it has in the Signalbox that it came from
ALTER TABLE messages ADD COLUMN key    TEXT;    -- the Idempotency-Key that it was published with

-- The first message of each source with an id: the one that clients know it
-- by. It stays when that message is trimmed, for as long as trimmed has it.
CREATE TABLE ids (
    id     TEXT NOT NULL,
    source INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (id, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE keys (
    key    TEXT NOT NULL,
    source INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (key, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE origins (
    origin TEXT NOT NULL,
    source INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (origin, source)
) STRICT, WITHOUT ROWID;

-- What is remembered of the newest messages that were trimmed: to count what a
-- reader missed, to know their ids, and to recognise them when they come back.
CREATE TABLE trimmed (
    number   INTEGER PRIMARY KEY,
    source   INTEGER NOT NULL,
    nth      INTEGER NOT NULL, -- of the messages of its source that were ever trimmed
    received INTEGER NOT NULL,
    sum      INTEGER NOT NULL, -- of its content
    id       TEXT,
    again    INTEGER, -- 1 where an older message of the source has its id
    origin   TEXT,
    key      TEXT
) STRICT;

CREATE INDEX trimmed_source ON trimmed (source, number, nth);
CREATE INDEX trimmed_again ON trimmed (id, source, number) WHERE again = 1;

-- For each source: the newest number that was trimmed, how many were, and what
-- is kept of it at most (0: no limit of its own).
ALTER TABLE sources ADD COLUMN trimmed_through INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN trimmed         INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN keep_messages   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN keep_bytes      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sources ADD COLUMN keep_age        INTEGER NOT NULL DEFAULT 0; -- microseconds
UPDATE sources SET trimmed = appended - kept, trimmed_through = min(last, (SELECT trimmed FROM about)) WHERE appended > kept;

-- How many rows trimmed has.
ALTER TABLE about ADD COLUMN remembered INTEGER NOT NULL DEFAULT 0;

-- Gaps are counted by trimmed, not by numbers that follow each other.
ALTER TABLE about DROP COLUMN dense;

-- Messages up to this number were counted with their data alone in
-- sources.bytes, later ones with their type and ids. What trimming takes off
-- must be what was counted.
ALTER TABLE about ADD COLUMN sized INTEGER NOT NULL DEFAULT 0;
UPDATE about SET sized = ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'messages'), 0);

-- Counts the checks of whether the store can be written.
ALTER TABLE about ADD COLUMN checked INTEGER NOT NULL DEFAULT 0;

-- One row while the table ids is being filled: the last entry of the old index
-- that was taken over.
CREATE TABLE filling (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    id     TEXT NOT NULL,
    source INTEGER NOT NULL,
    number INTEGER NOT NULL,
    done   INTEGER NOT NULL, -- messages
    total  INTEGER NOT NULL  -- of so many; 0 until they are counted
) STRICT;
INSERT INTO filling VALUES (1, '', 0, 0, 0, 0);
