package sqlite

import (
	"crypto/rand"
	"database/sql/driver"
	"embed"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"sync"

	"signalbox/backend/live"

	"github.com/mattn/go-sqlite3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// application is "Sbox" in the file's header. A database with another mark
// and tables of its own belongs to some other program and is left alone.
const application = 0x53626f78

// steps returns the names of the migrations in order.
var steps = sync.OnceValue(func() []string {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	slices.Sort(files)
	return files
})

// inspect looks whether the file is ours to open. It does so over a connection
// without our options: already the switch to WAL writes into a database.
func inspect(path string) error {
	conn, err := (&sqlite3.SQLiteDriver{}).Open(dsn(path, url.Values{"_busy_timeout": {"5000"}}))
	if err != nil {
		return err
	}
	w := newWriter(conn.(*sqlite3.SQLiteConn))
	defer w.close()
	var version, app, tables int64
	read := func(to *int64, query string) {
		if err == nil {
			err = w.each(func(v []driver.Value) { *to = v[0].(int64) }, query)
		}
	}
	read(&version, "PRAGMA user_version")
	read(&app, "PRAGMA application_id")
	read(&tables, "SELECT count(*) FROM sqlite_schema")
	switch {
	case err != nil:
		return err
	case app != application && tables > 0:
		return live.Errorf("bad_database", "The file signalbox.db belongs to another program.").
			WithHint("It was left as it is. Move it away, or start with another folder by --data.")
	case version > int64(len(steps())):
		return live.Errorf("newer_version", "This history was written by a newer Signalbox.").
			WithHint("Start that one, or this one with another folder by --data.")
	}
	return nil
}

// migrate brings the schema to the newest version, one numbered file after
// the other, each in its own transaction with its number.
func (w *writer) migrate() error {
	var version int64
	err := w.each(func(v []driver.Value) { version = v[0].(int64) }, "PRAGMA user_version")
	if err != nil {
		return err
	}
	for i := version; i < int64(len(steps())); i++ {
		text, err := migrations.ReadFile(steps()[i])
		if err != nil {
			return err
		}
		err = w.tx(func() error {
			// Run as one text: a migration is several statements, and none
			// is ever used again.
			_, err := w.conn.Exec(fmt.Sprintf("%s; PRAGMA user_version = %d; PRAGMA application_id = %d",
				text, i+1, application), nil)
			return err
		})
		if err != nil {
			return fmt.Errorf("bring the history to version %d: %w", i+1, err)
		}
	}
	return nil
}

// newEpoch makes four characters that no other database of this user has. The
// first is a letter: publishers like ids such as 1042.17, which must not look
// like a position.
func newEpoch() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 4)
	rand.Read(b)
	for i := range b {
		n := len(letters)
		if i == 0 {
			n = 26
		}
		b[i] = letters[int(b[i])%n]
	}
	return string(b)
}
