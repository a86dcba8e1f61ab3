package feed

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/live"
)

// A keeper keeps one feed connected. Its goroutine runs between start and
// halt; what it has learned of the feed stays from one run to the next.
type keeper struct {
	*Follower
	id  int64
	log *slog.Logger
	in  *inlet

	// Only changed with mu held, and while something runs nothing of the request.
	feed    live.Feed
	secrets *live.Secrets // nil until they were asked for

	// The run, with mu held.
	cancel context.CancelCauseFunc // nil while nothing runs
	ended  chan struct{}

	kick chan struct{} // holds one call to go on at once

	telling sync.Mutex // before mu; held while something is told, so that order stays
	absence absence
	limit   limit
	notes
	own bool // it was told that the server is this Signalbox

	remember sync.Mutex // held by recall
	recalled bool

	mu sync.Mutex
	condition
}

// start begins to follow, unless the feed is paused or cannot be.
func (k *keeper) start(ctx context.Context) {
	if end := k.stopped(); end != nil {
		k.set(live.Stopped, end)
		return
	}
	ctx, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	k.mu.Lock()
	if k.cancel != nil {
		k.mu.Unlock()
		cancel(nil)
		return // it runs
	}
	k.cancel, k.ended = cancel, ended
	k.mu.Unlock()
	go func() {
		defer close(ended)
		k.run(ctx)
	}()
}

// stopped returns why the feed is not to be followed, or nil.
func (k *keeper) stopped() *ending {
	switch feed := k.settings(); {
	case feed.Fault != "":
		return because("settings", "The settings of this feed cannot be read. %s", feed.Fault).advise(mendHint)
	case feed.Paused:
		return endPaused
	}
	return nil
}

// settings returns the feed's settings.
func (k *keeper) settings() live.Feed {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.feed
}

// halt ends the run and waits for it. What was received is committed then. It
// reports false where nothing ran.
func (k *keeper) halt(why *ending) bool {
	k.mu.Lock()
	cancel, ended := k.cancel, k.ended
	k.mu.Unlock()
	if cancel == nil {
		return false
	}
	cancel(why)
	<-ended
	k.mu.Lock()
	if k.ended == ended {
		k.cancel = nil
	}
	k.mu.Unlock()
	return true
}

// running reports whether the feed is being followed.
func (k *keeper) running() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.cancel != nil
}

func (k *keeper) run(ctx context.Context) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	defer wg.Wait()
	defer close(done)
	if !k.recalling(ctx) {
		return
	}
	wg.Go(func() { k.in.run(done) })
	var wait pace
	for {
		if !k.awaitSecrets(ctx) {
			return
		}
		end := k.attempt(ctx)
		switch {
		case ctx.Err() != nil:
			k.set(live.Stopped, end)
			k.tellEnd(cause(ctx))
			return
		case end.final:
			k.set(live.Stopped, end)
			k.tellStopped(end)
			<-ctx.Done()
			k.tellEnd(cause(ctx))
			return
		}
		lived, messages, retry := k.last()
		d := wait.next(retry, end, lived, messages)
		k.waitUntil(time.Now().Add(d), end)
		if !k.wait(ctx, d, nil) {
			k.set(live.Stopped, cause(ctx))
			k.tellEnd(cause(ctx))
			return
		}
	}
}

// wait waits for the next attempt, at most until sooner is closed. It reports
// false where ctx ended first.
func (k *keeper) wait(ctx context.Context, d time.Duration, sooner <-chan struct{}) bool {
	began := time.Now()
	k.tellDue(began) // neither this wait nor a connection may last until the next look
	timer := time.NewTimer(d)
	defer timer.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case <-look.C:
			k.tellDue(time.Now())
			continue
		case <-timer.C:
		case <-sooner:
		case <-k.kick:
		case <-ctx.Done():
			return false
		}
		k.telling.Lock()
		k.absence.wait(time.Since(began))
		k.telling.Unlock()
		return true
	}
}

// cause returns why a run was ended.
func cause(ctx context.Context) *ending {
	if e, ok := context.Cause(ctx).(*ending); ok {
		return e
	}
	return endClosed
}

// attempt is one try to connect, and all that comes of it.
func (k *keeper) attempt(ctx context.Context) *ending {
	after := k.place()
	k.mu.Lock()
	feed, secrets := k.feed, k.secrets // a name may change while it is open
	k.mu.Unlock()
	c := &client{feed: &feed, secrets: secrets, lastEventID: after, agent: k.opt.UserAgent, max: k.max, dial: k.dial}
	number := k.begin(c)
	ctx, cut := context.WithCancelCause(ctx)
	defer cut(nil)
	var wg sync.WaitGroup
	c.read, c.comment, c.retry, c.over = k.read, k.comment, k.setRetry, k.over
	c.opened = func(int) {
		k.opened(after)
		wg.Go(func() { k.watch(ctx, cut) })
	}
	var home atomic.Bool // the server is this Signalbox; set by the goroutine that reads
	c.server = func(epoch string) {
		home.Store(epoch == k.journal.Epoch())
		k.tellOwn(ctx, number, epoch)
	}
	c.item = func(it item) bool { return k.take(ctx, number, it, home.Load()) }
	end := c.run(ctx)
	cut(end)
	wg.Wait()
	k.tellLimit(true)
	if opened := k.finish(end); opened {
		k.tellLost(end)
	} else if !end.ours() && !end.final {
		k.tellFailed(end)
	}
	k.log.Info("connection ended", "connection", number, "code", end.code, "reason", end.reason)
	k.save()
	return end
}

// take takes one item of the stream into the journal.
func (k *keeper) take(ctx context.Context, number int64, it item, home bool) bool {
	now := time.Now()
	k.telling.Lock()
	defer k.telling.Unlock()
	if it.kind == anID {
		if k.limit.pending() {
			k.limit.id = it.id // it comes after what was left out, and must not be resumed from before that is told
		} else {
			k.in.setLastID(it.id)
		}
		return true
	}
	doubt := k.absence.doubt
	if g := k.absence.tell(it); g != nil {
		k.tellReturn(g, doubt)
	}
	d := eventDraft(k.id, number, it, now)
	d.Home = home
	if it.kind != anEvent {
		d = largeDraft(k.id, number, it, now, k.max())
	}
	rate := k.maxRate()
	if !k.limit.take(rate, now) {
		k.limit.skip(rate, now, it)
		k.counted(now)
		return true
	}
	k.tellSkipped(now)
	if !k.in.put(ctx, d, &it.id) {
		return false
	}
	k.counted(now)
	return true
}

// tellOwn notes that the server is this very Signalbox, once.
func (k *keeper) tellOwn(ctx context.Context, number int64, epoch string) {
	if epoch != k.journal.Epoch() {
		return
	}
	k.telling.Lock()
	defer k.telling.Unlock()
	if !k.own {
		k.own = k.in.put(ctx, noteDraft(k.id, number, live.Note{Code: "own", Reason: ownStream}, time.Now()), nil)
	}
}

// ownStream is what is said of a feed that follows the local server.
const ownStream = "This stream is this Signalbox's own. Its messages are in the journal already and are not stored again."
