package schema

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ApplicationID is "Sbox" in the file's header. A database with tables and another
// id belongs to another program.
const ApplicationID = 0x53626f78

// files returns the names of the migrations in order.
var files = sync.OnceValue(func() []string {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	slices.Sort(names)
	return names
})

// Version returns the version of the schema: the number of migrations.
func Version() int64 { return int64(len(files())) }

// Check refuses a database file that belongs to another program or to a newer
// Signalbox. It does not change the file.
func Check(path string) error {
	w, err := conn.OpenPlain(path)
	if err != nil {
		return err
	}
	defer w.Close()
	var version, app, tables int64
	for _, q := range []struct {
		to    *int64
		query string
	}{
		{&version, "PRAGMA user_version"},
		{&app, "PRAGMA application_id"},
		{&tables, "SELECT count(*) FROM sqlite_schema"},
	} {
		if *q.to, err = w.Int64(q.query); err != nil {
			return err
		}
	}
	switch {
	case app != ApplicationID && tables > 0:
		return live.Errorf("bad_database/other_program", "The file signalbox.db belongs to another program.").
			WithHint("It was left as it is. Move it away, or start with another folder by --data.")
	case version > Version():
		return live.Errorf("newer_version", "This history was written by a newer Signalbox.").
			WithHint("Start that one, or this one with another folder by --data.")
	}
	return nil
}

// Migrate migrates the schema to the newest version and then runs the backfill. If
// there are messages to backfill, it calls progress with the number done.
func Migrate(ctx context.Context, w *conn.Writer, progress func(done, total int64)) error {
	version, err := w.Int64("PRAGMA user_version")
	if err != nil {
		return err
	}
	for i := version; i < Version(); i++ {
		text, err := migrations.ReadFile(files()[i])
		if err != nil {
			return err
		}
		err = w.Tx(func() error {
			return w.ExecScript(fmt.Sprintf("%s; PRAGMA user_version = %d; PRAGMA application_id = %d", text, i+1, ApplicationID))
		})
		if err != nil {
			return fmt.Errorf("bring the history to version %d: %w", i+1, err)
		}
	}
	return backfill(ctx, w, progress)
}
