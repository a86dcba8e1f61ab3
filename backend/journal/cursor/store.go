package cursor

import (
	"context"
	"errors"

	"signalbox/backend/journal/recent"
	"signalbox/backend/live"
)

// A Store has the messages that are no longer in memory. It is a part of
// journal.Store.
type Store interface {
	// Read returns up to limit messages of those sources (all if none is named)
	// with after < number <= through, in order, and about maxBytes of data at
	// most, but at least one message; and the number up to which that is all of
	// them. It reads for a bounded time: if it finds nothing and that number is
	// less than through, the caller asks again. Damaged messages end what it
	// returns; if the first one is damaged, the error is a live.Damage.
	Read(ctx context.Context, sources []int64, after, through int64, limit, maxBytes int) ([]live.Message, int64, error)
	// Trimmed returns, of each of those sources (all if none is named) of which an
	// event or a gap behind that number was trimmed, the newest such number.
	// Everything of the source up to there is gone.
	Trimmed(ctx context.Context, sources []int64, after int64) (map[int64]int64, error)
	// CountTrimmed says whether any event or gap of a source was trimmed with
	// after < number <= through, and how many events; -1 if that is no longer
	// known.
	CountTrimmed(ctx context.Context, source, after, through int64) (events int64, anything bool, err error)
}

const (
	// maxPageMessages and maxPageBytes limit what a cursor reads from the store
	// at a time. Every client that catches up holds that much in memory;
	// SetPageSize makes it less.
	maxPageMessages = 512
	maxPageBytes    = 1 << 20
)

// SetPageSize sets how many bytes of data the cursor reads from the store at a
// time, 1 MiB at most. A message that is larger comes alone.
func (c *Cursor) SetPageSize(bytes int) { c.pageSize = min(bytes, maxPageBytes) }

// readStore examines messages that are no longer in memory. First is the least
// number in memory: everything before it is committed, so the store has it, or
// had it.
func (c *Cursor) readStore(ctx context.Context, first int64) (Batch, error) {
	place := c.Place()
	c.updateSources() // all that is read here was committed before
	c.previous.place, c.previous.trimmed = place, c.trimmed
	sources := c.filter.Sources
	if c.names != nil && len(c.names.IDs()) > 0 {
		sources = c.names.IDs() // one source is read faster than two
	}
	limit := max(1, maxPageMessages*c.pageSize/maxPageBytes)
	ms, through, err := c.log.Store.Read(ctx, sources, place, first-1, limit, c.pageSize)
	if d, ok := errors.AsType[*live.Damage](err); ok {
		// What was trimmed comes first, because the damage moves the place.
		if gap, err := c.trimmedGap(ctx, place, first, nil); gap != nil || err != nil {
			return Batch{Gap: gap, Through: place}, c.storeError(err)
		}
		return c.skipDamage(d), nil
	}
	if err != nil {
		return Batch{}, c.storeError(err)
	}
	gap, err := c.trimmedGap(ctx, place, first, ms)
	if err != nil {
		return Batch{}, c.storeError(err)
	}
	c.place.Store(through)
	c.resizeBlock(len(ms))
	size := 0
	for i := range c.block {
		e := &c.block[i]
		if i < len(ms) {
			e.Reset(&ms[i])
		} else {
			e.Reset(&live.Message{}) // of an earlier read, which was larger
		}
		size += e.MemorySize()
	}
	return Batch{Entries: c.match(c.entries[:len(ms)]), Gap: gap, Through: through, Stored: true, Bytes: size}, nil
}

// storeError returns ErrClosed if the store failed because it was closed.
func (c *Cursor) storeError(err error) error {
	if err != nil && c.log.Recent.Closed() {
		return recent.ErrClosed
	}
	return err
}

// resizeBlock makes room for n entries. The block is reused while the cursor
// catches up, and freed when it has.
func (c *Cursor) resizeBlock(n int) {
	if len(c.block)/8 <= n && n <= len(c.block) {
		return
	}
	c.block, c.entries = make([]recent.Entry, n), make([]*recent.Entry, n)
	for i := range c.block {
		c.entries[i] = &c.block[i]
	}
}

// skipDamage moves the cursor behind messages that cannot be read, and returns
// the gap that they leave.
func (c *Cursor) skipDamage(d *live.Damage) Batch {
	c.log.NoteDamage()
	c.place.Store(d.Through)
	if d.Missing != nil && *d.Missing == 0 {
		return Batch{Through: d.Through}
	}
	gap := d.Gap(c.log.Epoch)
	if !c.filter.IsZero() {
		gap.Missing = nil // nobody knows which of them would have matched
	}
	return Batch{Gap: &gap, Through: d.Through}
}
