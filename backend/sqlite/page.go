package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"signalbox/backend/live"
)

const (
	// window is how many messages are looked at before the first look at the
	// clock: with 16 MiB in each, that takes some tenths of a second.
	window = 16
	// commonID is how many messages have an id that is not looked up by it.
	commonID = 5000
	// heaviest is how much data a page carries in memory.
	heaviest = 32 << 20
)

// Page answers a query in a bounded time.
func (db *DB) Page(ctx context.Context, q live.Query) (live.Page, error) {
	// What is committed now is the page's world; what comes while it is made
	// belongs to the next.
	last := db.last.Load()
	low, high := min(max(q.After, 0), last), last
	if q.Before > 0 {
		high = min(high, q.Before-1)
	}
	if !q.At.IsZero() {
		// Rounded up: what was received within that microsecond came before.
		n, err := db.at(ctx, micro(q.At.Add(time.Microsecond-1)), high)
		if err != nil {
			return live.Page{}, err
		}
		low = max(low, n-1)
	}
	p := &pager{db: db, q: q, low: low, high: max(low, high), limit: min(max(q.Limit, 1), 5000), left: heaviest}
	page, err := p.run(ctx)
	return page, explain(err)
}

// A pager makes one page, window by window. It looks at low < number <= high
// and moves the bound that it comes from.
type pager struct {
	db        *DB
	q         live.Query
	low, high int64
	limit     int
	left      int  // bytes of data that the page may still take
	common    bool // whether the id that is asked for is one of many messages
	page      live.Page
}

func (p *pager) run(ctx context.Context) (live.Page, error) {
	first, last := p.low+1, p.high
	begun, step, more := time.Now(), int64(window), false
	all, err := p.direct(ctx)
	if err != nil {
		return live.Page{}, err
	}
	for p.low < p.high && !more {
		low, high := p.low, p.high
		if !all {
			var err error
			if low, high, err = p.window(ctx, step); err != nil {
				return live.Page{}, err
			}
		}
		at := time.Now()
		stopped, err := p.look(ctx, low, high)
		if isDamage(err) {
			stopped, err = p.around(ctx, low, high, err)
		}
		if err != nil {
			return live.Page{}, err
		}
		more = stopped || time.Since(begun) > p.db.patience && p.low < p.high
		if time.Since(at) < p.db.patience/10 {
			step *= 2
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
	return p.page, nil
}

// direct reports whether an index leads to what matches, so that nothing is
// looked at in vain and one window is enough.
func (p *pager) direct(ctx context.Context) (bool, error) {
	f := &p.q.Filter
	if !f.Wants(live.Event) {
		return true, nil
	}
	if f.ID == "" {
		return f.IsZero() && (len(f.Sources) == 0 || p.few()), nil
	}
	// Some servers send one id with every message. What is that common is
	// found soon anyway, and sorting all of it takes as long as there is.
	var n int64
	err := p.db.read.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM ids WHERE id = ?1
		UNION ALL SELECT 1 FROM messages WHERE id = ?1 AND again = 1 LIMIT ?2)`, f.ID, commonID).Scan(&n)
	if isDamage(err) {
		p.db.metIndex(err)
		n, err = commonID, nil
	}
	if err != nil {
		return false, fmt.Errorf("find an id: %w", err)
	}
	p.common = n == commonID
	return !p.common, nil
}

// few says whether the sources are read each from its own index.
func (p *pager) few() bool {
	return 0 < len(p.q.Filter.Sources) && len(p.q.Filter.Sources) <= merged
}

// window returns the next stretch, of n messages of the query's sources.
func (p *pager) window(ctx context.Context, n int64) (low, high int64, err error) {
	var q query
	if !p.few() {
		q.add("SELECT number FROM messages WHERE number >= 1 + ? AND number <= ? ORDER BY number"+direction(p.q.Newest)+" LIMIT 1 OFFSET ?",
			p.low, p.high, n)
	} else {
		q.add("SELECT number FROM (")
		q.numbers(p.q.Filter.Sources, p.low, p.high, p.q.Newest, int(n)+1)
		q.add(") ORDER BY number"+direction(p.q.Newest)+" LIMIT 1 OFFSET ?", n)
	}
	var edge int64
	switch err := p.db.read.QueryRowContext(ctx, q.text.String(), q.args...).Scan(&edge); {
	case err == sql.ErrNoRows:
		return p.low, p.high, nil
	case isDamage(err):
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

// look adds what matches in low < number <= high, and moves the bound to
// where it stopped. It says whether the page is full while there is more.
func (p *pager) look(ctx context.Context, low, high int64) (full bool, err error) {
	f := &p.q.Filter
	room := p.limit - len(p.page.Messages)
	var q query
	q.add("SELECT number, source, received, kind, connection, retry, size, ")
	if most := max(p.q.Preview, live.PreviewNames); p.q.Preview > 0 {
		for _, name := range []string{"type", "id"} {
			q.add("CASE WHEN octet_length("+name+") > ? THEN substr(CAST("+name+" AS BLOB), 1, ?) ELSE "+name+" END, ", most, most)
		}
		// Cut as bytes: substr of a text stops at a NUL. The JSON of gaps and
		// notes is short, and of no use when cut.
		q.add("CASE WHEN kind = 0 AND size > ? THEN substr(CAST(data AS BLOB), 1, ?) ELSE data END", p.q.Preview, p.q.Preview)
	} else {
		q.add("type, id, data")
	}
	q.add(rare + " FROM messages WHERE ")
	switch {
	case !f.Wants(live.Event):
		q.add("number IN (")
		q.gaps(f, low, high, p.q.Newest, room+1)
		q.add(")")
	case f.ID != "" && !p.common:
		// Numbers first: sorting them should not carry the data along.
		q.add("number IN (SELECT number FROM ids WHERE id = ? AND number >= 1 + ? AND number <= ?"+
			" UNION ALL SELECT number FROM messages WHERE id = ? AND again = 1 AND number >= 1 + ? AND number <= ?", f.ID, low, high, f.ID, low, high)
		if f.WantsGaps() {
			q.add(" UNION ALL ")
			q.gaps(f, low, high, p.q.Newest, room+1)
		}
		q.add(")")
		q.sources(f.Sources)
	case p.few():
		most := room + 1
		if !f.IsZero() {
			most = -1 // all: the window is the bound
		}
		q.add("number IN (")
		q.numbers(f.Sources, low, high, p.q.Newest, most)
		q.add(")")
	default:
		q.add("number >= 1 + ? AND number <= ?", low, high)
		q.sources(f.Sources)
	}
	q.filter(f)
	q.add(" ORDER BY number"+direction(p.q.Newest)+" LIMIT ?", room+1)
	rows, err := p.db.read.QueryContext(ctx, q.text.String(), q.args...)
	if err != nil {
		return false, fmt.Errorf("read a page: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if len(p.page.Messages) == p.limit || p.left <= 0 {
			return true, nil
		}
		m, size, err := scan(rows)
		if err != nil {
			return false, err
		}
		p.page.Messages, p.page.Sizes = append(p.page.Messages, m), append(p.page.Sizes, size)
		// A text that is cut must still be read: an eighth of the price of
		// carrying it.
		p.left -= max(len(m.Data), size/8) + len(m.Type) + len(m.ID)
		p.move(m.Number, m.Number-1)
	}
	if err := rows.Err(); err != nil {
		return false, err
	}
	p.move(high, low)
	return false, nil
}

// move moves the bound behind which everything was looked at.
func (p *pager) move(low, high int64) {
	if p.q.Newest {
		p.high = high
	} else {
		p.low = low
	}
}

// at returns the first number received at or after a time, or high+1, by
// halving. Where the clock has jumped it is one of the places that fit.
func (db *DB) at(ctx context.Context, us, high int64) (int64, error) {
	low := int64(1)
	high++
	for low < high {
		middle := low + (high-low)/2
		var number, received int64
		err := db.read.QueryRowContext(ctx, "SELECT number, received FROM messages WHERE number >= ? AND number < ? ORDER BY number LIMIT 1",
			middle, high).Scan(&number, &received)
		switch {
		case err == sql.ErrNoRows:
			high = middle
		case isDamage(err):
			// What cannot be read has no time. It belongs to what comes next.
			next := db.readable(ctx, middle-1, high-1, false)
			err := db.read.QueryRowContext(ctx, "SELECT number, received FROM messages WHERE number >= ? AND number < ? ORDER BY number LIMIT 1",
				next, high).Scan(&number, &received)
			if err == nil && received < us {
				low = number + 1
			} else {
				high = middle
			}
		case err != nil:
			return 0, explain(fmt.Errorf("find a time: %w", err))
		case received >= us:
			high = middle
		default:
			low = number + 1
		}
	}
	return low, nil
}
