package example

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"signalbox/backend/live"
)

// samplesOn is the mark that says whether the samples are on.
const samplesOn = "example/samples"

// The samples are the offline demo: remote feeds that are followed over real
// HTTP, and some life in the channels of the examples. A few messages a second
// in all, a burst now and then.
type samples struct {
	e       *Examples
	remotes []*remote

	starting sync.Mutex // one start or stop at a time
	mu       sync.Mutex
	stopRun  func() // nil while they are off; returns when all has ended
}

func newSamples(e *Examples) *samples {
	s := &samples{e: e}
	for i, make := range remotes {
		r := make(rand.New(rand.NewPCG(e.opt.Seed, uint64(i))))
		r.hungUp = e.hungUp
		s.remotes = append(s.remotes, r)
	}
	return s
}

func (s *samples) running() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopRun != nil
}

// restore starts the samples if they were on when the program last ended:
// their feeds are still there, and would find nobody to follow.
func (s *samples) restore(ctx context.Context) {
	m, err := s.e.j.Mark(ctx, samplesOn)
	if err == nil && m.Text == "on" {
		err = s.start(ctx)
	}
	if err != nil {
		s.e.complain(ctx, "start the samples again", err)
	}
}

func (s *samples) start(ctx context.Context) error {
	s.starting.Lock()
	defer s.starting.Unlock()
	if s.running() {
		return nil
	}
	if err := s.begin(); err != nil {
		return err
	}
	err := s.follow(ctx)
	if err == nil {
		err = s.e.j.SetMark(ctx, live.Mark{Name: samplesOn, Text: "on"})
	}
	if err != nil {
		s.end()
		// Half a demo is none. The first error is the one to tell.
		_ = s.unfollow(context.WithoutCancel(ctx))
	}
	return err
}

func (s *samples) stop(ctx context.Context) error {
	s.starting.Lock()
	defer s.starting.Unlock()
	if !s.running() {
		return nil
	}
	// The feeds first: else they would report their servers' end as a loss.
	err := s.unfollow(ctx)
	s.end()
	if err != nil {
		return err
	}
	return s.e.j.SetMark(ctx, live.Mark{Name: samplesOn, Text: "off"})
}

func (s *samples) follow(ctx context.Context) error {
	for _, r := range s.remotes {
		if s.e.opt.Follow == nil {
			return nil
		}
		if err := s.e.opt.Follow.Follow(ctx, r.name, "/examples/samples/"+r.path, r.colour); err != nil {
			return err
		}
	}
	return nil
}

func (s *samples) unfollow(ctx context.Context) error {
	var first error
	for _, r := range s.remotes {
		if s.e.opt.Follow == nil {
			return nil
		}
		if err := s.e.opt.Follow.Unfollow(ctx, r.name); first == nil {
			first = err
		}
	}
	return first
}

// begin starts everything that publishes.
func (s *samples) begin() error {
	for _, r := range s.remotes {
		r.open(time.Now())
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	ok := s.e.spawn(func(run context.Context) {
		defer close(done)
		defer context.AfterFunc(run, cancel)()
		s.live(ctx)
	})
	if !ok {
		cancel()
		return notReady()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopRun = func() { cancel(); <-done }
	return nil
}

func (s *samples) live(ctx context.Context) {
	var parts sync.WaitGroup
	for _, part := range []func(context.Context){s.notices, s.talk, s.ask, s.tell} {
		parts.Go(func() { part(ctx) })
	}
	for _, r := range s.remotes {
		parts.Go(func() { r.run(ctx) })
	}
	parts.Wait()
}

func (s *samples) end() {
	s.mu.Lock()
	end := s.stopRun
	s.stopRun = nil
	s.mu.Unlock()
	end()
}

// serve is one of the remote servers that the sample feeds follow.
func (s *samples) serve(w http.ResponseWriter, r *http.Request) {
	for _, remote := range s.remotes {
		if remote.path != r.PathValue("name") {
			continue
		}
		if !s.running() {
			refuse(w, http.StatusServiceUnavailable, live.Errorf("samples_off", "The sample events are off.").
				WithHint("Start them in Signalbox: Try it with sample events."))
			return
		}
		remote.ServeHTTP(w, r)
		return
	}
	refuse(w, http.StatusNotFound, live.Errorf("not_found", "There is no sample %s.", strconv.Quote(r.PathValue("name"))))
}
