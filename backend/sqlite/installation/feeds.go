package installation

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

// Feeds returns the settings of all feeds, including removed feeds that can still be
// restored. If the settings of a feed cannot be read, it has only its Source and a
// Fault, so that one damaged row does not stop the others.
func (s *Store) Feeds(ctx context.Context) ([]live.Feed, error) {
	feeds, err := s.feedSources(ctx)
	if err != nil {
		return nil, conn.UserError(fmt.Errorf("read the feeds: %w", err))
	}
	read := feeds[:0]
	for _, f := range feeds {
		var settings []byte
		err := s.file.Screens.QueryRowContext(ctx, "SELECT settings FROM feeds WHERE source = ?", f.Source.ID).Scan(&settings)
		source := f.Source
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, sql.ErrNoRows) && !source.Removed.IsZero():
			continue // the feed was added only in part
		case errors.Is(err, sql.ErrNoRows):
			f.Fault = live.Textf("feed_fault/missing", "They are not there.")
		case err != nil:
			f.Fault = live.Cause(conn.UserError(err))
		default:
			if err := json.Unmarshal(settings, &f); err != nil {
				f = live.Feed{Fault: live.Textf("feed_fault/damaged", "They are damaged ({reason}).", "reason", err)}
			}
			f.Source = source // its name may have changed since
		}
		read = append(read, f)
	}
	return read, nil
}

// feedSources returns the sources that are feeds, without their settings.
func (s *Store) feedSources(ctx context.Context) ([]live.Feed, error) {
	rows, err := s.file.Screens.QueryContext(ctx, `SELECT id, name, kind, colour, created, removed, keep_messages, keep_bytes, keep_age
		FROM sources WHERE kind = ? ORDER BY id`, string(live.FeedSource))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var feeds []live.Feed
	for rows.Next() {
		var f live.Source
		var created, removed, age int64
		if err := rows.Scan(&f.ID, &f.Name, &f.Kind, &f.Colour, &created, &removed, &f.Keep.Messages, &f.Keep.Bytes, &age); err != nil {
			return nil, err
		}
		f.Created, f.Removed, f.Keep.Age = conn.Time(created), conn.Time(removed), time.Duration(age)*time.Microsecond
		feeds = append(feeds, live.Feed{Source: f})
	}
	return feeds, rows.Err()
}

// PutFeed saves a feed's settings under the id of its source.
func (s *Store) PutFeed(_ context.Context, f live.Feed) error {
	id := f.Source.ID
	f.Source = live.Source{}
	settings, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("write the settings of a feed: %w", err)
	}
	return s.file.Change(`INSERT INTO feeds (source, settings) VALUES (?, ?)
		ON CONFLICT (source) DO UPDATE SET settings = excluded.settings`, id, string(settings))
}

// DeleteFeed deletes a feed's settings and attempts. Its source stays.
func (s *Store) DeleteFeed(_ context.Context, id int64) error {
	w := s.file.Writer
	return conn.UserError(w.Tx(func() error {
		if _, err := w.Exec("DELETE FROM attempts WHERE source = ?", id); err != nil {
			return err
		}
		_, err := w.Exec("DELETE FROM feeds WHERE source = ?", id)
		return err
	}))
}
