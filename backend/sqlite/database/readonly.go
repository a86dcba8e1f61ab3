package database

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"slices"

	"signalbox/backend/clock"
	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/schema"
)

// writeErrors are the codes of errors after which reading may still work.
var writeErrors = []string{"disk_full", "read_only", "disk_error", "cannot_open"}

// openReadOnly opens a history that cannot be opened for writing. why is the error
// of that; openReadOnly returns it if reading does not work either.
func openReadOnly(ctx context.Context, path string, o Options, why error) (*File, error) {
	e, ok := errors.AsType[*live.Error](why)
	if !ok || !slices.Contains(writeErrors, e.Code) {
		return nil, why
	}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		return nil, why
	}
	f := &File{files: files{path: path}, Writer: conn.Refusing(readOnlyError(e))}
	var err error
	if f.Screens, err = conn.OpenPoolAlone(ctx, path); err != nil {
		return nil, why
	}
	if err = f.readStart(ctx, o); err == nil {
		f.Streams, err = conn.OpenPoolAlone(ctx, path)
	}
	if err != nil {
		f.Screens.Close()
		return nil, why
	}
	return f, nil
}

// readStart sets the fields that markOpen sets, without writing.
func (f *File) readStart(ctx context.Context, o Options) error {
	var version, app, unfilled, last, newest int64
	var clean bool
	var state string
	for _, q := range []struct {
		to    any
		query string
	}{
		{&version, "PRAGMA user_version"},
		{&app, "PRAGMA application_id"},
		{&unfilled, "SELECT count(*) FROM filling"},
		{&f.Epoch, "SELECT epoch FROM about"},
		{&clean, "SELECT clean FROM about"},
		{&last, "SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'messages'"},
		{&state, "SELECT ifnull((SELECT value FROM settings WHERE name = '" + clockSetting + "'), '')"},
	} {
		if err := f.Screens.QueryRowContext(ctx, q.query).Scan(q.to); err != nil {
			return err
		}
	}
	if app != schema.ApplicationID || version != schema.Version() || unfilled > 0 {
		return errors.New("the history has another schema")
	}
	if !clean {
		last += jump // as the next start will
	}
	f.last.Store(last)
	known := clock.State{Known: o.Now()}
	err := f.Screens.QueryRowContext(ctx, "SELECT received FROM messages ORDER BY number DESC LIMIT 1").Scan(&newest)
	if err == nil {
		known.Known = conn.Time(newest)
	} else if !errors.Is(err, sql.ErrNoRows) && !conn.IsCorrupt(err) {
		return err
	}
	var saved clock.State
	if json.Unmarshal([]byte(state), &saved) == nil && !saved.Known.IsZero() {
		known = saved
	}
	f.Clock = clock.New(known, o.Now)
	return nil
}

// readOnlyError returns the error of every write until the next start.
func readOnlyError(e *live.Error) *live.Error {
	var to *live.Error
	switch e.Code {
	case "disk_full":
		to = live.Errorf("disk_full/at_start", "The disk is full: the history can be read, and nothing can be added to it.").
			WithHint("Free some space and restart Signalbox.")
	case "read_only":
		to = live.Errorf("read_only/at_start", "The history can be read, and nothing can be added to it: its folder or file is read-only.").
			WithHint("Allow writing to its folder and restart Signalbox, or start it with another folder by --data.")
	case "disk_error":
		to = live.Errorf("disk_error/at_start", "The history can be read, and nothing can be added to it: the disk reported an error.").
			WithHint("Check that its folder and the disk can be written, and restart Signalbox.")
	default:
		to = live.Errorf("cannot_open/at_start", "The history can be read, and nothing can be added to it: it cannot be opened for writing.").
			WithHint("Check that its folder and the disk can be written, and restart Signalbox.")
	}
	return to.WithCause(e.Err)
}
