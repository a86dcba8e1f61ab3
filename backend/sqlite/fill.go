package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
)

// fillChunk is how many entries of the old index one transaction takes over:
// a tenth of a second.
const fillChunk = 10_000

// A filling is how far the table ids was filled from the messages of a history
// that an older version wrote.
type filling struct {
	id             string // the last entry taken over
	source, number int64
	done, total    int64 // messages
}

// lastly is what ends the filling. Each index reads every message once, without
// long data: a second for a million.
var lastly = []string{
	"DROP INDEX message_id",
	// Later messages with an id that an older one has, newest last.
	"CREATE INDEX message_again ON messages (id, source) WHERE again = 1",
	// Gaps and notes: every filter shows them, and they are few.
	"CREATE INDEX message_gap ON messages (number, kind, source) WHERE kind <> 0",
	"DELETE FROM filling",
}

// fill fills the table ids, in chunks, so that what was done outlives a kill
// and a full disk: the next start goes on. An older program refuses the history
// from the first chunk on, by its version. It follows the old index, which is
// in the order of the new table and has the oldest of equal ids first; that
// makes it several times as fast as going from message to message.
func (w *writer) fill(ctx context.Context, progress func(done, total int64)) error {
	for total := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var f filling
		unfinished := false
		err := w.tx(func() error {
			err := w.each(func(v []driver.Value) {
				unfinished = true
				f = filling{v[0].(string), v[1].(int64), v[2].(int64), v[3].(int64), v[4].(int64)}
			}, "SELECT id, source, number, done, total FROM filling")
			if err != nil || !unfinished {
				return err
			}
			if f.total == 0 {
				// Those without an id are no work. To count the others would take
				// seconds in which nothing is seen.
				if f.total, err = w.number("SELECT ifnull(sum(kept), 0) FROM sources"); err != nil {
					return err
				}
				if f.total > 0 {
					progress(0, f.total)
				}
			}
			return w.fillSome(&f)
		})
		if err != nil {
			return fmt.Errorf("bring the ids of the history to their new form: %w", err)
		}
		if !unfinished {
			if total > 0 {
				progress(total, total)
			}
			return nil
		}
		total = f.total
		if f.total > 0 {
			// The indexes at the end are the last hundredth.
			progress(f.done-f.done/100, f.total)
		}
	}
}

// fillSome takes over the next entries, or ends the filling where none is left.
func (w *writer) fillSome(f *filling) error {
	type entry struct {
		id             string
		source, number int64
	}
	var entries []entry
	take := func(v []driver.Value) {
		entries = append(entries, entry{v[0].(string), v[1].(int64), v[2].(int64)})
	}
	// Two queries, because SQLite does not find its way into the middle of
	// equal entries by a comparison of three values.
	err := w.each(take, `SELECT id, source, number FROM messages INDEXED BY message_id
		WHERE id = ?1 AND source = ?2 AND number > ?3 ORDER BY number LIMIT ?4`, f.id, f.source, f.number, int64(fillChunk))
	if err == nil && len(entries) < fillChunk {
		err = w.each(take, `SELECT id, source, number FROM messages INDEXED BY message_id
			WHERE id IS NOT NULL AND (id, source) > (?1, ?2) ORDER BY id, source, number LIMIT ?3`, f.id, f.source, int64(fillChunk-len(entries)))
	}
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		for _, query := range lastly {
			if _, err := w.exec(query); err != nil {
				return err
			}
		}
		f.done = f.total
		return nil
	}
	rows := make([]driver.NamedValue, 0, 3*len(entries))
	for _, e := range entries {
		if e.id == f.id && e.source == f.source && f.number > 0 {
			if _, err := w.exec("UPDATE messages SET again = 1 WHERE number = ?", e.number); err != nil {
				return err
			}
		} else {
			for _, v := range []any{e.id, e.source, e.number} {
				rows = append(rows, driver.NamedValue{Value: v})
			}
		}
		f.id, f.source, f.number = e.id, e.source, e.number
	}
	for part := range slices.Chunk(rows, 3*groups[0]) {
		if err := w.enterIDs(part); err != nil {
			return err
		}
	}
	f.done += int64(len(entries))
	_, err = w.exec("UPDATE filling SET id = ?, source = ?, number = ?, done = ?, total = ?", f.id, f.source, f.number, f.done, f.total)
	return err
}

// enterIDs inserts rows of the table ids.
func (w *writer) enterIDs(rows []driver.NamedValue) error {
	for size := 0; len(rows) > 0; {
		n := 3 * groups[size]
		if n > len(rows) {
			size++
			continue
		}
		// A copy, because each statement counts its arguments from 1.
		args := w.args.take(n)
		for i := range args {
			args[i].Value = rows[i].Value
		}
		if _, err := w.execNamed(insertIDs[size], args); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
