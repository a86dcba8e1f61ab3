package sqlite_test

import (
	"strings"
	"testing"

	"signalbox/backend/live"
	"signalbox/backend/sqlite"
)

func TestTrimmingSubtractsTheSizeThatWasAdded(t *testing.T) {
	const n = 2000
	dir := t.TempDir()
	old(t, dir, n)
	db := open(t, dir)
	bytes := func(db *sqlite.DB) (sum, kept int64) {
		t.Helper()
		_, tallies, err := db.Sources(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, tally := range tallies {
			sum, kept = sum+tally.Bytes, kept+tally.Kept
		}
		return sum, kept
	}
	before, _ := bytes(db) // the data alone, as the first version counted it
	wide := strings.Repeat("t", 4096)
	ms := []live.Message{
		{Draft: live.Draft{Source: 1, Type: wide, ID: "an id", Data: "x"}},
		{Draft: live.Draft{Source: 1, Type: wide, ID: "an id", Data: "y", Once: true, Key: "key"}},
	}
	if err := db.Append(t.Context(), ms, nil); err != nil {
		t.Fatal(err)
	}
	if got, _ := bytes(db); got != before+2*(4096+5+1)+3 {
		t.Errorf("two messages with a type of 4 KiB each count to %d", got-before)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, dir)
	for {
		trimmed, err := db.Trim(t.Context(), live.Trim{Messages: 5000})
		if err != nil {
			t.Fatal(err)
		}
		if len(trimmed.Sources) == 0 {
			break
		}
	}
	if sum, kept := bytes(db); sum != 0 || kept != 0 {
		t.Errorf("an empty history has %d messages of %d bytes", kept, sum)
	}
}
