-- Messages that the user has marked, with a comment. What the list shows of a
-- message is copied, because a bookmark outlives its message.
CREATE TABLE bookmarks (
    number     INTEGER PRIMARY KEY, -- of the message
    source     INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    received   INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    connection INTEGER NOT NULL,
    again      INTEGER,
    size       INTEGER NOT NULL, -- of the whole data
    type       TEXT NOT NULL,    -- type, id and data are cut
    id         TEXT,
    excerpt    TEXT NOT NULL,
    comment    TEXT NOT NULL,
    created    INTEGER NOT NULL,
    changed    INTEGER NOT NULL,
    removed    INTEGER NOT NULL DEFAULT 0 -- it can be restored for some minutes
) STRICT;

CREATE INDEX bookmark_source ON bookmarks (source);
