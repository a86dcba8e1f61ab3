package sample

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"signalbox/backend/example"
	"signalbox/backend/journal"
	"signalbox/backend/live"
)

// Feeds creates feeds that follow the local server itself, and controls them.
type Feeds interface {
	// Ready waits until it is known which feeds exist, or ctx ends.
	Ready(ctx context.Context) error
	// Create creates a feed that follows a path of the local server. Error:
	// "name_taken".
	Create(ctx context.Context, name, path string, colour int) (live.Source, error)
	// FollowsSample reports whether a feed still follows a sample server. The
	// user may have given it another address.
	FollowsSample(id int64) bool
	// Resume resumes a feed that follows a path of the local server.
	Resume(ctx context.Context, id int64, path string) error
	// Pause pauses a feed. Its messages stay.
	Pause(ctx context.Context, id int64) error
	// Remove removes a feed with its messages.
	Remove(ctx context.Context, id int64) error
}

// Options connect the samples with the rest of the program. Each may be left out.
type Options struct {
	Feeds Feeds  // without it there are no sample feeds
	Store Store  // without it nothing is remembered across a restart
	Seed  uint64 // of the random numbers; 0 means 1
}

// Events are the sample events. The methods may be called from any
// goroutine.
type Events struct {
	journal   *journal.Journal
	examples  *example.Examples
	options   Options
	upstreams []*upstream

	// These publish to the channels that no example page shows.
	clock    *example.Clock
	chat     *example.Chat
	counter  *example.Counter
	sequence *example.Sequence
	device   *example.Device

	closing   chan struct{} // closed by CloseStreams
	closeOnce sync.Once

	changing sync.Mutex // held by Start, Stop and Remove, so that one runs at a time
	mu       sync.Mutex
	saved    saved  // Made is nil until it is loaded
	stop     func() // nil while the samples are off; returns when publish has returned
}

// New returns samples that run among the examples and are off until Start, or
// until Run finds that they were on.
func New(j *journal.Journal, examples *example.Examples, opt Options) *Events {
	if opt.Store == nil {
		opt.Store = new(memory)
	}
	if opt.Seed == 0 {
		opt.Seed = 1
	}
	e := &Events{journal: j, examples: examples, options: opt, closing: make(chan struct{})}
	always := func() bool { return true } // these run only while the samples do
	e.clock = examples.NewClock(e.ownChannel("clock"), always)
	e.chat = examples.NewChat(e.ownChannel("chat"))
	e.counter = examples.NewCounter(e.ownChannel("reliable"), "reliable/samples", always)
	e.sequence = examples.NewSequence(e.ownChannel("sequence"))
	e.device = examples.NewDevice(e.ownChannel("device"))
	for i, make := range catalogue {
		u := make(rand.New(rand.NewPCG(opt.Seed, uint64(i))))
		u.closing = e.closing
		e.upstreams = append(e.upstreams, u)
	}
	return e
}

// Run turns the samples on if they were on when the program last ended, also after
// a crash: their feeds would find no server otherwise. It returns when ctx ends.
// Call it once, while the examples run.
func (e *Events) Run(ctx context.Context) error {
	if err := e.restore(ctx); err != nil {
		e.examples.Warn(ctx, "start the samples again", err)
	}
	<-ctx.Done()
	return ctx.Err()
}

func (e *Events) restore(ctx context.Context) error {
	// Without a timeout: the feeds may wait for a store that is repaired.
	if e.options.Feeds != nil && e.options.Feeds.Ready(ctx) != nil {
		return nil
	}
	e.changing.Lock()
	err := e.load(ctx)
	e.changing.Unlock()
	if err != nil {
		return err
	}
	e.mu.Lock()
	on := e.saved.On
	e.mu.Unlock()
	if !on {
		return nil
	}
	return e.Start(ctx)
}

// Running reports whether the samples are on.
func (e *Events) Running() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stop != nil
}

// PublishTo reports whether the samples are on and publish to a channel that an
// example page shows.
func (e *Events) PublishTo(channel string) bool { return e.Running() && e.isPageChannel(channel) }

// startTimeout is how long Start waits until the examples run: the server may
// answer a moment before they do.
const startTimeout = 2 * time.Second

// Start turns the samples on. Its errors are "not_ready" while the examples do not
// run, and the errors of creating the feeds.
func (e *Events) Start(ctx context.Context) error {
	select {
	case <-e.examples.Started():
	case <-time.After(startTimeout):
	case <-ctx.Done():
	}
	e.changing.Lock()
	defer e.changing.Unlock()
	if e.Running() {
		return nil
	}
	if !e.examples.Running() {
		return example.ErrNotReady()
	}
	if err := e.load(ctx); err != nil {
		return err
	}
	if err := e.addChannels(ctx); err != nil {
		return err
	}
	if err := e.begin(); err != nil {
		return err
	}
	err := e.resumeFeeds(ctx)
	if err == nil {
		err = e.save(ctx, func(s *saved) { s.On = true })
	}
	if err != nil {
		e.end()
		// The first error is the one to report.
		_ = e.pauseFeeds(context.WithoutCancel(ctx))
	}
	return err
}

// Stop turns the samples off and pauses their feeds. Their messages stay.
func (e *Events) Stop(ctx context.Context) error {
	e.changing.Lock()
	defer e.changing.Unlock()
	if !e.Running() {
		return nil
	}
	// The feeds first: they would report the end of their servers as an outage.
	err := e.pauseFeeds(ctx)
	e.end()
	if err != nil {
		return err
	}
	return e.save(ctx, func(s *saved) { s.On = false })
}

// begin opens the upstreams and starts publish.
func (e *Events) begin() error {
	for _, u := range e.upstreams {
		u.open(time.Now())
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	ok := e.examples.Go(func(run context.Context) {
		defer close(done)
		defer context.AfterFunc(run, cancel)()
		e.publish(ctx)
	})
	if !ok {
		cancel()
		return example.ErrNotReady()
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stop = func() { cancel(); <-done }
	return nil
}

// publish runs everything that makes messages until ctx ends.
func (e *Events) publish(ctx context.Context) {
	var running sync.WaitGroup
	for _, run := range []func(context.Context){
		e.publishNotices, e.talk, e.askDevice, e.startSequences, e.clock.Run, e.counter.Run, e.device.Run,
	} {
		running.Go(func() { run(ctx) })
	}
	for _, u := range e.upstreams {
		running.Go(func() { u.run(ctx) })
	}
	running.Wait()
}

// end stops publish, and waits until it has returned.
func (e *Events) end() {
	e.mu.Lock()
	stop := e.stop
	e.stop = nil
	e.mu.Unlock()
	stop()
}

// CloseStreams closes the connections to the sample servers, and every later one
// at once. Call it when the program ends, because the local server waits for its
// connections.
func (e *Events) CloseStreams() { e.closeOnce.Do(func() { close(e.closing) }) }

// ServeHTTP answers GET /examples/samples/{name} as one of the sample servers.
func (e *Events) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, SamplePath)
	for _, u := range e.upstreams {
		if u.path != name {
			continue
		}
		if !e.Running() {
			example.Refuse(w, http.StatusServiceUnavailable, live.Errorf("samples_off", "The sample events are off.").
				WithHint("Start them in Signalbox: Try it with sample events."))
			return
		}
		u.ServeHTTP(w, r)
		return
	}
	example.Refuse(w, http.StatusNotFound, live.Errorf("not_found/sample", "There is no sample “{name}”.", "name", name))
}
