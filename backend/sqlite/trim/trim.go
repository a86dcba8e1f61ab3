package trim

import (
	"database/sql/driver"
	"fmt"
	"math"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

const (
	// MaxMessages is the most messages that one transaction should delete.
	// Publishers wait for the transaction, a few milliseconds.
	MaxMessages = 500
	// maxBytes limits the transaction for long messages.
	maxBytes = 4 << 20
)

// A Trimmer deletes old messages. Its methods are called within a transaction
// of the Writer.
type Trimmer struct {
	// Limits bound the tombstones.
	Limits TombstoneLimits

	w             *conn.Writer
	countedByData int64 // up to this number messages are counted with their data alone
}

// New returns a Trimmer. countedByData is database.File.CountedByData.
func New(w *conn.Writer, countedByData int64) *Trimmer {
	return &Trimmer{Limits: DefaultLimits, w: w, countedByData: countedByData}
}

// Trim deletes the messages that a cut selects, at most cut.Limit of them; Limit must
// be positive. It returns the counts of the messages deleted, by source, and the
// oldest number left, 0 if there is none.
func (t *Trimmer) Trim(cut live.Trim, now time.Time) (map[int64]live.Tally, int64, error) {
	rows, err := t.oldest(cut, now)
	if err != nil {
		return nil, 0, err
	}
	deleted, err := t.delete(cut, rows)
	if err != nil {
		return nil, 0, err
	}
	if cut.Removed && len(rows) == 0 {
		n, err := t.deleteTombstones(cut.Source, math.MaxInt64, cut.Limit)
		if err != nil {
			return nil, 0, err
		}
		if n > 0 {
			deleted[cut.Source] = live.Tally{}
		}
	}
	first, err := t.w.Int64("SELECT min(number) FROM messages")
	return deleted, first, err
}

// A row is a message that is about to be deleted, and then its tombstone.
type row struct {
	number, source, received, kind, bytes, sum int64        // bytes is live.Draft.Size
	id, again, origin, key                     driver.Value // as in the table messages
	nth                                        int64        // its index, from 1, among all trimmed events of its source
}

// messageColumns are the columns for messageRow.
const messageColumns = "number, source, received, kind, size, type, id, again, origin, key, data"

// oldest returns the messages that a cut deletes, in order.
func (t *Trimmer) oldest(cut live.Trim, now time.Time) (rows []row, err error) {
	before, present := conn.Micros(cut.Before), conn.Micros(now)
	var wanted int // the number of rows to delete
	var size int64 // the size of all rows
	add := func(v []driver.Value) bool {
		n, received := int64(len(rows)), v[2].(int64)
		want := cut.Removed || n < cut.Messages || size < cut.Bytes || received < before
		// A time in the future is from a wrong clock. The age of the message is
		// unknown then, and must not prevent deleting older messages after it.
		if !want && (before == 0 || received <= present) {
			return false
		}
		rows = append(rows, t.messageRow(v))
		size += rows[n].bytes
		if want {
			wanted = len(rows)
		}
		return len(rows) < cut.Limit && size < maxBytes
	}
	if cut.Source == 0 {
		err = t.w.Rows(add, "SELECT "+messageColumns+" FROM messages ORDER BY number LIMIT ?", int64(cut.Limit))
	} else {
		err = t.w.Rows(add, "SELECT "+messageColumns+" FROM messages INDEXED BY message_source WHERE source = ? ORDER BY number LIMIT ?",
			cut.Source, int64(cut.Limit))
	}
	return rows[:wanted], err
}

func (t *Trimmer) messageRow(v []driver.Value) row {
	r := row{number: v[0].(int64), source: v[1].(int64), received: v[2].(int64), kind: v[3].(int64),
		id: v[6], again: v[7], origin: v[8], key: v[9]}
	typ := v[5].(string)
	if r.bytes = v[4].(int64); r.number > t.countedByData {
		r.bytes += int64(len(typ))
		for _, text := range v[6:10] {
			s, _ := text.(string)
			r.bytes += int64(len(s))
		}
	}
	r.sum = ContentSum(r.kind, typ, v[10].(string))
	return r
}

// delete deletes messages, corrects the counts of their sources, and writes the
// tombstones.
func (t *Trimmer) delete(cut live.Trim, rows []row) (map[int64]live.Tally, error) {
	deleted := make(map[int64]live.Tally)
	if len(rows) == 0 {
		return deleted, nil
	}
	for _, r := range rows {
		tally := deleted[r.source]
		deleted[r.source] = live.Tally{Kept: tally.Kept + 1, Bytes: tally.Bytes + r.bytes}
	}
	for source, tally := range deleted {
		if _, err := t.w.Exec("UPDATE sources SET kept = kept - ?, bytes = bytes - ? WHERE id = ?", tally.Kept, tally.Bytes, source); err != nil {
			return nil, err
		}
	}
	var err error
	if last := rows[len(rows)-1].number; cut.Source == 0 {
		_, err = t.w.Exec("DELETE FROM messages WHERE number <= ?", last)
	} else {
		_, err = t.w.Exec("DELETE FROM messages WHERE source = ? AND number <= ?", cut.Source, last)
	}
	switch {
	case err != nil:
		return nil, err
	case cut.Removed:
		for _, r := range rows {
			if err := t.deleteNames(r); err != nil {
				return nil, err
			}
		}
		return deleted, nil
	}
	return deleted, t.writeTombstones(rows)
}

const (
	// sparePages is the least number of free pages to keep in the file for appends,
	// which would otherwise grow the file again. A 64th of the file stays free at
	// least.
	sparePages = 256
	// shrinkPages is how many pages one transaction returns to the disk. SQLite may
	// have to move each of them.
	shrinkPages = 250
)

var shrinkSQL = fmt.Sprintf("PRAGMA incremental_vacuum(%d)", shrinkPages)

// Shrink returns free pages to the disk. It reports whether it did, and whether there
// are more.
func (t *Trimmer) Shrink() (shrunk, more bool, err error) {
	free, err := t.w.Int64("PRAGMA freelist_count")
	if err != nil {
		return false, false, err
	}
	pages, err := t.w.Int64("PRAGMA page_count")
	spare := free - max(sparePages, pages/64)
	if err != nil || spare <= 0 {
		return false, false, err
	}
	return true, spare > shrinkPages, t.w.Each(func([]driver.Value) {}, shrinkSQL)
}
