package journal

import (
	"context"
	"time"

	"signalbox/backend/live"
)

const (
	// soft is by how much of a limit the journal may be over it, in percent,
	// before the writer trims: some at once cost less than each by itself.
	soft = 1
	// hard is from where on the writer trims before it commits anything else.
	hard = 4
	// trimPart is how many messages the writer deletes at once, at most; and
	// trimLeast at least.
	trimPart, trimLeast = 512, 64
	// trimRest is how long the writer does not trim after it failed.
	trimRest = time.Second
)

// SetKeep sets how much of the journal is kept from now on: the writer trims
// as it appends. Age is left to Trim, and so is what was kept before.
func (j *Journal) SetKeep(keep live.Keep) { j.keep.Store(&keep) }

// Due returns a channel that yields when a source's Keep was changed, so that
// Trim should be called.
func (j *Journal) Due() <-chan struct{} { return j.due }

// Trim deletes what keep and the Keep of each source do not keep, and the
// messages of sources that were removed ten minutes ago, in short
// transactions between commits, until nothing is left to trim and the space
// is given back. It returns how many messages went.
func (j *Journal) Trim(ctx context.Context, keep live.Keep) (total int64, err error) {
	j.trimming.Lock()
	defer j.trimming.Unlock()
	for {
		cut, over := live.Cut{}, false
		var t live.Trimmed
		err := j.do(ctx, func() (err error) {
			if cut, over = j.over(keep, 0); over {
				t, err = j.cut(cut)
			}
			return err
		})
		total += messages(t)
		if err != nil {
			return total, err
		}
		if len(t.Sources) == 0 {
			break
		}
		if err := j.shrink(ctx, t); err != nil {
			return total, err
		}
	}
	for _, cut := range j.cuts(keep) {
		n, err := j.trimAll(ctx, cut)
		total += n
		if err != nil {
			return total, err
		}
		if cut.Removed {
			if err := j.do(ctx, func() error { return j.forget(cut.Source) }); err != nil {
				return total, err
			}
		}
	}
	return total, j.shrink(ctx, live.Trimmed{More: true})
}

// trimAll trims until nothing is left of a cut.
func (j *Journal) trimAll(ctx context.Context, cut live.Cut) (total int64, err error) {
	for {
		var t live.Trimmed
		err := j.do(ctx, func() (err error) {
			t, err = j.cut(cut)
			return err
		})
		total += messages(t)
		if err != nil || len(t.Sources) == 0 {
			return total, err
		}
		if err := j.shrink(ctx, t); err != nil {
			return total, err
		}
	}
}

// shrink gives back the space that a trimming has left.
func (j *Journal) shrink(ctx context.Context, t live.Trimmed) error {
	for t.More {
		err := j.do(ctx, func() (err error) {
			t, err = j.cut(live.Cut{})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// cut trims once. Only in the writer goroutine.
func (j *Journal) cut(cut live.Cut) (live.Trimmed, error) {
	t, err := j.store.Trim(context.Background(), cut)
	if err != nil {
		return t, err
	}
	j.sources.uncount(t.Sources)
	if t.First == 0 {
		t.First = j.last.Load() + 1
	}
	j.first.Store(t.First)
	return t, nil
}

func messages(t live.Trimmed) (n int64) {
	for _, g := range t.Sources {
		n += g.Kept
	}
	return n
}

// cuts returns what is due for its age, or because its source was removed.
func (j *Journal) cuts(keep live.Keep) []live.Cut {
	now := j.store.Now()
	var cuts []live.Cut
	if keep.Age > 0 {
		cuts = append(cuts, live.Cut{Before: now.Add(-keep.Age)})
	}
	j.sources.mu.RLock()
	defer j.sources.mu.RUnlock()
	for _, id := range j.sources.limited {
		if age := j.sources.byID[id].Keep.Age; age > 0 {
			cuts = append(cuts, live.Cut{Source: id, Before: now.Add(-age)})
		}
	}
	for id, s := range j.sources.byID {
		if j.lapsed(s) {
			cuts = append(cuts, live.Cut{Source: id, Removed: true})
		}
	}
	return cuts
}

// over returns what to trim where a limit of the journal or of a source is
// exceeded by more than that part of it, in percent.
func (j *Journal) over(keep live.Keep, percent int64) (live.Cut, bool) {
	s := &j.sources
	s.mu.RLock()
	defer s.mu.RUnlock()
	if cut, over := beyond(keep, s.messages, s.bytes, percent); over {
		return cut, true
	}
	for _, id := range s.limited {
		if cut, over := beyond(s.byID[id].Keep, s.tallies[id].Kept, s.tallies[id].Bytes, percent); over {
			cut.Source = id
			return cut, true
		}
	}
	return live.Cut{}, false
}

func beyond(keep live.Keep, messages, bytes, percent int64) (cut live.Cut, over bool) {
	if keep.Messages > 0 && messages > keep.Messages+keep.Messages/100*percent {
		cut.Messages = messages - keep.Messages
	}
	if keep.Bytes > 0 && bytes > keep.Bytes+keep.Bytes/100*percent {
		cut.Bytes = bytes - keep.Bytes
	}
	return cut, cut.Messages > 0 || cut.Bytes > 0
}

// trimBehind trims behind a batch of so many messages: twice as many where a
// limit is exceeded a little, and as many as it takes where it is more.
func (w *writer) trimBehind(appended int) {
	keep := w.keep.Load()
	if keep == nil {
		keep = new(live.Keep)
	}
	budget := max(2*appended, trimLeast)
	percent := int64(soft)
	for {
		if budget <= 0 {
			percent = hard
		}
		cut, over := w.over(*keep, percent)
		if !over || time.Now().Before(w.resting) {
			return
		}
		cut.Limit = trimPart
		if budget > 0 {
			cut.Limit = min(budget, trimPart)
		}
		t, err := w.cut(cut)
		n := messages(t)
		if err != nil || n == 0 {
			// Trim, which is called now and then, tells whoever asked.
			w.resting = time.Now().Add(trimRest)
			return
		}
		budget -= int(n)
		if t.More && budget > 0 {
			if _, err := w.cut(live.Cut{}); err != nil {
				return
			}
		}
	}
}

// forget lets go of a source whose messages are gone.
func (j *Journal) forget(id int64) error {
	s, ok := j.SourceByID(id)
	if !ok || s.Removed.IsZero() || j.Tally(id).Kept > 0 {
		return nil
	}
	if err := j.store.DeleteSource(context.Background(), id); err != nil {
		return err
	}
	j.sources.mu.Lock()
	defer j.sources.mu.Unlock()
	delete(j.sources.byID, id)
	delete(j.sources.tallies, id)
	j.sources.unlimit(id)
	j.sources.version.Add(1)
	return nil
}
