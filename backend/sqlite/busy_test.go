package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

// outsider is another program that has the file open, such as the sqlite3
// shell or a backup.
func outsider(t *testing.T, dir string) *sql.Conn {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "signalbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func run(t *testing.T, conn *sql.Conn, query string) {
	t.Helper()
	if _, err := conn.ExecContext(context.WithoutCancel(t.Context()), query); err != nil {
		t.Fatal(err)
	}
}

// channel opens a journal with one channel.
func channel(t *testing.T, dir string) (*journal.Journal, int64) {
	t.Helper()
	return channelOf(t, open(t, dir))
}

func channelOf(t *testing.T, db *sqlite.DB) (*journal.Journal, int64) {
	t.Helper()
	j, err := journal.Open(t.Context(), db, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	s, ok := j.Source("a")
	if !ok {
		if s, err = j.AddSource(t.Context(), live.Source{Name: "a", Kind: live.ChannelSource}); err != nil {
			t.Fatal(err)
		}
	}
	return j, s.ID
}

func TestALockOfAnotherProgramIsWaitedForAndThenReported(t *testing.T) {
	dir := t.TempDir()
	j, source := channel(t, dir)
	other := outsider(t, dir)
	run(t, other, "BEGIN IMMEDIATE")
	// Held for a moment: nobody notices.
	time.AfterFunc(300*time.Millisecond, func() { run(t, other, "COMMIT") })
	if n, err := j.Append(t.Context(), live.Draft{Source: source, Data: "waited"}); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if f := j.Stats().Fault; f != nil {
		t.Errorf("a short lock is a fault: %s", f)
	}
	// Held for longer than anybody should wait.
	run(t, other, "BEGIN IMMEDIATE")
	begun := time.Now()
	_, err := j.Append(t.Context(), live.Draft{Source: source, Data: "refused"})
	e, ok := errors.AsType[*live.Error](err)
	if !ok || e.Code != "busy" || e.Hint == "" {
		t.Fatalf("%v", err)
	}
	if d := time.Since(begun); d < 4*time.Second || d > 9*time.Second {
		t.Errorf("it was said after %v", d)
	}
	if f := j.Stats().Fault; !strings.Contains(fmt.Sprint(f), "locked") {
		t.Errorf("fault %v", f)
	}
	run(t, other, "COMMIT")
	for deadline := time.Now().Add(10 * time.Second); j.Stats().Fault != nil; {
		moved, _ := j.Changed()
		select {
		case <-moved:
		case <-time.After(time.Until(deadline)):
			t.Fatalf("nobody holds it any more, and the fault stays: %v", j.Stats().Fault)
		}
	}
	if n, err := j.Append(t.Context(), live.Draft{Source: source, Data: "after"}); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	holds(t, j, []string{"waited", "after"})
}

func TestAReaderInAnotherProgramDelaysNobodyAndTheLogShrinksAfterIt(t *testing.T) {
	dir := t.TempDir()
	j, source := channel(t, dir)
	log := func() int64 {
		info, err := os.Stat(filepath.Join(dir, "signalbox.db-wal"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size() >> 20
	}
	write := func(mib int) {
		t.Helper()
		for i := range mib {
			if _, err := j.Append(t.Context(), live.Draft{Source: source, Data: fmt.Sprint(i, strings.Repeat("x", 1<<20))}); err != nil {
				t.Fatal(err)
			}
		}
	}
	write(1)
	other := outsider(t, dir)
	run(t, other, "BEGIN")
	count := func() (n int) {
		t.Helper()
		if err := other.QueryRowContext(t.Context(), "SELECT count(*) FROM messages").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count()
	write(90)
	if n := count(); n != before {
		t.Errorf("the reader sees %d messages in a transaction that began with %d", n, before)
	}
	if log() < 80 {
		t.Errorf("the log has %d MiB: the reader held nothing back, so this proves nothing", log())
	}
	run(t, other, "COMMIT")
	write(10)
	if n := log(); n > 64 {
		t.Errorf("the log still has %d MiB", n)
	}
	if f := j.Stats().Fault; f != nil || j.Last() != 101 {
		t.Errorf("%d messages, fault %v", j.Last(), f)
	}
}
