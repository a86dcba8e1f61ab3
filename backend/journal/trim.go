package journal

import (
	"context"

	"signalbox/backend/live"
)

// Trim deletes what keep does not keep, and the messages of sources that
// were removed ten minutes ago, in short chunks between commits, until
// nothing is left to trim. It returns how many messages went.
func (j *Journal) Trim(ctx context.Context, keep live.Keep) (int64, error) {
	j.trimming.Lock()
	defer j.trimming.Unlock()
	removed := j.removed()
	var total int64
	for {
		var n int64
		err := j.do(ctx, func() error {
			gone, err := j.store.Trim(context.Background(), keep, removed)
			n = j.sources.uncount(gone)
			return err
		})
		total += n
		if err != nil {
			return total, err
		}
		if n == 0 {
			break
		}
		// Here and not in the writer: it must not wait for a free reader.
		if err := j.survey(ctx); err != nil {
			return total, err
		}
	}
	for _, id := range removed {
		if err := j.do(ctx, func() error { return j.forget(id) }); err != nil {
			return total, err
		}
	}
	return total, nil
}

// removed returns the sources whose time to be restored is over.
func (j *Journal) removed() []int64 {
	j.sources.mu.RLock()
	defer j.sources.mu.RUnlock()
	var ids []int64
	for id, s := range j.sources.byID {
		if j.lapsed(s) {
			ids = append(ids, id)
		}
	}
	return ids
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
	j.sources.version.Add(1)
	return nil
}
