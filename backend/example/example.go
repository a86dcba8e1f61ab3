package example

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/publish"
)

// Follow makes feeds that follow the local server itself, and takes care of
// them.
type Follow interface {
	// Ready waits until it is known which feeds there are, or ctx ends.
	Ready(ctx context.Context) error
	// Make makes a feed that follows a path of the local server. Error:
	// "name_taken".
	Make(ctx context.Context, name, path string, colour int) (live.Source, error)
	// Follows reports whether a feed still follows the local server's samples:
	// a user may have given it another address.
	Follows(id int64) bool
	// Resume goes on with a feed that follows a path of the local server.
	Resume(ctx context.Context, id int64, path string) error
	// Pause stops following; what was received stays.
	Pause(ctx context.Context, id int64) error
	// Remove removes a feed with what it received.
	Remove(ctx context.Context, id int64) error
}

// Options are what the examples need of the program around them. Every one
// may be left out; then the part that needs it says so or rests.
type Options struct {
	Log    *slog.Logger
	Follow Follow
	Memory Memory // of the samples
	// Clients returns how many are subscribed to a source at this moment.
	Clients func(source string) int
	// Events answers GET /events/{source} as the local server does.
	Events http.Handler
	// Seed decides what the samples say; 0 means 1.
	Seed uint64
}

// Examples are the example pages with what runs behind them, and the samples.
type Examples struct {
	j   *journal.Journal
	pub *publish.Publisher
	opt Options
	log *slog.Logger

	clock    *clock
	chat     *chat
	reliable *reliable
	sequence *sequence
	device   *device
	samples  *samples

	mu    sync.Mutex
	run   context.Context // of Run; nil before and after it
	begun chan struct{}   // closed when Run has begun
	parts sync.WaitGroup  // everything that must have returned before Run does

	hungUp     chan struct{} // closed when the streams of the samples must end
	hangUpOnce sync.Once

	complaint atomic.Pointer[string] // the last one logged
}

// New returns examples that read j and publish by p. Nothing runs before Run.
func New(j *journal.Journal, p *publish.Publisher, opt Options) *Examples {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Clients == nil {
		opt.Clients = func(string) int { return 0 }
	}
	if opt.Memory == nil {
		opt.Memory = new(inMemory)
	}
	if opt.Seed == 0 {
		opt.Seed = 1
	}
	e := &Examples{j: j, pub: p, opt: opt, log: opt.Log, hungUp: make(chan struct{}), begun: make(chan struct{})}
	e.clock = &clock{e, named("clock"), func() bool { return e.watched("clock") }}
	e.chat = newChat(e, named("chat"))
	e.reliable = newReliable(e, named("reliable"), "reliable", func() bool { return e.watched("reliable") })
	e.sequence = &sequence{e: e, channel: named("sequence")}
	e.device = newDevice(e, named("device"))
	e.samples = newSamples(e)
	return e
}

// Run runs what the pages need behind them until ctx ends, and returns when
// all of it has ended. Samples that were on when the program last ended, well
// or badly, are on again.
func (e *Examples) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	e.mu.Lock()
	e.run = ctx
	e.mu.Unlock()
	close(e.begun)

	e.spawn(e.clock.run)
	e.spawn(e.reliable.run)
	e.spawn(e.device.run)
	e.spawn(e.samples.restore)
	<-ctx.Done()

	e.mu.Lock()
	e.run = nil
	e.mu.Unlock()
	e.parts.Wait()
	return ctx.Err()
}

// spawn runs f, which must return when its context ends. It reports whether it
// did: only while Run runs.
func (e *Examples) spawn(f func(context.Context)) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.run == nil || e.run.Err() != nil {
		return false
	}
	ctx := e.run
	e.parts.Go(func() { f(ctx) })
	return true
}

// HangUp ends the streams of the samples at the end of the program, where the
// server waits for all who are connected. Whoever connects afterwards is
// closed at once.
func (e *Examples) HangUp() { e.hangUpOnce.Do(func() { close(e.hungUp) }) }

// ready reports whether Run runs.
func (e *Examples) ready() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.run != nil && e.run.Err() == nil
}

// Start begins the sample events. Errors: those of adding the feeds, or
// "not_ready" while Run does not run.
func (e *Examples) Start(ctx context.Context) error {
	select {
	case <-e.begun:
	case <-time.After(startTime): // the server may answer a moment before
	case <-ctx.Done():
	}
	return e.samples.start(ctx)
}

// startTime is how long Start waits for Run to begin.
const startTime = 2 * time.Second

// Stop ends the sample events and pauses their feeds. What came stays.
func (e *Examples) Stop(ctx context.Context) error { return e.samples.stop(ctx) }

// Remove ends the sample events and removes all sources that they made, and
// nothing else. It returns what it removed; a removal can be undone.
func (e *Examples) Remove(ctx context.Context) ([]live.Source, error) { return e.samples.remove(ctx) }

// Made returns the sources that the sample events made and that are there.
func (e *Examples) Made() []live.Source { return e.samples.allMade() }

// Running reports whether the sample events are on.
func (e *Examples) Running() bool { return e.samples.running() }

// watched reports whether anybody would see what is published to a channel:
// somebody is subscribed, or it is one of the samples' and they are on.
func (e *Examples) watched(channel string) bool {
	return e.opt.Clients(channel) > 0 || e.samples.running() && e.samples.shares(channel)
}

// complain logs an error of something that will be tried again soon, once for
// as long as it stays the same: a full disk would else fill the log too.
func (e *Examples) complain(ctx context.Context, doing string, err error) {
	if ctx.Err() != nil || errors.Is(err, errNoChannel) {
		return
	}
	text := doing + ": " + err.Error()
	if old := e.complaint.Swap(&text); old == nil || *old != text {
		e.log.Warn(doing, "err", err)
	}
}

func notReady() error {
	return live.Errorf("not_ready", "The examples are not running.").WithHint("Signalbox is starting or stopping. Try again in a moment.")
}

// wait waits, and reports whether ctx still goes on.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
