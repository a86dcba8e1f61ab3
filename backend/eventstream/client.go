package eventstream

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/r3labs/sse/v2"
	"gopkg.in/cenkalti/backoff.v1"
)

// A Handler receives what a stream says. Its functions are called one after the
// other, in the order of the stream. Those that are nil are not called.
type Handler struct {
	Read     func(n int)           // n bytes were received
	Comment  func()                // a comment, mostly a heartbeat
	Retry    func(ms int64)        // a reconnection time
	Oversize func()                // an event went over the limit; it is still arriving
	Server   func(epoch string)    // the server is a Signalbox whose journal has that epoch
	Event    func(Event) (ok bool) // false ends the stream: no event follows
}

// ErrHandlerStopped is the error of Run if Handler.Event returned false.
var ErrHandlerStopped = errors.New("the handler stopped the stream")

// A Client reads one event stream. Inside is the Client of r3labs/sse. Where it
// differs from the standard it is corrected here, and each correction has a
// test in client_test.go:
//
//   - It retries errors but takes a clean close for the end of everything: it
//     never retries, and every end has a reason.
//   - It makes GET requests of its own: Open makes the real one.
//   - It accepts any content type, and 200 only by its number: Open checks the
//     response before the library sees it.
//   - It ignores comments and retry, delivers an id alone as an event, keeps an
//     id that was reset, takes an id with a NUL, leaves out events without
//     data, splits lines by rules of its own, delivers an event that was cut
//     off, and ends at an event larger than its buffer: the parser reads the
//     stream first, and the codec hands on what it found.
//   - It takes the end of a context for the end of the stream: body keeps the
//     reason.
type Client struct {
	// Open sends the request. The response must be an event stream.
	Open        func(context.Context) (*http.Response, error)
	LastEventID string     // with which Open asks the server to resume
	MaxEvent    func() int // the largest event, in bytes; may change while Run runs
	Handler     Handler
}

// Run opens the stream and reads it. It returns when the stream has ended
// (io.EOF), broke off, or could not be opened, when an event was not taken
// (ErrHandlerStopped), and when ctx has ended (its cause). It never returns nil.
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
	if h.Oversize != nil {
		p.oversize = h.Oversize
	}
	if h.Server != nil {
		p.server = h.Server
	}
	return p
}

// A roundTripper is what the library's client sends its request through.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
