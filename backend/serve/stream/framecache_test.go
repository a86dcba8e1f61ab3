package stream

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"signalbox/backend/live"
	"signalbox/backend/wire"
)

// Clients of different speeds share a cache; each must get everything once and
// in order, partly from the cache and partly from its own cursor.
func TestClientsThatShareACacheGetEachMessageOnce(t *testing.T) {
	s := start(t, openJournal(t, t.TempDir()), nil)
	one, err := s.sources.Source(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	other, err := s.sources.Source(t.Context(), "other")
	if err != nil {
		t.Fatal(err)
	}
	const readers = 5
	for _, names := range [][]string{{"one"}, nil} {
		cache := s.caches.join(names)
		start := s.journal.Last()
		places, got := make([]int64, readers), make([]bytes.Buffer, readers)
		for i := range places {
			places[i] = start
		}
		shared := 0
		advance := func(i int) {
			if c, ok := cache.after(places[i]); ok {
				got[i].Write(c.frames)
				shared += int(c.messages)
				places[i] = c.through
				return
			}
			own := s.journal.FollowNames(names, live.Filter{}, places[i])
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
				d.Data = strings.Repeat("large", maxSegment/4)
			case 1, 2, 3:
				d.Source = other.ID
			case 4:
				d.Kind, d.Data = live.NoteKind, `{"code":"opened"}`
			}
			n, err := s.journal.Append(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			if names == nil || d.Source == one.ID {
				d.Type = "message"
				want = wire.AppendFrame(want, s.journal.Epoch(), &live.Message{Number: n, Draft: d})
			}
			for i := range readers {
				if rand.IntN(i*i+1) == 0 {
					advance(i)
				}
			}
		}
		// So that the last of them are shown, under load or not.
		end := s.journal.Follow(live.Filter{}, s.journal.Last()-1)
		if _, err := end.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i := range readers {
			for places[i] < s.journal.Last() {
				advance(i)
			}
			if !bytes.Equal(got[i].Bytes(), want) {
				t.Errorf("names %v, reader %d has %d bytes, not %d", names, i, got[i].Len(), len(want))
			}
		}
		if shared == 0 {
			t.Error("nothing was shared")
		}
		s.caches.leave(cache)
	}
	if len(s.caches.all) != 0 {
		t.Errorf("%d caches are left", len(s.caches.all))
	}
}
