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

// run undoes the steps, the last one first, and returns the steps that could not
// be undone.
func (u undoSteps) run() (failed undoSteps, err error) {
	for _, undo := range slices.Backward(u) {
		if e := undo(); e != nil {
			failed, err = slices.Insert(failed, 0, undo), errors.Join(err, e)
		}
	}
	return failed, err
}

// rollBack undoes the steps of a failed change. If a step cannot be undone now,
// cleanUp and the next change of the feed call finishUndo.
func (f *Follower) rollBack(id int64, undo undoSteps) {
	failed, err := undo.run()
	if err == nil {
		return
	}
	f.opt.Log.Error("a failed change was not undone; this will be repeated", "feed", id, "error", err)
	f.mu.Lock()
	f.undos[id] = failed
	f.mu.Unlock()
}

// finishUndo undoes the steps that rollBack could not undo. It is called with the
// feed's lock held.
func (f *Follower) finishUndo(id int64) error {
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

// cleanUp finishes the undo of failed changes, and deletes the secrets of feeds
// that can no longer be restored.
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
		if err := f.finishUndo(id); err != nil {
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
