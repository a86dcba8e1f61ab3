package query

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/row"
)

const (
	// maxMerged is the greatest number of sources that are read from the index of
	// each and merged. For more sources, reading all messages costs less.
	maxMerged = 16
	// firstStretch is how many numbers a scan examines before it first checks the
	// time.
	firstStretch = 1024
)

// Read returns messages of those sources (all if none is named) with
// after < number <= through, in order: at most limit messages of about maxBytes in
// all, but at least one message. The second result is the number up to which these
// are all such messages. For many sources Read runs for a bounded time, and may
// return none although there are some after that number. Read returns the messages
// before a damaged one. If the first one is damaged, the error is a live.Damage.
func (r *Reader) Read(ctx context.Context, sources []int64, after, through int64, limit, maxBytes int) ([]live.Message, int64, error) {
	p := &rangeRead{r: r, sources: sources, limit: limit, bytesLeft: maxBytes, through: through}
	var err error
	if len(sources) <= maxMerged {
		// The read is short, and SQLite reads faster if it cannot be cancelled.
		err = p.read(context.WithoutCancel(ctx), after, through)
	} else {
		err = p.scan(ctx, after, through)
	}
	if conn.IsCorrupt(err) {
		err = p.readAround(ctx, after, through, err)
	}
	if err != nil {
		return nil, after, conn.UserError(fmt.Errorf("read messages: %w", err))
	}
	return p.messages, p.through, nil
}

// A rangeRead is one call of Read.
type rangeRead struct {
	r         *Reader
	sources   []int64
	limit     int   // of messages
	bytesLeft int   // the size of the data that may still be added
	after     int64 // the next message has a greater number
	badRow    bool  // whether Signalbox cannot have written the last row
	messages  []live.Message
	through   int64 // messages is complete up to this number
}

// read adds the messages with after < number <= through.
func (p *rangeRead) read(ctx context.Context, after, through int64) error {
	var b builder
	b.add("SELECT " + row.RangeColumns + " FROM messages ")
	switch n := len(p.sources); {
	case n == 1:
		// Without the hint SQLite reads the messages of all sources in between.
		b.add("INDEXED BY message_source WHERE source = ? AND number >= 1 + ? AND number <= ?", p.sources[0], after, through)
	case n == 0 || n > maxMerged:
		b.add("WHERE number >= 1 + ? AND number <= ?", after, through)
		b.addSources(p.sources)
	default:
		b.add("WHERE number IN (")
		b.addNumbers(p.sources, after, through, false, p.limit)
		b.add(")")
	}
	b.add(" ORDER BY number LIMIT ?", p.limit-len(p.messages))
	p.after, p.through = after, through
	if err := p.r.file.Streams.Rows(ctx, p.addRow, b.text.String(), b.args...); err != nil {
		return err
	}
	if p.badRow {
		return conn.ErrBadRow
	}
	return nil
}

// addRow adds a message, and reports whether there is room for more.
func (p *rangeRead) addRow(v []driver.Value) bool {
	switch len(p.messages) {
	case 0:
		p.messages = make([]live.Message, 0, min(p.limit, 64))
	case 64:
		p.messages = slices.Grow(p.messages, p.limit-64) // many will follow
	}
	p.messages = append(p.messages, live.Message{})
	m := &p.messages[len(p.messages)-1]
	size, ok := row.ScanRange(m, v)
	if p.badRow = !ok || m.Number <= p.after; p.badRow {
		p.messages = p.messages[:len(p.messages)-1]
		return false
	}
	p.after = m.Number
	p.bytesLeft -= size
	if p.full() {
		p.through = m.Number
		return false
	}
	return true
}

func (p *rangeRead) full() bool { return len(p.messages) == p.limit || p.bytesLeft <= 0 }

// scan reads the messages of all sources, one stretch of numbers after the other,
// until the read is full or its time is over.
func (p *rangeRead) scan(ctx context.Context, after, through int64) error {
	for begun, stretch := time.Now(), int64(firstStretch); after < through; {
		// Begin with the next message kept, which skips trimmed numbers in one step.
		first, err := p.r.nextNumber(ctx, after, through)
		if errors.Is(err, sql.ErrNoRows) {
			p.through = through
			return nil
		}
		if err != nil {
			return err
		}
		at, to := time.Now(), first-1+min(stretch, through-first+1)
		if err := p.read(ctx, first-1, to); err != nil {
			return err
		}
		if p.full() || time.Since(begun) > p.r.MaxTime {
			return nil
		}
		if time.Since(at) < p.r.MaxTime/10 {
			stretch *= 2
		}
		after = to
	}
	return nil
}

// nextNumber returns the first number kept with after < number <= through, or
// sql.ErrNoRows.
func (r *Reader) nextNumber(ctx context.Context, after, through int64) (n int64, err error) {
	err = r.file.Streams.QueryRowContext(ctx, "SELECT number FROM messages WHERE number >= 1 + ? AND number <= ? ORDER BY number LIMIT 1",
		after, through).Scan(&n)
	return n, err
}
