package query

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/database"
)

// A Reader reads the stored messages. Its methods are part of journal.Store and
// may be called by anybody at any time.
type Reader struct {
	// MaxTime is about how long one read may examine messages that do not match.
	// Then it returns what it has found, and the caller asks again.
	MaxTime time.Duration

	file *database.File
}

// New returns a Reader of a file.
func New(file *database.File, maxTime time.Duration) *Reader {
	return &Reader{MaxTime: maxTime, file: file}
}

// First returns the number of the oldest message kept, Last+1 if there is none.
func (r *Reader) First(ctx context.Context) (int64, error) {
	// Before the query: otherwise a message that is committed in between would
	// be skipped.
	none := r.file.Last() + 1
	var first sql.NullInt64
	err := r.file.Screens.QueryRowContext(ctx, "SELECT min(number) FROM messages").Scan(&first)
	if conn.IsCorrupt(err) {
		// The damaged messages are kept: a reader must come to them to be told.
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

// Find returns the numbers of the messages that clients know by that id, one
// for each of those sources (all if none is named) that has one, oldest first.
// A trimmed message is found for as long as it has a tombstone.
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

// Trimmed returns, of each of those sources (all if none is named) of which an
// event or a gap behind that number was trimmed, the newest such number.
func (r *Reader) Trimmed(ctx context.Context, sources []int64, after int64) (map[int64]int64, error) {
	// A stream that catches up asks this after each read. The first test answers
	// nearly always, without a look at the sources.
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

// CountTrimmed says whether any event or gap of a source was trimmed with
// after < number <= through, and how many events; -1 if that is no longer
// known.
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
