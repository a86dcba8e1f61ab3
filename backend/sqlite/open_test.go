package sqlite_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite"
	"signalbox/backend/sqlite/installation"
)

// open opens a history that is closed with the test.
func open(t *testing.T, dir string, opt ...sqlite.Option) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), dir, opt...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// refused expects Open to fail with a code, a sentence and a hint.
func refused(t *testing.T, dir, code string) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), dir)
	if err == nil {
		db.Close()
		t.Fatalf("%s: it was opened", code)
	}
	e, ok := errors.AsType[*live.Error](err)
	if !ok || e.Code != code || e.Hint == "" || !strings.HasSuffix(e.Message, ".") {
		t.Fatalf("%v, not %q", err, code)
	}
}

func TestASecondOpenFindsTheHistoryInUse(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	refused(t, dir, "in_use")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Errorf("a second close: %v", err)
	}
}

func TestOtherUsersCannotReadTheHistory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder ?#%41")
	db := open(t, dir)
	if err := db.Installation().PutSetting(t.Context(), "a", "b"); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %s", d.Name(), info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "signalbox.db")); err != nil {
		t.Error(err)
	}
}

func TestAFileThatIsNoHistoryIsLeftAsItIs(t *testing.T) {
	foreign := func(t *testing.T, path, query string) {
		db, err := sql.Open("sqlite3", path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name, code string
		make       func(t *testing.T, path string)
	}{
		{"garbage", "bad_database", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("This is no database. ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{"a few bytes", "bad_database", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		{"another program's database", "bad_database", func(t *testing.T, path string) {
			foreign(t, path, "CREATE TABLE messages (a); INSERT INTO messages VALUES (1)")
		}},
		{"a newer history", "newer_version", func(t *testing.T, path string) {
			open(t, filepath.Dir(path)).Close()
			foreign(t, path, "PRAGMA user_version = 999")
		}},
		{"a damaged history", "bad_database", func(t *testing.T, path string) {
			open(t, filepath.Dir(path)).Close()
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for i := 100; i < len(b); i++ { // all but the header
				b[i] = 0xa5
			}
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "signalbox.db")
			c.make(t, path)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			refused(t, filepath.Dir(path), c.code)
			after, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func TestAFolderThatIsAFileIsReportedInASentence(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, path, "cannot_open")
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "signalbox.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	refused(t, dir, "cannot_open")
}

func TestFeedsAttemptsAndSettingsAreKept(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 2, 8, 132456000, time.UTC)
	dir := t.TempDir()
	clock := sqlite.WithClock(func() time.Time { return now })
	db := open(t, dir, clock)
	ctx := t.Context()
	s, err := db.PutSource(ctx, live.Source{Name: "a", Kind: live.FeedSource, Colour: 2, Created: now})
	if err != nil {
		t.Fatal(err)
	}
	want := live.Feed{Source: s, URL: "https://example.com/sse", Method: "POST", Body: "{}", Auth: "basic", User: "me",
		Headers: []live.Header{{Name: "X-A", Value: "1"}, {Name: "X-B", Secret: true}}, CA: "pem", Certificate: "ab", Proxy: "direct"}
	for _, paused := range []bool{false, true} {
		want.Paused = paused
		if err := db.Installation().PutFeed(ctx, want); err != nil {
			t.Fatal(err)
		}
		feeds, err := db.Installation().Feeds(ctx)
		if err != nil {
			t.Fatal(err)
		}
		same(t, feeds, []live.Feed{want})
	}
	if err := db.Installation().PutFeed(ctx, live.Feed{Source: live.Source{ID: 999}}); err == nil {
		t.Error("a feed without a source was kept")
	}

	attempt := func(n int64, ago time.Duration) live.Attempt {
		return live.Attempt{Source: s.ID, Connection: n, Started: now.Add(-ago), Opened: now.Add(time.Second), DNS: 1500 * time.Nanosecond,
			Status: 200, Messages: n, Code: "closed", Reason: "The server closed the stream."}
	}
	for i, ago := range []time.Duration{31 * 24 * time.Hour, 29 * 24 * time.Hour, time.Hour, time.Minute} {
		if err := db.Installation().PutAttempt(ctx, attempt(int64(i+1), ago)); err != nil {
			t.Fatal(err)
		}
	}
	last := attempt(4, time.Minute)
	last.Ended, last.Messages = now, 77
	if err := db.Installation().PutAttempt(ctx, last); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, dir, clock)
	for _, c := range []struct {
		since time.Time
		limit int
		want  []live.Attempt
	}{
		{time.Time{}, 10, []live.Attempt{last, attempt(3, time.Hour), attempt(2, 29*24*time.Hour)}}, // the first is too old
		{now.Add(-time.Hour), 10, []live.Attempt{last, attempt(3, time.Hour)}},
		{time.Time{}, 1, []live.Attempt{last}},
	} {
		got, err := db.Installation().Attempts(ctx, s.ID, c.since, c.limit)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, c.want)
	}

	for at, want := range map[time.Time][]live.Attempt{now: {last}, now.Add(-time.Hour): {attempt(3, time.Hour)}, now.Add(-30 * 24 * time.Hour): nil} {
		got, err := db.Installation().LastAttempts(ctx, at)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, want)
	}

	for _, value := range []string{"one", "", "🚂\x00"} {
		if err := db.Installation().PutSetting(ctx, "theme", value); err != nil {
			t.Fatal(err)
		}
		got, ok, err := db.Installation().Setting(ctx, "theme")
		if got != value || !ok || err != nil {
			t.Errorf("%q, %v, %v; not %q", got, ok, err, value)
		}
	}
	if _, ok, err := db.Installation().Setting(ctx, "none"); ok || err != nil {
		t.Errorf("a setting that was never put: %v, %v", ok, err)
	}

	if err := db.Installation().DeleteFeed(ctx, s.ID); err != nil {
		t.Fatal(err)
	}
	// A source that is a feed and has no settings is said to be one.
	feeds, err := db.Installation().Feeds(ctx)
	if len(feeds) != 1 || feeds[0].ID != s.ID || feeds[0].Fault.Code == "" || err != nil {
		t.Errorf("%v, %v", feeds, err)
	}
	if got, err := db.Installation().Attempts(ctx, s.ID, time.Time{}, 10); len(got) != 0 || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestTheNewestThousandAttemptsOfAFeedAreKept(t *testing.T) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	var feeds [2]live.Source
	for i := range feeds {
		s, err := db.PutSource(ctx, live.Source{Name: fmt.Sprint("feed ", i), Kind: live.FeedSource, Colour: 1, Created: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		feeds[i] = s
		if err := db.Installation().PutFeed(ctx, live.Feed{Source: s}); err != nil {
			t.Fatal(err)
		}
	}
	const more = 20
	put := func(s live.Source, n int64) {
		if err := db.Installation().PutAttempt(ctx, live.Attempt{Source: s.ID, Connection: n, Started: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	put(feeds[1], 1)
	for n := range int64(installation.MaxAttempts + more) {
		put(feeds[0], n+1)
	}
	for i, want := range []int{installation.MaxAttempts, 1} {
		list, err := db.Installation().Attempts(ctx, feeds[i].ID, time.Time{}, 2*installation.MaxAttempts)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != want || i == 0 && list[len(list)-1].Connection != more+1 {
			t.Errorf("feed %d: %d attempts, the oldest is %d", i, len(list), list[len(list)-1].Connection)
		}
	}
}
