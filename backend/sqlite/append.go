package sqlite

import (
	"context"
	"fmt"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/index"
)

// Append commits all messages and marks in one transaction, or none. It sets
// Number, DuplicateID, Repeated and Origin of the messages. A mark whose Number
// is -n gets the number of the nth message. The context does not cancel it, so
// that the outcome is always known.
func (db *DB) Append(_ context.Context, ms []live.Message, marks []live.Mark) error {
	if len(ms) == 0 && len(marks) == 0 {
		return nil
	}
	bytes := 0
	for i := range ms {
		bytes += len(ms[i].Data)
	}
	if err := db.file.CheckRoom(bytes); err != nil {
		return err
	}
	before := db.file.Last()
	last := before
	err := db.file.Writer.Tx(func() (err error) {
		if last, err = db.inserter.Messages(last, ms); err != nil {
			return err
		}
		if err := db.addTallies(ms); err != nil {
			return err
		}
		return db.putMarks(marks, ms)
	})
	if conn.IsFull(err) {
		db.file.ReleaseReserve()
	}
	if err != nil {
		return conn.UserError(fmt.Errorf("append to the history: %w", err))
	}
	// Before a search can ask for them: it would have to test them.
	db.index.Added(before, last, entries(ms))
	db.file.SetLast(last)
	return nil
}

// entries returns what is new in a batch.
func entries(ms []live.Message) func(yield func(index.Entry) bool) {
	return func(yield func(index.Entry) bool) {
		for i := range ms {
			m := &ms[i]
			if m.Repeated {
				continue
			}
			e := index.Entry{Number: m.Number, Received: conn.Micros(m.Received), Source: m.Source, Kind: m.Kind}
			if m.Kind == live.Event {
				e.Type, e.Data = m.Type, m.Data
			}
			if !yield(e) {
				return
			}
		}
	}
}

// addTallies adds messages to the counts of their sources, with one UPDATE for
// each source.
func (db *DB) addTallies(ms []live.Message) error {
	type tally struct{ n, bytes, last, at int64 }
	tallies := make(map[int64]*tally)
	for i := range ms {
		m := &ms[i]
		if m.Repeated {
			continue
		}
		t := tallies[m.Source]
		if t == nil {
			t = new(tally)
			tallies[m.Source] = t
		}
		t.n, t.bytes, t.last, t.at = t.n+1, t.bytes+int64(m.Size()), m.Number, conn.Micros(m.Received)
	}
	for source, t := range tallies {
		_, err := db.file.Writer.Exec(`UPDATE sources SET appended = appended + ?1, kept = kept + ?1, bytes = bytes + ?2, last = ?3, last_at = ?4
			WHERE id = ?5`, t.n, t.bytes, t.last, t.at, source)
		if err != nil {
			return err
		}
	}
	return nil
}
