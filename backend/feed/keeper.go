package feed

import (
	"context"
	"log/slog"
	"sync"
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

	// halt's side.
	cancel context.CancelCauseFunc // nil while nothing runs
	ended  chan struct{}

	kick chan struct{} // holds one call to go on at once

	telling sync.Mutex // before mu; held while something is told, so that order stays
	absence absence
	limit   limit

	remember sync.Mutex // held by recall
	recalled bool

	mu sync.Mutex
	condition
}

// start begins to follow. It must not run already.
func (k *keeper) start(ctx context.Context) {
	if k.feed.Paused {
		k.set(live.Stopped, endPaused)
		return
	}
	ctx, k.cancel = context.WithCancelCause(ctx)
	k.ended = make(chan struct{})
	go func() {
		defer close(k.ended)
		k.run(ctx)
	}()
}

// halt ends the run and waits for it. What was received is committed then.
func (k *keeper) halt(why *ending) {
	if k.cancel == nil {
		return
	}
	k.cancel(why)
	<-k.ended
	k.cancel = nil
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
		end := k.attempt(ctx)
		switch {
		case ctx.Err() != nil:
			k.set(live.Stopped, end)
			return
		case end.final:
			k.set(live.Stopped, end)
			k.in.put(ctx, noteDraft(k.id, k.number(), "stopped", end.reason), nil)
			<-ctx.Done()
			return
		}
		lived, messages, retry := k.last()
		d := wait.next(retry, end, lived, messages)
		k.waitUntil(time.Now().Add(d), end)
		timer := time.NewTimer(d)
		select {
		case <-timer.C:
		case <-k.kick:
		case <-ctx.Done():
			timer.Stop()
			k.set(live.Stopped, cause(ctx))
			return
		}
		timer.Stop()
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
	after := k.in.lastID()
	k.mu.Lock()
	feed := k.feed // a name may change while it is open
	k.mu.Unlock()
	c := &client{feed: &feed, lastEventID: after, agent: k.opt.UserAgent, max: k.max, dial: k.dial}
	number := k.begin(c)
	end := k.loadSecrets()
	ctx, cut := context.WithCancelCause(ctx)
	defer cut(nil)
	var wg sync.WaitGroup
	if end == nil {
		c.secrets = k.secrets
		c.read, c.comment, c.retry, c.over = k.read, k.comment, k.setRetry, k.over
		c.opened = func(int) {
			k.opened(after)
			wg.Go(func() { k.watch(ctx, cut) })
		}
		c.item = func(it item) bool { return k.take(ctx, number, it) }
		end = c.run(ctx)
	}
	cut(end)
	wg.Wait()
	k.telling.Lock()
	k.tellSkipped(ctx, number)
	k.telling.Unlock()
	if opened := k.finish(end); opened {
		k.lose(ctx, number, end)
	}
	k.log.Info("connection ended", "connection", number, "code", end.code, "reason", end.reason)
	k.save()
	return end
}

// loadSecrets fetches the feed's secrets once.
func (k *keeper) loadSecrets() *ending {
	k.mu.Lock()
	known := k.secrets != nil
	k.mu.Unlock()
	if known {
		return nil
	}
	s, err := k.vault.Get(k.id)
	if err != nil {
		return because("secrets", "%s", err.Error())
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.secrets == nil {
		k.secrets = &s
	}
	return nil
}

// take takes one item of the stream into the journal.
func (k *keeper) take(ctx context.Context, number int64, it item) bool {
	now := time.Now()
	k.telling.Lock()
	defer k.telling.Unlock()
	if it.kind == anID {
		if !k.tellSkipped(ctx, number) {
			return false
		}
		k.in.setLastID(it.id)
		return true
	}
	if g := k.absence.tell(it); g != nil && !k.in.put(ctx, gapDraft(k.id, number, *g), nil) {
		return false
	}
	d := eventDraft(k.id, number, it, now)
	passes := d.Kind == live.GapKind // another Signalbox says that something is missing
	if it.kind != anEvent {
		d = largeDraft(k.id, number, it, now, k.max())
	}
	rate := k.maxRate()
	if !passes && !k.limit.take(rate, now) {
		k.limit.skip(rate, now, it.id)
		k.counted(now)
		return true
	}
	if !k.tellSkipped(ctx, number) || !k.in.put(ctx, d, &it.id) {
		return false
	}
	k.counted(now)
	return true
}

// late tells of a return after which nothing has come yet.
func (k *keeper) late(ctx context.Context) {
	k.telling.Lock()
	defer k.telling.Unlock()
	if g := k.absence.late(); g != nil {
		k.in.put(ctx, gapDraft(k.id, k.number(), *g), nil)
	}
}

// lose tells of a loss.
func (k *keeper) lose(ctx context.Context, number int64, end *ending) {
	k.telling.Lock()
	defer k.telling.Unlock()
	code, note := "disconnected", "lost"
	switch end {
	case endClosed, endRemoved:
		return // the next start finds out from the record of the attempts
	case endPaused:
		code, note = "paused", "paused"
	}
	if k.absence.begin(code, time.Now()) {
		reason := end.reason
		if note == "lost" {
			reason = "Connection lost. " + reason
		}
		k.in.put(ctx, noteDraft(k.id, number, note, reason), nil)
	}
}
