package gapcount

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"signalbox/backend/live"
)

// Period is how far back gaps are counted.
const Period = 24 * time.Hour

const (
	// minInterval is the shortest time between two reads of new gaps.
	minInterval = time.Second
	pageSize    = 1000
	// maxGaps is how many gaps are remembered of all sources together. Beyond it
	// the oldest are not counted.
	maxGaps = 20_000
)

// A Journal has the gaps.
type Journal interface {
	Last() int64
	Read(context.Context, live.Query) (live.Page, error)
}

// Counts are the gaps of one source in the last 24 hours.
type Counts struct {
	Gaps    int64 `json:"count"`
	Missing int64 `json:"missing"` // messages that are known to be missing
	Unknown int64 `json:"unknown"` // of Gaps, those with an unknown number of missing messages
}

// A Counter counts gaps. Its methods may be called from any goroutine.
type Counter struct {
	journal Journal

	mu      sync.Mutex
	through int64 // every gap up to this number was read
	readAt  time.Time
	gaps    []gap // oldest first
	counts  map[int64]Counts
}

type gap struct {
	source   int64
	received time.Time
	from     time.Time // of the stretch; a later gap with the same is about the same stretch
	counts   Counts
}

// New returns a Counter. It reads nothing before the first Update.
func New(j Journal) *Counter { return &Counter{journal: j, counts: make(map[int64]Counts)} }

// Of returns the gaps of a source, as of the last Update.
func (c *Counter) Of(source int64) Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts[source]
}

// Update reads the gaps that are new, at most once a second. After an error the
// next call tries again.
func (c *Counter) Update(ctx context.Context, now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.readAt.IsZero() && now.Sub(c.readAt) < minInterval {
		return nil
	}
	c.readAt = now
	since := now.Add(-Period)
	err := c.read(ctx, since)
	c.drop(since)
	return err
}

// read is called with mu held.
func (c *Counter) read(ctx context.Context, since time.Time) error {
	for c.through < c.journal.Last() {
		q := live.Query{Filter: live.Filter{Kinds: []live.Kind{live.GapKind}}, After: c.through, Limit: pageSize}
		if c.through == 0 {
			q.At = since
		}
		page, err := c.journal.Read(ctx, q)
		if err != nil {
			return err
		}
		for i := range page.Messages {
			c.add(&page.Messages[i])
		}
		if page.To <= c.through {
			return nil
		}
		c.through = page.To
		if !page.More {
			return nil
		}
	}
	return nil
}

// add is called with mu held.
func (c *Counter) add(m *live.Message) {
	var g live.Gap
	if err := json.Unmarshal([]byte(m.Data), &g); err != nil {
		return // a gap of another version
	}
	n := gap{source: m.Source, received: m.Received, from: g.From, counts: Counts{Gaps: max(1, g.Count)}}
	if g.Missing == nil {
		n.counts.Unknown = n.counts.Gaps
	} else {
		n.counts.Missing = *g.Missing
	}
	if old := c.sameStretch(&n); old >= 0 {
		// The first message after an outage has shown how many are missing.
		c.change(&c.gaps[old], -1)
		c.gaps = slices.Delete(c.gaps, old, old+1)
	}
	c.gaps = append(c.gaps, n)
	c.change(&n, 1)
}

// sameStretch returns the index of the last gap of the source if it is about the
// same stretch as n, else -1.
func (c *Counter) sameStretch(n *gap) int {
	if n.from.IsZero() {
		return -1
	}
	for i, g := range slices.Backward(c.gaps[max(0, len(c.gaps)-pageSize):]) {
		if g.source == n.source {
			if g.from.Equal(n.from) && g.counts.Unknown > 0 {
				return max(0, len(c.gaps)-pageSize) + i
			}
			return -1
		}
	}
	return -1
}

// change adds a gap to the counts of its source, or with -1 takes it away.
func (c *Counter) change(g *gap, sign int64) {
	n := c.counts[g.source]
	n.Gaps += sign * g.counts.Gaps
	n.Missing += sign * g.counts.Missing
	n.Unknown += sign * g.counts.Unknown
	if n == (Counts{}) {
		delete(c.counts, g.source)
		return
	}
	c.counts[g.source] = n
}

// drop forgets gaps from before since, and the oldest above maxGaps.
func (c *Counter) drop(since time.Time) {
	n := max(0, len(c.gaps)-maxGaps)
	for n < len(c.gaps) && c.gaps[n].received.Before(since) {
		n++
	}
	for i := range c.gaps[:n] {
		c.change(&c.gaps[i], -1)
	}
	c.gaps = slices.Delete(c.gaps, 0, n)
}
