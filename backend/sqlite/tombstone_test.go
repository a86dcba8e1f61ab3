package sqlite_test

import (
	"fmt"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

// trimAll trims until nothing is left of a cut.
func trimAll(t *testing.T, db *sqlite.DB, cut live.Trim) {
	t.Helper()
	for {
		went, err := db.Trim(t.Context(), cut)
		if err != nil {
			t.Fatal(err)
		}
		if len(went.Sources) == 0 {
			return
		}
		for _, g := range went.Sources {
			cut.Messages = max(0, cut.Messages-g.Kept)
		}
	}
}

func TestTombstonesAreLimited(t *testing.T) {
	db := open(t, t.TempDir())
	sqlite.LimitTombstones(db, 300, 500)
	sources := make([]int64, 3)
	for i := range sources {
		s, err := db.PutSource(t.Context(), live.Source{Name: fmt.Sprint(i), Kind: live.ChannelSource})
		if err != nil {
			t.Fatal(err)
		}
		sources[i] = s.ID
	}
	add := func(source int64, n int) {
		t.Helper()
		ms := make([]live.Message, n)
		for i := range ms {
			number := db.Last() + int64(i) + 1
			ms[i] = live.Message{Draft: live.Draft{Source: source, Type: "message", ID: fmt.Sprint("id", number),
				Origin: fmt.Sprint("far.", number), Key: fmt.Sprint("key", number), Once: true, Received: time.Now()}}
		}
		if err := db.Append(t.Context(), ms, nil); err != nil {
			t.Fatal(err)
		}
	}
	rows := func(table string, want int64) {
		t.Helper()
		if got := sqlite.Rows(t, db, table); got != want {
			t.Errorf("%d rows in %s, not %d", got, table, want)
		}
	}
	count := func(source, after, want int64) {
		t.Helper()
		got, anything, err := db.CountTrimmed(t.Context(), source, after, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		if got != want || !anything {
			t.Errorf("source %d behind %d: %d, not %d", source, after, got, want)
		}
	}
	add(sources[0], 100) // to 100
	trimAll(t, db, live.Trim{Messages: 100})
	rows("keys", 100)
	add(sources[1], 2000) // to 2100
	trimAll(t, db, live.Trim{Messages: 2000})
	rows("trimmed", 100+300)
	rows("ids", 100+300)
	rows("origins", 100+300)
	rows("keys", 100+300)
	// The busy one has not pushed out the quiet one.
	count(sources[0], 0, 100)
	count(sources[0], 30, 70)
	count(sources[1], 2000, 100)
	count(sources[1], 1500, -1)
	count(sources[1], 0, 2000) // of all of it the count stays
	add(sources[2], 250)
	trimAll(t, db, live.Trim{Messages: 250})
	rows("trimmed", 500)
	rows("ids", 500)
	count(sources[0], 30, -1)
	count(sources[0], 0, 100)
	trimAll(t, db, live.Trim{Source: sources[1], Removed: true})
	rows("trimmed", 250)
	rows("ids", 250)
	rows("origins", 250)
	rows("keys", 250)
	found, err := db.Find(t.Context(), nil, "id2200")
	if err != nil || len(found) != 1 || found[0] != 2200 {
		t.Errorf("a remembered id: %v, %v", found, err)
	}
}
