package follow

import (
	"context"
	"time"

	"signalbox/backend/dial"
	"signalbox/backend/disconnect"
	"signalbox/backend/english"
	"signalbox/backend/eventstream"
	"signalbox/backend/ingest"
	"signalbox/backend/live"
	"signalbox/backend/setting"
)

// Options change how Follow follows a stream.
type Options struct {
	LastEventID string                 // sent with the first request
	Once        bool                   // return when the stream ends
	MaxEvent    int                    // the largest event, in bytes; 0 means the default of the setting
	UserAgent   string                 // empty means "Signalbox"
	Event       func(live.Draft) error // called for each message and gap; its error ends Follow

	// State is called when the state of the connection changes; may be nil. The
	// code is the text code of why it is lost, as in live.Text; "" once it is open.
	State func(code, sentence string)
}

// Follow follows a stream. It returns when ctx ends, when Options.Event returns
// an error, when the server ends the stream for good (204), or, with Once, when
// the stream ends. If the settings of the feed are wrong, it returns a
// live.Error.
func Follow(ctx context.Context, feed live.Feed, secrets live.Secrets, opt Options) error {
	if err := dial.Normalize(&feed, &secrets); err != nil {
		return err
	}
	if opt.MaxEvent <= 0 {
		opt.MaxEvent = int(setting.MaxEvent.Number())
	}
	if opt.UserAgent == "" {
		opt.UserAgent = "Signalbox"
	}
	if opt.State == nil {
		opt.State = func(string, string) {}
	}
	f := &follower{opt: opt, feed: &feed, secrets: &secrets, reconnectionTime: dial.DefaultReconnectionTime, lastID: opt.LastEventID}
	return f.run(ctx)
}

// A follower follows one stream.
type follower struct {
	opt     Options
	feed    *live.Feed
	secrets *live.Secrets

	reconnectionTime time.Duration
	lastID           string
	connection       int64
	openedAt         time.Time // when the current connection was opened; zero until then
	messages         int64     // received on the current connection
	outage           ingest.Outage
	err              error // what Options.Event returned
}

func (f *follower) run(ctx context.Context) error {
	var backoff dial.Backoff
	for {
		why := f.attempt(ctx)
		switch {
		case f.err != nil:
			return f.err
		case ctx.Err() != nil:
			return ctx.Err()
		case why.Final:
			f.opt.State(why.AsText().Code, why.Message)
			return nil
		case f.opt.Once && why.Code == "closed" && !f.openedAt.IsZero():
			return nil
		case f.opt.Once:
			return why.AsError()
		}
		lived := time.Duration(0)
		if !f.openedAt.IsZero() {
			lived = time.Since(f.openedAt)
			f.outage.Lost("disconnected", time.Now())
		}
		d := backoff.Next(f.reconnectionTime, why, lived, f.messages)
		sentence := why.Message
		if why.Hint != "" {
			sentence += " " + why.Hint
		}
		f.opt.State(why.AsText().Code, sentence+" Next attempt in "+english.Duration(d)+".")
		f.outage.Waited(d)
		select {
		case <-time.After(d):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// attempt connects once and reads the stream to its end.
func (f *follower) attempt(ctx context.Context) *disconnect.Reason {
	f.connection++
	f.openedAt, f.messages = time.Time{}, 0
	a := &dial.Connection{
		Feed: f.feed, Secrets: f.secrets, LastEventID: f.lastID, UserAgent: f.opt.UserAgent,
		MaxEvent: func() int { return f.opt.MaxEvent },
		Opened: func() {
			f.openedAt = time.Now()
			f.outage.Returned(f.lastID, f.openedAt)
			f.opt.State("", "Connected to "+dial.DisplayHost(f.feed.URL)+".")
		},
		Handler: eventstream.Handler{
			Retry: func(ms int64) { f.reconnectionTime = dial.ReconnectionTime(ms) },
			Event: f.event,
		},
	}
	return a.Run(ctx)
}

// event passes on an event, after the gap before it.
func (f *follower) event(e eventstream.Event) bool {
	now := time.Now()
	f.lastID = e.LastEventID
	if e.Kind == eventstream.IDOnly {
		return true
	}
	if g := f.outage.GapBefore(e); g != nil {
		if f.err = f.opt.Event(ingest.GapDraft(0, f.connection, *g, now)); f.err != nil {
			return false
		}
	}
	f.messages++
	f.err = f.opt.Event(ingest.Draft(0, f.connection, e, now, f.opt.MaxEvent))
	return f.err == nil
}
