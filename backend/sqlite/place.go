package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"signalbox/backend/live"
)

// A place is where the database was opened: its path, and which files lay
// there. A file that is removed can be written for as long as it is open, and
// what is written is gone with the program.
type place struct {
	path    string
	db, log fileID
}

// find notes which files are open. It looks at them by their names: opening
// and closing one of them here would take SQLite's locks away, which on Unix
// belong to the process and not to the descriptor.
func (p *place) find() (err error) {
	if p.db, err = identify(p.path); err != nil {
		return err
	}
	p.log, err = identify(p.path + "-wal")
	return err
}

// check says whether the files are still there. Removing or moving them while
// a commit runs is no different from doing so right after it, so looking
// before each commit is enough.
func (p *place) check() error {
	for _, f := range []struct {
		name string
		was  fileID
	}{{p.path, p.db}, {p.path + "-wal", p.log}} {
		is, err := identify(f.name)
		if err != nil {
			return folderGone(err)
		}
		if !f.was.same(is) {
			return folderGone(fmt.Errorf("%s is another file", f.name))
		}
	}
	return nil
}

func folderGone(err error) error {
	return live.Errorf("folder_gone", "The history is gone: signalbox.db or its log was removed, moved or replaced while Signalbox runs.").
		WithHint("Put both back where they were, or restart Signalbox.").WithCause(err)
}

// lonelyLog refuses to open a place where there is a log and no database: SQLite
// would delete the log, and with it the messages that may be in it alone.
func (p *place) lonelyLog() error {
	log, err := os.Stat(p.path + "-wal")
	if errors.Is(err, fs.ErrNotExist) || err == nil && log.Size() == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	switch db, err := os.Stat(p.path); {
	case err == nil && db.Size() > 0:
		return nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	}
	return live.Errorf("log_without_database", "The folder has a log, signalbox.db-wal, of %d bytes, but the database that it belongs to, signalbox.db, is missing or empty.", log.Size()).
		WithHint("Nothing was touched. Put signalbox.db back beside it, or move the log away to begin a new history.")
}
