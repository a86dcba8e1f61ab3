package example

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/journal"
	"signalbox/backend/live"
	"signalbox/backend/publish"
)

// Follow adds and pauses feeds that follow the local server itself.
type Follow interface {
	// Follow follows a path of the local server under a name, or goes on with
	// the feed of that name.
	Follow(ctx context.Context, name, path string, colour int) error
	// Unfollow stops following; what was received stays.
	Unfollow(ctx context.Context, name string) error
}

// Options are what the examples need of the program around them. Every one
// may be left out; then the part that needs it says so or rests.
type Options struct {
	Log    *slog.Logger
	Follow Follow
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
	if opt.Seed == 0 {
		opt.Seed = 1
	}
	e := &Examples{j: j, pub: p, opt: opt, log: opt.Log, hungUp: make(chan struct{})}
	e.clock = &clock{e}
	e.chat = newChat(e)
	e.reliable = newReliable(e)
	e.sequence = &sequence{e: e}
	e.device = newDevice(e)
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

// Start begins the sample events. Errors: those of adding the feeds, or
// "not_ready" while Run does not run.
func (e *Examples) Start(ctx context.Context) error { return e.samples.start(ctx) }

// Stop ends the sample events and pauses their feeds. What came stays.
func (e *Examples) Stop(ctx context.Context) error { return e.samples.stop(ctx) }

// Running reports whether the sample events are on.
func (e *Examples) Running() bool { return e.samples.running() }

// watched reports whether anybody would see what is published to a channel.
func (e *Examples) watched(channel string) bool {
	return e.samples.running() || e.opt.Clients(channel) > 0
}

// complain logs an error of something that will be tried again soon, once for
// as long as it stays the same: a full disk would else fill the log too.
func (e *Examples) complain(ctx context.Context, doing string, err error) {
	if ctx.Err() != nil {
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
