package sqlite

import (
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"signalbox/backend/sqlite/conn"
)

func TestEveryConnectionHasTheOptionsThatDurabilityNeeds(t *testing.T) {
	name := "a folder #1?"
	if runtime.GOOS == "windows" {
		name = "a folder #1" // a question mark cannot be in a name there
	}
	dir := filepath.Join(t.TempDir(), name)
	db, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "mmap_size": "0",
		"wal_autocheckpoint": "1000", "auto_vacuum": "2", "cache_size": "-16384", "query_only": "0",
	} {
		err := db.file.Writer.Each(func(v []driver.Value) {
			if got := fmt.Sprint(v[0]); got != want {
				t.Errorf("the writer's %s is %s, not %s", pragma, got, want)
			}
		}, "PRAGMA "+pragma)
		if err != nil {
			t.Error(err)
		}
	}
	// All readers at once, so that each is another connection.
	for i := range 2 * conn.PoolSize {
		pool := db.file.Screens
		if i < conn.PoolSize {
			pool = db.file.Streams
		}
		c, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for pragma, want := range map[string]string{"query_only": "1", "journal_mode": "wal", "busy_timeout": "5000", "cache_size": "-4096"} {
			var got string
			if err := c.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("a reader's %s is %s, not %s: %v", pragma, got, want, err)
			}
		}
		if _, err := c.ExecContext(t.Context(), "DELETE FROM messages"); err == nil {
			t.Error("a reader may write")
		}
	}
}
