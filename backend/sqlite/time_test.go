package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

// left copies the files as a kill would leave them now.
func left(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	for _, name := range []string{"signalbox.db", "signalbox.db-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// put appends one message.
func put(t *testing.T, db *sqlite.DB, source int64, data string, at time.Time) int64 {
	t.Helper()
	n := db.Last() + 1
	m := live.Message{Number: n, Draft: live.Draft{Source: source, Type: "message", Data: data, Received: at}}
	if err := db.Append(t.Context(), []live.Message{m}, nil); err != nil {
		t.Fatal(err)
	}
	return n
}

func source(t *testing.T, db *sqlite.DB) int64 {
	t.Helper()
	s, err := db.PutSource(t.Context(), live.Source{Name: "a", Kind: live.ChannelSource})
	if err != nil {
		t.Fatal(err)
	}
	return s.ID
}

func TestAJumpOfTheClockIsIgnoredAfterAKillToo(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	clock := sqlite.WithClock(func() time.Time { return now })
	trimmed := func(db *sqlite.DB) int {
		t.Helper()
		went, err := db.Trim(t.Context(), live.Trim{Before: db.Now().Add(-24 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		return len(went.Sources)
	}
	dir := t.TempDir()
	db := open(t, dir, clock)
	s := source(t, db)
	put(t, db, s, "before", now)
	now = now.Add(48 * time.Hour)
	if trimmed(db) > 0 {
		t.Error("the leap was believed at once")
	}
	put(t, db, s, "with the wrong time", now)
	if trimmed(open(t, left(t, dir), clock)) > 0 {
		t.Error("after a kill the leap was believed at once")
	}
}
