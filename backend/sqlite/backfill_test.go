package sqlite_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"signalbox/backend/filter"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

// old makes a history as the first version wrote it: n messages of two sources,
// nine of ten with an id, every hundredth with one that was used before, and
// 100 messages trimmed.
func old(t *testing.T, dir string, n int) {
	t.Helper()
	schema, err := os.ReadFile("schema/migrations/0001_journal.sql")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "signalbox.db")+"?_journal_mode=WAL&_auto_vacuum=incremental")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, query := range []string{
		string(schema), "PRAGMA user_version = 1", "PRAGMA application_id = 0x53626f78",
		"INSERT INTO about (one, epoch, clean, trimmed) VALUES (1, 'abcd', 1, 100)",
		"INSERT INTO sources (name, kind, colour, created) VALUES ('a', 'channel', 1, 1), ('b', 'channel', 2, 1)",
		fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 101 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			INSERT INTO messages (number, source, received, kind, connection, size, type, id, data)
			SELECT i, 1 + i %% 2, i, iif(i %% 1000 = 999, 1, 0), 0, length(i), 'message',
				CASE WHEN i %% 10 = 9 THEN NULL WHEN i %% 100 = 0 THEN 'same' ELSE 'id' || i END, i FROM n`, n+100),
		`UPDATE sources SET kept = (SELECT count(*) FROM messages WHERE source = sources.id),
			bytes = (SELECT sum(size) FROM messages WHERE source = sources.id), last = (SELECT max(number) FROM messages WHERE source = sources.id)`,
		"UPDATE sources SET appended = kept + 50",
	} {
		if _, err := db.Exec(query); err != nil {
			t.Fatalf("%.60s: %v", query, err)
		}
	}
}

// brought checks that the history is whole and in its new form.
func brought(t *testing.T, db *sqlite.DB, n int) {
	t.Helper()
	total, after := 0, int64(0)
	seen := false // the first message with the id "same", all of which are of one source
	for {
		ms, through, err := db.Read(t.Context(), nil, after, int64(n+100), 5000, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if len(ms) == 0 && through >= int64(n+100) {
			break
		}
		after = through
		for _, m := range ms {
			total++
			if again := m.ID == "same" && seen; m.DuplicateID != again {
				t.Fatalf("message %d with the id %q: again is %v", m.Number, m.ID, m.DuplicateID)
			}
			seen = seen || m.ID == "same"
		}
	}
	if total != n {
		t.Errorf("%d messages, not %d", total, n)
	}
	for id, want := range map[string][]int64{"same": {200}, "id101": {101}, fmt.Sprint("id", n+98): {int64(n + 98)}, "id100": nil} {
		found, err := db.Find(t.Context(), nil, id)
		if err != nil || len(found) != len(want) || len(want) > 0 && found[0] != want[0] {
			t.Errorf("the id %q is at %v, not %v (%v)", id, found, want, err)
		}
	}
	page, err := db.Page(t.Context(), live.Query{Filter: live.Filter{Where: filter.MustParse("id:same is:event")}, Limit: 5000})
	if err != nil || len(page.Messages) != n/100 {
		t.Errorf("%d messages with the same id, %v", len(page.Messages), err)
	}
}

func TestAnOldHistoryIsMigrated(t *testing.T) {
	dir := t.TempDir()
	const n = 45_000
	old(t, dir, n)
	var steps []int64
	db := open(t, dir, sqlite.WithProgress(func(done, total int64) {
		if total != n {
			t.Errorf("a total of %d", total)
		}
		steps = append(steps, done)
	}))
	brought(t, db, n)
	if len(steps) < 5 || steps[len(steps)-1] != n {
		t.Errorf("progress %v", steps)
	}
	for i := 1; i < len(steps); i++ {
		if steps[i] < steps[i-1] {
			t.Errorf("progress %v", steps)
		}
	}
	// A new history and later openings have nothing to do.
	open(t, t.TempDir(), sqlite.WithProgress(func(int64, int64) { t.Error("progress of a new history") }))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	brought(t, open(t, dir, sqlite.WithProgress(func(int64, int64) { t.Error("progress once more") })), n)
}

func TestAFullDiskInterruptsAMigrationAndLosesNothing(t *testing.T) {
	dir := t.TempDir()
	const n = 45_000
	old(t, dir, n)
	info, err := os.Stat(filepath.Join(dir, "signalbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	pages := info.Size() / 4096
	for extra := int64(10); ; extra += 60 {
		db, err := sqlite.Open(t.Context(), dir, sqlite.WithMaxPages(pages+extra))
		if err == nil {
			brought(t, db, n)
			if extra < 100 {
				t.Errorf("%d pages were enough", extra)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			return
		}
		if !errors.Is(err, &live.Error{Code: "disk_full"}) {
			t.Fatalf("with %d pages more: %v", extra, err)
		}
	}
}

func TestACancelledMigrationContinuesAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	const n = 45_000
	old(t, dir, n)
	ctx, cancel := context.WithCancel(t.Context())
	if db, err := sqlite.Open(ctx, dir, sqlite.WithProgress(func(int64, int64) { cancel() })); err == nil {
		db.Close()
		t.Fatal("it was opened")
	}
	brought(t, open(t, dir), n)
}

// filling is the variable that makes this test binary one that is killed while
// it brings a history to its new form.
const filling = "SIGNALBOX_TEST_FILL"

func fillSlowly(dir string) error {
	db, err := sqlite.Open(context.Background(), dir, sqlite.WithProgress(func(done, _ int64) { fmt.Println(done) }))
	if err != nil {
		return err
	}
	return db.Close()
}

func TestAKillDuringAMigrationLosesNothing(t *testing.T) {
	dir := t.TempDir()
	const n = 145_000
	old(t, dir, n)
	kills := 0
	for range 50 {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), filling+"="+dir)
		c.Stderr = os.Stderr
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 2 {
			lines.Scan()
		}
		if err := c.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		for lines.Scan() { // so that Wait does not close what is being read
		}
		if c.Wait() == nil {
			break
		}
		kills++
	}
	if kills < 3 {
		t.Errorf("only %d kills", kills)
	}
	brought(t, open(t, dir), n)
}
