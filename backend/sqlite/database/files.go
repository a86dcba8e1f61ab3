package database

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"signalbox/backend/disk"
	"signalbox/backend/live"
)

// files are the database file and its log, as they were opened.
type files struct {
	path    string // of the database
	db, log disk.FileID
}

// identify stores the identity of the open files. It looks them up by their paths
// without opening them: closing one of them would release SQLite's locks, which on
// Unix belong to the process and not to the descriptor.
func (o *files) identify() (err error) {
	if o.db, err = disk.Identify(o.path); err != nil {
		return err
	}
	o.log, err = disk.Identify(o.path + "-wal")
	return err
}

// check returns an error if a path no longer leads to the open file. A check
// before each commit is enough: a file that disappears during the commit could as
// well disappear right after it.
func (o *files) check() error {
	for _, f := range []struct {
		path   string
		opened disk.FileID
	}{{o.path, o.db}, {o.path + "-wal", o.log}} {
		now, err := disk.Identify(f.path)
		if err != nil {
			return gone(err)
		}
		if !f.opened.Same(now) {
			return gone(fmt.Errorf("%s is another file", f.path))
		}
	}
	return nil
}

func gone(cause error) error {
	return live.Errorf("folder_gone", "The history is gone: signalbox.db or its log was removed, moved or replaced while Signalbox runs.").
		WithHint("Put both back where they were, or restart Signalbox.").WithCause(cause)
}

// refuseLoneLog returns an error if there is a log and no database: SQLite would
// delete the log, with messages that may be nowhere else.
func (o *files) refuseLoneLog() error {
	log, err := os.Stat(o.path + "-wal")
	if errors.Is(err, fs.ErrNotExist) || err == nil && log.Size() == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	switch db, err := os.Stat(o.path); {
	case err == nil && db.Size() > 0:
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return live.Errorf("log_without_database", "The folder has a log, signalbox.db-wal, of {log_bytes}, but the database that it belongs to, signalbox.db, is missing or empty.", "log_bytes", log.Size()).
		WithHint("Nothing was touched. Put signalbox.db back beside it, or move the log away to begin a new history.")
}
