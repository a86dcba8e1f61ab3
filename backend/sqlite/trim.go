package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"math"

	"signalbox/backend/live"
)

const (
	// trimMessages is how many messages one transaction deletes: publishers
	// wait for it, a few milliseconds at most.
	trimMessages = 500
	// trimBytes does the same for long ones.
	trimBytes = 4 << 20
)

// Trim deletes what cut says, in one short transaction, and gives some of the
// space back to the disk. Nothing in Sources means that nothing is left of it.
//
// The transaction is not synced by itself. The sync of the next append covers
// it, because both are in one log; a power cut before that brings messages
// back that were to go, and they are trimmed again.
func (db *DB) Trim(_ context.Context, cut live.Cut) (live.Trimmed, error) {
	var t live.Trimmed
	var shrunk bool
	if cut.Limit <= 0 {
		cut.Limit = trimMessages
	}
	trim := func() error {
		return db.write.unsynced(func() error {
			if err := db.saveClock(false); err != nil {
				return err
			}
			gone, err := db.write.oldest(cut, micro(db.clock.Now()))
			if err != nil {
				return err
			}
			if t.Sources, err = db.write.remove(cut, gone); err != nil {
				return err
			}
			if cut.Removed && len(gone) == 0 {
				n, err := db.write.forget(cut.Source, math.MaxInt64, cut.Limit)
				if err != nil {
					return err
				}
				if n > 0 {
					t.Sources[cut.Source] = live.Tally{}
				}
			}
			if err := db.write.each(func(v []driver.Value) { t.First, _ = v[0].(int64) }, "SELECT min(number) FROM messages"); err != nil {
				return err
			}
			if !db.full.Load() { // else makeRoom does it, in smaller steps
				shrunk, t.More, err = db.write.shrink()
			}
			return err
		})
	}
	err := db.important(trim)
	for ; isFull(err) && cut.Limit > 1; err = db.important(trim) {
		// It must fit into the space of the log. Many at once free more pages
		// than it takes to remember them, but each may have its own in an index.
		cut.Limit /= 4
	}
	if err == nil && len(t.Sources) > 0 {
		db.trimmed.Store(true)
	}
	if err == nil && shrunk && !t.More {
		// The file itself becomes shorter when the log is copied into it. Where
		// that fails, SQLite does it later.
		_ = db.write.copyLog()
	}
	if isDamage(err) {
		db.metTrimming(err)
	}
	if err != nil {
		return live.Trimmed{}, explain(fmt.Errorf("trim the history: %w", err))
	}
	return t, nil
}

// A leaving is a message that is about to be deleted.
type leaving struct {
	number, source, received, kind, bytes, sum int64        // bytes as of live.Draft.Size
	id, again, origin, key                     driver.Value // as in the table messages
	nth                                        int64        // of the events of its source that were ever trimmed
}

// leavingColumns are what oldest reads.
const leavingColumns = "number, source, received, kind, size, type, id, again, origin, key, data"

// oldest returns the messages that a cut deletes, in order.
func (w *writer) oldest(cut live.Cut, now int64) (gone []leaving, err error) {
	limit := cut.Limit
	if limit <= 0 {
		limit = trimMessages
	}
	before := micro(cut.Before)
	var wanted int // so many of gone
	var size int64 // of all of gone
	look := func(v []driver.Value) bool {
		n, received := int64(len(gone)), v[2].(int64)
		want := cut.Removed || n < cut.Messages || size < cut.Bytes || received < before
		// A time in the future was written by a wrong clock. It says nothing
		// about age, and must not keep what stands behind it.
		if !want && (before == 0 || received <= now) {
			return false
		}
		gone = append(gone, w.leavingFrom(v))
		size += gone[n].bytes
		if want {
			wanted = len(gone)
		}
		return len(gone) < limit && size < trimBytes
	}
	if cut.Source == 0 {
		err = w.until(look, "SELECT "+leavingColumns+" FROM messages ORDER BY number LIMIT ?", int64(limit))
	} else {
		err = w.until(look, "SELECT "+leavingColumns+" FROM messages INDEXED BY message_source WHERE source = ? ORDER BY number LIMIT ?",
			cut.Source, int64(limit))
	}
	return gone[:wanted], err
}

func (w *writer) leavingFrom(v []driver.Value) leaving {
	l := leaving{number: v[0].(int64), source: v[1].(int64), received: v[2].(int64), kind: v[3].(int64),
		id: v[6], again: v[7], origin: v[8], key: v[9]}
	typ := v[5].(string)
	if l.bytes = v[4].(int64); l.number > w.sized {
		l.bytes += int64(len(typ))
		for _, text := range v[6:10] {
			s, _ := text.(string)
			l.bytes += int64(len(s))
		}
	}
	l.sum = contentSum(l.kind, typ, v[10].(string))
	return l
}

// remove deletes messages, takes them off their sources' counts and remembers
// them, unless the user removed their source.
func (w *writer) remove(cut live.Cut, gone []leaving) (map[int64]live.Tally, error) {
	went := make(map[int64]live.Tally)
	if len(gone) == 0 {
		return went, nil
	}
	for _, l := range gone {
		t := went[l.source]
		went[l.source] = live.Tally{Kept: t.Kept + 1, Bytes: t.Bytes + l.bytes}
	}
	for source, t := range went {
		if _, err := w.exec("UPDATE sources SET kept = kept - ?, bytes = bytes - ? WHERE id = ?", t.Kept, t.Bytes, source); err != nil {
			return nil, err
		}
	}
	var err error
	if last := gone[len(gone)-1].number; cut.Source == 0 {
		_, err = w.exec("DELETE FROM messages WHERE number <= ?", last)
	} else {
		_, err = w.exec("DELETE FROM messages WHERE source = ? AND number <= ?", cut.Source, last)
	}
	switch {
	case err != nil:
		return nil, err
	case cut.Removed:
		for _, l := range gone {
			if err := w.forgetNames(l); err != nil {
				return nil, err
			}
		}
		return went, nil
	}
	return went, w.remember(gone)
}

const (
	// reservePages is how many free pages are left at least, in the file and
	// for appends: giving back what is taken again at once costs twice. A
	// 64th of the file is left as well.
	reservePages = 256
	// shrinkPages is how many pages are given back at once: each may have to
	// be moved from the file's end, at about 10 µs.
	shrinkPages = 250
)

var shrinkSQL = fmt.Sprintf("PRAGMA incremental_vacuum(%d)", shrinkPages)

// shrink gives free pages back to the disk, and reports whether it did and
// whether there are more.
func (w *writer) shrink() (shrunk, more bool, err error) {
	var free, pages int64
	err = w.each(func(v []driver.Value) { free = v[0].(int64) }, "PRAGMA freelist_count")
	if err == nil {
		err = w.each(func(v []driver.Value) { pages = v[0].(int64) }, "PRAGMA page_count")
	}
	spare := free - max(reservePages, pages/64)
	if err != nil || spare <= 0 {
		return false, false, err
	}
	return true, spare > shrinkPages, w.each(func([]driver.Value) {}, shrinkSQL)
}
