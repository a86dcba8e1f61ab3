package journal

import (
	"context"
	"errors"
	"slices"
	"sort"
	"sync/atomic"

	"signalbox/backend/live"
)

const (
	// pageMessages and pageBytes are the largest portion that a cursor reads
	// from the store. Every client that catches up holds one in memory; SetPage
	// makes it smaller.
	pageMessages = 512
	pageBytes    = 1 << 20
)

// A Cursor follows the end of the journal. One goroutine may use it at a
// time; Place may be asked by anybody.
type Cursor struct {
	j       *Journal
	filter  live.Filter
	names   []string        // that it follows; nil where the filter's sources are all
	version int64           // of the sources, when the names were looked up
	namings int             // how many of them were looked at
	since   map[int64]int64 // of a source that took a name since: only what is newer than this number
	place   atomic.Int64
	holes   holes
	found   []*Entry // reused by filtered cursors
	page    int      // the largest portion that is read from the store, in bytes
	before  struct { // what was known before the last portion from the store
		place int64
		holes holes
	}
	block   []Entry  // what was read from the store
	entries []*Entry // and addresses of all of it
}

// A Batch is what a cursor found.
type Batch struct {
	Entries []*Entry  // those that match, in order; valid until the next call
	Gap     *live.Gap // what was trimmed behind the cursor's place, told before Entries
	Through int64     // the last number examined
	Stored  bool      // whether Entries were read from the store: then nobody else has them
	Bytes   int       // that these take in memory
}

// Oldest, as the place of a cursor, is before the oldest message kept.
const Oldest = -1

// Follow returns a cursor after the number. What was trimmed behind it is a
// gap, but for Oldest: that asks for what is there. It needs no closing.
func (j *Journal) Follow(f live.Filter, after int64) *Cursor { return j.FollowNames(nil, f, after) }

// FollowNames is Follow for all sources that have these names, or will have
// them: it finds every message that is published under one of them, also when
// the source is removed and made again. A source that it has followed under
// its former name it follows on. The filter's own sources are left out.
func (j *Journal) FollowNames(names []string, f live.Filter, after int64) *Cursor {
	// The caller's slices may change under way.
	f.Sources, f.Kinds, f.Types = slices.Clone(f.Sources), slices.Clone(f.Kinds), slices.Clone(f.Types)
	f.Text, f.Without = slices.Clone(f.Text), slices.Clone(f.Without)
	c := &Cursor{j: j, page: pageBytes, filter: f, names: names}
	if after < 0 {
		after, c.holes.accepted = j.First()-1, true
	}
	c.begin()
	// A place beyond the end would skip what comes until there.
	c.place.Store(min(after, j.Last()))
	return c
}

// noSource is the id of no source. It is the first of those that a cursor with
// names follows, because an empty list would mean all.
const noSource = 0

// begin looks up the sources that have the cursor's names now. What they had
// before they got these names belongs to them.
func (c *Cursor) begin() {
	if len(c.names) == 0 {
		return
	}
	s := &c.j.sources
	s.mu.RLock()
	defer s.mu.RUnlock()
	c.filter.Sources = []int64{noSource}
	for _, name := range c.names {
		if id, ok := s.byName[name]; ok {
			c.filter.Sources = append(c.filter.Sources, id)
		}
	}
	c.version, c.namings = s.version.Load(), len(s.namings)
}

// lookUp adds the sources that got one of the cursor's names since it looked
// last, also those that have lost it again, and forgets those that are gone.
// It is called after entries were taken and before they are matched: a source
// gets its name before its first message is committed, so the source of every
// entry is known here.
func (c *Cursor) lookUp() {
	s := &c.j.sources
	if len(c.names) == 0 || c.version == s.version.Load() {
		return
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	followed := []int64{noSource}
	for _, id := range c.filter.Sources[1:] {
		if _, ok := s.byID[id]; ok {
			followed = append(followed, id)
		}
	}
	for _, n := range s.namings[c.namings:] {
		if !slices.Contains(c.names, n.name) || slices.Contains(followed, n.source) {
			continue
		}
		followed = append(followed, n.source)
		if c.since == nil {
			c.since = make(map[int64]int64)
		}
		c.since[n.source] = n.after
	}
	c.filter.Sources = followed
	c.version, c.namings = s.version.Load(), len(s.namings)
}

// Sources returns the sources that the cursor follows at this moment; none
// where it follows all. Only for the goroutine that uses the cursor.
func (c *Cursor) Sources() []int64 {
	c.lookUp()
	if len(c.names) > 0 {
		return c.filter.Sources[1:]
	}
	return c.filter.Sources
}

// Place returns the number of the last message examined.
func (c *Cursor) Place() int64 { return c.place.Load() }

// Next waits until something matches (or a gap is met), and returns all that is ready, in bounded portions.
func (c *Cursor) Next(ctx context.Context) (Batch, error) {
	for {
		moved := c.j.bell.wait()
		closed := c.j.closed.Load() // before the look: what was committed is still returned
		before := c.Place()
		b, err := c.look(ctx)
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
			return b, ErrClosed
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return b, ctx.Err()
		}
	}
}

// look examines one portion and moves the place behind it.
func (c *Cursor) look(ctx context.Context) (Batch, error) {
	place := c.Place()
	entries, below := c.j.tail.from(place)
	if place+1 < below {
		return c.lookBack(ctx, below)
	}
	return c.take(entries), nil
}

// take examines entries from memory, up to the newest that readers were woken
// for. A reader that is awake under load would otherwise find one message at
// each look, and pay for a write of each, where one write takes them all.
func (c *Cursor) take(entries []*Entry) Batch {
	c.block, c.entries, c.holes = nil, nil, holes{}
	if told := c.j.told.Load(); len(entries) > 0 && entries[len(entries)-1].Number > told {
		entries = entries[:sort.Search(len(entries), func(i int) bool { return entries[i].Number > told })]
	}
	if len(entries) == 0 {
		return Batch{Through: c.Place()}
	}
	place := entries[len(entries)-1].Number
	c.place.Store(place)
	return Batch{Entries: c.match(entries), Through: place}
}

// Recent returns what is ready in memory, without waiting. It is false where
// memory no longer reaches back to the cursor's place.
func (c *Cursor) Recent() (Batch, bool) {
	entries, below := c.j.tail.from(c.Place())
	if c.Place()+1 < below {
		return Batch{Through: c.Place()}, false
	}
	return c.take(entries), true
}

// Move moves the cursor behind the number of a committed message, and lets go
// of what it read from the store.
func (c *Cursor) Move(after int64) {
	c.place.Store(after)
	c.holes = holes{}
	c.letGo()
}

// Back takes back what the last call of Next has read from the store, and lets
// go of it. The next call reads it again.
func (c *Cursor) Back() {
	c.place.Store(c.before.place)
	c.holes = c.before.holes
	c.letGo()
}

func (c *Cursor) letGo() {
	c.block, c.entries = nil, nil
	clear(c.found)
}

// SetPage sets how much data the cursor reads from the store at a time, 1 MiB
// at most. A message that is larger comes alone.
func (c *Cursor) SetPage(bytes int) { c.page = min(bytes, pageBytes) }

// Wait waits until something was committed behind the cursor's place, whether
// or not it matches.
func (c *Cursor) Wait(ctx context.Context) error {
	moved := c.j.bell.wait()
	closed := c.j.closed.Load()
	switch {
	case c.j.told.Load() > c.Place():
		return nil
	case closed:
		return ErrClosed
	}
	select {
	case <-moved:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lookBack examines a portion of what the tail has not, up to the number that
// it begins with. All of that is committed, so the store has it, or had it.
func (c *Cursor) lookBack(ctx context.Context, below int64) (Batch, error) {
	j, place := c.j, c.Place()
	c.lookUp() // all that is read here was committed before
	c.before.place, c.before.holes = place, c.holes
	sources := c.filter.Sources
	if len(sources) > 1 && sources[0] == noSource {
		sources = sources[1:] // one source is read faster than two
	}
	ms, through, err := j.store.Read(ctx, sources, place, below-1, max(1, pageMessages*c.page/pageBytes), c.page)
	if d, ok := errors.AsType[*live.Damage](err); ok {
		// What was trimmed is told first: the damage moves the place.
		if gap, err := c.trimmedGap(ctx, place, below, nil); gap != nil || err != nil {
			return Batch{Gap: gap, Through: place}, j.orClosed(err)
		}
		return c.damaged(d), nil
	}
	if err != nil {
		return Batch{}, j.orClosed(err)
	}
	gap, err := c.trimmedGap(ctx, place, below, ms)
	if err != nil {
		return Batch{}, j.orClosed(err)
	}
	c.place.Store(through)
	c.hold(len(ms))
	size := 0
	for i := range c.block {
		e := &c.block[i]
		e.frame.Store(nil)
		if i < len(ms) {
			e.Message = ms[i]
		} else {
			e.Message = live.Message{} // of an earlier portion, which was larger
		}
		size += e.weight()
	}
	return Batch{Entries: c.match(c.entries[:len(ms)]), Gap: gap, Through: through, Stored: true, Bytes: size}, nil
}

// hold makes room for n entries from the store. It is used again and again
// while the cursor catches up, and let go when it has.
func (c *Cursor) hold(n int) {
	if len(c.block)/8 <= n && n <= len(c.block) {
		return
	}
	c.block, c.entries = make([]Entry, n), make([]*Entry, n)
	for i := range c.block {
		c.entries[i] = &c.block[i]
	}
}

// match returns the entries that the filter wants: the same slice where it
// wants all.
func (c *Cursor) match(entries []*Entry) []*Entry {
	c.lookUp()
	if c.filter.IsZero() && len(c.filter.Sources) == 0 {
		return entries
	}
	clear(c.found)
	c.found = c.found[:0]
	for _, e := range entries {
		if c.filter.Match(&e.Message) && (c.since == nil || e.Number > c.since[e.Source]) {
			c.found = append(c.found, e)
		}
	}
	return c.found
}
