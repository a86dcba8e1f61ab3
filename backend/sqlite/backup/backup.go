package backup

import (
	"context"
	"database/sql/driver"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/schema"
)

// name is the name of the database in a data folder.
const name = "signalbox.db"

// Write copies the history in the folder dir into a file, which is empty or does not
// exist. A Signalbox may have it open. It returns the number of messages. progress is
// called with the part that is done, of 1.
func Write(ctx context.Context, dir, file string, progress func(float64)) (messages int64, err error) {
	from := filepath.Join(dir, name)
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return 0, live.Errorf("no_history", "There is no history in {folder}.", "folder", dir).
			WithHint("Name the data folder with --data.")
	}
	err = conn.Copy(ctx, from, file, func(done, total int) { progress(float64(done) / float64(max(total, 1))) })
	if err != nil {
		return 0, conn.UserError(err)
	}
	w, err := conn.OpenPlain(file)
	if err != nil {
		return 0, conn.UserError(err)
	}
	defer func() {
		if e := w.Close(); err == nil {
			err = conn.UserError(e)
		}
	}()
	// One file without a log, which can also be read where nothing can be written.
	for _, statement := range []string{
		"PRAGMA secure_delete = ON", "PRAGMA journal_mode = DELETE",
		"DELETE FROM settings WHERE name = 'token'",
	} {
		if err := w.Each(func([]driver.Value) {}, statement); err != nil {
			return 0, conn.UserError(err)
		}
	}
	messages, err = w.Int64("SELECT ifnull(sum(kept), 0) FROM sources")
	return messages, conn.UserError(err)
}

// check refuses a file that is no history, is damaged, or belongs to a newer
// Signalbox. It returns the number of messages.
func check(file string) (messages int64, err error) {
	if err := schema.Check(file); err != nil {
		return 0, err
	}
	w, err := conn.OpenPlain(file)
	if err != nil {
		return 0, err
	}
	defer w.Close()
	app, err := w.Int64("PRAGMA application_id")
	if err == nil && app != schema.ApplicationID {
		return 0, live.Errorf("bad_backup/other", "The file is not a history of Signalbox.")
	}
	if err != nil {
		return 0, err
	}
	found := ""
	err = w.Each(func(v []driver.Value) {
		if text, ok := v[0].(string); ok && found == "" {
			found = text
		}
	}, "PRAGMA integrity_check(1)")
	if err != nil {
		return 0, err
	}
	if found != "ok" {
		return 0, live.Errorf("bad_backup/damaged", "The file is damaged.").WithCause(errors.New(found))
	}
	return w.Int64("SELECT ifnull(sum(kept), 0) FROM sources")
}
