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

// Options connect the examples with the rest of the program. Each may be left
// out.
type Options struct {
	Log *slog.Logger
	// Watched reports whether a channel has subscribers. Without it none has.
	Watched func(channel string) bool
	// Events answers GET /events/{source} as the local server does. Without it
	// the chat and the reliable example answer 503.
	Events http.Handler
	// Language returns the setting language. Without it the pages are in the
	// browser's language.
	Language func() string
}

// Examples are the example pages with the clock, chat, device and others behind
// them. The methods may be called from any goroutine.
type Examples struct {
	journal   *journal.Journal
	publisher *publish.Publisher
	options   Options
	log       *slog.Logger

	clock    *Clock
	chat     *Chat
	counter  *Counter
	sequence *Sequence
	device   *Device

	mu      sync.Mutex
	ctx     context.Context // of Run; nil before and after it
	started chan struct{}   // closed when Run has started
	work    sync.WaitGroup  // the functions that must return before Run does

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
	e := &Examples{journal: j, publisher: p, options: opt, log: opt.Log, started: make(chan struct{})}
	e.clock = e.NewClock(fixedName("clock"), func() bool { return opt.Watched("clock") })
	e.chat = e.NewChat(fixedName("chat"))
	e.counter = e.NewCounter(fixedName("reliable"), "reliable", func() bool { return opt.Watched("reliable") })
	e.sequence = e.NewSequence(fixedName("sequence"))
	e.device = e.NewDevice(fixedName("device"))
	return e
}

// Chat returns the chat of the example page.
func (e *Examples) Chat() *Chat { return e.chat }

// Sequence returns the sequence of the example page.
func (e *Examples) Sequence() *Sequence { return e.sequence }

// Run runs the clock, the reliable example and the device until ctx ends. It
// returns when they and all functions that Go started have returned. Call it
// once.
func (e *Examples) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	e.mu.Lock()
	e.ctx = ctx
	e.mu.Unlock()
	close(e.started)

	e.Go(e.clock.Run)
	e.Go(e.counter.Run)
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

// Go starts f in a goroutine and reports true. f must return when its context
// ends. While Run does not run, Go starts nothing and reports false.
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

// Running reports whether Run is running.
func (e *Examples) Running() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ctx != nil && e.ctx.Err() == nil
}

// Warn logs the error of work that will be tried again soon. It logs the same
// error only once in a row: a full disk would otherwise fill the log too. It logs
// nothing if ctx has ended, or if the channel of the work does not exist: the
// user may have removed it.
func (e *Examples) Warn(ctx context.Context, doing string, err error) {
	if ctx.Err() != nil || errors.Is(err, errNoChannel) {
		return
	}
	text := doing + ": " + err.Error()
	if old := e.lastWarning.Swap(&text); old == nil || *old != text {
		e.log.Warn(doing, "err", err)
	}
}

// ErrNotReady returns the error of a request that needs Run while Run does not
// run.
func ErrNotReady() error {
	return live.Errorf("not_ready/examples", "The examples are not running.").WithHint("Signalbox is starting or stopping. Try again in a moment.")
}

// Sleep waits for d and reports true. It reports false if ctx ends before.
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
