package schema

import (
	"context"
	"database/sql/driver"
	"fmt"

	"signalbox/backend/sqlite/conn"
)

// backfillEntries is how many entries of the old index one transaction copies. It
// keeps a transaction near a tenth of a second.
const backfillEntries = 10_000

// A progressRow is the one row of the table filling: how far the backfill of the
// table ids has come.
type progressRow struct {
	id             string // the last entry copied
	source, number int64
	done, total    int64 // messages
}

// finish ends the backfill. Creating an index reads every message once, without
// long data: about a second for a million messages.
var finish = []string{
	"DROP INDEX message_id",
	// Later messages with an id that an older one has, newest last.
	"CREATE INDEX message_again ON messages (id, source) WHERE again = 1",
	// Gaps and notes: every filter shows them, and they are few.
	"CREATE INDEX message_gap ON messages (number, kind, source) WHERE kind <> 0",
	"DELETE FROM filling",
}

var insertIDs = conn.NewGroupInsert("IGNORE INTO ids (id, source, number)", 3)

// backfill fills the table ids from the messages of a history that an older version
// wrote. That version refuses the history from the migration on, so the backfill may
// stop after any transaction. It reads the old index, which has the order of the
// new table and the oldest of equal ids first: that is several times as fast as
// reading the messages in order.
func backfill(ctx context.Context, w *conn.Writer, progress func(done, total int64)) error {
	for total := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var p progressRow
		unfinished := false
		err := w.Tx(func() error {
			err := w.Each(func(v []driver.Value) {
				unfinished = true
				p = progressRow{v[0].(string), v[1].(int64), v[2].(int64), v[3].(int64), v[4].(int64)}
			}, "SELECT id, source, number, done, total FROM filling")
			if err != nil || !unfinished {
				return err
			}
			if p.total == 0 {
				// This counts messages without an id too. Counting only those with one
				// would take seconds without any progress on the screen.
				if p.total, err = w.Int64("SELECT ifnull(sum(kept), 0) FROM sources"); err != nil {
					return err
				}
				if p.total > 0 {
					progress(0, p.total)
				}
			}
			return backfillSome(w, &p)
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
		total = p.total
		if p.total > 0 {
			// The indexes at the end count as the last hundredth.
			progress(p.done-p.done/100, p.total)
		}
	}
}

// backfillSome copies the next entries, or finishes if there are none.
func backfillSome(w *conn.Writer, p *progressRow) error {
	type entry struct {
		id             string
		source, number int64
	}
	var entries []entry
	add := func(v []driver.Value) {
		entries = append(entries, entry{v[0].(string), v[1].(int64), v[2].(int64)})
	}
	// Two queries, because SQLite does not use the index to seek into the middle
	// of equal ids by a comparison of three columns.
	err := w.Each(add, `SELECT id, source, number FROM messages INDEXED BY message_id
		WHERE id = ?1 AND source = ?2 AND number > ?3 ORDER BY number LIMIT ?4`, p.id, p.source, p.number, int64(backfillEntries))
	if err == nil && len(entries) < backfillEntries {
		err = w.Each(add, `SELECT id, source, number FROM messages INDEXED BY message_id
			WHERE id IS NOT NULL AND (id, source) > (?1, ?2) ORDER BY id, source, number LIMIT ?3`, p.id, p.source, int64(backfillEntries-len(entries)))
	}
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		for _, query := range finish {
			if _, err := w.Exec(query); err != nil {
				return err
			}
		}
		p.done = p.total
		return nil
	}
	first := entries[:0] // the first message of each id and source
	n := int64(len(entries))
	for _, e := range entries {
		if e.id == p.id && e.source == p.source && p.number > 0 {
			if _, err := w.Exec("UPDATE messages SET again = 1 WHERE number = ?", e.number); err != nil {
				return err
			}
		} else {
			first = append(first, e)
		}
		p.id, p.source, p.number = e.id, e.source, e.number
	}
	err = w.InsertAll(&insertIDs, 3, len(first), func(i int, args []driver.NamedValue) {
		args[0].Value, args[1].Value, args[2].Value = first[i].id, first[i].source, first[i].number
	})
	if err != nil {
		return err
	}
	p.done += n
	_, err = w.Exec("UPDATE filling SET id = ?, source = ?, number = ?, done = ?, total = ?", p.id, p.source, p.number, p.done, p.total)
	return err
}
