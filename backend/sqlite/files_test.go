package sqlite_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
)

func TestALogWithoutItsDatabaseIsLeftAsItIs(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	put(t, db, source(t, db), "in the log alone", time.Now())
	for name, take := range map[string]func(string) error{
		"missing": os.Remove,
		"empty":   func(path string) error { return os.Truncate(path, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			to := left(t, dir)
			if err := take(filepath.Join(to, "signalbox.db")); err != nil {
				t.Fatal(err)
			}
			log := filepath.Join(to, "signalbox.db-wal")
			before, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			refused(t, to, "log_without_database")
			after, err := os.ReadFile(log)
			if err != nil || string(after) != string(before) {
				t.Errorf("the log was changed: %v", err)
			}
			if info, err := os.Stat(filepath.Join(to, "signalbox.db")); err == nil && info.Size() > 0 {
				t.Error("a database was made")
			}
		})
	}
}

func TestNoNumberIsUsedTwiceEvenIfTheLogWasLost(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	s := source(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, dir)
	given := make(map[int64]bool)
	for range 5 {
		given[put(t, db, s, "before", time.Now())] = true
	}
	to := left(t, dir)
	if err := os.Truncate(filepath.Join(to, "signalbox.db-wal"), 0); err != nil {
		t.Fatal(err)
	}
	db = open(t, to)
	for range 5 {
		if n := put(t, db, s, "after", time.Now()); given[n] {
			t.Errorf("%d was given twice", n)
		}
	}
}

// until waits until the journal's fault is there, or is not, and returns it.
func until(t *testing.T, j *journal.Journal, faulty bool) string {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		moved, _ := j.Changed()
		if f := j.Stats().Fault; (f != nil) == faulty {
			return fmt.Sprint(f)
		}
		select {
		case <-moved:
		case <-time.After(time.Until(deadline)):
			t.Fatalf("after ten seconds the fault is %v", j.Stats().Fault)
		}
	}
}

func TestAMovedHistoryIsReportedAndWorksAgainWhenItIsBack(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not move or remove a file that is open")
	}
	for _, what := range []string{"the folder", "the database", "the log"} {
		t.Run(what, func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "data")
			j, source := channel(t, dir)
			if _, err := j.Append(t.Context(), live.Draft{Source: source, Data: "before"}); err != nil {
				t.Fatal(err)
			}
			from := map[string]string{"the folder": dir, "the database": filepath.Join(dir, "signalbox.db"), "the log": filepath.Join(dir, "signalbox.db-wal")}[what]
			if err := os.Rename(from, filepath.Join(parent, "elsewhere")); err != nil {
				t.Fatal(err)
			}
			_, err := j.Append(t.Context(), live.Draft{Source: source, Data: "into nothing"})
			e, ok := errors.AsType[*live.Error](err)
			if !ok || e.Code != "folder_gone" || e.Hint == "" {
				t.Fatalf("the publish was answered with %v", err)
			}
			until(t, j, true)
			if _, err := os.Stat(from); err == nil {
				t.Error("something was made in its place")
			}
			if err := os.Rename(filepath.Join(parent, "elsewhere"), from); err != nil {
				t.Fatal(err)
			}
			until(t, j, false)
			if _, err := j.Append(t.Context(), live.Draft{Source: source, Data: "after"}); err != nil {
				t.Fatal(err)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			j, _ = channel(t, dir)
			holds(t, j, []string{"before", "after"})
		})
	}
}

func TestARemovedHistoryIsReportedWhileNobodyPublishes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not move or remove a file that is open")
	}
	dir := filepath.Join(t.TempDir(), "data")
	j, _ := channel(t, dir)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	until(t, j, true)
	if err := j.Close(); !errors.Is(err, &live.Error{Code: "folder_gone"}) {
		t.Errorf("at the end: %v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder is there again")
	}
}

func TestAReaderCreatesNoDatabase(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	if err := os.Remove(filepath.Join(dir, "signalbox.db")); err != nil {
		t.Fatal(err)
	}
	// More at a time than there are open connections.
	errs := make(chan error)
	for range 8 {
		go func() {
			_, err := db.Page(t.Context(), live.Query{Limit: 1})
			errs <- err
		}()
	}
	for range 8 {
		<-errs
	}
	if _, err := os.Stat(filepath.Join(dir, "signalbox.db")); err == nil {
		t.Error("a reader made a database")
	}
	if err := db.CheckWrite(t.Context()); !errors.Is(err, &live.Error{Code: "folder_gone"}) {
		t.Errorf("CheckWrite: %v", err)
	}
}

// SQLite does not write a page that stays the same.
func TestCheckWriteWritesToTheDisk(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir)
	log := func() int64 {
		info, err := os.Stat(filepath.Join(dir, "signalbox.db-wal"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before := log()
	for range 3 {
		if err := db.CheckWrite(t.Context()); err != nil {
			t.Fatal(err)
		}
		if after := log(); after < before+100_000 {
			t.Fatalf("the log went from %d to %d bytes", before, after)
		} else {
			before = after
		}
	}
	if _, ok, err := db.Installation().Setting(t.Context(), "check"); ok || err != nil {
		t.Errorf("something of it is left: %v", err)
	}
}
