package sqlite

import (
	"database/sql/driver"
	"time"
)

// jump is how far numbers jump after an unclean end. FULL keeps what was
// committed, but disks exist that lie about it: numbers that somebody may
// have seen before the power went must not come to mean other messages.
const jump = 100_000

// begin migrates the database and notes that it is open; a note that is still
// there was left by an unclean end.
func (db *DB) begin(now func() time.Time, progress func(done, total int64)) error {
	w := db.write
	if err := w.migrate(); err != nil {
		return err
	}
	if err := w.fill(progress); err != nil {
		return err
	}
	return w.tx(func() error {
		clean, last, newest := int64(1), int64(0), now()
		err := w.each(func(v []driver.Value) { db.epoch, clean = v[0].(string), v[1].(int64) }, "SELECT epoch, clean FROM about")
		if err == nil {
			err = w.each(func(v []driver.Value) { last = v[0].(int64) },
				"SELECT seq FROM sqlite_sequence WHERE name = 'messages'")
		}
		if err == nil {
			err = w.each(func(v []driver.Value) { newest = when(v[0].(int64)) },
				"SELECT received FROM messages ORDER BY number DESC LIMIT 1")
		}
		switch {
		case err != nil:
		case db.epoch == "":
			db.epoch = newEpoch()
			_, err = w.exec("INSERT INTO about (one, epoch, clean) VALUES (1, ?, 0)", db.epoch)
		case clean == 0:
			last += jump
			err = w.jumpTo(last)
		default:
			_, err = w.exec("UPDATE about SET clean = 0")
		}
		begun := time.Now()
		db.clock = newCalendar(newest, now, func() time.Duration { return time.Since(begun) })
		db.last.Store(last)
		return err
	})
}

// jumpTo makes last the greatest number given. It is written down although
// nothing may ever be appended: positions up to it will be shown.
func (w *writer) jumpTo(last int64) error {
	if _, err := w.exec("UPDATE about SET dense = ?", last+1); err != nil {
		return err
	}
	r, err := w.exec("UPDATE sqlite_sequence SET seq = ? WHERE name = 'messages'", last)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n > 0 {
		return err
	}
	_, err = w.exec("INSERT INTO sqlite_sequence (name, seq) VALUES ('messages', ?)", last)
	return err
}
