package eventstream

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/r3labs/sse/v2"
	"gopkg.in/cenkalti/backoff.v1"

	"signalbox/backend/wire"
)

// A Handler receives the contents of a stream. A Client calls its functions one
// after the other, in the order of the stream, and skips those that are nil.
// Event must not be nil.
type Handler struct {
	Read      func(n int)           // n bytes were received
	Comment   func()                // a comment, mostly a heartbeat
	Retry     func(ms int64)        // a reconnection time
	OverLimit func()                // an event exceeded the size limit; the rest of it still arrives
	Server    func(epoch string)    // the server is a Signalbox; the epoch is its journal's
	Event     func(Event) (ok bool) // false ends the stream: no event follows
}

// ErrHandlerStopped is the error of Run if Handler.Event returned false.
var ErrHandlerStopped = errors.New("the handler stopped the stream")

// A Client reads one event stream with the Client of r3labs/sse. It corrects the
// points in which r3labs/sse differs from the standard; each correction has a
// test in client_test.go:
//
//   - r3labs/sse reconnects after an error, but not after a clean close. Here it
//     never reconnects, and Run returns the reason for every end.
//   - r3labs/sse makes its own GET request. Here Open makes the request.
//   - r3labs/sse accepts any content type. Here Open checks the response first.
//   - r3labs/sse ignores comments and retry fields, delivers an id alone as an
//     event, keeps an id that was reset, accepts an id with a NUL, leaves out
//     events without data, splits lines by its own rules, delivers an unfinished
//     event, and stops at an event larger than its buffer. Here the parser reads
//     the stream first, and the codec passes its events through r3labs/sse.
//   - r3labs/sse does not tell the end of a context from the end of the stream.
//     Here body stores the error.
type Client struct {
	// Open sends the request. The response must be an event stream.
	Open        func(context.Context) (*http.Response, error)
	LastEventID string     // the id that Open sends
	MaxEvent    func() int // the largest event, in bytes; may change while Run runs
	Handler     Handler
}

// Run opens the stream and reads it to its end. It returns io.EOF after a clean
// close, ErrHandlerStopped after Handler.Event returned false, the cause of ctx
// if ctx has ended, and otherwise the error of Open or of the stream. It never
// returns nil.
func (c *Client) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	codec := &codec{}
	body := &body{codec: codec, parser: c.newParser(), read: c.Handler.Read}
	if body.read == nil {
		body.read = func(int) {}
	}
	lib := sse.NewClient("http://stream.invalid/", sse.ClientMaxBufferSize(4*maxInline))
	lib.ReconnectStrategy = &backoff.StopBackOff{}
	lib.ResponseValidator = func(*sse.Client, *http.Response) error { return nil } // Open has checked it
	lib.Connection = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		res, err := c.Open(r.Context())
		if err != nil {
			return nil, err
		}
		body.src = res.Body
		res.Body = body
		return res, nil
	})}
	stopped := false
	err := lib.SubscribeRawWithContext(ctx, func(e *sse.Event) {
		event := codec.decode(e)
		if stopped {
			return
		}
		if !c.Handler.Event(event) {
			stopped = true
			cancel(ErrHandlerStopped)
		}
	})
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if err == nil {
		err = body.err
	}
	if err == nil {
		err = io.EOF
	}
	return err
}

func (c *Client) newParser() *parser {
	p := newParser(c.LastEventID, c.MaxEvent)
	h := &c.Handler
	if h.Comment != nil {
		p.comment = h.Comment
	}
	if h.Retry != nil {
		p.retry = h.Retry
	}
	if h.OverLimit != nil {
		p.overLimit = h.OverLimit
	}
	if h.Server != nil {
		p.server = h.Server
	}
	return p
}

// A roundTripper replaces the transport of r3labs/sse.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// CanSend reports whether an id can be sent as Last-Event-ID; false also for the
// empty id. A browser sends any control character but NUL, CR and LF; net/http
// sends none but the tab. An earlier version may have stored an id longer than
// wire.MaxID; servers refuse requests with such headers.
func CanSend(id string) bool {
	control := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7F }
	return id != "" && len(id) <= wire.MaxID && !strings.ContainsFunc(id, control)
}
