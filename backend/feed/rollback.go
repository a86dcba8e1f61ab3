package feed

import (
	"errors"
	"maps"
	"slices"
	"time"
)

// undoSteps undo the steps of a change.
type undoSteps []func() error

func (u *undoSteps) add(undo func() error) {
	if undo != nil {
		*u = append(*u, undo)
	}
}

// run undoes the steps, the last one first, and returns those that failed.
func (u undoSteps) run() (failed undoSteps, err error) {
	for _, undo := range slices.Backward(u) {
		if e := undo(); e != nil {
			failed, err = slices.Insert(failed, 0, undo), errors.Join(err, e)
		}
	}
	return failed, err
}

// rollBack undoes the steps of a failed change. A step that cannot be undone now
// is tried again, and also before the next change of the feed.
func (f *Follower) rollBack(id int64, undo undoSteps) {
	failed, err := undo.run()
	if err == nil {
		return
	}
	f.opt.Log.Error("a failed change was not undone; it will be tried again", "feed", id, "error", err)
	f.mu.Lock()
	f.undos[id] = failed
	f.mu.Unlock()
}

// retryUndo tries again what rollBack could not undo. It is called with the
// feed's lock held.
func (f *Follower) retryUndo(id int64) error {
	f.mu.Lock()
	undo := f.undos[id]
	f.mu.Unlock()
	if len(undo) == 0 {
		return nil
	}
	failed, err := undo.run()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.undos, id)
	if err != nil {
		f.undos[id] = failed
	}
	return err
}

// cleanUp tries again to undo failed changes, and forgets feeds that can no
// longer be restored.
func (f *Follower) cleanUp() {
	f.mu.Lock()
	unfinished := slices.Collect(maps.Keys(f.undos))
	var expired []int64
	for id, removed := range f.removed {
		if time.Now().After(removed.until) {
			expired = append(expired, id)
		}
	}
	f.mu.Unlock()
	for _, id := range unfinished {
		unlock := f.lock(id)
		if err := f.retryUndo(id); err != nil {
			f.opt.Log.Warn("a failed change was not undone yet", "feed", id, "error", err)
		}
		unlock()
	}
	for _, id := range expired {
		unlock := f.lock(id)
		f.forgetRemoved(id)
		unlock()
	}
}
