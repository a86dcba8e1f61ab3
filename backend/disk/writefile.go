package disk

import (
	"bytes"
	"errors"
	"io/fs"
	"os"

	"github.com/natefinch/atomic"
)

// WriteFile replaces the file at path. A reader, or a start after a crash, finds
// the old content or the new content, never a part. The new content is never
// readable with wider permissions than perm.
func WriteFile(path string, content []byte, perm os.FileMode) error {
	// natefinch/atomic keeps the permissions of an existing file and makes a new
	// one with 0600.
	if err := os.Chmod(path, perm); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := atomic.WriteFile(path, bytes.NewReader(content)); err != nil {
		return err
	}
	return os.Chmod(path, perm)
}
