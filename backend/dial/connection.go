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

// A Connection is one connection to a feed, from the request to the end of the
// stream. live.Attempt is the stored record of it. Feed must have passed
// Normalize. Run may be called once, and nothing may be changed while it runs.
type Connection struct {
	Feed        *live.Feed
	Secrets     *live.Secrets
	LastEventID string
	UserAgent   string
	MaxEvent    func() int // the largest event, in bytes; may change while Run runs
	Dial        DialFunc   // nil means TCP; tests use a pipe

	Opened  func() // called when the response is a stream, before Handler; may be nil
	Handler eventstream.Handler

	trace  trace
	status atomic.Int32
}

// Run opens the stream and reads it to its end. It returns why the stream ended
// or could not be opened. If ctx was cancelled with a Reason, Run returns it.
func (c *Connection) Run(ctx context.Context) *disconnect.Reason {
	client := eventstream.Client{LastEventID: c.LastEventID, MaxEvent: c.MaxEvent, Handler: c.Handler, Open: c.open}
	err := client.Run(ctx)
	if err == eventstream.ErrHandlerStopped || context.Cause(ctx) != nil {
		return disconnect.Cause(ctx)
	}
	step := c.trace.currentStep()
	why := explain(err, DisplayHost(c.Feed.URL), step)
	scheme, _, _ := strings.Cut(c.Feed.URL, ":")
	why = suggestOtherScheme(why, strings.ToLower(scheme), step)
	return why.Clipped()
}

// wasOpened reports whether the response was a stream.
func (c *Connection) wasOpened() bool { return c.trace.currentStep() == stepOpen }

// Describe stores in record what is known so far about the request: the duration
// of each step, the server's address and the HTTP status. It may be called from
// any goroutine.
func (c *Connection) Describe(record *live.Attempt) {
	c.trace.describe(record)
	record.Status = int(c.status.Load())
}

// open sends the request, follows redirects, and checks the response.
func (c *Connection) open(ctx context.Context) (*http.Response, error) {
	ctx = httptrace.WithClientTrace(ctx, c.trace.hooks())
	r, err := newRequest(ctx, c.Feed, c.Secrets, c.LastEventID, c.UserAgent)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &hostTransport{feed: c.Feed, dial: c.Dial}, CheckRedirect: checkRedirect(c.Feed)}
	res, err := client.Do(r)
	if res != nil { // there may be a response and an error of checkRedirect
		c.status.Store(int32(res.StatusCode))
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
	c.trace.open()
	if c.Opened != nil {
		c.Opened()
	}
	return res, nil
}

// DisplayHost returns the host and port of an address, or "the server" if the
// address has none. Screens and logs show this part only: the query may contain
// a secret.
func DisplayHost(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return theServer
	}
	return u.Host
}

func because(code, format string, args ...any) *disconnect.Reason {
	return disconnect.Because(live.Textf(code, format, args...))
}
