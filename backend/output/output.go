package output

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"signalbox/backend/live"
)

// An Output is a file or a stream that a command writes.
type Output struct {
	io.Writer
	path string   // of the file when it is complete; "" for a stream
	file *os.File // nil for a stream
	over bool
}

// Open returns the output to a file, or to stdout if the name is "" or "-". A file
// that exists is replaced only if over. Error: "file_exists".
func Open(name string, stdout io.Writer, over bool) (*Output, error) {
	if name == "" || name == "-" {
		return &Output{Writer: stdout}, nil
	}
	if err := CheckFree(name, over); err != nil {
		return nil, err
	}
	// Only this user can read it, as the history that it comes from.
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*.part")
	if err != nil {
		return nil, Cannot(name, err)
	}
	return &Output{Writer: file, path: name, file: file, over: over}, nil
}

// CheckFree returns an error if a file exists and must not be replaced. Error:
// "file_exists".
func CheckFree(name string, over bool) error {
	if _, err := os.Lstat(name); err == nil && !over {
		return live.Errorf("file_exists", "There is a file {file} already.", "file", name).
			WithHint("Choose another name, or replace it with --force.")
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Cannot(name, err)
	}
	return nil
}

// Cannot returns the error of a file that cannot be written.
func Cannot(name string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return live.Errorf("file_write", "{file} cannot be written: {reason}.", "file", name, "reason", err).WithCause(err)
}

// Name returns the name of the file; "" for a stream.
func (o *Output) Name() string { return o.path }

// Part returns the path of a file while it is written.
func (o *Output) Part() string { return o.file.Name() }

// Complete gives a file its name. The output is closed.
func (o *Output) Complete() error {
	if o.file == nil {
		return nil
	}
	err := o.file.Sync()
	if e := o.file.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = CheckFree(o.path, o.over)
	}
	if err == nil {
		err = os.Rename(o.file.Name(), o.path)
	}
	if err != nil {
		os.Remove(o.file.Name())
		return Cannot(o.path, err)
	}
	o.file = nil
	return nil
}

// Discard removes a file that Complete has not given its name. It may be called
// after Complete.
func (o *Output) Discard() {
	if o.file != nil {
		o.file.Close()
		os.Remove(o.file.Name())
	}
}
