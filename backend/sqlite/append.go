package sqlite

import (
	"context"
	"fmt"

	"signalbox/backend/live"
)

// Append commits messages and marks in one transaction, or nothing. It gives
// the messages their numbers, in order, and sets Again, and Repeated on those
// that are stored already. A mark whose Number is -n gets that of the nth
// message.
// It is not cancelled by its context: half a second more is better than not
// knowing.
func (db *DB) Append(_ context.Context, ms []live.Message, marks []live.Mark) error {
	if len(ms) == 0 && len(marks) == 0 {
		return nil
	}
	weight := 0
	for i := range ms {
		weight += len(ms[i].Data)
	}
	if err := db.room(weight); err != nil {
		return err
	}
	last := db.last.Load()
	err := db.write.tx(func() (err error) {
		if last, err = db.write.insert(db.epoch, last, ms); err != nil {
			return err
		}
		if err := db.write.tally(ms); err != nil {
			return err
		}
		return db.write.mark(marks, ms)
	})
	if isFull(err) {
		db.giveUp()
	}
	if err != nil {
		return explain(fmt.Errorf("append to the history: %w", err))
	}
	db.last.Store(last)
	return nil
}

// tally adds what comes in to the sources' counts, once for each source.
func (w *writer) tally(ms []live.Message) error {
	type sum struct{ n, bytes, last, at int64 }
	sums := make(map[int64]*sum)
	for i := range ms {
		m := &ms[i]
		if m.Repeated {
			continue
		}
		s := sums[m.Source]
		if s == nil {
			s = new(sum)
			sums[m.Source] = s
		}
		s.n, s.bytes, s.last, s.at = s.n+1, s.bytes+int64(m.Size()), m.Number, micro(m.Received)
	}
	for source, s := range sums {
		_, err := w.exec(`UPDATE sources SET appended = appended + ?1, kept = kept + ?1, bytes = bytes + ?2, last = ?3, last_at = ?4
			WHERE id = ?5`, s.n, s.bytes, s.last, s.at, source)
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) mark(marks []live.Mark, ms []live.Message) error {
	for _, m := range marks {
		if m.Ended {
			if _, err := w.exec("DELETE FROM marks WHERE name = ?", m.Name); err != nil {
				return err
			}
			continue
		}
		if m.Number < 0 {
			m.Number = ms[-m.Number-1].Number
		}
		_, err := w.exec(`INSERT INTO marks (name, number, text) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET number = excluded.number, text = excluded.text`, m.Name, m.Number, m.Text)
		if err != nil {
			return err
		}
	}
	return nil
}
