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

// Options are what the examples need of the program around them. Each may be
// left out.
type Options struct {
	Log *slog.Logger
	// Watched reports whether anybody would see what is published to a channel.
	// Without it nobody does.
	Watched func(channel string) bool
	// Events answers GET /events/{source} as the local server does. Without it
	// the chat and the reliable example answer 503.
	Events http.Handler
}

// Examples are the example pages and what runs behind them. The methods may be
// called by anybody.
type Examples struct {
	j   *journal.Journal
	pub *publish.Publisher
	opt Options
	log *slog.Logger

	clock    *Clock
	chat     *Chat
	reliable *Reliable
	sequence *Sequence
	device   *Device

	mu      sync.Mutex
	ctx     context.Context // of Run; nil before and after it
	started chan struct{}   // closed when Run has started
	work    sync.WaitGroup  // everything that must return before Run does

	lastWarning atomic.Pointer[string]
}

// New returns examples that read j and publish with p. Nothing runs before Run.
func New(j *journal.Journal, p *publish.Publisher, opt Options) *Examples {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Watched == nil {
		opt.Watched = func(string) bool { return false }
	}
	e := &Examples{j: j, pub: p, opt: opt, log: opt.Log, started: make(chan struct{})}
	e.clock = e.NewClock(named("clock"), func() bool { return opt.Watched("clock") })
	e.chat = e.NewChat(named("chat"))
	e.reliable = e.NewReliable(named("reliable"), "reliable", func() bool { return opt.Watched("reliable") })
	e.sequence = e.NewSequence(named("sequence"))
	e.device = e.NewDevice(named("device"))
	return e
}

// Chat returns the chat of the example page.
func (e *Examples) Chat() *Chat { return e.chat }

// Sequence returns the sequence of the example page.
func (e *Examples) Sequence() *Sequence { return e.sequence }

// Run runs what the pages need in the background until ctx ends, and returns
// when all of it has ended. It is called once.
func (e *Examples) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	e.mu.Lock()
	e.ctx = ctx
	e.mu.Unlock()
	close(e.started)

	e.Go(e.clock.Run)
	e.Go(e.reliable.Run)
	e.Go(e.device.Run)
	<-ctx.Done()

	e.mu.Lock()
	e.ctx = nil
	e.mu.Unlock()
	e.work.Wait()
	return ctx.Err()
}

// Started returns a channel that is closed when Run has started.
func (e *Examples) Started() <-chan struct{} { return e.started }

// Go starts f, which must return when its context ends. Only while Run runs
// does it start f and report true.
func (e *Examples) Go(f func(context.Context)) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ctx == nil || e.ctx.Err() != nil {
		return false
	}
	ctx := e.ctx
	e.work.Go(func() { f(ctx) })
	return true
}

// Ready reports whether Run is running.
func (e *Examples) Ready() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ctx != nil && e.ctx.Err() == nil
}

// Warn logs an error of something that will be tried again soon. It logs the
// same error only once in a row: a full disk would otherwise fill the log too.
func (e *Examples) Warn(ctx context.Context, doing string, err error) {
	if ctx.Err() != nil || errors.Is(err, errNoChannel) {
		return
	}
	text := doing + ": " + err.Error()
	if old := e.lastWarning.Swap(&text); old == nil || *old != text {
		e.log.Warn(doing, "err", err)
	}
}

// ErrNotReady returns the error of what needs Run while it does not run.
func ErrNotReady() error {
	return live.Errorf("not_ready/examples", "The examples are not running.").WithHint("Signalbox is starting or stopping. Try again in a moment.")
}

// Sleep waits for d and reports true, or false where ctx ended before.
func Sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
