package feed

import (
	"errors"
	"maps"
	"slices"
	"time"
)

// steps are what takes the steps of a change back.
type steps []func() error

func (s *steps) add(undo func() error) {
	if undo != nil {
		*s = append(*s, undo)
	}
}

// undo takes the steps back, the last one first, and returns those that failed.
func (s steps) undo() (left steps, err error) {
	for _, step := range slices.Backward(s) {
		if e := step(); e != nil {
			left, err = slices.Insert(left, 0, step), errors.Join(err, e)
		}
	}
	return left, err
}

// rollBack takes the steps of a failed change back. A step that cannot be
// taken back now is tried again, also before the next change of the feed.
func (f *Follower) rollBack(id int64, done steps) {
	left, err := done.undo()
	if err == nil {
		return
	}
	f.opt.Log.Error("a failed change was not taken back; it will be tried again", "feed", id, "error", err)
	f.mu.Lock()
	f.undos[id] = left
	f.mu.Unlock()
}

// retryUndo undoes what rollBack could not. It is called with the feed's lock held.
func (f *Follower) retryUndo(id int64) error {
	f.mu.Lock()
	failed := f.undos[id]
	f.mu.Unlock()
	if len(failed) == 0 {
		return nil
	}
	left, err := failed.undo()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.undos, id)
	if err != nil {
		f.undos[id] = left
	}
	return err
}

// cleanUp tries again to undo failed changes, and forgets the secrets of feeds
// that can no longer be restored.
func (f *Follower) cleanUp() {
	f.mu.Lock()
	ids := slices.Collect(maps.Keys(f.undos))
	var late []int64
	for id, r := range f.removed {
		if time.Now().After(r.until) {
			late = append(late, id)
		}
	}
	f.mu.Unlock()
	for _, id := range ids {
		unlock := f.lock(id)
		if err := f.retryUndo(id); err != nil {
			f.opt.Log.Warn("a failed change was not taken back yet", "feed", id, "error", err)
		}
		unlock()
	}
	for _, id := range late {
		unlock := f.lock(id)
		f.forget(id)
		unlock()
	}
}
