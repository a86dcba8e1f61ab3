package query

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"signalbox/backend/filter"
	"signalbox/backend/live"
	"signalbox/backend/sqlite/conn"
	"signalbox/backend/sqlite/index"
	"signalbox/backend/sqlite/signature"
)

// maxBlocks is how many blocks one query may read. It takes a few milliseconds.
const maxBlocks = 4

// question returns what every event must have that f selects.
func question(f *live.Filter) index.Question {
	q := index.Question{From: math.MinInt64, To: math.MaxInt64}
	where, ok := f.Where.(*filter.Filter)
	if !ok {
		return q
	}
	q.Text = questionOf(where.Need())
	from, to := where.Times()
	if !from.IsZero() {
		q.From = conn.MicrosUp(from)
	}
	if !to.IsZero() {
		q.To = conn.MicrosUp(to)
	}
	return q
}

func questionOf(n filter.Need) signature.Question {
	switch {
	case n.Piece != "":
		return signature.Piece(n.Piece)
	case len(n.Any) > 0:
		return signature.Any(questionsOf(n.Any)...)
	}
	return signature.All(questionsOf(n.All)...)
}

func questionsOf(needs []filter.Need) (qs []signature.Question) {
	for _, n := range needs {
		qs = append(qs, questionOf(n))
	}
	return qs
}

// search examines the blocks in which the index finds what q asks for. In all others
// only gaps and notes can match. more is as in examine.
func (p *pageRead) search(ctx context.Context, q *index.Question) (more bool, err error) {
	gap := int64(-1) // the next gap or note; 0 for none, -1 if not known
	for s := range p.r.index.Stretches(q, p.low, p.high, p.q.Newest) {
		if s.Candidate {
			more, err = p.examine(ctx, s.After, s.Through, 0 < s.Blocks && s.Blocks <= maxBlocks)
		} else {
			if gap != 0 && (gap <= p.low || gap > p.high) {
				if gap, err = p.nextGap(ctx); err != nil {
					return false, err
				}
			}
			if s.After < gap && gap <= s.Through {
				more, err = p.readGaps(ctx, s.After, s.Through)
			} else {
				p.advance(s.Through, s.After)
			}
			more = more || p.late() && p.low < p.high
		}
		if more || err != nil {
			return more, err
		}
	}
	return false, nil
}

// nextGap returns the number of the next gap or note that may be selected, or 0 if
// there is none.
func (p *pageRead) nextGap(ctx context.Context) (number int64, err error) {
	if !p.selection.wantsGaps() {
		return 0, nil
	}
	var b builder
	b.addGaps(p.selection, p.low, p.high, p.q.Newest, 1)
	err = p.r.file.Screens.QueryRowContext(ctx, b.text.String(), b.args...).Scan(&number)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, nil
	case conn.IsCorrupt(err):
		// They are looked for in each stretch, with what is known about damage there.
		if p.q.Newest {
			return p.high, nil
		}
		return p.low + 1, nil
	case err != nil:
		return 0, fmt.Errorf("find a gap: %w", err)
	}
	return number, nil
}

// readGaps adds the gaps and notes of a stretch in which no event matches. more is as
// in examine.
func (p *pageRead) readGaps(ctx context.Context, low, high int64) (more bool, err error) {
	whole := p.selection
	defer func() { p.selection = whole }()
	gaps := *whole
	gaps.events = sqlConstant(false)
	p.selection = &gaps
	return p.examine(ctx, low, high, true)
}
