package query

import (
	"context"
	"database/sql/driver"
	"slices"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/row"
)

// readAround continues a read that met damage, from the table without an index. If
// an index is damaged, it reads everything. If the table is, it reads up to the
// damage; if the damage comes first, it returns a live.Damage.
func (p *rangeRead) readAround(ctx context.Context, after, through int64, cause error) error {
	// The messages read so far are complete. After the last of them the damaged
	// index may have skipped some.
	examined := after
	if n := len(p.messages); n > 0 {
		examined = p.messages[n-1].Number
	}
	examined = max(examined, p.r.nextOfSources(ctx, p.sources, examined, through)-1)
	p.badRow, p.after, p.through = false, examined, through
	begun, count := time.Now(), 0
	err := p.r.file.Streams.Rows(ctx, func(v []driver.Value) bool {
		number, isNumber := v[0].(int64)
		source, isSource := v[1].(int64)
		if !isNumber || !isSource || number <= examined {
			p.badRow = true
			return false
		}
		more := true
		if len(p.sources) == 0 || slices.Contains(p.sources, source) {
			if more = p.addRow(v); p.badRow {
				return false
			}
		}
		examined = number
		if count++; more && count%256 == 0 && time.Since(begun) > p.r.MaxTime {
			p.through, more = examined, false
		}
		return more
	}, "SELECT "+row.RangeColumns+" FROM messages WHERE number >= 1 + ? AND number <= ? ORDER BY number", examined, through)
	if err == nil && p.badRow {
		err = conn.ErrBadRow
	}
	switch {
	case err == nil:
		p.r.file.Damage.AddIndex(p.r.file.Epoch, cause)
		return nil
	case !conn.IsCorrupt(err):
		return err
	case len(p.messages) > 0:
		p.through = examined
		return nil
	}
	d := &live.Damage{After: examined, Through: p.r.findReadable(ctx, examined, through, false) - 1, Err: err}
	if lost, err := p.r.countLost(ctx, p.sources, d.After, d.Through); err == nil {
		d.Missing = new(int64)
		for _, l := range lost {
			*d.Missing += l.count
		}
	}
	p.r.file.Damage.AddMessages(p.r.file.Epoch, *d)
	return d
}

// nextOfSources returns the next number of some sources from their index, or
// after+1 if the index cannot be read.
func (r *Reader) nextOfSources(ctx context.Context, sources []int64, after, through int64) int64 {
	if len(sources) == 0 || len(sources) > maxMerged {
		return after + 1
	}
	next := through + 1
	for _, s := range sources {
		err := r.file.Streams.Rows(ctx, func(v []driver.Value) bool { next = min(next, v[0].(int64)); return false },
			"SELECT number FROM messages INDEXED BY message_source WHERE source = ? AND number >= 1 + ? AND number <= ? ORDER BY number LIMIT 1",
			s, after, through)
		if err != nil {
			return after + 1
		}
	}
	return max(next, after+1)
}

// findReadable returns the least number greater than start from which on messages
// can be read again, at most bound+1. Backwards, it returns the greatest number less
// than start, at least bound-1. It tries numbers at distances that grow by an
// eighth, so that it finds messages between two damaged ranges, and then does a
// binary search.
func (r *Reader) findReadable(ctx context.Context, start, bound int64, backwards bool) int64 {
	text := "SELECT " + row.RangeColumns + " FROM messages WHERE number >= ? AND number <= ? ORDER BY number LIMIT 1"
	if backwards {
		text = "SELECT " + row.RangeColumns + " FROM messages WHERE number <= ? AND number >= ? ORDER BY number DESC LIMIT 1"
	}
	at := func(distance int64) int64 {
		if backwards {
			return start - distance
		}
		return start + distance
	}
	readable := func(distance int64) bool {
		ok := true
		err := r.file.Streams.Rows(ctx, func(v []driver.Value) bool {
			var m live.Message
			_, ok = row.ScanRange(&m, v)
			return false
		}, text, at(distance), bound)
		return err == nil && ok
	}
	most := max(bound-start, start-bound) + 1
	damaged, distance := int64(0), int64(1)
	for distance < most && !readable(distance) {
		damaged = distance
		distance += max(1, distance/8)
	}
	distance = min(distance, most)
	for distance-damaged > 1 {
		if middle := damaged + (distance-damaged)/2; readable(middle) {
			distance = middle
		} else {
			damaged = middle
		}
	}
	return at(distance)
}

// A loss describes the unreadable messages of one source: the number of the first
// one, and their count.
type loss struct{ source, first, count int64 }

// countLost returns the losses of some sources (all if none is named) with
// after < number <= through, from the index by source.
func (r *Reader) countLost(ctx context.Context, sources []int64, after, through int64) (list []loss, err error) {
	if len(sources) == 0 {
		err := r.file.Streams.Rows(ctx, func(v []driver.Value) bool { sources = append(sources, v[0].(int64)); return true }, "SELECT id FROM sources")
		if err != nil {
			return nil, err
		}
	}
	for _, s := range sources {
		err := r.file.Streams.Rows(ctx, func(v []driver.Value) bool {
			if first, ok := v[0].(int64); ok {
				list = append(list, loss{s, first, v[1].(int64)})
			}
			return false
		}, "SELECT min(number), count(*) FROM messages INDEXED BY message_source WHERE source = ? AND number >= 1 + ? AND number <= ?",
			s, after, through)
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}
