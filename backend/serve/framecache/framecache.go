package framecache

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
	// minSegment and maxSegment bound the capacity of a segment, in bytes. After
	// a segment that was filled within fillTime comes one of twice the capacity:
	// the more messages there are, the more a client is sent in one write.
	minSegment = 8 << 10
	maxSegment = 512 << 10
	fillTime   = 200 * time.Millisecond
	// maxSegments is how many segments a cache keeps. A client that is further
	// behind reads by itself.
	maxSegments = 2
	// idleTime is how long a cache without new messages keeps its frames.
	idleTime = 10 * time.Second
)

// A Cache has the newest frames of the sources with some names. All
// clients that follow just these names without a filter share it. Each frame is
// encoded once, by the first client that comes to it, and clients write from
// the cache straight to their connections: with 1,000 clients that saves 1,000
// copies of each frame.
type Cache struct {
	journal *journal.Journal
	names   []string // of the sources; empty for all
	clients int      // guarded by Caches.mu

	mu       sync.Mutex
	cursor   *cursor.Cursor // stands where the cache ends
	segments []*segment     // oldest first
	lastAdd  time.Time
}

// A segment is frames in memory that never moves: frames are appended within
// its capacity, so that slices of it stay valid without a lock.
type segment struct {
	begun          time.Time
	after, through int64 // it has all frames with after < number <= through
	numbers        []int64
	ends           []int // where their frames end
	frames         []byte
}

// A Slice is a part of the cache that is sent to one client.
type Slice struct {
	Frames   []byte // shared: they must not be changed
	Messages int64  // in Frames
	Through  int64  // the last number examined
	Last     int64  // the last number in Frames
}

// After returns the frames with greater numbers than place. It is false where
// the cache does not reach back to place.
func (c *Cache) After(place int64) (Slice, bool) {
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
			return Slice{Through: seg.through}, true
		}
		from := 0
		if k > 0 {
			from = seg.ends[k-1]
		}
		return Slice{seg.frames[from:], int64(len(seg.numbers) - k), seg.through, seg.numbers[len(seg.numbers)-1]}, true
	}
	return Slice{Through: place}, place == c.end()
}

// end returns the number up to which the cache has everything.
func (c *Cache) end() int64 { return c.cursor.Number() }

// fill appends what the journal has in memory. Where place is beyond the end,
// as that of a client that has just come, the cache starts anew there.
func (c *Cache) fill(place int64) {
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
func (c *Cache) newest(after int64) *segment {
	if n := len(c.segments); n > 0 {
		return c.segments[n-1]
	}
	return c.newSegment(after, minSegment)
}

func (c *Cache) newSegment(after int64, capacity int) *segment {
	seg := &segment{begun: c.lastAdd, after: after, through: after, frames: make([]byte, 0, capacity)}
	if len(c.segments) == maxSegments {
		c.segments = append(c.segments[:0:0], c.segments[1:]...)
	}
	c.segments = append(c.segments, seg)
	return seg
}

// add appends a frame, to a new segment where there is no room for it. It
// returns the segment to append to next.
func (c *Cache) add(seg *segment, m *live.Message) *segment {
	// A data: field for each line makes up to seven bytes of one.
	if bound := 8*len(m.Data) + len(m.Type) + len(m.ID) + 128; len(seg.frames)+bound > cap(seg.frames) {
		seg.through = m.Number - 1
		if bound > maxSegment {
			// Too large for the cache: clients read it by themselves, and the next
			// segment begins behind it.
			return c.newSegment(m.Number, cap(seg.frames))
		}
		capacity := cap(seg.frames)
		if c.lastAdd.Sub(seg.begun) < fillTime {
			capacity = min(2*capacity, maxSegment)
		}
		seg = c.newSegment(m.Number-1, max(bound, capacity))
	}
	seg.frames = wire.AppendFrame(seg.frames, c.journal.Epoch(), m)
	seg.numbers, seg.ends = append(seg.numbers, m.Number), append(seg.ends, len(seg.frames))
	return seg
}

func (c *Cache) wants(m *live.Message) bool {
	if m.Kind == live.NoteKind {
		return false
	}
	if len(c.names) > 0 {
		return true
	}
	src, ok := c.journal.SourceByID(m.Source)
	return ok && src.Removed.IsZero()
}

// DropUnused frees the frames when no message has come for a while.
func (c *Cache) DropUnused() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.lastAdd) > idleTime {
		c.segments = nil
	}
}

// Caches are the caches that have clients.
type Caches struct {
	journal *journal.Journal

	mu  sync.Mutex
	all map[string]*Cache // by their names
}

// New returns caches of what a journal has committed.
func New(j *journal.Journal) *Caches {
	return &Caches{journal: j, all: make(map[string]*Cache)}
}

// Join returns the cache of the sources with these names, of all sources where
// there are none. Call Leave when the client has gone.
func (cs *Caches) Join(names []string) *Cache {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	key := cacheKey(names)
	c := cs.all[key]
	if c == nil {
		c = &Cache{journal: cs.journal, names: names}
		c.cursor = cs.journal.FollowNames(names, live.Filter{}, cs.journal.Last())
		cs.all[key] = c
	}
	c.clients++
	return c
}

// Leave frees the cache when its last client has left.
func (cs *Caches) Leave(c *Cache) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if c.clients--; c.clients == 0 {
		delete(cs.all, cacheKey(c.names))
	}
}

// cacheKey joins names to one text. No name contains a slash.
func cacheKey(names []string) string { return strings.Join(names, "/") }
