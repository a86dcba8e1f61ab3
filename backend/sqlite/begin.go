package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"time"

	"signalbox/backend/clock"
)

// jump is how far numbers jump after an unclean end. FULL keeps what was
// committed, but disks exist that lie about it, and a log can be lost: numbers
// that somebody may have seen before must not come to mean other messages. All
// that the log holds can be missing from the file. Usually that is a few MiB;
// behind a program that keeps an old snapshot open it grows for as long as that
// one runs. A message takes 30 bytes of it at the very least, so a thousand
// million of them are a log of 30 GiB, or an hour at the highest rate measured.
// A position has room for nine million such jumps before it becomes too large
// for a number in JavaScript.
const jump = 1_000_000_000

// begin migrates the database and notes that it is open; a note that is still
// there was left by an unclean end.
func (db *DB) begin(ctx context.Context, now func() time.Time, progress func(done, total int64)) error {
	if err := db.write.migrate(); err != nil {
		return err
	}
	if err := db.write.fill(ctx, progress); err != nil {
		return err
	}
	if err := db.note(now); err != nil {
		return err
	}
	// The note must be in the file itself: together with the log it could be
	// lost, and the end would then look clean.
	return db.write.checkpoint()
}

func (db *DB) note(now func() time.Time) error {
	w := db.write
	return w.tx(func() error {
		clean, last, known := int64(1), int64(0), clock.State{Known: now()}
		err := w.each(func(v []driver.Value) { db.epoch, clean, w.sized = v[0].(string), v[1].(int64), v[2].(int64) },
			"SELECT epoch, clean, sized FROM about")
		if err == nil {
			err = w.each(func(v []driver.Value) { last = v[0].(int64) },
				"SELECT seq FROM sqlite_sequence WHERE name = 'messages'")
		}
		if err == nil {
			err = w.each(func(v []driver.Value) { known.Known = when(v[0].(int64)) },
				"SELECT received FROM messages ORDER BY number DESC LIMIT 1")
			if isDamage(err) {
				err = nil // what can be read shall be read
			}
		}
		if err == nil {
			err = w.each(func(v []driver.Value) {
				var s clock.State
				if json.Unmarshal([]byte(v[0].(string)), &s) == nil {
					known = s
				}
			}, "SELECT value FROM settings WHERE name = ?", clockSetting)
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
		db.clock = clock.New(known, now)
		db.last.Store(last)
		return err
	})
}

// jumpTo makes last the greatest number given. It is written down although
// nothing may ever be appended: positions up to it will be shown.
func (w *writer) jumpTo(last int64) error {
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
