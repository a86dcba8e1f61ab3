package installation

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

const (
	// maxAttemptAge is how long an attempt is kept. The health screen shows a day; a
	// user may search for the beginning of a problem some weeks ago.
	maxAttemptAge = 30 * 24 * time.Hour
	// MaxAttempts is how many attempts of one feed are kept. If a server closes each
	// connection at once, there are up to ten attempts a second.
	MaxAttempts = 1000
)

// PutAttempt saves an attempt, or replaces the one with the same number, and deletes
// old attempts.
func (s *Store) PutAttempt(_ context.Context, a live.Attempt) error {
	// Attempts come without user action, and would use up the space that trimming
	// needs.
	if s.file.IsFull() {
		return conn.DiskFull(nil)
	}
	text, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("write an attempt: %w", err)
	}
	w := s.file.Writer
	return conn.UserError(w.Tx(func() error {
		_, err := w.Exec(`INSERT INTO attempts (source, connection, started, attempt) VALUES (?, ?, ?, ?)
			ON CONFLICT (source, connection) DO UPDATE SET started = excluded.started, attempt = excluded.attempt`,
			a.Source, a.Connection, conn.Micros(a.Started), string(text))
		if err != nil {
			return err
		}
		// Connections are numbered without holes.
		if _, err = w.Exec("DELETE FROM attempts WHERE source = ? AND connection <= ?", a.Source, a.Connection-MaxAttempts); err != nil {
			return err
		}
		// The limit prevents the first attempt after months from deleting thousands
		// at once.
		_, err = w.Exec("DELETE FROM attempts WHERE (source, connection) IN (SELECT source, connection FROM attempts WHERE started < ? LIMIT 100)",
			conn.Micros(s.file.Clock.Now().Add(-maxAttemptAge)))
		return err
	}))
}

// LastAttempts returns the attempt of each feed that was the last to begin at or
// before a time.
func (s *Store) LastAttempts(ctx context.Context, at time.Time) ([]live.Attempt, error) {
	return s.readAttempts(ctx, `SELECT source, (SELECT attempt FROM attempts WHERE source = feeds.source AND started <= ?
		ORDER BY connection DESC LIMIT 1) AS last FROM feeds WHERE last IS NOT NULL`, conn.Micros(at))
}

// Attempts returns at most limit attempts of a source that began at or after
// since, newest first.
func (s *Store) Attempts(ctx context.Context, source int64, since time.Time, limit int) ([]live.Attempt, error) {
	return s.readAttempts(ctx, `SELECT source, attempt FROM attempts WHERE source = ? AND started >= ?
		ORDER BY connection DESC LIMIT ?`, source, conn.Micros(since), limit)
}

func (s *Store) readAttempts(ctx context.Context, query string, args ...any) ([]live.Attempt, error) {
	rows, err := s.file.Screens.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, conn.UserError(fmt.Errorf("read the attempts: %w", err))
	}
	defer rows.Close()
	var list []live.Attempt
	for rows.Next() {
		var source int64
		var text []byte
		if err := rows.Scan(&source, &text); err != nil {
			return nil, fmt.Errorf("read the attempts: %w", err)
		}
		a := live.Attempt{}
		if err := json.Unmarshal(text, &a); err != nil {
			return nil, fmt.Errorf("read an attempt: %w", err)
		}
		a.Source = source
		list = append(list, a)
	}
	return list, conn.UserError(rows.Err())
}
