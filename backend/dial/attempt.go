package dial

import (
	"context"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"

	"signalbox/backend/disconnect"
	"signalbox/backend/eventstream"
	"signalbox/backend/live"
)

// A DialFunc opens a network connection, as net.Dialer.DialContext does.
type DialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// An Attempt is one try to follow a feed. Its settings must be normalized, and
// not change while Run runs. It is good for one Run.
type Attempt struct {
	Feed        *live.Feed
	Secrets     *live.Secrets
	LastEventID string
	UserAgent   string
	MaxEvent    func() int // the largest event, in bytes; may change while Run runs
	Dial        DialFunc   // nil means TCP; tests put a pipe here

	Opened  func() // called when the response is a stream, before Handler; may be nil
	Handler eventstream.Handler

	trace  trace
	status atomic.Int32
}

// Run opens the stream and reads it. It returns why the stream ended, could not
// be opened, or was ended by ctx: where the cause of ctx is a Reason, that one.
func (a *Attempt) Run(ctx context.Context) *disconnect.Reason {
	c := eventstream.Client{LastEventID: a.LastEventID, MaxEvent: a.MaxEvent, Handler: a.Handler, Open: a.open}
	err := c.Run(ctx)
	if err == eventstream.ErrNotTaken || context.Cause(ctx) != nil {
		return disconnect.Cause(ctx)
	}
	scheme, _, _ := strings.Cut(a.Feed.URL, ":")
	step := a.trace.currentStep()
	return adviseScheme(explain(err, Host(a.Feed.URL), step), strings.ToLower(scheme), step).Clipped()
}

// isOpen reports whether the response was a stream. It stays true when the
// stream has ended.
func (a *Attempt) isOpen() bool { return a.trace.currentStep() == stepOpen }

// Describe fills in what is known by now of the request: how long each step
// took, the server's address and the HTTP status. It may be called at any time.
func (a *Attempt) Describe(record *live.Attempt) {
	a.trace.describe(record)
	record.Status = int(a.status.Load())
}

// open sends the request, follows redirects, and checks the response.
func (a *Attempt) open(ctx context.Context) (*http.Response, error) {
	ctx = httptrace.WithClientTrace(ctx, a.trace.hooks())
	r, err := newRequest(ctx, a.Feed, a.Secrets, a.LastEventID, a.UserAgent)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &hostTransport{feed: a.Feed, dial: a.Dial}, CheckRedirect: checkRedirect(a.Feed)}
	res, err := client.Do(r)
	if res != nil { // also with an error of checkRedirect
		a.status.Store(int32(res.StatusCode))
	}
	if err != nil {
		return nil, err
	}
	if why := checkResponse(res); why != nil {
		res.Body.Close()
		return nil, why
	}
	if res.Body, err = decodedBody(res); err != nil {
		return nil, err
	}
	a.trace.open()
	if a.Opened != nil {
		a.Opened()
	}
	return res, nil
}

// Host returns the host and port of an address: the part that may be shown,
// where a query may hold a secret.
func Host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "the server"
	}
	return u.Host
}

// because returns a Reason that says Textf(code, format, args...).
func because(code, format string, args ...any) *disconnect.Reason {
	return disconnect.Because(live.Textf(code, format, args...))
}
