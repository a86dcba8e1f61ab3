package feed

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"signalbox/backend/broadcast"
	"signalbox/backend/dial"
	"signalbox/backend/disconnect"
	"signalbox/backend/eventstream"
	"signalbox/backend/health"
	"signalbox/backend/ingest"
	"signalbox/backend/live"
	"signalbox/backend/secrets"
)

// A subscription keeps one feed connected. Its goroutine runs between start and
// stop. Its monitor and recorder keep their state from one run to the next.
type subscription struct {
	*Follower
	id       int64
	log      *slog.Logger
	monitor  *health.Monitor
	recorder *ingest.Recorder
	wake     broadcast.Broadcast // starts the next attempt at once

	loading sync.Mutex // held by loadState
	loaded  bool

	mu sync.Mutex
	// While the subscription runs, the settings of the request do not change.
	feed    live.Feed
	secrets *live.Secrets           // nil until they are known
	cancel  context.CancelCauseFunc // nil while nothing runs
	ended   chan struct{}
}

// subscribe adds a subscription to the list, or returns the existing one. It does
// not start it. secrets is nil if they are not known.
func (f *Follower) subscribe(feed live.Feed, secrets *live.Secrets) *subscription {
	s := &subscription{Follower: f, id: feed.Source.ID, feed: feed, secrets: secrets, log: f.opt.Log.With("feed", feed.Source.ID)}
	s.monitor = health.NewMonitor(s.id, dial.DefaultReconnectionTime, s.whyStopped(), f.changes.Notify)
	s.recorder = ingest.NewRecorder(ingest.Config{
		Journal: f.journal, Source: s.id, Log: s.log,
		Silence: s.monitor.Silence, Duplicates: s.monitor.CountDuplicates, Fault: s.monitor.SetStoreFault,
	})
	f.mu.Lock()
	existing, exists := f.subscriptions[s.id]
	if !exists {
		f.subscriptions[s.id] = s
	}
	f.mu.Unlock()
	if !exists {
		return s
	}
	if secrets != nil { // Run has loaded the feed during Add
		existing.mu.Lock()
		existing.feed, existing.secrets = feed, secrets
		existing.mu.Unlock()
	}
	return existing
}

// start starts a subscription if Run is running. Otherwise Run will start it.
func (f *Follower) start(s *subscription) {
	f.life.RLock()
	defer f.life.RUnlock()
	if f.ctx != nil && f.ctx.Err() == nil {
		s.start(f.ctx)
	}
}

// start starts to follow the feed, unless it is paused or cannot be followed.
func (s *subscription) start(ctx context.Context) {
	if why := s.whyStopped(); why != nil {
		s.monitor.SetState(live.Stopped, why)
		return
	}
	ctx, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	s.mu.Lock()
	if s.cancel != nil {
		s.mu.Unlock()
		cancel(nil)
		return // already running
	}
	s.cancel, s.ended = cancel, ended
	s.mu.Unlock()
	go func() {
		defer close(ended)
		s.run(ctx)
	}()
}

// whyStopped returns the Reason not to follow the feed, or nil.
func (s *subscription) whyStopped() *disconnect.Reason {
	switch feed := s.settings(); {
	case feed.Fault.English != "":
		return disconnect.FromError(unreadable(&feed))
	case feed.Paused:
		return disconnect.Paused
	}
	return nil
}

// stop ends the run and waits until all received messages are committed. It
// reports false if the subscription was not running.
func (s *subscription) stop(why *disconnect.Reason) bool {
	s.mu.Lock()
	cancel, ended := s.cancel, s.ended
	s.mu.Unlock()
	if cancel == nil {
		return false
	}
	cancel(why)
	<-ended
	s.mu.Lock()
	if s.ended == ended {
		s.cancel = nil
	}
	s.mu.Unlock()
	return true
}

// isRunning reports whether the feed is followed.
func (s *subscription) isRunning() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cancel != nil
}

// settings returns the feed's settings.
func (s *subscription) settings() live.Feed {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.feed
}

// maxRate returns the feed's rate limit. It may change while the feed is
// followed.
func (s *subscription) maxRate() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.feed.MaxRate
}

// status returns the feed with its health.
func (s *subscription) status() live.FeedStatus {
	h := s.monitor.Health(time.Now())
	h.LastEventID = s.recorder.LastEventID()
	s.mu.Lock()
	defer s.mu.Unlock()
	st := live.FeedStatus{Feed: s.feed, Health: h, HasSecrets: secrets.Names(&s.feed, s.secrets)}
	st.Feed.Headers = slices.Clone(s.feed.Headers)
	if src, ok := s.journal.SourceByID(s.id); ok {
		st.Feed.Source = src // the journal knows the present name and colour
	}
	return st
}

// run makes one attempt after the other until ctx ends.
func (s *subscription) run(ctx context.Context) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	defer wg.Wait()
	defer close(done)
	if !s.awaitState(ctx) {
		return
	}
	wg.Go(func() { s.recorder.Run(done) })
	var backoff dial.Backoff
	for {
		if !s.awaitSecrets(ctx) {
			return
		}
		why := s.attempt(ctx)
		switch {
		case ctx.Err() != nil:
			s.monitor.SetState(live.Stopped, why)
			s.recorder.End(disconnect.Cause(ctx))
			return
		case why.Final:
			s.standStill(ctx, why)
			return
		}
		lived, messages, reconnectionTime := s.monitor.LastAttempt()
		if !s.wait(ctx, backoff.Next(reconnectionTime, why, lived, messages), why, nil) {
			return
		}
	}
}

// standStill stops without a further attempt, and waits for the end of ctx.
func (s *subscription) standStill(ctx context.Context, why *disconnect.Reason) {
	s.monitor.SetState(live.Stopped, why)
	s.recorder.Stopped(why)
	<-ctx.Done()
	s.recorder.End(disconnect.Cause(ctx))
}

// wait waits for d because of why, or until sooner is closed or the machine wakes.
// It reports false if ctx ends first.
func (s *subscription) wait(ctx context.Context, d time.Duration, why *disconnect.Reason, sooner <-chan struct{}) bool {
	wake, _ := s.wake.Wait() // before WaitUntil, or a wake in between would be missed
	began := time.Now()
	s.monitor.WaitUntil(began.Add(d), why)
	s.recorder.WriteDue(began) // the wait may be shorter than the interval of due
	timer := time.NewTimer(d)
	defer timer.Stop()
	due := time.NewTicker(health.CheckInterval)
	defer due.Stop()
	for {
		select {
		case <-due.C:
			s.recorder.WriteDue(time.Now())
			continue
		case <-timer.C:
		case <-sooner:
		case <-wake:
		case <-ctx.Done():
			s.monitor.SetState(live.Stopped, disconnect.Cause(ctx))
			s.recorder.End(disconnect.Cause(ctx))
			return false
		}
		s.recorder.Waited(time.Since(began))
		return true
	}
}

// attempt connects once, and returns the Reason when the connection has ended.
func (s *subscription) attempt(ctx context.Context) *disconnect.Reason {
	after := s.recorder.ResumeAfter()
	s.mu.Lock()
	feed, secrets := s.feed, s.secrets // a copy: the name may change during the attempt
	s.mu.Unlock()
	a := &dial.Connection{
		Feed: &feed, Secrets: secrets, LastEventID: after, UserAgent: s.opt.UserAgent, MaxEvent: s.MaxEvent, Dial: s.opt.dial,
	}
	number := s.monitor.BeginAttempt(a.Describe)
	s.recorder.SetConnection(number)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	a.Opened = func() {
		s.recorder.Opened(after, dial.DisplayHost(feed.URL))
		s.monitor.Opened()
		s.log.Info("connected", "connection", number)
		s.saveAttempt()
		wg.Go(func() { s.watch(ctx, cancel) })
	}
	var ownStream atomic.Bool // the server is this Signalbox
	a.Handler = eventstream.Handler{
		Read:      s.received,
		Comment:   s.monitor.Comment,
		Retry:     func(ms int64) { s.monitor.SetReconnectionTime(dial.ReconnectionTime(ms)) },
		OverLimit: func() { s.monitor.OverLimit(s.MaxEvent()) },
		Server: func(epoch string) {
			ownStream.Store(epoch == s.journal.Epoch())
			if ownStream.Load() {
				s.recorder.WriteOwnStreamNote(ctx)
			}
		},
		Event: func(e eventstream.Event) bool {
			opt := ingest.EventOptions{MaxRate: s.maxRate(), MaxEvent: s.MaxEvent(), OwnStream: ownStream.Load()}
			if !s.recorder.Event(ctx, e, opt) {
				return false
			}
			if e.Kind != eventstream.IDOnly {
				s.monitor.Message(time.Now())
			}
			return true
		},
	}
	why := a.Run(ctx)
	cancel(why)
	wg.Wait()
	s.recorder.ConnectionEnded()
	if wasOpen := s.monitor.EndAttempt(why); wasOpen {
		s.recorder.Lost(why)
	} else if !why.Wanted() && !why.Final {
		s.recorder.Failed(why)
	}
	s.log.Info("connection ended", "connection", number, "code", why.Code, "reason", why.Message)
	s.saveAttempt()
	return why
}

// unreadable returns the Error of a feed whose settings cannot be read.
func unreadable(feed *live.Feed) *live.Error {
	return live.Errorf("settings", "The settings of this feed cannot be read. {fault}", "fault", feed.Fault).
		WithHint("Edit the feed and enter its address again, or remove it.")
}
