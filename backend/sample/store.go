package sample

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync"
	"time"

	"signalbox/backend/example"
	"signalbox/backend/live"
)

// A Store keeps a text for the samples across restarts of the program.
type Store interface {
	Load(context.Context) (string, error) // "" if nothing was saved
	Save(context.Context, string) error
}

// memory is a Store that lasts as long as the program.
type memory struct {
	mu   sync.Mutex
	text string
}

func (m *memory) Load(context.Context) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.text, nil
}

func (m *memory) Save(_ context.Context, text string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.text = text
	return nil
}

// saved is the text that the samples store, as JSON: whether they are on, and the
// ids of the sources that they created. A source may have been renamed since.
type saved struct {
	On   bool             `json:"on"`
	Made map[string]int64 `json:"made"` // ids of sources, by the name that was wanted
}

// feedsTimeout is how long a request waits until the feeds are loaded.
const feedsTimeout = 5 * time.Second

// load reads the values that an earlier run saved, once. It waits for the feeds,
// so source knows which of the created sources still exist.
func (e *Events) load(ctx context.Context) error {
	if e.options.Feeds != nil {
		soon, cancel := context.WithTimeout(ctx, feedsTimeout)
		defer cancel()
		if e.options.Feeds.Ready(soon) != nil {
			return example.ErrNotReady()
		}
	}
	e.mu.Lock()
	loaded := e.saved.Made != nil
	e.mu.Unlock()
	if loaded {
		return nil
	}
	text, err := e.options.Store.Load(ctx)
	if err != nil {
		return err
	}
	s := saved{Made: make(map[string]int64)}
	if text == "" {
		err = e.adopt(ctx, &s)
	} else if err = json.Unmarshal([]byte(text), &s); err == nil && s.Made == nil {
		s.Made = make(map[string]int64)
	}
	if err != nil {
		return fmt.Errorf("read which sources the samples created: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.saved = s
	return nil
}

// adopt finds the feeds that an older version created without saving their ids:
// they have the names of the samples and follow their servers. Channels cannot
// be distinguished from the user's.
func (e *Events) adopt(ctx context.Context, s *saved) error {
	m, err := e.journal.Mark(ctx, "example/samples")
	if err != nil || m.Text == "" || e.options.Feeds == nil {
		return err
	}
	s.On = m.Text == "on"
	for _, u := range e.upstreams {
		if src, ok := e.journal.Source(u.name); ok && src.Kind == live.FeedSource && e.options.Feeds.FollowsSample(src.ID) {
			s.Made[u.name] = src.ID
		}
	}
	return nil
}

// save changes the saved values and stores them. After an error nothing has
// changed.
func (e *Events) save(ctx context.Context, change func(*saved)) error {
	e.mu.Lock()
	next := saved{e.saved.On, maps.Clone(e.saved.Made)}
	e.mu.Unlock()
	change(&next)
	text, err := json.Marshal(next)
	if err != nil {
		return err
	}
	if err := e.options.Store.Save(ctx, string(text)); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.saved = next
	return nil
}
