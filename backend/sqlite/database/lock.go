package database

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"signalbox/backend/live"
)

var errInUse = live.Errorf("in_use", "Another Signalbox has this history open.").
	WithHint("Close it, or start this one with --data.")

// Lock keeps every Signalbox from opening the history in dir until unlock is called.
func Lock(dir string) (unlock func() error, err error) {
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	return lock.Unlock, nil
}

// lockFolder locks the folder against other programs. If the lock file cannot be
// written, lockFolder opens it for reading and returns an error with that lock, or
// with nil if there is no such file.
func lockFolder(dir string) (*flock.Flock, error) {
	path := filepath.Join(dir, "signalbox.lock")
	lock := flock.New(path, flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		err = fmt.Errorf("lock the history: %w", err)
		lock = flock.New(path, flock.SetFlag(os.O_RDONLY))
		var e error
		if locked, e = lock.TryLock(); e != nil {
			return nil, err
		}
	}
	if !locked {
		return nil, errInUse
	}
	return lock, err
}
