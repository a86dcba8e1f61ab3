package cursor

import (
	"context"
	"slices"
	"sort"
	"sync/atomic"

	"signalbox/backend/journal/recent"
	"signalbox/backend/journal/sources"
	"signalbox/backend/live"
)

// A Log has the data that all cursors of a journal read.
type Log struct {
	Epoch   string
	Recent  *recent.Messages
	Store   Store
	Sources *sources.List
	// FoundDamage is called when the store has found damaged messages.
	FoundDamage func()
}

// A Cursor reads the messages of a journal in order, and then waits for new
// ones. One goroutine may use it at a time; Number may be called from any
// goroutine. A cursor needs no closing.
type Cursor struct {
	log      *Log
	filter   live.Filter
	names    *sources.NameSet // the names that it follows; nil if it follows the filter's sources
	number   atomic.Int64     // of the last message examined
	waitedAt int64            // its number when it last waited
	trimmed  trimmed
	matching []*recent.Entry // reused by filtered cursors
	pageSize int             // the most data to read from the store at a time, in bytes
	previous struct {        // the state before the last read from the store
		number  int64
		trimmed trimmed
	}
	block   []recent.Entry  // the messages last read from the store
	entries []*recent.Entry // pointers to all of block
}

// A Batch is the result of one call of a cursor.
type Batch struct {
	Entries []*recent.Entry // the messages that match, in order; valid until the next call
	Gap     *live.Gap       // the messages missing before Entries; nil if none are
	Through int64           // the last number examined
	Stored  bool            // whether Entries were read from the store: then no other reader has them
	Bytes   int             // the memory that stored Entries use
}

// New returns a cursor over the messages with greater numbers than after. With
// names it follows all sources that have one of them now or get one later,
// instead of the filter's sources: it returns every message that is published
// under one of the names, even if a source is removed and created again.
// ignoreTrimmed makes it return no gap for messages that are trimmed already.
func New(log *Log, names []string, f live.Filter, after int64, ignoreTrimmed bool) *Cursor {
	// The caller may change its slices later.
	f.Sources, f.Except, f.Kinds = slices.Clone(f.Sources), slices.Clone(f.Except), slices.Clone(f.Kinds)
	c := &Cursor{log: log, pageSize: maxPageBytes, filter: f}
	c.trimmed.ignore = ignoreTrimmed
	if len(names) > 0 {
		set := log.Sources.Follow(names)
		c.names = &set
		c.filter.Sources = set.Filter()
	}
	// A number beyond the newest would skip the messages up to it.
	c.number.Store(min(after, log.Recent.Last()))
	return c
}

// Number returns the number of the last message examined.
func (c *Cursor) Number() int64 { return c.number.Load() }

// Sources returns the sources that the cursor follows now; none if it follows
// all.
func (c *Cursor) Sources() []int64 {
	c.updateSources()
	if c.names != nil {
		return c.names.IDs()
	}
	return c.filter.Sources
}

// updateSources is called after entries are read and before they are matched.
// See sources.NameSet.Update.
func (c *Cursor) updateSources() {
	if c.names != nil && c.names.Update() {
		c.filter.Sources = c.names.Filter()
	}
}

// Next waits until there are messages that match, or a gap, and returns them in
// batches of bounded size.
func (c *Cursor) Next(ctx context.Context) (Batch, error) {
	for {
		changed := c.log.Recent.Changed()
		closed := c.log.Recent.Closed() // before examine, which then returns all committed messages
		before := c.Number()
		b, err := c.examine(ctx)
		if err != nil {
			return Batch{Through: c.Number()}, err
		}
		if len(b.Entries) > 0 || b.Gap != nil {
			return b, nil
		}
		if err := ctx.Err(); err != nil {
			return b, err
		}
		if b.Through > before {
			continue
		}
		if closed {
			return b, recent.ErrClosed
		}
		if err := c.waitFor(ctx, changed); err != nil {
			return b, err
		}
	}
}

// Step is Next without waiting: it examines the next messages, if there are any, and
// returns those that match.
func (c *Cursor) Step(ctx context.Context) (Batch, error) { return c.examine(ctx) }

// examine matches some messages and advances the cursor's number over them.
func (c *Cursor) examine(ctx context.Context) (Batch, error) {
	number := c.Number()
	entries, first := c.log.Recent.From(number)
	if number+1 < first {
		return c.readStore(ctx, first)
	}
	return c.examineRecent(entries), nil
}

// examineRecent examines entries in memory, up to the newest announced.
func (c *Cursor) examineRecent(entries []*recent.Entry) Batch {
	c.block, c.entries, c.trimmed = nil, nil, trimmed{}
	if announced := c.log.Recent.Announced(); len(entries) > 0 && entries[len(entries)-1].Number > announced {
		entries = entries[:sort.Search(len(entries), func(i int) bool { return entries[i].Number > announced })]
	}
	if len(entries) == 0 {
		return Batch{Through: c.Number()}
	}
	number := entries[len(entries)-1].Number
	c.number.Store(number)
	return Batch{Entries: c.match(entries), Through: number}
}

// Recent returns messages from memory, without waiting. It returns false if the
// cursor's next message is older than those in memory.
func (c *Cursor) Recent() (Batch, bool) {
	entries, first := c.log.Recent.From(c.Number())
	if c.Number()+1 < first {
		return Batch{Through: c.Number()}, false
	}
	return c.examineRecent(entries), true
}

// Wait waits until a message with a greater number than the cursor's is
// committed, whether or not it matches.
func (c *Cursor) Wait(ctx context.Context) error {
	changed := c.log.Recent.Changed()
	closed := c.log.Recent.Closed()
	switch {
	case c.log.Recent.Announced() > c.Number():
		return nil
	case closed:
		return recent.ErrClosed
	}
	return c.waitFor(ctx, changed)
}

func (c *Cursor) waitFor(ctx context.Context, changed <-chan struct{}) error {
	n := c.Number()
	first := n > c.waitedAt
	c.waitedAt = n
	return c.log.Recent.Wait(ctx, changed, first)
}

// MoveTo makes the cursor continue after the number of a committed message, and
// frees the messages that it has read from the store.
func (c *Cursor) MoveTo(after int64) {
	c.number.Store(after)
	c.trimmed = trimmed{}
	c.free()
}

// Unread undoes the last read from the store and frees its messages. The next
// call reads them again.
func (c *Cursor) Unread() {
	c.number.Store(c.previous.number)
	c.trimmed = c.previous.trimmed
	c.free()
}

func (c *Cursor) free() {
	c.block, c.entries = nil, nil
	clear(c.matching)
}

// match returns the entries that match the filter. If the filter has no
// conditions, it returns the same slice.
func (c *Cursor) match(entries []*recent.Entry) []*recent.Entry {
	c.updateSources()
	if c.filter.IsZero() && len(c.filter.Sources) == 0 && len(c.filter.Except) == 0 {
		return entries
	}
	clear(c.matching)
	c.matching = c.matching[:0]
	for _, e := range entries {
		if c.filter.Match(&e.Message) && (c.names == nil || e.Number > c.names.After(e.Source)) {
			c.matching = append(c.matching, e)
		}
	}
	return c.matching
}
