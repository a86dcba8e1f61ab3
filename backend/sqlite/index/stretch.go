package index

import (
	"errors"
	"io/fs"
	"iter"
	"math"
	"os"
	"slices"
	"sort"

	"signalbox/backend/sqlite/signature"
	"signalbox/backend/sqlite/summary"
)

// A Stretch is the messages with After < number <= Through.
type Stretch struct {
	After, Through int64
	// Candidate is whether events of it may match. If not, none does.
	Candidate bool
	// Blocks is how many blocks it has, each of about signature.BlockBytes; 0 if it
	// is not covered.
	Blocks int
}

// A part is what is known about a span: the blocks of a segment or of the tail, or
// nothing.
type part struct {
	span
	segment   *segment
	blocks    signature.Blocks
	summaries summary.Blocks // of the blocks
}

// A Question is what the events that a search wants have in their texts, and that
// they were received with From <= received < To, in microseconds.
type Question struct {
	Text     signature.Question
	From, To int64
}

// hasTimes reports whether q asks for a time.
func (q *Question) hasTimes() bool { return q.From > math.MinInt64 || q.To < math.MaxInt64 }

// IsZero reports whether every block may have a match.
func (q *Question) IsZero() bool { return q.Text.IsZero() && !q.hasTimes() }

// Stretches returns the messages with after < number <= through as stretches that
// follow each other, the newest first or the oldest first. It reads segments only as
// the caller goes on.
func (ix *Index) Stretches(q *Question, after, through int64, newest bool) iter.Seq[Stretch] {
	return func(yield func(Stretch) bool) {
		parts := ix.parts(after, through)
		if newest {
			slices.Reverse(parts)
		}
		for _, p := range parts {
			for _, s := range ix.ask(q, p, newest) {
				s.After, s.Through = max(s.After, after), min(s.Through, through)
				if s.After < s.Through && !yield(s) {
					return
				}
			}
		}
	}
}

// parts returns what overlaps after < number <= through, in order and without holes.
func (ix *Index) parts(after, through int64) (list []part) {
	ix.mu.Lock()
	segments, t := ix.segments, ix.tail
	ix.mu.Unlock()
	at := after
	add := func(p part) {
		if p.through <= at || p.after >= through {
			return
		}
		if p.after > at {
			list = append(list, part{span: span{at, p.after}})
		}
		list = append(list, p)
		at = p.through
	}
	for i := sort.Search(len(segments), func(i int) bool { return segments[i].through > after }); i < len(segments); i++ {
		if segments[i].after >= through {
			break
		}
		add(part{span: segments[i].span, segment: &segments[i]})
	}
	if len(t.blocks) > 0 {
		add(part{span: span{t.after, t.through()}, blocks: t.blocks, summaries: t.summaries})
	}
	if at < through {
		list = append(list, part{span: span{at, through}})
	}
	return list
}

// ask returns the stretches of a part.
func (ix *Index) ask(q *Question, p part, newest bool) []Stretch {
	whole := []Stretch{{After: p.after, Through: p.through, Candidate: true}}
	if p.isOutside(q.From, q.To) {
		whole[0].Candidate = false
		return whole
	}
	var throughs []int64
	var from signature.Slices
	switch {
	case p.segment != nil:
		f, err := os.Open(ix.path(p.segment.fileName()))
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				ix.lose(*p.segment, err)
			}
			return whole
		}
		defer f.Close()
		s, err := signature.Open(f)
		if err != nil || s.After != p.after || s.Through() != p.through {
			ix.lose(*p.segment, err)
			return whole
		}
		throughs, from = s.Throughs, s
	case len(p.blocks) > 0:
		throughs, from = p.throughs(), p.blocks
	default:
		return whole
	}
	first := signature.FirstBlocks(len(throughs))
	if q.hasTimes() && !p.isInside(q.From, q.To) {
		of, _, end := ix.summaries(p)
		for i := range throughs {
			if of != nil && !summary.Overlaps(of, i, q.From, q.To) {
				first.Remove(i)
			}
		}
		end()
	}
	found, err := signature.Ask(&q.Text, from, first)
	if err != nil {
		ix.loseDamaged(p, err)
		return whole
	}
	var list []Stretch
	at := p.after
	for i, through := range throughs {
		if has := found.Has(i); len(list) > 0 && list[len(list)-1].Candidate == has {
			list[len(list)-1].Through = through
			list[len(list)-1].Blocks++
		} else {
			list = append(list, Stretch{at, through, has, 1})
		}
		at = through
	}
	if newest {
		slices.Reverse(list)
	}
	return list
}
