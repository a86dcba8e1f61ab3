package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"signalbox/backend/live"
)

// keepAttempts is how long the record of a connection attempt is kept: the
// health screen looks back a day, a person who asks "since when" some weeks.
const keepAttempts = 30 * 24 * time.Hour

// maxAttempts is how many are kept of one feed. A server that closes at once
// would fill the history otherwise, at up to ten attempts a second.
const maxAttempts = 1000

// Feeds returns the settings of all feeds, those of removed sources included:
// these may be restored. Their Removed tells. A feed whose settings cannot be
// read has its Source and a Fault only, so that one damaged row does not keep
// the others from being followed.
func (in *Installation) Feeds(ctx context.Context) ([]live.Feed, error) {
	feeds, err := in.feedSources(ctx)
	if err != nil {
		return nil, explain(fmt.Errorf("read the feeds: %w", err))
	}
	read := feeds[:0]
	for _, f := range feeds {
		var settings []byte
		err := in.db.read.QueryRowContext(ctx, "SELECT settings FROM feeds WHERE source = ?", f.Source.ID).Scan(&settings)
		s := f.Source
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, sql.ErrNoRows) && !s.Removed.IsZero():
			continue // it was never whole: adding it failed
		case errors.Is(err, sql.ErrNoRows):
			f.Fault = "They are not there."
		case err != nil:
			f.Fault = explain(err).Error()
		default:
			if err := json.Unmarshal(settings, &f); err != nil {
				f = live.Feed{Fault: "They are damaged (" + err.Error() + ")."}
			}
			f.Source = s // the sources table has the last word on the name
		}
		read = append(read, f)
	}
	return read, nil
}

// feedSources returns the sources that are feeds, without their settings.
func (in *Installation) feedSources(ctx context.Context) ([]live.Feed, error) {
	rows, err := in.db.read.QueryContext(ctx, `SELECT id, name, kind, colour, created, removed, keep_messages, keep_bytes, keep_age
		FROM sources WHERE kind = ? ORDER BY id`, string(live.FeedSource))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var feeds []live.Feed
	for rows.Next() {
		var s live.Source
		var created, removed, age int64
		if err := rows.Scan(&s.ID, &s.Name, &s.Kind, &s.Colour, &created, &removed, &s.Keep.Messages, &s.Keep.Bytes, &age); err != nil {
			return nil, err
		}
		s.Created, s.Removed, s.Keep.Age = when(created), when(removed), time.Duration(age)*time.Microsecond
		feeds = append(feeds, live.Feed{Source: s})
	}
	return feeds, rows.Err()
}

// PutFeed saves a feed's settings under the id of its source.
func (in *Installation) PutFeed(_ context.Context, f live.Feed) error {
	id := f.Source.ID
	f.Source = live.Source{}
	settings, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("write the settings of a feed: %w", err)
	}
	return in.db.change(`INSERT INTO feeds (source, settings) VALUES (?, ?)
		ON CONFLICT (source) DO UPDATE SET settings = excluded.settings`, id, string(settings))
}

// DeleteFeed forgets a feed's settings and attempts. Its source stays.
func (in *Installation) DeleteFeed(_ context.Context, id int64) error {
	return explain(in.db.write.tx(func() error {
		if _, err := in.db.write.exec("DELETE FROM attempts WHERE source = ?", id); err != nil {
			return err
		}
		_, err := in.db.write.exec("DELETE FROM feeds WHERE source = ?", id)
		return err
	}))
}

// PutAttempt saves an attempt, or replaces the one with its number, and lets
// go of those that have become old.
func (in *Installation) PutAttempt(_ context.Context, a live.Attempt) error {
	// They come by themselves and would use up what trimming needs.
	if in.db.full.Load() {
		return diskFull(nil)
	}
	text, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("write an attempt: %w", err)
	}
	return explain(in.db.write.tx(func() error {
		_, err := in.db.write.exec(`INSERT INTO attempts (source, connection, started, attempt) VALUES (?, ?, ?, ?)
			ON CONFLICT (source, connection) DO UPDATE SET started = excluded.started, attempt = excluded.attempt`,
			a.Source, a.Connection, micro(a.Started), string(text))
		if err != nil {
			return err
		}
		// Connections are numbered without holes.
		if _, err = in.db.write.exec("DELETE FROM attempts WHERE source = ? AND connection <= ?", a.Source, a.Connection-maxAttempts); err != nil {
			return err
		}
		// A limit, so that the first attempt after months does not wait for them all.
		_, err = in.db.write.exec("DELETE FROM attempts WHERE (source, connection) IN (SELECT source, connection FROM attempts WHERE started < ? LIMIT 100)",
			micro(in.db.clock.Now().Add(-keepAttempts)))
		return err
	}))
}

// Attempts returns attempts of a source that began at or after since, newest first.
func (in *Installation) Attempts(ctx context.Context, source int64, since time.Time, limit int) ([]live.Attempt, error) {
	rows, err := in.db.read.QueryContext(ctx, `SELECT attempt FROM attempts WHERE source = ? AND started >= ?
		ORDER BY connection DESC LIMIT ?`, source, micro(since), limit)
	if err != nil {
		return nil, explain(fmt.Errorf("read the attempts: %w", err))
	}
	defer rows.Close()
	var list []live.Attempt
	for rows.Next() {
		var text []byte
		if err := rows.Scan(&text); err != nil {
			return nil, fmt.Errorf("read the attempts: %w", err)
		}
		a := live.Attempt{}
		if err := json.Unmarshal(text, &a); err != nil {
			return nil, fmt.Errorf("read an attempt: %w", err)
		}
		a.Source = source
		list = append(list, a)
	}
	return list, explain(rows.Err())
}
