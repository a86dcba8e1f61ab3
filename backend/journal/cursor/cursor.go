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

// A Log is what cursors read. All cursors of a journal share one.
type Log struct {
	Epoch   string
	Recent  *recent.Messages
	Store   Store
	Sources *sources.List
	// NoteDamage is called when the store has found damaged messages.
	NoteDamage func()
}

// A Cursor follows the end of the journal. One goroutine may use it at a time;
// Place may be called by anybody. It needs no closing.
type Cursor struct {
	log      *Log
	filter   live.Filter
	names    *sources.NameSet // the names that it follows; nil if it follows the filter's sources
	place    atomic.Int64
	trimmed  trimmed
	matching []*recent.Entry // reused by filtered cursors
	pageSize int             // the most that is read from the store at a time, in bytes
	previous struct {        // before the last read from the store
		place   int64
		trimmed trimmed
	}
	block   []recent.Entry  // what was read from the store
	entries []*recent.Entry // pointers to all of block
}

// A Batch is what a cursor has found.
type Batch struct {
	Entries []*recent.Entry // those that match, in order; valid until the next call
	Gap     *live.Gap       // what is missing before Entries
	Through int64           // the last number examined
	Stored  bool            // whether Entries were read from the store: then no other reader has them
	Bytes   int             // that stored Entries take in memory
}

// New returns a cursor behind the number after. With names it follows all
// sources that have one of them or get one later, instead of the filter's
// sources: it finds every message that is published under one of the names, even
// if a source is removed and made again. IgnoreTrimmed makes it return no gap
// for messages that are trimmed already.
func New(log *Log, names []string, f live.Filter, after int64, ignoreTrimmed bool) *Cursor {
	// The caller may change its slices later.
	f.Sources, f.Kinds, f.Types = slices.Clone(f.Sources), slices.Clone(f.Kinds), slices.Clone(f.Types)
	f.Text, f.Without = slices.Clone(f.Text), slices.Clone(f.Without)
	c := &Cursor{log: log, pageSize: maxPageBytes, filter: f}
	c.trimmed.ignore = ignoreTrimmed
	if len(names) > 0 {
		set := log.Sources.Follow(names)
		c.names = &set
		c.filter.Sources = set.Filter()
	}
	// A place beyond the end would skip the messages that come until there.
	c.place.Store(min(after, log.Recent.Last()))
	return c
}

// Place returns the number of the last message examined.
func (c *Cursor) Place() int64 { return c.place.Load() }

// Sources returns the sources that the cursor follows at this moment; none if
// it follows all.
func (c *Cursor) Sources() []int64 {
	c.updateSources()
	if c.names != nil {
		return c.names.IDs()
	}
	return c.filter.Sources
}

// updateSources is called after entries were taken and before they are matched.
func (c *Cursor) updateSources() {
	if c.names != nil && c.names.Update() {
		c.filter.Sources = c.names.Filter()
	}
}

// Next waits until something matches or is missing, and returns what is ready,
// a bounded part of it at a time.
func (c *Cursor) Next(ctx context.Context) (Batch, error) {
	for {
		changed := c.log.Recent.Changed()
		closed := c.log.Recent.Closed() // before examine: what was committed is still returned
		before := c.Place()
		b, err := c.examine(ctx)
		if err != nil {
			return Batch{Through: c.Place()}, err
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
		select {
		case <-changed:
		case <-ctx.Done():
			return b, ctx.Err()
		}
	}
}

// examine examines some messages and moves the place behind them.
func (c *Cursor) examine(ctx context.Context) (Batch, error) {
	place := c.Place()
	entries, first := c.log.Recent.From(place)
	if place+1 < first {
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
		return Batch{Through: c.Place()}
	}
	place := entries[len(entries)-1].Number
	c.place.Store(place)
	return Batch{Entries: c.match(entries), Through: place}
}

// Recent returns what is ready in memory, without waiting. It returns false if
// memory does not reach back to the cursor's place.
func (c *Cursor) Recent() (Batch, bool) {
	entries, first := c.log.Recent.From(c.Place())
	if c.Place()+1 < first {
		return Batch{Through: c.Place()}, false
	}
	return c.examineRecent(entries), true
}

// Wait waits until something is committed behind the cursor's place, whether or
// not it matches.
func (c *Cursor) Wait(ctx context.Context) error {
	changed := c.log.Recent.Changed()
	closed := c.log.Recent.Closed()
	switch {
	case c.log.Recent.Announced() > c.Place():
		return nil
	case closed:
		return recent.ErrClosed
	}
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// MoveTo moves the cursor behind the number of a committed message, and frees
// what it has read from the store.
func (c *Cursor) MoveTo(after int64) {
	c.place.Store(after)
	c.trimmed = trimmed{}
	c.free()
}

// Unread undoes the last read from the store, and frees what it has read. The
// next call reads it again.
func (c *Cursor) Unread() {
	c.place.Store(c.previous.place)
	c.trimmed = c.previous.trimmed
	c.free()
}

func (c *Cursor) free() {
	c.block, c.entries = nil, nil
	clear(c.matching)
}

// match returns the entries that match the filter: the same slice if it has no
// conditions.
func (c *Cursor) match(entries []*recent.Entry) []*recent.Entry {
	c.updateSources()
	if c.filter.IsZero() && len(c.filter.Sources) == 0 {
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
