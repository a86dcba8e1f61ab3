package sample

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"signalbox/backend/example"
	"signalbox/backend/live"
)

// channels are the channels of the samples, in the order in which they are
// created.
var channels = []string{"messages", "clock", "chat", "reliable", "sequence", "device"}

// source returns the source that the samples created for a name. The user may
// have renamed it.
func (e *Events) source(wanted string) (live.Source, bool) {
	e.mu.Lock()
	id, ok := e.saved.Made[wanted]
	e.mu.Unlock()
	if !ok {
		return live.Source{}, false
	}
	src, ok := e.journal.SourceByID(id)
	if !ok || !src.Removed.IsZero() {
		return live.Source{}, false
	}
	if src.Kind == live.FeedSource && (e.options.Feeds == nil || !e.options.Feeds.FollowsSample(id)) {
		return live.Source{}, false // the user has given it another address
	}
	return src, true
}

// Made returns the sources that the samples created and that still exist, oldest
// first.
func (e *Events) Made() []live.Source {
	e.mu.Lock()
	names := slices.Collect(maps.Keys(e.saved.Made))
	e.mu.Unlock()
	var all []live.Source
	for _, name := range names {
		if src, ok := e.source(name); ok {
			all = append(all, src)
		}
	}
	slices.SortFunc(all, func(a, b live.Source) int { return int(a.ID - b.ID) })
	return all
}

// channel returns the present name of the channel that the samples created for a
// name.
func (e *Events) channel(wanted string) example.ChannelName {
	return func() (string, bool) {
		src, ok := e.source(wanted)
		return src.Name, ok
	}
}

// isPageChannel reports whether the samples created the channel that the example
// page of that name shows. The samples then use the page's chat or sequence.
func (e *Events) isPageChannel(name string) bool {
	src, ok := e.source(name)
	return ok && src.Name == name
}

// ownChannel returns the name of the channel that the samples created for a name,
// if the example page of that name shows another channel.
func (e *Events) ownChannel(wanted string) example.ChannelName {
	return func() (string, bool) {
		src, ok := e.source(wanted)
		return src.Name, ok && src.Name != wanted
	}
}

// freeName returns a name that no source has: the wanted one, or it with "(sample)"
// behind it.
func (e *Events) freeName(wanted string) string {
	name := wanted
	for n := 1; ; n++ {
		if _, exists := e.journal.Source(name); !exists {
			return name
		}
		name = wanted + " (sample)"
		if n > 1 {
			name = fmt.Sprintf("%s (sample %d)", wanted, n)
		}
	}
}

// add calls create with a free name, and saves the id of the new source at once.
func (e *Events) add(ctx context.Context, wanted string, create func(name string) (live.Source, error)) error {
	var src live.Source
	for attempt := 0; ; attempt++ {
		var err error
		if src, err = create(e.freeName(wanted)); err == nil {
			break
		}
		// Another source may have got the name in the meantime.
		if attempt == 3 || !errors.Is(err, &live.Error{Code: "name_taken"}) {
			return err
		}
	}
	return e.save(ctx, func(s *saved) { s.Made[wanted] = src.ID })
}

// addChannels creates the channels of the samples that do not exist.
func (e *Events) addChannels(ctx context.Context) error {
	for _, wanted := range channels {
		if _, ok := e.source(wanted); ok {
			continue
		}
		err := e.add(ctx, wanted, func(name string) (live.Source, error) {
			return e.journal.AddSource(ctx, live.Source{Name: name, Kind: live.ChannelSource, Colour: example.Colour(wanted)})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// SamplePath is the path of the local server under which the sample feeds find
// their servers.
const SamplePath = "/examples/samples/"

// resumeFeeds resumes the feeds of the samples, and creates those that do not
// exist.
func (e *Events) resumeFeeds(ctx context.Context) error {
	feeds := e.options.Feeds
	if feeds == nil {
		return nil
	}
	for _, u := range e.upstreams {
		if src, ok := e.source(u.name); ok {
			if err := feeds.Resume(ctx, src.ID, SamplePath+u.path); err != nil {
				return err
			}
			continue
		}
		err := e.add(ctx, u.name, func(name string) (live.Source, error) {
			return feeds.Create(ctx, name, SamplePath+u.path, u.colour)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// pauseFeeds pauses the feeds of the samples.
func (e *Events) pauseFeeds(ctx context.Context) error {
	var errs []error
	for _, u := range e.upstreams {
		if src, ok := e.source(u.name); ok {
			errs = append(errs, e.options.Feeds.Pause(ctx, src.ID))
		}
	}
	return errors.Join(errs...)
}

// Remove stops the samples and removes the sources that they created, and
// nothing else. It returns the removed sources, also with an error. Their ids stay
// saved, because a removal can be undone.
func (e *Events) Remove(ctx context.Context) (removed []live.Source, err error) {
	e.changing.Lock()
	defer e.changing.Unlock()
	if err := e.load(ctx); err != nil {
		return nil, err
	}
	if err := e.save(ctx, func(s *saved) { s.On = false }); err != nil {
		return nil, err
	}
	all := e.Made()
	// The feeds are paused first. They would report the end of their servers as
	// an outage otherwise, and a restored feed stays paused.
	errs := []error{e.pauseFeeds(ctx)}
	if e.Running() {
		e.end()
	}
	for _, src := range all {
		remove := e.journal.RemoveSource
		if src.Kind == live.FeedSource {
			remove = e.options.Feeds.Remove
		}
		if err := remove(ctx, src.ID); err != nil {
			errs = append(errs, err)
			continue
		}
		removed = append(removed, src)
	}
	return removed, errors.Join(errs...)
}
