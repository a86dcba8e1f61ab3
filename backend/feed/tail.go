package feed

import (
	"context"
	"log/slog"
	"time"

	"signalbox/backend/live"
)

// TailOptions are what may be chosen about a Tail.
type TailOptions struct {
	LastEventID string // sent with the first request
	Once        bool   // end when the stream ends
	Log         *slog.Logger
	MaxEvent    int                    // the largest event in bytes; 0 means the default of the setting
	Event       func(live.Draft) error // called for each message and gap; an error ends the Tail
	State       func(string)           // told in a sentence what happens to the connection; may be nil

	dial dialer
}

// Tail follows a stream without a journal, as `signalbox tail` does. It
// reconnects like a Follower, and returns when ctx ends, when Event fails, or
// when the server says that nothing more will come.
func Tail(ctx context.Context, feed live.Feed, secrets live.Secrets, opt TailOptions) error {
	if err := tidy(&feed, &secrets); err != nil {
		return err
	}
	own := Options{Log: opt.Log, MaxEvent: opt.MaxEvent}
	own.setDefaults()
	t := &tail{opt: opt, retry: defaultRetry, last: opt.LastEventID, max: own.MaxEvent}
	if t.opt.State == nil {
		t.opt.State = func(string) {}
	}
	var wait pace
	for {
		end := t.attempt(ctx, &feed, &secrets, own.UserAgent)
		switch {
		case t.err != nil:
			return t.err
		case ctx.Err() != nil:
			return ctx.Err()
		case end.final:
			t.opt.State(end.reason)
			return nil
		case opt.Once && end.code == "closed" && !t.opened.IsZero():
			return nil
		case opt.Once:
			return live.Errorf(end.code, "%s", end.reason).WithHint(end.hint)
		}
		lived := time.Duration(0)
		if !t.opened.IsZero() {
			lived = time.Since(t.opened)
			t.absence.begin("disconnected", time.Now())
		}
		d := wait.next(t.retry, end, lived, t.messages)
		sentence := end.reason
		if end.hint != "" {
			sentence += " " + end.hint
		}
		t.opt.State(sentence + " Next try in " + words(d) + ".")
		t.absence.wait(d)
		select {
		case <-time.After(d):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// A tail is a Tail under way.
type tail struct {
	opt      TailOptions
	max      int
	retry    time.Duration
	last     string // the last event ID
	opened   time.Time
	messages int64
	number   int64
	absence  absence
	err      error // of Event
}

func (t *tail) attempt(ctx context.Context, feed *live.Feed, secrets *live.Secrets, agent string) *ending {
	t.number++
	t.opened, t.messages = time.Time{}, 0
	c := &client{
		feed: feed, secrets: secrets, lastEventID: t.last, agent: agent, dial: t.opt.dial,
		max: func() int { return t.max },
		opened: func(int) {
			t.opened = time.Now()
			t.absence.end(t.last, t.opened)
			t.opt.State("Connected to " + host(feed.URL) + ".")
		},
		read: func(int) {}, comment: func() {}, over: func() {},
		retry: func(ms int64) {
			t.retry = min(time.Duration(min(ms, maxRetry.Milliseconds()))*time.Millisecond, maxRetry)
		},
		item: t.take,
	}
	return c.run(ctx)
}

func (t *tail) take(it item) bool {
	now := time.Now()
	t.last = it.id
	if it.kind == anID {
		return true
	}
	if g := t.absence.tell(it); g != nil {
		if t.err = t.opt.Event(gapDraft(0, t.number, *g)); t.err != nil {
			return false
		}
	}
	d := eventDraft(0, t.number, it, now)
	if it.kind != anEvent {
		d = largeDraft(0, t.number, it, now, t.max)
	}
	t.messages++
	t.err = t.opt.Event(d)
	return t.err == nil
}
