package example

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"signalbox/backend/live"
)

// A Memory keeps a text for the samples beyond the end of the program.
type Memory interface {
	Load(context.Context) (string, error) // "" where nothing was ever saved
	Save(context.Context, string) error
}

// inMemory is a Memory that lasts as long as the program.
type inMemory struct {
	mu   sync.Mutex
	text string
}

func (m *inMemory) Load(context.Context) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.text, nil
}

func (m *inMemory) Save(_ context.Context, text string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.text = text
	return nil
}

// remembered is what the samples save: whether they are on, and which sources
// they made. A source is known by its id: its name may be another one's by now.
type remembered struct {
	On   bool             `json:"on"`
	Made map[string]int64 `json:"made"` // by the name that they wanted
}

// readyWithin is how long a request waits for the feeds to be loaded.
const readyWithin = 5 * time.Second

// lifeIn are the channels in which the samples publish, in the order in which
// they are made.
var lifeIn = []string{"messages", "clock", "chat", "reliable", "sequence", "device"}

// load reads what an earlier run saved, once. Before it returns it is known
// which of that is still there.
func (s *samples) load(ctx context.Context) error {
	if s.e.opt.Follow != nil {
		soon, cancel := context.WithTimeout(ctx, readyWithin)
		defer cancel()
		if s.e.opt.Follow.Ready(soon) != nil {
			return notReady()
		}
	}
	s.mu.Lock()
	known := s.saved.Made != nil
	s.mu.Unlock()
	if known {
		return nil
	}
	text, err := s.e.opt.Memory.Load(ctx)
	if err != nil {
		return err
	}
	r := remembered{Made: make(map[string]int64)}
	if text == "" {
		err = s.adopt(ctx, &r)
	} else if err = json.Unmarshal([]byte(text), &r); err == nil && r.Made == nil {
		r.Made = make(map[string]int64)
	}
	if err != nil {
		return fmt.Errorf("read what the samples made: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saved = r
	return nil
}

// adopt finds what a version made that did not remember it: feeds of the
// samples' names that follow their streams. Of a channel nobody can tell.
func (s *samples) adopt(ctx context.Context, r *remembered) error {
	m, err := s.e.j.Mark(ctx, "example/samples")
	if err != nil || m.Text == "" || s.e.opt.Follow == nil {
		return err
	}
	r.On = m.Text == "on"
	for _, remote := range s.remotes {
		if src, ok := s.e.j.Source(remote.name); ok && src.Kind == live.FeedSource && s.e.opt.Follow.Follows(src.ID) {
			r.Made[remote.name] = src.ID
		}
	}
	return nil
}

// save changes what is remembered, after it is safely stored.
func (s *samples) save(ctx context.Context, change func(*remembered)) error {
	s.mu.Lock()
	next := remembered{s.saved.On, maps.Clone(s.saved.Made)}
	s.mu.Unlock()
	change(&next)
	text, err := json.Marshal(next)
	if err != nil {
		return err
	}
	if err := s.e.opt.Memory.Save(ctx, string(text)); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saved = next
	return nil
}

// made returns the source that the samples made for a name that they wanted,
// under the name that it has now.
func (s *samples) made(wanted string) (live.Source, bool) {
	s.mu.Lock()
	id, ok := s.saved.Made[wanted]
	s.mu.Unlock()
	if !ok {
		return live.Source{}, false
	}
	src, ok := s.e.j.SourceByID(id)
	if !ok || !src.Removed.IsZero() {
		return live.Source{}, false
	}
	if src.Kind == live.FeedSource && (s.e.opt.Follow == nil || !s.e.opt.Follow.Follows(id)) {
		return live.Source{}, false // the user has made something else of it
	}
	return src, true
}

// allMade returns the sources that the samples made and that are still there,
// oldest first.
func (s *samples) allMade() []live.Source {
	s.mu.Lock()
	wanted := slices.Collect(maps.Keys(s.saved.Made))
	s.mu.Unlock()
	var all []live.Source
	for _, name := range wanted {
		if src, ok := s.made(name); ok {
			all = append(all, src)
		}
	}
	slices.SortFunc(all, func(a, b live.Source) int { return int(a.ID - b.ID) })
	return all
}

// channel returns the channel that the samples made for a name, whatever it is
// called now.
func (s *samples) channel(wanted string) channel {
	return func() (string, bool) {
		src, ok := s.made(wanted)
		return src.Name, ok
	}
}

// shares reports whether the samples made the channel that an example page
// shows: then what is behind the page is behind the samples too.
func (s *samples) shares(name string) bool {
	src, ok := s.made(name)
	return ok && src.Name == name
}

// apart returns the channel that the samples made for a name while it is not
// the one that the example page of that name shows.
func (s *samples) apart(wanted string) channel {
	return func() (string, bool) {
		src, ok := s.made(wanted)
		return src.Name, ok && src.Name != wanted
	}
}

// free returns a name that no source has: the one that is wanted, or one like
// it that says where it comes from.
func (s *samples) free(wanted string) string {
	name := wanted
	for n := 1; ; n++ {
		if _, taken := s.e.j.Source(name); !taken {
			return name
		}
		name = wanted + " (sample)"
		if n > 1 {
			name = fmt.Sprintf("%s (sample %d)", wanted, n)
		}
	}
}

// add calls make with free names until one is taken by it, and remembers the
// source before anything is done with it.
func (s *samples) add(ctx context.Context, wanted string, make func(name string) (live.Source, error)) error {
	var src live.Source
	for tries := 0; ; tries++ {
		var err error
		if src, err = make(s.free(wanted)); err == nil {
			break
		}
		// Somebody else may have been faster by a moment.
		if tries == 3 || !errors.Is(err, &live.Error{Code: "name_taken"}) {
			return err
		}
	}
	return s.save(ctx, func(r *remembered) { r.Made[wanted] = src.ID })
}

// makeChannels makes those channels of the samples that are not there.
func (s *samples) makeChannels(ctx context.Context) error {
	for _, wanted := range lifeIn {
		if _, ok := s.made(wanted); ok {
			continue
		}
		err := s.add(ctx, wanted, func(name string) (live.Source, error) {
			return s.e.j.AddSource(ctx, live.Source{Name: name, Kind: live.ChannelSource, Colour: colours[wanted]})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// remove removes everything that the samples made, and returns it. It stays
// remembered: a removal can be undone.
func (s *samples) remove(ctx context.Context) (gone []live.Source, err error) {
	s.starting.Lock()
	defer s.starting.Unlock()
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	if err := s.save(ctx, func(r *remembered) { r.On = false }); err != nil {
		return nil, err
	}
	all := s.allMade()
	// The feeds first: else they would report their servers' end as a loss. And
	// one that is restored stays paused.
	errs := []error{s.unfollow(ctx)}
	if s.running() {
		s.end()
	}
	for _, src := range all {
		remove := s.e.j.RemoveSource
		if src.Kind == live.FeedSource {
			remove = s.e.opt.Follow.Remove
		}
		if err := remove(ctx, src.ID); err != nil {
			errs = append(errs, err)
			continue
		}
		gone = append(gone, src)
	}
	return gone, errors.Join(errs...)
}
