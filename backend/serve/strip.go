package serve

import (
	"sort"
	"strings"
	"sync"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/wire"
)

const (
	// pieceLeast and pieceMost bound the room of a piece: the next one has
	// twice the room of the one that was too small.
	pieceLeast = 8 << 10
	pieceMost  = 128 << 10
	// piecesKept is how many are kept. Who is further behind reads by itself.
	piecesKept = 2
	// stripIdle is after what time without a message the frames are let go.
	stripIdle = 10 * time.Second
)

// A strip is the newest frames of the sources with some names, one behind the
// other, shared by all clients that follow just these without a filter. Each frame is
// encoded and copied once, whoever comes first, and a client writes straight
// from it whatever lies behind its place. With 1,000 clients that saves the
// copying of a thousand frames for each message.
type strip struct {
	server  *Server
	names   []string // of the sources; empty for all
	readers int      // guarded by strips.mu

	mu     sync.Mutex
	cursor *journal.Cursor
	pieces []*piece // oldest first
	grown  time.Time
}

// A piece is frames in memory that never moves: what was written stays, and
// more is added behind it.
type piece struct {
	after, through int64 // it has all that is wanted with after < number <= through
	numbers        []int64
	ends           []int // of their frames
	frames         []byte
}

// A cut is what a client takes from a strip.
type cut struct {
	frames  []byte
	n       int64
	through int64 // the last number examined
	last    int64 // and the last that is in frames
}

// take returns what lies behind a place. It is false where the strip does not
// reach there, and the client has to read by itself.
func (s *strip) take(place int64) (cut, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end() <= place {
		s.grow(place)
	}
	for i := len(s.pieces) - 1; i >= 0; i-- {
		p := s.pieces[i]
		if p.after <= place && place < p.through {
			k := sort.Search(len(p.numbers), func(k int) bool { return p.numbers[k] > place })
			if k == len(p.numbers) {
				return cut{through: p.through}, true
			}
			begin := 0
			if k > 0 {
				begin = p.ends[k-1]
			}
			return cut{p.frames[begin:], int64(len(p.numbers) - k), p.through, p.numbers[len(p.numbers)-1]}, true
		}
	}
	return cut{through: place}, place == s.end()
}

// end is the number up to which the strip has everything.
func (s *strip) end() int64 { return s.cursor.Place() }

// grow adds what is ready in memory. A place ahead of the strip, as of a
// client that has just come, is where it begins anew.
func (s *strip) grow(place int64) {
	if s.end() < place {
		s.pieces = nil
		s.cursor.Move(place)
	}
	after := s.end()
	batch, ok := s.cursor.Recent()
	if !ok {
		s.pieces = nil
		s.cursor.Move(s.server.j.Last())
		return
	}
	if batch.Through == after {
		return
	}
	s.grown = time.Now()
	p := s.newest(after)
	for _, e := range batch.Entries {
		if s.wants(&e.Message) {
			p = s.add(p, &e.Message)
		}
		p.through = e.Number
	}
	p.through = batch.Through
}

func (s *strip) newest(after int64) *piece {
	if n := len(s.pieces); n > 0 {
		return s.pieces[n-1]
	}
	return s.begin(after, pieceLeast)
}

func (s *strip) begin(after int64, room int) *piece {
	p := &piece{after: after, through: after, frames: make([]byte, 0, room)}
	if len(s.pieces) == piecesKept {
		s.pieces = append(s.pieces[:0:0], s.pieces[1:]...)
	}
	s.pieces = append(s.pieces, p)
	return p
}

// add adds a message, to a new piece where there is no room for it.
func (s *strip) add(p *piece, m *live.Message) *piece {
	// At most: a line break for each byte of data makes seven of it.
	if most := 8*len(m.Data) + len(m.Type) + len(m.ID) + 128; len(p.frames)+most > cap(p.frames) {
		p.through = m.Number - 1
		if most > pieceMost {
			// Too large to be shared: clients read it by themselves, and the next
			// piece begins behind it.
			p = s.begin(m.Number, cap(p.frames))
			return p
		}
		p = s.begin(m.Number-1, max(most, min(2*cap(p.frames), pieceMost)))
	}
	p.frames = wire.AppendFrame(p.frames, s.server.j.Epoch(), m)
	p.numbers, p.ends = append(p.numbers, m.Number), append(p.ends, len(p.frames))
	return p
}

func (s *strip) wants(m *live.Message) bool {
	if m.Kind == live.NoteKind {
		return false
	}
	if len(s.names) > 0 {
		return true
	}
	src, ok := s.server.j.SourceByID(m.Source)
	return ok && src.Removed.IsZero()
}

// rest lets frames go that nobody has needed for a while.
func (s *strip) rest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.grown) > stripIdle {
		s.pieces = nil
	}
}

// strips are those that clients share.
type strips struct {
	mu  sync.Mutex
	all map[string]*strip
}

func (ss *strips) join(server *Server, names []string) *strip {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.all == nil {
		ss.all = make(map[string]*strip)
	}
	key := stripKey(names)
	s := ss.all[key]
	if s == nil {
		s = &strip{server: server, names: names}
		s.cursor = server.j.FollowNames(names, live.Filter{}, server.j.Last())
		ss.all[key] = s
	}
	s.readers++
	return s
}

// stripKey is the names as one text. No name contains a slash.
func stripKey(names []string) string { return strings.Join(names, "/") }

func (ss *strips) leave(s *strip) {
	if s == nil {
		return
	}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if s.readers--; s.readers == 0 {
		delete(ss.all, stripKey(s.names))
	}
}
