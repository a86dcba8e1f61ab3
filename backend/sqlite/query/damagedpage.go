package query

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"slices"
	"time"

	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/row"
)

// readAround continues a read that met damage, from the table without an index. If
// an index is damaged, it reads everything. If the table is, the page gets a gap of
// each source instead of the damaged messages. full reports whether the page ends
// here.
func (p *pageRead) readAround(ctx context.Context, low, high int64, cause error) (full bool, err error) {
	if p.q.Newest {
		high = min(high, p.high)
	} else {
		low = max(low, p.low)
	}
	begun, count := time.Now(), 0
	examined, badRow := low, false // the last number examined
	if p.q.Newest {
		examined = high + 1
	}
	var near live.Message // the last message read, without its data
	err = p.r.file.Streams.Rows(ctx, func(v []driver.Value) bool {
		var m live.Message
		if _, ok := row.ScanRange(&m, v); !ok || m.Number <= low || m.Number > high || (m.Number > examined) == p.q.Newest {
			badRow = true
			return false
		}
		if p.q.Filter.Match(&m) {
			if full = p.full(); full {
				return false
			}
			p.appendCut(m)
		}
		examined, near = m.Number, m
		near.Data = ""
		p.advance(m.Number, m.Number-1)
		if count++; count%256 == 0 && time.Since(begun) > p.r.MaxTime {
			full = true
		}
		return !full
	}, "SELECT "+row.RangeColumns+" FROM messages WHERE number >= 1 + ? AND number <= ? ORDER BY number"+direction(p.q.Newest), low, high)
	switch {
	case err == nil && !badRow:
		p.r.file.Damage.AddIndex(p.r.file.Epoch, cause)
		if !full {
			p.advance(high, low)
		}
		return full, nil
	case err == nil:
		err = conn.ErrBadRow
	case !conn.IsCorrupt(err):
		return false, err
	}
	d := &live.Damage{After: examined, Err: err}
	if p.q.Newest {
		d.After, d.Through = p.r.findReadable(ctx, examined, low+1, true), examined-1
	} else {
		d.Through = p.r.findReadable(ctx, examined, high, false) - 1
	}
	p.r.file.Damage.AddMessages(p.r.file.Epoch, *d)
	if p.q.Filter.Wants(live.GapKind) {
		p.appendGaps(ctx, d, near)
	}
	p.advance(d.Through, d.After)
	return len(p.page.Messages) >= p.limit && p.low < p.high, nil
}

// appendCut adds a message that was read in full, cut to its preview.
func (p *pageRead) appendCut(m live.Message) {
	size := len(m.Data)
	if p.q.Preview > 0 && m.Kind == live.Event {
		names := max(p.q.Preview, live.PreviewNames)
		m.Cut = len(m.Type) > names || len(m.ID) > names
		m.Type, m.ID, m.Data = row.Cut(m.Type, names), row.Cut(m.ID, names), row.Cut(m.Data, p.q.Preview)
	}
	p.append(m, size)
}

// appendGaps adds a gap for the damaged messages of each source, with their count
// from the index by source. If that index cannot be read, it adds one gap of unknown
// size. near is the message before the damage.
func (p *pageRead) appendGaps(ctx context.Context, d *live.Damage, near live.Message) {
	lost, err := p.r.countLost(ctx, p.selection.sources, d.After, d.Through)
	if err != nil {
		lost = []loss{{source: near.Source, first: d.After + 1, count: -1}}
		if len(p.selection.sources) > 0 {
			lost[0].source = p.selection.sources[0]
		}
	}
	slices.SortFunc(lost, func(a, b loss) int {
		if p.q.Newest {
			a, b = b, a
		}
		return int(a.first - b.first)
	})
	for _, l := range lost {
		ofSource := *d
		if l.count >= 0 {
			ofSource.Missing = &l.count
		}
		text, err := json.Marshal(ofSource.Gap(p.r.file.Epoch))
		if err != nil {
			panic(err) // a Gap holds texts, times and a number
		}
		m := live.Message{Number: l.first}
		m.Source, m.Kind, m.Type, m.Data, m.Received = l.source, live.GapKind, live.GapKind.String(), string(text), near.Received
		if p.q.Filter.Match(&m) {
			p.appendCut(m)
		}
	}
}
