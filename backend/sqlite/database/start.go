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

// jump is how far numbers jump after an unclean end. Some disks confirm data too
// early, and a log can be lost, but a number that somebody may have seen must never
// belong to another message. All messages of the log can be missing from the file.
// The log usually has a few MiB, but it grows for as long as another program keeps
// an old snapshot open. A message uses at least 30 bytes of it, so 1,000 million
// messages are a log of 30 GiB. Nine million jumps fit into the integers that
// JavaScript represents exactly.
const jump = 1_000_000_000

// start migrates the database, and marks it as open.
func (f *File) start(ctx context.Context, o Options) error {
	if err := schema.Migrate(ctx, f.Writer, o.Progress); err != nil {
		return err
	}
	if err := f.Writer.Tx(func() error { return f.markOpen(o) }); err != nil {
		return err
	}
	// The mark must be in the file itself: if it were lost with the log, the end
	// would look clean.
	return f.Writer.CheckpointTruncate()
}

// markOpen sets Epoch, CountedByData, Clock and the last number of the File, and
// clears the flag about.clean. Call it only within a transaction.
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

// markClean saves the clock and sets the flag about.clean.
func (f *File) markClean() error {
	if err := f.saveClock(); err != nil {
		return err
	}
	_, err := f.Writer.Exec("UPDATE about SET clean = 1")
	return err
}

// setLastNumber makes last the greatest number ever used. It must be stored even if
// nothing is appended in this run, because clients get positions up to it.
func setLastNumber(w *conn.Writer, last int64) error {
	changed, err := w.Changes("UPDATE sqlite_sequence SET seq = ? WHERE name = 'messages'", last)
	if changed || err != nil {
		return err
	}
	_, err = w.Exec("INSERT INTO sqlite_sequence (name, seq) VALUES ('messages', ?)", last)
	return err
}

// newEpoch returns four random characters. The first is a letter, so that a
// publisher's id such as 1042.17 does not look like a position.
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
