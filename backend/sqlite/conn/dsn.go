package conn

import (
	"database/sql"
	"database/sql/driver"
	"maps"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// sharedOptions are the options of every connection to an open history.
var sharedOptions = url.Values{
	// Never create a file: if the database was removed while the program runs, a
	// connection that opens later would create an empty one.
	"mode": {"rw"},
	// Readers continue while the writer commits, and a commit is one append to one
	// file with a single fsync.
	"_journal_mode": {"WAL"},
	// A commit returns after its fsync, so an acknowledged message survives a power
	// cut. With NORMAL it would survive a kill only. Callers that wait for the same
	// commit share its fsync.
	"_synchronous": {"FULL"},
	// Another program (a backup, the sqlite3 shell) may lock the file briefly. Wait
	// for it instead of failing.
	"_busy_timeout": {"5000"},
	// SQLite refuses a message whose source does not exist. Deleting a source also
	// deletes its feed and attempts.
	"_foreign_keys": {"on"},
}

// writerOptions are the options of the connection that changes the database.
var writerOptions = url.Values{
	// Take the write lock at BEGIN: a transaction that begins as a reader can
	// fail half-way with SQLITE_BUSY, whatever the busy timeout is.
	"_txlock": {"immediate"},
	// The Writer has a mutex of its own.
	"_mutex": {"no"},
	// Trimming can return space to the disk in small steps. SQLite needs this
	// option before the first table is created.
	"_auto_vacuum": {"incremental"},
	// 16 MiB of pages: the ends of both indexes stay in memory.
	"_cache_size": {"-16384"},
}

// readerOptions are the options of the connections that only read.
var readerOptions = url.Values{
	// A reader that writes would be a bug. SQLite refuses it.
	"_query_only": {"on"},
	// A pooled connection has one user at a time, and interrupting it needs no
	// mutex. SQLite's own mutex would slow down every row.
	"_mutex": {"no"},
	// 4 MiB for each connection: a scan of the whole journal must not cost more.
	"_cache_size": {"-4096"},
	// Pages repeat a few different statements.
	"_stmt_cache_size": {"32"},
}

// pragmas are the settings of every connection for which the driver has no
// option.
var pragmas = []string{
	// 4 MiB of log between checkpoints. With a longer log each fsync costs more:
	// the file grows instead of being overwritten.
	"PRAGMA wal_autocheckpoint = 1000",
	// Shorten a log that grew large while a slow reader held its snapshot.
	"PRAGMA journal_size_limit = 67108864",
	// Mapped pages count as memory of this program, and an I/O error in one
	// kills the program with a signal instead of returning an error.
	"PRAGMA mmap_size = 0",
	// Sorting a page of numbers needs no file.
	"PRAGMA temp_store = MEMORY",
}

func init() {
	if runtime.GOOS == "darwin" {
		// On macOS fsync leaves data in the cache of the disk, and a power cut
		// loses it. These pragmas make SQLite use F_FULLFSYNC.
		pragmas = append(pragmas, "PRAGMA fullfsync = 1", "PRAGMA checkpoint_fullfsync = 1")
	}
	sql.Register("signalbox", readerDriver{})
}

// dsn returns the data source name of the file at path with all the options.
func dsn(path string, options ...url.Values) string {
	all := url.Values{}
	for _, some := range options {
		maps.Copy(all, some)
	}
	// url.URL would not escape "?" and "#" in an opaque path.
	escape := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")
	return "file:" + escape.Replace(filepath.ToSlash(path)) + "?" + all.Encode()
}

// open opens one connection and sets its pragmas.
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

// A readerDriver opens connections for database/sql.
type readerDriver struct{}

func (readerDriver) Open(dsn string) (driver.Conn, error) { return open(dsn) }
