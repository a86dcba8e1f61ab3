package eventstream

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// FuzzParser checks that no stream makes the parser panic or store more than its
// limit, that its events do not depend on the sizes of reads, and that they stay
// the same when the local server sends them on.
func FuzzParser(f *testing.F) {
	for i, c := range parserCases {
		f.Add([]byte(c.stream), uint64(i))
	}
	f.Add([]byte("data: "+strings.Repeat("x", 5000)+"\n\n"), uint64(0))
	const limit = 1 << 10
	f.Fuzz(func(t *testing.T, stream []byte, seed uint64) {
		whole := parse(limit, "last", stream)
		pieces := cut(stream, rand.New(rand.NewPCG(seed, 2)))
		if got := parse(limit, "last", pieces...); !slices.Equal(got, whole) {
			t.Fatalf("in pieces: %q\n    whole: %q", got, whole)
		}

		p := newParser("", func() int { return limit })
		for _, b := range pieces {
			for len(b) > 0 {
				n, found := p.next(b)
				b = b[n:]
				if held := cap(p.data) + cap(p.value) + cap(p.typ) + cap(p.newID) + cap(p.lastEventID) + cap(p.name); held > 16*limit {
					t.Fatalf("%d bytes are held", held)
				}
				if found && p.event.kind == Dispatched {
					again(t, &p.event)
				}
			}
		}
	})
}

// again writes an event as a server does and reads it again.
func again(t *testing.T, f *rawEvent) {
	if !utf8.Valid(f.data) || !utf8.Valid(f.typ) || !utf8.Valid(f.lastEventID) || bytes.ContainsRune(f.data, '\r') {
		t.Fatalf("what was found is no text: %+v", f)
	}
	m := &live.Message{Number: 1, Draft: live.Draft{Type: string(f.typ), Data: string(f.data)}}
	if f.hasID {
		m.ID = string(f.lastEventID)
	}
	frame := wire.Frame("e", m)
	p := newParser("", func() int { return 1 << 20 })
	n, found := p.next(frame)
	if !found || n != len(frame) {
		t.Fatalf("%q is not one event", frame)
	}
	id := wire.ChosenID("e", m)
	if id == "" { // there is none, or one that no header can carry
		id = "e.1"
	}
	if string(p.event.typ) != m.Type || string(p.event.data) != m.Data || string(p.event.lastEventID) != id {
		t.Fatalf("%q became %q %q %q", frame, p.event.typ, p.event.data, p.event.lastEventID)
	}
}
