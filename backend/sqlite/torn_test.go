package sqlite_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

// TestATornLogLosesWholeTransactionsFromItsEndOnly cuts and spoils the log as
// a power cut can leave it: a batch is there whole or not at all, what stands
// before it is untouched, and no number is given twice.
func TestATornLogLosesWholeTransactionsFromItsEndOnly(t *testing.T) {
	const batches, each = 12, 10
	dir := t.TempDir()
	db := open(t, dir)
	s, err := db.PutSource(t.Context(), live.Source{Name: "a", Kind: live.ChannelSource})
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(dir, "signalbox.db-wal")
	var ends [batches + 1]int // of the log after each batch
	for b := range batches + 1 {
		if b > 0 {
			ms := make([]live.Message, each)
			for i := range ms {
				ms[i] = live.Message{Number: db.Last() + 1 + int64(i), Draft: live.Draft{Source: s.ID, Type: "message", Data: fmt.Sprint(b)}}
			}
			if err := db.Append(t.Context(), ms, []live.Mark{{Name: "m", Text: fmt.Sprint(b)}}); err != nil {
				t.Fatal(err)
			}
		}
		info, err := os.Stat(log)
		if err != nil {
			t.Fatal(err)
		}
		ends[b] = int(info.Size())
	}
	file, err := os.ReadFile(filepath.Join(dir, "signalbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	wal, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 60 {
		b := rand.IntN(batches)
		at := ends[b] + rand.IntN(ends[b+1]-ends[b])
		torn := append([]byte(nil), wal...)
		if n%2 == 0 {
			torn = torn[:at]
		} else { // the last sectors were never written, or with something else
			for i := at; i < min(at+512, len(torn)); i++ {
				torn[i] = byte(rand.Uint32())
			}
		}
		left := t.TempDir()
		for name, b := range map[string][]byte{"signalbox.db": file, "signalbox.db-wal": torn} {
			if err := os.WriteFile(filepath.Join(left, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		whole(t, left, s.ID, b, each, db.Last())
	}
}

// whole checks that exactly the first batches are there.
func whole(t *testing.T, dir string, source int64, batches, each int, given int64) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ms, _, err := db.Read(t.Context(), nil, 0, db.Last(), 5000, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	if len(ms) != batches*each {
		t.Fatalf("%d messages after a log torn in batch %d", len(ms), batches+1)
	}
	for i, m := range ms {
		if m.Number != int64(i+1) || m.Data != fmt.Sprint(i/each+1) {
			t.Fatalf("message %d is %d: %q", i, m.Number, m.Data)
		}
	}
	mark, err := db.Mark(t.Context(), "m")
	if want := fmt.Sprint(batches); err != nil || mark.Text != want && batches > 0 {
		t.Fatalf("the mark says %q, want %q: %v", mark.Text, want, err)
	}
	_, tallies, err := db.Sources(t.Context())
	if err != nil || tallies[source].Kept != int64(len(ms)) {
		t.Fatalf("the tally counts %d of %d, %v", tallies[source].Kept, len(ms), err)
	}
	if db.Last() < given {
		t.Fatalf("the next number would be %d, and %d was given before", db.Last()+1, given)
	}
}
