package query

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
)

const (
	// firstExamined is how many messages a page examines before it first checks the
	// time. If each has 16 MiB, that takes some tenths of a second.
	firstExamined = 16
	// maxWithID is the greatest number of messages with the same id that are read by
	// the index of ids.
	maxWithID = 5000
	// maxPageBytes is the greatest size of a page's data in memory.
	maxPageBytes = 32 << 20
)

// Page returns the page for a query in a bounded time.
func (r *Reader) Page(ctx context.Context, q live.Query) (live.Page, error) {
	// Messages committed during this call belong to the next page.
	last := r.file.Last()
	low, high := min(max(q.After, 0), last), last
	if q.Before > 0 {
		high = min(high, q.Before-1)
	}
	if !q.At.IsZero() {
		// Rounded up: a message received within that microsecond came before At.
		n, err := r.firstSince(ctx, conn.Micros(q.At.Add(time.Microsecond-1)), high)
		if err != nil {
			return live.Page{}, err
		}
		low = max(low, n-1)
	}
	p := &pageRead{r: r, q: q, selection: newSelection(&q.Filter), begun: time.Now(),
		low: low, high: max(low, high), limit: min(max(q.Limit, 1), 5000), bytesLeft: maxPageBytes}
	page, err := p.run(ctx)
	return page, conn.UserError(err)
}

// A pageRead is one call of Page. It has not yet examined the messages with
// low < number <= high, and advances the bound from which it started.
type pageRead struct {
	r         *Reader
	q         live.Query
	selection *selection
	begun     time.Time
	low, high int64
	limit     int  // of messages
	bytesLeft int  // the size of the data that may still be added
	commonID  bool // whether maxWithID or more messages have the id of the filter
	page      live.Page
}

func (p *pageRead) run(ctx context.Context) (live.Page, error) {
	first, last := p.low+1, p.high
	n, more := int64(firstExamined), false
	indexed, err := p.isIndexed(ctx)
	if err != nil {
		return live.Page{}, err
	}
	for p.low < p.high && !more {
		low, high := p.low, p.high
		if !indexed {
			if low, high, err = p.nextStretch(ctx, n); err != nil {
				return live.Page{}, err
			}
		}
		at := time.Now()
		full, err := p.read(ctx, low, high)
		if conn.IsCorrupt(err) {
			full, err = p.readAround(ctx, low, high, err)
		}
		if err != nil {
			return live.Page{}, err
		}
		more = full || p.late() && p.low < p.high
		if time.Since(at) < p.r.MaxTime/10 {
			n *= 2
		}
	}
	p.page.From, p.page.To, p.page.More = first, last, more
	if p.q.Newest {
		slices.Reverse(p.page.Messages)
		slices.Reverse(p.page.Sizes)
		p.page.From = p.high + 1
	} else {
		p.page.To = p.low
	}
	if more && !p.full() {
		p.page.SearchedTo, err = p.timeOfEdge(ctx)
	}
	return p.page, err
}

// late reports whether the time for one page is over.
func (p *pageRead) late() bool { return time.Since(p.begun) > p.r.MaxTime }

// timeOfEdge returns when the message was received at which the search has ended.
func (p *pageRead) timeOfEdge(ctx context.Context) (time.Time, error) {
	edge := p.page.To
	if p.q.Newest {
		edge = p.page.From
	}
	var received int64
	err := p.r.file.Screens.QueryRowContext(ctx, "SELECT received FROM messages WHERE number >= ? ORDER BY number LIMIT 1", edge).Scan(&received)
	if errors.Is(err, sql.ErrNoRows) || conn.IsCorrupt(err) {
		return time.Time{}, nil
	}
	return conn.Time(received), err
}

// isIndexed reports whether an index has all messages that match, so that one query
// reads them.
func (p *pageRead) isIndexed(ctx context.Context) (bool, error) {
	s := p.selection
	if !s.wantsEvents() {
		return true, nil
	}
	if len(s.ids) == 0 {
		// Excluded sources may have nearly all messages, so they are read in stretches.
		return s.all() && (len(s.sources) == 0 || p.canMerge()), nil
	}
	// Some servers send the same id with every message. A scan finds such messages
	// quickly, while sorting all of them would be slow.
	var b builder
	b.add("SELECT count(*) FROM (")
	b.addWithIDs(s.ids, 0, p.r.file.Last())
	b.add(" LIMIT ?)", maxWithID)
	var n int64
	err := p.r.file.Screens.QueryRowContext(ctx, b.text.String(), b.args...).Scan(&n)
	if conn.IsCorrupt(err) {
		p.r.file.Damage.AddIndex(p.r.file.Epoch, err)
		n, err = maxWithID, nil
	}
	if err != nil {
		return false, fmt.Errorf("find an id: %w", err)
	}
	p.commonID = n == maxWithID
	return !p.commonID, nil
}

// canMerge reports whether the sources are few enough to read the index of each.
func (p *pageRead) canMerge() bool {
	return 0 < len(p.selection.sources) && len(p.selection.sources) <= maxMerged
}

// addWithIDs adds a SELECT of the numbers of the messages that have one of the ids.
func (b *builder) addWithIDs(ids []string, after, through int64) {
	c := sqlIn("id", ids)
	b.add("SELECT number FROM ids WHERE "+c.text, c.args...)
	b.add(" AND number >= 1 + ? AND number <= ? UNION ALL SELECT number FROM messages WHERE "+c.text, append([]any{after, through}, c.args...)...)
	b.add(" AND again = 1 AND number >= 1 + ? AND number <= ?", after, through)
}

// nextStretch returns the bounds of the next n messages of the query's sources.
func (p *pageRead) nextStretch(ctx context.Context, n int64) (low, high int64, err error) {
	var b builder
	if !p.canMerge() {
		b.add("SELECT number FROM messages WHERE number >= 1 + ? AND number <= ? ORDER BY number"+direction(p.q.Newest)+" LIMIT 1 OFFSET ?",
			p.low, p.high, n)
	} else {
		b.add("SELECT number FROM (")
		b.addNumbers(p.selection.sources, p.low, p.high, p.q.Newest, int(n)+1)
		b.add(") ORDER BY number"+direction(p.q.Newest)+" LIMIT 1 OFFSET ?", n)
	}
	var edge int64
	switch err := p.r.file.Screens.QueryRowContext(ctx, b.text.String(), b.args...).Scan(&edge); {
	case errors.Is(err, sql.ErrNoRows):
		return p.low, p.high, nil
	case conn.IsCorrupt(err):
		edge = p.low + 1 + min(n, p.high-p.low)
		if p.q.Newest {
			edge = p.high - min(n, p.high-p.low)
		}
	case err != nil:
		return 0, 0, fmt.Errorf("find a page: %w", err)
	}
	if p.q.Newest {
		return edge, p.high, nil
	}
	return p.low, edge - 1, nil
}

// read adds the messages that match with low < number <= high, and advances the
// bound over the messages examined. full reports whether the page is full and more
// messages match.
func (p *pageRead) read(ctx context.Context, low, high int64) (full bool, err error) {
	s := p.selection
	room := p.limit - len(p.page.Messages) + 1 // one more shows that there are more
	if !s.exact {
		room = -1 // Match selects fewer
	}
	var b builder
	b.add("SELECT ")
	if s.exact {
		b.addPageColumns(p.q.Preview)
	} else {
		b.addPageColumns(0)
	}
	b.add(" FROM messages WHERE ")
	switch {
	case !s.wantsEvents():
		b.add("number IN (")
		b.addGaps(s, low, high, p.q.Newest, room)
		b.add(")")
	case len(s.ids) > 0 && !p.commonID:
		// The numbers come first, so that SQLite sorts without the data.
		b.add("number IN (")
		b.addWithIDs(s.ids, low, high)
		if s.wantsGaps() {
			b.add(" UNION ALL ")
			b.addGaps(s, low, high, p.q.Newest, room)
		}
		b.add(")")
		b.addSources(s.sources)
	case p.canMerge():
		limit := room
		if !s.all() {
			limit = -1 // all of the stretch
		}
		b.add("number IN (")
		b.addNumbers(s.sources, low, high, p.q.Newest, limit)
		b.add(")")
	default:
		b.add("number >= 1 + ? AND number <= ?", low, high)
		b.addSources(s.sources)
	}
	b.addSelection(s)
	b.add(" ORDER BY number"+direction(p.q.Newest)+" LIMIT ?", room)
	rows, err := p.r.file.Screens.QueryContext(ctx, b.text.String(), b.args...)
	if err != nil {
		return false, fmt.Errorf("read a page: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		m, size, err := scanPage(rows)
		if err != nil {
			return false, err
		}
		if s.exact || p.q.Filter.Match(&m) {
			if p.full() {
				return true, nil
			}
			if s.exact {
				p.append(m, size)
			} else {
				p.appendCut(m)
			}
		}
		p.advance(m.Number, m.Number-1)
		if !s.exact && p.late() && p.low < p.high {
			return true, nil
		}
	}
	if err := rows.Err(); err != nil {
		return false, err
	}
	p.advance(high, low)
	return false, nil
}

func (p *pageRead) full() bool { return len(p.page.Messages) == p.limit || p.bytesLeft <= 0 }

// append adds a message; size is the length of its data before it was cut. Reading
// a text that is then cut counts an eighth of its size.
func (p *pageRead) append(m live.Message, size int) {
	p.page.Messages, p.page.Sizes = append(p.page.Messages, m), append(p.page.Sizes, size)
	p.bytesLeft -= max(len(m.Data), size/8) + len(m.Type) + len(m.ID)
}

// advance sets the bound from which the page started: low, or high for the newest
// messages.
func (p *pageRead) advance(low, high int64) {
	if p.q.Newest {
		p.high = high
	} else {
		p.low = low
	}
}

// firstSince returns the number of the first message received at or after a time,
// or high+1. It is a binary search: if the clock has jumped, the times are not in
// order, and several numbers are possible results.
func (r *Reader) firstSince(ctx context.Context, micros, high int64) (int64, error) {
	low := int64(1)
	high++
	for low < high {
		middle := low + (high-low)/2
		var number, received int64
		err := r.file.Screens.QueryRowContext(ctx, "SELECT number, received FROM messages WHERE number >= ? AND number < ? ORDER BY number LIMIT 1",
			middle, high).Scan(&number, &received)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			high = middle
		case conn.IsCorrupt(err):
			// A damaged message has no time. The time of the next readable one
			// counts.
			next := r.findReadable(ctx, middle-1, high-1, false)
			err := r.file.Screens.QueryRowContext(ctx, "SELECT number, received FROM messages WHERE number >= ? AND number < ? ORDER BY number LIMIT 1",
				next, high).Scan(&number, &received)
			if err == nil && received < micros {
				low = number + 1
			} else {
				high = middle
			}
		case err != nil:
			return 0, conn.UserError(fmt.Errorf("find a time: %w", err))
		case received >= micros:
			high = middle
		default:
			low = number + 1
		}
	}
	return low, nil
}
