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
	"signalbox/backend/sqlite/row"
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
		n, err := r.firstSince(ctx, conn.MicrosUp(q.At), high)
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
	limit     int   // of messages
	bytesLeft int   // the size of the data that may still be added
	commonID  bool  // whether maxWithID or more messages have the id of the filter
	stretch   int64 // how many messages to examine before the time is checked again
	page      live.Page
}

func (p *pageRead) run(ctx context.Context) (live.Page, error) {
	first, last := p.low+1, p.high
	indexed, err := p.isIndexed(ctx)
	if err != nil {
		return live.Page{}, err
	}
	p.stretch = firstExamined
	more := false
	if q := question(&p.q.Filter); indexed || q.IsZero() {
		more, err = p.examine(ctx, p.low, p.high, indexed)
	} else {
		more, err = p.search(ctx, &q)
	}
	if err != nil {
		return live.Page{}, err
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

// examine examines the messages with low < number <= high, which are next. more
// reports whether the page ends before it has examined all of them: it is full, or
// the time is over. whole is whether one query may read them all.
func (p *pageRead) examine(ctx context.Context, low, high int64, whole bool) (more bool, err error) {
	for {
		all := span{max(p.low, low), min(p.high, high)}
		if all.after >= all.through {
			return false, nil
		}
		part := all
		if !whole {
			if part, err = p.nextStretch(ctx, all); err != nil {
				return false, err
			}
		}
		at := time.Now()
		full, err := p.read(ctx, part.after, part.through)
		if conn.IsCorrupt(err) {
			full, err = p.readAround(ctx, part.after, part.through, err)
		}
		if err != nil {
			return false, err
		}
		if full || p.late() && p.low < p.high {
			return true, nil
		}
		if part != all && time.Since(at) < p.r.MaxTime/10 {
			p.stretch *= 2
		}
	}
}

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
	if !s.wantsEvents() || s.marked {
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

// A span is the messages with after < number <= through.
type span struct{ after, through int64 }

// nextStretch returns the next p.stretch messages of the query's sources in a span.
func (p *pageRead) nextStretch(ctx context.Context, in span) (span, error) {
	var b builder
	if !p.canMerge() {
		b.add("SELECT number FROM messages WHERE number >= 1 + ? AND number <= ? ORDER BY number"+direction(p.q.Newest)+" LIMIT 1 OFFSET ?",
			in.after, in.through, p.stretch)
	} else {
		b.add("SELECT number FROM (")
		b.addNumbers(p.selection.sources, in.after, in.through, p.q.Newest, int(p.stretch)+1)
		b.add(") ORDER BY number"+direction(p.q.Newest)+" LIMIT 1 OFFSET ?", p.stretch)
	}
	var edge int64
	switch err := p.r.file.Screens.QueryRowContext(ctx, b.text.String(), b.args...).Scan(&edge); {
	case errors.Is(err, sql.ErrNoRows):
		return in, nil
	case conn.IsCorrupt(err):
		edge = in.after + 1 + min(p.stretch, in.through-in.after)
		if p.q.Newest {
			edge = in.through - min(p.stretch, in.through-in.after)
		}
	case err != nil:
		return in, fmt.Errorf("find a page: %w", err)
	}
	if p.q.Newest {
		return span{edge, in.through}, nil
	}
	return span{in.after, edge - 1}, nil
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
		b.addColumns(p.q.Preview)
	} else {
		b.addColumns(0)
	}
	b.add(" FROM messages WHERE ")
	switch {
	case !s.wantsEvents():
		b.add("number IN (")
		b.addGaps(s, low, high, p.q.Newest, room)
		b.add(")")
	case s.marked:
		b.add("number IN (SELECT number FROM bookmarks WHERE removed = 0 AND number >= 1 + ? AND number <= ?)", low, high)
		b.addSources(s.sources)
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
		m, size, err := row.ScanPage(rows)
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
