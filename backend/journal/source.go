package journal

import (
	"context"
	"time"

	"signalbox/backend/journal/sources"
	"signalbox/backend/live"
)

// Source looks a source up by its name; a removed one is not found.
func (j *Journal) Source(name string) (live.Source, bool) { return j.sources.ByName(name) }

// SourceByID looks a source up by its id; a removed one is found until its
// messages are gone.
func (j *Journal) SourceByID(id int64) (live.Source, bool) { return j.sources.ByID(id) }

// Sources returns the sources that are not removed, oldest first.
func (j *Journal) Sources() []live.Source { return j.sources.All() }

// RestoreTime is how long a removed source can be restored.
const RestoreTime = sources.RestoreTime

// RemovedSources returns the sources that RestoreSource can restore, the last
// removed first.
func (j *Journal) RemovedSources() []live.Source { return j.sources.Restorable(j.store.Now()) }

// SourcesVersion returns a number that grows whenever a source is added,
// removed, restored or renamed.
func (j *Journal) SourcesVersion() int64 { return j.sources.Version() }

// Tally returns the counts of a source.
func (j *Journal) Tally(id int64) live.Tally { return j.sources.Tally(id) }

// AddSource adds a source and returns it with its id. If its colour is 0,
// AddSource chooses one. Errors: "bad_name", "name_taken".
func (j *Journal) AddSource(ctx context.Context, s live.Source) (live.Source, error) {
	if err := live.CheckName(s.Name); err != nil {
		return live.Source{}, err
	}
	err := j.runTask(ctx, func() error {
		if _, taken := j.Source(s.Name); taken {
			return nameTaken(s.Name)
		}
		s.ID, s.Removed = 0, time.Time{}
		if s.Colour < 1 || s.Colour > live.Colours {
			s.Colour = j.leastUsedColour()
		}
		if s.Created.IsZero() {
			s.Created = j.opt.Now()
		}
		s.Created = time.UnixMicro(s.Created.UnixMicro()).UTC()
		return j.putSource(&s)
	})
	return s, err
}

// ChangeSource changes the name, colour and Keep of a source. Errors:
// "bad_name", "name_taken", "not_found".
func (j *Journal) ChangeSource(ctx context.Context, s live.Source) (live.Source, error) {
	if err := live.CheckName(s.Name); err != nil {
		return live.Source{}, err
	}
	var changed live.Source
	err := j.runTask(ctx, func() error {
		var ok bool
		if changed, ok = j.SourceByID(s.ID); !ok || !changed.Removed.IsZero() {
			return notFound()
		}
		if other, taken := j.Source(s.Name); taken && other.ID != s.ID {
			return nameTaken(s.Name)
		}
		changed.Name, changed.Keep = s.Name, s.Keep
		if 1 <= s.Colour && s.Colour <= live.Colours {
			changed.Colour = s.Colour
		}
		return j.putSource(&changed)
	})
	if err == nil && changed.Keep != (live.Keep{}) {
		select {
		case j.limitsChanged <- struct{}{}:
		default: // a signal waits already
		}
	}
	return changed, err
}

// RemoveSource removes a source. RestoreSource can undo that for
// sources.RestoreTime; then Trim deletes its messages. Error: "not_found".
func (j *Journal) RemoveSource(ctx context.Context, id int64) error {
	return j.runTask(ctx, func() error {
		s, ok := j.SourceByID(id)
		if !ok || !s.Removed.IsZero() {
			return notFound()
		}
		s.Removed = time.UnixMicro(j.opt.Now().UnixMicro()).UTC()
		return j.putSource(&s)
	})
}

// RestoreSource undoes a removal. Errors: "not_found" if it is too late,
// "name_taken" if another source has the name now.
func (j *Journal) RestoreSource(ctx context.Context, id int64) (live.Source, error) {
	var s live.Source
	err := j.runTask(ctx, func() error {
		var ok bool
		if s, ok = j.SourceByID(id); !ok || sources.IsLost(s, j.store.Now()) {
			return notFound()
		}
		if other, taken := j.Source(s.Name); taken && other.ID != id {
			return nameTaken(s.Name)
		}
		s.Removed = time.Time{}
		return j.putSource(&s)
	})
	return s, err
}

// SetSeen stores that the user has seen all messages that a source has now.
func (j *Journal) SetSeen(ctx context.Context, source int64) error {
	return j.runTask(ctx, func() error {
		if _, ok := j.SourceByID(source); !ok {
			return notFound()
		}
		seen := j.Tally(source).Appended
		if err := j.store.PutSeen(ctx, source, seen); err != nil {
			return err
		}
		j.sources.SetSeen(source, seen)
		return nil
	})
}

// putSource saves a source and then adds it to the list. Only the writer
// goroutine calls it.
func (j *Journal) putSource(s *live.Source) error {
	// The caller's context could end between the commit and its reply.
	saved, err := j.store.PutSource(context.Background(), *s)
	if err != nil {
		return err
	}
	*s = saved
	j.sources.Put(saved, j.Last())
	return nil
}

// leastUsedColour returns the colour that the fewest sources have.
func (j *Journal) leastUsedColour() int {
	var used [live.Colours + 1]int
	for _, s := range j.Sources() {
		used[s.Colour]++
	}
	best := 1
	for c := 2; c <= live.Colours; c++ {
		if used[c] < used[best] {
			best = c
		}
	}
	return best
}

func nameTaken(name string) error {
	return live.Errorf("name_taken", "Another source is called \"{name}\".", "name", name).WithField("name").
		WithHint("Choose another name.")
}

func notFound() error {
	return live.Errorf("not_found/source", "This source does not exist, or was removed.")
}
