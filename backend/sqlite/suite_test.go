package sqlite_test

import (
	"testing"

	"signalbox/backend/journal"
	"signalbox/backend/journal/journaltest"
	"signalbox/backend/sqlite"
)

func TestADBIsAJournalStore(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) journaltest.Opener {
		dir := t.TempDir()
		return func() journal.Store {
			db, err := sqlite.Open(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			return db
		}
	})
}
