package sqlite_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"signalbox/backend/sqlite/index"
)

// The index leaves the last space of a disk to the history.
func TestTheIndexWaitsWhileTheDiskIsNearlyFull(t *testing.T) {
	mount := disk(t, "120m")
	db, r := filled(t, filepath.Join(mount, "data"))
	defer runIndex(t, db, smallIndex)()
	indexed(t, db)
	other := filepath.Join(mount, "other")
	if err := os.WriteFile(other, make([]byte, 60<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	before := len(filesIn(t, filepath.Join(mount, "data", "index")))
	for range 4 {
		appendTexts(t, db, r, 300)
	}
	untilIndex(t, db, "waiting", func(s index.State) bool { return s.Problem != nil && s.Behind > 0 })
	for range 4 {
		appendTexts(t, db, r, 300) // accepted all the same
	}
	searchesFindAll(t, db, r, 10)
	if n := len(filesIn(t, filepath.Join(mount, "data", "index"))); n > before+1 {
		t.Errorf("there are %d files of the index, and %d before", n, before)
	}
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	untilIndex(t, db, "written again", func(s index.State) bool { return s.Problem == nil && s.Behind == 0 })
	if n := leftOut(db, "no such text"); n < 3500 {
		t.Errorf("only %d of 3900 messages are left out", n)
	}
	searchesFindAll(t, db, r, 10)
}

func TestTheIndexOfAReadOnlyHistoryIsUsed(t *testing.T) {
	mount := disk(t, "200m")
	dir := filepath.Join(mount, "data")
	db, _ := filled(t, dir)
	end := runIndex(t, db, smallIndex)
	indexed(t, db)
	end()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", mount, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skipf("a disk cannot be made read-only here: %v", err)
	}
	db = open(t, dir)
	defer runIndex(t, db, smallIndex)()
	untilIndex(t, db, "loaded", func(s index.State) bool { return s.Running })
	if n := leftOut(db, "no such text"); n < 1400 {
		t.Errorf("only %d of 1500 messages are left out", n)
	}
	searchesFindAll(t, db, rand.New(rand.NewPCG(1, 1)), 10)
}
