package query

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/database"
	"signalbox/backend/sqlite/index"
)

// A Reader reads the stored messages. Its methods are part of journal.Store and
// may be called from any goroutine.
type Reader struct {
	// MaxTime is about how long one read may examine messages that do not match.
	// After that time the read returns the messages found, and the caller
	// continues with another read.
	MaxTime time.Duration

	file  *database.File
	index *index.Index
}

// New returns a Reader of a file. The index narrows searches by text.
func New(file *database.File, ix *index.Index, maxTime time.Duration) *Reader {
	return &Reader{MaxTime: maxTime, file: file, index: ix}
}

// First returns the number of the oldest message kept, or Last+1 if there is none.
func (r *Reader) First(ctx context.Context) (int64, error) {
	// Before the query: otherwise a message committed in between would be skipped.
	none := r.file.Last() + 1
	var first sql.NullInt64
	err := r.file.Screens.QueryRowContext(ctx, "SELECT min(number) FROM messages").Scan(&first)
	if conn.IsCorrupt(err) {
		// The damaged messages count as kept, so that readers reach them and get a
		// gap.
		err := r.file.Screens.QueryRowContext(ctx, "SELECT 1 + ifnull(min(trimmed_through), 0) FROM sources WHERE kept > 0").Scan(&first.Int64)
		return first.Int64, conn.UserError(err)
	}
	if err != nil {
		return 0, conn.UserError(fmt.Errorf("find the oldest message: %w", err))
	}
	if !first.Valid {
		return none, nil
	}
	return first.Int64, nil
}

// Find returns the numbers of the messages that were sent with that id, at most one
// for each of those sources (all if none is named), oldest first. It finds a
// trimmed message for as long as the message has a tombstone.
func (r *Reader) Find(ctx context.Context, sources []int64, id string) ([]int64, error) {
	var b builder
	b.add("SELECT number FROM ids WHERE id = ?", id)
	if len(sources) > 0 {
		b.add(" AND source IN (")
		b.addList(sources)
		b.add(")")
	}
	b.add(" ORDER BY number")
	rows, err := r.file.Streams.QueryContext(ctx, b.text.String(), b.args...)
	if err != nil {
		return nil, conn.UserError(fmt.Errorf("find an id: %w", err))
	}
	defer rows.Close()
	var numbers []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("find an id: %w", err)
		}
		numbers = append(numbers, n)
	}
	return numbers, conn.UserError(rows.Err())
}

// Trimmed returns the number of the newest trimmed event or gap of each of those
// sources (all if none is named), if it is greater than after.
func (r *Reader) Trimmed(ctx context.Context, sources []int64, after int64) (map[int64]int64, error) {
	// A stream that catches up calls Trimmed after each read. The first condition is
	// nearly always false, and SQLite then does not read the sources.
	var b builder
	b.add("SELECT id, trimmed_through FROM sources WHERE (SELECT trimmed FROM about) > ? AND trimmed_through > ?", after, after)
	if len(sources) > 0 {
		b.add(" AND id IN (")
		b.addList(sources)
		b.add(")")
	}
	rows, err := r.file.Streams.QueryContext(ctx, b.text.String(), b.args...)
	if err != nil {
		return nil, conn.UserError(fmt.Errorf("find what was trimmed: %w", err))
	}
	defer rows.Close()
	through := make(map[int64]int64)
	for rows.Next() {
		var source, number int64
		if err := rows.Scan(&source, &number); err != nil {
			return nil, fmt.Errorf("find what was trimmed: %w", err)
		}
		through[source] = number
	}
	return through, conn.UserError(rows.Err())
}

// CountTrimmed counts the trimmed events of a source with
// after < number <= through; events is -1 if the count is no longer known.
// anything reports whether an event or a gap was trimmed there.
func (r *Reader) CountTrimmed(ctx context.Context, source, after, through int64) (events int64, anything bool, err error) {
	var all, end int64
	var before, within, at, oldest sql.NullInt64
	err = r.file.Streams.QueryRowContext(ctx, `SELECT trimmed, trimmed_through,
			(SELECT nth FROM trimmed WHERE source = ?1 AND number <= ?2 ORDER BY number DESC LIMIT 1),
			(SELECT nth FROM trimmed WHERE source = ?1 AND number <= ?3 ORDER BY number DESC LIMIT 1),
			(SELECT number FROM trimmed WHERE source = ?1 AND number <= ?3 ORDER BY number DESC LIMIT 1),
			(SELECT nth FROM trimmed WHERE source = ?1 ORDER BY number LIMIT 1)
		FROM sources WHERE id = ?1`, source, after, through).Scan(&all, &end, &before, &within, &at, &oldest)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, false, nil
	case err != nil:
		return 0, false, conn.UserError(fmt.Errorf("count what was trimmed: %w", err))
	case end <= after:
		return 0, false, nil
	}
	// The first event that was ever trimmed still has its tombstone, so nothing
	// was trimmed before it.
	fromFirst := oldest.Valid && oldest.Int64 <= 1
	switch {
	case through >= end:
		within, anything = sql.NullInt64{Int64: all, Valid: true}, true
	case within.Valid:
		anything = at.Int64 > after
	default:
		within.Valid, anything = fromFirst, !fromFirst
	}
	if !before.Valid {
		before.Valid = fromFirst || after <= 0
	}
	if !within.Valid || !before.Valid {
		return -1, anything, nil
	}
	return within.Int64 - before.Int64, anything, nil
}
