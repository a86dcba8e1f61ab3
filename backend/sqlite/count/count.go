package count

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/database"
)

const (
	// maxTime is about how long one call counts.
	maxTime = 100 * time.Millisecond
	// firstStretch is how many messages are counted before the time is first
	// checked.
	firstStretch = 4096
)

// Pages reads pages of messages.
type Pages interface {
	Page(context.Context, live.Query) (live.Page, error)
}

// A Counter counts messages. Its method may be called from any goroutine.
type Counter struct {
	file  *database.File
	pages Pages
}

// New returns a Counter of a file whose pages are read by pages.
func New(file *database.File, pages Pages) *Counter { return &Counter{file, pages} }

// Count counts messages by time, from the newest back, in a bounded time.
func (c *Counter) Count(ctx context.Context, q live.CountQuery) (live.Count, error) {
	high, err := c.firstSince(ctx, q.To)
	if err != nil {
		return live.Count{}, err
	}
	if high--; q.Before > 0 {
		high = min(high, q.Before-1)
	}
	low, err := c.firstSince(ctx, q.From)
	if err != nil {
		return live.Count{}, err
	}
	low = max(low-1, q.After)
	r := &run{Counter: c, q: q, low: low, high: max(low, high), begun: time.Now(), cells: make(map[live.CountCell]int64)}
	result := live.Count{Last: r.high}
	for stretch := int64(firstStretch); r.low < r.high && time.Since(r.begun) < maxTime; {
		if q.Filter.Where == nil {
			err = r.group(ctx, stretch)
		} else {
			err = r.page(ctx)
		}
		if err != nil {
			return live.Count{}, conn.UserError(fmt.Errorf("count messages: %w", err))
		}
		if time.Since(r.begun) < maxTime/4 {
			stretch *= 2
		}
	}
	result.First, result.More, result.Reached = r.high+1, r.low < r.high, q.From
	if result.More {
		if result.Reached, err = c.timeOf(ctx, result.First); err != nil {
			return live.Count{}, conn.UserError(fmt.Errorf("count messages: %w", err))
		}
	}
	for cell, n := range r.cells {
		cell.N = n
		result.Cells = append(result.Cells, cell)
	}
	return result, nil
}

// firstSince returns the number of the first message received at a time or later.
func (c *Counter) firstSince(ctx context.Context, at time.Time) (int64, error) {
	page, err := c.pages.Page(ctx, live.Query{At: at, Limit: 1, Preview: 1})
	return page.From, err
}

// timeOf returns when the first message from a number on was received.
func (c *Counter) timeOf(ctx context.Context, number int64) (time.Time, error) {
	var micros int64
	err := c.file.Screens.QueryRowContext(ctx, "SELECT received FROM messages WHERE number >= ? ORDER BY number LIMIT 1", number).Scan(&micros)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return conn.Time(micros), err
}

// A run is one call of Count. It has not yet counted the messages with
// low < number <= high.
type run struct {
	*Counter
	q         live.CountQuery
	low, high int64
	begun     time.Time
	cells     map[live.CountCell]int64 // by cells without N
}

// group counts a stretch of messages in SQL.
func (r *run) group(ctx context.Context, stretch int64) error {
	low := r.low
	err := r.file.Screens.QueryRowContext(ctx, "SELECT number FROM messages WHERE number > ? AND number <= ? ORDER BY number DESC LIMIT 1 OFFSET ?",
		r.low, r.high, stretch).Scan(&low)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	typ := "''"
	if r.q.ByType {
		typ = "iif(kind = 0, type, '')"
	}
	text := "SELECT (received - ?) / ?, kind, source, " + typ + `, count(*) FROM messages
		WHERE number > ? AND number <= ? AND received >= ? AND received < ? AND kind <> ?`
	from := conn.Micros(r.q.From)
	args := []any{from, r.q.Width.Microseconds(), low, r.high, from, conn.Micros(r.q.To), int(live.NoteKind)}
	for _, list := range []struct {
		condition string
		ids       []int64
	}{{"IN", r.q.Filter.Sources}, {"NOT IN", r.q.Filter.Except}} {
		if len(list.ids) == 0 {
			continue
		}
		// The plus keeps SQLite from sorting what an index by source finds.
		text += " AND +source " + list.condition + " (?" + strings.Repeat(",?", len(list.ids)-1) + ")"
		for _, id := range list.ids {
			args = append(args, id)
		}
	}
	rows, err := r.file.Screens.QueryContext(ctx, text+" GROUP BY 1, 2, 3, 4", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var cell live.CountCell
		var kind live.Kind
		var n int64
		if err := rows.Scan(&cell.Stretch, &kind, &cell.Source, &cell.Type, &n); err != nil {
			return err
		}
		if r.q.Filter.Wants(kind) {
			cell.Gap = kind == live.GapKind
			r.cells[cell] += n
		}
	}
	r.high = low
	return rows.Err()
}

// page counts a page of the messages that match.
func (r *run) page(ctx context.Context) error {
	page, err := r.pages.Page(ctx, live.Query{Filter: r.q.Filter, After: r.low, Before: r.high + 1, Newest: true, Limit: 5000, Preview: 1})
	if err != nil {
		return err
	}
	for i := range page.Messages {
		m := &page.Messages[i]
		if m.Kind == live.NoteKind || m.Received.Before(r.q.From) || !m.Received.Before(r.q.To) {
			continue
		}
		cell := live.CountCell{Stretch: int(m.Received.Sub(r.q.From) / r.q.Width), Gap: m.Kind == live.GapKind, Source: m.Source}
		if r.q.ByType && m.Kind == live.Event {
			cell.Type = m.Type
		}
		r.cells[cell]++
	}
	r.high = page.From - 1
	return nil
}
