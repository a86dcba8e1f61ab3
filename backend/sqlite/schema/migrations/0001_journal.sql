-- The journal, and what is remembered beside it. Times are microseconds
-- since 1970 in UTC; 0 means none.

-- One row about the database itself.
CREATE TABLE about (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    epoch   TEXT NOT NULL,
    clean   INTEGER NOT NULL,            -- 1 after a proper close
    trimmed INTEGER NOT NULL DEFAULT 0,  -- the newest number ever trimmed for age or size
    dense   INTEGER NOT NULL DEFAULT 1   -- from here on numbers have no holes but trimmed ones
) STRICT;

-- AUTOINCREMENT, so that an id is never given again and an old mark or
-- position cannot come to mean another source.
CREATE TABLE sources (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    colour   INTEGER NOT NULL,
    created  INTEGER NOT NULL,
    removed  INTEGER NOT NULL DEFAULT 0,
    appended INTEGER NOT NULL DEFAULT 0,
    kept     INTEGER NOT NULL DEFAULT 0,
    bytes    INTEGER NOT NULL DEFAULT 0,
    last     INTEGER NOT NULL DEFAULT 0,
    last_at  INTEGER NOT NULL DEFAULT 0,
    seen     INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A name can be used again while its former owner waits to be forgotten.
CREATE UNIQUE INDEX source_name ON sources (name) WHERE removed = 0;

-- The data stands last and its size before it: a scan that looks at sources,
-- types or sizes then never touches the pages that long data overflows to.
CREATE TABLE messages (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    source     INTEGER NOT NULL REFERENCES sources (id),
    received   INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    retry      INTEGER,
    size       INTEGER NOT NULL,
    type       TEXT NOT NULL,
    id         TEXT,
    data       TEXT NOT NULL
) STRICT;

-- Every index carries the number too, so one source's pages are found in order.
CREATE INDEX message_source ON messages (source);

-- The id comes first: somebody who follows all sources resumes by id alone.
CREATE INDEX message_id ON messages (id, source) WHERE id IS NOT NULL;

CREATE TABLE marks (
    name   TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    text   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE feeds (
    source   INTEGER PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
    settings TEXT NOT NULL  -- JSON of a live.Feed
) STRICT;

CREATE TABLE attempts (
    source     INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    connection INTEGER NOT NULL,
    started    INTEGER NOT NULL,
    attempt    TEXT NOT NULL,  -- JSON of a live.Attempt
    PRIMARY KEY (source, connection)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempt_started ON attempts (started);

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
