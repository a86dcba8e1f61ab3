package sqlite_test

import (
	"fmt"
	"testing"
	"time"

	"signalbox/backend/live"
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
