package conn_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"

	"github.com/mattn/go-sqlite3"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

func TestErrorsOfTheDiskAndOfSQLiteBecomeCodes(t *testing.T) {
	full, readOnly := syscall.ENOSPC, syscall.EACCES
	if runtime.GOOS == "windows" {
		full, readOnly = 112, 5
	}
	for _, c := range []struct {
		err  error
		code string
	}{
		{&os.PathError{Op: "write", Path: "x", Err: full}, "disk_full"},
		{&os.PathError{Op: "open", Path: "x", Err: readOnly}, "read_only"},
		{sqlite3.Error{Code: sqlite3.ErrFull}, "disk_full"},
		{sqlite3.Error{Code: sqlite3.ErrIoErr, SystemErrno: full}, "disk_full"},
		{sqlite3.Error{Code: sqlite3.ErrIoErr}, "disk_error"},
		{sqlite3.Error{Code: sqlite3.ErrCantOpen, SystemErrno: readOnly}, "read_only"},
		{sqlite3.Error{Code: sqlite3.ErrCantOpen}, "cannot_open"},
		{sqlite3.Error{Code: sqlite3.ErrReadonly}, "read_only"},
		{sqlite3.Error{Code: sqlite3.ErrNotADB}, "bad_database"},
		{sqlite3.Error{Code: sqlite3.ErrCorrupt}, "bad_database"},
		{sqlite3.Error{Code: sqlite3.ErrBusy}, "busy"},
		{sqlite3.Error{Code: sqlite3.ErrConstraint}, "refused"},
		{sqlite3.Error{Code: sqlite3.ErrMisuse}, "store_fault"},
	} {
		got := conn.UserError(fmt.Errorf("append: %w", c.err))
		if !errors.Is(got, &live.Error{Code: c.code}) || !errors.Is(got, c.err) {
			t.Errorf("%v becomes %#v, not one with the code %s", c.err, got, c.code)
		}
	}
	if runtime.GOOS == "windows" {
		for _, err := range []error{
			&os.PathError{Op: "open", Path: "x", Err: syscall.Errno(32)},
			sqlite3.Error{Code: sqlite3.ErrCantOpen, SystemErrno: 32},
			sqlite3.Error{Code: sqlite3.ErrIoErr, SystemErrno: 33},
		} {
			if got := conn.UserError(err); !errors.Is(got, &live.Error{Code: "busy"}) {
				t.Errorf("a file that another program has locked: %v", got)
			}
		}
	}
	other := errors.New("another error")
	if got := conn.UserError(other); got != other {
		t.Errorf("another error becomes %v", got)
	}
	if got := conn.OpenError(other); !errors.Is(got, &live.Error{Code: "cannot_open"}) {
		t.Errorf("another error of Open becomes %v", got)
	}
}
