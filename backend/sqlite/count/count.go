package count

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/database"
	"signalbox/backend/sqlite/index"
	"signalbox/backend/sqlite/summary"
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
	index *index.Index
	pages Pages
}

// New returns a Counter of a file with an index, whose pages are read by pages.
func New(file *database.File, ix *index.Index, pages Pages) *Counter {
	return &Counter{file, ix, pages}
}

// A headCondition may be true for all messages of a source, a kind and a type that
// were received in a range of time. Package filter has it.
type headCondition interface {
	ByHead() bool
	Times() (from, to time.Time)
}

// Count counts messages by time, from the newest back, in a bounded time.
func (c *Counter) Count(ctx context.Context, q live.CountQuery) (live.Count, error) {
	r := &run{Counter: c, q: q, begun: time.Now(), from: q.From, to: q.To, cells: make(map[live.CountCell]int64)}
	where, byHead := q.Filter.Where.(headCondition)
	if byHead = q.Filter.Where == nil || byHead && where.ByHead(); byHead && where != nil {
		r.narrow(where.Times())
	}
	high, err := c.firstSince(ctx, r.to)
	if err != nil {
		return live.Count{}, err
	}
	if high--; q.Before > 0 {
		high = min(high, q.Before-1)
	}
	low, err := c.firstSince(ctx, r.from)
	if err != nil {
		return live.Count{}, err
	}
	r.low = max(low-1, q.After)
	r.high = max(r.low, high)
	result := live.Count{Last: r.high}
	if byHead {
		err = r.groups(ctx)
	} else {
		err = r.matches(ctx)
	}
	if err != nil {
		return live.Count{}, conn.UserError(fmt.Errorf("count messages: %w", err))
	}
	result.First, result.More, result.Reached = r.high+1, r.low < r.high, q.From
	if result.More {
		switch result.Reached, err = c.timeOf(ctx, result.First); {
		case conn.IsCorrupt(err):
			result.Reached = q.To
		case err != nil:
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
	from, to  time.Time // a part of what is asked for; the filter selects nothing else
	low, high int64
	begun     time.Time
	cells     map[live.CountCell]int64 // by cells without N
}

func (r *run) late() bool { return time.Since(r.begun) >= maxTime }

// narrow leaves out what the filter does not select.
func (r *run) narrow(from, to time.Time) {
	if from.After(r.from) {
		r.from = from
	}
	if !to.IsZero() && to.Before(r.to) {
		r.to = to
	}
	if r.from.After(r.to) {
		r.from = r.to
	}
}

// wants reports whether messages of a cell are counted.
func (r *run) wants(c summary.Cell) bool {
	return c.Kind != live.NoteKind && r.q.Filter.Match(&live.Message{Draft: live.Draft{Source: c.Source, Kind: c.Kind, Type: c.Type, Received: r.from}})
}

func (r *run) add(c summary.Cell, stretch int, n int64) {
	cell := live.CountCell{Stretch: stretch, Gap: c.Kind == live.GapKind, Source: c.Source}
	if r.q.ByType {
		cell.Type = c.Type
	}
	r.cells[cell] += n
}

// groups counts all messages that have the same source, kind and type together: by
// their summaries, and in SQL what these do not have.
func (r *run) groups(ctx context.Context) error {
	wanted, first := make(map[summary.Cell]bool), make(map[int64]int64)
	tally := &summary.Tally{
		Origin: conn.Micros(r.q.From), Width: r.q.Width.Microseconds(), From: conn.MicrosUp(r.from), To: conn.MicrosUp(r.to),
		Wanted: func(c summary.Cell) bool {
			yes, ok := wanted[c]
			if !ok {
				yes = r.wants(c)
				wanted[c] = yes
			}
			return yes
		},
		First: func(source int64) (int64, error) {
			n, ok := first[source]
			if !ok {
				var err error
				if n, err = r.firstOf(ctx, source); err != nil {
					return 0, err
				}
				first[source] = n
			}
			return n, nil
		},
		Add: r.add,
	}
	for c := range r.index.Count(tally, r.low, r.high) {
		if c.Done {
			r.high = c.After
		} else if err := r.read(ctx, tally, c.After); err != nil {
			return err
		}
		if r.late() {
			break
		}
	}
	return nil
}

// firstOf returns the number of the oldest message of a source that is kept.
func (c *Counter) firstOf(ctx context.Context, source int64) (int64, error) {
	var number sql.NullInt64
	err := c.file.Screens.QueryRowContext(ctx, "SELECT min(number) FROM messages WHERE source = ?", source).Scan(&number)
	if !number.Valid {
		return math.MaxInt64, err
	}
	return number.Int64, err
}

// read counts the messages with numbers from the high bound down to low, one stretch
// after the other until it is late.
func (r *run) read(ctx context.Context, t *summary.Tally, low int64) error {
	for stretch := int64(firstStretch); r.high > low && !r.late(); {
		begun := time.Now()
		err := r.group(ctx, t, low, stretch)
		if conn.IsCorrupt(err) {
			err = r.page(ctx, low)
		}
		if err != nil {
			return err
		}
		if time.Since(begun) < maxTime/8 {
			stretch *= 2
		}
	}
	return nil
}

// group counts a stretch of messages in SQL.
func (r *run) group(ctx context.Context, t *summary.Tally, low, stretch int64) error {
	err := r.file.Screens.QueryRowContext(ctx, "SELECT number FROM messages WHERE number > ? AND number <= ? ORDER BY number DESC LIMIT 1 OFFSET ?",
		low, r.high, stretch).Scan(&low)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	typ := "''"
	if r.q.ByType || r.q.Filter.Where != nil {
		typ = "iif(kind = 0, type, '')"
	}
	text := "SELECT (received - ?) / ?, kind, source, " + typ + `, count(*) FROM messages
		WHERE number > ? AND number <= ? AND received >= ? AND received < ? AND kind <> ?`
	args := []any{t.Origin, t.Width, low, r.high, t.From, t.To, int(live.NoteKind)}
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
	type group struct {
		cell    summary.Cell
		stretch int
		n       int64
	}
	var groups []group
	for rows.Next() {
		var g group
		if err := rows.Scan(&g.stretch, &g.cell.Kind, &g.cell.Source, &g.cell.Type, &g.n); err != nil {
			return err
		}
		groups = append(groups, g)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, g := range groups {
		if t.Wanted(g.cell) {
			r.add(g.cell, g.stretch, g.n)
		}
	}
	r.high = low
	return nil
}

// matches counts the messages that match, page by page until it is late.
func (r *run) matches(ctx context.Context) error {
	for r.low < r.high && !r.late() {
		if err := r.page(ctx, r.low); err != nil {
			return err
		}
	}
	return nil
}

// page counts a page of the messages that match, with numbers above low.
func (r *run) page(ctx context.Context, low int64) error {
	page, err := r.pages.Page(ctx, live.Query{Filter: r.q.Filter, After: low, Before: r.high + 1, Newest: true, Limit: 5000, Preview: 1})
	if err != nil {
		return err
	}
	for i := range page.Messages {
		m := &page.Messages[i]
		if m.Kind == live.NoteKind || m.Received.Before(r.q.From) || !m.Received.Before(r.q.To) {
			continue
		}
		c := summary.Cell{Source: m.Source, Kind: m.Kind}
		if m.Kind == live.Event {
			c.Type = m.Type
		}
		r.add(c, int(m.Received.Sub(r.q.From)/r.q.Width), 1)
	}
	r.high = page.From - 1
	return nil
}
