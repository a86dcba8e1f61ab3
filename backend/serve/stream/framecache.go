package stream

import (
	"sort"
	"strings"
	"sync"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/journal/cursor"
	"signalbox/backend/live"
	"signalbox/backend/wire"
)

const (
	// minSegment and maxSegment bound the capacity of a segment, in bytes. A new
	// segment has twice the capacity of the one before it.
	minSegment = 8 << 10
	maxSegment = 128 << 10
	// maxSegments is how many segments a cache keeps. A client that is further
	// behind reads by itself.
	maxSegments = 2
	// cacheIdleTime is how long a cache without new messages keeps its frames.
	cacheIdleTime = 10 * time.Second
)

// A frameCache has the newest frames of the sources with some names. All
// clients that follow just these names without a filter share it. Each frame is
// encoded once, by the first client that comes to it, and clients write from
// the cache straight to their connections: with 1,000 clients that saves 1,000
// copies of each frame.
type frameCache struct {
	journal *journal.Journal
	names   []string // of the sources; empty for all
	clients int      // guarded by frameCaches.mu

	mu       sync.Mutex
	cursor   *cursor.Cursor // stands where the cache ends
	segments []*segment     // oldest first
	lastAdd  time.Time
}

// A segment is frames in memory that never moves: frames are appended within
// its capacity, so that slices of it stay valid without a lock.
type segment struct {
	after, through int64 // it has all frames with after < number <= through
	numbers        []int64
	ends           []int // where their frames end
	frames         []byte
}

// A slice is a part of the cache that is sent to one client.
type slice struct {
	frames   []byte
	messages int64 // in frames
	through  int64 // the last number examined
	last     int64 // the last number in frames
}

// after returns the frames with greater numbers than place. It is false where
// the cache does not reach back to place.
func (c *frameCache) after(place int64) (slice, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.end() <= place {
		c.fill(place)
	}
	for i := len(c.segments) - 1; i >= 0; i-- {
		seg := c.segments[i]
		if place < seg.after || seg.through <= place {
			continue
		}
		k := sort.Search(len(seg.numbers), func(k int) bool { return seg.numbers[k] > place })
		if k == len(seg.numbers) {
			return slice{through: seg.through}, true
		}
		from := 0
		if k > 0 {
			from = seg.ends[k-1]
		}
		return slice{seg.frames[from:], int64(len(seg.numbers) - k), seg.through, seg.numbers[len(seg.numbers)-1]}, true
	}
	return slice{through: place}, place == c.end()
}

// end returns the number up to which the cache has everything.
func (c *frameCache) end() int64 { return c.cursor.Number() }

// fill appends what the journal has in memory. Where place is beyond the end,
// as that of a client that has just come, the cache starts anew there.
func (c *frameCache) fill(place int64) {
	if c.end() < place {
		c.segments = nil
		c.cursor.MoveTo(place)
	}
	after := c.end()
	batch, ok := c.cursor.Recent()
	if !ok {
		c.segments = nil
		c.cursor.MoveTo(c.journal.Last())
		return
	}
	if batch.Through == after {
		return
	}
	c.lastAdd = time.Now()
	seg := c.newest(after)
	for _, e := range batch.Entries {
		if c.wants(&e.Message) {
			seg = c.add(seg, &e.Message)
		}
		seg.through = e.Number
	}
	seg.through = batch.Through
}

// newest returns the segment to append to.
func (c *frameCache) newest(after int64) *segment {
	if n := len(c.segments); n > 0 {
		return c.segments[n-1]
	}
	return c.newSegment(after, minSegment)
}

func (c *frameCache) newSegment(after int64, capacity int) *segment {
	seg := &segment{after: after, through: after, frames: make([]byte, 0, capacity)}
	if len(c.segments) == maxSegments {
		c.segments = append(c.segments[:0:0], c.segments[1:]...)
	}
	c.segments = append(c.segments, seg)
	return seg
}

// add appends a frame, to a new segment where there is no room for it. It
// returns the segment to append to next.
func (c *frameCache) add(seg *segment, m *live.Message) *segment {
	// A data: field for each line makes up to seven bytes of one.
	if bound := 8*len(m.Data) + len(m.Type) + len(m.ID) + 128; len(seg.frames)+bound > cap(seg.frames) {
		seg.through = m.Number - 1
		if bound > maxSegment {
			// Too large for the cache: clients read it by themselves, and the next
			// segment begins behind it.
			return c.newSegment(m.Number, cap(seg.frames))
		}
		seg = c.newSegment(m.Number-1, max(bound, min(2*cap(seg.frames), maxSegment)))
	}
	seg.frames = wire.AppendFrame(seg.frames, c.journal.Epoch(), m)
	seg.numbers, seg.ends = append(seg.numbers, m.Number), append(seg.ends, len(seg.frames))
	return seg
}

func (c *frameCache) wants(m *live.Message) bool {
	if m.Kind == live.NoteKind {
		return false
	}
	if len(c.names) > 0 {
		return true
	}
	src, ok := c.journal.SourceByID(m.Source)
	return ok && src.Removed.IsZero()
}

// dropUnused frees the frames when no message has come for a while.
func (c *frameCache) dropUnused() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.lastAdd) > cacheIdleTime {
		c.segments = nil
	}
}

// frameCaches are the caches that have clients.
type frameCaches struct {
	journal *journal.Journal

	mu  sync.Mutex
	all map[string]*frameCache // by their names
}

// join returns the cache of the sources with these names. Call leave when the
// client has gone.
func (cs *frameCaches) join(names []string) *frameCache {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if cs.all == nil {
		cs.all = make(map[string]*frameCache)
	}
	key := cacheKey(names)
	c := cs.all[key]
	if c == nil {
		c = &frameCache{journal: cs.journal, names: names}
		c.cursor = cs.journal.FollowNames(names, live.Filter{}, cs.journal.Last())
		cs.all[key] = c
	}
	c.clients++
	return c
}

func (cs *frameCaches) leave(c *frameCache) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if c.clients--; c.clients == 0 {
		delete(cs.all, cacheKey(c.names))
	}
}

// cacheKey joins names to one text. No name contains a slash.
func cacheKey(names []string) string { return strings.Join(names, "/") }
