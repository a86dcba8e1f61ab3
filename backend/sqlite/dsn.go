package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"maps"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// shared are the options of every connection.
var shared = url.Values{
	// Never make a file: where the database was removed while it runs, a
	// connection that is opened later would begin an empty one in its place.
	"mode": {"rw"},
	// Readers go on while the writer commits, and a commit is one append to
	// one file: a single fsync.
	"_journal_mode": {"WAL"},
	// A commit returns after its fsync, so that what was acknowledged outlives
	// a power cut, not only a kill. NORMAL would save the fsync and with it
	// the promise. Group commit shares the price among all who wait.
	"_synchronous": {"FULL"},
	// Another program (a backup, the sqlite3 shell) may hold the file for a
	// moment: wait for it rather than fail.
	"_busy_timeout": {"5000"},
	// A message whose source does not exist is refused, and forgetting a
	// source takes its feed and attempts with it.
	"_foreign_keys": {"on"},
}

// writing are the options of the one connection that changes the database.
var writing = url.Values{
	// Take the write lock at BEGIN: a transaction that begins as a reader can
	// fail half-way with SQLITE_BUSY, and no timeout helps it.
	"_txlock": {"immediate"},
	// Our own mutex is around it already.
	"_mutex": {"no"},
	// Trimming can give space back to the disk in small steps. Must be set
	// before the first table is made.
	"_auto_vacuum": {"incremental"},
	// 16 MiB of pages: the ends of both indexes stay in memory.
	"_cache_size": {"-16384"},
}

// reading are the options of the connections that only read.
var reading = url.Values{
	// A reader that writes would be a bug; it is refused here.
	"_query_only": {"on"},
	// A connection of the pool has one user at a time; interrupting it needs no
	// mutex. With one, a tenth of a scan goes there.
	"_mutex": {"no"},
	// 4 MiB each; a scan of the whole journal must not cost more.
	"_cache_size": {"-4096"},
	// A page is a few different statements, asked again and again.
	"_stmt_cache_size": {"32"},
}

// pragmas are what has no option in the driver's DSN.
var pragmas = []string{
	// 4 MiB of log between checkpoints. Longer ones were measured and lost
	// (16 MiB by 3, 64 MiB by 20 of 100): an fsync of a file that grows costs
	// more than one that writes over what was copied already.
	"PRAGMA wal_autocheckpoint = 1000",
	// A log that once grew large behind a slow reader is cut down again.
	"PRAGMA journal_size_limit = 67108864",
	// Pages that are mapped count as memory of this program, and an I/O error
	// in a mapped page ends it with a signal instead of an error.
	"PRAGMA mmap_size = 0",
	// Sorting a page of numbers needs no file.
	"PRAGMA temp_store = MEMORY",
}

// dsn returns the address of the file with options.
func dsn(path string, options ...url.Values) string {
	all := url.Values{}
	for _, some := range options {
		maps.Copy(all, some)
	}
	// Escaped by hand: url.URL would leave "?" and "#" of a folder's name to us.
	escape := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")
	return "file:" + escape.Replace(filepath.ToSlash(path)) + "?" + all.Encode()
}

// open opens one connection.
func open(dsn string) (*sqlite3.SQLiteConn, error) {
	conn, err := (&sqlite3.SQLiteDriver{}).Open(dsn)
	if err != nil {
		return nil, err
	}
	c := conn.(*sqlite3.SQLiteConn)
	for _, p := range pragmas {
		if _, err := c.Exec(p, nil); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// A pool opens reading connections for database/sql.
type pool struct{ driver.Driver }

func (p pool) Open(dsn string) (driver.Conn, error) { return open(dsn) }

func init() { sql.Register("signalbox", pool{}) }
