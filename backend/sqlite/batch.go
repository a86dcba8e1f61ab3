package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"slices"
	"time"

	"signalbox/backend/live"
)

const (
	// merged is up to how many sources are read each from its own index and
	// merged. Beyond it a walk through all messages costs less than the merge.
	merged = 16
	// firstStep is how many numbers a scan looks at before its first look at
	// the clock.
	firstStep = 1024
)

// A batch is what one Read returns.
type batch struct {
	db       *DB
	sources  []int64
	limit    int   // of messages
	left     int   // bytes of data that may still be taken
	floor    int64 // the next message has a greater number
	damaged  bool  // whether the last row was one that nobody can have written
	messages []live.Message
	through  int64 // messages are all there are up to here
}

// read takes what is wanted of after < number <= through.
func (p *batch) read(ctx context.Context, after, through int64) error {
	var q query
	q.add("SELECT " + filled + " FROM messages WHERE ")
	switch n := len(p.sources); {
	case n == 1:
		// Without the hint SQLite walks all sources' messages between the two.
		q.text.Reset()
		q.add("SELECT "+filled+" FROM messages INDEXED BY message_source WHERE source = ? AND number >= 1 + ? AND number <= ?",
			p.sources[0], after, through)
	case n == 0 || n > merged:
		q.add("number >= 1 + ? AND number <= ?", after, through)
		q.sources(p.sources)
	default:
		q.add("number IN (")
		q.numbers(p.sources, after, through, false, p.limit)
		q.add(")")
	}
	q.add(" ORDER BY number LIMIT ?", p.limit-len(p.messages))
	p.floor, p.through = after, through
	if err := p.db.raw(ctx, &q, p.take); err != nil {
		return err
	}
	if p.damaged {
		return errUnsound
	}
	return nil
}

// take adds a row, and reports whether there is room for more.
func (p *batch) take(row []driver.Value) bool {
	switch len(p.messages) {
	case 0:
		p.messages = make([]live.Message, 0, min(p.limit, 64))
	case 64:
		p.messages = slices.Grow(p.messages, p.limit-64) // many will come
	}
	p.messages = append(p.messages, live.Message{})
	m := &p.messages[len(p.messages)-1]
	size, sound := fill(m, row)
	if p.damaged = !sound || m.Number <= p.floor; p.damaged {
		p.messages = p.messages[:len(p.messages)-1]
		return false
	}
	p.floor = m.Number
	p.left -= size
	if p.full() {
		p.through = m.Number
		return false
	}
	return true
}

func (p *batch) full() bool { return len(p.messages) == p.limit || p.left <= 0 }

// scan walks through the messages of all sources, one range of numbers after
// the other, until the batch is full or its time is over.
func (p *batch) scan(ctx context.Context, after, through int64) error {
	for begun, step := time.Now(), int64(firstStep); after < through; {
		// From the next message on: what was trimmed is no work, and the batch
		// then ends behind it.
		first, err := p.db.next(ctx, after, through)
		if err == sql.ErrNoRows {
			p.through = through
			return nil
		}
		if err != nil {
			return err
		}
		at, to := time.Now(), first-1+min(step, through-first+1)
		if err := p.read(ctx, first-1, to); err != nil {
			return err
		}
		if p.full() || time.Since(begun) > p.db.patience {
			return nil
		}
		if time.Since(at) < p.db.patience/10 {
			step *= 2
		}
		after = to
	}
	return nil
}

// next returns the first number kept with after < number <= through, or
// sql.ErrNoRows.
func (db *DB) next(ctx context.Context, after, through int64) (n int64, err error) {
	err = db.stream.QueryRowContext(ctx, "SELECT number FROM messages WHERE number >= 1 + ? AND number <= ? ORDER BY number LIMIT 1",
		after, through).Scan(&n)
	return n, err
}
