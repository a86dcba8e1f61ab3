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
	// Read returns messages of those sources (all if none is named) with
	// after < number <= through, in order: at most limit messages of about
	// maxBytes in all, but at least one message. The second result is the number
	// up to which these are all such messages. Read runs for a bounded time, so it
	// may return none and a number less than through; the caller then continues
	// from that number. Read returns the messages before a damaged one. If the
	// first one is damaged, the error is a live.Damage.
	Read(ctx context.Context, sources []int64, after, through int64, limit, maxBytes int) ([]live.Message, int64, error)
	// Trimmed returns the number of the newest trimmed event or gap of each of
	// those sources (all if none is named), if it is greater than after. The
	// source has no older messages left.
	Trimmed(ctx context.Context, sources []int64, after int64) (map[int64]int64, error)
	// CountTrimmed counts the trimmed events of a source with
	// after < number <= through; events is -1 if the count is no longer known.
	// anything reports whether an event or a gap was trimmed there.
	CountTrimmed(ctx context.Context, source, after, through int64) (events int64, anything bool, err error)
}

const (
	// maxPageMessages and maxPageBytes limit one read from the store. Every client
	// that catches up holds that much in memory; SetPageSize makes it less.
	maxPageMessages = 512
	maxPageBytes    = 1 << 20
)

// SetPageSize sets how many bytes of data the cursor reads from the store at a
// time, at most 1 MiB. A larger message is read alone.
func (c *Cursor) SetPageSize(bytes int) { c.pageSize = min(bytes, maxPageBytes) }

// readStore reads messages that are no longer in memory. first is the least
// number in memory: all messages before it are committed, so the store has
// them or has trimmed them.
func (c *Cursor) readStore(ctx context.Context, first int64) (Batch, error) {
	after := c.Number()
	c.updateSources() // all messages below first are committed already
	c.previous.number, c.previous.trimmed = after, c.trimmed
	sources := c.filter.Sources
	if c.names != nil && len(c.names.IDs()) > 0 {
		sources = c.names.IDs() // without noSource: one source is read faster than two
	}
	limit := max(1, maxPageMessages*c.pageSize/maxPageBytes)
	ms, through, err := c.log.Store.Read(ctx, sources, after, first-1, limit, c.pageSize)
	if d, ok := errors.AsType[*live.Damage](err); ok {
		// The gap of the trimmed messages comes first: skipDamage advances the
		// number.
		if gap, err := c.trimmedGap(ctx, after, first, nil); gap != nil || err != nil {
			return Batch{Gap: gap, Through: after}, c.storeError(err)
		}
		return c.skipDamage(d), nil
	}
	if err != nil {
		return Batch{}, c.storeError(err)
	}
	gap, err := c.trimmedGap(ctx, after, first, ms)
	if err != nil {
		return Batch{}, c.storeError(err)
	}
	c.number.Store(through)
	c.resizeBlock(len(ms))
	size := 0
	for i := range c.block {
		e := &c.block[i]
		if i < len(ms) {
			e.Reset(&ms[i])
		} else {
			e.Reset(&live.Message{}) // frees a message of an earlier, larger read
		}
		size += e.MemorySize()
	}
	return Batch{Entries: c.match(c.entries[:len(ms)]), Gap: gap, Through: through, Stored: true, Bytes: size}, nil
}

// storeError returns ErrClosed for every error of a closed journal, else err.
func (c *Cursor) storeError(err error) error {
	if err != nil && c.log.Recent.Closed() {
		return recent.ErrClosed
	}
	return err
}

// resizeBlock makes room for n entries. The block is reused while the cursor
// catches up, and freed when the cursor reads from memory.
func (c *Cursor) resizeBlock(n int) {
	if len(c.block)/8 <= n && n <= len(c.block) {
		return
	}
	c.block, c.entries = make([]recent.Entry, n), make([]*recent.Entry, n)
	for i := range c.block {
		c.entries[i] = &c.block[i]
	}
}

// skipDamage advances the cursor over messages that cannot be read, and returns
// a gap for them.
func (c *Cursor) skipDamage(d *live.Damage) Batch {
	c.log.FoundDamage()
	c.number.Store(d.Through)
	if d.Missing != nil && *d.Missing == 0 {
		return Batch{Through: d.Through}
	}
	gap := d.Gap(c.log.Epoch)
	if !c.filter.IsZero() {
		gap.Missing = nil // it is unknown which of them would have matched
	}
	return Batch{Gap: &gap, Through: d.Through}
}
