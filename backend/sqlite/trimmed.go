package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"signalbox/backend/live"
)

// A memory is how many trimmed messages are remembered, at about 100 bytes
// each: of each source, so that a busy one does not push out those of a quiet
// one, and in all.
type memory struct{ ofOne, ofAll int64 }

var usualMemory = memory{ofOne: 100_000, ofAll: 1_000_000}

const trimmedColumns = 9

var insertTrimmed = insertSQL("ABORT INTO trimmed (number, source, nth, received, sum, id, again, origin, key)", trimmedColumns)

// remember notes what goes: for each source how many of its events were ever
// trimmed and up to which number, and each event and gap by itself. Notes are
// left out because clients never get them. A gap counts as no event, and has
// the nth of the event before it.
func (w *writer) remember(gone []leaving) error {
	type count struct{ events, through int64 }
	counts := make(map[int64]*count)
	kept := gone[:0]
	for _, l := range gone {
		if l.kind == int64(live.NoteKind) {
			if err := w.forgetNames(l); err != nil {
				return err
			}
			continue
		}
		c := counts[l.source]
		if c == nil {
			c = new(count)
			counts[l.source] = c
			if err := w.each(func(v []driver.Value) { c.events = v[0].(int64) }, "SELECT trimmed FROM sources WHERE id = ?", l.source); err != nil {
				return err
			}
		}
		if l.kind == int64(live.Event) {
			c.events++
		}
		c.through, l.nth = l.number, c.events
		kept = append(kept, l)
	}
	if len(kept) == 0 {
		return nil
	}
	if err := w.insertTrimmed(kept); err != nil {
		return err
	}
	for source, c := range counts {
		_, err := w.exec("UPDATE sources SET trimmed = ?, trimmed_through = max(trimmed_through, ?) WHERE id = ?", c.events, c.through, source)
		if err != nil {
			return err
		}
		if _, err := w.forget(source, c.events-w.memory.ofOne, 2*len(kept)); err != nil {
			return err
		}
	}
	_, err := w.exec("UPDATE about SET trimmed = max(trimmed, ?), remembered = remembered + ?", kept[len(kept)-1].number, int64(len(kept)))
	if err != nil {
		return err
	}
	var over int64
	err = w.each(func(v []driver.Value) { over = v[0].(int64) - w.memory.ofAll }, "SELECT remembered FROM about")
	if err == nil && over > 0 {
		_, err = w.forget(0, 0, int(min(over, int64(2*len(kept)))))
	}
	return err
}

func (w *writer) insertTrimmed(gone []leaving) error {
	defer w.args.clear()
	for size := 0; len(gone) > 0; {
		n := groups[size]
		if n > len(gone) {
			size++
			continue
		}
		args := w.args.take(trimmedColumns * n)
		for i, l := range gone[:n] {
			a := args[trimmedColumns*i:]
			for j, v := range [trimmedColumns]driver.Value{l.number, l.source, l.nth, l.received, l.sum, l.id, l.again, l.origin, l.key} {
				a[j].Value = v
			}
		}
		if _, err := w.execNamed(insertTrimmed[size], args); err != nil {
			return err
		}
		gone = gone[n:]
	}
	return nil
}

// forget forgets the oldest trimmed messages, at most limit: those of a source
// up to its nth, or of all where source is 0. It returns how many those were.
func (w *writer) forget(source, nth int64, limit int) (n int, err error) {
	var old []leaving
	take := func(v []driver.Value) bool {
		l := leaving{number: v[0].(int64), source: v[1].(int64), nth: v[2].(int64), id: v[3], again: v[4], origin: v[5], key: v[6]}
		if source != 0 && l.nth > nth {
			return false
		}
		old = append(old, l)
		return true
	}
	if source == 0 {
		err = w.until(take, "SELECT number, source, nth, id, again, origin, key FROM trimmed ORDER BY number LIMIT ?", int64(limit))
	} else {
		err = w.until(take, "SELECT number, source, nth, id, again, origin, key FROM trimmed INDEXED BY trimmed_source WHERE source = ? ORDER BY number LIMIT ?",
			source, int64(limit))
	}
	if err != nil || len(old) == 0 {
		return 0, err
	}
	for _, l := range old {
		if err := w.forgetNames(l); err != nil {
			return 0, err
		}
	}
	if last := old[len(old)-1].number; source == 0 {
		_, err = w.exec("DELETE FROM trimmed WHERE number <= ?", last)
	} else {
		_, err = w.exec("DELETE FROM trimmed WHERE source = ? AND number <= ?", source, last)
	}
	if err == nil {
		_, err = w.exec("UPDATE about SET remembered = remembered - ?", int64(len(old)))
	}
	return len(old), err
}

// forgetNames deletes a message's id, origin and key from where they are looked
// up.
func (w *writer) forgetNames(l leaving) error {
	var err error
	if l.id != nil && l.again == nil {
		_, err = w.exec("DELETE FROM ids WHERE id = ? AND source = ? AND number = ?", l.id, l.source, l.number)
	}
	if err == nil && l.origin != nil {
		_, err = w.exec("DELETE FROM origins WHERE origin = ? AND source = ? AND number = ?", l.origin, l.source, l.number)
	}
	if err == nil && l.key != nil {
		_, err = w.exec("DELETE FROM keys WHERE key = ? AND source = ? AND number = ?", l.key, l.source, l.number)
	}
	return err
}

// Trimmed returns, of each of those sources (all where none is named) of which
// an event or a gap behind that number was trimmed, the newest such number.
func (db *DB) Trimmed(ctx context.Context, sources []int64, after int64) (map[int64]int64, error) {
	// A stream that catches up asks this after every portion. The first test
	// says no to most without a look at the sources.
	var q query
	q.add("SELECT id, trimmed_through FROM sources WHERE (SELECT trimmed FROM about) > ? AND trimmed_through > ?", after, after)
	if len(sources) > 0 {
		q.add(" AND id IN (")
		q.list(sources)
		q.add(")")
	}
	rows, err := db.stream.QueryContext(ctx, q.text.String(), q.args...)
	if err != nil {
		return nil, explain(fmt.Errorf("find what was trimmed: %w", err))
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
	return through, explain(rows.Err())
}

// CountTrimmed says whether any event or gap of a source was trimmed with
// after < number <= through, and how many events; -1 where that is no longer
// known.
func (db *DB) CountTrimmed(ctx context.Context, source, after, through int64) (events int64, anything bool, err error) {
	var all, end int64
	var before, within, at, oldest sql.NullInt64
	err = db.stream.QueryRowContext(ctx, `SELECT trimmed, trimmed_through,
			(SELECT nth FROM trimmed WHERE source = ?1 AND number <= ?2 ORDER BY number DESC LIMIT 1),
			(SELECT nth FROM trimmed WHERE source = ?1 AND number <= ?3 ORDER BY number DESC LIMIT 1),
			(SELECT number FROM trimmed WHERE source = ?1 AND number <= ?3 ORDER BY number DESC LIMIT 1),
			(SELECT nth FROM trimmed WHERE source = ?1 ORDER BY number LIMIT 1)
		FROM sources WHERE id = ?1`, source, after, through).Scan(&all, &end, &before, &within, &at, &oldest)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, false, nil
	case err != nil:
		return 0, false, explain(fmt.Errorf("count what was trimmed: %w", err))
	case end <= after:
		return 0, false, nil
	}
	// The first that was ever trimmed is still remembered: nothing was before.
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
