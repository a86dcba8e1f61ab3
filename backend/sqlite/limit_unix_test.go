//go:build unix

package sqlite_test

import (
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
)

// TestAnIOErrorIsReportedUntilItEnds makes writing fail as a bad disk does: no
// file may grow beyond a size, which SQLite reports as an I/O error.
func TestAnIOErrorIsReportedUntilItEnds(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var usual syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &usual); err != nil {
		t.Fatal(err)
	}
	heal := func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &usual); err != nil {
			t.Error(err)
		}
	}
	defer heal()

	dir := t.TempDir()
	db := open(t, dir)
	j, source := channelOf(t, db)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 2 << 20, Max: usual.Max}); err != nil {
		t.Fatal(err)
	}
	var kept []string
	var failed *live.Error
	for i := range 10_000 {
		data := fmt.Sprint(i, " ", strings.Repeat("x", 2000))
		_, err := j.Append(t.Context(), live.Draft{Source: source, Data: data})
		if err == nil {
			kept = append(kept, data)
			continue
		}
		if e, ok := errors.AsType[*live.Error](err); ok {
			failed = e
		}
		break
	}
	if failed == nil || failed.Code != "disk_error" || failed.Hint == "" {
		t.Fatalf("after %d messages: %v", len(kept), failed)
	}
	if len(kept) < 20 || j.Last() != int64(len(kept)) || j.Stats().Fault == nil {
		t.Errorf("%d kept, the newest is %d, fault %v", len(kept), j.Last(), j.Stats().Fault)
	}
	holds(t, j, kept)
	for range 20 {
		if err := db.CheckWrite(t.Context()); err == nil {
			t.Fatal("the disk fails, and the check says that it works")
		}
	}
	heal()
	for deadline := time.Now().Add(10 * time.Second); j.Stats().Fault != nil; {
		moved, _ := j.Changed()
		select {
		case <-moved:
		case <-time.After(time.Until(deadline)):
			t.Fatalf("the disk works again, and the fault stays: %v", j.Stats().Fault)
		}
	}
	if _, err := j.Append(t.Context(), live.Draft{Source: source, Data: "after"}); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(t.Context(), open(t, dir), journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	holds(t, j, append(kept, "after"))
	if j.Last() != int64(len(kept)+1) {
		t.Errorf("the newest is %d of %d", j.Last(), len(kept)+1)
	}
}
