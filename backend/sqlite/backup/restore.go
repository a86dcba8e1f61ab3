package backup

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/database"
)

// A Restored says what Restore has done.
type Restored struct {
	Messages int64
	Before   string // the folder that the history of before was moved to; "" if there was none
}

// Restore makes the file the history of the folder dir, which no Signalbox may have
// open. The file is checked first, and is left as it is. A history that the folder
// has is moved aside if replace, else Restore refuses.
func Restore(ctx context.Context, file, dir string, replace bool, now time.Time, progress func(float64)) (r Restored, err error) {
	if info, err := os.Stat(file); err != nil || info.IsDir() {
		return r, live.Errorf("bad_backup/unreadable", "{file} cannot be read.", "file", file).WithCause(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return r, conn.OpenError(err)
	}
	unlock, err := database.Lock(dir)
	if err != nil {
		return r, conn.OpenError(err)
	}
	defer unlock()
	path := filepath.Join(dir, name)
	_, err = os.Lstat(path)
	exists := !errors.Is(err, fs.ErrNotExist)
	if exists && !replace {
		return r, live.Errorf("history_exists", "There is a history in {folder} already.", "folder", dir).
			WithHint("Choose an empty folder with --data, or say --replace: then it is moved aside, and nothing is deleted.")
	}
	part := path + ".restoring"
	remove := func() {
		for _, end := range []string{"", "-journal", "-wal", "-shm"} {
			os.Remove(part + end)
		}
	}
	remove() // of a restore that was killed
	defer remove()
	if err := create(part); err != nil {
		return r, conn.OpenError(err)
	}
	err = conn.Copy(ctx, file, part, func(done, total int) { progress(float64(done) / float64(max(total, 1))) })
	if err == nil {
		r.Messages, err = check(part)
	}
	if e := conn.UserError(err); errors.Is(e, &live.Error{Code: "bad_database"}) {
		return r, live.Errorf("bad_backup/other", "The file is not a history of Signalbox.").WithCause(err)
	}
	if err == nil {
		err = goOn(part, now)
	}
	if err != nil {
		return r, conn.UserError(err)
	}
	if exists {
		if r.Before, err = moveAside(dir, now); err != nil {
			return r, conn.OpenError(err)
		}
	}
	if err := os.Rename(part, path); err != nil {
		return r, conn.OpenError(err)
	}
	return r, nil
}

// create makes an empty file that only this user can read.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// goOn makes the numbers of a history go on behind all that the original may have
// given out. See doc.go.
func goOn(file string, now time.Time) error {
	w, err := conn.OpenPlain(file)
	if err != nil {
		return err
	}
	defer w.Close()
	return w.Tx(func() error {
		if _, err := w.Exec("UPDATE about SET clean = 1"); err != nil {
			return err
		}
		if _, err := w.Exec("INSERT INTO sqlite_sequence (name, seq) SELECT 'messages', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'messages')"); err != nil {
			return err
		}
		_, err := w.Exec("UPDATE sqlite_sequence SET seq = max(seq + 1000000000, ?) WHERE name = 'messages'", now.UnixMicro())
		return err
	})
}

// moveAside moves a history, with its log and its index, into a folder inside dir.
func moveAside(dir string, now time.Time) (folder string, err error) {
	folder = filepath.Join(dir, "before-"+now.UTC().Format("20060102-150405"))
	if err := os.Mkdir(folder, 0o700); err != nil {
		return "", err
	}
	for _, file := range []string{"index", name + "-shm", name + "-wal", name} {
		if err := os.Rename(filepath.Join(dir, file), filepath.Join(folder, file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	return folder, nil
}
