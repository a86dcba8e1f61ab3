package shape

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
)

const (
	// pause is the time between two looks.
	pause = time.Second
	// perSource is how many of the newest messages of a source one look examines.
	perSource = 100
	// perLook is how many sources one look examines.
	perLook = 50
	// maxTypes is how many types of messages are known of a source, and maxAll of all.
	maxTypes, maxAll = 100, 1000
	// preview is how many bytes of the data are read; longer data is not examined.
	preview = 64 << 10
	// saveEvery is the longest time for which what was learned is not stored.
	saveEvery = time.Minute
)

// A Store keeps what a Watch knows. Load returns "" if nothing was saved.
type Store interface {
	Load(context.Context) (string, error)
	Save(context.Context, string) error
}

// Options are the parameters of New.
type Options struct {
	Store Store
	// Watched reports whether a source is watched.
	Watched func(live.Source) bool
	Log     *slog.Logger
}

// A Watch looks at the new messages of all sources. Its methods are for one
// goroutine.
type Watch struct {
	journal *journal.Journal
	opt     Options
	sources map[int64]*watched
	types   int // of all sources
	saved   time.Time
	dirty   bool
}

// A watched is what is known of the messages of one source.
type watched struct {
	Number int64             `json:"number"` // of the last message examined
	Types  map[string]*shape `json:"types"`
}

// stored is what a Store keeps.
type stored struct {
	Epoch   string             `json:"epoch"`
	Sources map[int64]*watched `json:"sources"`
}

// New returns a Watch of a journal.
func New(j *journal.Journal, opt Options) *Watch {
	return &Watch{journal: j, opt: opt, sources: map[int64]*watched{}}
}

// Run looks at new messages until ctx ends.
func (w *Watch) Run(ctx context.Context) error {
	w.load(ctx)
	for {
		changed, _ := w.journal.Changed()
		w.look(ctx)
		if time.Since(w.saved) > saveEvery {
			w.save(ctx)
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			w.save(context.WithoutCancel(ctx))
			return nil
		case <-timer.C:
		}
	}
}

// look examines the newest messages of the sources that have any.
func (w *Watch) look(ctx context.Context) {
	left := perLook
	for _, src := range w.journal.Sources() {
		last := w.journal.Tally(src.ID).Last
		s := w.sources[src.ID]
		if s != nil && s.Number >= last || last == 0 || !w.opt.Watched(src) {
			continue
		}
		if left--; left < 0 || ctx.Err() != nil {
			return // the others come with the next look
		}
		if err := w.examine(ctx, src.ID, s); err != nil && ctx.Err() == nil {
			w.opt.Log.Warn("the shape of new messages was not looked at", "source", src.Name, "error", err)
			return
		}
	}
}

// examine looks at the newest messages of a source. It is nil when it is seen for
// the first time; then there is nothing to compare with.
func (w *Watch) examine(ctx context.Context, id int64, s *watched) error {
	tell := s != nil
	if s == nil {
		s = &watched{Types: map[string]*shape{}}
		w.sources[id] = s
	}
	page, err := w.journal.Read(ctx, live.Query{Filter: live.Filter{Sources: []int64{id}}, After: s.Number, Newest: true, Limit: perSource, Preview: preview})
	if err != nil {
		return err
	}
	s.Number, w.dirty = page.To, true
	var notes []live.Draft
	for i := range page.Messages {
		m := &page.Messages[i]
		if m.Kind != live.Event || m.Cut || page.Sizes[i] > len(m.Data) {
			continue
		}
		known := s.Types[m.Type]
		if known == nil {
			if len(s.Types) >= maxTypes || w.types >= maxAll {
				continue
			}
			known = &shape{}
			s.Types[m.Type] = known
			w.types++
		}
		for _, t := range known.look(m.Data, m.Type, tell) {
			notes = append(notes, note(id, t, live.Position{Epoch: w.journal.Epoch(), Number: m.Number}))
		}
	}
	if len(notes) == 0 {
		return nil
	}
	// First: what is told twice is worse than what is not told before a crash.
	w.save(ctx)
	_, err = w.journal.AppendAll(ctx, notes)
	return err
}

// note returns a note about a message.
func note(source int64, t live.Text, at live.Position) live.Draft {
	t = t.Then(live.Textf("shape/first", "It was first seen in the message {position}.", "position", at))
	b, err := json.Marshal(live.NewNote(t))
	if err != nil {
		panic(err) // impossible: notes are texts and numbers
	}
	return live.Draft{Source: source, Kind: live.NoteKind, Data: string(b)}
}

func (w *Watch) load(ctx context.Context) {
	w.saved = time.Now()
	text, err := w.opt.Store.Load(ctx)
	var was stored
	if err != nil || text == "" || json.Unmarshal([]byte(text), &was) != nil || was.Epoch != w.journal.Epoch() {
		return // it learns again
	}
	for id, s := range was.Sources {
		if s == nil || s.Types == nil {
			continue
		}
		for name, known := range s.Types {
			if known == nil {
				delete(s.Types, name)
				continue
			}
			known.count()
			w.types++
		}
		w.sources[id] = s
	}
}

// save stores what is known of the sources that still exist.
func (w *Watch) save(ctx context.Context) {
	if w.saved = time.Now(); !w.dirty {
		return
	}
	for id, s := range w.sources {
		if _, ok := w.journal.SourceByID(id); !ok {
			w.types -= len(s.Types)
			delete(w.sources, id)
		}
	}
	b, err := json.Marshal(stored{w.journal.Epoch(), w.sources})
	if err == nil {
		err = w.opt.Store.Save(ctx, string(b))
	}
	if err != nil {
		w.opt.Log.Warn("what is known of the shape of messages was not stored", "error", err)
		return
	}
	w.dirty = false
}
