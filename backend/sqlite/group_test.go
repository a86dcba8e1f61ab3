package sqlite_test

import (
	"fmt"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

func TestMessagesOfAGroupAreStoredAsTheyAre(t *testing.T) {
	db := open(t, t.TempDir())
	src, err := db.PutSource(t.Context(), live.Source{Name: "a", Kind: live.FeedSource})
	if err != nil {
		t.Fatal(err)
	}
	now := time.UnixMicro(1_795_000_000_000_000).UTC()
	var all []live.Message
	for bits := range 16 {
		ms := make([]live.Message, 64+16+4+1)
		for i := range ms {
			ms[i] = live.Message{Draft: live.Draft{Source: src.ID, Connection: int64(bits), Type: "message", Received: now,
				Data: fmt.Sprintf("€ %d.%d", bits, i)}}
			if bits&1 > 0 {
				ms[i].Received = now.Add(time.Duration(i) * time.Microsecond)
			}
			if bits&2 > 0 {
				ms[i].Type = fmt.Sprint("type", i%3)
			}
			if bits&4 > 0 && (bits&8 == 0 || i%2 == 0) { // all have ids, or some
				ms[i].ID = fmt.Sprintf("%d.%d", bits, i)
			}
		}
		if bits == 8 {
			ms[3].Kind, ms[7].Connection = live.GapKind, 99
		}
		if err := db.Append(t.Context(), ms, nil); err != nil {
			t.Fatal(err)
		}
		all = append(all, ms...)
	}
	got, _, err := db.Read(t.Context(), nil, 0, db.Last(), len(all)+1, 1<<30)
	if err != nil || len(got) != len(all) {
		t.Fatalf("%d messages of %d, %v", len(got), len(all), err)
	}
	for i := range all {
		if fmt.Sprint(got[i]) != fmt.Sprint(all[i]) {
			t.Fatalf("%d: %+v, not %+v", i, got[i], all[i])
		}
	}
}

func TestARepeatedKeyInAGroupIsRecognised(t *testing.T) {
	db := open(t, t.TempDir())
	src, err := db.PutSource(t.Context(), live.Source{Name: "a", Kind: live.ChannelSource})
	if err != nil {
		t.Fatal(err)
	}
	now := time.UnixMicro(1_795_000_000_000_000).UTC()
	put := func(ms []live.Message) []live.Message {
		t.Helper()
		if err := db.Append(t.Context(), ms, nil); err != nil {
			t.Fatal(err)
		}
		return ms
	}
	keyed := func(n int, key func(int) string) []live.Message {
		ms := make([]live.Message, n)
		for i := range ms {
			k := key(i)
			ms[i] = live.Message{Draft: live.Draft{Source: src.ID, Type: "message", Received: now, Data: "data of " + k, Key: k}}
		}
		return ms
	}
	first := put(keyed(100, func(i int) string { return fmt.Sprint("first ", i) }))
	// A retry of the second half between new messages, one of which is there twice.
	second := put(keyed(100, func(i int) string {
		switch {
		case i >= 50:
			return fmt.Sprint("first ", i)
		case i == 9:
			return "second 8"
		}
		return fmt.Sprint("second ", i)
	}))
	stored := int64(len(first))
	for i, m := range second {
		want := first[i].Number
		if i == 9 {
			want = second[8].Number
		}
		if again := i >= 50 || i == 9; m.Repeated != again || again && m.Number != want {
			t.Errorf("message %d with the key %q has the number %d, repeated: %v", i, m.Key, m.Number, m.Repeated)
		}
		if !m.Repeated {
			if stored++; m.Number != stored {
				t.Errorf("message %d has the number %d, want %d", i, m.Number, stored)
			}
		}
	}
	for _, table := range []string{"messages", "keys"} {
		if n := sqlite.Rows(t, db, table); n != stored {
			t.Errorf("%s has %d rows, want %d", table, n, stored)
		}
	}
	if db.Last() != stored {
		t.Errorf("the last number is %d, want %d", db.Last(), stored)
	}
}
