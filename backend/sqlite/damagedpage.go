package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"slices"
	"time"

	"signalbox/backend/live"
)

// around takes what look could not, from the table alone, which helps where an
// index is damaged. Where it is the table, the place of what cannot be read is
// taken by a gap for each source. It reports whether the page ends here.
func (p *pager) around(ctx context.Context, low, high int64, damaged error) (full bool, err error) {
	if p.q.Newest {
		high = min(high, p.high)
	} else {
		low = max(low, p.low)
	}
	begun, seen := time.Now(), 0
	place, unsound := low, false // the last number read
	if p.q.Newest {
		place = high + 1
	}
	var near live.Message // the last message read
	err = p.db.each(ctx, func(row []driver.Value) bool {
		var m live.Message
		if _, sound := fill(&m, row); !sound || m.Number <= low || m.Number > high || (m.Number > place) == p.q.Newest {
			unsound = true
			return false
		}
		if p.q.Filter.Match(&m) {
			if full = len(p.page.Messages) == p.limit || p.left <= 0; full {
				return false
			}
			p.add(m)
		}
		place, near = m.Number, m
		near.Data = ""
		p.move(m.Number, m.Number-1)
		if seen++; seen%256 == 0 && time.Since(begun) > p.db.patience {
			full = true
		}
		return !full
	}, "SELECT "+filled+" FROM messages WHERE number >= 1 + ? AND number <= ? ORDER BY number"+direction(p.q.Newest), low, high)
	switch {
	case err == nil && !unsound:
		p.db.metIndex(damaged)
		if !full {
			p.move(high, low)
		}
		return full, nil
	case err == nil:
		err = errUnsound
	case !isDamage(err):
		return false, err
	}
	d := &live.Damage{After: place, Err: err}
	if p.q.Newest {
		d.After, d.Through = p.db.readable(ctx, place, low+1, true), place-1
	} else {
		d.Through = p.db.readable(ctx, place, high, false) - 1
	}
	p.db.met(*d)
	if p.q.Filter.Wants(live.GapKind) {
		p.gaps(ctx, d, near)
	}
	p.move(d.Through, d.After)
	return len(p.page.Messages) >= p.limit && p.low < p.high, nil
}

// add adds a message that was read whole.
func (p *pager) add(m live.Message) {
	size := len(m.Data)
	if p.q.Preview > 0 && m.Kind == live.Event {
		most := max(p.q.Preview, live.PreviewNames)
		m.Cut = len(m.Type) > most || len(m.ID) > most
		m.Type, m.ID, m.Data = cutText(m.Type, most), cutText(m.ID, most), cutText(m.Data, p.q.Preview)
	}
	p.page.Messages, p.page.Sizes = append(p.page.Messages, m), append(p.page.Sizes, size)
	p.left -= max(len(m.Data), size/8) + len(m.Type) + len(m.ID)
}

// cutText cuts a text to so many bytes, at a character's edge.
func cutText(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return string(wholeRunes([]byte(s[:most])))
}

// gaps adds a gap for what is damaged of each source, with its count as far as
// the index by source has it, or one that says that nothing is known.
func (p *pager) gaps(ctx context.Context, d *live.Damage, near live.Message) {
	lost, err := p.db.lost(ctx, p.q.Filter.Sources, d.After, d.Through)
	if err != nil {
		lost = []loss{{source: near.Source, first: d.After + 1, count: -1}}
		if len(p.q.Filter.Sources) > 0 {
			lost[0].source = p.q.Filter.Sources[0]
		}
	}
	slices.SortFunc(lost, func(a, b loss) int {
		if p.q.Newest {
			a, b = b, a
		}
		return int(a.first - b.first)
	})
	for _, l := range lost {
		of := *d
		if l.count >= 0 {
			of.Missing = &l.count
		}
		text, err := json.Marshal(of.Gap(p.db.epoch))
		if err != nil {
			panic(err) // a Gap holds texts, times and a number
		}
		m := live.Message{Number: l.first}
		m.Source, m.Kind, m.Type, m.Data, m.Received = l.source, live.GapKind, live.GapKind.String(), string(text), near.Received
		p.add(m)
	}
}
