package trim

import (
	"database/sql/driver"
	"encoding/binary"

	"github.com/cespare/xxhash/v2"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

// TombstoneLimits are the greatest numbers of tombstones, at about 100 bytes each:
// of each source, so that a busy source does not displace those of a quiet one, and
// in all.
type TombstoneLimits struct{ Source, All int64 }

// DefaultLimits are the limits of a new Trimmer.
var DefaultLimits = TombstoneLimits{Source: 100_000, All: 1_000_000}

const tombstoneColumns = 9

var insertTombstones = conn.NewGroupInsert("ABORT INTO trimmed (number, source, nth, received, sum, id, again, origin, key)", tombstoneColumns)

// writeTombstones writes the tombstones of deleted messages. For each source it also
// stores the last number trimmed and the count of all events ever trimmed. A gap is
// not an event; its nth is that of the event before it.
func (t *Trimmer) writeTombstones(rows []row) error {
	type count struct{ events, through int64 }
	counts := make(map[int64]*count)
	tombstones := rows[:0]
	for _, r := range rows {
		if r.kind == int64(live.NoteKind) {
			if err := t.deleteNames(r); err != nil {
				return err
			}
			continue
		}
		c := counts[r.source]
		if c == nil {
			c = new(count)
			counts[r.source] = c
			var err error
			if c.events, err = t.w.Int64("SELECT trimmed FROM sources WHERE id = ?", r.source); err != nil {
				return err
			}
		}
		if r.kind == int64(live.Event) {
			c.events++
		}
		c.through, r.nth = r.number, c.events
		tombstones = append(tombstones, r)
	}
	if len(tombstones) == 0 {
		return nil
	}
	err := t.w.InsertAll(&insertTombstones, tombstoneColumns, len(tombstones), func(i int, args []driver.NamedValue) {
		r := &tombstones[i]
		for j, v := range [tombstoneColumns]driver.Value{r.number, r.source, r.nth, r.received, r.sum, r.id, r.again, r.origin, r.key} {
			args[j].Value = v
		}
	})
	if err != nil {
		return err
	}
	for source, c := range counts {
		_, err := t.w.Exec("UPDATE sources SET trimmed = ?, trimmed_through = max(trimmed_through, ?) WHERE id = ?", c.events, c.through, source)
		if err != nil {
			return err
		}
		if _, err := t.deleteTombstones(source, c.events-t.Limits.Source, 2*len(tombstones)); err != nil {
			return err
		}
	}
	_, err = t.w.Exec("UPDATE about SET trimmed = max(trimmed, ?), remembered = remembered + ?", tombstones[len(tombstones)-1].number, int64(len(tombstones)))
	if err != nil {
		return err
	}
	all, err := t.w.Int64("SELECT remembered FROM about")
	if over := all - t.Limits.All; err == nil && over > 0 {
		_, err = t.deleteTombstones(0, 0, int(min(over, int64(2*len(tombstones)))))
	}
	return err
}

// deleteTombstones deletes at most limit of the oldest tombstones: those of a source
// up to its nth event, or of all sources if source is 0. It returns the number
// deleted.
func (t *Trimmer) deleteTombstones(source, nth int64, limit int) (n int, err error) {
	var old []row
	add := func(v []driver.Value) bool {
		r := row{number: v[0].(int64), source: v[1].(int64), nth: v[2].(int64), id: v[3], again: v[4], origin: v[5], key: v[6]}
		if source != 0 && r.nth > nth {
			return false
		}
		old = append(old, r)
		return true
	}
	if source == 0 {
		err = t.w.Rows(add, "SELECT number, source, nth, id, again, origin, key FROM trimmed ORDER BY number LIMIT ?", int64(limit))
	} else {
		err = t.w.Rows(add, "SELECT number, source, nth, id, again, origin, key FROM trimmed INDEXED BY trimmed_source WHERE source = ? ORDER BY number LIMIT ?",
			source, int64(limit))
	}
	if err != nil || len(old) == 0 {
		return 0, err
	}
	for _, r := range old {
		if err := t.deleteNames(r); err != nil {
			return 0, err
		}
	}
	if last := old[len(old)-1].number; source == 0 {
		_, err = t.w.Exec("DELETE FROM trimmed WHERE number <= ?", last)
	} else {
		_, err = t.w.Exec("DELETE FROM trimmed WHERE source = ? AND number <= ?", source, last)
	}
	if err == nil {
		_, err = t.w.Exec("UPDATE about SET remembered = remembered - ?", int64(len(old)))
	}
	return len(old), err
}

// deleteNames deletes a message's id, origin and key from the tables ids, origins
// and keys.
func (t *Trimmer) deleteNames(r row) error {
	var err error
	if r.id != nil && r.again == nil {
		_, err = t.w.Exec("DELETE FROM ids WHERE id = ? AND source = ? AND number = ?", r.id, r.source, r.number)
	}
	if err == nil && r.origin != nil {
		_, err = t.w.Exec("DELETE FROM origins WHERE origin = ? AND source = ? AND number = ?", r.origin, r.source, r.number)
	}
	if err == nil && r.key != nil {
		_, err = t.w.Exec("DELETE FROM keys WHERE key = ? AND source = ? AND number = ?", r.key, r.source, r.number)
	}
	return err
}

// ContentSum returns the hash of a message's content for its tombstone. It covers
// all of the content, because a message with the hash of another is not stored.
func ContentSum(kind int64, typ, data string) int64 {
	var h xxhash.Digest
	h.Reset()
	var head [16]byte
	binary.LittleEndian.PutUint64(head[:], uint64(kind))
	binary.LittleEndian.PutUint64(head[8:], uint64(len(typ)))
	// A Digest's Write never fails.
	_, _ = h.Write(head[:])
	_, _ = h.WriteString(typ)
	_, _ = h.WriteString(data)
	return int64(h.Sum64())
}
