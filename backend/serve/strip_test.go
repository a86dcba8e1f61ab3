package serve

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// Readers at different paces share a strip; each must have everything once
// and in order, partly from the strip and partly from its own cursor.
func TestWhoeverSharesAStripHasEachMessageOnce(t *testing.T) {
	s := newServer(t, nil)
	one, err := s.source(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.source(t.Context(), "other")
	if err != nil {
		t.Fatal(err)
	}
	const readers = 5
	for _, names := range [][]string{{"one"}, nil} {
		strip := s.strips.join(s, names)
		start := s.j.Last()
		places, got := make([]int64, readers), make([]bytes.Buffer, readers)
		for i := range places {
			places[i] = start
		}
		shared := 0
		advance := func(i int) {
			if c, ok := strip.take(places[i]); ok {
				got[i].Write(c.frames)
				shared += int(c.n)
				places[i] = c.through
				return
			}
			own := s.j.FollowNames(names, live.Filter{}, places[i])
			b, err := own.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range b.Entries {
				got[i].Write(e.Frame(s.encode))
			}
			places[i] = b.Through
		}
		var want []byte
		for range 400 {
			d := live.Draft{Source: one.ID, Data: strings.Repeat("x\n", rand.IntN(300))}
			switch rand.IntN(20) {
			case 0:
				d.Data = strings.Repeat("large", pieceMost/4)
			case 1, 2, 3:
				d.Source = other.ID
			case 4:
				d.Kind, d.Data = live.NoteKind, `{"code":"opened"}`
			}
			n, err := s.j.Append(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			if names == nil || d.Source == one.ID {
				d.Type = "message"
				want = wire.AppendFrame(want, s.j.Epoch(), &live.Message{Number: n, Draft: d})
			}
			for i := range readers {
				if rand.IntN(i*i+1) == 0 {
					advance(i)
				}
			}
		}
		// So that the last of them are shown, under load or not.
		end := s.j.Follow(live.Filter{}, s.j.Last()-1)
		if _, err := end.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i := range readers {
			for places[i] < s.j.Last() {
				advance(i)
			}
			if !bytes.Equal(got[i].Bytes(), want) {
				t.Errorf("names %v, reader %d has %d bytes, not %d", names, i, got[i].Len(), len(want))
			}
		}
		if shared == 0 {
			t.Error("nothing was shared")
		}
		s.strips.leave(strip)
	}
	if len(s.strips.all) != 0 {
		t.Errorf("%d strips are left", len(s.strips.all))
	}
}
