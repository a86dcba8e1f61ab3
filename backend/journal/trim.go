package journal

import (
	"context"
	"time"

	"signalbox/backend/live"
)

const (
	// softPercent is the excess over a limit at which the writer begins to trim:
	// deleting several messages at once costs less than one at a time.
	softPercent = 1
	// hardPercent is the excess above which the writer trims before it commits
	// the next batch.
	hardPercent = 4
	// The writer deletes at most maxTrim messages at once, and may delete minTrim
	// after any batch.
	maxTrim, minTrim = 512, 64
	// trimPause is the time without trimming after trimming has failed.
	trimPause = time.Second
)

// SetKeep sets how much of the journal is kept. The writer applies the limits
// when it appends; Trim applies them, and the age, at once.
func (j *Journal) SetKeep(keep live.Keep) { j.keep.Store(&keep) }

// LimitsChanged returns a channel that gets a signal when the Keep of a source
// has changed. The receiver should call Trim.
func (j *Journal) LimitsChanged() <-chan struct{} { return j.limitsChanged }

// Trim deletes the messages that exceed keep or the Keep of their source, and
// those of sources that can no longer be restored. It works in short
// transactions between commits, and ends when nothing is left to delete and the
// free space has been returned to the disk. It returns the number of messages
// deleted.
func (j *Journal) Trim(ctx context.Context, keep live.Keep) (total int64, err error) {
	j.trimming.Lock()
	defer j.trimming.Unlock()
	n, err := j.trimAll(ctx, func() (live.Trim, bool) { return j.sources.Excess(keep, 0) })
	if total += n; err != nil {
		return total, err
	}
	for _, cut := range j.sources.Expired(keep, j.store.Now()) {
		n, err := j.trimAll(ctx, func() (live.Trim, bool) { return cut, true })
		if total += n; err != nil {
			return total, err
		}
		if cut.Removed {
			if err := j.runTask(ctx, func() error { return j.deleteSource(cut.Source) }); err != nil {
				return total, err
			}
		}
	}
	return total, j.shrink(ctx, live.Trimmed{More: true})
}

// trimAll trims until next returns no cut, or a cut that deletes nothing. It
// returns the number of messages deleted.
func (j *Journal) trimAll(ctx context.Context, next func() (live.Trim, bool)) (total int64, err error) {
	for {
		var t live.Trimmed
		err := j.runTask(ctx, func() (err error) {
			if cut, ok := next(); ok {
				t, err = j.trimOnce(cut)
			}
			return err
		})
		total += count(t)
		if err != nil || len(t.Sources) == 0 {
			return total, err
		}
		if err := j.shrink(ctx, t); err != nil {
			return total, err
		}
	}
}

// shrink returns free space to the disk until there is no more; t is the result
// of the last step.
func (j *Journal) shrink(ctx context.Context, t live.Trimmed) error {
	for t.More {
		err := j.runTask(ctx, func() (err error) {
			t, err = j.trimOnce(live.Trim{})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// trimOnce trims in one transaction of the store. Only the writer goroutine
// calls it.
func (j *Journal) trimOnce(cut live.Trim) (live.Trimmed, error) {
	t, err := j.store.Trim(context.Background(), cut)
	if err != nil {
		return t, err
	}
	j.sources.Subtract(t.Sources)
	if t.First == 0 {
		t.First = j.Last() + 1
	}
	j.first.Store(t.First)
	return t, nil
}

// count returns the number of messages deleted.
func count(t live.Trimmed) (n int64) {
	for _, tally := range t.Sources {
		n += tally.Kept
	}
	return n
}

// trimAfterBatch trims after a batch of that many messages: up to twice as many
// if a limit is exceeded by softPercent, and all of the excess above
// hardPercent.
func (w *writer) trimAfterBatch(appended int) {
	keep := w.keep.Load()
	if keep == nil {
		keep = new(live.Keep)
	}
	budget := max(2*appended, minTrim)
	percent := int64(softPercent)
	for {
		if budget <= 0 {
			percent = hardPercent
		}
		cut, over := w.sources.Excess(*keep, percent)
		if !over || time.Now().Before(w.noTrimBefore) {
			return
		}
		cut.Limit = maxTrim
		if budget > 0 {
			cut.Limit = min(budget, maxTrim)
		}
		t, err := w.trimOnce(cut)
		n := count(t)
		if err != nil || n == 0 {
			// The error returns in the next Trim, whose caller reports it.
			w.noTrimBefore = time.Now().Add(trimPause)
			return
		}
		budget -= int(n)
		if t.More && budget > 0 {
			if _, err := w.trimOnce(live.Trim{}); err != nil {
				return
			}
		}
	}
}

// deleteSource deletes a removed source if it has no messages left. Only the
// writer goroutine calls it.
func (j *Journal) deleteSource(id int64) error {
	s, ok := j.SourceByID(id)
	if !ok || s.Removed.IsZero() || j.Tally(id).Kept > 0 {
		return nil
	}
	if err := j.store.DeleteSource(context.Background(), id); err != nil {
		return err
	}
	j.sources.Delete(id)
	return nil
}
