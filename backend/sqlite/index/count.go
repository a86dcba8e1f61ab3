package index

import (
	"errors"
	"io/fs"
	"iter"
	"os"
	"slices"

	"signalbox/backend/sqlite/signature"
	"signalbox/backend/sqlite/summary"
)

// A Counted is the messages with After < number <= Through, and whether they were
// counted.
type Counted struct {
	After, Through int64
	Done           bool
}

// Count adds the messages with after < number <= through to a tally, the newest
// first, as the caller goes on. What is not counted must be read.
func (ix *Index) Count(t *summary.Tally, after, through int64) iter.Seq[Counted] {
	return func(yield func(Counted) bool) {
		parts := ix.parts(after, through)
		for _, p := range slices.Backward(parts) {
			for _, c := range ix.count(t, p, summary.Span{After: max(p.after, after), Through: min(p.through, through)}) {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// count counts what is in a part, the newest first.
func (ix *Index) count(t *summary.Tally, p part, in summary.Span) []Counted {
	whole := []Counted{{After: in.After, Through: in.Through}}
	if p.isOutside(t.From, t.To) {
		whole[0].Done = true
		return whole
	}
	of, throughs, end := ix.summaries(p)
	defer end()
	if of == nil {
		return whole
	}
	counting, err := t.Begin(of)
	if err != nil {
		return whole
	}
	defer counting.Flush()
	var list []Counted
	for i, through := range slices.Backward(throughs) {
		all := summary.Span{After: p.after, Through: through}
		if i > 0 {
			all.After = throughs[i-1]
		}
		c := Counted{After: max(all.After, in.After), Through: min(through, in.Through)}
		if c.After >= c.Through {
			continue
		}
		if c.Done, err = counting.Count(i, all, in); err != nil {
			ix.loseDamaged(p, err)
			c.Done = false
		}
		if n := len(list); n > 0 && list[n-1].Done == c.Done {
			list[n-1].After = c.After
		} else {
			list = append(list, c)
		}
	}
	return list
}

// isOutside reports whether no message of a part was received with
// from <= received < to.
func (p *part) isOutside(from, to int64) bool {
	return p.segment != nil && (p.segment.newest < from || p.segment.oldest >= to)
}

// isInside reports whether each message of a part was received then.
func (p *part) isInside(from, to int64) bool {
	return p.segment != nil && from <= p.segment.oldest && p.segment.newest < to
}

// summaries returns the summaries of a part, nil if it has none, and the last number
// of each block. Call end after their use.
func (ix *Index) summaries(p part) (of summary.Summaries, throughs []int64, end func()) {
	end = func() {}
	switch {
	case len(p.blocks) > 0:
		return &p.summaries, p.throughs(), end
	case p.segment == nil:
		return nil, nil, end
	}
	f, err := os.Open(ix.path(p.segment.fileName()))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			ix.lose(*p.segment, err)
		}
		return nil, nil, end
	}
	end = func() { f.Close() }
	head, err := signature.Open(f)
	if err != nil || head.After != p.after || head.Through() != p.through {
		ix.lose(*p.segment, err)
		return nil, nil, end
	}
	s, err := openSummaries(f, head)
	if err != nil {
		ix.loseDamaged(p, err)
		return nil, nil, end
	}
	return s, head.Throughs, end
}

func (ix *Index) loseDamaged(p part, err error) {
	if p.segment != nil && (errors.Is(err, signature.ErrDamaged) || errors.Is(err, summary.ErrDamaged)) {
		ix.lose(*p.segment, err)
	}
}

// throughs returns the last number of each block of the tail.
func (p *part) throughs() (list []int64) {
	for i := range p.blocks {
		list = append(list, p.blocks[i].Through)
	}
	return list
}
