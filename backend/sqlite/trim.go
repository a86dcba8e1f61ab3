package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	"signalbox/backend/live"
)

const (
	// chunk is how many messages one transaction deletes: publishers wait
	// for it, a few milliseconds at most.
	chunk = 500
	// chunkBytes does the same for long ones.
	chunkBytes = 16 << 20
)

// gone is what was deleted of each source: Kept and Bytes of a Tally.
type gone map[int64]live.Tally

// Trim deletes one short chunk of what keep does not keep, then of the
// messages of removed sources. It returns what went of each source; nothing
// means that nothing is left to trim.
func (db *DB) Trim(_ context.Context, keep live.Keep, removed []int64) (map[int64]live.Tally, error) {
	var went gone
	err := db.write.tx(func() (err error) {
		if err := db.saveClock(false); err != nil {
			return err
		}
		if went, err = db.trimOldest(keep); len(went) > 0 || err != nil {
			return err
		}
		for _, source := range removed {
			if went, err = db.trimSource(source); len(went) > 0 || err != nil {
				return err
			}
		}
		return db.shrink()
	})
	if err != nil {
		return nil, explain(fmt.Errorf("trim the history: %w", err))
	}
	return went, nil
}

// trimOldest deletes from the old end, whatever the source.
func (db *DB) trimOldest(keep live.Keep) (gone, error) {
	var over, overBytes int64
	err := db.write.each(func(v []driver.Value) {
		if keep.Messages > 0 {
			over = v[0].(int64) - keep.Messages
		}
		if keep.Bytes > 0 {
			overBytes = v[1].(int64) - keep.Bytes
		}
	}, "SELECT ifnull(sum(kept), 0), ifnull(sum(bytes), 0) FROM sources")
	if err != nil || over <= 0 && overBytes <= 0 && keep.Age <= 0 {
		return nil, err
	}
	now := micro(db.clock.Now())
	oldest := now - keep.Age.Microseconds()
	var seen, seenBytes, through int64
	open := true
	err = db.write.each(func(v []driver.Value) {
		number, size, received := v[0].(int64), v[1].(int64), v[2].(int64)
		if !open || seenBytes >= chunkBytes {
			return
		}
		wanted := seen < over || seenBytes < overBytes || keep.Age > 0 && received < oldest
		seen, seenBytes = seen+1, seenBytes+size
		switch {
		case wanted:
			through = number
		case keep.Age > 0 && received > now:
			// A time in the future was written by a wrong clock. It says
			// nothing about age, and must not keep what stands behind it.
		default:
			open = false
		}
	}, "SELECT number, size, received FROM messages ORDER BY number LIMIT ?", int64(chunk))
	if err != nil || through == 0 {
		return nil, err
	}
	if _, err := db.write.exec("UPDATE about SET trimmed = max(trimmed, ?)", through); err != nil {
		return nil, err
	}
	return db.write.remove("number <= ?", through)
}

// trimSource deletes from the old end of one source.
func (db *DB) trimSource(source int64) (gone, error) {
	var bytes, through int64
	err := db.write.each(func(v []driver.Value) {
		if bytes < chunkBytes {
			bytes, through = bytes+v[1].(int64), v[0].(int64)
		}
	}, "SELECT number, size FROM messages WHERE source = ? ORDER BY number LIMIT ?", source, int64(chunk))
	if err != nil || through == 0 {
		return nil, err
	}
	if _, err := db.write.exec("UPDATE about SET dense = max(dense, ?)", through+1); err != nil {
		return nil, err
	}
	return db.write.remove("source = ? AND number <= ?", source, through)
}

// remove deletes messages and takes them off their sources' counts.
func (w *writer) remove(where string, args ...driver.Value) (gone, error) {
	went := make(gone)
	// The plus keeps SQLite from walking all of the index of sources for the
	// sake of its order.
	err := w.each(func(v []driver.Value) {
		went[v[0].(int64)] = live.Tally{Kept: v[1].(int64), Bytes: v[2].(int64)}
	}, "SELECT source, count(*), sum(size) FROM messages WHERE "+where+" GROUP BY +source", args...)
	if err != nil {
		return nil, err
	}
	for source, t := range went {
		if _, err := w.exec("UPDATE sources SET kept = kept - ?, bytes = bytes - ? WHERE id = ?", t.Kept, t.Bytes, source); err != nil {
			return nil, err
		}
	}
	_, err = w.exec("DELETE FROM messages WHERE "+where, args...)
	return went, err
}

// shrink gives free pages back to the disk once they are a quarter of the
// file, a few at a time; fewer than that are soon filled again.
func (db *DB) shrink() error {
	var free, pages int64
	err := db.write.each(func(v []driver.Value) { free = v[0].(int64) }, "PRAGMA freelist_count")
	if err == nil {
		err = db.write.each(func(v []driver.Value) { pages = v[0].(int64) }, "PRAGMA page_count")
	}
	if err != nil || free < 4096 || free < pages/4 {
		return err
	}
	return db.write.each(func([]driver.Value) {}, "PRAGMA incremental_vacuum(1000)")
}
