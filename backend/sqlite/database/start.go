package database

import (
	"context"
	"crypto/rand"
	"database/sql/driver"
	"encoding/json"

	"signalbox/backend/clock"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/schema"
)

// jump is how far numbers jump after an unclean end. FULL keeps what was
// committed, but some disks say that data is safe too early, and a log can be
// lost: a number that somebody may have seen must never belong to another
// message. All that the log holds can be missing from the file. Usually that is
// a few MiB, but the log grows for as long as another program keeps an old
// snapshot open. A message takes at least 30 bytes of it, so 1,000 million of
// them are a log of 30 GiB. A position has room for nine million such jumps
// before it exceeds what JavaScript can hold in a number.
const jump = 1_000_000_000

// start migrates the database, reads what is known about it, and notes that it
// is open.
func (f *File) start(ctx context.Context, o Options) error {
	if err := schema.Migrate(ctx, f.Writer, o.Progress); err != nil {
		return err
	}
	if err := f.Writer.Tx(func() error { return f.markOpen(o) }); err != nil {
		return err
	}
	// The note must be in the file itself: it could be lost together with the
	// log, and the end would then look clean.
	return f.Writer.CheckpointTruncate()
}

// markOpen fills in what the File knows of the database, and clears the flag
// clean. Only within a transaction.
func (f *File) markOpen(o Options) error {
	w, clean := f.Writer, int64(1)
	err := w.Each(func(v []driver.Value) { f.Epoch, clean, f.CountedByData = v[0].(string), v[1].(int64), v[2].(int64) },
		"SELECT epoch, clean, sized FROM about")
	if err != nil {
		return err
	}
	last, err := w.Int64("SELECT seq FROM sqlite_sequence WHERE name = 'messages'")
	if err != nil {
		return err
	}
	known := clock.State{Known: o.Now()}
	err = w.Each(func(v []driver.Value) { known.Known = conn.Time(v[0].(int64)) },
		"SELECT received FROM messages ORDER BY number DESC LIMIT 1")
	if err != nil && !conn.IsCorrupt(err) { // a damaged history opens too
		return err
	}
	err = w.Each(func(v []driver.Value) {
		var s clock.State
		if json.Unmarshal([]byte(v[0].(string)), &s) == nil {
			known = s
		}
	}, "SELECT value FROM settings WHERE name = ?", clockSetting)
	if err != nil {
		return err
	}
	switch {
	case f.Epoch == "":
		f.Epoch = newEpoch()
		_, err = w.Exec("INSERT INTO about (one, epoch, clean) VALUES (1, ?, 0)", f.Epoch)
	case clean == 0:
		last += jump
		err = setLastNumber(w, last)
	default:
		_, err = w.Exec("UPDATE about SET clean = 0")
	}
	f.Clock = clock.New(known, o.Now)
	f.last.Store(last)
	return err
}

// markClean notes at the end that it was a clean one.
func (f *File) markClean() error {
	if err := f.saveClock(); err != nil {
		return err
	}
	_, err := f.Writer.Exec("UPDATE about SET clean = 1")
	return err
}

// setLastNumber makes last the greatest number ever given. It is stored even if
// nothing is appended in this run: clients are shown positions up to it.
func setLastNumber(w *conn.Writer, last int64) error {
	changed, err := w.Changes("UPDATE sqlite_sequence SET seq = ? WHERE name = 'messages'", last)
	if changed || err != nil {
		return err
	}
	_, err = w.Exec("INSERT INTO sqlite_sequence (name, seq) VALUES ('messages', ?)", last)
	return err
}

// newEpoch makes four characters that hardly any other database of this user
// has. The first is a letter: publishers like ids such as 1042.17, which must
// not look like a position.
func newEpoch() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 4)
	rand.Read(b)
	for i := range b {
		n := len(letters)
		if i == 0 {
			n = 26
		}
		b[i] = letters[int(b[i])%n]
	}
	return string(b)
}
