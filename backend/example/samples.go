package example

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"

	"signalbox/backend/live"
)

// The samples are the offline demo: remote feeds that are followed over real
// HTTP, and some life in channels. A few messages a second in all, a burst now
// and then.
//
// They touch only sources that they made, which they remember by their ids.
// Where a name is taken they make one beside it. A channel that has the name
// of an example page's shares what is behind the page, so the page shows the
// samples' life; for the others there are parts of their own.
type samples struct {
	e       *Examples
	remotes []*remote

	// For the channels that no example page shows.
	clock    *clock
	chat     *chat
	reliable *reliable
	sequence *sequence
	device   *device

	starting sync.Mutex // one start, stop or removal at a time
	mu       sync.Mutex
	saved    remembered // Made is nil until it was loaded
	stopRun  func()     // nil while they are off; returns when all has ended
}

func newSamples(e *Examples) *samples {
	s := &samples{e: e}
	always := func() bool { return true } // they run only while the samples do
	s.clock = &clock{e, s.apart("clock"), always}
	s.chat = newChat(e, s.apart("chat"))
	s.reliable = newReliable(e, s.apart("reliable"), "reliable/samples", always)
	s.sequence = &sequence{e: e, channel: s.apart("sequence")}
	s.device = newDevice(e, s.apart("device"))
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
	// However long it takes: a store that cannot be read may be mended.
	if s.e.opt.Follow != nil && s.e.opt.Follow.Ready(ctx) != nil {
		return
	}
	s.starting.Lock()
	err := s.load(ctx)
	s.starting.Unlock()
	if err == nil && s.on() {
		err = s.start(ctx)
	}
	if err != nil {
		s.e.complain(ctx, "start the samples again", err)
	}
}

// on reports whether the samples are to be on, also after the next start of
// the program.
func (s *samples) on() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saved.On
}

func (s *samples) start(ctx context.Context) error {
	s.starting.Lock()
	defer s.starting.Unlock()
	if s.running() {
		return nil
	}
	if !s.e.ready() {
		return notReady()
	}
	if err := s.load(ctx); err != nil {
		return err
	}
	if err := s.makeChannels(ctx); err != nil {
		return err
	}
	if err := s.begin(); err != nil {
		return err
	}
	err := s.follow(ctx)
	if err == nil {
		err = s.save(ctx, func(r *remembered) { r.On = true })
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
	return s.save(ctx, func(r *remembered) { r.On = false })
}

// SamplePath is where the local server has the streams that the sample feeds
// follow.
const SamplePath = "/examples/samples/"

// follow goes on with the feeds that the samples made, and makes the others.
func (s *samples) follow(ctx context.Context) error {
	follow := s.e.opt.Follow
	if follow == nil {
		return nil
	}
	for _, r := range s.remotes {
		if src, ok := s.made(r.name); ok {
			if err := follow.Resume(ctx, src.ID, SamplePath+r.path); err != nil {
				return err
			}
			continue
		}
		err := s.add(ctx, r.name, func(name string) (live.Source, error) {
			return follow.Make(ctx, name, SamplePath+r.path, r.colour)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *samples) unfollow(ctx context.Context) error {
	var errs []error
	for _, r := range s.remotes {
		if src, ok := s.made(r.name); ok {
			errs = append(errs, s.e.opt.Follow.Pause(ctx, src.ID))
		}
	}
	return errors.Join(errs...)
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
	for _, part := range []func(context.Context){
		s.notices, s.talk, s.ask, s.tell, s.clock.run, s.reliable.run, s.device.run,
	} {
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
