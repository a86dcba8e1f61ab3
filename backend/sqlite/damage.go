package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"sync"
	"time"

	"signalbox/backend/live"

	"github.com/mattn/go-sqlite3"
)

// errUnsound is the error of a row that SQLite reads without complaint and
// that nobody can have written.
var errUnsound = sqlite3.Error{Code: sqlite3.ErrCorrupt}

// isDamage tells a damaged file from a disk that cannot be read at the moment:
// what the latter has may well be there later.
func isDamage(err error) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	return ok && e.Code == sqlite3.ErrCorrupt
}

// A damage is what is known to be unreadable.
type damage struct {
	mu     sync.Mutex
	places []live.Damage // in which messages lie; they do not touch each other
	index  bool          // whether an index is damaged
	stuck  bool          // whether old messages cannot be deleted because of it
	err    *live.Error
}

// Damaged returns what was found to be damaged since the start, or nil.
func (db *DB) Damaged() error {
	k := &db.damage
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil {
		return nil
	}
	return k.err
}

// met notes messages that cannot be read. Two places are enough to say that
// there are several.
func (db *DB) met(d live.Damage) {
	k := &db.damage
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range k.places {
		// A reader of one source sees another part of it.
		if p := &k.places[i]; d.After <= p.Through && d.Through >= p.After {
			p.After, p.Through = min(p.After, d.After), max(p.Through, d.Through)
			k.say(db.epoch, d.Err)
			return
		}
	}
	if len(k.places) < 2 {
		k.places = append(k.places, d)
		k.say(db.epoch, d.Err)
	}
}

// metIndex notes an index that cannot be read, where the messages can be.
func (db *DB) metIndex(err error) {
	k := &db.damage
	k.mu.Lock()
	defer k.mu.Unlock()
	k.index = true
	k.say(db.epoch, err)
}

// metTrimming notes that trimming has come to a damage.
func (db *DB) metTrimming(err error) {
	k := &db.damage
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stuck = true
	k.say(db.epoch, err)
}

// say makes the sentence. Only with the lock held.
func (k *damage) say(epoch string, err error) {
	text := "The history is damaged."
	switch len(k.places) {
	case 0:
		if k.index {
			text = "The history is damaged: one of its indexes cannot be read, so that finding messages takes longer."
		}
	case 1:
		text = k.places[0].Gap(epoch).Reason
	default:
		text = "The history is damaged: messages in several places cannot be read."
	}
	if k.stuck {
		text += " Old messages can no longer be deleted."
	}
	k.err = live.Errorf("bad_database", "%s", text).WithHint(damageHint).WithCause(err)
}

// around reads what Read could not: from the table alone, which helps where an
// index is damaged, and where it is the table, up to the damage or behind it.
func (p *batch) around(ctx context.Context, after, through int64, damaged error) error {
	// What had been read is good as far as it came; the index may have left
	// out what lies behind.
	place := after
	if n := len(p.messages); n > 0 {
		place = p.messages[n-1].Number
	}
	place = max(place, p.db.nearest(ctx, p.sources, place, through)-1)
	p.damaged, p.floor, p.through = false, place, through
	begun, seen, all := time.Now(), 0, p.sources
	var q query
	q.add("SELECT "+filled+" FROM messages WHERE number >= 1 + ? AND number <= ? ORDER BY number", place, through)
	err := p.db.raw(ctx, &q, func(row []driver.Value) bool {
		number, ok := row[0].(int64)
		source, known := row[1].(int64)
		if !ok || !known || number <= place {
			p.damaged = true
			return false
		}
		more := true
		if len(all) == 0 || slices.Contains(all, source) {
			if more = p.take(row); p.damaged {
				return false
			}
		}
		place = number
		if seen++; more && seen%256 == 0 && time.Since(begun) > p.db.patience {
			p.through, more = place, false
		}
		return more
	})
	if err == nil && p.damaged {
		err = errUnsound
	}
	switch {
	case err == nil:
		p.db.metIndex(damaged)
		return nil
	case !isDamage(err):
		return err
	case len(p.messages) > 0:
		p.through = place
		return nil
	}
	d := &live.Damage{After: place, Through: p.db.readable(ctx, place, through, false) - 1, Err: err}
	if lost, err := p.db.lost(ctx, p.sources, d.After, d.Through); err == nil {
		d.Missing = new(int64)
		for _, l := range lost {
			*d.Missing += l.count
		}
	}
	p.db.met(*d)
	return d
}

// nearest returns the next number of some sources by their index, or after+1
// where that cannot be known.
func (db *DB) nearest(ctx context.Context, sources []int64, after, through int64) int64 {
	if len(sources) == 0 || len(sources) > merged {
		return after + 1
	}
	best := through + 1
	for _, s := range sources {
		err := db.each(ctx, func(row []driver.Value) bool { best = min(best, row[0].(int64)); return false },
			"SELECT number FROM messages INDEXED BY message_source WHERE source = ? AND number >= 1 + ? AND number <= ? ORDER BY number LIMIT 1",
			s, after, through)
		if err != nil {
			return after + 1
		}
	}
	return max(best, after+1)
}

// readable returns the first number behind a damage: the least that is greater
// than place, and from which on a message can be read, or there is none up to
// bound. Where it looks back, it returns the greatest below place, down to
// bound. It tries places further and further away, an eighth at a time, so that
// what is whole between two damages is not passed over, and then halves.
func (db *DB) readable(ctx context.Context, place, bound int64, back bool) int64 {
	text := "SELECT " + filled + " FROM messages WHERE number >= ? AND number <= ? ORDER BY number LIMIT 1"
	if back {
		text = "SELECT " + filled + " FROM messages WHERE number <= ? AND number >= ? ORDER BY number DESC LIMIT 1"
	}
	at := func(distance int64) int64 {
		if back {
			return place - distance
		}
		return place + distance
	}
	good := func(distance int64) bool {
		sound := true
		err := db.each(ctx, func(row []driver.Value) bool {
			var m live.Message
			_, sound = fill(&m, row)
			return false
		}, text, at(distance), bound)
		return err == nil && sound
	}
	most := max(bound-place, place-bound) + 1
	bad, distance := int64(0), int64(1)
	for distance < most && !good(distance) {
		bad = distance
		distance += max(1, distance/8)
	}
	distance = min(distance, most)
	for distance-bad > 1 {
		if middle := bad + (distance-bad)/2; good(middle) {
			distance = middle
		} else {
			bad = middle
		}
	}
	return at(distance)
}

// A loss is what cannot be read of one source.
type loss struct{ source, first, count int64 }

// lost returns what the index knows of some sources (of all where none is
// named) in after < number <= through.
func (db *DB) lost(ctx context.Context, sources []int64, after, through int64) (list []loss, err error) {
	if len(sources) == 0 {
		err := db.each(ctx, func(row []driver.Value) bool { sources = append(sources, row[0].(int64)); return true }, "SELECT id FROM sources")
		if err != nil {
			return nil, err
		}
	}
	for _, s := range sources {
		err := db.each(ctx, func(row []driver.Value) bool {
			if first, ok := row[0].(int64); ok {
				list = append(list, loss{s, first, row[1].(int64)})
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

// each is raw for a query of a fixed text.
func (db *DB) each(ctx context.Context, row func([]driver.Value) bool, text string, args ...any) error {
	q := query{args: args}
	q.text.WriteString(text)
	return db.raw(ctx, &q, row)
}
