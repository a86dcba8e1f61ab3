package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"runtime"
	"slices"

	"signalbox/backend/clock"
	"signalbox/backend/live"
)

// readable are the codes of the errors that only forbid writing.
var readable = []string{"disk_full", "read_only", "disk_error", "cannot_open"}

// openToRead opens a history that cannot be opened for writing, because of why:
// on a full disk, or on one that is read-only. It returns why where that does
// not work either.
func openToRead(ctx context.Context, path string, o options, why error) (*DB, error) {
	e, ok := errors.AsType[*live.Error](why)
	if !ok || !slices.Contains(readable, e.Code) {
		return nil, why
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return nil, why
	}
	db := &DB{place: place{path: path}, patience: o.patience, write: newWriter(nil)}
	db.write.refusal = onlyRead(e)
	address := dsn(path, reading, toRead(path))
	var err error
	if db.read, err = openReaders(ctx, address); err != nil {
		return nil, why
	}
	if err = db.survey(ctx, o); err == nil {
		db.stream, err = openReaders(ctx, address)
	}
	if err != nil {
		db.read.Close()
		return nil, why
	}
	return db, nil
}

// toRead are the options of connections that write nothing at all. Usually
// even a reader makes and writes a file, the index of the log that all
// processes share.
func toRead(path string) url.Values {
	if log, err := os.Stat(path + "-wal"); err != nil || log.Size() == 0 {
		// All is in the database file, and it does not change.
		return url.Values{"mode": {"ro"}, "immutable": {"1"}}
	}
	// Each connection has an index of its own in memory. SQLite demands an
	// exclusive lock for that, which needs a file that can be written: so no
	// locks are taken. Our own keeps other Signalboxes out.
	vfs := "unix-none"
	if runtime.GOOS == "windows" {
		vfs = "win32-none"
	}
	return url.Values{"mode": {"ro"}, "vfs": {vfs}, "_locking_mode": {"EXCLUSIVE"}}
}

// survey reads what begin would have noted.
func (db *DB) survey(ctx context.Context, o options) error {
	var version, app, unfilled, last, newest int64
	var clean bool
	var state string
	for _, q := range []struct {
		to   any
		text string
	}{
		{&version, "PRAGMA user_version"},
		{&app, "PRAGMA application_id"},
		{&unfilled, "SELECT count(*) FROM filling"},
		{&db.epoch, "SELECT epoch FROM about"},
		{&clean, "SELECT clean FROM about"},
		{&last, "SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'messages'"},
		{&state, "SELECT ifnull((SELECT value FROM settings WHERE name = '" + clockSetting + "'), '')"},
	} {
		if err := db.read.QueryRowContext(ctx, q.text).Scan(q.to); err != nil {
			return err
		}
	}
	if app != application || version != int64(len(steps())) || unfilled > 0 {
		return errors.New("the history has another form")
	}
	if !clean {
		last += jump // as the next start will
	}
	db.last.Store(last)
	known := clock.State{Known: o.now()}
	err := db.read.QueryRowContext(ctx, "SELECT received FROM messages ORDER BY number DESC LIMIT 1").Scan(&newest)
	if err == nil {
		known.Known = when(newest)
	} else if !errors.Is(err, sql.ErrNoRows) && !isDamage(err) {
		return err
	}
	var saved clock.State
	if json.Unmarshal([]byte(state), &saved) == nil && !saved.Known.IsZero() {
		known = saved
	}
	db.clock = clock.New(known, o.now)
	return nil
}

// onlyRead says that nothing can be kept until the next start.
func onlyRead(e *live.Error) *live.Error {
	hint := "Look whether its folder and the disk can be written, and restart Signalbox."
	switch e.Code {
	case "disk_full":
		hint = "Free some space and restart Signalbox."
	case "read_only":
		hint = "Allow writing to its folder and restart Signalbox, or start it with another folder by --data."
	}
	message := map[string]string{
		"disk_full": "The disk is full: the history can be read, and nothing can be added to it.",
		"read_only": "The history can be read, and nothing can be added to it: its folder or file is read-only.",
	}[e.Code]
	if message == "" {
		message = "The history can be read, and nothing can be added to it: " + e.Message
	}
	return live.Errorf(e.Code, "%s", message).WithHint(hint).WithCause(e.Err)
}
