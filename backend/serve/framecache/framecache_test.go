package framecache

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
	"signalbox/backend/wire"
)

// Clients of different speeds share a cache; each must get everything once and
// in order, partly from the cache and partly from its own cursor.
func TestClientsThatShareACacheGetEachMessageOnce(t *testing.T) {
	store, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(t.Context(), store, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	caches := New(j)
	one, err := j.AddSource(t.Context(), live.Source{Name: "one", Kind: live.ChannelSource})
	if err != nil {
		t.Fatal(err)
	}
	other, err := j.AddSource(t.Context(), live.Source{Name: "other", Kind: live.ChannelSource})
	if err != nil {
		t.Fatal(err)
	}
	const readers = 5
	for _, names := range [][]string{{"one"}, nil} {
		cache := caches.Join(names)
		start := j.Last()
		places, got := make([]int64, readers), make([]bytes.Buffer, readers)
		for i := range places {
			places[i] = start
		}
		shared := 0
		advance := func(i int) {
			if c, ok := cache.After(places[i]); ok {
				got[i].Write(c.Frames)
				shared += int(c.Messages)
				places[i] = c.Through
				return
			}
			own := j.FollowNames(names, live.Filter{}, places[i])
			b, err := own.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range b.Entries {
				got[i].Write(e.Frame(func(m *live.Message) []byte { return wire.Frame(j.Epoch(), m) }))
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
			n, err := j.Append(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			if names == nil || d.Source == one.ID {
				d.Type = "message"
				want = wire.AppendFrame(want, j.Epoch(), &live.Message{Number: n, Draft: d})
			}
			for i := range readers {
				if rand.IntN(i*i+1) == 0 {
					advance(i)
				}
			}
		}
		// So that the last of them are shown, under load or not.
		end := j.Follow(live.Filter{}, j.Last()-1)
		if _, err := end.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i := range readers {
			for places[i] < j.Last() {
				advance(i)
			}
			if !bytes.Equal(got[i].Bytes(), want) {
				t.Errorf("names %v, reader %d has %d bytes, not %d", names, i, got[i].Len(), len(want))
			}
		}
		if shared == 0 {
			t.Error("nothing was shared")
		}
		caches.Leave(cache)
	}
	if len(caches.all) != 0 {
		t.Errorf("%d caches are left", len(caches.all))
	}
}
